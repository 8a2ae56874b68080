//! What was answered, so that the same question gets the same answer.
//!
//! A client that got no answer sends its action again. Within a session an action's
//! id names one call: the same action under the same id gets the answer that was
//! given, and is neither judged nor recorded again; another action under that id is
//! refused. Answers are kept for a day.
//!
//! ```text
//! claim ─┬─ known: the answer, or another action has the id
//!        ├─ somebody else decides on it: wait for what they keep
//!        └─ ours: decide, then keep ─ or let go, if it was not decided
//! ```
//!
//! `file.rs` keeps claims and answers for all processes that share the file. One that
//! is killed leaves its claims; `owner.rs` tells that it is gone, and what it did not
//! get to write down stands in the audit log behind the place at which it claimed
//! (`record.rs`).

mod file;
mod owner;
mod record;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{ArcMutexGuard, Mutex, RawMutex};

use crate::action::Action;
use crate::database::PATIENCE;
use file::{Found, Job, Store, What};
use owner::{Numbers, Owner};

/// How much of the audit log's end is read at the start.
const TAIL: u64 = 4 << 20;
/// How often it is looked whether another process has its answer.
const AGAIN: Duration = Duration::from_millis(5);

/// Why answers cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    /// A file cannot be opened.
    #[error("cannot open the answers {path}: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file failed.
    #[error("the answers {path} cannot be used: {source}")]
    Store {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: Arc<rusqlite::Error>,
    },
    /// The thread that wrote for others did not get to its end.
    #[error("an answer was not kept: the thread that was to write it died")]
    Lost,
    /// Another process is deciding on it, and takes long.
    #[error("action '{id}' of session '{session}' is being decided by another server")]
    Busy {
        /// The session.
        session: String,
        /// The action's id.
        id: String,
    },
}

/// What was answered to an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// This, as it went out: final.
    Final(String),
    /// That this approval decides.
    Asked(String),
    /// Another action has this id.
    Other,
}

/// What there is of an action.
#[derive(Debug)]
pub enum Claim<'a> {
    /// It was answered.
    Known(Known),
    /// It is the caller's to decide on.
    Ours(Turn<'a>),
}

/// Session and id of an action.
type Name = (String, String);

/// Answers that were given.
#[derive(Debug)]
pub struct Answers {
    path: PathBuf,
    store: Store,
    log: PathBuf,
    numbers: Numbers,
    own: Owner,
    /// Actions that are being decided in this process, one at a time each.
    under_way: Mutex<HashMap<Name, Arc<Mutex<()>>>>,
}

impl Answers {
    /// Opens or creates the file; without a path, in memory. What the end of the audit
    /// log says that is not known here is taken over.
    ///
    /// # Errors
    /// It cannot be used, or the log not be read.
    pub fn open(path: Option<&Path>, log: &Path, now: u64) -> Result<Self, AnswersError> {
        let store = Store::open(path)?;
        let numbers = Numbers::new(path);
        let path = path.unwrap_or(Path::new(":memory:")).to_owned();
        let own = numbers.take().map_err(|source| AnswersError::Open {
            path: path.clone(),
            source,
        })?;
        // Whoever had this number before is gone.
        store.settle(own.number, log, TAIL, now)?;
        Ok(Answers {
            path,
            store,
            log: log.to_owned(),
            numbers,
            own,
            under_way: Mutex::default(),
        })
    }

    /// What was answered to this action; if nothing was, it is the caller's to decide
    /// on, and nobody else's until then, in whatever process.
    ///
    /// # Errors
    /// The file failed, or another process takes too long.
    pub fn claim(&self, action: &Action, now: u64) -> Result<Claim<'_>, AnswersError> {
        let mut turn = self.turn(action);
        let until = Instant::now() + PATIENCE;
        loop {
            let log = record::length(&self.log);
            match turn.run(What::Claim { log })? {
                Found::Known(known) => return Ok(Claim::Known(known)),
                Found::Ours => {
                    turn.claimed = true;
                    return Ok(Claim::Ours(turn));
                }
                Found::Theirs(owner) => self.take_over(owner, now)?,
            }
            if Instant::now() >= until {
                let (session, id) = turn.name.clone();
                return Err(AnswersError::Busy { session, id });
            }
        }
    }

    /// Ends the claims of a process that is gone; waits a moment for one that is not.
    fn take_over(&self, owner: u32, now: u64) -> Result<(), AnswersError> {
        let gone = self.numbers.of_nobody(owner);
        let gone = gone.map_err(|source| AnswersError::Open {
            path: self.path.clone(),
            source,
        })?;
        match gone {
            // Nobody takes the number before its claims have ended.
            Some(owner) => self.store.settle(owner.number, &self.log, 0, now).map(drop),
            None => {
                thread::sleep(AGAIN);
                Ok(())
            }
        }
    }

    /// Waits until nobody else in this process is at the same action.
    fn turn(&self, action: &Action) -> Turn<'_> {
        let name = (action.session.clone(), action.id.clone());
        let place = self
            .under_way
            .lock()
            .entry(name.clone())
            .or_default()
            .clone();
        Turn {
            answers: self,
            digest: action.digest().to_string(),
            name,
            guard: Some(place.lock_arc()),
            claimed: false,
        }
    }
}

/// The right to decide on an action, until dropped. What is not [kept](Turn::keep)
/// was not decided.
pub struct Turn<'a> {
    answers: &'a Answers,
    name: Name,
    digest: String,
    guard: Option<ArcMutexGuard<RawMutex, ()>>,
    claimed: bool,
}

impl std::fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Turn({:?}, claimed: {})", self.name, self.claimed)
    }
}

impl Turn<'_> {
    /// Keeps what was answered.
    ///
    /// # Errors
    /// The file failed: then the action would be decided again.
    pub fn keep(mut self, known: Known, now: u64) -> Result<(), AnswersError> {
        self.claimed = false; // even if it fails: it was decided, and the log has it
        self.run(What::Keep(known, now)).map(drop)
    }

    fn run(&self, what: What) -> Result<Found, AnswersError> {
        self.answers.store.run(Job {
            name: self.name.clone(),
            digest: self.digest.clone(),
            owner: self.answers.own.number,
            what,
        })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.claimed
            && let Err(e) = self.run(What::Release)
        {
            tracing::debug!("a claim is left behind, for this process to use: {e}");
        }
        drop(self.guard.take());
        let mut under_way = self.answers.under_way.lock();
        if under_way
            .get(&self.name)
            .is_some_and(|place| Arc::strong_count(place) == 1)
        {
            under_way.remove(&self.name); // nobody else waits for it
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::{Value, json};

    use super::file::{EVERY, KEEP};
    use super::*;

    fn action(id: &str, summary: &str) -> Action {
        Action {
            session: "s".to_owned(),
            id: id.to_owned(),
            summary: summary.to_owned(),
            ..Action::new("pay")
        }
    }

    /// A folder, and what opens the answers in it as a server does.
    fn opener(folder: &Path) -> impl Fn() -> Answers {
        let (answers, log) = (folder.join("answers.db"), folder.join("log"));
        move || Answers::open(Some(&answers), &log, 5).unwrap()
    }

    fn known(answers: &Answers, action: &Action) -> Option<Known> {
        match answers.claim(action, 5).unwrap() {
            Claim::Known(known) => Some(known),
            Claim::Ours(_) => None,
        }
    }

    fn decide(answers: &Answers, action: &Action, known: Known, now: u64) {
        let Claim::Ours(turn) = answers.claim(action, now).unwrap() else {
            panic!("known")
        };
        turn.keep(known, now).unwrap();
    }

    fn record(id: &str, kind: &str, approval: Value) -> String {
        let digest = action(id, "a").digest().to_string();
        json!({"kind": kind, "session": "s", "id": id, "decision": "allow", "approved": true,
            "action_digest": digest, "approval": approval, "seq": 7,
            "reasons": [{"plugin": "p", "code": "c", "message": "m"}]})
        .to_string()
    }

    #[test]
    fn the_same_action_gets_the_same_answer_and_another_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let open = opener(folder.path());
        let (one, asked) = (action("1", "a"), action("2", "a"));
        let answers = open();
        assert_eq!(known(&answers, &one), None);
        assert_eq!(known(&answers, &one), None, "it was let go");
        decide(&answers, &one, Known::Final("{}".into()), 5);
        decide(&answers, &asked, Known::Asked("apr".into()), 5);
        drop(answers);
        let answers = open();
        assert_eq!(known(&answers, &one), Some(Known::Final("{}".into())));
        assert_eq!(known(&answers, &asked), Some(Known::Asked("apr".into())));
        assert_eq!(known(&answers, &action("1", "b")), Some(Known::Other));
        assert!(answers.under_way.lock().is_empty());
    }

    #[test]
    fn old_answers_go() {
        let answers = Answers::open(None, Path::new("none"), 1).unwrap();
        for n in 0..EVERY {
            let one = action(&n.to_string(), "");
            decide(&answers, &one, Known::Final("{}".into()), 1);
        }
        let kept = || answers.store.count("answer");
        assert_eq!(kept(), i64::try_from(EVERY).unwrap());
        let new = action("new", "");
        decide(&answers, &new, Known::Final("{}".into()), KEEP + 2);
        assert_eq!(kept(), 1);
    }

    #[test]
    fn of_two_servers_one_decides_and_the_other_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let open = opener(folder.path());
        let (here, there) = (open(), open());
        let one = action("1", "a");
        let Claim::Ours(turn) = here.claim(&one, 5).unwrap() else {
            panic!("known")
        };
        // The id is taken from then on.
        assert_eq!(known(&there, &action("1", "b")), Some(Known::Other));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| known(&there, &one));
            turn.keep(Known::Final("{}".into()), 5).unwrap();
            assert_eq!(waiting.join().unwrap(), Some(Known::Final("{}".into())));
        });
        // What one lets go is the other's.
        let two = action("2", "a");
        let Claim::Ours(turn) = here.claim(&two, 5).unwrap() else {
            panic!("known")
        };
        thread::scope(|scope| {
            let waiting = scope.spawn(|| known(&there, &two));
            drop(turn);
            assert_eq!(waiting.join().unwrap(), None);
        });
        assert_eq!(here.store.count("claim"), 0);
    }

    #[test]
    fn many_who_ask_the_same_at_once_decide_it_once() {
        let folder = tempfile::tempdir().unwrap();
        let open = opener(folder.path());
        let (servers, decided) = ([open(), open()], AtomicUsize::new(0));
        thread::scope(|scope| {
            for server in servers.iter().cycle().take(8) {
                scope.spawn(|| {
                    for n in 0..50 {
                        let one = action(&n.to_string(), "a");
                        match server.claim(&one, 5).unwrap() {
                            Claim::Known(known) => assert_eq!(known, Known::Final("{}".into())),
                            Claim::Ours(turn) => {
                                decided.fetch_add(1, Ordering::SeqCst);
                                turn.keep(Known::Final("{}".into()), 5).unwrap();
                            }
                        }
                    }
                });
            }
        });
        assert_eq!(decided.load(Ordering::SeqCst), 50);
    }

    #[test]
    fn what_a_killed_server_had_recorded_is_taken_from_the_log_and_the_rest_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let (open, log) = (opener(folder.path()), folder.path().join("log"));
        let before = "x".repeat(9000) + "\n";
        fs::write(&log, &before).unwrap();
        let (killed, other) = (open(), open());
        let held = [action("1", "a"), action("2", "a")].map(|action| {
            let Claim::Ours(mut turn) = killed.claim(&action, 5).unwrap() else {
                panic!("known")
            };
            turn.claimed = false; // a killed process releases nothing
            action
        });
        fs::write(&log, before + &record("1", "decision", Value::Null)).unwrap();
        drop(killed);
        let found = held.map(|action| known(&other, &action));
        let [Some(Known::Final(answer)), None] = found else {
            panic!("{found:?}")
        };
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!((&answer["seq"], &answer["id"]), (&json!(7), &json!("1")));
        assert_eq!(other.store.count("claim"), 0);
    }

    #[test]
    fn what_only_the_log_has_is_taken_from_it_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let text = [
            "torn\":1}".to_owned(),
            record("1", "decision", Value::Null),
            record("2", "hold", Value::Null),
            record("3", "decision", json!({"id": "apr"})),
        ];
        fs::write(&log, text.join("\n")).unwrap();
        let answers = opener(folder.path())();
        let Some(Known::Final(answer)) = known(&answers, &action("1", "a")) else {
            panic!("not known")
        };
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["approved"], true);
        assert_eq!(answer["reasons"][0]["evidence"], json!([]));
        assert_eq!(known(&answers, &action("2", "a")), None);
        assert_eq!(known(&answers, &action("3", "a")), None);
        assert!(matches!(
            Answers::open(None, folder.path(), 1),
            Err(AnswersError::Open { .. })
        ));
    }

    /// All who wait for the file are served in one transaction.
    #[test]
    fn those_who_wait_share_a_write() {
        let folder = tempfile::tempdir().unwrap();
        let answers = opener(folder.path())();
        let work = answers.store.count_work();
        let waiting: Vec<Action> = (0..20).map(|n| action(&n.to_string(), "a")).collect();
        thread::scope(|scope| {
            let busy = answers.store.occupied();
            for one in &waiting {
                scope.spawn(|| assert_eq!(known(&answers, one), None));
            }
            while answers.store.waiting() < 20 {
                thread::yield_now();
            }
            drop(busy);
        });
        // A claim each, and each let go: forty jobs, and some were fast enough to wait
        // for nobody.
        let commits = work.lock().commits;
        assert!(commits <= 21, "{commits}");
    }
}
