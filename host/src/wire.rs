//! Actions, observations and decisions as JSON: the one form every edge speaks.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::action::{Action, Observation};
use crate::approvals::{Answer, Approval, Conclusion, Grant, State, Word};
use crate::gate::Decision;
use crate::json::{self, JsonError, Object};
use crate::verdict::Cause;

/// The largest action or observation accepted, in bytes of JSON.
pub const MAX_BYTES: usize = 1 << 20;
/// The longest id, session, agent and type, in bytes.
const MAX_NAME: usize = 256;

/// Why a message was not accepted. Names the field or the place.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Too long to be looked at.
    #[error("too large: more than the {MAX_BYTES} bytes allowed")]
    TooLarge,
    /// Not acceptable JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Not an object.
    #[error("expected a JSON object, found {found}")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// A required key is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A key has the wrong kind of value.
    #[error("`{key}` must be {expected}, not {found}")]
    Kind {
        /// The key.
        key: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A name is empty or too long.
    #[error("`{key}` {what}")]
    Name {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// A key nobody knows.
    #[error("unknown key `{key}`{}", .nearest.map(|n| format!(", did you mean `{n}`?")).unwrap_or_default())]
    Unknown {
        /// The key.
        key: String,
        /// A known key that looks like it.
        nearest: Option<&'static str>,
    },
}

/// One message of a stream: an action to decide, or what an action returned.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// To be decided.
    Action(Box<Action>),
    /// `{"observation": {"session", "id", "output", "succeeded"}}`.
    Observation(Observation),
}

/// Reads an action or an observation.
///
/// # Errors
/// What is wrong with it, by field.
pub fn message(bytes: &[u8]) -> Result<Message, WireError> {
    let mut members = object(bytes)?;
    let Some(inner) = members.remove("observation") else {
        return Ok(Message::Action(Box::new(action(members)?)));
    };
    unknown(&members, &["observation"])?;
    match inner {
        Value::Object(inner) => observation(inner).map(Message::Observation),
        other => Err(kind("observation", "an object", &other)),
    }
}

/// Reads an action. Only `type` is required.
///
/// # Errors
/// What is wrong with it, by field.
pub fn parse_action(bytes: &[u8]) -> Result<Action, WireError> {
    action(object(bytes)?)
}

/// Reads an observation that stands alone: `{"session", "id", "output", "succeeded"}`.
///
/// # Errors
/// What is wrong with it, by field.
pub fn parse_observation(bytes: &[u8]) -> Result<Observation, WireError> {
    observation(object(bytes)?)
}

/// Reads `{"actions": [...]}` with at most so many.
///
/// # Errors
/// What is wrong, and with which of them; `None` when with the whole.
pub fn parse_actions(bytes: &[u8], most: usize) -> Result<Vec<Action>, (Option<usize>, WireError)> {
    let whole = |e: WireError| (None, e);
    let mut members = match json::parse(bytes).map_err(|e| whole(e.into()))? {
        Value::Object(members) => members,
        other => {
            let found = kind_name(&other);
            return Err(whole(WireError::NotAnObject { found }));
        }
    };
    unknown(&members, &["actions"]).map_err(whole)?;
    let list = match members.remove("actions") {
        None => return Err(whole(WireError::Missing("actions"))),
        Some(Value::Array(list)) => list,
        Some(other) => return Err(whole(kind("actions", "an array", &other))),
    };
    if list.is_empty() || list.len() > most {
        let what = format!("must have from 1 to {most} actions, not {}", list.len());
        return Err(whole(WireError::Name {
            key: "actions",
            what,
        }));
    }
    let one = |(place, value): (usize, Value)| match value {
        _ if bytes.len() > MAX_BYTES && value.to_string().len() > MAX_BYTES => {
            Err((Some(place), WireError::TooLarge))
        }
        Value::Object(members) => action(members).map_err(|e| (Some(place), e)),
        other => {
            let found = kind_name(&other);
            Err((Some(place), WireError::NotAnObject { found }))
        }
    };
    list.into_iter().enumerate().map(one).collect()
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, WireError> {
    if bytes.len() > MAX_BYTES {
        return Err(WireError::TooLarge);
    }
    match json::parse(bytes)? {
        Value::Object(members) => Ok(members),
        other => Err(WireError::NotAnObject {
            found: kind_name(&other),
        }),
    }
}

fn action(mut members: Map<String, Value>) -> Result<Action, WireError> {
    const KEYS: [&str; 8] = [
        "type", "summary", "payload", "agent", "session", "id", "intent", "context",
    ];
    unknown(&members, &KEYS)?;
    let kind = name(&mut members, "type")?.ok_or(WireError::Missing("type"))?;
    if kind.is_empty() {
        return Err(WireError::Name {
            key: "type",
            what: "must not be empty".to_owned(),
        });
    }
    Ok(Action {
        summary: text(&mut members, "summary")?.unwrap_or_default(),
        payload: nested(&mut members, "payload")?,
        agent: name(&mut members, "agent")?.unwrap_or_else(|| "unknown".to_owned()),
        session: name(&mut members, "session")?.unwrap_or_default(),
        id: name(&mut members, "id")?.unwrap_or_default(),
        // Nothing said is not known; it must not pass for words of the user.
        intent: text(&mut members, "intent")?.filter(|intent| !intent.trim().is_empty()),
        context: nested(&mut members, "context")?,
        ..Action::new(kind)
    })
}

fn observation(mut members: Map<String, Value>) -> Result<Observation, WireError> {
    unknown(&members, &["session", "id", "output", "succeeded"])?;
    let succeeded = match members.remove("succeeded") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(worked)) => Some(worked),
        Some(other) => return Err(kind("succeeded", "true or false", &other)),
    };
    Ok(Observation {
        session: name(&mut members, "session")?.ok_or(WireError::Missing("session"))?,
        id: name(&mut members, "id")?.ok_or(WireError::Missing("id"))?,
        output: text(&mut members, "output")?.ok_or(WireError::Missing("output"))?,
        succeeded,
    })
}

fn unknown(members: &Map<String, Value>, known: &[&'static str]) -> Result<(), WireError> {
    match members.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(WireError::Unknown {
            key: shown(key),
            nearest: nearest(key, known),
        }),
    }
}

/// The known word that looks most like this one, if any does.
pub(crate) fn nearest(word: &str, known: &[&'static str]) -> Option<&'static str> {
    let like = |candidate: &&'static str| strsim::jaro_winkler(&word.to_lowercase(), candidate);
    let best = known
        .iter()
        .copied()
        .max_by(|a, b| like(a).total_cmp(&like(b)))?;
    (like(&best) > 0.8).then_some(best)
}

fn shown(text: &str) -> String {
    crate::printable::printable(text, 64)
}

fn text(members: &mut Map<String, Value>, key: &'static str) -> Result<Option<String>, WireError> {
    match members.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(kind(key, "a string", &other)),
    }
}

fn name(members: &mut Map<String, Value>, key: &'static str) -> Result<Option<String>, WireError> {
    let name = text(members, key)?;
    match &name {
        Some(name) if name.len() > MAX_NAME => Err(WireError::Name {
            key,
            what: format!("has {} bytes, more than {MAX_NAME}", name.len()),
        }),
        _ => Ok(name),
    }
}

fn nested(members: &mut Map<String, Value>, key: &'static str) -> Result<Object, WireError> {
    match members.remove(key) {
        None | Some(Value::Null) => Ok(Object::default()),
        Some(value) => Object::from_value(&value).ok_or_else(|| kind(key, "an object", &value)),
    }
}

fn kind(key: &str, expected: &'static str, found: &Value) -> WireError {
    WireError::Kind {
        key: key.to_owned(),
        expected,
        found: kind_name(found),
    }
}

fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A decision as JSON.
#[derive(Debug, Serialize)]
pub struct DecisionWire<'a> {
    id: &'a str,
    decision: &'a str,
    reason: &'a str,
    risk: f64,
    labels: &'a [String],
    approved: Option<bool>,
    approval_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_state: Option<&'a str>,
    reasons: Vec<ReasonWire<'a>>,
    generation: &'a str,
    action_digest: String,
    seq: Option<u64>,
    latency_us: u64,
}

#[derive(Debug, Serialize)]
struct ReasonWire<'a> {
    plugin: &'a str,
    code: &'a str,
    message: &'a str,
    evidence: Vec<EvidenceWire<'a>>,
}

#[derive(Debug, Serialize)]
struct EvidenceWire<'a> {
    step: Option<u32>,
    path: &'a str,
    text: &'a str,
}

impl<'a> From<&'a Decision> for DecisionWire<'a> {
    fn from(d: &'a Decision) -> Self {
        DecisionWire {
            id: &d.id,
            decision: d.verdict.as_str(),
            reason: &d.reason,
            risk: d.risk,
            labels: &d.labels,
            approved: d.approved,
            approval_id: d.approval.as_deref(),
            approval_state: d.approval_state.map(State::as_str),
            reasons: d.causes.iter().map(Into::into).collect(),
            generation: &d.generation,
            action_digest: d.digest.to_string(),
            seq: d.seq,
            latency_us: d.latency_us,
        }
    }
}

impl<'a> From<&'a Cause> for ReasonWire<'a> {
    fn from(cause: &'a Cause) -> Self {
        let evidence = |e: &'a crate::verdict::Evidence| EvidenceWire {
            step: e.step,
            path: &e.path,
            text: &e.text,
        };
        ReasonWire {
            plugin: &cause.plugin,
            code: &cause.reason.code,
            message: &cause.reason.message,
            evidence: cause.reason.evidence.iter().map(evidence).collect(),
        }
    }
}

/// An approval as JSON: the action, why it is held, and who answered.
pub fn approval(approval: &Approval) -> Value {
    let action = &approval.held.action;
    let judgement = &approval.held.judgement;
    let reasons: Vec<ReasonWire<'_>> = judgement.causes.iter().map(Into::into).collect();
    let answers = approval.answers.iter().map(|given| {
        let mut told = answer(&given.answer);
        told["at"] = json!(given.at);
        told["grant"] = json!(given.grant);
        told
    });
    json!({
        "id": approval.id, "state": approval.state.as_str(),
        "action": {
            "type": action.kind, "summary": action.summary, "payload": action.payload.value(),
            "agent": action.agent, "session": action.session, "id": action.id,
            "intent": action.intent, "context": action.context.value(),
        },
        "action_digest": approval.digest.to_string(), "generation": &*approval.held.generation,
        "risk": judgement.risk, "reason": judgement.reason, "reasons": reasons,
        "since": approval.since, "expires": approval.expires,
        "quorum": approval.quorum, "approvers": approval.approvers, "cause": approval.cause,
        "answers": answers.collect::<Vec<_>>(),
        "cancelled": approval.cancelled.as_ref().map(|who| {
            json!({"by": who.by, "via": who.via, "at": who.at})
        }),
    })
}

/// What somebody said to a question.
pub fn answer(answer: &Answer) -> Value {
    json!({"approved": answer.approved, "by": answer.by, "via": answer.via,
        "reason": answer.reason})
}

/// What became of a question, once somebody has concluded it: the action as it was judged
/// last. `approval_id` is the question that followed, where the yes did not cover it.
pub fn conclusion(conclusion: &Conclusion) -> Value {
    let judgement = &conclusion.judged.judgement;
    let reasons: Vec<ReasonWire<'_>> = judgement.causes.iter().map(Into::into).collect();
    json!({
        "approved": conclusion.approved, "at": conclusion.at,
        "decision": judgement.verdict.as_str(), "reason": judgement.reason, "reasons": reasons,
        "risk": judgement.risk, "generation": &*conclusion.judged.generation,
        "seq": conclusion.seq, "approval_id": conclusion.approval,
    })
}

/// A grant as JSON.
pub fn grant(grant: &Grant) -> Value {
    let action = &grant.shown.action;
    let words: Vec<String> = grant.words.iter().map(Word::to_string).collect();
    let revoked = grant.revoked.as_ref();
    json!({
        "id": grant.id, "approval_id": grant.approval, "type": action.kind, "agent": action.agent,
        "session": grant.session, "words": words, "by": grant.by, "via": grant.via,
        "since": grant.since, "until": grant.until, "uses": grant.uses,
        "revoked_by": revoked.map(|(by, _)| by), "revoked_at": revoked.map(|(_, at)| at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        message(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn only_the_type_is_required() {
        let action = parse_action(br#"{"type":"send_email"}"#).unwrap();
        assert_eq!(action, Action::new("send_email"));
        let nulls =
            br#"{"type":"send_email","summary":null,"payload":null,"intent":null,"session":null}"#;
        assert_eq!(parse_action(nulls).unwrap(), action);
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(refused("[]"), "expected a JSON object, found an array");
        assert_eq!(refused("{}"), "`type` is missing");
        assert_eq!(refused(r#"{"type":""}"#), "`type` must not be empty");
        assert_eq!(
            refused(r#"{"type":7}"#),
            "`type` must be a string, not a number"
        );
        assert_eq!(
            refused(r#"{"type":"a","payload":[]}"#),
            "`payload` must be an object, not an array"
        );
        assert_eq!(
            refused(r#"{"type":"a","sumary":""}"#),
            "unknown key `sumary`, did you mean `summary`?"
        );
        assert_eq!(refused(r#"{"type":"a","xyzzy":""}"#), "unknown key `xyzzy`");
        assert_eq!(
            refused(r#"{"type":"a""#),
            "EOF while parsing an object at line 1 column 11"
        );
        let long = format!(r#"{{"type":"{}"}}"#, "x".repeat(257));
        assert_eq!(refused(&long), "`type` has 257 bytes, more than 256");
        assert_eq!(
            refused(&" ".repeat(MAX_BYTES + 1)),
            "too large: more than the 1048576 bytes allowed"
        );
    }

    #[test]
    fn an_observation_needs_session_id_and_output() {
        let seen = r#"{"observation":{"session":"s","id":"a","output":"done","succeeded":true}}"#;
        let Message::Observation(seen) = message(seen.as_bytes()).unwrap() else {
            panic!("an observation")
        };
        assert_eq!((seen.output.as_str(), seen.succeeded), ("done", Some(true)));
        assert_eq!(
            refused(r#"{"observation":{"session":"s","id":"a"}}"#),
            "`output` is missing"
        );
        assert_eq!(
            refused(r#"{"observation":{},"type":"a"}"#),
            "unknown key `type`"
        );
        assert_eq!(
            refused(r#"{"observation":3}"#),
            "`observation` must be an object, not a number"
        );
    }
}
