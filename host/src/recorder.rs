//! The recorder: writes what happened as recorded sessions, off by default.
//!
//! A thread of its own keeps one file a session in a folder, replaced whole
//! (written beside, then renamed) after each change. It goes on across restarts
//! and from one process to the next, because what it adds to is the file; two
//! processes recording one session at the same time lose steps of one another.
//! It costs the decision path a copy of the action and a place in a queue.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::action::{Action, Observation};
use crate::recording::{RecordedStep, Recording};
use crate::verdict::Judged;

/// What stands in place of a redacted value.
const REDACTED: &str = "[redacted]";
/// Changes that may wait for the disk before the gate waits too.
const QUEUE: usize = 1024;

/// Writes recorded sessions.
#[derive(Debug)]
pub struct Recorder {
    queue: Option<SyncSender<Event>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Event {
    Decided(Box<Action>),
    Observed(Observation),
}

impl Recorder {
    /// Records into a folder, which is created. `redact` names values to leave
    /// out, as paths: `payload.card.number`; `*` stands for any key, and lists
    /// are walked through.
    ///
    /// # Errors
    /// The folder or the thread cannot be created.
    pub fn start(folder: &Path, redact: &[String]) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let (sender, receiver) = sync_channel(QUEUE);
        let folder = folder.to_owned();
        let redact = redact
            .iter()
            .map(|path| path.split('.').map(str::to_owned).collect())
            .collect();
        let thread = thread::Builder::new()
            .name("coldnotch-recorder".to_owned())
            .spawn(move || Writer { folder, redact }.run(&receiver))?;
        Ok(Recorder {
            queue: Some(sender),
            thread: Some(thread),
        })
    }

    /// An action was decided. One without a session is not recorded.
    pub fn decided(&self, judged: &Judged) {
        self.send(&judged.action.session, || {
            Event::Decided(Box::new((*judged.action).clone()))
        });
    }

    /// An action returned something.
    pub fn observed(&self, seen: &Observation) {
        self.send(&seen.session, || Event::Observed(seen.clone()));
    }

    fn send(&self, session: &str, event: impl FnOnce() -> Event) {
        if let Some(queue) = self.queue.as_ref().filter(|_| !session.is_empty())
            && queue.send(event()).is_err()
        {
            tracing::error!("the recorder has stopped; this session is not recorded");
        }
    }
}

impl Drop for Recorder {
    /// Waits until everything is written.
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the recorder died; recordings may be incomplete");
        }
    }
}

struct Writer {
    folder: PathBuf,
    redact: Vec<Vec<String>>,
}

impl Writer {
    fn run(&self, events: &Receiver<Event>) {
        while let Ok(first) = events.recv() {
            // Everything that waits is put together, so that a session is
            // written once for many changes.
            let mut changed: BTreeMap<String, Recording> = BTreeMap::new();
            for event in std::iter::once(first).chain(events.try_iter()) {
                if let Err(e) = self.apply(&mut changed, event) {
                    tracing::error!("cannot read a recorded session, so it is left as it is: {e}");
                }
            }
            for recording in changed.values() {
                if let Err(e) = self.write(recording) {
                    tracing::error!("cannot record session '{}': {e}", recording.id);
                }
            }
        }
    }

    fn apply(&self, changed: &mut BTreeMap<String, Recording>, event: Event) -> io::Result<()> {
        let (session, agent) = match &event {
            Event::Decided(action) => (&action.session, action.agent.clone()),
            Event::Observed(seen) => (&seen.session, String::new()),
        };
        let recording = match changed.entry(session.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.read(session, agent)?),
        };
        match event {
            Event::Decided(action) => {
                recording.intent = action.intent.clone().or(recording.intent.take());
                recording.steps.push(self.step(*action));
            }
            Event::Observed(seen) => {
                let step = recording
                    .steps
                    .iter_mut()
                    .rev()
                    .find(|step| step.id.as_deref() == Some(&seen.id));
                if let Some(step) = step {
                    step.output = Some(seen.output);
                }
            }
        }
        Ok(())
    }

    fn step(&self, action: Action) -> RecordedStep {
        let mut payload = action.payload.value();
        for path in &self.redact {
            if let Some((first, rest)) = path.split_first()
                && first == "payload"
            {
                redact(&mut payload, rest);
            }
        }
        RecordedStep {
            id: Some(action.id),
            kind: action.kind,
            summary: action.summary,
            payload: payload.as_object().cloned().unwrap_or_default(),
            output: None,
            label: None,
        }
    }

    /// The session as recorded so far; new when there is no file.
    fn read(&self, session: &str, agent: String) -> io::Result<Recording> {
        match fs::read(self.file(session)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Recording {
                id: session.to_owned(),
                agent,
                intent: None,
                kind: None,
                category: None,
                harm_step: None,
                steps: Vec::new(),
            }),
            Err(e) => Err(e),
        }
    }

    fn write(&self, recording: &Recording) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        serde_json::to_writer(&mut file, recording)?;
        file.write_all(b"\n")?;
        file.persist(self.file(&recording.id))?;
        Ok(())
    }

    /// A session's id is foreign text: what is not plain becomes `_`, and a
    /// digest keeps different ids apart.
    fn file(&self, session: &str) -> PathBuf {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        };
        let name: String = session.chars().take(40).map(plain).collect();
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(session)[..4]);
        self.folder.join(format!("{name}-{digest}.jsonl"))
    }
}

fn redact(value: &mut Value, path: &[String]) {
    let Some((key, rest)) = path.split_first() else {
        *value = Value::from(REDACTED);
        return;
    };
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, path)),
        Value::Object(members) => {
            members
                .iter_mut()
                .filter(|(name, _)| key == "*" || key == *name)
                .for_each(|(_, v)| redact(v, rest));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Object;
    use crate::verdict::{Judgement, Verdict};
    use std::sync::Arc;

    fn judged(id: &str, payload: &str) -> Judged {
        let action = Action {
            id: id.to_owned(),
            session: "s/../1".to_owned(),
            payload: Object::parse(payload.as_bytes()).unwrap(),
            intent: Some("pay".to_owned()),
            ..Action::new("pay")
        };
        let judgement = Judgement {
            verdict: Verdict::Allow,
            risk: 0.0,
            reason: String::new(),
            causes: Vec::new(),
            labels: Vec::new(),
            flips: Vec::new(),
        };
        Judged {
            action: Arc::new(action),
            step: Some(0),
            generation: "g".into(),
            opinions: Vec::new(),
            judgement,
            latency_us: 0,
        }
    }

    fn only_file(folder: &Path) -> Recording {
        let files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files.len(), 1, "{files:?}");
        serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap()
    }

    #[test]
    fn a_session_is_put_together_across_recorders_and_redacted() {
        let folder = tempfile::tempdir().unwrap();
        let redact = ["payload.card.number".to_owned(), "payload.*.pin".to_owned()];
        let recorder = Recorder::start(folder.path(), &redact).unwrap();
        recorder.decided(&judged(
            "a",
            r#"{"card":{"number":"4111","name":"Ana"},"cards":[{"pin":1},{"pin":2}]}"#,
        ));
        drop(recorder);
        let recorder = Recorder::start(folder.path(), &redact).unwrap();
        recorder.observed(&Observation {
            session: "s/../1".to_owned(),
            id: "a".to_owned(),
            output: "done".to_owned(),
            succeeded: None,
        });
        recorder.decided(&judged("b", "{}"));
        drop(recorder);

        let recording = only_file(folder.path());
        assert_eq!(
            (recording.id.as_str(), recording.intent.as_deref()),
            ("s/../1", Some("pay"))
        );
        assert_eq!(recording.steps.len(), 2);
        assert_eq!(recording.steps[0].output.as_deref(), Some("done"));
        assert_eq!(
            Value::from(recording.steps[0].payload.clone()).to_string(),
            r#"{"card":{"name":"Ana","number":"[redacted]"},"cards":[{"pin":"[redacted]"},{"pin":"[redacted]"}]}"#
        );
    }

    #[test]
    fn an_action_without_a_session_is_not_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::start(folder.path(), &[]).unwrap();
        let mut alone = judged("a", "{}");
        Arc::make_mut(&mut alone.action).session.clear();
        recorder.decided(&alone);
        drop(recorder);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
