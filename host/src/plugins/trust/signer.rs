//! Somebody whose signature counts, and for which packs.

use serde::Deserialize;

use super::super::signature::{PublicKey, Signature};
use super::Distrust;
use crate::printable::printable;

/// A signer as the trust file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    name: String,
    keys: Vec<String>,
    packs: Vec<String>,
    sources: Option<Vec<String>>,
}

/// Somebody whose signature counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signer {
    pub(super) name: String,
    pub(super) keys: Vec<PublicKey>,
    packs: Vec<String>,
    sources: Option<Vec<String>>,
}

impl Signer {
    /// Checks what the file says of one.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn read(entry: Entry) -> Result<Self, String> {
        let name = printable(&entry.name, 64);
        if name.is_empty() {
            return Err("a signer has no name".to_owned());
        }
        let keys: Result<Vec<PublicKey>, _> =
            entry.keys.iter().map(|key| PublicKey::parse(key)).collect();
        let keys = keys.map_err(|e| format!("signer '{name}': {e}"))?;
        if keys.is_empty() {
            return Err(format!("signer '{name}' has no key"));
        }
        let none = entry.sources.as_ref().is_some_and(Vec::is_empty);
        if entry.packs.is_empty() || none {
            return Err(format!(
                "signer '{name}' may sign nothing: give packs = [\"NAME\"], or [\"*\"] for all"
            ));
        }
        Ok(Signer {
            name,
            keys,
            packs: entry.packs,
            sources: entry.sources,
        })
    }

    pub(super) fn shares_key(&self, other: &Signer) -> bool {
        let theirs = |key: &PublicKey| other.keys.iter().any(|other| other.is_same(key));
        self.keys.iter().any(theirs)
    }

    /// Whether this pack is theirs to sign; `from` is the reference of one that comes from a
    /// registry.
    ///
    /// # Errors
    /// Which are.
    pub(super) fn may_sign(&self, pack: &str, from: Option<&str>) -> Result<(), Distrust> {
        let not_theirs = |may: String, found: &str| Distrust::NotTheirs {
            signer: self.name.clone(),
            may: printable(&may, 200),
            found: printable(found, 200),
        };
        if !fits(&self.packs, pack) {
            return Err(not_theirs(self.packs.join(", "), pack));
        }
        match (&self.sources, from) {
            (Some(sources), Some(from)) if !fits(sources, from) => Err(not_theirs(
                format!("packs from {}", sources.join(", ")),
                from,
            )),
            _ => Ok(()),
        }
    }

    /// Why this is not what they signed.
    pub(super) fn signed_other(&self, signature: &Signature, component: &[u8]) -> Distrust {
        let unknown = || "its code, its manifest or its golden cases".to_owned();
        let parts = signature.parts();
        Distrust::Changed {
            signer: self.name.clone(),
            changed: parts.map_or_else(unknown, |parts| parts.changed(component)),
        }
    }
}

/// Whether a name fits one of these patterns.
pub(super) fn fits(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, name))
}

/// Whether a name fits a pattern in which `*` stands for any letters, none included.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, fits) in [
            ("*", "", true),
            ("acme-*", "acme-", true),
            ("acme-*", "bacme-x", false),
            ("*-mail", "acme-mail", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("ab*ba", "aba", false),
            ("mail", "mail", true),
            ("mail", "mail2", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
