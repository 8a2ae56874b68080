//! `/v1/approvals`: questions, their answers, and what became of them.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Id, Params, limit};
use super::decide::{Told, Wait};
use super::grants::Wanted;
use super::openapi::{ApprovalsBody, ConcludedBody, DecisionBody, GrantBody, StateName};
use super::refusals::{Answered, NoApproval, Refusals};
use super::{Identity, Problem, Server};
use crate::action::ActionDigest;
use crate::approvals::{Answer, Approval, ApprovalError, Cancelled, State as Progress};
use crate::keys::Right;
use crate::wire;

/// Other questions that one answer answers.
const MOST_ALSO: usize = 100;
/// Characters of a reason.
const MAX_REASON: usize = 2000;

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/v1/approvals", get(list))
        .route("/v1/approvals/{id}", get(show))
        .route("/v1/approvals/{id}/decision", get(outcome).post(answer))
        .route("/v1/approvals/{id}/cancel", post(cancel))
}

/// Which to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Those of this state; without it, all
    #[param(value_type = Option<StateName>)]
    state: Option<String>,
    /// The newest so many
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Lists approvals, oldest first
#[utoipa::path(
    get, path = "/v1/approvals", tag = "approvals", params(Which),
    responses((status = 200, description = "The newest, oldest first", body = ApprovalsBody), Refusals),
)]
pub(super) async fn list(
    State(server): State<Server>,
    identity: Identity,
    Params(which): Params<Which>,
) -> Result<Json<Value>, Problem> {
    identity.needs(Right::Read)?;
    let state = match which.state.as_deref() {
        None => None,
        Some(name) => Some(Progress::named(name).ok_or_else(|| {
            let names: Vec<&str> = Progress::ALL.into_iter().map(Progress::as_str).collect();
            let detail = format!("there is no such state; there are {}", names.join(", "));
            Problem::bad("parameter", detail).field("state")
        })?),
    };
    let limit = limit(which.limit)?;
    let found = server
        .with_gate(move |gate| gate.approvals().list(state, limit))
        .await??;
    let shown: Vec<Value> = found.iter().map(wire::approval).collect();
    Ok(Json(json!({"approvals": shown})))
}

/// Shows an approval: the action, why it is held, who answered, and what became of it
///
/// Whoever asked may look, too.
#[utoipa::path(
    get, path = "/v1/approvals/{id}", tag = "approvals",
    params(("id" = String, Path, description = "The approval")),
    responses(
        (status = 200, description = "The approval", body = ConcludedBody),
        NoApproval,
        Refusals,
    ),
)]
pub(super) async fn show(
    State(server): State<Server>,
    identity: Identity,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    let approval = found(&server, &identity, &id, Right::Read).await?;
    let conclusion = server
        .with_gate(move |gate| gate.approvals().conclusion(&id))
        .await??;
    let mut shown = wire::approval(&approval);
    shown["conclusion"] = conclusion.as_ref().map(wire::conclusion).into();
    Ok(Json(shown))
}

/// The approval, for those with this right and for whoever asked. To others of no
/// right it is not there.
async fn found(
    server: &Server,
    identity: &Identity,
    id: &str,
    right: Right,
) -> Result<Approval, Problem> {
    let asked = id.to_owned();
    let approval = server
        .with_gate(move |gate| gate.approvals().get(&asked))
        .await?;
    let approval = match approval {
        Err(ApprovalError::Unknown(_)) if !identity.may(right) && !identity.may(Right::Act) => {
            return Err(identity
                .needs(right)
                .err()
                .unwrap_or_else(Problem::internal));
        }
        found => found?,
    };
    let theirs = !approval.asker.is_empty() && approval.asker == identity.by();
    match identity.may(right) || theirs {
        true => Ok(approval),
        false if identity.may(Right::Act) => Err(ApprovalError::Unknown(id.to_owned()).into()),
        false => Err(identity
            .needs(right)
            .err()
            .unwrap_or_else(Problem::internal)),
    }
}

/// What became of a held action, for whoever asked
///
/// As `/v1/decide` would have answered: 200 is final, 202 is still open. A yes is used
/// here: the action is judged again under the policy then in force, and recorded. Asked
/// again, the answer is the same.
#[utoipa::path(
    get, path = "/v1/approvals/{id}/decision", tag = "agents",
    params(("id" = String, Path, description = "The approval"), Wait),
    responses(
        (status = 200, description = "Decided", body = DecisionBody),
        (status = 202, description = "Still open", body = DecisionBody, headers(
            ("Location" = String, description = "Where the decision will be"),
            ("Retry-After" = u64, description = "Seconds after which to ask again"))),
        NoApproval,
        Refusals,
    ),
)]
pub(super) async fn outcome(
    State(server): State<Server>,
    identity: Identity,
    Id(id): Id,
    Params(wait): Params<Wait>,
) -> Result<Told, Problem> {
    identity.needs(Right::Act)?;
    let asked = id.clone();
    let approval = server
        .with_gate(move |gate| gate.approvals().get(&asked))
        .await??;
    if approval.asker != identity.asker() {
        return Err(ApprovalError::Unknown(id).into());
    }
    let patience = std::time::Duration::from_millis(wait.wait_ms);
    let patience = patience.min(server.config.server.max_wait);
    Ok(Told::of(&server.wait(&id, patience).await?))
}

/// A person's answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerBody {
    /// Whether the action may run.
    approve: bool,
    /// Why, for whoever asked and for the record.
    #[schema(max_length = 2000)]
    reason: Option<String>,
    /// The action's digest as it was shown: refused if the question is about another.
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    digest: Option<String>,
    /// With a yes: let like actions run without being asked about.
    grant: Option<Wanted>,
    /// Other questions about exactly the same action that this answers, too: all take it,
    /// or none. Each yes is used once.
    #[schema(max_items = 100)]
    also: Option<Vec<String>>,
}

/// An answer that was taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnswerTaken)]
pub(super) struct Taken {
    /// The approval.
    approval_id: String,
    /// How far it is now: pending when it needs somebody else too.
    #[schema(value_type = StateName)]
    state: &'static str,
    /// Who answered.
    by: String,
    /// The others that took it, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<String>,
    /// The grant that was given with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<GrantBody>)]
    grant: Option<Value>,
}

/// Answers a question
///
/// Of all who answer at once one is first; the others are told who. Approved, the
/// action is judged again before it runs. With `grant`, like actions are not asked about
/// from then on.
#[utoipa::path(
    post, path = "/v1/approvals/{id}/decision", tag = "approvals",
    params(("id" = String, Path, description = "The approval")), request_body = AnswerBody,
    responses(
        (status = 200, description = "Taken", body = Taken),
        NoApproval,
        Answered,
        Refusals,
    ),
)]
pub(super) async fn answer(
    State(server): State<Server>,
    identity: Identity,
    Id(id): Id,
    body: Body,
) -> Result<Json<Taken>, Problem> {
    identity.needs(Right::Answer)?;
    let said: AnswerBody = body.read()?;
    if said
        .reason
        .as_ref()
        .is_some_and(|reason| reason.chars().count() > MAX_REASON)
    {
        let detail = format!("`reason` has more than {MAX_REASON} characters");
        return Err(Problem::bad("field", detail).field("reason"));
    }
    let digest = said.digest.as_deref().map(digest).transpose()?;
    let answer = Answer {
        approved: said.approve,
        by: identity.by(),
        via: "api".to_owned(),
        reason: said.reason,
    };
    let also = said.also.unwrap_or_default();
    if also.len() > MOST_ALSO {
        let detail = format!("`also` has more than {MOST_ALSO} questions");
        return Err(Problem::bad("field", detail).field("also"));
    }
    let taken = match said.grant {
        None if also.is_empty() => server.answer(id, answer, digest).await,
        None => server.answer_each(id, also, answer, digest).await,
        Some(wanted) if also.is_empty() => server.grant(id, answer, digest, wanted).await,
        Some(_) => {
            let detail = "`also` and `grant` do not go together: grant with one, answer the others";
            Err(Problem::bad("field", detail).field("also"))
        }
    };
    taken.map(Json)
}

impl Server {
    /// Takes an answer. Whoever asked concludes it; here nothing runs.
    pub(super) async fn answer(
        &self,
        id: String,
        answer: Answer,
        digest: Option<ActionDigest>,
    ) -> Result<Taken, Problem> {
        let (at, by) = (id.clone(), answer.by.clone());
        let state = self
            .with_gate(move |gate| {
                let now = crate::judge::now();
                gate.approvals().answer(&at, &answer, digest, now)
            })
            .await??;
        Ok(Taken {
            approval_id: id,
            state: state.as_str(),
            by,
            also: Vec::new(),
            grant: None,
        })
    }

    /// The same for several questions about one action.
    async fn answer_each(
        &self,
        id: String,
        also: Vec<String>,
        answer: Answer,
        digest: Option<ActionDigest>,
    ) -> Result<Taken, Problem> {
        let by = answer.by.clone();
        let all: Vec<String> = std::iter::once(&id).chain(&also).cloned().collect();
        let at = id.clone();
        let states = self
            .with_gate(move |gate| {
                let digest = match digest {
                    Some(digest) => digest,
                    None => gate.approvals().get(&at)?.digest,
                };
                let now = crate::judge::now();
                gate.approvals().answer_each(&all, digest, &answer, now)
            })
            .await??;
        Ok(Taken {
            approval_id: id,
            state: states.first().map_or("pending", |state| state.as_str()),
            by,
            also,
            grant: None,
        })
    }

    /// The same with a grant.
    async fn grant(
        &self,
        id: String,
        answer: Answer,
        digest: Option<ActionDigest>,
        wanted: Wanted,
    ) -> Result<Taken, Problem> {
        let (words, scope) = wanted.read()?;
        let (at, by) = (id.clone(), answer.by.clone());
        let (state, grant) = self
            .with_gate(move |gate| gate.grant(&at, digest, &answer, words, scope))
            .await??;
        Ok(Taken {
            approval_id: id,
            state: state.as_str(),
            by,
            also: Vec::new(),
            grant: Some(wire::grant(&grant)),
        })
    }
}

fn digest(text: &str) -> Result<ActionDigest, Problem> {
    let digits = text.strip_prefix("sha256:").map(str::as_bytes);
    let bytes = digits.and_then(|digits| data_encoding::HEXLOWER.decode(digits).ok());
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(ActionDigest).ok_or_else(|| {
        let detail = "`digest` must be `sha256:` and 64 hexadecimal digits";
        Problem::bad("field", detail).field("digest")
    })
}

/// Withdraws a question: the action does not run
///
/// For whoever asked, and for operators.
#[utoipa::path(
    post, path = "/v1/approvals/{id}/cancel", tag = "approvals",
    params(("id" = String, Path, description = "The approval")),
    responses(
        (status = 200, description = "Cancelled", body = Taken),
        NoApproval,
        Answered,
        Refusals,
    ),
)]
pub(super) async fn cancel(
    State(server): State<Server>,
    identity: Identity,
    Id(id): Id,
) -> Result<Json<Taken>, Problem> {
    found(&server, &identity, &id, Right::Operate).await?;
    let at = id.clone();
    let who = Cancelled {
        by: identity.by(),
        via: "api".to_owned(),
        at: crate::judge::now(),
    };
    server
        .with_gate(move |gate| gate.approvals().cancel(&at, &who))
        .await??;
    Ok(Json(Taken {
        approval_id: id,
        state: Progress::Cancelled.as_str(),
        by: identity.by(),
        also: Vec::new(),
        grant: None,
    }))
}
