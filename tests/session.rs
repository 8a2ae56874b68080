//! Sessions: one order for all who decide in them, in one process or several,
//! and a state file that is never taken for less than it says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use coldnotch::gate::{Decision, Gate};
use coldnotch::session::{SessionConfig, SessionError, Sessions};
use coldnotch::verdict::Verdict;
use rusqlite::Connection;
use support::*;

/// The session `s` of a state file: ids of its actions, in order.
fn stored(config: &SessionConfig) -> Vec<String> {
    let sessions = Sessions::new(config.clone());
    let turn = sessions.turn("s").unwrap();
    let history = turn.history();
    let step = |index| history.step(index).unwrap();
    assert!((0..history.len()).all(|index| step(index).index == index));
    (0..history.len())
        .map(|index| step(index).action.id.clone())
        .collect()
}

/// What the guest sees of session `s`, by deciding on one more step of it.
fn look(gate: &Gate, id: &str) -> Vec<String> {
    seen(&gate.decide(in_session("s", id, "note", r#"{"find":["word"]}"#)))
}

/// Whether the session itself was what a decision failed at.
fn unavailable(decision: &Decision) -> bool {
    decision
        .causes
        .iter()
        .any(|cause| cause.reason.code == "session-unavailable")
}

#[test]
fn decisions_in_a_session_come_one_after_another() {
    const THREADS: usize = 8;
    const EACH: usize = 15;
    let home = Home::new(policy([hostile("history")]));
    let gate = &home.open();
    let len = |name: String| -> usize {
        let report = seen(&gate.decide(in_session("s", &name, "note", "{}")));
        report[1].strip_prefix("- len: ").unwrap().parse().unwrap()
    };
    let mut lens: Vec<usize> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    let own: Vec<usize> = (0..EACH).map(|n| len(format!("{thread}-{n}"))).collect();
                    assert!(own.is_sorted());
                    own
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    lens.sort_unstable();
    assert_eq!(lens, (0..THREADS * EACH).collect::<Vec<_>>());
}

#[test]
fn a_busy_session_holds_and_others_do_not_wait() {
    let mut home = Home::new(policy([slow(Duration::from_millis(200))]));
    home.config.session.patience = Duration::from_millis(1);
    home.human.will([false; 1000]);
    let gate = &home.open();
    let done = &AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(move || {
            while !done.load(Ordering::Relaxed) {
                gate.decide(step("slow"));
            }
        });
        // The guest behaves on this type.
        let quick = |session: &str| gate.decide(in_session(session, "", "coldnotch.probe", "{}"));
        eventually("the session is busy", || {
            assert!(quick("other").may_run());
            let decision = quick("s");
            if unavailable(&decision) {
                assert_eq!(
                    (decision.verdict, decision.may_run()),
                    (Verdict::Hold, false)
                );
                assert_eq!(
                    decision.reason,
                    "the session is busy: waited 1ms for its turn"
                );
            }
            unavailable(&decision)
        });
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_session_in_use_is_not_forgotten() {
    let sessions = Sessions::new(SessionConfig {
        sessions: NonZeroUsize::MIN,
        patience: Duration::from_millis(1),
        ..SessionConfig::default()
    });
    let turn = sessions.turn("a").unwrap();
    drop(sessions.turn("b").unwrap());
    assert!(matches!(sessions.turn("a"), Err(SessionError::Busy(_))));
    drop(turn);
    assert!(sessions.turn("a").is_ok());
}

#[test]
fn two_processes_see_one_session() {
    let home = Home::with_state(policy([plugin("observer", "{}"), hostile("history")]));
    let (one, two) = (home.open(), home.open());
    assert_eq!(look(&one, "a"), ["- intent: None", "- len: 0"]);
    two.observe(&output("a", "a word")).unwrap();
    assert_eq!(
        look(&one, "b")[1..],
        [
            "- len: 1",
            "0 step: note Verdict::Allow labels [] approved None succeeded Some(true) output OutputState::Kept",
            "0 output: a word",
            "0 Place::Payload payload.find[0]: word whole true decoded None",
            "0 Place::Output : word whole false decoded None",
        ]
    );
    assert_eq!(
        cause(&two.decide(step("c")), "observer"),
        "1 6 ; complete true"
    );
    assert_eq!(stored(&home.config.session), ["a", "b", "c"]);
}

#[test]
fn two_processes_deciding_at_once_lose_no_step() {
    const EACH: usize = 25;
    let home = Home::with_state(policy([keywords()]));
    let gates = [home.open(), home.open()];
    home.human.will([false; 1000]);
    thread::scope(|scope| {
        for (name, gate) in gates.iter().enumerate() {
            for thread in ["x", "y"] {
                scope.spawn(move || {
                    for n in 0..EACH {
                        // Losing the race too often is a HOLD, to be sent again.
                        eventually("the step is taken", || {
                            let decision = gate.decide(step(&format!("{name}{thread}-{n}")));
                            assert_ne!(decision.may_run(), unavailable(&decision), "{decision:?}");
                            decision.may_run()
                        });
                    }
                });
            }
        }
    });
    let stored = stored(&home.config.session);
    assert_eq!(stored.len(), 4 * EACH);
    for writer in ["0x", "0y", "1x", "1y"] {
        let own: Vec<_> = stored.iter().filter(|id| id.starts_with(writer)).collect();
        assert!(
            own.into_iter().eq(&(0..EACH)
                .map(|n| format!("{writer}-{n}"))
                .collect::<Vec<_>>())
        );
    }
}

#[test]
fn a_restart_forgets_nothing() {
    let observer = plugin("observer", r#"{"on":"boom"}"#);
    let mut home = Home::with_state(holding("pay", [observer, hostile("history")]));
    home.config.session.limits.output = 64;
    home.human.will([false]);
    let gate = home.open();
    gate.decide(in_session("s", "a", "pay", r#"{"label":"money"}"#));
    gate.observe(&output("a", &"word ".repeat(20))).unwrap();
    gate.decide(step("b"));
    gate.observe(&output("b", "boom")).unwrap();
    drop(gate);

    let gate = home.open();
    let held = gate.decide(step("c"));
    assert_eq!(
        held.verdict,
        Verdict::Hold,
        "the failed observer still counts"
    );
    assert!(
        held.reason.contains("it could not read this"),
        "{}",
        held.reason
    );
    let decision = gate.decide(step("d"));
    assert_eq!(cause(&decision, "observer"), "1 64 ; complete false");
    let report = seen(&decision);
    assert_eq!(
        report[2],
        "0 step: pay Verdict::Hold labels [\"money\"] approved Some(false) succeeded Some(true) output OutputState::Truncated"
    );
    drop(gate);
    let again = seen(&home.open().decide(step("e")));
    assert_eq!(again[2..report.len()], report[2..]);
}

#[test]
fn what_was_dropped_stays_dropped() {
    let mut home = Home::with_state(holding("pay", [hostile("history")]));
    home.config.session.limits.bytes = 300;
    let gate = home.open();
    let held = gate.decide(in_session("s", "a", "pay", "{}"));
    gate.observe(&output("a", &"x".repeat(200))).unwrap();
    gate.decide(step("b"));
    gate.observe(&output("b", &"y".repeat(200))).unwrap();
    gate.resolve(&held.approval.unwrap(), &answer(false))
        .unwrap();
    let dropped = |gate: &Gate, id: &str| look(gate, id)[2].ends_with("OutputState::Dropped");
    assert!(dropped(&gate, "c"));
    drop(gate);
    assert!(dropped(&home.open(), "d"));
}

/// Lets another process change the session once, while notes are written.
const MEANWHILE: &str = "
    CREATE TABLE once (x); INSERT INTO once VALUES (1);
    CREATE TRIGGER meanwhile AFTER INSERT ON notes WHEN EXISTS (SELECT 1 FROM once) BEGIN
        UPDATE sessions SET version = version + 1; DELETE FROM once;
    END;";

#[test]
fn a_failed_observer_counts_though_another_process_came_between() {
    let home = Home::with_state(policy([plugin("observer", r#"{"on":"boom"}"#)]));
    let gate = home.open();
    gate.decide(step("a"));
    gate.observe(&output("a", "boom")).unwrap();
    let db = Connection::open(home.path("state.db")).unwrap();
    db.execute_batch(MEANWHILE).unwrap();
    let held = gate.decide(step("b"));
    assert_eq!(held.verdict, Verdict::Hold);
    assert!(
        held.reason.contains("it could not read this"),
        "{}",
        held.reason
    );
    assert!(gate.decide(step("c")).may_run());
}

#[test]
fn a_file_that_is_no_state_is_not_used() {
    let home = Home::with_state(policy([]));
    let state = home.path("state.db");
    let open = || home.config.session.clone();
    let refused = |why: &str| {
        let message = Sessions::new(open()).turn("s").err().unwrap().to_string();
        assert!(
            message.contains(why) && message.contains("state.db"),
            "{message}"
        );
    };
    std::fs::write(&state, "not a database at all, but long enough to be one").unwrap();
    refused("is damaged: file is not a database");
    std::fs::remove_file(&state).unwrap();
    assert!(stored(&home.config.session).is_empty());
    Connection::open(&state)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    refused("is damaged: its schema is version 99, this program knows ");
}

#[test]
fn a_damaged_state_file_holds_or_blocks_and_says_what_is_wrong() {
    for (damage, why) in [
        ("UPDATE steps SET payload = '{\"a\":'", "payload: EOF"),
        ("UPDATE steps SET verdict = 'maybe'", "verdict: 'maybe'"),
        ("UPDATE steps SET labels = '7'", "labels: "),
        ("UPDATE notes SET plugin = x'00'", "32 byte value"),
        ("DROP TABLE steps", "cannot be used: no such table: steps"),
    ] {
        let home = Home::with_state(policy([plugin("observer", "{}")]));
        let gate = home.open();
        assert!(gate.decide(step("a")).may_run());
        gate.observe(&output("a", "word")).unwrap();
        let db = Connection::open(home.path("state.db")).unwrap();
        db.execute_batch(damage).unwrap();
        db.execute("UPDATE sessions SET version = version + 1", [])
            .unwrap(); // as another process would
        drop(db);

        home.human.will([false]);
        let held = gate.decide(step("b"));
        assert_eq!(
            (held.verdict, held.may_run()),
            (Verdict::Hold, false),
            "{damage}"
        );
        assert!(
            held.reason.contains(why) && held.reason.contains("state.db"),
            "{damage}: {}",
            held.reason
        );
        assert!(
            gate.decide(in_session("other", "x", "note", "{}"))
                .may_run()
                || why.contains("table")
        );
        gate.observe(&output("a", "word")).unwrap_err();

        let mut strict = policy([]);
        strict.rules.on_plugin_failure = Verdict::Block;
        gate.swap(&strict).unwrap();
        assert_eq!(gate.decide(step("c")).verdict, Verdict::Block, "{damage}");
    }
}

#[test]
fn a_blocked_type_stays_blocked_when_the_session_cannot_be_used() {
    let mut rules = policy([]);
    rules.rules.block_types = vec!["exec_shell".to_owned()];
    let home = Home::with_state(rules);
    let gate = home.open();
    gate.decide(step("a"));
    let db = Connection::open(home.path("state.db")).unwrap();
    db.execute_batch("DROP TABLE sessions").unwrap();
    home.human.will([true]);
    let decision = gate.decide(in_session("s", "b", "exec_shell", "{}"));
    assert_eq!(
        (decision.verdict, decision.may_run()),
        (Verdict::Block, false),
        "{decision:?}"
    );
}

#[test]
fn an_approved_action_is_part_of_its_session_though_it_could_not_be_used() {
    let home = Home::with_state(policy([]));
    let gate = home.open();
    gate.decide(step("a"));
    let db = Connection::open(home.path("state.db")).unwrap();
    db.execute_batch("ALTER TABLE sessions RENAME TO elsewhere")
        .unwrap();
    let held = gate.decide(step("b"));
    assert!(unavailable(&held));
    db.execute_batch("ALTER TABLE elsewhere RENAME TO sessions")
        .unwrap();
    let decision = gate
        .resolve(&held.approval.unwrap(), &answer(true))
        .unwrap();
    assert!(decision.may_run());
    gate.observe(&output("b", "what it returned")).unwrap();
    assert_eq!(stored(&home.config.session), ["a", "b"]);
}

#[cfg(unix)]
#[test]
fn the_state_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with_state(policy([]));
    home.open().decide(in_session("s", "a", "note", "{}"));
    let file = home.config.session.state.as_ref().unwrap();
    for path in [file.clone(), file.with_extension("db-wal")] {
        if let Ok(found) = std::fs::metadata(&path) {
            assert_eq!(found.permissions().mode() & 0o077, 0, "{}", path.display());
        }
    }
    assert!(file.exists());
}
