//! Golden cases: what a pack is expected to say, one JSON object a line.
//!
//! ```json
//! {"name":"over the limit","action":{"type":"refund","payload":{"amount":120}},
//!  "history":[{"type":"refund","payload":{"amount":60},"output":"ok"}],
//!  "expect":{"verdict":"hold","risk":[0.7,0.9],"reasons":["refunds-over-limit"]}}
//! ```

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::action::Action;
use crate::json::{self, Object};
use crate::printable::printable;
use crate::verdict::{Failure, Verdict};
use crate::wire::{self, nearest};

/// Most cases of one pack.
const MAX_CASES: usize = 10_000;
/// When an action comes in whose case does not say: 2026-01-01T12:00:00Z, in
/// milliseconds.
pub const NOON: u64 = 1_767_268_800_000;
/// The session of a case whose action names none.
pub const SESSION: &str = "case";

const KEYS: [&str; 6] = ["name", "settings", "at", "action", "history", "expect"];
const EXPECT: [&str; 5] = ["verdict", "risk", "reasons", "labels", "error"];
/// What a step has besides the keys of an action.
const STEP: [&str; 7] = [
    "output",
    "verdict",
    "risk",
    "labels",
    "approved",
    "succeeded",
    "label",
];

/// Why cases were not accepted.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct CaseError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its line, from 1.
    pub line: usize,
    /// Its name, unique in its file.
    pub name: String,
    /// Settings instead of the pack's own.
    pub settings: Option<Object>,
    /// When the action comes in, if the case says.
    pub at: Option<u64>,
    /// The action to be judged.
    pub action: Action,
    /// The steps before it.
    pub history: Vec<Past>,
    /// What is expected; `None` where that is still to be written.
    pub expect: Option<Expect>,
    members: Map<String, Value>,
}

/// A step before the action, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// The action.
    pub action: Arc<Action>,
    /// What it returned.
    pub output: Option<String>,
    /// What the policy said of it.
    pub verdict: Verdict,
    /// With what risk.
    pub risk: f64,
    /// Its labels.
    pub labels: Vec<String>,
    /// What a human said to a HOLD.
    pub approved: Option<bool>,
    /// Whether it worked.
    pub succeeded: Option<bool>,
}

/// What a plugin is expected to say. What is `None` may be anything.
#[derive(Debug, Clone, PartialEq)]
pub enum Expect {
    /// An assessment.
    Says {
        /// Its verdict; `Some(None)` for an abstention.
        verdict: Option<Option<Verdict>>,
        /// Its risk, bounds included.
        risk: Option<RangeInclusive<f64>>,
        /// The codes of its reasons, all of them in order.
        reasons: Option<Vec<String>>,
        /// Its labels, all of them.
        labels: Option<BTreeSet<String>>,
    },
    /// No assessment: it fails, or refuses its settings.
    Fails {
        /// The failure's name, or `settings`.
        kind: String,
        /// A part of what is said of it.
        says: String,
    },
}

/// How a refusal of settings is called beside the names of failures.
pub const SETTINGS: &str = "settings";

/// The word for a verdict, or for none.
pub fn word(verdict: Option<Verdict>) -> &'static str {
    verdict.map_or("abstain", Verdict::as_str)
}

/// Reads cases; blank lines are skipped.
///
/// # Errors
/// The first line that is wrong, and what is wrong with it.
pub fn parse(bytes: &[u8]) -> Result<Vec<Case>, CaseError> {
    let mut cases: Vec<Case> = Vec::new();
    let mut names = BTreeSet::new();
    for (place, text) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = place + 1;
        if text.trim_ascii().is_empty() {
            continue;
        }
        let case = case(line, text).map_err(|what| CaseError { line, what })?;
        if !names.insert(case.name.clone()) {
            let what = format!("the name \"{}\" is taken", printable(&case.name, 100));
            return Err(CaseError { line, what });
        }
        if cases.len() == MAX_CASES {
            let what = format!("there are more than {MAX_CASES} cases");
            return Err(CaseError { line, what });
        }
        cases.push(case);
    }
    Ok(cases)
}

fn case(line: usize, text: &[u8]) -> Result<Case, String> {
    let members = match json::parse(text).map_err(without_line)? {
        Value::Object(members) => members,
        _ => return Err("expected a JSON object".to_owned()),
    };
    known(&members, "", &KEYS)?;
    let name = match members.get("name") {
        Some(Value::String(name)) if !name.trim().is_empty() => name.clone(),
        Some(Value::String(_)) => return Err("`name` is empty".to_owned()),
        Some(_) => return Err("`name` must be a text".to_owned()),
        None => return Err("`name` is missing".to_owned()),
    };
    let settings = match members.get("settings") {
        None => None,
        Some(value) => Some(Object::from_value(value).ok_or("`settings` must be an object")?),
    };
    let at = match members.get("at") {
        None => None,
        Some(at) => Some(at.as_u64().ok_or("`at` must be milliseconds since 1970")?),
    };
    let action = members.get("action").ok_or("`action` is missing")?;
    let mut action = self::action(action).map_err(|e| format!("`action`: {e}"))?;
    if action.session.is_empty() {
        action.session = SESSION.to_owned();
    }
    let history = match members.get("history") {
        None => Vec::new(),
        Some(Value::Array(steps)) => {
            let step = |(place, step): (usize, &Value)| {
                past(place, step, &action).map_err(|e| format!("`history[{place}]`: {e}"))
            };
            steps
                .iter()
                .enumerate()
                .map(step)
                .collect::<Result<_, _>>()?
        }
        Some(_) => return Err("`history` must be a list of steps".to_owned()),
    };
    let expect = match members.get("expect") {
        None => None,
        Some(Value::Object(expect)) => expected(expect)?,
        Some(_) => return Err("`expect` must be an object".to_owned()),
    };
    Ok(Case {
        line,
        name,
        settings,
        at,
        action,
        history,
        expect,
        members,
    })
}

/// The message without its line, which is always the first.
fn without_line(e: json::JsonError) -> String {
    match e.place {
        Some((_, column)) => format!("{} at column {column}", e.what),
        None => e.what,
    }
}

fn known(members: &Map<String, Value>, at: &str, keys: &[&'static str]) -> Result<(), String> {
    let Some(key) = members.keys().find(|key| !keys.contains(&key.as_str())) else {
        return Ok(());
    };
    let hint = nearest(key, keys).map(|near| format!(", did you mean `{at}{near}`?"));
    Err(format!(
        "unknown key `{at}{}`{}",
        printable(key, 64),
        hint.unwrap_or_default()
    ))
}

fn action(value: &Value) -> Result<Action, String> {
    wire::parse_action(value.to_string().as_bytes()).map_err(|e| e.to_string())
}

/// A step of the session of `action`.
fn past(place: usize, value: &Value, action: &Action) -> Result<Past, String> {
    let Value::Object(members) = value else {
        return Err("expected an object".to_owned());
    };
    let (own, of_action): (Map<_, _>, Map<_, _>) = members
        .clone()
        .into_iter()
        .partition(|(key, _)| STEP.contains(&key.as_str()));
    let mut done = self::action(&Value::Object(of_action))?;
    if done.id.is_empty() {
        done.id = format!("step-{place}");
    }
    done.session.clone_from(&action.session);
    let own = |key: &str| own.get(key).filter(|value| !value.is_null());
    let flag = |key: &str| match own(key) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(format!("`{key}` must be true or false")),
    };
    let verdict = match own("verdict").map(|v| v.as_str().and_then(Verdict::named)) {
        None => Verdict::Allow,
        Some(Some(verdict)) => verdict,
        Some(None) => return Err("`verdict` must be allow, hold or block".to_owned()),
    };
    let output = match own("output") {
        None => None,
        Some(Value::String(output)) => Some(output.clone()),
        Some(_) => return Err("`output` must be a text".to_owned()),
    };
    let risk = match own("risk") {
        None => 0.0,
        Some(risk) => share(risk).ok_or("`risk` must be a number from 0 to 1")?,
    };
    Ok(Past {
        output,
        verdict,
        risk,
        labels: match own("labels") {
            None => Vec::new(),
            Some(labels) => texts(labels).ok_or("`labels` must be a list of texts")?,
        },
        approved: flag("approved")?,
        succeeded: flag("succeeded")?,
        action: Arc::new(done),
    })
}

fn share(value: &Value) -> Option<f64> {
    value.as_f64().filter(|share| (0.0..=1.0).contains(share))
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |item: &Value| item.as_str().map(str::to_owned);
    value.as_array()?.iter().map(text).collect()
}

/// What is expected; `None` when nothing is said.
fn expected(members: &Map<String, Value>) -> Result<Option<Expect>, String> {
    known(members, "expect.", &EXPECT)?;
    if members.is_empty() {
        return Ok(None);
    }
    if let Some(error) = members.get("error") {
        if members.len() > 1 {
            return Err("`expect.error` excludes all else: nothing is said then".to_owned());
        }
        let text = error.as_str().ok_or("`expect.error` must be a text")?;
        let (kind, says) = text.split_once(": ").unwrap_or((text, ""));
        if kind != SETTINGS && !Failure::NAMES.contains(&kind) {
            let kinds = Failure::NAMES.join(", ");
            return Err(format!(
                "`expect.error` is \"{}\": it begins with {SETTINGS} or one of {kinds}",
                printable(kind, 64)
            ));
        }
        return Ok(Some(Expect::Fails {
            kind: kind.to_owned(),
            says: says.to_owned(),
        }));
    }
    let verdict = match members.get("verdict").map(Value::as_str) {
        None => None,
        Some(Some("abstain")) => Some(None),
        Some(named) => match named.and_then(Verdict::named) {
            Some(verdict) => Some(Some(verdict)),
            None => return Err("`expect.verdict` must be allow, hold, block or abstain".to_owned()),
        },
    };
    let list = |key: &str| match members.get(key) {
        None => Ok(None),
        Some(value) => match texts(value) {
            Some(texts) => Ok(Some(texts)),
            None => Err(format!("`expect.{key}` must be a list of texts")),
        },
    };
    Ok(Some(Expect::Says {
        verdict,
        risk: members.get("risk").map(risk).transpose()?,
        reasons: list("reasons")?,
        labels: list("labels")?.map(|labels| labels.into_iter().collect()),
    }))
}

/// A number, or the least and the most.
fn risk(value: &Value) -> Result<RangeInclusive<f64>, String> {
    let range = match value {
        Value::Array(ends) => match ends.as_slice() {
            [least, most] => share(least).zip(share(most)),
            _ => None,
        },
        one => share(one).map(|one| (one, one)),
    };
    match range {
        Some((least, most)) if least <= most => Ok(least..=most),
        _ => Err("`expect.risk` must be a number from 0 to 1, or [least, most]".to_owned()),
    }
}

impl Case {
    /// Its line with this expectation: keys in the order one reads them in.
    pub fn line_with(&self, expect: &str) -> String {
        let mut members: Vec<String> = Vec::new();
        for key in KEYS.into_iter().filter(|key| *key != "expect") {
            if let Some(value) = self.members.get(key) {
                members.push(format!("\"{key}\":{value}"));
            }
        }
        members.push(format!("\"expect\":{expect}"));
        format!("{{{}}}", members.join(","))
    }

    /// What is written for one key of its expectation.
    pub fn expected(&self, key: &str) -> Option<&Value> {
        self.members.get("expect")?.get(key)
    }

    /// The keys of its expectation, as they are written.
    pub fn expects(&self) -> Vec<&str> {
        match self.members.get("expect") {
            Some(Value::Object(expect)) => expect.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_case_is_read_whole() {
        let text = r#"
{"name":"a","settings":{"limit":3},"at":5,"action":{"type":"pay","intent":"Pay"},"history":[{"type":"read","output":"x","verdict":"hold","risk":0.5,"labels":["l"],"approved":true,"succeeded":false,"label":"benign","id":"i"},{"type":"b","output":null}],"expect":{"verdict":"abstain","risk":[0,0.5],"reasons":["r"],"labels":["m","l"]}}

{"name":"b","action":{"type":"pay","session":"s"},"expect":{"error":"settings: `limit`: is"}}
{"name":"c","action":{"type":"pay"},"expect":{}}
"#;
        let cases = parse(text.as_bytes()).unwrap();
        let [a, b, c] = &cases[..] else {
            panic!("{cases:?}")
        };
        assert_eq!((a.line, b.line, c.line), (2, 4, 5));
        assert_eq!((a.at, a.action.session.as_str()), (Some(5), SESSION));
        assert_eq!(a.settings.as_ref().unwrap().text(), r#"{"limit":3}"#);
        let first = &a.history[0];
        assert_eq!((&*first.action.id, &*first.action.session), ("i", SESSION));
        assert_eq!(
            (first.verdict, first.risk, first.approved, first.succeeded),
            (Verdict::Hold, 0.5, Some(true), Some(false))
        );
        assert_eq!(a.history[1].action.id, "step-1");
        assert_eq!(
            a.expect,
            Some(Expect::Says {
                verdict: Some(None),
                risk: Some(0.0..=0.5),
                reasons: Some(vec!["r".to_owned()]),
                labels: Some(["l".to_owned(), "m".to_owned()].into()),
            })
        );
        let fails = Expect::Fails {
            kind: "settings".to_owned(),
            says: "`limit`: is".to_owned(),
        };
        assert_eq!((&b.expect, &c.expect), (&Some(fails), &None));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let case =
            |more: &str| format!("\n{{\"name\":\"a\",\"action\":{{\"type\":\"pay\"}}{more}}}");
        for (text, error) in [
            (
                "{".to_owned(),
                "line 1: EOF while parsing an object at column 1",
            ),
            ("[]".to_owned(), "line 1: expected a JSON object"),
            ("{\"action\":{}}".to_owned(), "line 1: `name` is missing"),
            (
                case(",\"expct\":{}"),
                "line 2: unknown key `expct`, did you mean `expect`?",
            ),
            (
                case(",\"expect\":{\"verdcit\":\"hold\"}"),
                "line 2: unknown key `expect.verdcit`, did you mean `expect.verdict`?",
            ),
            (
                case(",\"expect\":{\"verdict\":\"held\"}"),
                "line 2: `expect.verdict` must be allow, hold, block or abstain",
            ),
            (
                case(",\"expect\":{\"risk\":[0.5,0.1]}"),
                "line 2: `expect.risk` must be a number from 0 to 1, or [least, most]",
            ),
            (
                case(",\"expect\":{\"error\":\"broken\"}"),
                "line 2: `expect.error` is \"broken\": it begins with settings or one of declined, trapped, out-of-fuel, \
                 timed-out, out-of-memory, host-calls, bad-output, overloaded, unobserved, host-error, quarantined",
            ),
            (
                case(",\"expect\":{\"error\":\"declined\",\"risk\":0}"),
                "line 2: `expect.error` excludes all else: nothing is said then",
            ),
            (
                case(",\"history\":[{\"type\":\"a\"},{\"tpye\":\"b\"}]"),
                "line 2: `history[1]`: unknown key `tpye`, did you mean `type`?",
            ),
            (
                case(",\"history\":[{\"type\":\"a\",\"approved\":\"yes\"}]"),
                "line 2: `history[0]`: `approved` must be true or false",
            ),
            (
                case(",\"settings\":[]"),
                "line 2: `settings` must be an object",
            ),
            (
                format!("{}{}", case(""), case("")),
                "line 3: the name \"a\" is taken",
            ),
        ] {
            assert_eq!(refused(&text), error, "{text}");
        }
        let missing = "{\"name\":\"a\",\"action\":{\"summary\":\"\"}}";
        assert_eq!(refused(missing), "line 1: `action`: `type` is missing");
    }

    #[test]
    fn a_rewritten_line_reads_as_before() {
        let text = r#"{"expect":{"risk":1},"action":{"type":"pay","payload":{"n":12345678901234567890}},"name":"a"}"#;
        let case = parse(text.as_bytes()).unwrap().remove(0);
        assert_eq!(
            case.line_with(r#"{"verdict":"hold"}"#),
            r#"{"name":"a","action":{"payload":{"n":12345678901234567890},"type":"pay"},"expect":{"verdict":"hold"}}"#
        );
        assert_eq!(case.expects(), ["risk"]);
    }
}
