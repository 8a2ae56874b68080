//! What can go wrong with a question or its answer.

use std::path::PathBuf;

use super::State;

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
    /// A grant does not fit what was asked.
    #[error("this cannot be granted: {0}")]
    Words(String),
    /// There is no such grant, or it does not hold.
    #[error("there is no grant '{0}' that holds")]
    UnknownGrant(String),
    /// Too many are waiting.
    #[error("{0} approvals are already waiting for a human")]
    TooMany(u64),
    /// Somebody else has been concluding it, or another one, for too long.
    #[error("approval '{0}' is being concluded by somebody else")]
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
