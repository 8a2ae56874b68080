//! The plugins of a policy, loaded.

use super::golden;
use crate::policy::{Mode, Policy};
use crate::runtime::{Engine, EngineConfig, EngineError, Generation, LoadError};

/// A plugin of the policy in force, loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub source: String,
    /// `enforce`, `shadow` or `canary`.
    pub mode: &'static str,
    /// The part of the sessions that a canary has.
    pub share: Option<f64>,
    /// Digest of its component: `sha256:` and 64 hex digits.
    pub digest: String,
    /// Its grants.
    pub grants: Vec<&'static str>,
    /// Whether it keeps notes.
    pub observes: bool,
    /// The types of action it is asked about; `None` for every type.
    pub kinds: Option<Vec<String>>,
    /// Whether it is the component that was accepted, by digest.
    pub locked: bool,
    /// Who had signed it when it was accepted.
    pub signers: Vec<String>,
}

/// The plugins of a policy, loaded as the gate would; the generation's id and
/// the plugins in order.
///
/// # Errors
/// The engine cannot start, or a plugin cannot be loaded.
pub fn list(engine: &EngineConfig, policy: &Policy) -> Result<(String, Vec<Listed>), ListError> {
    let engine = Engine::start(engine)?;
    let generation = golden::build(&engine, policy)?;
    Ok((generation.id.to_string(), of(&generation)))
}

/// The plugins of a generation, in the policy's order.
pub(crate) fn of(generation: &Generation) -> Vec<Listed> {
    let listed = generation.plugins.iter().map(|plugin| {
        let spec = plugin.spec();
        let locked = spec.admission.locked.as_ref();
        Listed {
            name: spec.name.clone(),
            source: spec.source.to_string(),
            mode: spec.mode.name(),
            share: match spec.mode {
                Mode::Canary(share) => Some(share.part()),
                Mode::Enforce | Mode::Shadow => None,
            },
            digest: plugin.digest.to_string(),
            grants: spec.grants.iter().map(|grant| grant.name()).collect(),
            observes: plugin.observes(),
            kinds: plugin
                .kinds()
                .map(|kinds| kinds.iter().map(ToString::to_string).collect()),
            locked: locked.is_some(),
            signers: locked.map_or_else(Vec::new, |locked| locked.entry.signers.clone()),
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
