//! What an operator may say: rules, each with a condition, what follows and why.
//!
//! | key of a rule | meaning |
//! | --- | --- |
//! | `when` | the condition, an expression over `action`, `payload` and `session` |
//! | `then` | `"hold"`, `"block"` or `{ risk = 0.6 }` |
//! | `because` | a plain sentence for whoever is asked |
//! | `name` | the reason's code; `rule-1`, `rule-2`, … without |
//! | `types` | the types of action it concerns; all without |
//! | `labels` | kept with the step when the rule applies |

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use cel::Env;
use coldnotch_plugin::json::{Map, Value};
use serde::Deserialize;

use crate::check::{DECIMAL, Uses};
use crate::decimal;
use crate::expression::Expression;
use crate::kinds::Kind;
use crate::words::meant;

const MAX_RULES: usize = 256;
/// Bytes of a name and of a label, and of a sentence.
const MAX_NAME: usize = 64;
const MAX_SENTENCE: usize = 512;
/// Different labels of all rules, so that an answer has room for those of the tally.
const MAX_LABELS: usize = 16;
/// Different types of all rules.
const MAX_TYPES: usize = 256;

const KEYS: [&str; 6] = ["because", "labels", "name", "then", "types", "when"];

/// The rules, ready to be asked.
#[derive(Deserialize)]
#[serde(try_from = "Value")]
pub struct Settings {
    /// In the operator's order.
    pub rules: Vec<Rule>,
    /// What they need besides the action itself.
    pub uses: Uses,
    /// The functions that expressions know.
    pub functions: Arc<Env>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// The reason's code.
    pub name: String,
    /// The types it concerns; empty for all.
    pub types: Vec<Kind>,
    /// As the operator wrote them.
    pub type_names: Vec<String>,
    /// When it applies.
    pub when: Expression,
    /// What follows.
    pub then: Then,
    /// Why, for whoever is asked.
    pub because: String,
    /// Kept with the step.
    pub labels: Vec<String>,
}

/// What follows when a rule applies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Then {
    /// The threshold of the policy judges this risk, from 0 to 1.
    Risk(f64),
    /// A human should see it.
    Hold,
    /// It must not run.
    Block,
}

impl TryFrom<Value> for Settings {
    type Error = String;

    /// Reads and checks all rules; a mistake a line.
    fn try_from(given: Value) -> Result<Self, String> {
        let mut reader = Reader::default();
        let rules = reader.rules(&given);
        if !reader.mistakes.is_empty() {
            return Err(reader.mistakes.join("\n"));
        }
        let functions = functions().map_err(|e| e.to_string())?;
        Ok(Settings {
            rules,
            uses: reader.uses,
            functions: Arc::new(functions),
        })
    }
}

fn functions() -> Result<Env, cel::DeclarationError> {
    let mut env = Env::stdlib();
    env.add_extension(cel::extensions::strings)?;
    env.add_overload(
        DECIMAL,
        DECIMAL,
        vec![cel::common::types::DYN_TYPE],
        decimal,
    )?;
    Ok(env)
}

#[derive(Default)]
struct Reader {
    uses: Uses,
    mistakes: Vec<String>,
}

impl Reader {
    fn wrong(&mut self, at: &str, what: impl fmt::Display) {
        self.mistakes.push(format!("{at}: {what}"));
    }

    fn rules(&mut self, given: &Value) -> Vec<Rule> {
        let keys = given.as_object().into_iter().flat_map(Map::keys);
        for key in keys.filter(|key| *key != "rules") {
            self.wrong(key, format_args!("unknown key{}", meant(key, &["rules"])));
        }
        let Some(list) = given.get("rules").and_then(Value::as_array) else {
            self.wrong("rules", "must be a list of rules");
            return Vec::new();
        };
        if list.is_empty() || list.len() > MAX_RULES {
            let found = list.len();
            self.wrong(
                "rules",
                format_args!("must be 1 to {MAX_RULES} rules, not {found}"),
            );
            return Vec::new();
        }
        let rules: Vec<Rule> = list
            .iter()
            .enumerate()
            .filter_map(|(place, rule)| self.rule(place, rule))
            .collect();
        self.all_together(&rules);
        rules
    }

    /// What holds for one rule may be too much of all.
    fn all_together(&mut self, rules: &[Rule]) {
        let mut names = BTreeSet::new();
        for rule in rules {
            if !names.insert(&rule.name) {
                self.wrong(
                    &format!("rule '{}'", rule.name),
                    "the name is used twice; each needs its own",
                );
            }
        }
        let count = |of: fn(&Rule) -> &Vec<String>| -> usize {
            let all: BTreeSet<&String> = rules.iter().flat_map(of).collect();
            all.len()
        };
        let (labels, types) = (count(|r| &r.labels), count(|r| &r.type_names));
        if labels > MAX_LABELS {
            self.wrong(
                "rules",
                format_args!("{labels} different labels, more than {MAX_LABELS}"),
            );
        }
        if types > MAX_TYPES {
            self.wrong(
                "rules",
                format_args!("{types} different types, more than {MAX_TYPES}"),
            );
        }
    }

    fn rule(&mut self, place: usize, given: &Value) -> Option<Rule> {
        let named = given.get("name").and_then(Value::as_str);
        let name = named.map_or_else(|| format!("rule-{}", place + 1), str::to_owned);
        let at = match named {
            Some(name) if is_name(name) => format!("rule '{name}'"),
            _ => format!("rules[{place}]"),
        };
        let before = self.mistakes.len();
        let Some(fields) = given.as_object() else {
            self.wrong(&at, "must be a rule with `when`, `then` and `because`");
            return None;
        };
        for key in fields.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            self.wrong(
                &at,
                format_args!("unknown key `{key}`{}", meant(key, &KEYS)),
            );
        }
        if !is_name(&name) || (named.is_none() && fields.contains_key("name")) {
            let what = format_args!(
                "`name` must be a code such as `large-refund`, of at most {MAX_NAME} letters, digits and hyphens"
            );
            self.wrong(&at, what);
        }
        let because = self.sentence(&at, fields);
        let then = self.then(&at, fields.get("then"));
        let labels = self.texts(&at, fields, "labels");
        if let Some(label) = labels.iter().find(|l| !is_label(l)) {
            let what =
                format_args!("`labels`: `{label}` must have 1 to {MAX_NAME} bytes and no `@`");
            self.wrong(&at, what);
        }
        let type_names = self.texts(&at, fields, "types");
        let types = type_names.iter().map(|name| Kind::read(name));
        let types: Option<Vec<Kind>> = types.collect();
        if types.is_none() {
            self.wrong(&at, "`types`: a name needs a letter or a digit");
        }
        let when = self.when(&at, fields.get("when"));
        let rule = Rule {
            name,
            types: types?,
            type_names,
            when: when?,
            then: then?,
            because: because?,
            labels,
        };
        (self.mistakes.len() == before).then_some(rule)
    }

    fn when(&mut self, at: &str, given: Option<&Value>) -> Option<Expression> {
        let Some(source) = given.and_then(Value::as_str) else {
            let what = "`when` is missing: a condition in quotes, such as 'payload.amount > 100'";
            self.wrong(at, what);
            return None;
        };
        match Expression::parse(source, &mut self.uses) {
            Ok(expression) => Some(expression),
            Err(mistakes) => {
                for mistake in mistakes {
                    self.wrong(at, format_args!("`when`, {mistake}"));
                }
                None
            }
        }
    }

    fn then(&mut self, at: &str, given: Option<&Value>) -> Option<Then> {
        let risk = |given: &Value| {
            let fields = given.as_object().filter(|fields| fields.len() == 1)?;
            let risk = fields.get("risk")?.as_f64()?;
            (0.0..=1.0).contains(&risk).then_some(Then::Risk(risk))
        };
        let then = match given {
            Some(Value::String(word)) if word == "hold" => Some(Then::Hold),
            Some(Value::String(word)) if word == "block" => Some(Then::Block),
            Some(given) => risk(given),
            None => None,
        };
        if then.is_none() {
            let what =
                "`then` must be \"hold\", \"block\" or { risk = NUMBER } with a number from 0 to 1";
            self.wrong(at, what);
        }
        then
    }

    fn sentence(&mut self, at: &str, fields: &Map<String, Value>) -> Option<String> {
        let said = fields.get("because").and_then(Value::as_str).map(str::trim);
        let said = said.filter(|said| !said.is_empty() && said.len() <= MAX_SENTENCE);
        if said.is_none() {
            let what = format_args!(
                "`because` is missing: one plain sentence of at most {MAX_SENTENCE} bytes"
            );
            self.wrong(at, what);
        }
        said.map(str::to_owned)
    }

    fn texts(&mut self, at: &str, fields: &Map<String, Value>, key: &str) -> Vec<String> {
        let texts = match fields.get(key) {
            None => Some(Vec::new()),
            Some(given) => given.as_array().and_then(|list| {
                let texts = list.iter().map(|text| text.as_str().map(str::to_owned));
                texts.collect()
            }),
        };
        texts.unwrap_or_else(|| {
            self.wrong(at, format_args!("`{key}` must be a list of texts"));
            Vec::new()
        })
    }
}

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(is_part)
}

/// A label an operator may give. Those with an `@` are what scorers carry on.
fn is_label(label: &str) -> bool {
    !label.is_empty() && label.len() <= MAX_NAME && !label.contains('@')
}
