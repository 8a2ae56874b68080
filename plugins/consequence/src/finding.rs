//! What a rule found, with its evidence, and how findings become an answer.

use coldnotch_plugin::{Assessment, Evidence};

use crate::ledger;

/// One cause for holding an action.
#[derive(Debug)]
pub struct Finding {
    /// How sure and how bad, in (0.5, 1].
    pub risk: f64,
    /// One plain sentence with the actual values.
    pub message: String,
    /// What a human can look up.
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// A finding whose sentence is these pieces, one after another.
    pub fn new(risk: f64, pieces: &[&str]) -> Finding {
        Finding {
            risk,
            message: pieces.concat(),
            evidence: Vec::new(),
        }
    }

    /// The cause: the rule and what it says.
    pub fn cause(&self, code: &str) -> u64 {
        ledger::hash([code, &self.message])
    }

    /// The values of the action itself that it is about, as JSON spells them.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let own = self.evidence.iter().filter(|e| e.step.is_none());
        own.map(|e| e.text.split(['"', '\\', '\n']).next().unwrap_or_default())
    }

    /// Adds a value of the action itself.
    pub fn with(self, path: &str, text: &str) -> Finding {
        self.at(None, path, text)
    }

    /// Adds a value of an earlier step.
    pub fn at(mut self, step: Option<u32>, path: &str, text: &str) -> Finding {
        self.evidence.push(Evidence {
            step,
            path: path.to_owned(),
            text: short(text, 120).to_owned(),
        });
        self
    }
}

/// The beginning of a text, cut to whole characters.
pub fn short(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Folds the findings: the worst one decides the risk, all are told, the worst
/// first.
pub fn fold(mut findings: Vec<(&'static str, Finding)>, otherwise: f64) -> Assessment {
    if findings.is_empty() {
        return Assessment::abstain(otherwise);
    }
    findings.sort_by(|(_, a), (_, b)| b.risk.total_cmp(&a.risk));
    let worst = findings.first().map_or(otherwise, |(_, f)| f.risk);
    let mut answer = Assessment::hold(worst);
    for (code, finding) in findings {
        answer = answer.because(code, finding.message);
        for e in finding.evidence {
            answer = answer.evidence_at(e.step, &e.path, &e.text);
        }
    }
    answer
}
