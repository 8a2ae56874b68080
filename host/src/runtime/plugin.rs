//! One loaded plugin. Every call runs in a fresh instance.
//!
//! Guarantee: an instance lives for exactly one call and starts from the
//! prepared state, so nothing of one decision or session can reach another
//! through a plugin, and the same inputs give the same answer.

pub mod floor;
mod load;

use std::sync::{Arc, OnceLock};

use wasmtime::Store;
use wasmtime::component::Resource;

use super::answer;
use super::bindings::scorer::coldnotch::policy::types as wit;
use super::breaker::Breaker;
use super::cache::Key;
use super::call::{Call, Used, lower_action, lower_step};
use super::component::Import;
use super::engine::{Engine, PluginCounters};
use super::linked::Linked;
use super::roster::Kinds;
use super::sandbox::Sandbox;
use crate::action::Action;
use crate::history::{Leaf, Step, View};
use crate::notes::{Notes, PluginId};
use crate::plugins::manifest::Manifest;
use crate::policy::{Limits, Mode, PluginSpec};
use crate::verdict::{Assessment, Failure, Opinion, Part};

/// A loaded plugin.
pub struct Plugin {
    /// Its name in the policy.
    pub name: String,
    /// Digest of its component: `sha256:` and 64 hex digits.
    pub digest: Arc<str>,
    /// Component and settings.
    pub id: PluginId,
    spec: PluginSpec,
    key: Key,
    /// For each core, once a thread of its decided.
    cores: Box<[OnceLock<Linked>]>,
    /// Where it was loaded.
    first: usize,
    observes: bool,
    counters: Arc<PluginCounters>,
    breaker: Arc<Breaker>,
    kinds: Option<Vec<Kinds>>,
    manifest: Option<Manifest>,
    imports: Vec<Import>,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Plugin {
    /// What it says of itself, if it does.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// The functions it asks for.
    pub fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// What the policy says of it. The settings are those it has: its own where the
    /// policy has none.
    pub fn spec(&self) -> &PluginSpec {
        &self.spec
    }

    /// Its part in the verdict on an action. One without a session is a session of its
    /// own.
    fn part(&self, action: &Action) -> Part {
        let session = match &*action.session {
            "" => &action.id,
            session => session,
        };
        match self.spec.mode {
            Mode::Enforce => Part::Full,
            Mode::Canary(share) if share.has(&self.name, session) => Part::Canary,
            Mode::Canary(_) | Mode::Shadow => Part::Shadow,
        }
    }

    /// The types of action it is asked about; `None` for every type.
    pub fn kinds(&self) -> Option<&[Kinds]> {
        self.kinds.as_deref()
    }

    /// Whether it keeps notes.
    pub fn observes(&self) -> bool {
        self.observes
    }

    /// It, on this thread's core. Where there is no room for another sandbox, on the
    /// one it was loaded on.
    fn here(&self, engine: &Engine) -> Result<&Linked, Failure> {
        let missing = || Failure::Host("it is not loaded".to_owned()); // it always is
        let here = self.cores.get(engine.core()).ok_or_else(missing)?;
        if let Some(linked) = here.get() {
            return Ok(linked);
        }
        let first = self.cores.get(self.first).and_then(OnceLock::get);
        let first = first.ok_or_else(missing)?;
        let copied = engine
            .sandbox(self.spec.limits.stack, first.sandbox.room, engine.core())
            .map_err(|e| e.to_string())
            .and_then(|sandbox| {
                let copied = first.copy_to(sandbox, &self.key);
                copied.map_err(|e| format!("{e:#}"))
            });
        match copied {
            Ok(linked) => Ok(here.get_or_init(|| linked)),
            Err(e) => {
                tracing::warn!("plugin '{}' has no sandbox on another core: {e}", self.name);
                Ok(first)
            }
        }
    }

    /// Its opinion of an action. Interrupted calls are tried once more: wall
    /// time measures the machine as much as the plugin, fuel is what counts.
    pub fn judge(&self, engine: &Engine, action: &Action, view: &View, notes: &Notes) -> Opinion {
        self.measured(engine, action, view, notes).0
    }

    /// Its opinion, and the bytes of memory the call had in the end.
    pub fn measured(
        &self,
        engine: &Engine,
        action: &Action,
        view: &View,
        notes: &Notes,
    ) -> (Opinion, usize) {
        let mut used = Used::default();
        let mut outcome = self.score(engine, action, view, notes, &mut used);
        if outcome == Err(Failure::TimedOut) {
            outcome = self.score(engine, action, view, notes, &mut used);
        }
        let opinion = Opinion {
            plugin: self.name.clone(),
            digest: self.digest.clone(),
            outcome,
            part: self.part(action),
            fuel: used.fuel,
        };
        (opinion, used.memory)
    }

    fn score(
        &self,
        engine: &Engine,
        action: &Action,
        view: &View,
        notes: &Notes,
        used: &mut Used,
    ) -> Result<Assessment, Failure> {
        let _slot = engine
            .slots
            .take()
            .map_err(|e| Failure::Overloaded(e.to_string()))?;
        let linked = self.here(engine)?;
        let mut store = self.store(linked, view, &self.spec.limits);
        let answer = linked.instantiate(&mut store).and_then(|instance| {
            let plugin = linked.scorer.load(&mut store, &instance)?;
            plugin.coldnotch_policy_scorer().call_score(
                &mut store,
                &lower_action(action),
                Resource::new_borrow(0),
                &lower_notes(notes),
            )
        });
        *used = Call::used(&store, &self.spec.limits);
        answer::assessment(answer.map_err(|e| Call::failure(&e))?)
    }

    /// What there is instead of its opinion while it is in quarantine.
    pub fn quarantined(&self, action: &Action) -> Opinion {
        Opinion {
            plugin: self.name.clone(),
            digest: self.digest.clone(),
            outcome: Err(Failure::Quarantined),
            part: self.part(action),
            fuel: 0,
        }
    }

    /// What opens when it fails too often.
    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Counts what an action's call came to.
    pub fn count(&self, opinion: &Opinion) {
        self.counters.score.one(opinion.outcome_name());
    }

    /// Shows it an output; its new notes.
    ///
    /// # Errors
    /// As for a decision, or notes larger than its limit. Without `observer`
    /// the notes stay empty.
    pub fn observe(
        &self,
        engine: &Engine,
        step: &Step,
        leaves: &[Leaf],
        view: &View,
        notes: &Notes,
    ) -> Result<Vec<u8>, Failure> {
        let read = self.read(engine, step, leaves, view, notes);
        let outcome = read.as_ref().map_or_else(Failure::name, |_| "read");
        self.counters.observe.one(outcome);
        read
    }

    /// The same, without counting it.
    ///
    /// # Errors
    /// As [`observe`](Plugin::observe).
    pub fn read(
        &self,
        engine: &Engine,
        step: &Step,
        leaves: &[Leaf],
        view: &View,
        notes: &Notes,
    ) -> Result<Vec<u8>, Failure> {
        let linked = self.here(engine)?;
        let Some(observer) = &linked.observer else {
            return Ok(Vec::new());
        };
        let _slot = engine
            .slots
            .take()
            .map_err(|e| Failure::Overloaded(e.to_string()))?;
        let bytes = leaves
            .iter()
            .map(|leaf| leaf.path.len() + leaf.text.len())
            .sum();
        let limits = self.spec.limits.for_output(bytes);
        let mut store = self.store(linked, view, &limits);
        let leaves: Vec<wit::Leaf> = leaves
            .iter()
            .map(|leaf| wit::Leaf {
                path: leaf.path.clone(),
                text: leaf.text.clone(),
            })
            .collect();
        let answer = linked.instantiate(&mut store).and_then(|instance| {
            let plugin = observer.load(&mut store, &instance)?;
            plugin.coldnotch_policy_observer().call_observe(
                &mut store,
                &lower_step(step),
                &leaves,
                Resource::new_borrow(0),
                &lower_notes(notes),
            )
        });
        let data = answer
            .map_err(|e| Call::failure(&e))?
            .map_err(answer::declined)?;
        if data.len() > self.spec.limits.notes {
            let most = self.spec.limits.notes;
            return Err(Failure::BadOutput(format!(
                "notes of {} bytes, more than {most}",
                data.len()
            )));
        }
        Ok(data)
    }

    fn store(&self, linked: &Linked, view: &View, limits: &Limits) -> Store<Call> {
        let Sandbox { wasm, room, .. } = &*linked.sandbox;
        Call::store(wasm, *room, view.clone(), limits, &self.spec.grants)
    }
}

fn lower_notes(notes: &Notes) -> wit::Notes {
    wit::Notes {
        data: notes.data.clone(),
        complete: notes.complete,
    }
}
