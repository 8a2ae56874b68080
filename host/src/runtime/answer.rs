//! What guests return: checked against the contract and made safe to show.

use super::bindings::scorer::coldnotch::policy::types as wit;
use crate::verdict::{Assessment, Evidence, Failure, Reason, Verdict};

/// Most reasons, evidence of one reason, and labels in one answer.
const MAX_ITEMS: usize = 32;
/// Longest label in bytes; a longer one is refused, since a cut one would lie.
const MAX_LABEL: usize = 64;
/// Longest code and path in bytes.
const MAX_NAME: usize = 256;
/// Bytes of a message and of an evidence text that are kept.
const MAX_MESSAGE: usize = 1024;
const MAX_EVIDENCE: usize = 512;

/// Accepts an answer or says what is wrong with it.
pub(super) fn assessment(
    answer: Result<wit::Assessment, wit::ScoreError>,
) -> Result<Assessment, Failure> {
    let answer = answer.map_err(declined)?;
    if !(0.0..=1.0).contains(&answer.risk) {
        return Err(Failure::BadOutput(format!(
            "the risk is {}, not a number in [0,1]",
            answer.risk
        )));
    }
    bounded("reasons", answer.reasons.len())?;
    bounded("labels", answer.labels.len())?;
    Ok(Assessment {
        risk: answer.risk + 0.0, // -0.0 becomes 0.0
        verdict: answer.verdict.map(verdict),
        reasons: answer
            .reasons
            .into_iter()
            .map(reason)
            .collect::<Result<_, _>>()?,
        labels: answer
            .labels
            .into_iter()
            .map(label)
            .collect::<Result<_, _>>()?,
    })
}

/// A guest that says it cannot judge.
pub(super) fn declined(error: wit::ScoreError) -> Failure {
    Failure::Declined(match error {
        wit::ScoreError::UnsupportedAction => "it does not know this kind of action".to_owned(),
        wit::ScoreError::MissingContext(what) => {
            format!("it misses {}", printable(&what, MAX_NAME))
        }
        wit::ScoreError::Internal(what) => printable(&what, MAX_MESSAGE),
    })
}

fn bounded(what: &str, count: usize) -> Result<(), Failure> {
    if count > MAX_ITEMS {
        return Err(Failure::BadOutput(format!(
            "{count} {what}, more than {MAX_ITEMS}"
        )));
    }
    Ok(())
}

fn verdict(verdict: wit::Verdict) -> Verdict {
    match verdict {
        wit::Verdict::Allow => Verdict::Allow,
        wit::Verdict::Hold => Verdict::Hold,
        wit::Verdict::Block => Verdict::Block,
    }
}

fn reason(reason: wit::Reason) -> Result<Reason, Failure> {
    bounded("pieces of evidence", reason.evidence.len())?;
    Ok(Reason {
        code: printable(&reason.code, MAX_NAME),
        message: printable(&reason.message, MAX_MESSAGE),
        evidence: reason.evidence.into_iter().map(evidence).collect(),
    })
}

fn evidence(evidence: wit::Evidence) -> Evidence {
    Evidence {
        step: evidence.step,
        path: printable(&evidence.path, MAX_NAME),
        text: printable(&evidence.text, MAX_EVIDENCE),
    }
}

fn label(label: String) -> Result<String, Failure> {
    if label.len() > MAX_LABEL {
        return Err(Failure::BadOutput(format!(
            "a label of {} bytes, more than {MAX_LABEL}",
            label.len()
        )));
    }
    Ok(printable(&label, MAX_LABEL))
}

pub(super) use crate::printable::printable;

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(risk: f64) -> wit::Assessment {
        wit::Assessment {
            risk,
            verdict: None,
            reasons: Vec::new(),
            labels: Vec::new(),
        }
    }

    #[test]
    fn a_risk_that_is_no_probability_is_bad_output() {
        for risk in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1, 1.000_001] {
            let failure = assessment(Ok(answer(risk))).unwrap_err();
            assert_eq!(failure.name(), "bad-output", "{risk}");
        }
        for risk in [0.0, -0.0, 0.5, 1.0] {
            assert!(assessment(Ok(answer(risk))).is_ok(), "{risk}");
        }
    }

    #[test]
    fn too_many_or_too_long_is_bad_output() {
        let reason = wit::Reason {
            code: "c".into(),
            message: "m".into(),
            evidence: Vec::new(),
        };
        let many = wit::Assessment {
            reasons: vec![reason; MAX_ITEMS + 1],
            ..answer(0.0)
        };
        assert_eq!(
            assessment(Ok(many)).unwrap_err(),
            Failure::BadOutput("33 reasons, more than 32".into())
        );
        let long = wit::Assessment {
            labels: vec!["x".repeat(MAX_LABEL + 1)],
            ..answer(0.0)
        };
        assert_eq!(assessment(Ok(long)).unwrap_err().name(), "bad-output");
    }

    #[test]
    fn text_of_a_guest_cannot_drive_a_terminal() {
        let reason = wit::Reason {
            code: "c".into(),
            message: "a\u{1b}[2Jb\nc\u{202e}d".into(),
            evidence: Vec::new(),
        };
        let clean = assessment(Ok(wit::Assessment {
            reasons: vec![reason],
            ..answer(0.0)
        }))
        .unwrap();
        assert_eq!(clean.reasons[0].message, "a[2Jb cd");
    }
}
