//! Secrets known by their form: keys, tokens, card numbers, national ids.

use std::ops::{Range, RangeInclusive};

/// A secret found in a text.
#[derive(Debug, PartialEq)]
pub struct Secret<'a> {
    /// What it is, with its article.
    pub what: &'static str,
    /// The secret.
    pub text: &'a str,
}

/// Beginnings that issuers give their keys, and how long the rest must be.
const PREFIXES: &[(&str, usize, &str)] = &[
    ("AKIA", 16, "a cloud access key"),
    ("ASIA", 16, "a cloud access key"),
    ("AIza", 30, "an API key"),
    ("ghp_", 30, "a repository token"),
    ("gho_", 30, "a repository token"),
    ("ghs_", 30, "a repository token"),
    ("github_pat_", 30, "a repository token"),
    ("glpat-", 16, "a repository token"),
    ("npm_", 30, "a registry token"),
    ("pypi-", 30, "a registry token"),
    ("sk_live_", 8, "a payment key"),
    ("rk_live_", 8, "a payment key"),
    ("sk-", 20, "an API key"),
    ("xoxb-", 16, "a chat token"),
    ("xoxp-", 16, "a chat token"),
    ("SG.", 30, "an API key"),
    ("hvs.", 16, "a vault token"),
    ("eyJ", 60, "a signed token"),
];

/// No key is shorter than this.
const SHORTEST: usize = 16;

/// The first secret in a text. One pass over its words, digits in groups joined.
pub fn find(text: &str) -> Option<Secret<'_>> {
    if let Some(text) = private_key(text) {
        return Some(Secret {
            what: "a private key",
            text,
        });
    }
    long_words(text).find_map(issued).or_else(|| {
        card(text).map(|text| Secret {
            what: "a card number",
            text,
        })
    })
}

/// The text from the head of a private key on.
fn private_key(text: &str) -> Option<&str> {
    let mut dashes = text.match_indices('-').map(|(at, _)| &text[at..]);
    let key = dashes.find(|rest| rest.starts_with("-----BEGIN "))?;
    let head = key.lines().next()?;
    head.contains("PRIVATE KEY").then_some(key)
}

/// What may stand around a key.
const EDGES: [bool; 256] = {
    let mut edges = [false; 256];
    let around = b" \t\n\r\x0c\"',;()=<>";
    let mut i = 0;
    while i < around.len() {
        edges[around[i] as usize] = true;
        i += 1;
    }
    edges
};

/// The stretches of a text of at least `shortest` bytes without an edge.
fn stretches(
    bytes: &[u8],
    edges: &'static [bool; 256],
    shortest: usize,
) -> impl Iterator<Item = Range<usize>> {
    let edge = |b: &u8| edges[usize::from(*b)];
    let mut from = 0;
    std::iter::from_fn(move || {
        // Between two edges so far apart stands a long one, so most bytes of
        // short ones need no look.
        while let Some(reach) = bytes.get(from..from + shortest) {
            if let Some(last) = reach.iter().rposition(edge) {
                from += last + 1;
                continue;
            }
            let behind = from + shortest;
            let more = bytes[behind..].iter().position(edge);
            let stretch = from..more.map_or(bytes.len(), |more| behind + more);
            from = stretch.end;
            return Some(stretch);
        }
        None
    })
}

/// The words that are long enough for a key. Edges are ASCII, so each is text.
fn long_words(text: &str) -> impl Iterator<Item = &str> {
    stretches(text.as_bytes(), &EDGES, SHORTEST).filter_map(|at| text.get(at))
}

fn issued(word: &str) -> Option<Secret<'_>> {
    let first = word.as_bytes().first();
    let (prefix, rest, what) = PREFIXES.iter().find(|(prefix, rest, _)| {
        prefix.as_bytes().first() == first
            && word.starts_with(prefix)
            && word.len() >= prefix.len() + rest
    })?;
    let tail = &word[prefix.len()..];
    let plain = tail
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'+'));
    let mixed = tail.bytes().any(|b| b.is_ascii_digit()) || *rest == 16 && prefix.len() == 4;
    (plain && mixed).then_some(Secret { what, text: word })
}

/// What cannot stand within the number of a card.
const NO_DIGITS: [bool; 256] = {
    let mut edges = [true; 256];
    let within = b"0123456789 -";
    let mut i = 0;
    while i < within.len() {
        edges[within[i] as usize] = false;
        i += 1;
    }
    edges
};

/// Digits of the shortest and of the longest number of a card.
const CARD: RangeInclusive<usize> = 14..=16;

/// 14 to 16 digits, in groups or not, whose last one checks the others.
fn card(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    stretches(bytes, &NO_DIGITS, *CARD.start()).find_map(|stretch| card_in(text, stretch))
}

fn card_in(text: &str, stretch: Range<usize>) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut i = stretch.start;
    while let Some(next) = bytes[i..stretch.end].iter().position(u8::is_ascii_digit) {
        i += next;
        let start = i;
        let mut digits = 0;
        let mut end = i;
        while i < bytes.len() {
            if bytes[i].is_ascii_digit() {
                digits += 1;
                end = i + 1;
            } else if !(matches!(bytes[i], b' ' | b'-')
                && bytes.get(i + 1).is_some_and(u8::is_ascii_digit))
            {
                break;
            }
            i += 1;
        }
        let alone = start == 0
            || !bytes[start - 1].is_ascii_alphanumeric()
                && !matches!(bytes[start - 1], b'+' | b'.' | b'-' | b'/');
        // Digits of a hexadecimal number go on with letters.
        let alone = alone && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
        let issuer = matches!(bytes[start], b'3'..=b'6');
        if alone && issuer && CARD.contains(&digits) && luhn(&bytes[start..end]) {
            return text.get(start..end);
        }
    }
    None
}

fn luhn(bytes: &[u8]) -> bool {
    let digits = bytes.iter().rev().filter(|b| b.is_ascii_digit());
    let sum: u32 = digits
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0');
            match i % 2 {
                0 => digit,
                _ if digit > 4 => digit * 2 - 9,
                _ => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// True for the name of a file, in small letters, that holds nothing but secrets.
pub fn is_kept_in(file: &str) -> bool {
    let ends = [".pem", ".key", ".p12", ".pfx", ".kdbx", ".keystore", ".jks"];
    matches!(
        file,
        "id_rsa"
            | "id_ed25519"
            | "credentials"
            | ".netrc"
            | ".pgpass"
            | "shadow"
            | ".npmrc"
            | ".pypirc"
            | "kubeconfig"
            | ".htpasswd"
    ) || ends.iter().any(|end| file.ends_with(end))
}

/// Enough of a secret to know which one, and no more.
pub fn hint(text: &str) -> String {
    let head: String = text.chars().take(4).collect();
    let tail: Vec<char> = text.chars().rev().take(2).collect();
    if text.starts_with("-----BEGIN") {
        return "-----BEGIN ...".to_owned();
    }
    head + "..." + &tail.into_iter().rev().collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_form() {
        for (text, what) in [
            (
                "Card 4111 1111 1111 1111, valid until 12/27",
                "a card number",
            ),
            ("pay with 5500-0000-0000-0004", "a card number"),
            ("export T=glpat-x7Yz91kQmN2pRt5vWs8u", "a repository token"),
            ("\"AKIAIOSFODNN7EXAMPLE\"", "a cloud access key"),
        ] {
            assert_eq!(find(text).map(|s| s.what), Some(what), "{text}");
        }
        for text in [
            "Order 4111 1111 1111 1112",
            "Call +4915112345678901",
            "AKIA is a prefix",
            "sk-learn is a library for everything-you-need",
            "tracking 00340434161094042557",
            "trace 4111111111111111a5f",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn a_hint_does_not_give_it_away() {
        assert_eq!(hint("4111 1111 1111 1111"), "4111...11");
    }
}
