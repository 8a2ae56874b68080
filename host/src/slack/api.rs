//! Slack's Web API.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::SlackConfig;
use crate::outgoing;
use crate::secret::Secret;

/// How long Slack has to answer: less than a card is one sender's.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const MOST: usize = 1 << 20;

/// Slack's Web API, called with the bot's token.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    token: Secret,
}

/// What came of a call that did not go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) outcome: Outcome,
    /// What happened, for the log.
    pub(super) what: String,
    /// How long Slack asked to be left alone.
    pub(super) after: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Slack did not do it; it may later.
    NotDone,
    /// Slack will not do it until somebody changes something.
    Refused,
    /// It may have done it.
    Unknown,
    /// There is nothing to do it to any more.
    Gone,
}

/// What Slack answered, and when by its clock.
struct Said {
    answer: Value,
    date: Option<Timestamp>,
}

impl Failed {
    fn new(outcome: Outcome, what: impl Into<String>) -> Self {
        Failed {
            outcome,
            what: what.into(),
            after: None,
        }
    }
}

impl Api {
    /// The API with this token.
    ///
    /// # Errors
    /// No TLS can be set up.
    pub fn new(config: &SlackConfig, token: &Secret) -> Result<Self, reqwest::Error> {
        Ok(Api {
            http: outgoing::client(PATIENCE).build()?,
            base: config.api.clone(),
            token: token.clone(),
        })
    }

    /// Calls a method with JSON arguments.
    pub(super) async fn post(&self, method: &str, body: &Value) -> Result<Value, Failed> {
        let request = self
            .http
            .post(format!("{}/{method}", self.base))
            .header("content-type", "application/json; charset=utf-8")
            .body(body.to_string());
        Ok(self.call(request).await?.answer)
    }

    /// Opens a dialog; false where that is not certain.
    pub(super) async fn opened(&self, trigger: &str, view: &Value) -> bool {
        let body = json!({"trigger_id": trigger, "view": view});
        match self.post("views.open", &body).await {
            Ok(_) => true,
            Err(failed) => {
                tracing::warn!("Slack: no dialog: {}", failed.what);
                false
            }
        }
    }

    /// The messages of a channel around the time that was so long ago, with their metadata.
    /// A post may arrive late.
    pub(super) async fn history(&self, channel: &str, ago: Duration) -> Result<Value, Failed> {
        let seconds = self.time().await?.saturating_sub(ago.as_secs());
        let oldest = format!("{}.000000", seconds.saturating_sub(120));
        let latest = format!("{}.000000", seconds.saturating_add(300));
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("channel", channel)
            .append_pair("oldest", &oldest)
            .append_pair("latest", &latest)
            .append_pair("limit", "999")
            .append_pair("include_all_metadata", "true")
            .finish();
        let url = format!("{}/conversations.history?{query}", self.base);
        let history = self.call(self.http.get(url)).await?.answer;
        match history.get("has_more") {
            Some(Value::Bool(true)) => {
                let what = "the channel has more messages than are looked through";
                Err(Failed::new(Outcome::Refused, what))
            }
            _ => Ok(history),
        }
    }

    /// What time it is for Slack, in seconds since the Unix epoch: it names messages by
    /// that, and our clock may be wrong.
    async fn time(&self) -> Result<u64, Failed> {
        let request = self.http.get(format!("{}/auth.test", self.base));
        let date = self.call(request).await?.date;
        let theirs = date.and_then(|date| u64::try_from(date.as_second()).ok());
        Ok(theirs.unwrap_or(crate::clock::wall() / 1000))
    }

    async fn call(&self, request: reqwest::RequestBuilder) -> Result<Said, Failed> {
        let sent = request.bearer_auth(self.token.expose()).send().await;
        let mut response = sent.map_err(|e| {
            // What never reached Slack was certainly not done.
            let outcome = match e.is_connect() || e.is_builder() {
                true => Outcome::NotDone,
                false => Outcome::Unknown,
            };
            Failed::new(outcome, outgoing::told(&e))
        })?;
        let status = response.status();
        if status == reqwest::StatusCode::TOO_MANY_REQUESTS {
            let after = outgoing::retry_after(&response);
            return Err(Failed {
                after: Some(after.unwrap_or(Duration::from_secs(30))),
                ..Failed::new(Outcome::NotDone, "Slack asked for fewer requests (429)")
            });
        }
        if !status.is_success() {
            let outcome = match status.is_server_error() {
                true => Outcome::Unknown,
                false => Outcome::NotDone,
            };
            return Err(Failed::new(outcome, format!("Slack answered {status}")));
        }
        let date = outgoing::date(&response);
        let body = outgoing::read(&mut response, MOST).await;
        let answer = body.and_then(|body| serde_json::from_slice::<Value>(&body).ok());
        let Some(answer) = answer else {
            let what = "Slack's answer is no JSON";
            return Err(Failed::new(Outcome::Unknown, what));
        };
        match answer.get("ok") {
            Some(Value::Bool(true)) => Ok(Said { answer, date }),
            _ => Err(not_ok(&answer)),
        }
    }
}

fn not_ok(answer: &Value) -> Failed {
    let word = answer
        .get("error")
        .and_then(Value::as_str)
        .unwrap_or("no `ok`");
    let word = crate::printable::printable(word, 100);
    match word.as_str() {
        "ratelimited" | "rate_limited" => Failed {
            after: Some(Duration::from_secs(30)),
            ..Failed::new(Outcome::NotDone, "Slack asked for fewer requests")
        },
        "internal_error"
        | "fatal_error"
        | "request_timeout"
        | "service_unavailable"
        | "no `ok`" => Failed::new(Outcome::Unknown, format!("Slack failed: {word}")),
        "message_not_found" | "cant_update_message" | "edit_window_closed" => {
            Failed::new(Outcome::Gone, format!("Slack refused: {word}"))
        }
        _ => Failed::new(
            Outcome::Refused,
            format!("Slack refused: {word}{}", advice(&word)),
        ),
    }
}

/// What to do about it, where that is known.
fn advice(word: &str) -> &'static str {
    match word {
        "not_in_channel" => " (invite the app to the channel: /invite @NAME)",
        "expired_trigger_id" | "trigger_expired" => " (Slack gives three seconds to open a dialog)",
        "channel_not_found" => " (slack.channel must be a channel's id, such as C0123456789)",
        "invalid_auth" | "not_authed" | "account_inactive" | "token_revoked" => {
            " (slack.token must be a bot token of the installed app, xoxb-…)"
        }
        "missing_scope" => " (the app needs chat:write, and channels:history or groups:history)",
        _ => "",
    }
}

/// Where words for one person can be sent: only to Slack itself.
fn is_slacks(url: &str, api: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else {
        return false;
    };
    let own = reqwest::Url::parse(api).ok();
    let same =
        own.is_some_and(|own| own.origin() == url.origin() && own.host_str() != Some("slack.com"));
    same || url.scheme() == "https"
        && url.host_str() == Some("hooks.slack.com")
        && url.port().is_none()
}

/// Says something to the one who clicked, and to nobody else. Words that get lost
/// cost nothing: what was decided is on the card.
pub async fn tell(config: &SlackConfig, response_url: &str, words: &str) {
    if !is_slacks(response_url, &config.api) {
        tracing::warn!(
            "Slack: a click came with an address that is not Slack's; not answered there"
        );
        return;
    }
    let body = json!({"response_type": "ephemeral", "replace_original": false, "text": words});
    let client = outgoing::client(PATIENCE).build();
    let sent = match client {
        Ok(client) => {
            let request = client.post(response_url);
            request
                .header("content-type", "application/json; charset=utf-8")
                .body(body.to_string())
                .send()
                .await
        }
        Err(e) => Err(e),
    };
    match sent {
        Ok(response) if response.status().is_success() => {}
        Ok(response) => tracing::warn!("Slack: words for one person: {}", response.status()),
        Err(e) => tracing::warn!("Slack: words for one person: {}", outgoing::told(&e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_to_slack_only() {
        let api = "https://slack.com/api";
        assert!(is_slacks("https://hooks.slack.com/actions/T1/2/x", api));
        for url in [
            "http://hooks.slack.com/actions",
            "https://hooks.slack.com.evil.example/",
            "https://hooks.slack.com:8443/",
            "https://evil.example/hooks.slack.com",
            "https://slack.com/api",
            "http://169.254.169.254/",
            "",
        ] {
            assert!(!is_slacks(url, api), "{url}");
        }
        let local = "http://127.0.0.1:9/api";
        assert!(is_slacks("http://127.0.0.1:9/response/1", local));
        assert!(!is_slacks("http://127.0.0.1:10/response/1", local));
    }

    #[test]
    fn what_slack_says_tells_done_from_not_done_and_unknown() {
        let outcome = |word: &str| not_ok(&json!({"ok": false, "error": word})).outcome;
        assert_eq!(outcome("ratelimited"), Outcome::NotDone);
        assert_eq!(outcome("not_in_channel"), Outcome::Refused);
        assert_eq!(outcome("message_not_found"), Outcome::Gone);
        assert_eq!(outcome("internal_error"), Outcome::Unknown);
        assert_eq!(not_ok(&json!([])).outcome, Outcome::Unknown);
    }
}
