//! What the inbox keeps beside the questions: who is signed in, and where values
//! came from.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::sign_in::{Secret, SignIn};
use super::super::story::{self, Story};
use super::{Result, Store, Undone, millis, stamp};

impl Store {
    pub(in crate::approvals) fn sign_in(
        &self,
        secret: &Secret,
        link: bool,
        who: &SignIn,
        now: u64,
    ) -> Result<()> {
        self.step(|tx| {
            // Those that are over are forgotten by whoever comes next.
            tx.prepare_cached("DELETE FROM sign_in WHERE expires <= ?1")?
                .execute([stamp(now)])?;
            Ok(insert(tx, secret, link, who)?)
        })
    }

    pub(in crate::approvals) fn signed_in(
        &self,
        secret: &Secret,
        link: bool,
        now: u64,
    ) -> Result<Option<SignIn>> {
        self.look(|db| find(db, secret, link, now))
    }

    pub(in crate::approvals) fn redeem(
        &self,
        link: &Secret,
        secret: &Secret,
        until: u64,
        now: u64,
    ) -> Result<Option<SignIn>> {
        self.step(|tx| {
            let Some(who) = find(tx, link, true, now)? else {
                return Ok(None);
            };
            let who = SignIn {
                expires: until,
                ..who
            };
            delete(tx, link)?;
            insert(tx, secret, false, &who)?;
            Ok(Some(who))
        })
    }

    pub(in crate::approvals) fn sign_out(&self, secret: &Secret) -> Result<()> {
        self.step(|tx| Ok(delete(tx, secret)?))
    }

    pub(in crate::approvals) fn tell(&self, id: &str, told: &Story) -> Result<()> {
        self.step(|tx| {
            tx.prepare_cached("INSERT OR REPLACE INTO story VALUES (?1, ?2)")?
                .execute([id, &story::write(told)])?;
            Ok(())
        })
    }

    pub(in crate::approvals) fn story(&self, id: &str) -> Result<Option<Story>> {
        let text: Option<String> = self.look(|db| {
            Ok(db
                .prepare_cached("SELECT text FROM story WHERE approval = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?)
        })?;
        Ok(text.and_then(|text| story::read(&text)))
    }
}

fn insert(tx: &Transaction<'_>, secret: &Secret, link: bool, who: &SignIn) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO sign_in VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            &secret.kept()[..],
            link,
            who.name,
            who.key,
            stamp(who.expires)
        ])
        .map(drop)
}

fn delete(tx: &Transaction<'_>, secret: &Secret) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM sign_in WHERE secret = ?1")?
        .execute([&secret.kept()[..]])
        .map(drop)
}

fn find(
    db: &Connection,
    secret: &Secret,
    link: bool,
    now: u64,
) -> std::result::Result<Option<SignIn>, Undone> {
    let found = db
        .prepare_cached(
            "SELECT name, key, expires FROM sign_in
             WHERE secret = ?1 AND link = ?2 AND expires > ?3",
        )?
        .query_row(params![&secret.kept()[..], link, stamp(now)], |row| {
            Ok(SignIn {
                name: row.get(0)?,
                key: row.get(1)?,
                expires: row.get(2).map(millis)?,
            })
        })
        .optional()?;
    Ok(found)
}
