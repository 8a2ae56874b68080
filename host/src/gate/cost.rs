//! What a decision costs while thousands of questions wait: counted in what SQLite
//! does, since a clock would measure the machine.

use super::*;
use crate::approvals::{Answer, Elsewhere};
use crate::audit::Durability;
use crate::json::Object;
use crate::policy::Policy;
use crate::runtime::EngineConfig;

const WAITING: usize = 10_000;

/// A gate that holds `pay` and blocks `exec_shell`, with its approvals in memory.
fn gate(folder: &std::path::Path) -> Gate {
    let mut config = Config::from_text("", &folder.join("coldnotch.toml")).unwrap();
    config.policy = Policy::default();
    config.policy.plugins.clear();
    config.policy.rules.hold_types = vec!["pay".to_owned()];
    config.policy.rules.block_types = vec!["exec_shell".to_owned()];
    config.engine = EngineConfig {
        instances: 16,
        ..EngineConfig::default()
    };
    config.session.state = None;
    config.audit_path = folder.join("audit.jsonl");
    config.durability = Durability::Record;
    config.approvals.store = None;
    config.approvals.most = 2 * WAITING as u64;
    Gate::open(&config, Box::new(Elsewhere)).unwrap()
}

fn action(kind: &str, session: &str, id: &str) -> Action {
    Action {
        session: session.to_owned(),
        id: id.to_owned(),
        agent: "bot".to_owned(),
        payload: Object::parse(br#"{"amount": 90}"#).unwrap(),
        ..Action::new(kind)
    }
}

#[test]
fn however_many_wait_a_decision_takes_the_same_work() {
    let folder = tempfile::tempdir().unwrap();
    let gate = gate(folder.path());
    let counted = gate.approvals.count_work();
    let work = |does: &dyn Fn()| {
        let before = counted.lock().clone();
        does();
        let after = counted.lock().clone();
        (
            after.statements - before.statements,
            after.steps - before.steps,
            after.scanned - before.scanned,
        )
    };
    let verdict = |kind: &str, session: &str, id: &str, expected: Verdict| {
        let decision = gate.decide(action(kind, session, id));
        assert_eq!(decision.verdict, expected, "{}", decision.reason);
    };
    let all = |round: &str| {
        let last = gate.approvals.last_change().unwrap();
        [
            ("allow", work(&|| verdict("read", "", "", Verdict::Allow))),
            (
                "block",
                work(&|| verdict("exec_shell", "", "", Verdict::Block)),
            ),
            (
                "allow in a session",
                work(&|| verdict("read", "s", round, Verdict::Allow)),
            ),
            ("hold", work(&|| verdict("pay", "", "", Verdict::Hold))),
            // One card with the others of its session.
            (
                "hold in a session",
                work(&|| verdict("pay", "s", &format!("pay {round}"), Verdict::Hold)),
            ),
            (
                "sent again",
                work(&|| verdict("pay", "s", &format!("pay {round}"), Verdict::Hold)),
            ),
            // What the server does a few times a second, whoever asks.
            ("tidy", work(&|| gate.tidy())),
            (
                "news",
                work(&|| assert_eq!(gate.approvals.changes(last).unwrap().len(), 2)),
            ),
            ("metrics", work(&|| drop(gate.approvals.tally().unwrap()))),
        ]
    };
    for round in ["first", "second"] {
        all(round); // SQLite prepares its statements, and the session has a card
    }
    let few = all("few");
    for (what, (statements, ..)) in &few[..3] {
        assert_eq!(*statements, 0, "{what} asks the approvals");
    }
    // The counts of the states are a table of six rows.
    for (what, (_, _, scanned)) in few.iter().filter(|(what, _)| *what != "metrics") {
        assert_eq!(*scanned, 0, "{what} passes over rows");
    }
    (0..WAITING).for_each(|_| verdict("pay", "", "", Verdict::Hold));
    for n in 0..WAITING / 100 {
        verdict("pay", "s", &n.to_string(), Verdict::Hold);
    }
    let ana = Answer {
        approved: true,
        by: "ana".to_owned(),
        ..Answer::default()
    };
    for n in 0..WAITING / 100 {
        let asked = action("pay", "edited", &n.to_string());
        let digest = asked.digest();
        let held = gate.decide(asked).approval.unwrap();
        let payload = format!(r#"{{"amount": {}}}"#, 100 + n);
        let payload = Object::parse(payload.as_bytes()).unwrap();
        gate.edit(&held, digest, payload, &ana).unwrap();
    }
    let waiting = gate.approvals.tally().unwrap()[0];
    assert!(waiting.1 > WAITING as u64, "{waiting:?}");
    assert_eq!(all("many"), few);
}
