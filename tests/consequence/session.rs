//! Recorded sessions judged step by step, with the reasons.

use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use coldnotch::action::{Action, Observation};
use coldnotch::config::Config;
use coldnotch::json::Object;
use coldnotch::judge::Judge;
use coldnotch::verdict::{Failure, Verdict};
use serde_json::Value;

/// The judge of an operator who sets nothing.
static JUDGE: LazyLock<Judge> = LazyLock::new(|| {
    let mut config = Config::from_text("", Path::new("coldnotch.toml")).unwrap();
    config.session.state = None;
    Judge::open(&config).unwrap()
});

/// What was said of one step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// True when it was held or blocked.
    pub(crate) held: bool,
    /// The engine's risk.
    pub(crate) risk: f64,
    /// The reason codes, the worst first.
    pub(crate) codes: Vec<String>,
    /// What went wrong in the engine, if something did.
    pub(crate) failure: Option<Failure>,
}

/// Judges the steps of a recorded session in order, each with the outputs of
/// those before it.
pub(crate) fn judge(session: &Value) -> Vec<Step> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!("s{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut judged = Vec::new();
    for (index, step) in session["steps"].as_array().unwrap().iter().enumerate() {
        judged.push(judge_step(&name, index, &session["intent"], step));
        if let Some(output) = step["output"].as_str() {
            let seen = Observation {
                session: name.clone(),
                id: index.to_string(),
                output: output.to_owned(),
                succeeded: None,
            };
            JUDGE.observe(&seen).unwrap();
        }
    }
    judged
}

fn judge_step(session: &str, index: usize, intent: &Value, step: &Value) -> Step {
    let action = Action {
        id: index.to_string(),
        session: session.to_owned(),
        agent: "golden".to_owned(),
        summary: step["summary"].as_str().unwrap_or_default().to_owned(),
        payload: Object::parse(step["payload"].to_string().as_bytes()).unwrap(),
        intent: intent.as_str().map(str::to_owned),
        ..Action::new(step["type"].as_str().unwrap())
    };
    let judged = JUDGE.judge(action);
    let (mut codes, mut failure) = (Vec::new(), None);
    for opinion in judged.opinions {
        match opinion.outcome {
            Ok(assessment) => codes.extend(assessment.reasons.into_iter().map(|r| r.code)),
            Err(failed) => failure = Some(failed),
        }
    }
    Step {
        held: judged.judgement.verdict > Verdict::Allow,
        risk: judged.judgement.risk,
        codes,
        failure,
    }
}
