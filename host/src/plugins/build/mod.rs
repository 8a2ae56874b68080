//! From a pack's folder to one file: the language's own tool makes a component, which is
//! stripped, checked against `pack.toml`, and gets manifest and golden cases.
//!
//! Only the tool runs, as it would by hand. Nothing of the component does.

mod c;
mod contract;
mod js;
mod linkers;
mod python;
mod rust;
mod tool;

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::cases::{self, CaseError};
use super::manifest::{Lang, ManifestError};
use super::pack::{CASES, Folder, PACK, PackError};
use super::section::{self, SectionError};
use crate::policy::{Grant, Source};
use crate::runtime::{Component, ComponentError, Engine, EngineConfig, EngineError, Surface, hex};

/// Why a pack could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The folder is no pack.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A tool is not there.
    #[error("{tool} is missing: {get}")]
    Missing {
        /// What is missing.
        tool: &'static str,
        /// How to get it.
        get: &'static str,
    },
    /// A tool failed.
    #[error("{tool} failed:\n{said}")]
    Failed {
        /// Which.
        tool: &'static str,
        /// What it said.
        said: String,
    },
    /// A tool made something else.
    #[error("{tool} {what}")]
    Odd {
        /// Which.
        tool: &'static str,
        /// What it did.
        what: String,
    },
    /// What was built, or named in `[build]`, is no component we accept.
    #[error("{source_name}: {cause}")]
    Component {
        /// Where it comes from.
        source_name: String,
        /// Why not.
        cause: ComponentError,
    },
    /// Its sections cannot be read.
    #[error(transparent)]
    Section(#[from] SectionError),
    /// It asks for other grants than `pack.toml` says.
    #[error(
        "what it imports needs grants = {needed:?}, and {PACK} says grants = {said:?}: change {PACK} or the code"
    )]
    Grants {
        /// What is needed.
        needed: Vec<&'static str>,
        /// What is said.
        said: Vec<&'static str>,
    },
    /// Its manifest is not true of it.
    #[error("{PACK}: {0}")]
    Manifest(#[from] ManifestError),
    /// One of its golden cases is wrong.
    #[error("{CASES}: {0}")]
    Case(#[from] CaseError),
    /// The engine that looks at it cannot start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It cannot be written.
    #[error("cannot write {path}: {cause}")]
    Write {
        /// Where to.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
}

/// What was built.
#[derive(Debug)]
pub struct Built {
    /// The file.
    pub component: PathBuf,
    /// Bytes.
    pub size: usize,
    /// `sha256:` and 64 hex digits.
    pub digest: String,
    /// How many golden cases are in it.
    pub cases: usize,
}

/// Builds a pack. The same sources and tools give the same bytes.
///
/// # Errors
/// A tool is missing or fails, or what it makes is not what `pack.toml` says.
pub fn build(folder: &Folder) -> Result<Built, BuildError> {
    let golden = folder.cases()?;
    let cases = cases::parse(golden.as_deref().unwrap_or_default())?.len();
    let bare = match folder.build.lang {
        Lang::Rust => rust::build(&folder.path)?,
        Lang::Js => js::build(&folder.path)?,
        Lang::Python => python::build(&folder.path, &folder.manifest.grants)?,
        Lang::C => c::build(&folder.path, &folder.manifest.grants)?,
        Lang::Component => finished(folder.build.component.as_ref())?,
    };
    let bare = section::strip(&bare)?;
    check(folder, &bare)?;
    let whole = folder.manifest.embed(&bare, golden.as_deref())?;
    let component = folder.component();
    write(&component, &whole).map_err(|cause| BuildError::Write {
        path: component.clone(),
        cause,
    })?;
    Ok(Built {
        component,
        size: whole.len(),
        digest: format!("sha256:{}", hex(&Sha256::digest(&whole).into())),
        cases,
    })
}

/// The finished component that `[build]` names.
fn finished(source: Option<&Source>) -> Result<Vec<u8>, BuildError> {
    let Some(source) = source else {
        return Ok(Vec::new()); // `Folder::open` wants one
    };
    let component = Component::read(source).map_err(|cause| wrong(source, cause))?;
    Ok(component.bytes)
}

fn wrong(source: &Source, cause: ComponentError) -> BuildError {
    BuildError::Component {
        source_name: source.to_string(),
        cause,
    }
}

/// Refuses what could not be loaded, or is not what `pack.toml` says.
fn check(folder: &Folder, bare: &[u8]) -> Result<(), BuildError> {
    let built = Source::Path(folder.component());
    let refused = |cause| wrong(&built, cause);
    let component = Component::new(bare.to_vec()).map_err(refused)?;
    let engine = Engine::start(&EngineConfig {
        instances: 1,
        ..EngineConfig::default()
    })?;
    let surface = Surface::read(&engine, &component).map_err(refused)?;
    let all = Grant::ALL.map(|(_, grant)| grant);
    surface.accept(None, &all).map_err(refused)?;
    let needed = surface.needed();
    let names = |grants: &[Grant]| grants.iter().map(|grant| grant.name()).collect();
    let said = &folder.manifest.grants;
    if needed.iter().any(|grant| !said.contains(grant)) || said.len() != needed.len() {
        return Err(BuildError::Grants {
            needed: names(&needed),
            said: names(said),
        });
    }
    Ok(folder.manifest.check(&surface.exports, &needed)?)
}

/// Whole beside its name, then renamed: a host that watches it never sees a part. A
/// file that is the same already is left alone.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let beside = path.with_extension("wasm.part");
    std::fs::write(&beside, bytes)?;
    std::fs::rename(beside, path)
}
