//! What an operator may say, with defaults for one who says nothing.
//!
//! | setting | default | meaning |
//! | --- | --- | --- |
//! | `own_domains` | `[]` | a message to them, or to one below them, stays inside |
//! | `own_accounts` | `[]` | accounts, cards and wallets that are the house's own |
//! | `trusted_sources` | `[]` | hosts, addresses and path beginnings whose words count as the user's own sources |
//! | `trusted_tools` | `[]` | the same of types of action; `*` at the end stands for anything |
//! | `amount_limit` | none | money above it is held, whoever asked |
//! | `amount_limits` | `{}` | the same for a type of action |
//! | `session_limit` | none | the same for what a session pays in all, currency by currency |
//! | `sensitive_paths` | `[]` | beginnings of paths: to read there counts as reading a secret |
//! | `sensitive_patterns` | `[]` | held in what goes out; `#` stands for a digit |
//! | `test_environments` | `[]` | names and hosts where breaking things is allowed |
//! | `strictness` | `"normal"` | `"lenient"`: only sure causes hold; `"strict"`: what is hard to undo holds with no known request |
//! | `disabled_rules` | `[]` | codes of rules that are not run |

mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use coldnotch_plugin::json::Value;
use serde::Deserialize;

use crate::words::Words;

/// The operator's settings. A mistake in them is an error at load that names its
/// place.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Value")]
pub struct Settings {
    /// Domains that are the operator's own. Sub-domains count.
    pub own_domains: Vec<String>,
    /// Accounts that are the operator's own.
    pub own_accounts: Vec<String>,
    /// Hosts, addresses and path beginnings that may say what to do.
    pub trusted_sources: Vec<String>,
    /// Types of action whose outputs may.
    pub trusted_tools: Vec<String>,
    /// Money above this amount is held even when the user plainly asked for it.
    /// The currency is not looked at.
    pub amount_limit: Option<f64>,
    /// The same by type of action.
    pub amount_limits: BTreeMap<String, f64>,
    /// The same for what a session pays in all.
    pub session_limit: Option<f64>,
    /// Beginnings of paths where secrets are kept.
    pub sensitive_paths: Vec<String>,
    /// Texts that may not go out.
    pub sensitive_patterns: Vec<String>,
    /// Environments that are tests.
    pub test_environments: Vec<String>,
    /// How sure a cause must be.
    pub strictness: Strictness,
    /// Codes of rules that shall not be run, such as `promise-of-money`.
    pub disabled_rules: Vec<String>,
}

/// How sure a cause must be to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Only causes of a risk of at least [`SURE`] hold.
    Lenient,
    /// Every cause holds.
    Normal,
    /// What is hard to undo holds too when no request is known.
    Strict,
}

/// The risk from which a cause is sure.
pub const SURE: f64 = 0.8;

impl Default for Settings {
    fn default() -> Self {
        // The host keeps the instance as it is once its settings are read, so
        // what is built here is built once and not in every decision.
        crate::lexicon::prepare();
        crate::spans::signals::prepare();
        Settings {
            own_domains: Vec::new(),
            own_accounts: Vec::new(),
            trusted_sources: Vec::new(),
            trusted_tools: Vec::new(),
            amount_limit: None,
            amount_limits: BTreeMap::new(),
            session_limit: None,
            sensitive_paths: Vec::new(),
            sensitive_patterns: Vec::new(),
            test_environments: Vec::new(),
            strictness: Strictness::Normal,
            disabled_rules: Vec::new(),
        }
    }
}

impl Settings {
    /// True when the operator switched the rule off.
    pub fn disables(&self, code: &str) -> bool {
        self.disabled_rules.iter().any(|c| c == code)
    }

    /// True when `host` is one of the operator's own domains or below one.
    pub fn owns(&self, host: &str) -> bool {
        self.own_domains.iter().any(|own| is_at_or_below(host, own))
    }

    /// True when the account is one of the operator's own, however it is spaced.
    pub fn owns_account(&self, account: &str) -> bool {
        self.own_accounts
            .iter()
            .any(|own| same_letters(own, account))
    }

    /// True when the operator lets this type's outputs say what to do.
    pub fn trusts_tool(&self, kind: &Words) -> bool {
        self.trusted_tools.iter().any(|tool| is_type(kind, tool))
    }

    /// True when the operator lets this page, sender or file say what to do.
    pub fn trusts_source(&self, text: &str) -> bool {
        self.trusted_sources.iter().any(|source| {
            let host = crate::target::url_host(text).or_else(|| crate::target::address_host(text));
            text.eq_ignore_ascii_case(source)
                || host.is_some_and(|host| is_at_or_below(host, source))
                || source.contains('/') && below(text, source)
        })
    }

    /// The least of the operator's limits that a type of action has.
    pub fn limit_of(&self, kind: &Words) -> Option<f64> {
        let of_type = self
            .amount_limits
            .iter()
            .filter(|(name, _)| is_type(kind, name));
        of_type
            .map(|(_, limit)| *limit)
            .chain(self.amount_limit)
            .reduce(f64::min)
    }

    /// True when a path lies where the operator wants nobody.
    pub fn is_sensitive_path(&self, text: &str) -> bool {
        self.sensitive_paths.iter().any(|path| below(text, path))
    }

    /// The operator's pattern that stands in the text.
    pub fn sensitive_in(&self, text: &str) -> Option<&str> {
        if self.sensitive_patterns.is_empty() {
            return None;
        }
        let lower = text.to_lowercase();
        let patterns = self.sensitive_patterns.iter().map(String::as_str);
        patterns
            .into_iter()
            .find(|p| stands_in(&lower, &p.to_lowercase()))
    }

    /// True when it is the name or the host of a test environment.
    pub fn is_test(&self, text: &str) -> bool {
        let host = crate::target::url_host(text).unwrap_or(text);
        self.test_environments
            .iter()
            .any(|test| is_at_or_below(host, test))
    }
}

/// True for the domain itself and what lies below it.
fn is_at_or_below(host: &str, domain: &str) -> bool {
    let domain = domain.trim_start_matches("*.").trim_start_matches('@');
    host.len() >= domain.len()
        && host.is_char_boundary(host.len() - domain.len())
        && host[host.len() - domain.len()..].eq_ignore_ascii_case(domain)
        && (host.len() == domain.len() || host.as_bytes()[host.len() - domain.len() - 1] == b'.')
}

/// True for the path itself and what lies below it, also inside a command.
fn below(text: &str, path: &str) -> bool {
    let path = path.trim_end_matches(['*', '/']);
    !path.is_empty()
        && text.match_indices(path).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + path.len()..].chars().next();
            before.is_none_or(|c| !c.is_alphanumeric())
                && after.is_none_or(|c| !c.is_alphanumeric())
        })
}

/// True when the words of a type are those of the name; a `*` at its end stands
/// for any further ones.
fn is_type(kind: &Words, name: &str) -> bool {
    let wanted = Words::of(name.trim_end_matches('*'));
    let begins = wanted.iter().zip(kind.iter()).all(|(a, b)| a == b) && wanted.len() <= kind.len();
    begins && (name.ends_with('*') || wanted.len() == kind.len())
}

fn same_letters(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> Vec<char> {
        let kept = text.chars().filter(|c| c.is_alphanumeric());
        kept.map(|c| c.to_ascii_lowercase()).collect()
    };
    letters(a) == letters(b)
}

/// True when the pattern stands in the text as a word of its own.
fn stands_in(text: &str, pattern: &str) -> bool {
    let wanted: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let fits = |c: char, p: char| if p == '#' { c.is_ascii_digit() } else { c == p };
    text.windows(wanted.len().max(1))
        .enumerate()
        .any(|(at, window)| {
            let outside = |i: Option<usize>| {
                i.and_then(|i| text.get(i))
                    .is_none_or(|c| !c.is_alphanumeric())
            };
            window.len() == wanted.len()
                && window.iter().zip(&wanted).all(|(c, p)| fits(*c, *p))
                && outside(at.checked_sub(1))
                && outside(Some(at + window.len()))
        })
}
