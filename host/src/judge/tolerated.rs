//! Plugins that fail more often than is tolerated are asked no more.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use crate::action::Action;
use crate::clock::now;
use crate::history::View;
use crate::quarantine::{self, Tripped, Ward};
use crate::runtime::{Plugin, Tolerance};
use crate::verdict::Opinion;

/// Bytes of an action that say nothing of a plugin's health: whoever sends more could
/// have any plugin put away, since all have limits.
const LARGE: usize = 64 << 10;

/// What is tolerated, and who did not keep to it since somebody looked.
#[derive(Debug, Default)]
pub(super) struct Tolerated {
    /// `None` to ask every plugin always.
    pub(super) tolerance: Option<Tolerance>,
    tripped: Mutex<Vec<Tripped>>,
    has_tripped: AtomicBool,
}

impl Tolerated {
    /// The plugins that are asked no more since this was last called.
    pub(super) fn tripped(&self) -> Vec<Tripped> {
        match self.has_tripped.swap(false, Ordering::AcqRel) {
            true => std::mem::take(&mut self.tripped.lock()),
            false => Vec::new(),
        }
    }

    /// Whether a plugin is in quarantine.
    pub(super) fn is_away(&self, plugin: &Plugin) -> bool {
        self.tolerance.is_some() && plugin.breaker().is_open()
    }

    /// Counts how a plugin's call ended; one that failed too often is put away, with
    /// what it failed on.
    pub(super) fn count(&self, plugin: &Plugin, opinion: &Opinion, action: &Action, view: &View) {
        let Some(tolerance) = self.tolerance else {
            return;
        };
        if action.summary.len() + action.payload.text().len() > LARGE {
            return;
        }
        let failure = opinion.outcome.as_ref().err();
        let own = failure.filter(|failure| failure.is_its_own());
        if !plugin.breaker().count(own.is_some(), tolerance) {
            return;
        }
        let ward = Ward {
            plugin: plugin.name.clone(),
            digest: plugin.digest.to_string(),
            id: quarantine::hex(&plugin.id),
            since: now(),
            why: own.map(ToString::to_string).unwrap_or_default(),
            session: None,
        };
        self.tripped.lock().push(Tripped::new(ward, action, view));
        self.has_tripped.store(true, Ordering::Release);
    }
}
