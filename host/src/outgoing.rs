//! Requests to others: no redirect is followed, no proxy of the environment is used,
//! and no answer is read without bound.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::{ClientBuilder, Response, header, redirect};

use crate::approvals::ApprovalError;
use crate::gate::Gate;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest time between two tries.
const LONGEST: Duration = Duration::from_secs(3600);
/// No `Retry-After` counts for more.
const AT_MOST: Duration = Duration::from_secs(3600);

/// A client for requests that may take this long.
pub fn client(patience: Duration) -> ClientBuilder {
    // The first who installs it wins; all would install the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT.min(patience))
        .timeout(patience)
        .user_agent(concat!("coldnotch/", env!("CARGO_PKG_VERSION")))
}

/// What went wrong, with its causes but without the address: some are secrets.
pub fn told(e: &reqwest::Error) -> String {
    let mut words = match (e.is_timeout(), e.is_connect()) {
        (true, _) => "no answer in time".to_owned(),
        (_, true) => "cannot connect".to_owned(),
        _ => "the request failed".to_owned(),
    };
    // The outermost says the address; the causes do not.
    let mut cause = e.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        cause = inner.source();
    }
    words
}

/// How long the other side asks to be left alone, in whole seconds.
pub fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?;
    let seconds: u64 = value.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(AT_MOST))
}

/// When it was answered, by the clock of whoever did.
pub fn date(response: &Response) -> Option<Timestamp> {
    let value = response.headers().get(header::DATE)?.to_str().ok()?;
    rfc2822::DateTimeParser::new().parse_timestamp(value).ok()
}

/// The body, if it is not longer than this.
pub async fn read(response: &mut Response, most: usize) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > most {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

/// How long to wait before the next try: 1, 2, 4, … seconds up to an hour, and up to a
/// quarter less, so that those who failed together do not come back together.
pub fn backoff(tries: u32) -> Duration {
    let full = Duration::from_secs(1_u64 << tries.min(12)).min(LONGEST);
    let random = uuid::Uuid::new_v4().into_bytes();
    let share = u32::from(random.first().copied().unwrap_or(0));
    full - full / 4 * share / 255
}

/// Calls the gate on a thread that may block.
///
/// # Errors
/// What the call says.
pub async fn with<T: Send + 'static>(
    gate: &Arc<Gate>,
    call: impl FnOnce(&Gate) -> Result<T, ApprovalError> + Send + 'static,
) -> Result<T, ApprovalError> {
    let gate = gate.clone();
    let called = tokio::task::spawn_blocking(move || call(&gate)).await;
    // It panicked, or the process is about to end.
    called.unwrap_or_else(|_| Err(ApprovalError::Busy("-".to_owned())))
}

/// A short name for a text, to see whether it changed.
pub fn fingerprint(text: &str) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(text.as_bytes());
    HEXLOWER.encode(digest.get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_further_and_further_apart_up_to_an_hour() {
        for (tries, seconds) in [(0, 1), (1, 2), (5, 32), (11, 2048), (12, 3600), (99, 3600)] {
            let full = Duration::from_secs(seconds);
            let found = backoff(tries);
            assert!(found <= full && found >= full * 3 / 4, "{tries}: {found:?}");
        }
    }
}
