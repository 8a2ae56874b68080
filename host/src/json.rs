//! JSON objects from outside, made safe once.
//!
//! An [`Object`] is canonical JSON text (sorted keys, no spaces) of an object
//! that has no duplicate key, is not deeper than [`MAX_DEPTH`] and has no
//! integer that would silently lose digits. Two texts of the same object give
//! the same canonical text, so that a digest over it names the object.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Deepest nesting accepted, counting the object itself.
pub const MAX_DEPTH: usize = 64;

/// Why a text is not acceptable JSON. The message has line and column.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct JsonError {
    what: String,
    /// True when the text is the beginning of acceptable JSON: more may follow.
    pub incomplete: bool,
}

impl JsonError {
    fn new(what: String) -> Self {
        JsonError { what, incomplete: false }
    }
}

/// A JSON object in canonical form.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    text: String,
}

impl Default for Object {
    fn default() -> Self {
        Object { text: "{}".to_owned() }
    }
}

impl Object {
    /// Reads an object.
    ///
    /// # Errors
    /// Not UTF-8, not JSON, not an object, too deep, a duplicate key, or an
    /// integer beyond 64 bits.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        Self::from_value(&parse(bytes)?).ok_or_else(|| JsonError::new("expected a JSON object".to_owned()))
    }

    /// The object in canonical form; `None` when the value is not an object.
    /// For values that were parsed with [`parse`].
    pub fn from_value(value: &Value) -> Option<Self> {
        value.is_object().then(|| Object { text: value.to_string() })
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
    let text = std::str::from_utf8(bytes)
        .map_err(|e| JsonError::new(format!("not UTF-8: the byte at offset {} is not part of a character", e.valid_up_to())))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Checked { depth: MAX_DEPTH }.deserialize(&mut reader).map_err(error)?;
    reader.end().map_err(error)?;
    Ok(value)
}

// serde_json's own recursion limit (128) is above `MAX_DEPTH`, so ours speaks first.
fn error(e: serde_json::Error) -> JsonError {
    JsonError { incomplete: e.is_eof(), what: e.to_string() }
}

/// Builds a value and refuses what must not pass.
#[derive(Clone, Copy)]
struct Checked {
    depth: usize,
}

impl Checked {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Checked { depth }),
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

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Value, E> {
        // An integer that fits 64 bits does not come this way, so a whole
        // number this large has already lost digits: `…123` and `…124` would
        // be the same action.
        const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
        if v.fract() == 0.0 && v.abs() >= EXACT {
            return Err(E::custom("number too large to be exact; send it as a string"));
        }
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
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut members = serde_json::Map::new(); // sorted by key
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(inner)?;
            if members.insert(key.clone(), value).is_some() {
                return Err(de::Error::custom(format!("duplicate key `{key}`")));
            }
        }
        Ok(Value::Object(members))
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
        let object = Object::parse(b"{ \"b\": [1, 2.50, \"\\u00e9\"],\n \"a\": {\"z\": null, \"y\": true} }").unwrap();
        assert_eq!(object.text(), r#"{"a":{"y":true,"z":null},"b":[1,2.5,"é"]}"#);
    }

    #[test]
    fn duplicates_are_refused_at_any_level() {
        assert_eq!(refused(r#"{"to":"a","to":"b"}"#), "duplicate key `to` at line 1 column 18");
        assert!(refused(r#"{"x":[{"a":1,"a":1}]}"#).starts_with("duplicate key `a`"));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |n: usize| format!("{}1{}", r#"{"a":"#.repeat(n), "}".repeat(n));
        assert!(Object::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(refused(&nested(MAX_DEPTH + 1)).starts_with("nested deeper than 64 levels at line 1"));
        assert!(refused(&"[".repeat(100_000)).starts_with("nested deeper"));
    }

    #[test]
    fn numbers_that_would_lose_digits_are_refused() {
        assert!(refused(r#"{"account":12345678901234567890123}"#).starts_with("number too large to be exact"));
        assert_eq!(Object::parse(br#"{"n":18446744073709551615}"#).unwrap().text(), r#"{"n":18446744073709551615}"#);
    }

    #[test]
    fn what_is_not_an_object_says_so() {
        assert_eq!(refused("[1]"), "expected a JSON object");
        assert!(refused("{\"a\":1} x").starts_with("trailing characters at line 1 column 9"));
        assert!(Object::parse(b"{\"a\":\"\xff\"}").unwrap_err().to_string().starts_with("not UTF-8: the byte at offset 6"));
    }
}
