//! What a plugin says of itself: the manifest inside its component.
//!
//! Its author may be anybody. So it is checked before anything of the component
//! runs: that it is well-formed, that it asks for exactly the grants the component
//! needs, and that the settings it brings along fit its own schema. What it says
//! gives it nothing: grants and limits are the operator's to give.

use std::collections::BTreeSet;

use semver::Version;
use serde_json::{Map, Value, json};

use super::fields::{Fields, wrong};
use super::needs::Needs;
use super::schema::{Schema, SchemaError};
use super::section::{self, SectionError};
use crate::json::{self, JsonError, Object};
use crate::policy::Grant;
use crate::printable::printable;

/// The section of a component that holds its manifest.
pub const MANIFEST_SECTION: &str = "coldnotch:manifest";
/// The section that holds its golden cases, as JSON lines.
pub const CASES_SECTION: &str = "coldnotch:cases";
/// Versions of the plugin contract that this host speaks.
pub const WIT_VERSIONS: [&str; 1] = ["0.1.0"];

/// The version of the manifest's own form.
const FORMAT: u64 = 1;
const MAX_MANIFEST: usize = 256 << 10;
const MAX_CASES: usize = 4 << 20;
const MAX_DESCRIPTION: usize = 400;
const MAX_LICENCE: usize = 100;

/// Why a manifest was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The component cannot be read.
    #[error(transparent)]
    Section(#[from] SectionError),
    /// It is too large.
    #[error("its {what} has {size} bytes, more than {most}")]
    TooLarge {
        /// Manifest or golden cases.
        what: &'static str,
        /// Its size.
        size: usize,
        /// What is allowed.
        most: usize,
    },
    /// It is no JSON object.
    #[error("its manifest cannot be read: {0}")]
    Json(#[from] JsonError),
    /// A key that must be there is not.
    #[error("its manifest has no `{0}`")]
    Missing(&'static str),
    /// A key nobody knows.
    #[error("its manifest has an unknown key `{key}`{}", .nearest.map(|n| format!(", did you mean `{n}`?")).unwrap_or_default())]
    Unknown {
        /// The key.
        key: String,
        /// A known key that looks like it.
        nearest: Option<&'static str>,
    },
    /// A key has a value that it cannot have.
    #[error("its manifest's `{key}` {what}")]
    Value {
        /// The key.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// Its settings schema was not accepted.
    #[error("its manifest's `schema`: {0}")]
    Schema(#[from] SchemaError),
    /// The settings it brings along do not fit its own schema.
    #[error("its manifest's own settings do not fit its schema: {}", .0.join("; "))]
    OwnSettings(Vec<String>),
    /// It claims another contract than the component was built against.
    #[error(
        "its manifest says it was built against coldnotch:policy@{said}, and the component exports {found}"
    )]
    OtherContract {
        /// What it says.
        said: String,
        /// What the component exports.
        found: String,
    },
    /// The component asks for more than the manifest says.
    #[error(
        "its manifest does not say that it needs the grant \"{0}\", and the component asks for it"
    )]
    Hidden(&'static str),
    /// The manifest asks for a grant that the component has no use for.
    #[error("its manifest asks for the grant \"{0}\", and nothing in the component needs it")]
    Unused(&'static str),
}

/// How a pack is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// With cargo.
    Rust,
    /// With componentize-js.
    Js,
    /// With componentize-py.
    Python,
    /// With clang.
    C,
    /// By other means, or of a finished component.
    Component,
}

impl Lang {
    /// Every one, with its name in manifests and on the command line.
    pub const ALL: [(&'static str, Lang); 5] = [
        ("rust", Lang::Rust),
        ("js", Lang::Js),
        ("python", Lang::Python),
        ("c", Lang::C),
        ("component", Lang::Component),
    ];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Lang> {
        let found = Lang::ALL.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, lang)| lang)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let found = Lang::ALL.into_iter().find(|(_, lang)| *lang == self);
        found.map_or("", |(name, _)| name)
    }
}

/// What a plugin says of itself, checked.
#[derive(Debug, PartialEq)]
pub struct Manifest {
    /// Its name: letters, digits and single hyphens, at most 64.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The version of the contract it was built against: one of [`WIT_VERSIONS`].
    pub wit: String,
    /// One line.
    pub description: String,
    /// An SPDX expression.
    pub licence: String,
    /// How it was built.
    pub lang: Lang,
    /// The grants it needs.
    pub grants: Vec<Grant>,
    /// The codes of the reasons it may give, if it says.
    pub reasons: Option<Vec<String>>,
    /// What it needs over the default limits.
    pub limits: Needs,
    /// The settings it gets where the operator gives none.
    pub settings: Option<Object>,
    /// What its settings have to look like.
    pub schema: Option<Schema>,
    source: Object,
}

impl Manifest {
    /// Every key there is.
    pub(super) const KEYS: [&'static str; 12] = [
        "format",
        "name",
        "version",
        "wit",
        "description",
        "licence",
        "lang",
        "grants",
        "reasons",
        "limits",
        "settings",
        "schema",
    ];

    /// The manifest of a component; `None` when it has none.
    ///
    /// # Errors
    /// It has one that is wrong in itself; see [`check`](Self::check) for whether it
    /// is true.
    pub fn of(component: &[u8]) -> Result<Option<Self>, ManifestError> {
        let Some(bytes) = section::read(component, MANIFEST_SECTION)? else {
            return Ok(None);
        };
        bounded("manifest", bytes.len(), MAX_MANIFEST)?;
        let source = Object::parse(bytes)?;
        Self::parse(source).map(Some)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// What is wrong with it, by key.
    pub fn parse(source: Object) -> Result<Self, ManifestError> {
        let mut fields = Fields::of(&source)?;
        let format = fields
            .number("format")?
            .ok_or(ManifestError::Missing("format"))?;
        if format != FORMAT {
            return Err(wrong(
                "format",
                format!("is {format}: this host knows {FORMAT}"),
            ));
        }
        let settings = fields.object("settings")?;
        let schema = fields.object("schema")?.map(Schema::new).transpose()?;
        if let (Some(schema), Some(settings)) = (&schema, &settings) {
            schema.check(settings).map_err(ManifestError::OwnSettings)?;
        }
        Ok(Manifest {
            name: fields.name()?,
            version: fields.version()?,
            wit: fields.wit()?,
            description: fields.line("description", MAX_DESCRIPTION)?,
            licence: fields.line("licence", MAX_LICENCE)?,
            lang: fields.lang()?,
            grants: fields.grants()?,
            reasons: fields.reasons()?,
            limits: fields.limits()?,
            settings,
            schema,
            source,
        })
    }

    /// Whether it is true of the component, whose exports and needed grants these are.
    ///
    /// # Errors
    /// It says less or more than the component asks for, or another contract.
    pub fn check(&self, exports: &[String], needed: &[Grant]) -> Result<(), ManifestError> {
        let scorer = format!("coldnotch:policy/scorer@{}", self.wit);
        if !exports.contains(&scorer) {
            return Err(ManifestError::OtherContract {
                said: self.wit.clone(),
                found: printable(&exports.join(", "), 300),
            });
        }
        for (name, grant) in Grant::ALL {
            match (needed.contains(&grant), self.grants.contains(&grant)) {
                (true, false) => return Err(ManifestError::Hidden(name)),
                (false, true) => return Err(ManifestError::Unused(name)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The settings it gets when the operator wrote these: its own where the operator
    /// wrote none.
    pub fn settings<'a>(&'a self, operators: &'a Object) -> &'a Object {
        match &self.settings {
            Some(own) if *operators == Object::default() => own,
            _ => operators,
        }
    }

    /// The manifest as JSON.
    pub fn source(&self) -> &Object {
        &self.source
    }

    /// The component with this manifest and these golden cases in it. One that has
    /// either already is refused: the older would have to be cut out.
    ///
    /// # Errors
    /// The component cannot be read or has a manifest, or either is too large.
    pub fn embed(&self, component: &[u8], cases: Option<&[u8]>) -> Result<Vec<u8>, ManifestError> {
        for name in [MANIFEST_SECTION, CASES_SECTION] {
            if section::read(component, name)?.is_some() {
                return Err(SectionError::Twice(name).into());
            }
        }
        let manifest = self.source.text().as_bytes();
        bounded("manifest", manifest.len(), MAX_MANIFEST)?;
        let mut whole = component.to_vec();
        section::append(&mut whole, MANIFEST_SECTION, manifest);
        if let Some(cases) = cases {
            bounded("golden cases", cases.len(), MAX_CASES)?;
            section::append(&mut whole, CASES_SECTION, cases);
        }
        Ok(whole)
    }
}

/// The golden cases inside a component, as JSON lines; `None` when it has none.
///
/// # Errors
/// The component cannot be read, or they are too large.
pub fn cases_of(component: &[u8]) -> Result<Option<&[u8]>, ManifestError> {
    let found = section::read(component, CASES_SECTION)?;
    if let Some(cases) = found {
        bounded("golden cases", cases.len(), MAX_CASES)?;
    }
    Ok(found)
}

fn bounded(what: &'static str, size: usize, most: usize) -> Result<(), ManifestError> {
    match size > most {
        true => Err(ManifestError::TooLarge { what, size, most }),
        false => Ok(()),
    }
}

/// The grants that a component needs, by the functions it imports.
pub(crate) fn needed(asked: impl IntoIterator<Item = Option<Grant>>) -> Vec<Grant> {
    let asked: BTreeSet<&str> = asked.into_iter().flatten().map(Grant::name).collect();
    asked.into_iter().filter_map(Grant::named).collect()
}

/// A manifest's JSON of what is written in `pack.toml`.
pub(super) fn formatted(mut members: Map<String, Value>) -> Result<Object, ManifestError> {
    members.insert("format".to_owned(), json!(FORMAT));
    let text = Value::Object(members).to_string();
    Ok(Object::from_value(&json::parse(text.as_bytes())?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// An empty component.
    const EMPTY: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

    fn written() -> Value {
        json!({
            "format": 1, "name": "refund-limit", "version": "0.2.0-rc.1", "wit": "0.1.0",
            "description": "Holds refunds over a limit.", "licence": "Apache-2.0", "lang": "rust",
            "grants": ["history"], "reasons": ["over-limit"],
            "limits": {"memory": "32MiB", "time": "80ms", "fuel": 7},
            "settings": {"limit": 100},
            "schema": {"properties": {"limit": {"type": "number"}}},
        })
    }

    fn parse(value: &Value) -> Result<Manifest, ManifestError> {
        Manifest::parse(Object::from_value(value).unwrap())
    }

    #[test]
    fn a_manifest_is_read_whole_and_comes_back_out_of_a_component() {
        let manifest = parse(&written()).unwrap();
        assert_eq!(manifest.grants, [Grant::History]);
        let needs = Needs {
            memory: Some(32 << 20),
            time: Some(Duration::from_millis(80)),
            fuel: Some(7),
            ..Needs::default()
        };
        assert_eq!(manifest.limits, needs);
        assert_eq!(
            manifest.limits.beyond_default().unwrap(),
            "{ memory = \"32MiB\", time = \"80ms\" }"
        );
        let whole = manifest.embed(&EMPTY, Some(b"{}\n")).unwrap();
        assert_eq!(Manifest::of(&whole).unwrap().unwrap(), manifest);
        assert_eq!(cases_of(&whole).unwrap(), Some(&b"{}\n"[..]));
        assert!(matches!(
            manifest.embed(&whole, None),
            Err(ManifestError::Section(SectionError::Twice(_)))
        ));
        assert_eq!(Manifest::of(&EMPTY).unwrap(), None);
    }

    /// A key, a value it cannot have, and what is said of it after "its manifest".
    const WRONG: &str = r#"
            format | 2 | 's `format` is 2: this host knows 1
            grnts | [] |  has an unknown key `grnts`, did you mean `grants`?
            name | "Refund_Limit" | 's `name` is "Refund_Limit": use small letters, digits and single hyphens, a letter first, at most 64
            name | "../../etc" | 's `name` is "../../etc": use small letters, digits and single hyphens, a letter first, at most 64
            version | "1" | 's `version` is "1": unexpected end of input while parsing major version number
            wit | "0.2.0" | 's `wit` is "0.2.0": this host speaks 0.1.0
            lang | "perl" | 's `lang` is "perl": there are rust, js, python, c, component
            grants | ["network"] | 's `grants` has "network": there are history
            grants | ["history", "history"] | 's `grants` has "history" twice
            reasons | ["Over limit"] | 's `reasons` has "Over limit": a code is small letters, digits and single hyphens
            limits | {"memry": 1} |  has an unknown key `limits.memry`, did you mean `memory`?
            limits | {"memory": "much"} | 's `limits.memory` must be a size such as "16MiB" or a number of bytes
            limits | {"stack": 1} | 's `limits.stack` must be from 64KiB to 1MiB
            settings | 3 | 's `settings` must be an object
            settings | {"limit": "x"} | 's own settings do not fit its schema: settings.limit: must be number, not string
            schema | {"type": 1} | 's `schema`: it is no JSON Schema:
            description | " " | 's `description` is empty
            description | "a\u001b[31mb" | 's `description` has control or invisible characters
            description | "gnp\u202eexe" | 's `description` has control or invisible characters
            description | "two\nlines" | 's `description` has control or invisible characters
        "#;

    #[test]
    fn what_is_wrong_is_named() {
        for line in WRONG.lines().filter(|line| line.contains('|')) {
            let [key, value, error] = line.trim().splitn(3, " | ").collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let mut manifest = written();
            manifest[key] = serde_json::from_str(value).unwrap();
            let found = parse(&manifest).unwrap_err().to_string();
            let said = found.strip_prefix("its manifest").unwrap();
            assert!(said.starts_with(error), "{found}");
        }
        for key in [
            "format",
            "name",
            "version",
            "wit",
            "description",
            "licence",
            "lang",
        ] {
            let mut manifest = written();
            manifest.as_object_mut().unwrap().remove(key);
            let found = parse(&manifest).unwrap_err().to_string();
            assert_eq!(found, format!("its manifest has no `{key}`"));
        }
    }

    #[test]
    fn a_lie_is_refused() {
        let manifest = parse(&written()).unwrap();
        let exports = ["coldnotch:policy/scorer@0.1.0".to_owned()];
        assert!(manifest.check(&exports, &[Grant::History]).is_ok());
        let more = manifest.check(&exports, &[]).unwrap_err();
        assert!(matches!(more, ManifestError::Unused("history")));
        let mut less = written();
        less["grants"] = json!([]);
        let less = parse(&less).unwrap().check(&exports, &[Grant::History]);
        assert!(matches!(less, Err(ManifestError::Hidden("history"))));
        let other = manifest.check(
            &["coldnotch:policy/scorer@0.9.0".to_owned()],
            &[Grant::History],
        );
        assert!(matches!(other, Err(ManifestError::OtherContract { .. })));
    }

    #[test]
    fn own_settings_are_used_where_the_operator_gives_none() {
        let manifest = parse(&written()).unwrap();
        let own = Object::parse(br#"{"limit":100}"#).unwrap();
        let other = Object::parse(br#"{"limit":5}"#).unwrap();
        assert_eq!(*manifest.settings(&Object::default()), own);
        assert_eq!(*manifest.settings(&other), other);
    }
}
