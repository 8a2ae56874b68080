//! One question in the place of another.

use rusqlite::{OptionalExtension, params};

use super::super::{Approval, ApprovalError, Cancelled, Given, State};
use super::read::load;
use super::write::{add, cancel, take, takes};
use super::{Result, Store};
use crate::action::ActionDigest;

impl Store {
    pub(in crate::approvals) fn replace(
        &self,
        id: &str,
        shown: ActionDigest,
        other: &Approval,
        given: &Given,
    ) -> Result<State> {
        let taken = self.step(|tx| {
            takes(&load(tx, id)?, given, Some(shown))?;
            let who = Cancelled {
                by: given.answer.by.clone(),
                via: given.answer.via.clone(),
                at: given.at,
            };
            cancel(tx, id, &who)?;
            add(tx, other)?;
            tx.prepare_cached("INSERT INTO edit VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![
                    id,
                    other.id,
                    other.held.action.session,
                    &other.digest.0[..]
                ])?;
            take(tx, &other.id, given, None)
        })?;
        taken.ok_or_else(|| ApprovalError::Expired(id.to_owned()))
    }

    pub(in crate::approvals) fn instead(&self, id: &str) -> Result<Option<String>> {
        self.one("SELECT instead FROM edit WHERE approval = ?1", id)
    }

    pub(in crate::approvals) fn original(&self, id: &str) -> Result<Option<String>> {
        self.one("SELECT approval FROM edit WHERE instead = ?1", id)
    }

    fn one(&self, select: &str, id: &str) -> Result<Option<String>> {
        self.look(|db| {
            Ok(db
                .prepare_cached(select)?
                .query_row([id], |row| row.get(0))
                .optional()?)
        })
    }

    /// What a person made of an action of this session, if this is it: it still waits
    /// for its agent.
    pub(in crate::approvals) fn edited(
        &self,
        session: &str,
        digest: ActionDigest,
    ) -> Result<Option<String>> {
        self.look(|db| {
            Ok(db
                .prepare_cached(
                    "SELECT a.id FROM edit e CROSS JOIN approval a ON a.id = e.instead
                     WHERE e.session = ?1 AND e.digest = ?2
                        AND a.state IN ('pending', 'approved')
                     ORDER BY a.since DESC LIMIT 1",
                )?
                .query_row(params![session, &digest.0[..]], |row| row.get(0))
                .optional()?)
        })
    }
}
