//! How a value is found in the index.
//!
//! A query is looked up by its rarest word and compared in full at each of that
//! word's postings; a number also in any way of writing, a code in any grouping;
//! an encoded query also decoded.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use memchr::memmem::Finder;

use super::Occurrence;
use super::bounds::{free, words};
use super::decode::decode;
use super::figures::{Number, code, code_end, code_key, is_separator, number, number_at};
use super::index::{Entry, Index};
use super::leaves::cut;
use super::normal::{Form, is_word};
use super::overlap::Overlap;
use super::postings::{Posting, segment_end};
use super::work;

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
            overlap: OnceCell::new(),
            form,
            offset,
            open,
        };
        // The postings of an entry stand together: it is read in full once.
        let mut disguised: Option<((u32, bool), bool)> = None;
        for posting in list {
            let Some(entry) = self.seen(posting, found) else {
                continue;
            };
            let count = query.count_in(entry, posting);
            if count > 0 {
                let whole = entry.form.text == form.text && !open;
                let known = disguised.filter(|(key, _)| *key == posting.key());
                let (_, disguise) = *disguised
                    .insert(known.unwrap_or_else(|| (posting.key(), query.is_disguised_in(entry))));
                let disguise = disguise.then_some("look-alike");
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
        let overlap = Overlap::new(code);
        for posting in self.list(key) {
            let Some(entry) = self.seen(posting, found) else {
                continue;
            };
            let (count, whole) = code_count(&entry.form.text, posting, code, &overlap);
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
fn code_count(text: &str, posting: &Posting, code: &str, overlap: &Overlap) -> (u32, bool) {
    let at = posting.place();
    let (mut count, mut whole) = (0, false);
    let mut check = |place: Range<usize>| {
        if free(text, place.clone()).both() {
            count += 1;
            whole |= is_all(text, place);
        }
    };
    if posting.count > 1 {
        // The posting stands for all codes of this segment that begin alike.
        code_places(text, at..segment_end(at), code.len(), overlap, check);
    } else if let Some(end) = code_end(text, at, code) {
        check(at..end);
    }
    (count, whole)
}

/// Nothing but marks stands around it.
fn is_all(text: &str, range: Range<usize>) -> bool {
    let mark = |c: char| {
        work::read(c.len_utf8());
        !is_word(c)
    };
    // From the inside out: the next word ends it.
    text[..range.start].chars().rev().all(mark) && text[range.end..].chars().all(mark)
}

/// Every place of a code of `len` letters and digits that begins in this range.
fn code_places(
    text: &str,
    range: Range<usize>,
    len: usize,
    overlap: &Overlap,
    mut each: impl FnMut(Range<usize>),
) {
    // Where the letters and digits stand that hang together so far.
    let mut joined: Vec<usize> = Vec::new();
    let (mut matched, mut separated) = (0, true);
    for (at, &byte) in text.as_bytes().iter().enumerate().skip(range.start) {
        work::read(1);
        if byte.is_ascii_alphanumeric() {
            joined.push(at);
            matched = overlap.read(matched, byte);
            separated = false;
        } else if separated || !is_separator(byte) {
            joined.clear();
            (matched, separated) = (0, true);
        } else {
            separated = true;
        }
        let start = joined
            .len()
            .checked_sub(matched)
            .map(|first| joined.get(first).copied().unwrap_or(at));
        let Some(start) = start.filter(|start| range.contains(start)) else {
            return; // what may still come begins too late
        };
        if matched == len && !separated {
            each(start..at + 1);
        }
    }
}

/// A query being compared.
struct Words<'a> {
    finder: Finder<'a>,
    /// Made when it is needed.
    overlap: OnceCell<Overlap<'a>>,
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
        // How much of the query stands before `from`, after a place that did not
        // count.
        let mut matched = 0;
        while count < COUNT && from < end {
            if matched == 0 {
                let found = self.finder.find(&text.as_bytes()[from..end]);
                work::read(found.unwrap_or(end - from));
                let Some(found) = found else {
                    break;
                };
                from += found + query.len();
            } else {
                let overlap = self.overlap.get_or_init(|| Overlap::new(query));
                matched = overlap.read(matched, text.as_bytes()[from]);
                from += 1;
                if matched < query.len() {
                    continue;
                }
            }
            let start = from - query.len();
            let free = free(text, start..from);
            if free.before
                && (free.after || self.open)
                && (at..segment_end).contains(&(start + self.offset))
            {
                count += 1;
                matched = 0;
            } else {
                matched = query.len();
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
