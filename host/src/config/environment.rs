//! The environment: the only place in the program that reads it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{ConfigError, NAME};

/// What the environment says. Read once.
#[derive(Debug, Default)]
pub(super) struct Environment {
    pub(super) config: Option<PathBuf>,
    pub(super) audit: Option<PathBuf>,
    pub(super) approvals: Option<PathBuf>,
    pub(super) slack_token: Option<String>,
    pub(super) slack_channel: Option<String>,
    pub(super) slack_signing_secret: Option<String>,
    pub(super) config_home: Option<PathBuf>,
    pub(super) cache_home: Option<PathBuf>,
    /// Docker's file with the logins of registries.
    pub(super) logins: Option<PathBuf>,
}

impl Environment {
    pub(super) fn read() -> Self {
        let path = named;
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let home = path("HOME");
        let under = |folder: &str| home.as_ref().map(|home| home.join(folder));
        Environment {
            config: path("COLDNOTCH_CONFIG"),
            audit: path("COLDNOTCH_AUDIT"),
            approvals: path("COLDNOTCH_APPROVALS"),
            slack_token: text("SLACK_BOT_TOKEN"),
            slack_channel: text("SLACK_CHANNEL"),
            slack_signing_secret: text("SLACK_SIGNING_SECRET"),
            config_home: path("XDG_CONFIG_HOME").or_else(|| under(".config")),
            cache_home: path("XDG_CACHE_HOME").or_else(|| under(".cache")),
            logins: path("DOCKER_CONFIG")
                .or_else(|| under(".docker"))
                .map(|folder| folder.join("config.json")),
        }
    }

    /// The file to read: the one that was named, or the first there is.
    ///
    /// # Errors
    /// A place cannot be looked at: whoever cannot read the policy must not take
    /// it for absent.
    pub(super) fn find(&self, given: Option<&Path>) -> Result<Option<PathBuf>, ConfigError> {
        if let Some(named) = given.or(self.config.as_deref()) {
            return Ok(Some(named.to_owned()));
        }
        for path in self.usual() {
            match path.symlink_metadata() {
                Ok(_) => return Ok(Some(path)),
                Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(source) => return Err(ConfigError::Read { path, source }),
            }
        }
        Ok(None)
    }

    /// Where a file is looked for when none is named.
    pub(super) fn usual(&self) -> Vec<PathBuf> {
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
        .collect()
    }
}

/// The Rust compiler that cargo would use.
pub fn rustc() -> PathBuf {
    named("RUSTC").unwrap_or_else(|| PathBuf::from("rustc"))
}

/// Where cargo keeps the sources of dependencies.
pub fn cargo_home() -> PathBuf {
    let default = || named("HOME").unwrap_or_default().join(".cargo");
    named("CARGO_HOME").unwrap_or_else(default)
}

fn named(name: &str) -> Option<PathBuf> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}
