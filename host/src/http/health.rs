//! `/healthz` and `/readyz`: no key needed, nothing told.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::Server;

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
}

/// The process answers
#[utoipa::path(get, path = "/healthz", tag = "health", security(()),
    responses((status = 200, description = "It does", body = Object)))]
pub(super) async fn healthz() -> Json<Value> {
    Json(json!({"ok": true}))
}

/// It can decide: the log takes records, the approvals can be used, and it is not
/// about to end
#[utoipa::path(get, path = "/readyz", tag = "health", security(()), responses(
    (status = 200, description = "It can", body = Object),
    (status = 503, description = "It cannot; what fails is false", body = Object)))]
pub(super) async fn readyz(State(server): State<Server>) -> (StatusCode, Json<Value>) {
    let checked = server
        .with_gate(|gate| {
            (
                gate.check().is_ok(),
                gate.approvals().tally().is_ok(),
                gate.generation(),
            )
        })
        .await;
    let (audit, approvals, generation) = checked.unwrap_or_default();
    let ending = *server.ending.borrow();
    let ready = audit && approvals && !ending;
    let status = match ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let told = json!({"ready": ready, "audit": audit, "approvals": approvals,
        "ending": ending, "generation": generation});
    (status, Json(told))
}
