//! What all pages share.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::assets::{LINKS, Links};
use super::viewer::Viewer;
use crate::approvals::ApprovalError;
use crate::http::Problem;
use crate::judge::now;

/// The frame of a page: who looks, and where they are.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) links: &'static Links,
    /// Who is signed in; empty on the way in.
    pub(super) by: String,
    /// What they are: `approver`, or why they need not be anything.
    pub(super) role: String,
    /// Whether everybody on this machine is let in.
    pub(super) local: bool,
    /// Posted along with every form.
    pub(super) token: String,
    /// How many questions wait.
    pub(super) waiting: u64,
    /// Which of the pages this is.
    pub(super) here: &'static str,
}

impl Frame {
    /// A page of somebody who is signed in.
    pub(super) fn of(viewer: &Viewer, here: &'static str, waiting: u64) -> Frame {
        Frame {
            links: &LINKS,
            by: viewer.by(),
            role: viewer.role().to_owned(),
            local: viewer.is_local(),
            token: viewer.token(),
            waiting,
            here,
        }
    }

    /// A page of nobody.
    pub(super) fn outside() -> Frame {
        Frame {
            links: &LINKS,
            by: String::new(),
            role: String::new(),
            local: false,
            token: String::new(),
            waiting: 0,
            here: "",
        }
    }

    pub(super) fn is_inside(&self) -> bool {
        !self.by.is_empty()
    }
}

/// A page as it is sent; a browser that is new here gets its secret with it.
pub(super) fn page(viewer: Option<&Viewer>, status: StatusCode, page: &impl Template) -> Response {
    let mut response = match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(e) => {
            tracing::error!("a page cannot be made: {e}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    if let Some(cookie) = viewer.and_then(Viewer::new_cookie) {
        set_cookie(&mut response, &cookie);
    }
    response
}

/// Adds a cookie to an answer.
pub(super) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// On to another page, by GET.
pub(super) fn go(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// Why there is no page.
#[derive(Debug)]
pub(super) struct Wrong {
    status: StatusCode,
    sentence: String,
}

#[derive(Template)]
#[template(path = "inbox/wrong.html")]
struct WrongPage {
    frame: Frame,
    title: &'static str,
    sentence: String,
}

impl Wrong {
    pub(super) fn new(status: StatusCode, sentence: impl Into<String>) -> Wrong {
        Wrong {
            status,
            sentence: sentence.into(),
        }
    }

    /// Its status and its sentence.
    pub(super) fn parts(self) -> (StatusCode, String) {
        (self.status, self.sentence)
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        let title = match self.status {
            StatusCode::NOT_FOUND => "There is nothing here",
            StatusCode::FORBIDDEN => "You may not do this",
            status if status.is_client_error() => "This cannot be done",
            _ => "This does not work now",
        };
        let shown = WrongPage {
            frame: Frame::outside(),
            title,
            sentence: self.sentence,
        };
        page(None, self.status, &shown)
    }
}

impl From<Problem> for Wrong {
    fn from(problem: Problem) -> Self {
        Wrong::new(problem.status(), problem.detail())
    }
}

impl From<ApprovalError> for Wrong {
    fn from(e: ApprovalError) -> Self {
        Problem::from(e).into()
    }
}

/// A time as people say how long it is until then.
pub(super) fn left(until: u64) -> String {
    let seconds = until.saturating_sub(now()) / 1000;
    match seconds {
        0 => "no time left".to_owned(),
        1..120 => format!("{seconds} s left"),
        120..7200 => format!("{} min left", seconds / 60),
        7200..172_800 => format!("{} h left", seconds / 3600),
        _ => format!("{} days left", seconds / 86_400),
    }
}

/// A time as a machine reads it.
pub(super) fn stamp(millis: u64) -> String {
    let second = i64::try_from(millis / 1000).unwrap_or(0);
    let time = jiff::Timestamp::from_second(second).unwrap_or_default();
    time.to_string()
}

/// A time as people read it.
pub(super) fn clock(millis: u64) -> String {
    let second = i64::try_from(millis / 1000).unwrap_or(0);
    let time = jiff::Timestamp::from_second(second).unwrap_or_default();
    time.strftime("%e %b %Y, %H:%M:%S UTC")
        .to_string()
        .trim()
        .to_owned()
}
