//! What the audit log says was answered.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use serde_json::{Value, json};

use super::Name;

/// An answer that was recorded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Recorded {
    pub(super) name: Name,
    pub(super) digest: String,
    /// The decision, as it went out.
    pub(super) decision: String,
}

/// The length of a log; 0 where there is none.
pub(super) fn length(log: &Path) -> u64 {
    log.metadata().map_or(0, |found| found.len())
}

/// Calls this with every answer that was recorded from this place of a log on. What
/// people answered is not among them: that is in the approvals file.
pub(super) fn each<E: From<io::Error>>(
    log: &Path,
    from: u64,
    mut call: impl FnMut(Recorded) -> Result<(), E>,
) -> Result<(), E> {
    let mut file = match File::open(log) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e.into()),
    };
    file.seek(SeekFrom::Start(from))?;
    for line in BufReader::new(file).split(b'\n') {
        // The first may be half a line, the last one torn.
        if let Some(recorded) = serde_json::from_slice(&line?).ok().and_then(recorded) {
            call(recorded)?;
        }
    }
    Ok(())
}

fn recorded(record: Value) -> Option<Recorded> {
    let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
    let ours = text("kind") == "decision"
        && !text("session").is_empty()
        && !record["approval"].is_object();
    ours.then(|| Recorded {
        name: (text("session"), text("id")),
        digest: text("action_digest"),
        decision: decision(&record).to_string(),
    })
}

/// The answer that a record stands for. Evidence is not recorded.
fn decision(record: &Value) -> Value {
    let reasons = record["reasons"].as_array().cloned().unwrap_or_default();
    let with_evidence = |mut reason: Value| {
        reason["evidence"] = json!([]);
        reason
    };
    json!({
        "id": record["id"], "decision": record["decision"], "reason": record["reason"],
        "risk": record["risk"], "labels": record["labels"], "approved": record["approved"],
        "approval_id": null,
        "reasons": reasons.into_iter().map(with_evidence).collect::<Vec<_>>(),
        "generation": record["generation"], "action_digest": record["action_digest"],
        "seq": record["seq"], "latency_us": record["latency_us"],
    })
}
