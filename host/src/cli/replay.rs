//! `coldnotch replay`

mod report;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::Value;

use super::Outcome;

use crate::action::{Action, Observation};
use crate::config::Config;
use crate::json::Object;
use crate::judge::Judge;
use crate::recording::{Label, RecordedStep, Recording};
use crate::verdict::Judged;
use report::Report;

/// Judges recorded sessions again and counts what would have happened
///
/// Every step is judged in order, with the recorded outputs as history. Nothing
/// is approved, nothing runs, nothing is written to the audit log.
///
/// A line of a file is one session:
///
///   {"id":"s-1","intent":"Pay invoice 7","kind":"benign","category":"money",
///    "steps":[{"type":"read_invoice","payload":{"id":7},"output":"IBAN …","label":"benign"}]}
///
/// `kind` (benign, attack), `category`, `label` (benign, harmful, unknown) and
/// `harm_step` are optional; without them sessions are judged and not counted.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
An attack is stopped when a harmful step up to harm_step (the last one at which the harm can
still be stopped; by default the last harmful one) is held or blocked.

Examples:
  coldnotch replay recordings/*.jsonl
  coldnotch replay sessions.jsonl --verdicts verdicts.jsonl
  coldnotch --config stricter.toml replay sessions.jsonl --json"
)]
pub(super) struct Replay {
    /// Recorded sessions, one JSON object a line
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write one line a step: session, step, type, label, decision, risk, reason
    #[arg(long, value_name = "OUT")]
    verdicts: Option<PathBuf>,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

impl Replay {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        let mut recordings = Vec::new();
        for file in &self.files {
            read(file, &mut recordings)?;
        }
        let mut config = config.clone();
        config.session.state = None; // what is replayed is nobody's session
        let judge = Judge::open(&config)?;
        let jobs = self.jobs.unwrap_or_else(cores).max(1);
        let results = judge_all(&judge, &recordings, jobs)?;
        if let Some(out) = &self.verdicts {
            write_verdicts(out, &recordings, &results)
                .with_context(|| format!("cannot write {}", out.display()))?;
        }
        let report = Report::of(&recordings, &results);
        if as_json {
            anstream::println!("{}", report.json())
        } else {
            report.print()
        }
        Ok(Outcome::Success)
    }
}

/// How many threads judge, where nobody says.
pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Adds the recorded sessions of a file.
pub(super) fn read(path: &Path, recordings: &mut Vec<Recording>) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{}: line {}", path.display(), number + 1);
        let line = line.with_context(place)?;
        if !line.trim().is_empty() {
            let recording = serde_json::from_str(&line)
                .map_err(|e| anyhow!("{}, {}", place(), without_line(&e)))?;
            recordings.push(recording);
        }
    }
    Ok(())
}

/// The message without its line, which is always the first.
fn without_line(e: &serde_json::Error) -> String {
    let (message, column) = (e.to_string(), e.column());
    let place = format!(" at line {} column {column}", e.line());
    let what = message.strip_suffix(&place).unwrap_or(&message);
    format!("column {column}: {what}")
}

/// Judges all sessions, in parallel; the steps of one in order.
pub(super) fn judge_all(
    judge: &Judge,
    recordings: &[Recording],
    jobs: usize,
) -> anyhow::Result<Vec<Vec<Judged>>> {
    let bar = ProgressBar::new(recordings.len() as u64); // hidden where stderr is no terminal
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} sessions, {eta} left") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(recording) = recordings.get(at) else {
                return Ok(done);
            };
            done.push((at, judge_session(judge, at, recording)?));
            bar.inc(1);
        }
    };
    let workers = thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join())
            .collect::<Vec<_>>()
    });
    bar.finish_and_clear();
    let mut all = Vec::new();
    for worker in workers {
        match worker {
            Ok(done) => all.extend(done.map_err(|e: anyhow::Error| e)?),
            Err(_) => bail!("a replay thread died; report this as a bug"),
        }
    }
    all.sort_unstable_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, judged)| judged).collect())
}

fn judge_session(judge: &Judge, at: usize, recording: &Recording) -> anyhow::Result<Vec<Judged>> {
    let mut judged = Vec::with_capacity(recording.steps.len());
    // Ids of different files may be the same; these are not.
    let session = format!("replay-{at}");
    for (index, step) in recording.steps.iter().enumerate() {
        let place = || format!("session '{}', step {index}", recording.id);
        judged.push(judge.judge(action(&session, index, recording, step).with_context(place)?));
        if let Some(output) = &step.output {
            let (session, id) = (session.clone(), index.to_string());
            let seen = Observation {
                session,
                id,
                output: output.clone(),
                succeeded: None,
            };
            judge.observe(&seen).with_context(place)?;
        }
    }
    Ok(judged)
}

fn action(
    session: &str,
    index: usize,
    recording: &Recording,
    step: &RecordedStep,
) -> anyhow::Result<Action> {
    let payload = Value::from(step.payload.clone());
    Ok(Action {
        id: index.to_string(),
        session: session.to_owned(),
        agent: recording.agent.clone(),
        summary: step.summary.clone(),
        payload: Object::parse(payload.to_string().as_bytes())?,
        intent: recording.intent.clone().filter(|intent| !intent.is_empty()),
        ..Action::new(&*step.kind)
    })
}

/// A line of `--verdicts`.
#[derive(Serialize)]
struct VerdictLine<'a> {
    session: &'a str,
    step: usize,
    #[serde(rename = "type")]
    kind: &'a str,
    label: Option<Label>,
    decision: &'a str,
    risk: f64,
    reason: &'a str,
}

fn write_verdicts(
    path: &Path,
    recordings: &[Recording],
    results: &[Vec<Judged>],
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for (recording, judged) in recordings.iter().zip(results) {
        for (index, (step, judged)) in recording.steps.iter().zip(judged).enumerate() {
            let line = VerdictLine {
                session: &recording.id,
                step: index,
                kind: &step.kind,
                label: step.label,
                decision: judged.judgement.verdict.as_str(),
                risk: judged.judgement.risk,
                reason: &judged.judgement.reason,
            };
            serde_json::to_writer(&mut out, &line)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(())
}
