//! Which plugins are asked about an action of which type.
//!
//! Finding them costs by the length of the type's name, not by the number of
//! plugins: those that do not concern an action cost it nothing.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::printable::printable;

/// The most names a plugin may give.
const MAX_NAMES: usize = 256;
/// The longest name, in bytes.
const MAX_NAME: usize = 256;

/// Types of action, however they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kinds {
    /// The one type of this name.
    Named(String),
    /// Every type whose name begins so.
    Beginning(String),
}

impl std::fmt::Display for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Kinds::Named(name) => f.write_str(name),
            Kinds::Beginning(name) => write!(f, "{name}*"),
        }
    }
}

/// Reads the names that a plugin gave.
///
/// # Errors
/// There are none or too many, or one is empty or too long.
pub(super) fn read(names: &[String]) -> Result<Vec<Kinds>, String> {
    if names.is_empty() {
        return Err("it names no type; `*` stands for every type".to_owned());
    }
    if names.len() > MAX_NAMES {
        let count = names.len();
        return Err(format!("it names {count} types, more than {MAX_NAMES}"));
    }
    names.iter().map(|name| kinds(name)).collect()
}

fn kinds(name: &str) -> Result<Kinds, String> {
    let shown = || printable(name, MAX_NAME);
    if name.len() > MAX_NAME {
        return Err(format!("`{}`… is over {MAX_NAME} bytes", shown()));
    }
    match name.strip_suffix('*') {
        Some(beginning) => Ok(Kinds::Beginning(fold(beginning))),
        None if fold(name).is_empty() => Err(format!("`{}` has neither letter nor digit", shown())),
        None => Ok(Kinds::Named(fold(name))),
    }
}

/// A name without case and without what separates its words.
fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Places of plugins, by the types they want; each list is in rising order.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// Those that want every type.
    always: Vec<usize>,
    named: HashMap<String, Vec<usize>>,
    beginning: HashMap<String, Vec<usize>>,
}

impl Roster {
    /// The roster of plugins that want these types; `None` is every type.
    pub(super) fn of<'a>(plugins: impl Iterator<Item = Option<&'a [Kinds]>>) -> Self {
        let mut roster = Roster::default();
        for (place, wanted) in plugins.enumerate() {
            let Some(wanted) = wanted else {
                roster.always.push(place);
                continue;
            };
            for kinds in wanted {
                let (list, name) = match kinds {
                    Kinds::Named(name) => (&mut roster.named, name),
                    Kinds::Beginning(name) => (&mut roster.beginning, name),
                };
                list.entry(name.clone()).or_default().push(place);
            }
        }
        roster
    }

    /// The places of those that are asked about this type, in rising order.
    pub(super) fn asked(&self, kind: &str) -> Cow<'_, [usize]> {
        if self.named.is_empty() && self.beginning.is_empty() {
            return Cow::Borrowed(&self.always);
        }
        let kind = fold(kind);
        let mut asked = self.always.clone();
        asked.extend(self.named.get(&kind).into_iter().flatten());
        let beginnings = kind.char_indices().map(|(at, _)| &kind[..at]);
        for beginning in beginnings.chain([kind.as_str()]) {
            asked.extend(self.beginning.get(beginning).into_iter().flatten());
        }
        asked.sort_unstable();
        asked.dedup();
        Cow::Owned(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Result<Vec<Kinds>, String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        read(&names)
    }

    fn roster() -> Roster {
        let plugins = [
            Some(names(&["send_email", "pay*"]).unwrap()),
            None,
            Some(names(&["SendEmail", "send-email", "über_weisung"]).unwrap()),
            Some(names(&["*"]).unwrap()),
        ];
        Roster::of(plugins.iter().map(Option::as_deref))
    }

    #[test]
    fn a_plugin_is_asked_about_what_it_named_however_it_is_written() {
        for (kind, asked) in [
            ("send_email", &[0, 1, 2, 3][..]),
            ("sendEmail", &[0, 1, 2, 3]),
            ("SEND EMAIL", &[0, 1, 2, 3]),
            ("send_emails", &[1, 3]),
            ("pay", &[0, 1, 3]),
            ("payInvoice", &[0, 1, 3]),
            ("repay", &[1, 3]),
            ("ÜBER-WEISUNG", &[1, 2, 3]),
            ("", &[1, 3]),
            ("---", &[1, 3]),
        ] {
            assert_eq!(*roster().asked(kind), *asked, "{kind}");
        }
    }

    #[test]
    fn where_nobody_chooses_all_are_asked() {
        let roster = Roster::of([None, None].into_iter());
        assert_eq!(*roster.asked("anything"), [0, 1]);
    }

    #[test]
    fn nonsense_is_refused_in_words() {
        for (given, error) in [
            (&[][..], "it names no type; `*` stands for every type"),
            (&["_"], "`_` has neither letter nor digit"),
            (&["pay", ""], "`` has neither letter nor digit"),
            (&["a"; 257], "it names 257 types, more than 256"),
        ] {
            assert_eq!(names(given), Err(error.to_owned()));
        }
        let long = "x".repeat(257);
        assert!(
            names(&[&long])
                .unwrap_err()
                .ends_with("`… is over 256 bytes")
        );
    }
}
