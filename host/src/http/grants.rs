//! `/v1/grants`: what approvers let run without being asked again, and taking it back.
//! A grant begins with an answer (`approvals.rs`).

use std::time::Duration;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::body::{Id, Params, limit};
use super::openapi::{GrantBody, GrantsBody};
use super::refusals::{NoGrant, Refusals};
use super::{Identity, Problem, Server};
use crate::approvals::{Scope, Word};
use crate::judge::now;
use crate::keys::Right;
use crate::printable::printable;
use crate::wire;

/// Words of one grant.
const MOST_WORDS: usize = 64;

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/v1/grants", get(list))
        .route("/v1/grants/{id}/revoke", post(revoke))
}

/// What a yes is widened to: these words, for this long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GrantWanted)]
pub(super) struct Wanted {
    /// What may be something else next time, such as `amount<=500` or `path=/srv/app/*`.
    /// Everything else has to be as it was shown.
    #[schema(min_items = 1, max_items = 64)]
    words: Vec<String>,
    /// `session`, or a time such as `2h`: 30 days at most.
    #[schema(pattern = "^(session|[0-9]+(ms|s|m|h))$")]
    r#for: String,
}

impl Wanted {
    /// The words and the scope, checked.
    pub(super) fn read(self) -> Result<(Vec<Word>, Scope), Problem> {
        let wrong = |field: &str, detail: String| Problem::bad("field", detail).field(field);
        if self.words.len() > MOST_WORDS {
            let detail = format!("a grant has at most {MOST_WORDS} words");
            return Err(wrong("grant.words", detail));
        }
        let word = |(place, text): (usize, &String)| {
            text.parse().map_err(|e| {
                let detail = format!("'{}' {e}", printable(text, 80));
                wrong(&format!("grant.words[{place}]"), detail)
            })
        };
        let words = self.words.iter().enumerate().map(word);
        let words = words.collect::<Result<_, _>>()?;
        Ok((
            words,
            scope(&self.r#for).ok_or_else(|| {
                let detail = "`for` must be `session` or a time such as `2h`".to_owned();
                wrong("grant.for", detail)
            })?,
        ))
    }
}

/// `session`, or a time.
fn scope(text: &str) -> Option<Scope> {
    if text == "session" {
        return Some(Scope::Session);
    }
    let time = text.parse::<jiff::SignedDuration>().ok()?;
    let time = Duration::try_from(time).ok()?;
    Some(Scope::For(time))
}

/// Which to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Those that were revoked or are over, too
    all: Option<bool>,
    /// The newest so many
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Lists grants, oldest first
#[utoipa::path(
    get, path = "/v1/grants", tag = "approvals", params(Which),
    responses((status = 200, description = "The newest, oldest first", body = GrantsBody), Refusals),
)]
pub(super) async fn list(
    State(server): State<Server>,
    identity: Identity,
    Params(which): Params<Which>,
) -> Result<Json<Value>, Problem> {
    identity.needs(Right::Read)?;
    let limit = limit(which.limit)?;
    let active = (which.all != Some(true)).then(now);
    let found = server
        .with_gate(move |gate| gate.approvals().grants(active, limit))
        .await??;
    let shown: Vec<Value> = found.iter().map(wire::grant).collect();
    Ok(Json(json!({"grants": shown})))
}

/// Takes a grant back
///
/// From now on its actions are asked about again. What it has answered stays answered.
#[utoipa::path(
    post, path = "/v1/grants/{id}/revoke", tag = "approvals",
    params(("id" = String, Path, description = "The grant")),
    responses(
        (status = 200, description = "Revoked", body = GrantBody),
        NoGrant,
        Refusals,
    ),
)]
pub(super) async fn revoke(
    State(server): State<Server>,
    identity: Identity,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    identity.needs(Right::Answer)?;
    let by = identity.by();
    let grant = server
        .with_gate(move |gate| gate.revoke_grant(&id, &by, "api"))
        .await??;
    Ok(Json(wire::grant(&grant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_the_session_or_a_time() {
        assert_eq!(scope("session"), Some(Scope::Session));
        assert_eq!(scope("2h"), Some(Scope::For(Duration::from_secs(7200))));
        for wrong in ["", "Session", "2", "-2h", "soon", "99999999999999999h"] {
            assert_eq!(scope(wrong), None, "{wrong}");
        }
    }
}
