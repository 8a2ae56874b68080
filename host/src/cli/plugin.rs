//! `coldnotch plugin list|inspect`

use clap::Subcommand;
use serde_json::{Value, json};

use super::Outcome;
use super::style::{BAD, BOLD, DIM, GOOD};
use crate::config::{Config, ConfigError};
use crate::plugins::{self, Inspection, Listed};

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
}

impl Plugin {
    pub(super) fn run(
        self,
        config: impl FnOnce() -> Result<Config, ConfigError>,
        json: bool,
    ) -> anyhow::Result<Outcome> {
        match self {
            Plugin::List => {
                let (generation, listed) = load(&config()?)?;
                if json {
                    let plugins: Vec<Value> = listed.iter().map(listed_json).collect();
                    anstream::println!("{}", json!({"generation": generation, "plugins": plugins}));
                } else {
                    listed.iter().for_each(print_listed);
                    anstream::println!("{DIM}generation {generation}{DIM:#}");
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
