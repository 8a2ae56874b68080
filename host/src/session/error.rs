//! Why a session cannot be worked on.

use std::path::PathBuf;
use std::time::Duration;

/// Why a session could not be worked on.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Another caller kept it for too long.
    #[error("the session is busy: waited {0:?} for its turn")]
    Busy(Duration),
    /// Another process changed it in the meantime: look again.
    #[error("another process is deciding in this session")]
    Conflict,
    /// The state file could not be opened or created.
    #[error(
        "cannot open the session state {path}: {source}; check that its folder exists and can be \
         written, or choose another path with `session.state`"
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The state file failed.
    #[error(
        "the session state {path} cannot be used: {source}; check for a full or read-only disk and \
         for whoever else uses the file"
    )]
    State {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The path names another file now, or none. Two processes on two files would
    /// not see each other.
    #[error(
        "the session state {path} was moved away or replaced while in use; put it back, or start \
         this process again to begin anew"
    )]
    Replaced {
        /// The file.
        path: PathBuf,
    },
    /// The state file holds something that cannot be read back.
    #[error("the session state {path} is damaged: {what}; move it away to begin anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// An observation names no action of the session.
    #[error("session '{session}' has no action '{id}' to which this output could belong")]
    NoSuchAction {
        /// The session.
        session: String,
        /// The action's id.
        id: String,
    },
    /// Another output was reported before, or the same so long ago that it is no
    /// longer kept.
    #[error("the output of action '{id}' was already reported")]
    AlreadyObserved {
        /// The action's id.
        id: String,
    },
}
