//! What the operator decided: static rules and the ordered list of plugins.
//!
//! A [`Policy`] is complete and checked, but nothing of it is loaded yet; the
//! runtime makes a generation of it.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::json::Object;
use crate::plugins::admission::Admission;
use crate::verdict::{Rules, Verdict};

/// The whole policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Static rules.
    pub rules: Rules,
    /// Plugins in the order in which they are asked.
    pub plugins: Vec<PluginSpec>,
}

impl Default for Policy {
    /// The policy without any configuration: the rules of coldnotch 0.0.1 and
    /// the built-in consequence engine.
    fn default() -> Self {
        Policy {
            rules: Rules {
                block_types: Vec::new(),
                hold_types: Vec::new(),
                hold_if_risk_over: 0.5,
                on_plugin_failure: Verdict::Hold,
            },
            plugins: vec![PluginSpec {
                grants: vec![Grant::History],
                ..PluginSpec::new("consequence", Source::Builtin("consequence".to_owned()))
            }],
        }
    }
}

/// One plugin as the operator configured it.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginSpec {
    /// The name it has in the log and in messages.
    pub name: String,
    /// Where its component comes from.
    pub source: Source,
    /// Whether it decides or only is recorded.
    pub mode: Mode,
    /// Its settings.
    pub settings: Object,
    /// What one call of it may use.
    pub limits: Limits,
    /// What it may reach of the host.
    pub grants: Vec<Grant>,
    /// What it has to be before it is loaded.
    pub admission: Admission,
}

impl PluginSpec {
    /// A plugin with default limits, no settings and no grants.
    pub fn new(name: impl Into<String>, source: Source) -> Self {
        PluginSpec {
            name: name.into(),
            source,
            mode: Mode::Enforce,
            settings: Object::default(),
            limits: Limits::default(),
            grants: Vec::new(),
            admission: Admission::default(),
        }
    }
}

/// Where a component comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Shipped inside this binary.
    Builtin(String),
    /// A file.
    Path(PathBuf),
    /// A registry: `oci://host/name:tag` or `…@sha256:…`. It is never asked while a
    /// policy is loaded; what was accepted lies in the store.
    Oci(String),
}

impl Source {
    /// The reference of what comes from a registry.
    pub fn reference(&self) -> Option<&str> {
        match self {
            Source::Oci(reference) => Some(reference),
            Source::Builtin(_) | Source::Path(_) => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Builtin(name) => write!(f, "builtin:{name}"),
            Source::Path(path) => write!(f, "{}", path.display()),
            Source::Oci(reference) => f.write_str(reference),
        }
    }
}

/// Whether a plugin takes part in the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It takes part.
    Enforce,
    /// It is asked and recorded, and changes nothing.
    Shadow,
}

/// What one call of a plugin may use. Exceeding any of these is a failure of
/// the plugin, never an ALLOW.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory in bytes.
    pub memory: usize,
    /// Table elements, within [`Limits::TABLE`].
    pub table: usize,
    /// Bytes of stack, within [`Limits::STACK`].
    pub stack: usize,
    /// Wall time; the backstop. Resolution 1 ms.
    pub time: Duration,
    /// Fuel, about one unit an instruction; the deterministic limit.
    pub fuel: u64,
    /// Calls into the host.
    pub host_calls: u32,
    /// Bytes it may hand to the host in one call or answer.
    pub output: usize,
    /// Bytes of notes its `observe` may return.
    pub notes: usize,
}

impl Limits {
    /// The sizes of stack there can be: what the smallest guest needs, and half of
    /// what a thread has that did not ask for more.
    pub const STACK: RangeInclusive<usize> = 64 << 10..=1 << 20;
    /// How many table elements there can be: what an instance has room for.
    pub const TABLE: RangeInclusive<usize> = 1..=20_000;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 16 << 20,
            table: 10_000,
            stack: 512 << 10,
            time: Duration::from_millis(50),
            fuel: 50_000_000,
            host_calls: 1_000,
            output: 256 << 10,
            notes: 16 << 10,
        }
    }
}

/// A capability the operator gives a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// Read the session so far.
    History,
}

impl Grant {
    /// Every grant there is, with the name it has in the configuration.
    pub const ALL: [(&'static str, Grant); 1] = [("history", Grant::History)];

    /// The grant of this name.
    pub fn named(name: &str) -> Option<Grant> {
        Grant::ALL
            .into_iter()
            .find(|(n, _)| *n == name)
            .map(|(_, grant)| grant)
    }

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Grant::History => "history",
        }
    }
}
