//! Grows its table (`build.rs` says how): by `by` entries, once or, told to be
//! `endless`, until it is stopped. Says how large the table was at first.
#![allow(unsafe_code)] // the one instruction that Rust does not have

use coldnotch_plugin::{Action, Assessment, Context};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    /// What its answers begin with.
    name: String,
}

/// The number of entries before, or -1.
#[cfg(target_family = "wasm")]
fn grow(by: u32) -> i32 {
    unsafe extern "C" {
        fn grow_table(by: u32) -> i32;
    }
    // SAFETY: it takes and returns a number, and adds empty entries at the end.
    unsafe { grow_table(by) }
}

#[cfg(not(target_family = "wasm"))]
fn grow(_: u32) -> i32 {
    -1
}

fn score(action: &Action, cx: &Context<Settings>) -> Assessment {
    let payload = action.payload();
    let by = payload["by"].as_u64().and_then(|by| u32::try_from(by).ok());
    let before = grow(by.unwrap_or(0));
    if payload["endless"] == true {
        loop {
            grow(by.unwrap_or(1));
        }
    }
    Assessment::abstain(0.0).because("table", format!("{} {before}", cx.settings.name))
}

coldnotch_plugin::scorer!(score, settings = Settings);
