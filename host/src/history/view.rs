//! What one decision may see of a session.

use std::sync::Arc;

use super::{History, Leaf, Limits, Occurrence, Step};

/// Texts that are looked up in one call.
pub const TEXTS: usize = 64;

/// What a decision about the step `before` may see: the steps before it.
#[derive(Debug, Clone)]
pub struct View {
    history: Arc<History>,
    before: u32,
}

impl Default for View {
    /// Of a session without steps.
    fn default() -> Self {
        View::new(Arc::new(History::new(Limits::default())), 0)
    }
}

impl View {
    /// The steps of `history` before `before`.
    pub fn new(history: Arc<History>, before: u32) -> Self {
        let before = before.min(history.len());
        View { history, before }
    }

    /// The user's own words, if the runtime gave them.
    pub fn intent(&self) -> Option<&str> {
        self.history.intent()
    }

    /// How many steps came before, dropped ones included.
    pub fn len(&self) -> u32 {
        self.before
    }

    /// No step came before.
    pub fn is_empty(&self) -> bool {
        self.before == 0
    }

    /// Index of the oldest step still kept, or `len()`.
    pub fn first(&self) -> u32 {
        self.history.first().min(self.before)
    }

    /// A step before, if it is still kept.
    pub fn step(&self, index: u32) -> Option<&Step> {
        self.history
            .step(index)
            .filter(|step| step.index < self.before)
    }

    /// Labels of a step; none when there is no such step.
    pub fn labels(&self, index: u32) -> &[String] {
        self.step(index).map_or(&[], |step| &step.labels)
    }

    /// At most `max` bytes of a step's output from byte `offset` on, cut to whole
    /// characters; empty when there is none.
    pub fn output(&self, index: u32, offset: usize, max: usize) -> &str {
        if index < self.before {
            self.history.output(index, offset, max)
        } else {
            ""
        }
    }

    /// The leaves of a step's output; empty when there is none.
    pub fn leaves(&self, index: u32) -> Vec<Leaf> {
        match index < self.before {
            true => self.history.leaves(index),
            false => Vec::new(),
        }
    }

    /// For each text the places where it occurred before (see
    /// [`History::find`]). At most 64 texts are looked up; further ones get no
    /// occurrences.
    pub fn find_values(&self, texts: &[String]) -> Vec<Vec<Occurrence>> {
        let find = |(at, text): (usize, &String)| match at < TEXTS {
            true => self.history.find(text, self.before),
            false => Vec::new(),
        };
        texts.iter().enumerate().map(find).collect()
    }
}
