//! What approvers let run without being asked again, and taking it back.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::list::waiting;
use super::page::{Frame, Wrong, clock, go, page as shown, stamp};
use super::sent::Sent;
use super::text::Shown;
use super::viewer::Viewer;
use super::words;
use crate::action::Action;
use crate::approvals::Grant;
use crate::history::leaves_of;
use crate::http::{Problem, Server};
use crate::judge::now;

/// How many are shown.
const MOST: u32 = 200;

/// A grant as it is shown.
#[derive(Debug)]
struct Line {
    id: String,
    approval: String,
    agent: Shown,
    kind: Shown,
    words: Vec<Shown>,
    session: Option<Shown>,
    by: Shown,
    via: Shown,
    since: String,
    until: String,
    ends: String,
    uses: u64,
}

impl From<Grant> for Line {
    fn from(grant: Grant) -> Self {
        let action = &grant.shown.action;
        Line {
            agent: Shown::most(&action.agent, 80),
            kind: Shown::most(&words::plain(&action.kind), 80),
            words: grant
                .words
                .iter()
                .map(|word| Shown::most(&word.to_string(), 300))
                .collect(),
            session: grant.session.as_deref().map(Shown::new),
            by: Shown::new(&grant.by),
            via: Shown::new(&grant.via),
            since: clock(grant.since),
            until: stamp(grant.until),
            ends: clock(grant.until),
            uses: grant.uses,
            id: grant.id,
            approval: grant.approval,
        }
    }
}

#[derive(Template)]
#[template(path = "inbox/grants.html")]
struct GrantsPage {
    frame: Frame,
    lines: Vec<Line>,
    answers: bool,
}

/// `GET /inbox/grants`
pub(super) async fn page(State(server): State<Server>, viewer: Viewer) -> Result<Response, Wrong> {
    let (lines, waiting) = server
        .with_gate(|gate| {
            let found = gate.approvals().grants(Some(now()), MOST)?;
            let lines: Vec<Line> = found.into_iter().rev().map(Line::from).collect();
            waiting(gate.approvals()).map(|waiting| (lines, waiting))
        })
        .await??;
    let content = GrantsPage {
        frame: Frame::of(&viewer, "grants", waiting),
        lines,
        answers: viewer.may_answer(),
    };
    Ok(shown(Some(&viewer), StatusCode::OK, &content))
}

/// `POST /inbox/grants/{id}/revoke`
pub(super) async fn revoke(
    State(server): State<Server>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Wrong> {
    if !sent.viewer.may_answer() {
        let sentence = "Your key takes no grant back; it takes an approver's.";
        return Err(Wrong::new(StatusCode::FORBIDDEN, sentence));
    }
    let by = sent.viewer.by();
    let revoked = server
        .with_gate(move |gate| gate.revoke_grant(&id, &by, "inbox"))
        .await?;
    match revoked {
        Ok(_) => Ok(go("/inbox/grants")),
        Err(e) => Err(Problem::from(e).into()),
    }
}

/// Words to begin with: amounts up to what was asked. Whatever none names stays as it
/// was.
pub(super) fn suggested(action: &Action) -> String {
    let facts = words::amounts(action);
    let leaves = leaves_of(action.payload.text());
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let plain = |path: &str| !path.contains(['[', '\\', '=', '<', '@']);
    let words = leaves
        .iter()
        .filter(|leaf| facts.contains(&leaf.path) && plain(&leaf.path) && is_number(&leaf.text))
        .map(|leaf| format!("{}<={}", leaf.path, leaf.text));
    words.collect::<Vec<_>>().join("\n")
}
