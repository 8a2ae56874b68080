//! Whether a candidate may judge: what comes out otherwise with it, on recorded sessions
//! or by what the audit log has of it.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::admission::AdmissionError;
use super::manifest::Manifest;
use crate::policy::{Mode, PluginSpec, Policy};
use crate::runtime::{Component, ComponentError};
use crate::verdict::{Cause, Judgement, Verdict};

/// Why there is nothing to promote.
#[derive(Debug, thiserror::Error)]
pub enum PromotionError {
    /// There is no plugin of this name.
    #[error("no plugin is named '{0}' in the configuration")]
    NoPlugin(String),
    /// It judges already.
    #[error(
        "'{0}' is in force already: a candidate is a plugin with mode = \"shadow\" or \"canary\""
    )]
    InForce(String),
    /// What it is to replace does not judge.
    #[error("'{0}' is not in force, so it cannot be replaced")]
    NotInForce(String),
    /// One of them is not what was accepted.
    #[error("plugin '{name}': {cause}")]
    Admission {
        /// Which.
        name: String,
        /// Why not.
        cause: AdmissionError,
    },
    /// One of them cannot be read.
    #[error("plugin '{name}': {cause}")]
    Component {
        /// Which.
        name: String,
        /// Why not.
        cause: ComponentError,
    },
}

/// A policy with and without a candidate in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its name in the configuration.
    pub name: String,
    /// The plugin whose place it takes.
    pub replaces: Option<String>,
    /// What is in force now. Shadows are left out: they change nothing.
    pub before: Policy,
    /// What would be.
    pub after: Policy,
}

impl Candidate {
    /// A plugin of the policy that is a shadow or a canary, in the place of another one
    /// or, where none is named, of one in force that is a version of the same pack.
    ///
    /// # Errors
    /// There is no such candidate, or nothing to replace.
    pub fn of(policy: &Policy, name: &str, replaces: Option<&str>) -> Result<Self, PromotionError> {
        let find = |name: &str| {
            let found = policy.plugins.iter().find(|spec| spec.name == name);
            found.ok_or_else(|| PromotionError::NoPlugin(name.to_owned()))
        };
        let spec = find(name)?;
        if spec.mode == Mode::Enforce {
            return Err(PromotionError::InForce(name.to_owned()));
        }
        let replaces = match replaces {
            Some(other) => Some(find(other)?),
            None => same_pack(policy, spec)?,
        };
        if let Some(other) = replaces.filter(|other| other.mode != Mode::Enforce) {
            return Err(PromotionError::NotInForce(other.name.clone()));
        }
        let replaces = replaces.map(|other| other.name.clone());
        let with = |mode: Option<Mode>| {
            let mut plugins = Vec::new();
            for other in &policy.plugins {
                let mode = match (other.name == name, mode) {
                    (true, Some(mode)) => mode,
                    (true, None) => continue,
                    (false, Some(_)) if replaces.as_ref() == Some(&other.name) => continue,
                    (false, _) if other.mode == Mode::Shadow => continue,
                    (false, _) => other.mode,
                };
                plugins.push(PluginSpec {
                    mode,
                    ..other.clone()
                });
            }
            Policy {
                plugins,
                ..policy.clone()
            }
        };
        Ok(Candidate {
            name: name.to_owned(),
            before: with(None),
            after: with(Some(Mode::Enforce)),
            replaces,
        })
    }
}

/// The plugin in force that is a version of the same pack.
fn same_pack<'a>(
    policy: &'a Policy,
    spec: &PluginSpec,
) -> Result<Option<&'a PluginSpec>, PromotionError> {
    let Some(own) = pack(spec)? else {
        return Ok(None);
    };
    let enforcing = policy.plugins.iter();
    for other in enforcing.filter(|other| other.mode == Mode::Enforce) {
        if pack(other)?.as_ref() == Some(&own) {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

/// The name that a plugin's pack gives itself.
fn pack(spec: &PluginSpec) -> Result<Option<String>, PromotionError> {
    let wrong = |cause| PromotionError::Component {
        name: spec.name.clone(),
        cause,
    };
    let place = spec.admission.place(&spec.source);
    let place = place.map_err(|cause| PromotionError::Admission {
        name: spec.name.clone(),
        cause,
    })?;
    let component = Component::read(&place).map_err(wrong)?;
    let manifest = Manifest::of(&component.bytes).map_err(|e| wrong(e.into()))?;
    Ok(manifest.map(|manifest| manifest.name))
}

/// An action that would be judged otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flip {
    /// Which: a session and a step, or a line of the audit log.
    pub at: String,
    /// The action's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is said of it now.
    #[serde(serialize_with = "word")]
    pub from: Verdict,
    /// What would be.
    #[serde(serialize_with = "word")]
    pub to: Verdict,
    /// Who says so and why: whoever is the more severe.
    pub cause: String,
}

fn word<S: serde::Serializer>(verdict: &Verdict, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(verdict.as_str())
}

impl Flip {
    /// The flip from one judgement to the other; `None` where both say the same.
    pub fn between(at: String, kind: &str, before: &Judgement, after: &Judgement) -> Option<Flip> {
        let (from, to) = (before.verdict, after.verdict);
        let severe = if from > to { before } else { after };
        let cause = severe.causes.first().map_or_else(String::new, |cause| {
            let Cause { plugin, reason, .. } = cause;
            format!("{plugin} {}: {}", reason.code, reason.message)
        });
        (from != to).then(|| Flip {
            at,
            kind: kind.to_owned(),
            from,
            to,
            cause,
        })
    }

    /// Whether what was stopped would run.
    pub fn lets_through(&self) -> bool {
        self.to == Verdict::Allow && self.from > Verdict::Allow
    }

    /// How it is named where it is accepted.
    pub fn name(&self) -> String {
        format!("{} {}->{}", self.at, self.from, self.to)
    }
}

impl fmt::Display for Flip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Flip { kind, cause, .. } = self;
        write!(f, "{}  {kind}  {cause}", self.name())
    }
}

/// The flips that a person accepted, one a line as [`Flip::name`] has it; what follows it
/// on its line is theirs, and so is a line that begins with `#`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted(BTreeSet<String>);

impl Accepted {
    /// Reads the file's text.
    ///
    /// # Errors
    /// The number of a line that names no flip.
    pub fn parse(text: &str) -> Result<Self, usize> {
        let mut names = BTreeSet::new();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let arrow = line.find("->").ok_or(number + 1)?;
            let end = line[arrow..].find(char::is_whitespace);
            let end = end.map_or(line.len(), |end| arrow + end);
            names.insert(line[..end].trim().to_owned());
        }
        Ok(Accepted(names))
    }

    /// Whether this flip was accepted.
    pub fn has(&self, flip: &Flip) -> bool {
        self.0.contains(&flip.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Share, Source};

    fn spec(name: &str, mode: Mode) -> PluginSpec {
        PluginSpec {
            mode,
            ..PluginSpec::new(name, Source::Builtin("keywords".to_owned()))
        }
    }

    fn policy() -> Policy {
        Policy {
            plugins: vec![
                spec("old", Mode::Enforce),
                spec("other", Mode::Shadow),
                spec("some", Mode::Canary(Share::ALL)),
                spec("new", Mode::Shadow),
            ],
            ..Policy::default()
        }
    }

    fn names(policy: &Policy) -> Vec<(&str, &str)> {
        let plugins = policy.plugins.iter();
        plugins.map(|p| (&*p.name, p.mode.name())).collect()
    }

    #[test]
    fn a_candidate_takes_the_place_of_another_and_shadows_do_not_matter() {
        let candidate = Candidate::of(&policy(), "new", Some("old")).unwrap();
        assert_eq!(
            names(&candidate.before),
            [("old", "enforce"), ("some", "canary")]
        );
        assert_eq!(
            names(&candidate.after),
            [("some", "canary"), ("new", "enforce")]
        );
        let alone = Candidate::of(&policy(), "some", None).unwrap();
        assert_eq!(names(&alone.before), [("old", "enforce")]);
        assert_eq!(
            names(&alone.after),
            [("old", "enforce"), ("some", "enforce")]
        );
    }

    #[test]
    fn what_is_no_candidate_is_refused() {
        let refused = |name, replaces| {
            let refused = Candidate::of(&policy(), name, replaces);
            refused.unwrap_err().to_string()
        };
        assert!(refused("nobody", None).contains("no plugin is named 'nobody'"));
        assert!(refused("old", None).contains("'old' is in force already"));
        assert!(refused("new", Some("other")).contains("'other' is not in force"));
    }

    #[test]
    fn a_flip_is_accepted_by_its_name_and_no_other() {
        let flip = Flip {
            at: "s-1#3".to_owned(),
            kind: "refund".to_owned(),
            from: Verdict::Hold,
            to: Verdict::Allow,
            cause: "old over-limit: 120 is over the limit".to_owned(),
        };
        assert!(flip.lets_through());
        let text = format!("# looked at by Ana\n\n{flip}\ns-2#0 block->allow fine\n");
        let accepted = Accepted::parse(&text).unwrap();
        assert!(accepted.has(&flip));
        let from = Verdict::Block;
        assert!(!accepted.has(&Flip { from, ..flip }));
        assert_eq!(Accepted::parse("s-1#3"), Err(1));
    }
}
