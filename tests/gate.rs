//! The way of one action from end to end: verdict, human, record.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "gate/grants.rs"]
mod grants;
#[path = "gate/holds.rs"]
mod holds;
#[path = "gate/kinds.rs"]
mod kinds;
#[path = "gate/notes.rs"]
mod notes;
#[path = "gate/quarantine.rs"]
mod quarantine;
#[path = "gate/stats.rs"]
mod stats;
mod support;

use std::fs;

use coldnotch::action::{Action, Observation};
use coldnotch::gate::ObserveError;
use coldnotch::policy::{Mode, PluginSpec, Policy, Share};
use coldnotch::session::SessionError;
use coldnotch::verdict::Verdict;
use serde_json::{Value, json};
use support::*;

fn pay() -> Action {
    action("pay", r#"{"amount":10}"#)
}

fn refund() -> Action {
    action("note", r#"{"text":"refund"}"#)
}

fn blocking(kind: &str) -> Policy {
    let mut policy = holding(kind, [keywords()]);
    policy.rules.block_types = vec![kind.to_owned()];
    policy
}

#[test]
fn the_most_severe_decides_and_each_action_has_one_decision_line() {
    let mut policy = holding("pay", [keywords(), hostile("terminal")]);
    policy.rules.block_types = vec!["exec_shell".to_owned()];
    let home = Home::new(policy);
    let gate = home.open();
    home.human.will([false, false]);
    let verdicts = [
        action("note", "{}"),
        refund(),
        pay(),
        action("exec_shell", "{}"),
    ]
    .map(|action| {
        let decision = gate.decide(action);
        (decision.verdict, decision.approved)
    });
    let refused = (Verdict::Hold, Some(false));
    assert_eq!(
        verdicts,
        [
            (Verdict::Allow, Some(true)),
            refused,
            refused,
            (Verdict::Block, Some(false))
        ]
    );
    assert_eq!(
        home.kinds(),
        [
            "decision", "hold", "decision", "hold", "decision", "decision"
        ]
    );
    let codes: Vec<Vec<String>> = home
        .human
        .cards()
        .into_iter()
        .map(|card| card.codes)
        .collect();
    assert_eq!(codes, [["risky-keywords", "ab"], ["held-type", "ab"]]);
}

#[test]
fn a_record_says_who_judged_what_and_how() {
    let home = Home::new(policy([keywords(), hostile("loop")]));
    let gate = home.open();
    home.human.will([true]);
    let sent = in_session("s", "a-1", "note", r#"{"text":"refund"}"#);
    let decision = gate.decide(Action {
        agent: "bot".to_owned(),
        summary: "a \u{1b}[31mrefund".to_owned(),
        ..sent
    });
    assert!(decision.may_run(), "{decision:?}");
    let log = home.log();
    let [held, decided] = &log[..] else {
        panic!("{log:?}")
    };
    assert_eq!(
        (&held["kind"], &held["approved"]),
        (&json!("hold"), &Value::Null)
    );
    assert_eq!(held["approval"]["id"], json!(decision.approval));
    for (key, value) in [
        ("agent", json!("bot")),
        ("type", json!("note")),
        ("summary", json!("a \u{1b}[31mrefund")), // the record is exact; views clean it
        ("decision", json!("hold")),
        ("risk", json!(decision.risk)),
        ("approved", json!(true)),
        ("session", json!("s")),
        ("id", json!("a-1")),
        ("seq", json!(decision.seq)),
        ("action_digest", json!(decision.digest.to_string())),
        ("generation", json!(gate.generation())),
        ("labels", json!(["refund"])),
    ] {
        assert_eq!(decided[key], value, "{key}");
    }
    assert_eq!(decided["action_digest"], held["action_digest"]);
    let plugin = |place: usize| {
        let line = &decided["plugins"][place];
        [
            &line["name"],
            &line["outcome"],
            &line["verdict"],
            &line["risk"],
        ]
        .map(Value::clone)
    };
    assert_eq!(
        plugin(0),
        [
            json!("keywords"),
            json!("abstained"),
            Value::Null,
            json!(0.4 + 0.2)
        ]
    );
    assert_eq!(
        plugin(1),
        [
            json!("hostile"),
            json!("out-of-fuel"),
            Value::Null,
            Value::Null
        ]
    );
    assert_eq!(decided["plugins"][1]["fuel"], json!(50_000_000));
}

#[test]
fn without_a_record_nothing_runs_until_the_operator_reopens_the_log() {
    let home = Home::new(holding("pay", [keywords()]));
    let gate = home.open();
    assert!(gate.decide(action("note", "{}")).may_run());
    fs::write(&home.config.audit_path, "").unwrap(); // cut from outside
    for action in [action("note", "{}"), pay(), action("note", "{}")] {
        let decision = gate.decide(action);
        assert_eq!(
            (decision.verdict, decision.approved, decision.seq),
            (Verdict::Block, Some(false), None)
        );
        assert!(
            decision.reason.contains("was cut from outside"),
            "{}",
            decision.reason
        );
    }
    assert!(
        gate.swap(&blocking("pay")).is_err(),
        "a swap is recorded, too"
    );
    assert!(matches!(
        gate.observe(&output("a", "")),
        Err(ObserveError::Audit(_))
    ));
    assert_eq!(home.human.cards(), []);

    gate.reopen_audit().unwrap();
    assert!(gate.decide(action("note", "{}")).may_run());
    assert_eq!(home.kinds(), ["recovery", "decision"]);
}

#[test]
fn a_hold_that_cannot_be_recorded_is_blocked_and_nobody_is_asked() {
    let home = Home::new(holding("pay", []));
    let gate = home.open();
    let too_long = Action {
        summary: "x".repeat(16 << 20),
        ..pay()
    };
    let decision = gate.decide(too_long);
    assert_eq!(
        (decision.verdict, decision.approved),
        (Verdict::Block, Some(false))
    );
    assert!(decision.reason.contains("limit"), "{}", decision.reason);
    assert_eq!(home.human.cards(), []);
    assert!(
        gate.decide(action("note", "{}")).may_run(),
        "it concerns that action alone"
    );
}

#[test]
fn siblings_of_a_batch_see_the_ones_before_them() {
    let home = Home::new(policy([hostile("history")]));
    let decisions = home.open().decide_batch([
        in_session("s", "a", "read", r#"{"label":"secret-read"}"#),
        in_session(
            "s",
            "b",
            "send",
            r#"{"find":["ana@example.com"],"to":"ana@example.com"}"#,
        ),
        in_session("s", "c", "send", r#"{"find":["ANA@example.com"]}"#),
    ]);
    assert_eq!(seen(&decisions[0]), ["- intent: None", "- len: 0"]);
    assert_eq!(
        seen(&decisions[1])[1..],
        [
            "- len: 1",
            "0 step: read Verdict::Allow labels [\"secret-read\"] approved None succeeded None output OutputState::Absent",
            "0 output: "
        ]
    );
    let third = seen(&decisions[2]);
    assert_eq!(third[1], "- len: 2");
    let found = "1 Place::Payload payload.to: ANA@example.com whole true decoded None";
    assert!(third.iter().any(|line| line == found), "{third:#?}");
}

#[test]
fn a_scorer_sees_the_session_and_nothing_of_another() {
    let home = Home::new(holding("pay", [hostile("history")]));
    let gate = home.open();
    home.human.will([true]);
    gate.decide(Action {
        intent: Some("Pay the plumber".to_owned()),
        ..in_session("s", "a", "pay", "{}")
    });
    gate.observe(&output("a", r#"{"iban":"DE44 5001 0517"}"#))
        .unwrap();
    gate.decide(in_session(
        "other",
        "x",
        "read",
        r#"{"note":"DE44 5001 0517"}"#,
    ));
    let decision = gate.decide(in_session(
        "s",
        "b",
        "note",
        r#"{"find":["de4450010517","plumber"]}"#,
    ));
    assert_eq!(
        seen(&decision),
        [
            r#"- intent: Some("Pay the plumber")"#,
            "- len: 1",
            "0 step: pay Verdict::Hold labels [] approved Some(true) succeeded Some(true) output OutputState::Kept",
            r#"0 output: {"iban":"DE44 5001 0517"}"#,
            "0 Place::Output output.iban: de4450010517 whole true decoded None",
            "- Place::Intent : plumber whole false decoded None",
        ]
    );
}

#[test]
fn an_output_is_taken_once_and_for_an_action_of_the_session() {
    let home = Home::new(policy([]));
    let gate = home.open();
    gate.decide(step("a"));
    gate.observe(&output("a", "one")).unwrap();
    let log = home.log();
    assert_eq!(log[1]["generation"], log[0]["generation"]);
    let refused = |id: &str| match gate.observe(&output(id, "two")) {
        Err(ObserveError::Session(e)) => e,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refused("a"), SessionError::AlreadyObserved { .. }));
    assert!(matches!(refused("b"), SessionError::NoSuchAction { .. }));
    assert_eq!(home.kinds(), ["decision", "observation"]);
}

/// Whoever got no answer has to be able to ask again.
#[test]
fn the_same_output_reported_again_is_recorded_and_changes_nothing() {
    let home = Home::new(policy([hostile("history")]));
    let gate = home.open();
    gate.decide(step("a"));
    // Of an output this long the session keeps the beginning.
    let long = Observation {
        succeeded: None,
        ..output("a", &"word ".repeat(100_000))
    };
    assert_eq!(gate.observe(&long).unwrap(), 1);
    assert_eq!(gate.observe(&long).unwrap(), 2);
    let longer = Observation {
        output: "word ".to_owned(),
        ..long.clone()
    };
    for other in [output("a", &long.output), longer] {
        let refused = gate.observe(&other).unwrap_err();
        assert!(refused.to_string().contains("already reported"));
    }
    let seen = seen(&gate.decide(step("b")));
    assert_eq!(
        seen.iter()
            .filter(|line| line.starts_with("0 output"))
            .count(),
        1
    );
    let log = home.log();
    assert_eq!(home.kinds()[1..3], ["observation", "observation"]);
    assert_eq!(log[1]["output_digest"], log[2]["output_digest"]);
}

#[test]
fn an_output_that_could_not_be_recorded_can_be_reported_again() {
    let home = Home::new(policy([plugin("observer", "{}")]));
    let gate = home.open();
    gate.decide(step("a"));
    fs::write(&home.config.audit_path, "").unwrap(); // found when it is written to
    assert!(matches!(
        gate.observe(&output("a", "word")),
        Err(ObserveError::Audit(_))
    ));
    gate.reopen_audit().unwrap();
    assert!(gate.observe(&output("a", "another")).is_err());
    gate.observe(&output("a", "word")).unwrap();
    assert_eq!(home.kinds(), ["recovery", "observation"]);
    let decision = gate.decide(step("b"));
    assert!(
        cause(&decision, "observer").starts_with("1 "),
        "read once: {decision:?}"
    );
}

#[test]
fn a_shadow_plugin_is_recorded_and_changes_nothing() {
    let shadow = |spec| PluginSpec {
        mode: Mode::Shadow,
        ..spec
    };
    let home = Home::new(policy([shadow(keywords()), shadow(hostile("loop"))]));
    let decision = home.open().decide(refund());
    assert_eq!((decision.verdict, decision.risk), (Verdict::Allow, 0.0));
    assert_eq!((decision.causes, decision.labels), (vec![], vec![]));
    let plugins = &home.log()[0]["plugins"];
    assert_eq!(
        (&plugins[0]["outcome"], &plugins[0]["risk"]),
        (&json!("abstained"), &json!(0.4 + 0.2))
    );
    assert_eq!(plugins[1]["outcome"], json!("out-of-fuel"));
    assert_eq!(plugins[1]["part"], json!("shadow"));
}

#[test]
fn a_canary_takes_part_in_its_share_of_the_sessions_and_the_record_says_so() {
    let share = Share::of(0.3).unwrap();
    let canary = PluginSpec {
        mode: Mode::Canary(share),
        ..keywords()
    };
    let home = Home::new(policy([canary]));
    let gate = home.open();
    let refund = |session: &str| Action {
        session: session.to_owned(),
        ..refund()
    };
    let sessions: Vec<String> = (0..20).map(|n| format!("s-{n}")).collect();
    for session in &sessions {
        for _ in 0..2 {
            let held = gate.decide(refund(session)).verdict == Verdict::Hold;
            assert_eq!(held, share.has("keywords", session), "{session}");
        }
    }
    // What stands alone is chosen by its id.
    let alone = (0..20).map(|_| gate.decide(refund("")).verdict == Verdict::Hold);
    let alone: Vec<bool> = alone.collect();
    let decisions = home.log().into_iter();
    let decisions: Vec<_> = decisions
        .filter(|line| line["kind"] == "decision" || line["kind"] == "hold")
        .collect();
    assert_eq!(decisions.len(), 60);
    for line in &decisions {
        let of = match line["session"].as_str().unwrap_or_default() {
            "" => line["id"].as_str().unwrap(),
            session => session,
        };
        let part = if share.has("keywords", of) {
            "canary"
        } else {
            "shadow"
        };
        assert_eq!(line["plugins"][0]["part"], json!(part), "{line}");
    }
    let chosen = decisions
        .iter()
        .filter(|line| line["plugins"][0]["part"] == "canary");
    let held = sessions
        .iter()
        .filter(|session| share.has("keywords", session))
        .count()
        * 2;
    assert_eq!(
        chosen.count(),
        held + alone.iter().filter(|held| **held).count()
    );
    assert!(held > 0 && held < 40);
}

#[test]
fn a_swap_to_the_same_policy_is_none_and_a_failed_one_changes_nothing() {
    let home = Home::new(policy([keywords()]));
    let gate = home.open();
    let before = gate.generation();
    assert_eq!(
        gate.swap(&policy([keywords()])).unwrap(),
        (before.clone(), false)
    );
    assert!(gate.swap(&policy([hostile("refuse")])).is_err());
    assert_eq!(gate.generation(), before);
    assert!(gate.decide(action("note", "{}")).may_run());
    assert_eq!(home.kinds(), ["decision"]);
    let (after, changed) = gate.swap(&policy([])).unwrap();
    let line = &home.log()[1];
    assert!(changed && after != before);
    assert_eq!(
        (&line["generation"], &line["previous"]),
        (&json!(after), &json!(before))
    );
}
