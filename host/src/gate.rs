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

mod asking;
#[cfg(test)]
mod cost;
mod editing;
pub mod granting;
pub mod quarantining;
mod record;
mod swapping;
mod waiting;

use std::path::PathBuf;
use std::time::SystemTime;

use parking_lot::Mutex;

use crate::action::{Action, Observation};
use crate::approvals::{Approval, Approvals, Channel};
use crate::audit::{self, AuditError, Entry};
use crate::config::Config;
use crate::judge::{self, Judge};
use crate::plugins::{self, Listed};
use crate::quarantine::{Quarantine, QuarantineError};
use crate::recorder::Recorder;
use crate::session::SessionError;
use crate::stats::{Decided, Stats};
use crate::verdict::{Cause, Judged, Reason, Verdict};

use asking::used;
use record::{End, said};

pub use crate::decision::Decision;
pub use editing::EditError;
pub use swapping::SwapError;

/// Decides on actions before they run.
#[derive(Debug)]
pub struct Gate {
    judge: Judge,
    approvals: Approvals,
    channel: Box<dyn Channel>,
    audit: audit::Log,
    recorder: Option<Recorder>,
    quarantine: Quarantine,
    decided: Decided,
    /// Held while a policy is swapped, so that the log and the gate agree on
    /// which came last. No decision takes it.
    swapping: Mutex<()>,
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
    /// The file of the plugins that failed too often cannot be used.
    #[error(transparent)]
    Quarantine(#[from] QuarantineError),
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
        let judge = Judge::open(config)?.tolerating(config.quarantine.tolerance);
        let quarantine = Quarantine::open(&config.quarantine.file)?;
        quarantine.apply(&judge.generation())?;
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
        Ok(Gate::new(
            judge, approvals, channel, audit, recorder, quarantine,
        ))
    }

    /// A gate of these parts.
    pub fn new(
        judge: Judge,
        approvals: Approvals,
        channel: Box<dyn Channel>,
        audit: audit::Log,
        recorder: Option<Recorder>,
        quarantine: Quarantine,
    ) -> Self {
        Gate {
            judge,
            approvals,
            channel,
            audit,
            recorder,
            quarantine,
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
        self.put_away();
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
        let approval = asked.map(said);
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

    /// The generation now in force.
    pub fn generation(&self) -> String {
        self.judge.generation().id.to_string()
    }

    /// The plugins now in force, and the generation they are of.
    pub fn plugins(&self) -> (String, Vec<Listed>) {
        let generation = self.judge.generation();
        (generation.id.to_string(), plugins::of(&generation))
    }

    /// Everything that was counted since the gate was opened.
    pub fn stats(&self) -> Stats {
        Stats {
            decisions: self.decided.read(),
            audit: self.audit.stats(),
            ..self.judge.stats()
        }
    }

    /// Whether decisions can be recorded.
    ///
    /// # Errors
    /// The log does not take any more.
    pub fn check(&self) -> Result<(), AuditError> {
        self.audit.check()
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
