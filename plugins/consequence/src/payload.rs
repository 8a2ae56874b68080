//! The arguments of an action as a flat list of fields.

use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

use coldnotch_plugin::json;
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

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

/// Room for as many leaves is made at once: what a list grows out of is not freed.
const USUAL_FIELDS: usize = 64;

/// Reads the leaves of a JSON text, in order of their paths. Of what is no JSON
/// they are those of `null`.
pub fn read(text: &str) -> Vec<Field> {
    let most = text.as_bytes().chunks(255).map(commas).sum::<usize>() + 1;
    let path = String::from("payload");
    let key = Key {
        name: 0,
        senses: Senses::NONE,
        words: Rc::new(Words::of(&path)),
    };
    let mut leaves = Leaves {
        path,
        keys: Keys::default(),
        fields: Vec::with_capacity(most.min(USUAL_FIELDS)),
    };
    let mut json = json::Deserializer::from_str(text);
    let below = Below {
        leaves: &mut leaves,
        key: &key,
    };
    match below.deserialize(&mut json).and_then(|()| json.end()) {
        Ok(()) => leaves.fields,
        Err(_) => read("null"),
    }
}

/// How many commas there are in at most 255 bytes: sums that fit into bytes are made
/// sixteen at a time.
fn commas(bytes: &[u8]) -> usize {
    let each = bytes.iter().map(|b| u8::from(*b == b','));
    each.sum::<u8>().into()
}

/// The same of a value, for tests.
#[cfg(test)]
pub fn fields(payload: &json::Value) -> Vec<Field> {
    read(&payload.to_string())
}

/// What the keys met so far mean: the lines of an order all have the same.
#[derive(Default)]
struct Keys(Vec<(String, Meaning)>);

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

impl Keys {
    fn read(&mut self, name: &str) -> Meaning {
        if let Some((_, meaning)) = self.0.iter().find(|(known, _)| known == name) {
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
            self.0.push((name.to_owned(), meaning.clone()));
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

/// The leaves read so far, and the path to where the reader is.
struct Leaves {
    path: String,
    keys: Keys,
    fields: Vec<Field>,
}

impl Leaves {
    fn push(&mut self, key: &Key, text: String, value: Plain) {
        self.fields.push(Field {
            path: self.path.clone(),
            key: key.senses,
            text,
            value,
            name: key.name,
            name_words: key.words.clone(),
            words: OnceCell::new(),
        });
    }
}

/// Reads what stands below a key, without a tree in between. Nesting is at most
/// 64 levels (the host's promise), so recursion is safe.
struct Below<'l> {
    leaves: &'l mut Leaves,
    key: &'l Key,
}

impl<'de> DeserializeSeed<'de> for Below<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        match self.leaves.fields.len() < MAX_FIELDS {
            true => json.deserialize_any(self),
            false => IgnoredAny::deserialize(json).map(|_| ()),
        }
    }
}

impl<'de> Visitor<'de> for Below<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.leaves.push(self.key, String::new(), Plain::Null);
        Ok(())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        let text = if flag { "true" } else { "false" };
        self.leaves
            .push(self.key, text.to_owned(), Plain::Flag(flag));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        let mut digits = String::new();
        push_number(&mut digits, number);
        self.leaves
            .push(self.key, digits, Plain::Number(number as f64));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        let value = Plain::Number(number as f64);
        self.leaves.push(self.key, number.to_string(), value);
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        let text = json::Number::from_f64(number).map(|n| n.to_string());
        let value = Plain::Number(number);
        self.leaves.push(self.key, text.unwrap_or_default(), value);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.leaves.push(self.key, text.to_owned(), Plain::Text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let length = self.leaves.path.len();
        for i in 0.. {
            self.leaves.path.push('[');
            push_number(&mut self.leaves.path, i);
            self.leaves.path.push(']');
            let below = Below {
                leaves: &mut *self.leaves,
                key: self.key,
            };
            let item = items.next_element_seed(below)?;
            self.leaves.path.truncate(length);
            if item.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let length = self.leaves.path.len();
        while let Some(key) = members.next_key_seed(Name(&mut *self.leaves))? {
            if cfg!(not(target_family = "wasm")) && self.leaves.path[length..] == *NUMBER {
                self.leaves.path.truncate(length);
                return self.visit_number(&members.next_value::<String>()?);
            }
            members.next_value_seed(Below {
                leaves: &mut *self.leaves,
                key: &key,
            })?;
            self.leaves.path.truncate(length);
        }
        Ok(())
    }
}

/// How serde_json hands a number over where its feature `arbitrary_precision` is on: as
/// a map of this one key, to the number's text. It never is on in a component, but tests
/// share the host's features.
const NUMBER: &str = ".$serde_json::private::Number";

impl Below<'_> {
    fn visit_number<E: de::Error>(self, text: &str) -> Result<(), E> {
        if let Ok(number) = text.parse() {
            return self.visit_u64(number);
        }
        match text.parse() {
            Ok(number) => self.visit_i64(number),
            Err(_) => self.visit_f64(text.parse().map_err(E::custom)?),
        }
    }
}

/// Reads the name of a member, which the path then ends with.
struct Name<'l>(&'l mut Leaves);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Key, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name<'_> {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        let Leaves { path, keys, .. } = self.0;
        let meaning = keys.read(name);
        path.push('.');
        let begin = path.len();
        path.push_str(name);
        Ok(Key {
            name: begin + meaning.last,
            senses: meaning.senses,
            words: meaning.words,
        })
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

    #[test]
    fn values_are_told_as_they_are_written() {
        let fields =
            read(r#"{"a":[1,-2,1.50,1e30,18446744073709551616],"b":{"c":null,"d":"\u00e9\n"}}"#);
        let read: Vec<_> = fields
            .iter()
            .map(|f| (f.path.as_str(), f.text.as_str()))
            .collect();
        let told = [
            ("payload.a[0]", "1"),
            ("payload.a[1]", "-2"),
            ("payload.a[2]", "1.5"),
            ("payload.a[3]", "1e+30"),
            ("payload.a[4]", "1.8446744073709552e+19"),
            ("payload.b.c", ""),
            ("payload.b.d", "é\n"),
        ];
        assert_eq!(read, told);
    }

    #[test]
    fn what_is_no_json_has_one_empty_field() {
        for text in ["", "{", "{\"a\":1} x", "[1,"] {
            let fields = read(text);
            assert_eq!(fields.len(), 1, "{text}");
            assert_eq!(
                (fields[0].path.as_str(), fields[0].value),
                ("payload", Plain::Null)
            );
        }
    }
}
