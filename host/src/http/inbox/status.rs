//! How far a question is, who answered, and the forms that answer it.

use super::grants;
use super::page::{clock, left, stamp};
use super::text::Shown;
use super::words;
use crate::approvals::{Approval, ApprovalError, Approvals, Cancelled, Given, State as Of};
use crate::printable::is_invisible;

/// How far a question is, and the forms that answer it.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) id: String,
    /// Whether it still waits.
    pub(super) open: bool,
    pub(super) state: &'static str,
    /// What that means, in a sentence.
    pub(super) meaning: &'static str,
    pub(super) given: Vec<AnswerLine>,
    pub(super) quorum: u32,
    pub(super) left: String,
    pub(super) until: String,
    pub(super) ends: String,
    pub(super) digest: String,
    pub(super) answers: bool,
    pub(super) token: String,
    /// The payload, to be changed.
    pub(super) payload: String,
    /// Words of a grant to begin with; none where there can be no grant.
    pub(super) words: Option<String>,
    /// The question that was asked instead.
    pub(super) instead: Option<String>,
    /// Others that wait for exactly the same action.
    pub(super) equal: Vec<String>,
}

#[derive(Debug)]
pub(super) struct AnswerLine {
    pub(super) word: &'static str,
    pub(super) by: Shown,
    pub(super) via: Shown,
    pub(super) reason: Shown,
    pub(super) at: String,
    pub(super) when: String,
}

impl Status {
    pub(super) fn of(
        approvals: &Approvals,
        approval: &Approval,
        answers: bool,
        token: String,
    ) -> Result<Status, ApprovalError> {
        let action = &approval.held.action;
        let open = approval.state == Of::Pending;
        let meaning = match approval.state {
            Of::Pending if approval.answers.is_empty() => "It waits for an answer.",
            Of::Pending => "It was approved once and waits for somebody else, too.",
            Of::Approved => "It is judged again and runs once, when the agent takes the answer.",
            Of::Refused => "It does not run.",
            Of::Expired => "Its time was over. It does not run.",
            Of::Cancelled => "It was withdrawn. It does not run.",
            Of::Consumed => "The agent took the answer, and it was judged again.",
        };
        let pretty = words::pretty(&action.payload.value());
        let mut given: Vec<AnswerLine> = approval.answers.iter().map(AnswerLine::of).collect();
        given.extend(approval.cancelled.as_ref().map(AnswerLine::of_cancelled));
        let siblings = match open {
            true => approvals.siblings(approval)?,
            false => Vec::new(),
        };
        let equal = siblings
            .into_iter()
            .filter(|other| other.digest == approval.digest);
        Ok(Status {
            id: approval.id.clone(),
            open,
            state: match approval.state {
                Of::Consumed => "approved",
                state => state.as_str(),
            },
            meaning,
            given,
            quorum: approval.quorum,
            left: left(approval.expires),
            until: stamp(approval.expires),
            ends: clock(approval.expires),
            digest: approval.digest.to_string(),
            answers,
            token,
            // What a field cannot show as it is cannot be changed in it.
            payload: match pretty.chars().any(is_hidden) {
                true => String::new(),
                false => pretty,
            },
            words: (!action.session.is_empty()).then(|| grants::suggested(action)),
            instead: approvals.instead(&approval.id)?,
            equal: equal.map(|other| other.id).collect(),
        })
    }
}

fn is_hidden(c: char) -> bool {
    c != '\n' && (c.is_control() || is_invisible(c))
}

impl AnswerLine {
    fn of(given: &Given) -> AnswerLine {
        let answer = &given.answer;
        AnswerLine {
            word: match answer.approved {
                true => "Approved",
                false => "Refused",
            },
            by: Shown::most(&answer.by, 120),
            via: Shown::most(&answer.via, 40),
            reason: Shown::new(answer.reason.as_deref().unwrap_or_default()),
            at: stamp(given.at),
            when: clock(given.at),
        }
    }

    fn of_cancelled(who: &Cancelled) -> AnswerLine {
        AnswerLine {
            word: "Cancelled",
            by: Shown::most(&who.by, 120),
            via: Shown::most(&who.via, 40),
            reason: Shown::new(""),
            at: stamp(who.at),
            when: clock(who.at),
        }
    }
}
