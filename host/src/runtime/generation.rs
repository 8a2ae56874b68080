//! A generation: one policy, fully loaded, immutable.
//!
//! It is built away from every decision: each plugin is read, prepared,
//! compiled, linked and asked about one neutral action. Only a generation that
//! came through all of that exists.

use std::fmt::Write;
use std::sync::Arc;
use std::thread;

use sha2::{Digest, Sha256};

use super::component::hex;
use super::engine::{Engine, EngineError};
use super::plugin::Plugin;
use super::prepare::PrepareError;
use super::roster::Roster;
use crate::action::Action;
use crate::history::View;
use crate::notes::Notes;
use crate::plugins::admission::AdmissionError;
use crate::policy::{Limits, Mode, Policy, Source};
use crate::verdict::{Failure, Opinion, Rules};

/// Why a generation could not be built.
#[derive(Debug, thiserror::Error)]
#[error("plugin '{name}' ({source_name}): {cause}")]
pub struct LoadError {
    /// The plugin's name in the policy.
    pub name: String,
    /// Where it comes from.
    pub source_name: Source,
    /// What is wrong with it.
    pub cause: PluginError,
}

/// Why one plugin could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// Its component or its settings were not accepted.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// It is not what was accepted, or not trusted.
    #[error(transparent)]
    Admission(Box<AdmissionError>),
    /// Its limit is more than the engine has.
    #[error(
        "its memory limit of {asked} bytes is over the engine's {most}: raise [runtime] max_memory"
    )]
    MemoryLimit {
        /// The plugin's limit.
        asked: usize,
        /// The engine's.
        most: usize,
    },
    /// It needs more than it was given.
    #[error(
        "it needs more than its limits: if you give it that, add to its [[plugin]] entry: limits = {0}"
    )]
    Limits(String),
    /// There is no sandbox for it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It cannot be compiled.
    #[error("it cannot be compiled: {0:#}")]
    Compile(wasmtime::Error),
    /// A tool panicked while it was prepared or compiled.
    #[error("{0}")]
    Broke(String),
    /// It does not fit the plugin world.
    #[error("it does not fit the plugin world: {0:#}")]
    Link(wasmtime::Error),
    /// It says nonsense about which actions it wants.
    #[error("it does not say which actions it is to be asked about: {0}")]
    Kinds(String),
    /// It does not judge its golden cases as they say.
    #[error("its golden cases are not as expected here: {0}")]
    Golden(String),
    /// It failed on the neutral action every plugin is asked about at load.
    #[error("it failed on a neutral action: {0}")]
    Probe(Failure),
}

impl From<AdmissionError> for PluginError {
    fn from(e: AdmissionError) -> Self {
        PluginError::Admission(Box::new(e))
    }
}

/// A policy, loaded.
#[derive(Debug)]
pub struct Generation {
    /// Names the policy and everything in it: equal policies have equal ids.
    pub id: Arc<str>,
    /// The static rules.
    pub rules: Rules,
    /// The plugins, in the policy's order.
    pub plugins: Vec<Plugin>,
    roster: Roster,
    engine: Arc<Engine>,
}

impl Generation {
    /// Builds a generation.
    ///
    /// # Errors
    /// The first plugin that cannot be loaded, and why.
    pub fn build(engine: &Arc<Engine>, policy: &Policy) -> Result<Self, LoadError> {
        let mut plugins = Vec::with_capacity(policy.plugins.len());
        for spec in &policy.plugins {
            let wrong = |cause| LoadError {
                name: spec.name.clone(),
                source_name: spec.source.clone(),
                cause,
            };
            let plugin = Plugin::load(engine, spec).map_err(wrong)?;
            probe(engine, &plugin).map_err(|failure| wrong(PluginError::Probe(failure)))?;
            plugins.push(plugin);
        }
        let id = identify(policy, &plugins);
        Ok(Generation {
            roster: Roster::of(plugins.iter().map(Plugin::kinds)),
            id,
            rules: policy.rules.clone(),
            plugins,
            engine: engine.clone(),
        })
    }

    /// Asks every plugin once more on each core, so that the first decisions after a
    /// swap find it there, with memory that is resident. New threads take turns at
    /// which core is theirs.
    pub fn warm(&self) {
        thread::scope(|scope| {
            for _ in 0..self.engine.cores {
                scope.spawn(|| {
                    for plugin in &self.plugins {
                        let _ = probe(&self.engine, plugin); // it came through once
                    }
                });
            }
        });
    }

    /// The plugins that are asked about an action of this type, in the policy's
    /// order. Those that are not cost nothing.
    pub fn asked(&self, kind: &str) -> Vec<&Plugin> {
        let asked = self.roster.asked(kind);
        asked
            .iter()
            .filter_map(|place| self.plugins.get(*place))
            .collect()
    }

    /// One plugin's opinion.
    pub fn judge(&self, plugin: &Plugin, action: &Action, view: &View, notes: &Notes) -> Opinion {
        plugin.judge(&self.engine, action, view, notes)
    }

    /// The engine it runs on.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}

/// A plugin that fails on a harmless action would fail on every action, so it
/// is better refused now. Declining is no failure here: it may know why.
fn probe(engine: &Engine, plugin: &Plugin) -> Result<(), Failure> {
    let mut neutral = Action::new("coldnotch.probe");
    neutral.id = "probe".to_owned();
    match plugin
        .judge(engine, &neutral, &View::default(), &Notes::default())
        .outcome
    {
        Ok(_) | Err(Failure::Declined(_)) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// `g` and 16 hex digits of a SHA-256 over all that can change a verdict.
fn identify(policy: &Policy, plugins: &[Plugin]) -> Arc<str> {
    let mut text = String::new();
    let Rules {
        block_types,
        hold_types,
        hold_if_risk_over,
        on_plugin_failure,
    } = &policy.rules;
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{block_types:?} {hold_types:?} {hold_if_risk_over:?} {}",
        on_plugin_failure.as_str()
    );
    for (spec, plugin) in policy.plugins.iter().zip(plugins) {
        let Limits {
            memory,
            table,
            stack,
            time,
            fuel,
            host_calls,
            output,
            notes,
        } = &spec.limits;
        let mode = match spec.mode {
            Mode::Canary(share) => format!("canary {}", share.part()),
            mode => mode.name().to_owned(),
        };
        let _ = writeln!(
            text,
            "{:?} {} {mode} {} {:?} {memory} {table} {stack} {time:?} {fuel} {host_calls} {output} {notes}",
            spec.name,
            plugin.digest,
            spec.settings.text(),
            spec.grants,
        );
    }
    format!("g{}", &hex(&Sha256::digest(&text).into())[..16]).into()
}
