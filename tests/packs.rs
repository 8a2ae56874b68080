//! Packs from end to end: manifests inside components, and golden cases judged in the
//! sandbox.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/command.rs"]
mod command;
mod support;

#[path = "packs/golden.rs"]
mod golden;
#[cfg(unix)] // it waits for a watched file
#[path = "packs/lifecycle.rs"]
mod lifecycle;
#[path = "packs/manifest.rs"]
mod manifest;
#[cfg(unix)] // it waits for a watched file
#[path = "packs/newcomer.rs"]
mod newcomer;

use std::path::{Path, PathBuf};

use coldnotch::json::Object;
use coldnotch::plugins::manifest::Manifest;
use coldnotch::plugins::pack::Pack;
use serde_json::{Value, json};

/// A manifest with everything that has to be in it.
fn written() -> Value {
    json!({
        "format": 1, "name": "mine", "version": "0.1.0", "wit": "0.1.0", "lang": "rust",
        "description": "For tests.", "licence": "Apache-2.0",
    })
}

/// The manifest with these keys.
fn with(keys: Value) -> Value {
    let mut manifest = written();
    for (key, value) in keys.as_object().unwrap() {
        manifest[key] = value.clone();
    }
    manifest
}

/// The component of a guest with this manifest and these cases, as a file in a folder.
fn packed(folder: &Path, guest: &Path, manifest: &Value, cases: &str) -> PathBuf {
    let manifest = Manifest::parse(Object::from_value(manifest).unwrap()).unwrap();
    let component = std::fs::read(guest).unwrap();
    let whole = manifest.embed(&component, Some(cases.as_bytes())).unwrap();
    let file = folder.join("mine.wasm");
    std::fs::write(&file, whole).unwrap();
    file
}

fn open(file: &Path) -> Pack {
    Pack::open(file.to_str().unwrap()).unwrap()
}
