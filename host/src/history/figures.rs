//! Numbers, and the accounts and phone numbers people write in groups.
//!
//! All functions read normal forms (see [`super::normal`]).
//!
//! `1,240.00`, `1 240,00`, `1'240` and `1240` are one [`Number`]. `1.240` may be
//! two, and counts as either. Numbers with a leading zero or more than fifteen
//! digits are names, not amounts; so are dates, versions and addresses
//! (`2024-05-01`, `10.0.0.1`), because their parts hang together.
//!
//! `DE12 3456 7890` and `DE1234567890` are one *grouped code*: the letters and
//! digits without the single separators between groups.

use super::normal::is_word;
use super::work;

/// More digits than this make an identifier.
const DIGITS: usize = 15;

/// A number's value: `digits` / 10^`scale`, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Number {
    pub(super) digits: u64,
    pub(super) scale: u8,
}

impl Number {
    fn new(whole: &str, fraction: &str) -> Option<Number> {
        let fraction = fraction.trim_end_matches('0');
        let mut digits: u64 = 0;
        let mut count = 0;
        for byte in whole
            .bytes()
            .chain(fraction.bytes())
            .filter(u8::is_ascii_digit)
        {
            digits = digits
                .checked_mul(10)?
                .checked_add(u64::from(byte - b'0'))?;
            count += 1;
        }
        let scale = u8::try_from(fraction.len()).ok()?;
        (1..=DIGITS)
            .contains(&count)
            .then_some(Number { digits, scale })
    }

    /// The same amount in minor units (cents), if it is a whole number of them
    /// and at least one major unit.
    pub(super) fn in_minor_units(self) -> Option<Number> {
        let factor = match self.scale {
            0 => 100,
            1 => 10,
            2 => 1,
            _ => return None,
        };
        let digits = self
            .digits
            .checked_mul(factor)
            .filter(|digits| *digits >= 100)?;
        Some(Number { digits, scale: 0 })
    }

    /// The amount of which this is the number of minor units.
    pub(super) fn as_minor_units(self) -> Option<Number> {
        if self.scale != 0 || self.digits < 100 {
            return None;
        }
        Some(match self.digits {
            digits if digits % 100 == 0 => Number {
                digits: digits / 100,
                scale: 0,
            },
            digits if digits % 10 == 0 => Number {
                digits: digits / 10,
                scale: 1,
            },
            digits => Number { digits, scale: 2 },
        })
    }
}

/// A number as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal {
    /// Bytes it takes.
    pub(super) len: usize,
    /// What it says; the second is the other reading of `1.240` or `1 240`.
    pub(super) readings: [Option<Number>; 2],
    /// Nothing but digits: it may be a number of minor units.
    pub(super) bare: bool,
}

impl Literal {
    pub(super) fn says(&self, number: Number) -> bool {
        self.readings.contains(&Some(number))
    }
}

/// The number that begins at `at`, where a word of digits begins.
pub(super) fn number_at(text: &str, at: usize) -> Option<Literal> {
    let text = text.get(at..)?;
    let whole = digits(text);
    if whole == 0 || whole > DIGITS || (whole > 1 && text.starts_with('0')) {
        return None;
    }
    grouped(text, whole).or_else(|| plain(text, whole))
}

/// The whole text as a number.
pub(super) fn number(text: &str) -> Option<Literal> {
    number_at(text, 0).filter(|literal| literal.len == text.len())
}

/// `1240`, `1240.50`, `1240,5`.
fn plain(text: &str, whole: usize) -> Option<Literal> {
    if let Some(len) = fraction(text, whole, None).filter(|len| ends(text, *len)) {
        let number = Number::new(&text[..whole], &text[whole + 1..len])?;
        return Some(Literal {
            len,
            readings: [Some(number), None],
            bare: false,
        });
    }
    let number = Number::new(&text[..whole], "").filter(|_| ends(text, whole))?;
    Some(Literal {
        len: whole,
        readings: [Some(number), None],
        bare: true,
    })
}

/// `1,240`, `1 240 000,50`: groups of three after one of one to three.
fn grouped(text: &str, first: usize) -> Option<Literal> {
    let separator = *text
        .as_bytes()
        .get(first)
        .filter(|b| b",.' _".contains(b))?;
    if first > 3 || text.starts_with('0') {
        return None;
    }
    let mut whole = first;
    let mut count = first;
    while text.as_bytes().get(whole) == Some(&separator) && digits(&text[whole + 1..]) == 3 {
        whole += 4;
        count += 3;
        // No number, however it goes on: the next word must not read it all again.
        if count > DIGITS {
            return None;
        }
    }
    if whole == first {
        return None;
    }
    let groups = &text[..whole];
    if let Some(len) = fraction(text, whole, Some(separator)).filter(|len| ends(text, *len)) {
        let number = Number::new(groups, &text[whole + 1..len])?;
        return Some(Literal {
            len,
            readings: [Some(number), None],
            bare: false,
        });
    }
    if !ends(text, whole) {
        return None;
    }
    let other = match separator {
        _ if whole > first + 4 => None,
        b',' | b'.' => Number::new(&text[..first], &text[first + 1..whole]),
        // `1 240`: perhaps two numbers, side by side in a table.
        b' ' => Number::new(&text[..first], ""),
        _ => None,
    };
    Some(Literal {
        len: whole,
        readings: [Some(Number::new(groups, "")?), other],
        bare: false,
    })
}

/// The end of a fraction at `at`: a decimal separator other than that of the
/// groups, and digits.
fn fraction(text: &str, at: usize, groups: Option<u8>) -> Option<usize> {
    let separator = *text.as_bytes().get(at).filter(|b| b".,".contains(b))?;
    let count = digits(&text[at + 1..]);
    (count > 0 && Some(separator) != groups).then_some(at + 1 + count)
}

fn digits(text: &str) -> usize {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    work::read(count + 1);
    count
}

/// Nothing that would make the number part of something longer follows.
fn ends(text: &str, at: usize) -> bool {
    let mut rest = text[at..].chars();
    match rest.next() {
        Some('.' | '-' | '_' | '+') => !rest.next().is_some_and(is_word),
        Some(c) => !is_word(c),
        None => true,
    }
}

/// Letters and digits a grouped code has at least and at most.
const CODE: std::ops::RangeInclusive<usize> = 7..=64;

/// How much of a grouped code names it in the index.
pub(super) const CODE_KEY: usize = 6;

/// A query as a grouped code: its letters and digits.
pub(super) fn code(query: &str) -> Option<String> {
    let joined: String = query.chars().filter(char::is_ascii_alphanumeric).collect();
    let digits = joined.bytes().filter(u8::is_ascii_digit).count();
    let only_groups = query
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || " -./()+".contains(c));
    (only_groups && digits >= 4 && CODE.contains(&joined.len())).then_some(joined)
}

/// What names the grouped code that begins at `at` in the index; `None` when
/// none does. `at` must begin a word.
pub(super) fn code_key(text: &str, at: usize) -> Option<[u8; CODE_KEY]> {
    let mut key = [0; CODE_KEY];
    let mut len = 0;
    let mut has_digit = false;
    let mut separated = true;
    for (offset, &byte) in text.as_bytes()[at..].iter().enumerate().take(3 * CODE_KEY) {
        if byte.is_ascii_alphanumeric() {
            // A code does not begin with a long word.
            if separated && !has_digit && offset > 5 {
                return None;
            }
            has_digit |= byte.is_ascii_digit();
            if len == CODE_KEY {
                return has_digit.then_some(key); // and it is longer than its key
            }
            key[len] = byte;
            len += 1;
            separated = false;
        } else if separated || !is_separator(byte) {
            return None;
        } else {
            separated = true;
        }
    }
    None
}

/// Where a grouped code that begins at `at` ends, if it stands there.
pub(super) fn code_end(text: &str, at: usize, code: &str) -> Option<usize> {
    let mut rest = code.bytes();
    let mut wanted = rest.next()?;
    let mut separated = true;
    for (offset, &byte) in text.as_bytes().get(at..)?.iter().enumerate() {
        if byte == wanted {
            separated = false;
            match rest.next() {
                Some(next) => wanted = next,
                None => return Some(at + offset + 1),
            }
        } else if separated || !is_separator(byte) {
            return None;
        } else {
            separated = true;
        }
    }
    None
}

pub(super) fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')')
}
