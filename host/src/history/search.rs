//! How a value is found in the index.
//!
//! A query is looked up by its rarest word and compared in full at each of that
//! word's postings; a number also in any way of writing, a code in any grouping;
//! an encoded query also decoded.

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem::Finder;

use super::Occurrence;
use super::bounds::{free, words};
use super::decode::decode;
use super::figures::{Number, code, code_end, code_key, number, number_at};
use super::index::{Entry, Index};
use super::leaves::cut;
use super::normal::{Form, is_word};
use super::postings::{Posting, segment_end};

/// Only so much of a query is compared.
const QUERY: usize = 4096;

/// The rarest word of a query is sought among its first ones.
const QUERY_WORDS: usize = 32;

/// Occurrences in an answer: half of them the oldest, half the newest.
const ANSWER: usize = 16;

/// A value is counted up to this within one segment.
const COUNT: u32 = 64;

impl Index {
    /// Where a value occurred in the steps before `before` and in the intents:
    /// one occurrence for each leaf, oldest first, the intents before all.
    pub(super) fn find(&self, raw: &str, before: u32) -> Vec<Occurrence> {
        let part = cut(raw, QUERY);
        let mut found = Found {
            before,
            hits: Vec::new(),
            way: 0,
        };
        self.find_text(part, part.len() < raw.len(), None, &mut found);
        if part.len() == raw.len() {
            for decoded in decode(raw).into_iter().filter(|decoded| decoded.whole) {
                self.find_text(&decoded.text, false, Some(decoded.by), &mut found);
            }
        }
        found.answer()
    }

    fn find_text<'a>(
        &'a self,
        text: &str,
        open: bool,
        decoded_by: Option<&'static str>,
        found: &mut Found<'a>,
    ) {
        let form = Form::new(text);
        let literal = number(&form.text);
        match literal {
            Some(literal) => {
                for number in literal.readings.into_iter().flatten() {
                    self.find_number(number, false, decoded_by, found);
                    if let Some(minor) = number.in_minor_units() {
                        self.find_number(minor, true, Some("minor-units"), found);
                    }
                    if let Some(major) = number.as_minor_units().filter(|_| literal.bare) {
                        self.find_number(major, false, Some("minor-units"), found);
                    }
                }
            }
            None => self.find_words(&form, open, decoded_by, found),
        }
        if let Some(code) = code(&form.text) {
            self.find_code(&code, decoded_by, found);
        }
    }

    /// The query as it is, word for word.
    fn find_words<'a>(
        &'a self,
        form: &Form,
        open: bool,
        decoded_by: Option<&'static str>,
        found: &mut Found<'a>,
    ) {
        found.way += 1;
        let mut rarest: Option<(&[Posting], usize)> = None;
        for word in words(&form.text).take(QUERY_WORDS) {
            // The last word of a query that was cut may be half a word.
            if open && word.end == form.text.len() {
                continue;
            }
            let list = self.list(&form.text[word.clone()]);
            if list.is_empty() {
                return;
            }
            if rarest.is_none_or(|(known, _)| list.len() < known.len()) {
                rarest = Some((list, word.start));
            }
        }
        let Some((list, offset)) = rarest else { return };
        let query = Words {
            finder: Finder::new(&form.text),
            form,
            offset,
            open,
        };
        for posting in list {
            let Some(entry) = self.seen(posting, found) else {
                continue;
            };
            let count = query.count_in(entry, posting);
            if count > 0 {
                let whole = entry.form.text == form.text && !open;
                let disguise = query.is_disguised_in(entry).then_some("look-alike");
                found.add(
                    entry,
                    whole,
                    count,
                    decoded_by.or(entry.decoded_by).or(disguise),
                );
            }
        }
    }

    /// A number in any way of writing; only bare digits if it is `minor`.
    fn find_number<'a>(
        &'a self,
        value: Number,
        minor: bool,
        decoded_by: Option<&'static str>,
        found: &mut Found<'a>,
    ) {
        found.way += 1;
        for posting in self.list(value) {
            let Some(entry) = self.seen(posting, found) else {
                continue;
            };
            let at = posting.place();
            let literal = number_at(&entry.form.text, at).filter(|literal| literal.says(value));
            if let Some(literal) = literal.filter(|literal| literal.bare || !minor) {
                let whole = is_all(&entry.form.text, at..at + literal.len);
                found.add(
                    entry,
                    whole,
                    u32::from(posting.count),
                    decoded_by.or(entry.decoded_by),
                );
            }
        }
    }

    /// An account or phone number in any grouping.
    fn find_code<'a>(
        &'a self,
        code: &str,
        decoded_by: Option<&'static str>,
        found: &mut Found<'a>,
    ) {
        found.way += 1;
        let Some(key) = code_key(code, 0) else { return };
        for posting in self.list(key) {
            let Some(entry) = self.seen(posting, found) else {
                continue;
            };
            let (count, whole) = code_count(&entry.form.text, posting, code);
            if count > 0 {
                found.add(entry, whole, count, decoded_by.or(entry.decoded_by));
            }
        }
    }

    /// The entry of a posting, if the asker may see it.
    fn seen(&self, posting: &Posting, found: &Found) -> Option<&Arc<Entry>> {
        self.entry(posting)
            .filter(|entry| entry.step.is_none_or(|step| step < found.before))
    }
}

/// How often a grouped code stands in a posting's segment, and whether it is
/// all of the text.
fn code_count(text: &str, posting: &Posting, code: &str) -> (u32, bool) {
    let at = posting.place();
    let segment_end = segment_end(at);
    let (mut count, mut whole) = (0, false);
    let mut check = |start: usize| {
        if let Some(end) = code_end(text, start, code)
            && free(text, start..end).both()
        {
            count += 1;
            whole |= is_all(text, start..end);
        }
    };
    check(at);
    // The posting stands for all codes of this segment that begin alike.
    if let Some(first) = code.bytes().next().filter(|_| posting.count > 1) {
        let rest = text
            .as_bytes()
            .get(at + 1..segment_end.min(text.len()))
            .unwrap_or(&[]);
        memchr::memchr_iter(first, rest).for_each(|found| check(at + 1 + found));
    }
    (count, whole)
}

/// Nothing but marks stands around it.
fn is_all(text: &str, range: Range<usize>) -> bool {
    let mark = |c: char| !is_word(c);
    text[..range.start].chars().all(mark) && text[range.end..].chars().all(mark)
}

/// A query being compared.
struct Words<'a> {
    finder: Finder<'a>,
    form: &'a Form,
    /// Where its rarest word stands in it.
    offset: usize,
    /// It goes on after what is compared.
    open: bool,
}

impl Words<'_> {
    /// How often the query stands in the entry with its rarest word within the
    /// posting's segment.
    fn count_in(&self, entry: &Entry, posting: &Posting) -> u32 {
        let (text, query) = (entry.form.text.as_str(), self.form.text.as_str());
        let at = posting.place();
        let segment_end = segment_end(at);
        let mut from = at.saturating_sub(self.offset);
        let end = (segment_end - self.offset.min(segment_end) + query.len()).min(text.len());
        let mut count = 0;
        while count < COUNT && from < end {
            let Some(start) = self
                .finder
                .find(&text.as_bytes()[from..end])
                .map(|found| found + from)
            else {
                break;
            };
            let free = free(text, start..start + query.len());
            if free.before
                && (free.after || self.open)
                && (at..segment_end).contains(&(start + self.offset))
            {
                count += 1;
                from = start + query.len();
            } else {
                from = start + 1;
            }
        }
        count
    }

    /// The query is there only when look-alike letters are taken for each other.
    fn is_disguised_in(&self, entry: &Entry) -> bool {
        fn letters(form: &Form) -> &str {
            form.unfolded.as_deref().unwrap_or(&form.text)
        }
        (self.form.unfolded.is_some() || entry.form.unfolded.is_some())
            && memchr::memmem::find(
                letters(&entry.form).as_bytes(),
                letters(self.form).as_bytes(),
            )
            .is_none()
    }
}

struct Found<'a> {
    before: u32,
    hits: Vec<Hit<'a>>,
    /// Number of the way of looking that is under way.
    way: u32,
}

struct Hit<'a> {
    entry: &'a Entry,
    whole: bool,
    /// How often it was found in one way; another way finds the same again.
    count: u32,
    way: u32,
    /// The most that an earlier way found.
    most: u32,
    decoded_by: Option<&'static str>,
}

impl<'a> Found<'a> {
    /// Counts an occurrence. The same leaf is one occurrence: what stands there
    /// as it is counts before what was decoded.
    fn add(&mut self, entry: &'a Entry, whole: bool, count: u32, decoded_by: Option<&'static str>) {
        let (way, whole) = (self.way, whole && entry.whole);
        let hit = Hit {
            entry,
            whole,
            count,
            way,
            most: 0,
            decoded_by,
        };
        let known = self
            .hits
            .iter_mut()
            .rev()
            .find(|known| known.is_same_leaf(entry));
        let Some(known) = known else {
            return self.hits.push(hit);
        };
        if known.decoded_by != decoded_by {
            if decoded_by.is_none() {
                *known = hit;
            }
            return;
        }
        known.whole |= whole;
        if known.way == way {
            known.count = known.count.saturating_add(count);
        } else {
            known.most = known.most.max(known.count);
            (known.count, known.way) = (count, way);
        }
    }

    fn answer(mut self) -> Vec<Occurrence> {
        self.hits.sort_by_key(|hit| {
            let Entry {
                step,
                place,
                number,
                ..
            } = hit.entry;
            (step.map_or(0, |step| u64::from(step) + 1), *place, *number)
        });
        if self.hits.len() > ANSWER {
            let newest = self.hits.len() - ANSWER / 2;
            self.hits.drain(ANSWER / 2..newest);
        }
        self.hits.iter().map(Hit::occurrence).collect()
    }
}

impl Hit<'_> {
    fn is_same_leaf(&self, other: &Entry) -> bool {
        let own = self.entry;
        own.step == other.step && own.place == other.place && own.path == other.path
    }

    fn occurrence(&self) -> Occurrence {
        Occurrence {
            place: self.entry.place,
            step: self.entry.step,
            path: self.entry.path.clone(),
            whole_leaf: self.whole,
            leaf_words: self.entry.leaf_words,
            count: self.count.max(self.most),
            decoded_by: self.decoded_by,
        }
    }
}
