//! The approvals file: SQLite, shared between processes.
//!
//! Every step from one state to the next is one transaction that begins by taking
//! the file's write lock, so that of all who try, in whatever process, one succeeds
//! and the others see what it did. A step is on disk before it is told.

mod cards;
mod edit;
mod grants;
mod inbox;
mod letters;
mod outbox;
mod read;
mod write;

use std::path::{Path, PathBuf};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::ApprovalError;
use crate::database::{FileId, PATIENCE, create_private, file_id, write_ahead};

pub use read::Change;
pub(super) use read::Found;
pub(super) use write::takes;

/// How the schema came to be: `user_version` counts those that were applied. New ones
/// are added at the end; one that was released is never changed.
pub(super) const MIGRATIONS: [&str; 9] = [
    include_str!("schema/001_questions.sql"),
    include_str!("schema/002_grants.sql"),
    include_str!("schema/003_outbox.sql"),
    include_str!("schema/004_inbox.sql"),
    include_str!("schema/005_dead_letters.sql"),
    include_str!("schema/006_cancelled.sql"),
    include_str!("schema/007_cards.sql"),
    include_str!("schema/008_edits.sql"),
    include_str!("schema/009_answers.sql"),
];

/// An open approvals file.
pub(super) struct Store {
    path: PathBuf,
    /// Which file it is, whatever its name; `None` in memory.
    file: Option<FileId>,
    db: Mutex<Opened>,
}

struct Opened {
    connection: Connection,
    /// The file as this connection last looked at it.
    seen: i64,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// What SQLite takes for a time.
fn stamp(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

fn millis(stamp: i64) -> u64 {
    u64::try_from(stamp).unwrap_or(0)
}

type Result<T> = std::result::Result<T, ApprovalError>;

/// Why a transaction did not go through: SQLite's reason, or ours.
enum Undone {
    Sql(rusqlite::Error),
    Ours(ApprovalError),
}

impl From<rusqlite::Error> for Undone {
    fn from(e: rusqlite::Error) -> Self {
        Undone::Sql(e)
    }
}

impl From<ApprovalError> for Undone {
    fn from(e: ApprovalError) -> Self {
        Undone::Ours(e)
    }
}

impl Store {
    /// Opens or creates the file; without a path, in memory.
    pub(super) fn open(path: Option<&Path>, patience: Duration) -> Result<Self> {
        let shown = path.unwrap_or(Path::new(":memory:")).to_owned();
        let fail = |source| ApprovalError::Store {
            path: shown.clone(),
            source,
        };
        let mut db = match path {
            None => Connection::open_in_memory().map_err(fail)?,
            Some(path) => {
                create_private(path).map_err(|source| ApprovalError::Open {
                    path: path.to_owned(),
                    source,
                })?;
                let db = Connection::open(path).map_err(fail)?;
                db.busy_timeout(PATIENCE).map_err(fail)?;
                write_ahead(&db).map_err(fail)?;
                db.pragma_update(None, "synchronous", "FULL")
                    .map_err(fail)?;
                db
            }
        };
        db.set_prepared_statement_cache_capacity(64);
        if let Some(found) = migrate(&mut db).map_err(fail)? {
            let known = MIGRATIONS.len();
            let what = format!("the schema is version {found}, this program knows {known}");
            return Err(ApprovalError::Damaged { path: shown, what });
        }
        db.busy_timeout(patience).map_err(fail)?;
        Ok(Store {
            file: path.and_then(file_id),
            path: shown,
            db: Mutex::new(Opened {
                connection: db,
                seen: 0,
            }),
        })
    }

    /// The turns of this file cannot be taken.
    pub(super) fn unusable(&self, source: std::io::Error) -> ApprovalError {
        ApprovalError::Open {
            path: self.path.clone(),
            source,
        }
    }

    fn fail(&self, undone: Undone) -> ApprovalError {
        use rusqlite::Error::{FromSqlConversionFailure, InvalidColumnType};
        match undone {
            Undone::Ours(e) => e,
            Undone::Sql(e @ (FromSqlConversionFailure(..) | InvalidColumnType(..))) => {
                ApprovalError::Damaged {
                    path: self.path.clone(),
                    what: e.to_string(),
                }
            }
            Undone::Sql(source) => ApprovalError::Store {
                path: self.path.clone(),
                source,
            },
        }
    }

    /// A step: all of it happens, or nothing.
    fn step<T>(
        &self,
        act: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, Undone>,
    ) -> Result<T> {
        self.check()?;
        let mut db = self.db.lock();
        let step = || -> std::result::Result<T, Undone> {
            let tx = db
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = act(&tx)?;
            tx.commit()?;
            Ok(done)
        };
        step().map_err(|undone| self.fail(undone))
    }

    /// A look at the file as it is.
    fn look<T>(
        &self,
        look: impl FnOnce(&Connection) -> std::result::Result<T, Undone>,
    ) -> Result<T> {
        self.check()?;
        look(&self.db.lock().connection).map_err(|undone| self.fail(undone))
    }

    /// Two processes on two files would not see each other's answers.
    fn check(&self) -> Result<()> {
        match self.file.is_some() && file_id(&self.path) != self.file {
            true => Err(ApprovalError::Replaced {
                path: self.path.clone(),
            }),
            false => Ok(()),
        }
    }

    #[cfg(test)]
    pub(super) fn count_work(&self) -> std::sync::Arc<Mutex<crate::database::work::Work>> {
        crate::database::work::count(&mut self.db.lock().connection)
    }

    /// Whether another process has changed the file since this was last asked.
    pub(super) fn changed(&self) -> bool {
        let Some(mut db) = self.db.try_lock() else {
            return false; // in use: those in this process ring themselves
        };
        let version = db
            .connection
            .query_row("PRAGMA data_version", [], |row| row.get(0));
        match version {
            Ok(version) => std::mem::replace(&mut db.seen, version) != version,
            Err(_) => true, // whoever waits finds out why
        }
    }
}

/// Brings the schema up to date, in one step; the version found, if it is newer than
/// any this program knows.
fn migrate(db: &mut Connection) -> rusqlite::Result<Option<u32>> {
    let newest = MIGRATIONS.len() as u32;
    let version = |db: &Connection| -> rusqlite::Result<u32> {
        db.query_row("PRAGMA user_version", [], |row| row.get(0))
    };
    let found = version(db)?;
    if found >= newest {
        return Ok((found > newest).then_some(found));
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&tx)?; // another process may have been first
    for (migration, version) in MIGRATIONS.iter().zip(1..).skip(found as usize) {
        tx.execute_batch(migration)?;
        tx.pragma_update(None, "user_version", version)?;
    }
    tx.commit()?;
    Ok((found > newest).then_some(found))
}
