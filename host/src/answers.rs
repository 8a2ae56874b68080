//! What was answered, so that the same question gets the same answer.
//!
//! A client that got no answer sends its action again. Within a session an action's
//! id names one call: the same action under the same id gets the answer that was
//! given, and is neither judged nor recorded again; another action under that id is
//! refused. Answers are kept for a day in a file of their own; what the process did
//! not get to write down before it was killed stands at the end of the audit log and
//! is taken from there.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use crate::action::{Action, ActionDigest};
use crate::database::{PATIENCE, create_private, write_ahead};

/// How long answers are kept, in milliseconds.
const KEEP: u64 = 24 * 3_600_000;
/// How many are kept at most: the newest.
const MOST: u64 = 1_000_000;
/// How often old ones are looked for: each time so many were added.
const EVERY: u64 = 1024;
/// How much of the audit log's end is read.
const TAIL: u64 = 4 << 20;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS answer (
    seq INTEGER PRIMARY KEY,
    session TEXT NOT NULL, action TEXT NOT NULL, digest TEXT NOT NULL,
    approval TEXT, decision TEXT, at INTEGER NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS answer_action ON answer (session, action);
PRAGMA user_version = 1;";

/// Why answers cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    /// The file cannot be opened.
    #[error("cannot open the answers {path}: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file failed.
    #[error("the answers {path} cannot be used: {source}")]
    Store {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

/// What was answered to an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// This, as it went out: final.
    Final(String),
    /// That this approval decides.
    Asked(String),
    /// Another action has this id.
    Other,
}

/// Session and id of an action.
type Name = (String, String);

/// Answers that were given.
#[derive(Debug)]
pub struct Answers {
    path: PathBuf,
    db: Mutex<Connection>,
    added: AtomicU64,
    /// Actions that are being decided, by session and id: one at a time.
    under_way: Mutex<HashMap<Name, Arc<Mutex<()>>>>,
}

impl Answers {
    /// Opens or creates the file; without a path, in memory.
    ///
    /// # Errors
    /// It cannot be used.
    pub fn open(path: Option<&Path>) -> Result<Self, AnswersError> {
        let shown = path.unwrap_or(Path::new(":memory:")).to_owned();
        if let Some(path) = path {
            create_private(path).map_err(|source| AnswersError::Open {
                path: path.to_owned(),
                source,
            })?;
        }
        let open = || {
            let db = match path {
                Some(path) => Connection::open(path)?,
                None => Connection::open_in_memory()?,
            };
            db.busy_timeout(PATIENCE)?;
            if path.is_some() {
                write_ahead(&db)?;
                // The system may lose the newest to a power cut; the audit log has them.
                db.pragma_update(None, "synchronous", "NORMAL")?;
            }
            db.execute_batch(SCHEMA)?;
            Ok(db)
        };
        let db = open().map_err(|source| AnswersError::Store {
            path: shown.clone(),
            source,
        })?;
        Ok(Answers {
            path: shown,
            db: Mutex::new(db),
            added: AtomicU64::new(0),
            under_way: Mutex::default(),
        })
    }

    fn fail(&self, source: rusqlite::Error) -> AnswersError {
        AnswersError::Store {
            path: self.path.clone(),
            source,
        }
    }

    /// Calls this while nobody else decides on the same action of the same session.
    pub fn alone<T>(&self, action: &Action, call: impl FnOnce() -> T) -> T {
        let key = (action.session.clone(), action.id.clone());
        let turn = self
            .under_way
            .lock()
            .entry(key.clone())
            .or_default()
            .clone();
        let guard = turn.lock();
        let done = call();
        drop(guard);
        let mut under_way = self.under_way.lock();
        if Arc::strong_count(&turn) <= 2 {
            under_way.remove(&key); // nobody else waits for it
        }
        done
    }

    /// What was answered to this action before.
    ///
    /// # Errors
    /// The file failed.
    pub fn find(&self, action: &Action) -> Result<Option<Known>, AnswersError> {
        let digest = action.digest().to_string();
        let db = self.db.lock();
        let look = || {
            db.prepare_cached(
                "SELECT digest, approval, decision FROM answer WHERE session = ?1 AND action = ?2",
            )?
            .query_row([&action.session, &action.id], |row| {
                let kept: String = row.get(0)?;
                let (approval, decision): (Option<String>, Option<String>) =
                    (row.get(1)?, row.get(2)?);
                Ok(match (decision, approval) {
                    _ if kept != digest => Some(Known::Other),
                    (Some(decision), _) => Some(Known::Final(decision)),
                    (None, Some(approval)) => Some(Known::Asked(approval)),
                    (None, None) => None,
                })
            })
            .optional()
        };
        Ok(look().map_err(|e| self.fail(e))?.flatten())
    }

    /// Keeps what was answered.
    ///
    /// # Errors
    /// The file failed.
    pub fn keep(
        &self,
        (session, id): (&str, &str),
        digest: ActionDigest,
        known: &Known,
        now: u64,
    ) -> Result<(), AnswersError> {
        self.insert((session, id), &digest.to_string(), known, now)
            .map_err(|e| self.fail(e))
    }

    fn insert(
        &self,
        (session, id): (&str, &str),
        digest: &str,
        known: &Known,
        now: u64,
    ) -> rusqlite::Result<()> {
        let (approval, decision) = match known {
            Known::Final(decision) => (None, Some(decision)),
            Known::Asked(approval) => (Some(approval), None),
            Known::Other => return Ok(()),
        };
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let db = self.db.lock();
        db.prepare_cached(
            "INSERT INTO answer (session, action, digest, approval, decision, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![session, id, digest, approval, decision, now])?;
        if self
            .added
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(EVERY)
        {
            let old = now.saturating_sub_unsigned(KEEP);
            db.prepare_cached(
                "DELETE FROM answer WHERE seq <= (SELECT max(seq) FROM answer) - ?1 OR seq <=
                    (SELECT coalesce(max(seq), 0) FROM (SELECT seq, at FROM answer ORDER BY seq
                     LIMIT 4096) WHERE at < ?2)",
            )?
            .execute(params![i64::try_from(MOST).unwrap_or(i64::MAX), old])?;
        }
        Ok(())
    }

    /// Takes over what the end of an audit log says that is not known here: answers
    /// that were recorded by a process that was killed before it kept them. How many.
    ///
    /// # Errors
    /// The log cannot be read, or the file failed.
    pub fn catch_up(&self, log: &Path, now: u64) -> Result<usize, AnswersError> {
        let lines = tail(log).map_err(|source| AnswersError::Open {
            path: log.to_owned(),
            source,
        })?;
        let mut found = 0;
        for record in lines
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        {
            let text = |key: &str| record[key].as_str().unwrap_or_default();
            // What people answered is in the approvals file.
            if text("kind") != "decision"
                || text("session").is_empty()
                || record["approval"].is_object()
            {
                continue;
            }
            let known = Known::Final(answer_of(&record).to_string());
            let digest = text("action_digest");
            self.insert((text("session"), text("id")), digest, &known, now)
                .map_err(|e| self.fail(e))?;
            found += 1;
        }
        Ok(found)
    }
}

/// The answer that a record stands for. Evidence is not recorded.
fn answer_of(record: &Value) -> Value {
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

/// The end of a file; nothing where there is none.
fn tail(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(id: &str, summary: &str) -> Action {
        Action {
            session: "s".to_owned(),
            id: id.to_owned(),
            summary: summary.to_owned(),
            ..Action::new("pay")
        }
    }

    #[test]
    fn the_same_action_gets_the_same_answer_and_another_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.db");
        let (one, asked) = (action("1", "a"), action("2", "a"));
        let answers = Answers::open(Some(&path)).unwrap();
        assert_eq!(answers.find(&one).unwrap(), None);
        let keep = |action: &Action, known: Known| {
            let name = (action.session.as_str(), action.id.as_str());
            answers.keep(name, action.digest(), &known, 5).unwrap();
        };
        keep(&one, Known::Final("{}".into()));
        keep(&one, Known::Final("later".into())); // the first stands
        keep(&asked, Known::Asked("apr".into()));
        let answers = Answers::open(Some(&path)).unwrap();
        assert_eq!(answers.find(&one).unwrap(), Some(Known::Final("{}".into())));
        assert_eq!(
            answers.find(&asked).unwrap(),
            Some(Known::Asked("apr".into()))
        );
        assert_eq!(answers.find(&action("1", "b")).unwrap(), Some(Known::Other));
    }

    #[test]
    fn old_answers_go() {
        let answers = Answers::open(None).unwrap();
        let count = || -> i64 {
            let db = answers.db.lock();
            db.query_row("SELECT count(*) FROM answer", [], |row| row.get(0))
                .unwrap()
        };
        let known = Known::Final("{}".into());
        let digest = action("", "").digest();
        (0..EVERY).for_each(|n| {
            answers
                .keep(("s", &n.to_string()), digest, &known, 1)
                .unwrap()
        });
        assert_eq!(count(), i64::try_from(EVERY).unwrap());
        answers
            .keep(("s", "new"), digest, &known, KEEP + 2)
            .unwrap();
        assert_eq!(count(), 1);
    }

    #[test]
    fn what_only_the_log_has_is_taken_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let one = action("1", "a");
        let line = |kind: &str, id: &str, approval: Value| {
            json!({"kind": kind, "session": "s", "id": id, "decision": "allow", "approved": true,
                "action_digest": one.digest().to_string(), "approval": approval, "seq": 7,
                "reasons": [{"plugin": "p", "code": "c", "message": "m"}]})
        };
        let text = [
            "torn\":1}".to_owned(),
            line("decision", "1", Value::Null).to_string(),
            line("hold", "2", Value::Null).to_string(),
            line("decision", "3", json!({"id": "apr"})).to_string(),
        ];
        std::fs::write(&log, text.join("\n")).unwrap();
        let answers = Answers::open(None).unwrap();
        assert_eq!(answers.catch_up(&log, 1).unwrap(), 1);
        let Some(Known::Final(answer)) = answers.find(&one).unwrap() else {
            panic!("known")
        };
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(
            (&answer["seq"], &answer["approved"]),
            (&json!(7), &json!(true))
        );
        assert_eq!(answer["reasons"][0]["evidence"], json!([]));
        assert_eq!(answers.find(&action("2", "a")).unwrap(), None);
        assert_eq!(answers.catch_up(&folder.path().join("none"), 1).unwrap(), 0);
    }
}
