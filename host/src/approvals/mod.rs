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

mod bell;
mod console;
mod held;
mod store;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::action::{Action, ActionDigest};
use crate::verdict::{Cause, Judged, Judgement};
use bell::Bell;
use store::Store;

pub use console::Console;
pub use store::Change;

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
    /// Whether it was asked before, by a process that has ended since.
    pub again: bool,
}

/// What a human said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Whether it may run.
    pub approved: bool,
    /// Who said so: an identity, not a display name.
    pub by: String,
    /// Through which channel.
    pub via: String,
    /// Why, in their words.
    pub reason: Option<String>,
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
            reason: None,
        })
    }
}

/// Asks nobody: the answer comes from elsewhere, through the approvals file.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere;

impl Channel for Elsewhere {
    fn ask(&self, card: &Card<'_>) -> Option<Answer> {
        tracing::info!(
            "approval {} waits for an answer to '{}'",
            card.id,
            card.action.kind
        );
        None
    }
}

/// How far an approval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It waits for its answer.
    Pending,
    /// A yes that nobody has fetched yet.
    Approved,
    /// A no.
    Refused,
    /// Its time was over.
    Expired,
    /// Whoever asked does not want it any more.
    Cancelled,
    /// A yes that was used. It cannot be used again.
    Consumed,
}

impl State {
    /// Every state there is.
    pub const ALL: [State; 6] = [
        State::Pending,
        State::Approved,
        State::Refused,
        State::Expired,
        State::Cancelled,
        State::Consumed,
    ];

    /// The word used in the file and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Approved => "approved",
            State::Refused => "refused",
            State::Expired => "expired",
            State::Cancelled => "cancelled",
            State::Consumed => "consumed",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<State> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An answer that was taken, and when, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The answer.
    pub answer: Answer,
    /// When.
    pub at: u64,
}

/// A question and what became of it.
#[derive(Debug, Clone)]
pub struct Approval {
    /// Its id.
    pub id: String,
    /// How far it is.
    pub state: State,
    /// What exactly is asked about.
    pub digest: ActionDigest,
    /// The action and what was shown of it.
    pub held: Judged,
    /// Who sent the action, where that is known: they cannot answer it.
    pub asker: String,
    /// When it began to wait, in milliseconds since the Unix epoch.
    pub since: u64,
    /// When it ends, in milliseconds since the Unix epoch.
    pub expires: u64,
    /// How many different people must approve it.
    pub quorum: u32,
    /// Who may answer it; anyone when empty.
    pub approvers: Vec<String>,
    /// The answers so far, in order.
    pub answers: Vec<Given>,
}

impl Approval {
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

/// On a clock that stepped back to before it began nobody can say how old an
/// approval is, so it is over then, too.
fn is_over(since: u64, expires: u64, now: u64) -> bool {
    !(since..expires).contains(&now)
}

fn name(cause: &Cause) -> String {
    format!("{}/{}", cause.plugin, cause.reason.code)
}

/// What became of an action that was asked about.
#[derive(Debug, Clone)]
pub struct Conclusion {
    /// The action as it was judged last.
    pub judged: Judged,
    /// Whether it may run; `None` when there is a new question.
    pub approved: Option<bool>,
    /// The new question.
    pub approval: Option<String>,
    /// Its line in the audit log.
    pub seq: Option<u64>,
}

/// Why an answer was not taken, or a question not asked.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// It was never asked, or so long ago that it is forgotten.
    #[error("there is no approval '{0}'")]
    Unknown(String),
    /// Somebody was first.
    #[error("approval '{id}' was already {state}{}", .by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default())]
    Answered {
        /// The approval.
        id: String,
        /// What became of it.
        state: State,
        /// Who answered.
        by: Option<String>,
    },
    /// The same person said so before; another one is needed.
    #[error("{by} has answered approval '{id}' already; it needs somebody else too")]
    Twice {
        /// The approval.
        id: String,
        /// Who.
        by: String,
    },
    /// It came too late.
    #[error("approval '{0}' has expired; the action has to be sent again")]
    Expired(String),
    /// The answer names another action than was asked about.
    #[error("approval '{0}' is about another action than the answer")]
    OtherAction(String),
    /// Only some may answer it.
    #[error("{0} is not among those who may answer this")]
    NotApprover(String),
    /// Nobody approves what they ask for.
    #[error("{0} asked for this and cannot answer it")]
    OwnAction(String),
    /// Too many are waiting.
    #[error("{0} approvals are already waiting for a human")]
    TooMany(u64),
    /// Another process has taken over what became of it.
    #[error("approval '{0}' is being concluded by another process")]
    Busy(String),
    /// The file could not be opened or created.
    #[error(
        "cannot open the approvals {path}: {source}; check that its folder exists and can be \
         written, or choose another path with `approvals.store`"
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file failed.
    #[error(
        "the approvals {path} cannot be used: {source}; check for a full or read-only disk and \
         for whoever else uses the file"
    )]
    Store {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file holds something that cannot be read back.
    #[error("the approvals {path} are damaged: {what}; move the file away to begin anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The path names another file now, or none.
    #[error(
        "the approvals {path} were moved away or replaced while in use; put the file back, or \
         start this process again to begin anew"
    )]
    Replaced {
        /// The file.
        path: PathBuf,
    },
}

/// What happens when the time to wait is up and nobody has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnTimeout {
    /// The question is over, and the action does not run.
    Deny,
    /// The question goes on; the agent comes back for the answer.
    Pause,
}

/// How approvals are kept, and who answers them.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalsConfig {
    /// The file; `None` to keep them in memory, where no other process sees them.
    pub store: Option<PathBuf>,
    /// How long a question waits for its answer, and a yes for its agent.
    pub lifetime: Duration,
    /// How many may wait.
    pub most: u64,
    /// Who may answer; anyone when empty.
    pub approvers: Vec<String>,
    /// How many different people must approve.
    pub quorum: u32,
    /// What happens when the time to wait is up.
    pub on_timeout: OnTimeout,
    /// How long a call waits for other processes that use the file.
    pub patience: Duration,
}

impl Default for ApprovalsConfig {
    fn default() -> Self {
        ApprovalsConfig {
            store: None,
            lifetime: Duration::from_secs(900),
            most: 1000,
            approvers: Vec::new(),
            quorum: 1,
            on_timeout: OnTimeout::Deny,
            patience: Duration::from_secs(5),
        }
    }
}

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
