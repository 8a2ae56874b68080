//! Why a pack could not even be proposed.

use std::path::PathBuf;

use super::super::admission::AdmissionError;
use super::super::lock::LockError;
use super::super::manifest::ManifestError;
use super::super::pack::PackError;
use super::super::registry::RegistryError;
use super::super::store::StoreError;
use super::super::trial::TrialError;
use super::super::trust::{Distrust, TrustError};
use crate::policy::Source;
use crate::runtime::{ComponentError, EngineError, LoadError};

/// Why a pack could not even be proposed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// It is part of this program.
    #[error("{0} is part of this program: it is neither signed nor locked")]
    Builtin(Source),
    /// There is no plugin of this name.
    #[error("no plugin is named '{0}' in the configuration")]
    NoPlugin(String),
    /// The configuration has a plugin of this name from elsewhere.
    #[error(
        "'{name}' comes from {source_name} in the configuration: change it there first, or give it another name with --name"
    )]
    Taken {
        /// The name.
        name: String,
        /// Where that plugin comes from.
        source_name: String,
    },
    /// Something else is where it would be written.
    #[error("{0} is there already: say where else with --output")]
    There(PathBuf),
    /// It is no component we accept.
    #[error("{place}: {cause}")]
    Component {
        /// Where it comes from.
        place: String,
        /// Why not.
        cause: ComponentError,
    },
    /// Its manifest is wrong.
    #[error("{place}: {cause}")]
    Manifest {
        /// Where it comes from.
        place: String,
        /// What is wrong.
        cause: ManifestError,
    },
    /// It is not trusted.
    #[error("{place}: {cause}")]
    Distrust {
        /// Where it comes from.
        place: String,
        /// Why not.
        cause: Distrust,
    },
    /// It needs a name to be trusted, or to be locked.
    #[error("{0} has no manifest that names it: build it with `coldnotch plugin build`")]
    Nameless(String),
    /// What is there is not what was accepted.
    #[error("{place} has {found}, and {locked} was accepted")]
    Other {
        /// Where it comes from.
        place: String,
        /// What is there.
        found: String,
        /// What should be.
        locked: String,
    },
    /// It cannot be written down.
    #[error("cannot write {path}: {cause}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// Its signatures cannot be read.
    #[error(transparent)]
    Signatures(#[from] AdmissionError),
    /// Its folder is none.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lock.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The trust file.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The engine cannot start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It cannot be loaded as it would be.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Its golden cases cannot be judged.
    #[error(transparent)]
    Trial(#[from] TrialError),
}

impl InstallError {
    /// Whether what is there is not to be taken, rather than not to be had.
    pub fn is_refusal(&self) -> bool {
        match self {
            InstallError::Distrust { .. }
            | InstallError::Nameless(_)
            | InstallError::Other { .. }
            | InstallError::Manifest { .. }
            | InstallError::Load(_) => true,
            InstallError::Registry(e) => e.is_refusal(),
            _ => false,
        }
    }
}
