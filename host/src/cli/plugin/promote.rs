//! `coldnotch plugin promote`

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde_json::{Value, json};

use super::Outcome;
use super::style::{BAD, BOLD, CARE, DIM, GOOD, safe};
use crate::cli::replay;
use crate::config::edit::Change;
use crate::config::{Config, ConfigError};
use crate::judge::Judge;
use crate::plugins::generations::Generations;
use crate::plugins::promotion::{Accepted, Candidate, Flip};
use crate::policy::Policy;
use crate::recording::Recording;
use crate::verdict::{Assessment, Failure, Opinion, Part, Verdict, combine};

/// Puts a candidate in force, once what it changes was looked at
///
/// A candidate is a plugin whose mode is "shadow" or "canary". Recorded sessions are judged
/// with and without it, and every decision that comes out otherwise is printed with its cause;
/// without FILEs, the audit log says what the candidate made of each action that was decided on.
/// If an action that is held or blocked now would then run, nothing is promoted, unless a person
/// looked at it and named it in the --accept-flips file.
///
/// Then its mode in coldnotch.toml becomes "enforce", and that of the plugin it replaces
/// "shadow"; what watches the file takes that in without a restart. The generation before is
/// kept: `coldnotch plugin rollback` returns to it.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
An --accept-flips file has the flips as they are printed, one a line: `SESSION#STEP FROM->TO`
or `seq SEQ FROM->TO`, and whatever one likes to say after it.

Exit codes: 0 promoted, 5 it would let through what is stopped now, 1 failure.

Examples:
  coldnotch plugin promote refunds-next recordings/*.jsonl --dry-run
  coldnotch plugin promote refunds-next recordings/*.jsonl --accept-flips looked-at.txt
  coldnotch plugin promote refunds-next --replaces refunds --json"
)]
pub(in crate::cli) struct Promote {
    /// The candidate's name in the configuration
    name: String,
    /// Recorded sessions, one JSON object a line [default: what the audit log has]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The plugin whose place it takes [default: the one in force of the same pack, if any]
    #[arg(long, value_name = "NAME")]
    replaces: Option<String>,
    /// Flips that may let through what is stopped now, one a line
    #[arg(long, value_name = "FILE")]
    accept_flips: Option<PathBuf>,
    /// Change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What was looked at.
struct Compared {
    decisions: usize,
    flips: Vec<Flip>,
}

impl Promote {
    pub(super) fn run(
        self,
        load: impl Fn() -> Result<Config, ConfigError>,
        as_json: bool,
    ) -> anyhow::Result<Outcome> {
        let config = load()?;
        let generations = Generations::of(&config)?;
        let accepted = self.accepted()?;
        let candidate = Candidate::of(&config.policy, &self.name, self.replaces.as_deref())?;
        let compared = match self.files.is_empty() {
            true => by_the_log(&config, &candidate)?,
            false => by_replay(&config, &candidate, &self.files)?,
        };
        let stops = |flip: &&Flip| flip.lets_through() && !accepted.has(flip);
        let refused = compared.flips.iter().filter(stops).count();
        let promoted = match refused > 0 || self.dry_run {
            true => None,
            false => Some(promote(&generations, &candidate, &load)?),
        };
        match as_json {
            true => print_json(&candidate, &compared, &accepted, promoted.as_ref()),
            false => print(&candidate, &compared, &accepted, promoted.as_ref()),
        }
        Ok(match refused {
            0 => Outcome::Success,
            _ => Outcome::VerificationFailed,
        })
    }

    fn accepted(&self) -> anyhow::Result<Accepted> {
        let Some(file) = &self.accept_flips else {
            return Ok(Accepted::default());
        };
        let shown = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
        Accepted::parse(&text).map_err(|line| {
            anyhow!("{shown}: line {line}: it names no flip, such as `s-1#3 hold->allow`")
        })
    }
}

/// Judges recorded sessions with and without the candidate.
fn by_replay(
    config: &Config,
    candidate: &Candidate,
    files: &[PathBuf],
) -> anyhow::Result<Compared> {
    let mut recordings = Vec::new();
    for file in files {
        replay::read(file, &mut recordings)?;
    }
    let judged = |policy: &Policy| {
        let mut config = config.clone();
        config.policy = policy.clone();
        config.session.state = None; // what is replayed is nobody's session
        let judge = Judge::open(&config)?;
        replay::judge_all(&judge, &recordings, replay::cores())
    };
    let (before, after) = (judged(&candidate.before)?, judged(&candidate.after)?);
    let decisions = before.iter().map(Vec::len).sum();
    if decisions == 0 {
        bail!("the recordings have no action: nothing says what the candidate would change");
    }
    let mut flips = Vec::new();
    let sessions = recordings.iter().zip(before.iter().zip(&after));
    for (Recording { id, .. }, (before, after)) in sessions {
        for (step, (before, after)) in before.iter().zip(after).enumerate() {
            let kind = &before.action.kind;
            let at = format!("{id}#{step}");
            flips.extend(Flip::between(at, kind, &before.judgement, &after.judgement));
        }
    }
    Ok(Compared { decisions, flips })
}

/// Takes what the audit log has of the candidate for what it would say.
fn by_the_log(config: &Config, candidate: &Candidate) -> anyhow::Result<Compared> {
    let path = &config.audit_path;
    let name = &candidate.name;
    let digest = digest(config, name)?;
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut decisions, mut flips) = (0, Vec::new());
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{}: line {}", path.display(), number + 1);
        let line: Value = serde_json::from_str(&line.with_context(place)?).with_context(place)?;
        if line["kind"] != "decision" {
            continue;
        }
        let opinions = line["plugins"].as_array().map(Vec::as_slice);
        let opinions = opinions.unwrap_or_default();
        let seen = |of: &Value| of["name"] == **name && of["digest"] == *digest;
        if !opinions.iter().any(seen) {
            continue;
        }
        decisions += 1;
        let kind = line["type"].as_str().unwrap_or_default();
        let judged = |policy: &Policy| {
            let asked = policy.plugins.iter().filter_map(|spec| {
                let said = opinions.iter().find(|of| of["name"] == *spec.name)?;
                Some(opinion(said, spec.name == *name, &line))
            });
            combine(&policy.rules, kind, &asked.collect::<Vec<_>>())
        };
        let at = format!("seq {}", line["seq"]);
        flips.extend(Flip::between(
            at,
            kind,
            &judged(&candidate.before),
            &judged(&candidate.after),
        ));
    }
    if decisions == 0 {
        bail!(
            "{} has no decision that '{name}' was asked about as it is now: let it run for a while, or name recorded sessions",
            path.display()
        );
    }
    Ok(Compared { decisions, flips })
}

/// The digest of the candidate's component.
fn digest(config: &Config, name: &str) -> anyhow::Result<String> {
    let (_, listed) = crate::plugins::list(&config.engine, &config.policy)?;
    let found = listed.into_iter().find(|plugin| plugin.name == name);
    Ok(found.map(|plugin| plugin.digest).unwrap_or_default())
}

/// An opinion as the log has it: its reasons are there if it counted.
fn opinion(said: &Value, in_full: bool, line: &Value) -> Opinion {
    let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
    let name = text("name");
    let reasons = line["reasons"].as_array().map(Vec::as_slice);
    let own = reasons.unwrap_or_default().iter();
    let own = own.filter(|reason| reason["plugin"] == *name);
    let reasons = own.map(|reason| crate::verdict::Reason {
        code: reason["code"].as_str().unwrap_or_default().to_owned(),
        message: reason["message"].as_str().unwrap_or_default().to_owned(),
        evidence: Vec::new(),
    });
    let outcome = match (
        &said["risk"],
        Failure::named(&text("outcome"), String::new()),
    ) {
        (_, Some(failure)) => Err(failure),
        (risk, None) => Ok(Assessment {
            risk: risk.as_f64().unwrap_or(1.0),
            verdict: said["verdict"].as_str().and_then(Verdict::named),
            reasons: reasons.collect(),
            labels: Vec::new(),
        }),
    };
    let part = Part::named(said["part"].as_str().unwrap_or("enforce"));
    Opinion {
        plugin: name,
        digest: text("digest").into(),
        outcome,
        part: match in_full {
            true => Part::Full,
            false => part.unwrap_or(Part::Full),
        },
        fuel: 0,
    }
}

/// The generation before and the one now in force.
fn promote(
    generations: &Generations<'_>,
    candidate: &Candidate,
    load: &impl Fn() -> Result<Config, ConfigError>,
) -> anyhow::Result<(String, String)> {
    let change = |plugin: &String, mode| Change {
        plugin: plugin.clone(),
        mode: Some(mode),
        source: None,
    };
    let mut changes = vec![change(&candidate.name, "enforce")];
    let mut by_hand = format!("mode = \"enforce\" for '{}'", candidate.name);
    if let Some(other) = &candidate.replaces {
        changes.push(change(other, "shadow"));
        by_hand.push_str(&format!(", mode = \"shadow\" for '{other}'"));
    }
    let before = generations.keep()?;
    let after = generations.change(&changes, &by_hand, load)?;
    let config = load()?;
    Generations::of(&config)?.keep()?;
    Ok((before, after))
}

fn print(
    candidate: &Candidate,
    compared: &Compared,
    accepted: &Accepted,
    promoted: Option<&(String, String)>,
) {
    for flip in &compared.flips {
        let line = safe(&flip.to_string());
        match (flip.lets_through(), accepted.has(flip)) {
            (true, false) => anstream::println!("{BAD}{line}{BAD:#}"),
            (true, true) => anstream::println!("{line}  {DIM}accepted{DIM:#}"),
            (false, _) => anstream::println!("{CARE}{line}{CARE:#}"),
        }
    }
    let Compared { decisions, flips } = compared;
    let through = flips.iter().filter(|flip| flip.lets_through());
    let refused = through.filter(|flip| !accepted.has(flip)).count();
    let name = &candidate.name;
    let place = match &candidate.replaces {
        Some(other) => format!(" in the place of {other}"),
        None => String::new(),
    };
    anstream::println!(
        "{decisions} decisions, {} otherwise with {name}{place}",
        flips.len()
    );
    match promoted {
        _ if refused > 0 => anstream::println!(
            "{BAD}not promoted{BAD:#}: {refused} would run that are stopped now; whoever accepts them names them in an --accept-flips file"
        ),
        None => anstream::println!("{DIM}nothing was changed{DIM:#}"),
        Some((before, after)) => {
            anstream::println!(
                "{GOOD}promoted{GOOD:#}: {BOLD}{name}{BOLD:#} is in force, generation {after}"
            );
            anstream::println!("{DIM}back: coldnotch plugin rollback {before}{DIM:#}");
        }
    }
}

fn print_json(
    candidate: &Candidate,
    compared: &Compared,
    accepted: &Accepted,
    promoted: Option<&(String, String)>,
) {
    let flip = |flip: &Flip| {
        let mut value = json!(flip);
        value["accepted"] = json!(!flip.lets_through() || accepted.has(flip));
        value
    };
    let flips: Vec<Value> = compared.flips.iter().map(flip).collect();
    anstream::println!(
        "{}",
        json!({
            "candidate": candidate.name, "replaces": candidate.replaces,
            "decisions": compared.decisions, "flips": flips,
            "promoted": promoted.is_some(),
            "before": promoted.map(|(before, _)| before), "generation": promoted.map(|(_, after)| after),
        })
    );
}
