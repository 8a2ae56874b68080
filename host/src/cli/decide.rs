//! `coldnotch decide`

use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::anyhow;
use clap::Args;
use serde::Serialize;
use serde_json::json as value;

use super::{Outcome, stats, style};
use crate::approvals::{Channel, Console, Fixed};
use crate::config::{Config, ConfigError};
use crate::gate::Gate;
use crate::json::{self, JsonError};
use crate::watch::{self, Watch};
use crate::wire::{self, DecisionWire, MAX_BYTES, Message, WireError};

/// Decides on the action, or the stream of actions, on standard input
///
/// One JSON object a line goes in, one JSON object a line comes out, in the same
/// order and as soon as it is decided. An action:
///
///   {"type":"send_email","summary":"Your appointment","payload":{"to":"ana@example.com"},
///    "agent":"support-bot","session":"s-42","id":"call-7","intent":"Confirm the appointment"}
///
/// Only `type` is required. Actions of one `session` are judged with those before
/// them. A line may also report what an action returned, so that later ones are
/// judged with it:
///
///   {"observation":{"session":"s-42","id":"call-7","output":"sent","succeeded":true}}
///
/// The first object may span lines. While a stream runs, a changed configuration or
/// plugin file is put in force without a restart; so is it on SIGHUP.
///
/// A HOLD is asked at the terminal; where there is none, it is refused.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Exit codes, one action:
  0  it may run: ALLOW, or a HOLD that was approved
  2  not a valid action
  3  BLOCK
  4  HOLD, not approved
A stream: 0 every line was valid, 1 some were not (all others were answered).
1 also means that the gate could not be opened, or that nobody took an answer.

Examples:
  echo '{\"type\":\"send_email\",\"summary\":\"Hello\"}' | coldnotch decide
  coldnotch decide --deny < actions.jsonl > answers.jsonl"
)]
pub(super) struct Decide {
    /// Approve every HOLD instead of asking
    #[arg(long, conflicts_with = "deny")]
    approve: bool,
    /// Refuse every HOLD instead of asking
    #[arg(long)]
    deny: bool,
    /// Keep the policy this begins with, whatever changes on disk
    #[arg(long)]
    no_watch: bool,
    /// At the end, say on stderr what was counted: decisions, outcomes, waits, and times
    /// to within a quarter
    #[arg(long)]
    stats: bool,
}

impl Decide {
    pub(super) fn run(self, config_file: Option<PathBuf>, json: bool) -> anyhow::Result<Outcome> {
        let config = Config::load(config_file.as_deref())?;
        let gate = Arc::new(Gate::open(&config, self.channel())?);
        let outcome = self.answer(&gate, config, config_file);
        match self.stats {
            true if json => eprintln!("{}", stats::to_json(&gate.stats())),
            true => stats::print(&gate.stats()),
            false => {}
        }
        outcome
    }

    fn answer(
        &self,
        gate: &Arc<Gate>,
        config: Config,
        config_file: Option<PathBuf>,
    ) -> anyhow::Result<Outcome> {
        let mut lines = Lines::new(io::stdin().lock());
        let mut answers = Answers {
            gate: gate.clone(),
            out: io::stdout(),
            unasked: !self.approve && !self.deny && !Console::reaches_someone(),
        };
        let load = move |file: Option<&Path>| Config::load(file.or(config_file.as_deref()));
        let _watching = (!self.no_watch).then(|| Watching::begin(gate.clone(), config, load));
        let Some(first) = lines.next()? else {
            style::error(
                "no action on standard input; send one JSON object, such as {\"type\":\"send_email\"}",
            );
            return Ok(Outcome::Usage);
        };
        let alone = answers.answer(&first)?;
        let Some(second) = lines.next()? else {
            return Ok(alone);
        };
        let mut valid = alone != Outcome::Usage;
        valid &= answers.answer(&second)? != Outcome::Usage;
        while let Some(next) = lines.next()? {
            valid &= answers.answer(&next)? != Outcome::Usage;
        }
        Ok(if valid {
            Outcome::Success
        } else {
            Outcome::Failure
        })
    }

    fn channel(&self) -> Box<dyn Channel> {
        match (self.approve, self.deny) {
            (false, false) => Box::new(Console {
                colour: style::colour_stderr(),
            }),
            (approve, _) => Box::new(Fixed { approve }),
        }
    }
}

/// Watches files and signals as soon as this has gone on for [`SOON`], until
/// dropped. A single action is decided before that: to close a watch costs more
/// time (about 20 ms on Linux) than all the rest.
struct Watching {
    ended: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

const SOON: Duration = Duration::from_millis(50);

impl Watching {
    fn begin(
        gate: Arc<Gate>,
        config: Config,
        load: impl Fn(Option<&Path>) -> Result<Config, ConfigError> + Send + 'static,
    ) -> Self {
        #[cfg(unix)]
        watch::expect_hangups();
        let (sender, ended) = mpsc::channel::<()>();
        let watch = move || {
            if ended.recv_timeout(SOON) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            match Watch::start(gate, &config, load) {
                Ok(_until_the_end) => drop(ended.recv()),
                Err(e) => tracing::error!("{e}; the policy stays as it is"),
            }
        };
        Watching {
            ended: Some(sender),
            thread: Some(thread::spawn(watch)),
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // a panic was reported where it happened
        }
    }
}

/// Writes an answer for each message, in order.
struct Answers<W> {
    gate: Arc<Gate>,
    out: W,
    /// Nobody can be asked, and nobody was told so yet.
    unasked: bool,
}

impl<W: Write> Answers<W> {
    /// Answers one message; what it would come to if it were the only one.
    fn answer(&mut self, message: &Line) -> anyhow::Result<Outcome> {
        let taken = match wire::message(&message.bytes) {
            Ok(Message::Action(action)) => {
                let decision = self.gate.decide(*action);
                self.print(&DecisionWire::from(&decision))?;
                let outcome = Outcome::of(&decision);
                if outcome == Outcome::Hold && std::mem::take(&mut self.unasked) {
                    tracing::warn!(
                        "no terminal to ask at, so a HOLD is refused; --approve or --deny answers without asking"
                    );
                }
                return Ok(outcome);
            }
            Ok(Message::Observation(seen)) => self
                .gate
                .observe(&seen)
                .map_err(|e| Refused::at(message.number, e.to_string()))
                .map(|seq| value!({"observed": seen.id, "session": seen.session, "seq": seq})),
            Err(e) => Err(Refused::of(message.number, &e)),
        };
        match taken {
            Ok(answer) => {
                self.print(&answer)?;
                Ok(Outcome::Success)
            }
            Err(refused) => {
                style::error(&refused.to_string());
                self.print(&refused)?;
                Ok(Outcome::Usage)
            }
        }
    }

    /// An answer that cannot be written is a failure, a closed pipe too: the
    /// exit code must not be read as an ALLOW.
    fn print(&mut self, answer: &impl Serialize) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(answer)?;
        line.push(b'\n');
        self.out
            .write_all(&line)
            .and_then(|()| self.out.flush())
            .map_err(|e| anyhow!("cannot write an answer: {e}"))
    }
}

/// A message that was not taken: what is wrong with it, and where in the stream.
#[derive(Debug, Serialize)]
struct Refused {
    error: String,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

impl Refused {
    fn at(line: u64, error: String) -> Self {
        Refused {
            error,
            line,
            column: None,
        }
    }

    /// `first` is the line the message began on.
    fn of(first: u64, e: &WireError) -> Self {
        match e {
            WireError::Json(JsonError {
                what,
                place: Some((line, column)),
                ..
            }) => Refused {
                error: what.clone(),
                line: first + (*line as u64).saturating_sub(1),
                column: Some(*column),
            },
            _ => Refused::at(first, e.to_string()),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.error)
    }
}

/// One message and the line it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    number: u64,
    bytes: Vec<u8>,
}

/// Takes messages from a stream: one a line, or one object over several lines.
///
/// Every byte is looked at a fixed number of times, whatever the lines are like: a
/// line that turns out to stand for itself is never the beginning of another object.
struct Lines<R> {
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
    fn new(input: R) -> Self {
        Lines {
            input,
            number: 0,
            begun: false,
            single: Single::default(),
            ahead: None,
        }
    }

    fn next(&mut self) -> io::Result<Option<Line>> {
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
    fn time_grows_with_the_input_and_no_faster() {
        let begun = std::time::Instant::now();
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
        assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    }

    #[test]
    fn a_place_counts_from_the_beginning_of_the_stream() {
        let refused = |text: &[u8]| Refused::of(7, &wire::message(text).unwrap_err()).to_string();
        assert_eq!(
            refused(b"{\"type\":\"a\",\n x}"),
            "line 8, column 2: key must be a string"
        );
        assert_eq!(
            refused(b"[]"),
            "line 7: expected a JSON object, found an array"
        );
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
