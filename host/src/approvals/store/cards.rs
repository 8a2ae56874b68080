//! Cards in Slack. A question joins the card on which another with the same cause waits.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::{Approval, Conclusion, Posting, SlackCard};
use super::outbox::{LEASE, Undoable, advance, last_of_next, reader};
use super::read::{conclusion, load};
use super::{Result, Store, millis, stamp};

/// Who reads the changes for the cards.
const CARDS: &str = "slack";
/// How many questions are on one card: Slack takes 50 blocks.
const MEMBERS: u32 = 8;

impl Store {
    /// Marks the cards that are to be posted or drawn anew; whether there may be more.
    pub(in crate::approvals) fn feed_cards(&self, now: u64) -> Result<bool> {
        if !self.is_behind(CARDS)? {
            return Ok(false);
        }
        self.step(|tx| {
            let (from, _) = reader(tx, CARDS)?;
            let Some(to) = last_of_next(tx, from)? else {
                return Ok(false);
            };
            for (approval, waits) in changed(tx, from, to)? {
                match card_of(tx, &approval)? {
                    Some(card) => draw(tx, &card, now)?,
                    None if waits => join(tx, &approval, now)?,
                    None => {} // over before anybody could be shown it
                }
            }
            advance(tx, CARDS, to)?;
            Ok(true)
        })
    }

    /// The questions on a card, in the order they joined it, and what became of them.
    pub(in crate::approvals) fn on_card(
        &self,
        card: &str,
    ) -> Result<Vec<(Approval, Option<Conclusion>)>> {
        self.look(|db| {
            let mut select = db.prepare_cached(
                "SELECT approval FROM slack_member WHERE card = ?1 ORDER BY rowid",
            )?;
            let ids = select.query_map([card], |row| row.get::<_, String>(0))?;
            let mut found = Vec::new();
            for id in ids {
                let id = id?;
                found.push((load(db, &id)?, conclusion(db, &id)?));
            }
            Ok(found)
        })
    }

    /// The next card to see to; it is the caller's for a while.
    pub(in crate::approvals) fn next_card(&self, now: u64) -> Result<Option<SlackCard>> {
        const DUE: &str = "SELECT approval, channel, ts, posting, shown, wanted, tries
             FROM slack_card WHERE due <= ?1 ORDER BY due LIMIT 1";
        let waits = self.look(|db| {
            Ok(db
                .prepare_cached("SELECT 1 FROM slack_card WHERE due <= ?1 LIMIT 1")?
                .exists([stamp(now)])?)
        })?;
        if !waits {
            return Ok(None);
        }
        self.step(|tx| {
            let found = tx
                .prepare_cached(DUE)?
                .query_row([stamp(now)], |row| {
                    let (channel, ts): (Option<String>, Option<String>) =
                        (row.get(1)?, row.get(2)?);
                    let posting: Option<i64> = row.get(3)?;
                    Ok(SlackCard {
                        approval: row.get(0)?,
                        posting: match (channel.zip(ts), posting) {
                            (Some((channel, ts)), _) => Posting::Posted { channel, ts },
                            (None, Some(since)) => Posting::Unknown(millis(since)),
                            (None, None) => Posting::Not,
                        },
                        shown: row.get(4)?,
                        wanted: row.get(5)?,
                        tries: row.get(6)?,
                    })
                })
                .optional()?;
            if let Some(card) = &found {
                tx.prepare_cached("UPDATE slack_card SET due = ?2 WHERE approval = ?1")?
                    .execute(params![card.approval, stamp(now.saturating_add(LEASE))])?;
            }
            Ok(found)
        })
    }

    /// Says that somebody begins to post a card: from now on nobody knows whether it
    /// is there, until it is `posted` or `not_posted`. False if somebody else has.
    pub(in crate::approvals) fn posting(&self, approval: &str, now: u64) -> Result<bool> {
        self.step(|tx| {
            let begun = tx
                .prepare_cached(
                    "UPDATE slack_card SET posting = ?2
                     WHERE approval = ?1 AND ts IS NULL AND posting IS NULL",
                )?
                .execute(params![approval, stamp(now)])?;
            Ok(begun == 1)
        })
    }

    pub(in crate::approvals) fn posted(
        &self,
        card: &SlackCard,
        (channel, ts): (&str, &str),
        shown: &str,
        now: u64,
    ) -> Result<()> {
        self.step(|tx| {
            tx.prepare_cached(
                "UPDATE slack_card SET channel = ?2, ts = ?3, shown = ?4, posting = NULL,
                    tries = 0, due = CASE wanted WHEN ?5 THEN NULL ELSE ?6 END
                 WHERE approval = ?1",
            )?
            .execute(params![
                card.approval,
                channel,
                ts,
                shown,
                card.wanted,
                stamp(now)
            ])?;
            Ok(())
        })
    }

    /// It is certain that this card is not there; it is tried again later.
    pub(in crate::approvals) fn not_posted(&self, approval: &str, due: u64) -> Result<()> {
        self.change_card(
            "UPDATE slack_card SET posting = NULL, tries = tries + 1, due = ?2 WHERE approval = ?1",
            approval,
            Some(due),
        )
    }

    /// Looked at again later.
    pub(in crate::approvals) fn card_later(&self, approval: &str, due: u64) -> Result<()> {
        self.change_card(
            "UPDATE slack_card SET tries = tries + 1, due = ?2 WHERE approval = ?1",
            approval,
            Some(due),
        )
    }

    /// Looked at again only when something changes; no other question joins it.
    pub(in crate::approvals) fn close_card(&self, approval: &str) -> Result<()> {
        self.change_card(
            "UPDATE slack_card SET tries = tries + 1, due = ?2, closed = 1 WHERE approval = ?1",
            approval,
            None,
        )
    }

    fn change_card(&self, sql: &str, approval: &str, due: Option<u64>) -> Result<()> {
        self.step(|tx| {
            tx.prepare_cached(sql)?
                .execute(params![approval, due.map(stamp)])?;
            Ok(())
        })
    }
}

/// The approvals of these changes, and whether they wait now, in order.
fn changed(tx: &Transaction<'_>, from: u64, to: u64) -> Undoable<Vec<(String, bool)>> {
    let mut select = tx.prepare_cached(
        "SELECT a.id, a.state = 'pending' FROM change c JOIN approval a ON a.id = c.approval
         WHERE c.seq > ?1 AND c.seq <= ?2 GROUP BY a.id ORDER BY MIN(c.seq)",
    )?;
    let span = params![stamp(from), stamp(to)];
    let rows = select.query_map(span, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn card_of(db: &Connection, approval: &str) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT card FROM slack_member WHERE approval = ?1")?
        .query_row([approval], |row| row.get(0))
        .optional()
}

/// A card is drawn again even if somebody is drawing it just now.
fn draw(tx: &Transaction<'_>, card: &str, now: u64) -> Undoable<()> {
    tx.prepare_cached(
        "UPDATE slack_card SET wanted = wanted + 1,
            due = CASE WHEN posting IS NULL THEN MIN(IFNULL(due, ?2), ?2) ELSE due END
         WHERE approval = ?1",
    )?
    .execute(params![card, stamp(now)])?;
    Ok(())
}

/// A question that waits goes on the card of another with its cause, or on one of its own.
fn join(tx: &Transaction<'_>, approval: &str, now: u64) -> Undoable<()> {
    let open: Option<String> = tx
        .prepare_cached(
            "SELECT m.card FROM approval a
                JOIN slack_member m ON m.approval = a.id JOIN slack_card c ON c.approval = m.card
             WHERE a.cause = (SELECT cause FROM approval WHERE id = ?1)
                AND a.state = 'pending' AND a.id <> ?1 AND NOT c.closed
                AND (SELECT COUNT(*) FROM slack_member n WHERE n.card = m.card) < ?2
             ORDER BY a.rowid LIMIT 1",
        )?
        .query_row(params![approval, MEMBERS], |row| row.get(0))
        .optional()?;
    if open.is_none() {
        tx.prepare_cached("INSERT INTO slack_card (approval, due) VALUES (?1, ?2)")?
            .execute(params![approval, stamp(now)])?;
    }
    let card = open.as_deref().unwrap_or(approval);
    tx.prepare_cached("INSERT INTO slack_member VALUES (?1, ?2)")?
        .execute([approval, card])?;
    draw(tx, card, now)
}
