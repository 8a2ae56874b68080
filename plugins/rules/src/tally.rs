//! What a session has come to, carried from step to step in labels, so that no
//! decision looks back over it: labels seen, actions of a type, sums of a field.
//!
//! The labels of a step hold the state before it; the next decision adds the step
//! itself, once it is known what became of it. Steps without such labels (these
//! rules were not yet in force, or failed) are gone through again, back to the last
//! that has them. What a total cannot be made of stays unknown: to ask for it then
//! is a failure of the rule and not a guess.

use std::fmt;

use coldnotch_plugin::json::{self, Value};
use coldnotch_plugin::{History, Occurrence, Place, Verdict};

use crate::kinds::{Kind, folded};

/// Most that may be asked for; each is a label in every step.
const MAX_TRACKED: usize = 12;
/// How many steps may be gone through at once.
const MAX_STEPS: u32 = 400;

/// An earlier action, as far as it is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    /// Its type.
    pub kind: String,
    /// Its arguments as JSON text.
    pub payload: String,
    /// Whether it has an effect, as far as is known.
    pub ran: bool,
}

/// The steps before an action.
pub trait Past: fmt::Debug + Sync {
    /// How many came before, those that are no longer kept included.
    fn end(&self) -> u32;
    /// The oldest that is kept.
    fn first(&self) -> u32;
    /// The labels of one.
    fn labels(&self, step: u32) -> Vec<String>;
    /// One of them.
    fn step(&self, step: u32) -> Option<Before>;
    /// Where a text occurred.
    fn find(&self, text: String) -> Vec<Place>;
}

impl Past for History<'_> {
    fn end(&self) -> u32 {
        self.len()
    }

    fn first(&self) -> u32 {
        self.kept().start
    }

    fn labels(&self, step: u32) -> Vec<String> {
        History::labels(self, step)
    }

    fn step(&self, step: u32) -> Option<Before> {
        let step = History::step(self, step)?;
        Some(Before {
            ran: has_run(step.verdict, step.approved, step.succeeded),
            kind: step.action.kind,
            payload: step.action.payload_text,
        })
    }

    fn find(&self, text: String) -> Vec<Place> {
        let found = self.find_values(&[text]);
        found
            .into_iter()
            .flatten()
            .map(|o: Occurrence| o.place)
            .collect()
    }
}

/// What is carried along, because a rule asks for it.
#[derive(Debug, Default)]
pub struct Tracked {
    items: Vec<Item>,
}

#[derive(Debug, PartialEq)]
enum Item {
    Label(String),
    Count(String, Kind),
    Total(String, Kind, Vec<String>),
}

impl Tracked {
    /// Whether a step had the label.
    pub fn label(&mut self, label: &str) -> Result<(), String> {
        self.add(Item::Label(label.to_owned()))
    }

    /// How many actions of the type there were.
    pub fn count(&mut self, kind: &str) -> Result<(), String> {
        self.add(Item::Count(kind.to_owned(), read(kind)?))
    }

    /// The sum of a field of the payload over actions of the type.
    pub fn total(&mut self, kind: &str, field: &[String]) -> Result<(), String> {
        self.add(Item::Total(kind.to_owned(), read(kind)?, field.to_vec()))
    }

    fn add(&mut self, item: Item) -> Result<(), String> {
        if self.items.contains(&item) {
            return Ok(());
        }
        if self.items.len() == MAX_TRACKED {
            return Err(format!(
                "the rules ask for more than {MAX_TRACKED} labels, counts and totals of a session"
            ));
        }
        self.items.push(item);
        Ok(())
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What the labels begin with: other rules have other states.
    fn mark(&self) -> String {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64; // FNV-1a
        for byte in format!("{:?}", self.items).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        format!("rules@{:08x}", hash & 0xffff_ffff)
    }

    fn needs_steps(&self) -> bool {
        self.items
            .iter()
            .any(|item| !matches!(item, Item::Label(_)))
    }
}

fn read(kind: &str) -> Result<Kind, String> {
    Kind::read(kind).ok_or_else(|| format!("`{kind}` has neither letter nor digit"))
}

/// Sums and counts so far; of each item of [`Tracked`] a number.
#[derive(Debug, Default)]
pub struct State {
    values: Vec<(Name, Option<f64>)>,
}

#[derive(Debug, PartialEq)]
enum Name {
    Label(String),
    Count(String),
    Total(String, Vec<String>),
}

impl State {
    fn new(tracked: &Tracked) -> Self {
        let name = |item: &Item| match item {
            Item::Label(label) => Name::Label(label.clone()),
            Item::Count(kind, _) => Name::Count(kind.clone()),
            Item::Total(kind, _, field) => Name::Total(kind.clone(), field.clone()),
        };
        State {
            values: tracked
                .items
                .iter()
                .map(|item| (name(item), Some(0.0)))
                .collect(),
        }
    }

    /// What the session has come to.
    ///
    /// # Errors
    /// Its beginning is no longer kept, or too much of it has not been gone through.
    pub fn read(tracked: &Tracked, past: &dyn Past) -> Result<State, String> {
        let mut state = State::new(tracked);
        if tracked.is_empty() {
            return Ok(state);
        }
        let (first, end, mark) = (past.first(), past.end(), tracked.mark());
        let mut from = first;
        let mut is_known = first == 0;
        for step in (first..end).rev() {
            if end - step > MAX_STEPS {
                return Err(format!(
                    "more than {MAX_STEPS} steps of the session are new to these rules"
                ));
            }
            if state.carried(&mark, &past.labels(step)) {
                (from, is_known) = (step, true);
                break;
            }
        }
        if !is_known {
            return Err("the beginning of the session is no longer kept".to_owned());
        }
        (from..end).for_each(|step| state.fold(tracked, past, step));
        Ok(state)
    }

    /// Reads the state that a step's labels carry, if they do.
    fn carried(&mut self, mark: &str, labels: &[String]) -> bool {
        if !labels.iter().any(|label| label == mark) {
            return false;
        }
        for label in labels {
            let value = label
                .strip_prefix(mark)
                .and_then(|rest| rest.strip_prefix(':'));
            let Some((place, value)) = value.and_then(|rest| rest.split_once('=')) else {
                continue;
            };
            let place = place
                .parse()
                .ok()
                .and_then(|at: usize| self.values.get_mut(at));
            if let Some((_, known)) = place {
                *known = value.parse().ok();
            }
        }
        true
    }

    /// Adds what a step came to.
    fn fold(&mut self, tracked: &Tracked, past: &dyn Past, at: u32) {
        let labels = past.labels(at);
        let step = match tracked.needs_steps() {
            true => past.step(at),
            false => None,
        };
        if tracked.needs_steps() && step.is_none() {
            return self.forget_sums();
        }
        let kind = step.as_ref().map(|step| folded(&step.kind));
        let ran = step.as_ref().is_some_and(|step| step.ran);
        let mut payload = None;
        for (item, (_, value)) in tracked.items.iter().zip(&mut self.values) {
            let is_of = |wanted: &Kind| ran && kind.as_deref().is_some_and(|k| wanted.covers(k));
            let by = match (item, &step) {
                (Item::Label(label), _) => {
                    *value =
                        value.map(|seen| seen.max(f64::from(u8::from(labels.contains(label)))));
                    continue;
                }
                (Item::Count(_, wanted), _) if is_of(wanted) => Some(1.0),
                (Item::Total(_, wanted, field), Some(step)) if is_of(wanted) => {
                    let payload = payload
                        .get_or_insert_with(|| json::from_str(&step.payload).unwrap_or_default());
                    amount(payload, field)
                }
                _ => continue,
            };
            *value = value.zip(by).map(|(sum, by)| sum + by);
        }
    }

    fn forget_sums(&mut self) {
        let sums = self
            .values
            .iter_mut()
            .filter(|(name, _)| !matches!(name, Name::Label(_)));
        sums.for_each(|(_, value)| *value = None);
    }

    /// The labels that carry it on.
    pub fn labels(&self, tracked: &Tracked) -> Vec<String> {
        if tracked.is_empty() {
            return Vec::new();
        }
        let mark = tracked.mark();
        let known = self
            .values
            .iter()
            .enumerate()
            .filter_map(|(at, (_, value))| match value {
                Some(0.0) => None,
                Some(value) => Some(format!("{mark}:{at}={value:e}")),
                None => Some(format!("{mark}:{at}=?")),
            });
        let known: Vec<String> = known.collect();
        [vec![mark], known].concat()
    }

    /// A value; the inner `None` when it is carried but not known.
    fn value(&self, is_it: impl Fn(&Name) -> bool) -> Option<Option<f64>> {
        let found = self.values.iter().find(|(name, _)| is_it(name));
        found.map(|(_, value)| *value)
    }

    /// Whether a step had the label.
    pub fn seen(&self, label: &str) -> bool {
        self.value(|name| matches!(name, Name::Label(l) if l == label)) > Some(Some(0.0))
    }

    /// How many actions of the type ran; `None` when no rule asks, the inner one when
    /// it is not known.
    pub fn count(&self, kind: &str) -> Option<Option<f64>> {
        self.value(|name| matches!(name, Name::Count(k) if k == kind))
    }

    /// What the field comes to, with `None` as in [`count`](State::count).
    pub fn total(&self, kind: &str, field: &[String]) -> Option<Option<f64>> {
        self.value(|name| matches!(name, Name::Total(k, f) if k == kind && f == field))
    }
}

/// Whether a step has an effect: it was let through, or may still be, and is not
/// known to have failed.
fn has_run(verdict: Verdict, approved: Option<bool>, succeeded: Option<bool>) -> bool {
    let let_through = match verdict {
        Verdict::Allow => true,
        Verdict::Hold => approved != Some(false),
        Verdict::Block => false,
    };
    let_through && succeeded != Some(false)
}

fn amount(payload: &Value, field: &[String]) -> Option<f64> {
    let found = field.iter().try_fold(payload, |at, name| at.get(name));
    found
        .and_then(Value::as_f64)
        .filter(|amount| amount.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_or_failed_has_no_effect() {
        assert!(has_run(Verdict::Allow, None, None) && has_run(Verdict::Hold, None, None));
        assert!(has_run(Verdict::Hold, Some(true), Some(true)));
        assert!(!has_run(Verdict::Hold, Some(false), None) && !has_run(Verdict::Block, None, None));
        assert!(!has_run(Verdict::Allow, None, Some(false)));
    }
}
