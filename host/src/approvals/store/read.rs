//! What the file says.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::approval::is_over;
use super::super::{Answer, Approval, ApprovalError, Cancelled, Conclusion, Given, State, held};
use super::{Result, Store, Undone, millis, stamp};
use crate::action::ActionDigest;

/// How many changes are read in one go.
const CHANGES: u32 = 256;

/// How many questions are shown on the card of another.
const SIBLINGS: u32 = 100;

/// What there is of an approval for one who would conclude it.
pub(in crate::approvals) enum Found {
    /// Nothing yet: it waits for its answer.
    Waits,
    /// It is to be concluded.
    Open(Box<Approval>),
    /// It is concluded.
    Done(Box<Approval>, Box<Conclusion>),
}

/// Somebody answered an approval, or it went from one state to another. An answer that
/// decides is two changes: the answer, and the state it led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number; they rise.
    pub seq: u64,
    /// The approval.
    pub approval: String,
    /// Its state from then on; of an answer, the one it came in.
    pub state: State,
    /// The answer, if that is what happened.
    pub answer: Option<Answer>,
}

impl Store {
    /// The newest approval of this action.
    pub(in crate::approvals) fn last_of(
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

    pub(in crate::approvals) fn find(&self, id: &str, now: u64) -> Result<Found> {
        self.look(|db| find(db, id, now))
    }

    pub(in crate::approvals) fn get(&self, id: &str) -> Result<Approval> {
        self.look(|db| load(db, id))
    }

    pub(in crate::approvals) fn state(&self, id: &str) -> Result<State> {
        self.look(|db| state_of(db, id))
    }

    pub(in crate::approvals) fn conclusion(&self, id: &str) -> Result<Option<Conclusion>> {
        self.look(|db| {
            state_of(db, id)?;
            Ok(conclusion(db, id)?)
        })
    }

    pub(in crate::approvals) fn list(
        &self,
        state: Option<State>,
        most: u32,
    ) -> Result<Vec<Approval>> {
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

    pub(in crate::approvals) fn beside(&self, id: &str) -> Result<Option<String>> {
        self.look(|db| {
            let oldest = db
                .prepare_cached(
                    "SELECT id FROM approval
                     WHERE cause = (SELECT cause FROM approval WHERE id = ?1)
                        AND state = 'pending' AND id <> ?1
                     ORDER BY rowid LIMIT 1",
                )?
                .query_row([id], |row| row.get(0))
                .optional()?;
            Ok(oldest)
        })
    }

    pub(in crate::approvals) fn siblings(&self, id: &str, cause: &str) -> Result<Vec<Approval>> {
        self.look(|db| {
            let mut select = db.prepare_cached(
                "SELECT * FROM approval WHERE cause = ?1 AND state = 'pending' AND id <> ?2
                 ORDER BY rowid LIMIT ?3",
            )?;
            let rows = select.query_map(params![cause, id, SIBLINGS], read)?;
            let mut found = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            for approval in &mut found {
                approval.answers = votes(db, &approval.id)?;
            }
            Ok(found)
        })
    }

    pub(in crate::approvals) fn tally(&self) -> Result<Vec<(State, u64)>> {
        self.look(|db| {
            let mut select = db.prepare_cached("SELECT state, count FROM tally")?;
            let rows = select.query_map([], |row| Ok((state(row, 0)?, row.get(1).map(millis)?)))?;
            let mut tally = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            tally.sort();
            Ok(tally)
        })
    }

    pub(in crate::approvals) fn changes(&self, after: u64) -> Result<Vec<Change>> {
        self.look(|db| {
            let mut select = db.prepare_cached(
                "SELECT seq, approval, state, by, via, approved, reason FROM change
                 WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            )?;
            let rows = select.query_map(params![stamp(after), CHANGES], change)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    pub(in crate::approvals) fn last_change(&self) -> Result<u64> {
        self.look(|db| {
            let last = db
                .prepare_cached("SELECT COALESCE(MAX(seq), 0) FROM change")?
                .query_row([], |row| row.get(0).map(millis))?;
            Ok(last)
        })
    }
}

/// Whether it still waits is looked at first, and cheaply, since those who wait ask
/// often.
pub(super) fn find(db: &Connection, id: &str, now: u64) -> std::result::Result<Found, Undone> {
    let waits = db
        .prepare_cached("SELECT state, since, expires FROM approval WHERE id = ?1")?
        .query_row([id], |row| {
            let over = is_over(millis(row.get(1)?), millis(row.get(2)?), now);
            Ok(state(row, 0)? == State::Pending && !over)
        })
        .optional()?;
    if waits.ok_or_else(|| ApprovalError::Unknown(id.to_owned()))? {
        return Ok(Found::Waits);
    }
    let approval = Box::new(load(db, id)?);
    Ok(match conclusion(db, id)? {
        Some(conclusion) => Found::Done(approval, Box::new(conclusion)),
        None => Found::Open(approval),
    })
}

pub(super) fn load(db: &Connection, id: &str) -> std::result::Result<Approval, Undone> {
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
    let cancelled: Option<String> = row.get("cancelled_by")?;
    let cancelled = cancelled.map(|by| {
        Ok::<_, rusqlite::Error>(Cancelled {
            by,
            via: row.get("cancelled_via")?,
            at: row.get("cancelled_at").map(millis)?,
        })
    });
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
        cause: row.get("cause")?,
        answers: Vec::new(),
        cancelled: cancelled.transpose()?,
    })
}

fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    let by: Option<String> = row.get(3)?;
    let answer = by.map(|by| {
        Ok::<_, rusqlite::Error>(Answer {
            by,
            via: row.get(4)?,
            approved: row.get(5)?,
            reason: row.get(6)?,
        })
    });
    Ok(Change {
        seq: row.get(0).map(millis)?,
        approval: row.get(1)?,
        state: state(row, 2)?,
        answer: answer.transpose()?,
    })
}

fn votes(db: &Connection, id: &str) -> rusqlite::Result<Vec<Given>> {
    let mut select = db.prepare_cached(
        "SELECT by, via, approved, reason, at, remembered FROM vote WHERE approval = ?1 ORDER BY at, by",
    )?;
    let rows = select.query_map([id], |row| {
        let by: String = row.get(0)?;
        Ok(Given {
            called: BTreeSet::from([by.clone()]),
            answer: Answer {
                by,
                via: row.get(1)?,
                approved: row.get(2)?,
                reason: row.get(3)?,
            },
            at: millis(row.get(4)?),
            grant: row.get(5)?,
        })
    })?;
    rows.collect()
}

pub(super) fn conclusion(db: &Connection, id: &str) -> rusqlite::Result<Option<Conclusion>> {
    let text: Option<String> = db
        .prepare_cached("SELECT result FROM approval WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    text.map(|text| held::read_conclusion(&text).map_err(|e| damaged("result", e)))
        .transpose()
}

pub(super) fn state_of(db: &Connection, id: &str) -> std::result::Result<State, Undone> {
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

pub(super) fn damaged(
    column: &str,
    e: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    let what = format!("{column}: {}", e.into());
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, what.into())
}
