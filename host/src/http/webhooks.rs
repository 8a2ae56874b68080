//! `/webhooks/decision`: a program answers, by a signed request.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, only};
use super::refusals::{Answered, NoApproval, Refusals};
use super::slack::seconds;
use super::{Problem, Server};
use crate::approvals::{Answer, Approval, ApprovalError, State as Stage};
use crate::gate::Gate;
use crate::judge::now;
use crate::webhooks::{Headers, Keys, WebhookConfig, verify};

/// The longest reason that is kept, in characters.
const REASON: usize = 500;

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/webhooks/decision", post(decision))
}

/// What is sent. The digest names the action that was shown to whoever decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {
    /// The approval.
    approval_id: String,
    /// `action_digest` of the `hold`.
    action_digest: String,
    /// `approve` or `deny`.
    decision: String,
    /// Why.
    reason: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Taken {
    /// The approval.
    approval_id: String,
    /// How far it is now.
    state: &'static str,
    /// Who answered: `webhook:NAME`.
    by: String,
    /// Whether this was answered by them before.
    again: bool,
}

/// A program answers, signed as Standard Webhooks has it
#[utoipa::path(
    post, path = "/webhooks/decision", tag = "approvals", security(()), request_body = Sent,
    params(
        ("webhook-id" = String, Header, description = "Names the message"),
        ("webhook-timestamp" = String, Header, description = "Seconds since the Unix epoch"),
        ("webhook-signature" = String, Header, description = "`v1,…`, with an `answer_secret`"),
    ),
    responses(
        (status = 200, description = "Taken", body = Taken),
        NoApproval,
        Answered,
        Refusals,
    ),
)]
pub(super) async fn decision(
    State(server): State<Server>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Taken>, Problem> {
    let by = signer(&server.config.webhooks, &headers, &body.0)?;
    let sent: Sent = body.read()?;
    let approved = match sent.decision.as_str() {
        "approve" => true,
        "deny" | "refuse" => false,
        _ => {
            let detail = "`decision` must be \"approve\" or \"deny\"";
            return Err(Problem::bad("field", detail).field("decision"));
        }
    };
    let answer = Answer {
        approved,
        by,
        via: "webhook".to_owned(),
        reason: sent
            .reason
            .map(|reason| reason.chars().take(REASON).collect()),
    };
    let answered =
        move |gate: &Gate| answer_to(gate, &sent.approval_id, &sent.action_digest, &answer);
    Ok(Json(server.with_gate(answered).await??))
}

/// Who signed it, by name.
fn signer(hooks: &[WebhookConfig], headers: &HeaderMap, body: &[u8]) -> Result<String, Problem> {
    let sent = Headers {
        id: only(headers, "webhook-id"),
        timestamp: only(headers, "webhook-timestamp"),
        signature: only(headers, "webhook-signature"),
    };
    let now = seconds();
    let signed = |hook: &&WebhookConfig| {
        let keys = Keys::read(&hook.answer_secrets);
        keys.is_some_and(|keys| verify(&keys, sent, body, now))
    };
    let found = hooks.iter().find(signed);
    found
        .map(|hook| format!("webhook:{}", hook.name))
        .ok_or_else(|| {
            let detail = "this is not signed with a webhook's `answer_secret`, or was long ago";
            Problem::new(StatusCode::UNAUTHORIZED, "signature", detail)
        })
}

/// Takes the answer; whoever asked concludes it. A request that is sent again because
/// its answer got lost is answered as before, so a replayed one changes nothing either.
fn answer_to(gate: &Gate, id: &str, digest: &str, answer: &Answer) -> Result<Taken, ApprovalError> {
    let approval = gate.approvals().get(id)?;
    if approval.digest.to_string() != digest {
        return Err(ApprovalError::OtherAction(id.to_owned()));
    }
    let taken = gate
        .approvals()
        .answer(id, answer, Some(approval.digest), now());
    let approval = gate.approvals().get(id)?;
    let again = matches!(
        taken,
        Err(ApprovalError::Answered { .. } | ApprovalError::Twice { .. })
    ) && was_theirs(&approval, answer);
    if !again {
        taken?;
    }
    let state = match approval.state {
        Stage::Consumed => Stage::Approved,
        state => state,
    };
    Ok(Taken {
        approval_id: id.to_owned(),
        state: state.as_str(),
        by: answer.by.clone(),
        again,
    })
}

fn was_theirs(approval: &Approval, answer: &Answer) -> bool {
    approval
        .answers
        .iter()
        .any(|given| given.answer.by == answer.by && given.answer.approved == answer.approved)
}
