//! Whether a clause binds whoever sends it: a learned score.
//!
//! What binds is said in more ways than a list of words holds ("consider it
//! done", "we'll see you right"). So the words, the pairs of neighbours and the
//! beginnings of long words carry weights, learned from the sentences of
//! `binding/*.tsv`, and a clause scores their sum. `train` makes the table and
//! says how well it does on sentences it has not seen.

#[cfg(test)]
mod train;

use std::ops::Range;

use crate::words::Words;

/// The table: the constant term, then buckets of four slots, each with a check
/// byte and a weight. A slot without a weight is free.
static TABLE: &[u8; HEAD + BUCKETS * BUCKET] = include_bytes!("../../binding/weights.bin");

/// Bytes of the constant term.
const HEAD: usize = 2;
/// Bytes of a bucket.
const BUCKET: usize = 8;
/// How many buckets there are.
const BUCKETS: usize = 1 << 12;
/// Letters of a word that tell what it is about.
const BEGINNING: usize = 5;

/// What stands before the first word and behind the last one.
const OPEN: u32 = 0x9e37_79b9;
const CLOSE: u32 = 0x7f4a_7c15;

/// A sentence above it binds; of those that only seem to, one in fifty is there too.
pub const BINDS: i32 = 42;
/// A clause binds only in a sentence above it: by itself it lacks what goes before.
pub const LEANS: i32 = 15;
/// A user whose own words are above it has decided something. An error here
/// only lets the agent say it.
pub const DECIDES: i32 = 12;

/// The weights of a text's words, added up, so that any stretch of it has its
/// score at once.
#[derive(Debug)]
pub struct Scores {
    /// For each word the sum of all before it, within it and to its left.
    sums: Vec<i32>,
    /// For each word its hash, and what it weighs by itself.
    own: Vec<(u32, i32)>,
}

impl Scores {
    /// Looks up the words of a text.
    pub fn of(words: &Words) -> Scores {
        let mut own: Vec<(u32, i32)> = Vec::with_capacity(words.len());
        let mut sums = Vec::with_capacity(words.len() + 1);
        let mut sum = 0;
        sums.push(0);
        for i in 0..words.len() {
            let (whole, weighs) = match words.before(i) {
                Some(before) => own[before],
                None => alone(words.bytes(i)),
            };
            sum += weighs;
            sum += own
                .last()
                .map_or(0, |(before, _)| weight(pair(*before, whole)));
            own.push((whole, weighs));
            sums.push(sum);
        }
        Scores { sums, own }
    }

    /// The score of a stretch of the words; above zero it rather binds.
    pub fn of_range(&self, at: Range<usize>) -> i32 {
        let stretch = self.own.get(at.clone()).unwrap_or_default();
        let (Some((first, _)), Some((last, _))) = (stretch.first(), stretch.last()) else {
            return i32::MIN;
        };
        let mut sum = self.sums[at.end] - self.sums[at.start];
        if at.start > 0 {
            sum -= weight(pair(self.own[at.start - 1].0, *first));
        }
        sum + weight(pair(OPEN, *first)) + weight(pair(*last, CLOSE)) + bias()
    }
}

/// A word's hash, and what it weighs by itself.
fn alone(word: &[u8]) -> (u32, i32) {
    let (whole, beginning) = hash(word);
    let begins = beginning.map_or(0, |beginning| weight(mix(beginning, 2)));
    (whole, weight(mix(whole, 1)) + begins)
}

/// What two neighbours tell.
fn pair(first: u32, second: u32) -> u32 {
    mix(first.rotate_left(7) ^ second, 3)
}

/// FNV-1a of a word and of its beginning, if it is longer; any number is the
/// same word.
fn hash(word: &[u8]) -> (u32, Option<u32>) {
    let mut hash = 0x811c_9dc5_u32;
    let mut beginning = None;
    let mut digits = false;
    for (i, byte) in word.iter().enumerate() {
        // Not within a letter of several bytes.
        if i == BEGINNING && byte & 0xc0 != 0x80 {
            beginning = Some(hash);
        }
        let digit = byte.is_ascii_digit();
        if !(digit && digits) {
            hash = (hash ^ u32::from(if digit { b'0' } else { *byte })).wrapping_mul(0x0100_0193);
        }
        digits = digit;
    }
    (hash, beginning)
}

/// Spreads the bits of a feature over all 32.
fn mix(hash: u32, sort: u32) -> u32 {
    let mut hash = (hash ^ sort).wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// Where a feature is kept, and by which byte it is known there.
fn place(feature: u32) -> (usize, u8) {
    (feature as usize % BUCKETS, (feature >> 24) as u8)
}

/// The weight of a feature; none for one that was not learned.
fn weight(feature: u32) -> i32 {
    let (bucket, check) = place(feature);
    let at = HEAD + bucket * BUCKET;
    let slots = TABLE[at..].first_chunk::<BUCKET>().unwrap_or(&[0; BUCKET]);
    // All four check bytes at once: one that is the same leaves a zero.
    let checks = u64::from_le_bytes(*slots) & (EACH * 0xff);
    let other = checks ^ (EACH * u64::from(check));
    if ((EACH << 8) - other) & (EACH << 8) == 0 {
        return 0; // most features
    }
    slots
        .chunks_exact(2)
        .find(|slot| slot[0] == check && slot[1] != 0)
        .map_or(0, |slot| i32::from(slot[1] as i8))
}

/// A one for each slot of a bucket.
const EACH: u64 = 0x0001_0001_0001_0001;

/// The constant term.
fn bias() -> i32 {
    i32::from(i16::from_le_bytes([TABLE[0], TABLE[1]]))
}
