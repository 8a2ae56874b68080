//! Those who wait for an answer. One thread follows the approvals file, whoever
//! changes it, and wakes exactly those whose question changed; ten thousand others
//! cost nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use crate::gate::Gate;

/// How often the clock is looked at: questions end though nobody says anything.
const TICK: Duration = Duration::from_millis(250);

/// Wakes those who wait.
#[derive(Debug)]
pub struct Waiting {
    listeners: Mutex<HashMap<String, Arc<Notify>>>,
    /// The number of the newest change.
    latest: watch::Sender<u64>,
}

impl Default for Waiting {
    fn default() -> Self {
        Waiting {
            listeners: Mutex::default(),
            latest: watch::Sender::new(0),
        }
    }
}

impl Waiting {
    /// Listens for a change of one approval until dropped.
    pub fn listen(&self, id: &str) -> Listener<'_> {
        let mut listeners = self.listeners.lock();
        let notify = listeners.entry(id.to_owned()).or_default().clone();
        Listener {
            waiting: self,
            id: id.to_owned(),
            notify,
        }
    }

    /// Follows the number of the newest change of any approval.
    pub fn follow(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    fn wake(&self, id: &str) {
        if let Some(notify) = self.listeners.lock().get(id) {
            notify.notify_waiters();
        }
    }

    fn wake_all(&self) {
        let listeners = self.listeners.lock();
        listeners
            .values()
            .for_each(|notify| notify.notify_waiters());
    }
}

/// One who listens.
#[derive(Debug)]
pub struct Listener<'a> {
    waiting: &'a Waiting,
    id: String,
    notify: Arc<Notify>,
}

impl Listener<'_> {
    /// Ready once the approval changes after this call.
    pub fn heard(&self) -> impl Future<Output = ()> + use<'_> {
        self.notify.notified()
    }
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        let mut listeners = self.waiting.listeners.lock();
        if Arc::strong_count(&self.notify) <= 2 {
            listeners.remove(&self.id); // the map's own and this one
        }
    }
}

/// The thread that follows the approvals, until the server ends.
pub(super) fn follow(
    gate: Arc<Gate>,
    waiting: Arc<Waiting>,
    ending: watch::Receiver<bool>,
) -> std::io::Result<JoinHandle<()>> {
    let run = move || {
        let approvals = gate.approvals();
        let mut seen = approvals.last_change();
        let mut tidied = Instant::now();
        while !*ending.borrow() {
            let count = approvals.count();
            match &seen {
                Ok(since) => seen = tell(&gate, &waiting, *since),
                Err(e) => {
                    tracing::error!("{e}");
                    waiting.wake_all(); // each finds out for itself
                    seen = approvals.last_change();
                }
            }
            if tidied.elapsed() >= TICK {
                gate.tidy();
                tidied = Instant::now();
            }
            approvals.wait(count, Instant::now() + TICK);
            if seen.is_err() {
                thread::sleep(TICK);
            }
        }
    };
    thread::Builder::new()
        .name("coldnotch-answers".to_owned())
        .spawn(run)
}

/// Wakes those whose question changed; the number of the last change.
fn tell(
    gate: &Gate,
    waiting: &Waiting,
    mut since: u64,
) -> Result<u64, crate::approvals::ApprovalError> {
    loop {
        let changes = gate.approvals().changes(since)?;
        let Some(last) = changes.last() else {
            waiting.latest.send_if_modified(|latest| {
                let news = *latest != since;
                *latest = since;
                news
            });
            return Ok(since);
        };
        since = last.seq;
        changes
            .iter()
            .for_each(|change| waiting.wake(&change.approval));
    }
}
