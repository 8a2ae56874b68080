//! One plugin, as it was accepted, and what of it is different now.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::parts::Parts;
use super::sha256;
use crate::policy::{Grant, PluginSpec};
use crate::runtime::{Component, Import};

/// Why a plugin is not what the lock says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unlocked {
    /// Another component.
    #[error(
        "it was changed since it was accepted: {changed}; the store has {found}, and the lock says {locked}"
    )]
    Component {
        /// Which of its parts.
        changed: String,
        /// What it is.
        found: String,
        /// What was accepted.
        locked: String,
    },
    /// Another source in the configuration.
    #[error("it comes from {found}, and the lock says {locked}{UPDATE}")]
    Source {
        /// Where it comes from.
        found: String,
        /// Where it came from.
        locked: String,
    },
    /// Other grants in the configuration.
    #[error("its grants are [{found}], and the lock says [{locked}]{UPDATE}")]
    Grants {
        /// What it is given.
        found: String,
        /// What was accepted.
        locked: String,
    },
    /// Other settings in the configuration.
    #[error("its settings are not those of the lock{UPDATE}")]
    Settings,
    /// It asks for other functions.
    #[error("it asks for {found}, which the lock does not have{UPDATE}")]
    Imports {
        /// What it asks for beside what was accepted.
        found: String,
    },
    /// Somebody who vouched for it does not any more.
    #[error("it was accepted as signed by {locked}, and is signed by {found}{UPDATE}")]
    Signers {
        /// Who vouches for it.
        found: String,
        /// Who did when it was accepted.
        locked: String,
    },
}

const UPDATE: &str = "; if that is meant to be so, run `coldnotch plugin update`";

/// One plugin, as it was accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name in the configuration.
    pub name: String,
    /// Where it comes from, as the configuration has it.
    pub source: String,
    /// `sha256:` and 64 hex digits: the manifest a registry had it under. Its component
    /// can be fetched by it when the tag is somewhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The pack's own name, if it has a manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
    /// The pack's version, if it has a manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `sha256:` and 64 hex digits over the component.
    pub component: String,
    /// The functions it asks for, sorted.
    pub imports: Vec<String>,
    /// The grants it was given, sorted.
    pub grants: Vec<String>,
    /// Who signed it, by their names in the trust file, sorted; those whose word was asked.
    pub signers: Vec<String>,
    /// `sha256:` and 64 hex digits over its settings' canonical JSON, as the operator
    /// gave them.
    pub settings: String,
    /// Golden cases, all of which came out as expected.
    pub cases: usize,
    /// Fuel of the dearest of them.
    pub fuel: u64,
    /// What its component consists of, for the case that it is changed.
    pub parts: Parts,
}

impl Entry {
    /// Whether the plugin of the configuration is the one that was accepted. `source` is
    /// where it comes from as the configuration has it.
    ///
    /// # Errors
    /// What is different.
    pub fn admits(
        &self,
        spec: &PluginSpec,
        source: &str,
        component: &Component,
    ) -> Result<(), Unlocked> {
        let (found, locked) = (sha256(&component.digest), self.component.clone());
        if found != locked {
            return Err(Unlocked::Component {
                changed: self.parts.changed(&component.bytes),
                found,
                locked,
            });
        }
        if source != self.source {
            let (found, locked) = (source.to_owned(), self.source.clone());
            return Err(Unlocked::Source { found, locked });
        }
        let given = grants(&spec.grants);
        if given != self.grants {
            let (found, locked) = (given.join(", "), self.grants.join(", "));
            return Err(Unlocked::Grants { found, locked });
        }
        match settings(spec) == self.settings {
            true => Ok(()),
            false => Err(Unlocked::Settings),
        }
    }

    /// Whether these imports are among those that were accepted.
    ///
    /// # Errors
    /// Those that are not.
    pub fn admits_imports(&self, found: &[Import]) -> Result<(), Unlocked> {
        let mut more = imports(found);
        more.retain(|import| !self.imports.contains(import));
        match more.is_empty() {
            true => Ok(()),
            false => Err(Unlocked::Imports {
                found: more.join(", "),
            }),
        }
    }

    /// Whether all who signed it when it was accepted are among these.
    ///
    /// # Errors
    /// They are not.
    pub fn admits_signers(&self, found: &[String]) -> Result<(), Unlocked> {
        match self.signers.iter().all(|signer| found.contains(signer)) {
            true => Ok(()),
            false => Err(Unlocked::Signers {
                found: found.join(", "),
                locked: self.signers.join(", "),
            }),
        }
    }
}

/// The names of grants, as the lock has them.
pub fn grants(grants: &[Grant]) -> Vec<String> {
    let names: BTreeSet<&str> = grants.iter().map(|grant| grant.name()).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// Imports, as the lock has them.
pub fn imports(imports: &[Import]) -> Vec<String> {
    let names: BTreeSet<String> = imports.iter().map(Import::to_string).collect();
    names.into_iter().collect()
}

/// The digest of a plugin's settings as the configuration has them.
pub fn settings(spec: &PluginSpec) -> String {
    sha256(&Sha256::digest(spec.settings.text()).into())
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::super::section;
    use super::*;
    use crate::json::Object;
    use crate::policy::Source;

    fn spec() -> PluginSpec {
        PluginSpec {
            settings: Object::parse(br#"{"limit":5}"#).unwrap(),
            grants: vec![Grant::History],
            ..PluginSpec::new("refunds", Source::Path("packs/refunds.wasm".into()))
        }
    }

    /// One with this in a section.
    fn component(content: &[u8]) -> Component {
        let mut bytes = vec![0, b'a', b's', b'm', 0x0d, 0, 1, 0];
        section::append(&mut bytes, "tool", content);
        Component::new(bytes).unwrap()
    }

    pub(in super::super) fn entry() -> Entry {
        Entry {
            name: "refunds".to_owned(),
            source: "packs/refunds.wasm".to_owned(),
            image: None,
            pack: Some("refund-limit".to_owned()),
            version: Some("1.2.0".to_owned()),
            component: sha256(&component(b"").digest),
            imports: vec!["coldnotch:policy/history@0.1.0#[method]session.len".to_owned()],
            grants: vec!["history".to_owned()],
            signers: vec!["acme".to_owned()],
            settings: settings(&spec()),
            cases: 3,
            fuel: 12_345,
            parts: Parts::of(&component(b"").bytes).unwrap(),
        }
    }

    #[test]
    fn each_difference_has_its_own_words() {
        let entry = entry();
        let source = "packs/refunds.wasm";
        entry.admits(&spec(), source, &component(b"")).unwrap();
        let said = |spec: &PluginSpec, source: &str, content: &[u8]| {
            let component = component(content);
            entry.admits(spec, source, &component).unwrap_err()
        };
        let bare = PluginSpec {
            grants: Vec::new(),
            ..spec()
        };
        let other = PluginSpec {
            settings: Object::default(),
            ..spec()
        };
        let component = said(&spec(), source, b"more").to_string();
        let words = "it was changed since it was accepted: its code; the store has sha256:";
        assert!(component.contains(words), "{component}");
        let elsewhere = said(&spec(), "packs/other.wasm", b"");
        assert!(matches!(elsewhere, Unlocked::Source { .. }));
        let grants = said(&bare, source, b"").to_string();
        assert!(grants.contains("its grants are [], and the lock says [history]"));
        assert_eq!(said(&other, source, b""), Unlocked::Settings);
        let found = ["bolt".to_owned()];
        let signers = entry.admits_signers(&found).unwrap_err().to_string();
        assert!(signers.contains("signed by acme, and is signed by bolt"));
    }
}
