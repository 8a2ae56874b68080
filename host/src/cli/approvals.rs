//! `coldnotch approvals list|show|approve|refuse|cancel|watch`

mod shown;

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::style::safe;
use super::{Outcome, grants};
use crate::approvals::{
    Answer, Approval, ApprovalError, Approvals, Cancelled, Change, Grant, Scope, State, Word,
};
use crate::audit;
use crate::config::Config;
use crate::gate::granting;
use crate::judge::now;
use crate::wire;

/// The most that are listed.
const MOST: u32 = 1000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists the actions that wait for an answer
    #[command(
        after_help = "Examples:\n  coldnotch approvals list\n  coldnotch approvals list --all --json"
    )]
    List {
        /// Those that were answered, too: the newest thousand
        #[arg(long)]
        all: bool,
    },
    /// Shows everything about one: the action, why it is held, who answered
    Show {
        /// The approval's id
        id: String,
    },
    /// Lets a held action run, if nothing new speaks against it
    #[command(
        after_help = "The action is judged again under the policy then in force before it runs: a block still\n\
blocks. It runs once, when the agent that asked takes the answer.\n\n\
Exit codes: 0 your answer was taken, 1 it was not (somebody was first, or it expired).\n\n\
With --grant the yes is remembered for this agent, this type and these arguments; what no word\n\
names must be as it was shown, and no value named may come from what a tool returned:\n  \
NAME=VALUE     exactly this\n  \
NAME<=NUMBER   a number up to this\n  \
NAME=PREFIX/*  something below this path or address\n  \
NAME=*         anything\n\n\
Examples:\n  coldnotch approvals approve apr-5f2c --by ana\n  \
coldnotch approvals approve apr-5f2c --grant to=ana@example.com --grant 'amount<=500' --for 2h"
    )]
    Approve(Approve),
    /// Keeps a held action from running
    #[command(
        after_help = "Exit codes: 0 your answer was taken, 1 it was not (somebody was first, or it expired).\n\n\
Example:\n  coldnotch approvals refuse apr-5f2c --reason 'not this customer'"
    )]
    Refuse(Given),
    /// Withdraws a question that nobody has answered: the action does not run
    #[command(
        after_help = "For whoever asked and for operators. It is no refusal: whoever waits is told that it was\n\
withdrawn, and by whom.\n\n\
Exit codes: 0 it is withdrawn, 1 it is not (it was answered, or has expired).\n\n\
Example:\n  coldnotch approvals cancel apr-5f2c --by release-bot"
    )]
    Cancel {
        /// The approval's id
        id: String,
        /// Who withdraws it [default: the login, as uid:1000]
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
    },
    /// Prints what happens to approvals as it happens
    #[command(after_help = "Example:\n  coldnotch approvals watch --json --for 60s")]
    Watch {
        /// End after this time
        #[arg(long = "for", value_name = "TIME", value_parser = super::time)]
        time: Option<Duration>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Approve {
    #[command(flatten)]
    given: Given,
    /// Remember the yes for what this argument may be; may be given several times
    #[arg(
        long = "grant",
        value_name = "WORD",
        requires = "scope",
        conflicts_with = "also"
    )]
    words: Vec<Word>,
    /// For how long: `session` (this session), or a time such as 2h
    #[arg(long = "for", value_name = "SCOPE", value_parser = scope, requires = "words", id = "scope")]
    scope: Option<Scope>,
}

/// `session`, or a time.
fn scope(text: &str) -> Result<Scope, String> {
    match text {
        "session" => Ok(Scope::Session),
        time => Ok(Scope::For(super::time(time)?)),
    }
}

#[derive(Debug, Args)]
pub(super) struct Given {
    /// The approval's id
    id: String,
    /// Who answers [default: the login, as uid:1000]
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// Why, for whoever asked and for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Another question about exactly the same action that this answers, too; may be given
    /// several times. All take the answer, or none
    #[arg(long, value_name = "ID")]
    also: Vec<String>,
}

impl Command {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        let Some(path) = &config.approvals.store else {
            bail!(
                "approvals are kept in memory (`approvals.store` is \"off\"); no other process sees them"
            );
        };
        let approvals = Approvals::new(config.approvals.clone());
        match self {
            Command::List { all } => shown::list(&approvals, path, all, as_json)?,
            Command::Show { id } => {
                let approval = approvals.get(&there(path, id, ApprovalError::Unknown)?)?;
                let siblings = approvals.siblings(&approval)?;
                let conclusion = approvals.conclusion(&approval.id)?;
                shown::show(&approval, &siblings, conclusion.as_ref(), as_json);
            }
            Command::Approve(Approve {
                given,
                words,
                scope: Some(scope),
            }) => {
                let (id, answer) = given.read(path, true)?;
                let log = log(config)?;
                let (state, grant) =
                    granting::grant(&approvals, &log, &id, None, &answer, words, scope)?;
                said(&id, &answer, state, Some(&grant), as_json);
            }
            Command::Approve(Approve { given, .. }) => {
                answer(&approvals, path, given, true, as_json)?;
            }
            Command::Refuse(given) => answer(&approvals, path, given, false, as_json)?,
            Command::Cancel { id, by } => {
                let id = there(path, id, ApprovalError::Unknown)?;
                cancel(&approvals, &id, login(by)?, as_json)?;
            }
            Command::Watch { time } => watch(&approvals, time, as_json)?,
        }
        Ok(Outcome::Success)
    }
}

/// Looking must not leave an empty file behind in a wrong folder.
pub(super) fn there(
    path: &Path,
    id: String,
    unknown: impl Fn(String) -> ApprovalError,
) -> Result<String, ApprovalError> {
    match path.exists() {
        true => Ok(id),
        false => Err(unknown(id)),
    }
}

/// The audit log, for what is recorded without deciding on anything.
pub(super) fn log(config: &Config) -> anyhow::Result<audit::Log> {
    let opened = audit::Log::open(&config.audit_path, config.durability, SystemTime::now())?;
    for recovery in &opened.recoveries {
        tracing::warn!("audit log: {recovery}");
    }
    Ok(opened.log)
}

impl Given {
    /// Whom it is about and what is said.
    fn read(self, path: &Path, approved: bool) -> anyhow::Result<(String, Answer)> {
        let answer = Answer {
            approved,
            by: login(self.by)?,
            via: "cli".to_owned(),
            reason: self.reason,
        };
        Ok((there(path, self.id, ApprovalError::Unknown)?, answer))
    }
}

fn answer(
    approvals: &Approvals,
    path: &Path,
    given: Given,
    approved: bool,
    as_json: bool,
) -> anyhow::Result<()> {
    let also = given.also.clone();
    let (id, answer) = given.read(path, approved)?;
    let state = match also.is_empty() {
        true => approvals.answer(&id, &answer, None, now())?,
        false => {
            let digest = approvals.get(&id)?.digest;
            let all: Vec<String> = std::iter::once(id.clone()).chain(also).collect();
            let states = approvals.answer_each(&all, digest, &answer, now())?;
            states.first().copied().unwrap_or(State::Pending)
        }
    };
    said(&id, &answer, state, None, as_json);
    Ok(())
}

fn cancel(approvals: &Approvals, id: &str, by: String, as_json: bool) -> anyhow::Result<()> {
    let who = Cancelled {
        by,
        via: "cli".to_owned(),
        at: now(),
    };
    approvals.cancel(id, &who)?;
    if as_json {
        let state = State::Cancelled.as_str();
        anstream::println!(
            "{}",
            json!({"approval_id": id, "state": state, "by": who.by})
        );
    } else {
        anstream::println!("withdrawn by {}", safe(&who.by));
    }
    Ok(())
}

fn said(id: &str, answer: &Answer, state: State, grant: Option<&Grant>, as_json: bool) {
    if as_json {
        let mut said = json!({"approval_id": id, "state": state.as_str(), "by": answer.by});
        if let Some(grant) = grant {
            said["grant"] = wire::grant(grant);
        }
        anstream::println!("{said}");
        return;
    }
    let more = match state {
        State::Pending => "; it needs somebody else too",
        _ => "",
    };
    let word = if answer.approved {
        "approved"
    } else {
        "refused"
    };
    anstream::println!("{word} by {}{more}", safe(&answer.by));
    if let Some(grant) = grant {
        grants::show(grant, false);
    }
}

/// Who acts: whoever is named, or the login.
pub(super) fn login(named: Option<String>) -> anyhow::Result<String> {
    match named {
        Some(by) if by.trim().is_empty() => bail!("--by must name somebody"),
        Some(by) => Ok(by),
        None => user().ok_or_else(|| anyhow!("who answers? name them with --by")),
    }
}

/// The operating system vouches for it, unlike `USER`.
#[cfg(unix)]
fn user() -> Option<String> {
    Some(format!("uid:{}", rustix::process::getuid().as_raw()))
}

#[cfg(not(unix))]
fn user() -> Option<String> {
    None
}

fn watch(approvals: &Approvals, time: Option<Duration>, as_json: bool) -> anyhow::Result<()> {
    /// How long to wait before the clock is looked at again.
    const WHILE: Duration = Duration::from_secs(1);
    let end = time.map(|time| Instant::now() + time);
    let mut seen = approvals.last_change()?;
    loop {
        let count = approvals.count();
        for change in approvals.changes(seen)? {
            seen = change.seq;
            match approvals.get(&change.approval) {
                Ok(approval) => told(approval, &change, as_json),
                Err(ApprovalError::Unknown(_)) => {} // forgotten since
                Err(e) => return Err(e.into()),
            }
        }
        let now = Instant::now();
        if end.is_some_and(|end| now >= end) {
            return Ok(());
        }
        approvals.wait(count, end.unwrap_or(now + WHILE).min(now + WHILE));
    }
}

/// Tells a change of an approval, which may have gone on since.
fn told(approval: Approval, change: &Change, as_json: bool) {
    let then = Approval {
        state: change.state,
        ..approval
    };
    if as_json {
        let mut told = wire::approval(&then);
        told["answered"] = change.answer.as_ref().map(wire::answer).into();
        anstream::println!("{told}");
        return;
    }
    match &change.answer {
        Some(answer) => anstream::println!("{}", shown::answered(&then, answer)),
        None => anstream::println!("{}", shown::line(&then)),
    }
}
