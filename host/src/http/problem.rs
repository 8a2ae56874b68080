//! What every refusal looks like: `application/problem+json` (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::approvals::ApprovalError;
use crate::gate::ObserveError;
use crate::gate::granting::GrantError;
use crate::session::SessionError;
use crate::wire::WireError;

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// A short word for programs, as `urn:coldnotch:WORD`.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    /// The status.
    status: u16,
    /// What is wrong here, and what would be right.
    detail: String,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Seconds after which to try again.
    #[serde(skip)]
    after: Option<u64>,
}

impl Problem {
    /// A refusal with this status, word and sentence.
    pub fn new(status: StatusCode, word: &str, detail: impl Into<String>) -> Self {
        Problem {
            kind: format!("urn:coldnotch:{word}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            after: None,
        }
    }

    /// Names the field that is wrong.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Names where in the whole the wrong field is.
    #[must_use]
    pub fn within(mut self, place: &str) -> Self {
        self.field = Some(match self.field {
            Some(field) => format!("{place}.{field}"),
            None => place.to_owned(),
        });
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn after(mut self, seconds: u64) -> Self {
        self.after = Some(seconds);
        self
    }

    /// Something of ours broke.
    pub fn internal() -> Self {
        let detail = "the server failed; its log says why. Nothing may run because of this answer";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// A request that is not understood.
    pub fn bad(word: &str, detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, word, detail)
    }

    /// Somebody who may not.
    pub fn forbidden(word: &str, detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::FORBIDDEN, word, detail)
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Its sentence.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), axum::Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if self.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<WireError> for Problem {
    fn from(e: WireError) -> Self {
        let detail = e.to_string();
        match e {
            WireError::TooLarge => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail),
            WireError::Json(_) | WireError::NotAnObject { .. } => Problem::bad("json", detail),
            WireError::Missing(key) | WireError::Name { key, .. } => {
                Problem::bad("field", detail).field(key)
            }
            WireError::Kind { key, .. } | WireError::Unknown { key, .. } => {
                Problem::bad("field", detail).field(key)
            }
        }
    }
}

impl From<ApprovalError> for Problem {
    fn from(e: ApprovalError) -> Self {
        let (status, word) = match &e {
            ApprovalError::Unknown(_) => (StatusCode::NOT_FOUND, "unknown-approval"),
            ApprovalError::Answered { .. } => (StatusCode::CONFLICT, "already-answered"),
            ApprovalError::Twice { .. } => (StatusCode::CONFLICT, "answered-twice"),
            ApprovalError::Expired(_) => (StatusCode::CONFLICT, "expired"),
            ApprovalError::OtherAction(_) => (StatusCode::CONFLICT, "other-action"),
            ApprovalError::NotApprover(_) => (StatusCode::FORBIDDEN, "not-approver"),
            ApprovalError::OwnAction(_) => (StatusCode::FORBIDDEN, "own-action"),
            ApprovalError::Words(_) => (StatusCode::BAD_REQUEST, "grant"),
            ApprovalError::UnknownGrant(_) => (StatusCode::NOT_FOUND, "unknown-grant"),
            _ => return Problem::unavailable("approvals-unavailable", &e),
        };
        Problem::new(status, word, e.to_string())
    }
}

impl From<GrantError> for Problem {
    fn from(e: GrantError) -> Self {
        match e {
            GrantError::Approvals(e) => e.into(),
            GrantError::Audit(e) => Problem::unavailable("audit-unavailable", &e),
        }
    }
}

impl From<ObserveError> for Problem {
    fn from(e: ObserveError) -> Self {
        let detail = e.to_string();
        match e {
            ObserveError::Session(SessionError::NoSuchAction { .. }) => {
                Problem::new(StatusCode::NOT_FOUND, "unknown-action", detail)
            }
            ObserveError::Session(SessionError::AlreadyObserved { .. }) => {
                Problem::new(StatusCode::CONFLICT, "already-observed", detail)
            }
            ObserveError::Session(e) => Problem::unavailable("session-unavailable", &e),
            ObserveError::Audit(e) => Problem::unavailable("audit-unavailable", &e),
        }
    }
}

impl Problem {
    /// Something that may work again later. What exactly broke names files of this
    /// machine, so it goes to the log and not to whoever asked.
    pub fn unavailable(word: &str, e: &dyn std::error::Error) -> Self {
        tracing::error!("{e}");
        let detail = "what this needs cannot be used now; the server's log says why";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, word, detail).after(1)
    }
}
