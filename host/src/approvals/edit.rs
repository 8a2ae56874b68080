//! A person changes what is to be done, and approves it as changed.
//!
//! The question that was asked ends, another one takes its place, and their yes to that
//! is taken, all in one step. The agent that waits is told no, and what to send instead;
//! when it sends that, under whatever id, the yes is waiting for it.

use super::{Answer, ApprovalError, Approvals, State};
use crate::action::ActionDigest;
use crate::verdict::Judged;

impl Approvals {
    /// Puts the changed action in the place of the one that was shown.
    ///
    /// # Errors
    /// The question cannot be answered so, or the file failed; then nothing changed.
    pub fn replace(
        &self,
        id: &str,
        shown: ActionDigest,
        instead: (&str, &Judged),
        answer: &Answer,
        now: u64,
    ) -> Result<State, ApprovalError> {
        let store = self.store()?;
        let (instead, held) = instead;
        let other = self.draft(instead, held, &store.get(id)?.asker, now);
        let state = store.replace(id, shown, &other, &self.given(answer, now));
        self.bell.ring();
        state
    }

    /// The question that was asked instead of this one.
    ///
    /// # Errors
    /// The file failed.
    pub fn instead(&self, id: &str) -> Result<Option<String>, ApprovalError> {
        self.store()?.instead(id)
    }

    /// The question in whose place this one was asked.
    ///
    /// # Errors
    /// The file failed.
    pub fn original(&self, id: &str) -> Result<Option<String>, ApprovalError> {
        self.store()?.original(id)
    }
}
