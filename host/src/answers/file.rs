//! The file of answers: SQLite, shared between processes. Threads that come together
//! share a transaction: whoever gets the connection first does what all of them want.

use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::record::{self, Recorded};
use super::{AnswersError, Known, Name};
use crate::database::{PATIENCE, create_private, write_ahead_relaxed};

/// How long answers are kept, in milliseconds.
pub(super) const KEEP: u64 = 24 * 3_600_000;
/// How many are kept at most: the newest.
const MOST: i64 = 1_000_000;
/// How often old ones are looked for: each time so many were added.
pub(super) const EVERY: u64 = 1024;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS answer (
    seq INTEGER PRIMARY KEY,
    session TEXT NOT NULL, action TEXT NOT NULL, digest TEXT NOT NULL,
    approval TEXT, decision TEXT, at INTEGER NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS answer_action ON answer (session, action);
-- What is being decided: by which process, and how long the audit log was before.
CREATE TABLE IF NOT EXISTS claim (
    session TEXT NOT NULL, action TEXT NOT NULL, digest TEXT NOT NULL,
    owner INTEGER NOT NULL, log INTEGER NOT NULL,
    PRIMARY KEY (session, action)) WITHOUT ROWID;
PRAGMA user_version = 2;";

/// What is wanted of one action's answer.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) name: Name,
    pub(super) digest: String,
    /// Who wants it.
    pub(super) owner: u32,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// To decide on it; the audit log is this long now.
    Claim { log: u64 },
    /// To keep what was answered now, in milliseconds since the Unix epoch.
    Keep(Known, u64),
    /// Not to decide on it after all.
    Release,
}

/// What there is of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// It is whose who asked.
    Ours,
    /// It was answered.
    Known(Known),
    /// The process of this number is deciding on it.
    Theirs(u32),
}

type Outcome = Result<Found, Arc<rusqlite::Error>>;

/// An open file of answers.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    db: Mutex<Opened>,
    queue: Mutex<Vec<(Job, Arc<OnceLock<Outcome>>)>>,
}

#[derive(Debug)]
struct Opened {
    connection: Connection,
    added: u64,
}

/// Why the log was not read into the file.
enum Unread {
    Log(io::Error),
    File(rusqlite::Error),
}

impl From<io::Error> for Unread {
    fn from(e: io::Error) -> Self {
        Unread::Log(e)
    }
}

impl From<rusqlite::Error> for Unread {
    fn from(e: rusqlite::Error) -> Self {
        Unread::File(e)
    }
}

impl Store {
    /// Opens or creates the file; without a path, in memory.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, AnswersError> {
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
                write_ahead_relaxed(&db)?; // the audit log has the newest
            }
            db.execute_batch(SCHEMA)?;
            Ok(db)
        };
        let connection = open().map_err(|e| failed(&shown, Arc::new(e)))?;
        Ok(Store {
            path: shown,
            db: Mutex::new(Opened {
                connection,
                added: 0,
            }),
            queue: Mutex::default(),
        })
    }

    /// Does a job, in one transaction with those of all who wait meanwhile.
    pub(super) fn run(&self, job: Job) -> Result<Found, AnswersError> {
        let outcome = Arc::new(OnceLock::new());
        self.queue.lock().push((job, outcome.clone()));
        let mut db = self.db.lock();
        // Whoever had the connection before may have done it.
        if outcome.get().is_none() {
            let jobs = mem::take(&mut *self.queue.lock());
            match db.run(jobs.iter().map(|(job, _)| job)) {
                Ok(found) => jobs.iter().zip(found).for_each(|((_, outcome), found)| {
                    let _ = outcome.set(Ok(found)); // set nowhere else
                }),
                Err(e) => {
                    let e = Arc::new(e);
                    jobs.iter().for_each(|(_, outcome)| {
                        let _ = outcome.set(Err(e.clone())); // nor here
                    });
                }
            }
        }
        drop(db);
        match outcome.get() {
            Some(Ok(found)) => Ok(found.clone()),
            Some(Err(e)) => Err(failed(&self.path, e.clone())),
            None => Err(AnswersError::Lost), // whoever did it died of it
        }
    }

    /// Takes what the log says over, for a process that is gone and whose claims end
    /// with this: at least so much of its end. How many answers there were.
    pub(super) fn settle(
        &self,
        owner: u32,
        log: &Path,
        tail: u64,
        now: u64,
    ) -> Result<usize, AnswersError> {
        let mut db = self.db.lock();
        db.settle(owner, log, tail, now).map_err(|e| match e {
            Unread::Log(source) => AnswersError::Open {
                path: log.to_owned(),
                source,
            },
            Unread::File(e) => failed(&self.path, Arc::new(e)),
        })
    }
}

fn failed(path: &Path, source: Arc<rusqlite::Error>) -> AnswersError {
    AnswersError::Store {
        path: path.to_owned(),
        source,
    }
}

impl Opened {
    fn run<'a>(&mut self, jobs: impl Iterator<Item = &'a Job>) -> rusqlite::Result<Vec<Found>> {
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut found = Vec::new();
        for job in jobs {
            found.push(one(&tx, job)?);
            if let What::Keep(_, now) = job.what {
                if self.added.is_multiple_of(EVERY) {
                    forget(&tx, now)?;
                }
                self.added += 1;
            }
        }
        tx.commit()?;
        Ok(found)
    }

    fn settle(&mut self, owner: u32, log: &Path, tail: u64, now: u64) -> Result<usize, Unread> {
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let claimed: Option<i64> = tx.query_row(
            "SELECT min(log) FROM claim WHERE owner = ?1",
            [owner],
            |row| row.get(0),
        )?;
        let end = record::length(log);
        let from = claimed.map_or(end, |at| u64::try_from(at).unwrap_or(0));
        let mut taken = 0;
        record::each(log, from.min(end.saturating_sub(tail)), |recorded| {
            taken += learn(&tx, owner, &recorded, now)?;
            Ok::<(), Unread>(())
        })?;
        tx.execute("DELETE FROM claim WHERE owner = ?1", [owner])?;
        tx.commit()?;
        Ok(taken)
    }
}

fn one(tx: &Transaction<'_>, job: &Job) -> rusqlite::Result<Found> {
    let (session, action) = &job.name;
    match &job.what {
        What::Claim { log } => claim(tx, job, *log),
        What::Keep(known, now) => {
            let (approval, decision) = match known {
                Known::Final(decision) => (None, Some(decision)),
                Known::Asked(approval) => (Some(approval), None),
                Known::Other => return Ok(Found::Ours),
            };
            tx.prepare_cached(
                "INSERT INTO answer (session, action, digest, approval, decision, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                session,
                action,
                job.digest,
                approval,
                decision,
                stamp(*now)
            ])?;
            release(tx, job)
        }
        What::Release => release(tx, job),
    }
}

fn claim(tx: &Transaction<'_>, job: &Job, log: u64) -> rusqlite::Result<Found> {
    let (session, action) = &job.name;
    let answered = tx
        .prepare_cached(
            "SELECT digest, approval, decision FROM answer WHERE session = ?1 AND action = ?2",
        )?
        .query_row([session, action], |row| {
            let kept: String = row.get(0)?;
            let (approval, decision): (Option<String>, Option<String>) = (row.get(1)?, row.get(2)?);
            Ok(match (decision, approval) {
                _ if kept != job.digest => Some(Known::Other),
                (Some(decision), _) => Some(Known::Final(decision)),
                (None, approval) => approval.map(Known::Asked),
            })
        })
        .optional()?;
    if let Some(known) = answered.flatten() {
        return Ok(Found::Known(known));
    }
    let new = tx
        .prepare_cached("INSERT INTO claim VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")?
        .execute(params![session, action, job.digest, job.owner, stamp(log)])?;
    if new == 1 {
        return Ok(Found::Ours);
    }
    tx.prepare_cached("SELECT digest, owner FROM claim WHERE session = ?1 AND action = ?2")?
        .query_row([session, action], |row| {
            let (digest, owner): (String, u32) = (row.get(0)?, row.get(1)?);
            Ok(match owner {
                _ if digest != job.digest => Found::Known(Known::Other),
                // Nobody else in this process is at it: what came of it was not kept.
                owner if owner == job.owner => Found::Ours,
                owner => Found::Theirs(owner),
            })
        })
}

fn release(tx: &Transaction<'_>, job: &Job) -> rusqlite::Result<Found> {
    let (session, action) = &job.name;
    tx.prepare_cached("DELETE FROM claim WHERE session = ?1 AND action = ?2 AND owner = ?3")?
        .execute(params![session, action, job.owner])?;
    Ok(Found::Ours)
}

/// Keeps what the log says was answered, unless it is known, or a process that is
/// there is just about to keep it.
fn learn(
    tx: &Transaction<'_>,
    gone: u32,
    recorded: &Recorded,
    now: u64,
) -> rusqlite::Result<usize> {
    let (session, action) = &recorded.name;
    tx.prepare_cached(
        "INSERT INTO answer (session, action, digest, decision, at)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS
            (SELECT 1 FROM claim WHERE session = ?1 AND action = ?2 AND owner <> ?6)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![
        session,
        action,
        recorded.digest,
        recorded.decision,
        stamp(now),
        gone
    ])
}

fn forget(tx: &Transaction<'_>, now: u64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "DELETE FROM answer WHERE seq <= (SELECT max(seq) FROM answer) - ?1 OR seq <=
            (SELECT coalesce(max(seq), 0) FROM (SELECT seq, at FROM answer ORDER BY seq
             LIMIT 4096) WHERE at < ?2)",
    )?
    .execute(params![MOST, stamp(now).saturating_sub_unsigned(KEEP)])
    .map(drop)
}

fn stamp(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// For tests.
#[cfg(test)]
impl Store {
    pub(super) fn count(&self, table: &str) -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        let db = self.db.lock();
        db.connection
            .query_row(&count, [], |row| row.get(0))
            .unwrap()
    }

    pub(super) fn count_work(&self) -> Arc<Mutex<crate::database::work::Work>> {
        crate::database::work::count(&mut self.db.lock().connection)
    }

    /// Nobody gets at the file until this is dropped.
    pub(super) fn occupied(&self) -> impl Sized + use<'_> {
        self.db.lock()
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.lock().len()
    }
}
