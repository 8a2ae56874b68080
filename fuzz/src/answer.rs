//! What guests return. The bytes are laid into a guest's memory, and say where in
//! it the answer lies (`guests/raw.wat`); what the host makes of them is compared
//! with what `lifting.rs` reads from the same memory.

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use coldnotch::action::Action;
use coldnotch::history::{History, Leaf, Limits as HistoryLimits, View};
use coldnotch::notes::Notes;
use coldnotch::policy::{Grant, Limits, PluginSpec, Policy, Source};
use coldnotch::runtime::{Engine, EngineConfig, Generation};
use coldnotch::verdict::{Assessment, Failure, Verdict};

use super::lifting::{Lifted, Memory, Wrong};

static GENERATION: LazyLock<Generation> = LazyLock::new(|| {
    let engine = Engine::start(&EngineConfig {
        instances: 2,
        ..EngineConfig::default()
    });
    let guest = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../fuzz/guests/raw.wasm"
    ));
    let limits = Limits {
        time: Duration::from_secs(60), // what ends it must not depend on the machine
        ..Limits::default()
    };
    let plugin = PluginSpec {
        grants: vec![Grant::History],
        limits,
        ..PluginSpec::new("raw", Source::Path(guest.to_owned()))
    };
    let policy = Policy {
        plugins: vec![plugin],
        ..Policy::default()
    };
    Generation::build(&engine.unwrap(), &policy).unwrap()
});

/// A session with something to find: the action's kind and what it returned.
static HISTORY: LazyLock<Arc<History>> = LazyLock::new(|| {
    let mut history = History::new(HistoryLimits::default());
    let step = history.push(
        Arc::new(Action::new("read")),
        Verdict::Allow,
        0.0,
        Vec::new(),
    );
    history.observe(step, r#"{"to":"ana"}"#, None).unwrap();
    Arc::new(history)
});

pub fn run(data: &[u8]) {
    let data = &data[..data.len().min(Memory::IMAGE_LEN)];
    let memory = Memory::with(data);
    check_score(data, &memory);
    check_observe(data, &memory);
}

fn check_score(data: &[u8], memory: &Memory) {
    let outcome = score(data);
    assert_eq!(outcome, score(data), "the same bytes, the same answer");
    if let Ok(assessment) = &outcome {
        is_within_the_contract(assessment);
    }
    agree(outcome, memory.assessment());
}

fn score(data: &[u8]) -> Result<Assessment, Failure> {
    let plugin = &GENERATION.plugins[0];
    let view = View::new(HISTORY.clone(), u32::MAX);
    let action = Action::new("note");
    GENERATION
        .judge(plugin, &action, &view, &notes(data))
        .outcome
}

fn check_observe(data: &[u8], memory: &Memory) {
    let plugin = &GENERATION.plugins[0];
    let view = View::new(HISTORY.clone(), u32::MAX);
    let step = HISTORY.step(0).unwrap();
    let leaf = Leaf {
        path: "to".to_owned(),
        text: "ana".to_owned(),
    };
    let outcome = plugin.observe(GENERATION.engine(), step, &[leaf], &view, &notes(data));
    if let Ok(notes) = &outcome {
        assert!(notes.len() <= Limits::default().notes);
    }
    agree(outcome, memory.notes());
}

fn notes(data: &[u8]) -> Notes {
    Notes {
        data: data.to_vec(),
        complete: true,
    }
}

/// An answer is taken for exactly what it says. What says nothing valid is a
/// failure, and what is valid is one only when it is too much.
fn agree<T: PartialEq + std::fmt::Debug>(outcome: Result<T, Failure>, lifted: Lifted<T>) {
    match (outcome, lifted) {
        (_, Err(Wrong::Unknown)) => {}
        (Ok(taken), Ok(said)) => assert_eq!(taken, said.value),
        (Err(failure), Ok(said)) => assert!(said.bytes > 16 << 10, "{failure:?}"),
        (Err(Failure::Declined(_)), Err(Wrong::Declined)) => {}
        (Err(Failure::BadOutput(_) | Failure::Trapped(_)), Err(_)) => {}
        (outcome, Err(wrong)) => panic!("{outcome:?} of what is {wrong:?}"),
    }
}

fn is_within_the_contract(assessment: &Assessment) {
    assert!((0.0..=1.0).contains(&assessment.risk));
    assert!(assessment.reasons.len() <= 32 && assessment.labels.len() <= 32);
    for label in &assessment.labels {
        is_clean(label, 64);
    }
    for reason in &assessment.reasons {
        is_clean(&reason.code, 256);
        is_clean(&reason.message, 1024);
        assert!(reason.evidence.len() <= 32);
        for evidence in &reason.evidence {
            is_clean(&evidence.path, 256);
            is_clean(&evidence.text, 512);
        }
    }
}

fn is_clean(text: &str, max: usize) {
    assert!(text.len() <= max);
    assert!(!text.contains(char::is_control), "{text:?}");
}
