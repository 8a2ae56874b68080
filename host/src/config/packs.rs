//! `[packs]`: where packs come from, and who vouches for them; and the lock.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::reader::{Reader, quoted};
use super::{Config, ConfigError, Origin};
use crate::plugins::admission::{Admission, Locked};
use crate::plugins::lock::{self, Lock};
use crate::plugins::store::Store;
use crate::plugins::trust::Trust;
use crate::policy::Source;

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Section {
    require_signature: Option<String>,
    trust: Option<PathBuf>,
    store: Option<PathBuf>,
    plain_http: Option<Vec<String>>,
}

/// Its keys.
pub(super) const KEYS: &[&str] = &["require_signature", "trust", "store", "plain_http"];

/// Which packs need a signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signed {
    /// Those that come from a registry.
    #[default]
    Remote,
    /// Files of this machine, too.
    All,
    /// None.
    Nothing,
}

/// Where packs come from, and who vouches for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacksConfig {
    /// Which need a signature.
    pub require_signature: Signed,
    /// The file that says whose signatures count.
    pub trust: PathBuf,
    /// Where accepted components are kept.
    pub store: Store,
    /// The lock's file.
    pub lock: PathBuf,
    /// Registries that are spoken to without TLS, as `host:port`; those of this machine
    /// are anyway.
    pub plain_http: Vec<String>,
    /// Where logins of registries are kept, in the form of Docker and Podman.
    pub logins: Option<PathBuf>,
}

impl PacksConfig {
    /// Whether a pack of this source needs a signature.
    pub fn needs_signature(&self, source: &Source) -> bool {
        match (self.require_signature, source) {
            (_, Source::Builtin(_)) | (Signed::Nothing, _) => false,
            (Signed::All, _) | (Signed::Remote, Source::Oci(_)) => true,
            (Signed::Remote, Source::Path(_)) => false,
        }
    }

    /// A source as the configuration has it: a file below the folder of the lock is
    /// named from there, so that both can be somewhere else on another machine.
    pub fn written(&self, source: &Source) -> String {
        let Source::Path(path) = source else {
            return source.to_string();
        };
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let lock = whole(&self.lock);
        let below = lock.parent().and_then(|folder| {
            let below = whole(path).strip_prefix(folder).map(Path::to_owned);
            below.ok()
        });
        below.as_deref().unwrap_or(path).display().to_string()
    }
}

impl Reader<'_> {
    pub(super) fn packs(&mut self, file: Section) -> Result<PacksConfig, ConfigError> {
        let words = [
            ("remote", Signed::Remote),
            ("all", Signed::All),
            ("none", Signed::Nothing),
        ];
        Ok(PacksConfig {
            require_signature: self.word(
                "packs.require_signature",
                file.require_signature,
                &words,
            )?,
            trust: self.beside("packs.trust", file.trust, "coldnotch_trust.toml"),
            store: Store::new(self.beside("packs.store", file.store, "coldnotch_packs")),
            plain_http: self.list("packs.plain_http", file.plain_http),
            lock: self.beside_file(Path::new(lock::NAME)),
            logins: self.environment.logins.clone(),
        })
    }

    /// A path that is beside the file where nothing else is said.
    fn beside(&mut self, key: &str, file: Option<PathBuf>, default: &str) -> PathBuf {
        let origin = match file {
            Some(_) => self.file_origin(),
            None => Origin::Default,
        };
        let path = self.beside_file(&file.unwrap_or_else(|| default.into()));
        self.note(key, quoted(&path), origin);
        path
    }
}

impl Config {
    /// Ties each plugin to its entry in the lock and to those who must have signed it.
    pub(super) fn admit(&mut self, lock: &Lock, trust: &Trust) {
        let packs = &self.packs;
        for plugin in &mut self.policy.plugins {
            let locked = lock.entry(&plugin.name).cloned().map(|entry| Locked {
                source: packs.written(&plugin.source),
                stored: packs.store.path(&entry.component),
                entry,
            });
            let needs = packs.needs_signature(&plugin.source);
            plugin.admission = Admission {
                locked,
                trust: needs.then(|| trust.clone()),
            };
        }
    }
}
