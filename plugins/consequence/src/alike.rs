//! Names that a reader may take for one another.

use std::borrow::Cow;

use crate::words::Words;

/// Shorter names differ by a letter too often by chance.
const SHORTEST: usize = 5;

/// The most letters that a near name is apart.
const MOST: usize = 2;

/// A name, with what tells it from most others at once.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    /// As it is written.
    pub text: &'a str,
    /// How many letters it has.
    count: usize,
    /// Which ones.
    letters: u64,
    /// Which ones its skeleton has, most of them.
    bare: u64,
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Name) -> bool {
        self.letters == other.letters && self.text == other.text
    }
}

impl<'a> Name<'a> {
    /// Looks at a name.
    pub fn of(text: &'a str) -> Name<'a> {
        let (mut letters, mut bare, mut is_plain) = (0, 0, true);
        for (i, byte) in text.bytes().enumerate() {
            is_plain &= byte.is_ascii() && byte != b'&';
            bare |= BARE[usize::from(byte)];
            if i < LONGEST {
                letters |= 1 << (byte & 63);
            }
        }
        if is_plain {
            return Name {
                text,
                count: text.len(),
                letters,
                bare,
            };
        }
        Name {
            text,
            count: text.chars().count(),
            letters: letters_of(text.chars().take(LONGEST)),
            bare: plain(text)
                .bytes()
                .fold(0, |all, b| all | BARE[usize::from(b)]),
        }
    }

    /// True when the other is this name, or goes on behind it.
    pub fn begins(&self, other: &Name) -> bool {
        self.letters & !other.letters == 0 && other.text.starts_with(self.text)
    }

    /// False for most names that neither [begin](Name::begins) the other nor are
    /// [near](Name::is_near) it.
    pub fn may_pass_for(&self, other: &Name) -> bool {
        self.letters & !other.letters == 0
            || self.bare == other.bare
            || differ(self.letters, other.letters) <= 2 * MOST
    }

    /// One or two letters apart, in names long enough that this is no chance.
    pub fn is_near(&self, other: &Name) -> bool {
        let most = match self.count.min(other.count) {
            0..=4 => return false,
            5..=7 => 1,
            _ => MOST,
        };
        let same = || skeleton(&plain(self.text)).eq(skeleton(&plain(other.text)));
        differ(self.letters, other.letters) <= 2 * most
            && edits_of(self.text, other.text, most) <= most
            || self.bare == other.bare && same()
    }
}

/// The bit of each byte that a skeleton keeps: its own, or that of the one it is
/// taken for. Those of which two look like another have none.
const BARE: [u64; 256] = {
    let mut bits = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = match (byte as u8).to_ascii_lowercase() {
            b'r' | b'n' | b'm' | b'v' | b'w' => 0,
            b'0' => b'o',
            b'1' | b'i' => b'l',
            b'5' => b's',
            other if other.is_ascii_alphanumeric() || other >= 0x80 => other,
            _ => 0,
        };
        bits[byte] = if letter == 0 { 0 } else { 1 << (letter & 63) };
        byte += 1;
    }
    bits
};

/// A name in small letters, without marks.
fn plain(name: &str) -> Cow<'_, str> {
    let kept = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    if name.bytes().all(kept) {
        return Cow::Borrowed(name); // most names
    }
    if !name.is_ascii() || name.contains('&') {
        return Cow::Owned(Words::of(name).iter().collect());
    }
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    Cow::Owned(
        letters
            .map(|b| char::from(b.to_ascii_lowercase()))
            .collect(),
    )
}

/// What is left of a plain name when look-alike letters are undone.
fn skeleton(plain: &str) -> impl Iterator<Item = char> {
    let mut letters = plain.chars().peekable();
    std::iter::from_fn(move || {
        Some(match letters.next()? {
            'r' if letters.next_if_eq(&'n').is_some() => 'm',
            'v' if letters.next_if_eq(&'v').is_some() => 'w',
            '0' => 'o',
            '1' | 'i' => 'l',
            '5' => 's',
            other => other,
        })
    })
}

/// Longer names are compared as far as this.
const LONGEST: usize = 64;

/// The letters a name has, as bits.
fn letters_of(name: impl Iterator<Item = char>) -> u64 {
    name.fold(0, |all, letter| all | 1 << (letter as u32 & 63))
}

/// How many of the letters only one name has. A change exchanges one letter for
/// another at the most.
fn differ(letters: u64, others: u64) -> usize {
    (letters ^ others).count_ones() as usize
}

/// How many letters must be changed, added, taken away or swapped; more than
/// `most` is said as `most + 1`.
pub fn distance(a: &str, b: &str, most: usize) -> usize {
    let letters = |text: &str| letters_of(text.chars().take(LONGEST));
    match differ(letters(a), letters(b)) > 2 * most {
        true => most + 1,
        false => edits_of(a, b, most),
    }
}

fn edits_of(a: &str, b: &str, most: usize) -> usize {
    if a.is_ascii() && b.is_ascii() {
        let first = |text: &str| text.len().min(LONGEST);
        return edits(&a.as_bytes()[..first(a)], &b.as_bytes()[..first(b)], most);
    }
    let letters = |text: &str| text.chars().take(LONGEST).collect::<Vec<char>>();
    edits(&letters(a), &letters(b), most)
}

fn edits<T: PartialEq>(a: &[T], b: &[T], most: usize) -> usize {
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut before = above.clone();
    let mut row = above.clone();
    for (i, x) in a.iter().enumerate() {
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let mut least = (above[j] + usize::from(x != y))
                .min(above[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
        if above.iter().chain(&before).all(|d| *d > most) {
            break; // each row only grows from the two above it
        }
    }
    above.last().copied().unwrap_or_default().min(most + 1)
}

/// The same of two words of a text: one letter is other, more, less or changed
/// places, and neither is the plural or another ending of the other.
pub fn almost(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() < SHORTEST || long.len() - short.len() > 1 {
        return false; // most words
    }
    let ending = long
        .strip_prefix(short)
        .is_some_and(|rest| matches!(rest, "s" | "e" | "n" | "d" | "r" | "o" | "a"));
    // `Hoelzl` is how Hölzl writes himself in an address.
    let umlaut = long.len() == short.len() + 1
        && ["ae", "oe", "ue"].iter().any(|two| {
            long.match_indices(two).any(|(at, _)| {
                let (head, tail) = long.split_at(at + 1);
                short.strip_prefix(head) == Some(&tail[1..])
            })
        });
    if ending || umlaut || a == b {
        return false;
    }
    let (s, l) = (short.as_bytes(), long.as_bytes());
    let same = s.iter().zip(l).take_while(|(x, y)| x == y).count();
    if s.len() < l.len() {
        return s[same..] == l[same + 1..];
    }
    let swapped = same + 1 < s.len()
        && s[same] == l[same + 1]
        && s[same + 1] == l[same]
        && s[same + 2..] == l[same + 2..];
    swapped || same < s.len() && s[same + 1..] == l[same + 1..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_makes_a_name_another() {
        for (a, b) in [
            ("sodimat", "sodimatt"),
            ("gestoria", "gestorla"),
            ("harmann", "hartmann"),
            ("thiel", "theil"),
        ] {
            assert!(almost(a, b) && almost(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("invoice", "invoices"),
            ("sodimat", "sodimat"),
            ("anna", "anne"),
            ("brandt", "berndt"),
            ("claim", "claimed"),
            ("holzl", "hoelzl"),
        ] {
            assert!(!almost(a, b), "{a} {b}");
        }
    }
}
