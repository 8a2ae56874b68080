//! Foreign text, safe to show: escaped, kept apart from the direction of the text
//! around it, and with characters that hide or reorder others made visible.

use std::fmt::{self, Write};

use askama::filters::HtmlSafe;

use crate::printable::is_invisible;

/// The longest foreign text on a page, in characters; payloads are bounded before.
const LONGEST: usize = 100_000;

/// Foreign text as HTML.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shown(String);

impl Shown {
    /// All of it.
    pub(super) fn new(text: &str) -> Shown {
        Shown::most(text, LONGEST)
    }

    /// At most so many characters of it.
    pub(super) fn most(text: &str, most: usize) -> Shown {
        let mut html = String::with_capacity(text.len() + 16);
        html.push_str("<bdi>");
        for (place, c) in text.chars().enumerate() {
            if place == most {
                html.push('…');
                break;
            }
            put(&mut html, c);
        }
        html.push_str("</bdi>");
        Shown(html)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0 == "<bdi></bdi>"
    }
}

fn put(html: &mut String, c: char) {
    match c {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&#34;"),
        '\'' => html.push_str("&#39;"),
        '\n' | '\t' => html.push(c),
        c if c.is_control() || is_invisible(c) || is_separator(c) => {
            let _ = write!(html, "<span class=\"odd\">U+{:04X}</span>", c as u32);
        }
        c => html.push(c),
    }
}

/// Breaks a line without being a newline.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Nothing but [`put`] and our own marks have written it.
impl HtmlSafe for Shown {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html(text: &str) -> String {
        let html = Shown::new(text).to_string();
        html["<bdi>".len()..html.len() - "</bdi>".len()].to_owned()
    }

    #[test]
    fn markup_is_text_and_what_hides_is_seen() {
        assert_eq!(html("<b a=\"x\">'&"), "&lt;b a=&#34;x&#34;&gt;&#39;&amp;");
        assert_eq!(
            html("gnp\u{202e}exe\u{0}\r\n"),
            "gnp<span class=\"odd\">U+202E</span>exe<span class=\"odd\">U+0000</span>\
             <span class=\"odd\">U+000D</span>\n"
        );
        assert!(Shown::new("").is_empty() && !Shown::new("a").is_empty());
        assert_eq!(Shown::most("abc", 2).to_string(), "<bdi>ab…</bdi>");
    }

    proptest! {
        #[test]
        fn no_text_gets_out_of_its_place(text in any::<String>()) {
            let html = html(&text).replace("<span class=\"odd\">", "").replace("</span>", "");
            let loose = ['<', '>', '"', '\'', '\r', '\0', '\u{202e}'];
            prop_assert!(!html.contains(loose));
        }
    }
}
