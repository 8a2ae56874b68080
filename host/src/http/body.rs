//! What comes in: bodies and parameters, with refusals that name the field.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use serde::de::DeserializeOwned;

use super::{Problem, Server};

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// A JSON body, as bytes: each reader checks it by its own rules.
///
/// It has to say that it is JSON. A page in somebody's browser cannot send that
/// elsewhere without asking first, and is not answered when it asks.
#[derive(Debug)]
pub struct Body(pub Bytes);

impl FromRequest<Server> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "send `Content-Type: application/json`";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(status, "not-json", detail));
        }
        let most = server.config.server.max_body;
        let read = tokio::time::timeout(PATIENCE, Bytes::from_request(request, server)).await;
        let Ok(read) = read else {
            return Err(Problem::bad("body", "the body took too long"));
        };
        match read {
            Ok(bytes) => Ok(Body(bytes)),
            Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                let detail = format!("the body has more than the {most} bytes allowed");
                Err(Problem::new(e.status(), "too-large", detail))
            }
            Err(_) => Err(Problem::bad("body", "the body cannot be read")),
        }
    }
}

/// A body of any kind, as the exact bytes that were signed.
#[derive(Debug)]
pub struct Raw(pub Bytes);

impl FromRequest<Server> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        let read = tokio::time::timeout(PATIENCE, Bytes::from_request(request, server)).await;
        match read {
            Ok(Ok(bytes)) => Ok(Raw(bytes)),
            Ok(Err(e)) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                let detail = "the body is larger than any that is taken here";
                Err(Problem::new(e.status(), "too-large", detail))
            }
            _ => Err(Problem::bad(
                "body",
                "the body cannot be read, or took too long",
            )),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

impl Body {
    /// The body as a plain structure of ours.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        // Duplicate keys and the like are refused by the same rules as everywhere.
        let value = crate::json::parse(&self.0).map_err(|e| Problem::bad("json", e.to_string()))?;
        serde_json::from_value(value).map_err(|e| {
            let detail = e.to_string();
            let field = detail.split('`').nth(1).map(str::to_owned);
            let problem = Problem::bad("field", detail);
            match field {
                Some(field) => problem.field(field),
                None => problem,
            }
        })
    }
}

/// The id in the address.
#[derive(Debug)]
pub struct Id(pub String);

impl FromRequestParts<Server> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, server).await {
            Ok(Path(id)) => Ok(Id(id)),
            Err(_) => {
                Err(Problem::bad("parameter", "the id in the address is not UTF-8").field("id"))
            }
        }
    }
}

/// Parameters of the address.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Server> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Params(params)),
            Err(e) => Err(Problem::bad("parameter", e.body_text())),
        }
    }
}

/// How many entries of a list are asked for.
///
/// # Errors
/// None, or too many.
pub(super) fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    const MOST: u32 = 1000;
    match asked.unwrap_or(100) {
        limit @ 1..=MOST => Ok(limit),
        _ => {
            let detail = format!("`limit` must be from 1 to {MOST}");
            Err(Problem::bad("parameter", detail).field("limit"))
        }
    }
}

/// The one header of this name; empty where there is none, or several.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let mut all = headers.get_all(name).iter();
    let only = all.next().filter(|_| all.next().is_none());
    only.and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
