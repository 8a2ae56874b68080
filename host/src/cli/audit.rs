//! `coldnotch audit verify|tail`

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use clap::Subcommand;
use serde_json::{Value, json};

use super::Outcome;
use super::style::{self, BAD, BOLD, CARE, DIM, GOOD, safe};
use crate::audit::{self, AuditError, Follow, Report};
use crate::config::{Config, ConfigError};
use crate::verdict::Verdict;

/// How often `tail --follow` looks for new lines.
const LOOK: Duration = Duration::from_millis(200);

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Walks the whole log and checks that nothing in it was changed
    #[command(
        after_help = "Exit codes: 0 the log is whole, 5 it is damaged, 1 it cannot be read.\n\n\
It cannot see that whole lines are missing at the end: keep the last hash it prints elsewhere.\n\n\
Examples:\n  coldnotch audit verify\n  coldnotch audit verify /var/log/coldnotch/audit.jsonl --json"
    )]
    Verify {
        /// The log [default: $COLDNOTCH_AUDIT or the configuration's]
        file: Option<PathBuf>,
    },
    /// Shows the newest records readably
    #[command(
        after_help = "With --json the records are printed as they stand in the log, one a line.\n\n\
Examples:\n  coldnotch audit tail --follow\n  coldnotch audit tail -n 100 --json"
    )]
    Tail {
        /// The log [default: $COLDNOTCH_AUDIT or the configuration's]
        file: Option<PathBuf>,
        /// How many records
        #[arg(short = 'n', long, default_value_t = 10)]
        lines: usize,
        /// Go on as records arrive
        #[arg(short, long)]
        follow: bool,
    },
}

impl Audit {
    pub(super) fn run(
        self,
        config: impl FnOnce() -> Result<Config, ConfigError>,
        json: bool,
    ) -> anyhow::Result<Outcome> {
        let (Audit::Verify { file } | Audit::Tail { file, .. }) = &self;
        // With a file named no configuration is needed, so a broken one is no obstacle.
        let path = match file {
            Some(file) => file.clone(),
            None => config()?.audit_path,
        };
        if path.try_exists().is_ok_and(|exists| !exists) {
            bail!(
                "there is no audit log '{}'; give its path, or set COLDNOTCH_AUDIT",
                path.display()
            );
        }
        match self {
            Audit::Verify { .. } => verify(&path, json),
            Audit::Tail { lines, follow, .. } => {
                tail(&path, lines, follow, json)?;
                Ok(Outcome::Success)
            }
        }
    }
}

fn verify(path: &Path, as_json: bool) -> anyhow::Result<Outcome> {
    match audit::verify(path) {
        Ok(report) if as_json => {
            let Report {
                lines,
                legacy,
                bytes,
                first_ts,
                last_ts,
                last_hash,
                kinds,
            } = report;
            anstream::println!(
                "{}",
                json!({"ok": true, "file": path.display().to_string(), "lines": lines, "legacy": legacy, "bytes": bytes,
                    "first_ts": first_ts, "last_ts": last_ts, "last_hash": last_hash, "kinds": kinds})
            );
            Ok(Outcome::Success)
        }
        Ok(report) => {
            print_report(path, &report);
            Ok(Outcome::Success)
        }
        Err(AuditError::Damaged { damage, .. }) => {
            let what = safe(&damage.to_string());
            if as_json {
                let place = json!({"line": damage.line, "offset": damage.offset});
                anstream::println!(
                    "{}",
                    json!({"ok": false, "file": path.display().to_string(), "damage": what, "at": place})
                );
            } else {
                anstream::println!("{BAD}damaged{BAD:#} {}: {what}", path.display());
            }
            Ok(Outcome::VerificationFailed)
        }
        Err(e) => Err(e.into()),
    }
}

fn print_report(path: &Path, report: &Report) {
    let kinds: Vec<String> = report
        .kinds
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    anstream::println!(
        "{GOOD}whole{GOOD:#} {}: {} lines ({})",
        path.display(),
        report.lines,
        kinds.join(", ")
    );
    if report.legacy > 0 {
        let legacy = report.legacy;
        anstream::println!(
            "{CARE}note{CARE:#} the first {legacy} were written by 0.0.1; only the last of them is covered"
        );
    }
    if let (Some(first), Some(last)) = (&report.first_ts, &report.last_ts) {
        anstream::println!("{DIM}from {} to {}{DIM:#}", safe(first), safe(last));
    }
    anstream::println!("{DIM}last line sha256:{}{DIM:#}", report.last_hash);
}

fn tail(path: &Path, count: usize, follow: bool, as_json: bool) -> anyhow::Result<()> {
    let mut lines = Follow::last(path, count)?;
    loop {
        for line in lines.next_batch()? {
            if as_json {
                anstream::println!("{line}");
            } else {
                anstream::println!("{}", shown(&line));
            }
        }
        if !follow {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
}

/// One record as a person reads it.
pub(super) fn shown(line: &str) -> String {
    let Ok(record) = serde_json::from_str::<Value>(line) else {
        return format!("{BAD}not a record:{BAD:#} {}", safe(line));
    };
    let text = |key: &str| safe(record[key].as_str().unwrap_or_default());
    let time = text("ts");
    let seq = record["seq"]
        .as_u64()
        .map(|seq| format!("#{seq} "))
        .unwrap_or_default();
    let head = format!("{DIM}{seq}{}{DIM:#}", time.get(..19).unwrap_or(&time));
    match record["kind"].as_str().unwrap_or("decision") {
        "decision" | "hold" => format!("{head} {}", decision(&record)),
        "observation" => {
            let bytes = record["output_bytes"].as_u64().unwrap_or(0);
            format!(
                "{head} {DIM}output of {} ({bytes} bytes){DIM:#}",
                text("id")
            )
        }
        "swap" => format!(
            "{head} {BOLD}swap{BOLD:#} {} → {}",
            text("previous"),
            text("generation")
        ),
        "grant" => {
            let words = record["words"].as_array().into_iter().flatten();
            let words: Vec<&str> = words.filter_map(Value::as_str).collect();
            format!(
                "{head} {BOLD}grant{BOLD:#} {} {} by {} {DIM}{} by {}: {}{DIM:#}",
                text("what"),
                text("grant"),
                text("by"),
                text("type"),
                text("agent"),
                safe(&words.join(" "))
            )
        }
        "recovery" => format!("{head} {CARE}recovery{CARE:#} {}", text("reason")),
        other => format!("{head} {}", safe(other)),
    }
}

fn decision(record: &Value) -> String {
    let text = |key: &str| safe(record[key].as_str().unwrap_or_default());
    let word = record["decision"].as_str().and_then(Verdict::named);
    let verdict = word.map_or_else(|| text("decision"), style::verdict);
    let by = record["approval"]["by"]
        .as_str()
        .map(|by| format!(" by {}", safe(by)))
        .unwrap_or_default();
    // Logs of earlier versions do not tell a refusal from a time that ran out.
    let ended = match record["approval"]["state"].as_str() {
        Some("approved") => "did not run,", // judged again
        Some(state) => state,
        None => "refused",
    };
    let end = match (word, record["approved"].as_bool()) {
        (Some(Verdict::Hold), Some(true)) => format!(" {GOOD}approved{by}{GOOD:#}"),
        (Some(Verdict::Hold), Some(false)) => format!(" {BAD}{ended}{by}{BAD:#}"),
        (Some(Verdict::Hold), None) => format!(" {CARE}asked{CARE:#}"),
        _ => String::new(),
    };
    let summary = text("summary");
    let summary = if summary.is_empty() {
        summary
    } else {
        format!(" “{summary}”")
    };
    let reason = text("reason");
    format!(
        "{verdict}{end} {BOLD}{}{BOLD:#} by {}{summary} {DIM}{reason}{DIM:#}",
        text("type"),
        text("agent")
    )
}
