//! A policy that holds payments, and questions that wait for their answer.
#![allow(
    dead_code, // no test uses all of it
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use serde_json::{Value, json};

use super::command::{Place, answers};

/// Holds `pay`. Its last section is `[approvals]`, so that a test can add to it.
pub const HOLDING: &str = r#"
[[plugin]]
name = "keywords"
source = "builtin:keywords"
limits = { time = "10s" }

[policy]
hold_types = ["pay"]

[approvals]
"#;

/// Then a question goes on when nobody waits for it.
pub const PAUSING: &str = "on_timeout = \"pause\"\n";

pub fn pay(id: &str) -> String {
    json!({"type": "pay", "agent": "bot", "session": "s", "id": id, "payload": {"amount": 10}})
        .to_string()
}

/// A question that waits, and nobody with it.
pub fn ask(place: &Place, action: &str) -> Value {
    let asked = place.run("decide --wait 1ms", action);
    let answer = answers(&asked).remove(0);
    assert_eq!(answer["approved"], Value::Null, "{answer}");
    answer
}
