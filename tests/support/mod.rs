//! What the end-to-end tests share: guests, policies, a gate in a folder of its
//! own, and a human who says what a test told them to.
#![allow(
    dead_code, // no test uses all of it
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use coldnotch::action::{Action, Observation};
use coldnotch::approvals::{Answer, Card, Channel};
use coldnotch::audit::Durability;
use coldnotch::config::Config;
use coldnotch::gate::{Decision, Gate};
use coldnotch::json::Object;
use coldnotch::judge::Judge;
use coldnotch::policy::{Grant, Limits, PluginSpec, Policy, Source};
use coldnotch::runtime::{Engine, EngineConfig, Generation, LoadError};
use coldnotch::session::{SessionConfig, Sessions};
use coldnotch::verdict::{Evidence, Judged, Opinion};
use parking_lot::Mutex;
use serde_json::Value;

/// A guest of `tests/guests`, built.
pub fn guest(name: &str) -> PathBuf {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/guests"));
    let file = folder.join(format!("{name}.wasm"));
    assert!(
        file.is_file(),
        "{} is missing: run `plugins/build.sh guests`",
        file.display()
    );
    file
}

/// A plugin from a guest, with these settings and the history granted. On a busy
/// machine its wall time would end before its fuel, so it has plenty.
pub fn plugin(name: &str, settings: &str) -> PluginSpec {
    PluginSpec {
        settings: object(settings),
        grants: vec![Grant::History],
        limits: Limits {
            time: Duration::from_secs(60),
            ..Limits::default()
        },
        ..PluginSpec::new(name, Source::Path(guest(name)))
    }
}

/// The hostile guest, misbehaving in this way.
pub fn hostile(how: &str) -> PluginSpec {
    plugin("hostile", &format!(r#"{{"how":"{how}"}}"#))
}

/// The hostile guest, misbehaving for `limit` of wall time, whatever the fuel.
pub fn slow(limit: Duration) -> PluginSpec {
    let limits = Limits {
        fuel: u64::MAX,
        time: limit,
        ..Limits::default()
    };
    PluginSpec {
        limits,
        ..hostile("loop")
    }
}

/// The keyword stub: it abstains with risk 0.6 on "refund" and with 0 on "hello".
pub fn keywords() -> PluginSpec {
    PluginSpec {
        limits: plugin("hostile", "{}").limits,
        ..PluginSpec::new("keywords", Source::Builtin("keywords".to_owned()))
    }
}

/// The default rules with these plugins.
pub fn policy(plugins: impl IntoIterator<Item = PluginSpec>) -> Policy {
    Policy {
        plugins: plugins.into_iter().collect(),
        ..Policy::default()
    }
}

/// The default rules with this type always held and these plugins.
pub fn holding(kind: &str, plugins: impl IntoIterator<Item = PluginSpec>) -> Policy {
    let mut policy = policy(plugins);
    policy.rules.hold_types = vec![kind.to_owned()];
    policy
}

/// An engine small enough that many tests can have one.
pub fn engine() -> Arc<Engine> {
    Engine::start(&small()).unwrap()
}

/// The configuration of [`engine`].
pub fn small() -> EngineConfig {
    EngineConfig {
        instances: 16,
        patience: Duration::from_secs(60),
        ..EngineConfig::default()
    }
}

/// A judge without a state file.
pub fn judge(engine: &Arc<Engine>, policy: &Policy) -> Judge {
    let sessions = Sessions::new(SessionConfig::default());
    Judge::new(build(engine, policy).unwrap(), sessions)
}

/// A policy, loaded.
pub fn build(engine: &Arc<Engine>, policy: &Policy) -> Result<Generation, LoadError> {
    Generation::build(engine, policy)
}

pub fn object(json: &str) -> Object {
    Object::parse(json.as_bytes()).unwrap()
}

/// An action that stands alone.
pub fn action(kind: &str, payload: &str) -> Action {
    Action {
        payload: object(payload),
        ..Action::new(kind)
    }
}

/// The action `id` of the session `s`.
pub fn step(id: &str) -> Action {
    in_session("s", id, "note", "{}")
}

/// An action of a session.
pub fn in_session(session: &str, id: &str, kind: &str, payload: &str) -> Action {
    Action {
        id: id.to_owned(),
        session: session.to_owned(),
        ..action(kind, payload)
    }
}

/// What the action `id` of the session `s` returned.
pub fn output(id: &str, output: &str) -> Observation {
    Observation {
        session: "s".to_owned(),
        id: id.to_owned(),
        output: output.to_owned(),
        succeeded: Some(true),
    }
}

/// What the last plugin said: the message of its first reason.
pub fn said(judged: &Judged) -> &str {
    message(judged.opinions.last().unwrap())
}

/// The message of an opinion's first reason.
pub fn message(opinion: &Opinion) -> &str {
    &opinion.outcome.as_ref().unwrap().reasons[0].message
}

/// What a decision says of a plugin: its first cause's message.
pub fn cause<'a>(decision: &'a Decision, plugin: &str) -> &'a str {
    let cause = decision.causes.iter().find(|cause| cause.plugin == plugin);
    &cause
        .unwrap_or_else(|| panic!("nothing of {plugin}: {decision:?}"))
        .reason
        .message
}

/// What the hostile guest reports of the session: `STEP PATH: TEXT`.
pub fn seen(decision: &Decision) -> Vec<String> {
    let mut causes = decision.causes.iter().map(|cause| &cause.reason);
    let report = causes.find(|reason| reason.code == "history");
    let evidence = &report
        .unwrap_or_else(|| panic!("no report: {decision:?}"))
        .evidence;
    let line = |seen: &Evidence| match seen.step {
        Some(step) => format!("{step} {}: {}", seen.path, seen.text),
        None => format!("- {}: {}", seen.path, seen.text),
    };
    evidence.iter().map(line).collect()
}

/// Waits for something outside to happen.
pub fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !happened() {
        assert!(Instant::now() < deadline, "it never happened: {what}");
        thread::yield_now();
    }
}

/// A folder of its own with a configuration, a log and what else a gate needs.
pub struct Home {
    pub folder: tempfile::TempDir,
    pub human: Human,
    pub config: Config,
}

impl Home {
    /// Sessions in memory, nothing cached, and records that need not outlive the
    /// machine.
    pub fn new(policy: Policy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::from_text("", &folder.path().join("coldnotch.toml")).unwrap();
        config.policy = policy;
        config.engine = small();
        config.session.state = None;
        config.session.patience = Duration::from_secs(60);
        config.audit_path = folder.path().join("audit.jsonl");
        config.durability = Durability::Record;
        config.approvals.store = None;
        config.quarantine.file = folder.path().join("quarantine.jsonl");
        Home {
            folder,
            human: Human::default(),
            config,
        }
    }

    /// The same with a state file.
    pub fn with_state(policy: Policy) -> Self {
        let mut home = Home::new(policy);
        home.config.session.state = Some(home.path("state.db"));
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A gate, as a process of its own would have it.
    pub fn open(&self) -> Gate {
        Gate::open(&self.config, Box::new(self.human.clone())).unwrap()
    }

    /// The audit log's lines.
    pub fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.config.audit_path).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The kinds of the audit log's lines.
    pub fn kinds(&self) -> Vec<String> {
        let kind = |line: &Value| line["kind"].as_str().unwrap().to_owned();
        self.log().iter().map(kind).collect()
    }
}

/// Remembers the cards it is shown. Answers with what it was told in advance;
/// then, and for good, not at once.
#[derive(Debug, Clone, Default)]
pub struct Human(Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
struct Memory {
    cards: Vec<Shown>,
    answers: VecDeque<bool>,
}

/// A card as it was shown: the approval's id, the action's, and the causes' codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub approval: String,
    pub action: String,
    pub codes: Vec<String>,
    pub beside: Option<String>,
}

impl Human {
    /// What it will answer to the next cards.
    pub fn will(&self, answers: impl IntoIterator<Item = bool>) {
        self.0.lock().answers.extend(answers);
    }

    /// Every card so far.
    pub fn cards(&self) -> Vec<Shown> {
        self.0.lock().cards.clone()
    }
}

impl Channel for Human {
    fn ask(&self, card: &Card<'_>) -> Option<Answer> {
        let mut memory = self.0.lock();
        let causes = card.judgement.causes.iter();
        memory.cards.push(Shown {
            approval: card.id.to_owned(),
            action: card.action.id.clone(),
            codes: causes.map(|cause| cause.reason.code.clone()).collect(),
            beside: card.beside.map(str::to_owned),
        });
        memory.answers.pop_front().map(answer)
    }
}

/// Ana's answer, by the channel `test`.
pub fn answer(approved: bool) -> Answer {
    Answer {
        approved,
        by: "ana".to_owned(),
        via: "test".to_owned(),
        reason: None,
    }
}
