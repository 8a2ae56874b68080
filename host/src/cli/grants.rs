//! `coldnotch grants list|revoke`

use std::time::{Duration, UNIX_EPOCH};

use anyhow::bail;
use clap::Subcommand;

use super::Outcome;
use super::approvals::{log, login, there};
use super::style::{BOLD, CARE, DIM, safe};
use crate::approvals::{ApprovalError, Approvals, Grant, Word};
use crate::config::Config;
use crate::gate::granting;
use crate::judge::now;
use crate::wire;

/// The most that are listed.
const MOST: u32 = 1000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists what approvers have granted and not taken back
    #[command(
        after_help = "Examples:\n  coldnotch grants list\n  coldnotch grants list --all --json"
    )]
    List {
        /// Those that are over, too: the newest thousand
        #[arg(long)]
        all: bool,
    },
    /// Takes a grant back: from now on its actions are asked about again
    #[command(after_help = "Example:\n  coldnotch grants revoke gr-5f2c --by ana")]
    Revoke {
        /// The grant's id
        id: String,
        /// Who takes it back [default: the login, as uid:1000]
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
    },
}

impl Command {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        let Some(path) = &config.approvals.store else {
            bail!("grants are kept with the approvals, and `approvals.store` is \"off\"");
        };
        let approvals = Approvals::new(config.approvals.clone());
        match self {
            Command::List { all } => {
                let found = match path.exists() {
                    true => approvals.grants((!all).then(now), MOST)?,
                    false => Vec::new(),
                };
                if found.is_empty() && !as_json {
                    anstream::println!("{DIM}nothing is granted{DIM:#}");
                }
                found.iter().for_each(|grant| show(grant, as_json));
            }
            Command::Revoke { id, by } => {
                let id = there(path, id, ApprovalError::UnknownGrant)?;
                let by = login(by)?;
                let grant = granting::revoke(&approvals, &log(config)?, &id, &by, "cli")?;
                match as_json {
                    true => show(&grant, true),
                    false => anstream::println!("revoked by {}", safe(&by)),
                }
            }
        }
        Ok(Outcome::Success)
    }
}

/// A grant, as a line.
pub(super) fn show(grant: &Grant, as_json: bool) {
    if as_json {
        anstream::println!("{}", wire::grant(grant));
        return;
    }
    let action = &grant.shown.action;
    let words: Vec<String> = grant.words.iter().map(Word::to_string).collect();
    let until = jiff::Timestamp::try_from(UNIX_EPOCH + Duration::from_millis(grant.until));
    let until = until.map_or_else(|_| String::new(), |at| format!("{at:.0}"));
    let place = match &grant.session {
        Some(session) => format!("in session {}", safe(session)),
        None => "in every session".to_owned(),
    };
    let over = match &grant.revoked {
        Some((by, _)) => format!(" {CARE}revoked by {}{CARE:#}", safe(by)),
        None if !grant.is_active(now()) => format!(" {CARE}over{CARE:#}"),
        None => String::new(),
    };
    anstream::println!(
        "{BOLD}{}{BOLD:#}{over} {} by {}: {} {DIM}({place}, until {until}, by {}, uses: {}){DIM:#}",
        safe(&grant.id),
        safe(&action.kind),
        safe(&action.agent),
        safe(&words.join(" ")),
        safe(&grant.by),
        grant.uses,
    );
}
