//! Recorded sessions, judged by the consequence engine as it is built in.

use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use coldnotch::action::{Action, Observation};
use coldnotch::json::Object;
use coldnotch::judge::Judge;
use coldnotch::policy::Policy;
use coldnotch::recording::Recording;
use coldnotch::runtime::{Engine, EngineConfig, Generation};
use coldnotch::session::{SessionConfig, Sessions};
use coldnotch::verdict::{Assessment, Verdict};

static JUDGE: LazyLock<Judge> = LazyLock::new(|| {
    let engine = Engine::start(&EngineConfig {
        instances: 1,
        ..EngineConfig::default()
    });
    let sessions = SessionConfig {
        sessions: NonZeroUsize::MIN,
        ..SessionConfig::default()
    };
    let generation = Generation::build(&engine.unwrap(), &Policy::default()).unwrap();
    Judge::new(generation, Sessions::new(sessions))
});

#[allow(dead_code)] // the smoke test has no use for it
/// Compiles the engine, which takes longer than any input may.
pub fn ready() {
    LazyLock::force(&JUDGE);
}

pub fn run(data: &[u8]) {
    for line in data.split(|byte| *byte == b'\n') {
        if let Ok(recording) = serde_json::from_slice::<Recording>(line) {
            let once = judge(&recording);
            assert_eq!(once, judge(&recording), "the same is judged the same");
        }
    }
}

/// The assessments of the steps, up to one that `replay` would refuse.
fn judge(recording: &Recording) -> Vec<Assessment> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let session = format!("s{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut assessments = Vec::new();
    for (index, step) in recording.steps.iter().enumerate() {
        let payload = serde_json::to_string(&step.payload).unwrap();
        let Ok(payload) = Object::parse(payload.as_bytes()) else {
            break;
        };
        let action = Action {
            id: index.to_string(),
            session: session.clone(),
            agent: recording.agent.clone(),
            summary: step.summary.clone(),
            payload,
            intent: recording.intent.clone(),
            ..Action::new(&*step.kind)
        };
        let mut judged = JUDGE.judge(action);
        let opinion = judged.opinions.pop().unwrap();
        let assessment = opinion.outcome.expect("it answers whatever comes in");
        check(&assessment, index);
        assessments.push(assessment);
        if let Some(output) = &step.output {
            let seen = Observation {
                session: session.clone(),
                id: index.to_string(),
                output: output.clone(),
                succeeded: None,
            };
            JUDGE.observe(&seen).unwrap();
        }
    }
    assessments
}

/// Who holds says why; what is not held is below the threshold; evidence lies in
/// the action or before it.
fn check(assessment: &Assessment, index: usize) {
    let holds = assessment.verdict.is_some_and(|v| v > Verdict::Allow);
    assert_eq!(holds, !assessment.reasons.is_empty());
    assert_eq!(holds, assessment.risk > 0.5);
    for reason in &assessment.reasons {
        assert!(!reason.message.is_empty());
        let earlier = |step: u32| (step as usize) < index;
        assert!(reason.evidence.iter().all(|e| e.step.is_none_or(earlier)));
    }
}
