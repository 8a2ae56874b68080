//! From one text to its leaves.
//!
//! A text is structured only when the whole of it reads as an object or array:
//! JSON, JSON lines, Python literals (`{'a': None}`), YAML. A string inside that
//! itself holds an object or array is read too. Everything else is prose: one
//! leaf with an empty path, so that nothing the reader did not understand is
//! lost or taken for a field.
//!
//! A member's name that is more than a plain name (`{"ana@example.com": 5}`) may
//! be a value or carry a message, so it is a leaf as well, under the path of its
//! member. `null` and empty structures within another are leaves, so that the
//! path to them is not lost.

use super::{literal, yaml};

/// At most this many leaves are read from one text; what follows is one more
/// leaf with an empty path.
pub(super) const LEAVES: usize = 4096;

/// At most this many bytes of paths are written for one text.
const PATHS: usize = 256 * 1024;

/// A longer path is cut.
const PATH: usize = 512;

/// A longer name is cut where it stands in a path.
const NAME: usize = 64;

/// Structures nested deeper than this are prose.
pub(super) const DEPTH: usize = 64;

/// One text of an output, as the plugins' fold gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// JSON path inside the text, such as `messages[2].body`; empty for prose.
    pub path: String,
    /// The text itself: strings without quotes and escapes, numbers,
    /// booleans and null as they were written.
    pub text: String,
}

/// Reads a text. `cut` says that its end is missing, so that what can be read
/// of a structure still is one.
pub(super) fn read(text: &str, cut: bool) -> Vec<Leaf> {
    let trimmed = text.trim();
    let structured = match trimmed.as_bytes().first() {
        Some(b'{' | b'[') => literal::read(trimmed, cut).or_else(|| lines(trimmed, cut)),
        Some(b'"') => {
            literal::quoted(trimmed).map(|inner| match literal::read(inner.trim(), false) {
                Some(leaves) => leaves,
                None => prose(&inner),
            })
        }
        _ => None,
    };
    structured
        .or_else(|| yaml::read(text, cut))
        .unwrap_or_else(|| prose(text))
}

/// The leaves of a whole text.
pub fn read_whole(text: &str) -> Vec<Leaf> {
    read(text, false)
}

/// JSON lines: at least two lines, each a whole object or array.
fn lines(text: &str, cut: bool) -> Option<Vec<Leaf>> {
    let mut sink = Sink::default();
    let mut rows = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate()
        .peekable();
    let mut seen = 0;
    while let Some((row, line)) = rows.next() {
        if !sink.has_room() {
            let read = line.as_ptr() as usize - text.as_ptr() as usize;
            sink.rest(&text[read..]);
            break;
        }
        let last = rows.peek().is_none();
        let keep = sink.path.len();
        sink.push_index(row);
        literal::read_into(line.trim(), cut && last, &mut sink)?;
        sink.path.truncate(keep);
        seen = row + 1;
    }
    (seen > 1).then_some(sink.leaves)
}

fn prose(text: &str) -> Vec<Leaf> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    vec![Leaf {
        path: String::new(),
        text: text.to_owned(),
    }]
}

/// Collects leaves and knows when it is enough.
#[derive(Default)]
pub(super) struct Sink {
    pub(super) leaves: Vec<Leaf>,
    /// The path of the value being read. Readers extend and truncate it.
    pub(super) path: String,
    written: usize,
}

impl Sink {
    /// False when no further leaf should be read.
    pub(super) fn has_room(&self) -> bool {
        self.leaves.len() < LEAVES && self.written < PATHS
    }

    /// A leaf at the current path.
    pub(super) fn leaf(&mut self, text: String) {
        let path = cut(&self.path, PATH).to_owned();
        self.written += path.len();
        self.leaves.push(Leaf { path, text });
    }

    /// What was not read any more.
    pub(super) fn rest(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.leaves.push(Leaf {
                path: String::new(),
                text: text.to_owned(),
            });
        }
    }

    /// Forgets the leaves after the first `len`.
    pub(super) fn rewind(&mut self, len: usize) {
        for leaf in self.leaves.drain(len..) {
            self.written = self.written.saturating_sub(leaf.path.len());
        }
    }

    /// Steps into the member `name`: `.name`, or `["…"]` when it is not a word.
    /// A name that may be a value is a leaf too.
    pub(super) fn push_name(&mut self, name: &str) {
        if name.len() <= NAME && !name.is_empty() && name.chars().all(is_word) {
            if !self.path.is_empty() {
                self.path.push('.');
            }
            self.path.push_str(name);
        } else {
            self.path.push_str("[\"");
            for c in cut(name, NAME).chars() {
                match c {
                    '"' | '\\' => self.path.extend(['\\', c]),
                    c if c.is_control() => self.path.push(' '),
                    c => self.path.push(c),
                }
            }
            self.path.push_str("\"]");
        }
        if !is_plain(name) {
            self.leaf(name.to_owned());
        }
    }

    /// Steps into the element at `index`.
    pub(super) fn push_index(&mut self, index: usize) {
        self.path.push('[');
        self.path.push_str(&index.to_string());
        self.path.push(']');
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// A plain name says what its member is: a few short words of letters, with at
/// most two digits at the end (`line2`).
fn is_plain(name: &str) -> bool {
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    name.len() <= 40
        && name.len() - letters.len() <= 2
        && name.split(' ').count() <= 3
        && letters
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '_' | '-' | ' '))
}

/// The first `max` bytes of a text, cut to whole characters.
pub(super) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}
