//! Slack, with the real command on one side and a stand-in for Slack's API on the
//! other: cards, clicks, dialogs, and everything that can go wrong between the two.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/clock.rs"]
mod clock;
#[path = "support/command.rs"]
mod command;
#[path = "support/holding.rs"]
mod holding;
#[path = "support/slack.rs"]
mod slack;
#[path = "support/web.rs"]
mod web;

#[path = "slack/clicks.rs"]
mod clicks;
#[path = "slack/clocks.rs"]
mod clocks;
#[path = "slack/dialogs.rs"]
mod dialogs;
#[path = "slack/faults.rs"]
mod faults;
#[path = "slack/forged.rs"]
mod forged;
#[path = "slack/kills.rs"]
mod kills;
#[path = "slack/setup.rs"]
mod setup;
#[path = "slack/together.rs"]
mod together;

use std::net::SocketAddr;

use command::*;
use holding::{HOLDING, PAUSING};
use serde_json::{Value, json};
use slack::{SECRET, Slack, button, buttons};
use web::{hex, hmac, seconds, send};

fn place(slack: &Slack, more: &str) -> Place {
    Place::new(&format!("{HOLDING}{PAUSING}{more}\n{}", slack.config()))
}

/// One that differs from the others, so that it has a card of its own.
fn pay(id: &str) -> String {
    json!({"type": "pay", "agent": "bot", "session": "s", "id": id,
        "payload": {"amount": 10, "for": id}})
    .to_string()
}

/// A click as Slack sends it.
struct Click(Value);

impl Click {
    fn on(card: &Value, slack: &Slack) -> Self {
        let mut payload: Value =
            serde_json::from_str(include_str!("fixtures/slack/block_actions.json")).unwrap();
        payload["actions"][0]["value"] = json!(button(card));
        payload["response_url"] = json!(format!("http://{}/response/1", slack.address));
        payload["trigger_id"] = json!(slack.trigger());
        Click(payload)
    }

    /// A click on the nth button of this name.
    fn press(self, card: &Value, name: &str, nth: usize) -> Self {
        let pressed = buttons(card, name).remove(nth);
        self.with(|payload| {
            payload["actions"][0]["action_id"] = json!(name);
            payload["actions"][0]["value"] = json!(pressed);
        })
    }

    fn with(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.0);
        self
    }

    fn refusing(self, why: &str) -> Self {
        self.with(|payload| {
            payload["actions"][0]["action_id"] = json!("coldnotch_deny");
            payload["state"]["values"]["coldnotch_reason"]["coldnotch_reason"]["value"] =
                json!(why);
        })
    }

    fn by(self, user: &str) -> Self {
        self.with(|payload| payload["user"]["id"] = json!(user))
    }

    fn body(&self) -> String {
        let payload = self.0.to_string();
        let escaped: String = payload
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect();
        format!("payload={escaped}")
    }

    /// A dialog that was sent, with this in its fields.
    fn sent(view: &Value, values: Value) -> Self {
        let fixture = include_str!("fixtures/slack/view_submission.json");
        let mut payload: Value = serde_json::from_str(fixture).unwrap();
        for key in ["callback_id", "private_metadata", "blocks", "title"] {
            payload["view"][key] = view[key].clone();
        }
        payload["view"]["state"]["values"] = values;
        Click(payload)
    }

    fn send(&self, to: SocketAddr) -> (u16, Value) {
        post(to, &self.body(), seconds(), SECRET)
    }
}

fn post(to: SocketAddr, body: &str, at: u64, secret: &str) -> (u16, Value) {
    let signed = hmac(secret.as_bytes(), format!("v0:{at}:{body}").as_bytes());
    let signature = format!("v0={}", hex(&signed));
    post_with(
        to,
        body,
        &[
            ("x-slack-request-timestamp", &at.to_string()),
            ("x-slack-signature", &signature),
        ],
    )
}

fn post_with(to: SocketAddr, body: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let headers: Vec<(&str, &str)> = headers.iter().copied().chain([form]).collect();
    let (status, text) = send(to, "POST", "/slack/actions", &headers, body.as_bytes());
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

fn shown(place: &Place, id: &Value) -> Value {
    let shown = place.run(
        &format!("approvals show {} --json", id.as_str().unwrap()),
        "",
    );
    serde_json::from_slice(&shown.stdout).unwrap()
}

fn state(place: &Place, id: &Value) -> String {
    shown(place, id)["state"].as_str().unwrap().to_owned()
}
