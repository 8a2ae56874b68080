//! `coldnotch plugin install` and `update`

use std::io::{IsTerminal, Write, stdin, stdout};

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use super::Outcome;
use super::progress::Bar;
use super::style::{BAD, BOLD, CARE, DIM, GOOD, error, safe};
use crate::config::Config;
use crate::plugins::install::{self, InstallError, Proposal, Terms};
use crate::plugins::lock::{Entry, Lock};

/// Accepts a pack: fetches it, checks who signed it, tries its golden cases, and locks it
///
/// What it asks for and was not accepted before needs --accept, whatever else is said. From
/// then on this component runs and no other. Without SOURCE, what coldnotch.lock has and the
/// store has not is fetched: exactly that, so nothing is asked.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 accepted, 5 refused: not trusted, its golden cases fail, it asks for more than was
accepted, its tag moved, or it is older, 1 it cannot be had.

Examples:
  coldnotch plugin install oci://packs.example.com/acme/refund-limit:1.0 --accept history
  coldnotch plugin install refund-limit.wasm --yes
  coldnotch plugin install")]
pub(in crate::cli) struct Install {
    /// oci://REGISTRY/NAME:TAG, a file, a pack's folder, or a plugin of the configuration
    source: Option<String>,
    /// The plugin's name in the configuration, if not the pack's own
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    consent: Consent,
}

/// Accepts what a plugin's source is now, or the source that the configuration names now
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: as for `coldnotch plugin install`.

Examples:
  coldnotch plugin update refund-limit
  coldnotch plugin update refund-limit --accept history --yes")]
pub(in crate::cli) struct Update {
    /// A plugin of the configuration
    name: String,
    #[command(flatten)]
    consent: Consent,
}

/// What is agreed to on the command line.
#[derive(Debug, Args)]
struct Consent {
    /// Give it this grant or import, or take what a moved tag names now (its digest)
    #[arg(long, value_name = "NAME")]
    accept: Vec<String>,
    /// Take an older version
    #[arg(long)]
    allow_downgrade: bool,
    /// Do not ask; covers nothing that needs --accept
    #[arg(long)]
    yes: bool,
}

impl Install {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        match self.source {
            Some(source) => self
                .consent
                .run(config, &source, self.name.as_deref(), as_json),
            None => restore(config, as_json),
        }
    }
}

impl Update {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        let known = |name: &str| config.policy.plugins.iter().any(|spec| spec.name == name);
        if !known(&self.name) {
            bail!(InstallError::NoPlugin(safe(&self.name)));
        }
        if Lock::read(&config.packs.lock)?.entry(&self.name).is_none() {
            let name = safe(&self.name);
            bail!("'{name}' is not locked: `coldnotch plugin install {name}` does that");
        }
        self.consent
            .run(config, &self.name, Some(&self.name), as_json)
    }
}

impl Consent {
    fn run(
        self,
        config: &Config,
        what: &str,
        name: Option<&str>,
        as_json: bool,
    ) -> anyhow::Result<Outcome> {
        let source = install::source(config, what)?;
        let bar = Bar::start("trying it");
        let proposal = match install::propose(config, &source, name, |had, all| bar.at(had, all)) {
            Ok(proposal) => proposal,
            Err(e) => {
                drop(bar);
                return refused(e, as_json);
            }
        };
        drop(bar);
        let terms = Terms {
            accept: self.accept,
            downgrade: self.allow_downgrade,
        };
        let refusal = proposal.refusal(&terms);
        if !as_json {
            print(&proposal);
        }
        let taken = refusal.is_none() && (proposal.is_known() || self.yes || agreed(as_json)?);
        if taken {
            proposal.take(&config.packs)?;
        }
        match (as_json, &refusal) {
            (true, _) => {
                let refused = refusal.as_ref().map(ToString::to_string);
                anstream::println!("{}", proposal_json(&proposal, taken, refused));
            }
            (false, Some(refusal)) => error(&refusal.to_string()),
            (false, None) => print_end(&proposal, taken),
        }
        Ok(match (refusal, taken) {
            (None, true) => Outcome::Success,
            (None, false) => Outcome::Failure,
            (Some(_), _) => Outcome::VerificationFailed,
        })
    }
}

/// What cannot even be proposed: refused for what it is, or not to be had.
fn refused(e: InstallError, as_json: bool) -> anyhow::Result<Outcome> {
    if !e.is_refusal() {
        return Err(e.into());
    }
    match as_json {
        true => anstream::println!("{}", json!({"accepted": false, "refused": e.to_string()})),
        false => error(&e.to_string()),
    }
    Ok(Outcome::VerificationFailed)
}

/// Whether the person at the terminal says yes.
fn agreed(as_json: bool) -> anyhow::Result<bool> {
    if as_json {
        return Ok(false);
    }
    if !stdin().is_terminal() {
        bail!("nothing was accepted: say --yes, or run it at a terminal");
    }
    anstream::print!("Accept it? [y/N] ");
    stdout().flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn restore(config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
    let bar = Bar::start("fetching");
    let fetched = install::restore(config, |had, all| bar.at(had, all));
    drop(bar);
    let fetched = match fetched {
        Ok(fetched) => fetched,
        Err(e) => return refused(e, as_json),
    };
    match as_json {
        true => anstream::println!("{}", json!({"fetched": fetched})),
        false if fetched.is_empty() => anstream::println!("all that is locked is in the store"),
        false => fetched.iter().for_each(|name| {
            anstream::println!("{BOLD}{}{BOLD:#}  fetched as it is locked", safe(name));
        }),
    }
    Ok(Outcome::Success)
}

fn print(proposal: &Proposal) {
    let Proposal { old, new, .. } = proposal;
    let version = |entry: &Entry| {
        entry
            .version
            .clone()
            .unwrap_or_else(|| "no version".to_owned())
    };
    anstream::println!("{BOLD}{}{BOLD:#}  {}", safe(&new.name), version(new));
    let one = |what: &str, of: &dyn Fn(&Entry) -> String| {
        let is = safe(&of(new));
        match old.as_ref().map(|old| safe(&of(old))) {
            Some(was) if was != is => {
                anstream::println!("  {what:<10} {CARE}{is}{CARE:#}  {DIM}was {was}{DIM:#}");
            }
            _ => anstream::println!("  {what:<10} {is}"),
        }
    };
    let list = |names: &[String]| match names.is_empty() {
        true => "none".to_owned(),
        false => names.join(", "),
    };
    if old.is_some() {
        one("version", &|entry| version(entry));
    }
    one("source", &|entry| entry.source.clone());
    one("component", &|entry| entry.component.clone());
    one("signed by", &|entry| match entry.signers.is_empty() {
        true => "nobody you trust".to_owned(),
        false => list(&entry.signers),
    });
    many("grants", new, old.as_ref(), |entry| &entry.grants);
    many("imports", new, old.as_ref(), |entry| &entry.imports);
    let settings = old.as_ref().is_some_and(|old| old.settings != new.settings);
    if settings {
        anstream::println!("  {:<10} {CARE}changed{CARE:#}", "settings");
    }
    print_cases(proposal);
    one("fuel", &|entry| entry.fuel.to_string());
}

/// A list, with what is new and what is gone marked.
fn many(what: &str, new: &Entry, old: Option<&Entry>, of: fn(&Entry) -> &Vec<String>) {
    let had = |name: &String| old.is_some_and(|old| of(old).contains(name));
    if of(new).is_empty() {
        anstream::println!("  {what:<10} none");
    }
    for name in of(new) {
        match had(name) {
            true => anstream::println!("  {what:<10} {}", safe(name)),
            false => anstream::println!("  {what:<10} {CARE}+ {}{CARE:#}", safe(name)),
        }
    }
    for name in old.map_or(&[][..], |old| of(old)) {
        if !of(new).contains(name) {
            anstream::println!("  {what:<10} {DIM}- {}{DIM:#}", safe(name));
        }
    }
}

fn print_cases(proposal: &Proposal) {
    let (all, failed) = (proposal.new.cases, &proposal.failed);
    let said = match (all, failed.len()) {
        (0, _) => format!("{CARE}it has no golden cases{CARE:#}"),
        (_, 0) => format!("{all} cases, {GOOD}all as expected{GOOD:#}"),
        (_, count) => format!("{all} cases, {BAD}{count} not as expected{BAD:#}"),
    };
    anstream::println!("  {:<10} {said}", "golden");
    for name in &proposal.otherwise {
        anstream::println!("  {:<10} {CARE}not as before: {}{CARE:#}", "", safe(name));
    }
}

fn print_end(proposal: &Proposal, taken: bool) {
    let Entry {
        name,
        source,
        grants,
        ..
    } = &proposal.new;
    match taken {
        false => anstream::println!("nothing was accepted"),
        true if proposal.is_known() => anstream::println!("it is what is locked already"),
        true => anstream::println!(
            "{GOOD}locked{GOOD:#}: this component runs as {}, and no other",
            safe(name)
        ),
    }
    if !taken || proposal.configured {
        return;
    }
    anstream::println!("To use it, add to coldnotch.toml:\n");
    anstream::println!("[[plugin]]\nname = {name:?}\nsource = {source:?}");
    if !grants.is_empty() {
        anstream::println!("grants = {grants:?}");
    }
    if let Some(limits) = &proposal.limits {
        anstream::println!("limits = {limits}");
    }
}

fn proposal_json(proposal: &Proposal, taken: bool, refused: Option<String>) -> Value {
    let fresh: Vec<&str> = proposal
        .fresh
        .iter()
        .map(|fresh| fresh.name.as_str())
        .collect();
    json!({
        "plugin": proposal.new, "was": proposal.old, "new": fresh,
        "failed": proposal.failed, "otherwise": proposal.otherwise,
        "accepted": taken, "refused": refused,
    })
}
