//! A person changes what an agent wants to do, and approves it as changed.
//!
//! What runs is always what its agent sends: the action that was asked about does not
//! run, and the agent is told what to send instead. The changed action is judged like
//! any other, then and again when it comes.

use std::sync::Arc;

use super::asking::ended;
use super::record::End;
use super::{Gate, with_cause};
use crate::action::{Action, ActionDigest};
use crate::approvals::{Answer, Approval, ApprovalError, Approvals};
use crate::audit::AuditError;
use crate::json::Object;
use crate::judge::now;
use crate::verdict::{Judged, Verdict};

/// A longer payload is not in the words an agent is told, in bytes.
const TOLD: usize = 8 << 10;

/// Why an action was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The question cannot be answered so.
    #[error(transparent)]
    Approvals(#[from] ApprovalError),
    /// It cannot be recorded.
    #[error("the change cannot be recorded: {0}")]
    Audit(#[from] AuditError),
    /// Nothing was changed.
    #[error("nothing was changed; approve it as it is")]
    Same,
    /// The policy forbids it.
    #[error("as changed it is blocked: {0}")]
    Blocked(String),
}

impl Gate {
    /// Approves an action with another payload than was asked about; the question about
    /// that. The digest is that of the action that was shown.
    ///
    /// # Errors
    /// It is not theirs to answer or was answered, the policy blocks it so, or it cannot
    /// be recorded. The question stands then as it did.
    pub fn edit(
        &self,
        id: &str,
        shown: ActionDigest,
        payload: Object,
        answer: &Answer,
    ) -> Result<String, EditError> {
        let asked = self.approvals.get(id)?.held;
        let action = Action {
            payload,
            ..(*asked.action).clone()
        };
        let digest = action.digest();
        if digest == asked.action.digest() {
            return Err(EditError::Same);
        }
        let judged = self.judge.judge_again(&Judged {
            action: Arc::new(action),
            ..asked
        });
        if judged.judgement.verdict == Verdict::Block {
            return Err(EditError::Blocked(judged.judgement.reason));
        }
        let words = format!("{} changed what was asked about", answer.by);
        let judged = with_cause(judged, "edited", words);
        let instead = Approvals::fresh_id();
        let end = End::Asked {
            approval: &instead,
            after: None,
        };
        self.record(&judged, digest, end)?;
        self.tell(&instead, &judged);
        self.approvals
            .replace(id, shown, (&instead, &judged), answer, now())?;
        Ok(instead)
    }

    /// A question that ended because nobody wants it any more, or because a person
    /// changed it: then it says what may run instead.
    pub(super) fn cancelled(&self, approval: &Approval) -> Judged {
        let held = approval.held.clone();
        let instead = self.approvals.instead(&approval.id).ok().flatten();
        let other = instead.and_then(|other| self.approvals.get(&other).ok());
        let by = approval.cancelled.as_ref().map(|who| &*who.by);
        let Some(other) = other else {
            let by = by.map_or_else(String::new, |by| format!(" by {by}"));
            return ended(
                held,
                "cancelled",
                &format!("the approval was cancelled{by}"),
            );
        };
        let by = by.unwrap_or("somebody");
        let payload = other.held.action.payload.text();
        let what = match payload.len() <= TOLD {
            true => payload,
            false => "that of the approval",
        };
        let words = format!(
            "{by} changed it (approval {}): send it again with this payload instead: {what}",
            other.id
        );
        ended(held, "edited", &words)
    }
}
