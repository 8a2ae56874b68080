//! A pack that could be accepted, and on which terms it is.

use std::collections::BTreeSet;

use semver::Version;

use super::super::lock::{Entry, Lock};
use super::InstallError;
use crate::config::PacksConfig;

/// Why a proposal is not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its own golden cases are not as expected.
    #[error("its golden cases are not as expected: {}", .0.join(", "))]
    Cases(Vec<String>),
    /// The tag names something else than when it was accepted.
    #[error(
        "{source_name} was {was} when it was accepted, and is {is} now: a tag must not move. If its publisher says why, accept it by name: --accept {is}"
    )]
    Moved {
        /// The reference.
        source_name: String,
        /// What it was.
        was: String,
        /// What it is.
        is: String,
    },
    /// It is older than what was accepted.
    #[error("version {was} was accepted, and this is {is}: --allow-downgrade takes it")]
    Downgrade {
        /// What was accepted.
        was: String,
        /// What this is.
        is: String,
    },
    /// It asks for more than was accepted.
    #[error("it asks for more than was accepted: {}; if you give it that: {}", .0.join(", "), advice(.0))]
    More(Vec<String>),
    /// Something was accepted that it does not ask for.
    #[error("--accept {0}: nothing new is called so")]
    NothingSo(String),
}

fn advice(names: &[String]) -> String {
    let flags: Vec<String> = names
        .iter()
        .map(|name| format!("--accept '{name}'"))
        .collect();
    flags.join(" ")
}

/// What is agreed to beforehand.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Names of grants, imports and digests.
    pub accept: Vec<String>,
    /// An older version.
    pub downgrade: bool,
}

/// Something a pack asks for and was not given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    /// A grant or an import.
    pub name: String,
    /// The grant that gives the import.
    pub grant: Option<&'static str>,
}

/// A pack that could be accepted, beside what was.
#[derive(Debug)]
pub struct Proposal {
    /// What was accepted.
    pub old: Option<Entry>,
    /// What would be.
    pub new: Entry,
    /// What it asks for and was not given before.
    pub fresh: Vec<Fresh>,
    /// Its golden cases that are not as expected.
    pub failed: Vec<String>,
    /// Golden cases of what was accepted that come out otherwise now.
    pub otherwise: Vec<String>,
    /// Whether the configuration has a plugin of this name.
    pub configured: bool,
    /// What it needs over the default limits, as the configuration would have it.
    pub limits: Option<String>,
}

impl Proposal {
    /// Whether it is what is accepted already.
    pub fn is_known(&self) -> bool {
        self.old.as_ref() == Some(&self.new)
    }

    /// Why it is not taken on these terms; `None` if it is.
    pub fn refusal(&self, terms: &Terms) -> Option<Refusal> {
        if !self.failed.is_empty() {
            return Some(Refusal::Cases(self.failed.clone()));
        }
        let mut unused: BTreeSet<&str> = terms.accept.iter().map(String::as_str).collect();
        if let Some(moved) = self.moved()
            && !unused.remove(self.new.component.as_str())
        {
            return Some(moved);
        }
        if let Some(downgrade) = self.downgrade()
            && !terms.downgrade
        {
            return Some(downgrade);
        }
        let mut more = Vec::new();
        for fresh in &self.fresh {
            let names = [Some(fresh.name.as_str()), fresh.grant];
            let mut accepted = false;
            for name in names.into_iter().flatten() {
                accepted |= terms.accept.iter().any(|accept| accept == name);
                unused.remove(name);
            }
            // A new grant stands for all that it gives.
            let by_grant = fresh.grant.is_some_and(|grant| self.is_new_grant(grant));
            if !accepted && !by_grant {
                more.push(fresh.name.clone());
            }
        }
        if !more.is_empty() {
            return Some(Refusal::More(more));
        }
        unused
            .first()
            .map(|name| Refusal::NothingSo((*name).to_owned()))
    }

    /// Writes it into the lock.
    ///
    /// # Errors
    /// The lock cannot be written.
    pub fn take(&self, packs: &PacksConfig) -> Result<(), InstallError> {
        Ok(Lock::change(&packs.lock, |lock| {
            lock.put(self.new.clone())
        })?)
    }

    fn is_new_grant(&self, grant: &str) -> bool {
        self.fresh.iter().any(|fresh| fresh.name == grant)
    }

    fn moved(&self) -> Option<Refusal> {
        let old = self.old.as_ref()?;
        let tag = self.new.image.is_some() && !self.new.source.contains('@');
        let moved = tag && old.source == self.new.source && old.component != self.new.component;
        moved.then(|| Refusal::Moved {
            source_name: self.new.source.clone(),
            was: old.component.clone(),
            is: self.new.component.clone(),
        })
    }

    fn downgrade(&self) -> Option<Refusal> {
        let old = self.old.as_ref()?;
        let version = |entry: &Entry| entry.version.as_deref()?.parse::<Version>().ok();
        let (was, is) = (version(old)?, version(&self.new));
        (is.as_ref() < Some(&was)).then(|| Refusal::Downgrade {
            was: was.to_string(),
            is: is.map_or_else(|| "one without a version".to_owned(), |is| is.to_string()),
        })
    }
}
