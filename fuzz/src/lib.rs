//! What the fuzz targets do with any bytes. Each `run` feeds one parser of
//! outside bytes through the public API, and panics when something promised of
//! it does not hold.
//!
//! `fuzz_targets/` hands them to libFuzzer; `tests/fuzz_smoke.rs` of the product
//! replays the seeds and some mutations of them, so nothing here may need more
//! than the product does.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

pub mod answer;
pub mod audit;
pub mod component;
pub mod config;
pub mod consequence;
pub mod find_values;
mod lifting;
pub mod lock;
pub mod manifest;
pub mod message;
pub mod recording;
mod scratch;
pub mod signature;
pub mod trust;
