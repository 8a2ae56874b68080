//! Text as words: case and accents folded, look-alike letters and invisible
//! characters undone, identifiers split where their naming style joins them.
//!
//! Each word carries its senses, looked up once.
//!
//! Everything the engine reads passes through here once, so that a rule never
//! has to think about spelling.

mod entities;
mod fold;
mod read;
mod slip;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::lexicon::{self, Senses};

pub use slip::one_slip;

/// A text as folded words, each with the sentence it stands in.
#[derive(Debug, Default, Clone)]
pub struct Words {
    /// What was read in small letters, and behind it the words that are not found
    /// there as they are.
    text: String,
    spans: Vec<Span>,
    /// For each word of a long text where it stood before, or its own place; fewer where
    /// words were joined.
    before: Vec<u16>,
    /// Numbers of the sentences that end with a question mark, rising.
    questions: Vec<u16>,
    /// What the words mean, taken together.
    all: Senses,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
    /// Where it begins in the text that was read.
    source: u32,
    sentence: u16,
    /// True when a comma or its like stands before it.
    comma: bool,
    /// How it begins, and how long it is: tells most words apart.
    beginning: u8,
    senses: Senses,
}

/// Longer words count as this long.
pub const LONGEST: usize = 15;

/// One of 256 ways for a word of this length to begin.
pub const fn beginning(word: &[u8], length: usize) -> u8 {
    let (first, second) = match word {
        [first, second, ..] if length > 1 => (*first, *second),
        [first, ..] => (*first, 0),
        [] => (0, 0),
    };
    let length = if length > LONGEST { LONGEST } else { length };
    first ^ second << 3 ^ (length as u8) << 4
}

/// Some of the 256 ways for a word to begin, as bits.
#[derive(Debug, Clone, Copy)]
pub struct Beginnings([u64; 4]);

impl Beginnings {
    /// None of them.
    pub const NONE: Beginnings = Beginnings([0; 4]);
    /// All of them.
    pub const ALL: Beginnings = Beginnings([u64::MAX; 4]);

    /// With one more.
    pub const fn with(mut self, beginning: u8) -> Beginnings {
        self.0[beginning as usize >> 6] |= 1 << (beginning & 63);
        self
    }

    fn has(&self, beginning: u8) -> bool {
        self.0[usize::from(beginning >> 6)] >> (beginning & 63) & 1 == 1
    }
}

/// How many letters in a row, each standing alone, are read as one word written
/// with spaces in between (`r e f u n d`).
const MIN_SPACED: usize = 4;

impl Words {
    /// Reads prose or an identifier.
    pub fn of(text: &str) -> Words {
        let mut words = Words {
            text: String::with_capacity(text.len()),
            ..Words::default()
        };
        words.read(text);
        words
    }

    /// Joins runs of single letters into the word they spell.
    fn join_spaced(&mut self, first: usize) {
        let alone = |s: &Span| {
            s.end - s.start == 1 && self.text.as_bytes()[s.start as usize].is_ascii_alphabetic()
        };
        let mut i = first;
        let mut joined: Vec<(usize, usize)> = Vec::new();
        while i < self.spans.len() {
            let run = self.spans[i..].iter().take_while(|s| alone(s)).count();
            if run >= MIN_SPACED {
                joined.push((i, run));
            }
            i += run.max(1);
        }
        for (at, run) in joined.into_iter().rev() {
            let Span {
                sentence,
                source,
                comma,
                ..
            } = self.spans[at];
            let start = self.text.len() as u32;
            for s in at..at + run {
                let letter = self.text.as_bytes()[self.spans[s].start as usize] as char;
                self.text.push(letter);
            }
            let word = Span {
                start,
                end: self.text.len() as u32,
                sentence,
                source,
                comma,
                beginning: beginning(&self.text.as_bytes()[start as usize..], run),
                senses: lexicon::senses(&self.text[start as usize..]),
            };
            self.spans.splice(at..at + run, [word]);
            self.before.truncate(at); // what follows has moved
            self.all = self.each().fold(Senses::NONE, |all, senses| all | senses);
        }
    }

    /// Gives words without a sense that of the verb they were meant to be. For
    /// types and wishes, which are short; not for texts.
    pub fn mend(&mut self) {
        for i in 0..self.spans.len().min(60) {
            if self.spans[i].senses == Senses::NONE {
                self.spans[i].senses = lexicon::called(self.get(i));
                self.all = self.all | self.spans[i].senses;
            }
        }
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// True when there is no word.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The word at `i`, empty beyond the end.
    pub fn get(&self, i: usize) -> &str {
        self.spans
            .get(i)
            .map_or("", |s| &self.text[s.start as usize..s.end as usize])
    }

    /// An earlier place of the word at `i`, if one is known.
    pub fn before(&self, i: usize) -> Option<usize> {
        let before = self.before.get(i).copied().map(usize::from);
        before.filter(|before| *before < i)
    }

    /// The word at `i` as bytes, which costs less to get.
    pub fn bytes(&self, i: usize) -> &[u8] {
        let word = self.spans.get(i);
        let word = word.and_then(|s| self.text.as_bytes().get(s.start as usize..s.end as usize));
        word.unwrap_or_default()
    }

    /// The places within a stretch where a word begins in one of the ways and the
    /// next one in one of the others.
    pub fn beginning_with<'w>(
        &'w self,
        at: Range<usize>,
        first: &'w Beginnings,
        second: &'w Beginnings,
    ) -> impl Iterator<Item = usize> + 'w {
        let spans = self.spans.get(at.start..).unwrap_or_default();
        let begins = move |i: usize| {
            let next = |i: usize| spans.get(i).map_or(0, |s| s.beginning);
            first.has(next(i)) && second.has(next(i + 1))
        };
        let length = at.len().min(spans.len());
        (0..length)
            .filter(move |i| begins(*i))
            .map(move |i| at.start + i)
    }

    /// The senses of the word at `i`, none beyond the end.
    pub fn senses(&self, i: usize) -> Senses {
        self.spans.get(i).map_or(Senses::NONE, |s| s.senses)
    }

    /// What the words of a stretch mean, taken together.
    pub fn senses_within(&self, at: Range<usize>) -> Senses {
        let spans = self.spans.get(at).unwrap_or_default();
        spans.iter().fold(Senses::NONE, |all, s| all | s.senses)
    }

    /// The senses of each word, in order.
    pub fn each(&self) -> impl Iterator<Item = Senses> {
        self.spans.iter().map(|s| s.senses)
    }

    /// The senses of all the words together.
    pub fn all(&self) -> Senses {
        self.all
    }

    /// The sentence the word at `i` stands in.
    pub fn sentence(&self, i: usize) -> u32 {
        self.spans.get(i).map_or(u32::MAX, |s| s.sentence.into())
    }

    /// True when a comma, a bracket or a dash stands before the word at `i`.
    pub fn comma_before(&self, i: usize) -> bool {
        self.spans.get(i).is_some_and(|s| s.comma)
    }

    /// True when the sentence of the word at `i` ends with a question mark.
    pub fn is_question(&self, i: usize) -> bool {
        let sentence = self.spans.get(i).map(|s| s.sentence);
        sentence.is_some_and(|s| self.questions.binary_search(&s).is_ok())
    }

    /// Where the word at `i` begins in the text that [`Words::of`] read.
    pub fn source(&self, i: usize) -> Option<usize> {
        self.spans.get(i).map(|s| s.source as usize)
    }

    /// The words in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.spans
            .iter()
            .map(|s| &self.text[s.start as usize..s.end as usize])
    }

    /// The sentences as ranges of words, in order.
    pub fn sentences(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let start = next;
            let sentence = self.spans.get(start)?.sentence;
            next += self.spans[start..]
                .iter()
                .take_while(|s| s.sentence == sentence)
                .count();
            Some(start..next)
        })
    }

    /// True when the words contain `phrase` (folded words with single spaces).
    pub fn contains(&self, phrase: &str) -> bool {
        (0..self.len()).any(|i| self.starts_at(i, phrase))
    }

    /// True when `phrase` stands at word `i`. A `*` at the end of a word of the
    /// phrase stands for any ending.
    pub fn starts_at(&self, i: usize, phrase: &str) -> bool {
        let mut rest = phrase.as_bytes();
        for at in i..self.len() {
            let word = self.bytes(at);
            let same = word.iter().zip(rest).take_while(|(a, b)| a == b).count();
            let behind = match rest.get(same) {
                Some(b'*') => same + 1,
                _ if same == word.len() => same,
                _ => return false,
            };
            match rest.get(behind) {
                None => return true,
                Some(b' ') => rest = &rest[behind + 1..],
                Some(_) => return false,
            }
        }
        false
    }
}
