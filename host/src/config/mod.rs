//! The configuration: found, read, checked once.
//!
//! `coldnotch.toml` and the environment become one [`Config`]; nothing later
//! re-checks it, and nothing else reads the environment. [`Config::settings`]
//! says of each value where it came from.

mod file;

use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::audit::Durability;
use crate::history;
use crate::json::Object;
use crate::policy::{Grant, Limits, Mode, PluginSpec, Policy, Source};
use crate::runtime::{Allocation, EngineConfig};
use crate::session::SessionConfig;
use crate::verdict::Verdict;
use crate::wire::nearest;
use file::{File, Text};

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
    /// The policy.
    pub policy: Policy,
    /// The engine.
    pub engine: EngineConfig,
    /// Sessions; `state` says where one-shot commands keep them.
    pub session: SessionConfig,
    /// The audit log's path.
    pub audit_path: PathBuf,
    /// How durable a record must be before the answer leaves.
    pub durability: Durability,
    /// How long an approval waits.
    pub approval_lifetime: Duration,
    /// How many approvals may wait.
    pub max_approvals: usize,
    /// The recorder's folder and what it leaves out; `None` when off.
    pub recorder: Option<(PathBuf, Vec<String>)>,
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
        match environment.find(given) {
            Some(path) => {
                let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Read {
                    path: path.clone(),
                    source,
                })?;
                Self::parse(&text, Some(&path), &environment)
            }
            None => Self::parse("", None, &environment),
        }
    }

    /// Reads a configuration from its text, without the environment. Relative
    /// paths in it count from the folder of `path`.
    ///
    /// # Errors
    /// As [`load`](Config::load).
    pub fn from_text(text: &str, path: &Path) -> Result<Self, ConfigError> {
        Self::parse(text, Some(path), &Environment::default())
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

    /// The files whose change makes a new policy: the configuration and every
    /// plugin that is a file.
    pub fn watched(&self) -> Vec<PathBuf> {
        let plugins = self
            .policy
            .plugins
            .iter()
            .filter_map(|plugin| match &plugin.source {
                Source::Path(path) => Some(path.clone()),
                Source::Builtin(_) => None,
            });
        self.file.iter().cloned().chain(plugins).collect()
    }
}

/// What the environment says. Read once.
#[derive(Debug, Default)]
struct Environment {
    config: Option<PathBuf>,
    audit: Option<PathBuf>,
    config_home: Option<PathBuf>,
    cache_home: Option<PathBuf>,
}

impl Environment {
    fn read() -> Self {
        let path = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let home = path("HOME");
        let under = |folder: &str| home.as_ref().map(|home| home.join(folder));
        Environment {
            config: path("COLDNOTCH_CONFIG"),
            audit: path("COLDNOTCH_AUDIT"),
            config_home: path("XDG_CONFIG_HOME").or_else(|| under(".config")),
            cache_home: path("XDG_CACHE_HOME").or_else(|| under(".cache")),
        }
    }

    fn find(&self, given: Option<&Path>) -> Option<PathBuf> {
        let named = given.map(Path::to_owned).or_else(|| self.config.clone());
        let usual = || {
            let personal = self
                .config_home
                .as_ref()
                .map(|folder| folder.join("coldnotch").join(NAME));
            [
                Some(PathBuf::from(NAME)),
                personal,
                Some(Path::new("/etc/coldnotch").join(NAME)),
            ]
            .into_iter()
            .flatten()
            .find(|path| path.is_file())
        };
        named.or_else(usual)
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

/// Turns what the file says into what holds, and remembers where it came from.
struct Reader<'a> {
    path: Option<&'a Path>,
    environment: &'a Environment,
    settings: Vec<Setting>,
}

impl Reader<'_> {
    fn config(mut self, file: File) -> Result<Config, ConfigError> {
        let policy = self.policy(file.policy, file.plugin)?;
        let audit_path = match &self.environment.audit {
            Some(path) => {
                let path = path.clone();
                self.note(
                    "audit.path",
                    quoted(&path),
                    Origin::Environment("COLDNOTCH_AUDIT"),
                );
                path
            }
            None => self.path("audit.path", file.audit.path, "coldnotch_audit.jsonl"),
        };
        let durabilities = [("sync", Durability::Sync), ("record", Durability::Record)];
        let durability = self.word("audit.durability", file.audit.durability, &durabilities)?;
        let session = self.session(file.session)?;
        let approval_lifetime = self.time(
            "approvals.lifetime",
            file.approvals.lifetime,
            Duration::from_secs(900),
        )?;
        let max_approvals = self.number(
            "approvals.max_waiting",
            file.approvals.max_waiting,
            1000,
            1..=1_000_000,
        )?;
        let engine = self.engine(file.runtime, session.patience)?;
        let recorder = self.recorder(file.recorder);
        Ok(Config {
            file: self.path.map(Path::to_owned),
            policy,
            engine,
            session,
            audit_path,
            durability,
            approval_lifetime,
            max_approvals: max_approvals as usize,
            recorder,
            settings: self.settings,
        })
    }

    fn policy(
        &mut self,
        file: file::Policy,
        plugins: Option<Vec<file::Plugin>>,
    ) -> Result<Policy, ConfigError> {
        let mut policy = Policy::default();
        let rules = &mut policy.rules;
        rules.block_types = self.list("policy.block_types", file.block_types);
        rules.hold_types = self.list("policy.hold_types", file.hold_types);
        let over = file.hold_if_risk_over;
        rules.hold_if_risk_over =
            self.value("policy.hold_if_risk_over", over, rules.hold_if_risk_over);
        if !(0.0..=1.0).contains(&rules.hold_if_risk_over) {
            return Err(self.wrong("policy.hold_if_risk_over", "must be a number from 0 to 1"));
        }
        let failures = [("hold", Verdict::Hold), ("block", Verdict::Block)];
        rules.on_plugin_failure = self.word(
            "policy.on_plugin_failure",
            file.on_plugin_failure,
            &failures,
        )?;
        match plugins {
            None => {
                let named: Vec<String> = policy
                    .plugins
                    .iter()
                    .map(|plugin| format!("{}", plugin.source))
                    .collect();
                self.note("plugin", format!("{named:?}"), Origin::Default);
            }
            Some(list) => {
                policy.plugins = Vec::new();
                for (place, plugin) in list.into_iter().enumerate() {
                    let spec = self.plugin(place, plugin)?;
                    if policy.plugins.iter().any(|other| other.name == spec.name) {
                        let what =
                            format!("'{}' is used twice; each plugin needs its own", spec.name);
                        return Err(self.wrong(&format!("plugin.{place}.name"), &what));
                    }
                    policy.plugins.push(spec);
                }
            }
        }
        Ok(policy)
    }

    fn plugin(&mut self, place: usize, file: file::Plugin) -> Result<PluginSpec, ConfigError> {
        let at = |key: &str| format!("plugin.{place}.{key}");
        let name = file
            .name
            .filter(|name| !name.is_empty())
            .ok_or_else(|| self.wrong(&at("name"), "is missing"))?;
        let source = file
            .source
            .ok_or_else(|| self.wrong(&at("source"), "is missing"))?;
        let spec = PluginSpec::new(name, self.source(&at("source"), &source)?);
        self.note(&at("name"), format!("{:?}", spec.name), self.file_origin());
        self.note(&at("source"), format!("{source:?}"), self.file_origin());
        let mode = self.word(
            &at("mode"),
            file.mode,
            &[("enforce", Mode::Enforce), ("shadow", Mode::Shadow)],
        )?;
        let settings = match file.settings {
            None => Object::default(),
            Some(table) => self.settings(&at("settings"), table)?,
        };
        let limits = self.limits(place, file.limits)?;
        let mut grants = Vec::new();
        for name in self.list(&at("grants"), file.grants) {
            let known: Vec<&str> = Grant::ALL.iter().map(|(name, _)| *name).collect();
            let unknown = || {
                self.wrong(
                    &at("grants"),
                    &format!("has no '{name}'; there are: {}", known.join(", ")),
                )
            };
            grants.push(Grant::named(&name).ok_or_else(unknown)?);
        }
        Ok(PluginSpec {
            mode,
            settings,
            limits,
            grants,
            ..spec
        })
    }

    fn source(&self, key: &str, source: &str) -> Result<Source, ConfigError> {
        if let Some(name) = source.strip_prefix("builtin:") {
            return Ok(Source::Builtin(name.to_owned()));
        }
        if let Some((scheme, _)) = source.split_once("://") {
            return Err(self.wrong(
                key,
                &format!("cannot be fetched by {scheme}; give a file or builtin:NAME"),
            ));
        }
        Ok(Source::Path(self.beside_file(Path::new(source))))
    }

    fn settings(&mut self, key: &str, table: toml::Table) -> Result<Object, ConfigError> {
        let value = serde_json::to_value(&table).map_err(|e| self.wrong(key, &e.to_string()))?;
        let object = Object::parse(value.to_string().as_bytes())
            .map_err(|e| self.wrong(key, &e.to_string()))?;
        self.note(key, object.text().to_owned(), self.file_origin());
        Ok(object)
    }

    fn limits(&mut self, place: usize, file: file::Limits) -> Result<Limits, ConfigError> {
        let default = Limits::default();
        let at = |key: &str| format!("plugin.{place}.limits.{key}");
        let memory = self.size(&at("memory"), file.memory, default.memory)?;
        if memory < 64 << 10 {
            return Err(self.wrong(
                &at("memory"),
                "must be at least 64KiB, one WebAssembly page",
            ));
        }
        let time = self.time(&at("time"), file.time, default.time)?;
        if !(Duration::from_millis(1)..=Duration::from_secs(60)).contains(&time) {
            return Err(self.wrong(&at("time"), "must be from 1ms to 60s"));
        }
        let fuel = self.value(&at("fuel"), file.fuel, default.fuel);
        if fuel == 0 {
            return Err(self.wrong(&at("fuel"), "must be over 0"));
        }
        Ok(Limits {
            memory,
            table: self.number(&at("table"), file.table, 10_000, 1..=1_000_000)? as usize,
            time,
            fuel,
            host_calls: self.value(&at("host_calls"), file.host_calls, default.host_calls),
            output: self.size(&at("output"), file.output, default.output)?,
            notes: self.size(&at("notes"), file.notes, default.notes)?,
        })
    }

    fn session(&mut self, file: file::Session) -> Result<SessionConfig, ConfigError> {
        let default = SessionConfig::default();
        let steps = self.number(
            "session.max_steps",
            file.max_steps,
            default.limits.steps as u32,
            1..=1_000_000,
        )?;
        let sessions = self.number(
            "session.max_sessions",
            file.max_sessions,
            1024,
            1..=10_000_000,
        )?;
        Ok(SessionConfig {
            sessions: NonZeroUsize::new(sessions as usize).unwrap_or(default.sessions),
            limits: history::Limits {
                steps: steps as usize,
                bytes: self.size("session.max_bytes", file.max_bytes, default.limits.bytes)?,
                output: self.size("session.max_output", file.max_output, default.limits.output)?,
            },
            state: self.state(file.state),
            patience: self.time("session.wait", file.wait, default.patience)?,
        })
    }

    fn engine(
        &mut self,
        file: file::Runtime,
        patience: Duration,
    ) -> Result<EngineConfig, ConfigError> {
        let default = EngineConfig::default();
        let allocations = [
            ("auto", Allocation::Auto),
            ("pool", Allocation::Pool),
            ("on-demand", Allocation::OnDemand),
        ];
        let cache = self.cache(file.cache);
        Ok(EngineConfig {
            instances: self.number(
                "runtime.instances",
                file.instances,
                default.instances,
                1..=10_000,
            )?,
            queue: self.number(
                "runtime.queue",
                file.queue,
                default.queue as u32,
                0..=1_000_000,
            )? as usize,
            patience,
            max_memory: self.size("runtime.max_memory", file.max_memory, default.max_memory)?,
            stack: self.size("runtime.stack", file.stack, default.stack)?,
            keep_resident: self.size(
                "runtime.keep_resident",
                file.keep_resident,
                default.keep_resident,
            )?,
            allocation: self.word("runtime.allocation", file.allocation, &allocations)?,
            cache,
        })
    }

    /// The state file, or `"off"`: sessions then end with the process, and those
    /// that fall out of memory are forgotten.
    fn state(&mut self, file: Option<PathBuf>) -> Option<PathBuf> {
        const KEY: &str = "session.state";
        if file.as_deref() == Some(Path::new("off")) {
            self.note(KEY, "\"off\"".to_owned(), self.file_origin());
            return None;
        }
        Some(self.path(KEY, file, "coldnotch_state.db"))
    }

    /// The compile cache: a folder, `"off"`, or the user's cache folder.
    fn cache(&mut self, file: Option<PathBuf>) -> Option<PathBuf> {
        const KEY: &str = "runtime.cache";
        match file {
            Some(path) if path == Path::new("off") => {
                self.note(KEY, "\"off\"".to_owned(), self.file_origin());
                None
            }
            Some(path) => Some(self.path(KEY, Some(path), "")),
            None => {
                let folder = self
                    .environment
                    .cache_home
                    .as_ref()
                    .map(|folder| folder.join("coldnotch"));
                let shown = folder
                    .as_deref()
                    .map_or_else(|| "\"off\"".to_owned(), quoted);
                self.note(KEY, shown, Origin::Default);
                folder
            }
        }
    }

    fn recorder(&mut self, file: file::Recorder) -> Option<(PathBuf, Vec<String>)> {
        let redact = self.list("recorder.redact", file.redact);
        match file.path {
            Some(path) => Some((self.path("recorder.path", Some(path), ""), redact)),
            None => {
                self.note("recorder.path", "off".to_owned(), Origin::Default);
                None
            }
        }
    }

    // Single values, each noted with its origin.

    fn note(&mut self, key: &str, value: String, origin: Origin) {
        self.settings.push(Setting {
            key: key.to_owned(),
            value,
            origin,
        });
    }

    fn file_origin(&self) -> Origin {
        Origin::File(self.path.unwrap_or(Path::new(NAME)).to_owned())
    }

    fn wrong(&self, key: &str, what: &str) -> ConfigError {
        ConfigError::Value {
            origin: self.file_origin(),
            key: key.to_owned(),
            what: what.to_owned(),
        }
    }

    /// Relative paths in a file count from its folder.
    fn beside_file(&self, path: &Path) -> PathBuf {
        self.path
            .and_then(Path::parent)
            .map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }

    fn value<T: fmt::Debug + Copy>(&mut self, key: &str, file: Option<T>, default: T) -> T {
        let origin = if file.is_some() {
            self.file_origin()
        } else {
            Origin::Default
        };
        let value = file.unwrap_or(default);
        self.note(key, format!("{value:?}"), origin);
        value
    }

    fn list(&mut self, key: &str, file: Option<Vec<String>>) -> Vec<String> {
        let origin = if file.is_some() {
            self.file_origin()
        } else {
            Origin::Default
        };
        let list = file.unwrap_or_default();
        self.note(key, format!("{list:?}"), origin);
        list
    }

    fn path(&mut self, key: &str, file: Option<PathBuf>, default: &str) -> PathBuf {
        let (path, origin) = match file {
            Some(path) => (self.beside_file(&path), self.file_origin()),
            None => (PathBuf::from(default), Origin::Default),
        };
        self.note(key, quoted(&path), origin);
        path
    }

    /// One of a few words; the first is the default.
    fn word<T: Copy>(
        &mut self,
        key: &str,
        file: Option<String>,
        words: &[(&'static str, T)],
    ) -> Result<T, ConfigError> {
        let origin = if file.is_some() {
            self.file_origin()
        } else {
            Origin::Default
        };
        let found = match &file {
            None => words.first(),
            Some(word) => words.iter().find(|(name, _)| name == word),
        };
        let Some((name, value)) = found else {
            let names: Vec<String> = words
                .iter()
                .map(|(name, _)| format!("\"{name}\""))
                .collect();
            let word = file.unwrap_or_default();
            return Err(self.wrong(
                key,
                &format!("must be {}, not \"{word}\"", names.join(" or ")),
            ));
        };
        self.note(key, format!("\"{name}\""), origin);
        Ok(*value)
    }

    fn number(
        &mut self,
        key: &str,
        file: Option<u32>,
        default: u32,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<u32, ConfigError> {
        let value = self.value(key, file, default);
        if !range.contains(&value) {
            return Err(self.wrong(
                key,
                &format!("must be from {} to {}", range.start(), range.end()),
            ));
        }
        Ok(value)
    }

    fn size(
        &mut self,
        key: &str,
        file: Option<Text>,
        default: usize,
    ) -> Result<usize, ConfigError> {
        let origin = if file.is_some() {
            self.file_origin()
        } else {
            Origin::Default
        };
        let bytes = match file {
            None => Some(default),
            Some(Text::Number(bytes)) => usize::try_from(bytes).ok(),
            Some(Text::Words(words)) => words
                .parse::<bytesize::ByteSize>()
                .ok()
                .and_then(|b| b.as_u64().try_into().ok()),
        };
        let bytes = bytes.ok_or_else(|| {
            self.wrong(key, "must be a size such as \"16MiB\" or a number of bytes")
        })?;
        self.note(
            key,
            format!(
                "\"{}\"",
                bytesize::ByteSize(bytes as u64)
                    .display()
                    .iec()
                    .to_string()
                    .replace(' ', "")
            ),
            origin,
        );
        Ok(bytes)
    }

    fn time(
        &mut self,
        key: &str,
        file: Option<Text>,
        default: Duration,
    ) -> Result<Duration, ConfigError> {
        let origin = if file.is_some() {
            self.file_origin()
        } else {
            Origin::Default
        };
        let time = match file {
            None => Some(default),
            Some(Text::Number(millis)) => Some(Duration::from_millis(millis)),
            Some(Text::Words(words)) => words
                .parse::<jiff::SignedDuration>()
                .ok()
                .and_then(|d| d.try_into().ok()),
        };
        let time =
            time.ok_or_else(|| self.wrong(key, "must be a time such as \"50ms\" or \"15m\""))?;
        self.note(key, format!("\"{time:?}\""), origin);
        Ok(time)
    }
}

fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

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
                "[[plugin]]\nname='a'\nsource='b'\nlimits={time='0s'}",
                "`plugin.0.limits.time` must be from 1ms to 60s",
            ),
            (
                "[[plugin]]\nname='a'\nsource='b'\n[[plugin]]\nname='a'\nsource='c'",
                "`plugin.1.name` 'a' is used twice; each plugin needs its own",
            ),
            (
                "[[plugin]]\nname='a'\nsource='oci://x/y'",
                "`plugin.0.source` cannot be fetched by oci; give a file or builtin:NAME",
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
