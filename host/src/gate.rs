//! The way of one action, top-down.
//!
//! ```text
//! decide ─ judge (session's turn, every plugin in a fresh sandbox, combine)
//!        ├─ ALLOW, BLOCK ────────────────────────────────┐
//!        └─ HOLD ─ recorded ─ asked ─ answered ─ judged again
//!                                                        └─ conclude: recorded, then the answer leaves
//! ```
//!
//! No answer leaves before its record is durable. If it cannot be recorded, the
//! answer is BLOCK.

use std::path::PathBuf;
use std::time::SystemTime;

use parking_lot::Mutex;

use crate::action::{Action, ActionDigest, Observation};
use crate::approvals::{Answer, Approval, ApprovalError, Approvals, Card, Channel};
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
        let approvals = Approvals::new(config.approval_lifetime, config.max_approvals);
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
        if let Err(e) = self.audit.check() {
            let blank = Decision::blank(&action, &self.judge.generation().id);
            return self.unrecorded(blank, &e);
        }
        let judged = self.judge.judge(action);
        match judged.judgement.verdict {
            Verdict::Allow => self.conclude(judged, true, None),
            Verdict::Block => self.conclude(judged, false, None),
            Verdict::Hold => self.hold(judged, None),
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

    /// Records a HOLD durably, then asks. `after` is a yes that did not cover it.
    fn hold(&self, judged: Judged, after: Option<(&Approval, &Answer)>) -> Decision {
        for late in self.approvals.expire(now()) {
            self.conclude(expired(&late), false, None);
        }
        let approval = match self.approvals.hold(judged.clone(), now()) {
            Ok(approval) => approval,
            Err(e) => {
                return self.conclude(with_cause(judged, "not-asked", e.to_string()), false, None);
            }
        };
        let digest = judged.action.digest();
        let seq = match self.record(
            &judged,
            digest,
            End::Asked {
                approval: &approval.id,
                after: after.map(said),
            },
        ) {
            Ok(seq) => seq,
            Err(e) => {
                let _ = self.approvals.take(&approval.id, 0); // nobody was told of it
                return self.unrecorded(Decision::of(judged, digest, Some(false), None), &e);
            }
        };
        self.decided.asked.one();
        let card = Card {
            id: &approval.id,
            action: &judged.action,
            judgement: &judged.judgement,
        };
        let waiting = |judged| Decision {
            seq: Some(seq),
            ..Decision::of(judged, digest, None, Some(approval.id.clone()))
        };
        match self.channel.ask(&card) {
            None => waiting(judged),
            // Somebody else may have answered first; then theirs counts.
            Some(answer) => self
                .resolve(&approval.id, &answer)
                .unwrap_or_else(|_| waiting(judged)),
        }
    }

    /// Takes a human's answer to a HOLD. An approved action is judged again
    /// under the generation now in force: a block still blocks, and a cause
    /// that was not shown is a new question.
    ///
    /// # Errors
    /// Nothing waits under this id.
    pub fn resolve(&self, id: &str, answer: &Answer) -> Result<Decision, ApprovalError> {
        let approval = match self.approvals.take(id, now()) {
            Ok(approval) => approval,
            Err(ApprovalError::Expired(approval)) => {
                return Ok(self.conclude(expired(&approval), false, Some((&approval, answer))));
            }
            Err(e) => return Err(e),
        };
        if !answer.approved {
            return Ok(self.conclude(approval.held.clone(), false, Some((&approval, answer))));
        }
        let again = self.judge.judge_again(&approval.held);
        Ok(match again.judgement.verdict {
            Verdict::Block => self.conclude(again, false, Some((&approval, answer))),
            Verdict::Hold if !approval.covers(&again) => {
                self.hold(again, Some((&approval, answer)))
            }
            Verdict::Hold | Verdict::Allow => self.conclude(again, true, Some((&approval, answer))),
        })
    }

    /// The end of every action: the human's word into the session, the record
    /// on disk, then the answer.
    fn conclude(
        &self,
        mut judged: Judged,
        mut approved: bool,
        answer: Option<(&Approval, &Answer)>,
    ) -> Decision {
        if answer.is_some()
            && let Err(e) = self.judge.settle(&judged.action, judged.step, approved)
        {
            approved = false;
            judged = with_cause(judged, "session-unavailable", e.to_string());
        }
        let approval = answer.map(said);
        let digest = judged.action.digest();
        let recorded = self.record(&judged, digest, End::Decided { approved, approval });
        if recorded.is_err() {
            // It does not run, so later decisions must not see that it did.
            let _ = self.judge.settle(&judged.action, judged.step, false);
        }
        if let Some(recorder) = &self.recorder {
            recorder.decided(&judged);
        }
        let decision = Decision::of(
            judged,
            digest,
            Some(approved),
            answer.map(|(approval, _)| approval.id.clone()),
        );
        match recorded {
            Ok(seq) => {
                self.decided.one(decision.verdict);
                if answer.is_some() && approved {
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

/// A human's answer as it is recorded.
fn said<'a>((approval, answer): (&'a Approval, &'a Answer)) -> audit::ApprovalLine<'a> {
    audit::ApprovalLine {
        id: &approval.id,
        by: &answer.by,
        via: &answer.via,
        at: SystemTime::now(),
    }
}

/// A HOLD that nobody answered in time.
fn expired(approval: &Approval) -> Judged {
    with_cause(
        approval.held.clone(),
        "expired",
        "the approval expired unanswered".to_owned(),
    )
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
