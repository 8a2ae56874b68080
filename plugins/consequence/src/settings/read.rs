//! Reads the settings, and names the place of a mistake in them.

use std::collections::BTreeMap;

use coldnotch_plugin::json::Value;

use super::{Settings, Strictness};
use crate::commitment;

const NAMES: [&str; 12] = [
    "own_domains",
    "own_accounts",
    "trusted_sources",
    "trusted_tools",
    "amount_limit",
    "amount_limits",
    "session_limit",
    "sensitive_paths",
    "sensitive_patterns",
    "test_environments",
    "strictness",
    "disabled_rules",
];

impl TryFrom<Value> for Settings {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let Value::Object(map) = value else {
            return Err("the settings are a table".to_owned());
        };
        let mut settings = Settings::default();
        for (name, value) in &map {
            match name.as_str() {
                "own_domains" => settings.own_domains = texts(name, value)?,
                "own_accounts" => settings.own_accounts = texts(name, value)?,
                "trusted_sources" => settings.trusted_sources = texts(name, value)?,
                "trusted_tools" => settings.trusted_tools = texts(name, value)?,
                "amount_limit" => settings.amount_limit = Some(amount(name, value)?),
                "amount_limits" => settings.amount_limits = amounts(name, value)?,
                "session_limit" => settings.session_limit = Some(amount(name, value)?),
                "sensitive_paths" => settings.sensitive_paths = texts(name, value)?,
                "sensitive_patterns" => settings.sensitive_patterns = texts(name, value)?,
                "test_environments" => settings.test_environments = texts(name, value)?,
                "strictness" => settings.strictness = strictness(name, value)?,
                "disabled_rules" => settings.disabled_rules = rules(name, value)?,
                _ => {
                    return Err(format!(
                        "unknown setting `{name}`: there are {}",
                        NAMES.join(", ")
                    ));
                }
            }
        }
        Ok(settings)
    }
}

fn texts(path: &str, value: &Value) -> Result<Vec<String>, String> {
    let Value::Array(items) = value else {
        return Err(format!("{path}: a list of texts is wanted, not {value}"));
    };
    let text = |(i, item): (usize, &Value)| match item.as_str().map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("{path}[{i}]: a text is wanted, not {item}")),
    };
    items.iter().enumerate().map(text).collect()
}

fn amount(path: &str, value: &Value) -> Result<f64, String> {
    match value.as_f64() {
        Some(amount) if amount >= 0.0 => Ok(amount),
        _ => Err(format!(
            "{path}: an amount of 0 or more is wanted, not {value}"
        )),
    }
}

fn amounts(path: &str, value: &Value) -> Result<BTreeMap<String, f64>, String> {
    let Value::Object(map) = value else {
        return Err(format!(
            "{path}: a table of amounts by type is wanted, not {value}"
        ));
    };
    map.iter()
        .map(|(kind, limit)| Ok((kind.clone(), amount(&format!("{path}.{kind}"), limit)?)))
        .collect()
}

fn strictness(path: &str, value: &Value) -> Result<Strictness, String> {
    match value.as_str() {
        Some("lenient") => Ok(Strictness::Lenient),
        Some("normal") => Ok(Strictness::Normal),
        Some("strict") => Ok(Strictness::Strict),
        _ => Err(format!(
            "{path}: `lenient`, `normal` or `strict` is wanted, not {value}"
        )),
    }
}

fn rules(path: &str, value: &Value) -> Result<Vec<String>, String> {
    let codes = texts(path, value)?;
    let known = || crate::rules::CODES.iter().copied();
    match codes.iter().enumerate().find(|(_, code)| {
        known()
            .chain([commitment::PART])
            .all(|k| k != code.as_str())
    }) {
        Some((i, code)) => {
            let known: Vec<&str> = known().collect();
            Err(format!(
                "{path}[{i}]: unknown rule `{code}`: the rules are {}",
                known.join(", ")
            ))
        }
        None => Ok(codes),
    }
}
