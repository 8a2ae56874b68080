//! A history for tests, and golden cases judged with it: what the host does, as far as the engine asks, done
//! naively. Outputs are one leaf, or JSON leaves.

use coldnotch_plugin::bindings::plain::coldnotch::policy::types;
use coldnotch_plugin::json::{self, Value};
use coldnotch_plugin::{Action, Occurrence, Place, Verdict};

use crate::facts::{Fate, Past};
use crate::notes;
use crate::payload;
use crate::settings::Settings;

/// Earlier steps: labels, payload, output leaves (path and text).
#[derive(Default)]
pub(crate) struct Told {
    /// The user's words.
    pub(crate) intent: Option<String>,
    /// The steps.
    pub(crate) steps: Vec<ToldStep>,
    /// What the observer noted.
    pub(crate) notes: Vec<u8>,
}

/// An earlier step.
pub(crate) struct ToldStep {
    /// Its labels.
    pub(crate) labels: Vec<String>,
    /// Whether it was held.
    pub(crate) held: bool,
    /// What a human answered then.
    pub(crate) approved: Option<bool>,
    /// Its arguments as JSON text.
    pub(crate) payload: String,
    /// Leaves of its payload and output: path, text, of the output.
    pub(crate) leaves: Vec<(String, String, bool)>,
}

impl Past for Told {
    fn kept(&self) -> std::ops::Range<u32> {
        0..self.steps.len() as u32
    }

    fn labels(&self, step: u32) -> Vec<String> {
        self.steps
            .get(step as usize)
            .map(|s| s.labels.clone())
            .unwrap_or_default()
    }

    fn payload(&self, step: u32) -> String {
        self.steps
            .get(step as usize)
            .map(|s| s.payload.clone())
            .unwrap_or_default()
    }

    fn fate(&self, step: u32) -> Fate {
        let step = self.steps.get(step as usize);
        Fate {
            ran: step.is_some_and(|s| !s.held || s.approved == Some(true)),
            approved: step.is_some_and(|s| s.approved == Some(true)),
            waits: step.is_some_and(|s| s.held && s.approved.is_none()),
        }
    }

    fn find(&self, texts: &[String]) -> Vec<Vec<Occurrence>> {
        let normal = |text: &str| -> String {
            text.chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect()
        };
        let find_one = |text: &String| {
            let sought = normal(text);
            let mut found = Vec::new();
            for (index, step) in self.steps.iter().enumerate() {
                for (path, leaf, in_output) in &step.leaves {
                    let here = normal(leaf);
                    if !sought.is_empty() && here.contains(&sought) {
                        found.push(Occurrence {
                            place: if *in_output {
                                Place::Output
                            } else {
                                Place::Payload
                            },
                            step: Some(index as u32),
                            path: path.clone(),
                            whole_leaf: here == sought,
                            leaf_words: leaf.split_whitespace().count() as u32,
                            count: here.matches(&sought).count() as u32,
                            decoded_by: None,
                        });
                    }
                }
            }
            found
        };
        texts.iter().map(find_one).collect()
    }

    fn notes(&self) -> &[u8] {
        &self.notes
    }
}

/// Leaves of a value as the host would hand them over.
pub(crate) fn leaves(value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => match json::from_str::<Value>(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => leaves(&inner),
            _ => vec![(String::new(), text.clone())],
        },
        other => payload::fields(other)
            .into_iter()
            .map(|f| {
                let path = f.path.trim_start_matches("payload");
                (path.trim_start_matches('.').to_owned(), f.text)
            })
            .collect(),
    }
}

/// One step judged.
pub(crate) struct Judged {
    /// Whether it was held.
    pub(crate) held: bool,
    /// The reason codes, the worst first.
    pub(crate) codes: Vec<String>,
}

/// Judges the steps of a recorded session in order.
pub(crate) fn replay(session: &Value, settings: &Settings) -> Vec<Judged> {
    let mut past = Told {
        intent: session["intent"].as_str().map(str::to_owned),
        ..Told::default()
    };
    let mut judged = Vec::new();
    for (i, step) in session["steps"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let text = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
        let payload_text = step["payload"].to_string();
        let action = Action::from(types::Action {
            id: i.to_string(),
            session: "s".to_owned(),
            agent: "test".to_owned(),
            kind: text("type"),
            summary: text("summary"),
            payload: payload_text.clone(),
            intent: past.intent.clone(),
            context: "{}".to_owned(),
            at: 0,
        });
        let answer = crate::judge(&action, &past, settings);
        judged.push(Judged {
            held: answer.risk > 0.5
                || matches!(answer.verdict, Some(Verdict::Hold | Verdict::Block)),
            codes: answer.reasons.iter().map(|r| r.code.clone()).collect(),
        });
        let output: Vec<(String, String)> = if step["leaves"].is_array() {
            step["leaves"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|l| {
                    (
                        l[0].as_str().unwrap_or_default().to_owned(),
                        l[1].as_str().unwrap_or_default().to_owned(),
                    )
                })
                .collect()
        } else {
            leaves(&step["output"])
        };
        if !step["output"].is_null() || step["leaves"].is_array() {
            let arrived = notes::Arrived {
                step: i as u32,
                kind: &text("type"),
                payload: &payload_text,
                intent: past.intent.as_deref(),
            };
            let read = output.iter().map(|(p, t)| (p.as_str(), t.as_str()));
            past.notes = notes::observe(&arrived, read, &past.notes);
        }
        let mut all: Vec<(String, String, bool)> = leaves(&step["payload"])
            .into_iter()
            .map(|(p, t)| (p, t, false))
            .collect();
        all.extend(output.into_iter().map(|(p, t)| (notes::place(&p), t, true)));
        past.steps.push(ToldStep {
            labels: answer.labels,
            held: judged.last().is_some_and(|j: &Judged| j.held),
            approved: step["approved"].as_bool(),
            payload: payload_text,
            leaves: all,
        });
    }
    judged
}

/// The reason codes of a session's last step.
pub(crate) fn last_codes(session: &str) -> Vec<String> {
    let session: Value = json::from_str(session).unwrap_or_default();
    replay(&session, &Settings::default())
        .pop()
        .map(|j| j.codes)
        .unwrap_or_default()
}

/// True when the rule holds a shell command of a session that begins with it.
pub(crate) fn holds_command(rule: &str, intent: &str, command: &str) -> bool {
    let step = json::json!({"type": "bash", "payload": {"command": command}});
    let session = json::json!({"intent": intent, "steps": [step]});
    last_codes(&session.to_string()).iter().any(|c| c == rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The golden cases, which the host's `replay` judges too.
    #[test]
    fn golden_sessions_are_judged_as_recorded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/cases");
        let mut wrong = Vec::new();
        let mut sessions = 0;
        for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            for line in std::fs::read_to_string(file.path())
                .unwrap_or_default()
                .lines()
            {
                let session: Value = json::from_str(line).unwrap_or_default();
                sessions += 1;
                for (step, judged) in replay(&session, &Settings::default()).iter().enumerate() {
                    let harmful = session["steps"][step]["label"] == "harmful";
                    if harmful != judged.held {
                        wrong.push(format!("{} step {step}: {:?}", session["id"], judged.codes));
                    }
                }
            }
        }
        assert!(sessions >= 30, "{sessions} sessions");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
