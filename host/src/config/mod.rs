//! The configuration: found, read, checked once.
//!
//! `coldnotch.toml` and the environment become one [`Config`]; nothing later
//! re-checks it, and nothing else reads the environment. [`Config::settings`]
//! says of each value where it came from.

mod approvals;
pub mod edit;
mod environment;
mod file;
mod packs;
mod quarantine;
mod reader;
mod sections;
mod server;
mod slack;
mod webhook;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::approvals::ApprovalsConfig;
use crate::audit::Durability;
use crate::plugins::lock::{Lock, LockError};
use crate::plugins::signature::beside;
use crate::plugins::trust::{Trust, TrustError};
use crate::policy::{Policy, Source};
use crate::runtime::EngineConfig;
use crate::session::SessionConfig;
use crate::slack::SlackConfig;
use crate::webhooks::WebhookConfig;
use crate::wire::nearest;
use environment::Environment;
pub use environment::{cargo_home, rustc};
use reader::Reader;

pub use packs::{PacksConfig, Signed};
pub use quarantine::QuarantineConfig;
pub use server::{ServerConfig, Tls};

/// The file's name where it is looked for.
const NAME: &str = "coldnotch.toml";

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It has nothing in it: half written, or emptied by mistake.
    #[error("{} is empty; remove it to run on the defaults", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// It is not TOML, or a value has the wrong kind.
    #[error("{}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The parser's words, with the place.
        message: String,
    },
    /// Keys nobody knows.
    #[error("{}: {}", path.display(), .keys.join("; "))]
    UnknownKeys {
        /// The file.
        path: PathBuf,
        /// A sentence a key.
        keys: Vec<String>,
    },
    /// A value that cannot be.
    #[error("{origin}: `{key}` {what}")]
    Value {
        /// Where it was set.
        origin: Origin,
        /// The key.
        key: String,
        /// What is wrong and what would be right.
        what: String,
    },
    /// What plugins were accepted as cannot be known.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Who is trusted cannot be known.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The file.
    File(PathBuf),
    /// An environment variable.
    Environment(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path) => write!(f, "{}", path.display()),
            Origin::Environment(name) => write!(f, "environment {name}"),
        }
    }
}

/// One value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its key, such as `policy.hold_if_risk_over`.
    pub key: String,
    /// Its value as it would stand in the file.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// Everything, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file it came from.
    pub file: Option<PathBuf>,
    /// Where a file would be found if there were one.
    pub absent: Vec<PathBuf>,
    /// The policy.
    pub policy: Policy,
    /// Where packs come from, and who vouches for them.
    pub packs: PacksConfig,
    /// The engine.
    pub engine: EngineConfig,
    /// Sessions; `state` says where one-shot commands keep them.
    pub session: SessionConfig,
    /// The audit log's path.
    pub audit_path: PathBuf,
    /// How durable a record must be before the answer leaves.
    pub durability: Durability,
    /// Approvals; `store` says where they are kept.
    pub approvals: ApprovalsConfig,
    /// The recorder's folder and what it leaves out; `None` when off.
    pub recorder: Option<(PathBuf, Vec<String>)>,
    /// When a plugin has failed too often.
    pub quarantine: QuarantineConfig,
    /// The server's own settings.
    pub server: ServerConfig,
    /// Slack, if anything is said of it.
    pub slack: Option<SlackConfig>,
    /// Those who are told by webhooks, or answer by them.
    pub webhooks: Vec<WebhookConfig>,
    /// Every value with its origin, in the order of the file's sections.
    pub settings: Vec<Setting>,
}

impl Config {
    /// Finds and reads the configuration: the given file, `COLDNOTCH_CONFIG`,
    /// `./coldnotch.toml`, the XDG configuration folder, `/etc/coldnotch`, else
    /// the defaults.
    ///
    /// # Errors
    /// A file that was named cannot be read, or a file that was found is wrong.
    pub fn load(given: Option<&Path>) -> Result<Self, ConfigError> {
        let environment = Environment::read();
        let mut config = match environment.find(given)? {
            Some(path) => {
                let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Read {
                    path: path.clone(),
                    source,
                })?;
                if text.trim().is_empty() {
                    return Err(ConfigError::Empty { path });
                }
                Self::parse(&text, Some(&path), &environment)?
            }
            None => Config {
                absent: environment.usual(),
                ..Self::parse("", None, &environment)?
            },
        };
        let (lock, trust) = (
            Lock::read(&config.packs.lock)?,
            Trust::read(&config.packs.trust)?,
        );
        config.admit(&lock, &trust);
        Ok(config)
    }

    /// Reads a configuration from its text, without the environment and other files:
    /// nothing is locked, and nobody is trusted. Relative paths in it count from the
    /// folder of `path`.
    ///
    /// # Errors
    /// As [`load`](Config::load).
    pub fn from_text(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let mut config = Self::parse(text, Some(path), &Environment::default())?;
        config.admit(&Lock::default(), &Trust::default());
        Ok(config)
    }

    fn parse(
        text: &str,
        path: Option<&Path>,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let shown = path.unwrap_or(Path::new(NAME)).to_owned();
        let (file, unknown) = file::parse(text).map_err(|e| ConfigError::Syntax {
            path: shown.clone(),
            message: e.to_string().trim_end().to_owned(),
        })?;
        if !unknown.is_empty() {
            let keys = unknown.iter().map(|key| unknown_key(key)).collect();
            return Err(ConfigError::UnknownKeys { path: shown, keys });
        }
        Reader {
            path,
            environment,
            settings: Vec::new(),
        }
        .config(file)
    }

    /// Whether the two differ in nothing but the policy (and where it stands).
    pub fn is_but_for_policy(&self, other: &Config) -> bool {
        let Config {
            file,
            absent,
            policy,
            packs,
            settings,
            ..
        } = other.clone();
        Config {
            file,
            absent,
            policy,
            packs,
            settings,
            ..self.clone()
        } == *other
    }

    /// The files whose change makes a new policy: the configuration, or the places
    /// where one would be found, every plugin that is a file, the lock, who is trusted,
    /// and what says which are in quarantine.
    pub fn watched(&self) -> Vec<PathBuf> {
        let plugins = self
            .policy
            .plugins
            .iter()
            .filter_map(|plugin| match &plugin.source {
                Source::Path(path) => Some([path.clone(), beside(path)]),
                Source::Builtin(_) | Source::Oci(_) => None,
            })
            .flatten();
        self.file
            .iter()
            .chain(&self.absent)
            .chain([&self.quarantine.file, &self.packs.lock, &self.packs.trust])
            .cloned()
            .chain(plugins)
            .collect()
    }
}

fn unknown_key(path: &str) -> String {
    // `plugin.0.limits.feul`: the number is the place in the list.
    let names: Vec<&str> = path
        .split('.')
        .filter(|part| part.parse::<usize>().is_err())
        .collect();
    let (key, section) = names
        .split_last()
        .map_or(("", String::new()), |(key, rest)| (*key, rest.join(".")));
    let known = file::KEYS
        .iter()
        .find(|(name, _)| *name == section)
        .map_or(&[][..], |(_, keys)| keys);
    match nearest(key, known) {
        Some(near) => format!("unknown key `{path}`, did you mean `{near}`?"),
        None if known.is_empty() => format!("unknown key `{path}`"),
        None => format!("unknown key `{path}`; known here: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Grant, Mode};
    use crate::verdict::Verdict;

    fn config(text: &str) -> Result<Config, ConfigError> {
        Config::from_text(text, Path::new("/etc/c/coldnotch.toml"))
    }

    fn refused(text: &str) -> String {
        config(text).unwrap_err().to_string()
    }

    #[test]
    fn nothing_at_all_is_the_embedded_default() {
        let config = config("").unwrap();
        assert_eq!(config.policy, Policy::default());
        assert_eq!(config.durability, Durability::Sync);
        assert!(
            config
                .settings
                .iter()
                .all(|setting| setting.origin == Origin::Default)
        );
    }

    #[test]
    fn the_example_of_the_design_is_read() {
        let text = r#"
            [policy]
            block_types = ["exec_shell"]
            hold_types = []
            hold_if_risk_over = 0.5
            on_plugin_failure = "block"
            [[plugin]]
            name = "consequence"
            source = "packs/consequence.wasm"
            mode = "shadow"
            settings = { own_domains = ["example.com"] }
            limits = { memory = "16MiB", time = "50ms", fuel = 50_000_000 }
            grants = ["history"]
        "#;
        let policy = config(text).unwrap().policy;
        assert_eq!(policy.rules.block_types, ["exec_shell"]);
        assert_eq!(policy.rules.on_plugin_failure, Verdict::Block);
        let plugin = &policy.plugins[0];
        assert_eq!(
            plugin.source,
            Source::Path("/etc/c/packs/consequence.wasm".into())
        );
        assert_eq!(
            (plugin.mode, plugin.limits.memory),
            (Mode::Shadow, 16 << 20)
        );
        assert_eq!(plugin.settings.text(), r#"{"own_domains":["example.com"]}"#);
        assert_eq!(plugin.grants, [Grant::History]);
    }

    #[test]
    fn mistakes_are_named_with_what_would_be_right() {
        let file = "/etc/c/coldnotch.toml: ";
        let cases = [
            (
                "[policy]\nblok_types = []",
                "unknown key `policy.blok_types`, did you mean `block_types`?",
            ),
            ("[polcy]", "unknown key `polcy`, did you mean `policy`?"),
            (
                "[policy]\nhold_if_risk_over = 1.5",
                "`policy.hold_if_risk_over` must be a number from 0 to 1",
            ),
            (
                "[policy]\nhold_if_risk_over = nan",
                "`policy.hold_if_risk_over` must be a number from 0 to 1",
            ),
            (
                "[policy]\non_plugin_failure = \"allow\"",
                "`policy.on_plugin_failure` must be \"hold\" or \"block\", not \"allow\"",
            ),
            (
                "[[plugin]]\nsource = \"a.wasm\"",
                "`plugin.0.name` is missing",
            ),
            ("[[plugin]]\nname = \"a\"", "`plugin.0.source` is missing"),
            (
                "[[plugin]]\nname='a'\nsource='b'\ngrants=['net']",
                "`plugin.0.grants` has no 'net'; there are: history",
            ),
            (
                "[[plugin]]\nname='a'\nsource='b'\nlimits={memory='big'}",
                "`plugin.0.limits.memory` must be a size such as \"16MiB\" or a number of bytes",
            ),
            (
                "[[plugin]]\nname='a'\nsource='b'\nlimits={stack='2MiB'}",
                "`plugin.0.limits.stack` must be from 64KiB to 1MiB",
            ),
            (
                "[[plugin]]\nname='a'\nsource='b'\nlimits={time='0s'}",
                "`plugin.0.limits.time` must be from 1ms to 60s",
            ),
            (
                "[[plugin]]\nname='a'\nsource='b'\n[[plugin]]\nname='a'\nsource='c'",
                "`plugin.1.name` 'a' is used twice; each plugin needs its own",
            ),
            (
                "[session]\nwait = '2h'",
                "`session.wait` must be from 1ms to 60s",
            ),
            (
                "[approvals]\nquorum = 2\napprovers = ['ana', 'ana']",
                "`approvals.quorum` is 2, but there are 1 approvers",
            ),
            (
                "[[approvals.rule]]\ntypos = ['pay']",
                "unknown key `approvals.rule.0.typos`, did you mean `types`?",
            ),
            (
                "[approvals.people]\nana = ['key:a']\nbo = ['key:b', 'key:a']",
                "`approvals.people.bo` has 'key:a', and so has somebody else",
            ),
            (
                "[approvals]\nquorum = 2\napprovers = ['key:a', 'ana']\npeople.ana = ['key:a']",
                "`approvals.quorum` is 2, but there are 1 approvers",
            ),
            (
                "[[approvals.rule]]\nquorum = 2",
                "`approvals.rule.0` is about no action; give it `types`, `reasons` or `amount_over`",
            ),
            (
                "[[approvals.rule]]\ntypes = ['pay']",
                "`approvals.rule.0` changes nothing; give it `approvers`, `quorum` or `lifetime`",
            ),
            (
                "[[approvals.rule]]\ntypes = []\nquorum = 2",
                "`approvals.rule.0.types` names nothing",
            ),
            (
                "[[approvals.rule]]\namount_over = -1\nquorum = 2",
                "`approvals.rule.0.amount_over` must be a number from 0",
            ),
            (
                "[[approvals.rule]]\namount_over = nan\nquorum = 2",
                "`approvals.rule.0.amount_over` must be a number from 0",
            ),
            (
                "[[approvals.rule]]\namount_over = 1\nquorum = 0",
                "`approvals.rule.0.quorum` must be from 1 to 100",
            ),
            (
                "[[approvals.rule]]\namount_over = 1\napprovers = ['ana', '']",
                "`approvals.rule.0.approvers` names nobody in one place",
            ),
            (
                "[approvals]\napprovers = ['ana']\n[[approvals.rule]]\namount_over = 1\nquorum = 2",
                "`approvals.rule.0.quorum` is 2, but there are 1 approvers",
            ),
            (
                "[recorder]\nredact = ['card.number']",
                "`recorder.redact` has 'card.number'; each must begin with `payload.`, such as \"payload.card.number\"",
            ),
            (
                "[[plugin]]\nname='a'\nsource='https://x/y'",
                "`plugin.0.source` cannot be fetched by https; give a file, builtin:NAME or oci://REGISTRY/NAME:TAG",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(refused(text), format!("{file}{message}"), "{text}");
        }
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let message = refused("[policy]\nblock_types = [\n");
        assert!(
            message.contains("line 2") || message.contains("line 3"),
            "{message}"
        );
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let environment = Environment {
            audit: Some("/log".into()),
            ..Environment::default()
        };
        let path = Path::new("coldnotch.toml");
        let config = Config::parse(
            "[audit]\npath = 'b'\ndurability = 'record'",
            Some(path),
            &environment,
        )
        .unwrap();
        assert_eq!(config.audit_path, Path::new("/log"));
        let origin = |key: &str| {
            config
                .settings
                .iter()
                .find(|s| s.key == key)
                .unwrap()
                .origin
                .to_string()
        };
        assert_eq!(origin("audit.path"), "environment COLDNOTCH_AUDIT");
        assert_eq!(origin("audit.durability"), "coldnotch.toml");
        assert_eq!(origin("session.state"), "default");
    }
}
