//! A HOLD is a question to a human, and it gets one answer.
//!
//! ```text
//! pending ─┬─ approved ── consumed      the action was judged again, and that was recorded
//!          ├─ refused
//!          ├─ expired                    nobody answered, or nobody fetched the yes, in time
//!          └─ cancelled                  whoever asked does not want it any more
//! ```
//!
//! [`Approvals`] keeps the questions in a file that processes share (`store.rs`): one
//! may wait while another takes the answer, and either may end and come back. An
//! approval is bound to the exact action and the policy it was asked under, answered
//! once, and over when its time is. A [`Channel`] carries it to someone. What an
//! answer comes to is the gate's business.

mod approval;
mod bell;
mod channel;
mod console;
mod error;
mod held;
mod outbox;
mod store;
mod terms;

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use crate::action::{Action, ActionDigest};
use crate::verdict::Judged;
use bell::Bell;
use store::Store;

pub use approval::{Answer, Approval, Conclusion, Given, State};
pub use channel::{Card, Channel, Elsewhere, Fixed};
pub use console::Console;
pub use error::ApprovalError;
pub use outbox::{Delivery, Posting, SlackCard, Waiting};
pub use store::Change;
pub use terms::{ApprovalsConfig, OnTimeout};

/// What somebody who wants to conclude an approval finds.
#[derive(Debug)]
pub enum Claim {
    /// It still waits.
    Waits,
    /// It is concluded.
    Done(Box<Approval>, Box<Conclusion>),
    /// Somebody else is about to.
    Taken,
    /// It is theirs to conclude, under this token, for half a minute.
    Ours(Box<Approval>, String),
}

/// All approvals. Cheap to make: the file is opened when the first is asked for.
#[derive(Debug)]
pub struct Approvals {
    config: ApprovalsConfig,
    store: OnceLock<Store>,
    bell: Arc<Bell>,
}

impl Approvals {
    /// The approvals of this configuration.
    pub fn new(config: ApprovalsConfig) -> Self {
        Approvals {
            config,
            store: OnceLock::new(),
            bell: Arc::default(),
        }
    }

    /// How they are kept.
    pub fn config(&self) -> &ApprovalsConfig {
        &self.config
    }

    fn store(&self) -> Result<&Store, ApprovalError> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        // Of two threads that both open a file, one stays.
        let opened = Store::open(self.config.store.as_deref(), self.config.patience)?;
        Ok(self.store.get_or_init(|| opened))
    }

    /// A name for a new approval, which nobody can guess.
    pub fn fresh_id() -> String {
        format!("apr-{}", uuid::Uuid::new_v4().simple())
    }

    /// The approval that was asked for before about the same action of the same
    /// session, under the same id: an agent that came back. One that is over is a
    /// new question; so is one whose answer was taken, except in a session, where
    /// an id names one call.
    ///
    /// # Errors
    /// The file failed.
    pub fn known(
        &self,
        action: &Action,
        digest: ActionDigest,
    ) -> Result<Option<String>, ApprovalError> {
        let Some((id, state, asked)) = self.store()?.last_of(&action.session, &action.id)? else {
            return Ok(None);
        };
        let comes_back = match state {
            State::Pending | State::Approved => true,
            State::Refused | State::Consumed => !action.session.is_empty(),
            State::Expired | State::Cancelled => false,
        };
        Ok((comes_back && asked == digest).then_some(id))
    }

    /// Whether there is room for another question.
    ///
    /// # Errors
    /// Too many wait already, or the file failed.
    pub fn room(&self) -> Result<(), ApprovalError> {
        self.store()?.room(self.config.most)
    }

    /// A new question about a held action, under this id. Waits from now on.
    ///
    /// # Errors
    /// Too many wait already, or the file failed.
    pub fn hold(
        &self,
        id: &str,
        held: &Judged,
        asker: &str,
        now: u64,
    ) -> Result<Approval, ApprovalError> {
        let approval = Approval {
            id: id.to_owned(),
            state: State::Pending,
            digest: held.action.digest(),
            held: held.clone(),
            asker: asker.to_owned(),
            since: now,
            expires: now.saturating_add(self.lifetime()),
            quorum: self.config.quorum,
            approvers: self.config.approvers.clone(),
            answers: Vec::new(),
        };
        self.store()?.insert(&approval, self.config.most)?;
        self.bell.ring();
        Ok(approval)
    }

    fn lifetime(&self) -> u64 {
        u64::try_from(self.config.lifetime.as_millis()).unwrap_or(u64::MAX)
    }

    /// Takes an answer. Of all who answer at once exactly one is first. The digest,
    /// if given, must be that of the action that was asked about. Where several
    /// must approve, a yes may leave it [pending](State::Pending).
    ///
    /// # Errors
    /// It was answered, has expired, is not theirs to answer, or the file failed.
    pub fn answer(
        &self,
        id: &str,
        answer: &Answer,
        digest: Option<ActionDigest>,
        now: u64,
    ) -> Result<State, ApprovalError> {
        let state = self
            .store()?
            .answer(id, answer, digest, now, self.lifetime());
        self.bell.ring();
        state
    }

    /// Ends a question that still waits, as [expired](State::Expired) or
    /// [cancelled](State::Cancelled). What became of it meanwhile stays.
    ///
    /// # Errors
    /// There is none, or the file failed.
    pub fn end(&self, id: &str, state: State, now: u64) -> Result<State, ApprovalError> {
        let state = self.store()?.end(id, state, now);
        self.bell.ring();
        state
    }

    /// Begins to conclude an approval that was answered or is over. Only one can,
    /// until it [settles](Approvals::settle) or half a minute has passed.
    ///
    /// # Errors
    /// There is none, or the file failed.
    pub fn claim(&self, id: &str, now: u64) -> Result<Claim, ApprovalError> {
        let claim = self.store()?.claim(id, now)?;
        if matches!(claim, Claim::Ours(..)) {
            self.bell.ring(); // it may have expired just now
        }
        Ok(claim)
    }

    /// Writes down what became of the action: a yes is used up with this.
    ///
    /// # Errors
    /// The claim was lost, or the file failed: then it is not used up, and the
    /// action must not run.
    pub fn settle(
        &self,
        id: &str,
        claim: &str,
        conclusion: &Conclusion,
        now: u64,
    ) -> Result<(), ApprovalError> {
        self.store()?.settle(id, claim, conclusion, now)?;
        self.bell.ring();
        Ok(())
    }

    /// A few approvals that are over, or were answered while nobody waited: they
    /// are to be concluded. However many wait, this takes no longer.
    ///
    /// # Errors
    /// The file failed.
    pub fn due(&self, now: u64) -> Result<Vec<String>, ApprovalError> {
        match self.store.get() {
            None if self.config.store.is_none() => Ok(Vec::new()),
            _ => self.store()?.due(now),
        }
    }

    /// One approval.
    ///
    /// # Errors
    /// There is none, or the file failed.
    pub fn get(&self, id: &str) -> Result<Approval, ApprovalError> {
        self.store()?.get(id)
    }

    /// How far one is.
    ///
    /// # Errors
    /// There is none, or the file failed.
    pub fn state(&self, id: &str) -> Result<State, ApprovalError> {
        self.store()?.state(id)
    }

    /// What became of one, once it is concluded.
    ///
    /// # Errors
    /// There is none, or the file failed.
    pub fn conclusion(&self, id: &str) -> Result<Option<Conclusion>, ApprovalError> {
        self.store()?.conclusion(id)
    }

    /// The newest approvals, of one state or of all, oldest first.
    ///
    /// # Errors
    /// The file failed.
    pub fn list(&self, state: Option<State>, most: u32) -> Result<Vec<Approval>, ApprovalError> {
        self.store()?.list(state, most)
    }

    /// How many there are of each state.
    ///
    /// # Errors
    /// The file failed.
    pub fn tally(&self) -> Result<Vec<(State, u64)>, ApprovalError> {
        self.store()?.tally()
    }

    /// Everything that happened after this change, oldest first, and not more than
    /// a few hundred at once.
    ///
    /// # Errors
    /// The file failed.
    pub fn changes(&self, after: u64) -> Result<Vec<Change>, ApprovalError> {
        self.store()?.changes(after)
    }

    /// The number of the newest change.
    ///
    /// # Errors
    /// The file failed.
    pub fn last_change(&self) -> Result<u64, ApprovalError> {
        self.store()?.last_change()
    }

    /// Counts what happened, for [`wait`](Approvals::wait).
    pub fn count(&self) -> u64 {
        self.bell.count()
    }

    /// Waits until something happened that this count does not include, in this
    /// process or in another one, or until the time is up; the count then.
    pub fn wait(&self, count: u64, until: Instant) -> u64 {
        let look = || self.store.get().is_some_and(Store::changed);
        self.bell.wait(count, until, look)
    }
}

#[cfg(test)]
mod tests;
