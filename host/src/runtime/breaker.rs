//! The breaker of one plugin: it opens when too many of its calls fail.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// When a plugin fails too often.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// The share of calls that may fail, from 0 to 1; with 1 no breaker opens.
    pub over: f64,
    /// Over how many calls that is counted, at least 1.
    pub of: u32,
}

impl Default for Tolerance {
    fn default() -> Self {
        Tolerance { over: 0.5, of: 20 }
    }
}

/// Counts a plugin's calls, a lot of them at a time. One atomic operation a call.
#[derive(Debug, Default)]
pub struct Breaker {
    /// Calls of this lot in the upper half, those that failed in the lower one.
    lot: AtomicU64,
    open: AtomicBool,
}

impl Breaker {
    /// Whether the plugin is not to be asked.
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    /// Opens or closes it; a new lot begins.
    pub fn set(&self, open: bool) {
        if self.open.swap(open, Ordering::Relaxed) != open {
            self.lot.store(0, Ordering::Relaxed);
        }
    }

    /// Counts a call. True where this one opened it: only one of those that run at the
    /// same time did. It opens as soon as the lot cannot end well.
    pub fn count(&self, failed: bool, tolerance: Tolerance) -> bool {
        let one = (1 << 32) | u64::from(failed);
        let lot = self.lot.fetch_add(one, Ordering::Relaxed) + one;
        let (calls, failures) = (lot >> 32, lot & u64::from(u32::MAX));
        if failed && failures as f64 > tolerance.over * f64::from(tolerance.of) {
            return !self.open.swap(true, Ordering::Relaxed);
        }
        if calls >= u64::from(tolerance.of) {
            // Whoever counted meanwhile is counted with the next lot or not at all.
            self.lot.store(0, Ordering::Relaxed);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(breaker: &Breaker, failed: &[bool], of: u32) -> Option<usize> {
        let tolerance = Tolerance { over: 0.5, of };
        failed
            .iter()
            .position(|failed| breaker.count(*failed, tolerance))
    }

    #[test]
    fn it_opens_once_more_than_the_share_failed() {
        let breaker = Breaker::default();
        assert_eq!(opened(&breaker, &[true; 10], 20), None);
        assert!(!breaker.is_open());
        assert_eq!(opened(&breaker, &[true], 20), Some(0));
        assert!(breaker.is_open());
        assert_eq!(opened(&breaker, &[true; 40], 20), None, "it opens once");
    }

    #[test]
    fn failures_of_long_ago_do_not_count() {
        let breaker = Breaker::default();
        for _ in 0..50 {
            assert_eq!(opened(&breaker, &[true, true, false, false], 4), None);
        }
        assert_eq!(opened(&breaker, &[false, true, true, true], 4), Some(3));
    }

    #[test]
    fn closed_by_hand_it_begins_anew() {
        let breaker = Breaker::default();
        assert_eq!(opened(&breaker, &[true; 3], 4), Some(2));
        breaker.set(false);
        assert_eq!(opened(&breaker, &[true; 2], 4), None);
    }

    #[test]
    fn a_share_of_one_never_opens_it() {
        let breaker = Breaker::default();
        let never = Tolerance { over: 1.0, of: 3 };
        assert!((0..100).all(|_| !breaker.count(true, never)));
    }
}
