//! Runs plugins: the only part of the host that knows wasmtime.
//!
//! - [`engine`](Engine): the queue for instances, the ticker, the sandboxes.
//! - `sandbox`: wasmtime and its pool; one for each core, room and size of stack in use.
//! - `linked`: a plugin in one of them.
//! - `component`: a component's bytes, checked: exports, imports against grants.
//! - `prepare`: settings baked into the component before it is compiled.
//! - `cache`: compiled plugins on disk.
//! - `plugin`: one loaded plugin; every call gets a fresh instance. How it is loaded, and
//!   what a bare sandbox costs.
//! - `call`: what one call sees and may use.
//! - `answer`: what guests return, checked and cleaned.
//! - `generation`: all plugins of a policy, loaded; immutable.
//! - `breaker`: opens when a plugin fails too often.
//! - `roster`: which plugins are asked about which types of action.
//! - `room`: how many parts a component may have.
//! - `slots`: the queue for instances.

mod answer;
mod bindings;
mod breaker;
mod cache;
mod call;
mod component;
mod engine;
mod generation;
mod linked;
mod plugin;
mod prepare;
mod room;
mod roster;
mod sandbox;
mod slots;

pub use breaker::{Breaker, Tolerance};
pub use component::{Component, ComponentError, Import, Surface, hex};
pub use engine::{Allocation, Engine, EngineConfig, EngineError};
pub use generation::{Generation, LoadError, PluginError};
pub use plugin::{Plugin, floor};
pub use prepare::PrepareError;
pub use roster::Kinds;
