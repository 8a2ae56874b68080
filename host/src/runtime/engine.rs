//! The engine: the queue for instances, the clock of wall time limits, and one
//! sandbox for each core, room and size of stack that plugins use.
//!
//! A limit and its enforcer live together: the ticker that makes wall time
//! limits real belongs to the [`Engine`] and ends with it, and the pool's size
//! is the number of [`Slots`] callers queue for.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use wasmtime::EngineWeak;

use super::breaker::Breaker;
use super::cache::Cache;
use super::component::hex;
use super::plugin::Plugin;
use super::room::Room;
use super::sandbox::{Sandbox, workshop};
use super::slots::Slots;
use crate::notes::PluginId;
use crate::policy::PluginSpec;
use crate::stats::{Calls, Outcomes, Pool};

/// Resolution of wall time limits.
pub(super) const TICK: Duration = Duration::from_millis(1);

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
    /// Bytes of each instance's memory that stay resident between decisions.
    pub keep_resident: usize,
    /// Ask the kernel which pages an instance wrote (Linux 6.7 and newer) and reset
    /// those, instead of all that may stay resident. One system call a decision;
    /// for it a place takes the pages that were ever written, and a plugin with
    /// much memory costs no more than one with little.
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
            keep_resident: 2 << 20,
            pagemap_scan: true,
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
    pub(super) config: EngineConfig,
    /// How many cores have a sandbox of their own, once a thread of theirs decides.
    pub(super) cores: usize,
    /// For preparing: compiles fast, runs a plugin's `validate-settings` once.
    pub(super) workshop: wasmtime::Engine,
    pub(super) slots: Slots,
    pub(super) cache: Option<Cache>,
    /// By the plugin's name: what is counted goes on when a policy is swapped.
    counters: Mutex<BTreeMap<String, Arc<PluginCounters>>>,
    /// By what the plugin is: one that was put away stays so when a policy is swapped,
    /// and another version is not.
    breakers: Mutex<BTreeMap<(String, PluginId), Arc<Breaker>>>,
    /// Those in use; a plugin keeps its own alive.
    sandboxes: Mutex<Vec<Weak<Sandbox>>>,
    ticker: Ticker,
}

impl Engine {
    /// Starts an engine.
    ///
    /// # Errors
    /// The configuration is impossible.
    pub fn start(config: &EngineConfig) -> Result<Arc<Self>, EngineError> {
        let workshop = workshop().map_err(EngineError::Start)?;
        let ticker = Ticker::start()?;
        ticker.advance(&workshop);
        Ok(Arc::new(Engine {
            slots: Slots::new(config.instances as usize, config.queue, config.patience),
            cache: config.cache.clone().map(Cache::at),
            config: config.clone(),
            cores: thread::available_parallelism().map_or(1, NonZeroUsize::get),
            workshop,
            counters: Mutex::default(),
            breakers: Mutex::default(),
            sandboxes: Mutex::default(),
            ticker,
        }))
    }

    /// The counters of the plugin of this name.
    pub(super) fn counters(&self, plugin: &str) -> Arc<PluginCounters> {
        let mut counters = self.counters.lock();
        counters.entry(plugin.to_owned()).or_default().clone()
    }

    /// The breaker of the plugin of this name.
    pub(super) fn breaker(&self, plugin: &str, id: PluginId) -> Arc<Breaker> {
        let mut breakers = self.breakers.lock();
        breakers.entry((plugin.to_owned(), id)).or_default().clone()
    }

    /// Whether the plugin's golden cases came out as expected before, with these limits
    /// and grants, on this version of the host.
    pub(crate) fn has_vouched(&self, plugin: &Plugin) -> bool {
        let cache = self.cache.as_ref();
        cache.is_some_and(|cache| cache.has_vouched(&self.vouching(plugin)))
    }

    /// Writes down that they did.
    pub(crate) fn vouch(&self, plugin: &Plugin) {
        let Some(cache) = &self.cache else { return };
        if let Err(e) = cache.vouch(&self.vouching(plugin)) {
            tracing::warn!("compile cache: {e}");
        }
    }

    fn vouching(&self, plugin: &Plugin) -> String {
        let PluginSpec { limits, grants, .. } = plugin.spec();
        let version = env!("CARGO_PKG_VERSION");
        let all = format!("{} {limits:?} {grants:?} {version}", plugin.digest);
        hex(&Sha256::digest(all).into())
    }

    /// What every plugin's calls came to so far, by its name.
    pub fn plugin_stats(&self) -> BTreeMap<String, Calls> {
        let read = |(name, counters): (&String, &Arc<PluginCounters>)| {
            let calls = Calls {
                score: counters.score.read(),
                observe: counters.observe.read(),
            };
            (name.clone(), calls)
        };
        self.counters.lock().iter().map(read).collect()
    }

    /// The places for instances as they are now.
    pub fn pool_stats(&self) -> Pool {
        self.slots.stats()
    }

    /// The core whose sandbox this thread uses, from 0 to [`cores`](Engine::cores).
    /// Threads take turns: no system call asks where one runs.
    pub(super) fn core(&self) -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static TURN: usize = NEXT.fetch_add(1, Ordering::Relaxed);
        }
        TURN.with(|turn| turn % self.cores)
    }

    /// This core's sandbox whose guests have this many bytes of stack and this room.
    ///
    /// # Errors
    /// The system has no room for its pool and [`Allocation::Pool`] was asked for.
    pub(super) fn sandbox(
        &self,
        stack: usize,
        room: Room,
        core: usize,
    ) -> Result<Arc<Sandbox>, EngineError> {
        let mut sandboxes = self.sandboxes.lock();
        sandboxes.retain(|sandbox| sandbox.strong_count() > 0);
        let mut living = sandboxes.iter().filter_map(Weak::upgrade);
        let same = |one: &Arc<Sandbox>| (one.stack, one.room, one.core) == (stack, room, core);
        if let Some(sandbox) = living.find(same) {
            return Ok(sandbox);
        }
        let sandbox =
            Arc::new(Sandbox::new(&self.config, stack, room, core).map_err(EngineError::Start)?);
        self.ticker.advance(&sandbox.wasm);
        sandboxes.push(Arc::downgrade(&sandbox));
        Ok(sandbox)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// What one plugin's calls came to.
#[derive(Debug, Default)]
pub(super) struct PluginCounters {
    pub(super) score: Outcomes,
    pub(super) observe: Outcomes,
}

/// Advances the epochs of engines every [`TICK`] until dropped.
struct Ticker {
    stop: Arc<AtomicBool>,
    engines: Arc<Mutex<Vec<EngineWeak>>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    fn start() -> Result<Self, EngineError> {
        let stop = Arc::new(AtomicBool::new(false));
        let engines: Arc<Mutex<Vec<EngineWeak>>> = Arc::default();
        let (stopped, ticked) = (stop.clone(), engines.clone());
        let thread = thread::Builder::new()
            .name("coldnotch-ticker".to_owned())
            .spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    thread::park_timeout(TICK);
                    ticked.lock().retain(tick);
                }
            })
            .map_err(EngineError::Ticker)?;
        Ok(Ticker {
            stop,
            engines,
            thread: Some(thread),
        })
    }

    /// Advances this engine from now on, for as long as somebody uses it.
    fn advance(&self, engine: &wasmtime::Engine) {
        self.engines.lock().push(engine.weak());
    }
}

/// Whether the engine is still there to be advanced.
fn tick(engine: &EngineWeak) -> bool {
    let Some(engine) = engine.upgrade() else {
        return false;
    };
    engine.increment_epoch();
    true
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
