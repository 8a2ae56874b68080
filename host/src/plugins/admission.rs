//! Whether a plugin may be loaded at all: it is what was accepted, and signed by those
//! whom the operator trusts. Nothing of it has run before that is known.

use std::path::{Path, PathBuf};

use super::lock::{Entry, Unlocked};
use super::signature;
use super::trust::{Distrust, Trust};
use crate::policy::{PluginSpec, Source};
use crate::runtime::{Component, Import};

/// What a plugin has to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admission {
    /// What it was accepted as; without that it is loaded from where it comes from.
    pub locked: Option<Locked>,
    /// Whose signatures count, where it needs any.
    pub trust: Option<Trust>,
}

/// A plugin that is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// What it was accepted as.
    pub entry: Entry,
    /// Where it comes from, as the configuration has it.
    pub source: String,
    /// Where the component is that was accepted.
    pub stored: PathBuf,
}

/// Why a plugin was not admitted.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    /// It is not what was accepted.
    #[error(transparent)]
    Unlocked(#[from] Unlocked),
    /// It is not trusted.
    #[error("{0}")]
    Distrust(#[from] Distrust),
    /// Nobody can say which pack it is.
    #[error("it needs a signature and has no manifest: build it with `coldnotch plugin build`")]
    Nameless,
    /// What was accepted is not there.
    #[error("what was accepted ({0}) is not in the store: run `coldnotch plugin install`")]
    Missing(String),
    /// Its signatures cannot be read.
    #[error("cannot read its signatures: {0}")]
    Signatures(std::io::Error),
}

impl Admission {
    /// Where the component to be loaded is: for one that is locked, in the store and
    /// nowhere else.
    ///
    /// # Errors
    /// It is not there.
    pub fn place(&self, source: &Source) -> Result<Source, AdmissionError> {
        let Some(locked) = &self.locked else {
            return Ok(source.clone());
        };
        match locked.stored.exists() {
            true => Ok(Source::Path(locked.stored.clone())),
            false => Err(AdmissionError::Missing(locked.entry.component.clone())),
        }
    }

    /// Admits a component by its digest, and the plugin by what the configuration gives it.
    ///
    /// # Errors
    /// Either is not what was accepted.
    pub fn check_lock(
        &self,
        spec: &PluginSpec,
        component: &Component,
    ) -> Result<(), AdmissionError> {
        match &self.locked {
            Some(locked) => Ok(locked.entry.admits(spec, &locked.source, component)?),
            None => Ok(()),
        }
    }

    /// Admits a component that says it is this pack by those who signed it.
    ///
    /// # Errors
    /// Why not.
    pub fn check_signers(
        &self,
        spec: &PluginSpec,
        component: &Component,
        pack: Option<&str>,
    ) -> Result<(), AdmissionError> {
        let Some(trust) = &self.trust else {
            return Ok(());
        };
        let file = match (&self.locked, &spec.source) {
            (Some(locked), _) => &locked.stored,
            (None, Source::Path(path)) => path,
            (None, _) => return Ok(()), // inside this program, or not read at all
        };
        let pack = pack.ok_or(AdmissionError::Nameless)?;
        let signatures = signatures(file)?;
        let vouched = trust.check(pack, spec.source.reference(), &component.bytes, &signatures)?;
        match &self.locked {
            Some(locked) => Ok(locked.entry.admits_signers(&vouched.signers)?),
            None => Ok(()),
        }
    }

    /// Admits what a component asks for.
    ///
    /// # Errors
    /// The lock has less.
    pub fn check_imports(&self, imports: &[Import]) -> Result<(), AdmissionError> {
        match &self.locked {
            Some(locked) => Ok(locked.entry.admits_imports(imports)?),
            None => Ok(()),
        }
    }
}

/// The signatures beside a component; none where there is no such file.
///
/// # Errors
/// They are there and cannot be read.
pub fn signatures(component: &Path) -> Result<String, AdmissionError> {
    match std::fs::read_to_string(signature::beside(component)) {
        Ok(text) => Ok(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(AdmissionError::Signatures(e)),
    }
}
