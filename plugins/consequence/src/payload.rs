//! The arguments of an action as a flat list of fields.

use std::cell::OnceCell;
use std::rc::Rc;

use coldnotch_plugin::json::Value;

use crate::lexicon::Senses;
use crate::money;
use crate::words::Words;

/// One leaf of the payload.
#[derive(Debug, Clone)]
pub struct Field {
    /// JSON path from the action on, such as `payload.deliver.to`.
    pub path: String,
    /// What the key's words mean; of a list's item, those of the list's key.
    pub key: Senses,
    /// The value as text.
    pub text: String,
    /// What the value was.
    pub value: Plain,
    /// Where the last part of the path begins.
    name: usize,
    name_words: Rc<Words>,
    words: OnceCell<Words>,
}

/// A JSON leaf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain {
    /// A string.
    Text,
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Flag(bool),
    /// `null`.
    Null,
}

/// How many leaves are read: more than any tool takes, and a bound on what a
/// hostile payload can cost.
const MAX_FIELDS: usize = 2_000;

/// Reads the leaves in order.
pub fn fields(payload: &Value) -> Vec<Field> {
    // What a list grows out of is not freed.
    let mut fields = Vec::with_capacity(leaves(payload).min(MAX_FIELDS));
    let mut path = String::from("payload");
    let mut keys = Keys::default();
    let key = Key {
        name: 0,
        senses: Senses::NONE,
        words: Rc::new(Words::of(&path)),
    };
    walk(payload, &mut path, &key, &mut keys, &mut fields);
    fields
}

/// How many leaves there are.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(map) => map.values().map(leaves).sum(),
        Value::Array(items) => items.iter().map(leaves).sum(),
        _ => 1,
    }
}

/// What the keys met so far mean: the lines of an order all have the same.
#[derive(Default)]
struct Keys<'a>(Vec<(&'a str, Meaning)>);

/// What a key means.
#[derive(Clone)]
struct Meaning {
    senses: Senses,
    /// Where its last part begins, and the words of that.
    last: usize,
    words: Rc<Words>,
}

/// How many keys are remembered.
const MAX_KEYS: usize = 16;

impl<'a> Keys<'a> {
    fn read(&mut self, name: &'a str) -> Meaning {
        if let Some((_, meaning)) = self.0.iter().find(|(known, _)| *known == name) {
            return meaning.clone();
        }
        let whole = Words::of(name);
        let last = name.rfind('.').map_or(0, |dot| dot + 1);
        let plain = name[last..].split('[').next().unwrap_or_default();
        let meaning = Meaning {
            senses: whole.all(),
            last,
            words: Rc::new(if plain == name {
                whole
            } else {
                Words::of(plain)
            }),
        };
        if self.0.len() < MAX_KEYS {
            self.0.push((name, meaning.clone()));
        }
        meaning
    }
}

/// The key a value stands below.
struct Key {
    /// Where the last part of its path begins.
    name: usize,
    senses: Senses,
    words: Rc<Words>,
}

/// Nesting is at most 64 levels (the host's promise), so recursion is safe.
fn walk<'a>(
    value: &'a Value,
    path: &mut String,
    key: &Key,
    keys: &mut Keys<'a>,
    to: &mut Vec<Field>,
) {
    if to.len() >= MAX_FIELDS {
        return;
    }
    let length = path.len();
    let leaf = |text: &str, value| Field {
        path: path.clone(),
        key: key.senses,
        text: text.to_owned(),
        value,
        name: key.name,
        name_words: key.words.clone(),
        words: OnceCell::new(),
    };
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                path.push('.');
                path.push_str(name);
                let meaning = keys.read(name);
                let key = Key {
                    name: length + 1 + meaning.last,
                    senses: meaning.senses,
                    words: meaning.words,
                };
                walk(inner, path, &key, keys, to);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (i, inner) in items.iter().enumerate() {
                path.push('[');
                push_number(path, i as u64);
                path.push(']');
                walk(inner, path, key, keys, to);
                path.truncate(length);
            }
        }
        Value::String(text) => to.push(leaf(text, Plain::Text)),
        Value::Number(number) => {
            let text = match number.as_u64() {
                Some(whole) => {
                    let mut digits = String::new();
                    push_number(&mut digits, whole);
                    digits
                }
                None => number.to_string(),
            };
            let value = Plain::Number(number.as_f64().unwrap_or(f64::MAX));
            to.push(leaf(&text, value));
        }
        Value::Bool(flag) => to.push(leaf(
            if *flag { "true" } else { "false" },
            Plain::Flag(*flag),
        )),
        Value::Null => to.push(leaf("", Plain::Null)),
    }
}

/// Digits without the machinery of formatting, which costs more than they do.
fn push_number(to: &mut String, number: u64) {
    let mut unit = 1;
    while number / unit >= 10 {
        unit *= 10;
    }
    while unit > 0 {
        to.push(char::from(b'0' + (number / unit % 10) as u8));
        unit /= 10;
    }
}

impl Field {
    /// The value's words. Read on first use.
    pub fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::of(&self.text))
    }

    /// The value as an amount: a number, or a text that is one (`1 240,00 EUR`).
    pub fn amount(&self) -> Option<f64> {
        match self.value {
            Plain::Number(number) => Some(number),
            Plain::Text => money::amount(&self.text),
            _ => None,
        }
    }

    /// True when its name says that it counts hundredths: `amount_minor`.
    pub fn counts_cents(&self) -> bool {
        self.name_words
            .iter()
            .any(|w| matches!(w, "minor" | "cents" | "centimes" | "pence" | "centavos"))
    }

    /// True for `false`, `0`, `off`, `none` and their like.
    pub fn is_off(&self) -> bool {
        match self.value {
            Plain::Flag(flag) => !flag,
            Plain::Number(number) => number == 0.0,
            Plain::Null => false,
            Plain::Text => self.is_one_of(&[
                "false", "off", "no", "none", "0", "disabled", "disable", "non", "aucun", "aus",
                "nein", "never",
            ]),
        }
    }

    /// True for `true`, `1`, `on`, `yes` and their like.
    pub fn is_on(&self) -> bool {
        match self.value {
            Plain::Flag(flag) => flag,
            Plain::Number(number) => number == 1.0,
            Plain::Null => false,
            Plain::Text => {
                self.is_one_of(&["true", "on", "yes", "1", "enabled", "oui", "ja", "si"])
            }
        }
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        self.text.len() <= 8 && words.iter().any(|w| self.text.eq_ignore_ascii_case(w))
    }

    /// The last part of its path: its key, with its place in a list.
    pub fn name(&self) -> &str {
        &self.path[self.name..]
    }

    /// The words of its key, without its place in a list. Read once for all
    /// fields with that key.
    pub fn name_words(&self) -> &Words {
        &self.name_words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_know_their_path_and_the_senses_of_their_key() {
        let payload =
            coldnotch_plugin::json::json!({"deliver": {"to": ["a@x.example"]}, "sendNow": true});
        let fields = fields(&payload);
        assert_eq!(fields[0].path, "payload.deliver.to[0]");
        assert!(fields[0].key.any(Senses::TO));
        assert!(fields[1].key.any(Senses::SEND) && fields[1].is_on());
    }
}
