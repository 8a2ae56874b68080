//! Finds the built-in plugins, which another build leaves in `target/plugins`.

use std::path::PathBuf;

fn main() {
    // Asked when it runs: a build folder may serve two checkouts, one compiled script too.
    let host = std::env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    let folder = host.join("../target/plugins");
    for name in ["consequence", "keywords", "rules"] {
        let file = folder.join(format!("{name}.wasm"));
        println!("cargo::rerun-if-changed={}", file.display());
        if !file.exists() {
            println!(
                "cargo::error=the plugins have not been built ({name}.wasm is missing): run `make plugins` first"
            );
            continue;
        }
        println!(
            "cargo::rustc-env=COLDNOTCH_PLUGIN_{}={}",
            name.to_uppercase(),
            file.display()
        );
    }
}
