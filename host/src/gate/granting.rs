//! An approver widens an answer into a grant, and takes it back.
//!
//! A grant is on record before it holds, and it has ended before its end is recorded,
//! so that the log never knows of less than what ran.

use std::time::{Duration, SystemTime};

use super::Gate;
use crate::action::ActionDigest;
use crate::approvals::{Answer, ApprovalError, Approvals, Grant, Offer, Scope, State, Word};
use crate::audit::{self, AuditError, Entry};
use crate::decision::Decision;
use crate::judge::now;

/// Why there is no grant.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The answer was not taken, or the words do not fit.
    #[error(transparent)]
    Approvals(#[from] ApprovalError),
    /// It cannot be recorded.
    #[error("the grant cannot be recorded: {0}")]
    Audit(#[from] AuditError),
}

/// Approves, and remembers it for what these words say. Where several must approve,
/// the question may go on waiting: then the grant is one of several yeses, too. The
/// digest, if given, must be that of the action that was asked about.
///
/// # Errors
/// The answer is not taken, the words do not fit what was asked, or it cannot be
/// recorded.
pub fn grant(
    approvals: &Approvals,
    log: &audit::Log,
    id: &str,
    digest: Option<ActionDigest>,
    answer: &Answer,
    words: Vec<Word>,
    scope: Scope,
) -> Result<(State, Grant), GrantError> {
    let now = now();
    let grant = approvals.draft_grant(id, digest, answer, words, scope, now)?;
    record(log, &grant, "given", &answer.by, &answer.via)?;
    match approvals.answer_and_grant(answer, &grant, now) {
        Ok(state) => Ok((state, grant)),
        Err(e) => {
            record(log, &grant, "withdrawn", &answer.by, &answer.via)?;
            Err(e.into())
        }
    }
}

/// Takes a grant back. Questions it has answered stay answered.
///
/// # Errors
/// There is none that holds, or its end cannot be recorded; it has ended all the same.
pub fn revoke(
    approvals: &Approvals,
    log: &audit::Log,
    id: &str,
    by: &str,
    via: &str,
) -> Result<Grant, GrantError> {
    let grant = approvals.revoke(id, by, now())?;
    record(log, &grant, "revoked", by, via)?;
    Ok(grant)
}

fn record(
    log: &audit::Log,
    grant: &Grant,
    what: &str,
    by: &str,
    via: &str,
) -> Result<u64, AuditError> {
    let words: Vec<String> = grant.words.iter().map(Word::to_string).collect();
    let action = &grant.shown.action;
    log.append(&Entry::Grant(audit::Granted {
        at: SystemTime::now(),
        what,
        grant: &grant.id,
        approval: &grant.approval,
        by,
        via,
        agent: &action.agent,
        kind: &action.kind,
        session: grant.session.as_deref(),
        words: &words,
        until: SystemTime::UNIX_EPOCH + Duration::from_millis(grant.until),
    }))
}

impl Gate {
    /// Takes a human's yes, and [remembers](grant) it; what became of the action.
    ///
    /// # Errors
    /// As [`grant`] and [`Gate::finish`].
    pub fn resolve_and_grant(
        &self,
        id: &str,
        answer: &Answer,
        words: Vec<Word>,
        scope: Scope,
    ) -> Result<(Decision, Grant), GrantError> {
        let (_, grant) = self.grant(id, None, answer, words, scope)?;
        Ok((self.finish(id)?, grant))
    }

    /// Takes a human's yes, and [remembers](grant) it. Whoever asked concludes it.
    ///
    /// # Errors
    /// As [`grant`].
    pub fn grant(
        &self,
        id: &str,
        digest: Option<ActionDigest>,
        answer: &Answer,
        words: Vec<Word>,
        scope: Scope,
    ) -> Result<(State, Grant), GrantError> {
        grant(
            &self.approvals,
            &self.audit,
            id,
            digest,
            answer,
            words,
            scope,
        )
    }

    /// The words that an approver may be offered to grant: none whose values come, or may
    /// come, from what tools returned. None at all where there can be no grant.
    ///
    /// # Errors
    /// There is no such question, or the approvals cannot be used.
    pub fn offers(&self, id: &str) -> Result<Vec<Offer>, ApprovalError> {
        let held = self.approvals.get(id)?.held;
        let clean = |offer: &Offer| {
            let from_outputs = self.judge.may_come_from_outputs(&held, &offer.values);
            matches!(from_outputs, Ok(false))
        };
        let offers = Offer::of(&held.action);
        Ok(offers.into_iter().filter(clean).collect())
    }

    /// Takes a grant back.
    ///
    /// # Errors
    /// As [`revoke`].
    pub fn revoke_grant(&self, id: &str, by: &str, via: &str) -> Result<Grant, GrantError> {
        revoke(&self.approvals, &self.audit, id, by, via)
    }
}
