//! Undoes the encodings in which a value travels unseen.
//!
//! Whatever decodes to readable text counts, so the wrong guess is possible and
//! harmless: it is one more text that a value could be found in.

use std::ops::Range;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use percent_encoding::percent_decode_str;
use quoted_printable::ParseMode;

use super::leaves::cut;
use super::work;

/// Encodings within encodings are undone to this depth.
const DEPTH: usize = 2;

/// At most this many decoded texts are made of one text.
const TEXTS: usize = 8;

/// All decoded texts of one text together have at most this many bytes.
const BYTES: usize = 64 * 1024;

/// A shorter run of base64 or hex digits is no encoded text.
const RUN: usize = 8;

/// A text that was encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded {
    /// The outermost encoding: `base64`, `hex`, `url`, `quoted-printable`.
    pub(super) by: &'static str,
    /// What it says.
    pub(super) text: String,
    /// The encoded text was all there was.
    pub(super) whole: bool,
}

/// The encoded texts within a text, outermost first.
pub(super) fn decode(raw: &str) -> Vec<Decoded> {
    let mut found = Found {
        texts: Vec::new(),
        room: BYTES,
    };
    layer(raw, &mut found);
    let mut next = 0;
    for _ in 1..DEPTH {
        let layer_end = found.texts.len();
        while next < layer_end {
            let outer = found.texts[next].clone();
            let first = found.texts.len();
            layer(&outer.text, &mut found);
            for inner in &mut found.texts[first..] {
                inner.by = outer.by;
                inner.whole &= outer.whole;
            }
            next += 1;
        }
    }
    found.texts
}

struct Found {
    texts: Vec<Decoded>,
    room: usize,
}

impl Found {
    fn is_full(&self) -> bool {
        self.texts.len() >= TEXTS || self.room == 0
    }

    fn add(&mut self, by: &'static str, text: String, whole: bool) {
        if !self.is_full() && !self.texts.iter().any(|known| known.text == text) {
            let text = cut(&text, self.room).to_owned();
            self.room -= text.len();
            self.texts.push(Decoded { by, text, whole });
        }
    }
}

/// Undoes one layer.
fn layer(raw: &str, found: &mut Found) {
    let bytes = raw.as_bytes();
    if memchr::memchr(b'%', bytes).is_some() {
        percent(raw, found);
    }
    if memchr::memchr(b'=', bytes).is_some() {
        quoted(raw, found);
    }
    // Where the text begins and ends without the white space around it.
    let inside = raw.len() - raw.trim_start().len()..raw.trim_end().len();
    work::read(raw.len() - inside.len());
    let mut at = 0;
    while at < bytes.len() && !found.is_full() {
        if !is_digit(bytes[at]) {
            at += 1;
            continue;
        }
        let end = run_end(bytes, at);
        if end - at >= RUN {
            run(raw, at..end, &inside, found);
        }
        at = end;
    }
}

fn percent(raw: &str, found: &mut Found) {
    let part = cut(raw, BYTES);
    if let Ok(text) = percent_decode_str(part).decode_utf8()
        && text != part
    {
        found.add("url", text.into_owned(), true);
    }
}

fn quoted(raw: &str, found: &mut Found) {
    let code = |pair: &[u8]| pair.iter().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    let part = cut(raw, BYTES);
    let marks = memchr::memchr_iter(b'=', part.as_bytes());
    let is_quoted = marks
        .map(|at| &part.as_bytes()[at + 1..])
        .any(|rest| match rest {
            [b'\n', ..] | [b'\r', b'\n', ..] => true,
            [high, low, ..] => code(&[*high, *low]),
            _ => false,
        });
    if is_quoted
        && let Ok(bytes) = quoted_printable::decode(part, ParseMode::Robust)
        && let Some(text) = readable(bytes)
        && text != part
    {
        found.add("quoted-printable", text, true);
    }
}

/// The digits of both base64 alphabets.
fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The end of the run of digits that begins at `at`. A mail's base64 goes on
/// after a line break.
fn run_end(bytes: &[u8], mut at: usize) -> usize {
    let mut line = at;
    loop {
        while bytes.get(at).copied().is_some_and(is_digit) {
            at += 1;
        }
        let skip = match bytes.get(at..) {
            Some([b'\n', next, ..]) if is_digit(*next) => 1,
            Some([b'\r', b'\n', next, ..]) if is_digit(*next) => 2,
            _ => return at,
        };
        if at - line < 60 {
            return at;
        }
        at += skip;
        line = at;
    }
}

/// One run as it is; if that says nothing, its parts (`path/base64`).
/// `inside` is the text without the white space around it.
fn run(raw: &str, place: Range<usize>, inside: &Range<usize>, found: &mut Found) {
    let digits = &raw[place.clone()];
    let before = &raw.as_bytes()[inside.start..place.start];
    let padding = raw.as_bytes()[place.end..inside.end]
        .iter()
        .take_while(|byte| **byte == b'=')
        .count();
    let alone = place.end + padding == inside.end;
    let whole = before.is_empty() && alone;
    if let Some((by, text)) = digits_to_text(digits) {
        found.add(by, text, whole);
        return;
    }
    // 0x or \x before hex belongs to the run.
    let escaped = before.last() == Some(&b'\\');
    let marked = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => digits.get(2..),
        [b'x' | b'X', ..] if escaped => digits.get(1..),
        _ => None,
    };
    if let Some((by, text)) = marked.and_then(digits_to_text) {
        let whole = alone && (before.is_empty() || (escaped && before.len() == 1));
        found.add(by, text, whole);
        return;
    }
    let parts = digits
        .split(['/', '-', '_', '+', '\r', '\n'])
        .filter(|part| part.len() >= RUN && part.len() < digits.len());
    for part in parts {
        if let Some((by, text)) = digits_to_text(part) {
            found.add(by, text, false);
        }
    }
}

fn digits_to_text(digits: &str) -> Option<(&'static str, String)> {
    let digits = &digits[..digits.len().min(BYTES)];
    let joined: String;
    let mut digits = digits;
    if digits.contains('\n') {
        joined = digits
            .chars()
            .filter(|c| !matches!(c, '\r' | '\n'))
            .collect();
        digits = &joined;
    }
    let bytes = digits.as_bytes();
    if bytes.len() < RUN {
        return None;
    }
    if bytes.len().is_multiple_of(2)
        && bytes.iter().all(u8::is_ascii_hexdigit)
        && let Some(text) = HEXLOWER_PERMISSIVE.decode(bytes).ok().and_then(readable)
    {
        return Some(("hex", text));
    }
    let url = digits.contains(['-', '_']);
    let alphabet = if url { BASE64URL_NOPAD } else { BASE64_NOPAD };
    // Most runs are words: the first bytes already are no text.
    let mut first = [0; 6];
    alphabet.decode_mut(&bytes[..RUN], &mut first).ok()?;
    if first.iter().any(|b| is_noise(*b)) {
        return None;
    }
    Some(("base64", alphabet.decode(bytes).ok().and_then(readable)?))
}

/// Bytes that stand in no text: controls, and what UTF-8 never uses.
fn is_noise(byte: u8) -> bool {
    matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 127 | 0xc0 | 0xc1 | 0xf5..)
}

/// Bytes that are text a human could read.
fn readable(mut bytes: Vec<u8>) -> Option<String> {
    if bytes.len() < 4 || bytes.iter().any(|b| is_noise(*b)) {
        return None;
    }
    if let Err(error) = std::str::from_utf8(&bytes) {
        if error.error_len().is_some() {
            return None;
        }
        bytes.truncate(error.valid_up_to()); // a long text was cut within a character
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| text.chars().any(char::is_alphanumeric))
}
