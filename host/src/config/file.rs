//! `coldnotch.toml` as it is written: every key optional, nothing checked but
//! its kind. [`super::Config`] is what follows from it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::{packs, quarantine, server, slack, webhook};

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct File {
    pub(super) policy: Policy,
    pub(super) plugin: Option<Vec<Plugin>>,
    pub(super) audit: Audit,
    pub(super) session: Session,
    pub(super) approvals: Approvals,
    pub(super) runtime: Runtime,
    pub(super) recorder: Recorder,
    pub(super) quarantine: quarantine::Section,
    pub(super) packs: packs::Section,
    pub(super) server: server::Section,
    pub(super) slack: Option<slack::Section>,
    pub(super) webhook: Option<Vec<webhook::Section>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Policy {
    pub(super) block_types: Option<Vec<String>>,
    pub(super) hold_types: Option<Vec<String>>,
    pub(super) hold_if_risk_over: Option<f64>,
    pub(super) on_plugin_failure: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Plugin {
    pub(super) name: Option<String>,
    pub(super) source: Option<String>,
    pub(super) mode: Option<String>,
    pub(super) share: Option<f64>,
    pub(super) settings: Option<toml::Table>,
    pub(super) limits: Limits,
    pub(super) grants: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Limits {
    pub(super) memory: Option<Text>,
    pub(super) table: Option<u32>,
    pub(super) stack: Option<Text>,
    pub(super) time: Option<Text>,
    pub(super) fuel: Option<u64>,
    pub(super) host_calls: Option<u32>,
    pub(super) output: Option<Text>,
    pub(super) notes: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Audit {
    pub(super) path: Option<PathBuf>,
    pub(super) durability: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Session {
    pub(super) max_sessions: Option<u32>,
    pub(super) max_steps: Option<u32>,
    pub(super) max_memory: Option<Text>,
    pub(super) max_bytes: Option<Text>,
    pub(super) max_output: Option<Text>,
    pub(super) state: Option<PathBuf>,
    pub(super) wait: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Approvals {
    pub(super) lifetime: Option<Text>,
    pub(super) max_waiting: Option<u32>,
    pub(super) store: Option<PathBuf>,
    pub(super) approvers: Option<Vec<String>>,
    pub(super) quorum: Option<u32>,
    pub(super) on_timeout: Option<String>,
    pub(super) people: BTreeMap<String, Vec<String>>,
    pub(super) rule: Vec<ApprovalRule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ApprovalRule {
    pub(super) types: Option<Vec<String>>,
    pub(super) reasons: Option<Vec<String>>,
    pub(super) amount_over: Option<f64>,
    pub(super) approvers: Option<Vec<String>>,
    pub(super) quorum: Option<u32>,
    pub(super) lifetime: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Runtime {
    pub(super) instances: Option<u32>,
    pub(super) queue: Option<u32>,
    pub(super) max_memory: Option<Text>,
    pub(super) keep_resident: Option<Text>,
    pub(super) pagemap_scan: Option<String>,
    pub(super) allocation: Option<String>,
    pub(super) cache: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Recorder {
    pub(super) path: Option<PathBuf>,
    pub(super) redact: Option<Vec<String>>,
}

/// A size (`"16MiB"`) or a time (`"50ms"`); a bare number is bytes or
/// milliseconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    Number(u64),
    Words(String),
}

/// Every key there is, by section, for "did you mean". A test holds it against
/// the structs above.
pub(super) const KEYS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "policy",
            "plugin",
            "audit",
            "session",
            "approvals",
            "runtime",
            "recorder",
            "quarantine",
            "packs",
            "server",
            "slack",
            "webhook",
        ],
    ),
    (
        "policy",
        &[
            "block_types",
            "hold_types",
            "hold_if_risk_over",
            "on_plugin_failure",
        ],
    ),
    (
        "plugin",
        &[
            "name", "source", "mode", "share", "settings", "limits", "grants",
        ],
    ),
    (
        "plugin.limits",
        &[
            "memory",
            "table",
            "stack",
            "time",
            "fuel",
            "host_calls",
            "output",
            "notes",
        ],
    ),
    ("audit", &["path", "durability"]),
    (
        "session",
        &[
            "max_sessions",
            "max_steps",
            "max_memory",
            "max_bytes",
            "max_output",
            "state",
            "wait",
        ],
    ),
    (
        "approvals",
        &[
            "lifetime",
            "max_waiting",
            "store",
            "approvers",
            "quorum",
            "on_timeout",
            "people",
            "rule",
        ],
    ),
    (
        "approvals.rule",
        &[
            "types",
            "reasons",
            "amount_over",
            "approvers",
            "quorum",
            "lifetime",
        ],
    ),
    (
        "runtime",
        &[
            "instances",
            "queue",
            "max_memory",
            "keep_resident",
            "pagemap_scan",
            "allocation",
            "cache",
        ],
    ),
    ("recorder", &["path", "redact"]),
    ("quarantine", quarantine::KEYS),
    ("packs", packs::KEYS),
    ("server", server::KEYS),
    ("slack", slack::KEYS),
    ("webhook", webhook::KEYS),
];

/// Reads the text; also the keys nobody knows.
pub(super) fn parse(text: &str) -> Result<(File, Vec<String>), toml::de::Error> {
    let mut unknown = Vec::new();
    let file = serde_ignored::deserialize(toml::Deserializer::parse(text)?, |path| {
        unknown.push(path.to_string().replace("?.", ""))
    })?;
    Ok((file, unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_keys_is_that_of_the_structs() {
        for &(section, keys) in KEYS {
            for key in keys.iter().filter(|_| !section.is_empty()) {
                // A wrong kind of value is an error only where the key is known.
                let (head, open) = match section {
                    "plugin" | "webhook" | "approvals.rule" => (format!("[[{section}]]"), ""),
                    "plugin.limits" => ("[[plugin]]".to_owned(), "limits."),
                    _ => (format!("[{section}]"), ""),
                };
                let text = format!("{head}\n{open}{key} = [[2020-01-01]]\n");
                assert!(parse(&text).is_err(), "{section}.{key} is not a key");
            }
        }
    }

    #[test]
    fn unknown_keys_come_with_their_path() {
        let text =
            "[policy]\nblok_types = []\n[[plugin]]\nname = 'a'\nlimits = { feul = 1 }\n[extra]\n";
        assert_eq!(
            parse(text).unwrap().1,
            ["extra", "plugin.0.limits.feul", "policy.blok_types"]
        );
    }
}
