//! Entries and files for the tests of this module.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::action::ActionDigest;
use crate::verdict::Verdict;

use super::{AuditError, Damage, Durability, Entry, Judged, Log, Recovery};

pub(super) const NOW: SystemTime = UNIX_EPOCH;

pub(super) fn judged(summary: &str) -> Judged<'_> {
    Judged {
        at: NOW,
        agent: "support-bot",
        kind: "send_email",
        summary,
        verdict: Verdict::Hold,
        reason: "risky",
        risk: 0.6,
        session: "s-42",
        id: "call-7",
        action_digest: ActionDigest([0; 32]),
        generation: "g1",
        plugins: &[],
        labels: &[],
        reasons: &[],
        latency_us: 31,
    }
}

pub(super) fn open(path: &Path) -> Log {
    Log::open(path, Durability::Record, NOW).unwrap().log
}

/// Opens, and gives what had to be put right.
pub(super) fn recoveries(path: &Path) -> Vec<Recovery> {
    Log::open(path, Durability::Record, NOW).unwrap().recoveries
}

pub(super) fn record(log: &Log, summary: &str) -> Result<u64, AuditError> {
    let judged = judged(summary);
    log.append(&Entry::Decision {
        judged: &judged,
        approved: true,
        approval: None,
    })
}

/// A new log with these summaries, closed again.
pub(super) fn written(path: &Path, summaries: &[&str]) {
    let log = open(path);
    for summary in summaries {
        record(&log, summary).unwrap();
    }
}

/// The lines of the file with their newlines.
pub(super) fn lines(path: &Path) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(path).unwrap();
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

pub(super) fn parse(line: &[u8]) -> Value {
    serde_json::from_slice(line).unwrap()
}

/// The `summary` of every line; the `kind` of those without one.
pub(super) fn story(path: &Path) -> Vec<String> {
    let word = |line: &Vec<u8>| {
        let line = parse(line);
        let word = line["summary"].as_str().or(line["kind"].as_str());
        word.unwrap().to_owned()
    };
    lines(path).iter().map(word).collect()
}

#[track_caller]
pub(super) fn damage<T: std::fmt::Debug>(result: Result<T, AuditError>) -> Damage {
    match result {
        Err(AuditError::Damaged { damage, .. }) => damage,
        other => panic!("expected damage, got {other:?}"),
    }
}

/// The first error behind a poisoned log.
#[track_caller]
pub(super) fn cause<T: std::fmt::Debug>(
    result: Result<T, AuditError>,
) -> std::sync::Arc<AuditError> {
    match result {
        Err(AuditError::Poisoned { cause }) => cause,
        other => panic!("expected a poisoned log, got {other:?}"),
    }
}

/// Two lines as coldnotch 0.0.1 wrote them.
pub(super) const LEGACY: &str = concat!(
    r#"{"ts": "2026-07-02T09:41:03.187000+00:00", "agent": "unknown", "type": "noop", "summary": "é","#,
    r#" "decision": "allow", "reason": "allowed by policy", "risk": 0.0, "approved": true}"#,
    "\n",
    r#"{"ts": "2026-07-02T09:41:04+00:00", "agent": "unknown", "type": "exec_shell", "summary": "","#,
    r#" "decision": "block", "reason": "type blocked", "risk": 1.0, "approved": false}"#,
    "\n",
);
