//! Slack: a card in a channel for each cause, and the clicks that answer its questions.
//!
//! ```text
//! courier.rs      posts each card once and draws it anew as its questions go on
//! dry_run.rs      says in the log what would be posted
//! card.rs         the card, within Slack's limits
//! dialog.rs       the reason for a refusal, and what a yes is widened to
//! text.rs         foreign text as plain text
//! api.rs          Slack's Web API: what was done, what was not, what nobody knows
//! interaction.rs  what came in: checked, and made into what somebody wants
//! words.rs        what they are told
//! ```
//!
//! Nothing here is on the way of a decision. Cards are kept in the approvals file: a
//! slow or dead Slack delays a card and nothing else, and the question can always be
//! answered elsewhere. What a card shows is read from the file, never from the click.

mod api;
mod card;
mod courier;
mod dialog;
mod dry_run;
mod interaction;
mod text;
pub mod words;

use serde_json::Value;

use crate::approvals::{Approval, Offer};
use crate::secret::{Secret, mac, same};

pub use api::{Api, tell};
pub use courier::run;
pub use dry_run::dry_run;
pub use interaction::{Choice, Interaction, InteractionError, Place, Wish};

/// The name of the key that the buttons' proofs are made with.
pub const BUTTON: &str = "slack-button";

/// How Slack is reached, and whom it is taken from.
#[derive(Debug, Clone, PartialEq)]
pub struct SlackConfig {
    /// The bot's token; `None` to show in the log what would be posted.
    pub token: Option<Secret>,
    /// Where cards go; `None` to show them in the log.
    pub channel: Option<String>,
    /// What Slack signs its requests with; `None` to take them unsigned.
    pub signing_secret: Option<Secret>,
    /// The workspace's id; any when `None`.
    pub team: Option<String>,
    /// The app's id; any when `None`.
    pub app_id: Option<String>,
    /// The members who may answer; anyone in the workspace when empty.
    pub approvers: Vec<String>,
    /// Where Slack's API is.
    pub api: String,
}

impl Default for SlackConfig {
    fn default() -> Self {
        SlackConfig {
            token: None,
            channel: None,
            signing_secret: None,
            team: None,
            app_id: None,
            approvers: Vec::new(),
            api: "https://slack.com/api".to_owned(),
        }
    }
}

/// Whether a request was signed by Slack, over its exact bytes and not long ago.
pub fn is_signed(secret: &Secret, timestamp: &str, signature: &str, body: &[u8], now: u64) -> bool {
    if crate::secret::recent(timestamp, now).is_none() {
        return false;
    }
    let key = secret.expose().as_bytes();
    let made = mac(key, &[b"v0:", timestamp.as_bytes(), b":", body]);
    let made = format!("v0={}", data_encoding::HEXLOWER.encode(&made));
    same(made.as_bytes(), signature.as_bytes())
}

/// What a button or a dialog carries: the approvals it is about, and a proof that it was
/// made here and about exactly these actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button(String);

impl Button {
    fn new(text: String) -> Self {
        Button(text)
    }

    fn text(&self) -> &str {
        &self.0
    }

    /// The approvals that it says it is about.
    pub fn approvals(&self) -> Vec<String> {
        let ids = self.0.split('.').next().unwrap_or_default();
        ids.split('+').map(str::to_owned).collect()
    }

    /// Whether it was made here, about exactly these actions.
    pub fn is_about(&self, approvals: &[&Approval], key: &[u8]) -> bool {
        same(button(key, approvals).0.as_bytes(), self.0.as_bytes())
    }
}

/// What a button about these carries.
fn button(key: &[u8], approvals: &[&Approval]) -> Button {
    let mut parts: Vec<&[u8]> = vec![b"button\0"];
    for approval in approvals {
        parts.extend([approval.id.as_bytes(), b"\0", &approval.digest.0]);
    }
    let proof = mac(key, &parts);
    let proof = data_encoding::HEXLOWER.encode(proof.get(..16).unwrap_or_default());
    let ids: Vec<&str> = approvals.iter().map(|approval| &*approval.id).collect();
    Button(format!("{}.{proof}", ids.join("+")))
}

impl Api {
    /// Opens the dialog in which a refusal's reason is given; false if it did not open.
    pub async fn ask_why(&self, trigger: &str, about: &Button, approvals: &[Approval]) -> bool {
        let view = dialog::refusing(about.text(), approvals);
        self.opened(trigger, &view).await
    }

    /// Opens the dialog in which a yes is widened; false if it did not open, or nothing is
    /// on offer.
    pub async fn ask_what(
        &self,
        trigger: &str,
        about: &Button,
        approval: &Approval,
        offers: &[Offer],
    ) -> bool {
        match dialog::granting(about.text(), approval, offers) {
            Some(view) => self.opened(trigger, &view).await,
            None => false,
        }
    }
}

/// Words in the place of a dialog, as the answer to its being sent.
pub fn instead(words: &str) -> Value {
    serde_json::json!({"response_action": "update", "view": dialog::told(words)})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Slack's documentation ("Verifying requests from Slack").
    #[test]
    fn the_signature_is_slacks() {
        let secret = Secret::new("8f742231b10e8888abcd99yyyzzz85a5");
        let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015\
.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
        let (sent, at) = ("1531420618", 1_531_420_618);
        assert!(is_signed(&secret, sent, signature, body, at));
        assert!(is_signed(&secret, sent, signature, body, at + 300));
        assert!(!is_signed(&secret, sent, signature, body, at + 301));
        assert!(!is_signed(&secret, "1531420619", signature, body, at));
        assert!(!is_signed(&Secret::new("other"), sent, signature, body, at));
        assert!(!is_signed(
            &secret,
            sent,
            &signature.to_uppercase(),
            body,
            at
        ));
        assert!(!is_signed(&secret, sent, "", body, at));
        assert!(!is_signed(&secret, sent, signature, &body[1..], at));
    }
}
