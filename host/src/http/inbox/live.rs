//! News as it happens: what is new comes in, what was answered goes. Each browser
//! that follows costs a task, and a look at the approvals when something changed.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use serde::Deserialize;
use tokio::sync::watch;

use super::list::{Row, place, row_of, waiting};
use super::status::Status;
use super::viewer::Viewer;
use crate::approvals::{ApprovalError, Approvals, State as Of};
use crate::http::Server;
use crate::printable::printable;

/// How often it is looked whether the browser is still signed in.
const STILL: Duration = Duration::from_secs(15);

/// What a page knows already, and what it wants to hear of.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Since {
    /// The last change it knows.
    after: u64,
    /// Of this approval only.
    only: Option<String>,
}

#[derive(Template)]
#[template(path = "inbox/news.html")]
struct News {
    /// The row as it is now, if anything on it waits.
    row: Option<Row>,
    said: String,
    waiting: u64,
}

#[derive(Template)]
#[template(path = "inbox/status-news.html")]
struct StatusNews {
    status: Status,
    waiting: u64,
}

/// One browser that follows.
struct Following {
    server: Server,
    viewer: Viewer,
    since: u64,
    only: Option<String>,
    latest: watch::Receiver<u64>,
    ending: watch::Receiver<bool>,
    ready: VecDeque<Event>,
}

/// `GET /inbox/events`
pub(super) async fn events(
    State(server): State<Server>,
    viewer: Viewer,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // After a lost connection a browser says itself how far it came.
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok());
    let following = Following {
        latest: server.waiting.follow(),
        ending: server.ending.clone(),
        viewer,
        since: last.unwrap_or(since.after),
        only: since.only,
        ready: VecDeque::new(),
        server,
    };
    let stream = futures_util::stream::unfold(following, |mut following| async move {
        let event = following.next().await?;
        Some((Ok(event), following))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

impl Following {
    /// The next piece of news; `None` when the browser is to come again, or is not
    /// signed in any more.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            if *self.ending.borrow() || !self.viewer.still(&self.server).await {
                return None;
            }
            self.latest.mark_unchanged();
            self.look().await?;
            if !self.ready.is_empty() {
                continue;
            }
            tokio::select! {
                changed = self.latest.changed() => changed.ok()?,
                () = tokio::time::sleep(STILL) => {}
                _ = self.ending.wait_for(|ending| *ending) => return None,
            }
        }
    }

    /// Looks what changed since.
    async fn look(&mut self) -> Option<()> {
        let (since, only) = (self.since, self.only.clone());
        let answers = self.viewer.may_answer();
        let token = self.viewer.token();
        let news = self
            .server
            .with_gate(move |gate| {
                news(
                    gate.approvals(),
                    since,
                    |approvals, id, waiting| match &only {
                        Some(only) if only == id => {
                            let approval = approvals.get(id)?;
                            let status = Status::of(approvals, &approval, answers, token.clone())?;
                            let html = StatusNews { status, waiting }.render().ok();
                            Ok(html.map(|html| (approval.id, html)))
                        }
                        Some(_) => Ok(None),
                        None => row(approvals, id, waiting),
                    },
                )
            })
            .await
            .ok()?;
        match news {
            Ok((since, ready)) => {
                self.since = since;
                for (seq, row, html) in ready {
                    // Of a row that comes again there is one; in front, so that whoever
                    // loses the connection in between is told again.
                    self.ready
                        .push_back(Event::default().event("gone").data(row));
                    let news = Event::default().event("news").data(html);
                    self.ready.push_back(news.id(seq.to_string()));
                }
                Some(())
            }
            Err(e) => {
                tracing::error!("{e}");
                None // the browser comes again
            }
        }
    }
}

/// The number of a change, the row it is about, and what is told of it.
type Piece = (u64, String, String);

/// What is told of each approval that changed, and the number of the last change.
fn news(
    approvals: &Approvals,
    since: u64,
    tell: impl Fn(&Approvals, &str, u64) -> Result<Option<(String, String)>, ApprovalError>,
) -> Result<(u64, Vec<Piece>), ApprovalError> {
    let changes = approvals.changes(since)?;
    let last = changes.last().map_or(since, |change| change.seq);
    let waiting = waiting(approvals)?;
    let mut told = Vec::new();
    for (place, change) in changes.iter().enumerate() {
        // Of each the newest is enough: what is told is how it is now.
        let later = changes.iter().skip(place + 1);
        if later.clone().any(|later| later.approval == change.approval) {
            continue;
        }
        match tell(approvals, &change.approval, waiting) {
            Ok(Some((row, html))) => told.push((change.seq, row, html)),
            Ok(None) | Err(ApprovalError::Unknown(_)) => {}
            Err(e) => return Err(e),
        }
    }
    Ok((last, told))
}

/// The row of a question, and what is told of it.
fn row(
    approvals: &Approvals,
    id: &str,
    waiting: u64,
) -> Result<Option<(String, String)>, ApprovalError> {
    let approval = approvals.get(id)?;
    let action = &approval.held.action;
    let what = format!(
        "{} wants to {}",
        printable(&action.agent, 80),
        printable(&super::words::plain(&action.kind), 80)
    );
    let row = row_of(approvals, &approval)?;
    let alike = row.as_ref().map_or(0, |row| row.alike);
    let said = match approval.state {
        Of::Pending if alike > 1 => format!("{alike} alike: {what}"),
        Of::Pending if approval.answers.is_empty() => format!("New: {what}"),
        Of::Pending => format!("One answer so far: {what}"),
        state => format!("{state}: {what}"),
    };
    let news = News { row, said, waiting };
    let place = place(&approval).to_owned();
    Ok(news.render().ok().map(|html| (place, html)))
}
