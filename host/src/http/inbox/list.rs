//! What waits for an answer, what ends soonest first.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{Frame, Wrong, left, page as shown, stamp};
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
    pub(super) id: String,
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

impl Row {
    pub(super) fn of(approval: &Approval) -> Row {
        let action = &approval.held.action;
        let judgement = &approval.held.judgement;
        let mut facts = words::facts(action);
        facts.retain(Fact::matters);
        facts.truncate(3);
        Row {
            id: approval.id.clone(),
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
        let mut found = approvals.list(Some(Of::Pending), MOST)?;
        found.sort_by_key(|approval| approval.expires);
        let rows = found.iter().map(Row::of).collect();
        Ok((seen, rows, waiting(approvals)?))
    };
    let (seen, rows, waiting) = server
        .with_gate(move |gate| look(gate.approvals()))
        .await??;
    let content = ListPage {
        frame: Frame::of(&viewer, "inbox", waiting),
        rows,
        seen,
    };
    Ok(shown(Some(&viewer), StatusCode::OK, &content))
}
