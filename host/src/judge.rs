//! Judging: the current generation and the sessions, without asking anyone and
//! without recording anything. The gate does both around it; `replay` does not.

mod reading;
mod tolerated;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use rayon::ThreadPoolBuilder;

use crate::action::{Action, Observation};
pub(crate) use crate::clock::now;
use crate::config::Config;
use crate::history::{Occurrence, Output, Place, Step, TEXTS, View};
use crate::plugins::golden;
use crate::policy::Policy;
use crate::quarantine::Tripped;
use crate::runtime::{Engine, EngineError, Generation, LoadError, Plugin, Tolerance};
use crate::session::{SessionError, Sessions, Turn};
use crate::stats::{Counter, Histogram, Outputs, Stats};
use crate::verdict::{self, Failure, Judged, Judgement, Opinion};

use reading::{fold, settle_failures};
use tolerated::Tolerated;

/// How long a decision waits before it begins again because another process
/// decided in the same session meanwhile: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_micros(200);
const LAST_PAUSE: Duration = Duration::from_millis(5);

/// How long a generation that was replaced is kept for the decisions that use it.
const LAST_USE: Duration = Duration::from_secs(1);

/// How far loading a policy gives way, as a nice value. Where decisions take all cores,
/// about a thirtieth of one is left for it.
#[cfg(target_os = "linux")]
const BACKGROUND: i32 = 15;

/// Judges actions within their sessions.
#[derive(Debug)]
pub struct Judge {
    current: ArcSwap<Generation>,
    sessions: Sessions,
    judging: Histogram,
    outputs: Counter,
    lag: Histogram,
    late: Counter,
    tolerated: Tolerated,
}

/// Why a judge could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The engine cannot start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A plugin cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl Judge {
    /// Sets up the judge a configuration describes.
    ///
    /// # Errors
    /// Engine, plugins or sessions cannot be set up.
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        let engine = Engine::start(&config.engine)?;
        let generation = golden::build(&engine, &config.policy)?;
        Ok(Judge::new(
            generation,
            Sessions::new(config.session.clone()),
        ))
    }

    /// A judge with this generation.
    pub fn new(generation: Generation, sessions: Sessions) -> Self {
        Judge {
            current: ArcSwap::from_pointee(generation),
            sessions,
            judging: Histogram::default(),
            outputs: Counter::default(),
            lag: Histogram::default(),
            late: Counter::default(),
            tolerated: Tolerated::default(),
        }
    }

    /// A judge that does not ask plugins any more that fail more often than this.
    pub fn tolerating(mut self, tolerance: Tolerance) -> Self {
        self.tolerated.tolerance = Some(tolerance);
        self
    }

    /// The plugins that it stopped asking since this was last called.
    pub fn tripped(&self) -> Vec<Tripped> {
        self.tolerated.tripped()
    }

    /// The generation that judges now.
    pub fn generation(&self) -> Arc<Generation> {
        self.current.load_full()
    }

    /// The engine.
    pub fn engine(&self) -> Arc<Engine> {
        self.current.load().engine().clone()
    }

    /// Builds a generation of a policy on this judge's engine, off the decision
    /// path, on threads that give way to those that decide. Nothing changes yet.
    ///
    /// # Errors
    /// As [`Generation::build`], or a plugin does not judge its golden cases as expected.
    pub fn build(&self, policy: &Policy) -> Result<Generation, LoadError> {
        let build = || {
            let generation = golden::build(&self.engine(), policy)?;
            generation.warm();
            Ok(generation)
        };
        // The compiler uses the threads of the pool it is called in.
        match ThreadPoolBuilder::new()
            .start_handler(|_| give_way())
            .build()
        {
            Ok(background) => background.install(build),
            Err(_) => build(), // without threads, on this one
        }
    }

    /// Puts a generation in force in one atomic step. Decisions under way finish on
    /// the generation they began with; waits for them, up to a second, since to
    /// free a generation takes longer than to decide and is not for them to do.
    pub fn switch(&self, generation: Generation) {
        let old = self.current.swap(Arc::new(generation));
        let deadline = Instant::now() + LAST_USE;
        while Arc::strong_count(&old) > 1 && Instant::now() < deadline {
            thread::sleep(FIRST_PAUSE);
        }
    }

    /// What was counted on the way.
    pub fn stats(&self) -> Stats {
        let engine = self.engine();
        Stats {
            judging: self.judging.read(),
            plugins: engine.plugin_stats(),
            pool: engine.pool_stats(),
            outputs: Outputs {
                taken: self.outputs.get(),
                lag: self.lag.read(),
                late: self.late.get(),
            },
            ..Stats::default()
        }
    }

    /// Judges an action and appends it to its session. The same action under the
    /// same id is the same step, however often it is sent.
    ///
    /// Never fails: what cannot be judged is held, or blocked if the operator
    /// says so.
    pub fn judge(&self, mut action: Action) -> Judged {
        let started = Instant::now();
        let generation = self.generation();
        if action.at == 0 {
            action.at = now();
        }
        let named = !action.id.is_empty();
        if !named {
            action.id = fresh_id();
        }
        let action = Arc::new(action);
        let asked = generation.asked(&action.kind);
        let outcome = self.retried(|| {
            let mut turn = self.sessions.turn(&action.session)?;
            let before = named.then(|| turn.step_of(&action)).flatten();
            let view = match before {
                Some(step) => turn.view_before(step),
                None => turn.view(),
            };
            let opinions = self.opinions(&generation, &asked, &action, &view, &mut turn)?;
            drop(view); // while somebody looks at the history, adding to it copies it
            let judgement = verdict::combine(&generation.rules, &action.kind, &opinions);
            let step = match action.session.is_empty() {
                true => None, // it stands alone: nobody will look back at it
                false if before.is_some() => before,
                false => Some(turn.push(action.clone(), &judgement)?),
            };
            settle_failures(&asked, &mut turn);
            Ok((step, opinions, judgement))
        });
        self.judged(&generation, action, outcome, started)
    }

    /// Judges an action again, under the current generation and as it stood
    /// when it was first judged: with the steps before it.
    pub fn judge_again(&self, held: &Judged) -> Judged {
        let started = Instant::now();
        let generation = self.generation();
        let asked = generation.asked(&held.action.kind);
        let outcome = self.retried(|| {
            let mut turn = self.sessions.turn(&held.action.session)?;
            let view = match held.step {
                Some(step) if !held.action.session.is_empty() => turn.view_before(step),
                _ => turn.view(),
            };
            let opinions = self.opinions(&generation, &asked, &held.action, &view, &mut turn)?;
            let judgement = verdict::combine(&generation.rules, &held.action.kind, &opinions);
            let step = match held.step {
                // Its session could not be used when it came: it takes its place now.
                None if !held.action.session.is_empty() => {
                    drop(view);
                    Some(turn.push(held.action.clone(), &judgement)?)
                }
                step => step,
            };
            Ok((step, opinions, judgement))
        });
        self.judged(&generation, held.action.clone(), outcome, started)
    }

    /// The steps that a judged action was judged with, as far as they can be read now.
    ///
    /// # Errors
    /// The session could not be used.
    pub fn before(&self, judged: &Judged) -> Result<View, SessionError> {
        let Some(step) = judged.step.filter(|_| !judged.action.session.is_empty()) else {
            return Ok(View::default());
        };
        Ok(self
            .sessions
            .turn(&judged.action.session)?
            .view_before(step))
    }

    /// Writes down in the session what the human said.
    ///
    /// # Errors
    /// The session could not be used.
    pub fn settle(
        &self,
        action: &Action,
        step: Option<u32>,
        approved: bool,
    ) -> Result<(), SessionError> {
        let Some(step) = step.filter(|_| !action.session.is_empty()) else {
            return Ok(());
        };
        self.retried(|| {
            self.sessions
                .turn(&action.session)?
                .settle(step, action, approved)
        })
    }

    /// Whether one of these values of a judged action may come from what a tool returned:
    /// an output before it has the value, and the user's own words do not. Also where
    /// nobody can tell, because outputs were cut or dropped, or the session is kept elsewhere.
    ///
    /// # Errors
    /// The session could not be used.
    pub fn may_come_from_outputs(
        &self,
        judged: &Judged,
        values: &[String],
    ) -> Result<bool, SessionError> {
        let Some(step) = judged.step else {
            return Ok(true);
        };
        let view = self.retried(|| {
            let turn = self.sessions.turn(&judged.action.session)?;
            Ok(turn.view_before(step))
        })?;
        let kept = |step: &Step| !matches!(step.output, Output::Truncated(_) | Output::Dropped);
        // A step that is not here was another process's, which keeps its sessions to itself.
        let whole = (0..view.len()).all(|at| view.step(at).is_some_and(kept));
        let from_output = |found: &Vec<Occurrence>| {
            let stands_in = |place| found.iter().any(|found| found.place == place);
            stands_in(Place::Output) && !stands_in(Place::Intent)
        };
        let known = whole && values.len() <= TEXTS;
        Ok(!known || view.find_values(values).iter().any(from_output))
    }

    /// Takes in what an action returned and shows it to the plugins that keep
    /// notes. Runs on the reporting thread; a decision that comes meanwhile
    /// waits for its session's turn.
    ///
    /// # Errors
    /// No such action, a second output for it, or the session could not be used. A plugin that fails to read is no error here: it counts at the
    /// session's next decision.
    pub fn observe(&self, seen: &Observation) -> Result<(), SessionError> {
        let (generation, arrived) = (self.generation(), Instant::now());
        self.retried(|| self.sessions.turn(&seen.session)?.observe(seen))?;
        self.outputs.one();
        let read = || {
            let mut turn = self.sessions.turn(&seen.session)?;
            let plugins = generation.plugins.iter();
            let observers =
                plugins.filter(|plugin| plugin.observes() && !self.tolerated.is_away(plugin));
            observers
                .map(|plugin| fold(&generation, plugin, &mut turn))
                .try_for_each(|folded| folded.map(drop))
        };
        // The output is in. What is not read now is read before the session's
        // next decision, so there is nothing to fail here.
        match self.retried(read) {
            Ok(()) => self.lag.record(arrived.elapsed()),
            Err(e) => tracing::warn!("session '{}': an output is read later: {e}", seen.session),
        }
        Ok(())
    }

    /// Asks every plugin that is to be asked, in order.
    fn opinions(
        &self,
        generation: &Generation,
        asked: &[&Plugin],
        action: &Action,
        view: &View,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<Opinion>, SessionError> {
        let mut opinions = Vec::with_capacity(asked.len());
        for plugin in asked {
            if self.tolerated.is_away(plugin) {
                opinions.push(plugin.quarantined(action));
                continue;
            }
            // Usually the notes are at hand; after a swap or a restart a plugin first
            // reads what it has not read.
            let (folded, late) = match plugin.observes() {
                true => fold(generation, plugin, turn)?,
                false => Default::default(),
            };
            self.late.add(late);
            let mut opinion = generation.judge(plugin, action, view, &folded.notes);
            if let (Some(why), Ok(_)) = (folded.failure, &opinion.outcome) {
                opinion.outcome = Err(Failure::Unobserved(why));
            }
            plugin.count(&opinion);
            self.tolerated.count(plugin, &opinion, action, view);
            opinions.push(opinion);
        }
        Ok(opinions)
    }

    /// Puts a judged action together; a session that could not be used is a
    /// failure like any other.
    fn judged(
        &self,
        generation: &Generation,
        action: Arc<Action>,
        outcome: Result<(Option<u32>, Vec<Opinion>, Judgement), SessionError>,
        started: Instant,
    ) -> Judged {
        let (step, opinions, judgement) = outcome.unwrap_or_else(|e| {
            (
                None,
                Vec::new(),
                Judgement::unjudged(
                    &generation.rules,
                    &action.kind,
                    "session-unavailable",
                    e.to_string(),
                ),
            )
        });
        let took = started.elapsed();
        self.judging.record(took);
        Judged {
            action,
            step,
            generation: generation.id.clone(),
            opinions,
            judgement,
            latency_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        }
    }

    /// Tries again while another process is faster, for as long as one waits for
    /// a session's turn. Waits a little longer each time, and not all for as long.
    fn retried<T>(
        &self,
        mut attempt: impl FnMut() -> Result<T, SessionError>,
    ) -> Result<T, SessionError> {
        let end = Instant::now() + self.sessions.patience();
        let mut pause = FIRST_PAUSE;
        loop {
            match attempt() {
                Err(SessionError::Conflict) if Instant::now() < end => {}
                outcome => return outcome,
            }
            thread::sleep(pause.mul_f64(0.5 + f64::from(std::process::id() % 7) / 7.0));
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }
}

/// Lowers this thread's priority, for good. Where cores are short a swap takes
/// longer, and decisions do not.
fn give_way() {
    #[cfg(target_os = "linux")] // elsewhere priority belongs to the process
    if let Err(e) = rustix::process::setpriority_process(None, BACKGROUND) {
        tracing::debug!("cannot lower the priority of loading: {e}");
    }
}

/// An id no other action has: random once a process, then counted, since asking
/// the system for randomness each time costs a call.
fn fresh_id() -> String {
    static PROCESS: LazyLock<String> = LazyLock::new(|| uuid::Uuid::new_v4().simple().to_string());
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("act-{}-{}", *PROCESS, COUNT.fetch_add(1, Ordering::Relaxed))
}
