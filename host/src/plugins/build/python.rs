//! Python: componentize-py, which puts a Python interpreter around `rule.py`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::tool::Tool;
use super::{BuildError, contract};
use crate::policy::Grant;

const COMPONENTIZE: Tool = Tool::new(
    "componentize-py",
    "run `python3 -m venv .venv && .venv/bin/pip install -r requirements.txt` in the pack's folder",
);
/// The module with the rule.
const MODULE: &str = "rule";

/// The component that componentize-py makes of the folder. What the interpreter asks for
/// of WASI is stubbed away: no clock, no randomness, no files, no network.
pub(super) fn build(folder: &Path, grants: &[Grant]) -> Result<Vec<u8>, BuildError> {
    let contract = contract::folder(folder, grants)?;
    let out = contract.path().join("out.wasm");
    let own = folder.join(".venv/bin").join(COMPONENTIZE.name);
    let own = own.canonicalize().ok().filter(|file| file.is_file());
    let mut tool = Command::new(own.unwrap_or_else(|| PathBuf::from(COMPONENTIZE.name)));
    tool.arg("-d")
        .arg(contract.path())
        .args(["-w", "plugin", "componentize", MODULE, "--stub-wasi", "-o"])
        .arg(&out)
        .current_dir(folder);
    COMPONENTIZE.run(&mut tool)?;
    std::fs::read(&out).map_err(|e| COMPONENTIZE.odd(format!("left nothing: {e}")))
}
