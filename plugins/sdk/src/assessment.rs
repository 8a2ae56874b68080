//! The answer of a scorer.

use crate::bindings::plain::coldnotch::policy::types;

pub use types::{Evidence, Reason, ScoreError, Verdict};

/// A scorer's answer: risk, verdict, reasons and labels.
#[derive(Debug, Clone, Default)]
pub struct Assessment {
    /// Risk in `[0,1]`; the host refuses anything else.
    pub risk: f64,
    /// The verdict, or `None` to abstain.
    pub verdict: Option<Verdict>,
    /// Causes, most important first.
    pub reasons: Vec<Reason>,
    /// Labels kept with the step.
    pub labels: Vec<String>,
}

impl Assessment {
    /// No verdict: the operator's threshold judges the risk.
    pub fn abstain(risk: f64) -> Self {
        Assessment {
            risk,
            ..Self::default()
        }
    }

    /// Nothing against it. Never overrules another scorer.
    pub fn allow() -> Self {
        Assessment {
            verdict: Some(Verdict::Allow),
            ..Self::default()
        }
    }

    /// A human should see this.
    pub fn hold(risk: f64) -> Self {
        Assessment {
            risk,
            verdict: Some(Verdict::Hold),
            ..Self::default()
        }
    }

    /// It must not run.
    pub fn block(risk: f64) -> Self {
        Assessment {
            risk,
            verdict: Some(Verdict::Block),
            ..Self::default()
        }
    }

    /// Adds a cause: a stable code and one plain sentence.
    pub fn because(mut self, code: &str, message: impl Into<String>) -> Self {
        self.reasons.push(Reason {
            code: code.to_owned(),
            message: message.into(),
            evidence: Vec::new(),
        });
        self
    }

    /// Adds evidence from the action itself to the last cause.
    pub fn evidence(self, path: &str, text: &str) -> Self {
        self.evidence_at(None, path, text)
    }

    /// Adds evidence from an earlier step to the last cause.
    pub fn evidence_at(mut self, step: Option<u32>, path: &str, text: &str) -> Self {
        if let Some(reason) = self.reasons.last_mut() {
            reason.evidence.push(Evidence {
                step,
                path: path.to_owned(),
                text: text.to_owned(),
            });
        }
        self
    }

    /// Adds a label.
    pub fn label(mut self, label: &str) -> Self {
        self.labels.push(label.to_owned());
        self
    }
}

impl From<Assessment> for types::Assessment {
    fn from(a: Assessment) -> Self {
        types::Assessment {
            risk: a.risk,
            verdict: a.verdict,
            reasons: a.reasons,
            labels: a.labels,
        }
    }
}
