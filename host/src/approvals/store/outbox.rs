//! What is to be told to others, kept beside what it is about: who has read how far, and
//! webhooks that are still to be sent.

use rusqlite::{OptionalExtension, Transaction, params};

use super::super::{Approval, State, Waiting};
use super::read::load;
use super::{Result, Store, Undone, millis, stamp};

/// How long one who sends something has it for itself, in milliseconds: longer than
/// any request may take.
pub(super) const LEASE: u64 = 15_000;
/// How many changes are read in one go, so that nobody waits long for the file.
const CHANGES: u32 = 64;

pub(super) type Undoable<T> = std::result::Result<T, Undone>;

impl Store {
    /// A value kept from run to run; made up by the first who asks.
    pub(in crate::approvals) fn memo(&self, name: &str, fresh: &[u8]) -> Result<Vec<u8>> {
        let kept = self.look(|db| {
            Ok(db
                .prepare_cached("SELECT value FROM memo WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()?)
        })?;
        if let Some(kept) = kept {
            return Ok(kept);
        }
        self.step(|tx| {
            tx.prepare_cached("INSERT OR IGNORE INTO memo VALUES (?1, ?2)")?
                .execute(params![name, fresh])?;
            Ok(tx
                .prepare_cached("SELECT value FROM memo WHERE name = ?1")?
                .query_row([name], |row| row.get(0))?)
        })
    }

    /// Reads changes for an endpoint, and keeps what is to be sent of them; whether
    /// there may be more. What was over before it began is no news.
    pub(in crate::approvals) fn feed_endpoint(
        &self,
        endpoint: &str,
        now: u64,
        message: impl Fn(&Approval, State) -> Option<(String, String)>,
    ) -> Result<bool> {
        let name = format!("webhook:{endpoint}");
        if !self.is_behind(&name)? {
            return Ok(false);
        }
        self.step(|tx| {
            let (from, born) = reader(tx, &name)?;
            let Some(to) = last_of_next(tx, from)? else {
                return Ok(false);
            };
            for (id, state) in news(tx, from, to, born)? {
                let approval = load(tx, &id)?;
                if let Some((message, body)) = message(&approval, state) {
                    enqueue(tx, endpoint, &message, &body, now)?;
                }
            }
            advance(tx, &name, to)?;
            Ok(true)
        })
    }

    /// Keeps that this generation is in force. If another one was, these messages are
    /// to be sent, made of the one before.
    pub(in crate::approvals) fn feed_generation(
        &self,
        generation: &str,
        now: u64,
        messages: impl FnOnce(&str) -> Vec<(String, String, String)>,
    ) -> Result<()> {
        const NAME: &str = "generation";
        self.step(|tx| {
            let before: Option<Vec<u8>> = tx
                .prepare_cached("SELECT value FROM memo WHERE name = ?1")?
                .query_row([NAME], |row| row.get(0))
                .optional()?;
            if before.as_deref() == Some(generation.as_bytes()) {
                return Ok(());
            }
            tx.prepare_cached("INSERT OR REPLACE INTO memo VALUES (?1, ?2)")?
                .execute(params![NAME, generation.as_bytes()])?;
            let before = before.unwrap_or_default();
            if !before.is_empty() {
                for (endpoint, message, body) in messages(&String::from_utf8_lossy(&before)) {
                    enqueue(tx, &endpoint, &message, &body, now)?;
                }
            }
            Ok(())
        })
    }

    /// A message for these endpoints, if it is the first of this id.
    pub(in crate::approvals) fn feed_once(
        &self,
        message: &str,
        endpoints: &[String],
        body: &str,
        now: u64,
    ) -> Result<()> {
        self.step(|tx| {
            let first = tx
                .prepare_cached("INSERT OR IGNORE INTO memo VALUES (?1, ?2)")?
                .execute(params![message, stamp(now)])?;
            if first == 1 {
                for endpoint in endpoints {
                    enqueue(tx, endpoint, message, body, now)?;
                }
            }
            Ok(())
        })
    }

    /// The first message that an endpoint has not got. The caller's for a while, if
    /// it is due.
    pub(in crate::approvals) fn next_delivery(&self, endpoint: &str, now: u64) -> Result<Waiting> {
        const FIRST: &str = "SELECT seq, message, body, since, tries, due FROM delivery
             WHERE endpoint = ?1 ORDER BY seq LIMIT 1";
        let due = self.look(|db| {
            Ok(db
                .prepare_cached(FIRST)?
                .query_row([endpoint], |row| row.get(5).map(millis))
                .optional()?)
        })?;
        match due {
            None => return Ok(Waiting::Nothing),
            Some(due) if due > now => return Ok(Waiting::Until(due)),
            Some(_) => {}
        }
        self.step(|tx| {
            let found = tx
                .prepare_cached(FIRST)?
                .query_row([endpoint], |row| {
                    let delivery = super::super::Delivery {
                        seq: row.get(0)?,
                        message: row.get(1)?,
                        body: row.get(2)?,
                        since: row.get(3).map(millis)?,
                        tries: row.get(4)?,
                    };
                    Ok((delivery, row.get(5).map(millis)?))
                })
                .optional()?;
            match found {
                None => Ok(Waiting::Nothing),
                Some((_, due)) if due > now => Ok(Waiting::Until(due)),
                Some((delivery, _)) => {
                    tx.prepare_cached("UPDATE delivery SET due = ?2 WHERE seq = ?1")?
                        .execute(params![delivery.seq, stamp(now.saturating_add(LEASE))])?;
                    Ok(Waiting::Due(delivery))
                }
            }
        })
    }

    /// A message was delivered.
    pub(in crate::approvals) fn done_with(&self, seq: i64) -> Result<()> {
        self.step(|tx| {
            tx.prepare_cached("DELETE FROM delivery WHERE seq = ?1")?
                .execute([seq])?;
            Ok(())
        })
    }

    /// A message was not delivered; it is tried again then.
    pub(in crate::approvals) fn deliver_later(&self, seq: i64, due: u64) -> Result<()> {
        self.step(|tx| {
            tx.prepare_cached("UPDATE delivery SET tries = tries + 1, due = ?2 WHERE seq = ?1")?
                .execute(params![seq, stamp(due)])?;
            Ok(())
        })
    }

    /// Whether there are changes this one has not read, or it has not begun; looked at
    /// without the lock.
    pub(super) fn is_behind(&self, name: &str) -> Result<bool> {
        self.look(|db| {
            let read: Option<i64> = db
                .prepare_cached("SELECT seq FROM reader WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()?;
            let Some(read) = read else { return Ok(true) };
            Ok(db
                .prepare_cached("SELECT 1 FROM change WHERE seq > ?1 LIMIT 1")?
                .exists([read])?)
        })
    }
}

/// How far this one has read, and the last change before it began. Begins with the
/// first change there is: what waits already is news to it.
pub(super) fn reader(tx: &Transaction<'_>, name: &str) -> Undoable<(u64, u64)> {
    tx.prepare_cached(
        "INSERT OR IGNORE INTO reader
            VALUES (?1, 0, (SELECT COALESCE(MAX(seq), 0) FROM change))",
    )?
    .execute([name])?;
    let found = tx
        .prepare_cached("SELECT seq, born FROM reader WHERE name = ?1")?
        .query_row([name], |row| {
            Ok((row.get(0).map(millis)?, row.get(1).map(millis)?))
        })?;
    Ok(found)
}

pub(super) fn advance(tx: &Transaction<'_>, name: &str, to: u64) -> Undoable<()> {
    tx.prepare_cached("UPDATE reader SET seq = ?2 WHERE name = ?1")?
        .execute(params![name, stamp(to)])?;
    Ok(())
}

/// The last of the next few changes.
pub(super) fn last_of_next(tx: &Transaction<'_>, from: u64) -> Undoable<Option<u64>> {
    let last: Option<i64> = tx
        .prepare_cached(
            "SELECT MAX(seq) FROM (SELECT seq FROM change WHERE seq > ?1 ORDER BY seq LIMIT ?2)",
        )?
        .query_row(params![stamp(from), CHANGES], |row| row.get(0))?;
    Ok(last.map(millis))
}

/// The changes to another state, in order: the first of an approval, and those after
/// which it was in another one than before.
fn news(tx: &Transaction<'_>, from: u64, to: u64, born: u64) -> Undoable<Vec<(String, State)>> {
    let mut select = tx.prepare_cached(
        "SELECT c.approval, c.state FROM change c JOIN approval a ON a.id = c.approval
         WHERE c.seq > ?1 AND c.seq <= ?2 AND (c.seq > ?3 OR a.state = 'pending')
           AND c.state IS NOT (SELECT p.state FROM change p
                WHERE p.approval = c.approval AND p.seq < c.seq ORDER BY p.seq DESC LIMIT 1)
         ORDER BY c.seq",
    )?;
    let rows = select.query_map(params![stamp(from), stamp(to), stamp(born)], |row| {
        let (approval, name): (_, String) = (row.get(0)?, row.get(1)?);
        // A state that a newer program wrote is nobody's news here.
        Ok(State::named(&name).map(|state| (approval, state)))
    })?;
    Ok(rows
        .filter_map(|row| row.transpose())
        .collect::<rusqlite::Result<_>>()?)
}

fn enqueue(
    tx: &Transaction<'_>,
    endpoint: &str,
    message: &str,
    body: &str,
    now: u64,
) -> Undoable<()> {
    tx.prepare_cached(
        "INSERT INTO delivery (endpoint, message, body, since, due) VALUES (?1, ?2, ?3, ?4, ?4)",
    )?
    .execute(params![endpoint, message, body, stamp(now)])?;
    Ok(())
}
