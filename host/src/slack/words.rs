//! What whoever clicked is told, as Slack shows text.

use super::text::{escaped, member};
use crate::approvals::{ApprovalError, State};
use crate::gate::granting::GrantError;

/// Longest words sent back.
const WORDS: usize = 1000;

/// Somebody's answer was taken: how far the question is.
pub fn taken(state: State) -> &'static str {
    match state {
        State::Pending => "Your yes is noted; this waits for somebody's yes still.",
        State::Refused => "Refused. The action does not run.",
        _ => "Approved. The agent may go on.",
    }
}

/// Why nothing was changed.
pub fn refused(e: &ApprovalError) -> String {
    match e {
        ApprovalError::Answered { state, by, .. } => {
            let by = by.as_deref().map(mention);
            let by = by.map_or_else(String::new, |by| format!(" by {by}"));
            format!("This was already {state}{by}. Nothing was changed.")
        }
        ApprovalError::Expired(_) => {
            "This has expired; the agent has to ask again. Nothing was changed.".to_owned()
        }
        ApprovalError::NotApprover(_) => {
            "You are not among those who may answer this. Nothing was changed.".to_owned()
        }
        ApprovalError::OwnAction(_) => {
            "You asked for this yourself; somebody else has to answer.".to_owned()
        }
        ApprovalError::Twice { .. } => {
            "You have answered this already; it takes somebody else, too.".to_owned()
        }
        ApprovalError::Words(what) => {
            format!("Nothing was changed: {}.", escaped(what, WORDS))
        }
        ApprovalError::Unknown(_) | ApprovalError::OtherAction(_) => {
            "This card is not about a question that waits here. Nothing was changed.".to_owned()
        }
        _ => "Your answer could not be kept. Nothing was changed; try again later.".to_owned(),
    }
}

/// Why nothing was granted.
pub fn ungranted(e: &GrantError) -> String {
    match e {
        GrantError::Approvals(e) => refused(e),
        GrantError::Audit(_) => {
            "This cannot be recorded now. Nothing was changed; try again later.".to_owned()
        }
    }
}

fn mention(identity: &str) -> String {
    match member(identity) {
        Some(user) => format!("<@{user}>"),
        None => escaped(identity, 200),
    }
}
