//! What an operator may say, and the policy, compiled once.
//!
//! | setting | default | meaning |
//! | --- | --- | --- |
//! | `policy` | needed | a Rego module, or a list of them |
//! | `data` | `{}` | the data document |
//! | `package` | that of the first module | whose rules are asked |
//! | `unless_allowed` | `"hold"` | where the package has `allow` and it is not true: `"hold"`, `"block"` or `"abstain"` |
//! | `deny` | `"block"` | what `deny` leads to: `"block"` or `"hold"` |
//! | `rego` | `1` | `0` for modules in the syntax before OPA 1.0 |
//! | `types` | `["*"]` | types of action the policy is asked about |

use std::fmt;

use coldnotch_plugin::Verdict;
use coldnotch_plugin::json::{Map, Value};
use regorus::{CompiledPolicy, Engine};
use serde::Deserialize;

/// The rules that are asked for an answer.
pub const RULES: [&str; 5] = ["allow", "deny", "hold", "risk", "labels"];
const KEYS: [&str; 7] = [
    "data",
    "deny",
    "package",
    "policy",
    "rego",
    "types",
    "unless_allowed",
];
/// The package that asks them; no policy may have it.
const ASKING: &str = "coldnotch_asks";
/// Bytes of all modules.
const MAX_POLICY: usize = 256 << 10;

/// The operator's settings.
#[derive(Deserialize)]
#[serde(try_from = "Value")]
pub struct Settings {
    /// The policy with one rule more, which asks for all there is to answer.
    pub policy: CompiledPolicy,
    /// Whether the package says what is allowed.
    pub allows: bool,
    /// Where it does and this is not; `None` to abstain.
    pub unless_allowed: Option<Verdict>,
    /// What `deny` leads to.
    pub deny: Verdict,
    /// Types of action the policy is asked about.
    pub types: Vec<String>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("types", &self.types)
            .finish_non_exhaustive()
    }
}

impl TryFrom<Value> for Settings {
    type Error = String;

    fn try_from(given: Value) -> Result<Self, String> {
        let empty = Map::new();
        let fields = given.as_object().unwrap_or(&empty);
        if let Some(key) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(format!("unknown setting `{key}`{}", meant(key)));
        }
        let (policy, allows) = compiled(fields)?;
        Ok(Settings {
            policy,
            allows,
            unless_allowed: word(fields, "unless_allowed", &UNLESS_ALLOWED)?,
            deny: word(fields, "deny", &DENY)?,
            types: texts(fields, "types")?.unwrap_or_else(|| vec!["*".to_owned()]),
        })
    }
}

const UNLESS_ALLOWED: [(&str, Option<Verdict>); 3] = [
    ("hold", Some(Verdict::Hold)),
    ("block", Some(Verdict::Block)),
    ("abstain", None),
];
const DENY: [(&str, Verdict); 2] = [("block", Verdict::Block), ("hold", Verdict::Hold)];

/// The policy and whether it has `allow`.
fn compiled(fields: &Map<String, Value>) -> Result<(CompiledPolicy, bool), String> {
    let modules = texts(fields, "policy")?.ok_or("`policy` is missing: a Rego module")?;
    if modules.iter().map(String::len).sum::<usize>() > MAX_POLICY {
        return Err(format!("`policy` has more than {MAX_POLICY} bytes"));
    }
    let mut engine = Engine::new();
    engine.set_rego_v0(match fields.get("rego").map(Value::as_u64) {
        None | Some(Some(1)) => false,
        Some(Some(0)) => true,
        Some(_) => return Err("`rego` must be 1, or 0 for the syntax before OPA 1.0".to_owned()),
    });
    // An error of a built-in function would otherwise be as if nothing was asked.
    engine.set_strict_builtin_errors(true);
    let mut packages = Vec::new();
    let mut paths = Vec::new();
    for (place, module) in modules.into_iter().enumerate() {
        let path = match place {
            0 => "policy".to_owned(),
            more => format!("policy[{more}]"),
        };
        let package = engine
            .add_policy(path.clone(), module)
            .map_err(|e| plain(&e))?;
        if package == format!("data.{ASKING}") {
            return Err(format!("{path}: the package `{ASKING}` is taken"));
        }
        packages.push(package);
        paths.push(path);
    }
    let package = match fields.get("package") {
        None => packages.first().cloned().ok_or("`policy` has no module")?,
        Some(Value::String(name)) if packages.contains(&format!("data.{name}")) => {
            format!("data.{name}")
        }
        Some(_) => {
            return Err(format!(
                "`package` must be one of the policy's: {}",
                packages.join(", ")
            ));
        }
    };
    let of_package = || {
        paths
            .iter()
            .zip(&packages)
            .filter(|(_, of)| **of == package)
    };
    let has = |rule: &str| {
        of_package().any(|(path, _)| {
            engine
                .has_declared_rule_rooted_at(path, rule)
                .unwrap_or(false)
        })
    };
    let rules: Vec<&str> = RULES.into_iter().filter(|rule| has(rule)).collect();
    if !rules
        .iter()
        .any(|rule| ["allow", "deny", "hold", "risk"].contains(rule))
    {
        return Err(format!(
            "the package {package} has none of the rules allow, deny, hold and risk"
        ));
    }
    if let Some(data) = fields.get("data") {
        engine
            .add_data(data.clone().into())
            .map_err(|e| format!("`data`: {}", plain(&e)))?;
    }
    let asking = asking(&package, &rules);
    engine.set_rego_v0(false);
    engine
        .add_policy(ASKING.to_owned(), asking)
        .map_err(|e| plain(&e))?;
    let entry = format!("data.{ASKING}.answer");
    let policy = engine
        .compile_with_entrypoint(&entry.as_str().into())
        .map_err(|e| plain(&e))?;
    Ok((policy, rules.contains(&"allow")))
}

/// A module that asks the rules: one that is undefined is left out of the answer.
fn asking(package: &str, rules: &[&str]) -> String {
    let asked = rules.iter().map(|rule| {
        format!("said[name] := value if {{ name := \"{rule}\"; value := {package}.{rule} }}\n")
    });
    let asked: String = asked.collect();
    format!("package {ASKING}\nimport rego.v1\nanswer := said\n{asked}")
}

fn word<T: Copy>(fields: &Map<String, Value>, key: &str, words: &[(&str, T)]) -> Result<T, String> {
    let known = || {
        words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect::<Vec<_>>()
    };
    let (Some(first), found) = (words.first(), fields.get(key)) else {
        return Err(format!("`{key}` has no words"));
    };
    let chosen = match found {
        None => Some(first),
        Some(given) => words.iter().find(|(word, _)| given.as_str() == Some(word)),
    };
    let wrong = || format!("`{key}` must be one of {}", known().join(", "));
    chosen.map(|(_, value)| *value).ok_or_else(wrong)
}

/// A text or a list of texts.
fn texts(fields: &Map<String, Value>, key: &str) -> Result<Option<Vec<String>>, String> {
    let texts = match fields.get(key) {
        None => return Ok(None),
        Some(Value::String(text)) => Some(vec![text.clone()]),
        Some(Value::Array(list)) => list
            .iter()
            .map(|text| text.as_str().map(str::to_owned))
            .collect(),
        Some(_) => None,
    };
    texts
        .map(Some)
        .ok_or_else(|| format!("`{key}` must be a text or a list of texts"))
}

fn meant(name: &str) -> String {
    let distance = |other: &&str| strsim::damerau_levenshtein(name, other);
    match KEYS.iter().min_by_key(|key| distance(key)) {
        Some(near) if distance(near) <= 2 => format!("; did you mean `{near}`?"),
        _ => format!("; there are: {}", KEYS.join(", ")),
    }
}

/// An error of the evaluator in one line: where, then what. Its own form draws the
/// source under it.
pub fn plain(error: &dyn fmt::Display) -> String {
    let drawn = error.to_string();
    let place = drawn.lines().find_map(|line| line.strip_prefix("--> "));
    let what = drawn
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("error: "));
    match (place.map(|at| at.splitn(3, ':').collect::<Vec<_>>()), what) {
        (Some(at), Some(what)) => match at.as_slice() {
            [file, line, column] => format!("{file}, line {line}, column {column}: {what}"),
            _ => what.to_owned(),
        },
        _ => drawn.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}
