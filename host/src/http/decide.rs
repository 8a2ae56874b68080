//! `/v1/decide`, `/v1/decide/batch`, `/v1/observe`: what agents send.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{Body, Params};
use super::openapi::{
    ActionBody, ActionsBody, DecisionBody, DecisionsBody, ObservationBody, Observed,
};
use super::refusals::{NoApproval, OtherAction, Refusals};
use super::{Identity, Problem, Server};
use crate::action::Action;
use crate::answers::{AnswersError, Claim, Known};
use crate::approvals::ApprovalError;
use crate::gate::{Decision, Gate};
use crate::judge::now;
use crate::keys::Right;
use crate::wire::{self, DecisionWire};

/// Actions of one batch.
pub(super) const MOST: usize = 100;

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/v1/decide", post(decide))
        .route("/v1/decide/batch", post(decide_batch))
        .route("/v1/observe", post(observe))
}

/// How long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wait {
    /// Milliseconds to wait for a person, if one has to be asked. Not longer than the
    /// server's `max_wait`
    #[serde(default)]
    #[param(minimum = 0, maximum = 3600000)]
    pub(super) wait_ms: u64,
}

/// An answer to an action.
#[derive(Debug, Clone)]
pub(super) enum Told {
    /// It is decided: the decision as JSON.
    Decided(String),
    /// This approval decides it: the decision so far as JSON.
    Waits(String, String),
}

impl Told {
    pub(super) fn of(decision: &Decision) -> Self {
        // Texts and numbers alone: nothing that could not be written.
        let json = serde_json::to_string(&DecisionWire::from(decision)).unwrap_or_default();
        match (&decision.approval, decision.approved) {
            (Some(approval), None) => Told::Waits(approval.clone(), json),
            _ => Told::Decided(json),
        }
    }

    fn json(&self) -> &str {
        match self {
            Told::Decided(json) | Told::Waits(_, json) => json,
        }
    }
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let kind = (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        match self {
            Told::Decided(json) => ([kind], json).into_response(),
            Told::Waits(approval, json) => {
                let place = format!("/v1/approvals/{approval}/decision");
                let after = (header::RETRY_AFTER, HeaderValue::from_static("1"));
                let mut response = (StatusCode::ACCEPTED, [kind, after], json).into_response();
                if let Ok(place) = HeaderValue::try_from(place) {
                    response.headers_mut().insert(header::LOCATION, place);
                }
                response
            }
        }
    }
}

/// Why an action is not decided on.
pub(super) enum Undecided {
    /// Another action has its id.
    Conflict(Box<Action>),
    Approvals(ApprovalError),
    Answers(AnswersError),
}

impl From<Undecided> for Problem {
    fn from(undecided: Undecided) -> Self {
        match undecided {
            Undecided::Conflict(action) => {
                let detail = format!(
                    "session '{}' has another action under the id '{}'; an id names one call",
                    action.session, action.id
                );
                Problem::new(StatusCode::CONFLICT, "other-action", detail).field("id")
            }
            Undecided::Approvals(e) => e.into(),
            Undecided::Answers(e) => Problem::unavailable("answers-unavailable", &e),
        }
    }
}

impl Server {
    /// Decides on an action, once: sent again, within a session and under the same
    /// id, it gets the answer it got.
    pub(super) fn decide_once(
        &self,
        gate: &Gate,
        action: Action,
        asker: &str,
    ) -> Result<Told, Undecided> {
        if action.session.is_empty() || action.id.is_empty() {
            return Ok(Told::of(&gate.decide_for(action, asker)));
        }
        let claim = self.answers.claim(&action, now());
        match claim.map_err(Undecided::Answers)? {
            Claim::Known(Known::Final(json)) => Ok(Told::Decided(json)),
            Claim::Known(Known::Asked(approval)) => {
                let decision = gate.finish(&approval).map_err(Undecided::Approvals)?;
                Ok(Told::of(&decision))
            }
            Claim::Known(Known::Other) => Err(Undecided::Conflict(Box::new(action))),
            Claim::Ours(turn) => {
                let decision = gate.decide_for(action, asker);
                let told = Told::of(&decision);
                let known = match &told {
                    Told::Waits(approval, _) => Known::Asked(approval.clone()),
                    Told::Decided(json) => Known::Final(json.clone()),
                };
                // What was not recorded was not decided: it is tried anew.
                if decision.seq.is_some()
                    && let Err(e) = turn.keep(known, now())
                {
                    tracing::error!("a repeated action would be recorded again: {e}");
                }
                Ok(told)
            }
        }
    }

    /// Waits for the answer, if one has to come.
    pub(super) async fn told(&self, told: Told, wait_ms: u64) -> Result<Told, Problem> {
        match told {
            Told::Waits(approval, _) if wait_ms > 0 => {
                let patience = Duration::from_millis(wait_ms).min(self.config.server.max_wait);
                Ok(Told::of(&self.wait(&approval, patience).await?))
            }
            told => Ok(told),
        }
    }
}

/// Decides on an action before it runs
///
/// 200 is final: the action may run exactly when `approved` is true. 202 means that a
/// person is asked; ask again at `Location`, or wait here with `wait_ms`. Any other
/// answer is no permission.
///
/// Within a session an id names one call: the same action sent again gets the same
/// answer and is not recorded twice; another action under the same id is 409.
#[utoipa::path(
    post, path = "/v1/decide", tag = "agents", params(Wait), request_body = ActionBody,
    responses(
        (status = 200, description = "Decided", body = DecisionBody),
        (status = 202, description = "A person is asked", body = DecisionBody, headers(
            ("Location" = String, description = "Where the decision will be"),
            ("Retry-After" = u64, description = "Seconds after which to ask again"))),
        NoApproval,
        OtherAction,
        Refusals,
    ),
)]
pub(super) async fn decide(
    State(server): State<Server>,
    identity: Identity,
    Params(wait): Params<Wait>,
    body: Body,
) -> Result<Told, Problem> {
    identity.needs(Right::Act)?;
    let action = wire::parse_action(&body.0)?;
    let asker = identity.asker();
    let at = server.clone();
    let told = server
        .with_gate(move |gate| at.decide_once(gate, action, &asker))
        .await??;
    server.told(told, wait.wait_ms).await
}

/// Decides on siblings of a parallel call, in order: each sees the ones before it
///
/// Either all are understood, or none is decided on.
#[utoipa::path(
    post, path = "/v1/decide/batch", tag = "agents", request_body = ActionsBody,
    responses(
        (status = 200, description = "Each decided, or a person is asked: then `approved` is null", body = DecisionsBody),
        NoApproval,
        OtherAction,
        Refusals,
    ),
)]
pub(super) async fn decide_batch(
    State(server): State<Server>,
    identity: Identity,
    body: Body,
) -> Result<Response, Problem> {
    identity.needs(Right::Act)?;
    let actions = wire::parse_actions(&body.0, MOST).map_err(|(place, e)| {
        let problem = Problem::from(e);
        match place {
            Some(place) => problem.within(&format!("actions.{place}")),
            None => problem,
        }
    })?;
    let asker = identity.asker();
    let at = server.clone();
    let decided = server
        .with_gate(move |gate| {
            let each = actions.into_iter();
            each.map(|action| at.decide_once(gate, action, &asker))
                .collect::<Result<Vec<Told>, Undecided>>()
        })
        .await??;
    let each: Vec<&str> = decided.iter().map(Told::json).collect();
    let json = format!("{{\"decisions\":[{}]}}", each.join(","));
    let kind = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, kind)], json).into_response())
}

/// Reports what an action returned, so that later decisions of its session see it
///
/// The same output again changes nothing.
#[utoipa::path(
    post, path = "/v1/observe", tag = "agents", request_body = ObservationBody,
    responses(
        (status = 200, description = "Taken in and recorded", body = Observed),
        (status = 404, description = "The session has no such action", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Another output was reported before", body = Problem, content_type = "application/problem+json"),
        Refusals,
    ),
)]
pub(super) async fn observe(
    State(server): State<Server>,
    identity: Identity,
    body: Body,
) -> Result<Json<Observed>, Problem> {
    identity.needs(Right::Act)?;
    let seen = wire::parse_observation(&body.0)?;
    let (session, id) = (seen.session.clone(), seen.id.clone());
    let seq = server.with_gate(move |gate| gate.observe(&seen)).await??;
    Ok(Json(Observed {
        observed: id,
        session,
        seq,
    }))
}
