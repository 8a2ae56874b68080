//! Grows its table until there is no more (`build.rs` says how), then allows.
#![allow(unsafe_code)] // the one instruction that Rust does not have

use coldnotch_plugin::{Action, Assessment, Context};

#[cfg(target_family = "wasm")]
fn grow(by: u32) -> bool {
    unsafe extern "C" {
        fn grow_table(by: u32) -> i32;
    }
    // SAFETY: it takes and returns a number, and adds empty entries at the end.
    unsafe { grow_table(by) >= 0 }
}

#[cfg(not(target_family = "wasm"))]
fn grow(_: u32) -> bool {
    false
}

fn score(_: &Action, _: &Context<()>) -> Assessment {
    while grow(1000) {}
    Assessment::allow()
}

coldnotch_plugin::scorer!(score);
