//! On what terms a question is asked: who may answer, how many must, for how long.

use std::path::PathBuf;
use std::time::Duration;

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
