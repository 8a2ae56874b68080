//! A remembered yes: an approver lets more run than the one action they were shown.
//!
//! A grant is for one agent, one type of action and one who sends it, in one session or
//! until a time. It answers a later question by itself where the action is what its
//! [words](super::Word) say, every cause of it was on the card, no plugin failed, and
//! none of the values it names comes from what tools returned (that is the gate's to
//! look up). The action is judged as ever: what is blocked stays blocked.

use std::collections::BTreeSet;
use std::time::Duration;

use super::words::{Word, covered};
use super::{Answer, Approval, ApprovalError, Approvals, Given, State, store};
use crate::action::ActionDigest;
use crate::verdict::{Cause, Judged, Verdict};

/// How long a grant for a session lives at most.
const SESSION: Duration = Duration::from_secs(24 * 3600);
/// How long any grant lives at most.
const MOST: Duration = Duration::from_secs(30 * 24 * 3600);

/// Where and for how long a grant holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In the session of the action that was shown, for a day at most.
    Session,
    /// In every session, for as long as this: 30 days at most.
    For(Duration),
}

/// A remembered yes.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// The question it was given with.
    pub approval: String,
    /// The only session it holds in; every one when `None`.
    pub session: Option<String>,
    /// Who sends the actions, where that is known.
    pub asker: String,
    /// What may be something else than was shown.
    pub words: Vec<Word>,
    /// What the approver was shown.
    pub shown: Judged,
    /// Who gave it, and through which channel.
    pub by: String,
    /// Through which channel.
    pub via: String,
    /// When it began, in milliseconds since the Unix epoch.
    pub since: u64,
    /// When it ends, in milliseconds since the Unix epoch.
    pub until: u64,
    /// Who took it back, and when.
    pub revoked: Option<(String, u64)>,
    /// How many questions it has answered.
    pub uses: u64,
}

impl Grant {
    /// The grant that widens an answer to this question.
    ///
    /// # Errors
    /// The words do not fit what was shown, or the time is out of bounds.
    pub(super) fn widening(
        approval: &Approval,
        words: Vec<Word>,
        scope: Scope,
        given: &Given,
    ) -> Result<Grant, ApprovalError> {
        let wrong = |what: &str| ApprovalError::Words(what.to_owned());
        let action = &approval.held.action;
        if !given.answer.approved {
            return Err(wrong("a no is not remembered"));
        }
        if words.is_empty() {
            return Err(wrong("it names no argument"));
        }
        let names: BTreeSet<&str> = words.iter().map(Word::name).collect();
        if names.len() < words.len() {
            return Err(wrong("it names an argument twice"));
        }
        if action.session.is_empty() {
            // Nobody knows there where its values come from.
            return Err(wrong("the action stands alone, outside any session"));
        }
        if covered(&words, action, action).is_none() {
            return Err(wrong("the action that was shown is not what it says"));
        }
        let (session, time) = match scope {
            Scope::Session => (Some(action.session.clone()), SESSION),
            Scope::For(time) if time <= MOST => (None, time),
            Scope::For(_) => return Err(wrong("it may hold for 30 days at most")),
        };
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Ok(Grant {
            id: format!("gr-{}", uuid::Uuid::new_v4().simple()),
            approval: approval.id.clone(),
            session,
            asker: approval.asker.clone(),
            words,
            shown: approval.held.clone(),
            by: given.answer.by.clone(),
            via: given.answer.via.clone(),
            since: given.at,
            until: given.at.saturating_add(time),
            revoked: None,
            uses: 0,
        })
    }

    /// Whether it holds at this time.
    pub fn is_active(&self, now: u64) -> bool {
        self.revoked.is_none() && (self.since..self.until).contains(&now)
    }

    /// Whether it answers for this action. The values that it names, which must not
    /// come from what tools returned.
    pub fn covers(&self, judged: &Judged, asker: &str, now: u64) -> Option<Vec<String>> {
        let (shown, action) = (&self.shown.action, &judged.action);
        let same = self.is_active(now)
            && judged.judgement.verdict == Verdict::Hold
            && (shown.kind == action.kind && shown.agent == action.agent)
            && self.asker == asker
            && !action.session.is_empty()
            && (self.session.as_ref()).is_none_or(|session| *session == action.session)
            && !failed(judged)
            && causes(judged).is_subset(&causes(&self.shown));
        same.then(|| covered(&self.words, shown, action))?
    }
}

impl Approvals {
    /// The grant that would go with this yes, if it is given now. It does not hold yet.
    /// The digest, if given, must be that of the action that was asked about.
    ///
    /// # Errors
    /// It cannot be answered so, or the words do not fit what was asked.
    pub fn draft_grant(
        &self,
        id: &str,
        digest: Option<ActionDigest>,
        answer: &Answer,
        words: Vec<Word>,
        scope: Scope,
        now: u64,
    ) -> Result<Grant, ApprovalError> {
        let given = self.given(answer, now);
        let approval = self.store()?.get(id)?;
        store::takes(&approval, &given, digest)?;
        Grant::widening(&approval, words, scope, &given)
    }

    /// Takes a yes as [`answer`](Approvals::answer) does, together with its grant.
    ///
    /// # Errors
    /// As there; then there is no grant either.
    pub fn answer_and_grant(
        &self,
        answer: &Answer,
        grant: &Grant,
        now: u64,
    ) -> Result<State, ApprovalError> {
        let given = self.given(answer, now);
        let state = self.store()?.answer_and_grant(&given, grant);
        self.bell.ring();
        state
    }

    /// The grants that answer for this action, with the values they name. The newest
    /// are looked at.
    ///
    /// # Errors
    /// The file failed.
    pub fn granted(
        &self,
        judged: &Judged,
        asker: &str,
        now: u64,
    ) -> Result<Vec<(Grant, Vec<String>)>, ApprovalError> {
        let found = self.store()?.grants_for(judged, now)?.into_iter();
        let covers = |grant: Grant| {
            let values = grant.covers(judged, asker, now)?;
            Some((grant, values))
        };
        Ok(found.filter_map(covers).collect())
    }

    /// A grant answers a question, for whoever gave it.
    ///
    /// # Errors
    /// It does not hold any more, they may not answer this, or the file failed.
    pub fn answer_by_grant(
        &self,
        id: &str,
        grant: &Grant,
        now: u64,
    ) -> Result<State, ApprovalError> {
        let answer = Answer {
            approved: true,
            by: grant.by.clone(),
            via: "grant".to_owned(),
            reason: None,
        };
        let given = Given {
            grant: Some(grant.id.clone()),
            ..self.given(&answer, now)
        };
        let state = self.store()?.answer_by_grant(id, &given);
        self.bell.ring();
        state
    }

    /// All grants, or those that hold at this time; the newest, oldest first.
    ///
    /// # Errors
    /// The file failed.
    pub fn grants(&self, active: Option<u64>, most: u32) -> Result<Vec<Grant>, ApprovalError> {
        self.store()?.grants(active, most)
    }

    /// Takes a grant back; what it was.
    ///
    /// # Errors
    /// There is none that holds, or the file failed.
    pub fn revoke(&self, id: &str, by: &str, now: u64) -> Result<Grant, ApprovalError> {
        self.store()?.revoke(id, by, now)
    }
}

/// A plugin that failed might have had something else to say.
fn failed(judged: &Judged) -> bool {
    let mut enforcing = judged
        .opinions
        .iter()
        .filter(|opinion| opinion.part.counts());
    enforcing.any(|opinion| opinion.outcome.is_err())
}

/// Each cause with the arguments of the action it points at.
fn causes(judged: &Judged) -> BTreeSet<(&str, &str, BTreeSet<&str>)> {
    let causes = judged.judgement.causes.iter();
    causes
        .map(|cause| (&*cause.plugin, &*cause.reason.code, paths(cause)))
        .collect()
}

fn paths(cause: &Cause) -> BTreeSet<&str> {
    let own = cause
        .reason
        .evidence
        .iter()
        .filter(|seen| seen.step.is_none());
    own.map(|seen| seen.path.as_str()).collect()
}
