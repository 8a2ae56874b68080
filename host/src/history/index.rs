//! Where values occurred: an inverted index from words to leaves.
//!
//! A leaf is kept in its normal form and posted under each of its words, and
//! under its numbers and grouped codes. A query is looked up by its rarest word
//! and then compared in full at each of that word's postings. A list of postings
//! is bounded, and so is the text compared at one posting, so that neither
//! finding nor adding costs more in a long session than in a short one.
//!
//! What is removed is only marked dead, and swept out when half of the index is
//! dead. How a value is found stands in `search.rs`.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, RandomState};
use std::sync::Arc;

use super::Place;
use super::bounds::{free, words};
use super::decode::decode;
use super::figures::{code_key, number_at};
use super::normal::{Class, Form, class};
use super::postings::{AsIs, INTENT, List, Posting, Push};

/// Memory of a leaf beside its texts, of a posting and of a word of its own, in
/// bytes; roughly.
const LEAF_COST: usize = 208;
const POSTING_COST: usize = 16;
const WORD_COST: usize = 96;

/// A leaf, or a text that was encoded in one.
#[derive(Debug)]
pub(super) struct Entry {
    /// Entries are numbered in the order in which they come.
    pub(super) number: u32,
    pub(super) place: Place,
    /// `None` for an intent.
    pub(super) step: Option<u32>,
    pub(super) path: Arc<str>,
    pub(super) form: Form,
    pub(super) leaf_words: u32,
    pub(super) decoded_by: Option<&'static str>,
    /// This text is all the leaf says.
    pub(super) whole: bool,
    postings: u32,
    cost: usize,
}

/// The leaves that one text put into the index.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Added {
    first: u32,
    len: u32,
}

impl Added {
    /// These leaves and those added next.
    pub(super) fn join(&mut self, next: Added) {
        if self.len == 0 {
            *self = next;
        } else {
            self.len += next.len;
        }
    }
}

/// The index of one session.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    hasher: RandomState,
    intents: Vec<Arc<Entry>>,
    /// The oldest first; `None` is dead.
    entries: VecDeque<Option<Arc<Entry>>>,
    /// Number of the first of `entries`. Numbers wrap around.
    first: u32,
    lists: HashMap<u64, List, BuildHasherDefault<AsIs>>,
    postings: usize,
    dead: usize,
    cost: usize,
}

impl Index {
    /// Adds a text that the user gave.
    pub(super) fn add_intent(&mut self, text: &str) {
        let path: Arc<str> = "".into();
        self.add_texts(Place::Intent, None, &path, text);
    }

    /// Adds a leaf of a step. The caller keeps what it gets to remove it again.
    pub(super) fn add(&mut self, place: Place, step: u32, path: &str, text: &str) -> Added {
        let before = self.next();
        let path: Arc<str> = path.into();
        self.add_texts(place, Some(step), &path, text);
        Added {
            first: before,
            len: self.next().wrapping_sub(before),
        }
    }

    /// Removes what was added; a second time does nothing.
    pub(super) fn remove(&mut self, added: Added) {
        for number in 0..added.len {
            let at = added.first.wrapping_add(number).wrapping_sub(self.first) as usize;
            if let Some(entry) = self.entries.get_mut(at).and_then(Option::take) {
                self.dead += entry.postings as usize;
                self.cost = self.cost.saturating_sub(entry.cost);
            }
        }
        while let Some(None) = self.entries.front() {
            self.entries.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        if self.dead > self.postings / 2 + 4096 {
            self.sweep();
        }
    }

    /// Bytes that the living leaves take, roughly.
    pub(super) fn cost(&self) -> usize {
        self.cost
    }

    /// The postings of a word, number or code.
    pub(super) fn list(&self, key: impl Hash) -> &[Posting] {
        self.lists
            .get(&self.hasher.hash_one(key))
            .map_or(&[], List::as_slice)
    }

    /// Entries, words and postings held, the dead ones included.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        let postings = self.lists.values().map(|list| list.as_slice().len()).sum();
        (self.entries.len(), self.lists.len(), postings)
    }

    fn next(&self) -> u32 {
        self.first.wrapping_add(self.entries.len() as u32)
    }

    /// The living entry of a posting.
    pub(super) fn entry(&self, posting: &Posting) -> Option<&Arc<Entry>> {
        if posting.at & INTENT != 0 {
            return self.intents.get(posting.entry as usize);
        }
        self.entries
            .get(posting.entry.wrapping_sub(self.first) as usize)?
            .as_ref()
    }
}

/// Adding.
impl Index {
    fn add_texts(&mut self, place: Place, step: Option<u32>, path: &Arc<str>, text: &str) {
        let form = Form::new(text);
        let leaf_words = count_words(&form.text);
        let leaf = |form, decoded_by, whole| Entry {
            number: 0,
            place,
            step,
            path: path.clone(),
            form,
            leaf_words,
            decoded_by,
            whole,
            postings: 0,
            cost: 0,
        };
        self.post(leaf(form, None, true));
        for decoded in decode(text) {
            self.post(leaf(
                Form::new(&decoded.text),
                Some(decoded.by),
                decoded.whole,
            ));
        }
    }

    fn post(&mut self, mut entry: Entry) {
        let (number, mark) = match entry.step {
            Some(_) => (self.next(), 0),
            None => (self.intents.len() as u32, INTENT),
        };
        let texts = entry.form.text.len()
            + entry.form.unfolded.as_ref().map_or(0, String::len)
            + entry.path.len();
        entry.number = number;
        let mut posted = Posted {
            entry: number,
            mark,
            postings: 0,
            cost: LEAF_COST + texts,
        };
        self.post_words(&entry.form.text, &mut posted);
        if posted.postings == 0 {
            return; // nothing could ever find it
        }
        entry.postings = posted.postings;
        entry.cost = posted.cost;
        self.cost += entry.cost;
        match entry.step {
            Some(_) => self.entries.push_back(Some(Arc::new(entry))),
            None => self.intents.push(Arc::new(entry)),
        }
    }

    fn post_words(&mut self, text: &str, posted: &mut Posted) {
        let mut number_end = 0;
        for word in words(text) {
            self.put(
                self.hasher.hash_one(&text[word.clone()]),
                word.start,
                posted,
            );
            let bytes = &text.as_bytes()[word.clone()];
            if bytes.iter().all(u8::is_ascii_digit)
                && begins_number(text, word.start, number_end)
                && let Some(literal) = number_at(text, word.start)
            {
                for number in literal.readings.into_iter().flatten() {
                    self.put(self.hasher.hash_one(number), word.start, posted);
                }
                number_end = word.start + literal.len;
            }
            if (bytes.len() <= 5 || bytes.iter().any(u8::is_ascii_digit))
                && let Some(key) = code_key(text, word.start)
            {
                self.put(self.hasher.hash_one(key), word.start, posted);
            }
        }
    }

    fn put(&mut self, key: u64, at: usize, posted: &mut Posted) {
        let Some(at) = u32::try_from(at).ok().filter(|at| *at < INTENT) else {
            return;
        };
        let list = self.lists.entry(key).or_insert_with(|| {
            posted.cost += WORD_COST;
            List::default()
        });
        let posting = Posting {
            entry: posted.entry,
            at: at | posted.mark,
            count: 1,
        };
        match list.push(posting) {
            Push::Counted => return,
            Push::Added => self.postings += 1,
            Push::Replaced => {}
        }
        posted.postings += 1;
        posted.cost += POSTING_COST;
    }

    /// Forgets the dead postings.
    fn sweep(&mut self) {
        let mut lists = std::mem::take(&mut self.lists);
        let mut postings = 0;
        lists.retain(|_, list| {
            list.retain(|posting| self.entry(posting).is_some());
            postings += list.as_slice().len();
            !list.as_slice().is_empty()
        });
        lists.shrink_to(2 * lists.len());
        self.entries.shrink_to(2 * self.entries.len());
        self.lists = lists;
        self.postings = postings;
        self.dead = 0;
    }
}

/// What posting one entry has added so far.
struct Posted {
    entry: u32,
    mark: u32,
    postings: u32,
    cost: usize,
}

/// A digit word begins a number unless it is the rest of something. After the
/// comma of a list the next number begins.
fn begins_number(text: &str, at: usize, number_end: usize) -> bool {
    let listed = number_end > 0 && number_end + 1 == at && text.as_bytes()[number_end] == b',';
    at >= number_end && (listed || free(text, at..at + 1).before)
}

/// Words by white space; in scripts without spaces two characters make a word.
fn count_words(text: &str) -> u32 {
    let spaced = memchr::memchr_iter(b' ', text.as_bytes()).count() + usize::from(!text.is_empty());
    let alone = match text.is_ascii() {
        true => 0,
        false => text.chars().filter(|c| class(*c) == Class::Alone).count() / 2,
    };
    u32::try_from(spaced.max(alone)).unwrap_or(u32::MAX)
}
