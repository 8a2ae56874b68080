//! Finds a word's senses: a hash table for whole words, a short list for stems.
//!
//! A decision looks up every word it reads, most of which are in no list. A
//! slot of the table tells such a word apart by 16 bits of its hash, without
//! touching the words themselves.

use crate::lexicon::Senses;

/// Words and stems with their senses.
#[derive(Debug)]
pub struct Dictionary {
    /// Index of a word plus one, with the upper half of its hash; 0 when free.
    slots: Vec<u32>,
    /// Each with the index of its senses: there are fewer sets of them than words,
    /// and each page that decisions read is looked at behind every one of them.
    words: Vec<(&'static str, u16)>,
    sets: Vec<Senses>,
    /// Words that stand for any ending, by their first two letters.
    stems: Vec<(&'static str, Senses)>,
    /// Where the stems of each two letters begin, and where the last ones end.
    pairs: Vec<u16>,
}

impl Dictionary {
    /// Builds it from lists of words; a `*` at a word's end stands for any
    /// ending.
    pub fn of(lists: &[(Senses, &'static str)]) -> Dictionary {
        let mut all: Vec<(&'static str, Senses)> = Vec::new();
        for (sense, list) in lists {
            all.extend(list.split_ascii_whitespace().map(|word| (word, *sense)));
        }
        all.sort_unstable_by(|a, b| a.0.cmp(b.0));
        all.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1 | next.1;
            }
            same
        });
        let stem = |word: &'static str| word.strip_suffix('*');
        let mut stems: Vec<_> = all
            .iter()
            .filter_map(|(w, s)| Some((stem(w)?, *s)))
            .collect();
        stems.sort_unstable_by_key(|(stem, _)| pair(stem.as_bytes()));
        let begin = |two| stems.partition_point(|(s, _)| pair(s.as_bytes()) < Some(two));
        let pairs = (0..=PAIRS).map(|two| begin(two) as u16).collect();
        let mut sets: Vec<Senses> = Vec::new();
        let mut words = Vec::with_capacity(all.len());
        for (word, senses) in all.iter().filter(|(w, _)| stem(w).is_none()) {
            let known = sets.iter().position(|s| s == senses);
            let set = known.unwrap_or_else(|| {
                sets.push(*senses);
                sets.len() - 1
            });
            words.push((*word, set as u16));
        }
        let mut slots = vec![0; (words.len() * 2).next_power_of_two()];
        for (i, (word, _)) in words.iter().enumerate() {
            let hash = Key::of(word.as_bytes()).hash();
            let mut at = hash as usize & (slots.len() - 1);
            while slots[at] != 0 {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = hash & 0xffff_0000 | (i as u32 + 1);
        }
        Dictionary {
            slots,
            words,
            sets,
            stems,
            pairs,
        }
    }

    /// The senses of a word and of the stems it begins with.
    pub fn senses(&self, word: &[u8]) -> Senses {
        self.whole(word) | self.stem(word)
    }

    fn whole(&self, word: &[u8]) -> Senses {
        let key = Key::of(word);
        let hash = key.hash();
        let mut at = hash as usize & (self.slots.len() - 1);
        while let Some(&slot) = self.slots.get(at)
            && slot != 0
        {
            if (slot ^ hash) & 0xffff_0000 == 0
                && let Some((text, set)) = self.words.get((slot & 0xffff) as usize - 1)
                && Key::of(text.as_bytes()) == key
                && (word.len() <= Key::WHOLE || text.as_bytes() == word)
            {
                return self.sets[usize::from(*set)];
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        Senses::NONE
    }

    fn stem(&self, word: &[u8]) -> Senses {
        let Some(two) = pair(word) else {
            return Senses::NONE;
        };
        let (from, to) = (self.pairs[two], self.pairs[two + 1]);
        self.stems[usize::from(from)..usize::from(to)]
            .iter()
            .filter(|(stem, _)| word.starts_with(stem.as_bytes()))
            .fold(Senses::NONE, |all, (_, senses)| all | *senses)
    }
}

/// How many ways there are for a stem to begin.
const PAIRS: usize = 26 * 32;

/// The number of a word's first two letters; no stem begins with another.
fn pair(word: &[u8]) -> Option<usize> {
    let [first @ b'a'..=b'z', second, ..] = word else {
        return None;
    };
    let second = second.wrapping_sub(b'a').min(31);
    Some(usize::from(first - b'a') * 32 + usize::from(second))
}

/// A word's length and its two ends: all of it, unless it is long.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key(u64, u64, usize);

impl Key {
    /// Longer words may have the same key.
    const WHOLE: usize = 16;

    fn of(word: &[u8]) -> Key {
        let (head, tail) = match (word.first_chunk(), word.last_chunk()) {
            (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
            _ => match (word.first_chunk(), word.last_chunk()) {
                (Some(head), Some(tail)) => {
                    let (head, tail) = (u32::from_le_bytes(*head), u32::from_le_bytes(*tail));
                    (head.into(), tail.into())
                }
                _ => (word.iter().fold(0, |all, b| all << 8 | u64::from(*b)), 0),
            },
        };
        Key(head, tail, word.len())
    }

    /// The table uses both ends of the number.
    fn hash(self) -> u32 {
        let mixed = self.0 ^ self.1.rotate_left(29) ^ self.2 as u64;
        let mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = (mixed >> 32) as u32;
        hash ^ hash >> 15
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_and_stems_are_found() {
        let dictionary =
            Dictionary::of(&[(Senses::PAY, "pay bezahl*"), (Senses::MONEY, "pay cash")]);
        assert_eq!(dictionary.senses(b"pay"), Senses::PAY | Senses::MONEY);
        assert_eq!(dictionary.senses(b"bezahlen"), Senses::PAY);
        assert_eq!(dictionary.senses(b"payment"), Senses::NONE);
        assert_eq!(dictionary.senses(b""), Senses::NONE);
    }
}
