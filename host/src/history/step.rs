//! One step of a session, and how much is kept of all of them.

use std::sync::Arc;

use crate::action::Action;
use crate::verdict::Verdict;

/// What is kept of one session at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps; the oldest go first. At least 1.
    pub steps: usize,
    /// Bytes of outputs and actions together. The oldest outputs go first, then
    /// the oldest steps; the newest step stays. The index over them takes at
    /// most four times as much, or it counts as too much, too.
    pub bytes: usize,
    /// Bytes of one output; the beginning is kept.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            steps: 1000,
            bytes: 4 * 1024 * 1024,
            output: 256 * 1024,
        }
    }
}

/// Whether a step's output can still be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// None was reported (yet).
    Absent,
    /// Whole.
    Kept(Arc<str>),
    /// Its beginning; the rest was over the limit.
    Truncated(Arc<str>),
    /// It was reported and dropped since, to keep the session within bounds.
    Dropped,
}

impl Output {
    /// What can be read; empty when nothing can.
    pub fn text(&self) -> &str {
        match self {
            Output::Kept(text) | Output::Truncated(text) => text,
            Output::Absent | Output::Dropped => "",
        }
    }
}

/// One action and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Position in the session, from 0.
    pub index: u32,
    /// The action.
    pub action: Arc<Action>,
    /// The policy's combined verdict at the time.
    pub verdict: Verdict,
    /// The combined risk at the time, in `[0,1]`.
    pub risk: f64,
    /// Labels of all scorers.
    pub labels: Vec<String>,
    /// What the human said to a HOLD; `None` when nobody did.
    pub approved: Option<bool>,
    /// Whether it worked; `None` when the runtime did not say.
    pub succeeded: Option<bool>,
    /// What it returned.
    pub output: Output,
}

impl Step {
    /// Whether this is what the action was reported to have returned, as far as
    /// that is kept.
    pub fn returned(&self, output: &str, succeeded: Option<bool>) -> bool {
        let same = match &self.output {
            Output::Kept(text) => **text == *output,
            Output::Truncated(text) => output.len() > text.len() && output.starts_with(&**text),
            Output::Absent | Output::Dropped => false,
        };
        same && self.succeeded == succeeded
    }

    /// Bytes that count towards [`Limits::bytes`].
    pub(super) fn weight(&self) -> usize {
        let action = &self.action;
        let texts = [
            &action.id,
            &action.session,
            &action.agent,
            &action.kind,
            &action.summary,
        ];
        texts.iter().map(|text| text.len()).sum::<usize>()
            + action.payload.text().len()
            + action.context.text().len()
            + action.intent.as_ref().map_or(0, String::len)
            + self.labels.iter().map(String::len).sum::<usize>()
    }
}
