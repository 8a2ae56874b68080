//! Starts those who tell others: cards in Slack, webhooks. They run beside the
//! requests and share nothing with them but the approvals file.

use std::net::SocketAddr;

use super::{ServeError, Server};
use crate::config::Config;
use crate::slack::{self, Api};
use crate::webhooks::{self, Sender};

/// Refuses a set-up in which anybody could answer in Slack's name.
///
/// # Errors
/// Clicks would be taken unsigned from other machines.
pub(super) fn check(config: &Config, listen: SocketAddr) -> Result<(), ServeError> {
    let Some(slack) = &config.slack else {
        return Ok(());
    };
    let outside = !listen.ip().is_loopback() || config.server.public_url.is_some();
    match slack.signing_secret.is_none() && outside {
        true => Err(ServeError::Unsigned),
        false => Ok(()),
    }
}

/// Starts what is set up. Call it within the runtime.
///
/// # Errors
/// No TLS can be set up.
pub(super) fn start(server: &Server) -> Result<(), ServeError> {
    let gate = || server.gate.clone();
    let (news, ending) = (|| server.waiting.follow(), || server.ending.clone());
    let inbox = || server.config.server.public_url.clone();
    let tls = |e: reqwest::Error| ServeError::System(std::io::Error::other(e));
    if let Some(config) = server.config.slack.clone() {
        if config.signing_secret.is_none() {
            tracing::warn!(
                "Slack: clicks are taken unsigned, from this machine; set slack.signing_secret"
            );
        }
        match (&config.token, &config.channel) {
            (Some(token), Some(channel)) => {
                let api = Api::new(&config, token).map_err(tls)?;
                let channel = channel.clone();
                tokio::spawn(slack::run(gate(), api, channel, inbox(), news(), ending()));
            }
            _ => {
                tokio::spawn(slack::dry_run(gate(), config, news(), ending()));
            }
        }
    }
    let mut senders = Vec::new();
    for config in &server.config.webhooks {
        senders.extend(Sender::new(config).map_err(tls)?);
    }
    if !senders.is_empty() {
        tokio::spawn(webhooks::run(gate(), senders, inbox(), news(), ending()));
    }
    Ok(())
}
