//! What a form sends. Only one from a page of ours, on the browser it was made for,
//! is looked at.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::page::Wrong;
use super::viewer::{Viewer, is_ours};
use crate::http::Server;

/// The fields of a form.
#[derive(Debug)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(body: &[u8]) -> Fields {
        Fields(form_urlencoded::parse(body).into_owned().collect())
    }

    /// A field; empty when it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        let field = self.0.iter().find(|(field, _)| field == name);
        field.map_or("", |(_, value)| value)
    }
}

/// A form of somebody who is signed in.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) viewer: Viewer,
    pub(super) fields: Fields,
}

impl FromRequest<Server> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let viewer = Viewer::from_request_parts(&mut parts, server).await?;
        let Outside(fields) =
            Outside::from_request(Request::from_parts(parts, body), server).await?;
        if !viewer.sent(fields.get("token")) {
            let sentence = "This form was not made for you, or it is too old. \
                Go back, reload the page and send it again.";
            return Err(Wrong::new(StatusCode::FORBIDDEN, sentence).into_response());
        }
        Ok(Sent { viewer, fields })
    }
}

/// A form of somebody who is not signed in yet.
#[derive(Debug)]
pub(super) struct Outside(pub(super) Fields);

impl FromRequest<Server> for Outside {
    type Rejection = Response;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Response> {
        let headers: &HeaderMap = request.headers();
        if !is_ours(headers) {
            let sentence = "This form was sent from a page that is not ours.";
            return Err(Wrong::new(StatusCode::FORBIDDEN, sentence).into_response());
        }
        let body = Bytes::from_request(request, server)
            .await
            .map_err(IntoResponse::into_response)?;
        Ok(Outside(Fields::read(&body)))
    }
}
