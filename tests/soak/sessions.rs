//! More sessions than are kept: what is kept stays bounded.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use coldnotch::session::{SessionConfig, Sessions};

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
