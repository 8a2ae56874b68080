//! One loaded plugin. Every call runs in a fresh instance.
//!
//! Guarantee: an instance lives for exactly one call and starts from the
//! prepared state, so nothing of one decision or session can reach another
//! through a plugin, and the same inputs give the same answer.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use wasmtime::Store;
use wasmtime::component::{InstancePre, Resource};

use super::answer;
use super::bindings::scorer::coldnotch::policy::types as wit;
use super::bindings::{observer, scorer, selector};
use super::cache::Key;
use super::call::{Call, lower_action, lower_step};
use super::component::{Component, Surface, contained, hex};
use super::engine::{Engine, PluginCounters};
use super::generation::PluginError;
use super::prepare::{PrepareError, prepare};
use super::roster::{self, Kinds};
use super::sandbox::Sandbox;
use crate::action::Action;
use crate::history::{Leaf, Step, View};
use crate::notes::{Notes, PluginId};
use crate::policy::{Mode, PluginSpec};
use crate::verdict::{Assessment, Failure, Opinion};

/// A loaded plugin.
pub struct Plugin {
    /// Its name in the policy.
    pub name: String,
    /// Digest of its component: `sha256:` and 64 hex digits.
    pub digest: Arc<str>,
    /// Component and settings.
    pub id: PluginId,
    spec: PluginSpec,
    sandbox: Arc<Sandbox>,
    /// Held so that the next to load it finds it.
    _compiled: Arc<wasmtime::component::Component>,
    counters: Arc<PluginCounters>,
    scorer: scorer::PluginPre<Call>,
    observer: Option<observer::ObservingPre<Call>>,
    kinds: Option<Vec<Kinds>>,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Plugin {
    /// Reads, prepares, compiles (or finds compiled) and links a plugin.
    pub(super) fn load(engine: &Engine, spec: &PluginSpec) -> Result<Self, PluginError> {
        if spec.limits.memory > engine.config.max_memory {
            return Err(PluginError::MemoryLimit {
                asked: spec.limits.memory,
                most: engine.config.max_memory,
            });
        }
        let component = Component::read(&spec.source).map_err(PrepareError::Component)?;
        let sandbox = engine.sandbox(spec.limits.stack)?;
        let compiled = compiled(engine, &sandbox, &component, spec)?;
        let pre = sandbox
            .linker
            .instantiate_pre(&compiled)
            .map_err(PluginError::Link)?;
        let exports = Surface::of(&compiled);
        let observer = match exports.observes() {
            true => Some(observer::ObservingPre::new(pre.clone()).map_err(PluginError::Link)?),
            false => None,
        };
        let kinds = match exports.selects() {
            true => Some(kinds(&sandbox, spec, pre.clone())?),
            false => None,
        };
        Ok(Plugin {
            name: spec.name.clone(),
            digest: format!("sha256:{}", hex(&component.digest)).into(),
            id: id(&component.digest, spec.settings.text()),
            spec: spec.clone(),
            counters: engine.counters(&spec.name),
            _compiled: compiled,
            sandbox,
            scorer: scorer::PluginPre::new(pre).map_err(PluginError::Link)?,
            observer,
            kinds,
        })
    }

    /// Whether it is recorded only.
    pub fn is_shadow(&self) -> bool {
        self.spec.mode == Mode::Shadow
    }

    /// The types of action it is asked about; `None` for every type.
    pub fn kinds(&self) -> Option<&[Kinds]> {
        self.kinds.as_deref()
    }

    /// Whether it keeps notes.
    pub fn observes(&self) -> bool {
        self.observer.is_some()
    }

    /// Its opinion of an action. Interrupted calls are tried once more: wall
    /// time measures the machine as much as the plugin, fuel is what counts.
    pub fn judge(&self, engine: &Engine, action: &Action, view: &View, notes: &Notes) -> Opinion {
        let mut fuel = 0;
        let mut outcome = self.score(engine, action, view, notes, &mut fuel);
        if outcome == Err(Failure::TimedOut) {
            outcome = self.score(engine, action, view, notes, &mut fuel);
        }
        Opinion {
            plugin: self.name.clone(),
            digest: self.digest.clone(),
            outcome,
            shadow: self.is_shadow(),
            fuel,
        }
    }

    fn score(
        &self,
        engine: &Engine,
        action: &Action,
        view: &View,
        notes: &Notes,
        fuel: &mut u64,
    ) -> Result<Assessment, Failure> {
        let _slot = engine
            .slots
            .take()
            .map_err(|e| Failure::Overloaded(e.to_string()))?;
        let mut store = self.store(view);
        let answer = self.scorer.instantiate(&mut store).and_then(|plugin| {
            plugin.coldnotch_policy_scorer().call_score(
                &mut store,
                &lower_action(action),
                Resource::new_borrow(0),
                &lower_notes(notes),
            )
        });
        *fuel = Call::fuel(&store, &self.spec.limits);
        answer::assessment(answer.map_err(|e| Call::failure(&store, &e))?)
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

    fn read(
        &self,
        engine: &Engine,
        step: &Step,
        leaves: &[Leaf],
        view: &View,
        notes: &Notes,
    ) -> Result<Vec<u8>, Failure> {
        let Some(observer) = &self.observer else {
            return Ok(Vec::new());
        };
        let _slot = engine
            .slots
            .take()
            .map_err(|e| Failure::Overloaded(e.to_string()))?;
        let mut store = self.store(view);
        let leaves: Vec<wit::Leaf> = leaves
            .iter()
            .map(|leaf| wit::Leaf {
                path: leaf.path.clone(),
                text: leaf.text.clone(),
            })
            .collect();
        let answer = observer.instantiate(&mut store).and_then(|plugin| {
            plugin.coldnotch_policy_observer().call_observe(
                &mut store,
                &lower_step(step),
                &leaves,
                Resource::new_borrow(0),
                &lower_notes(notes),
            )
        });
        let data = self.lift(&store, answer)?;
        if data.len() > self.spec.limits.notes {
            let most = self.spec.limits.notes;
            return Err(Failure::BadOutput(format!(
                "notes of {} bytes, more than {most}",
                data.len()
            )));
        }
        Ok(data)
    }

    fn store(&self, view: &View) -> Store<Call> {
        let PluginSpec { limits, grants, .. } = &self.spec;
        Call::store(&self.sandbox.wasm, view.clone(), limits, grants)
    }

    fn lift(
        &self,
        store: &Store<Call>,
        answer: wasmtime::Result<Result<Vec<u8>, wit::ScoreError>>,
    ) -> Result<Vec<u8>, Failure> {
        answer
            .map_err(|e| Call::failure(store, &e))?
            .map_err(answer::declined)
    }
}

fn lower_notes(notes: &Notes) -> wit::Notes {
    wit::Notes {
        data: notes.data.clone(),
        complete: notes.complete,
    }
}

fn id(component: &[u8; 32], settings: &str) -> PluginId {
    let mut hash = Sha256::new();
    hash.update(component);
    hash.update(settings);
    PluginId(hash.finalize().into())
}

/// Which types of action it wants to be asked about.
fn kinds(
    sandbox: &Sandbox,
    spec: &PluginSpec,
    pre: InstancePre<Call>,
) -> Result<Vec<Kinds>, PluginError> {
    let selecting = selector::SelectingPre::new(pre).map_err(PluginError::Link)?;
    let mut store = Call::store(&sandbox.wasm, View::default(), &spec.limits, &spec.grants);
    let named = selecting
        .instantiate(&mut store)
        .and_then(|plugin| plugin.coldnotch_policy_selector().call_kinds(&mut store))
        .map_err(|e| PluginError::Kinds(Call::failure(&store, &e).to_string()))?;
    roster::read(&named).map_err(PluginError::Kinds)
}

/// The prepared and compiled component: the one in use, the one in the cache, or a
/// new one.
fn compiled(
    engine: &Engine,
    sandbox: &Sandbox,
    component: &Component,
    spec: &PluginSpec,
) -> Result<Arc<wasmtime::component::Component>, PluginError> {
    let key = Key::new(&sandbox.wasm, &component.digest, spec.settings.text());
    let kept = sandbox
        .in_use(&key)
        .or_else(|| cached(engine, sandbox, &key));
    if let Some(compiled) = kept {
        // It was checked against the grants of its time.
        Surface::of(&compiled)
            .check(&spec.grants)
            .map_err(PrepareError::Component)?;
        return Ok(compiled);
    }
    let compiled =
        contained(|| build(engine, sandbox, component, spec)).map_err(PluginError::Broke)??;
    if let Some(cache) = &engine.cache
        && let Err(e) = cache.keep(&key, &compiled)
    {
        tracing::warn!("compile cache: {e}");
    }
    Ok(sandbox.share(key, compiled))
}

/// Bakes the settings into the component and compiles it.
fn build(
    engine: &Engine,
    sandbox: &Sandbox,
    component: &Component,
    spec: &PluginSpec,
) -> Result<wasmtime::component::Component, PluginError> {
    let prepared = prepare(
        engine,
        &component.bytes,
        &spec.settings,
        &spec.limits,
        &spec.grants,
    )?;
    wasmtime::component::Component::new(&sandbox.wasm, prepared).map_err(PluginError::Compile)
}

fn cached(
    engine: &Engine,
    sandbox: &Sandbox,
    key: &Key,
) -> Option<Arc<wasmtime::component::Component>> {
    let cache = engine.cache.as_ref()?;
    match cache.load(&sandbox.wasm, key) {
        Ok(compiled) => compiled.map(|compiled| sandbox.share(key.clone(), compiled)),
        Err(e) => {
            tracing::warn!("compile cache: {e}");
            None
        }
    }
}

/// Bare sandbox costs, for the bench that compares a decision with its floor.
pub mod floor {
    use super::*;

    /// A plugin without anything of ours around it.
    pub struct Bare<'a>(&'a Plugin);

    impl<'a> Bare<'a> {
        /// The bare side of a plugin.
        pub fn new(plugin: &'a Plugin) -> Self {
            Bare(plugin)
        }

        /// Instantiates and calls; nothing is checked or kept.
        pub fn call(&self, action: &Action, view: &View) -> bool {
            let mut store = self.0.store(view);
            let notes = lower_notes(&Notes::default());
            let plugin = self.0.scorer.instantiate(&mut store);
            plugin.is_ok_and(|plugin| {
                let scorer = plugin.coldnotch_policy_scorer();
                scorer
                    .call_score(
                        &mut store,
                        &lower_action(action),
                        Resource::new_borrow(0),
                        &notes,
                    )
                    .is_ok()
            })
        }
    }
}
