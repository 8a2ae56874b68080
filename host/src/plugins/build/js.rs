//! JavaScript: componentize-js, which puts a JavaScript engine around `rule.js`.

use std::path::Path;
use std::process::Command;

use super::tool::Tool;
use super::{BuildError, contract};
use crate::policy::Grant;

const NODE: Tool = Tool::new(
    "node",
    "install Node.js 20 or newer, see https://nodejs.org",
);
const COMPONENTIZE: Tool = Tool::new("componentize-js", "run `npm install` in the pack's folder");
const SOURCE: &str = "rule.js";

/// Features of the engine are left out so that it asks for no WASI: no clock, no
/// randomness, no files, no network.
const SCRIPT: &str = r#"
import { writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";
const [sourcePath, witPath, out] = process.argv.slice(1);
const disableFeatures = ["random", "stdio", "clocks", "http", "fetch-event"];
const { component } = await componentize({ sourcePath, witPath, worldName: "plugin", disableFeatures });
await writeFile(out, component);
"#;

/// The component that componentize-js makes of the folder. Its engine cannot hand over a
/// session that has no functions, so it always imports them.
pub(super) fn build(folder: &Path) -> Result<Vec<u8>, BuildError> {
    let contract = contract::folder(folder, &[Grant::History])?;
    let out = contract.path().join("out.wasm");
    let mut node = Command::new("node");
    node.args(["--input-type=module", "-e", SCRIPT, "--", SOURCE])
        .args([contract.path(), &out])
        .current_dir(folder);
    match NODE.run(&mut node) {
        Err(BuildError::Failed { said, .. })
            if said.contains("ERR_MODULE_NOT_FOUND") && said.contains("componentize-js") =>
        {
            return Err(COMPONENTIZE.missing());
        }
        Err(BuildError::Failed { said, .. }) => {
            return Err(BuildError::Failed {
                tool: COMPONENTIZE.name,
                said,
            });
        }
        other => other?,
    };
    std::fs::read(&out).map_err(|e| COMPONENTIZE.odd(format!("left nothing: {e}")))
}
