//! In by key or by one-time link, and out.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::page::{Frame, Wrong, go, page as shown, set_cookie};
use super::sent::{Outside, Sent};
use super::text::Shown;
use super::viewer::{SIGNED_IN, cookie, is_secure};
use crate::approvals::{Secret, SignIn};
use crate::http::Server;
use crate::judge::now;
use crate::keys::Right;

#[derive(Template)]
#[template(path = "inbox/sign-in.html")]
struct SignInPage {
    frame: Frame,
    next: String,
    wrong: &'static str,
}

#[derive(Template)]
#[template(path = "inbox/link.html")]
struct LinkPage {
    frame: Frame,
    name: Shown,
    secret: String,
}

/// Where to go on to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Next {
    next: String,
}

/// A page of ours, and nothing else.
fn checked(next: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    match next.starts_with("/inbox") && !next.contains("//") && next.chars().all(plain) {
        true => next,
        false => "/inbox",
    }
}

fn form(status: StatusCode, next: &str, wrong: &'static str) -> Response {
    let content = SignInPage {
        frame: Frame::outside(),
        next: checked(next).to_owned(),
        wrong,
    };
    shown(None, status, &content)
}

/// `GET /inbox/sign-in`
pub(super) async fn page(State(server): State<Server>, Query(next): Query<Next>) -> Response {
    match server.keys.are_needed() {
        true => form(StatusCode::OK, &next.next, ""),
        false => go("/inbox"),
    }
}

/// `POST /inbox/sign-in`
pub(super) async fn by_key(
    State(server): State<Server>,
    Outside(fields): Outside,
) -> Result<Response, Wrong> {
    let next = fields.get("next");
    let Some(key) = server.keys.presented(fields.get("key").trim()) else {
        let wrong = "This key is not known here, was revoked, or is over.";
        return Ok(form(StatusCode::UNAUTHORIZED, next, wrong));
    };
    if !key.role.may(Right::Read) {
        let wrong = "This is an agent's key. It sends actions; it cannot look at approvals.";
        return Ok(form(StatusCode::FORBIDDEN, next, wrong));
    }
    let secret = Secret::fresh().ok_or_else(no_randomness)?;
    let now = now();
    let who = SignIn {
        name: key.name.clone(),
        key: key.fingerprint().to_owned(),
        expires: now.saturating_add(SIGNED_IN),
    };
    let kept = secret.clone();
    server
        .with_gate(move |gate| gate.approvals().sign_in(&kept, &who, now))
        .await??;
    Ok(inside(&server, &secret, next))
}

/// A one-time link's secret.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Link {
    secret: String,
}

/// `GET /inbox/link`: says whose it is. It is used up by the button, so that whoever
/// looks at links before people do uses up none.
pub(super) async fn link(
    State(server): State<Server>,
    Query(link): Query<Link>,
) -> Result<Response, Wrong> {
    let Some(secret) = Secret::read(&link.secret) else {
        return Err(used_up());
    };
    let asked = secret.clone();
    let found = server
        .with_gate(move |gate| gate.approvals().invited(&asked, now()))
        .await??;
    let who = found.ok_or_else(used_up)?;
    let content = LinkPage {
        frame: Frame::outside(),
        name: Shown::new(&who.name),
        secret: secret.text().to_owned(),
    };
    Ok(shown(None, StatusCode::OK, &content))
}

/// `POST /inbox/link`
pub(super) async fn by_link(
    State(server): State<Server>,
    Outside(fields): Outside,
) -> Result<Response, Wrong> {
    let link = Secret::read(fields.get("secret")).ok_or_else(used_up)?;
    let secret = Secret::fresh().ok_or_else(no_randomness)?;
    let (kept, now) = (secret.clone(), now());
    let until = now.saturating_add(SIGNED_IN);
    let found = server
        .with_gate(move |gate| gate.approvals().redeem(&link, &kept, until, now))
        .await??;
    found.ok_or_else(used_up)?;
    Ok(inside(&server, &secret, "/inbox"))
}

/// `POST /inbox/sign-out`
pub(super) async fn out(State(server): State<Server>, sent: Sent) -> Result<Response, Wrong> {
    let secret = sent.viewer.secret().clone();
    server
        .with_gate(move |gate| gate.approvals().sign_out(&secret))
        .await??;
    let mut response = go("/inbox/sign-in");
    set_cookie(&mut response, &cookie(is_secure(&server), "", Some(0)));
    Ok(response)
}

fn inside(server: &Server, secret: &Secret, next: &str) -> Response {
    let mut response = go(checked(next));
    let seconds = Some(SIGNED_IN / 1000);
    set_cookie(
        &mut response,
        &cookie(is_secure(server), secret.text(), seconds),
    );
    response
}

fn used_up() -> Wrong {
    let sentence = "This link was used already, or its time is over. \
        `coldnotch keys link NAME` makes a new one.";
    Wrong::new(StatusCode::NOT_FOUND, sentence)
}

fn no_randomness() -> Wrong {
    let sentence = "The system gives no randomness, so nobody can be signed in.";
    Wrong::new(StatusCode::SERVICE_UNAVAILABLE, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_to_pages_of_ours_only() {
        let ours = ["/inbox", "/inbox/approvals/apr-1f", "/inbox/audit"];
        assert!(ours.iter().all(|next| checked(next) == *next));
        for other in [
            "",
            "//evil.example",
            "/inbox//evil",
            "https://evil",
            "/inbox?a",
            "/x",
        ] {
            assert_eq!(checked(other), "/inbox", "{other}");
        }
    }
}
