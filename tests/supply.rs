//! Packs on their way to an operator: signed, shipped, accepted, locked, and refused
//! wherever somebody changed something. All with the command itself.
#![cfg(unix)] // a registry is started, and `minisign` asked
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/command.rs"]
mod command;

#[path = "supply/hostile.rs"]
mod hostile;
#[path = "supply/install.rs"]
mod install;
#[path = "supply/malicious.rs"]
mod malicious;
#[path = "supply/registry.rs"]
mod registry;
#[path = "supply/shop.rs"]
mod shop;
#[path = "supply/signing.rs"]
mod signing;
#[path = "supply/tampering.rs"]
mod tampering;
