//! `coldnotch decide`

use std::collections::VecDeque;
use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::json as value;

use super::{Outcome, style};
use crate::approvals::{Channel, Console, Fixed};
use crate::config::Config;
use crate::gate::Gate;
use crate::json;
use crate::watch::Watch;
use crate::wire::{self, DecisionWire, MAX_BYTES, Message};

/// Decides on the action, or the stream of actions, on standard input.
///
/// One JSON object a line goes in, one JSON object a line comes out, in the same
/// order. A line may also report what an action returned:
/// {"observation":{"session":"s","id":"a","output":"…","succeeded":true}}.
/// A single object may span lines. While a stream runs, a changed configuration
/// or plugin file is put in force without a restart.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes, one action: 0 it may run (ALLOW, or a HOLD that was approved), 4 HOLD, 3 BLOCK, \
2 not a valid action.\nA stream: 0 every line was valid, 1 one was not (all others were answered)."
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
}

impl Decide {
    pub(super) fn run(self, config_file: Option<PathBuf>) -> anyhow::Result<Outcome> {
        let config = Config::load(config_file.as_deref())?;
        let gate = Arc::new(Gate::open(&config, self.channel())?);
        let mut lines = Lines {
            input: io::stdin().lock(),
            number: 0,
            queued: VecDeque::new(),
        };
        let mut answers = Answers {
            gate: gate.clone(),
            out: io::stdout(),
        };
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

        // More than one line: a stream, which a changed policy reaches.
        let load = move || Config::load(config_file.as_deref());
        let _watch = if self.no_watch {
            None
        } else {
            Some(Watch::start(gate, &config, load)?)
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

/// Writes an answer for each message, in order.
struct Answers<W> {
    gate: Arc<Gate>,
    out: W,
}

impl<W: Write> Answers<W> {
    /// Answers one message; what it would come to if it were the only one.
    fn answer(&mut self, message: &Line) -> anyhow::Result<Outcome> {
        let taken = match wire::message(&message.bytes) {
            Ok(Message::Action(action)) => {
                let decision = self.gate.decide(*action);
                self.print(&serde_json::to_value(DecisionWire::from(&decision))?)?;
                return Ok(Outcome::of(&decision));
            }
            Ok(Message::Observation(seen)) => self
                .gate
                .observe(&seen)
                .map_err(|e| e.to_string())
                .map(|seq| value!({"observed": seen.id, "session": seen.session, "seq": seq})),
            Err(e) => Err(e.to_string()),
        };
        match taken {
            Ok(answer) => {
                self.print(&answer)?;
                Ok(Outcome::Success)
            }
            Err(what) => {
                style::error(&format!("line {}: {what}", message.number));
                self.print(&value!({"error": what, "line": message.number}))?;
                Ok(Outcome::Usage)
            }
        }
    }

    fn print(&mut self, answer: &serde_json::Value) -> io::Result<()> {
        writeln!(self.out, "{answer}")?;
        self.out.flush()
    }
}

/// One message and the line it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    number: u64,
    bytes: Vec<u8>,
}

/// Takes messages from a stream: one a line, or one object over several lines.
struct Lines<R> {
    input: R,
    number: u64,
    queued: VecDeque<Line>,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> io::Result<Option<Line>> {
        let Some(first) = self.next_line()? else {
            return Ok(None);
        };
        // Nobody ends a complete message this way; a pretty-printed one goes on.
        let goes_on = first
            .bytes
            .trim_ascii_end()
            .last()
            .is_some_and(|end| b"{[,:".contains(end));
        if !goes_on {
            return Ok(Some(first));
        }
        let mut whole = first.bytes.clone();
        let mut taken = Vec::new();
        while whole.len() <= MAX_BYTES {
            let Some(line) = self.next_line()? else { break };
            whole.push(b'\n');
            whole.extend_from_slice(&line.bytes);
            taken.push(line);
            match json::parse(&whole) {
                Ok(_) => {
                    return Ok(Some(Line {
                        bytes: whole,
                        ..first
                    }));
                }
                Err(e) if e.incomplete => {}
                Err(_) => break,
            }
        }
        // It was a broken line after all; the others stand for themselves.
        self.queued = taken.into_iter().chain(self.queued.drain(..)).collect();
        Ok(Some(first))
    }

    /// The next line that is not blank. A line over the limit is read to its
    /// end but kept only as far as it takes to refuse it.
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.queued.pop_front() {
            return Ok(Some(line));
        }
        loop {
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
            if !bytes.trim_ascii().is_empty() {
                return Ok(Some(Line {
                    number: self.number,
                    bytes,
                }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(input: &[u8]) -> Vec<(u64, String)> {
        let mut lines = Lines {
            input,
            number: 0,
            queued: VecDeque::new(),
        };
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
    fn a_line_that_is_too_long_is_one_message() {
        let mut input = vec![b'x'; 3 * MAX_BYTES];
        input.extend_from_slice(b"\n{\"type\":\"b\"}\n");
        let found = messages(&input);
        assert_eq!(found.len(), 2);
        assert!(found[0].1.len() > MAX_BYTES && found[1].0 == 2);
    }
}
