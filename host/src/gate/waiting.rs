//! Those who wait for an answer, until there is one or nobody wants it any more.

use std::time::{Duration, Instant};

use super::Gate;
use crate::approvals::{ApprovalError, Cancelled, OnTimeout};
use crate::decision::Decision;
use crate::judge::now;

/// How often those who wait look whether the question's time is over.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

impl Gate {
    /// Waits for the answer to a HOLD, from whatever process, for as long as this or
    /// until the question is over. What happens then is `approvals.on_timeout`: the
    /// question ends and the action does not run, or it goes on and `approved` is
    /// still open.
    ///
    /// # Errors
    /// It was never asked, or the approvals cannot be used.
    pub fn wait(&self, id: &str, patience: Duration) -> Result<Decision, ApprovalError> {
        let until = Instant::now() + patience;
        let mut id = id.to_owned();
        loop {
            let count = self.approvals.count();
            let left = until.saturating_duration_since(Instant::now());
            let decision = match self.finish_within(&id, left.min(LOOK_AGAIN)) {
                Err(ApprovalError::Busy(_)) => None,
                found => Some(found?),
            };
            match decision {
                Some(decision) if decision.approved.is_some() => return Ok(decision),
                Some(Decision {
                    approval: Some(next),
                    ..
                }) if next != id => {
                    id = next;
                    continue;
                }
                _ if Instant::now() < until => {}
                _ => return self.give_up(&id),
            }
            // It may expire while nothing happens.
            let at_most = Instant::now() + LOOK_AGAIN;
            self.approvals.wait(count, until.min(at_most));
        }
    }

    /// The time to wait is up.
    fn give_up(&self, id: &str) -> Result<Decision, ApprovalError> {
        if self.approvals.config().on_timeout == OnTimeout::Deny {
            self.approvals.expire(id, now())?;
        }
        self.finish(id)
    }

    /// Withdraws a question: it needs no answer any more, and the action does not
    /// run. If it was answered before, that counts. Who does so, and through which
    /// channel, is on record.
    ///
    /// # Errors
    /// It was never asked, or the approvals cannot be used.
    pub fn cancel(&self, id: &str, by: &str, via: &str) -> Result<Decision, ApprovalError> {
        let who = Cancelled {
            by: by.to_owned(),
            via: via.to_owned(),
            at: now(),
        };
        match self.approvals.cancel(id, &who) {
            Ok(()) | Err(ApprovalError::Answered { .. } | ApprovalError::Expired(_)) => {
                self.finish(id)
            }
            Err(e) => Err(e),
        }
    }

    /// Concludes a few approvals that are over, or were answered while nobody waited
    /// for them, so that each action gets its record. Takes no longer where many wait.
    pub fn tidy(&self) {
        let due = self.approvals.due(now()).unwrap_or_default(); // whoever asks next is told
        for id in due {
            match self.finish_within(&id, Duration::ZERO) {
                Ok(_) => {}
                Err(ApprovalError::Busy(_)) => return, // whoever is at it tidies, too
                Err(e) => tracing::warn!("approval {id} is not concluded: {e}"),
            }
        }
    }
}
