//! Which questions of a session ask about the same thing.
//!
//! They are one card for a person, and several questions all the same: an agent that
//! asks twice may have tried again or may want to pay twice, and nobody can tell from
//! outside. So no yes ever lets two actions run by itself. Where the actions are equal to
//! the digest, one answer may [name each](Approvals::answer_each) of those that were shown;
//! each of these yeses is used once, for the question it was given to.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{Answer, Approval, ApprovalError, Approvals, State};
use crate::action::ActionDigest;
use crate::verdict::{Cause, Judged};

/// Names what is asked: the session, the agent, the action's type, and each cause with
/// the values of the action that it points at (all of them, where it points at none).
/// Two actions with one name belong on one card; each keeps an answer of its own.
/// `None` for an action that stands alone.
pub(super) fn cause(held: &Judged) -> Option<String> {
    let action = &held.action;
    if action.session.is_empty() {
        return None;
    }
    let mut causes: Vec<Vec<&str>> = held.judgement.causes.iter().map(named).collect();
    causes.sort();
    if causes.is_empty() || causes.iter().any(|cause| cause.len() == 2) {
        causes.push(vec![action.payload.text()]);
    }
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    for cause in [vec![&*action.session, &*action.agent, &*action.kind]]
        .into_iter()
        .chain(causes)
    {
        part("");
        cause.into_iter().for_each(&mut part);
    }
    Some(HEXLOWER.encode(&hash.finalize()[..16]))
}

/// A cause, and the values of the action that it points at.
fn named(cause: &Cause) -> Vec<&str> {
    let own = cause
        .reason
        .evidence
        .iter()
        .filter(|seen| seen.step.is_none());
    let named = own.flat_map(|seen| [seen.path.as_str(), seen.text.as_str()]);
    let code = [cause.plugin.as_str(), cause.reason.code.as_str()];
    code.into_iter().chain(named).collect()
}

impl Approvals {
    /// The question on whose card this one belongs: the oldest other one that waits with
    /// the same cause.
    ///
    /// # Errors
    /// The file failed.
    pub fn beside(&self, id: &str) -> Result<Option<String>, ApprovalError> {
        self.store()?.beside(id)
    }

    /// The other questions that wait with the same cause, oldest first: they belong on
    /// one card. Each has an answer of its own.
    ///
    /// # Errors
    /// The file failed.
    pub fn siblings(&self, approval: &Approval) -> Result<Vec<Approval>, ApprovalError> {
        match &approval.cause {
            Some(cause) => self.store()?.siblings(&approval.id, cause),
            None => Ok(Vec::new()),
        }
    }

    /// One answer to several questions about exactly this action, each of them named: all
    /// take it, or none. How far each is then.
    ///
    /// # Errors
    /// One of them cannot be answered so, is about another action, or the file failed.
    pub fn answer_each(
        &self,
        ids: &[String],
        digest: ActionDigest,
        answer: &Answer,
        now: u64,
    ) -> Result<Vec<State>, ApprovalError> {
        if let [id] = ids {
            return Ok(vec![self.answer(id, answer, Some(digest), now)?]);
        }
        let given = self.given(answer, now);
        let states = self.store()?.answer_each(ids, digest, &given);
        self.bell.ring();
        states
    }
}
