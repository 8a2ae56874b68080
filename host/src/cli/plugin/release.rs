//! `coldnotch plugin release`

use std::time::{Duration, UNIX_EPOCH};

use clap::Args;
use serde_json::json;

use super::Outcome;
use super::style::{BAD, BOLD, DIM, safe};
use crate::cli::approvals::{log, login};
use crate::config::Config;
use crate::gate::quarantining;
use crate::quarantine::{Quarantine, Ward};

/// Lets a plugin go that failed too often and is in quarantine: it is asked again
#[derive(Debug, Args)]
#[command(
    after_help = "See what it failed on first: `plugin list` says where its last session is.\n\n\
Examples:\n  coldnotch replay coldnotch_quarantine.refunds.jsonl\n  coldnotch plugin release refunds"
)]
pub(in crate::cli) struct Release {
    /// Its name in the configuration
    name: String,
    /// Who lets it go [default: the login, as uid:1000]
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
}

impl Release {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        let quarantine = Quarantine::open(&config.quarantine.file)?;
        let by = login(self.by)?;
        let ward = quarantining::release(&quarantine, &log(config)?, &self.name, &by)?;
        match as_json {
            true => anstream::println!("{}", json!({"released": ward, "by": by})),
            false => anstream::println!("{} is asked again", safe(&self.name)),
        }
        Ok(Outcome::Success)
    }
}

/// A plugin in quarantine, as a list shows it.
pub(super) fn show(ward: &Ward) {
    let since = jiff::Timestamp::try_from(UNIX_EPOCH + Duration::from_millis(ward.since));
    let since = since.map_or_else(|_| String::new(), |at| format!(" since {at:.0}"));
    anstream::println!(
        "{BAD}in quarantine{BAD:#}{since}: {BOLD}{}{BOLD:#}, {}",
        safe(&ward.plugin),
        safe(&ward.why),
    );
    if let Some(session) = &ward.session {
        anstream::println!(
            "  {DIM}see it again: coldnotch replay {}{DIM:#}",
            safe(&session.display().to_string())
        );
    }
}
