//! The consequence engine as it ships: the built-in component in the host, with
//! the host's index, its decoders and the notes of the outputs. The crate's own
//! tests use a history of their own; what needs the real one is tested here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "consequence/golden.rs"]
mod golden;
#[path = "consequence/properties.rs"]
mod properties;
#[path = "consequence/session.rs"]
mod session;
