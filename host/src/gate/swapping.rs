//! Another policy takes over.

use std::time::SystemTime;

use super::Gate;
use crate::audit::{self, AuditError, Entry};
use crate::policy::Policy;
use crate::runtime::LoadError;

/// Why a swap did not happen. The old generation stays in force.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// The new policy cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The swap could not be recorded.
    #[error("the swap cannot be recorded: {0}")]
    Audit(#[from] AuditError),
}

impl Gate {
    /// Loads a policy off the decision path and puts it in force in one step.
    /// The id of the generation now in force, and whether it is a new one.
    ///
    /// # Errors
    /// It cannot be loaded or recorded; the old generation stays in force.
    pub fn swap(&self, policy: &Policy) -> Result<(String, bool), SwapError> {
        let _one_at_a_time = self.swapping.lock();
        let generation = self.judge.build(policy)?;
        let (id, previous) = (generation.id.clone(), self.judge.generation().id.clone());
        if let Err(e) = self.quarantine.apply(&generation) {
            tracing::error!("quarantine: {e}");
        }
        if id == previous {
            return Ok((id.to_string(), false));
        }
        let plugins: Vec<(&str, &str)> = generation
            .plugins
            .iter()
            .map(|p| (p.name.as_str(), &*p.digest))
            .collect();
        let at = SystemTime::now();
        let line = audit::Swapped {
            at,
            generation: &id,
            previous: Some(&previous),
            plugins: &plugins,
        };
        self.audit.append(&Entry::Swap(line))?;
        drop(plugins);
        self.judge.switch(generation);
        Ok((id.to_string(), true))
    }
}
