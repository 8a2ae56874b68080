//! `[server]`: where `coldnotch serve` listens, and what it takes from whom.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::file::Text;
use super::reader::Reader;
use super::{ConfigError, Origin};

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Section {
    listen: Option<String>,
    keys: Option<PathBuf>,
    public_url: Option<String>,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    max_body: Option<Text>,
    max_wait: Option<Text>,
    rate: Option<u32>,
    answers: Option<PathBuf>,
}

/// Its keys.
pub(super) const KEYS: &[&str] = &[
    "listen",
    "keys",
    "public_url",
    "tls_certificate",
    "tls_key",
    "max_body",
    "max_wait",
    "rate",
    "answers",
];

/// How the server listens, and what it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The file of API keys.
    pub keys: PathBuf,
    /// How it is reached from outside, without a slash at the end.
    pub public_url: Option<String>,
    /// Certificate and key, to speak TLS.
    pub tls: Option<Tls>,
    /// The largest body of a request, in bytes.
    pub max_body: usize,
    /// The longest a request may wait for a human.
    pub max_wait: Duration,
    /// Requests a second for each key; `None` for any number.
    pub rate: Option<NonZeroU32>,
    /// The file of answers that were given, so that the same question gets the same
    /// one; `None` to keep them in memory.
    pub answers: Option<PathBuf>,
}

/// PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificate and those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8765)),
            keys: PathBuf::from("coldnotch_keys.toml"),
            public_url: None,
            tls: None,
            max_body: 4 << 20,
            max_wait: Duration::from_secs(300),
            rate: NonZeroU32::new(1000),
            answers: Some(PathBuf::from("coldnotch_answers.db")),
        }
    }
}

impl Reader<'_> {
    pub(super) fn server(&mut self, file: Section) -> Result<ServerConfig, ConfigError> {
        let default = ServerConfig::default();
        let listen = self.listen(file.listen, default.listen)?;
        let keys = self.path("server.keys", file.keys, "coldnotch_keys.toml");
        let public_url = self.public_url(file.public_url)?;
        let tls = match (file.tls_certificate, file.tls_key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(Tls {
                certificate: self.path("server.tls_certificate", Some(certificate), ""),
                key: self.path("server.tls_key", Some(key), ""),
            }),
            (Some(_), None) => {
                return Err(self.wrong("server.tls_key", "is missing: the certificate's key"));
            }
            (None, Some(_)) => {
                return Err(self.wrong(
                    "server.tls_certificate",
                    "is missing: the key's certificate",
                ));
            }
        };
        let max_body = self.size("server.max_body", file.max_body, default.max_body)?;
        if !((4 << 10)..=(64 << 20)).contains(&max_body) {
            return Err(self.wrong("server.max_body", "must be from 4KiB to 64MiB"));
        }
        let waits = Duration::from_secs(1)..=Duration::from_secs(3600);
        let max_wait = self.time("server.max_wait", file.max_wait, default.max_wait, waits)?;
        let rate = self.value("server.rate", file.rate, 1000);
        Ok(ServerConfig {
            listen,
            keys,
            public_url,
            tls,
            max_body,
            max_wait,
            rate: NonZeroU32::new(rate),
            answers: self.answers(file.answers),
        })
    }

    fn listen(
        &mut self,
        file: Option<String>,
        default: SocketAddr,
    ) -> Result<SocketAddr, ConfigError> {
        const KEY: &str = "server.listen";
        let Some(text) = file else {
            self.note(KEY, format!("\"{default}\""), Origin::Default);
            return Ok(default);
        };
        let wrong = || {
            self.wrong(
                KEY,
                "must be an address and a port, such as \"127.0.0.1:8765\"",
            )
        };
        let listen = text.parse().map_err(|_| wrong())?;
        self.note(KEY, format!("{text:?}"), self.file_origin());
        Ok(listen)
    }

    fn public_url(&mut self, file: Option<String>) -> Result<Option<String>, ConfigError> {
        const KEY: &str = "server.public_url";
        let Some(url) = file else {
            return Ok(None);
        };
        let host = ["https://", "http://"]
            .into_iter()
            .find_map(|scheme| url.strip_prefix(scheme));
        let plain =
            |host: &str| !host.is_empty() && !host.contains(['?', '#', ' ', '"', '<', '\\']);
        if !host.is_some_and(plain) {
            return Err(self.wrong(
                KEY,
                "must be a URL such as \"https://coldnotch.example.com\"",
            ));
        }
        self.note(KEY, format!("{url:?}"), self.file_origin());
        Ok(Some(url.trim_end_matches('/').to_owned()))
    }

    fn answers(&mut self, file: Option<PathBuf>) -> Option<PathBuf> {
        const KEY: &str = "server.answers";
        if file.as_deref() == Some(std::path::Path::new("off")) {
            self.note(KEY, "\"off\"".to_owned(), self.file_origin());
            return None;
        }
        Some(self.path(KEY, file, "coldnotch_answers.db"))
    }
}
