//! `[[webhook]]`: who is told, and who may answer by a signed request.

use serde::Deserialize;

use super::reader::Reader;
use super::{ConfigError, Origin};
use crate::secret::Secret;
use crate::webhooks::{Event, Keys, WebhookConfig};

/// An entry as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Section {
    name: Option<String>,
    url: Option<String>,
    secret: Option<Secrets>,
    events: Option<Vec<String>>,
    allow_private: Option<bool>,
    answer_secret: Option<Secrets>,
}

/// Its keys.
pub(super) const KEYS: &[&str] = &[
    "name",
    "url",
    "secret",
    "events",
    "allow_private",
    "answer_secret",
];

/// One, or several while one replaces another.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Secrets {
    One(String),
    Several(Vec<String>),
}

impl Reader<'_> {
    pub(super) fn webhooks(
        &mut self,
        file: Vec<Section>,
    ) -> Result<Vec<WebhookConfig>, ConfigError> {
        let mut hooks: Vec<WebhookConfig> = Vec::with_capacity(file.len());
        for (at, section) in file.into_iter().enumerate() {
            let hook = self.webhook(at, section)?;
            if hooks.iter().any(|other| other.name == hook.name) {
                let what = format!("'{}' is used twice; each needs its own", hook.name);
                return Err(self.wrong(&format!("webhook.{at}.name"), &what));
            }
            hooks.push(hook);
        }
        Ok(hooks)
    }

    fn webhook(&mut self, at: usize, file: Section) -> Result<WebhookConfig, ConfigError> {
        let key = |name: &str| format!("webhook.{at}.{name}");
        let Some(name) = file.name else {
            return Err(self.wrong(&key("name"), "is missing"));
        };
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.';
        if !(1..=64).contains(&name.len()) || !name.bytes().all(plain) {
            let what = "must be 1 to 64 letters, digits, `-`, `_` and `.`";
            return Err(self.wrong(&key("name"), what));
        }
        self.note(&key("name"), format!("{name:?}"), self.file_origin());
        let allow_private = self.value(&key("allow_private"), file.allow_private, false);
        let url = self.webhook_url(&key("url"), file.url, allow_private)?;
        let secrets = self.secrets(&key("secret"), file.secret)?;
        let answer_secrets = self.secrets(&key("answer_secret"), file.answer_secret)?;
        match (url.is_some(), secrets.is_empty()) {
            (true, true) => return Err(self.wrong(&key("secret"), "is missing")),
            (false, false) => return Err(self.wrong(&key("url"), "is missing")),
            (false, true) if answer_secrets.is_empty() => {
                return Err(self.wrong(&key("url"), "is missing"));
            }
            _ => {}
        }
        let same = |secret: &Secret| answer_secrets.contains(secret);
        if secrets.iter().any(same) {
            let what = "must be another than `secret`: whoever checks messages could answer";
            return Err(self.wrong(&key("answer_secret"), what));
        }
        let events = self.events(&key("events"), file.events)?;
        Ok(WebhookConfig {
            name,
            url,
            secrets,
            events,
            allow_private,
            answer_secrets,
        })
    }

    fn webhook_url(
        &mut self,
        key: &str,
        file: Option<String>,
        allow_private: bool,
    ) -> Result<Option<String>, ConfigError> {
        let Some(url) = file else { return Ok(None) };
        let parsed = reqwest::Url::parse(&url).ok();
        let parsed = parsed.filter(|url| url.has_host() && url.fragment().is_none());
        match parsed.as_ref().map(reqwest::Url::scheme) {
            Some("https") => {}
            Some("http") if allow_private => {}
            Some("http") => {
                let what = "must be https; http is for private addresses (`allow_private = true`)";
                return Err(self.wrong(key, what));
            }
            _ => return Err(self.wrong(key, "must be a URL such as \"https://example.com/hook\"")),
        }
        // Its path may be a secret of its own.
        let host = parsed
            .as_ref()
            .and_then(|url| url.host_str())
            .unwrap_or_default();
        self.note(
            key,
            format!("\"{}://{host}/…\"", &url[..url.find(':').unwrap_or(0)]),
            self.file_origin(),
        );
        Ok(Some(url))
    }

    fn secrets(&mut self, key: &str, file: Option<Secrets>) -> Result<Vec<Secret>, ConfigError> {
        let given = match file {
            None => return Ok(Vec::new()),
            Some(Secrets::One(one)) => vec![one],
            Some(Secrets::Several(several)) => several,
        };
        let secrets: Vec<Secret> = given.into_iter().map(Secret::new).collect();
        if secrets.is_empty() || Keys::read(&secrets).is_none() {
            let what = "must be \"whsec_\" and the base64 of 24 to 64 random bytes \
                        (`echo whsec_$(openssl rand -base64 32)`)";
            return Err(self.wrong(key, what));
        }
        self.note(key, "\"(secret)\"".to_owned(), self.file_origin());
        Ok(secrets)
    }

    fn events(&mut self, key: &str, file: Option<Vec<String>>) -> Result<Vec<Event>, ConfigError> {
        let Some(names) = file else {
            self.note(
                key,
                format!("{:?}", Event::ALL.map(Event::as_str)),
                Origin::Default,
            );
            return Ok(Event::ALL.to_vec());
        };
        let names = self.list(key, Some(names));
        let named = |name: &String| {
            Event::named(name).ok_or_else(|| {
                let there = Event::ALL.map(Event::as_str).join(", ");
                self.wrong(key, &format!("has no '{name}'; there are: {there}"))
            })
        };
        names.iter().map(named).collect()
    }
}
