//! A plugin on one core's sandbox: compiled, linked, ready to be instantiated.

use std::sync::Arc;

use wasmtime::component::{Component, InstancePre};

use super::bindings::{observer, scorer, selector};
use super::cache::{self, Key};
use super::call::Call;
use super::component::Surface;
use super::sandbox::Sandbox;

/// One plugin in one sandbox.
pub(super) struct Linked {
    pub(super) sandbox: Arc<Sandbox>,
    /// Held so that the next to load it finds it.
    compiled: Arc<Component>,
    pub(super) scorer: scorer::PluginPre<Call>,
    pub(super) observer: Option<observer::ObservingPre<Call>>,
    pub(super) selector: Option<selector::SelectingPre<Call>>,
}

impl Linked {
    /// Links what was compiled for this sandbox.
    pub(super) fn new(sandbox: Arc<Sandbox>, compiled: Arc<Component>) -> wasmtime::Result<Self> {
        let pre: InstancePre<Call> = sandbox.linker.instantiate_pre(&compiled)?;
        let exports = Surface::of(&compiled);
        let observer = match exports.observes() {
            true => Some(observer::ObservingPre::new(pre.clone())?),
            false => None,
        };
        let selector = match exports.selects() {
            true => Some(selector::SelectingPre::new(pre.clone())?),
            false => None,
        };
        Ok(Linked {
            scorer: scorer::PluginPre::new(pre)?,
            sandbox,
            compiled,
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
        Linked::new(sandbox, compiled)
    }
}
