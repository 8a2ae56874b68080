//! The state file: sessions in SQLite, shared between processes.
//!
//! Each session has a version that every change raises. A process writes only
//! on top of the version it has seen ([`SessionError::Conflict`] otherwise), so
//! two processes deciding in one session cannot overlook each other, and no
//! lock is held while a scorer runs or a human thinks.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params,
};

use super::{Session, SessionError};
use crate::action::Action;
use crate::database::{FileId, PATIENCE, create_private, file_id, write_ahead_relaxed};
use crate::history::{History, Limits, Output, Step};
use crate::json::Object;
use crate::notes::{Folded, Notes, PluginId};
use crate::verdict::Verdict;

/// The schema's version, kept in `user_version`.
const SCHEMA: i64 = 2;

const CREATE: &str = "
    CREATE TABLE sessions (id TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE steps (
        session TEXT NOT NULL, step INTEGER NOT NULL,
        id TEXT NOT NULL, agent TEXT NOT NULL, type TEXT NOT NULL, summary TEXT NOT NULL,
        payload TEXT NOT NULL, intent TEXT, context TEXT NOT NULL, at INTEGER NOT NULL,
        verdict TEXT NOT NULL, risk REAL NOT NULL, labels TEXT NOT NULL,
        approved INTEGER, succeeded INTEGER, output TEXT, observed INTEGER,
        truncated INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (session, step)) WITHOUT ROWID;
    CREATE TABLE notes (
        session TEXT NOT NULL, plugin BLOB NOT NULL, data BLOB NOT NULL, complete INTEGER NOT NULL,
        read INTEGER NOT NULL, failure TEXT,
        PRIMARY KEY (session, plugin)) WITHOUT ROWID;
    PRAGMA user_version = 2;";

/// From version 1, which forgot that an output had been cut.
const UPGRADE_1: &str = "
    ALTER TABLE steps ADD COLUMN truncated INTEGER NOT NULL DEFAULT 0;
    PRAGMA user_version = 2;";

/// What of a session is new.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// A step was added or has changed.
    Step(u32),
    /// A plugin's notes have changed.
    Notes(PluginId),
}

/// The most outputs a session can have had; more is no session of ours.
const MAX_OUTPUTS: i64 = 1 << 24;

/// An open state file.
pub(super) struct State {
    path: PathBuf,
    /// Which file it is, whatever its name.
    file: Option<FileId>,
    db: Mutex<Connection>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl State {
    /// Opens or creates the file. From then on a call waits for other processes
    /// for as long as `patience`.
    pub(super) fn open(path: &Path, patience: Duration) -> Result<Self, SessionError> {
        let fail = |source| failed(path, source);
        create_private(path).map_err(|source| SessionError::Open {
            path: path.to_owned(),
            source,
        })?;
        let file = file_id(path);
        let mut db = Connection::open(path).map_err(fail)?;
        db.busy_timeout(PATIENCE).map_err(fail)?;
        write_ahead_relaxed(&db).map_err(fail)?;
        let found = migrate(&mut db).map_err(fail)?;
        if found > SCHEMA {
            let what = format!("its schema is version {found}, this program knows {SCHEMA}");
            return Err(damage(path, what));
        }
        db.busy_timeout(patience).map_err(fail)?;
        Ok(State {
            path: path.to_owned(),
            file,
            db: Mutex::new(db),
        })
    }

    fn fail(&self, source: rusqlite::Error) -> SessionError {
        failed(&self.path, source)
    }

    /// Loads the session again if another process has changed it.
    pub(super) fn refresh(
        &self,
        session: &mut Session,
        limits: &Limits,
    ) -> Result<(), SessionError> {
        if file_id(&self.path) != self.file {
            return Err(SessionError::Replaced {
                path: self.path.clone(),
            });
        }
        let mut db = self.db.lock();
        let tx = db.transaction().map_err(|e| self.fail(e))?;
        let version = version(&tx, &session.id).map_err(|e| self.fail(e))?;
        if version != session.version {
            let loaded = load(&tx, &session.id, version, limits);
            *session = loaded.map_err(|e| self.fail(e))?;
        }
        Ok(())
    }

    /// Writes the session's newest change.
    pub(super) fn save(&self, session: &mut Session, change: &Change) -> Result<(), SessionError> {
        let mut db = self.db.lock();
        let tx = db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|e| self.fail(e))?;
        if version(&tx, &session.id).map_err(|e| self.fail(e))? != session.version {
            return Err(SessionError::Conflict);
        }
        write(&tx, session, change)
            .and_then(|()| tx.commit())
            .map_err(|e| self.fail(e))?;
        session.version += 1;
        Ok(())
    }
}

/// What SQLite said, and whether the way out is another file.
fn failed(path: &Path, source: rusqlite::Error) -> SessionError {
    use rusqlite::Error::{FromSqlConversionFailure, InvalidColumnType};
    let broken = matches!(
        source.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    );
    match source {
        FromSqlConversionFailure(..) | InvalidColumnType(..) => damage(path, source.to_string()),
        _ if broken => damage(path, source.to_string()),
        source => SessionError::State {
            path: path.to_owned(),
            source,
        },
    }
}

fn damage(path: &Path, what: String) -> SessionError {
    SessionError::Damaged {
        path: path.to_owned(),
        what,
    }
}

/// Brings the schema up to date; the version found when it is newer than ours.
fn migrate(db: &mut Connection) -> rusqlite::Result<i64> {
    let version =
        |db: &Connection| db.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    if version(db)? >= SCHEMA {
        return version(db);
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match version(&tx)? {
        0 => tx.execute_batch(CREATE)?,
        1 => tx.execute_batch(UPGRADE_1)?,
        _ => {} // another process was first
    }
    tx.commit()?;
    Ok(SCHEMA)
}

fn version(tx: &Transaction<'_>, session: &str) -> rusqlite::Result<i64> {
    let mut select = tx.prepare_cached("SELECT version FROM sessions WHERE id = ?1")?;
    Ok(select
        .query_row([session], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

fn write(tx: &Transaction<'_>, session: &Session, change: &Change) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO sessions (id, version) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET version = ?2")?
        .execute(params![session.id, session.version + 1])?;
    match change {
        Change::Notes(plugin) => write_notes(tx, session, plugin)?,
        Change::Step(index) => {
            if let Some(step) = session.history.step(*index) {
                write_step(tx, session, step)?;
            }
            let first = session.history.first();
            if first > 0 {
                tx.prepare_cached("DELETE FROM steps WHERE session = ?1 AND step < ?2")?
                    .execute(params![session.id, first])?;
            }
        }
    }
    Ok(())
}

fn write_notes(tx: &Transaction<'_>, session: &Session, plugin: &PluginId) -> rusqlite::Result<()> {
    let Some(folded) = session.notes.get(plugin) else {
        return Ok(());
    };
    tx.prepare_cached("INSERT OR REPLACE INTO notes VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![
            session.id,
            &plugin.0[..],
            folded.notes.data,
            folded.notes.complete,
            i64::try_from(folded.read).unwrap_or(i64::MAX),
            folded.failure,
        ])?;
    Ok(())
}

fn write_step(tx: &Transaction<'_>, session: &Session, step: &Step) -> rusqlite::Result<()> {
    let action = &step.action;
    let output = match &step.output {
        Output::Kept(text) | Output::Truncated(text) => Some(&**text),
        Output::Absent | Output::Dropped => None,
    };
    let observed = session
        .observed
        .iter()
        .position(|s| *s == step.index)
        .map(|at| at as i64);
    let labels = serde_json::Value::from(step.labels.clone()).to_string();
    tx.prepare_cached(
        "INSERT OR REPLACE INTO steps VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18)",
    )?
    .execute(params![
        session.id,
        step.index,
        action.id,
        action.agent,
        action.kind,
        action.summary,
        action.payload.text(),
        action.intent,
        action.context.text(),
        i64::try_from(action.at).unwrap_or(i64::MAX),
        step.verdict.as_str(),
        step.risk,
        labels,
        step.approved,
        step.succeeded,
        output,
        observed,
        matches!(step.output, Output::Truncated(_)),
    ])?;
    Ok(())
}

/// Rebuilds a session by doing again what was done.
fn load(
    tx: &Transaction<'_>,
    id: &str,
    version: i64,
    limits: &Limits,
) -> rusqlite::Result<Session> {
    let mut session = Session {
        version,
        ..Session::new(id, limits)
    };
    let mut select = tx.prepare_cached("SELECT * FROM steps WHERE session = ?1 ORDER BY step")?;
    let rows = select
        .query_map([id], read_step)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let first = rows.first().map_or(0, |row| row.index);
    let mut history = History::starting_at(*limits, first);
    let mut outputs = Vec::new();
    for row in rows {
        if let Some(intent) = &row.action.intent {
            history.set_intent(intent);
        }
        let index = history.push(Arc::new(row.action), row.verdict, row.risk, row.labels);
        history.settle(index, row.approved);
        if let Some(observed) = row.observed {
            outputs.push((observed, index, row.output, row.succeeded));
        }
    }
    outputs.sort_unstable_by_key(|(observed, ..)| *observed);
    for (observed, index, output, succeeded) in outputs {
        history.restore(index, &output, succeeded);
        // Outputs of dropped steps leave gaps, which nobody reads any more.
        let place = observed.clamp(0, MAX_OUTPUTS);
        session
            .observed
            .resize(usize::try_from(place).unwrap_or(0), u32::MAX);
        session.observed.push(index);
    }
    session.history = Arc::new(history);
    let mut select = tx.prepare_cached(
        "SELECT plugin, data, complete, read, failure FROM notes WHERE session = ?1",
    )?;
    session.notes = select
        .query_map([id], read_notes)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(session)
}

struct StepRow {
    index: u32,
    action: Action,
    verdict: Verdict,
    risk: f64,
    labels: Vec<String>,
    approved: Option<bool>,
    succeeded: Option<bool>,
    /// What it is if anything was observed.
    output: Output,
    observed: Option<i64>,
}

fn read_step(row: &Row<'_>) -> rusqlite::Result<StepRow> {
    let object = |column: &str| {
        let text: String = row.get(column)?;
        Object::parse(text.as_bytes()).map_err(|e| damaged(column, e))
    };
    let output = match row.get::<_, Option<String>>("output")? {
        None => Output::Dropped,
        Some(text) if row.get("truncated")? => Output::Truncated(text.into()),
        Some(text) => Output::Kept(text.into()),
    };
    let verdict: String = row.get("verdict")?;
    let labels: String = row.get("labels")?;
    Ok(StepRow {
        index: row.get("step")?,
        action: Action {
            id: row.get("id")?,
            session: row.get("session")?,
            agent: row.get("agent")?,
            kind: row.get("type")?,
            summary: row.get("summary")?,
            payload: object("payload")?,
            intent: row.get("intent")?,
            context: object("context")?,
            at: u64::try_from(row.get::<_, i64>("at")?).unwrap_or(0),
        },
        verdict: Verdict::named(&verdict)
            .ok_or_else(|| damaged("verdict", format!("'{verdict}'")))?,
        risk: row.get("risk")?,
        labels: serde_json::from_str(&labels).map_err(|e| damaged("labels", e))?,
        approved: row.get("approved")?,
        succeeded: row.get("succeeded")?,
        output,
        observed: row.get("observed")?,
    })
}

fn read_notes(row: &Row<'_>) -> rusqlite::Result<(PluginId, Folded)> {
    let plugin: [u8; 32] = row.get("plugin")?;
    let notes = Notes {
        data: row.get("data")?,
        complete: row.get("complete")?,
    };
    let read = u64::try_from(row.get::<_, i64>("read")?).unwrap_or(0);
    Ok((
        PluginId(plugin),
        Folded {
            notes,
            read,
            failure: row.get("failure")?,
        },
    ))
}

fn damaged(
    column: &str,
    e: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    let what = format!("{column}: {}", e.into());
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, what.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema of version 1, with a session of two steps.
    const VERSION_1: &str = r#"
        CREATE TABLE sessions (id TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE steps (
            session TEXT NOT NULL, step INTEGER NOT NULL,
            id TEXT NOT NULL, agent TEXT NOT NULL, type TEXT NOT NULL, summary TEXT NOT NULL,
            payload TEXT NOT NULL, intent TEXT, context TEXT NOT NULL, at INTEGER NOT NULL,
            verdict TEXT NOT NULL, risk REAL NOT NULL, labels TEXT NOT NULL,
            approved INTEGER, succeeded INTEGER, output TEXT, observed INTEGER,
            PRIMARY KEY (session, step)) WITHOUT ROWID;
        CREATE TABLE notes (
            session TEXT NOT NULL, plugin BLOB NOT NULL, data BLOB NOT NULL, complete INTEGER NOT NULL,
            read INTEGER NOT NULL, failure TEXT,
            PRIMARY KEY (session, plugin)) WITHOUT ROWID;
        INSERT INTO sessions VALUES ('s', 3);
        INSERT INTO steps VALUES ('s', 0, 'a', 'bot', 'note', 'one', '{"n":1}', 'do it', '{}', 7,
            'hold', 0.5, '["seen"]', 1, 1, 'what it returned', 0);
        INSERT INTO steps VALUES ('s', 1, 'b', 'bot', 'note', '', '{}', NULL, '{}', 8,
            'allow', 0.0, '[]', NULL, NULL, NULL, NULL);
        INSERT INTO notes VALUES ('s', zeroblob(32), x'01', 1, 1, NULL);
        PRAGMA user_version = 1;"#;

    fn opened(path: &Path) -> (State, Session) {
        let limits = Limits::default();
        let state = State::open(path, PATIENCE).unwrap();
        let mut session = Session::new("s", &limits);
        state.refresh(&mut session, &limits).unwrap();
        (state, session)
    }

    #[test]
    fn a_file_of_version_1_is_brought_up_to_date_with_all_that_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let db = Connection::open(&path).unwrap();
        db.execute_batch(VERSION_1).unwrap();
        drop(db);
        let (state, mut session) = opened(&path);
        let step = session.history.step(0).unwrap().clone();
        assert_eq!((&*step.action.id, step.action.at), ("a", 7));
        assert_eq!((step.verdict, step.approved), (Verdict::Hold, Some(true)));
        assert_eq!(step.labels, ["seen"]);
        assert_eq!(step.output, Output::Kept("what it returned".into()));
        assert_eq!(session.history.intent(), Some("do it"));
        assert_eq!((session.history.len(), session.version), (2, 3));
        assert_eq!(session.notes[&PluginId([0; 32])].notes.data, [1]);

        // And what version 1 had no place for is kept from now on.
        let history = Arc::make_mut(&mut session.history);
        history.restore(1, &Output::Truncated("long".into()), None);
        session.observed.push(1);
        state.save(&mut session, &Change::Step(1)).unwrap();
        drop(state);
        let (state, session) = opened(&path);
        let step = session.history.step(1).unwrap();
        assert_eq!(step.output, Output::Truncated("long".into()));
        assert_eq!(session.version, 4);
        let schema = |db: &Connection| -> Vec<(String, String)> {
            let mut select = db
                .prepare("SELECT name, type FROM pragma_table_info('steps')")
                .unwrap();
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            rows.unwrap().map(|row| row.unwrap()).collect()
        };
        let new = Connection::open_in_memory().unwrap();
        new.execute_batch(CREATE).unwrap();
        assert_eq!(schema(&state.db.lock()), schema(&new));
    }
}
