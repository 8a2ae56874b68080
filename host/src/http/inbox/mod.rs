//! The inbox: pages on which people read what is held, and answer.
//!
//! ```text
//! viewer.rs    who looks: a signed-in browser, or whoever is on this machine
//! sent.rs      what a form sends: from our page, with this browser's token
//! sign_in.rs   sign in by key or one-time link, sign out
//! list.rs      what waits
//! live.rs      news of it, as it happens
//! card.rs      one question, everything a person needs to answer it
//! status.rs    how far it is, and the forms that answer it
//! chain.rs     where its values come from, and the session before it
//! past.rs      what was answered before
//! answer.rs    approve, refuse, approve as changed, approve and remember
//! grants.rs    what was remembered, and taking it back
//! audit.rs     the audit log's last entries
//! chart.rs     verdicts and latency, drawn
//! plugins.rs   the generation in force and its plugins
//! words.rs     from data to plain words
//! text.rs      foreign text made safe to show
//! assets.rs    style, scripts
//! page.rs      what all pages share
//! ```
//!
//! No GET changes anything. Pages work without scripts; a script only makes them
//! quicker. Whatever an agent wrote goes through [`text::Shown`].

mod answer;
mod assets;
mod audit;
mod card;
mod chain;
mod chart;
mod grants;
mod list;
mod live;
mod page;
mod past;
mod plugins;
mod sent;
mod sign_in;
mod status;
mod text;
mod viewer;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};

use super::Server;

/// The largest form: a payload that was edited, every byte of it escaped.
const LARGEST: usize = 3 << 20;

/// What pages may do: show what this server sends, and send forms to it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/inbox", get(list::page))
        .route("/inbox/events", get(live::events))
        .route("/inbox/approvals/{id}", get(card::page))
        .route("/inbox/approvals/{id}/approve", post(answer::approve))
        .route("/inbox/approvals/{id}/refuse", post(answer::refuse))
        .route("/inbox/approvals/{id}/edit", post(answer::edit))
        .route("/inbox/approvals/{id}/grant", post(answer::grant))
        .route("/inbox/grants", get(grants::page))
        .route("/inbox/grants/{id}/revoke", post(grants::revoke))
        .route("/inbox/audit", get(audit::page))
        .route("/inbox/plugins", get(plugins::page))
        .route("/inbox/sign-in", get(sign_in::page).post(sign_in::by_key))
        .route("/inbox/link", get(sign_in::link).post(sign_in::by_link))
        .route("/inbox/sign-out", post(sign_in::out))
        .layer(DefaultBodyLimit::max(LARGEST))
        .route("/inbox/static/{file}", get(assets::file))
        .layer(middleware::map_response(guarded))
}

/// Every answer says what a page may do, and that nobody else may show it.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
