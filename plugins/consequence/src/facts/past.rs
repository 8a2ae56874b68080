//! The session so far, as far as the engine asks.

use coldnotch_plugin::{History, Occurrence, Verdict};

/// The session so far, as far as the engine asks. The host's history is one;
/// tests bring their own.
pub trait Past {
    /// The indices of the steps that can be asked for, oldest first.
    fn kept(&self) -> std::ops::Range<u32>;
    /// Labels of a step.
    fn labels(&self, step: u32) -> Vec<String>;
    /// The arguments of a step as JSON text.
    fn payload(&self, step: u32) -> String;
    /// What became of a step.
    fn fate(&self, step: u32) -> Fate;
    /// Where each text occurred before.
    fn find(&self, texts: &[String]) -> Vec<Vec<Occurrence>>;
    /// What the observer noted of the outputs.
    fn notes(&self) -> &[u8];
}

/// The host's history with this plugin's notes.
pub struct Session<'s, 'h> {
    /// The steps.
    pub history: &'s History<'h>,
    /// The notes.
    pub notes: &'s [u8],
}

impl Past for Session<'_, '_> {
    fn kept(&self) -> std::ops::Range<u32> {
        self.history.kept()
    }

    fn labels(&self, step: u32) -> Vec<String> {
        self.history.labels(step)
    }

    fn payload(&self, step: u32) -> String {
        self.history
            .step(step)
            .map(|s| s.action.payload_text)
            .unwrap_or_default()
    }

    fn fate(&self, step: u32) -> Fate {
        self.history.step(step).map_or(Fate::default(), |s| Fate {
            ran: s.succeeded != Some(false)
                && (s.approved == Some(true) || s.verdict == Verdict::Allow),
            approved: s.approved == Some(true),
            waits: s.approved.is_none() && s.verdict == Verdict::Hold && s.succeeded != Some(false),
        })
    }

    fn find(&self, texts: &[String]) -> Vec<Vec<Occurrence>> {
        self.history.find_values(texts)
    }

    fn notes(&self) -> &[u8] {
        self.notes
    }
}

/// What became of a step.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fate {
    /// It was let through and is not known to have failed.
    pub ran: bool,
    /// A human approved it.
    pub approved: bool,
    /// A human has not answered yet.
    pub waits: bool,
}
