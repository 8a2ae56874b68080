//! What an operator may say; policies, schema and entities, read once.
//!
//! | setting | default | meaning |
//! | --- | --- | --- |
//! | `policy` | needed | Cedar policies |
//! | `schema` | none | a Cedar schema: policies, entities and requests have to fit it |
//! | `entities` | `[]` | entities that are known, in Cedar's JSON |
//! | `unless_permitted` | `"hold"` | where no policy permits and none forbids: `"hold"`, `"block"` or `"abstain"` |
//! | `principal`, `action`, `role`, `resource` | `"Agent"`, `"Action"`, `"Role"`, `"Resource"` | names of types |
//! | `resources` | `[]` | `{ types = ["refund"], type = "Order", field = "order.id" }`: what names the resource |
//! | `types` | `["*"]` | types of action the policies are asked about |

use std::collections::HashMap;
use std::fmt;

use cedar_policy::{
    Effect, Entities, EntityTypeName, Policy, PolicyId, PolicySet, Schema, ValidationMode,
    Validator,
};
use coldnotch_plugin::Verdict;
use coldnotch_plugin::json::{Map, Value};
use miette::Diagnostic;
use serde::Deserialize;

const KEYS: [&str; 10] = [
    "action",
    "entities",
    "policy",
    "principal",
    "resource",
    "resources",
    "role",
    "schema",
    "types",
    "unless_permitted",
];
/// Bytes of the policies, and of the schema.
const MAX_TEXT: usize = 256 << 10;
/// How deep brackets may nest in them: the parser is a recursive one.
const MAX_DEPTH: usize = 24;
/// Most mistakes told of one text.
const MAX_TOLD: usize = 8;
/// The annotation that makes a policy hold.
const HOLD: (&str, &str) = ("coldnotch", "hold");

/// The operator's settings.
#[derive(Deserialize)]
#[serde(try_from = "Value")]
pub struct Settings {
    /// All policies.
    pub policies: PolicySet,
    /// What each says when it applies.
    sayings: HashMap<PolicyId, Saying>,
    /// What they have to fit.
    pub schema: Option<Schema>,
    /// Entities that are known.
    pub entities: Entities,
    /// Where no policy permits and none forbids; `None` to abstain.
    pub unless_permitted: Option<Verdict>,
    /// The type of agents.
    pub principal: EntityTypeName,
    /// The type of actions.
    pub action: EntityTypeName,
    /// The type of the roles that the runtime vouches for.
    pub role: EntityTypeName,
    /// The type of a resource that no field names.
    pub resource: EntityTypeName,
    /// What names the resource of which types of action.
    pub resources: Vec<Resource>,
    /// Types of action the policies are asked about.
    pub types: Vec<String>,
}

/// What names the resource of some types of action.
#[derive(Debug)]
pub struct Resource {
    types: Vec<String>,
    /// Its type.
    pub kind: EntityTypeName,
    /// The names on the way to the field of the payload.
    pub field: Vec<String>,
}

impl Resource {
    /// Whether it is for this type of action.
    pub fn covers(&self, kind: &str) -> bool {
        let kind = folded(kind);
        self.types.iter().any(|name| match name.strip_suffix('*') {
            Some(beginning) => kind.starts_with(&folded(beginning)),
            None => kind == folded(name),
        })
    }
}

/// A name without case and without what separates its words, as the plugin
/// contract compares them.
fn folded(name: &str) -> String {
    let parts = name.chars().filter(|c| c.is_alphanumeric());
    parts.flat_map(char::to_lowercase).collect()
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("types", &self.types)
            .finish_non_exhaustive()
    }
}

/// What a policy says when it applies. To ask a policy for an annotation runs a
/// parser, so it is done once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Saying {
    /// Where it stands among the others, from 1.
    pub place: usize,
    /// The line it begins at, from 1, where that is known.
    pub line: Option<usize>,
    /// Whether it blocks.
    pub blocks: bool,
    /// Whether it holds, as its annotation says.
    pub holds: bool,
    /// What it is called: its annotation `@id`, or its place.
    pub code: String,
    /// Its annotation `@because`.
    pub because: String,
}

impl Saying {
    /// Reads what a policy says.
    ///
    /// # Errors
    /// Its annotation says something else than it may, which would be passed over.
    fn of(policy: &Policy, place: usize, source: &str) -> Result<Self, String> {
        let holds = match policy.annotation(HOLD.0) {
            None => false,
            Some(said) if said == HOLD.1 => true,
            Some(_) => {
                let id = policy.id();
                return Err(format!(
                    "policy {id}: the annotation @{} can only be \"{}\"",
                    HOLD.0, HOLD.1
                ));
            }
        };
        let code = policy
            .annotation("id")
            .map_or_else(|| policy.id().to_string(), str::to_owned);
        let because = policy.annotation("because");
        let because = because.map_or_else(|| format!("the policy {code} applies"), str::to_owned);
        let text = policy.to_cedar();
        let at = text.and_then(|text| source.find(text.trim()));
        Ok(Saying {
            place,
            line: at.map(|at| self::place(source, at).0),
            blocks: policy.effect() == Effect::Forbid && !holds,
            holds,
            code,
            because,
        })
    }
}

impl Settings {
    /// What a policy says.
    pub fn saying(&self, policy: &PolicyId) -> Option<&Saying> {
        self.sayings.get(policy)
    }
}

impl TryFrom<Value> for Settings {
    type Error = String;

    fn try_from(given: Value) -> Result<Self, String> {
        let empty = Map::new();
        let fields = given.as_object().unwrap_or(&empty);
        if let Some(key) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(format!("unknown setting `{key}`{}", meant(key, &KEYS)));
        }
        let source = text(fields, "policy")?.ok_or("`policy` is missing: Cedar policies")?;
        bounded("policy", source)?;
        let policies: PolicySet = source.parse().map_err(|e: cedar_policy::ParseErrors| {
            mistakes("policy", source, e.iter().map(|e| e as &dyn Diagnostic))
        })?;
        if policies.is_empty() {
            return Err("`policy` has no policy".to_owned());
        }
        if policies.templates().next().is_some() {
            return Err("`policy` has a template: they cannot be linked here".to_owned());
        }
        let sayings = sayings(&policies, source)?;
        let schema = schema(fields)?;
        if let Some(schema) = &schema {
            valid(schema, &policies, source)?;
        }
        let entities = match fields.get("entities") {
            None => Entities::from_entities([], schema.as_ref()),
            Some(given) => Entities::from_json_value(given.clone(), schema.as_ref()),
        };
        Ok(Settings {
            sayings,
            entities: entities.map_err(|e| format!("`entities`: {}", whole(&e)))?,
            unless_permitted: unless_permitted(fields)?,
            principal: name(fields, "principal", "Agent")?,
            action: name(fields, "action", "Action")?,
            role: name(fields, "role", "Role")?,
            resource: name(fields, "resource", "Resource")?,
            resources: resources(fields)?,
            types: match fields.get("types") {
                None => vec!["*".to_owned()],
                Some(given) => texts(given).ok_or("`types` must be a list of texts")?,
            },
            policies,
            schema,
        })
    }
}

fn sayings(policies: &PolicySet, source: &str) -> Result<HashMap<PolicyId, Saying>, String> {
    // Their names are numbers in the order of the text: policy0, policy1, …
    let mut ids: Vec<&Policy> = policies.policies().collect();
    ids.sort_by_key(|policy| (policy.id().to_string().len(), policy.id().to_string()));
    let sayings = ids.into_iter().enumerate().map(|(place, policy)| {
        let saying = Saying::of(policy, place + 1, source)?;
        Ok((policy.id().clone(), saying))
    });
    sayings.collect()
}

fn schema(fields: &Map<String, Value>) -> Result<Option<Schema>, String> {
    let Some(source) = text(fields, "schema")? else {
        return Ok(None);
    };
    bounded("schema", source)?;
    match Schema::from_cedarschema_str(source) {
        Ok((schema, _)) => Ok(Some(schema)),
        Err(e) => Err(mistakes("schema", source, [&e as &dyn Diagnostic])),
    }
}

/// Whether the policies fit the schema.
fn valid(schema: &Schema, policies: &PolicySet, source: &str) -> Result<(), String> {
    let found = Validator::new(schema.clone()).validate(policies, ValidationMode::Strict);
    match found.validation_passed() {
        true => Ok(()),
        false => Err(mistakes(
            "policy",
            source,
            found.validation_errors().map(|e| e as &dyn Diagnostic),
        )),
    }
}

fn unless_permitted(fields: &Map<String, Value>) -> Result<Option<Verdict>, String> {
    match text(fields, "unless_permitted")? {
        None | Some("hold") => Ok(Some(Verdict::Hold)),
        Some("block") => Ok(Some(Verdict::Block)),
        Some("abstain") => Ok(None),
        Some(_) => {
            Err("`unless_permitted` must be one of \"hold\", \"block\", \"abstain\"".to_owned())
        }
    }
}

fn resources(fields: &Map<String, Value>) -> Result<Vec<Resource>, String> {
    let Some(given) = fields.get("resources") else {
        return Ok(Vec::new());
    };
    let list = given.as_array().ok_or("`resources` must be a list")?;
    let resource = |(place, given): (usize, &Value)| {
        let at = format!("resources[{place}]");
        let fields = given
            .as_object()
            .ok_or_else(|| format!("`{at}` must have `types`, `type` and `field`"))?;
        const KEYS: [&str; 3] = ["field", "type", "types"];
        if let Some(key) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(format!("{at}: unknown key `{key}`{}", meant(key, &KEYS)));
        }
        let types = fields
            .get("types")
            .and_then(texts)
            .filter(|types| !types.is_empty());
        let field = fields
            .get("field")
            .and_then(Value::as_str)
            .filter(|field| !field.is_empty());
        Ok(Resource {
            types: types
                .ok_or_else(|| format!("{at}: `types` must be a list of types of action"))?,
            kind: name(fields, "type", "Resource").map_err(|e| format!("{at}: {e}"))?,
            field: field
                .ok_or_else(|| {
                    format!("{at}: `field` must name a field of the payload, such as \"order.id\"")
                })?
                .split('.')
                .map(str::to_owned)
                .collect(),
        })
    };
    list.iter().enumerate().map(resource).collect()
}

/// The name of a type of entities.
fn name(fields: &Map<String, Value>, key: &str, default: &str) -> Result<EntityTypeName, String> {
    let given = text(fields, key)?.unwrap_or(default);
    let wrong = |_| format!("`{key}` must be the name of a type, such as \"{default}\"");
    bounded(key, given)?;
    given.parse().map_err(wrong)
}

fn text<'f>(fields: &'f Map<String, Value>, key: &str) -> Result<Option<&'f str>, String> {
    match fields.get(key) {
        None => Ok(None),
        Some(given) => given
            .as_str()
            .map(Some)
            .ok_or_else(|| format!("`{key}` must be a text")),
    }
}

fn texts(given: &Value) -> Option<Vec<String>> {
    given
        .as_array()?
        .iter()
        .map(|text| text.as_str().map(str::to_owned))
        .collect()
}

/// What the parser would break on is refused before it.
fn bounded(key: &str, source: &str) -> Result<(), String> {
    if source.len() > MAX_TEXT {
        return Err(format!(
            "`{key}` has {} bytes, more than {MAX_TEXT}",
            source.len()
        ));
    }
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut before = ' ';
    for (at, c) in source.char_indices() {
        match c {
            '"' if before != '\\' => in_text = !in_text,
            '(' | '[' | '{' if !in_text => depth += 1,
            ')' | ']' | '}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = if before == '\\' { ' ' } else { c };
        if depth > MAX_DEPTH {
            let (line, column) = place(source, at);
            return Err(format!(
                "`{key}`, line {line}, column {column}: brackets nest more than {MAX_DEPTH} deep"
            ));
        }
    }
    Ok(())
}

/// Errors with their places, a line each.
fn mistakes<'e>(
    key: &str,
    source: &str,
    errors: impl IntoIterator<Item = &'e dyn Diagnostic>,
) -> String {
    let told = errors.into_iter().take(MAX_TOLD).map(|error| {
        let label = error.labels().and_then(|mut labels| labels.next());
        let help = error
            .help()
            .map_or_else(String::new, |help| format!(" ({help})"));
        let what = [error.to_string(), help].concat();
        match label {
            Some(label) => {
                let (line, column) = place(source, label.offset());
                let expected = label
                    .label()
                    .map_or_else(String::new, |said| format!(", {said}"));
                format!("`{key}`, line {line}, column {column}: {what}{expected}")
            }
            None => format!("`{key}`: {what}"),
        }
    });
    told.collect::<Vec<_>>().join("\n")
}

/// Line and column, in characters, of an offset.
fn place(source: &str, at: usize) -> (usize, usize) {
    let before = source.get(..at).unwrap_or(source);
    let column = before.chars().rev().take_while(|c| *c != '\n').count();
    (before.matches('\n').count() + 1, column + 1)
}

/// An error with what led to it, in one line.
fn whole(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        said = format!("{said}: {next}");
        cause = next.source();
    }
    said
}

fn meant(name: &str, known: &[&str]) -> String {
    let distance = |other: &&&str| strsim::damerau_levenshtein(name, other);
    match known.iter().min_by_key(distance) {
        Some(near) if distance(&near) <= 2 => format!("; did you mean `{near}`?"),
        _ => format!("; there are: {}", known.join(", ")),
    }
}
