//! Where words begin and end, and where a value does.
//!
//! A value ends where a word ends, unless something joins it to the next word:
//! `acme.co` does not stand in `acme.co.uk`, nor `2024` in `2024-05-01`, nor
//! `/srv` in `/srv/data`. An address' domain stands in it (`ana@acme.co`), a
//! host in its URL, a file's name in its path.

use std::ops::Range;

use super::normal::{Class, class, is_word};

/// The words of a normal form, in order, by their place.
pub(super) fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            if bytes[at].is_ascii() {
                at += 1;
                if !bytes[start].is_ascii_alphanumeric() {
                    continue;
                }
            } else {
                let c = char_at(text, at)?;
                at += c.len_utf8();
                match class(c) {
                    Class::Alone => return Some(start..at),
                    Class::Between => continue,
                    Class::Joined => {}
                }
            }
            at = word_end(text, at);
            return Some(start..at);
        }
        None
    })
}

/// The end of a word that goes on at `at`, if it does.
fn word_end(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii() {
            if !byte.is_ascii_alphanumeric() {
                break;
            }
            at += 1;
        } else {
            match char_at(text, at) {
                Some(c) if class(c) == Class::Joined => at += c.len_utf8(),
                _ => break,
            }
        }
    }
    at
}

fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// Whether a place in a text is free on its two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Free {
    pub(super) before: bool,
    pub(super) after: bool,
}

impl Free {
    /// It begins and ends where a value does.
    pub(super) fn both(self) -> bool {
        self.before && self.after
    }
}

/// Looks around a value that stands at this place.
pub(super) fn free(text: &str, place: Range<usize>) -> Free {
    let (Some(before), Some(value), Some(after)) = (
        text.get(..place.start),
        text.get(place.clone()),
        text.get(place.end..),
    ) else {
        return Free {
            before: false,
            after: false,
        };
    };
    let mut left = before.chars().rev();
    let mut right = after.chars();
    let (first, last) = (value.chars().next(), value.chars().next_back());
    let (near, far) = (right.next(), right.next());
    let path_goes_on = near == Some('/') && far.is_some_and(is_word) && value.contains('/');
    Free {
        before: is_free(first, left.next(), left.next()),
        after: is_free(last, near, far) && !path_goes_on,
    }
}

/// `edge` is the value's last character on this side, `near` and `far` are the
/// text's next ones.
fn is_free(edge: Option<char>, near: Option<char>, far: Option<char>) -> bool {
    let (Some(edge), Some(near)) = (edge, near) else {
        return true;
    };
    let joined = |c: char| class(c) == Class::Joined;
    if joined(edge) {
        let joint = match near {
            '.' | '-' | '_' | '+' => far.is_some_and(is_word),
            ',' => edge.is_ascii_digit() && far.is_some_and(|c| c.is_ascii_digit()),
            _ => false,
        };
        !joined(near) && !joint
    } else {
        !("/-._@~#+".contains(edge) && is_word(near))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(value: &str, text: &str) -> bool {
        let start = text.find(value).unwrap();
        free(text, start..start + value.len()).both()
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let all = |text| words(text).map(|word| &text[word]).collect::<Vec<_>>();
        assert_eq!(
            all("ana@acme.co, 1,240 café"),
            ["ana", "acme", "co", "1", "240", "café"]
        );
        assert_eq!(all("去北京 ok👍"), ["去", "北", "京", "ok", "👍"]);
        assert_eq!(all("... -- "), [""; 0]);
    }

    #[test]
    fn a_part_of_a_longer_name_is_another_name() {
        for (value, text) in [
            ("acme.co", "acme.co.uk"),
            ("ana@acme.co", "joe.ana@acme.co"),
            ("ana@acme.co", "ana@acme.co.uk"),
            ("2024", "2024-05-01"),
            ("prod", "prod-eu"),
            ("/srv", "/srv/data"),
            ("/data", "/srv/data"),
            ("240", "1,240"),
            ("@ana", "joe@ana"),
            ("ana", "banana"),
        ] {
            assert!(!stands(value, text), "{value} in {text}");
        }
    }

    #[test]
    fn a_part_that_is_a_thing_of_its_own_stands_there() {
        for (value, text) in [
            ("acme.co", "ana@acme.co"),
            ("acme.co", "(acme.co)."),
            ("acme.co", "acme.co/path"),
            ("data.csv", "/srv/data.csv"),
            ("srv/data", "/srv/data"),
            ("ana", "ana's"),
            ("北京", "我去北京了"),
            ("/srv", "cat /srv"),
            ("240", "pay 240."),
        ] {
            assert!(stands(value, text), "{value} in {text}");
        }
    }
}
