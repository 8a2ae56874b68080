//! Recorded sessions, read as `replay` does and judged by rules alone.

use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use coldnotch::action::{Action, Observation};
use coldnotch::json::Object;
use coldnotch::judge::Judge;
use coldnotch::policy::Policy;
use coldnotch::recording::{Label, RecordedStep, Recording};
use coldnotch::runtime::{Engine, EngineConfig, Generation};
use coldnotch::session::{SessionConfig, Sessions};
use coldnotch::verdict::Verdict;

/// Without plugins, so that what is judged is what was read.
static JUDGE: LazyLock<Judge> = LazyLock::new(|| {
    judge_of(&Policy {
        plugins: Vec::new(),
        ..Policy::default()
    })
});

/// A judge of one session at a time.
pub fn judge_of(policy: &Policy) -> Judge {
    let engine = Engine::start(&EngineConfig {
        instances: 1,
        ..EngineConfig::default()
    });
    let sessions = SessionConfig {
        sessions: NonZeroUsize::MIN,
        ..SessionConfig::default()
    };
    let generation = Generation::build(&engine.unwrap(), policy).unwrap();
    Judge::new(generation, Sessions::new(sessions))
}

pub fn run(data: &[u8]) {
    for line in data.split(|byte| *byte == b'\n') {
        let Ok(recording) = serde_json::from_slice::<Recording>(line) else {
            continue;
        };
        check_written(&recording);
        for step in 0..=recording.steps.len() {
            let harmful = |step: &RecordedStep| step.label == Some(Label::Harmful);
            let labelled = recording.steps.get(step).is_some_and(harmful);
            assert!(labelled || !recording.must_stop(step));
        }
        judge(&recording);
    }
}

/// The recorder writes a session on one line, and it is read as the same.
fn check_written(recording: &Recording) {
    let written = serde_json::to_string(recording).unwrap();
    assert!(!written.contains('\n'));
    let again: Recording = serde_json::from_str(&written).unwrap();
    assert_eq!(again, *recording);
}

/// The actions of a recording, in a session of their own, up to one that
/// `replay` would refuse; each with its output.
pub fn actions(recording: &Recording) -> impl Iterator<Item = (Action, Option<Observation>)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let session = format!("s{}", COUNT.fetch_add(1, Ordering::Relaxed));
    recording
        .steps
        .iter()
        .enumerate()
        .map_while(move |(index, step)| {
            let payload = serde_json::to_string(&step.payload).unwrap();
            let action = Action {
                id: index.to_string(),
                session: session.clone(),
                agent: recording.agent.clone(),
                summary: step.summary.clone(),
                payload: Object::parse(payload.as_bytes()).ok()?,
                intent: recording.intent.clone(),
                ..Action::new(&*step.kind)
            };
            let seen = step.output.as_ref().map(|output| Observation {
                session: session.clone(),
                id: action.id.clone(),
                output: output.clone(),
                succeeded: None,
            });
            Some((action, seen))
        })
}

fn judge(recording: &Recording) {
    for (index, (action, seen)) in actions(recording).enumerate() {
        let judged = JUDGE.judge(action);
        assert_eq!(judged.judgement.verdict, Verdict::Allow);
        assert_eq!(judged.step, Some(u32::try_from(index).unwrap()));
        if let Some(seen) = seen {
            JUDGE.observe(&seen).unwrap();
            let other = Observation {
                output: format!("not {}", seen.output),
                ..seen
            };
            assert!(JUDGE.observe(&other).is_err(), "an action has one output");
        }
    }
}
