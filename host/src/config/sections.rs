//! The file's sections, each made into what the program works with.

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::file::{self, File};
use super::reader::{Reader, quoted};
use super::{Config, ConfigError, Origin};
use crate::audit::Durability;
use crate::history;
use crate::json::Object;
use crate::plugins::registry::SCHEME;
use crate::policy::{Grant, Limits, Mode, PluginSpec, Policy, Share, Source};
use crate::runtime::{Allocation, EngineConfig};
use crate::session::SessionConfig;
use crate::verdict::Verdict;

/// Times that something waits or runs for.
const WAITS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(60);

impl Reader<'_> {
    pub(super) fn config(mut self, file: File) -> Result<Config, ConfigError> {
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
        let approvals = self.approvals(file.approvals, &audit_path)?;
        let engine = self.engine(file.runtime, session.patience)?;
        let recorder = self.recorder(file.recorder)?;
        let quarantine = self.quarantine(file.quarantine)?;
        let packs = self.packs(file.packs)?;
        let server = self.server(file.server)?;
        let slack = self.slack(file.slack)?;
        let webhooks = self.webhooks(file.webhook.unwrap_or_default())?;
        Ok(Config {
            file: self.path.map(Path::to_owned),
            absent: Vec::new(),
            policy,
            packs,
            engine,
            session,
            audit_path,
            durability,
            approvals,
            recorder,
            quarantine,
            server,
            slack,
            webhooks,
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
        let mode = self.mode(&at("mode"), &at("share"), file.mode, file.share)?;
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

    fn mode(
        &mut self,
        key: &str,
        share_key: &str,
        mode: Option<String>,
        share: Option<f64>,
    ) -> Result<Mode, ConfigError> {
        let modes = [Mode::Enforce, Mode::Shadow, Mode::Canary(Share::ALL)];
        let mode = self.word(key, mode, &modes.map(|mode| (mode.name(), mode)))?;
        let wrong = |what: &str| Err(self.wrong(share_key, what));
        let share = match (mode, share) {
            (Mode::Canary(_), Some(part)) => match Share::of(part) {
                Some(share) => share,
                None => return wrong("must be a number over 0 and at most 1"),
            },
            (Mode::Canary(_), None) => {
                return wrong("is missing: a canary needs its share of the sessions, such as 0.1");
            }
            (_, Some(_)) => return wrong("goes with mode = \"canary\" only"),
            (mode, None) => return Ok(mode),
        };
        self.note(share_key, share.part().to_string(), self.file_origin());
        Ok(Mode::Canary(share))
    }

    fn source(&self, key: &str, source: &str) -> Result<Source, ConfigError> {
        if let Some(name) = source.strip_prefix("builtin:") {
            return Ok(Source::Builtin(name.to_owned()));
        }
        if source.starts_with(SCHEME) {
            return Ok(Source::Oci(source.to_owned()));
        }
        if let Some((scheme, _)) = source.split_once("://") {
            let what = "give a file, builtin:NAME or oci://REGISTRY/NAME:TAG";
            return Err(self.wrong(key, &format!("cannot be fetched by {scheme}; {what}")));
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
        let stack = self.size(&at("stack"), file.stack, default.stack)?;
        if !Limits::STACK.contains(&stack) {
            return Err(self.wrong(&at("stack"), "must be from 64KiB to 1MiB"));
        }
        let time = self.time(&at("time"), file.time, default.time, WAITS)?;
        let fuel = self.value(&at("fuel"), file.fuel, default.fuel);
        if fuel == 0 {
            return Err(self.wrong(&at("fuel"), "must be over 0"));
        }
        Ok(Limits {
            memory,
            table: self.number(
                &at("table"),
                file.table,
                default.table as u32,
                1..=*Limits::TABLE.end() as u32,
            )? as usize,
            stack,
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
            memory: self.size("session.max_memory", file.max_memory, default.memory)?,
            limits: history::Limits {
                steps: steps as usize,
                bytes: self.size("session.max_bytes", file.max_bytes, default.limits.bytes)?,
                output: self.size("session.max_output", file.max_output, default.limits.output)?,
            },
            state: self.state(file.state),
            patience: self.time("session.wait", file.wait, default.patience, WAITS)?,
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
            keep_resident: self.size(
                "runtime.keep_resident",
                file.keep_resident,
                default.keep_resident,
            )?,
            pagemap_scan: self.word(
                "runtime.pagemap_scan",
                file.pagemap_scan,
                &[("auto", true), ("off", false)],
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

    fn recorder(
        &mut self,
        file: file::Recorder,
    ) -> Result<Option<(PathBuf, Vec<String>)>, ConfigError> {
        let redact = self.list("recorder.redact", file.redact);
        // A path that is not understood would leave out nothing.
        if let Some(path) = redact.iter().find(|path| !path.starts_with("payload.")) {
            let what = format!(
                "has '{path}'; each must begin with `payload.`, such as \"payload.card.number\""
            );
            return Err(self.wrong("recorder.redact", &what));
        }
        Ok(match file.path {
            Some(path) => Some((self.path("recorder.path", Some(path), ""), redact)),
            None => {
                self.note("recorder.path", "off".to_owned(), Origin::Default);
                None
            }
        })
    }
}
