//! The HTTP edge: the same gate, asked and answered from elsewhere.
//!
//! ```text
//! serve.rs     listen, TLS, end gracefully
//! auth.rs      who asks: a key, or nobody but this machine while there are no keys
//! problem.rs   what every refusal looks like
//! waiting.rs   one thread follows the approvals; those who wait for an answer hold none
//! health.rs    /healthz, /readyz
//! ```
//!
//! The gate is synchronous: handlers call it on blocking threads
//! ([`Server::with_gate`]), and nobody holds such a thread while a human thinks
//! ([`Server::wait`]).

mod auth;
mod health;
mod problem;
mod serve;
mod waiting;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::watch;

use crate::approvals::ApprovalError;
use crate::config::{Config, ConfigError};
use crate::gate::{Decision, Gate};

pub use auth::{Identity, KeyRing};
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
    Router::new().merge(health::routes()).with_state(server)
}
