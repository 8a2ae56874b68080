//! JavaScript: componentize-js, which puts a JavaScript engine around `rule.js`.

use std::path::Path;
use std::process::Command;

use super::BuildError;
use super::tool::Tool;

const NODE: Tool = Tool {
    name: "node",
    get: "install Node.js 20 or newer, see https://nodejs.org",
};
const COMPONENTIZE: Tool = Tool {
    name: "componentize-js",
    get: "run `npm install` in the pack's folder",
};
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

/// The component that componentize-js makes of the folder.
pub(super) fn build(folder: &Path) -> Result<Vec<u8>, BuildError> {
    let scratch = tempfile::tempdir();
    let scratch = scratch.map_err(|e| COMPONENTIZE.odd(format!("has nowhere to write to: {e}")))?;
    let out = scratch.path().join("out.wasm");
    let mut node = Command::new("node");
    node.args(["--input-type=module", "-e", SCRIPT, "--", SOURCE, "wit"])
        .arg(&out)
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
