//! From data to plain words: what will happen, to whom, how much.

use serde_json::Value;

use super::text::Shown;
use crate::action::Action;

/// How many facts are shown beside the whole payload.
const FACTS: usize = 12;
/// How much of each.
const LONG: usize = 320;

/// One thing a person wants to know about an action.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    /// What it is.
    pub(super) label: Shown,
    pub(super) value: Shown,
    /// What sort of thing it is.
    pub(super) sort: Sort,
}

/// What sort of thing a fact is, in the order in which people want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// Who or what it reaches.
    Whom,
    /// How much of something.
    Much,
    /// Anything else.
    Else,
}

impl Fact {
    /// Whether it is what one looks for first.
    pub(super) fn matters(&self) -> bool {
        self.sort != Sort::Else
    }
}

/// Whom an action reaches.
const WHOM: [&str; 34] = [
    "to",
    "cc",
    "bcc",
    "recipient",
    "recipients",
    "email",
    "emails",
    "iban",
    "account",
    "payee",
    "beneficiary",
    "destination",
    "dest",
    "target",
    "host",
    "hostname",
    "url",
    "uri",
    "endpoint",
    "domain",
    "channel",
    "user",
    "users",
    "username",
    "phone",
    "number",
    "address",
    "path",
    "file",
    "filename",
    "repo",
    "repository",
    "bucket",
    "table",
];
/// How much of something.
const MUCH: [&str; 9] = [
    "amount", "total", "sum", "price", "value", "quantity", "qty", "count", "limit",
];

/// `transfer_money`, `transferMoney` and `money.transfer` in words.
pub(super) fn plain(kind: &str) -> String {
    let mut words = String::with_capacity(kind.len() + 4);
    let mut before = ' ';
    for c in kind.chars() {
        let is_break = matches!(c, '_' | '-' | '.' | '/' | ':') || c.is_whitespace();
        if is_break || (c.is_uppercase() && before.is_lowercase()) {
            if !words.ends_with(' ') && !words.is_empty() {
                words.push(' ');
            }
            if !is_break {
                words.extend(c.to_lowercase());
            }
        } else {
            words.push(c);
        }
        before = c;
    }
    match words.trim().is_empty() {
        true => kind.to_owned(),
        false => words.trim().to_owned(),
    }
}

/// What stands in an action's payload, most telling first.
pub(super) fn facts(action: &Action) -> Vec<Fact> {
    let mut found = Vec::new();
    let payload = action.payload.value();
    leaves(&payload, String::new(), &mut found);
    let currency = payload
        .get("currency")
        .and_then(Value::as_str)
        .map(ToOwned::to_owned);
    let mut facts: Vec<Fact> = found
        .into_iter()
        .filter(|(path, _)| currency.is_none() || path != "currency")
        .map(|(path, text)| fact(&path, &text, currency.as_deref()))
        .collect();
    facts.sort_by_key(|fact| fact.sort); // stable: in the payload's order
    facts.truncate(FACTS);
    facts
}

/// Where an action says how much.
pub(super) fn amounts(action: &Action) -> Vec<String> {
    let mut found = Vec::new();
    leaves(&action.payload.value(), String::new(), &mut found);
    let much = found
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| MUCH.contains(&name_of(path).to_lowercase().as_str()));
    much.collect()
}

/// The last name of a path.
fn name_of(path: &str) -> &str {
    let last = path.rsplit('.').next().unwrap_or_default();
    last.split('[').next().unwrap_or_default()
}

fn fact(path: &str, text: &str, currency: Option<&str>) -> Fact {
    let name = name_of(path);
    let lower = name.to_lowercase();
    let sort = match lower.as_str() {
        name if WHOM.contains(&name) => Sort::Whom,
        name if MUCH.contains(&name) => Sort::Much,
        _ => Sort::Else,
    };
    let value = match currency.filter(|_| sort == Sort::Much) {
        Some(currency) => Shown::most(&format!("{text} {currency}"), LONG),
        None => Shown::most(text, LONG),
    };
    Fact {
        label: Shown::most(&plain(name), 60),
        value,
        sort,
    }
}

fn leaves(value: &Value, path: String, found: &mut Vec<(String, String)>) {
    if found.len() >= 64 {
        return;
    }
    let below = |name: &str| match path.is_empty() {
        true => name.to_owned(),
        false => format!("{path}.{name}"),
    };
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                leaves(value, below(name), found);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, format!("{path}[{at}]"), found);
            }
        }
        Value::String(text) => found.push((path, text.clone())),
        other => found.push((path, other.to_string())),
    }
}

/// The payload as people read JSON.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A risk as a word and a number.
pub(super) fn risk(risk: f64) -> String {
    let word = match risk {
        r if r >= 0.8 => "high",
        r if r >= 0.4 => "medium",
        _ => "low",
    };
    format!("{word} ({risk:.2})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Object;

    #[test]
    fn names_become_words() {
        for (kind, words) in [
            ("transfer_money", "transfer money"),
            ("transferMoney", "transfer money"),
            ("email.send", "email send"),
            ("HTTP", "HTTP"),
            ("__", "__"),
            ("", ""),
        ] {
            assert_eq!(plain(kind), words);
        }
    }

    #[test]
    fn whom_and_how_much_come_first() {
        let mut action = Action::new("pay");
        let payload =
            br#"{"note":"x","amount":12.5,"to":[{"iban":"DE1"},{"iban":"DE2"}],"currency":"EUR"}"#;
        action.payload = Object::parse(payload).unwrap();
        let facts: Vec<String> = facts(&action)
            .iter()
            .map(|fact| format!("{} {}", fact.label, fact.value))
            .collect();
        assert_eq!(
            facts,
            [
                "<bdi>iban</bdi> <bdi>DE1</bdi>",
                "<bdi>iban</bdi> <bdi>DE2</bdi>",
                "<bdi>amount</bdi> <bdi>12.5 EUR</bdi>",
                "<bdi>note</bdi> <bdi>x</bdi>",
            ]
        );
    }
}
