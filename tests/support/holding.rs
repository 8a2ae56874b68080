//! A policy that holds payments, and questions that wait for their answer.
#![allow(
    dead_code, // no test uses all of it
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::fs::{File, TryLockError};
use std::time::Duration;

use serde_json::{Value, json};

use super::command::{Place, ROOT, answers};

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

/// Each judging takes this long: a plugin that never ends is cut off, and held.
pub const JUDGING: Duration = Duration::from_millis(1200);

/// A policy under which every action is judged for so long, and held.
pub fn slow() -> String {
    format!(
        r#"
[[plugin]]
name = "slow"
source = "{ROOT}/target/guests/hostile.wasm"
settings = {{ how = "loop" }}
grants = ["history"]
limits = {{ time = "1200ms", fuel = 1_000_000_000_000 }}
"#
    )
}

/// Whether somebody is using an answer just now, which holds this lock.
pub fn is_being_used(place: &Place) -> bool {
    let lock = File::open(place.path("coldnotch_approvals.db-turn"));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// The time that a process spent computing, in hundredths of a second.
#[cfg(target_os = "linux")]
pub fn computed(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default().to_owned();
    let fields = after.split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<u64>().ok()).sum()
}
