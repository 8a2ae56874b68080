//! Reads YAML, when it is clear that it is YAML.
//!
//! Much prose is YAML by accident (`Note: hello`), so a text counts only when
//! nothing of it would be lost (no comments, anchors, tags, second document) and
//! it has the shape tools print: a list, or a mapping whose names are names.

use std::panic::{AssertUnwindSafe, catch_unwind};

use saphyr_parser::{Event, Parser, Span};

use super::leaves::{DEPTH, Leaf, Sink};

/// The leaves of a text that is one YAML list or mapping, `None` if it is not.
pub(super) fn read(text: &str, cut: bool) -> Option<Vec<Leaf>> {
    if !looks_like_yaml(text) {
        return None;
    }
    // The last line of a cut text is incomplete: it is kept as prose.
    let (whole, rest) = match text.rfind('\n') {
        Some(at) if cut => text.split_at(at),
        _ => (text, ""),
    };
    // The parser is someone else's, is full of `unreachable!` and gets hostile
    // text: if it panics, the text is prose.
    let mut sink = catch_unwind(AssertUnwindSafe(|| Builder::new(whole).read())).ok()??;
    sink.rest(rest);
    Some(sink.leaves)
}

/// A cheap look at the first line, so that most prose never meets the parser.
fn looks_like_yaml(text: &str) -> bool {
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("")
        .trim();
    if line == "---" {
        return true;
    }
    let item = line.strip_prefix("- ").map(str::trim_start);
    item.is_some_and(|item| !item.is_empty())
        || line == "-"
        || line.split_once(':').is_some_and(|(name, rest)| {
            is_name(name, 3)
                && (rest.is_empty() || rest.starts_with(' '))
                && text.trim().contains('\n')
        })
}

/// A member name as tools print it: short, at most `words` words, no sentence
/// marks.
fn is_name(name: &str, words: usize) -> bool {
    let name = name.trim_matches(['"', '\'']);
    (1..=40).contains(&name.len())
        && name.split(' ').count() <= words
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '@'))
}

/// One open list or mapping.
struct Frame {
    /// Length of the path outside.
    path: usize,
    /// The element to come, for a list.
    next: Option<usize>,
    /// A mapping is waiting for the value of the name just read.
    named: bool,
    /// How many members it has.
    members: usize,
    /// All of its names look like names.
    named_well: bool,
    /// All of its names begin with a small letter.
    small: bool,
    /// It holds another list or mapping.
    nests: bool,
}

struct Builder<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    sink: Sink,
    open: Vec<Frame>,
    gaps: Gaps<'a>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        Builder {
            parser: Parser::new_from_str(text),
            sink: Sink::default(),
            open: Vec::new(),
            gaps: Gaps {
                rest: text.chars(),
                at: 0,
            },
        }
    }

    /// `None` as soon as the text is not what we take for YAML.
    fn read(mut self) -> Option<Sink> {
        let mut documents = 0;
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.ok()?;
            match event {
                Event::DocumentStart(_) => documents += 1,
                Event::MappingStart(0, None) => self.enter(None)?,
                Event::SequenceStart(0, None) => self.enter(Some(0))?,
                Event::MappingEnd | Event::SequenceEnd => self.leave()?,
                Event::Scalar(text, _, 0, None) => {
                    self.gaps.skip(span)?;
                    self.scalar(&text)?;
                }
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
                Event::Alias(_)
                | Event::MappingStart(..)
                | Event::SequenceStart(..)
                | Event::Scalar(..) => {
                    return None;
                }
            }
        }
        self.gaps.finish()?;
        (documents == 1).then_some(self.sink)
    }

    /// Moves the path to the value that comes now.
    fn arrive(&mut self) -> Option<()> {
        if !self.sink.has_room() {
            return None;
        }
        let Some(frame) = self.open.last_mut() else {
            return Some(());
        };
        if let Some(index) = frame.next {
            self.sink.path.truncate(frame.path);
            self.sink.push_index(index);
            frame.next = Some(index + 1);
        } else if !frame.named {
            return None; // a list or mapping as a member name
        }
        frame.members += 1;
        frame.named = false;
        Some(())
    }

    fn enter(&mut self, next: Option<usize>) -> Option<()> {
        self.arrive()?;
        if let Some(outer) = self.open.last_mut() {
            outer.nests = true;
        }
        if self.open.len() >= DEPTH {
            return None;
        }
        let path = self.sink.path.len();
        self.open.push(Frame {
            path,
            next,
            named: false,
            members: 0,
            named_well: true,
            small: true,
            nests: false,
        });
        Some(())
    }

    fn leave(&mut self) -> Option<()> {
        let frame = self.open.pop()?;
        self.sink.path.truncate(frame.path);
        if frame.members == 0 && !self.open.is_empty() {
            self.sink
                .leaf(if frame.next.is_some() { "[]" } else { "{}" }.to_owned());
        }
        let flat_mapping = frame.next.is_none() && !frame.nests;
        // `Note: hello`, a letter's head and `Rob: thanks` are prose; `state: off`
        // in a listing is not.
        let prose = match self.open.is_empty() {
            true => !frame.small || frame.members < 2,
            false => !frame.small && frame.members < 2,
        };
        (frame.named_well && !(flat_mapping && prose)).then_some(())
    }

    fn scalar(&mut self, text: &str) -> Option<()> {
        let frame = self.open.last_mut()?;
        if frame.next.is_none() && !frame.named {
            frame.named = true;
            let small = text.starts_with(char::is_lowercase);
            frame.small &= small;
            frame.named_well &= is_name(text, if small { 3 } else { 1 });
            self.sink.path.truncate(frame.path);
            self.sink.push_name(text);
            return Some(());
        }
        self.arrive()?;
        self.sink.leaf(text.to_owned());
        Some(())
    }
}

/// What stands between the scalars, which no event shows: it must be nothing
/// but YAML's own marks, or something (a comment) would be lost.
struct Gaps<'a> {
    rest: std::str::Chars<'a>,
    /// How many characters were read.
    at: usize,
}

impl Gaps<'_> {
    /// Checks the gap before a scalar and goes to its end.
    fn skip(&mut self, span: Span) -> Option<()> {
        let (start, end) = (span.start.index(), span.end.index());
        while self.at < start {
            self.mark()?;
        }
        while self.at < end {
            self.rest.next()?;
            self.at += 1;
        }
        Some(())
    }

    fn finish(mut self) -> Option<()> {
        while !self.rest.as_str().is_empty() {
            self.mark()?;
        }
        Some(())
    }

    fn mark(&mut self) -> Option<()> {
        self.at += 1;
        let c = self.rest.next()?;
        (c.is_whitespace() || "-:?,[]{}|>\"'.".contains(c)).then_some(())
    }
}
