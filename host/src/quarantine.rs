//! Plugins that failed too often and are asked no more, until an operator lets them go
//! or another version takes their place.
//!
//! The file is a line an event, appended, and what it says is the sum of them: several
//! processes share it without waiting for each other, and it is its own history. Beside
//! it lies the session each plugin failed on last, for `coldnotch replay`.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::action::Action;
use crate::history::View;
use crate::notes::PluginId;
use crate::recording::{RecordedStep, Recording};
use crate::runtime::Generation;

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum QuarantineError {
    /// It cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something else.
    #[error("{}, line {line}: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which line.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// No such plugin is in it.
    #[error("no plugin '{0}' is in quarantine")]
    NotThere(String),
}

/// A plugin that is asked no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ward {
    /// Its name in the policy.
    pub plugin: String,
    /// Digest of its component.
    pub digest: String,
    /// Component and settings, in hex digits: any other is another version.
    pub id: String,
    /// Since when, in milliseconds since the Unix epoch.
    pub since: u64,
    /// How it failed last.
    pub why: String,
    /// The session it failed on, to be replayed; `None` where it could not be kept.
    pub session: Option<PathBuf>,
}

/// A plugin's breaker opened.
#[derive(Debug)]
pub struct Tripped {
    /// Who, and why.
    pub ward: Ward,
    /// The session up to the action it failed on.
    pub session: Recording,
}

impl Tripped {
    /// The plugin that failed on this action with these steps before it.
    pub fn new(ward: Ward, action: &Action, view: &View) -> Self {
        let before = (view.first()..view.len()).filter_map(|index| view.step(index));
        let before = before.map(|step| recorded(&step.action, Some(step.output.text())));
        let steps = before.chain([recorded(action, None)]).collect();
        let id = match action.session.is_empty() {
            true => action.id.clone(),
            false => action.session.clone(),
        };
        let session = Recording {
            id,
            agent: action.agent.clone(),
            intent: view.intent().map(str::to_owned).or(action.intent.clone()),
            kind: None,
            category: Some(format!("quarantine: {}", ward.plugin)),
            harm_step: None,
            steps,
        };
        Tripped { ward, session }
    }
}

fn recorded(action: &Action, output: Option<&str>) -> RecordedStep {
    let payload = serde_json::from_str::<Map<String, Value>>(action.payload.text());
    RecordedStep {
        id: Some(action.id.clone()),
        kind: action.kind.clone(),
        summary: action.summary.clone(),
        payload: payload.unwrap_or_default(), // it was parsed before
        output: output.filter(|text| !text.is_empty()).map(str::to_owned),
        label: None,
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Event {
    Quarantined(Ward),
    Released(Release),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    plugin: String,
    at: u64,
}

/// The file and what it says.
#[derive(Debug)]
pub struct Quarantine {
    path: PathBuf,
    /// By what they are, as it was last read or changed here.
    wards: Mutex<Wards>,
    /// Those that could not be written down.
    unwritten: Mutex<Vec<Ward>>,
}

/// By name and id: a version that comes back is still known.
type Wards = BTreeMap<(String, String), Ward>;

impl Quarantine {
    /// Reads the file; there need be none.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn open(path: &Path) -> Result<Self, QuarantineError> {
        let quarantine = Quarantine {
            path: path.to_owned(),
            wards: Mutex::default(),
            unwritten: Mutex::default(),
        };
        quarantine.read()?;
        Ok(quarantine)
    }

    /// Who is in it.
    pub fn wards(&self) -> Vec<Ward> {
        self.wards.lock().values().cloned().collect()
    }

    /// Reads the file anew and opens and closes the breakers of these plugins as it says.
    ///
    /// # Errors
    /// It cannot be read; then nothing changes.
    pub fn apply(&self, generation: &Generation) -> Result<(), QuarantineError> {
        self.read()?;
        let wards = self.wards.lock();
        for plugin in &generation.plugins {
            let key = (plugin.name.clone(), hex(&plugin.id));
            plugin.breaker().set(wards.contains_key(&key));
        }
        Ok(())
    }

    /// Puts a plugin into it and keeps the session it failed on. It is in it even where
    /// that cannot be written, for as long as this process runs; the error says what
    /// was not.
    pub fn add(&self, tripped: &Tripped) -> (Ward, Result<(), QuarantineError>) {
        let mut ward = tripped.ward.clone();
        let beside = self.path.with_file_name(format!(
            "{}.{}.jsonl",
            self.path.file_stem().unwrap_or_default().display(),
            file_name(&ward.plugin),
        ));
        let kept = serde_json::to_vec(&tripped.session)
            .map_err(io::Error::other)
            .and_then(|session| replace(&beside, &session));
        ward.session = kept.is_ok().then(|| beside.clone());
        self.wards.lock().insert(key(&ward), ward.clone());
        // The session is a help; that it is in quarantine is what counts.
        let written = self.append(&Event::Quarantined(ward.clone()));
        if written.is_err() {
            self.unwritten.lock().push(ward.clone());
        }
        let kept = kept.map_err(|source| QuarantineError::File {
            path: beside,
            source,
        });
        (ward, written.and(kept))
    }

    /// Lets a plugin go, whatever its version; gates that run read the file when it
    /// changes. The newest of it.
    ///
    /// # Errors
    /// It is not in it, or the file cannot be written.
    pub fn release(&self, plugin: &str, now: u64) -> Result<Ward, QuarantineError> {
        self.read()?;
        let newest = self
            .wards()
            .into_iter()
            .filter(|ward| ward.plugin == plugin);
        let newest = newest.max_by_key(|ward| ward.since);
        let ward = newest.ok_or_else(|| QuarantineError::NotThere(plugin.to_owned()))?;
        self.append(&Event::Released(Release {
            plugin: plugin.to_owned(),
            at: now,
        }))?;
        self.read()?;
        Ok(ward)
    }

    fn read(&self) -> Result<(), QuarantineError> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(self.wrong(source)),
        };
        let mut wards = Wards::new();
        for (place, line) in text.lines().enumerate() {
            let event = serde_json::from_str(line).map_err(|e| QuarantineError::Damaged {
                path: self.path.clone(),
                line: place + 1,
                what: e.to_string(),
            })?;
            match event {
                Event::Quarantined(ward) => drop(wards.insert(key(&ward), ward)),
                Event::Released(release) => wards.retain(|_, ward| ward.plugin != release.plugin),
            }
        }
        let unwritten = self.unwritten.lock();
        wards.extend(unwritten.iter().map(|ward| (key(ward), ward.clone())));
        *self.wards.lock() = wards;
        Ok(())
    }

    /// One write to the end: lines of two processes do not mix.
    fn append(&self, event: &Event) -> Result<(), QuarantineError> {
        let mut line = serde_json::to_vec(event).map_err(|e| self.wrong(e.into()))?;
        line.push(b'\n');
        let append = || {
            let mut file = private().append(true).open(&self.path)?;
            file.write_all(&line)?;
            file.sync_all()
        };
        append().map_err(|source| self.wrong(source))
    }

    fn wrong(&self, source: io::Error) -> QuarantineError {
        QuarantineError::File {
            path: self.path.clone(),
            source,
        }
    }
}

/// Sessions hold what users said: nobody else reads them.
fn private() -> OpenOptions {
    let mut options = File::options();
    options.create(true).mode(0o600);
    options
}

fn replace(path: &Path, session: &[u8]) -> io::Result<()> {
    let mut file = private().write(true).truncate(true).open(path)?;
    file.write_all(session)?;
    file.write_all(b"\n")
}

fn key(ward: &Ward) -> (String, String) {
    (ward.plugin.clone(), ward.id.clone())
}

/// A plugin's id as the file has it.
pub fn hex(id: &PluginId) -> String {
    HEXLOWER.encode(&id.0)
}

/// A plugin's name in a file's: other characters than letters, digits and hyphens become
/// hyphens.
fn file_name(plugin: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    plugin.chars().map(safe).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn tripped(plugin: &str) -> Tripped {
        let ward = Ward {
            plugin: plugin.to_owned(),
            digest: "sha256:00".to_owned(),
            id: "00".to_owned(),
            since: 5,
            why: "trapped: unreachable".to_owned(),
            session: None,
        };
        let mut action = Action::new("send_email");
        action.session = "s".to_owned();
        action.summary = "poison".to_owned();
        Tripped::new(ward, &Arc::new(action), &View::default())
    }

    #[test]
    fn what_one_process_writes_another_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("coldnotch_quarantine.jsonl");
        let (one, two) = (
            Quarantine::open(&path).unwrap(),
            Quarantine::open(&path).unwrap(),
        );
        let (ward, written) = one.add(&tripped("rules: mail"));
        written.unwrap();
        one.add(&tripped("other")).1.unwrap();
        assert!(two.wards().is_empty());
        two.read().unwrap();
        assert_eq!(two.wards(), one.wards());
        assert_eq!(two.release("rules: mail", 9).unwrap(), ward);
        one.read().unwrap();
        assert_eq!(one.wards().len(), 1);
        assert!(matches!(
            one.release("rules: mail", 9),
            Err(QuarantineError::NotThere(_))
        ));
        let session = ward.session.unwrap();
        assert!(session.ends_with("coldnotch_quarantine.rules--mail.jsonl"));
        let session: Recording =
            serde_json::from_str(std::fs::read_to_string(session).unwrap().trim()).unwrap();
        assert_eq!(session.steps[0].summary, "poison");
    }

    #[test]
    fn a_damaged_file_is_no_release() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q.jsonl");
        let quarantine = Quarantine::open(&path).unwrap();
        quarantine.add(&tripped("rules")).1.unwrap();
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"released\"");
        std::fs::write(&path, text).unwrap();
        let e = quarantine.read().unwrap_err().to_string();
        assert!(e.contains("line 2"), "{e}");
        assert_eq!(quarantine.wards().len(), 1);
    }

    #[test]
    fn it_holds_where_nothing_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let quarantine = Quarantine::open(&folder.path().join("gone/q.jsonl")).unwrap();
        assert!(quarantine.add(&tripped("rules")).1.is_err());
        quarantine.read().unwrap();
        assert_eq!(quarantine.wards().len(), 1, "it was forgotten");
    }
}
