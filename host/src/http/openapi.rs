//! The OpenAPI document: what `wire.rs` reads and writes, said once more as schemas.
//! `tests/openapi.sh` holds it to what the server does.

use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use super::{Problem, Server};
use super::{approvals, authzen, decide, events, grants, health, legacy, metrics, slack, webhooks};

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/openapi.json", get(openapi))
}

/// The document.
pub fn document() -> Value {
    serde_json::to_value(Document::openapi()).unwrap_or_default()
}

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "health", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(super) async fn openapi() -> Json<Value> {
    Json(document())
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Coldnotch",
        description = "Decides on the consequence of an agent's action before it runs.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        health::healthz, health::readyz, metrics::metrics, openapi,
        decide::decide, decide::decide_batch, decide::observe,
        approvals::list, approvals::show, approvals::outcome, approvals::answer, approvals::cancel,
        grants::list, grants::revoke,
        events::events,
        authzen::evaluation, authzen::evaluations, authzen::configuration,
        authzen::requests::request, authzen::requests::task,
        legacy::pending, legacy::decision, slack::actions, webhooks::decision,
    ),
    components(schemas(Problem)),
    modifiers(&Keys),
    security(("key" = []), ()),
    tags(
        (name = "agents", description = "For what sends actions"),
        (name = "approvals", description = "For people and what speaks for them"),
        (name = "AuthZEN", description = "OpenID AuthZEN 1.0, and its access request and approval profile"),
        (name = "0.0.1", description = "The routes of coldnotch 0.0.1"),
        (name = "health", description = "For those who run it"),
    ),
)]
struct Document;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let key = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key (`coldnotch keys create`); none is needed on this machine while there are none"))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(key));
    }
}

/// What an agent wants to do.
#[derive(Deserialize, ToSchema)]
#[schema(as = Action)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the wire reads it; this describes it")]
pub(super) struct ActionBody {
    /// The tool's or operation's name.
    #[schema(min_length = 1, max_length = 256)]
    r#type: String,
    /// What the agent says it is about to do.
    summary: Option<String>,
    /// The arguments.
    payload: Option<Map<String, Value>>,
    /// Who wants to act.
    #[schema(max_length = 256)]
    agent: Option<String>,
    /// The run it belongs to.
    #[schema(max_length = 256)]
    session: Option<String>,
    /// Names this call within the session.
    #[schema(max_length = 256)]
    id: Option<String>,
    /// The user's own words, given by the agent's runtime; never by the model.
    intent: Option<String>,
    /// What the runtime vouches for: identity, roles, tenant, environment.
    context: Option<Map<String, Value>>,
}

/// Siblings of a parallel call, in order.
#[derive(Deserialize, ToSchema)]
#[schema(as = Actions)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the wire reads it; this describes it")]
pub(super) struct ActionsBody {
    /// The actions.
    #[schema(min_items = 1, max_items = 100)]
    actions: Vec<ActionBody>,
}

/// What an action returned.
#[derive(Deserialize, ToSchema)]
#[schema(as = Observation)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the wire reads it; this describes it")]
pub(super) struct ObservationBody {
    /// The action's session.
    #[schema(max_length = 256)]
    session: String,
    /// The action's id.
    #[schema(max_length = 256)]
    id: String,
    /// The tool's output as text.
    output: String,
    /// Whether it worked, if that is known.
    succeeded: Option<bool>,
}

/// An output that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Observed {
    /// The action's id.
    pub(super) observed: String,
    /// Its session.
    pub(super) session: String,
    /// Its line in the audit log.
    pub(super) seq: u64,
}

/// ALLOW, HOLD or BLOCK.
#[derive(ToSchema)]
#[schema(as = Verdict, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what the wire writes")]
pub(super) enum VerdictName {
    Allow,
    Hold,
    Block,
}

/// How far an approval is.
#[derive(ToSchema)]
#[schema(as = State, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what the wire writes")]
pub(super) enum StateName {
    Pending,
    Approved,
    Refused,
    Expired,
    Cancelled,
    Consumed,
}

/// What became of an action.
#[derive(Serialize, ToSchema)]
#[schema(as = Decision)]
pub(super) struct DecisionBody {
    /// The action's id; made up when it had none.
    id: String,
    #[schema(value_type = VerdictName)]
    decision: String,
    /// The verdict in one sentence.
    reason: String,
    /// From 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    risk: f64,
    /// Labels kept with the step.
    labels: Vec<String>,
    /// Whether it may run; null while a person is asked.
    #[schema(required)]
    approved: Option<bool>,
    /// The approval, if a person was asked.
    #[schema(required)]
    approval_id: Option<String>,
    /// How far the approval is.
    #[schema(value_type = Option<StateName>)]
    approval_state: Option<String>,
    /// Every cause, most severe first.
    reasons: Vec<ReasonBody>,
    /// The policy that judged it.
    generation: String,
    /// Names the exact action.
    action_digest: String,
    /// Its line in the audit log; null when it could not be recorded.
    #[schema(required)]
    seq: Option<u64>,
    /// How long judging took, in microseconds.
    latency_us: u64,
}

/// A cause of a verdict.
#[derive(Serialize, ToSchema)]
#[schema(as = Reason)]
pub(super) struct ReasonBody {
    plugin: String,
    /// Stable, in kebab-case.
    code: String,
    message: String,
    evidence: Vec<EvidenceBody>,
}

/// What a cause rests on.
#[derive(Serialize, ToSchema)]
#[schema(as = Evidence)]
pub(super) struct EvidenceBody {
    /// The step of the session; null for the action itself.
    #[schema(required)]
    step: Option<u32>,
    path: String,
    text: String,
}

/// Decisions in the order of their actions.
#[derive(Serialize, ToSchema)]
#[schema(as = Decisions)]
pub(super) struct DecisionsBody {
    decisions: Vec<DecisionBody>,
}

/// A question and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Approval)]
pub(super) struct ApprovalBody {
    id: String,
    #[schema(value_type = StateName)]
    state: String,
    action: Map<String, Value>,
    action_digest: String,
    generation: String,
    #[schema(minimum = 0, maximum = 1)]
    risk: f64,
    reason: String,
    reasons: Vec<ReasonBody>,
    /// When it began to wait, in milliseconds since 1970.
    since: u64,
    /// When it ends, in milliseconds since 1970.
    expires: u64,
    /// How many different people must approve.
    quorum: u32,
    /// Who may answer; anyone when empty.
    approvers: Vec<String>,
    /// The same for questions of a session that belong on one card; null for an action
    /// that stands alone.
    #[schema(required)]
    cause: Option<String>,
    answers: Vec<GivenBody>,
    /// Who withdrew it.
    #[schema(required)]
    cancelled: Option<CancelledBody>,
}

/// Who withdrew a question.
#[derive(Serialize, ToSchema)]
#[schema(as = Cancelled)]
pub(super) struct CancelledBody {
    by: String,
    via: String,
    /// In milliseconds since 1970.
    at: u64,
}

/// A question, what became of it, and how it was concluded.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalConcluded)]
pub(super) struct ConcludedBody {
    #[serde(flatten)]
    approval: ApprovalBody,
    /// What became of the action; null while nobody has taken the answer.
    #[schema(required)]
    conclusion: Option<ConclusionBody>,
}

/// The action as it was judged last.
#[derive(Serialize, ToSchema)]
#[schema(as = Conclusion)]
pub(super) struct ConclusionBody {
    /// Whether it may run; null where another question followed.
    #[schema(required)]
    approved: Option<bool>,
    /// In milliseconds since 1970; 0 where that is not known.
    at: u64,
    #[schema(value_type = VerdictName)]
    decision: String,
    reason: String,
    reasons: Vec<ReasonBody>,
    #[schema(minimum = 0, maximum = 1)]
    risk: f64,
    /// The policy that judged it.
    generation: String,
    /// Its line in the audit log.
    #[schema(required)]
    seq: Option<u64>,
    /// The question that followed: judged again, it had a cause that was not shown.
    #[schema(required)]
    approval_id: Option<String>,
}

/// An answer that was given.
#[derive(Serialize, ToSchema)]
#[schema(as = Given)]
pub(super) struct GivenBody {
    approved: bool,
    by: String,
    via: String,
    #[schema(required)]
    reason: Option<String>,
    /// In milliseconds since 1970.
    at: u64,
    /// The grant that gave it.
    #[schema(required)]
    grant: Option<String>,
}

/// Approvals, oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Approvals)]
pub(super) struct ApprovalsBody {
    approvals: Vec<ApprovalBody>,
}

/// A yes that is remembered.
#[derive(Serialize, ToSchema)]
#[schema(as = Grant)]
pub(super) struct GrantBody {
    id: String,
    /// The question it was given with.
    approval_id: String,
    /// The type of the actions it answers for.
    r#type: String,
    /// Whose actions.
    agent: String,
    /// The only session it holds in; every one when null.
    #[schema(required)]
    session: Option<String>,
    /// What may be something else than was shown.
    words: Vec<String>,
    /// Who gave it.
    by: String,
    /// Through which channel.
    via: String,
    /// When it began, in milliseconds since 1970.
    since: u64,
    /// When it ends, in milliseconds since 1970.
    until: u64,
    /// How many questions it has answered.
    uses: u64,
    /// Who took it back.
    #[schema(required)]
    revoked_by: Option<String>,
    /// When, in milliseconds since 1970.
    #[schema(required)]
    revoked_at: Option<u64>,
}

/// Grants, oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Grants)]
pub(super) struct GrantsBody {
    grants: Vec<GrantBody>,
}
