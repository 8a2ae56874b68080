//! A person's answer. It binds exactly the action that was on the page: its digest
//! comes along, and an answer about any other is not taken.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use data_encoding::HEXLOWER;

use super::card;
use super::page::{Wrong, go};
use super::sent::Sent;
use crate::action::ActionDigest;
use crate::approvals::{Answer, Scope, Word};
use crate::gate::EditError;
use crate::http::{Problem, Server};
use crate::json::Object;
use crate::judge::now;
use crate::printable::printable;
use crate::wire::MAX_BYTES;

/// The longest reason, in characters.
const REASON: usize = 2000;

/// The most questions that one form answers beside its own.
const ALSO: usize = 100;

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

/// `POST /inbox/approvals/{id}/edit`
pub(super) async fn edit(
    State(server): State<Server>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Wrong> {
    let (answer, digest) = read(&sent, true)?;
    let text = sent.fields.get("payload");
    let payload = match Object::parse(text.as_bytes()) {
        Ok(payload) if text.len() <= MAX_BYTES => payload,
        Ok(_) => {
            let wrong = Wrong::new(StatusCode::BAD_REQUEST, "The payload is too long.");
            return card::with_error(&server, &sent.viewer, id, wrong).await;
        }
        Err(e) => {
            let sentence = format!("The payload is not a JSON object: {e}. Nothing was changed.");
            let wrong = Wrong::new(StatusCode::BAD_REQUEST, sentence);
            return card::with_error(&server, &sent.viewer, id, wrong).await;
        }
    };
    let asked = id.clone();
    let edited = server
        .with_gate(move |gate| gate.edit(&asked, digest, payload, &answer))
        .await?;
    let wrong = match edited {
        Ok(instead) => return Ok(go(&format!("/inbox/approvals/{instead}"))),
        Err(EditError::Approvals(e)) => e.into(),
        Err(EditError::Audit(e)) => Problem::unavailable("audit-unavailable", &e).into(),
        Err(e) => Wrong::new(StatusCode::CONFLICT, e.to_string()),
    };
    card::with_error(&server, &sent.viewer, id, wrong).await
}

/// `POST /inbox/approvals/{id}/grant`
pub(super) async fn grant(
    State(server): State<Server>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Wrong> {
    let (answer, digest) = read(&sent, true)?;
    let wide = words(sent.fields.get("words")).and_then(|words| {
        let hours = sent.fields.get("hours");
        let scope = match sent.fields.get("scope") {
            "session" => Scope::Session,
            _ => match hours.trim().parse::<u64>() {
                Ok(hours @ 1..=720) => Scope::For(Duration::from_secs(hours * 3600)),
                _ => return Err("the hours must be a whole number from 1 to 720".to_owned()),
            },
        };
        Ok((words, scope))
    });
    let (words, scope) = match wide {
        Ok(wide) => wide,
        Err(e) => {
            let wrong = Wrong::new(
                StatusCode::BAD_REQUEST,
                format!("Nothing was granted: {e}."),
            );
            return card::with_error(&server, &sent.viewer, id, wrong).await;
        }
    };
    let asked = id.clone();
    let granted = server
        .with_gate(move |gate| gate.grant(&asked, Some(digest), &answer, words, scope))
        .await?;
    let wrong = match granted {
        Ok(_) => return Ok(go(&format!("/inbox/approvals/{id}"))),
        Err(e) => Problem::from(e).into(),
    };
    card::with_error(&server, &sent.viewer, id, wrong).await
}

/// A word a line.
fn words(text: &str) -> Result<Vec<Word>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let word = |line: &str| {
        line.parse()
            .map_err(|e| format!("'{}' {e}", printable(line, 80)))
    };
    lines.map(word).collect()
}

/// The answer a form gives, and the digest of what it is about.
fn read(sent: &Sent, approved: bool) -> Result<(Answer, ActionDigest), Wrong> {
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
    Ok((answer, digest))
}

async fn answer(
    server: &Server,
    id: String,
    sent: &Sent,
    approved: bool,
) -> Result<Response, Wrong> {
    let (answer, digest) = read(sent, approved)?;
    // Others about exactly this action, as the page named them.
    let also = sent.fields.get("also").split_whitespace().take(ALSO);
    let all: Vec<String> = std::iter::once(&*id)
        .chain(also)
        .map(ToOwned::to_owned)
        .collect();
    let taken = server
        .with_gate(move |gate| {
            let approvals = gate.approvals();
            approvals.answer_each(&all, digest, &answer, now())
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
