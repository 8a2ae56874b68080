//! A person's answer. It binds exactly the action that was on the page: its digest
//! comes along, and an answer about any other is not taken.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use data_encoding::HEXLOWER;

use super::card;
use super::page::{Wrong, go};
use super::sent::Sent;
use crate::action::ActionDigest;
use crate::approvals::Answer;
use crate::http::Server;
use crate::judge::now;

/// The longest reason, in characters.
const REASON: usize = 2000;

/// `POST /inbox/approvals/{id}/approve`
pub(super) async fn approve(
    State(server): State<Server>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Wrong> {
    answer(&server, id, &sent, true).await
}

/// `POST /inbox/approvals/{id}/refuse`
pub(super) async fn refuse(
    State(server): State<Server>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Wrong> {
    answer(&server, id, &sent, false).await
}

async fn answer(
    server: &Server,
    id: String,
    sent: &Sent,
    approved: bool,
) -> Result<Response, Wrong> {
    if !sent.viewer.may_answer() {
        let sentence = "Your key reads approvals and answers none; it takes an approver's.";
        return Err(Wrong::new(StatusCode::FORBIDDEN, sentence));
    }
    let Some(digest) = digest(sent.fields.get("digest")) else {
        let sentence = "The form does not say which action it answers. Reload the page.";
        return Err(Wrong::new(StatusCode::BAD_REQUEST, sentence));
    };
    let reason: String = sent
        .fields
        .get("reason")
        .trim()
        .chars()
        .take(REASON)
        .collect();
    let answer = Answer {
        approved,
        by: sent.viewer.by(),
        via: "inbox".to_owned(),
        reason: (!reason.is_empty()).then_some(reason),
    };
    let asked = id.clone();
    let taken = server
        .with_gate(move |gate| {
            gate.approvals()
                .answer(&asked, &answer, Some(digest), now())
        })
        .await?;
    match taken {
        Ok(_) => Ok(go(&format!("/inbox/approvals/{id}"))),
        // What became of it is on the card, with the reason why this was not taken.
        Err(e) => card::with_error(server, &sent.viewer, id, e.into()).await,
    }
}

fn digest(text: &str) -> Option<ActionDigest> {
    let bytes = HEXLOWER
        .decode(text.strip_prefix("sha256:")?.as_bytes())
        .ok()?;
    bytes.try_into().ok().map(ActionDigest)
}
