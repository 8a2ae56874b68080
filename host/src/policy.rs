//! What the operator decided: static rules and the ordered list of plugins.
//!
//! A [`Policy`] is complete and checked, but nothing of it is loaded yet; the
//! runtime makes a generation of it.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest, Sha256};

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
    /// Whether it decides, or only is recorded, or both in turn.
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
    /// It takes part in this share of the sessions; in the others it is a shadow.
    Canary(Share),
}

impl Mode {
    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Enforce => "enforce",
            Mode::Shadow => "shadow",
            Mode::Canary(_) => "canary",
        }
    }
}

/// A share of all sessions, in millionths: at least one, at most all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u32);

impl Share {
    const WHOLE: u32 = 1_000_000;
    /// All sessions.
    pub const ALL: Share = Share(Share::WHOLE);

    /// The share of this part of 1; `None` where that is not over 0 and at most 1.
    pub fn of(part: f64) -> Option<Share> {
        if !(part > 0.0 && part <= 1.0) {
            return None;
        }
        Some(Share(((part * f64::from(Share::WHOLE)) as u32).max(1)))
    }

    /// The part of 1.
    pub fn part(self) -> f64 {
        f64::from(self.0) / f64::from(Share::WHOLE)
    }

    /// Whether a session is among them: by a hash of its name and the plugin's, so that
    /// it always is or never is, that a larger share keeps those of a smaller one, and
    /// that two plugins are not tried on the same sessions.
    pub fn has(self, plugin: &str, session: &str) -> bool {
        let digest = Sha256::new()
            .chain_update(plugin)
            .chain_update([0])
            .chain_update(session)
            .finalize();
        let place = digest
            .iter()
            .take(8)
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        place % u64::from(Share::WHOLE) < u64::from(self.0)
    }
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

    /// What reading an output of so many bytes may use: fuel and time once for each 8 KiB of
    /// it that were begun. The rest is as for a decision, which reads no outputs.
    pub fn for_output(&self, bytes: usize) -> Limits {
        let parts = u32::try_from(bytes / (8 << 10)).unwrap_or(u32::MAX);
        let parts = parts.saturating_add(1);
        Limits {
            fuel: self.fuel.saturating_mul(parts.into()),
            time: self.time.saturating_mul(parts),
            ..self.clone()
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(part: f64, plugin: &str) -> Vec<usize> {
        let share = Share::of(part).unwrap();
        (0..10_000)
            .filter(|n| share.has(plugin, &format!("s-{n}")))
            .collect()
    }

    #[test]
    fn a_long_output_may_take_longer() {
        let limits = Limits::default();
        assert_eq!(limits.for_output(8_191), limits);
        let long = limits.for_output(16 << 10);
        assert_eq!(long.fuel, 3 * limits.fuel);
        assert_eq!(long.time, 3 * limits.time);
        assert_eq!(long.memory, limits.memory);
        assert_eq!(
            limits.for_output(usize::MAX).fuel,
            limits.fuel * u64::from(u32::MAX)
        );
    }

    #[test]
    fn a_share_is_that_part_of_the_sessions_and_a_larger_one_has_them_too() {
        let (tenth, half) = (chosen(0.1, "p"), chosen(0.5, "p"));
        assert!((900..1_100).contains(&tenth.len()), "{}", tenth.len());
        assert!((4_800..5_200).contains(&half.len()), "{}", half.len());
        assert!(tenth.iter().all(|session| half.contains(session)));
        assert_eq!(chosen(1.0, "p").len(), 10_000);
        let both = chosen(0.1, "q").into_iter().filter(|n| tenth.contains(n));
        assert!((50..200).contains(&both.count()), "chosen alike");
    }

    #[test]
    fn the_choice_is_the_same_everywhere_and_for_good() {
        let share = Share::of(0.5).unwrap();
        let chosen = ["", "s-1", "s-2", "s-3", "s-4"].map(|session| share.has("refunds", session));
        assert_eq!(chosen, [true, false, false, true, true]);
    }

    #[test]
    fn no_share_is_empty_or_more_than_all() {
        for part in [0.0, -0.1, 1.000_001, f64::NAN, f64::INFINITY] {
            assert_eq!(Share::of(part), None, "{part}");
        }
        assert_eq!(Share::of(1e-9).unwrap().part(), 1e-6);
        assert_eq!(Share::of(1.0), Some(Share::ALL));
    }
}
