//! `coldnotch plugin inspect`

use clap::Args;
use serde_json::{Value, json};

use super::Outcome;
use super::style::{BAD, BOLD, DIM, GOOD, safe};
use super::verify::{print_seen, seen_json};
use crate::config::{Config, ConfigError};
use crate::plugins::admission::signatures;
use crate::plugins::lock::Lock;
use crate::plugins::manifest::{Manifest, WIT_VERSIONS};
use crate::plugins::trust::{Distrust, Seen, Trust};
use crate::plugins::{self, Asked, Inspection};
use crate::policy::{Grant, Source};

/// Shows what a component is, what it says of itself and what it asks for; nothing of it runs
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 it is a plugin, 1 it is not, its manifest is wrong or a lie, or it cannot be read.

Examples:
  coldnotch plugin inspect builtin:consequence
  coldnotch plugin inspect my-plugin.wasm --json")]
pub(in crate::cli) struct Inspect {
    /// A component, a pack's folder, a folder with one component, or builtin:NAME
    #[arg(default_value = ".")]
    path: String,
}

impl Inspect {
    pub(super) fn run(
        self,
        config: impl FnOnce() -> Result<Config, ConfigError>,
        as_json: bool,
    ) -> anyhow::Result<Outcome> {
        let found = plugins::inspect(&self.path)?;
        let standing = Standing::of(&found, config)?;
        match as_json {
            true => anstream::println!("{}", inspection_json(&found, standing)),
            false => {
                print(&found);
                standing.print();
            }
        }
        Ok(match found.is_plugin {
            true => Outcome::Success,
            false => Outcome::Failure,
        })
    }
}

/// How a file stands with the operator.
struct Standing {
    /// Whose its signatures are; that one of them is none is a finding, too.
    signed: Result<Vec<Seen>, Distrust>,
    /// The plugins that it is locked as.
    locked: Vec<String>,
}

impl Standing {
    fn of(
        found: &Inspection,
        config: impl FnOnce() -> Result<Config, ConfigError>,
    ) -> anyhow::Result<Self> {
        let nothing = Standing {
            signed: Ok(Vec::new()),
            locked: Vec::new(),
        };
        let Source::Path(path) = &found.source else {
            return Ok(nothing);
        };
        let packs = match config() {
            Ok(config) => config.packs,
            Err(e) => {
                tracing::warn!("signers and lock were not looked at: {e}");
                return Ok(nothing);
            }
        };
        let entries = Lock::read(&packs.lock)?.plugins.into_iter();
        let entries = entries.filter(|entry| entry.component == found.digest);
        let trust = Trust::read(&packs.trust)?;
        Ok(Standing {
            signed: trust.look(&std::fs::read(path)?, &signatures(path)?),
            locked: entries.map(|entry| entry.name).collect(),
        })
    }

    fn print(&self) {
        match &self.signed {
            Ok(seen) => seen.iter().for_each(print_seen),
            Err(e) => anstream::println!("  {BAD}{}{BAD:#}", safe(&e.to_string())),
        }
        for name in &self.locked {
            anstream::println!("  locked as {}", safe(name));
        }
    }
}

fn inspection_json(found: &Inspection, standing: Standing) -> Value {
    let import =
        |import: &Asked| json!({"import": import.to_string(), "grant": import.grant_name()});
    let signatures = match standing.signed {
        Ok(seen) => seen.iter().map(seen_json).collect(),
        Err(e) => json!({"problem": e.to_string()}),
    };
    json!({
        "signatures": signatures, "locked": standing.locked,
        "source": found.source.to_string(), "size": found.size, "digest": found.digest,
        "wit": found.wit, "exports": found.exports,
        "imports": found.imports.iter().map(import).collect::<Vec<_>>(),
        "grants": found.grants.iter().map(|grant| grant.name()).collect::<Vec<_>>(),
        "manifest": found.manifest.as_ref().map(|manifest| manifest.source().value()),
        "cases": found.cases, "problem": found.problem, "is_plugin": found.is_plugin,
    })
}

fn print(found: &Inspection) {
    anstream::println!("{BOLD}{}{BOLD:#}  {} bytes", found.source, found.size);
    anstream::println!("  {}", found.digest);
    if let Some(manifest) = &found.manifest {
        print_manifest(manifest, found.cases);
    }
    let exports = match found.exports.is_empty() {
        true => "nothing".to_owned(),
        false => safe(&found.exports.join(", ")),
    };
    anstream::println!("  exports: {exports}");
    if found.imports.is_empty() {
        anstream::println!("  asks for nothing");
    }
    for import in &found.imports {
        let needs = match import.grant_name() {
            Some(grant) => format!("{DIM}needs grant \"{grant}\"{DIM:#}"),
            None => format!("{BAD}no grant gives this{BAD:#}"),
        };
        anstream::println!("  asks for {}  {needs}", safe(&import.to_string()));
    }
    if let Some(problem) = &found.problem {
        anstream::println!("  {BAD}refused:{BAD:#} {}", safe(problem));
    }
    let wit = found.wit.as_deref().unwrap_or(WIT_VERSIONS[0]);
    match found.is_plugin {
        true => anstream::println!("  {GOOD}a plugin{GOOD:#} of coldnotch:policy@{wit}"),
        false => anstream::println!("  {BAD}not a plugin{BAD:#} of coldnotch:policy@{wit}"),
    }
}

fn print_manifest(manifest: &Manifest, cases: usize) {
    let (name, version) = (&manifest.name, &manifest.version);
    let description = safe(&manifest.description);
    anstream::println!("  {BOLD}{name} {version}{BOLD:#}  {description}");
    let (licence, lang) = (safe(&manifest.licence), manifest.lang.name());
    anstream::println!("  licence {licence}, made with {lang}, {cases} golden cases");
    let grants: Vec<&str> = manifest
        .grants
        .iter()
        .map(|grant| Grant::name(*grant))
        .collect();
    if !grants.is_empty() {
        anstream::println!("  needs grants = {grants:?}");
    }
    if let Some(limits) = manifest.limits.beyond_default() {
        anstream::println!("  needs limits = {limits}");
    }
    if let Some(reasons) = &manifest.reasons {
        anstream::println!("  may give the reasons: {}", reasons.join(", "));
    }
    if let Some(settings) = &manifest.settings {
        anstream::println!("  settings, unless given others: {}", safe(settings.text()));
    }
    if manifest.schema.is_some() {
        anstream::println!("  checks its settings against a schema");
    }
}
