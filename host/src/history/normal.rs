//! The normal form of a text: what two writings of the same value share.
//!
//! Case, runs of white space, invisible characters, compatibility forms, URL
//! scheme, `www.` and a trailing slash do not count. Look-alike letters become
//! the letter they look like, but the form before that is kept, because
//! `аcme.example` with a Cyrillic а is not the value `acme.example`, however
//! well it is hidden.
//!
//! ASCII letters and digits that resemble each other (`0` and `O`, `1` and `l`)
//! stay apart: they are different values far more often than a disguise.

use std::borrow::Cow;
use std::sync::OnceLock;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

use crate::printable::is_invisible;

/// A text in its normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    /// The normal form.
    pub(super) text: String,
    /// The same with its look-alike letters, when it has any.
    pub(super) unfolded: Option<String>,
}

impl Form {
    /// The normal form of a text. Never much longer than the text.
    pub(super) fn new(raw: &str) -> Form {
        if raw.is_ascii() {
            return Form {
                text: squeeze(raw.chars(), raw.len()),
                unfolded: None,
            };
        }
        // NFKC makes eighteen characters of one in the worst case.
        let max = raw.len() + 64;
        let compatible = match is_nfkc_quick(raw.chars()) {
            IsNormalized::Yes => Cow::Borrowed(raw),
            _ => Cow::Owned(raw.nfkc().take(max).collect()),
        };
        let plain: String = compatible
            .chars()
            .flat_map(char::to_lowercase)
            .filter(|c| !is_invisible(*c))
            .map(common)
            .collect();
        let folded = fold(&plain);
        Form {
            text: squeeze(folded.as_deref().unwrap_or(&plain).chars(), plain.len()),
            unfolded: folded
                .is_some()
                .then(|| squeeze(plain.chars(), plain.len())),
        }
    }
}

/// Lower case, single spaces, no URL scheme, no `www.`, no slash at the end.
fn squeeze(chars: impl Iterator<Item = char>, capacity: usize) -> String {
    let mut out = String::with_capacity(capacity);
    for c in chars {
        match c {
            c if c.is_whitespace() || c.is_control() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            '/' if out.ends_with(":/") => {
                out.push('/');
                drop_prefix(&mut out, &["https://", "http://", "ftp://"]);
            }
            '.' if out.ends_with("www") => {
                out.push('.');
                drop_prefix(&mut out, &["www."]);
            }
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    if out.len() > 1 && out.ends_with('/') && !out.ends_with("//") {
        out.pop();
    }
    out
}

/// Removes the first of these that ends the text and begins a word.
fn drop_prefix(out: &mut String, prefixes: &[&str]) {
    for prefix in prefixes {
        if let Some(before) = out.strip_suffix(prefix) {
            if !before.ends_with(|c: char| is_word(c) || matches!(c, '.' | '-' | '_' | '@')) {
                out.truncate(before.len());
            }
            return;
        }
    }
}

/// What belongs to a word: letters, digits and the marks on them.
pub(super) fn is_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        c.is_alphanumeric() || is_combining_mark(c)
    }
}

/// What a character is to the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A part of a word.
    Joined,
    /// A word of its own: scripts written without spaces, and symbols such as
    /// emoji.
    Alone,
    /// Neither: white space and ASCII marks.
    Between,
}

/// Asks the slow tables once.
pub(super) fn class(c: char) -> Class {
    match c {
        c if c.is_ascii_alphanumeric() => Class::Joined,
        c if c.is_ascii() || c.is_whitespace() => Class::Between,
        '\u{e01}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => Class::Alone, // Thai, Lao, Burmese, Khmer
        '\u{2e80}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
            Class::Alone
        } // Han, kana
        c if is_word(c) => Class::Joined,
        _ => Class::Alone,
    }
}

/// Typographic marks and other scripts' digits become the common ones.
fn common(c: char) -> char {
    match c {
        '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | '`' | '´' => '\'',
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => '"',
        '‐'..='―' | '−' | '﹘' => '-',
        '⁄' | '∕' => '/',
        '。' => '.',
        'ς' => 'σ',
        c if c > '\u{65f}' && c.is_numeric() => ascii_digit(c),
        c => c,
    }
}

/// The decimal digits of the scripts in daily use, by their zero.
fn ascii_digit(c: char) -> char {
    const ZEROS: [u32; 16] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50,
        0xed0, 0x1040, 0x17e0,
    ];
    let digit = ZEROS
        .iter()
        .find_map(|zero| u32::from(c).checked_sub(*zero).filter(|digit| *digit < 10));
    digit
        .and_then(|digit| char::from_digit(digit, 10))
        .unwrap_or(c)
}

/// The text with its look-alike letters replaced (UTS 39); `None` when it has
/// none.
fn fold(plain: &str) -> Option<String> {
    let mut out = String::new();
    let mut kept = 0;
    for (at, c) in plain.char_indices() {
        if c.is_ascii() {
            continue;
        }
        if let Some(like) = look_alike(c) {
            out.push_str(&plain[kept..at]);
            out.push_str(&like);
            kept = at + c.len_utf8();
        }
    }
    if kept == 0 {
        return None;
    }
    out.push_str(&plain[kept..]);
    match is_nfc_quick(out.chars()) {
        IsNormalized::Yes => Some(out),
        _ => Some(out.nfc().collect()),
    }
}

/// One character's look-alike. The table behind it is slow to ask, so the answers
/// for the basic plane are kept, a page of 256 at a time.
fn look_alike(c: char) -> Option<Cow<'static, str>> {
    type Page = Box<[Option<Box<str>>]>;
    static PAGES: [OnceLock<Page>; 256] = [const { OnceLock::new() }; 256];
    let code = u32::from(c);
    let Some(page) = PAGES.get((code >> 8) as usize) else {
        return look_up(c).map(|like| Cow::Owned(like.into()));
    };
    let page = page.get_or_init(|| {
        let first = code & !0xff;
        (first..first + 256)
            .map(|code| char::from_u32(code).and_then(look_up))
            .collect()
    });
    page.get((code & 0xff) as usize)?
        .as_deref()
        .map(Cow::Borrowed)
}

fn look_up(c: char) -> Option<Box<str>> {
    if !c.is_alphanumeric() {
        return None; // marks say nothing
    }
    let mut buffer = [0; 4];
    let skeleton: String = unicode_security::skeleton(c.encode_utf8(&mut buffer)).collect();
    let mut own = String::new();
    decompose_canonical(c, |part| own.push(part));
    if skeleton == own {
        return None;
    }
    // The table takes m for rn and letters for digits also among ASCII.
    let like = skeleton.replace("rn", "m").to_lowercase();
    (!like.is_empty()).then(|| like.into())
}
