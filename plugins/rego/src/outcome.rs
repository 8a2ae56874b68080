//! What the rules of a policy come to.
//!
//! `deny` and `hold` are true or false, or say why: a text, a set or list of texts,
//! an object of texts by code; a text may also be an object with `msg` and `code`.
//! Each text is a reason.

use coldnotch_plugin::{Assessment, Verdict};
use regorus::Value;

use crate::settings::Settings;

/// The risk of a hold.
const HOLDS: f64 = 0.75;
/// Reasons of one rule, and bytes of a label, as the host takes them.
const MAX_REASONS: usize = 12;

/// Reads the answer.
///
/// # Errors
/// A rule says something that is no answer.
pub fn read(said: &Value, settings: &Settings) -> Result<Assessment, String> {
    let rule = |name: &str| {
        said.as_object()
            .ok()
            .and_then(|rules| rules.get(&name.into()))
    };
    let denied = reasons("deny", rule("deny"))?;
    let held = reasons("hold", rule("hold"))?;
    let is_allowed = match rule("allow") {
        None => false,
        Some(Value::Bool(is)) => *is,
        Some(other) => return Err(format!("`allow` is {other}, not true or false")),
    };
    let risk = match rule("risk") {
        None => 0.0,
        Some(risk) => {
            let risk = risk.as_f64().ok().filter(|risk| (0.0..=1.0).contains(risk));
            risk.ok_or("`risk` is no number from 0 to 1")?
        }
    };
    let mut found: Vec<(Verdict, Reason)> = Vec::new();
    found.extend(denied.into_iter().map(|reason| (settings.deny, reason)));
    found.extend(held.into_iter().map(|reason| (Verdict::Hold, reason)));
    let gravest =
        |found: &[(Verdict, Reason)]| found.iter().map(|(verdict, _)| severity(*verdict)).max();
    if let (true, false, Some(verdict)) = (settings.allows, is_allowed, settings.unless_allowed)
        && gravest(&found) < Some(severity(verdict))
    {
        let reason = Reason {
            code: "not-allowed".to_owned(),
            text: "the policy does not allow it".to_owned(),
        };
        found.push((verdict, reason));
    }
    let verdict = found
        .iter()
        .map(|(verdict, _)| *verdict)
        .max_by_key(|v| severity(*v));
    let risk = match verdict {
        Some(Verdict::Block) => 1.0,
        Some(Verdict::Hold) => risk.max(HOLDS),
        _ => risk,
    };
    let allowed = is_allowed.then_some(Verdict::Allow);
    let mut answer = Assessment {
        verdict: verdict.or(allowed),
        ..Assessment::abstain(risk)
    };
    found.sort_by_key(|(verdict, _)| std::cmp::Reverse(severity(*verdict)));
    for (_, reason) in found {
        answer = answer.because(&reason.code, reason.text);
    }
    for label in labels(rule("labels"))? {
        answer = answer.label(&label);
    }
    Ok(answer)
}

fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Allow => 0,
        Verdict::Hold => 1,
        Verdict::Block => 2,
    }
}

struct Reason {
    code: String,
    text: String,
}

fn reasons(rule: &str, said: Option<&Value>) -> Result<Vec<Reason>, String> {
    let plain = |text: &str| Reason {
        code: rule.to_owned(),
        text: text.to_owned(),
    };
    let mut reasons = match said {
        None | Some(Value::Undefined | Value::Null | Value::Bool(false)) => Vec::new(),
        Some(Value::Bool(true)) => vec![plain(match rule {
            "deny" => "the policy denies it",
            _ => "the policy asks a person",
        })],
        Some(Value::String(text)) => vec![plain(text)],
        Some(Value::Array(list)) => list
            .iter()
            .map(|v| reason(rule, v))
            .collect::<Result<_, _>>()?,
        Some(Value::Set(set)) => set
            .iter()
            .map(|v| reason(rule, v))
            .collect::<Result<_, _>>()?,
        Some(Value::Object(by_code)) => {
            let reasons = by_code.iter().map(|(code, text)| {
                let mut reason = reason(rule, text)?;
                if let Value::String(code) = code {
                    reason.code = code.to_string();
                }
                Ok(reason)
            });
            reasons.collect::<Result<_, String>>()?
        }
        Some(other) => {
            return Err(format!(
                "`{rule}` is {other}: neither true or false nor texts"
            ));
        }
    };
    reasons.truncate(MAX_REASONS);
    Ok(reasons)
}

/// One reason: a text, or an object with `msg`.
fn reason(rule: &str, said: &Value) -> Result<Reason, String> {
    let field = |name: &str| match said {
        Value::Object(fields) => match fields.get(&name.into()) {
            Some(Value::String(text)) => Some(text.to_string()),
            _ => None,
        },
        _ => None,
    };
    let text = match said {
        Value::String(text) => Some(text.to_string()),
        _ => field("msg").or_else(|| field("message")),
    };
    match text {
        Some(text) => Ok(Reason {
            code: field("code").unwrap_or_else(|| rule.to_owned()),
            text,
        }),
        None => Err(format!(
            "`{rule}` has {said}: neither a text nor an object with `msg`"
        )),
    }
}

fn labels(said: Option<&Value>) -> Result<Vec<String>, String> {
    let texts: Vec<&Value> = match said {
        None => Vec::new(),
        Some(Value::Set(set)) => set.iter().collect(),
        Some(Value::Array(list)) => list.iter().collect(),
        Some(other) => return Err(format!("`labels` is {other}, not a set of texts")),
    };
    let label = |said: &Value| match said {
        Value::String(text) if !text.contains('@') => Ok(text.to_string()),
        other => Err(format!("`labels` has {other}: not a text without `@`")),
    };
    texts.into_iter().map(label).collect()
}
