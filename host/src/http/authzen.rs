//! OpenID AuthZEN 1.0, for gateways that speak it, and its access request and approval
//! profile (ARAP, a draft): a HOLD is a denial that can be requested.
//!
//! ```text
//! subject.id          agent
//! action.name         type;          action.properties     payload
//! resource            payload.resource {type, id, …properties}
//! context             session, id, summary, intent; the rest, and the subject, is context
//! ```
//!
//! Here a HOLD has been put to people when the denial leaves. To post it to
//! `/access/v1/requests` gives the task that stands for the question; once it is
//! approved, the same evaluation is permitted, once, with `context.approval`.

pub(super) mod requests;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::body::Body;
use super::decide::{MOST, Told};
use super::refusals::{NoApproval, OtherAction, Refusals};
use super::{Identity, Problem, Server};
use crate::action::Action;
use crate::approvals::ApprovalError;
use crate::gate::Gate;
use crate::keys::Right;
use crate::wire;

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/access/v1/evaluation", post(evaluation))
        .route("/access/v1/evaluations", post(evaluations))
        .route("/access/v1/requests", post(requests::request))
        .route("/access/v1/requests/{id}", get(requests::task))
        .route("/.well-known/authzen-configuration", get(configuration))
}

/// Somebody or something.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct Entity {
    #[schema(min_length = 1)]
    r#type: String,
    #[schema(min_length = 1, max_length = 256)]
    id: String,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
}

/// What they want to do.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct Operation {
    #[schema(min_length = 1, max_length = 256)]
    name: String,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
}

/// One evaluation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct Evaluation {
    subject: Option<Entity>,
    action: Option<Operation>,
    resource: Option<Entity>,
    /// `session`, `id`, `summary` and `intent` are the action's own; `approval` is what
    /// a task gave.
    context: Option<Map<String, Value>>,
}

/// One evaluation that stands alone.
#[derive(Deserialize, ToSchema)]
#[schema(as = SingleEvaluation)]
#[expect(dead_code, reason = "says what of an evaluation is required")]
pub(super) struct Single {
    subject: Entity,
    action: Operation,
    resource: Entity,
    /// `session`, `id`, `summary` and `intent` are the action's own; `approval` is what
    /// a task gave.
    context: Option<Map<String, Value>>,
}

/// Several evaluations; what one leaves out is taken from the whole.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Evaluations {
    subject: Option<Entity>,
    action: Option<Operation>,
    resource: Option<Entity>,
    context: Option<Map<String, Value>>,
    #[schema(max_items = 100)]
    #[serde(default)]
    evaluations: Option<Vec<Evaluation>>,
    #[serde(default)]
    options: Option<Options>,
}

/// How several are evaluated.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct Options {
    evaluations_semantic: Option<Semantic>,
}

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Semantic {
    ExecuteAll,
    DenyOnFirstDeny,
    PermitOnFirstPermit,
}

/// An evaluation's outcome.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Outcome {
    decision: bool,
    /// `reason`, `verdict`, `id`; for a HOLD `access_request` and `evaluation_id`.
    context: Map<String, Value>,
}

/// Outcomes in the order of their evaluations.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Outcomes {
    evaluations: Vec<Outcome>,
}

/// An evaluation as an action, and the approval it comes back with.
fn action(one: Evaluation) -> Result<(Action, Option<String>), Problem> {
    let missing = |field: &str| {
        let detail = format!("`{field}` is missing");
        Problem::bad("field", detail).field(field)
    };
    let subject = one.subject.ok_or_else(|| missing("subject"))?;
    let operation = one.action.ok_or_else(|| missing("action"))?;
    let resource = one.resource.ok_or_else(|| missing("resource"))?;
    let mut context = one.context.unwrap_or_default();
    let approval = match context.remove("approval") {
        None => None,
        Some(approval) => Some(
            approval["id"]
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| missing("context.approval.id"))?,
        ),
    };
    let mut message = Map::new();
    for key in ["session", "id", "summary", "intent"] {
        if let Some(value) = context.remove(key) {
            message.insert(key.to_owned(), value);
        }
    }
    let mut payload = operation.properties.unwrap_or_default();
    let mut place = resource.properties.unwrap_or_default();
    place.insert("type".to_owned(), resource.r#type.into());
    place.insert("id".to_owned(), resource.id.into());
    payload.insert("resource".to_owned(), Value::Object(place));
    context.insert(
        "subject".to_owned(),
        json!({"type": subject.r#type, "id": subject.id, "properties": subject.properties}),
    );
    message.insert("type".to_owned(), operation.name.into());
    message.insert("agent".to_owned(), subject.id.into());
    message.insert("payload".to_owned(), Value::Object(payload));
    message.insert("context".to_owned(), Value::Object(context));
    // Through the one reader of actions, with its rules.
    let text = Value::Object(message).to_string();
    Ok((wire::parse_action(text.as_bytes())?, approval))
}

impl Server {
    fn evaluate(&self, gate: &Gate, one: Evaluation, asker: &str) -> Result<Outcome, Problem> {
        let (action, approval) = action(one)?;
        let told = match approval {
            None => self.decide_once(gate, action, asker)?,
            Some(id) => {
                let asked = gate.approvals().get(&id)?;
                if asked.asker != asker {
                    return Err(ApprovalError::Unknown(id).into());
                }
                if asked.digest != action.digest() {
                    return Err(ApprovalError::OtherAction(id).into());
                }
                Told::of(&gate.finish(&id)?)
            }
        };
        let (text, waits) = match &told {
            Told::Decided(text) => (text, None),
            Told::Waits(approval, text) => (text, Some(gate.approvals().get(approval)?)),
        };
        let decided: Value = serde_json::from_str(text).unwrap_or_default();
        let mut context = Map::new();
        for key in ["id", "reason", "risk", "generation", "reasons"] {
            context.insert(key.to_owned(), decided[key].clone());
        }
        context.insert("verdict".to_owned(), decided["decision"].clone());
        if let Some(approval) = waits {
            context.insert("evaluation_id".to_owned(), approval.id.clone().into());
            context.insert("evaluated_at".to_owned(), time(approval.since).into());
            let place = format!("{}/access/v1/requests", self.url());
            context.insert(
                "access_request".to_owned(),
                json!({"endpoint": place, "expires_at": time(approval.expires),
                    "binding_token": approval.id}),
            );
        }
        Ok(Outcome {
            decision: decided["approved"] == json!(true),
            context,
        })
    }

    /// How this server is reached.
    pub(super) fn url(&self) -> String {
        let server = &self.config.server;
        let scheme = if server.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let listens = || format!("{scheme}://{}", server.listen);
        server.public_url.clone().unwrap_or_else(listens)
    }
}

fn time(millis: u64) -> String {
    let millis = i64::try_from(millis).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis)
        .unwrap_or(Timestamp::MAX)
        .to_string()
}

/// Whether this may be done (AuthZEN 1.0)
///
/// A HOLD is `decision: false` with `context.access_request`.
#[utoipa::path(
    post, path = "/access/v1/evaluation", tag = "AuthZEN", request_body = Single,
    responses(
        (status = 200, description = "Permitted, denied, or denied but requestable", body = Outcome),
        NoApproval,
        OtherAction,
        Refusals,
    ),
)]
pub(super) async fn evaluation(
    State(server): State<Server>,
    identity: Identity,
    headers: axum::http::HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    identity.needs(Right::Act)?;
    let one: Evaluation = body.read()?;
    let (at, asker) = (server.clone(), identity.asker());
    let outcome = server
        .with_gate(move |gate| at.evaluate(gate, one, &asker))
        .await??;
    Ok(traced(&headers, Json(outcome).into_response()))
}

/// The caller's request id comes back with the answer.
fn traced(headers: &axum::http::HeaderMap, mut response: Response) -> Response {
    if let Some(id) = headers.get("x-request-id") {
        response.headers_mut().insert("x-request-id", id.clone());
    }
    response
}

/// Several at once (AuthZEN 1.0)
///
/// In order. An evaluation that is not understood is a denial of its own, whose
/// context has the `error`; without `evaluations` it is a single one.
#[utoipa::path(
    post, path = "/access/v1/evaluations", tag = "AuthZEN", request_body = Evaluations,
    responses(
        (status = 200, description = "Each outcome, up to the one that ended it; or that of the single one", body = Object),
        NoApproval,
        OtherAction,
        Refusals,
    ),
)]
pub(super) async fn evaluations(
    State(server): State<Server>,
    identity: Identity,
    headers: axum::http::HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    identity.needs(Right::Act)?;
    let whole: Evaluations = body.read()?;
    let list = whole.evaluations.unwrap_or_default();
    if list.len() > MOST {
        let detail = format!("`evaluations` has more than {MOST}");
        return Err(Problem::bad("field", detail).field("evaluations"));
    }
    let default = Evaluation {
        subject: whole.subject,
        action: whole.action,
        resource: whole.resource,
        context: whole.context,
    };
    let semantic = whole.options.unwrap_or_default().evaluations_semantic;
    let (at, asker) = (server.clone(), identity.asker());
    if list.is_empty() {
        let outcome = server
            .with_gate(move |gate| at.evaluate(gate, default, &asker))
            .await??;
        return Ok(traced(&headers, Json(outcome).into_response()));
    }
    let evaluate = move |gate: &Gate| {
        let mut outcomes = Vec::with_capacity(list.len());
        for one in list {
            let one = Evaluation {
                subject: one.subject.or_else(|| default.subject.clone()),
                action: one.action.or_else(|| default.action.clone()),
                resource: one.resource.or_else(|| default.resource.clone()),
                context: one.context.or_else(|| default.context.clone()),
            };
            let outcome = at.evaluate(gate, one, &asker).unwrap_or_else(denied);
            let ends = match semantic.unwrap_or(Semantic::ExecuteAll) {
                Semantic::ExecuteAll => false,
                Semantic::DenyOnFirstDeny => !outcome.decision,
                Semantic::PermitOnFirstPermit => outcome.decision,
            };
            outcomes.push(outcome);
            if ends {
                break;
            }
        }
        outcomes
    };
    let evaluations = server.with_gate(evaluate).await?;
    Ok(traced(
        &headers,
        Json(Outcomes { evaluations }).into_response(),
    ))
}

/// One of several that could not be evaluated.
fn denied(problem: Problem) -> Outcome {
    let error = json!({"status": problem.status().as_u16(), "message": problem.detail()});
    Outcome {
        decision: false,
        context: Map::from_iter([("error".to_owned(), error)]),
    }
}

/// Where this server does what (AuthZEN 1.0)
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Configuration {
    policy_decision_point: String,
    access_evaluation_endpoint: String,
    access_evaluations_endpoint: String,
    access_request_endpoint: String,
}

/// Where this server does what (AuthZEN 1.0)
#[utoipa::path(
    get, path = "/.well-known/authzen-configuration", tag = "AuthZEN", security(()),
    responses((status = 200, description = "Its addresses", body = Configuration)),
)]
pub(super) async fn configuration(State(server): State<Server>) -> Json<Configuration> {
    let url = server.url();
    Json(Configuration {
        access_evaluation_endpoint: format!("{url}/access/v1/evaluation"),
        access_evaluations_endpoint: format!("{url}/access/v1/evaluations"),
        access_request_endpoint: format!("{url}/access/v1/requests"),
        policy_decision_point: url,
    })
}
