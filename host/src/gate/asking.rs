//! A HOLD is asked about, and what comes of the answer.
//!
//! ```text
//! hold ─┬─ question: recorded, then visible ─ ask ─┬─ no answer yet: the agent comes back, or waits
//!       └─ come back                               └─ resolve ─ finish ─ judged again ─ conclude
//! ```
//!
//! Whoever answers does not conclude; of all who could, exactly one does.

use std::time::Duration;

use super::record::{End, said};
use super::{Gate, with_cause};
use crate::approvals::{
    Answer, Approval, ApprovalError, Approvals, Card, Claim, Conclusion, State, Story, Turn,
};
use crate::decision::Decision;
use crate::judge::now;
use crate::verdict::{Judged, Verdict};

impl Gate {
    /// A held action: asked about before, or a new question.
    pub(super) fn hold(&self, judged: Judged, asker: &str) -> Decision {
        self.tidy();
        let digest = judged.action.digest();
        match self.approvals.known(&judged.action, digest) {
            Ok(Some(id)) => self.come_back(&id, judged),
            Ok(None) => match self.question(judged, asker, None) {
                Ok(waiting) => match self.granted(&waiting, asker) {
                    Some(decision) => decision,
                    None => self.ask(waiting, false),
                },
                Err(decision) => *decision,
            },
            Err(e) => self.unanswered(judged, &e, None),
        }
    }

    /// The agent asked before and comes back for the answer.
    fn come_back(&self, id: &str, judged: Judged) -> Decision {
        let (action, step) = (judged.action.clone(), judged.step);
        let decision = match self.finish(id) {
            Ok(decision) if decision.approved.is_none() => {
                let judged = judged.clone();
                self.ask(Waiting { judged, decision }, true)
            }
            Ok(decision) => Decision {
                id: action.id.clone(), // what a person changed may come under another id
                ..decision
            },
            Err(e) => return self.unanswered(judged, &e, None),
        };
        // The answer is about the step that was held first; this one is the same action.
        let settled = decision.approved.map_or(Ok(()), |approved| {
            self.judge.settle(&action, step, approved)
        });
        match settled {
            Ok(()) => decision,
            Err(e) => {
                let judged = with_cause(judged, "session-unavailable", e.to_string());
                self.conclude(judged, false, None)
            }
        }
    }

    /// Records a question durably, before anyone can see it. `after` is a yes that
    /// did not cover it. An error is the decision that comes of there being none.
    fn question(
        &self,
        judged: Judged,
        asker: &str,
        after: Option<&Approval>,
    ) -> Result<Waiting, Box<Decision>> {
        if let Err(e) = self.approvals.room() {
            return Err(Box::new(self.unanswered(judged, &e, None)));
        }
        let (id, digest) = (Approvals::fresh_id(), judged.action.digest());
        let end = End::Asked {
            approval: &id,
            after: after.map(said),
        };
        let seq = match self.record(&judged, digest, end) {
            Ok(seq) => seq,
            Err(e) => {
                let blank = Decision::of(judged, digest, Some(false), None);
                return Err(Box::new(self.unrecorded(blank, &e)));
            }
        };
        self.tell(&id, &judged);
        if let Err(e) = self.approvals.hold(&id, &judged, asker, now()) {
            return Err(Box::new(self.unanswered(judged, &e, None)));
        }
        self.decided.asked.one();
        let decision = Decision {
            seq: Some(seq),
            approval_state: Some(State::Pending),
            ..Decision::of(judged.clone(), digest, None, Some(id))
        };
        Ok(Waiting { judged, decision })
    }

    /// The decision on a question that approvers have answered in advance. Grants are
    /// people's yeses: where several are needed, several must be there.
    fn granted(&self, waiting: &Waiting, asker: &str) -> Option<Decision> {
        let (id, judged) = (waiting.decision.approval.as_ref()?, &waiting.judged);
        let answered = || -> Result<bool, ApprovalError> {
            for (grant, values) in self.approvals.granted(judged, asker, now())? {
                if !matches!(self.judge.may_come_from_outputs(judged, &values), Ok(false)) {
                    continue;
                }
                match self.approvals.answer_by_grant(id, &grant, now()) {
                    Ok(State::Pending) => {}
                    Ok(_) => return Ok(true),
                    Err(e) => tracing::debug!("grant {} does not answer {id}: {e}", grant.id),
                }
            }
            Ok(false)
        };
        match answered().and_then(|answered| answered.then(|| self.finish(id)).transpose()) {
            Ok(decision) => decision,
            Err(e) => Some(self.unanswered(judged.clone(), &e, None)),
        }
    }

    /// Keeps where the values came from, for whoever is asked. Without it there is
    /// less to see on the card, and the question stands all the same.
    pub(super) fn tell(&self, id: &str, judged: &Judged) {
        let story = match self.judge.before(judged) {
            Ok(view) => Story::of(judged, &view),
            Err(e) => return tracing::warn!("approval {id}: its session cannot be shown: {e}"),
        };
        if let Err(e) = self.approvals.tell(id, &story) {
            tracing::warn!("approval {id}: its session is not shown: {e}");
        }
    }

    /// Asks. Somebody else may answer first, elsewhere; then theirs counts.
    fn ask(&self, waiting: Waiting, again: bool) -> Decision {
        let Waiting { judged, decision } = waiting;
        let Some(id) = &decision.approval else {
            return decision;
        };
        let beside = match again {
            true => None,
            false => self.approvals.beside(id).unwrap_or_default(), // each on its own, then
        };
        let card = Card {
            id,
            action: &judged.action,
            judgement: &judged.judgement,
            again,
            beside: beside.as_deref(),
        };
        let concluded = match self.channel.ask(&card) {
            None => return decision,
            Some(answer) => match self.resolve(id, &answer) {
                Err(ApprovalError::Answered { .. }) => self.finish(id),
                resolved => resolved,
            },
        };
        concluded.unwrap_or_else(|e| self.unanswered(judged, &e, None))
    }

    /// Takes a human's answer to a HOLD, and concludes it. An approved action is
    /// judged again under the generation now in force: a block still blocks, and a
    /// cause that was not shown is a new question.
    ///
    /// # Errors
    /// Nothing waits under this id, somebody was first, or it is not theirs to answer.
    pub fn resolve(&self, id: &str, answer: &Answer) -> Result<Decision, ApprovalError> {
        match self.approvals.answer(id, answer, None, now()) {
            Ok(_) | Err(ApprovalError::Expired(_)) => self.finish(id),
            Err(e) => Err(e),
        }
    }

    /// What became of an action that was asked about. Concludes it, if it was
    /// answered or is over and nobody has done so yet: exactly one does.
    ///
    /// # Errors
    /// It was never asked, or the approvals cannot be used.
    pub fn finish(&self, id: &str) -> Result<Decision, ApprovalError> {
        self.finish_within(id, self.approvals.config().patience)
    }

    pub(super) fn finish_within(
        &self,
        id: &str,
        patience: Duration,
    ) -> Result<Decision, ApprovalError> {
        match self.approvals.claim(id, now(), patience)? {
            Claim::Waits => Ok(waits(self.approvals.get(id)?)),
            Claim::Done(approval, conclusion) => Ok(concluded(&approval, *conclusion)),
            Claim::Taken => Err(ApprovalError::Busy(id.to_owned())),
            Claim::Ours(approval, turn) => Ok(self.apply(&approval, turn)),
        }
    }

    /// Concludes an approval that is ours to conclude.
    fn apply(&self, approval: &Approval, turn: Turn<'_>) -> Decision {
        let held = approval.held.clone();
        let (judged, approved) = match approval.state {
            State::Approved => {
                let again = self.judge.judge_again(&held);
                match again.judgement.verdict {
                    Verdict::Block => (again, false),
                    Verdict::Hold if !approval.covers(&again) => {
                        return self.ask_again(approval, turn, again);
                    }
                    Verdict::Hold | Verdict::Allow => (again, true),
                }
            }
            State::Refused => (held, false),
            State::Cancelled => (self.cancelled(approval), false),
            State::Expired | State::Pending | State::Consumed => (
                ended(held, "expired", "the approval expired unanswered"),
                false,
            ),
        };
        let decision = self.conclude(judged.clone(), approved, Some(approval));
        let conclusion = Conclusion {
            judged,
            approved: decision.approved,
            approval: None,
            seq: decision.seq,
            at: now(),
        };
        // A yes that could not be written down as used might be used again.
        match self
            .approvals
            .settle(turn, &approval.id, &conclusion, now())
        {
            Err(e) if decision.may_run() => self.unanswered(conclusion.judged, &e, Some(approval)),
            _ => decision,
        }
    }

    /// A yes that was not about all there is now: it is used up, and what it comes to
    /// is another question.
    fn ask_again(&self, approval: &Approval, turn: Turn<'_>, again: Judged) -> Decision {
        let waiting = match self.question(again, &approval.asker, Some(approval)) {
            Ok(waiting) => waiting,
            Err(decision) => return *decision,
        };
        let conclusion = Conclusion {
            judged: waiting.judged.clone(),
            approved: None,
            approval: waiting.decision.approval.clone(),
            seq: waiting.decision.seq,
            at: now(),
        };
        match self
            .approvals
            .settle(turn, &approval.id, &conclusion, now())
        {
            Ok(()) => self.ask(waiting, false),
            Err(e) => self.unanswered(waiting.judged, &e, Some(approval)),
        }
    }

    /// A HOLD that got no answer because the approvals fail: it does not run, and its
    /// session must not take it for one that waits.
    fn unanswered(&self, judged: Judged, e: &ApprovalError, asked: Option<&Approval>) -> Decision {
        let judged = unasked(judged, e);
        if asked.is_none() {
            let _ = self.judge.settle(&judged.action, judged.step, false);
        }
        self.conclude(judged, false, asked)
    }

    /// The approvals.
    pub fn approvals(&self) -> &Approvals {
        &self.approvals
    }
}

/// A question that is recorded, and the decision until it is answered.
struct Waiting {
    judged: Judged,
    decision: Decision,
}

/// A question that waits, as its agent sees it.
fn waits(approval: Approval) -> Decision {
    Decision {
        approval_state: Some(approval.state),
        ..Decision::of(approval.held, approval.digest, None, Some(approval.id))
    }
}

/// What became of a question, as its agent sees it.
fn concluded(approval: &Approval, conclusion: Conclusion) -> Decision {
    let Conclusion {
        judged,
        approved,
        approval: next,
        seq,
        at: _,
    } = conclusion;
    let state = match next {
        Some(_) => State::Pending,
        None => used(approval.state),
    };
    Decision {
        seq,
        approval_state: Some(state),
        ..Decision::of(
            judged,
            approval.digest,
            approved,
            Some(next.unwrap_or_else(|| approval.id.clone())),
        )
    }
}

/// A HOLD that ended without an answer.
pub(super) fn ended(held: Judged, code: &str, message: &str) -> Judged {
    with_cause(held, code, message.to_owned())
}

/// A HOLD that nobody can be asked about. Where too many wait it stays one; where
/// the approvals fail it is a BLOCK.
fn unasked(mut judged: Judged, e: &ApprovalError) -> Judged {
    let code = match e {
        ApprovalError::TooMany(_) => "not-asked",
        _ => {
            judged.judgement.verdict = Verdict::Block;
            "approvals-unavailable"
        }
    };
    with_cause(judged, code, e.to_string())
}

/// What an agent is told of a yes is that it was a yes.
pub(super) fn used(state: State) -> State {
    match state {
        State::Consumed => State::Approved,
        state => state,
    }
}
