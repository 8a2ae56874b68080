//! The command line: one file a subcommand. Data goes to stdout, everything
//! else to stderr.

mod approvals;
mod audit;
mod config;
mod decide;
mod demo;
mod docs;
mod grants;
mod init;
mod keys;
mod lines;
mod plugin;
mod replay;
mod serve;
mod stats;
mod style;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigError};
use crate::verdict::Verdict;
use style::Shown;

/// Decides on the consequence of an agent's action before it runs.
///
/// An action goes in as JSON; ALLOW, HOLD or BLOCK comes out, decided by static
/// rules and by scorers that are sandboxed WebAssembly components. Every
/// decision is recorded before its answer leaves.
#[derive(Debug, Parser)]
#[command(name = "coldnotch", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 ALLOW or success, 1 failure, 2 usage, 3 BLOCK, 4 HOLD, 5 verification failed."
)]
pub struct Cli {
    /// The configuration [default: $COLDNOTCH_CONFIG, ./coldnotch.toml, the user's, /etc/coldnotch]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays the main job in a temporary folder: verdicts, a chain, a policy swapped mid-run
    #[command(after_help = "With --json it prints the audit log it writes.")]
    Demo,
    Init(init::Init),
    Decide(decide::Decide),
    Replay(replay::Replay),
    Serve(serve::Serve),
    /// Makes, lists and revokes the API keys of the server
    #[command(subcommand)]
    Keys(keys::Command),
    /// Shows the actions that wait for an answer, and answers them
    #[command(subcommand)]
    Approvals(approvals::Command),
    /// Shows what approvers have granted, and takes it back
    #[command(subcommand)]
    Grants(grants::Command),
    /// Checks and reads the audit log
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Makes, tests and looks at plugins
    #[command(subcommand)]
    Plugin(plugin::Plugin),
    /// Checks and shows the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    Completions(docs::Completions),
    /// Prints the manual page
    #[command(after_help = "Example:\n  coldnotch man > coldnotch.1 && man ./coldnotch.1")]
    Man,
}

/// Reads the configuration anew, from the file in force if there was one.
type Load = Box<dyn Fn(Option<&Path>) -> Result<Config, ConfigError> + Send>;

/// The other edges, which `main` knows and this one does not.
#[derive(Debug)]
pub struct Edges {
    /// Serves over HTTP until told to end; the second reads the configuration again
    /// when it changes.
    pub serve: fn(Config, Option<Load>) -> anyhow::Result<()>,
    /// The OpenAPI document of what is served.
    pub openapi: fn() -> serde_json::Value,
}

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Success,
    Failure,
    Usage,
    Block,
    Hold,
    VerificationFailed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(match outcome {
            Outcome::Success => 0,
            Outcome::Failure => 1,
            Outcome::Usage => 2,
            Outcome::Block => 3,
            Outcome::Hold => 4,
            Outcome::VerificationFailed => 5,
        })
    }
}

impl Outcome {
    /// The exit code of one decided action: 0 exactly when it may run.
    fn of(decision: &crate::gate::Decision) -> Self {
        match decision.verdict {
            _ if decision.may_run() => Outcome::Success,
            Verdict::Hold => Outcome::Hold,
            Verdict::Allow | Verdict::Block => Outcome::Block,
        }
    }
}

impl Cli {
    /// Runs the command; its exit code.
    pub fn run(self, edges: &Edges) -> ExitCode {
        start_log();
        match self.dispatch(edges) {
            Ok(outcome) => outcome.into(),
            Err(e) if closed_pipe(&e) => ExitCode::SUCCESS,
            Err(e) => {
                style::error(&told(&e));
                Outcome::Failure.into()
            }
        }
    }

    fn dispatch(self, edges: &Edges) -> anyhow::Result<Outcome> {
        let config = || Config::load(self.config.as_deref());
        match self.command {
            Command::Demo => demo::run(self.json),
            Command::Init(init) => init.run(self.json),
            Command::Decide(decide) => decide.run(self.config, self.json),
            Command::Replay(replay) => replay.run(&config()?, self.json),
            Command::Serve(serve) => serve.run(self.config, edges),
            Command::Keys(command) => command.run(&config()?, self.json),
            Command::Approvals(command) => command.run(&config()?, self.json),
            Command::Grants(command) => command.run(&config()?, self.json),
            Command::Audit(audit) => audit.run(config, self.json),
            Command::Plugin(plugin) => plugin.run(config, self.json),
            Command::Config(command) => command.run(&config()?, self.json),
            Command::Completions(completions) => completions.run(),
            Command::Man => docs::man(),
        }
    }
}

/// A time such as `5m` or `30s`, on the command line.
fn time(text: &str) -> Result<Duration, String> {
    let time = text.parse::<jiff::SignedDuration>().ok();
    time.and_then(|time| time.try_into().ok())
        .ok_or_else(|| "give a time such as 30s or 15m".to_owned())
}

/// Logs go to stderr, a line each, foreign text made safe.
fn start_log() {
    let layer = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .without_time();
    layer
        .with_ansi(style::colour_stderr())
        .with_max_level(tracing::Level::INFO)
        .event_format(Shown)
        .init();
}

/// The error and what caused it. Some of ours say their cause already.
fn told(e: &anyhow::Error) -> String {
    e.chain()
        .map(ToString::to_string)
        .fold(String::new(), |text, cause| match text.contains(&cause) {
            true => text,
            false if text.is_empty() => cause,
            false => format!("{text}: {cause}"),
        })
}

/// Whoever read our output has enough (`coldnotch … | head`). An answer that
/// nobody took is another matter: `decide` fails then.
fn closed_pipe(e: &anyhow::Error) -> bool {
    let io = e
        .chain()
        .find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
