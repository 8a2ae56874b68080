//! C: clang, without a C library, and the linkers of Rust.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::linkers::Linkers;
use super::tool::Tool;
use super::{BuildError, contract};
use crate::config;
use crate::policy::Grant;

const CLANG: Tool = Tool::new(
    "clang",
    "install LLVM's C compiler, 14 or newer (Debian: `apt install clang`)",
);
/// Folders of a pack that have sources, and one whose headers are found without it.
const SOURCES: [&str; 2] = [".", VENDOR];
const VENDOR: &str = "vendor";
/// What distributions that have several call theirs, the newest first.
const NEWEST: u32 = 30;
const OLDEST: u32 = 14;

/// The component that clang makes of the folder. Nothing of a C library is in it, so it
/// asks for no clock, no randomness, no files and no network.
pub(super) fn build(folder: &Path, grants: &[Grant]) -> Result<Vec<u8>, BuildError> {
    let clang = find()?;
    let linkers = Linkers::find(&config::rustc())?;
    let scratch = contract::folder(folder, grants)?;
    let mut objects = Vec::new();
    for source in sources(folder)? {
        let object = scratch.path().join(format!("{}.o", objects.len()));
        let mut compile = Command::new(&clang);
        compile
            .args(["--target=wasm32-unknown-unknown", "-std=c17", "-O2"])
            .args(["-ffreestanding", "-mbulk-memory", "-Wall"])
            .args(["-ffunction-sections", "-fdata-sections", "-I", VENDOR, "-c"])
            .arg(&source)
            .arg("-o")
            .arg(&object)
            .current_dir(folder);
        CLANG.run(&mut compile)?;
        objects.push(object);
    }
    if objects.is_empty() {
        return Err(CLANG.odd("has nothing to compile: there is no .c file"));
    }
    let out = scratch.path().join("out.wasm");
    let mut link = Command::new(&linkers.component);
    // A small stack, before the data, makes a fresh instance quick to set up.
    link.arg("--wasm-ld-path")
        .arg(&linkers.core)
        .args(["--no-entry", "--gc-sections", "--stack-first"])
        .args(["-z", "stack-size=32768", "--strip-all"])
        .args(&objects)
        .arg("--component-type")
        .arg(scratch.path().join(contract::FILE))
        .arg("-o")
        .arg(&out);
    let linker = Tool::new("wasm-component-ld", "");
    linker.run(&mut link)?;
    fs::read(&out).map_err(|e| linker.odd(format!("left nothing: {e}")))
}

/// clang, by whichever name it is there.
fn find() -> Result<PathBuf, BuildError> {
    let versioned = (OLDEST..=NEWEST).rev().map(|n| format!("clang-{n}"));
    let names = std::iter::once(CLANG.name.to_owned()).chain(versioned);
    for name in names {
        match CLANG.run(Command::new(&name).arg("--version")) {
            Ok(_) => return Ok(name.into()),
            Err(BuildError::Missing { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    Err(CLANG.missing())
}

/// The C sources of a pack, seen from its folder, in the order of their names.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let mut sources = Vec::new();
    for part in SOURCES {
        let odd = |e: std::io::Error| CLANG.odd(format!("cannot look into {part}: {e}"));
        for entry in fs::read_dir(folder.join(part)).map_err(odd)? {
            let name = PathBuf::from(entry.map_err(odd)?.file_name());
            if name.extension().is_some_and(|extension| extension == "c") {
                sources.push(Path::new(part).join(name));
            }
        }
    }
    sources.sort();
    Ok(sources)
}
