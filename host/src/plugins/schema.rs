//! A pack's settings schema: JSON Schema (2020-12), from somebody not trusted.
//!
//! A schema can be made to cost as much as one likes: references that double at
//! each level, circles, patterns. So `$ref` may only name one of its own `$defs`
//! and never lead back to itself, and with all references written out the schema
//! may not be large. What is then checked is a tree, once over each value.
//! Patterns run in linear time.

use std::collections::HashSet;

use boon::{Compiler, Draft, ErrorKind, InstanceToken, SchemaIndex, Schemas, ValidationError};
use serde_json::Value;

use crate::json::Object;
use crate::printable::printable;

/// Schema objects with all references written out.
const MAX_NODES: usize = 10_000;
/// Patterns; each may become a large automaton.
const MAX_PATTERNS: usize = 32;
/// Mistakes reported at once.
const MAX_MISTAKES: usize = 16;
/// Where references may point to.
const DEFS: &str = "#/$defs/";
/// Keywords that give a schema another address, or look for one.
const ADDRESSES: [&str; 7] = [
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveRef",
    "$recursiveAnchor",
    "$vocabulary",
];

/// Why a schema was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// It uses what a pack's schema may not.
    #[error("`{0}` is not allowed in a settings schema")]
    Keyword(String),
    /// It is of another draft.
    #[error("`$schema` must be \"https://json-schema.org/draft/2020-12/schema\"")]
    Draft,
    /// A reference that is none of those allowed.
    #[error("`$ref` is \"{0}\": it must name one of its own, such as \"#/$defs/amount\"")]
    Reference(String),
    /// A definition refers to itself.
    #[error("`$defs.{0}` refers to itself")]
    Circle(String),
    /// It is too large.
    #[error("with its references written out it has more than {MAX_NODES} parts")]
    TooLarge,
    /// It has too many patterns.
    #[error("it has more than {MAX_PATTERNS} patterns")]
    Patterns,
    /// It is no JSON Schema.
    #[error("it is no JSON Schema: {0}")]
    Wrong(String),
}

/// A settings schema, ready to be used.
pub struct Schema {
    source: Object,
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    /// Accepts a schema.
    ///
    /// # Errors
    /// It is no JSON Schema, or one that may cost too much.
    pub fn new(source: Object) -> Result<Self, SchemaError> {
        let value = source.value();
        let mut size = Size::default();
        size.add(&value, &value, &mut Vec::new())?;
        let wrong = |e: boon::CompileError| SchemaError::Wrong(printable(&format!("{e:#}"), 500));
        const PLACE: &str = "urn:settings";
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.use_loader(Box::new(boon::SchemeUrlLoader::new())); // loads nothing
        compiler.add_resource(PLACE, value).map_err(wrong)?;
        let mut schemas = Schemas::new();
        let index = compiler.compile(PLACE, &mut schemas).map_err(wrong)?;
        Ok(Schema {
            source,
            schemas,
            index,
        })
    }

    /// The schema as it was given.
    pub fn source(&self) -> &Object {
        &self.source
    }

    /// Whether these settings fit.
    ///
    /// # Errors
    /// What does not, each with its path: `settings.rules[3].when: …`.
    pub fn check(&self, settings: &Object) -> Result<(), Vec<String>> {
        let value = settings.value();
        let Err(e) = self.schemas.validate(&value, self.index) else {
            return Ok(());
        };
        let mut mistakes = Vec::new();
        collect(&e, &mut mistakes);
        let mut seen = HashSet::new();
        mistakes.retain(|mistake| seen.insert(mistake.clone()));
        mistakes.truncate(MAX_MISTAKES);
        Err(mistakes)
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Schema").field(&self.source.text()).finish()
    }
}

/// How large a schema is, looked at before any tool does.
#[derive(Default)]
struct Size {
    nodes: usize,
    patterns: usize,
}

impl Size {
    /// Adds a part of the schema, its references written out. `within` are the
    /// definitions that led here.
    ///
    /// Members of `properties` and values of `enum` are walked like keywords, which
    /// counts too much rather than too little.
    fn add<'a>(
        &mut self,
        part: &'a Value,
        root: &'a Value,
        within: &mut Vec<&'a str>,
    ) -> Result<(), SchemaError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(SchemaError::TooLarge);
        }
        match part {
            Value::Array(items) => items
                .iter()
                .try_for_each(|item| self.add(item, root, within)),
            Value::Object(members) => {
                for (key, value) in members {
                    self.member(key, value, root, within)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn member<'a>(
        &mut self,
        key: &'a str,
        value: &'a Value,
        root: &'a Value,
        within: &mut Vec<&'a str>,
    ) -> Result<(), SchemaError> {
        match (key, value) {
            ("$ref", Value::String(reference)) => {
                let target = reference
                    .strip_prefix(DEFS)
                    .filter(|name| !name.contains(['/', '~', '%']))
                    .and_then(|name| root["$defs"].get(name).map(|target| (name, target)));
                let Some((name, target)) = target else {
                    return Err(SchemaError::Reference(printable(reference, 100)));
                };
                if within.contains(&name) {
                    return Err(SchemaError::Circle(printable(name, 100)));
                }
                within.push(name);
                self.add(target, root, within)?;
                within.pop();
                return Ok(());
            }
            ("$schema", Value::String(draft)) => {
                let known = "https://json-schema.org/draft/2020-12/schema";
                return match draft.trim_end_matches('#') == known {
                    true => Ok(()),
                    false => Err(SchemaError::Draft),
                };
            }
            ("pattern", Value::String(_)) => self.patterns += 1,
            ("patternProperties", Value::Object(members)) => self.patterns += members.len(),
            _ if ADDRESSES.contains(&key) => return Err(SchemaError::Keyword(key.to_owned())),
            _ => {}
        }
        if self.patterns > MAX_PATTERNS {
            return Err(SchemaError::Patterns);
        }
        self.add(value, root, within)
    }
}

/// The mistakes at the ends of the tree of errors. Where one of several
/// alternatives would do, that none does is the mistake.
fn collect(e: &ValidationError, mistakes: &mut Vec<String>) {
    let alternatives = matches!(e.kind, ErrorKind::AnyOf | ErrorKind::OneOf(_));
    if e.causes.is_empty() || alternatives {
        mistakes.push(mistake(e));
    }
    e.causes.iter().for_each(|cause| collect(cause, mistakes));
}

/// One mistake with its path, in words.
fn mistake(e: &ValidationError) -> String {
    let mut path = "settings".to_owned();
    for token in &e.instance_location.tokens {
        match token {
            InstanceToken::Prop(name) => path.push_str(&format!(".{name}")),
            InstanceToken::Item(place) => path.push_str(&format!("[{place}]")),
        }
    }
    let what = match &e.kind {
        ErrorKind::Required { want } => format!("`{}` is missing", want.join("`, `")),
        ErrorKind::AdditionalProperties { got } => {
            let got: Vec<&str> = got.iter().map(AsRef::as_ref).collect();
            format!("has no setting `{}`", got.join("`, `"))
        }
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|kind| kind.to_string()).collect();
            format!("must be {}, not {got}", want.join(" or "))
        }
        ErrorKind::FalseSchema => "is not allowed".to_owned(),
        ErrorKind::Pattern { want, .. } => format!("must match the pattern {want}"),
        ErrorKind::AnyOf | ErrorKind::OneOf(None) => "is none of what it may be".to_owned(),
        ErrorKind::OneOf(Some(_)) => "is more than one of what it may be".to_owned(),
        ErrorKind::Not => "is what it must not be".to_owned(),
        other => other.to_string(),
    };
    printable(&format!("{path}: {what}"), 500)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema(value: Value) -> Result<Schema, SchemaError> {
        Schema::new(Object::from_value(&value).unwrap())
    }

    fn mistakes(schema: &Schema, settings: Value) -> Vec<String> {
        let settings = Object::from_value(&settings).unwrap();
        let mut mistakes = schema.check(&settings).err().unwrap_or_default();
        mistakes.sort();
        mistakes
    }

    #[test]
    fn mistakes_name_their_path() {
        let rules = schema(json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object", "additionalProperties": false, "required": ["limit"],
            "properties": {
                "limit": {"$ref": "#/$defs/amount"},
                "rules": {"type": "array", "items": {"type": "object", "required": ["when"],
                    "properties": {"when": {"type": "string", "pattern": "^[a-z]+$"},
                                   "then": {"enum": ["hold", "block"]}}}}},
            "$defs": {"amount": {"type": "number", "minimum": 0}}
        }))
        .unwrap();
        let fits = json!({"limit": 1.5, "rules": [{"when": "a", "then": "hold"}]});
        assert_eq!(mistakes(&rules, fits), [""; 0]);
        let wrong = json!({"limt": 1, "rules": [{"when": "a"}, {"when": 2, "then": "hld"}, {"when": "A"}, {}]});
        assert_eq!(
            mistakes(&rules, wrong),
            [
                "settings.rules[1].then: value must be one of 'hold', 'block'",
                "settings.rules[1].when: must be string, not number",
                "settings.rules[2].when: must match the pattern ^[a-z]+$",
                "settings.rules[3]: `when` is missing",
                "settings: `limit` is missing",
                "settings: has no setting `limt`",
            ]
        );
        assert_eq!(
            mistakes(&rules, json!({"limit": -1})),
            ["settings.limit: must be >=0, but got -1"]
        );
    }

    #[test]
    fn alternatives_that_all_fail_are_one_mistake_with_its_reasons() {
        let either =
            schema(json!({"properties": {"a": {"oneOf": [{"type": "string"}, {"const": 1}]}}}));
        assert_eq!(
            mistakes(&either.unwrap(), json!({"a": 2})),
            [
                "settings.a: is none of what it may be",
                "settings.a: must be string, not number",
                "settings.a: value must be 1"
            ]
        );
    }

    #[test]
    fn a_schema_that_reaches_out_or_turns_in_circles_is_refused() {
        let refused = |value| schema(value).unwrap_err().to_string();
        for address in [
            "other.json",
            "https://example.com/a",
            "file:///etc/passwd",
            "#",
            "#/properties/a",
            "#/$defs/none",
        ] {
            assert_eq!(
                refused(json!({"$ref": address})),
                format!(
                    "`$ref` is \"{address}\": it must name one of its own, such as \"#/$defs/amount\""
                )
            );
        }
        assert_eq!(
            refused(
                json!({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"$ref": "#/$defs/a"}}})
            ),
            "`$defs.b` refers to itself"
        );
        assert_eq!(
            refused(json!({"$id": "https://example.com/a"})),
            "`$id` is not allowed in a settings schema"
        );
        assert!(
            refused(json!({"$schema": "http://json-schema.org/draft-07/schema#"}))
                .starts_with("`$schema` must be")
        );
        assert!(refused(json!({"type": "strnig"})).starts_with("it is no JSON Schema: "));
        assert!(refused(json!({"pattern": "("})).starts_with("it is no JSON Schema: "));
    }

    #[test]
    fn a_schema_that_doubles_at_each_level_is_refused() {
        let mut defs = serde_json::Map::new();
        for level in 0..40 {
            let next = json!({"$ref": format!("#/$defs/l{}", level + 1)});
            defs.insert(format!("l{level}"), json!({"allOf": [next, next]}));
        }
        defs.insert("l40".to_owned(), json!({"type": "string"}));
        let bomb = schema(json!({"$ref": "#/$defs/l0", "$defs": defs}));
        assert!(matches!(bomb, Err(SchemaError::TooLarge)));
        let patterns: Vec<Value> = (0..33)
            .map(|n| json!({"pattern": format!("a{n}")}))
            .collect();
        assert!(matches!(
            schema(json!({"anyOf": patterns})),
            Err(SchemaError::Patterns)
        ));
    }
}
