//! Prepared state: a plugin's settings are read once, before it is compiled.
//!
//! The component is instrumented so that its memory and globals can be read,
//! instantiated once, given its settings (`validate-settings`), and rewritten
//! so that every later instance starts from the state it was then in
//! (pre-initialisation, by wasmtime-wizer). So a decision never pays for
//! settings, and no decision can leave a trace in the next.
//!
//! Some components cannot be rewritten: those that change their tables, and those of
//! tool chains that build them of several modules. They stay as they are, and every
//! instance reads its settings before it is asked: the same answers, for more fuel.
//! Where the tool says so at once, they are compiled only once, too.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmtime::Store;
use wasmtime::component::{Component, HasSelf, Instance, Lift, Linker, WasmList};
use wasmtime_wizer::{ComponentContext, ComponentInstanceState, Wizer};

use super::answer::printable;
use super::bindings::scorer;
use super::call::Call;
use super::component::{ComponentError, Surface, contained};
use super::engine::Engine;
use super::room::Room;
use crate::json::Object;
use crate::plugins::manifest::Manifest;
use crate::policy::PluginSpec;
use crate::verdict::Failure;

/// Why a plugin could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// It is not a component we accept.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// The plugin refused its settings.
    #[error("it refuses its settings: {}", .0.join("; "))]
    Settings(Vec<String>),
    /// They do not fit the schema in its manifest.
    #[error("its settings do not fit its schema: {}", .0.join("; "))]
    Schema(Vec<String>),
    /// It failed while reading its settings.
    #[error("it failed while reading its settings: {0}")]
    Failed(Failure),
    /// It cannot be linked in the workshop.
    #[error("it cannot be linked: {0:#}")]
    Link(wasmtime::Error),
}

/// What became of a component.
pub(super) enum Prepared {
    /// It takes its settings, and here they are in it.
    Settled(Vec<u8>),
    /// It cannot be rewritten, for this reason. Nobody has looked at it yet.
    AsItCame(String),
}

/// The component with its settings baked in, where that can be done.
pub(super) fn prepare(
    engine: &Engine,
    room: Room,
    bytes: &[u8],
    manifest: Option<&Manifest>,
    spec: &PluginSpec,
) -> Result<Prepared, PrepareError> {
    let PluginSpec {
        settings, limits, ..
    } = spec;
    let wizer = Wizer::new();
    let (context, instrumented) = match contained(|| wizer.instrument_component(bytes)) {
        Ok(Ok(instrumented)) => instrumented,
        Ok(Err(e)) => return Ok(Prepared::AsItCame(format!("{e:#}"))),
        Err(broke) => return Ok(Prepared::AsItCame(broke)),
    };
    // Before any tool rewrites it: what does it ask for? The workshop compiles
    // fast, and this copy is thrown away.
    let original =
        Component::new(&engine.workshop, bytes).map_err(|e| ComponentError::not_wasm(&e))?;
    accept(&original, manifest, spec)?;
    // Whether it takes its settings is asked of the component as it came, so that
    // what is said of them does not depend on the tool.
    let mut linker = Linker::new(&engine.workshop);
    scorer::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |call| call)
        .map_err(PrepareError::Link)?;
    let store = || Call::preparing(&engine.workshop, room, limits);
    read_settings(&linker, &mut store(), &original, settings)?;

    let bake = || {
        let component = Component::new(&engine.workshop, &instrumented)?;
        bake(
            &wizer,
            &context,
            &linker,
            &mut store(),
            &component,
            settings,
        )
    };
    Ok(match contained(bake) {
        Ok(Ok(bytes)) => Prepared::Settled(bytes),
        Ok(Err(e)) => Prepared::AsItCame(format!("{e:#}")),
        Err(broke) => Prepared::AsItCame(broke),
    })
}

/// Accepts a component that is what its manifest says and asks for no more than it was
/// granted.
pub(super) fn accept(
    component: &Component,
    manifest: Option<&Manifest>,
    spec: &PluginSpec,
) -> Result<(), PrepareError> {
    Ok(Surface::of(component).accept(manifest, &spec.grants)?)
}

/// Has the instrumented component read its settings; one that starts with that done.
fn bake(
    wizer: &Wizer,
    context: &ComponentContext<'_>,
    linker: &Linker<Call>,
    store: &mut Store<Call>,
    component: &Component,
    settings: &Object,
) -> wasmtime::Result<Vec<u8>> {
    let instance = read_settings(linker, store, component, settings)?;
    let mut state = Instrumented {
        store,
        instance,
        failed: None,
    };
    let snapshot = ready(wizer.snapshot_component(context, &mut state));
    match state.failed {
        Some(e) => Err(e),
        None => snapshot,
    }
}

/// Instantiates the plugin and has it read its settings.
pub(super) fn read_settings(
    linker: &Linker<Call>,
    store: &mut Store<Call>,
    component: &Component,
    settings: &Object,
) -> Result<Instance, PrepareError> {
    let failed = |e| PrepareError::Failed(Call::failure(&e));
    let pre = linker
        .instantiate_pre(component)
        .map_err(|e| ComponentError::not_wasm(&e))?;
    let instance = pre.instantiate(&mut *store).map_err(failed)?;
    let plugin = scorer::PluginIndices::new(&pre)
        .and_then(|indices| indices.load(&mut *store, &instance))
        .map_err(|e| ComponentError::WrongWorld {
            found: printable(&format!("{e:#}"), 300),
        })?;
    let answer = plugin
        .coldnotch_policy_scorer()
        .call_validate_settings(&mut *store, settings.text())
        .map_err(failed)?;
    match answer {
        Ok(()) => Ok(instance),
        Err(messages) => Err(PrepareError::Settings(
            messages
                .iter()
                .take(32)
                .map(|m| printable(m, 500))
                .collect(),
        )),
    }
}

/// The instrumented instance, as the pre-initialiser reads it.
struct Instrumented<'a> {
    store: &'a mut Store<Call>,
    instance: Instance,
    /// The first accessor that failed. The pre-initialiser's trait has no errors,
    /// so it goes on with nothing and what it makes is thrown away.
    failed: Option<wasmtime::Error>,
}

impl Instrumented<'_> {
    /// Calls an accessor that the instrumentation added. It only reads state, but
    /// fuel and time may be used up by what came before.
    fn call<R: Lift + 'static>(&mut self, instance: &str, func: &str) -> wasmtime::Result<R> {
        self.store.set_fuel(u64::MAX)?;
        self.store.set_epoch_deadline(1 << 40);
        self.store.set_hostcall_fuel(usize::MAX);
        let missing = || wasmtime::Error::msg(format!("it has no accessor {instance}#{func}"));
        let instances = &self.instance;
        let outer = instances
            .get_export_index(&mut *self.store, None, instance)
            .ok_or_else(missing)?;
        let inner = instances
            .get_export_index(&mut *self.store, Some(&outer), func)
            .ok_or_else(missing)?;
        let func = instances.get_typed_func::<(), (R,)>(&mut *self.store, inner)?;
        Ok(func.call(&mut *self.store, ())?.0)
    }

    /// What an accessor says, or nothing once one has failed.
    fn read<R: Lift + 'static>(&mut self, instance: &str, func: &str) -> Option<R> {
        match self.call(instance, func) {
            Ok(value) => Some(value),
            Err(e) => {
                self.failed.get_or_insert(e);
                None
            }
        }
    }
}

impl ComponentInstanceState for Instrumented<'_> {
    async fn call_func_ret_list_u8(
        &mut self,
        instance: &str,
        func: &str,
        contents: impl FnOnce(&[u8]) + Send,
    ) {
        match self.read::<WasmList<u8>>(instance, func) {
            Some(list) => contents(list.as_le_slice(&*self.store)),
            None => contents(&[]),
        }
    }

    async fn call_func_ret_s32(&mut self, instance: &str, func: &str) -> i32 {
        self.read(instance, func).unwrap_or_default()
    }

    async fn call_func_ret_s64(&mut self, instance: &str, func: &str) -> i64 {
        self.read(instance, func).unwrap_or_default()
    }

    async fn call_func_ret_f32(&mut self, instance: &str, func: &str) -> u32 {
        self.read(instance, func).map_or(0, f32::to_bits)
    }

    async fn call_func_ret_f64(&mut self, instance: &str, func: &str) -> u64 {
        self.read(instance, func).map_or(0, f64::to_bits)
    }
}

/// The pre-initialiser is async for embedders that need it; ours never waits,
/// so its future is done when first looked at.
fn ready<T>(future: impl Future<Output = wasmtime::Result<T>>) -> wasmtime::Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(wasmtime::Error::msg(
            "the pre-initialiser waited for something",
        )),
    }
}
