//! Tags of a page, and what is hidden by them and in them.

use super::Signals;
use super::layers::{Layer, push};

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

/// A tag at the beginning of a text.
pub(super) struct Tag<'t> {
    name: String,
    inside: &'t str,
    /// How long it is, its brackets included.
    pub(super) len: usize,
}

impl<'t> Tag<'t> {
    pub(super) fn read(text: &'t str) -> Option<Tag<'t>> {
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
    pub(super) fn close(&self, behind: &str) -> usize {
        let lower = behind.to_ascii_lowercase();
        let sought = ["</", &self.name].concat();
        lower
            .find(&sought)
            .unwrap_or(behind.len().min(4_000))
            .min(floor(behind, 4_000))
    }

    /// True for an element that the page does not show.
    pub(super) fn hides(&self) -> bool {
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

    pub(super) fn plays_role(&self) -> bool {
        let word = |w: &str| ROLES.binary_search(&w).is_ok();
        !self.inside.starts_with('/')
            && ELEMENTS.binary_search(&self.name.as_str()).is_err()
            && (self.name.split(['_', '-']).any(word) || self.inside.starts_with('|'))
    }

    pub(super) fn is_inline(&self) -> bool {
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
    pub(super) fn attributes(&self, hidden: &mut Vec<Layer<'t>>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(ELEMENTS.is_sorted());
        assert!(ROLES.is_sorted());
    }
}
