//! `[approvals]`: who is asked about a HOLD, and on what terms.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::file::{self, Text};
use super::reader::{Reader, quoted};
use super::{ConfigError, Origin};
use crate::approvals::{Amount, ApprovalsConfig, OnTimeout, People, Rule, Terms};

impl Reader<'_> {
    pub(super) fn approvals(
        &mut self,
        file: file::Approvals,
        log: &Path,
    ) -> Result<ApprovalsConfig, ConfigError> {
        let default = ApprovalsConfig::default();
        let most = self.number(
            "approvals.max_waiting",
            file.max_waiting,
            1000,
            1..=1_000_000,
        )?;
        let store = self.approvals_store(file.store, log);
        let people = self.people(file.people)?;
        let general = self.terms(
            "approvals",
            &people,
            &default.general(),
            file.approvers,
            file.quorum,
            file.lifetime,
        )?;
        let timeouts = [("deny", OnTimeout::Deny), ("pause", OnTimeout::Pause)];
        let on_timeout = self.word("approvals.on_timeout", file.on_timeout, &timeouts)?;
        let mut rules = Vec::new();
        for (place, rule) in file.rule.into_iter().enumerate() {
            rules.push(self.rule(place, rule, &people, &general)?);
        }
        let Terms {
            approvers,
            quorum,
            lifetime,
        } = general;
        Ok(ApprovalsConfig {
            store,
            lifetime,
            most: u64::from(most),
            approvers,
            quorum,
            people,
            rules,
            on_timeout,
            patience: default.patience,
        })
    }

    /// Who is who. A person's own name is one of those they answer under.
    fn people(&mut self, file: BTreeMap<String, Vec<String>>) -> Result<People, ConfigError> {
        let mut people = People::default();
        for (name, names) in file {
            let key = format!("approvals.people.{name}");
            let mut names: BTreeSet<String> = self.list(&key, Some(names)).into_iter().collect();
            names.insert(name);
            if names.contains("") {
                return Err(self.wrong(&key, "names nobody in one place"));
            }
            let twice = |taken: String| {
                let what = format!("has '{taken}', and so has somebody else");
                self.wrong(&key, &what)
            };
            people.add(names).map_err(twice)?;
        }
        Ok(people)
    }

    /// A rule's own terms; what it does not say is as in general.
    fn rule(
        &mut self,
        place: usize,
        file: file::ApprovalRule,
        people: &People,
        general: &Terms,
    ) -> Result<Rule, ConfigError> {
        let section = format!("approvals.rule.{place}");
        let at = |key: &str| format!("{section}.{key}");
        let named = [
            file.types.is_some(),
            file.reasons.is_some(),
            file.amount_over.is_some(),
        ];
        if !named.contains(&true) {
            let what = "is about no action; give it `types`, `reasons` or `amount_over`";
            return Err(self.wrong(&section, what));
        }
        if file.approvers.is_none() && file.quorum.is_none() && file.lifetime.is_none() {
            let what = "changes nothing; give it `approvers`, `quorum` or `lifetime`";
            return Err(self.wrong(&section, what));
        }
        for (key, list) in [("types", &file.types), ("reasons", &file.reasons)] {
            if list
                .as_ref()
                .is_some_and(|list| list.iter().all(String::is_empty))
            {
                return Err(self.wrong(&at(key), "names nothing"));
            }
        }
        let amount_over = match file.amount_over {
            None => None,
            Some(limit) => {
                self.note(&at("amount_over"), format!("{limit}"), self.file_origin());
                let amount = Amount::parse(&format!("{limit}")).filter(|_| limit >= 0.0);
                let wrong = || self.wrong(&at("amount_over"), "must be a number from 0");
                Some(amount.ok_or_else(wrong)?)
            }
        };
        Ok(Rule {
            types: self.list(&at("types"), file.types),
            reasons: self.list(&at("reasons"), file.reasons),
            amount_over,
            terms: self.terms(
                &section,
                people,
                general,
                file.approvers,
                file.quorum,
                file.lifetime,
            )?,
        })
    }

    /// Who may answer, how many must, and how long there is.
    fn terms(
        &mut self,
        section: &str,
        people: &People,
        general: &Terms,
        approvers: Option<Vec<String>>,
        quorum: Option<u32>,
        lifetime: Option<Text>,
    ) -> Result<Terms, ConfigError> {
        let at = |key: &str| format!("{section}.{key}");
        let times = Duration::from_secs(1)..=Duration::from_secs(30 * 24 * 3600);
        let lifetime = self.time(&at("lifetime"), lifetime, general.lifetime, times)?;
        let approvers = match approvers {
            None if !general.approvers.is_empty() => general.approvers.clone(),
            approvers => self.list(&at("approvers"), approvers),
        };
        let quorum = self.number(&at("quorum"), quorum, general.quorum, 1..=100)?;
        if approvers.contains(&String::new()) {
            return Err(self.wrong(&at("approvers"), "names nobody in one place"));
        }
        let different: BTreeSet<_> = approvers.iter().map(|who| people.called(who)).collect();
        if !approvers.is_empty() && different.len() < quorum as usize {
            let what = format!("is {quorum}, but there are {} approvers", different.len());
            return Err(self.wrong(&at("quorum"), &what));
        }
        Ok(Terms {
            approvers,
            quorum,
            lifetime,
        })
    }

    /// The approvals file, or `"off"`: questions then end with the process. Without a
    /// word it lies beside the audit log.
    fn approvals_store(&mut self, file: Option<PathBuf>, log: &Path) -> Option<PathBuf> {
        const KEY: &str = "approvals.store";
        let (path, origin) = match (&self.environment.approvals, file) {
            (Some(path), _) => (path.clone(), Origin::Environment("COLDNOTCH_APPROVALS")),
            (None, Some(path)) => (path, self.file_origin()),
            (None, None) => (
                log.with_file_name("coldnotch_approvals.db"),
                Origin::Default,
            ),
        };
        if path == Path::new("off") {
            self.note(KEY, "\"off\"".to_owned(), origin);
            return None;
        }
        let path = match origin {
            Origin::File(_) => self.beside_file(&path),
            _ => path,
        };
        self.note(KEY, quoted(&path), origin);
        Some(path)
    }
}
