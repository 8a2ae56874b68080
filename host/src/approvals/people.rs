//! Who is who: one person may answer through several channels, under a name in each.

use std::collections::BTreeSet;

/// The people who answer under more than one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People(Vec<BTreeSet<String>>);

impl People {
    /// One more person, with all their names. `Err` is one that somebody else has.
    ///
    /// # Errors
    /// No name has two owners: nobody could tell who it was.
    pub fn add(&mut self, names: BTreeSet<String>) -> Result<(), String> {
        if let Some(taken) = names.iter().find(|name| self.names(name).is_some()) {
            return Err(taken.clone());
        }
        self.0.push(names);
        Ok(())
    }

    /// Everything this person is called; just that, where nothing else is known.
    pub fn called(&self, name: &str) -> BTreeSet<String> {
        let alone = || BTreeSet::from([name.to_owned()]);
        self.names(name).cloned().unwrap_or_else(alone)
    }

    fn names(&self, name: &str) -> Option<&BTreeSet<String>> {
        self.0.iter().find(|names| names.contains(name))
    }
}
