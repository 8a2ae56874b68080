//! What an operator may say, with defaults for one who says nothing.

use serde::Deserialize;

/// The operator's settings. An unknown one is an error at load.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Domains that are the operator's own: a message to them stays inside.
    /// Sub-domains count. Default: none, so every address is outside.
    pub own_domains: Vec<String>,
    /// Money above this amount is held even when the user plainly asked for it.
    /// The currency is not looked at. Default: none.
    pub amount_limit: Option<f64>,
    /// The same for what a session pays in all, currency by currency.
    pub session_limit: Option<f64>,
    /// Codes of rules that shall not be run, such as `promise-of-money`.
    pub disabled_rules: Vec<RuleCode>,
}

/// The code of a rule that exists: a setting that names another is a mistake.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct RuleCode(String);

impl TryFrom<String> for RuleCode {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        if crate::rules::ALL.iter().any(|rule| rule.code == code) {
            return Ok(RuleCode(code));
        }
        let known: Vec<&str> = crate::rules::ALL.iter().map(|rule| rule.code).collect();
        Err([
            "unknown rule `",
            &code,
            "`: the rules are ",
            &known.join(", "),
        ]
        .concat())
    }
}

#[allow(clippy::derivable_impls)] // the derived one would skip `prepare`
impl Default for Settings {
    fn default() -> Self {
        // The host keeps the instance as it is once its settings are read, so
        // what is built here is built once and not in every decision.
        crate::lexicon::prepare();
        crate::spans::signals::prepare();
        Settings {
            own_domains: Vec::new(),
            amount_limit: None,
            session_limit: None,
            disabled_rules: Vec::new(),
        }
    }
}

impl Settings {
    /// True when the operator switched the rule off.
    pub fn disables(&self, code: &str) -> bool {
        self.disabled_rules.iter().any(|c| c.0 == code)
    }

    /// True when `host` is one of the operator's own domains or below one.
    pub fn owns(&self, host: &str) -> bool {
        self.own_domains.iter().any(|own| {
            let own = own.trim_start_matches("*.").trim_start_matches('@');
            host.len() >= own.len()
                && host.is_char_boundary(host.len() - own.len())
                && host[host.len() - own.len()..].eq_ignore_ascii_case(own)
                && (host.len() == own.len() || host.as_bytes()[host.len() - own.len() - 1] == b'.')
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_domains_cover_their_sub_domains_only() {
        let settings = Settings {
            own_domains: vec!["acme.example".to_owned()],
            ..Settings::default()
        };
        assert!(settings.owns("acme.example"));
        assert!(settings.owns("Mail.ACME.example"));
        assert!(!settings.owns("notacme.example"));
        assert!(!settings.owns("acme.example.evil.example"));
    }

    #[test]
    fn a_mistake_in_the_settings_is_named() {
        let read = |text: &str| {
            coldnotch_plugin::json::from_str::<Settings>(text).map_err(|e| e.to_string())
        };
        assert!(read("{}").is_ok());
        assert!(read(r#"{"own_domain":[]}"#).is_err_and(|e| e.contains("own_domain")));
        assert!(read(r#"{"disabled_rules":["money-in"]}"#).is_err_and(|e| e.contains("money-out")));
    }
}
