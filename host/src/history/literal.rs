//! Reads JSON and the Python literals that look like it.
//!
//! One small reader for both, because tools print either and mix them: strings
//! in `"` or `'`, `None` and `True` beside `null` and `true`, tuples, trailing
//! commas. Numbers keep the text they were written with: an account number must
//! not pass through a float. A text with anything else in it is not read at all.

use super::leaves::{DEPTH, Leaf, Sink};

/// A string that holds a structure is opened at most this often, one in another.
const OPENED: usize = 4;

/// Why a text was not read to its end.
enum Stop {
    /// It is not a literal.
    Malformed,
    /// It ended too early.
    Ended,
    /// There are enough leaves; the rest starts here.
    Full(usize),
}

/// The leaves of a text that is one whole object or array, `None` if it is not.
/// With `cut` a missing end is forgiven.
pub(super) fn read(text: &str, cut: bool) -> Option<Vec<Leaf>> {
    let mut sink = Sink::default();
    read_into(text, cut, &mut sink)?;
    Some(sink.leaves)
}

/// The same, below the sink's current path.
pub(super) fn read_into(text: &str, cut: bool, sink: &mut Sink) -> Option<()> {
    read_nested(text, cut, sink, DEPTH, OPENED)
}

/// The text of a JSON string, if the text is one whole JSON string.
pub(super) fn quoted(text: &str) -> Option<String> {
    let mut sink = Sink::default();
    let mut reader = Reader {
        text,
        at: 0,
        sink: &mut sink,
        depth: DEPTH,
        opened: OPENED,
    };
    let (inner, closed) = reader.string().ok()?;
    (closed && reader.at == text.len()).then_some(inner)
}

fn read_nested(text: &str, cut: bool, sink: &mut Sink, depth: usize, opened: usize) -> Option<()> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let (leaves, path) = (sink.leaves.len(), sink.path.len());
    let mut reader = Reader {
        text,
        at: 0,
        sink,
        depth,
        opened,
    };
    let result = reader.value().and_then(|()| reader.end());
    sink.path.truncate(path);
    match result {
        Ok(()) => Some(()),
        Err(Stop::Ended) if cut => Some(()),
        Err(Stop::Full(at)) => {
            sink.rest(&text[at..]);
            Some(())
        }
        Err(_) => {
            sink.rewind(leaves);
            None
        }
    }
}

/// A recursive descent; `at` always stands on a character boundary.
struct Reader<'a, 's> {
    text: &'a str,
    at: usize,
    sink: &'s mut Sink,
    /// How many levels deeper it may go.
    depth: usize,
    opened: usize,
}

impl Reader<'_, '_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn end(&mut self) -> Result<(), Stop> {
        self.space();
        if self.at == self.text.len() {
            Ok(())
        } else {
            Err(Stop::Malformed)
        }
    }

    /// The next byte that is not space, not consumed.
    fn next(&mut self) -> Result<u8, Stop> {
        self.space();
        self.peek().ok_or(Stop::Ended)
    }

    fn value(&mut self) -> Result<(), Stop> {
        let first = self.next()?;
        if !self.sink.has_room() {
            return Err(Stop::Full(self.at));
        }
        match first {
            b'{' => self.inside("{}", Self::object),
            b'[' => self.inside("[]", |reader| reader.array(b']')),
            b'(' => self.inside("()", |reader| reader.array(b')')),
            b'"' | b'\'' => {
                let (text, closed) = self.string()?;
                self.text_leaf(text);
                if closed { Ok(()) } else { Err(Stop::Ended) }
            }
            _ => {
                let text = self.scalar()?;
                self.sink.leaf(text);
                Ok(())
            }
        }
    }

    /// A structure; `empty` is its leaf when it has nothing in it.
    fn inside(
        &mut self,
        empty: &str,
        read: impl FnOnce(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.depth = self.depth.checked_sub(1).ok_or(Stop::Malformed)?;
        self.at += 1;
        let (path, leaves) = (self.sink.path.len(), self.sink.leaves.len());
        let result = read(self);
        self.sink.path.truncate(path);
        self.depth += 1;
        if path > 0 && leaves == self.sink.leaves.len() {
            self.sink.leaf(empty.to_owned());
        }
        result
    }

    fn object(&mut self) -> Result<(), Stop> {
        let path = self.sink.path.len();
        loop {
            let name = match self.next()? {
                b'}' => break,
                b'"' | b'\'' => match self.string()? {
                    (name, true) => name,
                    (_, false) => return Err(Stop::Ended),
                },
                _ => self.scalar()?,
            };
            if self.next()? != b':' {
                return Err(Stop::Malformed);
            }
            self.at += 1;
            self.sink.path.truncate(path);
            self.sink.push_name(&name);
            self.value()?;
            match self.next()? {
                b',' => self.at += 1,
                b'}' => break,
                _ => return Err(Stop::Malformed),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn array(&mut self, close: u8) -> Result<(), Stop> {
        let path = self.sink.path.len();
        for index in 0.. {
            if self.next()? == close {
                break;
            }
            self.sink.path.truncate(path);
            self.sink.push_index(index);
            self.value()?;
            match self.next()? {
                b',' => self.at += 1,
                byte if byte == close => break,
                _ => return Err(Stop::Malformed),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// A string value: a structure if it is wholly one, else a leaf.
    fn text_leaf(&mut self, text: String) {
        let inner = text.trim();
        let may_hold = self.opened > 0 && inner.ends_with(['}', ']']);
        if !may_hold || read_nested(inner, false, self.sink, self.depth, self.opened - 1).is_none()
        {
            self.sink.leaf(text);
        }
    }

    /// A number or constant as it is written.
    fn scalar(&mut self) -> Result<String, Stop> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')))
            .unwrap_or(rest.len());
        let word = &rest[..end];
        if end == rest.len() {
            return Err(Stop::Ended); // inside a structure something must follow
        }
        self.at += end;
        let constant = matches!(
            word,
            "null"
                | "None"
                | "true"
                | "false"
                | "True"
                | "False"
                | "NaN"
                | "nan"
                | "inf"
                | "Infinity"
        );
        if constant || is_number(word) {
            Ok(word.to_owned())
        } else {
            Err(Stop::Malformed)
        }
    }

    /// A string after its opening quote, without escapes; and whether it was
    /// closed. It is not when the text ends first.
    fn string(&mut self) -> Result<(String, bool), Stop> {
        let quote = self.peek().ok_or(Stop::Ended)?;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(found) = memchr::memchr2(quote, b'\\', rest.as_bytes()) else {
                out.push_str(rest);
                self.at = self.text.len();
                return Ok((out, false));
            };
            out.push_str(&rest[..found]);
            self.at += found + 1;
            if rest.as_bytes()[found] == quote {
                return Ok((out, true));
            }
            self.escape(&mut out);
        }
    }

    /// What follows a backslash. An escape nobody knows stays as it is.
    fn escape(&mut self, out: &mut String) {
        let Some(c) = self.text[self.at..].chars().next() else {
            return;
        };
        self.at += c.len_utf8();
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            '"' | '\'' | '\\' | '/' => out.push(c),
            '\n' => {}
            'x' => self.code(out, 'x', 2),
            'u' => self.code(out, 'u', 4),
            'U' => self.code(out, 'U', 8),
            c => out.extend(['\\', c]),
        }
    }

    /// A character by its code in `digits` hex digits; surrogates in pairs.
    fn code(&mut self, out: &mut String, letter: char, digits: usize) {
        let Some(high) = self.hex(digits) else {
            out.extend(['\\', letter]);
            return;
        };
        let mut code = high;
        if (0xD800..0xDC00).contains(&high) && self.text[self.at..].starts_with("\\u") {
            let back = self.at;
            self.at += 2;
            match self.hex(4) {
                Some(low) if (0xDC00..0xE000).contains(&low) => {
                    code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                }
                _ => self.at = back,
            }
        }
        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text = self.text.get(self.at..self.at + digits)?;
        if !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let code = u32::from_str_radix(text, 16).ok()?;
        self.at += digits;
        Some(code)
    }
}

/// JSON's and Python's decimal numbers: `-1_240.50e3`.
fn is_number(word: &str) -> bool {
    let word = word.strip_prefix(['-', '+']).unwrap_or(word);
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (word, None),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    mantissa.bytes().any(|b| b.is_ascii_digit())
        && digits(whole)
        && digits(fraction)
        && exponent.is_none_or(|e| {
            let e = e.strip_prefix(['-', '+']).unwrap_or(e);
            !e.is_empty() && e.bytes().all(|b| b.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Option<Vec<(String, String)>> {
        Some(
            read(text, false)?
                .into_iter()
                .map(|leaf| (leaf.path, leaf.text))
                .collect(),
        )
    }

    fn own(pairs: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        Some(
            pairs
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn numbers_keep_every_digit() {
        let text =
            r#"{"account": 12345678901234567890123, "price": 1240.00, "ok": true, "no": null}"#;
        assert_eq!(
            pairs(text),
            own(&[
                ("account", "12345678901234567890123"),
                ("price", "1240.00"),
                ("ok", "true"),
                ("no", "null")
            ])
        );
    }

    #[test]
    fn python_literals_are_read_too() {
        assert_eq!(
            pairs(r#"{'a': [None, True, ('x', "it's"), -1.5e3,], 'b': 'caf\xe9 \u20ac'}"#),
            own(&[
                ("a[0]", "None"),
                ("a[1]", "True"),
                ("a[2][0]", "x"),
                ("a[2][1]", "it's"),
                ("a[3]", "-1.5e3"),
                ("b", "café €")
            ])
        );
    }

    #[test]
    fn a_quote_that_was_not_escaped_leaves_the_text_unread() {
        assert_eq!(pairs("{'body': 'the account 'AW-1''}"), None);
        assert_eq!(pairs("[fix/341 77ac] fix"), None);
        assert_eq!(pairs("{\"a\":1} and more"), None);
    }

    #[test]
    fn surrogates_are_paired_or_replaced() {
        assert_eq!(
            pairs(r#"["\ud83d\ude00", "\ud83d\u0041", "\ud83d"]"#).unwrap()[0].1,
            "😀"
        );
        assert_eq!(pairs(r#"["\ud83d\u0041"]"#).unwrap()[0].1, "\u{fffd}A");
        assert_eq!(pairs(r#"["\u00e9é\q\u12"]"#).unwrap()[0].1, "éé\\q\\u12");
    }

    #[test]
    fn a_structure_within_a_string_is_opened() {
        let text = r#"{"body": "{\"to\": [\"a\", \"{'x': 1}\"]}", "code": "[not json}"}"#;
        assert_eq!(
            pairs(text),
            own(&[
                ("body.to[0]", "a"),
                ("body.to[1].x", "1"),
                ("code", "[not json}")
            ])
        );
    }

    #[test]
    fn what_stands_before_a_cut_is_read() {
        let leaves = read(r#"[{"a":"x"},{"a":"and the"#, true).unwrap();
        assert_eq!(leaves.len(), 2);
        assert_eq!(
            (leaves[1].path.as_str(), leaves[1].text.as_str()),
            ("[1].a", "and the")
        );
        assert_eq!(pairs(r#"[{"a":"x"},{"a":"and the"#), None);
    }

    #[test]
    fn too_deep_is_not_read() {
        let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        assert!(read(&deep(64), false).is_some());
        assert!(read(&deep(65), false).is_none());
        assert!(read(&"[".repeat(1_000_000), false).is_none());
    }
}
