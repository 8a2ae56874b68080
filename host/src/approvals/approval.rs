//! A question, its answers, and what became of it.

use std::collections::BTreeSet;
use std::fmt;

use crate::action::ActionDigest;
use crate::verdict::Judged;

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
    /// The grant that gave it.
    pub grant: Option<String>,
    /// All the names of whoever gave it, as far as they are known.
    pub called: BTreeSet<String>,
}

impl Given {
    /// Whether whoever gave it goes by this name.
    pub(super) fn is_by(&self, name: &str) -> bool {
        self.called.contains(name)
    }
}

/// Who withdrew a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    /// Who: an identity, not a display name.
    pub by: String,
    /// Through which channel.
    pub via: String,
    /// When, in milliseconds since the Unix epoch.
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
    /// Names what is asked, within its session: questions with the same cause belong
    /// on one card. `None` for an action that stands alone.
    pub cause: Option<String>,
    /// The answers so far, in order.
    pub answers: Vec<Given>,
    /// Who withdrew it.
    pub cancelled: Option<Cancelled>,
}

impl Approval {
    /// Whether what was shown covers this judgement: it is about the same action, and
    /// every cause of it was on the card, pointing at nothing that it did not point at
    /// there. The same reason for another argument is another question.
    pub fn covers(&self, again: &Judged) -> bool {
        let shown: BTreeSet<Pointing<'_>> = pointings(&self.held).collect();
        again.action.digest() == self.digest
            && pointings(again).all(|pointing| shown.contains(&pointing))
    }

    /// The answer that decided it, if one did.
    pub fn deciding(&self) -> Option<&Given> {
        let yes = match self.state {
            State::Approved | State::Consumed => true,
            State::Refused => false,
            State::Pending | State::Expired | State::Cancelled => return None,
        };
        let mut latest = self.answers.iter().rev();
        latest.find(|given| given.answer.approved == yes)
    }
}

/// A cause, and something it points at: a value of the action, or a place elsewhere,
/// however what stands there is quoted.
type Pointing<'a> = (&'a str, &'a str, Option<(Option<u32>, &'a str, &'a str)>);

/// Each cause by itself, and with each place it points at.
fn pointings(judged: &Judged) -> impl Iterator<Item = Pointing<'_>> {
    judged.judgement.causes.iter().flat_map(|cause| {
        let name = (&*cause.plugin, &*cause.reason.code);
        let places = cause.reason.evidence.iter().map(|seen| {
            let own = seen.step.is_none() && is_of_action(&seen.path);
            Some((seen.step, &*seen.path, if own { &*seen.text } else { "" }))
        });
        std::iter::once(None)
            .chain(places)
            .map(move |place| (name.0, name.1, place))
    })
}

/// Whether a path names something of the action itself, and not the user's words or the
/// session around it.
fn is_of_action(path: &str) -> bool {
    let first = path.split(['.', '[']).next().unwrap_or_default();
    matches!(first, "" | "payload" | "summary" | "context" | "type")
}

/// On a clock that stepped back to before it began nobody can say how old an
/// approval is, so it is over then, too.
pub(super) fn is_over(since: u64, expires: u64, now: u64) -> bool {
    !(since..expires).contains(&now)
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
    /// When, in milliseconds since the Unix epoch; 0 where that is not known.
    pub at: u64,
}
