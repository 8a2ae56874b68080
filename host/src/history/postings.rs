//! The bounded list of leaves a word stands in.

use std::hash::Hasher;

/// Postings of one word: when there are more, the oldest and the newest half.
const POSTINGS: usize = 64;

/// A word is posted once for each so many bytes of a leaf, so that this much
/// text is compared at one posting.
const SEGMENT: usize = 4096;

/// Marks a posting of an intent, in `at`.
pub(super) const INTENT: u32 = 1 << 31;

/// The end of the segment that a place is in.
pub(super) fn segment_end(at: usize) -> usize {
    (at / SEGMENT + 1) * SEGMENT
}

/// One word in one segment of one leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Posting {
    /// Number of the entry.
    pub(super) entry: u32,
    /// Where the word first stands in the segment; and [`INTENT`].
    pub(super) at: u32,
    /// How often it stands in the segment.
    pub(super) count: u16,
}

impl Posting {
    /// Where the word first stands, in bytes.
    pub(super) fn place(self) -> usize {
        (self.at & !INTENT) as usize
    }

    /// Tells its entry from all others.
    pub(super) fn key(self) -> (u32, bool) {
        (self.entry, self.at & INTENT != 0)
    }

    fn is_same_segment(self, other: Posting) -> bool {
        self.entry == other.entry
            && (self.at & INTENT) == (other.at & INTENT)
            && segment_end(self.place()) == segment_end(other.place())
    }
}

/// The postings of one word, oldest first. Most words have one.
#[derive(Debug, Clone, Default)]
pub(super) enum List {
    #[default]
    Empty,
    One(Posting),
    Many(Vec<Posting>),
}

/// What became of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Push {
    /// Its segment had been posted; it is counted there.
    Counted,
    /// It was added.
    Added,
    /// It was added in the place of another.
    Replaced,
}

impl List {
    pub(super) fn as_slice(&self) -> &[Posting] {
        match self {
            List::Empty => &[],
            List::One(posting) => std::slice::from_ref(posting),
            List::Many(postings) => postings,
        }
    }

    pub(super) fn push(&mut self, posting: Posting) -> Push {
        let last = match self {
            List::Empty => None,
            List::One(last) => Some(last),
            List::Many(postings) => postings.last_mut(),
        };
        if let Some(last) = last
            && last.is_same_segment(posting)
        {
            last.count = last.count.saturating_add(1);
            return Push::Counted;
        }
        match self {
            List::Empty => *self = List::One(posting),
            List::One(first) => *self = List::Many(vec![*first, posting]),
            List::Many(postings) => {
                if postings.len() >= POSTINGS {
                    postings.remove(POSTINGS / 2);
                    postings.push(posting);
                    return Push::Replaced;
                }
                postings.push(posting);
            }
        }
        Push::Added
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&Posting) -> bool) {
        match self {
            List::Empty => {}
            List::One(posting) => {
                if !keep(posting) {
                    *self = List::Empty;
                }
            }
            List::Many(postings) => {
                postings.retain(keep);
                postings.shrink_to(2 * postings.len());
            }
        }
    }
}

/// The hash of a hash: keys are hashed, with a key of their own, before they
/// get here.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posting(entry: u32, at: u32) -> Posting {
        Posting {
            entry,
            at,
            count: 1,
        }
    }

    #[test]
    fn a_full_list_keeps_the_oldest_and_the_newest() {
        let mut list = List::default();
        for entry in 0..1000 {
            list.push(posting(entry, 0));
        }
        let entries: Vec<u32> = list
            .as_slice()
            .iter()
            .map(|posting| posting.entry)
            .collect();
        assert_eq!(entries, (0..32).chain(968..1000).collect::<Vec<_>>());
    }

    #[test]
    fn a_segment_is_posted_once_and_counted() {
        let mut list = List::default();
        assert_eq!(list.push(posting(7, 10)), Push::Added);
        assert_eq!(list.push(posting(7, 4095)), Push::Counted);
        assert_eq!(list.push(posting(7, 4096)), Push::Added);
        assert_eq!(list.push(posting(7, 4097 | INTENT)), Push::Added);
        assert_eq!(list.as_slice()[0].count, 2);
    }
}
