//! A text in layers: what a person sees, and what is hidden from him in
//! comments, attributes, invisible elements and encodings.

use std::borrow::Cow;

use super::Signals;
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

/// Ordinary elements of a page: any other tag with a plain name is somebody's
/// way to set a text off, such as `<important>`.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "bdo",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "mark",
    "menu",
    "meta",
    "meter",
    "nav",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "pre",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "small",
    "source",
    "span",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// Names of tags with which a text plays a speaker of authority.
const ROLES: &[&str] = &[
    "admin",
    "assistant",
    "attention",
    "command",
    "context",
    "developer",
    "important",
    "info",
    "information",
    "instruction",
    "instructions",
    "message",
    "note",
    "notice",
    "override",
    "prompt",
    "system",
    "task",
    "tool",
    "urgent",
    "user",
];

/// Attributes whose value a reader of the page does not see.
const ATTRIBUTES: &[&str] = &[
    "alt=",
    "title=",
    "aria-label=",
    "content=",
    "data-",
    "placeholder=",
];

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

fn push<'t>(hidden: &mut Vec<Layer<'t>>, text: &'t str, signals: Signals) {
    if hidden.len() < MAX_LAYERS && text.len() >= 8 {
        hidden.push(Layer {
            text: Cow::Borrowed(text),
            signals,
        });
    }
}

/// A tag at the beginning of a text.
struct Tag<'t> {
    name: String,
    inside: &'t str,
    len: usize,
}

impl<'t> Tag<'t> {
    fn read(text: &'t str) -> Option<Tag<'t>> {
        let inside = text.strip_prefix('<')?;
        let end = inside[..inside.len().min(2_000).min(inside.len())]
            .char_indices()
            .find(|(_, c)| *c == '>')
            .map(|(i, _)| i)?;
        let inside = &inside[..end];
        let name: String = inside
            .trim_start_matches(['/', '|', '!'])
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
            .flat_map(char::to_lowercase)
            .collect();
        // `a < b` and `<mail@host>` are no tags.
        let plain = !name.is_empty() && !inside.starts_with(char::is_whitespace);
        (plain && (inside.contains(' ') || !inside.contains('@'))).then_some(Tag {
            name,
            inside,
            len: end + 2,
        })
    }

    /// Where the element ends in the text behind its tag.
    fn close(&self, behind: &str) -> usize {
        let lower = behind.to_ascii_lowercase();
        let sought = ["</", &self.name].concat();
        lower
            .find(&sought)
            .unwrap_or(behind.len().min(4_000))
            .min(floor(behind, 4_000))
    }

    /// True for an element that the page does not show.
    fn hides(&self) -> bool {
        if self.inside.starts_with('/') {
            return false;
        }
        let style: String = self
            .inside
            .chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect();
        matches!(self.name.as_str(), "template" | "noscript")
            || [
                "display:none",
                "visibility:hidden",
                "font-size:0",
                "font-size:1px",
                "opacity:0",
                "color:white",
                "color:#fff",
                "color:transparent",
                "left:-9",
                "top:-9",
                "text-indent:-",
                "height:0",
                "width:0",
                "aria-hidden=\"true\"",
                "aria-hidden='true'",
            ]
            .iter()
            .any(|s| style.contains(s))
            || self.inside.split_whitespace().any(|w| w == "hidden")
    }

    fn plays_role(&self) -> bool {
        let word = |w: &str| ROLES.binary_search(&w).is_ok();
        !self.inside.starts_with('/')
            && ELEMENTS.binary_search(&self.name.as_str()).is_err()
            && (self.name.split(['_', '-']).any(word) || self.inside.starts_with('|'))
    }

    fn is_inline(&self) -> bool {
        matches!(
            self.name.as_str(),
            "a" | "b"
                | "i"
                | "em"
                | "strong"
                | "span"
                | "code"
                | "u"
                | "s"
                | "small"
                | "mark"
                | "font"
                | "sub"
                | "sup"
        )
    }

    /// Texts in attributes that nobody sees.
    fn attributes(&self, hidden: &mut Vec<Layer<'t>>) {
        for name in ATTRIBUTES {
            let Some(at) = self.inside.find(name) else {
                continue;
            };
            let value = &self.inside[at + name.len()..];
            let Some(quote) = value.find(['"', '\'']) else {
                continue;
            };
            let mark = value[quote..].chars().next().unwrap_or('"');
            let value = &value[quote + 1..];
            let end = value.find(mark).unwrap_or(value.len());
            if value[..end].contains(' ') && value[..end].len() >= 24 {
                // An image's description is ordinary; it is read, and no more.
                push(hidden, &value[..end], Signals::NONE);
            }
        }
    }
}

/// The greatest character boundary that is not beyond `max`.
fn floor(text: &str, max: usize) -> usize {
    super::short(text, max).len()
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

/// The sentences of a layer: to a stop before a space, an empty line, or a line
/// that begins like an item of a list.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = sentence_end(rest);
        let (sentence, behind) = rest.split_at(end);
        rest = behind;
        Some(sentence)
    })
}

/// The longest sentence; a longer text without stops is cut.
const MAX_SENTENCE: usize = 1_200;

/// A line shorter than this ended because its writer ended it.
const SHORT_LINE: usize = 50;

fn sentence_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(b'\n');
    for (i, byte) in bytes.iter().enumerate() {
        let ends = match byte {
            b'.' => {
                // Also before a capital: texts that were pasted together.
                let next = at(i + 1);
                let glued = next.is_ascii_uppercase()
                    && i >= 2
                    && bytes[i - 1].is_ascii_lowercase()
                    && bytes[i - 2].is_ascii_lowercase();
                (next.is_ascii_whitespace() || glued) && !abbreviates(&bytes[..i])
            }
            b'!' | b'?' => {
                !matches!(at(i + 1), b'!' | b'?' | b'/' | b'a'..=b'z' | b'0'..=b'9' | b'=')
            }
            b'\n' => {
                let next = bytes[i + 1..]
                    .iter()
                    .copied()
                    .find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
                let start = bytes[..i]
                    .iter()
                    .rposition(|b| *b == b'\n')
                    .map_or(0, |s| s + 1);
                match next {
                    None | Some(b'\n' | b'-' | b'*' | b'#' | b'>' | b'[') => true,
                    // Nobody wraps a line this short.
                    Some(b'A'..=b'Z' | b'0'..=b'9') => i - start < SHORT_LINE,
                    _ => false,
                }
            }
            _ => false,
        };
        if ends {
            return i + 1;
        }
        if i >= MAX_SENTENCE && text.is_char_boundary(i) {
            return i;
        }
    }
    text.len()
}

/// True when what stands before a dot is one letter or a short title.
fn abbreviates(before: &[u8]) -> bool {
    let start = before
        .iter()
        .rposition(|b| !b.is_ascii_alphanumeric())
        .map_or(0, |i| i + 1);
    let word = &before[start..];
    word.len() == 1 && word[0].is_ascii_alphabetic()
        || [
            &b"Mr"[..],
            b"Mrs",
            b"Ms",
            b"Dr",
            b"St",
            b"No",
            b"Nr",
            b"Sr",
            b"Sra",
            b"Hr",
            b"Fr",
            b"Mme",
        ]
        .contains(&word)
}

/// The clauses of a sentence: where an order may begin.
pub fn clauses(sentence: &str) -> impl Iterator<Item = &str> {
    sentence
        .split([
            ',', ';', ':', '(', ')', '\n', '—', '–', '"', '“', '«', '[', ']', '>', '|', '`', '¡',
        ])
        .filter(|c| c.len() >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(ELEMENTS.is_sorted());
        assert!(ROLES.is_sorted());
    }

    #[test]
    fn sentences_end_at_stops_and_not_in_wrapped_lines() {
        let read = |t| {
            sentences(t)
                .map(str::trim)
                .filter(|s| !s.is_empty())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            read("Send it to\n dear Dr. No now. Or not.Then go"),
            ["Send it to\n dear Dr. No now.", "Or not.", "Then go"]
        );
        assert_eq!(
            read("- one\n- two\n\nthree at 4.50"),
            ["- one", "- two", "three at 4.50"]
        );
    }

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
