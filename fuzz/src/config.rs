//! `coldnotch.toml`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use coldnotch::config::{Config, ConfigError, Origin};
use coldnotch::policy::PluginSpec;

pub fn run(data: &[u8]) {
    // What is not UTF-8 cannot be read as text at all.
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match read(text) {
        Ok(config) => {
            is_checked(&config);
            // A comment is no setting.
            let commented = read(&format!("{text}\n# the end\n")).unwrap();
            assert!(commented == config);
        }
        Err(e) => {
            let said = e.to_string();
            assert!(said.contains("coldnotch.toml"), "where? {said}");
        }
    }
}

fn read(text: &str) -> Result<Config, ConfigError> {
    Config::from_text(text, Path::new("/etc/coldnotch/coldnotch.toml"))
}

/// Nothing later checks these again.
fn is_checked(config: &Config) {
    let rules = &config.policy.rules;
    assert!((0.0..=1.0).contains(&rules.hold_if_risk_over));
    assert!(rules.on_plugin_failure > coldnotch::verdict::Verdict::Allow);
    let plugins = &config.policy.plugins;
    let names: BTreeSet<&str> = plugins.iter().map(|plugin| plugin.name.as_str()).collect();
    assert_eq!(names.len(), plugins.len());
    plugins.iter().for_each(is_bounded);
    assert!((1..=10_000).contains(&config.engine.instances));
    assert!(config.session.limits.steps > 0);
    assert!(config.approvals.most > 0 && config.approvals.lifetime >= Duration::from_secs(1));
    let mut keys = BTreeSet::new();
    for setting in &config.settings {
        assert!(keys.insert(&setting.key), "{} twice", setting.key);
        assert!(!matches!(setting.origin, Origin::Environment(_)));
    }
}

fn is_bounded(plugin: &PluginSpec) {
    assert!(!plugin.name.is_empty());
    let limits = &plugin.limits;
    assert!(limits.memory >= 64 << 10 && limits.fuel > 0 && limits.table > 0);
    assert!((Duration::from_millis(1)..=Duration::from_secs(60)).contains(&limits.time));
}
