//! Requests to a registry. Whatever it answers is read up to a bound and no further; what
//! is small has to be there in a minute. The library whose types are used here reads
//! answers as long as they are, so the requests are our own.

use std::time::{Duration, Instant};

use http_auth::parser::ChallengeParser;
use parking_lot::Mutex;
use reqwest::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;

use super::RegistryError;
use crate::outgoing::told;
use crate::printable::printable;

/// How long a registry may say nothing, and how long a small answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);
/// The longest token and the longest complaint, in bytes.
const MAX_TOKEN: usize = 64 << 10;
const MAX_COMPLAINT: usize = 64 << 10;
/// How long a token lasts where it does not say, and how much of that is not used.
const TOKEN_LASTS: u64 = 60;
const SPARE: u64 = 5;

/// What is to be done there: as the scope of a token.
pub(super) const PULL: &str = "pull";
pub(super) const PUSH: &str = "pull,push";

/// One repository of a registry, spoken to.
pub(super) struct Line {
    client: Client,
    /// `https://HOST/v2/REPOSITORY/`
    base: Url,
    repository: String,
    /// `NAME:PASSWORD` in base64.
    login: Option<String>,
    pass: Mutex<Option<Pass>>,
    /// The reference, as it was given.
    shown: String,
}

/// What a request is let in by, and until when.
struct Pass {
    header: HeaderValue,
    until: Option<Instant>,
}

#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token")]
    token: String,
    expires_in: Option<u64>,
}

#[derive(Deserialize)]
struct Complaints {
    errors: Vec<Complaint>,
}

#[derive(Deserialize)]
struct Complaint {
    code: String,
    #[serde(default)]
    message: String,
}

impl Line {
    pub(super) fn new(
        host: &str,
        repository: &str,
        is_plain: bool,
        login: Option<String>,
        shown: &str,
    ) -> Result<Self, String> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .https_only(!is_plain) // also where it sends us on, or for a token
            .read_timeout(PATIENCE)
            .connect_timeout(CONNECT)
            .user_agent(concat!("coldnotch/", env!("CARGO_PKG_VERSION")));
        let scheme = if is_plain { "http" } else { "https" };
        let base = format!("{scheme}://{host}/v2/{repository}/");
        Ok(Line {
            client: client.build().map_err(|e| told(&e))?,
            base: base.parse().map_err(|e| format!("{e}"))?,
            repository: repository.to_owned(),
            login,
            pass: Mutex::new(None),
            shown: shown.to_owned(),
        })
    }

    /// The reference, as it was given.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Asks how to be let in to do this, and gets what that takes.
    pub(super) async fn log_in(&self, scope: &str) -> Result<(), RegistryError> {
        let root = self.url("/v2/")?;
        let asked = self.client.get(root).timeout(PATIENCE);
        let asked = asked.send().await.map_err(|e| self.failed(&e))?;
        let challenge = asked.headers().get(WWW_AUTHENTICATE);
        let pass = match challenge.and_then(realm) {
            Some((realm, service)) => Some(self.token(&realm, service, scope).await?),
            None => self.basic().filter(|_| challenge.is_some()),
        };
        *self.pass.lock() = pass;
        Ok(())
    }

    fn basic(&self) -> Option<Pass> {
        let header = header("Basic", self.login.as_deref()?)?;
        Some(Pass {
            header,
            until: None,
        })
    }

    async fn token(
        &self,
        realm: &str,
        service: Option<String>,
        scope: &str,
    ) -> Result<Pass, RegistryError> {
        let wrong = |what: &str| self.registry(&format!("it sends us for a token, and {what}"));
        let mut url = Url::parse(realm).map_err(|e| wrong(&e.to_string()))?;
        let scope = format!("repository:{}:{scope}", self.repository);
        url.query_pairs_mut().append_pair("scope", &scope);
        if let Some(service) = service {
            url.query_pairs_mut().append_pair("service", &service);
        }
        let mut request = self.client.get(url).timeout(PATIENCE);
        if let Some(Pass { header, .. }) = self.basic() {
            request = request.header(AUTHORIZATION, header);
        }
        let response = request.send().await.map_err(|e| self.failed(&e))?;
        if !response.status().is_success() {
            return Err(self.wants_a_login());
        }
        let body = self.read(response, MAX_TOKEN, "a token").await?;
        let none = || wrong("there is none");
        let token: Token = serde_json::from_slice(&body).map_err(|_| none())?;
        let lasts = token.expires_in.unwrap_or(TOKEN_LASTS);
        let lasts = Duration::from_secs(lasts.saturating_sub(SPARE));
        Ok(Pass {
            header: header("Bearer", &token.token).ok_or_else(none)?,
            until: Instant::now().checked_add(lasts),
        })
    }

    /// Where something of the repository is, or what a location means that the registry
    /// gave.
    pub(super) fn url(&self, place: &str) -> Result<Url, RegistryError> {
        let url = self.base.join(place);
        url.map_err(|_| self.registry("it names a place that is none"))
    }

    /// A request. Whoever is not this registry gets no pass for it.
    pub(super) async fn request(
        &self,
        method: Method,
        url: Url,
        scope: &str,
    ) -> Result<RequestBuilder, RegistryError> {
        let is_over = |pass: &Pass| pass.until.is_some_and(|until| until <= Instant::now());
        let over = self.pass.lock().as_ref().is_some_and(is_over);
        if over {
            self.log_in(scope).await?;
        }
        let is_here = url.origin() == self.base.origin();
        let request = self.client.request(method, url);
        Ok(match &*self.pass.lock() {
            Some(pass) if is_here => request.header(AUTHORIZATION, pass.header.clone()),
            _ => request,
        })
    }

    /// Sends it; an answer that is not one of success is an error.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, RegistryError> {
        let response = request.send().await.map_err(|e| self.failed(&e))?;
        match response.status() {
            status if status.is_success() => Ok(response),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(self.wants_a_login()),
            StatusCode::NOT_FOUND => Err(self.missing()),
            status => {
                let body = self.read(response, MAX_COMPLAINT, "a complaint").await?;
                Err(self.complained(status, &body))
            }
        }
    }

    /// What is at a place, as a whole; `None` where there is nothing.
    pub(super) async fn get(
        &self,
        place: &str,
        accept: &str,
        most: usize,
        what: &str,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        let request = self.request(Method::GET, self.url(place)?, PULL).await?;
        let request = request.header("accept", accept).timeout(PATIENCE);
        match self.send(request).await {
            Ok(response) => Ok(Some(self.read(response, most, what).await?)),
            Err(RegistryError::Missing { .. }) => Ok(None),
            Err(e) => Err(e),
        }
    }

    async fn read(
        &self,
        mut response: Response,
        most: usize,
        what: &str,
    ) -> Result<Vec<u8>, RegistryError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.failed(&e))? {
            if body.len() + chunk.len() > most {
                return Err(self.no_pack(&format!("it sends more than {most} bytes of {what}")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn complained(&self, status: StatusCode, body: &[u8]) -> RegistryError {
        let complaints = serde_json::from_slice::<Complaints>(body);
        let first = complaints.ok().and_then(|c| c.errors.into_iter().next());
        match first {
            Some(Complaint { code, message }) => {
                self.registry(&format!("it answers {status}: {code} {message}"))
            }
            None => self.registry(&format!("it answers {status}")),
        }
    }

    fn wants_a_login(&self) -> RegistryError {
        let host = self.base.authority();
        self.registry(&format!(
            "{host} wants a login: `docker login {host}` or `podman login {host}` writes one"
        ))
    }

    fn failed(&self, e: &reqwest::Error) -> RegistryError {
        self.registry(&told(e))
    }

    pub(super) fn missing(&self) -> RegistryError {
        RegistryError::Missing {
            reference: self.shown.clone(),
        }
    }

    pub(super) fn no_pack(&self, what: &str) -> RegistryError {
        RegistryError::NoPack {
            reference: self.shown.clone(),
            what: printable(what, 300),
        }
    }

    pub(super) fn registry(&self, what: &str) -> RegistryError {
        RegistryError::Registry {
            reference: self.shown.clone(),
            what: printable(what, 300),
        }
    }
}

/// A header that is not shown anywhere.
fn header(scheme: &str, secret: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(&format!("{scheme} {secret}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Where a challenge wants a token to be got, and for which service.
fn realm(challenge: &HeaderValue) -> Option<(String, Option<String>)> {
    let challenges = ChallengeParser::new(challenge.to_str().ok()?);
    let bearer = challenges
        .flatten()
        .find(|challenge| challenge.scheme.eq_ignore_ascii_case("Bearer"))?;
    let param = |name: &str| {
        let mut params = bearer.params.iter();
        let found = params.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_unescaped())
    };
    Some((param("realm")?, param("service")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_says_where_the_token_is() {
        let of = |text: &'static str| realm(&HeaderValue::from_static(text));
        assert_eq!(of("Basic realm=\"packs\""), None);
        let found = of("Bearer realm=\"https://auth.example.com/token\",service=\"packs\"");
        let (realm, service) = found.unwrap();
        assert_eq!(realm, "https://auth.example.com/token");
        assert_eq!(service.as_deref(), Some("packs"));
        assert_eq!(of("Bearer service=\"packs\""), None);
    }

    #[test]
    fn a_location_may_be_relative() {
        let line = Line::new("packs.example.com", "acme/mail", false, None, "").unwrap();
        for (place, url) in [
            ("blobs/x", "https://packs.example.com/v2/acme/mail/blobs/x"),
            ("/v2/up?a=1", "https://packs.example.com/v2/up?a=1"),
            ("https://else.example.com/up", "https://else.example.com/up"),
        ] {
            assert_eq!(line.url(place).unwrap().as_str(), url);
        }
    }
}
