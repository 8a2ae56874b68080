//! Accepting a pack: it is fetched, checked, tried, and compared with what was accepted
//! before. Only then is it written into the lock.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use semver::Version;

use super::admission::AdmissionError;
use super::bench;
use super::lock::{self, Entry, Lock, LockError, sha256};
use super::manifest::{Manifest, ManifestError};
use super::pack::{Folder, Pack, PackError};
use super::parts::Parts;
use super::registry::{self, RegistryError};
use super::ship::find;
use super::store::StoreError;
use super::testing;
use super::trial::{Trial, TrialError};
use super::trust::{Distrust, TrustError};
use crate::config::{Config, PacksConfig};
use crate::policy::{Limits, PluginSpec, Policy, Source};
use crate::runtime::{
    ComponentError, Engine, EngineConfig, EngineError, Generation, Import, LoadError,
};

/// Why a pack could not even be proposed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// It is part of this program.
    #[error("{0} is part of this program: it is neither signed nor locked")]
    Builtin(Source),
    /// There is no plugin of this name.
    #[error("no plugin is named '{0}' in the configuration")]
    NoPlugin(String),
    /// The configuration has a plugin of this name from elsewhere.
    #[error(
        "'{name}' comes from {source_name} in the configuration: change it there first, or give it another name with --name"
    )]
    Taken {
        /// The name.
        name: String,
        /// Where that plugin comes from.
        source_name: String,
    },
    /// Something else is where it would be written.
    #[error("{0} is there already: say where else with --output")]
    There(PathBuf),
    /// It is no component we accept.
    #[error("{place}: {cause}")]
    Component {
        /// Where it comes from.
        place: String,
        /// Why not.
        cause: ComponentError,
    },
    /// Its manifest is wrong.
    #[error("{place}: {cause}")]
    Manifest {
        /// Where it comes from.
        place: String,
        /// What is wrong.
        cause: ManifestError,
    },
    /// It is not trusted.
    #[error("{place}: {cause}")]
    Distrust {
        /// Where it comes from.
        place: String,
        /// Why not.
        cause: Distrust,
    },
    /// It needs a name to be trusted, or to be locked.
    #[error("{0} has no manifest that names it: build it with `coldnotch plugin build`")]
    Nameless(String),
    /// What is there is not what was accepted.
    #[error("{place} has {found}, and {locked} was accepted")]
    Other {
        /// Where it comes from.
        place: String,
        /// What is there.
        found: String,
        /// What should be.
        locked: String,
    },
    /// It cannot be written down.
    #[error("cannot write {path}: {cause}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// Its signatures cannot be read.
    #[error(transparent)]
    Signatures(#[from] AdmissionError),
    /// Its folder is none.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lock.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The trust file.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The engine cannot start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It cannot be loaded as it would be.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Its golden cases cannot be judged.
    #[error(transparent)]
    Trial(#[from] TrialError),
}

impl InstallError {
    /// Whether what is there is not to be taken, rather than not to be had.
    pub fn is_refusal(&self) -> bool {
        match self {
            InstallError::Distrust { .. }
            | InstallError::Nameless(_)
            | InstallError::Other { .. }
            | InstallError::Manifest { .. }
            | InstallError::Load(_) => true,
            InstallError::Registry(e) => e.is_refusal(),
            _ => false,
        }
    }
}

/// Why a proposal is not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its own golden cases are not as expected.
    #[error("its golden cases are not as expected: {}", .0.join(", "))]
    Cases(Vec<String>),
    /// The tag names something else than when it was accepted.
    #[error(
        "{source_name} was {was} when it was accepted, and is {is} now: a tag must not move. If its publisher says why, accept it by name: --accept {is}"
    )]
    Moved {
        /// The reference.
        source_name: String,
        /// What it was.
        was: String,
        /// What it is.
        is: String,
    },
    /// It is older than what was accepted.
    #[error("version {was} was accepted, and this is {is}: --allow-downgrade takes it")]
    Downgrade {
        /// What was accepted.
        was: String,
        /// What this is.
        is: String,
    },
    /// It asks for more than was accepted.
    #[error("it asks for more than was accepted: {}; if you give it that: {}", .0.join(", "), advice(.0))]
    More(Vec<String>),
    /// Something was accepted that it does not ask for.
    #[error("--accept {0}: nothing new is called so")]
    NothingSo(String),
}

fn advice(names: &[String]) -> String {
    let flags: Vec<String> = names
        .iter()
        .map(|name| format!("--accept '{name}'"))
        .collect();
    flags.join(" ")
}

/// What is agreed to beforehand.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Names of grants, imports and digests.
    pub accept: Vec<String>,
    /// An older version.
    pub downgrade: bool,
}

/// Something a pack asks for and was not given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    /// A grant or an import.
    pub name: String,
    /// The grant that gives the import.
    pub grant: Option<&'static str>,
}

/// A pack that could be accepted, beside what was.
#[derive(Debug)]
pub struct Proposal {
    /// What was accepted.
    pub old: Option<Entry>,
    /// What would be.
    pub new: Entry,
    /// What it asks for and was not given before.
    pub fresh: Vec<Fresh>,
    /// Its golden cases that are not as expected.
    pub failed: Vec<String>,
    /// Golden cases of what was accepted that come out otherwise now.
    pub otherwise: Vec<String>,
    /// Whether the configuration has a plugin of this name.
    pub configured: bool,
    /// What it needs over the default limits, as the configuration would have it.
    pub limits: Option<String>,
}

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
    let own = found
        .manifest
        .as_ref()
        .map(|manifest| manifest.name.clone());
    let plugins = &config.policy.plugins;
    let same = plugins
        .iter()
        .find(|spec| packs.written(&spec.source) == place);
    let name = name
        .map(str::to_owned)
        .or(same.map(|spec| spec.name.clone()))
        .or(own.clone())
        .ok_or_else(|| InstallError::Nameless(place.clone()))?;
    let configured = plugins.iter().find(|spec| spec.name == name);
    if let Some(other) = configured.filter(|spec| packs.written(&spec.source) != place) {
        return Err(InstallError::Taken {
            source_name: packs.written(&other.source),
            name,
        });
    }
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
        parts: Parts::of(&found.component.bytes).map_err(|e| InstallError::Manifest {
            place: packs.written(source),
            cause: e.into(),
        })?,
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

impl Proposal {
    /// Whether it is what is accepted already.
    pub fn is_known(&self) -> bool {
        self.old.as_ref() == Some(&self.new)
    }

    /// Why it is not taken on these terms; `None` if it is.
    pub fn refusal(&self, terms: &Terms) -> Option<Refusal> {
        if !self.failed.is_empty() {
            return Some(Refusal::Cases(self.failed.clone()));
        }
        let mut unused: BTreeSet<&str> = terms.accept.iter().map(String::as_str).collect();
        if let Some(moved) = self.moved()
            && !unused.remove(self.new.component.as_str())
        {
            return Some(moved);
        }
        if let Some(downgrade) = self.downgrade()
            && !terms.downgrade
        {
            return Some(downgrade);
        }
        let mut more = Vec::new();
        for fresh in &self.fresh {
            let names = [Some(fresh.name.as_str()), fresh.grant];
            let mut accepted = false;
            for name in names.into_iter().flatten() {
                accepted |= terms.accept.iter().any(|accept| accept == name);
                unused.remove(name);
            }
            // A new grant stands for all that it gives.
            let by_grant = fresh.grant.is_some_and(|grant| self.is_new_grant(grant));
            if !accepted && !by_grant {
                more.push(fresh.name.clone());
            }
        }
        if !more.is_empty() {
            return Some(Refusal::More(more));
        }
        unused
            .first()
            .map(|name| Refusal::NothingSo((*name).to_owned()))
    }

    /// Writes it into the lock.
    ///
    /// # Errors
    /// The lock cannot be written.
    pub fn take(&self, packs: &PacksConfig) -> Result<(), InstallError> {
        Ok(Lock::change(&packs.lock, |lock| {
            lock.put(self.new.clone())
        })?)
    }

    fn is_new_grant(&self, grant: &str) -> bool {
        self.fresh.iter().any(|fresh| fresh.name == grant)
    }

    fn moved(&self) -> Option<Refusal> {
        let old = self.old.as_ref()?;
        let tag = self.new.image.is_some() && !self.new.source.contains('@');
        let moved = tag && old.source == self.new.source && old.component != self.new.component;
        moved.then(|| Refusal::Moved {
            source_name: self.new.source.clone(),
            was: old.component.clone(),
            is: self.new.component.clone(),
        })
    }

    fn downgrade(&self) -> Option<Refusal> {
        let old = self.old.as_ref()?;
        let version = |entry: &Entry| entry.version.as_deref()?.parse::<Version>().ok();
        let (was, is) = (version(old)?, version(&self.new));
        (is.as_ref() < Some(&was)).then(|| Refusal::Downgrade {
            was: was.to_string(),
            is: is.map_or_else(|| "one without a version".to_owned(), |is| is.to_string()),
        })
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
