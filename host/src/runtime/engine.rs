//! The engine: wasmtime, its pool, its clock and its queue in one place.
//!
//! A limit and its enforcer live together: the ticker that makes wall time
//! limits real belongs to the [`Engine`] and ends with it, and the pool's size
//! is the number of [`Slots`] callers queue for.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

use super::bindings::scorer;
use super::cache::Cache;
use super::call::Call;
use super::slots::Slots;

/// Resolution of wall time limits.
pub(super) const TICK: Duration = Duration::from_millis(1);

/// A component is a few core instances, with a table each: its own code and the
/// adapters that the component tool chain puts around it.
pub(super) const CORE_INSTANCES: u32 = 8;
/// Memories of one component.
pub(super) const MEMORIES: u32 = 2;

/// How instances are allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocation {
    /// From a pool if the address space allows, otherwise on demand.
    Auto,
    /// From a pool, or fail.
    Pool,
    /// Each from the system, slower.
    OnDemand,
}

/// How the engine is sized.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineConfig {
    /// Instances alive at once; more callers queue.
    pub instances: u32,
    /// Callers that may queue.
    pub queue: usize,
    /// How long a caller queues, and how long a decision waits for its
    /// session's turn.
    pub patience: Duration,
    /// The largest memory any plugin's limit can give, in bytes.
    pub max_memory: usize,
    /// Bytes of stack a guest may use.
    pub stack: usize,
    /// Bytes of each instance's memory that stay resident between decisions.
    pub keep_resident: usize,
    /// Ask the kernel which pages an instance wrote (Linux 6.7) instead of
    /// resetting all that stay resident. One system call a decision: it pays
    /// for guests with much memory, and costs threads their independence.
    pub pagemap_scan: bool,
    /// How instances are allocated.
    pub allocation: Allocation,
    /// Where compiled plugins are kept; `None` to compile each time.
    pub cache: Option<PathBuf>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        EngineConfig {
            instances: 64,
            queue: 1024,
            patience: Duration::from_millis(500),
            max_memory: 64 << 20,
            stack: 512 << 10,
            keep_resident: 2 << 20,
            pagemap_scan: false,
            allocation: Allocation::Auto,
            cache: None,
        }
    }
}

/// Why the engine cannot start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// wasmtime refused its configuration or could not get the memory.
    #[error("cannot start the WebAssembly engine: {0:#}")]
    Start(wasmtime::Error),
    /// The ticker thread could not be started.
    #[error("cannot start the engine's ticker thread: {0}")]
    Ticker(std::io::Error),
}

/// Compiles and runs plugins.
pub struct Engine {
    pub(super) wasm: wasmtime::Engine,
    /// For preparing: compiles fast, runs a plugin's `validate-settings` once.
    pub(super) workshop: wasmtime::Engine,
    pub(super) linker: Linker<Call>,
    pub(super) slots: Slots,
    pub(super) cache: Option<Cache>,
    pub(super) max_memory: usize,
    _tickers: [Ticker; 2],
}

impl Engine {
    /// Starts an engine.
    ///
    /// # Errors
    /// The configuration is impossible, or the system has no room for the pool
    /// and [`Allocation::Pool`] was asked for.
    pub fn start(config: &EngineConfig) -> Result<Arc<Self>, EngineError> {
        let wasm = match config.allocation {
            Allocation::Pool => pooling(config),
            Allocation::OnDemand => on_demand(config),
            Allocation::Auto => pooling(config).or_else(|why| {
                tracing::warn!(
                    "no address space for the instance pool, allocating on demand: {why:#}"
                );
                on_demand(config)
            }),
        }
        .map_err(EngineError::Start)?;
        let workshop = workshop(config).map_err(EngineError::Start)?;

        let mut linker = Linker::new(&wasm);
        scorer::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |call| call)
            .map_err(EngineError::Start)?;

        Ok(Arc::new(Engine {
            _tickers: [Ticker::start(&wasm)?, Ticker::start(&workshop)?],
            slots: Slots::new(config.instances as usize, config.queue, config.patience),
            cache: config.cache.clone().map(Cache::at),
            max_memory: config.max_memory,
            wasm,
            workshop,
            linker,
        }))
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// What every engine has in common: all limits on, nothing nondeterministic.
fn base(config: &EngineConfig) -> Config {
    let mut wasm = Config::new();
    wasm.wasm_component_model(true)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(config.stack)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .memory_init_cow(true);
    wasm
}

fn pooling(config: &EngineConfig) -> wasmtime::Result<wasmtime::Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(config.instances)
        .total_core_instances(config.instances * CORE_INSTANCES)
        .total_memories(config.instances * MEMORIES)
        .total_tables(config.instances * CORE_INSTANCES)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(CORE_INSTANCES)
        .max_memory_size(config.max_memory)
        .table_elements(20_000)
        .linear_memory_keep_resident(config.keep_resident)
        .table_keep_resident(config.keep_resident.min(64 << 10))
        .max_unused_warm_slots(config.instances)
        .pagemap_scan(match config.pagemap_scan {
            true => Enabled::Auto,
            false => Enabled::No,
        });
    let mut wasm = base(config);
    wasm.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    wasmtime::Engine::new(&wasm)
}

/// Without a pool memories move when they grow instead of reserving gigabytes
/// of address space, which is what is short when this is needed.
fn on_demand(config: &EngineConfig) -> wasmtime::Result<wasmtime::Engine> {
    let mut wasm = base(config);
    wasm.allocation_strategy(InstanceAllocationStrategy::OnDemand)
        .memory_reservation(0)
        .memory_reservation_for_growth(1 << 20)
        .memory_guard_size(1 << 16);
    wasmtime::Engine::new(&wasm)
}

fn workshop(config: &EngineConfig) -> wasmtime::Result<wasmtime::Engine> {
    let mut wasm = base(config);
    wasm.cranelift_opt_level(OptLevel::None)
        .allocation_strategy(InstanceAllocationStrategy::OnDemand)
        .memory_reservation(0)
        .memory_reservation_for_growth(1 << 20)
        .memory_guard_size(1 << 16);
    wasmtime::Engine::new(&wasm)
}

/// Advances an engine's epoch every [`TICK`] until dropped.
struct Ticker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    fn start(engine: &wasmtime::Engine) -> Result<Self, EngineError> {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, engine) = (stop.clone(), engine.clone());
        let thread = thread::Builder::new()
            .name("coldnotch-ticker".to_owned())
            .spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    thread::park_timeout(TICK);
                    engine.increment_epoch();
                }
            })
            .map_err(EngineError::Ticker)?;
        Ok(Ticker {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join(); // it cannot panic
        }
    }
}
