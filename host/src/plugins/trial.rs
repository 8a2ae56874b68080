//! A plugin tried on its own: loaded as the gate would load it, asked about the
//! action of a golden case with the steps before it, each time in a fresh instance.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cases::{Case, NOON, SESSION, SETTINGS};
use super::pack::Pack;
use crate::action::Action;
use crate::history::{self, History, View};
use crate::json::Object;
use crate::notes::Notes;
use crate::policy::{Limits, PluginSpec, Policy};
use crate::runtime::{
    ComponentError, Engine, EngineConfig, EngineError, Generation, LoadError, Plugin, PluginError,
    PrepareError, Surface,
};
use crate::verdict::{Assessment, Failure};

/// Between two times of a case that does not say when: with it come other hours,
/// weekdays and odd milliseconds.
const LATER: u64 = 7 * 3_600_000 + 11 * 60_000 + 13_007;

/// Why a plugin could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The engine cannot start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It is not a component we accept.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// It cannot be loaded, whatever its settings.
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// What a plugin came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Its assessment. One that is not asked about an action of this type abstains.
    Assessed(Assessment),
    /// It gave none.
    Failed {
        /// The failure's name, or [`SETTINGS`].
        kind: String,
        /// What is said of it.
        says: String,
    },
}

impl Said {
    fn failed(failure: &Failure) -> Self {
        Said::Failed {
            kind: failure.name().to_owned(),
            says: match failure.words() {
                "" => failure.to_string(),
                words => words.to_owned(),
            },
        }
    }
}

/// A plugin under trial, with the settings of its cases.
pub struct Trial<'a> {
    pack: &'a Pack,
    engine: Arc<Engine>,
    spec: PluginSpec,
    /// By settings; the plugin may refuse some.
    loaded: BTreeMap<String, Result<Generation, Said>>,
}

impl<'a> Trial<'a> {
    /// Prepares to try a pack with the grants and limits it asks for, in the sandbox
    /// of this engine.
    ///
    /// # Errors
    /// There can be no engine, or it is no component.
    pub fn new(config: &EngineConfig, pack: &'a Pack) -> Result<Self, TrialError> {
        let limits = Limits::default();
        let (name, limits) = match &pack.manifest {
            Some(manifest) => (manifest.name.clone(), manifest.limits.raise(&limits)),
            None => ("plugin".to_owned(), limits),
        };
        let engine = Engine::start(&EngineConfig {
            max_memory: config.max_memory.max(limits.memory),
            ..config.clone()
        })?;
        let grants = match &pack.manifest {
            Some(manifest) => manifest.grants.clone(),
            None => Surface::read(&engine, &pack.component)?.needed(),
        };
        let spec = PluginSpec {
            grants,
            limits,
            ..PluginSpec::new(name, pack.source.clone())
        };
        Ok(Self::on(engine, spec, pack))
    }

    /// Prepares to try a pack as the operator has it, on an engine that is there.
    pub(super) fn on(engine: Arc<Engine>, spec: PluginSpec, pack: &'a Pack) -> Self {
        Trial {
            spec,
            pack,
            engine,
            loaded: BTreeMap::new(),
        }
    }

    /// The pack under trial.
    pub fn pack(&self) -> &'a Pack {
        self.pack
    }

    /// Sets the scene of a case. `change` is 0 for the case as it is written; for any
    /// other number, what the case leaves open is something else: the action's id, the
    /// session's name, the time.
    ///
    /// # Errors
    /// The plugin cannot be loaded at all.
    pub fn scene(&mut self, case: &Case, change: u32) -> Result<Scene<'_>, TrialError> {
        let settings = case.settings.clone().unwrap_or_default();
        let key = settings.text().to_owned();
        if !self.loaded.contains_key(&key) {
            let loaded = self.load(settings)?;
            self.loaded.insert(key.clone(), loaded);
        }
        Ok(match self.loaded.get(&key) {
            Some(Ok(generation)) => Scene::set(generation, case, change),
            Some(Err(refused)) => Scene::Refused(refused.clone()),
            None => Scene::Refused(Said::failed(&Failure::Host("it is not loaded".to_owned()))),
        })
    }

    fn load(&self, settings: Object) -> Result<Result<Generation, Said>, TrialError> {
        let spec = PluginSpec {
            settings,
            ..self.spec.clone()
        };
        let policy = Policy {
            plugins: vec![spec],
            ..Policy::default()
        };
        let refused = |says: String| {
            Ok(Err(Said::Failed {
                kind: SETTINGS.to_owned(),
                says,
            }))
        };
        match Generation::build(&self.engine, &policy) {
            Ok(generation) => Ok(Ok(generation)),
            Err(e) => match e.cause {
                PluginError::Prepare(
                    PrepareError::Settings(messages) | PrepareError::Schema(messages),
                ) => refused(messages.join("; ")),
                PluginError::Prepare(PrepareError::Failed(failure)) => {
                    refused(format!("it failed while reading them: {failure}"))
                }
                _ => Err(e.into()),
            },
        }
    }
}

/// A case, ready to be judged as often as one likes.
pub enum Scene<'a> {
    /// The plugin does not take the settings.
    Refused(Said),
    /// It is not asked about actions of this type.
    NotAsked,
    /// To be asked.
    Set(Box<Stage<'a>>),
}

/// The plugin and what it is given.
pub struct Stage<'a> {
    generation: &'a Generation,
    plugin: &'a Plugin,
    action: Action,
    view: View,
    notes: Notes,
    /// Why it could not read an earlier output.
    unread: Option<String>,
}

impl<'a> Scene<'a> {
    fn set(generation: &'a Generation, case: &Case, change: u32) -> Self {
        let Some(plugin) = generation.plugins.first() else {
            return Scene::NotAsked; // there is one
        };
        let (action, session) = actor(case, change);
        let mut stage = Stage {
            generation,
            plugin,
            view: View::default(),
            notes: Notes::default(),
            unread: None,
            action,
        };
        stage.play(case, &session);
        match generation.asked(&stage.action.kind).is_empty() {
            true => Scene::NotAsked,
            false => Scene::Set(Box::new(stage)),
        }
    }

    /// What the plugin says, in a fresh instance.
    pub fn judge(&self) -> Said {
        match self {
            Scene::Refused(said) => said.clone(),
            Scene::NotAsked => Said::Assessed(silence()),
            Scene::Set(stage) => stage.judge().0,
        }
    }

    /// The plugin and what it is given, where it is asked.
    pub fn stage(&self) -> Option<&Stage<'a>> {
        match self {
            Scene::Set(stage) => Some(stage),
            Scene::Refused(_) | Scene::NotAsked => None,
        }
    }
}

impl Stage<'_> {
    /// Lives through the steps before the action, as the plugin would see them.
    fn play(&mut self, case: &Case, session: &str) {
        let mut history = History::new(history::Limits::default());
        if let Some(intent) = &self.action.intent {
            history.set_intent(intent);
        }
        for past in &case.history {
            let mut action = (*past.action).clone();
            session.clone_into(&mut action.session);
            action.at = self.action.at;
            let labels = past.labels.clone();
            let step = history.push(Arc::new(action), past.verdict, past.risk, labels);
            history.settle(step, past.approved);
            let Some(output) = &past.output else { continue };
            // A step has one output, so it is taken.
            let leaves = history.observe(step, output, past.succeeded);
            if let (true, Ok(leaves)) = (self.plugin.observes(), leaves) {
                self.observe(&history, step, &leaves);
            }
        }
        let before = history.len();
        self.view = View::new(Arc::new(history), before);
    }

    /// Shows it an output, as the gate would when it arrives.
    fn observe(&mut self, history: &History, step: u32, leaves: &[history::Leaf]) {
        let view = View::new(Arc::new(history.clone()), step + 1);
        let Some(seen) = history.step(step) else {
            return;
        };
        let engine = self.generation.engine();
        match self.plugin.read(engine, seen, leaves, &view, &self.notes) {
            Ok(data) => self.notes.data = data,
            Err(failure) => {
                self.notes.complete = false;
                self.unread = Some(failure.to_string());
            }
        }
    }

    /// What the plugin says, in a fresh instance; the fuel and the bytes of memory it
    /// took.
    pub fn judge(&self) -> (Said, u64, usize) {
        let engine = self.generation.engine();
        let (opinion, memory) = self
            .plugin
            .measured(engine, &self.action, &self.view, &self.notes);
        let said = match (opinion.outcome, &self.unread) {
            (Ok(_), Some(why)) => Said::failed(&Failure::Unobserved(why.clone())),
            (Ok(assessment), None) => Said::Assessed(assessment),
            (Err(failure), _) => Said::failed(&failure),
        };
        (said, opinion.fuel, memory)
    }
}

/// The action of a case and the session it is in.
fn actor(case: &Case, change: u32) -> (Action, String) {
    let mut action = case.action.clone();
    let other = |name: &str| match change {
        0 => name.to_owned(),
        n => format!("{name}-{n}"),
    };
    if action.id.is_empty() {
        action.id = other("action");
    }
    if action.session == SESSION {
        action.session = other(SESSION);
    }
    let default = NOON.saturating_add(u64::from(change).saturating_mul(LATER));
    action.at = case.at.unwrap_or(default);
    let session = action.session.clone();
    (action, session)
}

fn silence() -> Assessment {
    Assessment {
        risk: 0.0,
        verdict: None,
        reasons: Vec::new(),
        labels: Vec::new(),
    }
}
