//! Looking at a component. Nothing of it runs.

use std::path::Path;

use super::cases;
use super::manifest::{self, Manifest, WIT_VERSIONS};
use super::pack::{Folder, PACK, PackError};
use crate::policy::{Grant, Source};
use crate::runtime::{
    Component, ComponentError, Engine, EngineConfig, EngineError, Import, Surface, hex,
};

/// Why a plugin could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// It is not a component we accept.
    #[error("{source_name}: {cause}")]
    Component {
        /// Where it comes from.
        source_name: Source,
        /// Why not.
        cause: ComponentError,
    },
    /// A folder without exactly one component.
    #[error("{folder} has {found} .wasm files; name the one you mean")]
    Folder {
        /// The folder.
        folder: String,
        /// How many there are.
        found: usize,
    },
    /// A folder that is a pack, but not a right one.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The engine cannot start.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What a component is, by itself.
#[derive(Debug, PartialEq)]
pub struct Inspection {
    /// Where it came from.
    pub source: Source,
    /// Bytes.
    pub size: usize,
    /// Its digest: `sha256:` and 64 hex digits.
    pub digest: String,
    /// The version of the contract whose scorer it exports.
    pub wit: Option<String>,
    /// Exported interfaces.
    pub exports: Vec<String>,
    /// Imported functions and the grant each needs.
    pub imports: Vec<Import>,
    /// The grants these need.
    pub grants: Vec<Grant>,
    /// What it says of itself.
    pub manifest: Option<Manifest>,
    /// How many golden cases it carries.
    pub cases: usize,
    /// Why its manifest or its golden cases are refused.
    pub problem: Option<String>,
    /// Whether it exports the scorer, asks for nothing that cannot be granted and is
    /// truly what it says.
    pub is_plugin: bool,
}

/// Looks at one component: `builtin:NAME`, a file, a pack's folder, or a folder with
/// one `.wasm`.
///
/// # Errors
/// There is none, or it is no component.
pub fn inspect(place: &str) -> Result<Inspection, InspectError> {
    let source = match place.strip_prefix("builtin:") {
        Some(name) => Source::Builtin(name.to_owned()),
        None => Source::Path(only_component(Path::new(place))?),
    };
    let wrong = |cause| InspectError::Component {
        source_name: source.clone(),
        cause,
    };
    let component = Component::read(&source).map_err(wrong)?;
    let engine = Engine::start(&EngineConfig {
        instances: 1,
        ..EngineConfig::default()
    })?;
    let surface = Surface::read(&engine, &component).map_err(wrong)?;
    let grants = surface.needed();
    let mut problem = None;
    let manifest = Manifest::of(&component.bytes)
        .and_then(|manifest| match manifest {
            Some(manifest) => manifest
                .check(&surface.exports, &grants)
                .map(|()| Some(manifest)),
            None => Ok(None),
        })
        .unwrap_or_else(|e| {
            problem = Some(e.to_string());
            None
        });
    let cases = cases(&component.bytes).unwrap_or_else(|e| {
        problem.get_or_insert(e);
        0
    });
    Ok(Inspection {
        size: component.bytes.len(),
        digest: format!("sha256:{}", hex(&component.digest)),
        is_plugin: surface.is_plugin() && problem.is_none(),
        wit: wit(&surface.exports),
        exports: surface.exports,
        imports: surface.imports,
        source,
        grants,
        manifest,
        cases,
        problem,
    })
}

/// How many golden cases a component carries.
fn cases(component: &[u8]) -> Result<usize, String> {
    let text = manifest::cases_of(component).map_err(|e| e.to_string())?;
    match cases::parse(text.unwrap_or_default()) {
        Ok(cases) => Ok(cases.len()),
        Err(e) => Err(format!("its golden cases: {e}")),
    }
}

/// The version of the contract whose scorer is among these exports.
fn wit(exports: &[String]) -> Option<String> {
    let exports = |wit: &&str| exports.contains(&format!("coldnotch:policy/scorer@{wit}"));
    let found = WIT_VERSIONS.into_iter().find(|wit| exports(wit));
    found.map(str::to_owned)
}

fn only_component(path: &Path) -> Result<std::path::PathBuf, InspectError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    if path.join(PACK).exists() {
        return match Folder::open(path)?.component() {
            built if built.exists() => Ok(built),
            missing => Err(PackError::NotBuilt(missing).into()),
        };
    }
    let entries = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut found: Vec<_> = entries
        .filter(|file| file.extension().is_some_and(|e| e == "wasm"))
        .collect();
    match (found.len(), found.pop()) {
        (1, Some(file)) => Ok(file),
        (count, _) => Err(InspectError::Folder {
            folder: path.display().to_string(),
            found: count,
        }),
    }
}
