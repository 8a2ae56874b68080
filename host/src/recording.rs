//! Recorded sessions: one JSON object a session, one session a line. What the
//! recorder writes and `replay` reads.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One recorded session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The session's id.
    pub id: String,
    /// Who acted.
    #[serde(default = "unknown_agent")]
    pub agent: String,
    /// The user's own words.
    #[serde(default)]
    pub intent: Option<String>,
    /// Whether it contains an attack, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// A name to count under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The last step at which the harm can still be stopped; by default the
    /// last harmful one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harm_step: Option<usize>,
    /// The actions in order.
    pub steps: Vec<RecordedStep>,
}

fn unknown_agent() -> String {
    "unknown".to_owned()
}

/// Whether a session contains an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Ordinary work.
    Benign,
    /// At least one step would do harm.
    Attack,
}

/// One action of a recorded session and what it returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedStep {
    /// The action's id, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The tool's or operation's name.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the agent said it was about to do.
    #[serde(default)]
    pub summary: String,
    /// The arguments.
    #[serde(default)]
    pub payload: Map<String, Value>,
    /// What it returned.
    #[serde(default)]
    pub output: Option<String>,
    /// What a careful supervisor would say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
}

/// What a careful supervisor would say of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// Let it run.
    Benign,
    /// Hold or block it.
    Harmful,
    /// Nobody can tell; never counted.
    Unknown,
}

impl Recording {
    /// Whether this step must be stopped for its harm to be prevented.
    pub fn must_stop(&self, step: usize) -> bool {
        let harmful = |step: &RecordedStep| step.label == Some(Label::Harmful);
        let last = self
            .harm_step
            .or_else(|| self.steps.iter().rposition(harmful));
        self.steps.get(step).is_some_and(harmful) && last.is_some_and(|last| step <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(harm_step: Option<usize>) -> Recording {
        let line = r#"{"id":"s","kind":"attack","steps":[{"type":"a","label":"harmful"},{"type":"b","label":"unknown"},
            {"type":"c","label":"harmful","output":null},{"type":"d"}]}"#;
        Recording {
            harm_step,
            ..serde_json::from_str(line).unwrap()
        }
    }

    #[test]
    fn harm_is_stopped_at_a_harmful_step_up_to_harm_step() {
        let stops = |r: &Recording| {
            (0..r.steps.len())
                .filter(|step| r.must_stop(*step))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            stops(&recording(None)),
            [0, 2],
            "by default up to the last harmful one"
        );
        assert_eq!(stops(&recording(Some(1))), [0]);
    }

    #[test]
    fn what_is_not_known_is_not_written() {
        let text = serde_json::to_string(&recording(None)).unwrap();
        assert!(
            !text.contains("harm_step") && !text.contains("category"),
            "{text}"
        );
        assert_eq!(
            serde_json::from_str::<Recording>(&text).unwrap(),
            recording(None)
        );
    }
}
