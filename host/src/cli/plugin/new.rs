//! `coldnotch plugin new`

use std::path::Path;

use clap::Args;
use serde_json::json;

use super::Outcome;
use super::style::BOLD;
use crate::plugins::create::{LANGS, create};
use crate::plugins::manifest::Lang;

/// Makes a folder that builds: a first rule, golden cases, a README
#[derive(Debug, Args)]
#[command(
    after_help = "It never replaces anything.\n\nExamples:\n  coldnotch plugin new refund-limit\n  coldnotch plugin new refund-limit --lang rust && cd refund-limit && coldnotch plugin build"
)]
pub(in crate::cli) struct New {
    /// The pack's name: small letters, digits and hyphens
    name: String,
    /// The language to write it in
    #[arg(long, default_value = "rust", value_parser = lang)]
    lang: Lang,
}

fn lang(name: &str) -> Result<Lang, String> {
    let found = Lang::named(name).filter(|lang| LANGS.contains(lang));
    found.ok_or_else(|| format!("there are: {}", LANGS.map(Lang::name).join(", ")))
}

/// What gets the language's own tools into the pack's folder.
fn tools(lang: Lang) -> Option<&'static str> {
    match lang {
        Lang::Js => Some("npm install"),
        Lang::Python => Some("python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"),
        Lang::Rust | Lang::C | Lang::Component => None,
    }
}

impl New {
    pub(super) fn run(self, as_json: bool) -> anyhow::Result<Outcome> {
        let name = &self.name;
        let files = create(Path::new(""), name, self.lang)?;
        if as_json {
            let files: Vec<String> = files
                .iter()
                .map(|file| file.display().to_string())
                .collect();
            anstream::println!("{}", json!({"folder": name, "files": files}));
            return Ok(Outcome::Success);
        }
        anstream::println!("{BOLD}{name}{BOLD:#} is a pack now. Next:");
        if let Some(tools) = tools(self.lang) {
            anstream::println!("  (cd {name} && {tools})");
        }
        anstream::println!("  coldnotch plugin build {name}");
        anstream::println!("  coldnotch plugin test {name}");
        Ok(Outcome::Success)
    }
}
