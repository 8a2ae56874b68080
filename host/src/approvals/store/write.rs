//! The steps from one state to the next.

use rusqlite::{Connection, Transaction, params};

use super::super::approval::is_over;
use super::super::{Approval, ApprovalError, Cancelled, Conclusion, Given, State, held};
use super::grants::revoke_with;
use super::read::{Found, find, load, state_of};
use super::{Result, Store, Undone, millis, stamp};
use crate::action::ActionDigest;

/// How long an answer waits for whoever asked before others conclude it.
pub(super) const GRACE: u64 = 30_000;
/// How long concluded approvals are kept: 30 days.
const KEEP: u64 = 30 * 24 * 3_600_000;
/// How many due ones are looked at in one go.
const FEW: u32 = 8;

impl Store {
    pub(in crate::approvals) fn insert(&self, approval: &Approval, most: u64) -> Result<()> {
        self.step(|tx| {
            room(tx, most)?;
            Ok(add(tx, approval)?)
        })
    }

    pub(in crate::approvals) fn room(&self, most: u64) -> Result<()> {
        self.look(|db| room(db, most))
    }

    pub(in crate::approvals) fn answer(
        &self,
        id: &str,
        given: &Given,
        digest: Option<ActionDigest>,
    ) -> Result<State> {
        // Who comes too late need not wait for the file to find out.
        let found = self.get(id)?;
        if found.state != State::Pending {
            return Err(answered(&found));
        }
        let taken = self.step(|tx| take(tx, id, given, digest))?;
        taken.ok_or_else(|| ApprovalError::Expired(id.to_owned()))
    }

    /// The same answer to several questions about this action, held for the same cause: all
    /// take it, or none.
    pub(in crate::approvals) fn answer_each(
        &self,
        ids: &[String],
        digest: ActionDigest,
        given: &Given,
    ) -> Result<Vec<State>> {
        self.step(|tx| {
            let mut cause = None;
            let mut one = |id: &String| {
                let its = load(tx, id)?.cause;
                if its.is_none() || *cause.get_or_insert_with(|| its.clone()) != its {
                    return Err(ApprovalError::OtherAction(id.clone()).into());
                }
                let state = take(tx, id, given, Some(digest))?;
                state.ok_or_else(|| ApprovalError::Expired(id.clone()).into())
            };
            ids.iter().map(&mut one).collect()
        })
    }

    pub(in crate::approvals) fn expire(&self, id: &str, now: u64) -> Result<State> {
        self.step(|tx| {
            let found = state_of(tx, id)?;
            if found != State::Pending {
                return Ok(found);
            }
            go(tx, id, State::Expired, now.saturating_add(GRACE))?;
            Ok(State::Expired)
        })
    }

    pub(in crate::approvals) fn cancel(&self, id: &str, who: &Cancelled) -> Result<()> {
        self.step(|tx| {
            let found = load(tx, id)?;
            match &found.cancelled {
                Some(before) if before.by == who.by => Ok(()),
                _ if found.state != State::Pending => Err(answered(&found).into()),
                _ => Ok(cancel(tx, id, who)?),
            }
        })
    }

    /// What there is to conclude; whatever is over is, from now on. For one who has
    /// the turn.
    pub(in crate::approvals) fn close(&self, id: &str, now: u64) -> Result<Found> {
        self.step(|tx| {
            let found = find(tx, id, now)?;
            let Found::Open(mut approval) = found else {
                return Ok(found);
            };
            if matches!(approval.state, State::Pending | State::Approved)
                && is_over(approval.since, approval.expires, now)
            {
                go(tx, id, State::Expired, now.saturating_add(GRACE))?;
                approval.state = State::Expired;
            }
            Ok(Found::Open(approval))
        })
    }

    pub(in crate::approvals) fn settle(
        &self,
        id: &str,
        conclusion: &Conclusion,
        now: u64,
    ) -> Result<()> {
        self.step(|tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE approval SET result = ?2, due = ?3,
                        state = CASE state WHEN 'approved' THEN 'consumed' ELSE state END
                     WHERE id = ?1 AND state <> 'pending' AND result IS NULL",
                )?
                .execute(params![
                    id,
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
    pub(in crate::approvals) fn due(&self, now: u64) -> Result<Vec<String>> {
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
}

/// Withdraws a question.
pub(super) fn cancel(tx: &Transaction<'_>, id: &str, who: &Cancelled) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE approval SET cancelled_by = ?2, cancelled_via = ?3, cancelled_at = ?4 WHERE id = ?1",
    )?
    .execute(params![id, who.by, who.via, stamp(who.at)])?;
    go(tx, id, State::Cancelled, who.at.saturating_add(GRACE))
}

/// A new question.
pub(super) fn add(tx: &Transaction<'_>, approval: &Approval) -> rusqlite::Result<()> {
    let action = &approval.held.action;
    tx.prepare_cached(
        "INSERT INTO approval (id, state, session, action, agent, asker, digest, held,
            since, expires, quorum, approvers, due, cause)
         VALUES (?1, 'pending', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?9, ?12)",
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
        approval.cause,
    ])
    .map(drop)
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

/// Takes an answer; `None` when it came too late, which is written down, too.
pub(super) fn take(
    tx: &Transaction<'_>,
    id: &str,
    given: &Given,
    digest: Option<ActionDigest>,
) -> std::result::Result<Option<State>, Undone> {
    let (approval, now) = (load(tx, id)?, given.at);
    match takes(&approval, given, digest) {
        Err(ApprovalError::Expired(_)) if approval.state == State::Pending => {
            go(tx, id, State::Expired, now.saturating_add(GRACE))?;
            return Ok(None);
        }
        may => may?,
    }
    let answer = &given.answer;
    tx.prepare_cached("INSERT OR REPLACE INTO vote VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            id,
            answer.by,
            answer.via,
            answer.approved,
            answer.reason,
            stamp(now),
            given.grant
        ])?;
    let so_far = approval.answers.len() as u64 + 1;
    if !answer.approved {
        revoke_with(tx, id, &answer.by, now)?;
        go(tx, id, State::Refused, now.saturating_add(GRACE))?;
        return Ok(Some(State::Refused));
    }
    if so_far < u64::from(approval.quorum) {
        return Ok(Some(State::Pending));
    }
    // From now on it waits for whoever asked, for as long again.
    let lifetime = approval.expires.saturating_sub(approval.since);
    let expires = now.saturating_add(lifetime);
    tx.prepare_cached("UPDATE approval SET expires = ?2 WHERE id = ?1")?
        .execute(params![id, stamp(expires)])?;
    go(tx, id, State::Approved, expires)?;
    Ok(Some(State::Approved))
}

/// Whether a question takes this answer now.
pub(in crate::approvals) fn takes(
    approval: &Approval,
    given: &Given,
    digest: Option<ActionDigest>,
) -> Result<()> {
    if approval.state != State::Pending {
        return Err(answered(approval));
    }
    if is_over(approval.since, approval.expires, given.at) {
        return Err(ApprovalError::Expired(approval.id.clone()));
    }
    entitled(approval, given, digest)
}

/// Whether whoever answers may, and means what was asked.
fn entitled(approval: &Approval, given: &Given, digest: Option<ActionDigest>) -> Result<()> {
    let by = &given.answer.by;
    if digest.is_some_and(|digest| digest != approval.digest) {
        return Err(ApprovalError::OtherAction(approval.id.clone()));
    }
    let own = [&approval.asker, &approval.held.action.agent];
    if own
        .into_iter()
        .any(|asked| !asked.is_empty() && given.is_by(asked))
    {
        return Err(ApprovalError::OwnAction(by.clone()));
    }
    let mut listed = approval.approvers.iter();
    if !approval.approvers.is_empty() && !listed.any(|who| given.is_by(who)) {
        return Err(ApprovalError::NotApprover(by.clone()));
    }
    let mut before = approval.answers.iter();
    if given.answer.approved && before.any(|before| given.is_by(&before.answer.by)) {
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
            by: match &approval.cancelled {
                Some(who) => Some(who.by.clone()),
                None => approval.deciding().map(|given| given.answer.by.clone()),
            },
        },
    }
}

pub(super) fn go(tx: &Transaction<'_>, id: &str, to: State, due: u64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE approval SET state = ?2, due = ?3 WHERE id = ?1")?
        .execute(params![id, to.as_str(), stamp(due)])
        .map(drop)
}
