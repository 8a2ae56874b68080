//! `coldnotch.lock`: what each plugin was when somebody last accepted it.
//!
//! The file stands beside `coldnotch.toml` and is written by `coldnotch plugin install`
//! and `update` alone. A plugin with an entry is loaded from the [store](super::store),
//! by digest, and only as it stands there. The first line seals the rest, so that a slip
//! of the hand is not taken for an acceptance. Whoever wants to forge it can seal it anew:
//! against that there are signatures.

mod entry;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::printable::printable;
use crate::runtime::hex;

pub use entry::{Entry, Unlocked, grants, imports, settings};

/// The file's name.
pub const NAME: &str = "coldnotch.lock";
/// What begins the line that seals the rest.
const SEAL: &str = "# sealed sha256:";
/// The line after it.
const NOTICE: &str = "# Written by `coldnotch plugin install`; keep it under version control.";
/// The version of the file's form.
const FORMAT: u32 = 1;

/// Why the lock cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It cannot be read or written.
    #[error("cannot use the lock {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It was changed by other means.
    #[error(
        "the lock {} was changed by other means than `coldnotch plugin`: take it from your version control, or remove it and install its plugins again", path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be understood.
    #[error("the lock {}: {what}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// `sha256:` and the hex digits.
pub fn sha256(digest: &[u8; 32]) -> String {
    format!("sha256:{}", hex(digest))
}

/// Whether a text is `sha256:` and 64 small hex digits.
pub fn is_sha256(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// Its plugins, by name.
    pub plugins: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    plugin: Vec<Entry>,
}

impl Lock {
    /// Reads the lock; an empty one where there is no file.
    ///
    /// # Errors
    /// It is there and cannot be read, was changed, or is wrong.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Lock::default()),
            Err(source) => Err(LockError::File {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Reads its text. The path is for what is said.
    ///
    /// # Errors
    /// It was changed, or is wrong.
    pub fn parse(text: &str, path: &Path) -> Result<Self, LockError> {
        let path = || path.to_owned();
        let wrong = |what: String| LockError::Wrong { path: path(), what };
        let sealed = text.split_once('\n').is_some_and(|(first, rest)| {
            first.strip_prefix(SEAL) == Some(hex(&Sha256::digest(rest).into()).as_str())
        });
        if !sealed {
            return Err(LockError::Changed { path: path() });
        }
        let file: File = toml::from_str(text).map_err(|e| wrong(said(&e)))?;
        if file.version != FORMAT {
            return Err(wrong(format!(
                "has version {}, and this program knows {FORMAT}",
                file.version
            )));
        }
        let mut last = "";
        for entry in &file.plugin {
            if !last.is_empty() && last >= entry.name.as_str() {
                return Err(wrong(format!(
                    "'{}' is out of order or there twice",
                    printable(&entry.name, 64)
                )));
            }
            last = &entry.name;
            let digests = [
                Some(&entry.component),
                Some(&entry.settings),
                entry.image.as_ref(),
            ];
            if !digests
                .into_iter()
                .flatten()
                .all(|digest| is_sha256(digest))
            {
                let name = printable(&entry.name, 64);
                return Err(wrong(format!("'{name}' has a digest that is none")));
            }
        }
        Ok(Lock {
            plugins: file.plugin,
        })
    }

    /// The entry of a plugin.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.plugins.iter().find(|entry| entry.name == name)
    }

    /// Puts an entry in the place of the one of the same name.
    pub fn put(&mut self, entry: Entry) {
        self.plugins.retain(|other| other.name != entry.name);
        self.plugins.push(entry);
        self.plugins.sort_by(|one, other| one.name.cmp(&other.name));
    }

    /// Reads the lock, changes it and writes it, as one step: two that do so at once
    /// wait for one another.
    ///
    /// # Errors
    /// It cannot be read or written; then it is as it was.
    pub fn change(path: &Path, change: impl FnOnce(&mut Lock)) -> Result<(), LockError> {
        let file = |source| LockError::File {
            path: path.to_owned(),
            source,
        };
        // The folder stands for the file, which is replaced.
        let folder = std::fs::File::open(folder(path)).map_err(file)?;
        folder.lock().map_err(file)?;
        let mut lock = Self::read(path)?;
        change(&mut lock);
        lock.write(path)
    }

    /// Writes the file as a whole: who reads it sees the old lock or the new one.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), LockError> {
        let file = |source| LockError::File {
            path: path.to_owned(),
            source,
        };
        let text = self.text().map_err(|e| LockError::Wrong {
            path: path.to_owned(),
            what: e.to_string(),
        })?;
        let mut draft = tempfile::NamedTempFile::new_in(folder(path)).map_err(file)?;
        share(draft.as_file()).map_err(file)?;
        draft.write_all(text.as_bytes()).map_err(file)?;
        draft.as_file().sync_all().map_err(file)?;
        draft.persist(path).map_err(|e| file(e.error))?;
        Ok(())
    }

    /// What is written: equal locks have equal texts.
    ///
    /// # Errors
    /// It cannot be written as TOML.
    pub fn text(&self) -> Result<String, toml::ser::Error> {
        let body = toml::to_string_pretty(&File {
            version: FORMAT,
            plugin: self.plugins.clone(),
        })?;
        let body = format!("{NOTICE}\n{body}");
        let seal = hex(&Sha256::digest(&body).into());
        Ok(format!("{SEAL}{seal}\n{body}"))
    }
}

/// What is wrong with a text, which is quoted there.
pub(super) fn said(e: &toml::de::Error) -> String {
    let lines: Vec<String> = e
        .to_string()
        .lines()
        .map(|line| printable(line, 400))
        .collect();
    lines.join("\n")
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Readable by all: it holds no secret, and the server may be somebody else.
#[cfg(unix)]
pub(super) fn share(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(super) fn share(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::entry::tests::entry;
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        assert_eq!(Lock::read(&path).unwrap(), Lock::default());
        let zeta = || Entry {
            name: "zeta".to_owned(),
            ..entry()
        };
        Lock::change(&path, |lock| lock.put(zeta())).unwrap();
        Lock::change(&path, |lock| lock.put(entry())).unwrap();
        let first = std::fs::read(&path).unwrap();
        Lock::change(&path, |lock| lock.put(entry())).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), first, "written alike");
        let read = Lock::read(&path).unwrap();
        assert_eq!(read.plugins, [entry(), zeta()]);
    }

    #[test]
    fn no_byte_of_it_can_be_changed_by_mistake() {
        let path = Path::new(NAME);
        let lock = Lock {
            plugins: vec![entry()],
        };
        let text = lock.text().unwrap();
        assert!(Lock::parse(&text, path).is_ok());
        for place in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= 1;
            if let Ok(changed) = String::from_utf8(bytes) {
                let e = Lock::parse(&changed, path).unwrap_err();
                assert!(matches!(e, LockError::Changed { .. }), "{place}: {e}");
            }
        }
    }

    #[test]
    fn a_seal_does_not_make_nonsense_right() {
        let sealed = |body: &str| {
            let seal = hex(&Sha256::digest(body).into());
            let text = format!("{SEAL}{seal}\n{body}");
            Lock::parse(&text, Path::new(NAME)).unwrap_err().to_string()
        };
        let twice = Lock {
            plugins: vec![entry(), entry()],
        };
        let text = twice.text().unwrap();
        let (_, body) = text.split_once('\n').unwrap();
        for (body, what) in [
            ("version = 2\n", "has version 2"),
            ("version = 1\nmore = 1\n", "unknown field"),
            (body, "'refunds' is out of order or there twice"),
            (
                &body.replacen("sha256:", "sha256:../x", 2),
                "a digest that is none",
            ),
        ] {
            assert!(sealed(body).contains(what), "{}", sealed(body));
        }
    }
}
