//! One loaded plugin. Every call runs in a fresh instance.
//!
//! Guarantee: an instance lives for exactly one call and starts from the
//! prepared state, so nothing of one decision or session can reach another
//! through a plugin, and the same inputs give the same answer.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use wasmtime::Store;
use wasmtime::component::Resource;

use super::answer;
use super::bindings::scorer::coldnotch::policy::types as wit;
use super::bindings::{observer, scorer};
use super::call::{Call, lower_action, lower_step};
use super::component::{Component, Surface, contained, hex};
use super::engine::Engine;
use super::generation::PluginError;
use super::prepare::{PrepareError, prepare};
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
    scorer: scorer::PluginPre<Call>,
    observer: Option<observer::ObservingPre<Call>>,
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
        if spec.limits.memory > engine.max_memory {
            return Err(PluginError::MemoryLimit {
                asked: spec.limits.memory,
                most: engine.max_memory,
            });
        }
        let component = Component::read(&spec.source).map_err(PrepareError::Component)?;
        let compiled = compiled(engine, &component, spec)?;
        let pre = engine
            .linker
            .instantiate_pre(&compiled)
            .map_err(PluginError::Link)?;
        let exports = Surface::of(&compiled);
        let observer = match exports.observes() {
            true => Some(observer::ObservingPre::new(pre.clone()).map_err(PluginError::Link)?),
            false => None,
        };
        Ok(Plugin {
            name: spec.name.clone(),
            digest: format!("sha256:{}", hex(&component.digest)).into(),
            id: id(&component.digest, spec.settings.text()),
            spec: spec.clone(),
            scorer: scorer::PluginPre::new(pre).map_err(PluginError::Link)?,
            observer,
        })
    }

    /// Whether it is recorded only.
    pub fn is_shadow(&self) -> bool {
        self.spec.mode == Mode::Shadow
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
        let mut store = Call::store(
            &engine.wasm,
            view.clone(),
            &self.spec.limits,
            &self.spec.grants,
        );
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
        let Some(observer) = &self.observer else {
            return Ok(Vec::new());
        };
        let _slot = engine
            .slots
            .take()
            .map_err(|e| Failure::Overloaded(e.to_string()))?;
        let mut store = Call::store(
            &engine.wasm,
            view.clone(),
            &self.spec.limits,
            &self.spec.grants,
        );
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

/// The prepared and compiled component, from the cache if it is there.
fn compiled(
    engine: &Engine,
    component: &Component,
    spec: &PluginSpec,
) -> Result<wasmtime::component::Component, PluginError> {
    let key = super::cache::Key::new(&engine.wasm, &component.digest, spec.settings.text());
    if let Some(cache) = &engine.cache {
        match cache.load(&engine.wasm, &key) {
            Ok(Some(compiled)) => {
                // What is cached was checked against the grants of its time.
                Surface::of(&compiled)
                    .check(&spec.grants)
                    .map_err(PrepareError::Component)?;
                return Ok(compiled);
            }
            Ok(None) => {}
            Err(e) => tracing::warn!("compile cache: {e}"),
        }
    }
    let compiled = contained(|| build(engine, component, spec)).map_err(PluginError::Broke)??;
    if let Some(cache) = &engine.cache
        && let Err(e) = cache.keep(&key, &compiled)
    {
        tracing::warn!("compile cache: {e}");
    }
    Ok(compiled)
}

/// Bakes the settings into the component and compiles it.
fn build(
    engine: &Engine,
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
    wasmtime::component::Component::new(&engine.wasm, prepared).map_err(PluginError::Compile)
}

/// Bare sandbox costs, for the bench that compares a decision with its floor.
pub mod floor {
    use super::*;

    /// A plugin without anything of ours around it.
    pub struct Bare<'a>(&'a Engine, &'a Plugin);

    impl<'a> Bare<'a> {
        /// The bare side of a plugin.
        pub fn new(engine: &'a Arc<Engine>, plugin: &'a Plugin) -> Self {
            Bare(engine, plugin)
        }

        /// Instantiates and calls; nothing is checked or kept.
        pub fn call(&self, action: &Action, view: &View) -> bool {
            let mut store = Call::store(
                &self.0.wasm,
                view.clone(),
                &self.1.spec.limits,
                &self.1.spec.grants,
            );
            let notes = lower_notes(&Notes::default());
            let plugin = self.1.scorer.instantiate(&mut store);
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
