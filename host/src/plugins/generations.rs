//! Generations that were in force, kept so that one step leads back to any of them.
//!
//! `coldnotch_generations/`, beside the configuration: one file each, with the text of the
//! configuration and of its lock, and every component that is not locked once, under its
//! digest; those that are locked are in the store. Nothing is ever taken away. A record that was changed leads nowhere: what comes of it has to be
//! the very generation it names.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{golden, lock};
use crate::clock::now;
use crate::config::edit::{self, Change, edited};
use crate::config::{Config, ConfigError};
use crate::policy::Source;
use crate::runtime::{Component, ComponentError, Engine, EngineError, LoadError, hex};

/// The folder, beside the configuration.
const FOLDER: &str = "coldnotch_generations";

/// Why a generation could not be kept or returned to.
#[derive(Debug, thiserror::Error)]
pub enum GenerationError {
    /// There is no file to change.
    #[error("there is no configuration file: the embedded default has nothing to change")]
    NoFile,
    /// A file cannot be read or written.
    #[error("cannot use {path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// A record that is none.
    #[error("{path} is no record of a generation: {cause}")]
    Record {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: serde_json::Error,
    },
    /// A component cannot be read.
    #[error("plugin '{name}': {cause}")]
    Component {
        /// Whose.
        name: String,
        /// Why not.
        cause: ComponentError,
    },
    /// A component that a generation needs is not what it was, and no copy is.
    #[error("plugin '{name}' was {digest}, and no such component is there any more")]
    Gone {
        /// The plugin.
        name: String,
        /// The digest of what it was.
        digest: String,
    },
    /// There is no such generation.
    #[error("no generation {0} was kept; `coldnotch plugin rollback --list` shows those that were")]
    Unknown(String),
    /// There is no earlier one.
    #[error("no other generation was kept: `coldnotch plugin promote` keeps the one before it")]
    None,
    /// The configuration is written in a way that this program cannot change.
    #[error("{path} is written so that it cannot be changed here: set {what} by hand")]
    ByHand {
        /// The configuration.
        path: PathBuf,
        /// What to change.
        what: String,
    },
    /// What came of it is another generation.
    #[error("what would be in force is {found}, and not {wanted}: nothing was changed")]
    Other {
        /// What it would be.
        found: String,
        /// What it should be.
        wanted: String,
    },
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The engine cannot start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A plugin cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// A generation that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Its id.
    pub generation: String,
    /// When it was kept, in milliseconds since 1970.
    pub at: u64,
    /// What it is made of.
    pub plugins: Vec<Part>,
    /// The text of its configuration.
    config: String,
    /// The text of its lock, if there was one.
    lock: Option<String>,
}

/// One plugin of a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// `enforce`, `shadow` or `canary`.
    pub mode: String,
    /// `sha256:` and 64 hex digits over its component.
    pub digest: String,
    /// Whether it is a file that may become another one: neither built in nor locked.
    loose: bool,
}

/// The configuration's file and what is kept beside it.
#[derive(Debug)]
pub struct Generations<'a> {
    config: &'a Config,
    file: &'a Path,
    folder: PathBuf,
}

impl<'a> Generations<'a> {
    /// Those of this configuration.
    ///
    /// # Errors
    /// It has no file.
    pub fn of(config: &'a Config) -> Result<Self, GenerationError> {
        let file = config.file.as_deref().ok_or(GenerationError::NoFile)?;
        Ok(Generations {
            config,
            file,
            folder: file.with_file_name(FOLDER),
        })
    }

    /// The kept ones, the newest first.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn list(&self) -> Result<Vec<Kept>, GenerationError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(failed(&self.folder, cause)),
        };
        let files = entries.flatten().map(|entry| entry.path());
        let records = files.filter(|file| file.extension().is_some_and(|e| e == "json"));
        let mut kept = Vec::new();
        for path in records {
            let bytes = fs::read(&path).map_err(|cause| failed(&path, cause))?;
            let record = serde_json::from_slice(&bytes);
            kept.push(record.map_err(|cause| GenerationError::Record { path, cause })?);
        }
        kept.sort_by(|one: &Kept, other| {
            (other.at, &other.generation).cmp(&(one.at, &one.generation))
        });
        Ok(kept)
    }

    /// Keeps the generation that the configuration makes now; its id.
    ///
    /// # Errors
    /// It cannot be loaded, or not be kept.
    pub fn keep(&self) -> Result<String, GenerationError> {
        let (generation, digests) = load(self.config)?;
        fs::create_dir_all(&self.folder).map_err(|cause| failed(&self.folder, cause))?;
        let mut plugins = Vec::new();
        for (spec, digest) in self.config.policy.plugins.iter().zip(digests) {
            let loose =
                spec.admission.locked.is_none() && !matches!(spec.source, Source::Builtin(_));
            let copy = self.copy(&digest);
            if loose && !is(&copy, &digest) {
                let component = Component::read(&spec.source);
                let component = component.map_err(|cause| GenerationError::Component {
                    name: spec.name.clone(),
                    cause,
                })?;
                write(&copy, &component.bytes)?;
            }
            plugins.push(Part {
                name: spec.name.clone(),
                mode: spec.mode.name().to_owned(),
                digest,
                loose,
            });
        }
        let kept = Kept {
            at: now(),
            plugins,
            config: read(self.file)?.unwrap_or_default(),
            lock: read(&self.lock_file())?,
            generation,
        };
        let path = self.folder.join(format!("{}.json", kept.generation));
        let text = serde_json::to_vec_pretty(&kept);
        let text = text.map_err(|cause| GenerationError::Record {
            path: path.clone(),
            cause,
        })?;
        write(&path, &text)?;
        Ok(kept.generation)
    }

    /// Changes the configuration's text, where it stands; the id of what is then in
    /// force. `by_hand` says what a person would change.
    ///
    /// # Errors
    /// It cannot be changed so, or not be loaded then. Nothing was changed.
    pub fn change(
        &self,
        changes: &[Change],
        by_hand: &str,
        load: impl Fn() -> Result<Config, ConfigError>,
    ) -> Result<String, GenerationError> {
        let text = read(self.file)?.unwrap_or_default();
        let text = edited(&text, changes).ok_or_else(|| GenerationError::ByHand {
            path: self.file.to_owned(),
            what: by_hand.to_owned(),
        })?;
        let lock = read(&self.lock_file())?;
        self.put((&text, lock.as_deref()), None, load)
    }

    /// Returns to a kept generation. Components that are not what they were are taken
    /// from the copies that were kept.
    ///
    /// # Errors
    /// It is not all there any more. Nothing was changed.
    pub fn restore(
        &self,
        kept: &Kept,
        load: impl Fn() -> Result<Config, ConfigError>,
    ) -> Result<(), GenerationError> {
        let mut changes = Vec::new();
        for part in kept.plugins.iter().filter(|part| part.loose) {
            let source = edit::source(&kept.config, &part.name).unwrap_or_default();
            if is(&self.file.with_file_name("").join(source), &part.digest) {
                continue;
            }
            let copy = self.copy(&part.digest);
            if !is(&copy, &part.digest) {
                return Err(GenerationError::Gone {
                    name: part.name.clone(),
                    digest: part.digest.clone(),
                });
            }
            changes.push(Change {
                plugin: part.name.clone(),
                mode: None,
                source: copy
                    .file_name()
                    .map(|name| format!("{FOLDER}/{}", name.display())),
            });
        }
        let text = edited(&kept.config, &changes).ok_or_else(|| GenerationError::ByHand {
            path: self.file.to_owned(),
            what: changes.iter().filter_map(|c| c.source.clone()).collect(),
        })?;
        let texts = (text.as_str(), kept.lock.as_deref());
        self.put(texts, Some(&kept.generation), load).map(drop)
    }

    /// Writes configuration and lock, and takes it back where that makes no generation,
    /// or another one than is wanted.
    fn put(
        &self,
        (config, lock): (&str, Option<&str>),
        wanted: Option<&str>,
        reload: impl Fn() -> Result<Config, ConfigError>,
    ) -> Result<String, GenerationError> {
        let before = (
            read(self.file)?.unwrap_or_default(),
            read(&self.lock_file())?,
        );
        let swap = |config: &str, lock: Option<&str>| {
            // The lock first: whoever watches the configuration finds both.
            match lock {
                Some(lock) => write(&self.lock_file(), lock.as_bytes())?,
                None => remove(&self.lock_file())?,
            }
            write(self.file, config.as_bytes())
        };
        swap(config, lock)?;
        let made = reload()
            .map_err(GenerationError::from)
            .and_then(|config| load(&config));
        let made = made.and_then(|(found, _)| match wanted {
            Some(wanted) if wanted != found => Err(GenerationError::Other {
                found,
                wanted: wanted.to_owned(),
            }),
            _ => Ok(found),
        });
        if made.is_err() {
            swap(&before.0, before.1.as_deref())?;
        }
        made
    }

    fn copy(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
        let hex: String = hex.chars().filter(char::is_ascii_hexdigit).collect();
        self.folder.join(format!("{hex}.wasm"))
    }

    fn lock_file(&self) -> PathBuf {
        self.file.with_file_name(lock::NAME)
    }
}

/// The id of the generation that a configuration makes, and its components' digests.
fn load(config: &Config) -> Result<(String, Vec<String>), GenerationError> {
    let engine = Engine::start(&config.engine)?;
    let generation = golden::build(&engine, &config.policy)?;
    let digests = generation.plugins.iter().map(|p| p.digest.to_string());
    Ok((generation.id.to_string(), digests.collect()))
}

fn failed(path: &Path, cause: io::Error) -> GenerationError {
    GenerationError::File {
        path: path.to_owned(),
        cause,
    }
}

/// Whether the file has this digest.
fn is(path: &Path, digest: &str) -> bool {
    let bytes = fs::read(path);
    bytes.is_ok_and(|bytes| digest == format!("sha256:{}", hex(&Sha256::digest(bytes).into())))
}

fn read(path: &Path) -> Result<Option<String>, GenerationError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(failed(path, cause)),
    }
}

fn remove(path: &Path) -> Result<(), GenerationError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed(path, e)),
        _ => Ok(()),
    }
}

/// Whole beside its name, then renamed: whoever reads it sees the old or the new. A
/// file that is the same already is left alone.
fn write(path: &Path, bytes: &[u8]) -> Result<(), GenerationError> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let written = || {
        let mut draft = tempfile::NamedTempFile::new_in(folder)?;
        draft.write_all(bytes)?;
        if let Ok(old) = fs::metadata(path) {
            draft.as_file().set_permissions(old.permissions())?;
        }
        draft.as_file().sync_all()?;
        draft.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    written().map_err(|cause| failed(path, cause))
}
