//! Accepting a pack: it is fetched, checked, tried, and compared with what was accepted
//! before. Only then is it written into the lock.

mod error;
mod proposal;

use std::path::{Path, PathBuf};

use super::bench;
use super::lock::{self, Entry, Lock, sha256};
use super::manifest::Manifest;
use super::pack::{Folder, Pack};
use super::parts::Parts;
use super::registry;
use super::ship::find;
use super::testing;
use super::trial::Trial;
use crate::config::Config;
use crate::policy::{Limits, PluginSpec, Policy, Source};
use crate::runtime::{Engine, EngineConfig, Generation, Import};

pub use error::InstallError;
pub use proposal::{Fresh, Proposal, Refusal, Terms};

/// What a name, a reference or a path on the command line means. A pack's folder stands
/// for what was built of it.
///
/// # Errors
/// A folder is no pack.
pub fn source(config: &Config, what: &str) -> Result<Source, InstallError> {
    let named = config.policy.plugins.iter().find(|spec| spec.name == what);
    Ok(match (named, what.strip_prefix("builtin:")) {
        (Some(spec), _) => spec.source.clone(),
        (None, Some(name)) => Source::Builtin(name.to_owned()),
        (None, None) if what.starts_with(registry::SCHEME) => Source::Oci(what.to_owned()),
        (None, None) if Path::new(what).is_dir() => {
            Source::Path(Folder::open(Path::new(what))?.component())
        }
        (None, None) => Source::Path(what.into()),
    })
}

/// Fetches, checks and tries a pack under a name of the configuration, or its own.
/// `progress` hears of bytes: had, and all.
///
/// # Errors
/// It cannot be had, is not trusted, or could not be loaded.
pub fn propose(
    config: &Config,
    source: &Source,
    name: Option<&str>,
    progress: impl Fn(u64, u64),
) -> Result<Proposal, InstallError> {
    let packs = &config.packs;
    let found = find(packs, source, packs.needs_signature(source), progress)?;
    let place = packs.written(source);
    let own = found.manifest.as_ref().map(|m| m.name.clone());
    let (name, configured) = name_of(config, &place, name, own.as_deref())?;
    let stored = packs
        .store
        .put(&found.component.bytes, &found.vouched.signatures)?;
    let spec = PluginSpec {
        source: Source::Path(stored.clone()),
        ..given(configured, &name, found.manifest.as_ref())
    };
    let imports = load(&config.engine, &spec)?;
    let pack = Pack::open(&stored.display().to_string())?;
    let tried = try_cases(&config.engine, &pack)?;
    let parts = Parts::of(&found.component.bytes).map_err(|e| InstallError::Manifest {
        place: place.clone(),
        cause: e.into(),
    })?;
    let new = Entry {
        source: place,
        image: found.image,
        pack: own,
        version: found.manifest.as_ref().map(|m| m.version.to_string()),
        component: sha256(&found.component.digest),
        imports: lock::imports(&imports),
        grants: lock::grants(&spec.grants),
        signers: found.vouched.signers,
        settings: lock::settings(&spec),
        cases: pack.cases.len(),
        fuel: tried.fuel,
        parts,
        name,
    };
    let old = Lock::read(&packs.lock)?.entry(&new.name).cloned();
    let otherwise = match &old {
        Some(old) if old.component != new.component => {
            otherwise(&config.engine, pack, &packs.store.path(&old.component))?
        }
        _ => Vec::new(),
    };
    let limits = found.manifest.and_then(|m| m.limits.beyond_default());
    Ok(Proposal {
        fresh: fresh(old.as_ref(), &spec, &imports),
        failed: tried.failed,
        otherwise,
        configured: configured.is_some(),
        limits,
        old,
        new,
    })
}

/// The name under which what comes from this place is accepted: the one it is given, that of the
/// plugin that comes from there already, or its own. And the plugin that has the name so far.
fn name_of<'a>(
    config: &'a Config,
    place: &str,
    given: Option<&str>,
    own: Option<&str>,
) -> Result<(String, Option<&'a PluginSpec>), InstallError> {
    let plugins = &config.policy.plugins;
    let from = |spec: &PluginSpec| config.packs.written(&spec.source);
    let same = plugins.iter().find(|spec| from(spec) == place);
    let name = given.or(same.map(|spec| spec.name.as_str())).or(own);
    let name = name.ok_or_else(|| InstallError::Nameless(place.to_owned()))?;
    let configured = plugins.iter().find(|spec| spec.name == name);
    match configured.map(from).filter(|from| from != place) {
        Some(source_name) => Err(InstallError::Taken {
            source_name,
            name: name.to_owned(),
        }),
        None => Ok((name.to_owned(), configured)),
    }
}

/// Fetches what the lock has and the store has not: exactly that, so nothing is asked.
/// The names of those that were fetched.
///
/// # Errors
/// One of them cannot be had as it was accepted.
pub fn restore(config: &Config, progress: impl Fn(u64, u64)) -> Result<Vec<String>, InstallError> {
    let packs = &config.packs;
    let mut fetched = Vec::new();
    for entry in Lock::read(&packs.lock)?.plugins {
        if packs.store.has(&entry.component) {
            continue;
        }
        let source = match &entry.image {
            Some(image) => Source::Oci(registry::pinned(&entry.source, image)),
            None => Source::Path(packs.lock.with_file_name(&entry.source)),
        };
        let found = find(packs, &source, packs.needs_signature(&source), &progress)?;
        let digest = sha256(&found.component.digest);
        if digest != entry.component {
            return Err(InstallError::Other {
                place: entry.source,
                found: digest,
                locked: entry.component,
            });
        }
        let signatures = &found.vouched.signatures;
        packs.store.put(&found.component.bytes, signatures)?;
        fetched.push(entry.name);
    }
    Ok(fetched)
}

/// What the operator gives it, or what it asks for where nothing is configured yet.
fn given(configured: Option<&PluginSpec>, name: &str, manifest: Option<&Manifest>) -> PluginSpec {
    let source = Source::Path(PathBuf::new());
    match (configured, manifest) {
        (Some(spec), _) => PluginSpec {
            admission: Default::default(),
            ..spec.clone()
        },
        (None, Some(manifest)) => PluginSpec {
            grants: manifest.grants.clone(),
            limits: manifest.limits.raise(&Limits::default()),
            ..PluginSpec::new(name, source)
        },
        (None, None) => PluginSpec::new(name, source),
    }
}

/// Loads it as the gate would; what it asks for.
fn load(config: &EngineConfig, spec: &PluginSpec) -> Result<Vec<Import>, InstallError> {
    let engine = Engine::start(&EngineConfig {
        max_memory: config.max_memory.max(spec.limits.memory),
        ..config.clone()
    })?;
    let policy = Policy {
        plugins: vec![spec.clone()],
        ..Policy::default()
    };
    let generation = Generation::build(&engine, &policy)?;
    let imports = generation
        .plugins
        .iter()
        .flat_map(|plugin| plugin.imports());
    Ok(imports.cloned().collect())
}

#[derive(Default)]
struct Tried {
    failed: Vec<String>,
    fuel: u64,
}

fn try_cases(config: &EngineConfig, pack: &Pack) -> Result<Tried, InstallError> {
    if pack.cases.is_empty() {
        return Ok(Tried::default());
    }
    let mut trial = Trial::new(config, pack)?;
    let report = testing::run(&mut trial, 1)?;
    let failed = report.tried.iter().filter(|tried| !tried.is_ok());
    let failed = failed.map(|tried| tried.name.clone()).collect();
    let measured = bench::run(&mut trial, 1)?;
    let fuel = measured.cases.iter().map(|case| case.fuel).max();
    Ok(Tried {
        failed,
        fuel: fuel.unwrap_or(0),
    })
}

/// The golden cases of an earlier component that come out otherwise with this one. What
/// is not there any more cannot be asked.
fn otherwise(
    config: &EngineConfig,
    pack: Pack,
    earlier: &Path,
) -> Result<Vec<String>, InstallError> {
    let Ok(earlier) = Pack::open(&earlier.display().to_string()) else {
        return Ok(Vec::new());
    };
    let pack = Pack {
        cases: earlier.cases,
        ..pack
    };
    Ok(try_cases(config, &pack)?.failed)
}

fn fresh(old: Option<&Entry>, spec: &PluginSpec, imports: &[Import]) -> Vec<Fresh> {
    let had = |list: fn(&Entry) -> &Vec<String>, name: &String| {
        old.is_some_and(|old| list(old).contains(name))
    };
    let grants = lock::grants(&spec.grants).into_iter();
    let grants = grants.filter(|name| !had(|old| &old.grants, name));
    let asked = imports
        .iter()
        .map(|import| (import.to_string(), import.grant_name()));
    let asked = asked.filter(|(name, _)| !had(|old| &old.imports, name));
    grants
        .map(|name| Fresh { name, grant: None })
        .chain(asked.map(|(name, grant)| Fresh { name, grant }))
        .collect()
}
