//! What people answered before to questions like this one.

use std::collections::BTreeSet;

use super::page::{clock, stamp};
use super::text::Shown;
use super::words;
use crate::approvals::{Approval, ApprovalError, Approvals};

/// How far one looks back.
const LOOK: u32 = 300;
/// How many are shown.
const MOST: usize = 5;

/// An answer to a question like this one.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) id: String,
    pub(super) summary: Shown,
    pub(super) state: &'static str,
    pub(super) by: Shown,
    pub(super) reason: Shown,
    pub(super) at: String,
    pub(super) when: String,
    /// Which values are the same.
    pub(super) same: Vec<Shown>,
}

/// The most alike first: those that share values, then the newest.
pub(super) fn like(approvals: &Approvals, this: &Approval) -> Result<Vec<Past>, ApprovalError> {
    let values = values_of(this);
    let mut alike: Vec<(Vec<String>, Approval)> = approvals
        .list(None, LOOK)?
        .into_iter()
        .filter(|other| other.id != this.id && other.deciding().is_some())
        .filter(|other| other.held.action.kind == this.held.action.kind)
        .map(|other| {
            let same = values_of(&other).intersection(&values).cloned().collect();
            (same, other)
        })
        .collect();
    alike.reverse(); // newest first
    alike.sort_by_key(|(same, _)| std::cmp::Reverse(same.len())); // stable
    alike.truncate(MOST);
    Ok(alike
        .into_iter()
        .filter_map(|(same, other)| past(&same, &other))
        .collect())
}

fn past(same: &[String], other: &Approval) -> Option<Past> {
    let last = other.deciding()?;
    let action = &other.held.action;
    let summary = match action.summary.is_empty() {
        true => words::plain(&action.kind),
        false => action.summary.clone(),
    };
    Some(Past {
        id: other.id.clone(),
        summary: Shown::most(&summary, 120),
        state: match last.answer.approved {
            true => "approved",
            false => "refused",
        },
        by: Shown::most(&last.answer.by, 80),
        reason: Shown::most(last.answer.reason.as_deref().unwrap_or_default(), 200),
        at: stamp(last.at),
        when: clock(last.at),
        same: same
            .iter()
            .take(3)
            .map(|value| Shown::most(value, 60))
            .collect(),
    })
}

/// What tells one action from another of its type.
fn values_of(approval: &Approval) -> BTreeSet<String> {
    let leaves = crate::history::leaves_of(approval.held.action.payload.text());
    let texts = leaves.into_iter().map(|leaf| leaf.text);
    texts
        .filter(|text| text.len() > 2 && text.len() < 200)
        .collect()
}
