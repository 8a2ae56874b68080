//! The HTTP edge: the same gate, asked and answered from elsewhere.
//!
//! ```text
//! serve.rs     listen, TLS, end gracefully
//! auth.rs      who asks: a key, or nobody but this machine while there are no keys
//! problem.rs   what every refusal looks like
//! refusals.rs  which there are, for the document
//! waiting.rs   one thread follows the approvals; those who wait for an answer hold none
//! limits.rs    how much each may ask
//! body.rs      bodies and parameters
//! decide.rs    /v1/decide, /v1/decide/batch, /v1/observe
//! approvals.rs /v1/approvals…
//! grants.rs    /v1/grants…
//! events.rs    /v1/events
//! authzen.rs   /access/v1/…
//! legacy.rs    the routes of 0.0.1
//! health.rs    /healthz, /readyz
//! metrics.rs   /metrics
//! openapi.rs   /openapi.json
//! slack.rs     /slack/actions: a click is an answer
//! webhooks.rs  /webhooks/decision: a program answers, signed
//! outbox.rs    starts those who tell others
//! inbox/       the pages on which people read what is held, and answer
//! ```
//!
//! The gate is synchronous: handlers call it on blocking threads
//! ([`Server::with_gate`]), and nobody holds such a thread while a human thinks
//! ([`Server::wait`]).

mod approvals;
mod auth;
mod authzen;
mod body;
mod decide;
mod events;
mod grants;
mod health;
mod inbox;
mod legacy;
mod limits;
mod metrics;
mod openapi;
mod outbox;
mod problem;
mod refusals;
mod serve;
mod slack;
mod tls;
mod waiting;
mod webhooks;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use tokio::sync::watch;

use crate::answers::Answers;
use crate::approvals::ApprovalError;
use crate::config::{Config, ConfigError};
use crate::gate::{Decision, Gate};

pub use auth::{Identity, KeyRing};
pub use body::{Body, Id, Params, Raw};
pub use limits::Limits;
pub use openapi::document;
pub use problem::Problem;
pub use serve::{ServeError, serve};
pub use waiting::Waiting;

/// Reads the configuration anew, from the file in force if there was one.
pub type Load = Box<dyn Fn(Option<&Path>) -> Result<Config, ConfigError> + Send>;

/// What every handler works with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Server(Arc<Parts>);

/// The parts of a server.
#[derive(Debug)]
pub struct Parts {
    /// The gate.
    pub gate: Arc<Gate>,
    /// The configuration it was opened with.
    pub config: Config,
    /// The API keys.
    pub keys: KeyRing,
    /// How much each may ask.
    pub limits: Limits,
    /// What was answered.
    pub answers: Answers,
    /// Those who wait for an answer.
    pub waiting: Arc<Waiting>,
    /// True once the server is to end.
    pub ending: watch::Receiver<bool>,
}

impl std::ops::Deref for Server {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Server {
    /// A server of these parts.
    pub fn new(parts: Parts) -> Self {
        Server(Arc::new(parts))
    }

    /// Calls the gate on a thread that may block.
    ///
    /// # Errors
    /// The call panicked.
    pub async fn with_gate<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Gate) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let gate = self.gate.clone();
        tokio::task::spawn_blocking(move || call(&gate))
            .await
            .map_err(|_| Problem::internal())
    }

    /// What became of a question, waiting for its answer for at most this long, or
    /// until the server ends. Still open then, it goes on: `approved` is `None`.
    ///
    /// # Errors
    /// It was never asked, or the approvals cannot be used.
    pub async fn wait(&self, id: &str, patience: Duration) -> Result<Decision, Problem> {
        /// Looked at again though nothing was heard: another process has begun to
        /// conclude it and may have ended.
        const BUSY: Duration = Duration::from_millis(250);
        const IDLE: Duration = Duration::from_secs(30);
        let until = tokio::time::Instant::now() + patience;
        let mut ending = self.ending.clone();
        let mut id = id.to_owned();
        loop {
            let listener = self.waiting.listen(&id);
            let heard = listener.heard();
            let asked = id.clone();
            let found = self.with_gate(move |gate| gate.finish(&asked)).await?;
            let again = match found {
                Ok(decision) if decision.approved.is_some() => return Ok(decision),
                Ok(decision) => {
                    let next = decision.approval.clone().filter(|next| *next != id);
                    if let Some(next) = next {
                        id = next; // a yes that did not cover it: another question
                        continue;
                    }
                    if tokio::time::Instant::now() >= until || *ending.borrow() {
                        return Ok(decision);
                    }
                    IDLE
                }
                Err(ApprovalError::Busy(_)) if tokio::time::Instant::now() < until => BUSY,
                Err(e) => return Err(e.into()),
            };
            let look = until.min(tokio::time::Instant::now() + again);
            tokio::select! {
                () = heard => {}
                () = tokio::time::sleep_until(look) => {}
                _ = ending.wait_for(|ending| *ending) => {}
            }
        }
    }
}

/// Every route there is. Each file of routes adds its own with `merge`.
pub fn router(server: Server) -> Router {
    let most = server.config.server.max_body;
    Router::new()
        .merge(health::routes())
        .merge(metrics::routes())
        .merge(openapi::routes())
        .merge(decide::routes())
        .merge(approvals::routes())
        .merge(grants::routes())
        .merge(events::routes())
        .merge(authzen::routes())
        .merge(legacy::routes())
        .merge(slack::routes())
        .merge(webhooks::routes())
        .merge(inbox::routes())
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(DefaultBodyLimit::max(most))
        .layer(axum::middleware::map_response(unkept))
        .with_state(server)
}

async fn nowhere() -> Problem {
    let detail = "there is nothing here; `/openapi.json` says what there is";
    Problem::new(StatusCode::NOT_FOUND, "no-route", detail)
}

async fn not_so() -> Problem {
    let detail = "this takes another method; `/openapi.json` says which";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", detail)
}

/// Answers are for whoever asked: no cache keeps them, and no browser takes them for
/// something else.
async fn unkept(mut response: axum::response::Response) -> impl IntoResponse {
    let headers = response.headers_mut();
    let no_store = axum::http::HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(no_store);
    let as_is = axum::http::HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, as_is);
    response
}
