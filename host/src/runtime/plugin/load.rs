//! How a plugin comes to be loaded: read, admitted, prepared, compiled, linked.

use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::super::cache::Key;
use super::super::call::Call;
use super::super::component::{Component, ComponentError, Surface, contained};
use super::super::engine::Engine;
use super::super::generation::PluginError;
use super::super::linked::{Compiled, Linked};
use super::super::prepare::{self, PrepareError, Prepared, prepare};
use super::super::room::Room;
use super::super::roster::{self, Kinds};
use super::super::sandbox::Sandbox;
use super::Plugin;
use crate::history::View;
use crate::notes::PluginId;
use crate::plugins::manifest::Manifest;
use crate::policy::PluginSpec;

impl Plugin {
    /// Reads, prepares, compiles (or finds compiled) and links a plugin.
    pub(in crate::runtime) fn load(
        engine: &Engine,
        spec: &PluginSpec,
    ) -> Result<Self, PluginError> {
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
