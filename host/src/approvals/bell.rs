//! Wakes those who wait for an answer, whichever process gave it.

use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// How often one of those who wait looks whether another process changed the file.
/// Looking costs microseconds and reads no page.
const LOOK: Duration = Duration::from_millis(20);
/// How often the others check that somebody still looks.
const TURN: Duration = Duration::from_millis(100);

/// Rings whenever an approval changes.
#[derive(Debug, Default)]
pub(super) struct Bell {
    /// How often it rang.
    rung: Mutex<u64>,
    heard: Condvar,
    /// Held by the one who looks.
    looking: Mutex<()>,
}

impl Bell {
    /// How often it rang so far.
    pub(super) fn count(&self) -> u64 {
        *self.rung.lock()
    }

    /// Something changed.
    pub(super) fn ring(&self) {
        *self.rung.lock() += 1;
        self.heard.notify_all();
    }

    /// Waits until it has rung more often than this, or until the time is up; how
    /// often it rang. `look` says whether another process changed something since
    /// it was last called.
    pub(super) fn wait(&self, count: u64, until: Instant, look: impl Fn() -> bool) -> u64 {
        let mut looks = self.looking.try_lock();
        let mut rung = self.rung.lock();
        while *rung == count && Instant::now() < until {
            let tick = if looks.is_some() { LOOK } else { TURN };
            let left = until.saturating_duration_since(Instant::now());
            let timed_out = self.heard.wait_for(&mut rung, tick.min(left)).timed_out();
            if !timed_out {
                continue;
            }
            if looks.is_none() {
                looks = self.looking.try_lock();
                continue;
            }
            drop(rung);
            let changed = look();
            rung = self.rung.lock();
            if changed {
                *rung += 1;
                self.heard.notify_all();
            }
        }
        *rung
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    #[test]
    fn all_who_wait_hear_it_though_one_looks() {
        let (bell, changed) = (Bell::default(), AtomicBool::new(false));
        let until = Instant::now() + Duration::from_secs(30);
        thread::scope(|scope| {
            let waiting: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| bell.wait(0, until, || changed.swap(false, Ordering::SeqCst)))
                })
                .collect();
            changed.store(true, Ordering::SeqCst);
            for waiting in waiting {
                assert_eq!(waiting.join().unwrap(), 1);
            }
        });
        assert!(Instant::now() < until);
        let now = Instant::now();
        assert_eq!(bell.wait(1, now + Duration::from_millis(5), || false), 1);
        assert!(now.elapsed() < Duration::from_secs(5));
    }
}
