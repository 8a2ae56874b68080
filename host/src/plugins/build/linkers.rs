//! The linkers of wasm: wasm-ld, and wasm-component-ld, which runs it and makes a
//! component of what it links. Rust from rustup has both.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::BuildError;
use super::tool::Tool;

/// How to get Rust.
pub(super) const GET_RUST: &str = "install Rust, see https://rustup.rs";
const RUSTC: Tool = Tool::new("rustc", GET_RUST);
const COMPONENT: Tool = Tool::new(
    "wasm-component-ld",
    "use a Rust from rustup, which has it, or run `cargo install wasm-component-ld`",
);
const CORE: Tool = Tool::new(
    "wasm-ld",
    "use a Rust from rustup, which has it, or install LLVM's linker (package lld)",
);

/// Both.
pub(super) struct Linkers {
    /// wasm-component-ld.
    pub(super) component: PathBuf,
    /// wasm-ld.
    pub(super) core: PathBuf,
}

impl Linkers {
    /// Those that came with this rustc or the one on the path, or are on the path
    /// themselves.
    pub(super) fn find(rustc: &Path) -> Result<Linkers, BuildError> {
        // Every rustc of rustup has both beside it; one of a distribution may have one.
        let shipped: Vec<PathBuf> = [rustc, Path::new("rustc")]
            .into_iter()
            .filter_map(|rustc| print(rustc, &["--print", "target-libdir"]).ok())
            .map(|libraries| libraries.with_file_name("bin"))
            .collect();
        Ok(Linkers {
            component: find(&COMPONENT, &shipped, "wasm-component-ld")?,
            core: find(&CORE, &shipped, "gcc-ld/wasm-ld")?,
        })
    }
}

/// A path that rustc prints.
pub(super) fn print(rustc: &Path, arguments: &[&str]) -> Result<PathBuf, BuildError> {
    let printed = RUSTC.run(Command::new(rustc).args(arguments))?;
    Ok(PathBuf::from(printed.trim()))
}

/// The tool among those that were shipped, or on the path.
fn find(tool: &Tool, shipped: &[PathBuf], place: &str) -> Result<PathBuf, BuildError> {
    let mut beside = shipped.iter().map(|folder| folder.join(place));
    match beside.find(|file| file.is_file()) {
        Some(file) => Ok(file),
        None => tool
            .run(Command::new(tool.name).arg("--version"))
            .map(|_| PathBuf::from(tool.name)),
    }
}
