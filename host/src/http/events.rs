//! `/v1/events`: what happens to approvals, as it happens.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::body::Params;
use super::refusals::Refusals;
use super::{Identity, Problem, Server};
use crate::approvals::Change;
use crate::keys::Right;
use crate::wire;

/// How often a quiet stream says that it is there.
const ALIVE: Duration = Duration::from_secs(15);

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/v1/events", get(events))
}

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct From {
    /// The number of the last event that is known; `Last-Event-ID` goes before it.
    /// Without either, only what happens from now on
    after: Option<u64>,
}

/// Follows what happens to approvals (server-sent events)
///
/// Each event is named `approval`, its id is its number, and its data is
/// `{"seq", "approval_id", "state", "answered"}`. Where somebody answered, `answered` has
/// `{"approved", "by", "via", "reason"}`, and the state is still `pending`: what it led to, if
/// it was the last that was needed, is the next event. Otherwise `answered` is null. A browser
/// that lost the connection goes on where it was.
#[utoipa::path(
    get, path = "/v1/events", tag = "approvals",
    params(From, ("Last-Event-ID" = Option<u64>, Header, description = "The last event that is known")),
    responses(
        (status = 200, description = "Events, until one side ends", body = String, content_type = "text/event-stream"),
        Refusals,
    ),
)]
pub(super) async fn events(
    State(server): State<Server>,
    identity: Identity,
    Params(from): Params<From>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    identity.needs(Right::Read)?;
    let last = match headers.get("last-event-id") {
        None => from.after,
        Some(last) => {
            let number = last.to_str().ok().and_then(|last| last.trim().parse().ok());
            Some(number.ok_or_else(|| {
                let detail = "`Last-Event-ID` must be the number of an event";
                Problem::bad("parameter", detail).field("Last-Event-ID")
            })?)
        }
    };
    let seen = match last {
        Some(last) => last,
        None => {
            server
                .with_gate(|gate| gate.approvals().last_change())
                .await??
        }
    };
    let stream = server.changes(seen);
    let told = futures_util::StreamExt::map(stream, |change| {
        let data = json!({"seq": change.seq, "approval_id": change.approval,
            "state": change.state.as_str(), "answered": change.answer.as_ref().map(wire::answer)});
        let event = Event::default()
            .event("approval")
            .id(change.seq.to_string());
        Ok(event.data(data.to_string()))
    });
    Ok(Sse::new(told).keep_alive(KeepAlive::new().interval(ALIVE)))
}

impl Server {
    /// Every change of an approval after this one, as it happens, until the server
    /// ends or the approvals cannot be used.
    pub fn changes(&self, seen: u64) -> impl Stream<Item = Change> + use<> {
        let follow = self.waiting.follow();
        let ending = self.ending.clone();
        let begin = (self.clone(), seen, Vec::new().into_iter(), follow, ending);
        unfold(
            begin,
            |(server, mut seen, mut ready, mut follow, mut ending)| async move {
                loop {
                    let next: Option<Change> = ready.next();
                    if let Some(change) = next {
                        seen = change.seq;
                        return Some((change, (server, seen, ready, follow, ending)));
                    }
                    follow.mark_unchanged();
                    let found = server
                        .with_gate(move |gate| gate.approvals().changes(seen))
                        .await;
                    ready = found.ok()?.ok()?.into_iter();
                    if ready.len() > 0 {
                        continue;
                    }
                    if *ending.borrow() {
                        return None;
                    }
                    tokio::select! {
                        _ = follow.changed() => {}
                        _ = ending.wait_for(|ending| *ending) => {}
                    }
                }
            },
        )
    }
}
