//! Golden cases at load: a plugin that does not do here what its author shows it doing is
//! not put in force.
//!
//! They are judged with the settings of the pack or of the case, since that is what they
//! were written for, and with the limits and grants that the operator gave. What came out
//! as expected once on this host is not asked again. Built-in plugins were tested with it.

use std::sync::Arc;

use super::admission::Admission;
use super::pack::Pack;
use super::testing::{self, Tried};
use super::trial::{Said, Trial};
use crate::json::Object;
use crate::policy::{PluginSpec, Policy, Source};
use crate::printable::printable;
use crate::runtime::{Engine, Generation, LoadError, Plugin, PluginError};

/// How often a case is tried whose failure may be the machine's.
const TRIES: usize = 3;
/// How many cases are told of.
const TOLD: usize = 3;

/// A policy, loaded, with every plugin's golden cases as expected.
///
/// # Errors
/// As [`Generation::build`], or the first plugin whose cases are not.
pub(crate) fn build(engine: &Arc<Engine>, policy: &Policy) -> Result<Generation, LoadError> {
    let generation = Generation::build(engine, policy)?;
    for (plugin, spec) in generation.plugins.iter().zip(&policy.plugins) {
        check(engine, plugin, spec).map_err(|what| LoadError {
            name: spec.name.clone(),
            source_name: spec.source.clone(),
            cause: PluginError::Golden(what),
        })?;
    }
    Ok(generation)
}

fn check(engine: &Arc<Engine>, plugin: &Plugin, spec: &PluginSpec) -> Result<(), String> {
    if matches!(spec.source, Source::Builtin(_)) || engine.has_vouched(plugin) {
        return Ok(());
    }
    let place = spec.admission.place(&spec.source);
    let place = place.map_err(|e| e.to_string())?;
    let pack = Pack::read(place.clone(), None).map_err(|e| e.to_string())?;
    if pack.component.name() != *plugin.digest {
        return Err("they cannot be judged: the file changed while it was loaded".to_owned());
    }
    let own = PluginSpec {
        settings: Object::default(),
        source: place,
        admission: Admission::default(), // it was admitted, with the operator's settings
        ..spec.clone()
    };
    let mut trial = Trial::on(engine.clone(), own, &pack);
    for tries in 1..=TRIES {
        let report = testing::run(&mut trial, 1).map_err(|e| e.to_string())?;
        let off = report.tried.iter().filter(|t| !t.differences.is_empty());
        let off: Vec<&Tried> = off.collect();
        if off.is_empty() {
            engine.vouch(plugin);
            return Ok(());
        }
        if tries == TRIES || !off.iter().all(|tried| may_pass(&tried.said)) {
            let (count, all) = (off.len(), report.tried.len());
            let told: Vec<String> = off.into_iter().take(TOLD).map(told).collect();
            return Err(format!("{count} of {all} are not: {}", told.join("; ")));
        }
    }
    Ok(())
}

/// Whether it failed in a way that a busy machine makes plugins fail.
fn may_pass(said: &Said) -> bool {
    match said {
        Said::Failed { kind, .. } => kind == "timed-out" || kind == "overloaded",
        Said::Assessed(_) => false,
    }
}

fn told(tried: &Tried) -> String {
    let different = tried.differences.iter();
    let different: Vec<String> = different
        .map(|d| {
            let (expected, got) = (printable(&d.expected, 200), printable(&d.got, 200));
            format!("{} is {got}, not {expected}", d.what)
        })
        .collect();
    let name = printable(&tried.name, 100);
    format!("'{name}': {}", different.join(", "))
}
