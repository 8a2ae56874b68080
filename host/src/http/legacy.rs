//! The routes of coldnotch 0.0.1, with their shapes: `/pending` and `/decision`.
//!
//! Unlike then they need a key wherever the others do, and whoever answers is the key:
//! `decided_by`, which anyone could write, is kept with the reason.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::refusals::Refusals;
use super::{Identity, Problem, Server};
use crate::approvals::{Answer, Approval, State as Progress};
use crate::keys::Right;

/// The most that are listed.
const MOST: u32 = 1000;

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/pending", get(pending))
        .route("/decision", post(decision))
}

/// A question as 0.0.1 had it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Row {
    id: String,
    agent: String,
    r#type: String,
    summary: String,
    reason: String,
    risk: f64,
    status: &'static str,
    decision: Option<&'static str>,
    decided_by: Option<String>,
    created_at: String,
    decided_at: Option<String>,
}

impl Row {
    fn of(approval: &Approval) -> Self {
        let action = &approval.held.action;
        let since = i64::try_from(approval.since).unwrap_or(i64::MAX);
        Row {
            id: approval.id.clone(),
            agent: action.agent.clone(),
            r#type: action.kind.clone(),
            summary: action.summary.clone(),
            reason: approval.held.judgement.reason.clone(),
            risk: approval.held.judgement.risk,
            status: "pending",
            decision: None,
            decided_by: None,
            created_at: Timestamp::from_millisecond(since)
                .unwrap_or_default()
                .to_string(),
            decided_at: None,
        }
    }
}

/// What waits, as 0.0.1 listed it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Pending {
    pending: Vec<Row>,
}

/// What waits for an answer, as coldnotch 0.0.1 listed it
#[utoipa::path(
    get, path = "/pending", tag = "0.0.1",
    responses((status = 200, description = "Oldest first", body = Pending), Refusals),
)]
pub(super) async fn pending(
    State(server): State<Server>,
    identity: Identity,
) -> Result<Json<Pending>, Problem> {
    identity.needs(Right::Read)?;
    let found = server
        .with_gate(|gate| gate.approvals().list(Some(Progress::Pending), MOST))
        .await??;
    Ok(Json(Pending {
        pending: found.iter().map(Row::of).collect(),
    }))
}

/// An answer as 0.0.1 took it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionIn {
    approval_id: String,
    /// `approve` or `deny`
    #[schema(pattern = "^(approve|deny)$")]
    decision: String,
    /// Kept with the reason; who answers is the key
    #[schema(max_length = 256)]
    decided_by: Option<String>,
}

/// An answer that was taken, as 0.0.1 said it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Resolved {
    approval_id: String,
    decision: &'static str,
    changed: bool,
}

/// What 0.0.1 said when it did not.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Detail {
    detail: String,
}

/// Answers a question, as coldnotch 0.0.1 took it
#[utoipa::path(
    post, path = "/decision", tag = "0.0.1", request_body = DecisionIn,
    responses(
        (status = 200, description = "Taken", body = Resolved),
        (status = 404, description = "There is none, or it was answered", body = Detail),
        Refusals,
    ),
)]
pub(super) async fn decision(
    State(server): State<Server>,
    identity: Identity,
    body: Body,
) -> Result<Response, Problem> {
    identity.needs(Right::Answer)?;
    let said: DecisionIn = body.read()?;
    let approved = match said.decision.as_str() {
        "approve" => true,
        "deny" => false,
        _ => {
            let detail = "`decision` must be 'approve' or 'deny'";
            return Err(Problem::bad("field", detail).field("decision"));
        }
    };
    let named = said.decided_by.filter(|name| !name.is_empty());
    if named.as_ref().is_some_and(|name| name.len() > 256) {
        let detail = "`decided_by` has more than 256 bytes";
        return Err(Problem::bad("field", detail).field("decided_by"));
    }
    let answer = Answer {
        approved,
        by: identity.by(),
        via: "api".to_owned(),
        reason: named.map(|name| format!("decided_by {name}")),
    };
    let id = said.approval_id;
    match server.answer(id.clone(), answer, None).await {
        Ok(_) => Ok(Json(Resolved {
            approval_id: id,
            decision: if approved { "approve" } else { "deny" },
            changed: true,
        })
        .into_response()),
        Err(problem) if matches!(problem.status().as_u16(), 404 | 409) => {
            let detail = problem.detail().to_owned();
            Ok((StatusCode::NOT_FOUND, Json(Detail { detail })).into_response())
        }
        Err(problem) => Err(problem),
    }
}
