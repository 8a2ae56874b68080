//! Messages that nobody took.

use rusqlite::params;

use super::super::{DeadLetter, Undelivered};
use super::{Result, Store, millis, stamp};

/// How long a message that was given up is kept: 30 days.
const KEEP: u64 = 30 * 24 * 3_600_000;
/// How many are kept at most: the newest.
const MOST: u32 = 10_000;

impl Store {
    /// A message is not sent any more, and kept for whoever looks.
    pub(in crate::approvals) fn give_up(&self, seq: i64, why: &str, now: u64) -> Result<()> {
        self.step(|tx| {
            tx.prepare_cached(
                "INSERT OR IGNORE INTO dead_letter
                 SELECT seq, endpoint, message, body, since, tries + 1, ?2, ?3 FROM delivery
                 WHERE seq = ?1",
            )?
            .execute(params![seq, why, stamp(now)])?;
            tx.prepare_cached("DELETE FROM delivery WHERE seq = ?1")?
                .execute([seq])?;
            tx.prepare_cached(
                "DELETE FROM dead_letter WHERE at < ?1 OR seq <=
                    (SELECT seq FROM dead_letter ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute(params![stamp(now.saturating_sub(KEEP)), MOST])?;
            Ok(())
        })
    }

    /// How many messages each endpoint has not got.
    pub(in crate::approvals) fn undelivered(&self) -> Result<Vec<Undelivered>> {
        self.look(|db| {
            let mut select = db.prepare_cached(
                "SELECT endpoint, sum(waits), sum(1 - waits) FROM
                    (SELECT endpoint, 1 AS waits FROM delivery UNION ALL
                     SELECT endpoint, 0 FROM dead_letter) GROUP BY endpoint ORDER BY endpoint",
            )?;
            let rows = select.query_map([], |row| {
                Ok(Undelivered {
                    endpoint: row.get(0)?,
                    waiting: row.get(1).map(millis)?,
                    given_up: row.get(2).map(millis)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The newest messages that were given up, oldest first.
    pub(in crate::approvals) fn dead_letters(&self, most: u32) -> Result<Vec<DeadLetter>> {
        self.look(|db| {
            let mut select = db.prepare_cached(
                "SELECT endpoint, message, body, since, tries, why, at FROM dead_letter
                 ORDER BY seq DESC LIMIT ?1",
            )?;
            let rows = select.query_map([most], |row| {
                Ok(DeadLetter {
                    endpoint: row.get(0)?,
                    message: row.get(1)?,
                    body: row.get(2)?,
                    since: row.get(3).map(millis)?,
                    tries: row.get(4)?,
                    why: row.get(5)?,
                    at: row.get(6).map(millis)?,
                })
            })?;
            let mut found = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            found.reverse();
            Ok(found)
        })
    }
}
