//! `coldnotch plugin build`

use std::io::{IsTerminal, stderr};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Outcome;
use super::style::{BOLD, DIM};
use crate::plugins::build::{Built, build};
use crate::plugins::manifest::Manifest;
use crate::plugins::pack::Folder;

/// Builds a pack into one file: component, manifest, settings schema and golden cases
///
/// It runs the language's own tool in the folder, strips what the tool made, checks it
/// against pack.toml and leaves NAME.wasm. Nothing of the component runs.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 built, 1 not: a tool is missing or fails, or pack.toml does not say what the
component asks for.

Examples:
  coldnotch plugin build
  coldnotch plugin build refund-limit --json")]
pub(in crate::cli) struct Build {
    /// The pack's folder
    #[arg(default_value = ".")]
    path: PathBuf,
}

impl Build {
    pub(super) fn run(self, as_json: bool) -> anyhow::Result<Outcome> {
        let folder = Folder::open(&self.path)?;
        if stderr().is_terminal() {
            anstream::eprintln!("building; the first time takes a while");
        }
        let built = build(&folder)?;
        if as_json {
            anstream::println!(
                "{}",
                json!({
                    "component": built.component, "size": built.size, "digest": built.digest,
                    "cases": built.cases, "manifest": folder.manifest.source().value(),
                })
            );
            return Ok(Outcome::Success);
        }
        let Built {
            component,
            size,
            digest,
            cases,
        } = &built;
        let component = component.display();
        anstream::println!("{BOLD}{component}{BOLD:#}  {size} bytes, {cases} golden cases");
        anstream::println!("  {DIM}{digest}{DIM:#}");
        anstream::println!("To use it, add to coldnotch.toml:");
        anstream::print!("{}", entry(&folder.manifest, &component.to_string()));
        Ok(Outcome::Success)
    }
}

/// What an operator writes to use it.
fn entry(manifest: &Manifest, component: &str) -> String {
    let name = &manifest.name;
    let mut entry = format!("\n[[plugin]]\nname = \"{name}\"\nsource = {component:?}\n");
    let grants: Vec<&str> = manifest.grants.iter().map(|grant| grant.name()).collect();
    if !grants.is_empty() {
        entry.push_str(&format!("grants = {grants:?}\n"));
    }
    if let Some(limits) = manifest.limits.beyond_default() {
        entry.push_str(&format!("limits = {limits}\n"));
    }
    entry
}
