//! How much each may ask.

use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::{Identity, Problem};
use crate::config::ServerConfig;
use axum::http::StatusCode;

/// Requests a second for each key. Whoever needs none is on this machine.
#[derive(Debug)]
pub struct Limits {
    rate: Option<DefaultKeyedRateLimiter<String>>,
}

impl Limits {
    /// The limits of this configuration.
    pub fn new(config: &ServerConfig) -> Self {
        Limits {
            rate: config
                .rate
                .map(|rate| RateLimiter::keyed(Quota::per_second(rate))),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// It is one too many.
    pub(super) fn one(&self, identity: &Identity) -> Result<(), Problem> {
        let Some(rate) = self.rate.as_ref().filter(|_| identity.role.is_some()) else {
            return Ok(());
        };
        rate.check_key(&identity.name).map_err(|until| {
            let wait: Duration = until.wait_time_from(DefaultClock::default().now());
            let detail = "this key sends more requests than `server.rate` allows";
            let status = StatusCode::TOO_MANY_REQUESTS;
            Problem::new(status, "rate", detail).after(wait.as_secs() + 1)
        })
    }
}
