//! Places for instances: when all are taken, callers queue.
//!
//! The pooling allocator answers with an error when it is full. A decision
//! would rather wait a moment: [`Slots`] lets it, first come first served, for
//! a bounded time and in a bounded queue.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::stats::{Counter, Histogram, Pool};

/// Why no place was to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoSlot {
    /// The queue itself is full.
    #[error("{0} calls are already waiting for an instance")]
    QueueFull(usize),
    /// No place became free in time.
    #[error("no instance became free within {0:?}")]
    Waited(Duration),
}

/// A fixed number of places and a bounded, fair queue for them.
#[derive(Debug)]
pub(super) struct Slots {
    places: usize,
    state: Mutex<State>,
    /// How long those waited that had to.
    waited: Histogram,
    refused: Counter,
    longest: usize,
    patience: Duration,
}

#[derive(Debug)]
struct State {
    free: usize,
    waiting: VecDeque<Arc<Waiter>>,
}

#[derive(Debug, Default)]
struct Waiter {
    called: Mutex<bool>,
    bell: Condvar,
}

/// A place, given back when dropped.
#[derive(Debug)]
pub(super) struct Slot<'a>(&'a Slots);

impl Slots {
    /// `places` instances at once, at most `queue` callers waiting, each for
    /// at most `patience`.
    pub(super) fn new(places: usize, queue: usize, patience: Duration) -> Self {
        Slots {
            places,
            waited: Histogram::default(),
            refused: Counter::default(),
            state: Mutex::new(State {
                free: places,
                waiting: VecDeque::new(),
            }),
            longest: queue,
            patience,
        }
    }

    /// Takes a place, waiting for one if need be.
    ///
    /// # Errors
    /// The queue is full, or no place became free in time.
    pub(super) fn take(&self) -> Result<Slot<'_>, NoSlot> {
        {
            let mut state = self.state.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Slot(self));
            }
        }
        let begun = Instant::now();
        let slot = self.queue();
        match &slot {
            Ok(_) => self.waited.record(begun.elapsed()),
            Err(_) => self.refused.one(),
        }
        slot
    }

    /// Waits in the queue, unless a place became free meanwhile.
    fn queue(&self) -> Result<Slot<'_>, NoSlot> {
        let me = {
            let mut state = self.state.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Slot(self));
            }
            if state.waiting.len() >= self.longest {
                return Err(NoSlot::QueueFull(state.waiting.len()));
            }
            let me = Arc::new(Waiter::default());
            state.waiting.push_back(me.clone());
            me
        };
        let deadline = Instant::now() + self.patience;
        let mut called = me.called.lock();
        while !*called {
            if me.bell.wait_until(&mut called, deadline).timed_out() && !*called {
                drop(called);
                return self.give_up(&me);
            }
        }
        Ok(Slot(self))
    }

    /// The pool as it is now.
    pub(super) fn stats(&self) -> Pool {
        let (free, waiting) = {
            let state = self.state.lock();
            (state.free, state.waiting.len())
        };
        Pool {
            places: self.places as u64,
            taken: (self.places - free) as u64,
            waiting: waiting as u64,
            waited: self.waited.read(),
            refused: self.refused.get(),
        }
    }

    /// Leaves the queue, unless a place was handed over in the last moment.
    fn give_up(&self, me: &Arc<Waiter>) -> Result<Slot<'_>, NoSlot> {
        let mut state = self.state.lock();
        match state.waiting.iter().position(|w| Arc::ptr_eq(w, me)) {
            Some(at) => {
                state.waiting.remove(at);
                Err(NoSlot::Waited(self.patience))
            }
            None => Ok(Slot(self)),
        }
    }
}

impl Drop for Slot<'_> {
    /// Hands the place to the caller that waits longest, or frees it.
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        match state.waiting.pop_front() {
            Some(next) => {
                *next.called.lock() = true;
                next.bell.notify_one();
            }
            None => state.free += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::thread;

    fn waiting(slots: &Slots) -> usize {
        slots.state.lock().waiting.len()
    }

    #[test]
    fn a_full_pool_serves_in_the_order_of_arrival() {
        let slots = Arc::new(Slots::new(1, 8, Duration::from_secs(60)));
        let held = slots.take().unwrap();
        let (sender, served) = mpsc::channel();
        let threads: Vec<_> = (0..4)
            .map(|n| {
                let (slots2, sender) = (slots.clone(), sender.clone());
                let thread = thread::spawn(move || {
                    let _slot = slots2.take().unwrap();
                    sender.send(n).unwrap();
                });
                while waiting(&slots) <= n {
                    thread::yield_now();
                }
                thread
            })
            .collect();
        drop(held);
        threads.into_iter().for_each(|t| t.join().unwrap());
        assert_eq!(served.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(slots.state.lock().free, 1);
    }

    #[test]
    fn the_queue_and_the_wait_are_bounded() {
        let slots = Slots::new(1, 0, Duration::from_millis(1));
        let held = slots.take().unwrap();
        assert_eq!(slots.take().unwrap_err(), NoSlot::QueueFull(0));
        drop(held);

        let slots = Slots::new(1, 1, Duration::from_millis(1));
        let held = slots.take().unwrap();
        assert_eq!(
            slots.take().unwrap_err(),
            NoSlot::Waited(Duration::from_millis(1))
        );
        assert_eq!(waiting(&slots), 0, "who gives up leaves the queue");
        drop(held);
        assert!(slots.take().is_ok());
    }
}
