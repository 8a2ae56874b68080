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
    words: Vec<(&'static str, Senses)>,
    /// Words that stand for any ending, sorted.
    stems: Vec<(&'static str, Senses)>,
    /// Where the stems of each first letter begin, and where the last ones end.
    letters: [u16; 27],
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
        stems.sort_unstable_by(|a, b| a.0.cmp(b.0));
        let words: Vec<_> = all.into_iter().filter(|(w, _)| stem(w).is_none()).collect();
        let begin = |letter: u8| stems.partition_point(|s| s.0.as_bytes() < &[letter][..]);
        let letters = std::array::from_fn(|i| begin(b'a' + i as u8) as u16);
        let mut slots = vec![0; (words.len() * 2).next_power_of_two()];
        for (i, (word, _)) in words.iter().enumerate() {
            let hash = hash(word);
            let mut at = hash as usize & (slots.len() - 1);
            while slots[at] != 0 {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = hash & 0xffff_0000 | (i as u32 + 1);
        }
        Dictionary {
            slots,
            words,
            stems,
            letters,
        }
    }

    /// The senses of a word and of the stems it begins with.
    pub fn senses(&self, word: &str) -> Senses {
        self.whole(word) | self.stem(word)
    }

    fn whole(&self, word: &str) -> Senses {
        let hash = hash(word);
        let mut at = hash as usize & (self.slots.len() - 1);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return Senses::NONE;
            }
            if (slot ^ hash) & 0xffff_0000 == 0
                && let Some((found, senses)) = self.words.get((slot & 0xffff) as usize - 1)
                && *found == word
            {
                return *senses;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    fn stem(&self, word: &str) -> Senses {
        let Some(letter @ b'a'..=b'z') = word.bytes().next() else {
            return Senses::NONE;
        };
        let letter = usize::from(letter - b'a');
        let (from, to) = (self.letters[letter], self.letters[letter + 1]);
        self.stems[usize::from(from)..usize::from(to)]
            .iter()
            .filter(|(stem, _)| word.starts_with(stem))
            .fold(Senses::NONE, |all, (_, senses)| all | *senses)
    }
}

/// FNV-1a, its bits mixed once more: the table uses both ends of it.
fn hash(word: &str) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for byte in word.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^ (hash >> 13)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_and_stems_are_found() {
        let dictionary =
            Dictionary::of(&[(Senses::PAY, "pay bezahl*"), (Senses::MONEY, "pay cash")]);
        assert_eq!(dictionary.senses("pay"), Senses::PAY | Senses::MONEY);
        assert_eq!(dictionary.senses("bezahlen"), Senses::PAY);
        assert_eq!(dictionary.senses("payment"), Senses::NONE);
        assert_eq!(dictionary.senses(""), Senses::NONE);
    }
}
