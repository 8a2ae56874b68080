//! The steps of one session, bounded, and the index of the values that
//! occurred in them.
//!
//! | file | what it knows |
//! | --- | --- |
//! | `mod.rs` | which steps are kept; `step.rs` one step, `view.rs` what a decision sees |
//! | `leaves.rs` | a text's leaves; `literal.rs` reads JSON and Python, `yaml.rs` YAML |
//! | `normal.rs` | what two writings of one value share; `figures.rs` for numbers |
//! | `decode.rs` | base64, hex, URL and quoted-printable, undone |
//! | `index.rs` | where a word occurred; `postings.rs` its lists, `search.rs` a value (`overlap.rs` at every place), `bounds.rs` where values end |
//!
//! Nothing here waits, stores or decides. The same calls give the same answers.
//!
//! What a search does not find: a value without a letter, digit or symbol; the
//! text of a whole JSON document (its values are found, each in its place); a
//! name of a member that is a plain word. Of a text over 4 KiB the first 4 KiB
//! are sought.

mod bounds;
mod decode;
mod figures;
mod index;
mod leaves;
mod literal;
mod normal;
mod overlap;
mod postings;
mod search;
mod step;
#[cfg(test)]
mod tests;
mod view;
mod work;
mod yaml;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::action::Action;
use crate::verdict::Verdict;

pub use self::leaves::{Leaf, read_whole as leaves_of};
pub use self::step::{Limits, Output, Step};
pub use self::view::{TEXTS, View};

use self::index::{Added, Index};
use self::leaves::cut;

/// The index may take this many times the bytes of what it indexes.
const INDEX_FACTOR: usize = 4;

/// Intents that stay findable.
const INTENTS: usize = 64;

/// Bytes of all intents that stay findable.
const INTENT_BYTES: usize = 256 * 1024;

/// Where a value occurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the user's own words.
    Intent,
    /// In the payload of an earlier action.
    Payload,
    /// In the output of an earlier action.
    Output,
}

/// One leaf in which a value occurred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Where.
    pub place: Place,
    /// The step; `None` for the intent.
    pub step: Option<u32>,
    /// Path of the leaf: `payload.to`, `output.accounts[0].iban`; empty for plain
    /// text and for the intent.
    pub path: Arc<str>,
    /// The leaf is the value and nothing else.
    pub whole_leaf: bool,
    /// How many words the leaf has; in scripts without spaces, roughly.
    pub leaf_words: u32,
    /// How often the value stands in the leaf, at least 1. In a leaf of more
    /// than 4 KiB each 4 KiB count up to 64.
    pub count: u32,
    /// `None` when it stands there as it is or in a normal form. Otherwise what
    /// had to be undone: `base64`, `hex`, `url`, `quoted-printable`;
    /// `minor-units` when one side is the other in cents; `look-alike` when the
    /// two agree only if letters that look alike are taken for each other.
    pub decoded_by: Option<&'static str>,
}

/// Why an observation was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The session never had this step, or has dropped it.
    #[error("there is no such step any more; report an output sooner after its action")]
    NoStep,
    /// What was seen of it cannot be changed afterwards.
    #[error("the output of this step was reported before; report each output once")]
    Twice,
}

/// The steps of one session and the index of their values.
#[derive(Debug, Clone)]
pub struct History {
    limits: Limits,
    /// The intents given, oldest first; of those only the first is surely the
    /// task the session began with.
    intents: Vec<Arc<str>>,
    intent: Option<Arc<str>>,
    steps: VecDeque<Kept>,
    first: u32,
    /// All steps before this one have no output to drop.
    undropped: u32,
    bytes: usize,
    index: Index,
}

/// A step and what it put into the index.
#[derive(Debug, Clone)]
struct Kept {
    step: Step,
    payload: Added,
    output: Added,
}

/// Reading.
impl History {
    /// A session without steps.
    pub fn new(limits: Limits) -> Self {
        History::starting_at(limits, 0)
    }

    /// A session whose steps before `first` are no longer kept: for building one
    /// anew from what was stored of it.
    pub fn starting_at(limits: Limits, first: u32) -> Self {
        History {
            limits: Limits {
                steps: limits.steps.max(1),
                ..limits
            },
            intents: Vec::new(),
            intent: None,
            steps: VecDeque::new(),
            first,
            undropped: first,
            bytes: 0,
            index: Index::default(),
        }
    }

    /// The user's own words: the newest given.
    pub fn intent(&self) -> Option<&str> {
        self.intent.as_deref()
    }

    /// How many steps there were, dropped ones included.
    pub fn len(&self) -> u32 {
        self.first
            .saturating_add(u32::try_from(self.steps.len()).unwrap_or(u32::MAX))
    }

    /// There was no step yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Index of the oldest step still kept; `len()` when there is none.
    pub fn first(&self) -> u32 {
        self.first
    }

    /// A step; `None` when there is no such step or it was dropped.
    pub fn step(&self, index: u32) -> Option<&Step> {
        Some(&self.kept(index)?.step)
    }

    /// The newest kept step with this action id.
    pub fn find_action(&self, id: &str) -> Option<u32> {
        self.steps
            .iter()
            .rev()
            .find(|kept| kept.step.action.id == id)
            .map(|kept| kept.step.index)
    }

    /// At most `max` bytes of a step's output from byte `offset` on, cut to whole
    /// characters at both ends; empty when there is none.
    pub fn output(&self, index: u32, offset: usize, max: usize) -> &str {
        let text = self.step(index).map_or("", |step| step.output.text());
        let start = text.ceil_char_boundary(offset.min(text.len()));
        let end = text.floor_char_boundary(offset.saturating_add(max).min(text.len()));
        text.get(start..end).unwrap_or("")
    }

    /// The leaves of a step's output, read again: what [`History::observe`]
    /// returned, for a plugin that was not there. Of a truncated output those of
    /// the part that was kept. Empty when there is none.
    pub fn leaves(&self, index: u32) -> Vec<Leaf> {
        match self.step(index).map(|step| &step.output) {
            Some(Output::Kept(text)) => leaves::read(text, false),
            Some(Output::Truncated(text)) => leaves::read(text, true),
            _ => Vec::new(),
        }
    }

    /// Where a value occurred in the steps before `before` and in the intents:
    /// one for each leaf, oldest first, the intents before all. At most 16: when
    /// there are more, the 8 oldest and the 8 newest. The cost does not grow with
    /// the session: of a word that stands in more than 64 leaves, the 32 oldest
    /// and the 32 newest are looked at.
    pub fn find(&self, text: &str, before: u32) -> Vec<Occurrence> {
        self.index.find(text, before)
    }

    fn kept(&self, index: u32) -> Option<&Kept> {
        self.steps
            .get(usize::try_from(index.checked_sub(self.first)?).ok()?)
    }

    fn kept_mut(&mut self, index: u32) -> Option<&mut Kept> {
        self.steps
            .get_mut(usize::try_from(index.checked_sub(self.first)?).ok()?)
    }
}

/// Adding.
impl History {
    /// The user's own words. The newest count; earlier ones stay findable, up to
    /// 64 of them with 256 KiB (or an eighth of [`Limits::bytes`]) together.
    pub fn set_intent(&mut self, intent: &str) {
        if self.intent() == Some(intent) {
            return;
        }
        if let Some(known) = self.intents.iter().find(|known| &***known == intent) {
            self.intent = Some(known.clone());
            return;
        }
        let text: Arc<str> = intent.into();
        self.intent = Some(text.clone());
        // They are never dropped, so they may not crowd out the steps.
        let most = INTENT_BYTES.min(self.limits.bytes / 8);
        let bytes: usize = self.intents.iter().map(|known| known.len()).sum();
        if self.intents.len() < INTENTS && bytes < most {
            self.index.add_intent(cut(intent, most - bytes));
            self.intents.push(text);
        }
    }

    /// Adds the action that was judged; returns its index. The values of its
    /// payload can be found from then on, by later steps.
    pub fn push(
        &mut self,
        action: Arc<Action>,
        verdict: Verdict,
        risk: f64,
        labels: Vec<String>,
    ) -> u32 {
        let index = self.len();
        let payload = leaves::read(action.payload.text(), false);
        let payload = self.index_leaves(Place::Payload, index, &payload);
        let output = Output::Absent;
        let step = Step {
            index,
            action,
            verdict,
            risk,
            labels,
            approved: None,
            succeeded: None,
            output,
        };
        self.bytes += step.weight();
        self.steps.push_back(Kept {
            step,
            payload,
            output: Added::default(),
        });
        self.stay_within_limits();
        index
    }

    /// What the human said to the step's HOLD. Nothing when it was dropped.
    pub fn settle(&mut self, index: u32, approved: Option<bool>) {
        if let Some(kept) = self.kept_mut(index) {
            kept.step.approved = approved;
        }
    }

    /// Takes a step's output and returns its leaves. An output is taken once: a
    /// later report must not replace what decisions have seen.
    pub fn observe(
        &mut self,
        index: u32,
        output: &str,
        succeeded: Option<bool>,
    ) -> Result<Vec<Leaf>, NotTaken> {
        let text = cut(output, self.limits.output);
        self.take(index, text, text.len() < output.len(), succeeded)
    }

    /// Takes an output again as it was stored: for building a history anew.
    pub fn restore(&mut self, index: u32, output: &Output, succeeded: Option<bool>) {
        let truncated = matches!(output, Output::Truncated(_));
        // It was taken once, so it is taken again.
        let _ = self.take(index, output.text(), truncated, succeeded);
        if *output == Output::Dropped
            && let Some(kept) = self.kept_mut(index)
        {
            kept.step.output = Output::Dropped;
        }
    }

    fn take(
        &mut self,
        index: u32,
        text: &str,
        truncated: bool,
        succeeded: Option<bool>,
    ) -> Result<Vec<Leaf>, NotTaken> {
        let kept = self.kept_mut(index).ok_or(NotTaken::NoStep)?;
        if kept.step.output != Output::Absent {
            return Err(NotTaken::Twice);
        }
        let leaves = leaves::read(text, truncated);
        let added = self.index_leaves(Place::Output, index, &leaves);
        self.bytes += text.len();
        self.undropped = self.undropped.min(index);
        if let Some(kept) = self.kept_mut(index) {
            kept.output = added;
            kept.step.succeeded = succeeded;
            kept.step.output = if truncated {
                Output::Truncated(text.into())
            } else {
                Output::Kept(text.into())
            };
        }
        self.stay_within_limits();
        Ok(leaves)
    }

    fn index_leaves(&mut self, place: Place, step: u32, leaves: &[Leaf]) -> Added {
        let root = if place == Place::Payload {
            "payload"
        } else {
            "output"
        };
        let mut added = Added::default();
        let mut path = String::new();
        for leaf in leaves {
            path.clear();
            if !leaf.path.is_empty() {
                path.push_str(root);
                if !leaf.path.starts_with('[') {
                    path.push('.');
                }
                path.push_str(&leaf.path);
            }
            added.join(self.index.add(place, step, &path, &leaf.text));
        }
        added
    }
}

/// Dropping.
impl History {
    fn stay_within_limits(&mut self) {
        while self.steps.len() > self.limits.steps {
            self.drop_step();
        }
        while self.is_too_much() {
            if !self.drop_output() {
                if self.steps.len() == 1 {
                    return;
                }
                self.drop_step();
            }
        }
    }

    /// Bytes it takes in memory, roughly.
    pub fn weight(&self) -> usize {
        self.bytes + self.index.cost()
    }

    fn is_too_much(&self) -> bool {
        self.bytes > self.limits.bytes
            || self.index.cost() > INDEX_FACTOR.saturating_mul(self.limits.bytes)
    }

    /// Drops the oldest output; false when there is none.
    fn drop_output(&mut self) -> bool {
        self.undropped = self.undropped.max(self.first);
        while let Some(kept) = self.kept_mut(self.undropped) {
            let taken = match &kept.step.output {
                Output::Kept(text) | Output::Truncated(text) => Some(text.len()),
                Output::Absent | Output::Dropped => None,
            };
            let added = std::mem::take(&mut kept.output);
            if let Some(bytes) = taken {
                kept.step.output = Output::Dropped;
                self.bytes = self.bytes.saturating_sub(bytes);
                self.index.remove(added);
            }
            self.undropped += 1;
            if taken.is_some() {
                return true;
            }
        }
        false
    }

    fn drop_step(&mut self) {
        let Some(kept) = self.steps.pop_front() else {
            return;
        };
        self.first = self.first.saturating_add(1);
        self.bytes = self
            .bytes
            .saturating_sub(kept.step.weight() + kept.step.output.text().len());
        self.index.remove(kept.payload);
        self.index.remove(kept.output);
    }
}
