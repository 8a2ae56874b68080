//! `coldnotch config check|show`

use clap::Subcommand;
use serde_json::{Value, json};

use super::Outcome;
use super::style::{DIM, GOOD};
use crate::config::Config;
use crate::plugins;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Reads the configuration and loads every plugin, as the gate would
    #[command(
        after_help = "Exit codes: 0 all of it can be used, 1 something cannot.\n\n\
Example:\n  coldnotch --config new.toml config check && mv new.toml coldnotch.toml"
    )]
    Check,
    /// Prints what is in force, defaults included
    #[command(after_help = "Example:\n  coldnotch config show --origin")]
    Show {
        /// Say where each value comes from
        #[arg(long)]
        origin: bool,
    },
}

impl ConfigCommand {
    pub(super) fn run(self, config: &Config, json: bool) -> anyhow::Result<Outcome> {
        match self {
            ConfigCommand::Check => check(config, json),
            ConfigCommand::Show { origin } => {
                show(config, origin, json);
                Ok(Outcome::Success)
            }
        }
    }
}

fn check(config: &Config, json: bool) -> anyhow::Result<Outcome> {
    let (generation, _) = plugins::list(&config.engine, &config.policy)?;
    let file = config.file.as_ref().map(|path| path.display().to_string());
    let plugins = config.policy.plugins.len();
    if json {
        anstream::println!(
            "{}",
            json!({"ok": true, "file": file, "generation": generation, "plugins": plugins})
        );
    } else {
        let file = file.unwrap_or_else(|| "the embedded default".to_owned());
        anstream::println!(
            "{GOOD}ok{GOOD:#} {file}: {plugins} plugin(s) loaded, generation {generation}"
        );
    }
    Ok(Outcome::Success)
}

/// A value as it stands in the file; nearly all of them are JSON too.
fn as_json(value: &str) -> Value {
    serde_json::from_str(value).unwrap_or_else(|_| value.into())
}

fn show(config: &Config, origin: bool, json: bool) {
    if json {
        let settings = config.settings.iter().map(|setting| {
            let mut value = json!({"key": setting.key, "value": as_json(&setting.value)});
            if origin {
                value["origin"] = Value::from(setting.origin.to_string());
            }
            value
        });
        anstream::println!("{}", Value::from_iter(settings));
        return;
    }
    let width = config
        .settings
        .iter()
        .map(|s| s.key.len() + s.value.len() + 3)
        .max()
        .unwrap_or(0)
        .min(70);
    for setting in &config.settings {
        let line = format!("{} = {}", setting.key, setting.value);
        if origin {
            anstream::println!("{line:<width$}  {DIM}# {}{DIM:#}", setting.origin);
        } else {
            anstream::println!("{line}");
        }
    }
}
