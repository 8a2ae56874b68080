//! Characters written as HTML entities: `&eacute;`, `&#102;`.

use std::borrow::Cow;

/// The text with HTML entities replaced by what they stand for.
pub(super) fn without_entities(text: &str) -> Cow<'_, str> {
    if !text.contains("&") || !text.contains(';') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let name = rest
            .bytes()
            .take(10)
            .position(|b| b == b';')
            .map(|end| &rest[..end]);
        match name.and_then(entity) {
            Some(c) => {
                plain.push(c);
                rest = &rest[name.map_or(0, str::len) + 1..];
            }
            None => plain.push(' '),
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The character behind an entity's name: `#102`, `#x66`, `eacute`.
fn entity(name: &str) -> Option<char> {
    if let Some(code) = name.strip_prefix('#') {
        let hex = code.strip_prefix(['x', 'X']);
        let code = match hex {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => code.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    match name {
        "amp" | "nbsp" | "lt" | "gt" | "quot" | "apos" => Some(' '),
        "shy" | "zwnj" | "zwj" => Some('\u{ad}'),
        "szlig" => Some('ß'),
        "ccedil" => Some('ç'),
        "ntilde" => Some('ñ'),
        _ => {
            let accents = ["acute", "grave", "circ", "uml", "tilde", "ring", "slash"];
            let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
            accents.contains(&&name[1..]).then_some(letter)
        }
    }
}
