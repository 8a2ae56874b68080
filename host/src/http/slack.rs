//! `/slack/actions`: a click in Slack is an answer.
//!
//! The signature is checked over the raw bytes before anything is read. Then the
//! click goes through the gate like any other answer; Slack is told within its three
//! seconds either way, and the card is drawn from what was kept, not from here.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::auth::asked_as_local;
use super::body::Raw;
use super::openapi::Refusals;
use super::{Problem, Server};
use crate::approvals::ApprovalError;
use crate::gate::{Decision, Gate};
use crate::slack::{self, Click, ClickError, SlackConfig};

/// The largest request: a card with all its state is some 20 KiB.
const MOST: usize = 256 << 10;
/// How long Slack may wait, of its three seconds.
const PATIENCE: Duration = Duration::from_millis(2000);

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/slack/actions", post(actions))
        .layer(DefaultBodyLimit::max(MOST))
}

/// A click on a card in Slack
#[utoipa::path(
    post, path = "/slack/actions", tag = "0.0.1", security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "Slack's `payload`, signed by Slack"),
    responses(
        (status = 200, description = "What came of it", body = Object),
        (status = 404, description = "Slack is not set up", body = Problem, content_type = "application/problem+json"),
        Refusals,
    ),
)]
pub(super) async fn actions(
    State(server): State<Server>,
    uri: Uri,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<Value>, Problem> {
    let Some(config) = server.config.slack.clone() else {
        let detail = "Slack is not set up on this server (`[slack]` in the configuration)";
        return Err(Problem::new(StatusCode::NOT_FOUND, "no-slack", detail));
    };
    check(&config, &uri, &headers, &body)?;
    let Some(click) = Click::read(&body, &config)? else {
        return Ok(Json(json!({})));
    };
    let (asked, answer) = (click.clone(), click.answer.clone());
    // Whether Slack still listens or not, the answer is taken.
    let resolved = tokio::spawn(async move {
        let came_of_it = server.with_gate(move |gate| resolve(gate, &asked)).await;
        let Ok(came_of_it) = came_of_it else {
            return (false, "Something failed; see the server's log.".to_owned());
        };
        if let Err(e) = &came_of_it {
            tracing::info!(
                "Slack: {} was not taken from {}: {e}",
                click.approval,
                click.answer.by
            );
        }
        let words = slack::words(&click.answer, &came_of_it);
        let taken = matches!(&came_of_it, Ok(d) if d.approved == Some(click.answer.approved));
        // The card says it to all; what it cannot say is for the one who clicked.
        if let (false, Some(url)) = (taken, click.response_url) {
            let words = words.clone();
            tokio::spawn(async move { slack::tell(&config, &url, &words).await });
        }
        (taken, words)
    });
    let told = match tokio::time::timeout(PATIENCE, resolved).await {
        // The shape of 0.0.1.
        Ok(Ok((true, words))) => {
            json!({"replace_original": true, "text": format!("{words} ({})", answer.by)})
        }
        Ok(Ok((false, words))) => {
            json!({"response_type": "ephemeral", "replace_original": false, "text": words})
        }
        Ok(Err(_)) => return Err(Problem::internal()),
        Err(_) => json!({"response_type": "ephemeral", "replace_original": false,
            "text": "Your answer is being taken; the card will show what came of it."}),
    };
    Ok(Json(told))
}

/// Whether the request is Slack's.
fn check(config: &SlackConfig, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let wrong = |detail: &str| Problem::new(StatusCode::UNAUTHORIZED, "signature", detail);
    let header = |name: &str| {
        let mut all = headers.get_all(name).iter();
        let only = all.next().filter(|_| all.next().is_none());
        only.and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    match &config.signing_secret {
        Some(secret) => {
            let timestamp = header("x-slack-request-timestamp");
            let signature = header("x-slack-signature");
            match slack::is_signed(secret, timestamp, signature, body, seconds()) {
                true => Ok(()),
                false => Err(wrong("this is not signed by Slack, or was long ago")),
            }
        }
        // As 0.0.1, on this machine alone: the button's proof is checked all the same.
        None if asked_as_local(headers, uri) => Ok(()),
        None => Err(wrong(
            "without `slack.signing_secret` only localhost is answered",
        )),
    }
}

/// The answer through the gate.
fn resolve(gate: &Gate, click: &Click) -> Result<Decision, ApprovalError> {
    let approvals = gate.approvals();
    if !click.may {
        return Err(ApprovalError::NotApprover(click.answer.by.clone()));
    }
    let approval = approvals.get(&click.approval)?;
    if !click.is_about(&approval, &approvals.key(slack::BUTTON)?) {
        return Err(ApprovalError::OtherAction(click.approval.clone()));
    }
    gate.resolve(&click.approval, &click.answer)
}

impl From<ClickError> for Problem {
    fn from(e: ClickError) -> Self {
        match e {
            ClickError::Malformed(_) => Problem::bad("slack", e.to_string()),
            ClickError::Foreign(_) => Problem::forbidden("slack", e.to_string()),
        }
    }
}

/// The time by which it counts how old a signature is, in seconds since the Unix epoch.
pub(super) fn seconds() -> u64 {
    crate::clock::wall_never_back() / 1000
}
