//! Plugins that fail too often.

use coldnotch::audit::Log;
use coldnotch::gate::quarantining::release;
use coldnotch::gate::{Decision, Gate};
use coldnotch::judge::Judge;
use coldnotch::quarantine::Quarantine;
use coldnotch::recording::Recording;
use coldnotch::verdict::{Failure, Verdict};
use serde_json::json;

use crate::support::*;

/// What the plugin is told to do, as a step of a session.
fn tell(gate: &Gate, id: &str, how: &str) -> Decision {
    let payload = json!({"how": how}).to_string();
    gate.decide(in_session("s", id, "note", &payload))
}

/// A gate whose plugin trapped at three of four calls, and one that has no failure.
fn poisoned() -> (Home, Gate) {
    let mut home = Home::new(policy([keywords(), hostile("as-told")]));
    home.config.quarantine.tolerance.of = 4;
    let gate = home.open();
    tell(&gate, "fine", "as-told");
    gate.observe(&coldnotch::action::Observation {
        session: "s".to_owned(),
        ..output("fine", "what it read")
    })
    .unwrap();
    for id in ["one", "two", "three"] {
        assert!(gate.quarantined().is_empty());
        assert_eq!(tell(&gate, id, "unreachable").verdict, Verdict::Hold);
    }
    (home, gate)
}

fn let_go(home: &Home) {
    let quarantine = Quarantine::open(&home.config.quarantine.file).unwrap();
    let at = std::time::SystemTime::now();
    let log = Log::open(&home.config.audit_path, home.config.durability, at).unwrap();
    release(&quarantine, &log.log, "hostile", "uid:7").unwrap();
}

#[test]
fn one_that_fails_too_often_is_asked_no_more_and_still_counts() {
    let (home, gate) = poisoned();
    let calls = |gate: &Gate| gate.stats().plugins["hostile"].score.values().sum::<u64>();
    let (asked, wards) = (calls(&gate), gate.quarantined());
    assert_eq!(wards.len(), 1);
    assert!(wards[0].why.contains("trapped"), "{}", wards[0].why);

    let held = tell(&gate, "four", "as-told");
    assert_eq!(held.verdict, Verdict::Hold);
    assert_eq!(calls(&gate), asked, "it was asked");
    let log = home.log();
    let outcome = &log.last().unwrap()["plugins"][1]["outcome"];
    assert_eq!(outcome, Failure::Quarantined.name());
    let line = log
        .iter()
        .find(|line| line["kind"] == "quarantine")
        .unwrap();
    assert_eq!(
        (&line["what"], &line["plugin"]),
        (&json!("quarantined"), &json!("hostile"))
    );

    // Another gate, as after a restart, and a swap that leaves it as it is.
    let again = home.open();
    assert_eq!(tell(&again, "five", "as-told").verdict, Verdict::Hold);
    again
        .swap(&holding("pay", [keywords(), hostile("as-told")]))
        .unwrap();
    assert_eq!(tell(&again, "six", "as-told").verdict, Verdict::Hold);
}

#[test]
fn another_version_is_asked_and_so_is_one_that_an_operator_let_go() {
    let (home, gate) = poisoned();
    gate.swap(&policy([
        keywords(),
        plugin("hostile", r#"{"how":"as-told","word":"new"}"#),
    ]))
    .unwrap();
    assert!(gate.quarantined().is_empty());
    assert_eq!(tell(&gate, "new", "as-told").verdict, Verdict::Allow);
    // The old one comes back, and so does what was known of it.
    gate.swap(&policy([keywords(), hostile("as-told")]))
        .unwrap();
    assert_eq!(tell(&gate, "old", "as-told").verdict, Verdict::Hold);
    let_go(&home);
    gate.swap(&policy([keywords(), hostile("as-told")]))
        .unwrap(); // as when files changed
    assert_eq!(tell(&gate, "free", "as-told").verdict, Verdict::Allow);
    let log = home.log();
    let line = log.iter().rfind(|line| line["kind"] == "quarantine");
    assert_eq!(line.unwrap()["by"], "uid:7");
}

#[test]
fn what_it_failed_on_is_kept_and_fails_again_when_it_is_replayed() {
    let (_home, gate) = poisoned();
    let session = gate.quarantined()[0].session.clone().unwrap();
    let text = std::fs::read_to_string(session).unwrap();
    let session: Recording = serde_json::from_str(text.trim()).unwrap();
    let last = session.steps.last().unwrap();
    assert_eq!(
        (session.steps.len(), &last.payload["how"]),
        (4, &json!("unreachable"))
    );
    assert_eq!(session.steps[0].output.as_deref(), Some("what it read"));
    let judge: Judge = judge(&engine(), &policy([hostile("as-told")]));
    let replayed = judge.judge(in_session(
        "r",
        "x",
        &last.kind,
        &json!(last.payload).to_string(),
    ));
    assert!(matches!(
        &replayed.opinions[0].outcome,
        Err(Failure::Trapped(_))
    ));
}

#[test]
fn failures_that_are_not_its_own_do_not_count_and_a_damaged_file_opens_no_gate() {
    let mut home = Home::new(policy([hostile("as-told")]));
    home.config.quarantine.tolerance.of = 2;
    let gate = home.open();
    for id in ["a", "b", "c", "d", "e"] {
        tell(&gate, id, "internal");
    }
    assert!(gate.quarantined().is_empty());
    std::fs::write(&home.config.quarantine.file, "rubbish\n").unwrap();
    let human = Box::new(home.human.clone());
    let e = Gate::open(&home.config, human).unwrap_err().to_string();
    assert!(e.contains("line 1"), "{e}");
}
