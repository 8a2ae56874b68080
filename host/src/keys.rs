//! API keys: who may do what through the server.
//!
//! A key is 256 random bits that are shown once. The file keeps its SHA-256, its name
//! and its role; who reads the file can use no key of it. The file is replaced as a
//! whole, so that whoever reads it sees the old keys or the new ones.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::database::file_id;

/// How every key begins, so that a leaked one is found by those who look for them.
const PREFIX: &str = "cnk_";
/// Random bytes of a key.
const BYTES: usize = 32;
/// The longest name.
const MAX_NAME: usize = 64;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sends actions and outputs, and asks what became of them. Never answers.
    Agent,
    /// Reads approvals and answers them.
    Approver,
    /// What an approver does, and ends what others asked.
    Operator,
    /// Reads everything and changes nothing.
    Auditor,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Send actions and outputs.
    Act,
    /// Read approvals, events and counters.
    Read,
    /// Answer a question.
    Answer,
    /// End a question that somebody else asked.
    Operate,
}

impl Role {
    /// Every role there is.
    pub const ALL: [Role; 4] = [Role::Agent, Role::Approver, Role::Operator, Role::Auditor];

    /// The word used in the file and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Approver => "approver",
            Role::Operator => "operator",
            Role::Auditor => "auditor",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Role> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether this role may.
    pub fn may(self, right: Right) -> bool {
        match self {
            Role::Agent => right == Right::Act,
            Role::Approver => matches!(right, Right::Read | Right::Answer),
            Role::Operator => right != Right::Act,
            Role::Auditor => right == Right::Read,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Whose it is; no two have the same.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// SHA-256 of the key, in hexadecimal digits.
    sha256: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl Key {
    /// Tells it from every other key, and opens nothing.
    pub fn fingerprint(&self) -> &str {
        &self.sha256
    }

    /// Whether it is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// Why keys cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or written.
    #[error("cannot use the keys {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something else.
    #[error("the keys {} are damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// No randomness.
    #[error("the system gives no randomness: {0}")]
    Random(String),
    /// A name that cannot be.
    #[error("a key's name has 1 to {MAX_NAME} letters, digits, '.', '_' or '-', unlike '{0}'")]
    Name(String),
    /// A name that is taken.
    #[error("there is a key '{0}' already; revoke it first, or choose another name")]
    Taken(String),
    /// No such key.
    #[error("there is no key '{0}'")]
    Unknown(String),
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    key: Vec<Key>,
}

/// The keys of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// Reads a file; there are none where there is no file.
    ///
    /// # Errors
    /// It cannot be read, or holds something else.
    pub fn load(path: &Path) -> Result<Keys, KeysError> {
        let damaged = |what: String| KeysError::Damaged {
            path: path.to_owned(),
            what,
        };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Keys::default()),
            Err(source) => return Err(failed(path, source)),
        };
        let Text { key } =
            toml::from_str(&text).map_err(|e| damaged(e.to_string().trim_end().to_owned()))?;
        for (place, one) in key.iter().enumerate() {
            if digest_of(one).is_none() {
                return Err(damaged(format!("key '{}' has no SHA-256", one.name)));
            }
            if !is_name(&one.name) {
                return Err(KeysError::Name(one.name.clone()));
            }
            if key.iter().take(place).any(|other| other.name == one.name) {
                return Err(damaged(format!("'{}' is there twice", one.name)));
            }
        }
        Ok(Keys(key))
    }

    /// All of them.
    pub fn all(&self) -> &[Key] {
        &self.0
    }

    /// Whose key this is, if it is one and not over. Looks at all of them, so that
    /// the time it takes says nothing.
    pub fn find(&self, secret: &str, now: Timestamp) -> Option<&Key> {
        let presented = Sha256::digest(secret.as_bytes());
        let mut found = None;
        for key in &self.0 {
            let same = digest_of(key).is_some_and(|kept| kept.ct_eq(presented.as_slice()).into());
            if same && !key.is_over(now) {
                found = Some(key);
            }
        }
        found
    }

    /// Adds a key to a file; the key, which is kept nowhere.
    ///
    /// # Errors
    /// The name is wrong or taken, or the file cannot be written.
    pub fn create(
        path: &Path,
        name: &str,
        role: Role,
        lifetime: Option<Duration>,
    ) -> Result<String, KeysError> {
        if !is_name(name) {
            return Err(KeysError::Name(name.to_owned()));
        }
        let mut random = [0; BYTES];
        getrandom::fill(&mut random).map_err(|e| KeysError::Random(e.to_string()))?;
        let secret = format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&random));
        let created = now();
        let expires = lifetime
            .and_then(|lifetime| jiff::SignedDuration::try_from(lifetime).ok())
            .and_then(|lifetime| created.checked_add(lifetime).ok());
        let key = Key {
            name: name.to_owned(),
            role,
            sha256: HEXLOWER.encode(&Sha256::digest(secret.as_bytes())),
            created,
            expires,
        };
        change(path, |keys| {
            if keys.iter().any(|other| other.name == name) {
                return Err(KeysError::Taken(name.to_owned()));
            }
            keys.push(key);
            Ok(())
        })?;
        Ok(secret)
    }

    /// Takes a key out of a file: it is none from then on.
    ///
    /// # Errors
    /// There is none of this name, or the file cannot be written.
    pub fn revoke(path: &Path, name: &str) -> Result<(), KeysError> {
        change(path, |keys| {
            let before = keys.len();
            keys.retain(|key| key.name != name);
            match keys.len() < before {
                true => Ok(()),
                false => Err(KeysError::Unknown(name.to_owned())),
            }
        })
    }
}

/// The time, to the second.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn digest_of(key: &Key) -> Option<[u8; 32]> {
    let digest = HEXLOWER.decode(key.sha256.as_bytes()).ok()?;
    digest.try_into().ok()
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=MAX_NAME).contains(&name.len()) && name.chars().all(plain)
}

fn failed(path: &Path, source: io::Error) -> KeysError {
    KeysError::File {
        path: path.to_owned(),
        source,
    }
}

/// Changes a file while nobody else does.
fn change(
    path: &Path,
    change: impl FnOnce(&mut Vec<Key>) -> Result<(), KeysError>,
) -> Result<(), KeysError> {
    let wrong = |source| failed(path, source);
    let _until_done = lock(path).map_err(wrong)?;
    let Keys(mut key) = Keys::load(path)?;
    change(&mut key)?;
    let text = toml::to_string(&Text { key }).map_err(|e| KeysError::Damaged {
        path: path.to_owned(),
        what: e.to_string(),
    })?;
    let head = "# API keys of `coldnotch serve`; made and revoked by `coldnotch keys`.\n";
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(wrong)?;
    write!(file, "{head}\n{text}").map_err(wrong)?;
    file.as_file().sync_all().map_err(wrong)?;
    file.persist(path).map_err(|e| wrong(e.error))?;
    Ok(())
}

/// Locks the file that is at the path now; one that was replaced meanwhile is not it.
fn lock(path: &Path) -> io::Result<File> {
    loop {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        file.lock()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let locked = file.metadata()?;
            if file_id(path) != Some((locked.dev(), locked.ino())) {
                continue;
            }
        }
        return Ok(file);
    }
}

/// Tells one state of a file from the next: when it was changed, its length, which
/// file it is.
pub type Stamp = (SystemTime, u64, Option<(u64, u64)>);

/// The state of a file; `None` when there is none.
pub fn stamp(path: &Path) -> Option<Stamp> {
    let found = path.metadata().ok()?;
    Some((found.modified().ok()?, found.len(), file_id(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_what_was_shown_once_until_it_ends_or_is_revoked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        assert_eq!(Keys::load(&path).unwrap(), Keys::default());
        let ana = Keys::create(&path, "ana", Role::Approver, None).unwrap();
        let hour = Some(Duration::from_secs(3600));
        let bot = Keys::create(&path, "bot", Role::Agent, hour).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&ana) && !text.contains(&bot[PREFIX.len()..]));

        let keys = Keys::load(&path).unwrap();
        assert_eq!(keys.find(&ana, now()).unwrap().name, "ana");
        assert_eq!(keys.find(&bot, now()).unwrap().role, Role::Agent);
        let later = now() + jiff::SignedDuration::from_hours(2);
        assert!(keys.find(&bot, later).is_none());
        for forged in ["", "cnk_", &ana[..ana.len() - 1], &ana.to_uppercase()] {
            assert!(keys.find(forged, now()).is_none(), "{forged}");
        }
        let taken = Keys::create(&path, "ana", Role::Agent, None);
        assert!(matches!(taken, Err(KeysError::Taken(_))));
        Keys::revoke(&path, "ana").unwrap();
        assert!(Keys::load(&path).unwrap().find(&ana, now()).is_none());
        assert!(matches!(
            Keys::revoke(&path, "ana"),
            Err(KeysError::Unknown(_))
        ));
    }

    #[test]
    fn names_are_plain_and_files_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        for name in ["", "a b", "a:b", "ä", &"x".repeat(65)] {
            let made = Keys::create(&path, name, Role::Agent, None);
            assert!(matches!(made, Err(KeysError::Name(_))), "{name}");
        }
        for text in ["key = 1", "[[key]]\nname = 'a'", "[[kee]]", "\u{1}"] {
            fs::write(&path, text).unwrap();
            assert!(Keys::load(&path).is_err(), "{text}");
        }
        let one = "[[key]]\nname = 'a'\nrole = 'agent'\ncreated = '2026-11-23T00:00:00Z'\n";
        fs::write(&path, format!("{one}sha256 = 'ab'\n")).unwrap();
        assert!(
            Keys::load(&path)
                .unwrap_err()
                .to_string()
                .contains("no SHA-256")
        );
        let whole = format!("{one}sha256 = '{}'\n", "0".repeat(64));
        fs::write(&path, format!("{whole}{whole}")).unwrap();
        assert!(Keys::load(&path).unwrap_err().to_string().contains("twice"));
    }

    #[test]
    fn many_who_add_keys_at_once_all_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        std::thread::scope(|scope| {
            for one in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    Keys::create(path, &format!("k{one}"), Role::Agent, None).unwrap()
                });
            }
        });
        assert_eq!(Keys::load(&path).unwrap().all().len(), 8);
    }

    #[test]
    fn an_agent_never_answers_and_an_auditor_changes_nothing() {
        assert!(
            Role::ALL
                .iter()
                .all(|role| Role::named(role.as_str()) == Some(*role))
        );
        for right in [Right::Read, Right::Answer, Right::Operate] {
            assert!(!Role::Agent.may(right));
        }
        for right in [Right::Act, Right::Answer, Right::Operate] {
            assert!(!Role::Auditor.may(right));
        }
        assert!(!Role::Operator.may(Right::Act));
    }
}
