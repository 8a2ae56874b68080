//! Reads a text into words, in one pass over its bytes.

use std::ops::Range;

use super::entities::without_entities;
use super::fold::{ASCII, Kind, fold, kind};
use super::{Span, Words, beginning};
use crate::lexicon::{self, Senses};

/// How many words of one text are read. Far beyond any message, and a bound on
/// what a hostile payload can cost.
const MAX_WORDS: usize = 20_000;

/// A text from which on it is worth to know its words again.
const LONG: usize = 256;

/// Letters and spaces that one word takes up, at the least in most texts.
const USUAL: usize = 5;

impl Words {
    /// Reads a further text behind the ones already read, as its own sentence.
    pub fn read(&mut self, text: &str) {
        let text = without_entities(text);
        let first = self.spans.len();
        let sentence = self.spans.last().map_or(0, |s| s.sentence + 1);
        let begin = self.text.len();
        // Most words are taken from here as they are.
        self.text.push_str(&text);
        self.text[begin..].make_ascii_lowercase();
        self.spans.reserve(text.len() / USUAL + 1);
        let reader = Reader {
            words: self,
            text: &text,
            base: begin,
            at: 0,
            sentence,
            open: None,
            comma: false,
            folded: None,
            seen: match text.len() {
                0..LONG => Vec::new(),
                _ => vec![u16::MAX; 1 << u8::BITS],
            },
        };
        reader.run();
        self.join_spaced(first);
    }
}

struct Reader<'w, 't> {
    words: &'w mut Words,
    text: &'t str,
    /// Where the text begins in that of the words.
    base: usize,
    at: usize,
    sentence: u16,
    /// Where the word that is being read begins, and whether a comma or its like
    /// stands before it.
    open: Option<(usize, bool)>,
    /// True when one stands before the next word.
    comma: bool,
    /// The word so far, where it is not as it stands in the text.
    folded: Option<String>,
    /// By how a word is written, one of those that were read so far. Empty for a
    /// short text, where few words stand twice.
    seen: Vec<u16>,
}

impl Reader<'_, '_> {
    fn run(mut self) {
        let text = self.text;
        let mut before = Kind::Gap;
        while let Some(&byte) = text.as_bytes().get(self.at) {
            if byte == b' ' {
                self.close();
                self.at += 1;
                before = Kind::Gap;
                continue;
            }
            if byte.is_ascii_lowercase() && self.folded.is_none() {
                self.small_letters();
                before = Kind::Lower;
                continue;
            }
            let (c, kind) = match ASCII.get(usize::from(byte)) {
                Some(kind) => (char::from(byte), *kind),
                None => {
                    let c = text[self.at..].chars().next().unwrap_or_default();
                    (c, kind(c))
                }
            };
            match kind {
                Kind::Lower | Kind::Upper | Kind::Digit => {
                    let hump = kind == Kind::Upper
                        && (before == Kind::Lower
                            || before == Kind::Upper
                                && self.next(c).is_some_and(char::is_lowercase));
                    if hump {
                        self.close();
                    }
                    self.letter(c);
                }
                Kind::Gap | Kind::Stop => self.gap(c, kind),
                Kind::Invisible => {
                    self.fold();
                    self.at += c.len_utf8();
                    continue;
                }
            }
            before = kind;
        }
        self.close();
    }

    /// The next character that can be seen.
    fn next(&self, c: char) -> Option<char> {
        let mut behind = self.text[self.at + c.len_utf8()..].chars();
        behind.find(|c| kind(*c) != Kind::Invisible)
    }

    /// Takes small letters as they stand, which most words are.
    fn small_letters(&mut self) {
        self.begin();
        self.at += small_letters(&self.text.as_bytes()[self.at..]);
    }

    /// Begins a word, unless one is begun.
    fn begin(&mut self) {
        if self.open.is_none() {
            self.open = Some((self.at, self.comma));
            self.comma = false;
        }
    }

    /// Takes any letter or digit.
    fn letter(&mut self, c: char) {
        self.begin();
        if !c.is_ascii() {
            self.fold();
        }
        self.at += c.len_utf8();
        if let Some(folded) = &mut self.folded {
            fold(c, folded);
        }
    }

    /// From here on the word is not as it stands in the text.
    fn fold(&mut self) {
        if let Some((start, _)) = self.open
            && self.folded.is_none()
        {
            let as_it_stands = &self.words.text[self.base + start..self.base + self.at];
            self.folded = Some(as_it_stands.to_owned());
        }
    }

    /// Takes what stands between words.
    fn gap(&mut self, c: char, kind: Kind) {
        self.close();
        // A dot ends a sentence only before a space: `gate.rs`, `4.50`.
        // A line that goes on with a small letter was only wrapped.
        let ends = kind == Kind::Stop
            && match c {
                '.' | ':' => self.next(c).is_none_or(char::is_whitespace),
                '\n' => self.next(c).is_none_or(|n| !n.is_lowercase()),
                _ => true,
            };
        let spoken = |s: &Span| s.sentence == self.sentence;
        if ends && self.words.spans.last().is_some_and(spoken) {
            if c == '?' {
                self.words.questions.push(self.sentence);
            }
            self.sentence += 1;
        }
        self.comma = self.comma && !ends || matches!(c, ',' | '(' | ')' | '–' | '—');
        self.at += c.len_utf8();
    }

    fn close(&mut self) {
        let Some((start, comma)) = self.open.take() else {
            return;
        };
        let text = &mut self.words.text;
        let (from, to) = match self.folded.take() {
            Some(folded) => {
                text.push_str(&folded);
                (text.len() - folded.len(), text.len())
            }
            None => (self.base + start, self.base + self.at),
        };
        if from < to && self.words.spans.len() < MAX_WORDS {
            let place = self.words.spans.len();
            let (before, senses) = self.senses(from..to);
            if !self.seen.is_empty() && self.words.before.len() == place {
                self.words.before.push(before.unwrap_or(place as u16));
            }
            let word = self.words.text.as_bytes().get(from..to).unwrap_or_default();
            self.words.all = self.words.all | senses;
            self.words.spans.push(Span {
                start: from as u32,
                end: to as u32,
                source: start as u32,
                sentence: self.sentence,
                comma,
                beginning: beginning(word, word.len()),
                senses,
            });
        }
    }

    /// The senses of a word of the text, and where it stood before. Half of the words of
    /// a text did, and need not be looked up.
    fn senses(&mut self, at: Range<usize>) -> (Option<u16>, Senses) {
        let Words { text, spans, .. } = &*self.words;
        let word = text.as_bytes().get(at).unwrap_or_default();
        let last = word.last().copied().unwrap_or_default();
        let place = beginning(word, word.len()) ^ last.wrapping_mul(29);
        let Some(seen) = self.seen.get_mut(usize::from(place)) else {
            return (None, lexicon::senses_of(word));
        };
        let known = spans.get(usize::from(*seen)).filter(|span| {
            text.as_bytes().get(span.start as usize..span.end as usize) == Some(word)
        });
        if let Some(known) = known {
            return (Some(*seen), known.senses);
        }
        *seen = spans.len() as u16; // where it is put next
        (None, lexicon::senses_of(word))
    }
}

/// How many small letters a text begins with, eight at a time.
fn small_letters(text: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (eights, rest) = text.as_chunks::<8>();
    for (i, eight) in eights.iter().enumerate() {
        let bytes = u64::from_le_bytes(*eight);
        // The sums have a byte's highest bit from `a` on, and from behind `z` on.
        let low = bytes & (EACH * 0x7f);
        let from_a = low + EACH * (0x80 - b'a' as u64);
        let behind_z = low + EACH * (0x7f - b'z' as u64);
        let other = !(from_a & !behind_z & !bytes) & (EACH * 0x80);
        if other != 0 {
            return i * 8 + other.trailing_zeros() as usize / 8;
        }
    }
    let end = rest.iter().position(|b| !b.is_ascii_lowercase());
    text.len() - rest.len() + end.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::small_letters;

    #[test]
    fn small_letters_end_at_any_other_byte() {
        for byte in 0..=u8::MAX {
            for place in [0, 1, 7, 8, 11, 16] {
                let mut text = *b"abcmxyzazzzaaamnopqrz";
                text[place] = byte;
                let end = if byte.is_ascii_lowercase() {
                    text.len()
                } else {
                    place
                };
                assert_eq!(small_letters(&text), end, "{byte} at {place}");
            }
        }
        assert_eq!(small_letters(b""), 0);
    }
}
