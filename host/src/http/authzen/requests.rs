//! Access requests (ARAP, a draft): the task that stands for a question.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Entity, Operation, time};
use crate::approvals::{Approval, ApprovalError, State as Progress};
use crate::http::body::{Body, Id};
use crate::http::refusals::{NoTask, Refusals};
use crate::http::{Identity, Problem, Server};
use crate::keys::Right;

/// A denial that was requestable, as its evaluation said.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct AccessRequest {
    denial: Denial,
    #[serde(default)]
    #[expect(dead_code, reason = "the profile sends it; the question has it")]
    subject: Option<Entity>,
    #[serde(default)]
    #[expect(dead_code, reason = "the profile sends it; the question has it")]
    action: Option<Operation>,
    #[serde(default)]
    #[expect(dead_code, reason = "the profile sends it; the question has it")]
    resource: Option<Entity>,
}

/// Names the denial.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct Denial {
    binding_token: Option<String>,
    evaluation_id: Option<String>,
}

/// A question as a task of the profile.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct TaskBody {
    task: Task,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
}

/// How far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Task {
    id: String,
    /// pending, approved, denied, expired or cancelled
    status: &'static str,
    status_endpoint: String,
    expires_at: String,
}

impl Server {
    fn task(&self, approval: &Approval) -> TaskBody {
        let status = match approval.state {
            Progress::Pending => "pending",
            Progress::Approved | Progress::Consumed => "approved",
            Progress::Refused => "denied",
            Progress::Expired => "expired",
            Progress::Cancelled => "cancelled",
        };
        let yes = approval.answers.last().filter(|_| status == "approved");
        TaskBody {
            task: Task {
                id: approval.id.clone(),
                status,
                status_endpoint: format!("{}/access/v1/requests/{}", self.url(), approval.id),
                expires_at: time(approval.expires),
            },
            result: yes.map(|given| {
                json!({"mode": "reevaluate", "approval": {"id": approval.id,
                    "approved_at": time(given.at), "approved_until": time(approval.expires)}})
            }),
        }
    }

    async fn asked(&self, identity: &Identity, id: String) -> Result<Approval, Problem> {
        let at = id.clone();
        let approval = self
            .with_gate(move |gate| gate.approvals().get(&at))
            .await??;
        match approval.asker == identity.asker() {
            true => Ok(approval),
            false => Err(ApprovalError::Unknown(id).into()),
        }
    }
}

/// Requests what was denied (ARAP): the task that stands for the question
#[utoipa::path(
    post, path = "/access/v1/requests", tag = "AuthZEN", request_body = AccessRequest,
    responses(
        (status = 202, description = "The task", body = TaskBody, headers(
            ("Location" = String, description = "Where to ask how far it is"))),
        NoTask,
        Refusals,
    ),
)]
pub(in crate::http) async fn request(
    State(server): State<Server>,
    identity: Identity,
    body: Body,
) -> Result<Response, Problem> {
    identity.needs(Right::Act)?;
    let AccessRequest { denial, .. } = body.read()?;
    let id = denial
        .binding_token
        .or(denial.evaluation_id)
        .ok_or_else(|| {
            let detail =
                "`denial` must have the `binding_token` or the `evaluation_id` of the denial";
            Problem::bad("field", detail).field("denial")
        })?;
    let approval = server.asked(&identity, id).await?;
    let task = server.task(&approval);
    let place = HeaderValue::try_from(&task.task.status_endpoint).ok();
    let mut response = (StatusCode::ACCEPTED, Json(task)).into_response();
    if let Some(place) = place {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// How far a task is (ARAP)
#[utoipa::path(
    get, path = "/access/v1/requests/{id}", tag = "AuthZEN",
    params(("id" = String, Path, description = "The task")),
    responses(
        (status = 200, description = "The task", body = TaskBody),
        NoTask,
        Refusals,
    ),
)]
pub(in crate::http) async fn task(
    State(server): State<Server>,
    identity: Identity,
    Id(id): Id,
) -> Result<Json<TaskBody>, Problem> {
    identity.needs(Right::Act)?;
    let approval = server.asked(&identity, id).await?;
    Ok(Json(server.task(&approval)))
}
