//! Plugins that fail too often: put away, shown, and let go.

use std::time::SystemTime;

use super::Gate;
use crate::audit::{self, AuditError, Entry, Log};
use crate::clock::now;
use crate::quarantine::{Quarantine, QuarantineError, Ward};

/// Why a plugin was not let go.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// It is not in quarantine, or the file cannot be used.
    #[error(transparent)]
    Quarantine(#[from] QuarantineError),
    /// It could not be recorded.
    #[error("the release cannot be recorded: {0}")]
    Audit(#[from] AuditError),
}

impl Gate {
    /// Writes down which plugins the judge stopped asking. It has stopped, whether or not
    /// that can be written.
    pub(super) fn put_away(&self) {
        for tripped in self.judge.tripped() {
            let (ward, written) = self.quarantine.add(&tripped);
            if let Err(e) = written {
                tracing::error!("quarantine: {e}");
            }
            let again = match &ward.session {
                Some(session) => format!("; see it again: coldnotch replay {}", session.display()),
                None => String::new(),
            };
            tracing::error!(
                "plugin '{0}' failed too often and is asked no more ({1}): each action that concerns it counts as a failure of it{again}; let it go: coldnotch plugin release {0}",
                ward.plugin,
                ward.why,
            );
            if let Err(e) = record(&self.audit, &ward, "quarantined", None) {
                tracing::error!(
                    "the quarantine of '{}' cannot be recorded: {e}",
                    ward.plugin
                );
            }
        }
    }

    /// The plugins in quarantine that this gate's policy has.
    pub fn quarantined(&self) -> Vec<Ward> {
        let generation = self.judge.generation();
        let wards = self.quarantine.wards().into_iter();
        wards
            .filter(|ward| {
                let mut plugins = generation.plugins.iter();
                plugins.any(|plugin| plugin.name == ward.plugin && plugin.breaker().is_open())
            })
            .collect()
    }
}

/// Lets a plugin go. Gates that run notice, and ask it again.
///
/// # Errors
/// It is not in quarantine, or that cannot be written.
pub fn release(
    quarantine: &Quarantine,
    audit: &Log,
    plugin: &str,
    by: &str,
) -> Result<Ward, ReleaseError> {
    audit.check()?;
    let ward = quarantine.release(plugin, now())?;
    record(audit, &ward, "released", Some(by))?;
    Ok(ward)
}

fn record(audit: &Log, ward: &Ward, what: &str, by: Option<&str>) -> Result<u64, AuditError> {
    audit.append(&Entry::Quarantine(audit::Quarantined {
        at: SystemTime::now(),
        what,
        plugin: &ward.plugin,
        digest: &ward.digest,
        why: &ward.why,
        by,
    }))
}
