//! Grants in the file.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::super::{ApprovalError, Given, Grant, State, Word, held};
use super::read::damaged;
use super::write::take;
use super::{Result, Store, Undone, millis, stamp};
use crate::verdict::Judged;

/// How many grants are held against one action: the newest.
const TRIED: u32 = 64;

impl Store {
    /// An answer and the grant that goes with it, in one step.
    pub(in crate::approvals) fn answer_and_grant(
        &self,
        given: &Given,
        grant: &Grant,
    ) -> Result<State> {
        let id = &grant.approval;
        let taken = self.step(|tx| {
            let state = take(tx, id, given, None)?;
            if state.is_some() {
                insert(tx, grant)?;
            }
            Ok(state)
        })?;
        taken.ok_or_else(|| ApprovalError::Expired(id.clone()))
    }

    /// A grant answers a question, unless it was taken back meanwhile.
    pub(in crate::approvals) fn answer_by_grant(&self, id: &str, given: &Given) -> Result<State> {
        let grant = given.grant.as_deref().unwrap_or_default();
        let taken = self.step(|tx| {
            let used = tx
                .prepare_cached(
                    "UPDATE remembered SET uses = uses + 1
                     WHERE id = ?1 AND revoked_at IS NULL AND since <= ?2 AND until > ?2",
                )?
                .execute(params![grant, stamp(given.at)])?;
            if used == 0 {
                return Err(ApprovalError::UnknownGrant(grant.to_owned()).into());
            }
            take(tx, id, given, None)
        })?;
        taken.ok_or_else(|| ApprovalError::Expired(id.to_owned()))
    }

    /// The newest grants that may be about this action.
    pub(in crate::approvals) fn grants_for(&self, judged: &Judged, now: u64) -> Result<Vec<Grant>> {
        let action = &judged.action;
        self.look(|db| {
            let mut select = db.prepare_cached(
                "SELECT * FROM remembered
                 WHERE agent = ?1 AND type = ?2 AND until > ?3 AND revoked_at IS NULL
                    AND (session IS NULL OR session = ?4)
                 ORDER BY rowid DESC LIMIT ?5",
            )?;
            let sought = params![action.agent, action.kind, stamp(now), action.session, TRIED];
            let rows = select.query_map(sought, read)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// All grants, or those that hold; the newest, oldest first.
    pub(in crate::approvals) fn grants(
        &self,
        active: Option<u64>,
        most: u32,
    ) -> Result<Vec<Grant>> {
        self.look(|db| {
            let mut select = db.prepare_cached(
                "SELECT * FROM remembered
                 WHERE ?1 IS NULL OR (until > ?1 AND since <= ?1 AND revoked_at IS NULL)
                 ORDER BY rowid DESC LIMIT ?2",
            )?;
            let rows = select.query_map(params![active.map(stamp), most], read)?;
            let mut found = rows.collect::<rusqlite::Result<Vec<Grant>>>()?;
            found.reverse();
            Ok(found)
        })
    }

    /// Takes a grant back; what it was.
    pub(in crate::approvals) fn revoke(&self, id: &str, by: &str, now: u64) -> Result<Grant> {
        self.step(|tx| {
            let grant = load(tx, id)?;
            if grant.revoked.is_some() || !(..grant.until).contains(&now) {
                return Err(ApprovalError::UnknownGrant(id.to_owned()).into());
            }
            tx.prepare_cached(
                "UPDATE remembered SET revoked_by = ?2, revoked_at = ?3 WHERE id = ?1",
            )?
            .execute(params![id, by, stamp(now)])?;
            Ok(Grant {
                revoked: Some((by.to_owned(), now)),
                ..grant
            })
        })
    }
}

/// Whoever refuses an action takes back what others remembered of it.
pub(super) fn revoke_with(
    tx: &Transaction<'_>,
    approval: &str,
    by: &str,
    now: u64,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE remembered SET revoked_by = ?2, revoked_at = ?3
         WHERE approval = ?1 AND revoked_at IS NULL",
    )?
    .execute(params![approval, by, stamp(now)])
    .map(drop)
}

fn insert(tx: &Transaction<'_>, grant: &Grant) -> rusqlite::Result<()> {
    let words: Vec<String> = grant.words.iter().map(Word::to_string).collect();
    tx.prepare_cached(
        "INSERT INTO remembered (id, approval, agent, type, asker, session, words, shown,
            by, via, since, until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        grant.id,
        grant.approval,
        grant.shown.action.agent,
        grant.shown.action.kind,
        grant.asker,
        grant.session,
        serde_json::to_string(&words).unwrap_or_default(),
        held::write(&grant.shown),
        grant.by,
        grant.via,
        stamp(grant.since),
        stamp(grant.until)
    ])
    .map(drop)
}

fn load(db: &Connection, id: &str) -> std::result::Result<Grant, Undone> {
    let found = db
        .prepare_cached("SELECT * FROM remembered WHERE id = ?1")?
        .query_row([id], read)
        .optional()?;
    found.ok_or_else(|| ApprovalError::UnknownGrant(id.to_owned()).into())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Grant> {
    let (words, shown): (String, String) = (row.get("words")?, row.get("shown")?);
    let words: Vec<String> = serde_json::from_str(&words).map_err(|e| damaged("words", e))?;
    let words = words.iter().map(|word| word.parse::<Word>());
    let by: Option<String> = row.get("revoked_by")?;
    let at: Option<i64> = row.get("revoked_at")?;
    Ok(Grant {
        id: row.get("id")?,
        approval: row.get("approval")?,
        session: row.get("session")?,
        asker: row.get("asker")?,
        words: words
            .collect::<std::result::Result<_, _>>()
            .map_err(|e| damaged("words", e))?,
        shown: held::read(&shown).map_err(|e| damaged("shown", e))?,
        by: row.get("by")?,
        via: row.get("via")?,
        since: millis(row.get("since")?),
        until: millis(row.get("until")?),
        revoked: by.zip(at.map(millis)),
        uses: row.get("uses").map(millis)?,
    })
}
