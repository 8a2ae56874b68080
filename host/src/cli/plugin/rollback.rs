//! `coldnotch plugin rollback`

use clap::Args;
use serde_json::{Value, json};

use super::Outcome;
use super::style::{BOLD, DIM, GOOD, safe};
use crate::config::{Config, ConfigError};
use crate::plugins::generations::{GenerationError, Generations, Kept};

/// Returns to an earlier generation in one step
///
/// Each `promote` and each `rollback` keeps the generation before it, with its configuration,
/// its lock and its components. All of it comes back: whatever else was changed in
/// coldnotch.toml since is kept with the generation that is left, and not lost.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  coldnotch plugin rollback
  coldnotch plugin rollback --list
  coldnotch plugin rollback g0123456789abcdef"
)]
pub(in crate::cli) struct Rollback {
    /// The generation [default: the one that was left last]
    #[arg(value_name = "GENERATION")]
    to: Option<String>,
    /// Show the generations that are kept
    #[arg(long, conflicts_with = "to")]
    list: bool,
}

impl Rollback {
    pub(super) fn run(
        self,
        load: impl Fn() -> Result<Config, ConfigError>,
        as_json: bool,
    ) -> anyhow::Result<Outcome> {
        let config = load()?;
        let generations = Generations::of(&config)?;
        let kept = generations.list()?;
        if self.list {
            match as_json {
                true => anstream::println!("{}", Value::from_iter(kept.iter().map(listed))),
                false => kept.iter().for_each(show),
            }
            return Ok(Outcome::Success);
        }
        let from = generations.keep()?;
        let target = match &self.to {
            Some(id) => kept
                .iter()
                .find(|one| one.generation == *id)
                .ok_or_else(|| GenerationError::Unknown(safe(id)))?,
            None => kept
                .iter()
                .find(|one| one.generation != from)
                .ok_or(GenerationError::None)?,
        };
        generations.restore(target, &load)?;
        let to = &target.generation;
        match as_json {
            true => anstream::println!("{}", json!({"generation": to, "before": from})),
            false => anstream::println!(
                "{GOOD}back{GOOD:#}: generation {to} is in force, {from} is kept"
            ),
        }
        Ok(Outcome::Success)
    }
}

fn listed(kept: &Kept) -> Value {
    json!({"generation": kept.generation, "at": kept.at, "plugins": kept.plugins})
}

fn show(kept: &Kept) {
    let plugins = kept.plugins.iter().map(|part| {
        let digest = part.digest.get(..19).unwrap_or(&part.digest);
        format!("{} {} {digest}…", safe(&part.name), safe(&part.mode))
    });
    let plugins: Vec<String> = plugins.collect();
    let at = i64::try_from(kept.at).ok();
    let at = at.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    let at = at.map_or_else(String::new, |at| {
        at.round(jiff::Unit::Second).unwrap_or(at).to_string()
    });
    anstream::println!(
        "{BOLD}{}{BOLD:#}  {DIM}{at}{DIM:#}  {}",
        kept.generation,
        plugins.join(", ")
    );
}
