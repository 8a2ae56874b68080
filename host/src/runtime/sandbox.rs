//! wasmtime as plugins need it: one engine and its pool of instances.
//!
//! How much stack a guest may use is a setting of a wasmtime engine, not of a
//! call, and so is how many parts a component may have. So there is one sandbox for each
//! size of stack and each [`Room`] in use, usually one.
//!
//! And there is one for each core in use: threads that share an engine pass the
//! counters of its plugins, code and places to and fro between their cores, which
//! costs a second one half of what it adds. With one each they share nothing.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

use super::bindings::scorer;
use super::cache::Key;
use super::call::Call;
use super::engine::{Allocation, EngineConfig};
use super::linked::Compiled;
use super::room::Room;
use crate::policy::Limits;

/// Places for memories, all of which may stay resident: a plugin is quick where it
/// finds the one it had. wasmtime divides pools of 128 and more among threads, which
/// one core's threads have no need of.
const PLACES: u32 = 127;

/// One wasmtime engine and what plugins on it may link to.
pub(super) struct Sandbox {
    pub(super) wasm: wasmtime::Engine,
    pub(super) linker: Linker<Call>,
    /// Bytes of stack a guest may use.
    pub(super) stack: usize,
    /// How many parts a guest may have.
    pub(super) room: Room,
    /// The core it is for.
    pub(super) core: usize,
    /// What is compiled and in use, so that it is there once: under two names, or in
    /// the generation that comes and in the one that goes.
    compiled: Mutex<HashMap<Key, Weak<Compiled>>>,
}

impl Sandbox {
    pub(super) fn new(
        config: &EngineConfig,
        stack: usize,
        room: Room,
        core: usize,
    ) -> wasmtime::Result<Self> {
        let wasm = match config.allocation {
            Allocation::Pool => pooling(config, stack, room),
            Allocation::OnDemand => on_demand(stack),
            Allocation::Auto => pooling(config, stack, room).or_else(|why| {
                tracing::warn!(
                    "no address space for the instance pool, allocating on demand: {why:#}"
                );
                on_demand(stack)
            }),
        }?;
        let mut linker = Linker::new(&wasm);
        scorer::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |call| call)?;
        Ok(Sandbox {
            wasm,
            linker,
            stack,
            room,
            core,
            compiled: Mutex::default(),
        })
    }

    /// A compiled plugin that is in use already.
    pub(super) fn in_use(&self, key: &Key) -> Option<Arc<Compiled>> {
        self.compiled.lock().get(key).and_then(Weak::upgrade)
    }

    /// Makes a compiled plugin known for as long as it is used.
    pub(super) fn share(&self, key: Key, new: Compiled) -> Arc<Compiled> {
        let new = Arc::new(new);
        let mut compiled = self.compiled.lock();
        compiled.retain(|_, known| known.strong_count() > 0);
        compiled.insert(key, Arc::downgrade(&new));
        new
    }
}

/// What every engine has in common: all limits on, nothing nondeterministic.
fn base(stack: usize) -> Config {
    let mut wasm = Config::new();
    wasm.wasm_component_model(true)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(stack)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .memory_init_cow(true);
    wasm
}

fn pooling(config: &EngineConfig, stack: usize, room: Room) -> wasmtime::Result<wasmtime::Engine> {
    let places = match config.instances.saturating_mul(Room::MEMORIES) {
        ..=128 => PLACES,
        more => more,
    };
    let parts = room.parts();
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(config.instances)
        .total_core_instances(config.instances.saturating_mul(parts))
        .total_memories(places)
        .total_tables(config.instances.saturating_mul(parts))
        .max_core_instances_per_component(parts)
        .max_memories_per_component(Room::MEMORIES)
        .max_tables_per_component(parts)
        .max_memory_size(config.max_memory)
        .table_elements(*Limits::TABLE.end())
        .linear_memory_keep_resident(config.keep_resident)
        .table_keep_resident(config.keep_resident.min(64 << 10))
        .max_unused_warm_slots(places)
        .pagemap_scan(match config.pagemap_scan {
            true => Enabled::Auto,
            false => Enabled::No,
        });
    let mut wasm = base(stack);
    wasm.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    wasmtime::Engine::new(&wasm)
}

/// Without a pool memories move when they grow instead of reserving gigabytes
/// of address space, which is what is short when this is needed.
fn on_demand(stack: usize) -> wasmtime::Result<wasmtime::Engine> {
    let mut wasm = base(stack);
    wasm.allocation_strategy(InstanceAllocationStrategy::OnDemand)
        .memory_reservation(0)
        .memory_reservation_for_growth(1 << 20)
        .memory_guard_size(1 << 16);
    wasmtime::Engine::new(&wasm)
}

/// For preparing plugins: compiles fast. Settings may be read with more stack
/// than a decision has.
pub(super) fn workshop() -> wasmtime::Result<wasmtime::Engine> {
    let mut wasm = base(*Limits::STACK.end());
    wasm.cranelift_opt_level(OptLevel::None)
        .allocation_strategy(InstanceAllocationStrategy::OnDemand)
        .memory_reservation(0)
        .memory_reservation_for_growth(1 << 20)
        .memory_guard_size(1 << 16);
    wasmtime::Engine::new(&wasm)
}
