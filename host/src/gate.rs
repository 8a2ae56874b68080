//! The way of one action, top-down.
//!
//! ```text
//! decide ─ judge (session's turn, every plugin in a fresh sandbox, combine)
//!        ├─ ALLOW, BLOCK ────────────────────────────────┐
//!        └─ HOLD ─ recorded ─ asked ┄ answered ─ judged again
//!                                                        └─ conclude: recorded, then the answer leaves
//! ```
//!
//! No answer leaves before its record is durable. If it cannot be recorded, the
//! answer is BLOCK.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;

use crate::action::{Action, ActionDigest, Observation};
use crate::approvals::{
    Answer, Approval, ApprovalError, Approvals, Card, Channel, Claim, Conclusion, OnTimeout, State,
};
use crate::audit::{self, AuditError, Entry};
use crate::config::Config;
use crate::judge::{self, Judge, now};
use crate::policy::Policy;
use crate::recorder::Recorder;
use crate::runtime::LoadError;
use crate::session::SessionError;
use crate::stats::{Decided, Stats};
use crate::verdict::{Cause, Judged, Opinion, Reason, Verdict};

pub use crate::decision::Decision;

/// How often those who wait look whether the question's time is over.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Decides on actions before they run.
#[derive(Debug)]
pub struct Gate {
    judge: Judge,
    approvals: Approvals,
    channel: Box<dyn Channel>,
    audit: audit::Log,
    recorder: Option<Recorder>,
    decided: Decided,
    /// Held while a policy is swapped, so that the log and the gate agree on
    /// which came last. No decision takes it.
    swapping: Mutex<()>,
}

/// Why a swap did not happen. The old generation stays in force.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// The new policy cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The swap could not be recorded.
    #[error("the swap cannot be recorded: {0}")]
    Audit(#[from] AuditError),
}

/// Why an output was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The session did not take it.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// It could not be recorded.
    #[error("the output cannot be recorded: {0}")]
    Audit(#[from] AuditError),
}

/// Why a gate could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The judge could not be set up.
    #[error(transparent)]
    Judge(#[from] judge::OpenError),
    /// The audit log cannot be used.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The recorder could not be started.
    #[error("cannot record sessions in {folder}: {source}")]
    Recorder {
        /// Where to.
        folder: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Gate {
    /// Opens the gate a configuration describes.
    ///
    /// # Errors
    /// Whatever of it cannot be set up. There is no gate then, and nothing runs.
    pub fn open(config: &Config, channel: Box<dyn Channel>) -> Result<Self, OpenError> {
        let judge = Judge::open(config)?;
        let opened = audit::Log::open(&config.audit_path, config.durability, SystemTime::now())?;
        opened
            .recoveries
            .iter()
            .for_each(|recovery| tracing::warn!("audit log: {recovery}"));
        let audit = opened.log;
        let start = |(folder, redact): &(PathBuf, Vec<String>)| {
            let wrong = |source| OpenError::Recorder {
                folder: folder.display().to_string(),
                source,
            };
            Recorder::start(folder, redact).map_err(wrong)
        };
        let recorder = config.recorder.as_ref().map(start).transpose()?;
        let approvals = Approvals::new(config.approvals.clone());
        Ok(Gate::new(judge, approvals, channel, audit, recorder))
    }

    /// A gate of these parts.
    pub fn new(
        judge: Judge,
        approvals: Approvals,
        channel: Box<dyn Channel>,
        audit: audit::Log,
        recorder: Option<Recorder>,
    ) -> Self {
        Gate {
            judge,
            approvals,
            channel,
            audit,
            recorder,
            decided: Decided::default(),
            swapping: Mutex::new(()),
        }
    }

    /// Decides on an action. Returns when its record is durable.
    ///
    /// Never fails: whatever goes wrong makes the verdict more severe.
    pub fn decide(&self, action: Action) -> Decision {
        self.decide_for(action, "")
    }

    /// The same for somebody who is known: they cannot approve it themselves.
    pub fn decide_for(&self, action: Action, asker: &str) -> Decision {
        if let Err(e) = self.audit.check() {
            let blank = Decision::blank(&action, &self.judge.generation().id);
            return self.unrecorded(blank, &e);
        }
        let judged = self.judge.judge(action);
        match judged.judgement.verdict {
            Verdict::Allow => self.conclude(judged, true, None),
            Verdict::Block => self.conclude(judged, false, None),
            Verdict::Hold => self.hold(judged, asker),
        }
    }

    /// Decides on siblings of a parallel batch, in order: each sees the ones
    /// before it.
    pub fn decide_batch(&self, actions: impl IntoIterator<Item = Action>) -> Vec<Decision> {
        actions
            .into_iter()
            .map(|action| self.decide(action))
            .collect()
    }

    /// A held action: asked about before, or a new question.
    fn hold(&self, judged: Judged, asker: &str) -> Decision {
        self.tidy();
        let digest = judged.action.digest();
        match self.approvals.known(&judged.action, digest) {
            Ok(Some(id)) => self.come_back(&id, judged),
            Ok(None) => match self.question(judged, asker, None) {
                Ok(waiting) => self.ask(waiting, false),
                Err(decision) => *decision,
            },
            Err(e) => self.conclude(unasked(judged, &e), false, None),
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
            Ok(decision) => decision,
            Err(e) => return self.conclude(unasked(judged, &e), false, None),
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
            return Err(Box::new(self.conclude(unasked(judged, &e), false, None)));
        }
        let (id, digest) = (Approvals::fresh_id(), judged.action.digest());
        let end = End::Asked {
            approval: &id,
            after: after.and_then(said),
        };
        let seq = match self.record(&judged, digest, end) {
            Ok(seq) => seq,
            Err(e) => {
                let blank = Decision::of(judged, digest, Some(false), None);
                return Err(Box::new(self.unrecorded(blank, &e)));
            }
        };
        if let Err(e) = self.approvals.hold(&id, &judged, asker, now()) {
            return Err(Box::new(self.conclude(unasked(judged, &e), false, None)));
        }
        self.decided.asked.one();
        let decision = Decision {
            seq: Some(seq),
            approval_state: Some(State::Pending),
            ..Decision::of(judged.clone(), digest, None, Some(id))
        };
        Ok(Waiting { judged, decision })
    }

    /// Asks. Somebody else may answer first, elsewhere; then theirs counts.
    fn ask(&self, waiting: Waiting, again: bool) -> Decision {
        let Waiting { judged, decision } = waiting;
        let Some(id) = &decision.approval else {
            return decision;
        };
        let card = Card {
            id,
            action: &judged.action,
            judgement: &judged.judgement,
            again,
        };
        let concluded = match self.channel.ask(&card) {
            None => return decision,
            Some(answer) => match self.resolve(id, &answer) {
                Err(ApprovalError::Answered { .. }) => self.finish(id),
                resolved => resolved,
            },
        };
        concluded.unwrap_or_else(|e| self.conclude(unasked(judged, &e), false, None))
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
        match self.approvals.claim(id, now())? {
            Claim::Waits => Ok(waits(self.approvals.get(id)?)),
            Claim::Done(approval, conclusion) => Ok(concluded(&approval, *conclusion)),
            Claim::Taken => Err(ApprovalError::Busy(id.to_owned())),
            Claim::Ours(approval, claim) => Ok(self.apply(&approval, &claim)),
        }
    }

    /// Concludes an approval that is ours to conclude.
    fn apply(&self, approval: &Approval, claim: &str) -> Decision {
        let held = approval.held.clone();
        let (judged, approved) = match approval.state {
            State::Approved => {
                let again = self.judge.judge_again(&held);
                match again.judgement.verdict {
                    Verdict::Block => (again, false),
                    Verdict::Hold if !approval.covers(&again) => {
                        return self.ask_again(approval, claim, again);
                    }
                    Verdict::Hold | Verdict::Allow => (again, true),
                }
            }
            State::Refused => (held, false),
            State::Cancelled => (
                ended(held, "cancelled", "the approval was cancelled"),
                false,
            ),
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
        };
        // A yes that could not be written down as used might be used again.
        match self
            .approvals
            .settle(&approval.id, claim, &conclusion, now())
        {
            Err(e) if decision.may_run() => {
                let _ = self
                    .judge
                    .settle(&conclusion.judged.action, conclusion.judged.step, false);
                self.conclude(unasked(conclusion.judged, &e), false, Some(approval))
            }
            _ => decision,
        }
    }

    /// A yes that was not about all there is now: it is used up, and what it comes to
    /// is another question.
    fn ask_again(&self, approval: &Approval, claim: &str, again: Judged) -> Decision {
        let waiting = match self.question(again, &approval.asker, Some(approval)) {
            Ok(waiting) => waiting,
            Err(decision) => return *decision,
        };
        let conclusion = Conclusion {
            judged: waiting.judged.clone(),
            approved: None,
            approval: waiting.decision.approval.clone(),
            seq: waiting.decision.seq,
        };
        match self
            .approvals
            .settle(&approval.id, claim, &conclusion, now())
        {
            Ok(()) => self.ask(waiting, false),
            Err(e) => self.conclude(unasked(waiting.judged, &e), false, Some(approval)),
        }
    }

    /// Waits for the answer to a HOLD, from whatever process, for as long as this or
    /// until the question is over. What happens then is `approvals.on_timeout`: the
    /// question ends and the action does not run, or it goes on and `approved` is
    /// still open.
    ///
    /// # Errors
    /// It was never asked, or the approvals cannot be used.
    pub fn wait(&self, id: &str, patience: Duration) -> Result<Decision, ApprovalError> {
        let until = Instant::now() + patience;
        let mut id = id.to_owned();
        loop {
            let count = self.approvals.count();
            let decision = match self.finish(&id) {
                // Whoever concludes it may be killed meanwhile.
                Err(ApprovalError::Busy(_)) => None,
                found => Some(found?),
            };
            match decision {
                Some(decision) if decision.approved.is_some() => return Ok(decision),
                Some(Decision {
                    approval: Some(next),
                    ..
                }) if next != id => {
                    id = next;
                    continue;
                }
                _ if Instant::now() < until => {}
                _ => return self.give_up(&id),
            }
            // It may expire while nothing happens.
            let at_most = Instant::now() + LOOK_AGAIN;
            self.approvals.wait(count, until.min(at_most));
        }
    }

    /// The time to wait is up.
    fn give_up(&self, id: &str) -> Result<Decision, ApprovalError> {
        if self.approvals.config().on_timeout == OnTimeout::Deny {
            self.approvals.end(id, State::Expired, now())?;
        }
        self.finish(id)
    }

    /// Withdraws a question: it needs no answer any more, and the action does not
    /// run. If it was answered before, that counts.
    ///
    /// # Errors
    /// It was never asked, or the approvals cannot be used.
    pub fn cancel(&self, id: &str) -> Result<Decision, ApprovalError> {
        self.approvals.end(id, State::Cancelled, now())?;
        self.finish(id)
    }

    /// Concludes a few approvals that are over, or were answered while nobody waited
    /// for them, so that each action gets its record. Takes no longer where many wait.
    pub fn tidy(&self) {
        let due = self.approvals.due(now()).unwrap_or_default(); // whoever asks next is told
        for id in due {
            match self.finish(&id) {
                Ok(_) | Err(ApprovalError::Busy(_)) => {}
                Err(e) => tracing::warn!("approval {id} is not concluded: {e}"),
            }
        }
    }

    /// The approvals.
    pub fn approvals(&self) -> &Approvals {
        &self.approvals
    }

    /// The end of every action: the human's word into the session, the record
    /// on disk, then the answer.
    fn conclude(
        &self,
        mut judged: Judged,
        mut approved: bool,
        asked: Option<&Approval>,
    ) -> Decision {
        if asked.is_some()
            && let Err(e) = self.judge.settle(&judged.action, judged.step, approved)
        {
            approved = false;
            judged = with_cause(judged, "session-unavailable", e.to_string());
        }
        let approval = asked.and_then(said);
        let digest = judged.action.digest();
        let recorded = self.record(&judged, digest, End::Decided { approved, approval });
        if recorded.is_err() {
            // It does not run, so later decisions must not see that it did.
            let _ = self.judge.settle(&judged.action, judged.step, false);
        }
        if let Some(recorder) = &self.recorder {
            recorder.decided(&judged);
        }
        let decision = Decision {
            approval_state: asked.map(|approval| used(approval.state)),
            ..Decision::of(
                judged,
                digest,
                Some(approved),
                asked.map(|approval| approval.id.clone()),
            )
        };
        match recorded {
            Ok(seq) => {
                self.decided.one(decision.verdict);
                if asked.is_some() && approved {
                    self.decided.approved.one();
                }
                Decision {
                    seq: Some(seq),
                    ..decision
                }
            }
            Err(e) => self.unrecorded(decision, &e),
        }
    }

    /// Without a record nothing runs, whatever was decided.
    fn unrecorded(&self, decision: Decision, e: &AuditError) -> Decision {
        self.decided.unrecorded.one();
        Decision {
            verdict: Verdict::Block,
            approved: Some(false),
            reason: format!("cannot be recorded: {e}"),
            seq: None,
            ..decision
        }
    }

    fn record(
        &self,
        judged: &Judged,
        digest: ActionDigest,
        end: End<'_>,
    ) -> Result<u64, AuditError> {
        let Judged {
            action, judgement, ..
        } = judged;
        let plugins: Vec<audit::PluginLine<'_>> = judged.opinions.iter().map(plugin_line).collect();
        let reasons: Vec<audit::ReasonLine<'_>> = judgement.causes.iter().map(Into::into).collect();
        let line = audit::Judged {
            at: SystemTime::now(),
            agent: &action.agent,
            kind: &action.kind,
            summary: &action.summary,
            verdict: judgement.verdict,
            reason: &judgement.reason,
            risk: judgement.risk,
            session: &action.session,
            id: &action.id,
            action_digest: digest,
            generation: &judged.generation,
            plugins: &plugins,
            labels: &judgement.labels,
            reasons: &reasons,
            latency_us: judged.latency_us,
        };
        self.audit.append(&match end {
            End::Asked { approval, after } => Entry::Hold {
                judged: &line,
                approval: Some(approval),
                after,
            },
            End::Decided { approved, approval } => Entry::Decision {
                judged: &line,
                approved,
                approval,
            },
        })
    }

    /// Takes in what an action returned. An output that cannot be recorded stays
    /// in its session all the same, since plugins have read it; reporting the same
    /// output again records it.
    ///
    /// # Errors
    /// No such action, a second output for it, or it cannot be recorded.
    pub fn observe(&self, seen: &Observation) -> Result<u64, ObserveError> {
        self.audit.check()?;
        self.judge.observe(seen)?;
        let Observation {
            session,
            id,
            output,
            succeeded,
        } = seen;
        let at = SystemTime::now();
        let generation = self.judge.generation();
        let line = audit::Observed {
            at,
            session,
            id,
            generation: &generation.id,
            output,
            succeeded: *succeeded,
        };
        let seq = self.audit.append(&Entry::Observation(line))?;
        if let Some(recorder) = &self.recorder {
            recorder.observed(seen);
        }
        Ok(seq)
    }

    /// Loads a policy off the decision path and puts it in force in one step.
    /// The id of the generation now in force, and whether it is a new one.
    ///
    /// # Errors
    /// It cannot be loaded or recorded; the old generation stays in force.
    pub fn swap(&self, policy: &Policy) -> Result<(String, bool), SwapError> {
        let _one_at_a_time = self.swapping.lock();
        let generation = self.judge.build(policy)?;
        let (id, previous) = (generation.id.clone(), self.judge.generation().id.clone());
        if id == previous {
            return Ok((id.to_string(), false));
        }
        let plugins: Vec<(&str, &str)> = generation
            .plugins
            .iter()
            .map(|p| (p.name.as_str(), &*p.digest))
            .collect();
        let at = SystemTime::now();
        let line = audit::Swapped {
            at,
            generation: &id,
            previous: Some(&previous),
            plugins: &plugins,
        };
        self.audit.append(&Entry::Swap(line))?;
        drop(plugins);
        self.judge.switch(generation);
        Ok((id.to_string(), true))
    }

    /// The generation now in force.
    pub fn generation(&self) -> String {
        self.judge.generation().id.to_string()
    }

    /// Everything that was counted since the gate was opened.
    pub fn stats(&self) -> Stats {
        Stats {
            decisions: self.decided.read(),
            audit: self.audit.stats(),
            ..self.judge.stats()
        }
    }

    /// The operator's way back after the audit log failed: verifies the log
    /// again, mends a torn end, and lets decisions through.
    ///
    /// # Errors
    /// The log still cannot be used.
    pub fn reopen_audit(&self) -> Result<(), AuditError> {
        let mended = self.audit.reopen(SystemTime::now())?;
        mended
            .iter()
            .for_each(|recovery| tracing::warn!("audit log: {recovery}"));
        Ok(())
    }
}

/// What a record of an action says of its end.
enum End<'a> {
    /// A human is about to be asked.
    Asked {
        approval: &'a str,
        after: Option<audit::ApprovalLine<'a>>,
    },
    /// It is decided.
    Decided {
        approved: bool,
        approval: Option<audit::ApprovalLine<'a>>,
    },
}

/// A human's answer as it is recorded: all who said so.
fn said(approval: &Approval) -> Option<audit::ApprovalLine<'_>> {
    let last = approval.answers.last()?;
    Some(audit::ApprovalLine {
        id: &approval.id,
        by: &last.answer.by,
        via: &last.answer.via,
        at: SystemTime::UNIX_EPOCH + Duration::from_millis(last.at),
    })
}

/// What an agent is told of a yes is that it was a yes.
fn used(state: State) -> State {
    match state {
        State::Consumed => State::Approved,
        state => state,
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
fn ended(held: Judged, code: &str, message: &str) -> Judged {
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

/// Adds a cause of the host's own, in front.
fn with_cause(mut judged: Judged, code: &str, message: String) -> Judged {
    let reason = Reason {
        code: code.to_owned(),
        message: message.clone(),
        evidence: Vec::new(),
    };
    let cause = Cause {
        plugin: "gate".to_owned(),
        verdict: judged.judgement.verdict.max(Verdict::Hold),
        reason,
    };
    judged.judgement.verdict = cause.verdict;
    judged.judgement.causes.insert(0, cause);
    judged.judgement.reason = message;
    judged
}

fn plugin_line(opinion: &Opinion) -> audit::PluginLine<'_> {
    let assessment = opinion.outcome.as_ref().ok();
    audit::PluginLine {
        name: &opinion.plugin,
        digest: &opinion.digest,
        verdict: assessment.and_then(|a| a.verdict),
        risk: assessment.map(|a| a.risk),
        outcome: opinion.outcome_name(),
        fuel: opinion.fuel,
    }
}
