//! `coldnotch serve`, the real binary over real HTTP.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/clock.rs"]
mod clock;
#[path = "support/command.rs"]
mod command;
#[path = "support/holding.rs"]
mod holding;
#[path = "support/server.rs"]
mod server;
#[path = "support/web.rs"]
mod web;

#[path = "server/authzen.rs"]
mod authzen;
#[path = "server/clocks.rs"]
mod clocks;
#[path = "server/faults.rs"]
mod faults;
#[path = "server/floods.rs"]
mod floods;
#[path = "server/grants.rs"]
mod grants;
#[path = "server/kills.rs"]
mod kills;
#[path = "server/races.rs"]
mod races;
#[path = "server/roles.rs"]
mod roles;
#[path = "server/routes.rs"]
mod routes;
#[path = "server/two.rs"]
mod two;

use serde_json::{Value, json};

/// Holds `pay`, blocks `exec_shell`, allows the rest.
const POLICY: &str = r#"
[[plugin]]
name = "keywords"
source = "builtin:keywords"
limits = { time = "10s" }

[policy]
hold_types = ["pay"]
block_types = ["exec_shell"]
"#;

fn pay(id: &str) -> Value {
    json!({"type": "pay", "agent": "bot", "session": "s", "id": id, "payload": {"amount": 10}})
}
