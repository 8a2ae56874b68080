//! Sessions: who may look at and change a session's history, and when.
//!
//! A session is worked on by one caller at a time, in order of arrival
//! ([`Sessions::turn`]). Sessions live in memory, the least recently used
//! going first; with a state file they are kept there too, and other processes
//! see them.

mod error;
mod state;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lru::LruCache;
use parking_lot::{ArcMutexGuard, Mutex, RawMutex};

use crate::action::{Action, Observation};
use crate::history::{History, Limits, NotTaken, Step, View};
use crate::notes::{Folded, PluginId};
use crate::verdict::Judgement;
use state::{Change, State};

pub use error::SessionError;

/// How many sessions are kept, and how much of each.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionConfig {
    /// Sessions in memory.
    pub sessions: NonZeroUsize,
    /// Bytes all sessions in memory may take together, roughly.
    pub memory: usize,
    /// Bounds of one session's history.
    pub limits: Limits,
    /// The state file; `None` to keep sessions in memory only.
    pub state: Option<PathBuf>,
    /// How long a caller waits for its turn.
    pub patience: Duration,
}

impl Default for SessionConfig {
    fn default() -> Self {
        SessionConfig {
            sessions: NonZeroUsize::new(1024).unwrap_or(NonZeroUsize::MIN),
            memory: 512 << 20,
            limits: Limits::default(),
            state: None,
            patience: Duration::from_millis(500),
        }
    }
}

/// The version of a session whose memory may differ from the file.
const UNKNOWN: i64 = -1;

/// Sessions being worked on that are passed over, at most, to make room for one.
const PASSED_OVER: usize = 8;

/// Plugins whose notes a session keeps: those of swapped-out plugins too, in
/// case they come back, but not without end.
const NOTES: usize = 32;

/// One session's data.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    id: String,
    history: Arc<History>,
    /// Steps in the order in which their outputs arrived.
    observed: Vec<u32>,
    notes: BTreeMap<PluginId, Folded>,
    /// Which state of the file this is; 0 when the file does not have it.
    version: i64,
}

impl Session {
    fn new(id: &str, limits: &Limits) -> Self {
        Session {
            id: id.to_owned(),
            history: Arc::new(History::new(*limits)),
            observed: Vec::new(),
            notes: BTreeMap::new(),
            version: 0,
        }
    }

    /// Bytes it takes in memory, roughly.
    fn weight(&self) -> usize {
        let notes = self.notes.values().map(|folded| folded.notes.data.len());
        self.history.weight() + notes.sum::<usize>()
    }
}

/// All sessions.
#[derive(Debug)]
pub struct Sessions {
    config: SessionConfig,
    known: Mutex<Known>,
    /// Opened when the first session is worked on: most one-shot commands have
    /// an action without a session and never need it.
    state: OnceLock<State>,
}

impl Sessions {
    /// No sessions yet, apart from those in the state file.
    pub fn new(config: SessionConfig) -> Self {
        Sessions {
            known: Mutex::new(Known {
                sessions: LruCache::unbounded(),
                weight: 0,
            }),
            state: OnceLock::new(),
            config,
        }
    }

    /// How long a caller waits for a session.
    pub fn patience(&self) -> Duration {
        self.config.patience
    }

    /// How many sessions are in memory: as many as configured at most, and those
    /// that are being worked on.
    pub fn kept(&self) -> usize {
        self.known.lock().sessions.len()
    }

    /// Waits for the session's turn. An action without a session gets one of
    /// its own that nobody else sees and that is not kept.
    ///
    /// # Errors
    /// It took too long, or the state file failed.
    pub fn turn(&self, id: &str) -> Result<Turn<'_>, SessionError> {
        let state = if id.is_empty() { None } else { self.state()? };
        let session = self.session(id);
        let patience = self.config.patience;
        let mut session = session
            .try_lock_arc_for(patience)
            .ok_or(SessionError::Busy(patience))?;
        if let Some(state) = state {
            state.refresh(&mut session, &self.config.limits)?;
        }
        Ok(Turn {
            sessions: self,
            session,
            state,
        })
    }

    fn session(&self, id: &str) -> Arc<Mutex<Session>> {
        let fresh = || Arc::new(Mutex::new(Session::new(id, &self.config.limits)));
        if id.is_empty() {
            return fresh();
        }
        let mut known = self.known.lock();
        let kept = known.sessions.get_or_insert(id.to_owned(), || Kept {
            session: fresh(),
            weight: 0,
        });
        let session = kept.session.clone();
        known.make_room(&self.config);
        session
    }

    /// Notes how much memory a session takes now.
    fn weigh(&self, session: &Session) {
        let mut known = self.known.lock();
        let weight = session.weight();
        if let Some(kept) = known.sessions.peek_mut(&session.id) {
            let before = std::mem::replace(&mut kept.weight, weight);
            known.weight = known.weight.saturating_sub(before) + weight;
            known.make_room(&self.config);
        }
    }

    fn state(&self) -> Result<Option<&State>, SessionError> {
        let Some(path) = &self.config.state else {
            return Ok(None);
        };
        if let Some(state) = self.state.get() {
            return Ok(Some(state));
        }
        let opened = State::open(path, self.config.patience)?; // two threads may both open it; one stays
        Ok(Some(self.state.get_or_init(|| opened)))
    }
}

/// The sessions in memory, those used last at one end.
#[derive(Debug)]
struct Known {
    sessions: LruCache<String, Kept>,
    /// Of all of them together.
    weight: usize,
}

#[derive(Debug)]
struct Kept {
    session: Arc<Mutex<Session>>,
    /// Bytes it took after the last turn.
    weight: usize,
}

impl Known {
    /// Forgets those that nobody has used for longest. Who is being worked on
    /// stays: a second copy would not see the first.
    fn make_room(&mut self, config: &SessionConfig) {
        let mut passed_over = 0;
        while (self.sessions.len() > config.sessions.get() || self.weight > config.memory)
            && passed_over < PASSED_OVER
            && let Some((id, oldest)) = self.sessions.pop_lru()
        {
            if Arc::strong_count(&oldest.session) > 1 {
                self.sessions.put(id, oldest);
                passed_over += 1;
            } else {
                self.weight = self.weight.saturating_sub(oldest.weight);
            }
        }
    }
}

/// The right to read and change one session, until dropped.
///
/// Every change is written to the state file, if there is one, before the call
/// returns. After an error the change has not happened, and this turn is over:
/// take a new one.
pub struct Turn<'a> {
    sessions: &'a Sessions,
    session: ArcMutexGuard<RawMutex, Session>,
    state: Option<&'a State>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.session.id.is_empty() {
            self.sessions.weigh(&self.session);
        }
    }
}

impl Turn<'_> {
    /// What a decision about the next step may see.
    pub fn view(&self) -> View {
        self.view_before(self.session.history.len())
    }

    /// What a decision about this step may see: the steps before it.
    pub fn view_before(&self, step: u32) -> View {
        View::new(self.session.history.clone(), step)
    }

    /// The history.
    pub fn history(&self) -> &Arc<History> {
        &self.session.history
    }

    /// The step of this very action, if it was sent before under the same id.
    pub fn step_of(&self, action: &Action) -> Option<u32> {
        let history = &self.session.history;
        let step = history.find_action(&action.id)?;
        let before = history.step(step)?;
        (before.action.digest() == action.digest()).then_some(step)
    }

    /// Appends a judged action.
    ///
    /// # Errors
    /// [`SessionError::Conflict`], or the state file failed.
    pub fn push(
        &mut self,
        action: Arc<Action>,
        judgement: &Judgement,
    ) -> Result<u32, SessionError> {
        let history = Arc::make_mut(&mut self.session.history);
        if let Some(intent) = &action.intent {
            history.set_intent(intent);
        }
        let step = history.push(
            action,
            judgement.verdict,
            judgement.risk,
            judgement.labels.clone(),
        );
        self.save(&Change::Step(step))?;
        Ok(step)
    }

    /// Writes down what the human said to this step, and to the same action where it
    /// came again, from an agent that asks for its answer.
    ///
    /// # Errors
    /// As [`push`](Turn::push).
    pub fn settle(
        &mut self,
        step: u32,
        action: &Action,
        approved: bool,
    ) -> Result<(), SessionError> {
        let last = self.session.history.find_action(&action.id);
        let again = last.filter(|last| {
            let same = |later: &Step| later.action.digest() == action.digest();
            *last > step && self.session.history.step(*last).is_some_and(same)
        });
        // What a person changed is not what stands in the step.
        let held = self.session.history.step(step);
        let asked = held.is_none_or(|held| held.action.payload == action.payload);
        let first = asked.then_some(step);
        for step in [first, again].into_iter().flatten() {
            Arc::make_mut(&mut self.session.history).settle(step, Some(approved));
            self.save(&Change::Step(step))?;
        }
        Ok(())
    }

    /// Appends an output to its step. The same output again changes nothing and
    /// is no error: whoever got no answer to the first report has to ask again.
    ///
    /// # Errors
    /// No such action, a second output for it, or as [`push`](Turn::push).
    pub fn observe(&mut self, seen: &Observation) -> Result<(), SessionError> {
        let no_such = || SessionError::NoSuchAction {
            session: seen.session.clone(),
            id: seen.id.clone(),
        };
        let step = self
            .session
            .history
            .find_action(&seen.id)
            .ok_or_else(no_such)?;
        let known = self.session.history.step(step);
        if known.is_some_and(|known| known.returned(&seen.output, seen.succeeded)) {
            return Ok(());
        }
        let history = Arc::make_mut(&mut self.session.history);
        history
            .observe(step, &seen.output, seen.succeeded)
            .map_err(|why| match why {
                NotTaken::NoStep => no_such(),
                NotTaken::Twice => SessionError::AlreadyObserved {
                    id: seen.id.clone(),
                },
            })?;
        self.session.observed.push(step);
        self.save(&Change::Step(step))
    }

    /// The notes of a plugin.
    pub fn notes(&self, plugin: &PluginId) -> Folded {
        self.session.notes.get(plugin).cloned().unwrap_or_default()
    }

    /// The steps whose outputs these notes do not cover yet, in order of arrival.
    pub fn unread(&self, folded: &Folded) -> &[u32] {
        let read = usize::try_from(folded.read)
            .unwrap_or(usize::MAX)
            .min(self.session.observed.len());
        &self.session.observed[read..]
    }

    /// Replaces the notes of a plugin.
    ///
    /// # Errors
    /// As [`push`](Turn::push).
    pub fn keep_notes(&mut self, plugin: PluginId, folded: Folded) -> Result<(), SessionError> {
        let notes = &mut self.session.notes;
        notes.insert(plugin, folded);
        if notes.len() > NOTES
            && let Some(stalest) = notes
                .iter()
                .min_by_key(|(id, folded)| (**id == plugin, folded.read))
                .map(|(id, _)| *id)
        {
            notes.remove(&stalest);
        }
        self.save(&Change::Notes(plugin))
    }

    /// Writes a change to the state file. If that fails the next turn reads the
    /// session from the file again, without the change.
    fn save(&mut self, change: &Change) -> Result<(), SessionError> {
        let Some(state) = self.state else {
            return Ok(());
        };
        let saved = state.save(&mut self.session, change);
        if saved.is_err() {
            self.session.version = UNKNOWN;
        }
        saved
    }
}
