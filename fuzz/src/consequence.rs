//! Recorded sessions, judged by the consequence engine as it is built in.

use std::sync::LazyLock;
use std::time::Duration;

use coldnotch::judge::Judge;
use coldnotch::policy::Policy;
use coldnotch::recording::Recording;
use coldnotch::verdict::{Assessment, Verdict};

use super::recording::{actions, judge_of};

/// Compiling the engine takes longer than any input may.
pub static JUDGE: LazyLock<Judge> = LazyLock::new(|| {
    let mut policy = Policy::default();
    for plugin in &mut policy.plugins {
        plugin.limits.time = Duration::from_secs(60); // what ends it must not depend on the machine
    }
    judge_of(&policy)
});

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
    let mut assessments = Vec::new();
    for (index, (action, seen)) in actions(recording).enumerate() {
        let mut judged = JUDGE.judge(action);
        let opinion = judged.opinions.pop().unwrap();
        let assessment = opinion.outcome.expect("it answers whatever comes in");
        check(&assessment, index);
        assessments.push(assessment);
        if let Some(seen) = seen {
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
