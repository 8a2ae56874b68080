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

mod amount;
mod approval;
mod bell;
mod cause;
mod channel;
mod console;
mod edit;
mod error;
mod grant;
mod held;
mod offer;
mod outbox;
mod people;
mod sign_in;
mod store;
mod story;
mod terms;
mod turn;
mod words;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::action::{Action, ActionDigest};
use crate::clock;
use crate::verdict::Judged;
use bell::Bell;
use store::{Found, Store};
use turn::Turns;

pub use amount::Amount;
pub use approval::{Answer, Approval, Cancelled, Conclusion, Given, State};
pub use channel::{Card, Channel, Elsewhere, Fixed};
pub use console::Console;
pub use error::ApprovalError;
pub use grant::{Grant, Scope};
pub use offer::{Offer, Widening};
pub use outbox::{DeadLetter, Delivery, Posting, SlackCard, Undelivered, Waiting};
pub use people::People;
pub use sign_in::{Secret, SignIn};
pub use store::Change;
pub use story::{Mark, Part, Passage, Story, Told};
pub use terms::{ApprovalsConfig, OnTimeout, Rule, Terms};
pub use turn::Turn;
pub use words::Word;

/// What somebody who wants to conclude an approval finds.
#[derive(Debug)]
pub enum Claim<'a> {
    /// It still waits.
    Waits,
    /// It is concluded.
    Done(Box<Approval>, Box<Conclusion>),
    /// Somebody else is concluding one, and took too long.
    Taken,
    /// It is theirs to conclude, as long as they live.
    Ours(Box<Approval>, Turn<'a>),
}

/// All approvals. Cheap to make: the file is opened when the first is asked for.
#[derive(Debug)]
pub struct Approvals {
    config: ApprovalsConfig,
    store: OnceLock<Store>,
    bell: Arc<Bell>,
    turns: Turns,
}

impl Approvals {
    /// The approvals of this configuration.
    pub fn new(config: ApprovalsConfig) -> Self {
        if let Some(store) = &config.store {
            clock::join(store);
        }
        Approvals {
            turns: Turns::new(config.store.as_deref()),
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
        if let Some(store) = &self.config.store {
            clock::share(store);
        }
        Ok(self.store.get_or_init(|| opened))
    }

    /// What somebody says now, with the other names they have.
    fn given(&self, answer: &Answer, now: u64) -> Given {
        Given {
            answer: answer.clone(),
            at: now,
            grant: None,
            called: self.config.people.called(&answer.by),
        }
    }

    /// A name for a new approval, which nobody can guess.
    pub fn fresh_id() -> String {
        format!("apr-{}", uuid::Uuid::new_v4().simple())
    }

    /// The approval that was asked for before about the same action of the same
    /// session, under the same id: an agent that came back; or what a person made of
    /// one, under whatever id. One that is over is a
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
        let last = self.store()?.last_of(&action.session, &action.id)?;
        let comes_back = |(_, state, asked): &(String, State, ActionDigest)| {
            let comes_back = match state {
                State::Pending | State::Approved => true,
                State::Refused | State::Consumed => !action.session.is_empty(),
                State::Expired | State::Cancelled => false,
            };
            comes_back && *asked == digest
        };
        match last.filter(comes_back) {
            Some((id, ..)) => Ok(Some(id)),
            None => self.store()?.edited(&action.session, digest),
        }
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
        let approval = self.draft(id, held, asker, now);
        self.store()?.insert(&approval, self.config.most)?;
        self.bell.ring();
        Ok(approval)
    }

    fn draft(&self, id: &str, held: &Judged, asker: &str, now: u64) -> Approval {
        let Terms {
            approvers,
            quorum,
            lifetime,
        } = self.config.terms(held);
        let lifetime = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
        Approval {
            id: id.to_owned(),
            state: State::Pending,
            digest: held.action.digest(),
            held: held.clone(),
            asker: asker.to_owned(),
            since: now,
            expires: now.saturating_add(lifetime),
            quorum,
            approvers,
            cause: cause::cause(held),
            answers: Vec::new(),
            cancelled: None,
        }
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
        let state = self.store()?.answer(id, &self.given(answer, now), digest);
        self.bell.ring();
        state
    }

    /// Whether this question takes this answer now.
    ///
    /// # Errors
    /// Why it does not.
    pub fn can_answer(
        &self,
        approval: &Approval,
        answer: &Answer,
        now: u64,
    ) -> Result<(), ApprovalError> {
        store::takes(approval, &self.given(answer, now), None)
    }

    /// Ends a question that still waits, because its time is over. What became of it
    /// meanwhile stays.
    ///
    /// # Errors
    /// There is none, or the file failed.
    pub fn expire(&self, id: &str, now: u64) -> Result<State, ApprovalError> {
        let state = self.store()?.expire(id, now);
        self.bell.ring();
        state
    }

    /// Withdraws a question that still waits. Who has done so before may say it again.
    ///
    /// # Errors
    /// There is none, it was answered, is over or withdrawn by somebody else, which stays
    /// so, or the file failed.
    pub fn cancel(&self, id: &str, who: &Cancelled) -> Result<(), ApprovalError> {
        let cancelled = self.store()?.cancel(id, who);
        self.bell.ring();
        cancelled
    }

    /// Begins to conclude an approval that was answered or is over. One concludes at
    /// a time; who finds somebody else at it waits as long as this.
    ///
    /// # Errors
    /// There is none, or the file failed.
    pub fn claim(
        &self,
        id: &str,
        now: u64,
        patience: Duration,
    ) -> Result<Claim<'_>, ApprovalError> {
        let store = self.store()?;
        let claimed = |found, turn: Option<_>| match (found, turn) {
            (Found::Waits, _) => Claim::Waits,
            (Found::Done(approval, conclusion), _) => Claim::Done(approval, conclusion),
            (Found::Open(approval), Some(turn)) => Claim::Ours(approval, turn),
            (Found::Open(_), None) => Claim::Taken,
        };
        match store.find(id, now)? {
            Found::Open(_) => {}
            found => return Ok(claimed(found, None)),
        }
        let turn = self.turns.take(patience).map_err(|e| store.unusable(e))?;
        if turn.is_none() {
            return Ok(Claim::Taken);
        }
        let found = store.close(id, now)?; // it may have expired just now
        self.bell.ring();
        Ok(claimed(found, turn))
    }

    /// Writes down what became of the action: a yes is used up with this. It ends the
    /// turn that was [claimed](Approvals::claim).
    ///
    /// # Errors
    /// It was concluded before, or the file failed: then it is not used up, and the
    /// action must not run.
    pub fn settle(
        &self,
        turn: Turn<'_>,
        id: &str,
        conclusion: &Conclusion,
        now: u64,
    ) -> Result<(), ApprovalError> {
        let settled = self.store()?.settle(id, conclusion, now);
        drop(turn);
        self.bell.ring();
        settled
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

    /// Counts what is asked of the file from now on.
    #[cfg(test)]
    pub(crate) fn count_work(&self) -> Arc<parking_lot::Mutex<crate::database::work::Work>> {
        self.store().unwrap().count_work()
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
