//! Looking at plugins without judging with them.

use std::path::Path;

use crate::policy::{Mode, Policy, Source};
use crate::runtime::{
    Component, ComponentError, Engine, EngineConfig, EngineError, Generation, LoadError, Surface,
    hex,
};

pub use crate::runtime::Import as Asked;

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
    /// The engine cannot start.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What a component is, by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Where it came from.
    pub source: Source,
    /// Bytes.
    pub size: usize,
    /// Its digest: `sha256:` and 64 hex digits.
    pub digest: String,
    /// Exported interfaces.
    pub exports: Vec<String>,
    /// Imported functions and the grant each needs.
    pub imports: Vec<Asked>,
    /// Whether it exports the scorer and asks for nothing that cannot be granted.
    pub is_plugin: bool,
}

/// Looks at one component: `builtin:NAME`, a file, or a folder with one `.wasm`.
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
    Ok(Inspection {
        size: component.bytes.len(),
        digest: format!("sha256:{}", hex(&component.digest)),
        is_plugin: surface.is_plugin(),
        exports: surface.exports,
        imports: surface.imports,
        source,
    })
}

fn only_component(path: &Path) -> Result<std::path::PathBuf, InspectError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
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

/// A plugin of the policy in force, loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub source: String,
    /// `enforce` or `shadow`.
    pub mode: &'static str,
    /// Digest of its component: `sha256:` and 64 hex digits.
    pub digest: String,
    /// Its grants.
    pub grants: Vec<&'static str>,
    /// Whether it keeps notes.
    pub observes: bool,
    /// The types of action it is asked about; `None` for every type.
    pub kinds: Option<Vec<String>>,
}

/// The plugins of a policy, loaded as the gate would; the generation's id and
/// the plugins in order.
///
/// # Errors
/// The engine cannot start, or a plugin cannot be loaded.
pub fn list(engine: &EngineConfig, policy: &Policy) -> Result<(String, Vec<Listed>), ListError> {
    let engine = Engine::start(engine)?;
    let generation = Generation::build(&engine, policy)?;
    Ok((generation.id.to_string(), of(&generation)))
}

/// The plugins of a generation, in the policy's order.
pub(crate) fn of(generation: &Generation) -> Vec<Listed> {
    let listed = generation.plugins.iter().map(|plugin| {
        let spec = plugin.spec();
        Listed {
            name: spec.name.clone(),
            source: spec.source.to_string(),
            mode: match spec.mode {
                Mode::Enforce => "enforce",
                Mode::Shadow => "shadow",
            },
            digest: plugin.digest.to_string(),
            grants: spec.grants.iter().map(|grant| grant.name()).collect(),
            observes: plugin.observes(),
            kinds: plugin
                .kinds()
                .map(|kinds| kinds.iter().map(ToString::to_string).collect()),
        }
    });
    listed.collect()
}

/// Why plugins could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The engine cannot start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A plugin cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
}
