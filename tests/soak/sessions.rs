//! More sessions than are kept: what is kept stays bounded.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use coldnotch::action::Observation;
use coldnotch::session::{SessionConfig, Sessions};
use coldnotch::verdict::combine;

use crate::support::*;

#[test]
fn a_flood_of_sessions_keeps_no_more_than_configured() {
    const KEPT: usize = 64;
    const CALLERS: usize = 4;
    const FLOOD: usize = 100_000;
    let sessions = Sessions::new(SessionConfig {
        sessions: NonZeroUsize::new(KEPT).unwrap(),
        ..SessionConfig::default()
    });
    let next = AtomicUsize::new(0);
    let flood = || {
        while let n @ ..FLOOD = next.fetch_add(1, Ordering::Relaxed) {
            let turn = sessions.turn(&format!("s-{n}")).unwrap();
            // Who is being worked on may come on top.
            assert!(sessions.kept() <= KEPT + CALLERS);
            drop(turn);
        }
    };
    thread::scope(|scope| (0..CALLERS).for_each(|_| drop(scope.spawn(flood))));
    drop(sessions.turn("last").unwrap());
    assert_eq!(sessions.kept(), KEPT);
}

#[test]
fn large_sessions_together_stay_within_the_memory_configured() {
    const OUTPUT: usize = 64 << 10;
    const MEMORY: usize = 20 * OUTPUT;
    let sessions = Sessions::new(SessionConfig {
        memory: MEMORY,
        ..SessionConfig::default()
    });
    let judgement = combine(&policy([]).rules, "note", &[]);
    for n in 0..100 {
        let name = format!("s-{n}");
        let mut turn = sessions.turn(&name).unwrap();
        let action = in_session(&name, "a", "note", "{}");
        turn.push(Arc::new(action), &judgement).unwrap();
        let seen = Observation {
            session: name.clone(),
            ..output("a", &"word ".repeat(OUTPUT / 5))
        };
        turn.observe(&seen).unwrap();
        drop(turn);
        // Each takes more than its text.
        assert!(sessions.kept() < MEMORY / OUTPUT, "{}", sessions.kept());
    }
    assert!(sessions.kept() > 1);
    // What was used last is still there.
    assert_eq!(sessions.turn("s-99").unwrap().view().len(), 1);
    assert_eq!(sessions.turn("s-0").unwrap().view().len(), 0);
}
