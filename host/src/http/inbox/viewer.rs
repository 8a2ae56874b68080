//! Who looks at the inbox: a browser that was signed in with a key, or, while there
//! are no keys and only on this machine, whoever is there.
//!
//! The browser holds a secret in a cookie that no script reads and that no other
//! site's page can make it send. The token of its forms is told from that secret,
//! which cannot be told from the token.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq;

use super::page::{self, Wrong};
use crate::approvals::Secret;
use crate::http::Server;
use crate::http::auth::asked_as_local;
use crate::judge::now;
use crate::keys::{Right, Role};

/// How long one stays signed in, in milliseconds.
pub(super) const SIGNED_IN: u64 = 12 * 3_600_000;

/// Who looks.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    /// The name of their key; none for whoever is on this machine.
    key: Option<(String, Role)>,
    secret: Secret,
    /// Whether the browser has the secret already.
    is_known: bool,
    is_secure: bool,
}

impl Viewer {
    /// Their name in records.
    pub(super) fn by(&self) -> String {
        match &self.key {
            Some((name, _)) => format!("key:{name}"),
            None => "inbox:local".to_owned(),
        }
    }

    /// What they are, in a word.
    pub(super) fn role(&self) -> &'static str {
        self.key.as_ref().map_or("", |(_, role)| role.as_str())
    }

    /// Whether they are let in only because they are on this machine.
    pub(super) fn is_local(&self) -> bool {
        self.key.is_none()
    }

    pub(super) fn may_answer(&self) -> bool {
        self.key
            .as_ref()
            .is_none_or(|(_, role)| role.may(Right::Answer))
    }

    /// What their forms send along.
    pub(super) fn token(&self) -> String {
        HEXLOWER.encode(&self.secret.digest("coldnotch form"))
    }

    /// Whether a form was ours, on this browser.
    pub(super) fn sent(&self, token: &str) -> bool {
        self.is_known && self.token().as_bytes().ct_eq(token.as_bytes()).into()
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The cookie for a browser that has none yet.
    pub(super) fn new_cookie(&self) -> Option<String> {
        (!self.is_known).then(|| cookie(self.is_secure, self.secret.text(), None))
    }

    /// Whether they are still who they were.
    pub(super) async fn still(&self, server: &Server) -> bool {
        match &self.key {
            None => !server.keys.are_needed(),
            Some(key) => {
                let found = signed_in(server, &self.secret).await;
                found.is_ok_and(|found| found.as_ref() == Some(key))
            }
        }
    }
}

/// Whether browsers reach this by TLS only.
pub(super) fn is_secure(server: &Server) -> bool {
    let public = server.config.server.public_url.as_deref();
    server.config.server.tls.is_some() || public.is_some_and(|url| url.starts_with("https://"))
}

/// The cookie's name: with TLS one that a browser lets nobody else set.
fn cookie_name(is_secure: bool) -> &'static str {
    match is_secure {
        true => "__Host-coldnotch",
        false => "coldnotch",
    }
}

/// A cookie of this value; a lifetime of 0 takes it away.
pub(super) fn cookie(is_secure: bool, value: &str, seconds: Option<u64>) -> String {
    let name = cookie_name(is_secure);
    let secure = if is_secure { "; Secure" } else { "" };
    let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}")
}

/// The secret the browser sent.
fn sent_secret(is_secure: bool, headers: &HeaderMap) -> Option<Secret> {
    let cookies = headers.get_all(header::COOKIE);
    let mut pairs = cookies
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == cookie_name(is_secure))?;
    Secret::read(value)
}

/// Whose key a secret stands for, if that is still a key and may look.
async fn signed_in(server: &Server, secret: &Secret) -> Result<Option<(String, Role)>, Wrong> {
    let asked = secret.clone();
    let found = server
        .with_gate(move |gate| gate.approvals().signed_in(&asked, now()))
        .await??;
    let key = found.and_then(|who| {
        let key = server.keys.named(&who.name)?;
        let same = key.fingerprint() == who.key && key.role.may(Right::Read);
        same.then_some((key.name, key.role))
    });
    Ok(key)
}

/// Whether a request came from a page of ours, as far as the browser says.
pub(super) fn is_ours(headers: &HeaderMap) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let site = header("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin = header("origin").is_none_or(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        host.is_some() && host == header("host")
    });
    site && origin
}

impl FromRequestParts<Server> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Response> {
        let is_secure = is_secure(server);
        let sent = sent_secret(is_secure, &parts.headers);
        if !server.keys.are_needed() {
            return local(parts, sent, is_secure).map_err(IntoResponse::into_response);
        }
        if let Some(secret) = sent {
            let key = signed_in(server, &secret)
                .await
                .map_err(IntoResponse::into_response)?;
            if key.is_some() {
                return Ok(Viewer {
                    key,
                    secret,
                    is_known: true,
                    is_secure,
                });
            }
        }
        Err(to_sign_in(parts))
    }
}

/// Whoever is on this machine.
fn local(parts: &Parts, sent: Option<Secret>, is_secure: bool) -> Result<Viewer, Wrong> {
    // A page in somebody's browser can reach this address under a name of its own.
    if !asked_as_local(&parts.headers, &parts.uri) {
        let sentence = "Without keys the inbox answers as localhost, 127.0.0.1 or [::1] only.";
        return Err(Wrong::new(StatusCode::FORBIDDEN, sentence));
    }
    let is_known = sent.is_some();
    let unsafe_now = || {
        let sentence = "The system gives no randomness to keep this page safe with.";
        Wrong::new(StatusCode::SERVICE_UNAVAILABLE, sentence)
    };
    let secret = sent.or_else(Secret::fresh).ok_or_else(unsafe_now)?;
    Ok(Viewer {
        key: None,
        secret,
        is_known,
        is_secure,
    })
}

/// Nobody is signed in: to the page where one does, and back from there.
fn to_sign_in(parts: &Parts) -> Response {
    let site = parts.headers.get("sec-fetch-site");
    let is_foreign = site.is_some_and(|site| site == "cross-site" || site == "same-site");
    if parts.method == Method::GET && is_foreign {
        // Who follows a link from elsewhere comes without their cookie; this page
        // comes again, from here, with it.
        let again =
            "<!doctype html><meta http-equiv=\"refresh\" content=\"0\"><title>Coldnotch</title>";
        return Html(again).into_response();
    }
    if parts.headers.contains_key("last-event-id") || parts.uri.path() == "/inbox/events" {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match parts.method == Method::GET {
        true => {
            let next: String =
                form_urlencoded::byte_serialize(parts.uri.path().as_bytes()).collect();
            page::go(&format!("/inbox/sign-in?next={next}"))
        }
        false => page::go("/inbox/sign-in"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(of: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = of.iter().map(|(name, value)| {
            (
                header::HeaderName::from_static(name),
                value.parse().unwrap(),
            )
        });
        pairs.collect()
    }

    #[test]
    fn only_our_own_pages_send_forms() {
        for ours in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://a:1"), ("host", "a:1")],
        ] {
            assert!(is_ours(&headers(ours)), "{ours:?}");
        }
        for foreign in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "null"), ("host", "a:1")],
            &[("origin", "http://a:2"), ("host", "a:1")],
            &[("origin", "http://a:1")],
        ] {
            assert!(!is_ours(&headers(foreign)), "{foreign:?}");
        }
    }

    #[test]
    fn the_cookie_is_ours_alone() {
        let secret = Secret::fresh().unwrap();
        let plain = cookie(false, secret.text(), None);
        assert!(plain.ends_with("; Path=/; HttpOnly; SameSite=Strict"));
        let secure = cookie(true, secret.text(), Some(0));
        assert!(secure.starts_with("__Host-coldnotch=") && secure.contains("; Secure; Max-Age=0"));
        let sent = format!("a=b; coldnotch={}", secret.text());
        let sent = headers(&[("cookie", &sent)]);
        assert_eq!(sent_secret(false, &sent), Some(secret));
        assert_eq!(sent_secret(true, &sent), None);
    }
}
