//! Rust: cargo, with the linker that makes a component of what it links.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::BuildError;
use super::linkers::{GET_RUST, Linkers, print};
use super::tool::Tool;
use crate::config;

const TARGET: &str = "wasm32-unknown-unknown";
const CARGO: Tool = Tool::new("cargo", GET_RUST);
const STD: Tool = Tool::new(
    "the Rust target wasm32-unknown-unknown",
    "run `rustup target add wasm32-unknown-unknown`",
);

/// The component that cargo makes of the folder.
pub(super) fn build(folder: &Path) -> Result<Vec<u8>, BuildError> {
    let folder = folder
        .canonicalize()
        .map_err(|e| CARGO.odd(e.to_string()))?;
    let rustc = config::rustc();
    let libraries = print(&rustc, &["--print", "target-libdir", "--target", TARGET])?;
    if !libraries.is_dir() {
        return Err(STD.missing());
    }
    let linkers = Linkers::find(&rustc)?;
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--quiet", "--release", "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(&folder)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(&folder, &linkers));
    let messages = CARGO.run(&mut cargo)?;
    let file = artifact(&messages, &folder)
        .ok_or_else(|| CARGO.odd("made no .wasm: has Cargo.toml crate-type = [\"cdylib\"]?"))?;
    std::fs::read(&file).map_err(|e| CARGO.odd(format!("left nothing in {}: {e}", file.display())))
}

/// A small stack makes a fresh instance quick to set up, and without machine paths the
/// same sources give the same bytes wherever they are built.
fn flags(folder: &Path, linkers: &Linkers) -> String {
    [
        format!("-Clinker={}", linkers.component.display()),
        format!("-Clink-arg=--wasm-ld-path={}", linkers.core.display()),
        "-Clink-arg=-zstack-size=32768".to_owned(),
        "-Ctarget-feature=+simd128".to_owned(),
        format!("--remap-path-prefix={}=/pack", folder.display()),
        format!(
            "--remap-path-prefix={}=/cargo",
            config::cargo_home().display()
        ),
    ]
    .join("\u{1f}")
}

/// The component among what cargo says it made of this folder's own package.
fn artifact(messages: &str, folder: &Path) -> Option<PathBuf> {
    let own = folder.join("Cargo.toml");
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of_pack = messages.filter(|message| {
        message["reason"] == "compiler-artifact"
            && message["manifest_path"].as_str().map(Path::new) == Some(&own)
    });
    let mut files = of_pack.filter_map(|message| {
        let files = message["filenames"].as_array()?.iter();
        let mut files = files.filter_map(Value::as_str).map(PathBuf::from);
        files.find(|file| file.extension().is_some_and(|e| e == "wasm"))
    });
    files.next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packs_own_component_is_found_among_cargos_messages() {
        let messages = r#"{"reason":"compiler-artifact","manifest_path":"/p/vendor/sdk/Cargo.toml","filenames":["/t/libsdk.rlib"]}
not json
{"reason":"compiler-artifact","manifest_path":"/p/Cargo.toml","filenames":["/t/libp.rlib","/t/p.wasm"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(
            artifact(messages, Path::new("/p")),
            Some("/t/p.wasm".into())
        );
        assert_eq!(artifact(messages, Path::new("/q")), None);
    }
}
