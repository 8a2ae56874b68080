//! What waits for an answer, what ends soonest first. Questions with one cause are one row.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{Frame, Wrong, left, page as page_of, stamp};
use super::text::Shown;
use super::viewer::Viewer;
use super::words::{self, Fact};
use crate::approvals::{Approval, ApprovalError, Approvals, State as Of};
use crate::http::Server;

/// How many are shown at once.
const MOST: u32 = 200;

/// A question in the list.
#[derive(Debug)]
pub(super) struct Row {
    /// Names it among the rows.
    pub(super) place: String,
    /// The question it leads to: the oldest.
    pub(super) id: String,
    /// How many questions it stands for.
    pub(super) alike: usize,
    pub(super) agent: Shown,
    pub(super) kind: Shown,
    pub(super) summary: Shown,
    pub(super) facts: Vec<Fact>,
    /// Why it is held, in one sentence.
    pub(super) because: Shown,
    pub(super) more: usize,
    pub(super) risk: String,
    pub(super) left: String,
    pub(super) until: String,
    pub(super) given: usize,
    pub(super) quorum: u32,
}

/// What names the row on which a question stands.
pub(super) fn place(approval: &Approval) -> &str {
    approval.cause.as_deref().unwrap_or(&approval.id)
}

/// Questions as rows; each has its oldest question's words.
fn rows(mut waiting: Vec<Approval>) -> Vec<Row> {
    waiting.sort_by_key(|approval| approval.since);
    let mut rows: Vec<(u64, Row)> = Vec::new();
    let mut places = HashMap::new();
    for approval in &waiting {
        let next = rows.len();
        let at = *places.entry(place(approval)).or_insert(next);
        match rows.get_mut(at) {
            Some((ends, row)) => {
                *ends = approval.expires.min(*ends);
                row.ends(*ends);
                row.alike += 1;
            }
            None => rows.push((approval.expires, Row::of(approval))),
        }
    }
    rows.sort_by_key(|(ends, _)| *ends);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The row on which this question stands or stood, if anything on it waits.
pub(super) fn row_of(
    approvals: &Approvals,
    approval: &Approval,
) -> Result<Option<Row>, ApprovalError> {
    let mut waiting = approvals.siblings(approval)?;
    if approval.state == Of::Pending {
        waiting.push(approval.clone());
    }
    Ok(rows(waiting).pop())
}

impl Row {
    /// The time of whichever ends first.
    fn ends(&mut self, at: u64) {
        self.left = left(at);
        self.until = stamp(at);
    }

    fn of(approval: &Approval) -> Row {
        let action = &approval.held.action;
        let judgement = &approval.held.judgement;
        let mut facts = words::facts(action);
        facts.retain(Fact::matters);
        facts.truncate(3);
        Row {
            place: place(approval).to_owned(),
            id: approval.id.clone(),
            alike: 1,
            agent: Shown::most(&action.agent, 80),
            kind: Shown::most(&words::plain(&action.kind), 80),
            summary: Shown::most(&action.summary, 160),
            facts,
            because: Shown::most(&judgement.reason, 240),
            more: judgement.causes.len().saturating_sub(1),
            risk: words::risk(judgement.risk),
            left: left(approval.expires),
            until: stamp(approval.expires),
            given: approval.answers.len(),
            quorum: approval.quorum,
        }
    }
}

#[derive(Template)]
#[template(path = "inbox/list.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    /// How many questions the rows stand for.
    shown: u64,
    /// The last change that this page knows.
    seen: u64,
}

/// How many wait.
pub(super) fn waiting(approvals: &Approvals) -> Result<u64, ApprovalError> {
    let tally = approvals.tally()?;
    let pending = tally.iter().find(|(state, _)| *state == Of::Pending);
    Ok(pending.map_or(0, |(_, count)| *count))
}

/// `GET /inbox`
pub(super) async fn page(State(server): State<Server>, viewer: Viewer) -> Result<Response, Wrong> {
    let look = |approvals: &Approvals| -> Result<_, ApprovalError> {
        // What happens while the list is read is told again as news.
        let seen = approvals.last_change()?;
        let found = approvals.list(Some(Of::Pending), MOST)?;
        let shown = found.len() as u64;
        Ok((seen, rows(found), shown, waiting(approvals)?))
    };
    let (seen, rows, shown, waiting) = server
        .with_gate(move |gate| look(gate.approvals()))
        .await??;
    let content = ListPage {
        frame: Frame::of(&viewer, "inbox", waiting),
        rows,
        shown,
        seen,
    };
    Ok(page_of(Some(&viewer), StatusCode::OK, &content))
}
