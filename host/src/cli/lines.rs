//! Where one message of a stream ends and the next begins.

use std::io::{self, BufRead, Read};

use crate::json;
use crate::wire::MAX_BYTES;

/// One message and the line it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
}

/// Takes messages from a stream: one a line, or one object over several lines.
///
/// Every byte is looked at a fixed number of times, whatever the lines are like: a
/// line that turns out to stand for itself is never the beginning of another object.
pub(super) struct Lines<R> {
    input: R,
    /// How many lines were read.
    number: u64,
    /// A message was taken.
    begun: bool,
    /// Lines that were no part of an object after all.
    single: Single,
    /// The line that showed it.
    ahead: Option<Line>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Lines {
            input,
            number: 0,
            begun: false,
            single: Single::default(),
            ahead: None,
        }
    }

    /// The next message; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.single.next() {
            return Ok(Some(line));
        }
        let first = match self.ahead.take() {
            Some(line) => line,
            None => match self.next_line()? {
                Some(line) => line,
                None => return Ok(None),
            },
        };
        // Nobody ends a complete message this way; a pretty-printed one goes on.
        // Later in a stream only a lone brace does: whoever waits for each answer
        // before sending on must get one for a line that was cut short.
        let text = first.bytes.trim_ascii();
        let pretty = text == b"{";
        let begun = std::mem::replace(&mut self.begun, true);
        if !pretty && (begun || !text.last().is_some_and(|end| b"{[,:".contains(end))) {
            return Ok(Some(first));
        }
        let mut nesting = Nesting::default();
        if nesting.ends_in(&first.bytes) || nesting.open.is_empty() || nesting.broken {
            return Ok(Some(first));
        }
        self.whole(first, nesting, pretty)
    }

    /// The object that begins with this line; or the line alone if it was a broken
    /// one after all, and those after it stand for themselves.
    fn whole(
        &mut self,
        first: Line,
        mut nesting: Nesting,
        pretty: bool,
    ) -> io::Result<Option<Line>> {
        let Line { number, mut bytes } = first;
        while bytes.len() <= MAX_BYTES {
            let Some(line) = self.raw_line()? else { break };
            if line.begins_anew(&nesting) {
                self.ahead = Some(line);
                break;
            }
            bytes.push(b'\n');
            bytes.extend_from_slice(&line.bytes);
            // A mistake in a pretty-printed object: it is one message all the same,
            // up to its last brace.
            let ended = nesting.ends_in(&line.bytes)
                || nesting.broken && line.bytes.trim_ascii_end() == b"}";
            if ended && (pretty || json::parse(&bytes).is_ok()) {
                return Ok(Some(Line { number, bytes }));
            }
            if ended || nesting.broken && !pretty {
                break;
            }
        }
        self.single = Single {
            bytes,
            number,
            at: 0,
        };
        Ok(self.single.next())
    }

    /// The next line that is not blank.
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            match self.raw_line()? {
                Some(line) if line.is_blank() => {}
                line => return Ok(line),
            }
        }
    }

    /// The next line. One over the limit is read to its end but kept only as far
    /// as it takes to refuse it.
    fn raw_line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let limit = MAX_BYTES as u64 + 2;
        if self
            .input
            .by_ref()
            .take(limit)
            .read_until(b'\n', &mut bytes)?
            == 0
        {
            return Ok(None);
        }
        self.number += 1;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        } else if bytes.len() as u64 == limit {
            self.input.skip_until(b'\n')?;
        }
        Ok(Some(Line {
            number: self.number,
            bytes,
        }))
    }
}

impl Line {
    fn is_blank(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }

    /// Whether this cannot go on with what is open, and is a message of its own.
    fn begins_anew(&self, nesting: &Nesting) -> bool {
        let text = self.bytes.trim_ascii();
        text.first() == Some(&b'{')
            && !nesting.takes_a_value()
            // What is indented belongs to what is around it.
            && (self.bytes.trim_ascii_end() == b"{" || json::parse(text).is_ok())
    }
}

/// Lines that were read together, taken one at a time.
#[derive(Default)]
struct Single {
    bytes: Vec<u8>,
    /// The line that begins at `at`.
    number: u64,
    at: usize,
}

impl Single {
    /// The next line that is not blank.
    fn next(&mut self) -> Option<Line> {
        while self.at < self.bytes.len() {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let bytes = rest.split(|byte| *byte == b'\n').next()?;
            let line = Line {
                number: self.number,
                bytes: bytes.to_vec(),
            };
            self.at += line.bytes.len() + 1;
            self.number += 1;
            if !line.is_blank() {
                return Some(line);
            }
        }
        *self = Single::default();
        None
    }
}

/// What is open in a JSON text of which some lines were read. It knows brackets and
/// strings and nothing else: whether the whole is valid is for the parser to say.
#[derive(Default)]
struct Nesting {
    /// The brackets that close what is open.
    open: Vec<u8>,
    /// The last byte that was neither blank nor in a string.
    last: u8,
    /// Something cannot be, whatever follows.
    broken: bool,
}

impl Nesting {
    /// Reads a line; whether the last open bracket was closed in it.
    fn ends_in(&mut self, line: &[u8]) -> bool {
        let (mut string, mut escape) = (false, false);
        for &byte in line {
            if string {
                string = escape || byte != b'"';
                escape = byte == b'\\' && !escape;
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\r' => continue,
                b'"' => string = true,
                b'{' => self.open.push(b'}'),
                b'[' => self.open.push(b']'),
                b'}' | b']' => {
                    self.broken |= self.open.pop() != Some(byte);
                    if self.open.is_empty() {
                        return true;
                    }
                }
                _ => {}
            }
            self.last = byte;
        }
        self.broken |= string; // no string goes on in another line
        false
    }

    fn takes_a_value(&self) -> bool {
        let here = match self.last {
            b':' | b'[' => true,
            b',' => self.open.last() == Some(&b']'),
            _ => false,
        };
        here && !self.broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(input: &[u8]) -> Vec<(u64, String)> {
        let mut lines = Lines::new(input);
        let next = || {
            lines
                .next()
                .unwrap()
                .map(|line| (line.number, String::from_utf8(line.bytes).unwrap()))
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn one_message_a_line_and_blank_lines_do_not_count() {
        let found = messages(b"{\"type\":\"a\"}\n\n  \nnonsense\n{\"type\":\"b\"}");
        let expected = [
            (1, "{\"type\":\"a\"}"),
            (4, "nonsense"),
            (5, "{\"type\":\"b\"}"),
        ];
        assert_eq!(found, expected.map(|(n, text)| (n, text.to_owned())));
    }

    #[test]
    fn an_object_may_span_lines() {
        let found = messages(b"{\n \"type\":\n\"a\"\n}\n{\"type\":\"b\"}\n");
        assert_eq!(found[0].1, "{\n \"type\":\n\"a\"\n}");
        assert_eq!(found[1], (5, "{\"type\":\"b\"}".to_owned()));
    }

    #[test]
    fn a_broken_line_costs_no_other_its_answer() {
        let found = messages(b"{\"type\":\n{\"type\":\"b\"}\n{\n{\"type\":\"c\"}");
        let lines: Vec<u64> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(lines, [1, 2, 3, 4]);
    }

    #[test]
    fn a_pretty_printed_object_with_a_mistake_is_one_message() {
        let found = messages(b"{\n \"type\": a,\n \"payload\": {\n }\n}\n{\"type\":\"b\"}\n");
        let lines: Vec<u64> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(lines, [1, 6]);
    }

    #[test]
    fn later_objects_span_lines_after_a_lone_brace_only() {
        let found = messages(b"{\"type\":\"a\"}\n{\"type\":\n{\n\"type\":\"b\"\n}\n");
        let lines: Vec<u64> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(lines, [1, 2, 3]);
    }

    fn numbers(input: &[u8]) -> Vec<u64> {
        messages(input).iter().map(|(number, _)| *number).collect()
    }

    #[test]
    fn a_value_in_its_place_is_no_message() {
        let pretty = "{\n\"payload\":\n{\n\"a\": [\n{\"b\":\"}\\\"]\"},\n\n{\"c\":[]}\n]\n}\n}";
        let found = messages(format!("{pretty}\n{{\"type\":\"b\"}}\n").as_bytes());
        assert_eq!(found[0], (1, pretty.to_owned()));
        assert_eq!(found[1].0, 11);
    }

    #[test]
    fn a_lone_brace_that_was_cut_short_costs_no_other_its_answer() {
        assert_eq!(numbers(b"{\n{\"type\":\"b\"}\n"), [1, 2]);
        assert_eq!(
            numbers(b"{\n{\n\"type\":\"b\"\n}\n{\"type\":\"c\"}"),
            [1, 2, 5]
        );
        assert_eq!(
            numbers(b"{\n\"a\": 1\n\n{\"type\":\"b\"}\n{\n}\n"),
            [1, 2, 4, 5]
        );
        // What is indented is part of it, and never an action of its own.
        assert_eq!(numbers(b"{\n\"payload\"\n  {\n\"type\":\"b\"\n}\n}\n"), [1]);
    }

    #[test]
    fn a_bracket_or_a_quote_too_few_ends_with_the_last_brace() {
        assert_eq!(numbers(b"{\n\"a\": [\n 1\n}\n{\"type\":\"b\"}\n"), [1, 5]);
        assert_eq!(numbers(b"{\n\"a\": \"{[\n}\n{\"type\":\"b\"}\n"), [1, 4]);
    }

    /// The first line alone cannot go on, so nothing is waited for.
    #[test]
    fn a_first_line_that_is_closed_or_broken_is_one_message() {
        let mut lines = Lines::new(Waits(b"{\"type\":\"a\"},\n"));
        assert!(lines.next().unwrap().is_some());
        let mut lines = Lines::new(Waits(b"{\"type\":\"a,\n"));
        assert!(lines.next().unwrap().is_some());
        let mut lines = Lines::new(Waits(b"{\n{\"type\":\"a\"}\n"));
        assert!(lines.next().unwrap().is_some());
        assert!(lines.next().unwrap().is_some());
    }

    /// Whoever reads more than there is would wait for ever.
    struct Waits(&'static [u8]);

    impl Read for Waits {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0.read(into)
        }
    }

    impl BufRead for Waits {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            assert!(!self.0.is_empty(), "this would wait");
            Ok(self.0)
        }

        fn consume(&mut self, count: usize) {
            self.0.consume(count);
        }
    }

    /// Lines that were looked at again and again made such input take minutes.
    #[test]
    fn a_million_hostile_bytes_come_to_an_end() {
        // With work that grows faster than the input this would take hours.
        let many = |line: &str| line.repeat(1_000_000 / line.len());
        let pretty = format!("{{\n\"a\": [\n{}1\n]\n}}\n", many("1,\n"));
        assert_eq!(numbers(pretty.as_bytes()), [1]);
        assert_eq!(numbers(many("{\n").as_bytes()).len(), 500_000);
        assert_eq!(numbers(many(" {\n").as_bytes()).len(), 333_333);
        assert_eq!(numbers(many("{\n1\n").as_bytes()).len(), 500_000);
        let cut = format!("{{\"a\":[\n{}", many("[\n"));
        assert_eq!(numbers(cut.as_bytes()).len(), 500_001);
        let large = format!("{{\n{}", many("1,\n").repeat(3));
        assert_eq!(numbers(large.as_bytes()).len(), 999_999 + 1);
    }

    #[test]
    fn a_line_that_is_too_long_is_one_message() {
        let mut input = vec![b'x'; 3 * MAX_BYTES];
        input.extend_from_slice(b"\n{\"type\":\"b\"}\n");
        let found = messages(&input);
        assert_eq!(found.len(), 2);
        assert!(found[0].1.len() > MAX_BYTES && found[1].0 == 2);
    }
}
