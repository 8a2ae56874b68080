//! The approvals file: SQLite, shared between processes.
//!
//! Every step from one state to the next is one transaction that begins by taking
//! the file's write lock, so that of all who try, in whatever process, one succeeds
//! and the others see what it did. A step is on disk before it is told.

use std::path::{Path, PathBuf};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::{Answer, Approval, ApprovalError, Claim, Conclusion, Given, State, held, is_over};
use crate::action::ActionDigest;
use crate::database::{FileId, PATIENCE, create_private, file_id, write_ahead};

/// The schema's version, kept in `user_version`.
const SCHEMA: i64 = 1;
const CREATE: &str = include_str!("schema.sql");

/// How long one who concludes an approval has it for itself, in milliseconds.
const LEASE: u64 = 30_000;
/// How long an answer waits for whoever asked before others conclude it.
const GRACE: u64 = 30_000;
/// How long concluded approvals are kept: 30 days.
const KEEP: u64 = 30 * 24 * 3_600_000;
/// How many due ones are looked at in one go.
const FEW: u32 = 8;
/// How many changes are read in one go.
const CHANGES: u32 = 256;

/// An approval went from one state to another, or was answered by one of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number; they rise.
    pub seq: u64,
    /// The approval.
    pub approval: String,
    /// Its state from then on.
    pub state: State,
}

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
        let found = migrate(&mut db).map_err(fail)?;
        if found != SCHEMA {
            let what = format!("the schema is version {found}, this program knows {SCHEMA}");
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

    pub(super) fn insert(&self, approval: &Approval, most: u64) -> Result<()> {
        self.step(|tx| {
            room(tx, most)?;
            let action = &approval.held.action;
            tx.prepare_cached(
                "INSERT INTO approval (id, state, session, action, agent, asker, digest, held,
                    since, expires, quorum, approvers, due)
                 VALUES (?1, 'pending', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?9)",
            )?
            .execute(params![
                approval.id,
                action.session,
                action.id,
                action.agent,
                approval.asker,
                &approval.digest.0[..],
                held::write(&approval.held),
                stamp(approval.since),
                stamp(approval.expires),
                approval.quorum,
                serde_json::to_string(&approval.approvers).unwrap_or_default(),
            ])?;
            Ok(())
        })
    }

    pub(super) fn room(&self, most: u64) -> Result<()> {
        self.look(|db| room(db, most))
    }

    /// The newest approval of this action.
    pub(super) fn last_of(
        &self,
        session: &str,
        action: &str,
    ) -> Result<Option<(String, State, ActionDigest)>> {
        self.look(|db| {
            Ok(db
                .prepare_cached(
                    "SELECT id, state, digest FROM approval WHERE session = ?1 AND action = ?2
                     ORDER BY rowid DESC LIMIT 1",
                )?
                .query_row([session, action], |row| {
                    Ok((row.get(0)?, state(row, 1)?, ActionDigest(row.get(2)?)))
                })
                .optional()?)
        })
    }

    pub(super) fn answer(
        &self,
        id: &str,
        answer: &Answer,
        digest: Option<ActionDigest>,
        now: u64,
        lifetime: u64,
    ) -> Result<State> {
        let late = self.step(|tx| {
            let approval = load(tx, id)?;
            if approval.state != State::Pending {
                return Err(answered(&approval).into());
            }
            if is_over(approval.since, approval.expires, now) {
                go(tx, id, State::Expired, now.saturating_add(GRACE))?;
                return Ok(None);
            }
            entitled(&approval, answer, digest)?;
            tx.prepare_cached("INSERT OR REPLACE INTO vote VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(params![
                    id,
                    answer.by,
                    answer.via,
                    answer.approved,
                    answer.reason,
                    stamp(now)
                ])?;
            let so_far = approval.answers.len() as u64 + 1;
            if !answer.approved {
                go(tx, id, State::Refused, now.saturating_add(GRACE))?;
                return Ok(Some(State::Refused));
            }
            if so_far < u64::from(approval.quorum) {
                return Ok(Some(State::Pending));
            }
            // From now on it waits for whoever asked.
            let expires = now.saturating_add(lifetime);
            tx.prepare_cached("UPDATE approval SET expires = ?2 WHERE id = ?1")?
                .execute(params![id, stamp(expires)])?;
            go(tx, id, State::Approved, expires)?;
            Ok(Some(State::Approved))
        })?;
        late.ok_or_else(|| ApprovalError::Expired(id.to_owned()))
    }

    pub(super) fn end(&self, id: &str, to: State, now: u64) -> Result<State> {
        self.step(|tx| {
            let found = state_of(tx, id)?;
            if found != State::Pending {
                return Ok(found);
            }
            go(tx, id, to, now.saturating_add(GRACE))?;
            Ok(to)
        })
    }

    pub(super) fn claim(&self, id: &str, now: u64) -> Result<Claim> {
        if self.still_waits(id, now)? {
            return Ok(Claim::Waits);
        }
        self.step(|tx| {
            let mut approval = load(tx, id)?;
            let over = is_over(approval.since, approval.expires, now);
            if let Some(conclusion) = conclusion(tx, id)? {
                return Ok(Claim::Done(Box::new(approval), Box::new(conclusion)));
            }
            match approval.state {
                State::Pending if !over => return Ok(Claim::Waits),
                State::Pending | State::Approved if over => {
                    go(tx, id, State::Expired, now.saturating_add(GRACE))?;
                    approval.state = State::Expired;
                }
                _ => {}
            }
            let (claim, since): (Option<String>, Option<i64>) = tx
                .prepare_cached("SELECT claim, claimed FROM approval WHERE id = ?1")?
                .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let since = millis(since.unwrap_or(0));
            if claim.is_some() && (since..since.saturating_add(LEASE)).contains(&now) {
                return Ok(Claim::Taken);
            }
            let token = uuid::Uuid::new_v4().simple().to_string();
            tx.prepare_cached(
                "UPDATE approval SET claim = ?2, claimed = ?3, due = ?4 WHERE id = ?1",
            )?
            .execute(params![
                id,
                token,
                stamp(now),
                stamp(now.saturating_add(LEASE))
            ])?;
            Ok(Claim::Ours(Box::new(approval), token))
        })
    }

    /// Looked at without the write lock, since those who wait ask often.
    fn still_waits(&self, id: &str, now: u64) -> Result<bool> {
        self.look(|db| {
            let found = db
                .prepare_cached("SELECT state, since, expires FROM approval WHERE id = ?1")?
                .query_row([id], |row| {
                    let over = is_over(millis(row.get(1)?), millis(row.get(2)?), now);
                    Ok(state(row, 0)? == State::Pending && !over)
                })
                .optional()?;
            found.ok_or_else(|| ApprovalError::Unknown(id.to_owned()).into())
        })
    }

    pub(super) fn settle(
        &self,
        id: &str,
        claim: &str,
        conclusion: &Conclusion,
        now: u64,
    ) -> Result<()> {
        self.step(|tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE approval SET result = ?3, claim = NULL, due = ?4,
                        state = CASE state WHEN 'approved' THEN 'consumed' ELSE state END
                     WHERE id = ?1 AND claim = ?2 AND result IS NULL",
                )?
                .execute(params![
                    id,
                    claim,
                    held::write_conclusion(conclusion),
                    stamp(now.saturating_add(KEEP))
                ])?;
            match changed {
                0 => Err(ApprovalError::Busy(id.to_owned()).into()),
                _ => Ok(()),
            }
        })
    }

    /// What is due; forgets what was kept for long enough.
    pub(super) fn due(&self, now: u64) -> Result<Vec<String>> {
        let due = self.look(|db| {
            let mut select = db.prepare_cached(
                "SELECT id, result IS NOT NULL FROM approval WHERE due <= ?1 ORDER BY due LIMIT ?2",
            )?;
            let rows = select.query_map(params![stamp(now), FEW], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))
            })?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        })?;
        let (old, due): (Vec<_>, Vec<_>) = due.into_iter().partition(|(_, concluded)| *concluded);
        if !old.is_empty() {
            self.step(|tx| {
                for (id, _) in &old {
                    tx.prepare_cached("DELETE FROM approval WHERE id = ?1")?
                        .execute([id])?;
                }
                Ok(())
            })?;
        }
        Ok(due.into_iter().map(|(id, _)| id).collect())
    }

    pub(super) fn get(&self, id: &str) -> Result<Approval> {
        self.look(|db| load(db, id))
    }

    pub(super) fn state(&self, id: &str) -> Result<State> {
        self.look(|db| state_of(db, id))
    }

    pub(super) fn conclusion(&self, id: &str) -> Result<Option<Conclusion>> {
        self.look(|db| {
            state_of(db, id)?;
            Ok(conclusion(db, id)?)
        })
    }

    pub(super) fn list(&self, state: Option<State>, most: u32) -> Result<Vec<Approval>> {
        self.look(|db| {
            let which = match state {
                Some(_) => "WHERE state = ?1",
                None => "WHERE ?1 IS NULL",
            };
            let select = format!("SELECT * FROM approval {which} ORDER BY rowid DESC LIMIT ?2");
            let mut select = db.prepare_cached(&select)?;
            let rows = select.query_map(params![state.map(State::as_str), most], read)?;
            let mut found = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            found.reverse();
            for approval in &mut found {
                approval.answers = votes(db, &approval.id)?;
            }
            Ok(found)
        })
    }

    pub(super) fn tally(&self) -> Result<Vec<(State, u64)>> {
        self.look(|db| {
            let mut select = db.prepare_cached("SELECT state, count FROM tally")?;
            let rows = select.query_map([], |row| Ok((state(row, 0)?, row.get(1).map(millis)?)))?;
            let mut tally = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            tally.sort();
            Ok(tally)
        })
    }

    pub(super) fn changes(&self, after: u64) -> Result<Vec<Change>> {
        self.look(|db| {
            let mut select = db.prepare_cached(
                "SELECT seq, approval, state FROM change WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            )?;
            let rows = select.query_map(params![stamp(after), CHANGES], |row| {
                Ok(Change {
                    seq: row.get(0).map(millis)?,
                    approval: row.get(1)?,
                    state: state(row, 2)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    pub(super) fn last_change(&self) -> Result<u64> {
        self.look(|db| {
            let last = db
                .prepare_cached("SELECT COALESCE(MAX(seq), 0) FROM change")?
                .query_row([], |row| row.get(0).map(millis))?;
            Ok(last)
        })
    }
}

/// Creates the schema; the version found.
fn migrate(db: &mut Connection) -> rusqlite::Result<i64> {
    let version =
        |db: &Connection| db.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    let found = version(db)?;
    if found != 0 {
        return Ok(found);
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if version(&tx)? == 0 {
        tx.execute_batch(CREATE)?;
    } // else another process was first
    tx.commit()?;
    version(db)
}

fn room(db: &Connection, most: u64) -> std::result::Result<(), Undone> {
    let waiting = db
        .prepare_cached("SELECT count FROM tally WHERE state = 'pending'")?
        .query_row([], |row| row.get(0).map(millis))?;
    match waiting >= most {
        true => Err(ApprovalError::TooMany(waiting).into()),
        false => Ok(()),
    }
}

/// Whether whoever answers may, and means what was asked.
fn entitled(approval: &Approval, answer: &Answer, digest: Option<ActionDigest>) -> Result<()> {
    let by = &answer.by;
    if digest.is_some_and(|digest| digest != approval.digest) {
        return Err(ApprovalError::OtherAction(approval.id.clone()));
    }
    let own = [&approval.asker, &approval.held.action.agent];
    if own
        .into_iter()
        .any(|asked| !asked.is_empty() && asked == by)
    {
        return Err(ApprovalError::OwnAction(by.clone()));
    }
    if !approval.approvers.is_empty() && !approval.approvers.contains(by) {
        return Err(ApprovalError::NotApprover(by.clone()));
    }
    if approval.answers.iter().any(|given| given.answer.by == *by) && answer.approved {
        return Err(ApprovalError::Twice {
            id: approval.id.clone(),
            by: by.clone(),
        });
    }
    Ok(())
}

fn answered(approval: &Approval) -> ApprovalError {
    match approval.state {
        State::Expired => ApprovalError::Expired(approval.id.clone()),
        state => ApprovalError::Answered {
            id: approval.id.clone(),
            state: if state == State::Consumed {
                State::Approved
            } else {
                state
            },
            by: approval.answers.last().map(|given| given.answer.by.clone()),
        },
    }
}

fn go(tx: &Transaction<'_>, id: &str, to: State, due: u64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE approval SET state = ?2, due = ?3 WHERE id = ?1")?
        .execute(params![id, to.as_str(), stamp(due)])
        .map(drop)
}

fn load(db: &Connection, id: &str) -> std::result::Result<Approval, Undone> {
    let found = db
        .prepare_cached("SELECT * FROM approval WHERE id = ?1")?
        .query_row([id], read)
        .optional()?;
    let mut approval = found.ok_or_else(|| ApprovalError::Unknown(id.to_owned()))?;
    approval.answers = votes(db, id)?;
    Ok(approval)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Approval> {
    let text: String = row.get("held")?;
    let approvers: String = row.get("approvers")?;
    Ok(Approval {
        id: row.get("id")?,
        state: State::named(&row.get::<_, String>("state")?)
            .ok_or_else(|| damaged("state", "unknown"))?,
        digest: ActionDigest(row.get("digest")?),
        held: held::read(&text).map_err(|e| damaged("held", e))?,
        asker: row.get("asker")?,
        since: millis(row.get("since")?),
        expires: millis(row.get("expires")?),
        quorum: row.get("quorum")?,
        approvers: serde_json::from_str(&approvers).map_err(|e| damaged("approvers", e))?,
        answers: Vec::new(),
    })
}

fn votes(db: &Connection, id: &str) -> rusqlite::Result<Vec<Given>> {
    let mut select = db.prepare_cached(
        "SELECT by, via, approved, reason, at FROM vote WHERE approval = ?1 ORDER BY at, by",
    )?;
    let rows = select.query_map([id], |row| {
        Ok(Given {
            answer: Answer {
                by: row.get(0)?,
                via: row.get(1)?,
                approved: row.get(2)?,
                reason: row.get(3)?,
            },
            at: millis(row.get(4)?),
        })
    })?;
    rows.collect()
}

fn conclusion(db: &Connection, id: &str) -> rusqlite::Result<Option<Conclusion>> {
    let text: Option<String> = db
        .prepare_cached("SELECT result FROM approval WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    text.map(|text| held::read_conclusion(&text).map_err(|e| damaged("result", e)))
        .transpose()
}

fn state_of(db: &Connection, id: &str) -> std::result::Result<State, Undone> {
    let found = db
        .prepare_cached("SELECT state FROM approval WHERE id = ?1")?
        .query_row([id], |row| state(row, 0))
        .optional()?;
    found.ok_or_else(|| ApprovalError::Unknown(id.to_owned()).into())
}

fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<State> {
    let name: String = row.get(column)?;
    State::named(&name).ok_or_else(|| damaged("state", format!("'{name}'")))
}

fn damaged(
    column: &str,
    e: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    let what = format!("{column}: {}", e.into());
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, what.into())
}
