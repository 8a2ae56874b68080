//! `coldnotch decide`

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::anyhow;
use clap::Args;
use serde::Serialize;
use serde_json::json as value;

use super::lines::{Line, Lines};
use super::{Outcome, stats, style};
use crate::action::Action;
use crate::approvals::{Channel, Console, Elsewhere, Fixed};
use crate::config::{Config, ConfigError};
use crate::gate::{Decision, Gate};
use crate::json::JsonError;
use crate::watch::{self, Watch};
use crate::wire::{self, DecisionWire, Message, WireError};

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
    /// Wait for the answer to a HOLD to come from elsewhere (`coldnotch approvals`), for at
    /// most this long, instead of asking
    #[arg(long, value_name = "TIME", value_parser = super::time, conflicts_with_all = ["approve", "deny"])]
    wait: Option<Duration>,
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
            wait: self.wait,
            unasked: !self.approve
                && !self.deny
                && self.wait.is_none()
                && !Console::reaches_someone(),
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
        if self.wait.is_some() {
            return Box::new(Elsewhere);
        }
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
    /// How long a HOLD waits for its answer from elsewhere.
    wait: Option<Duration>,
    /// Nobody can be asked, and nobody was told so yet.
    unasked: bool,
}

impl<W: Write> Answers<W> {
    /// Answers one message; what it would come to if it were the only one.
    fn answer(&mut self, message: &Line) -> anyhow::Result<Outcome> {
        let taken = match wire::message(&message.bytes) {
            Ok(Message::Action(action)) => {
                let decision = self.decide(*action)?;
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

    fn decide(&self, action: Action) -> anyhow::Result<Decision> {
        let decision = self.gate.decide(action);
        match (&decision.approval, self.wait) {
            (Some(id), Some(wait)) if decision.approved.is_none() => {
                Ok(self.gate.wait(id, wait)?)
            }
            _ => Ok(decision),
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
