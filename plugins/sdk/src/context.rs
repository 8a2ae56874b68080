//! What a scorer is given: the action, the history, its notes and settings.

use std::cell::OnceCell;

use serde_json::Value;

use crate::bindings::plain::coldnotch::policy::{history, types};

pub use history::{Occurrence, OutputState, Place};
pub use types::{Leaf, Notes};

/// What an agent wants to do. See `action` in the plugin contract.
#[derive(Debug)]
pub struct Action {
    /// Identifier, unique in the session.
    pub id: String,
    /// The run it belongs to; empty when it stands alone.
    pub session: String,
    /// Who wants to act.
    pub agent: String,
    /// The tool's or operation's name.
    pub kind: String,
    /// What the agent says it is about to do.
    pub summary: String,
    /// The arguments as JSON text; [`payload`](Action::payload) parses them.
    pub payload_text: String,
    /// The user's own words, if known.
    pub intent: Option<String>,
    /// What the runtime vouches for, as JSON text.
    pub context_text: String,
    /// When the host received it, in milliseconds since the Unix epoch.
    pub at: u64,
    payload: OnceCell<Value>,
    context: OnceCell<Value>,
}

impl Action {
    /// The arguments. Parsed on first use; `Value::Null` if the host broke its
    /// promise of valid JSON.
    pub fn payload(&self) -> &Value {
        self.payload
            .get_or_init(|| serde_json::from_str(&self.payload_text).unwrap_or_default())
    }

    /// What the runtime vouches for. Parsed on first use.
    pub fn context(&self) -> &Value {
        self.context
            .get_or_init(|| serde_json::from_str(&self.context_text).unwrap_or_default())
    }
}

impl From<types::Action> for Action {
    fn from(a: types::Action) -> Self {
        Action {
            id: a.id,
            session: a.session,
            agent: a.agent,
            kind: a.kind,
            summary: a.summary,
            payload_text: a.payload,
            intent: a.intent,
            context_text: a.context,
            at: a.at,
            payload: OnceCell::new(),
            context: OnceCell::new(),
        }
    }
}

/// An earlier action and what became of it. See `step` in the plugin contract.
#[derive(Debug)]
pub struct Step {
    /// Position in the session, from 0.
    pub index: u32,
    /// The action.
    pub action: Action,
    /// The combined verdict at the time.
    pub verdict: types::Verdict,
    /// The combined risk at the time.
    pub risk: f64,
    /// Labels of all scorers.
    pub labels: Vec<String>,
    /// What the human said to a HOLD.
    pub approved: Option<bool>,
    /// Whether the action worked.
    pub succeeded: Option<bool>,
    /// Whether its output can still be read.
    pub output: OutputState,
}

impl From<history::Step> for Step {
    fn from(s: history::Step) -> Self {
        Step {
            index: s.index,
            action: s.action.into(),
            verdict: s.verdict,
            risk: s.risk,
            labels: s.labels,
            approved: s.approved,
            succeeded: s.succeeded,
            output: s.output,
        }
    }
}

/// The steps before the action under judgement. Each method is a call into the
/// host, about 0.2 microseconds.
#[derive(Debug)]
pub struct History<'a>(&'a history::Session);

impl History<'_> {
    /// The user's own words, if known.
    pub fn intent(&self) -> Option<String> {
        self.0.intent()
    }

    /// How many steps came before, dropped ones included.
    pub fn len(&self) -> u32 {
        self.0.len()
    }

    /// True when no step came before.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The indices of the steps still kept, oldest first.
    pub fn kept(&self) -> std::ops::Range<u32> {
        self.0.first()..self.0.len()
    }

    /// One step, if it is still kept.
    pub fn step(&self, index: u32) -> Option<Step> {
        self.0.step(index).map(Into::into)
    }

    /// The labels of one step, without the rest of it.
    pub fn labels(&self, index: u32) -> Vec<String> {
        self.0.labels(index)
    }

    /// At most `max` bytes of a step's output from `offset` on.
    pub fn output(&self, index: u32, offset: u32, max: u32) -> String {
        self.0.output(index, offset, max)
    }

    /// Where each text occurred before. One call for all values of an action.
    pub fn find_values(&self, texts: &[String]) -> Vec<Vec<Occurrence>> {
        self.0.find_values(texts)
    }
}

/// Everything besides the action.
pub struct Context<'a, S> {
    /// The operator's settings.
    pub settings: &'a S,
    /// The session so far.
    pub history: History<'a>,
    /// What this plugin's `observe` remembered.
    pub notes: Notes,
}

impl<'a, S> Context<'a, S> {
    #[doc(hidden)]
    pub fn new(settings: &'a S, session: &'a history::Session, notes: Notes) -> Self {
        Context {
            settings,
            history: History(session),
            notes,
        }
    }
}
