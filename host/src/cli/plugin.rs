//! `coldnotch plugin list|inspect|release`

use std::time::{Duration, UNIX_EPOCH};

use clap::Subcommand;
use serde_json::{Value, json};

use super::Outcome;
use super::approvals::{log, login};
use super::style::{BAD, BOLD, DIM, GOOD, safe};
use crate::config::{Config, ConfigError};
use crate::gate::quarantining;
use crate::plugins::{self, Inspection, Listed};
use crate::quarantine::{Quarantine, Ward};

#[derive(Debug, Subcommand)]
pub(super) enum Plugin {
    /// Loads the plugins of the policy and lists them
    List,
    /// Shows what a component is and what it asks for; nothing of it runs
    #[command(
        after_help = "Exit codes: 0 it is a plugin, 1 it is not, or it cannot be read.\n\n\
Examples:\n  coldnotch plugin inspect builtin:consequence\n  coldnotch plugin inspect my-plugin.wasm --json"
    )]
    Inspect {
        /// A component, a folder with one, or builtin:NAME
        #[arg(default_value = ".")]
        path: String,
    },
    /// Lets a plugin go that failed too often and is in quarantine: it is asked again
    #[command(
        after_help = "See what it failed on first: `plugin list` says where its last session is.\n\n\
Examples:\n  coldnotch replay coldnotch_quarantine.refunds.jsonl\n  coldnotch plugin release refunds"
    )]
    Release {
        /// Its name in the configuration
        name: String,
        /// Who lets it go [default: the login, as uid:1000]
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
    },
}

impl Plugin {
    pub(super) fn run(
        self,
        config: impl FnOnce() -> Result<Config, ConfigError>,
        json: bool,
    ) -> anyhow::Result<Outcome> {
        match self {
            Plugin::List => {
                let config = config()?;
                let (generation, listed) = load(&config)?;
                let wards = Quarantine::open(&config.quarantine.file)?.wards();
                if json {
                    let plugins: Vec<Value> = listed.iter().map(listed_json).collect();
                    anstream::println!(
                        "{}",
                        json!({"generation": generation, "plugins": plugins, "quarantine": wards})
                    );
                } else {
                    listed.iter().for_each(print_listed);
                    wards.iter().for_each(print_ward);
                    anstream::println!("{DIM}generation {generation}{DIM:#}");
                }
                Ok(Outcome::Success)
            }
            Plugin::Release { name, by } => {
                let config = config()?;
                let quarantine = Quarantine::open(&config.quarantine.file)?;
                let by = login(by)?;
                let ward = quarantining::release(&quarantine, &log(&config)?, &name, &by)?;
                match json {
                    true => anstream::println!("{}", json!({"released": ward, "by": by})),
                    false => anstream::println!("{} is asked again", safe(&name)),
                }
                Ok(Outcome::Success)
            }
            Plugin::Inspect { path } => {
                let found = plugins::inspect(&path)?;
                if json {
                    anstream::println!("{}", inspection_json(&found));
                } else {
                    print_inspection(&found);
                }
                Ok(if found.is_plugin {
                    Outcome::Success
                } else {
                    Outcome::Failure
                })
            }
        }
    }
}

fn load(config: &Config) -> Result<(String, Vec<Listed>), plugins::ListError> {
    plugins::list(&config.engine, &config.policy)
}

fn listed_json(plugin: &Listed) -> Value {
    json!({
        "name": plugin.name, "source": plugin.source, "mode": plugin.mode,
        "digest": plugin.digest, "grants": plugin.grants, "observes": plugin.observes,
        "kinds": plugin.kinds,
    })
}

fn print_listed(plugin: &Listed) {
    let Listed {
        name,
        source,
        mode,
        digest,
        grants,
        observes,
        kinds,
    } = plugin;
    let grants = if grants.is_empty() {
        "no grants".to_owned()
    } else {
        format!("grants: {}", grants.join(", "))
    };
    let notes = if *observes { ", keeps notes" } else { "" };
    let asked = match kinds {
        Some(kinds) => format!(", asked about: {}", kinds.join(" ")),
        None => String::new(),
    };
    anstream::println!(
        "{BOLD}{name}{BOLD:#}  {source}  {mode}, {grants}{notes}{asked}  {DIM}{}…{DIM:#}",
        &digest[..19]
    );
}

fn print_ward(ward: &Ward) {
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

fn inspection_json(found: &Inspection) -> Value {
    let import = |import: &crate::plugins::Asked| json!({"import": import.to_string(), "grant": import.grant_name()});
    json!({
        "source": found.source.to_string(), "size": found.size, "digest": found.digest,
        "exports": found.exports, "imports": found.imports.iter().map(import).collect::<Vec<_>>(),
        "is_plugin": found.is_plugin,
    })
}

fn print_inspection(found: &Inspection) {
    let Inspection {
        source,
        size,
        digest,
        exports,
        imports,
        is_plugin,
    } = found;
    anstream::println!("{BOLD}{source}{BOLD:#}  {size} bytes");
    anstream::println!("  {digest}");
    anstream::println!(
        "  exports: {}",
        if exports.is_empty() {
            "nothing".to_owned()
        } else {
            exports.join(", ")
        }
    );
    if imports.is_empty() {
        anstream::println!("  asks for nothing");
    }
    for import in imports {
        let needs = match import.grant_name() {
            Some(grant) => format!("{DIM}needs grant \"{grant}\"{DIM:#}"),
            None => format!("{BAD}no grant gives this{BAD:#}"),
        };
        anstream::println!("  asks for {import}  {needs}");
    }
    match is_plugin {
        true => anstream::println!("  {GOOD}a plugin{GOOD:#} of coldnotch:policy@0.1.0"),
        false => anstream::println!("  {BAD}not a plugin{BAD:#} of coldnotch:policy@0.1.0"),
    }
}
