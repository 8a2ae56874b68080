//! What an expression sees: `action`, `payload` and `session`.

use cel::ExecutionError;
use cel::common::traits::{Container, Indexer};
use cel::common::types::{CelDouble, CelInt, CelString, MAP_TYPE, Type};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use coldnotch_plugin::Place;
use coldnotch_plugin::json::Value;

use crate::json::{self, not_a_key};
use crate::tally::{Past, State};

/// The fields of `action`.
pub const ACTION: [&str; 8] = [
    "agent", "at", "context", "id", "intent", "session", "summary", "type",
];
/// The fields of `session`.
pub const SESSION: [&str; 7] = [
    "asked", "counts", "labels", "outputs", "steps", "totals", "values",
];

/// One action and the session before it.
#[derive(Debug)]
pub struct Facts<'f> {
    /// Its type, as it came.
    pub kind: &'f str,
    /// Who wants to act.
    pub agent: &'f str,
    /// Its identifier.
    pub id: &'f str,
    /// The run it belongs to; empty when it stands alone.
    pub session: &'f str,
    /// What the agent says it does.
    pub summary: &'f str,
    /// The user's own words, where they are known.
    pub intent: Option<&'f str>,
    /// Milliseconds since the Unix epoch.
    pub at: u64,
    /// The arguments.
    pub payload: &'f Value,
    /// Null where no rule asks for it.
    pub context: &'f Value,
    /// The steps before.
    pub past: &'f dyn Past,
    /// What they have come to.
    pub state: &'f State,
}

impl VariableResolver for Facts<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        match name {
            "payload" => Some(CowVal::Owned(json::value(self.payload))),
            "action" => Some(CowVal::owned(View(self, Of::Action))),
            "session" => Some(CowVal::owned(View(self, Of::Session))),
            _ => None,
        }
    }
}

/// A part of the facts, as a value that has fields or that things are looked up in.
#[derive(Debug, Clone)]
struct View<'f>(&'f Facts<'f>, Of);

#[derive(Debug, Clone)]
enum Of {
    Action,
    Session,
    /// `session.labels`
    Labels,
    /// `session.counts`
    Counts,
    /// `session.totals`, with the names that have followed
    Totals(Vec<String>),
    /// `session.values`, `session.outputs`, `session.asked`: where a value occurred
    Values(Option<Place>),
}

impl<'f> View<'f> {
    fn field(&self, name: &str) -> Result<Box<dyn Val + 'f>, ExecutionError> {
        let View(facts, of) = self;
        let text = |text: &'f str| -> Box<dyn Val + 'f> { Box::new(CelString::from(text)) };
        let view = |of| -> Box<dyn Val + 'f> { Box::new(View(facts, of)) };
        Ok(match (of, name) {
            (Of::Action, "type") => text(facts.kind),
            (Of::Action, "agent") => text(facts.agent),
            (Of::Action, "id") => text(facts.id),
            (Of::Action, "session") => text(facts.session),
            (Of::Action, "summary") => text(facts.summary),
            (Of::Action, "intent") => match facts.intent {
                Some(intent) => text(intent),
                None => return Err(ExecutionError::no_such_key("action.intent")),
            },
            (Of::Action, "at") => Box::new(whole(facts.at)),
            (Of::Action, "context") => json::value(facts.context),
            (Of::Session, "steps") => Box::new(whole(facts.past.end().into())),
            (Of::Session, "labels") => view(Of::Labels),
            (Of::Session, "counts") => view(Of::Counts),
            (Of::Session, "totals") => view(Of::Totals(Vec::new())),
            (Of::Session, "values") => view(Of::Values(None)),
            (Of::Session, "outputs") => view(Of::Values(Some(Place::Output))),
            (Of::Session, "asked") => view(Of::Values(Some(Place::Intent))),
            (Of::Counts, kind) => match facts.state.count(kind) {
                Some(count) => Box::new(CelInt::from(known(count)? as i64)),
                None => return Err(ExecutionError::no_such_key(kind)),
            },
            (Of::Totals(names), name) => {
                let names = [names.as_slice(), &[name.to_owned()]].concat();
                let total = names
                    .split_first()
                    .and_then(|(kind, field)| facts.state.total(kind, field));
                match total {
                    Some(total) => Box::new(CelDouble::from(known(total)?)),
                    None => view(Of::Totals(names)),
                }
            }
            _ => return Err(ExecutionError::no_such_key(name)),
        })
    }
}

/// A sum that could be made.
fn known(sum: Option<f64>) -> Result<f64, ExecutionError> {
    let why = "an earlier action of the session had no number there";
    sum.ok_or_else(|| ExecutionError::function_error("session.totals", why))
}

fn whole(number: u64) -> CelInt {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

impl Val for View<'_> {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        matches!(self.1, Of::Labels | Of::Values(_)).then_some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }
}

impl Indexer for View<'_> {
    fn get<'b, 'v>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let name = key
            .downcast_ref::<CelString>()
            .ok_or_else(|| not_a_key(key))?;
        self.field(name.inner()).map(CowVal::Owned)
    }

    fn steal<'v>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(key).map(CowVal::into_owned)
    }
}

impl Container for View<'_> {
    fn contains(&self, sought: &dyn Val) -> Result<bool, ExecutionError> {
        let View(facts, of) = self;
        match of {
            Of::Labels => match sought.downcast_ref::<CelString>() {
                Some(label) => Ok(facts.state.seen(label.inner())),
                None => Err(not_a_key(sought)),
            },
            Of::Values(place) => {
                let places = facts.past.find(written(sought)?);
                Ok(places.iter().any(|found| place.is_none_or(|p| *found == p)))
            }
            _ => Err(not_a_key(sought)),
        }
    }
}

/// A value as it would be written in a text.
fn written(value: &dyn Val) -> Result<String, ExecutionError> {
    if let Some(text) = value.downcast_ref::<CelString>() {
        Ok(text.inner().to_owned())
    } else if let Some(number) = value.downcast_ref::<CelInt>() {
        Ok(number.inner().to_string())
    } else if let Some(number) = value.downcast_ref::<CelDouble>() {
        Ok(number.inner().to_string())
    } else {
        Err(not_a_key(value))
    }
}
