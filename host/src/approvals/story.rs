//! Where the values of a held action came from: the steps before it, and the texts
//! that the causes point into, with what they point at.
//!
//! Told when the question is asked, while the session can still be read, and kept
//! with the question: a person may look at it when the session is long gone.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{ApprovalError, Approvals};
use crate::history::{Leaf, View, leaves_of};
use crate::verdict::{Evidence, Judged};

/// How many steps are told of, the newest ones.
const STEPS: u32 = 40;
/// How many texts are told of.
const PASSAGES: usize = 24;
/// The longest part of a text that is told, in characters.
const LONGEST: usize = 1200;
/// How much stands around what is pointed at, in characters.
const AROUND: usize = 140;
/// How much is told of a text in which nothing is found, and of summaries.
const BEGINNING: usize = 280;

/// Where values came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Story {
    /// What the user asked for, as the runtime told it.
    pub intent: Option<String>,
    /// The steps before, oldest first.
    pub steps: Vec<Told>,
    /// How many steps came before those.
    pub earlier: u32,
    /// The texts that causes point into, in the order of the steps; those of the
    /// action itself come last.
    pub passages: Vec<Passage>,
}

/// A step as it was when the question was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its place in the session, from 0.
    pub index: u32,
    /// The type of its action.
    pub kind: String,
    /// What the agent said it was.
    pub summary: String,
    /// The verdict.
    pub verdict: String,
    /// What a person said.
    pub approved: Option<bool>,
    /// Whether it worked.
    pub succeeded: Option<bool>,
    /// How its output begins; empty when there is none.
    pub output: String,
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
}

/// A part of a text, with what is pointed at marked in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The step whose output it is; `None` for the action itself.
    pub step: Option<u32>,
    /// Where in it, as a JSON path.
    pub path: String,
    /// The text in parts, marked or not.
    pub parts: Vec<Part>,
}

/// A part of a passage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its words.
    pub text: String,
    /// What causes point at in it.
    pub mark: Mark,
}

/// What causes point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// Nothing.
    Not,
    /// Words that matter.
    Words,
    /// A value that the action uses.
    Value,
}

impl Story {
    /// What can be told now of an action that was judged with this view.
    pub fn of(judged: &Judged, view: &View) -> Story {
        let first = view.first().max(view.len().saturating_sub(STEPS));
        let steps = (first..view.len()).filter_map(|index| {
            let step = view.step(index)?;
            Some(Told {
                index,
                kind: step.action.kind.clone(),
                summary: beginning(&step.action.summary),
                verdict: step.verdict.as_str().to_owned(),
                approved: step.approved,
                succeeded: step.succeeded,
                output: beginning(step.output.text()),
                at: step.action.at,
            })
        });
        let intent = judged.action.intent.as_deref().or(view.intent());
        Story {
            intent: intent.map(|intent| first_of(intent, LONGEST)),
            steps: steps.collect(),
            earlier: first,
            passages: passages(judged, view),
        }
    }
}

/// The causes' evidence, that of one text together.
fn passages(judged: &Judged, view: &View) -> Vec<Passage> {
    let mut places: Vec<(Option<u32>, &str, Vec<&str>)> = Vec::new();
    let causes = &judged.judgement.causes;
    for Evidence { step, path, text } in causes.iter().flat_map(|cause| &cause.reason.evidence) {
        match places.iter_mut().find(|(s, p, _)| s == step && p == path) {
            Some((.., texts)) => texts.push(text),
            None => places.push((*step, path, vec![text])),
        }
    }
    places.sort_by_key(|(step, ..)| step.map_or(u32::MAX, |step| step)); // stable
    places.truncate(PASSAGES);
    let payload = leaves_of(judged.action.payload.text());
    // What the causes name of the action itself are the values it uses.
    let own = places.iter().filter(|(step, ..)| step.is_none());
    let values: Vec<String> = own
        .flat_map(|(.., texts)| texts)
        .map(|text| squeezed(text))
        .collect();
    let passage = |(step, path, texts): &(Option<u32>, &str, Vec<&str>)| {
        let whole = match step {
            Some(step) => output_at(view, *step, path),
            None => leaf_at(&payload, path.strip_prefix("payload.").unwrap_or(path)),
        };
        // What cannot be read any more is told in the causes' own words.
        let whole = whole.or_else(|| longest(texts).map(ToOwned::to_owned));
        let (used, said): (Vec<&str>, Vec<&str>) = texts
            .iter()
            .partition(|text| step.is_none() || values.contains(&squeezed(text)));
        let whole = whole.unwrap_or_default();
        Passage {
            step: *step,
            path: (*path).to_owned(),
            parts: cut(&whole, &marks(&whole, &said, &used)),
        }
    };
    places.iter().map(passage).collect()
}

/// A text however it is written: its letters and digits.
fn squeezed(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn longest<'a>(texts: &[&'a str]) -> Option<&'a str> {
    texts.iter().copied().max_by_key(|text| text.len())
}

/// The text at a path of a step's output: `output` or `output.PATH`.
fn output_at(view: &View, step: u32, path: &str) -> Option<String> {
    let path = path.strip_prefix("output")?;
    let path = path.strip_prefix('.').unwrap_or(path);
    let leaf = leaf_at(&view.leaves(step), path);
    leaf.or_else(|| Some(view.step(step)?.output.text().to_owned()))
        .filter(|text| !text.is_empty())
}

fn leaf_at(leaves: &[Leaf], path: &str) -> Option<String> {
    let leaf = leaves.iter().find(|leaf| leaf.path == path);
    leaf.map(|leaf| leaf.text.clone())
}

/// What is pointed at in a text, in order and apart: words, and within or beside them
/// the values that are used.
fn marks(whole: &str, words: &[&str], values: &[&str]) -> Vec<(Range<usize>, Mark)> {
    let (words, values) = (places_of(whole, words), places_of(whole, values));
    let mut edges: Vec<usize> = words
        .iter()
        .chain(&values)
        .flat_map(|r| [r.start, r.end])
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let is_in = |ranges: &[Range<usize>], at: usize| ranges.iter().any(|range| range.contains(&at));
    let pieces = edges.windows(2).filter_map(|edge| match *edge {
        [start, end] if is_in(&values, start) => Some((start..end, Mark::Value)),
        [start, end] if is_in(&words, start) => Some((start..end, Mark::Words)),
        _ => None,
    });
    let mut marks: Vec<(Range<usize>, Mark)> = Vec::new();
    for (range, mark) in pieces {
        match marks.last_mut() {
            Some((last, of)) if *of == mark && last.end == range.start => last.end = range.end,
            _ => marks.push((range, mark)),
        }
    }
    marks
}

/// Where these stand in a text. What is looked for may be written otherwise there:
/// `DE89 3704…` for `de893704…`.
fn places_of(whole: &str, texts: &[&str]) -> Vec<Range<usize>> {
    let letters: Vec<(char, Range<usize>)> = whole
        .char_indices()
        .filter(|(_, c)| c.is_alphanumeric())
        .flat_map(|(at, c)| {
            let place = at..at + c.len_utf8();
            c.to_lowercase().map(move |c| (c, place.clone()))
        })
        .collect();
    let mut found = Vec::new();
    for text in texts {
        let wanted: Vec<char> = squeezed(text).chars().collect();
        if wanted.is_empty() {
            continue;
        }
        let places = letters
            .windows(wanted.len())
            .filter(|window| window.iter().map(|(c, _)| c).eq(&wanted));
        found.extend(places.take(8).filter_map(|window| {
            let (first, last) = (window.first()?, window.last()?);
            Some(first.1.start..last.1.end)
        }));
    }
    found
}

/// The marked parts with a little around each; the beginning where there are none.
fn cut(whole: &str, marks: &[(Range<usize>, Mark)]) -> Vec<Part> {
    let part = |text: String, mark| Part { text, mark };
    let Some((first, _)) = marks.first() else {
        return vec![part(beginning(whole), Mark::Not)];
    };
    let mut room = LONGEST;
    let mut parts = vec![part(end_of(&whole[..first.start]), Mark::Not)];
    for (place, (range, mark)) in marks.iter().enumerate() {
        let next = marks.get(place + 1).map(|(next, _)| next.start);
        let marked = first_of(&whole[range.clone()], room);
        let between = &whole[range.end..next.unwrap_or(whole.len())];
        let shown = match next {
            None => first_of(between, AROUND),
            Some(_) if between.chars().count() <= 2 * AROUND => between.to_owned(),
            Some(_) => format!("{} {}", first_of(between, AROUND), end_of(between)),
        };
        room = room.saturating_sub(marked.chars().count() + shown.chars().count());
        parts.push(part(marked, *mark));
        parts.push(part(shown, Mark::Not));
        if room == 0 {
            break;
        }
    }
    parts.retain(|part| !part.text.is_empty());
    parts
}

fn beginning(text: &str) -> String {
    first_of(text, BEGINNING)
}

/// At most so many characters from the beginning, with `…` when there are more.
fn first_of(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A little from the end, with `…` when there is more.
fn end_of(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(AROUND);
    match text.char_indices().nth(skipped) {
        Some((start, _)) if skipped > 0 => format!("…{}", text.get(start..).unwrap_or_default()),
        _ => text.to_owned(),
    }
}

pub(super) fn write(story: &Story) -> String {
    serde_json::to_string(story).unwrap_or_default()
}

pub(super) fn read(text: &str) -> Option<Story> {
    serde_json::from_str(text).ok()
}

impl Approvals {
    /// Keeps with a question where its values came from.
    ///
    /// # Errors
    /// The file failed.
    pub fn tell(&self, id: &str, story: &Story) -> Result<(), ApprovalError> {
        self.store()?.tell(id, story)
    }

    /// Where a question's values came from; `None` when nobody could tell.
    ///
    /// # Errors
    /// The file failed.
    pub fn story(&self, id: &str) -> Result<Option<Story>, ApprovalError> {
        self.store()?.story(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(whole: &str, words: &[&str], values: &[&str]) -> String {
        let parts = cut(whole, &marks(whole, words, values));
        let show = |part: &Part| match part.mark {
            Mark::Not => part.text.clone(),
            Mark::Words => format!("({})", part.text),
            Mark::Value => format!("[{}]", part.text),
        };
        parts.iter().map(show).collect()
    }

    #[test]
    fn what_is_pointed_at_is_marked_however_it_is_written() {
        let whole = "Pay to IBAN DE89 3704 0044 today.";
        assert_eq!(
            told(whole, &[], &["de8937040044"]),
            "Pay to IBAN [DE89 3704 0044] today."
        );
        assert_eq!(
            told(whole, &["IBAN DE89", "DE89 3704"], &[]),
            "Pay to (IBAN DE89 3704) 0044 today."
        );
        assert_eq!(
            told(whole, &["to IBAN DE89 3704 00"], &["de8937040044"]),
            "Pay (to IBAN )[DE89 3704 0044] today."
        );
        assert_eq!(told(whole, &["xyz", ""], &[" - "]), whole);
        assert_eq!(told("Straße İ", &[], &["straße i\u{307}"]), "[Straße İ]");
    }

    #[test]
    fn a_long_text_is_told_around_what_is_pointed_at() {
        let long = format!("{} NEEDLE {}", "a ".repeat(5000), "b ".repeat(5000));
        let shown = told(&long, &[], &["needle"]);
        assert!(shown.contains("[NEEDLE]") && shown.starts_with('…') && shown.ends_with('…'));
        assert!(shown.chars().count() < 2 * AROUND + 20);
        assert_eq!(told(&long, &["c"], &[]).chars().count(), BEGINNING + 1);
    }

    proptest! {
        #[test]
        fn nothing_is_made_up_and_nothing_panics(
            whole in "[aA1 éß\u{130}.]{0,400}",
            texts in proptest::collection::vec("[aA1éß]{0,4}", 0..4),
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let parts = cut(&whole, &marks(&whole, &texts[..texts.len() / 2], &texts));
            for part in parts {
                for piece in part.text.split('…') {
                    prop_assert!(whole.contains(piece) || piece == " ");
                }
            }
        }
    }
}
