//! Coldnotch decides on the consequence of an agent's action before it runs:
//! ALLOW, HOLD or BLOCK.
//!
//! # Map
//!
//! | module | what it is |
//! | --- | --- |
//! | [`gate`] | the story of a decision, top-down; start here |
//! | [`judge`] | current generation and sessions: judging without asking or recording |
//! | [`action`] | what an agent wants to do, checked |
//! | [`decision`] | what became of an action |
//! | [`verdict`] | from opinions to one verdict: pure, monotone |
//! | [`policy`] | static rules and the list of plugins |
//! | [`history`] | the steps of one session and the index of its values |
//! | [`notes`] | what plugins remember of a session |
//! | [`session`] | who may work on a session, and the state file |
//! | [`runtime`] | wasmtime: engine, plugins, generations; every call in a fresh instance |
//! | [`approvals`] | a HOLD is a question to a human |
//! | [`audit`] | the append-only record |
//! | [`quarantine`] | plugins that failed too often |
//! | [`recording`], [`recorder`] | recorded sessions, read and written |
//! | [`cli`] | the command line, one file a subcommand |
//! | [`http`] | the server |
//! | [`answers`] | what was answered, so that a repeated question gets the same |
//! | [`slack`] | cards in a channel, and the clicks that answer them |
//! | [`webhooks`] | signed messages to others, and signed answers |
//! | [`outgoing`], [`secret`] | requests to others; what is signed with |
//! | [`keys`] | API keys and what they may do |
//! | [`config`] | `coldnotch.toml` and the environment, checked once |
//! | [`json`], [`wire`] | what comes in from outside, and what goes out |
//! | [`plugins`] | looking at plugins without judging with them |
//! | [`watch`] | files and signals that bring a new policy |
//! | `clock` | the time by which questions wait and end |
//! | [`stats`] | counters that are always on |
//! | [`printable`] | foreign text made safe to show |
//!
//! # Invariants
//!
//! - No answer leaves before its record is durable; without a record it is BLOCK.
//! - No failure becomes an ALLOW.
//! - No instance serves two calls.
//! - `action` and `verdict` know neither tokio nor wasmtime, HTTP or serde.
//! - Nothing outside `runtime` imports wasmtime.
//! - Nothing but `config` reads the environment; nothing but `main` and `cli`
//!   prints or exits.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod action;
pub mod answers;
pub mod approvals;
pub mod audit;
pub mod cli;
mod clock;
pub mod config;
mod database;
pub mod decision;
pub mod gate;
pub mod history;
pub mod http;
pub mod json;
pub mod judge;
pub mod keys;
pub mod notes;
pub mod outgoing;
pub mod plugins;
pub mod policy;
pub mod printable;
pub mod quarantine;
pub mod recorder;
pub mod recording;
pub mod runtime;
pub mod secret;
pub mod session;
pub mod slack;
pub mod stats;
pub mod verdict;
pub mod watch;
pub mod webhooks;
pub mod wire;
