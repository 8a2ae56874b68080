//! A judged action as text, for the approvals file: what was shown, and what
//! became of it, survives the process that asked.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Conclusion;
use crate::action::Action;
use crate::json::Object;
use crate::verdict::{
    Assessment, Cause, Evidence, Failure, Judged, Judgement, Opinion, Part, Reason, Verdict,
};

/// What is wrong with a text that should be one of ours.
type Wrong = Box<dyn std::error::Error + Send + Sync>;

#[derive(Serialize, Deserialize)]
struct HeldText {
    id: String,
    session: String,
    agent: String,
    r#type: String,
    summary: String,
    payload: String,
    intent: Option<String>,
    context: String,
    at: u64,
    step: Option<u32>,
    generation: String,
    opinions: Vec<OpinionText>,
    verdict: String,
    risk: f64,
    reason: String,
    causes: Vec<CauseText>,
    labels: Vec<String>,
    /// Earlier versions did not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    flips: Vec<CauseText>,
    latency_us: u64,
}

#[derive(Serialize, Deserialize)]
struct OpinionText {
    plugin: String,
    digest: String,
    /// The failure's name and words; none when it assessed.
    failure: Option<(String, String)>,
    risk: f64,
    verdict: Option<String>,
    reasons: Vec<ReasonText>,
    labels: Vec<String>,
    #[serde(default = "full")]
    part: String,
    fuel: u64,
}

fn full() -> String {
    Part::Full.as_str().to_owned()
}

#[derive(Serialize, Deserialize)]
struct CauseText {
    plugin: String,
    verdict: String,
    reason: ReasonText,
}

#[derive(Serialize, Deserialize)]
struct ReasonText {
    code: String,
    message: String,
    evidence: Vec<(Option<u32>, String, String)>,
}

#[derive(Serialize, Deserialize)]
struct ConclusionText {
    judged: HeldText,
    approved: Option<bool>,
    approval: Option<String>,
    seq: Option<u64>,
    #[serde(default)] // earlier versions did not say when
    at: u64,
}

/// A judged action as text.
pub(super) fn write(judged: &Judged) -> String {
    text(&held(judged))
}

/// A judged action from its text.
pub(super) fn read(text: &str) -> Result<Judged, Wrong> {
    judged(serde_json::from_str(text)?)
}

/// What became of an action as text.
pub(super) fn write_conclusion(conclusion: &Conclusion) -> String {
    text(&ConclusionText {
        judged: held(&conclusion.judged),
        approved: conclusion.approved,
        approval: conclusion.approval.clone(),
        seq: conclusion.seq,
        at: conclusion.at,
    })
}

/// What became of an action from its text.
pub(super) fn read_conclusion(text: &str) -> Result<Conclusion, Wrong> {
    let read: ConclusionText = serde_json::from_str(text)?;
    Ok(Conclusion {
        judged: judged(read.judged)?,
        approved: read.approved,
        approval: read.approval,
        seq: read.seq,
        at: read.at,
    })
}

/// Texts and numbers alone, so there is nothing that could not be written. If there
/// were, the empty text would not be read back, and the action would not run.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn held(judged: &Judged) -> HeldText {
    let Judged {
        action,
        step,
        generation,
        opinions,
        judgement,
        latency_us,
    } = judged;
    HeldText {
        id: action.id.clone(),
        session: action.session.clone(),
        agent: action.agent.clone(),
        r#type: action.kind.clone(),
        summary: action.summary.clone(),
        payload: action.payload.text().to_owned(),
        intent: action.intent.clone(),
        context: action.context.text().to_owned(),
        at: action.at,
        step: *step,
        generation: generation.to_string(),
        opinions: opinions.iter().map(opinion_text).collect(),
        verdict: judgement.verdict.as_str().to_owned(),
        risk: judgement.risk,
        reason: judgement.reason.clone(),
        causes: judgement.causes.iter().map(cause_text).collect(),
        labels: judgement.labels.clone(),
        flips: judgement.flips.iter().map(cause_text).collect(),
        latency_us: *latency_us,
    }
}

fn judged(held: HeldText) -> Result<Judged, Wrong> {
    let action = Action {
        id: held.id,
        session: held.session,
        agent: held.agent,
        summary: held.summary,
        payload: Object::parse(held.payload.as_bytes())?,
        intent: held.intent,
        context: Object::parse(held.context.as_bytes())?,
        at: held.at,
        ..Action::new(held.r#type)
    };
    let causes = held.causes.into_iter().map(cause);
    let flips = held.flips.into_iter().map(cause);
    let judgement = Judgement {
        verdict: verdict(&held.verdict)?,
        risk: held.risk,
        reason: held.reason,
        causes: causes.collect::<Result<_, _>>()?,
        labels: held.labels,
        flips: flips.collect::<Result<_, _>>()?,
    };
    let opinions = held.opinions.into_iter().map(opinion);
    Ok(Judged {
        action: Arc::new(action),
        step: held.step,
        generation: held.generation.into(),
        opinions: opinions.collect::<Result<_, _>>()?,
        judgement,
        latency_us: held.latency_us,
    })
}

fn verdict(name: &str) -> Result<Verdict, Wrong> {
    Verdict::named(name).ok_or_else(|| format!("no verdict '{name}'").into())
}

fn opinion_text(opinion: &Opinion) -> OpinionText {
    let assessment = opinion.outcome.as_ref().ok();
    let failure = opinion.outcome.as_ref().err();
    OpinionText {
        plugin: opinion.plugin.clone(),
        digest: opinion.digest.to_string(),
        failure: failure.map(|failure| (failure.name().to_owned(), failure.words().to_owned())),
        risk: assessment.map_or(0.0, |a| a.risk),
        verdict: assessment.and_then(|a| Some(a.verdict?.as_str().to_owned())),
        reasons: assessment.map_or_else(Vec::new, |a| a.reasons.iter().map(reason_text).collect()),
        labels: assessment.map_or_else(Vec::new, |a| a.labels.clone()),
        part: opinion.part.as_str().to_owned(),
        fuel: opinion.fuel,
    }
}

fn opinion(text: OpinionText) -> Result<Opinion, Wrong> {
    let outcome = match text.failure {
        Some((name, words)) => {
            Err(Failure::named(&name, words).ok_or_else(|| format!("no failure '{name}'"))?)
        }
        None => Ok(Assessment {
            risk: text.risk,
            verdict: text.verdict.as_deref().map(verdict).transpose()?,
            reasons: text.reasons.into_iter().map(reason).collect(),
            labels: text.labels,
        }),
    };
    Ok(Opinion {
        plugin: text.plugin,
        digest: text.digest.into(),
        outcome,
        part: Part::named(&text.part).ok_or_else(|| format!("no part '{}'", text.part))?,
        fuel: text.fuel,
    })
}

fn cause_text(cause: &Cause) -> CauseText {
    CauseText {
        plugin: cause.plugin.clone(),
        verdict: cause.verdict.as_str().to_owned(),
        reason: reason_text(&cause.reason),
    }
}

fn cause(text: CauseText) -> Result<Cause, Wrong> {
    Ok(Cause {
        plugin: text.plugin,
        verdict: verdict(&text.verdict)?,
        reason: reason(text.reason),
    })
}

fn reason_text(reason: &Reason) -> ReasonText {
    let evidence = |e: &Evidence| (e.step, e.path.clone(), e.text.clone());
    ReasonText {
        code: reason.code.clone(),
        message: reason.message.clone(),
        evidence: reason.evidence.iter().map(evidence).collect(),
    }
}

fn reason(text: ReasonText) -> Reason {
    let evidence = |(step, path, text)| Evidence { step, path, text };
    Reason {
        code: text.code,
        message: text.message,
        evidence: text.evidence.into_iter().map(evidence).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let reason = Reason {
            code: "a".to_owned(),
            message: "b \u{1b} é".to_owned(),
            evidence: vec![Evidence {
                step: Some(3),
                path: "to".to_owned(),
                text: "x".to_owned(),
            }],
        };
        let opinion = |outcome| Opinion {
            plugin: "p".to_owned(),
            digest: "sha256:0".into(),
            outcome,
            part: Part::Canary,
            fuel: u64::MAX,
        };
        let assessment = Assessment {
            risk: 0.1 + 0.2,
            verdict: Some(Verdict::Block),
            reasons: vec![reason.clone()],
            labels: vec!["l".to_owned()],
        };
        let failures = Failure::NAMES.map(|name| {
            let failure = Failure::named(name, "words".to_owned()).unwrap();
            assert_eq!(failure.name(), name);
            Err(failure)
        });
        let cause = Cause {
            plugin: "p".to_owned(),
            verdict: Verdict::Hold,
            reason,
        };
        let mut action = Action::new("pay");
        action.payload = Object::parse(br#"{"n":12345678901234567890.10,"z":"\u0000"}"#).unwrap();
        action.intent = Some("pay".to_owned());
        let judged = Judged {
            action: Arc::new(action),
            step: Some(7),
            generation: "g".into(),
            opinions: failures
                .into_iter()
                .chain([Ok(assessment)])
                .map(opinion)
                .collect(),
            judgement: Judgement {
                verdict: Verdict::Hold,
                risk: 1.0 / 3.0,
                reason: "r".to_owned(),
                causes: vec![cause.clone()],
                labels: Vec::new(),
                flips: vec![Cause {
                    verdict: Verdict::Block,
                    ..cause
                }],
            },
            latency_us: 9,
        };
        let back = read(&write(&judged)).unwrap();
        assert_eq!(format!("{back:?}"), format!("{judged:?}"));
        assert_eq!(back.action.digest(), judged.action.digest());
        assert!(read("").is_err());
        assert!(read("{}").is_err());
    }
}
