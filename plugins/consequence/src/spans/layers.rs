//! A text in layers: what a person sees, and what is hidden from him in
//! comments, attributes, invisible elements and encodings.

use std::borrow::Cow;

use super::Signals;
use super::tags::Tag;
use crate::encodings;

/// A layer of a text.
#[derive(Debug)]
pub struct Layer<'t> {
    /// Its words, without the marks.
    pub text: Cow<'t, str>,
    /// What being in this layer signals.
    pub signals: Signals,
}

/// How many layers of one text are read.
const MAX_LAYERS: usize = 64;

/// Parts a text into layers. The first is what a person sees.
pub fn layers(text: &str) -> Vec<Layer<'_>> {
    let mut layers = Vec::new();
    let visible = strip(text, &mut layers);
    let mut signals = Signals::NONE;
    let visible = match without_invisible(&visible) {
        Some(plain) => {
            signals |= Signals::HIDDEN;
            Cow::Owned(plain)
        }
        None => visible,
    };
    for decoded in encodings::decoded(&visible).into_iter().take(8) {
        layers.push(Layer {
            text: Cow::Owned(decoded),
            signals: Signals::HIDDEN,
        });
    }
    layers.truncate(MAX_LAYERS);
    layers.insert(
        0,
        Layer {
            text: visible,
            signals,
        },
    );
    layers
}

/// The text without marks; what they hid goes to `hidden`.
fn strip<'t>(text: &'t str, hidden: &mut Vec<Layer<'t>>) -> Cow<'t, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        visible.push_str(&rest[..open]);
        rest = &rest[open..];
        let signals = Signals::HIDDEN;
        if let Some(comment) = rest.strip_prefix("<!--") {
            let end = comment.find("-->").unwrap_or(comment.len());
            push(hidden, &comment[..end], signals);
            rest = comment[end..].trim_start_matches("-->");
        } else if let Some(tag) = Tag::read(rest) {
            let behind = &rest[tag.len..];
            let close = tag.close(behind);
            if tag.hides() {
                push(hidden, &behind[..close], signals);
                rest = &behind[close..];
            } else if tag.plays_role() {
                push(hidden, &behind[..close], Signals::ROLE);
                rest = &behind[close..];
            } else {
                tag.attributes(hidden);
                // A block ends a sentence, a word in bold does not.
                visible.push(if tag.is_inline() { ' ' } else { '\n' });
                if !tag.is_inline() {
                    visible.push('\n');
                }
                rest = behind;
            }
        } else {
            visible.push('<');
            rest = &rest[1..];
        }
    }
    visible.push_str(rest);
    Cow::Owned(visible)
}

pub(super) fn push<'t>(hidden: &mut Vec<Layer<'t>>, text: &'t str, signals: Signals) {
    if hidden.len() < MAX_LAYERS && text.len() >= 8 {
        hidden.push(Layer {
            text: Cow::Borrowed(text),
            signals,
        });
    }
}

/// The text without characters that take no place, when enough of them stand
/// inside words to have been put there; letters of the tag block, which nobody
/// sees and a model reads, made plain.
fn without_invisible(text: &str) -> Option<String> {
    let invisible = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{202a}'..='\u{202e}');
    let tag = |c: char| matches!(c, '\u{e0020}'..='\u{e007e}');
    let count = text
        .chars()
        .filter(|c| !c.is_ascii() && (invisible(*c) || tag(*c)))
        .count();
    (count >= 3).then(|| {
        text.chars()
            .filter(|c| !invisible(*c))
            .map(|c| match tag(c) {
                true => char::from_u32(c as u32 - 0xe0000).unwrap_or(c),
                false => c,
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_comments_and_invisible_letters_make_layers() {
        let of = |t: &str| {
            layers(t)
                .into_iter()
                .map(|l| (l.text.trim().to_owned(), l.signals))
                .collect::<Vec<_>>()
        };
        assert_eq!(of("a < b"), [("a < b".to_owned(), Signals::NONE)]);
        assert_eq!(
            of("x <INFORMATION>do the thing</INFORMATION>")[1],
            ("do the thing".to_owned(), Signals::ROLE)
        );
        assert_eq!(
            of("x <!-- do the thing -->")[1],
            ("do the thing".to_owned(), Signals::HIDDEN)
        );
        assert_eq!(
            of("se\u{200b}nd i\u{200b}t no\u{200b}w"),
            [("send it now".to_owned(), Signals::HIDDEN)]
        );
    }
}
