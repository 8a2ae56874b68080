//! A plugin on one core's sandbox: compiled, linked, ready to be instantiated.

use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::{Component, Instance, InstancePre};

use super::bindings::{observer, scorer, selector};
use super::cache::{self, Key};
use super::call::Call;
use super::component::Surface;
use super::sandbox::Sandbox;

/// A plugin's machine code, and the state it starts from.
pub(super) struct Compiled {
    pub(super) component: Component,
    /// Whether its settings are in it; otherwise each instance has to read them.
    pub(super) settled: bool,
}

/// One plugin in one sandbox.
pub(super) struct Linked {
    pub(super) sandbox: Arc<Sandbox>,
    /// Held so that the next to load it finds it.
    compiled: Arc<Compiled>,
    settings: Arc<str>,
    pre: InstancePre<Call>,
    pub(super) scorer: scorer::PluginIndices,
    pub(super) observer: Option<observer::ObservingIndices>,
    pub(super) selector: Option<selector::SelectingIndices>,
}

impl Linked {
    /// Links what was compiled for this sandbox.
    pub(super) fn new(
        sandbox: Arc<Sandbox>,
        compiled: Arc<Compiled>,
        settings: Arc<str>,
    ) -> wasmtime::Result<Self> {
        let pre: InstancePre<Call> = sandbox.linker.instantiate_pre(&compiled.component)?;
        let exports = Surface::of(&compiled.component);
        let observer = match exports.observes() {
            true => Some(observer::ObservingIndices::new(&pre)?),
            false => None,
        };
        let selector = match exports.selects() {
            true => Some(selector::SelectingIndices::new(&pre)?),
            false => None,
        };
        Ok(Linked {
            scorer: scorer::PluginIndices::new(&pre)?,
            pre,
            sandbox,
            compiled,
            settings,
            observer,
            selector,
        })
    }

    /// The same plugin in another sandbox, with code of its own.
    pub(super) fn copy_to(&self, sandbox: Arc<Sandbox>, key: &Key) -> wasmtime::Result<Self> {
        let compiled = match sandbox.in_use(key) {
            Some(compiled) => compiled,
            None => {
                let copy = cache::copy(&self.compiled, &sandbox.wasm)?;
                sandbox.share(key.clone(), copy)
            }
        };
        Linked::new(sandbox, compiled, self.settings.clone())
    }

    /// A fresh instance that has read its settings.
    pub(super) fn instantiate(&self, store: &mut Store<Call>) -> wasmtime::Result<Instance> {
        let instance = self.pre.instantiate(&mut *store)?;
        if !self.compiled.settled {
            let plugin = self.scorer.load(&mut *store, &instance)?;
            let scorer = plugin.coldnotch_policy_scorer();
            // It took them when it was loaded.
            scorer
                .call_validate_settings(&mut *store, &self.settings)?
                .map_err(|_| wasmtime::Error::msg("it no longer takes its settings"))?;
        }
        Ok(instance)
    }
}
