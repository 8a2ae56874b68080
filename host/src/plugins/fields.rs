//! The members of a manifest, read one after another; each mistake names its key.

use semver::Version;
use serde_json::{Map, Value};

use super::manifest::{Lang, Manifest, ManifestError, WIT_VERSIONS};
use super::needs::Needs;
use crate::json::Object;
use crate::policy::Grant;
use crate::printable::printable;
use crate::wire::nearest;

const MAX_NAME: usize = 64;
const MAX_REASONS: usize = 256;

/// The members of a manifest, taken out one after another.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn of(source: &Object) -> Result<Self, ManifestError> {
        let Value::Object(members) = source.value() else {
            return Err(ManifestError::Missing("format")); // an `Object` is one
        };
        known(&members, &Manifest::KEYS, "")?;
        Ok(Fields(members))
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<String, ManifestError> {
        match self.0.remove(key) {
            Some(Value::String(text)) => Ok(text),
            None => Err(ManifestError::Missing(key)),
            Some(_) => Err(wrong(key, "must be a text")),
        }
    }

    pub(super) fn number(&mut self, key: &'static str) -> Result<Option<u64>, ManifestError> {
        match self.0.remove(key) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(wrong(key, "must be a whole number")),
            },
        }
    }

    pub(super) fn object(&mut self, key: &'static str) -> Result<Option<Object>, ManifestError> {
        match self.0.remove(key) {
            None => Ok(None),
            Some(value) => match Object::from_value(&value) {
                Some(object) => Ok(Some(object)),
                None => Err(wrong(key, "must be an object")),
            },
        }
    }

    /// A list of texts, none twice.
    pub(super) fn list(&mut self, key: &'static str) -> Result<Option<Vec<String>>, ManifestError> {
        let items = match self.0.remove(key) {
            None => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(wrong(key, "must be a list of texts")),
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::String(text) if texts.contains(&text) => {
                    return Err(wrong(
                        key,
                        format!("has \"{}\" twice", printable(&text, 64)),
                    ));
                }
                Value::String(text) => texts.push(text),
                _ => return Err(wrong(key, "must be a list of texts")),
            }
        }
        Ok(Some(texts))
    }

    /// A text of one line in which nothing hides.
    pub(super) fn line(&mut self, key: &'static str, most: usize) -> Result<String, ManifestError> {
        let text = self.text(key)?;
        if text.trim().is_empty() {
            return Err(wrong(key, "is empty"));
        }
        if text.len() > most {
            return Err(wrong(key, format!("has more than {most} bytes")));
        }
        if printable(&text, most) != text {
            return Err(wrong(key, "has control or invisible characters"));
        }
        Ok(text)
    }

    pub(super) fn name(&mut self) -> Result<String, ManifestError> {
        let name = self.text("name")?;
        match is_code(&name) && name.len() <= MAX_NAME {
            true => Ok(name),
            false => Err(wrong(
                "name",
                format!(
                    "is \"{}\": use small letters, digits and single hyphens, a letter first, at most {MAX_NAME}",
                    printable(&name, MAX_NAME)
                ),
            )),
        }
    }

    pub(super) fn version(&mut self) -> Result<Version, ManifestError> {
        let text = self.text("version")?;
        Version::parse(&text).map_err(|e| {
            wrong(
                "version",
                format!("is \"{}\": {e}", printable(&text, MAX_NAME)),
            )
        })
    }

    pub(super) fn wit(&mut self) -> Result<String, ManifestError> {
        let wit = self.text("wit")?;
        match WIT_VERSIONS.contains(&wit.as_str()) {
            true => Ok(wit),
            false => Err(wrong(
                "wit",
                format!(
                    "is \"{}\": this host speaks {}",
                    printable(&wit, MAX_NAME),
                    WIT_VERSIONS.join(", ")
                ),
            )),
        }
    }

    pub(super) fn lang(&mut self) -> Result<Lang, ManifestError> {
        let name = self.text("lang")?;
        Lang::named(&name).ok_or_else(|| {
            let known = Lang::ALL.map(|(name, _)| name).join(", ");
            wrong(
                "lang",
                format!("is \"{}\": there are {known}", printable(&name, MAX_NAME)),
            )
        })
    }

    pub(super) fn grants(&mut self) -> Result<Vec<Grant>, ManifestError> {
        let names = self.list("grants")?.unwrap_or_default();
        let grant = |name: String| {
            Grant::named(&name).ok_or_else(|| {
                let known = Grant::ALL.map(|(name, _)| name).join(", ");
                wrong(
                    "grants",
                    format!("has \"{}\": there are {known}", printable(&name, MAX_NAME)),
                )
            })
        };
        names.into_iter().map(grant).collect()
    }

    pub(super) fn reasons(&mut self) -> Result<Option<Vec<String>>, ManifestError> {
        let reasons = self.list("reasons")?;
        let codes = reasons.as_deref().unwrap_or_default();
        if codes.len() > MAX_REASONS {
            return Err(wrong("reasons", format!("has more than {MAX_REASONS}")));
        }
        match codes.iter().find(|code| !is_code(code)) {
            None => Ok(reasons),
            Some(code) => Err(wrong(
                "reasons",
                format!(
                    "has \"{}\": a code is small letters, digits and single hyphens",
                    printable(code, MAX_NAME)
                ),
            )),
        }
    }

    pub(super) fn limits(&mut self) -> Result<Needs, ManifestError> {
        match self.0.remove("limits") {
            None => Ok(Needs::default()),
            Some(Value::Object(members)) => Needs::parse(&members),
            Some(_) => Err(wrong("limits", "must be an object")),
        }
    }
}

pub(super) fn wrong(key: impl Into<String>, what: impl Into<String>) -> ManifestError {
    ManifestError::Value {
        key: key.into(),
        what: what.into(),
    }
}

/// Refuses a key that is none of these.
pub(super) fn known(
    members: &Map<String, Value>,
    keys: &[&'static str],
    at: &str,
) -> Result<(), ManifestError> {
    match members.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(ManifestError::Unknown {
            key: format!("{at}{}", printable(key, MAX_NAME)),
            nearest: nearest(key, keys),
        }),
    }
}

/// Whether it is a name as packs and reason codes have it: `refund-limit`.
pub(super) fn is_code(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(part)
}
