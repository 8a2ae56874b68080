//! JSON objects from outside, made safe once.
//!
//! An [`Object`] is canonical JSON text (sorted keys, no spaces) of an object
//! that has no duplicate key, is not deeper than [`MAX_DEPTH`] and has only
//! numbers that every reader can hold. Two texts of the same object give the
//! same canonical text, and two different objects never do (a long account
//! number keeps all its digits), so that a digest over it names the object.

use std::fmt;
use std::ops::Range;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// Deepest nesting accepted, counting the object itself.
pub const MAX_DEPTH: usize = 64;

/// Why a text is not acceptable JSON.
#[derive(Debug, thiserror::Error)]
#[error("{what}{}", .place.map(|(line, column)| format!(" at line {line} column {column}")).unwrap_or_default())]
pub struct JsonError {
    /// What is wrong, without the place.
    pub what: String,
    /// Line and column in the text, both from 1, where they are known.
    pub place: Option<(usize, usize)>,
    /// True when the text is the beginning of acceptable JSON: more may follow.
    pub incomplete: bool,
}

impl JsonError {
    fn new(what: String) -> Self {
        JsonError {
            what,
            place: None,
            incomplete: false,
        }
    }
}

/// A JSON object in canonical form.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    text: String,
}

impl Default for Object {
    fn default() -> Self {
        Object {
            text: "{}".to_owned(),
        }
    }
}

impl Object {
    /// Reads an object.
    ///
    /// # Errors
    /// Not UTF-8, not JSON, not an object, too deep, a duplicate key, or an
    /// integer beyond 64 bits.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        Self::from_value(&parse(bytes)?)
            .ok_or_else(|| JsonError::new("expected a JSON object".to_owned()))
    }

    /// The object in canonical form; `None` when the value is not an object.
    /// For values that were parsed with [`parse`].
    pub fn from_value(value: &Value) -> Option<Self> {
        value.is_object().then(|| Object {
            text: value.to_string(),
        })
    }

    /// The canonical text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The object as a value.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// Parses any JSON value under the rules of this module.
///
/// # Errors
/// As [`Object::parse`], except that any kind of value is accepted.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        JsonError::new(format!(
            "not UTF-8: the byte at offset {} is not part of a character",
            e.valid_up_to()
        ))
    })?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Checked {
        depth: MAX_DEPTH,
        text: text.as_bytes().as_ptr_range(),
    }
    .deserialize(&mut reader)
    .map_err(error)?;
    reader.end().map_err(error)?;
    Ok(value)
}

// serde_json's own recursion limit (128) is above `MAX_DEPTH`, so ours speaks first.
fn error(e: serde_json::Error) -> JsonError {
    let (line, column) = (e.line(), e.column());
    let what = e.to_string();
    let suffix = format!(" at line {line} column {column}");
    JsonError {
        incomplete: e.is_eof(),
        place: (line > 0).then_some((line, column)),
        what: what.strip_suffix(&suffix).unwrap_or(&what).to_owned(),
    }
}

/// Builds a value and refuses what must not pass.
#[derive(Clone)]
struct Checked {
    depth: usize,
    /// Where the text lies: what points into it was written there.
    text: Range<*const u8>,
}

impl Checked {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Checked { depth, ..self }),
            None => Err(E::custom(format!("nested deeper than {MAX_DEPTH} levels"))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Checked {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner.clone())? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut members = serde_json::Map::new(); // sorted by key
        while let Some(key) = map.next_key_seed(Key(&inner.text))? {
            let key = match key {
                Named::Number => return number(&map.next_value::<String>()?),
                Named::Member(key) => key,
            };
            let value = map.next_value_seed(inner.clone())?;
            if members.insert(key.clone(), value).is_some() {
                return Err(de::Error::custom(format!("duplicate key `{key}`")));
            }
        }
        Ok(Value::Object(members))
    }
}

/// With its feature `arbitrary_precision` serde_json hands a number over as a
/// map with this one key, whose value is the number's text.
const NUMBER: &str = "$serde_json::private::Number";

/// Reads a key, and tells serde_json's own from one that stands in the text.
struct Key<'a>(&'a Range<*const u8>);

enum Named {
    Number,
    Member(String),
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Named;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Named, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: de::Error>(self, key: &'de str) -> Result<Named, E> {
        match key == NUMBER && !self.0.contains(&key.as_ptr()) {
            true => Ok(Named::Number),
            false => self.visit_str(key),
        }
    }

    /// A key with escapes, which the text has in another form.
    fn visit_str<E: de::Error>(self, key: &str) -> Result<Named, E> {
        match key == NUMBER {
            // It would be read as a number by whoever parses the text again.
            true => Err(E::custom(format!("`{NUMBER}` is a reserved key"))),
            false => Ok(Named::Member(key.to_owned())),
        }
    }
}

/// A number in canonical form: shortest where a double holds it exactly,
/// otherwise digit by digit as it came.
fn number<E: de::Error>(text: &str) -> Result<Value, E> {
    if let Ok(whole) = text.parse::<i64>() {
        return Ok(whole.into());
    }
    let float: f64 = text.parse().map_err(|_| E::custom("invalid number"))?;
    if !float.is_finite() {
        return Err(E::custom("number out of range"));
    }
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let digits = mantissa
        .bytes()
        .filter(u8::is_ascii_digit)
        .skip_while(|digit| *digit == b'0')
        .count();
    match Number::from_f64(float) {
        // 15 significant digits survive the way through a double.
        Some(short) if digits <= 15 => Ok(Value::Number(short)),
        _ => serde_json::from_str(text).map_err(E::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Object::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn canonical_text_is_sorted_and_dense() {
        let object = Object::parse(
            b"{ \"b\": [1, 2.50, \"\\u00e9\"],\n \"a\": {\"z\": null, \"y\": true} }",
        )
        .unwrap();
        assert_eq!(
            object.text(),
            r#"{"a":{"y":true,"z":null},"b":[1,2.5,"é"]}"#
        );
    }

    #[test]
    fn duplicates_are_refused_at_any_level() {
        assert_eq!(
            refused(r#"{"to":"a","to":"b"}"#),
            "duplicate key `to` at line 1 column 19"
        );
        assert!(refused(r#"{"x":[{"a":1,"a":1}]}"#).starts_with("duplicate key `a`"));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |n: usize| format!("{}1{}", r#"{"a":"#.repeat(n), "}".repeat(n));
        assert!(Object::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(
            refused(&nested(MAX_DEPTH + 1)).starts_with("nested deeper than 64 levels at line 1")
        );
        assert!(refused(&"[".repeat(100_000)).starts_with("nested deeper"));
    }

    #[test]
    fn numbers_keep_every_digit_and_have_one_form() {
        let canonical = |text: &str| {
            Object::parse(format!("{{\"n\":{text}}}").as_bytes())
                .unwrap()
                .text()
                .to_owned()
        };
        for (text, expected) in [
            ("12345678901234567890123", "12345678901234567890123"),
            ("12345678901234567890124", "12345678901234567890124"),
            ("18446744073709551615", "18446744073709551615"),
            ("0.12345678901234567890", "0.12345678901234567890"),
            ("-7", "-7"),
            ("2.50", "2.5"),
            ("25e-1", "2.5"),
        ] {
            assert_eq!(canonical(text), format!("{{\"n\":{expected}}}"));
        }
        assert!(refused(r#"{"n":1e999}"#).starts_with("number out of range"));
    }

    #[test]
    fn what_looks_like_a_parsed_number_cannot_smuggle_text() {
        for key in [
            "$serde_json::private::Number",
            r"\u0024serde_json::private::Numbe\u0072",
        ] {
            for text in [r#""5""#, r#""1,\"b\":2""#, "5"] {
                let smuggled = format!(r#"{{"a":{{"{key}":{text}}}}}"#);
                let expected = "`$serde_json::private::Number` is a reserved key";
                assert!(
                    refused(&smuggled).starts_with(expected),
                    "{}",
                    refused(&smuggled)
                );
            }
        }
    }

    #[test]
    fn what_is_not_an_object_says_so() {
        assert_eq!(refused("[1]"), "expected a JSON object");
        assert!(refused("{\"a\":1} x").starts_with("trailing characters at line 1 column 9"));
        assert!(
            Object::parse(b"{\"a\":\"\xff\"}")
                .unwrap_err()
                .to_string()
                .starts_with("not UTF-8: the byte at offset 6")
        );
    }
}
