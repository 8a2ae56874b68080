//! The same act once more, on another thing than the one the user named.

use coldnotch_plugin::Place;

use super::{Facts, Past};
use crate::effect::Effects;
use crate::lexicon::Senses;
use crate::payload::{self, Field, Plain};
use crate::words::Words;

/// The most fields of an act that is compared with an earlier one.
const MAX_FIELDS: usize = 12;

/// An act that was done before to a thing the user named, and now to another.
#[derive(Debug)]
pub struct Again {
    /// The thing the user named.
    pub named: String,
    /// The field that says which one it is now.
    pub path: String,
    /// Its value.
    pub value: String,
}

impl Facts<'_> {
    /// Compares the action with the newest earlier one that shares a value with it.
    pub(super) fn done_again(&self, past: &impl Past) -> Option<Again> {
        let idle = Effects::READ | Effects::DRAFT | Effects::NOTE | Effects::SEND;
        let intent = self.intent();
        if self.effects.any(idle)
            || intent.is_unknown()
            || intent.asks_for_all()
            || intent.delegates()
            || intent.mentions(Senses::EACH)
            || !(2..=MAX_FIELDS).contains(&self.fields.len())
        {
            return None;
        }
        let unnamed = |f: &&Field| says_which(f) && !intent.names_value(&f.text);
        let mut other = self.fields.iter().filter(unnamed).peekable();
        other.peek()?;
        let anchor = self
            .fields
            .iter()
            .filter(|f| f.value == Plain::Text && (4..=80).contains(&f.text.len()))
            .map(|f| f.text.clone());
        let anchors: Vec<String> = anchor.take(4).collect();
        let found = past.find(&anchors);
        let shared = found
            .iter()
            .flatten()
            .filter(|o| o.place == Place::Payload && o.whole_leaf);
        let step = shared.filter_map(|o| o.step).max()?;
        if !past.fate(step).ran {
            return None;
        }
        let before = payload::read(&past.payload(step));
        let same_keys = before.len() == self.fields.len()
            && before
                .iter()
                .zip(&self.fields)
                .all(|(a, b)| a.path == b.path);
        let mut differing = before
            .iter()
            .zip(&self.fields)
            .filter(|(a, b)| a.text != b.text && b.value == Plain::Text);
        let (was, is) = differing.next().filter(|_| same_keys)?;
        let only = differing.next().is_none();
        // `site-lyon` and `site-nantes` differ in a word, and that is the one to be said.
        let said = |of: &str, other: &str| {
            let other = Words::of(other);
            let mut own = Words::default();
            let of = Words::of(of);
            of.iter()
                .filter(|w| !other.iter().any(|o| o == *w))
                .for_each(|w| own.read(w));
            intent.names_any(&own)
        };
        let named = says_which(was) && said(&was.text, &is.text) && !said(&is.text, &was.text);
        (only && named && other.any(|f| f.path == is.path)).then(|| Again {
            named: was.text.clone(),
            path: is.path.clone(),
            value: is.text.clone(),
        })
    }
}

/// True for a short text that names one of several things.
fn says_which(field: &Field) -> bool {
    field.value == Plain::Text
        && (3..=60).contains(&field.text.len())
        && field.text.contains(|c: char| c.is_alphabetic())
        && !field.text.contains(char::is_whitespace)
        && !field
            .key
            .any(Senses::BODY | Senses::COMMAND | Senses::STATE)
}
