//! Approvals: a HOLD is a question to a human.
//!
//! An [`Approval`] is bound to one exact action (its digest) and to the causes
//! that were shown, can be used once, and expires. A [`Channel`] carries the
//! question to a person and may bring the answer back at once (a console) or
//! later (whoever receives it calls the gate).

mod console;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::time::Duration;

use parking_lot::Mutex;

use crate::action::{Action, ActionDigest};
use crate::verdict::{Cause, Judged, Judgement};

pub use console::Console;

/// Carries a question to a human.
///
/// The approval is recorded before `ask` is called, so a channel may take its
/// time and may lose the question: what is never answered expires unapproved.
pub trait Channel: Send + Sync + fmt::Debug {
    /// Asks. `None`: asked, and the answer will come through the gate.
    fn ask(&self, card: &Card<'_>) -> Option<Answer>;
}

/// What a human is shown.
#[derive(Debug)]
pub struct Card<'a> {
    /// The approval's id.
    pub id: &'a str,
    /// The action.
    pub action: &'a Action,
    /// The verdict, its risk and its causes.
    pub judgement: &'a Judgement,
}

/// What a human said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether it may run.
    pub approved: bool,
    /// Who said so: an identity, not a display name.
    pub by: String,
    /// Through which channel.
    pub via: String,
}

/// Answers every question the same way, for scripts (`--approve`, `--deny`).
#[derive(Debug, Clone, Copy)]
pub struct Fixed {
    /// The answer.
    pub approve: bool,
}

impl Channel for Fixed {
    fn ask(&self, _: &Card<'_>) -> Option<Answer> {
        let via = if self.approve { "--approve" } else { "--deny" };
        Some(Answer {
            approved: self.approve,
            by: "operator".to_owned(),
            via: via.to_owned(),
        })
    }
}

/// A HOLD that waits for its answer.
#[derive(Debug, Clone)]
pub struct Approval {
    /// Its id.
    pub id: String,
    /// What exactly is asked about.
    pub digest: ActionDigest,
    /// The action and what was shown of it.
    pub held: Judged,
    /// When it began to wait, in milliseconds since the Unix epoch.
    pub since: u64,
    /// When it ends, in milliseconds since the Unix epoch.
    pub expires: u64,
}

impl Approval {
    /// On a clock that stepped back to before it began nobody can say how old it
    /// is, so it is over then, too.
    fn is_over(&self, now: u64) -> bool {
        !(self.since..self.expires).contains(&now)
    }

    /// Whether what was shown covers this judgement: it is about the same
    /// action, and every cause of it was on the card.
    pub fn covers(&self, again: &Judged) -> bool {
        let shown: BTreeSet<String> = self.held.judgement.causes.iter().map(name).collect();
        again.action.digest() == self.digest
            && again
                .judgement
                .causes
                .iter()
                .all(|cause| shown.contains(&name(cause)))
    }
}

fn name(cause: &Cause) -> String {
    format!("{}/{}", cause.plugin, cause.reason.code)
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// It was never asked, or was already answered.
    #[error("there is no approval '{0}' waiting: it was answered, or never asked")]
    NotPending(String),
    /// It came too late.
    #[error("approval '{}' has expired; the action has to be sent again", .0.id)]
    Expired(Box<Approval>),
    /// Too many are waiting.
    #[error("{0} approvals are already waiting for a human")]
    TooMany(usize),
}

/// The approvals that wait.
#[derive(Debug)]
pub struct Approvals {
    waiting: Mutex<HashMap<String, Approval>>,
    lifetime: Duration,
    most: usize,
}

impl Approvals {
    /// No approvals yet; each lives this long, and at most `most` wait at once.
    pub fn new(lifetime: Duration, most: usize) -> Self {
        Approvals {
            waiting: Mutex::default(),
            lifetime,
            most,
        }
    }

    /// A new approval for a held action. Waits from now on.
    ///
    /// # Errors
    /// Too many wait already; those that have [expired](Approvals::expire) too.
    pub fn hold(&self, held: Judged, now: u64) -> Result<Approval, ApprovalError> {
        let lifetime = u64::try_from(self.lifetime.as_millis()).unwrap_or(u64::MAX);
        let approval = Approval {
            id: format!("apr-{}", uuid::Uuid::new_v4().simple()),
            digest: held.action.digest(),
            held,
            since: now,
            expires: now.saturating_add(lifetime),
        };
        let mut waiting = self.waiting.lock();
        if waiting.len() >= self.most {
            return Err(ApprovalError::TooMany(waiting.len()));
        }
        waiting.insert(approval.id.clone(), approval.clone());
        Ok(approval)
    }

    /// Takes out every approval that has expired, for its action to be concluded.
    pub fn expire(&self, now: u64) -> Vec<Approval> {
        let mut waiting = self.waiting.lock();
        waiting
            .extract_if(|_, approval| approval.is_over(now))
            .map(|(_, approval)| approval)
            .collect()
    }

    /// Takes an approval to answer it; nobody else can any more.
    ///
    /// # Errors
    /// It does not wait, or it has expired.
    pub fn take(&self, id: &str, now: u64) -> Result<Approval, ApprovalError> {
        let approval = self
            .waiting
            .lock()
            .remove(id)
            .ok_or_else(|| ApprovalError::NotPending(id.to_owned()))?;
        if approval.is_over(now) {
            Err(ApprovalError::Expired(Box::new(approval)))
        } else {
            Ok(approval)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{Reason, Verdict};
    use std::sync::Arc;

    fn held(codes: &[&str]) -> Judged {
        let cause = |code: &&str| Cause {
            plugin: "p".to_owned(),
            verdict: Verdict::Hold,
            reason: Reason {
                code: (*code).to_owned(),
                message: String::new(),
                evidence: Vec::new(),
            },
        };
        let judgement = Judgement {
            verdict: Verdict::Hold,
            risk: 0.6,
            reason: String::new(),
            causes: codes.iter().map(cause).collect(),
            labels: Vec::new(),
        };
        let action = Arc::new(Action::new("pay"));
        Judged {
            action,
            step: None,
            generation: "g".into(),
            opinions: Vec::new(),
            judgement,
            latency_us: 0,
        }
    }

    fn approvals() -> Approvals {
        Approvals::new(Duration::from_millis(100), 2)
    }

    #[test]
    fn an_approval_is_taken_once() {
        let approvals = approvals();
        let approval = approvals.hold(held(&["a"]), 0).unwrap();
        assert_eq!(
            approvals.take(&approval.id, 50).unwrap().digest,
            Action::new("pay").digest()
        );
        assert!(matches!(
            approvals.take(&approval.id, 50),
            Err(ApprovalError::NotPending(_))
        ));
    }

    #[test]
    fn an_approval_expires_and_makes_room() {
        let approvals = approvals();
        let first = approvals.hold(held(&["a"]), 0).unwrap();
        approvals.hold(held(&["a"]), 50).unwrap();
        assert!(matches!(
            approvals.hold(held(&["a"]), 99),
            Err(ApprovalError::TooMany(2))
        ));
        assert!(approvals.expire(99).is_empty());
        let late: Vec<String> = approvals
            .expire(100)
            .into_iter()
            .map(|late| late.id)
            .collect();
        assert_eq!(late, [first.id]);
        let second = approvals.hold(held(&["a"]), 100).unwrap();
        assert!(matches!(
            approvals.take(&second.id, 200),
            Err(ApprovalError::Expired(_))
        ));
    }

    #[test]
    fn a_clock_that_steps_back_gives_no_approval_more_time_than_its_own_again() {
        let approvals = approvals();
        let first = approvals.hold(held(&["a"]), 1000).unwrap();
        assert!(approvals.take(&first.id, 1000).is_ok());
        let second = approvals.hold(held(&["a"]), 1000).unwrap();
        let third = approvals.hold(held(&["a"]), 990).unwrap();
        assert!(matches!(
            approvals.take(&second.id, 999),
            Err(ApprovalError::Expired(_))
        ));
        assert_eq!(approvals.expire(10)[0].id, third.id);
    }

    #[test]
    fn an_approval_covers_only_what_was_shown() {
        let approval = approvals().hold(held(&["a", "b"]), 0).unwrap();
        assert!(approval.covers(&held(&["b"])));
        assert!(!approval.covers(&held(&["b", "c"])));
        let other = Judged {
            action: Arc::new(Action::new("wire")),
            ..held(&["a"])
        };
        assert!(!approval.covers(&other));
    }
}
