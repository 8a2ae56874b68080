//! The parts of a pack's file, with a digest each.
//!
//! A pack is known by the digest of its whole file. These say only which part of a file
//! that is not the right one was changed: the lock and whoever signs write them down.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::manifest::{CASES_SECTION, MANIFEST_SECTION};
use super::section::{self, SectionError};
use crate::runtime::hex;

/// SHA-256 of each part, 64 hex digits; of nothing, where there is no such part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// All that is neither manifest nor golden cases.
    pub code: String,
    /// The manifest.
    pub manifest: String,
    /// The golden cases.
    pub cases: String,
}

impl Parts {
    /// Those of a component.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of(component: &[u8]) -> Result<Self, SectionError> {
        let digest = |bytes: &[u8]| hex(&Sha256::digest(bytes).into());
        let part = |name| section::read(component, name).map(|part| digest(part.unwrap_or(&[])));
        Ok(Parts {
            manifest: part(MANIFEST_SECTION)?,
            cases: part(CASES_SECTION)?,
            code: digest(&section::without(
                component,
                &[MANIFEST_SECTION, CASES_SECTION],
            )),
        })
    }

    /// What of this component is not as it was written down, in words.
    pub fn changed(&self, component: &[u8]) -> String {
        let Ok(found) = Parts::of(component) else {
            return "its form".to_owned();
        };
        let pairs = [
            ("its code", &self.code, &found.code),
            ("its manifest", &self.manifest, &found.manifest),
            ("its golden cases", &self.cases, &found.cases),
        ];
        let changed = pairs.into_iter().filter(|(_, was, is)| was != is);
        let changed: Vec<&str> = changed.map(|(name, ..)| name).collect();
        match changed.is_empty() {
            true => "its form".to_owned(), // the same parts, put together otherwise
            false => changed.join(", "),
        }
    }

    /// A comment and the parts that were signed along with it, if they were.
    pub fn split(comment: &str) -> (&str, Option<Parts>) {
        let read = || {
            let (words, noted) = comment.rsplit_once("code:")?;
            let (code, noted) = noted.split_once(" manifest:")?;
            let (manifest, cases) = noted.split_once(" cases:")?;
            let [code, manifest, cases] = [code, manifest, cases].map(str::to_owned);
            let parts = Parts {
                code,
                manifest,
                cases,
            };
            Some((words.trim_end(), parts))
        };
        match read() {
            Some((words, parts)) => (words, Some(parts)),
            None => (comment, None),
        }
    }
}

/// As it is signed along.
impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts {
            code,
            manifest,
            cases,
        } = self;
        write!(f, "code:{code} manifest:{manifest} cases:{cases}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component of a section of tools, a manifest and cases.
    fn component(tool: &str, manifest: &str, cases: &str) -> Vec<u8> {
        let mut bytes = vec![0, b'a', b's', b'm', 0x0d, 0, 1, 0];
        section::append(&mut bytes, "tool", tool.as_bytes());
        section::append(&mut bytes, MANIFEST_SECTION, manifest.as_bytes());
        section::append(&mut bytes, CASES_SECTION, cases.as_bytes());
        bytes
    }

    #[test]
    fn what_was_changed_is_named() {
        let parts = Parts::of(&component("x", "{}", "[]")).unwrap();
        for (tool, manifest, cases, said) in [
            ("y", "{}", "[]", "its code"),
            ("x", "{ }", "[]", "its manifest"),
            ("x", "{}", "[1]", "its golden cases"),
            ("y", "{}", "", "its code, its golden cases"),
            ("x", "{}", "[]", "its form"),
        ] {
            assert_eq!(parts.changed(&component(tool, manifest, cases)), said);
        }
        assert_eq!(parts.changed(b"rubbish"), "its form");
    }

    #[test]
    fn parts_are_signed_along() {
        let parts = Parts::of(&component("x", "{}", "")).unwrap();
        let noted = format!("refunds 1.2.0 {parts}");
        assert_eq!(Parts::split(&noted), ("refunds 1.2.0", Some(parts)));
        for other in [
            "",
            "refunds 1.2.0",
            "code:",
            "my code: good",
            "code:1 cases:2",
        ] {
            assert_eq!(Parts::split(other), (other, None));
        }
    }
}
