//! One loaded plugin. Every call runs in a fresh instance.
//!
//! Guarantee: an instance lives for exactly one call and starts from the
//! prepared state, so nothing of one decision or session can reach another
//! through a plugin, and the same inputs give the same answer.

use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};
use wasmtime::Store;
use wasmtime::component::Resource;

use super::answer;
use super::bindings::scorer::coldnotch::policy::types as wit;
use super::breaker::Breaker;
use super::cache::Key;
use super::call::{Call, Used, lower_action, lower_step};
use super::component::{Component, ComponentError, Import, Surface, contained};
use super::engine::{Engine, PluginCounters};
use super::generation::PluginError;
use super::linked::{Compiled, Linked};
use super::prepare::{self, PrepareError, Prepared, prepare};
use super::room::Room;
use super::roster::{self, Kinds};
use super::sandbox::Sandbox;
use crate::action::Action;
use crate::history::{Leaf, Step, View};
use crate::notes::{Notes, PluginId};
use crate::plugins::manifest::Manifest;
use crate::policy::{Mode, PluginSpec};
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
    /// Reads, prepares, compiles (or finds compiled) and links a plugin.
    pub(super) fn load(engine: &Engine, spec: &PluginSpec) -> Result<Self, PluginError> {
        if spec.limits.memory > engine.config.max_memory {
            return Err(PluginError::MemoryLimit {
                asked: spec.limits.memory,
                most: engine.config.max_memory,
            });
        }
        let place = spec.admission.place(&spec.source)?;
        let component = Component::read(&place).map_err(PrepareError::Component)?;
        spec.admission.check_lock(spec, &component)?;
        let manifest = manifest(&component)?;
        let pack = manifest.as_ref().map(|manifest| manifest.name.as_str());
        spec.admission.check_signers(spec, &component, pack)?;
        let spec = &settled(manifest.as_ref(), spec)?;
        let first = engine.core();
        let room = Room::of(&component.bytes);
        let sandbox = engine.sandbox(spec.limits.stack, room, first)?;
        let (key, compiled) = compiled(engine, &sandbox, &component, manifest.as_ref(), spec)?;
        let settings = spec.settings.text().into();
        let imports = Surface::of(&compiled.component).imports;
        spec.admission.check_imports(&imports)?;
        let linked = Linked::new(sandbox, compiled, settings).map_err(PluginError::Link)?;
        let kinds = kinds(&linked, spec)?;
        let observes = linked.observer.is_some();
        let cores: Box<[_]> = (0..engine.cores).map(|_| OnceLock::new()).collect();
        let _ = cores[first].set(linked); // it is new
        let id = id(&component.digest, spec.settings.text());
        Ok(Plugin {
            name: spec.name.clone(),
            digest: component.name().into(),
            id,
            breaker: engine.breaker(&spec.name, id),
            spec: spec.clone(),
            counters: engine.counters(&spec.name),
            key,
            cores,
            first,
            observes,
            kinds,
            manifest,
            imports,
        })
    }

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
        let mut store = self.store(linked, view);
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
        let mut store = self.store(linked, view);
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

    fn store(&self, linked: &Linked, view: &View) -> Store<Call> {
        let PluginSpec { limits, grants, .. } = &self.spec;
        let Sandbox { wasm, room, .. } = &*linked.sandbox;
        Call::store(wasm, *room, view.clone(), limits, grants)
    }
}

fn manifest(component: &Component) -> Result<Option<Manifest>, PluginError> {
    let manifest = Manifest::of(&component.bytes).map_err(ComponentError::Manifest);
    Ok(manifest.map_err(PrepareError::Component)?)
}

/// What the policy says of it, with the settings it will have, if these and the
/// limits are what its manifest asks for.
fn settled(manifest: Option<&Manifest>, spec: &PluginSpec) -> Result<PluginSpec, PluginError> {
    let Some(manifest) = manifest else {
        return Ok(spec.clone());
    };
    if let Some(missing) = manifest.limits.missing(&spec.limits) {
        return Err(PluginError::Limits(missing));
    }
    let settings = manifest.settings(&spec.settings);
    if let Some(schema) = &manifest.schema {
        schema.check(settings).map_err(PrepareError::Schema)?;
    }
    Ok(PluginSpec {
        settings: settings.clone(),
        ..spec.clone()
    })
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
fn kinds(linked: &Linked, spec: &PluginSpec) -> Result<Option<Vec<Kinds>>, PluginError> {
    let Some(selector) = &linked.selector else {
        return Ok(None);
    };
    let PluginSpec { limits, grants, .. } = spec;
    let Sandbox { wasm, room, .. } = &*linked.sandbox;
    let mut store = Call::store(wasm, *room, View::default(), limits, grants);
    let named = linked
        .instantiate(&mut store)
        .and_then(|instance| {
            let plugin = selector.load(&mut store, &instance)?;
            plugin.coldnotch_policy_selector().call_kinds(&mut store)
        })
        .map_err(|e| PluginError::Kinds(Call::failure(&e).to_string()))?;
    roster::read(&named).map(Some).map_err(PluginError::Kinds)
}

/// The prepared and compiled component and its name: the one in use, the one in the
/// cache, or a new one.
fn compiled(
    engine: &Engine,
    sandbox: &Sandbox,
    component: &Component,
    manifest: Option<&Manifest>,
    spec: &PluginSpec,
) -> Result<(Key, Arc<Compiled>), PluginError> {
    let key = |settings| Key::new(&sandbox.wasm, &component.digest, settings);
    let kept = |key: &Key| sandbox.in_use(key).or_else(|| cached(engine, sandbox, key));
    let settled = key(Some(spec.settings.text()));
    if let Some(compiled) = kept(&settled) {
        // It was checked against the grants of its time.
        prepare::accept(&compiled.component, manifest, spec)?;
        return Ok((settled, compiled));
    }
    // One that reads its settings in each call is the same whatever they are.
    let unsettled = key(None);
    if let Some(compiled) = kept(&unsettled) {
        admit(sandbox, &compiled.component, manifest, spec)?;
        return Ok((unsettled, compiled));
    }
    let compiled = contained(|| build(engine, sandbox, component, manifest, spec))
        .map_err(PluginError::Broke)??;
    let key = match compiled.settled {
        true => settled,
        false => unsettled,
    };
    if let Some(cache) = &engine.cache
        && let Err(e) = cache.keep(&key, &compiled)
    {
        tracing::warn!("compile cache: {e}");
    }
    let compiled = sandbox.share(key.clone(), compiled);
    Ok((key, compiled))
}

/// Bakes the settings into the component, where that can be done, and compiles it.
fn build(
    engine: &Engine,
    sandbox: &Sandbox,
    component: &Component,
    manifest: Option<&Manifest>,
    spec: &PluginSpec,
) -> Result<Compiled, PluginError> {
    let compile = |bytes: &[u8]| wasmtime::component::Component::new(&sandbox.wasm, bytes);
    let why = match prepare(engine, sandbox.room, &component.bytes, manifest, spec)? {
        Prepared::Settled(bytes) => {
            return Ok(Compiled {
                component: compile(&bytes).map_err(PluginError::Compile)?,
                settled: true,
            });
        }
        Prepared::AsItCame(why) => why,
    };
    let name = &spec.name;
    tracing::info!("plugin '{name}' cannot be prepared, each call reads its settings: {why}");
    let component = compile(&component.bytes)
        .map_err(|e| PrepareError::Component(ComponentError::not_wasm(&e)))?;
    admit(sandbox, &component, manifest, spec)?;
    Ok(Compiled {
        component,
        settled: false,
    })
}

/// Accepts a compiled component that also takes its settings.
fn admit(
    sandbox: &Sandbox,
    component: &wasmtime::component::Component,
    manifest: Option<&Manifest>,
    spec: &PluginSpec,
) -> Result<(), PluginError> {
    prepare::accept(component, manifest, spec)?;
    let mut store = Call::preparing(&sandbox.wasm, sandbox.room, &spec.limits);
    prepare::read_settings(&sandbox.linker, &mut store, component, &spec.settings)?;
    Ok(())
}

fn cached(engine: &Engine, sandbox: &Sandbox, key: &Key) -> Option<Arc<Compiled>> {
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
    pub struct Bare<'a>(&'a Engine, &'a Plugin);

    impl<'a> Bare<'a> {
        /// The bare side of a plugin.
        pub fn new(engine: &'a Engine, plugin: &'a Plugin) -> Self {
            Bare(engine, plugin)
        }

        /// Instantiates and calls; nothing is checked or kept.
        pub fn call(&self, action: &Action, view: &View) -> bool {
            let Ok(linked) = self.1.here(self.0) else {
                return false;
            };
            let mut store = self.1.store(linked, view);
            let notes = lower_notes(&Notes::default());
            let answer = linked.instantiate(&mut store).and_then(|instance| {
                let plugin = linked.scorer.load(&mut store, &instance)?;
                plugin.coldnotch_policy_scorer().call_score(
                    &mut store,
                    &lower_action(action),
                    Resource::new_borrow(0),
                    &notes,
                )
            });
            answer.is_ok()
        }
    }
}
