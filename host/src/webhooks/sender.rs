//! Sends what an endpoint has not got yet: one after another, each until it was taken.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{StatusCode, Url};
use tokio::sync::watch;

use super::address::{PRIVATE, PublicOnly, is_private_literal};
use super::{Event, Keys, WebhookConfig, message};
use crate::approvals::{ApprovalError, Delivery, Waiting};
use crate::clock;
use crate::gate::Gate;
use crate::judge::now;
use crate::outgoing::{self, backoff, with};
use crate::quarantine::Ward;

/// How long an endpoint has to answer: less than a message is one sender's.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it looks for messages whose time has come, and after a failure of the file.
const TICK: Duration = Duration::from_secs(1);
/// How long a message is tried: a day.
const GIVE_UP: u64 = 24 * 3_600_000;

/// Sends to one endpoint.
#[derive(Debug)]
pub struct Sender {
    name: String,
    url: Url,
    keys: Keys,
    events: Vec<Event>,
    allow_private: bool,
    http: reqwest::Client,
}

/// What came of a try.
enum Tried {
    Taken,
    /// It will never be: sending the same again changes nothing.
    Never(String),
    Later(String, Option<Duration>),
}

impl Sender {
    /// A sender for this endpoint; `None` if it is not told anything.
    ///
    /// # Errors
    /// No TLS can be set up.
    pub fn new(config: &WebhookConfig) -> Result<Option<Self>, reqwest::Error> {
        // Both were checked when the configuration was read.
        let (Some(url), Some(keys)) = (
            config.url.as_ref().and_then(|url| Url::parse(url).ok()),
            Keys::read(&config.secrets),
        ) else {
            return Ok(None);
        };
        let client = outgoing::client(PATIENCE);
        let client = match config.allow_private {
            true => client,
            false => client.dns_resolver(PublicOnly),
        };
        Ok(Some(Sender {
            name: config.name.clone(),
            url,
            keys,
            events: config.events.clone(),
            allow_private: config.allow_private,
            http: client.build()?,
        }))
    }

    async fn send(&self, delivery: &Delivery) -> Tried {
        if !self.allow_private && is_private_literal(&self.url) {
            return Tried::Later(PRIVATE.to_owned(), None);
        }
        let timestamp = clock::wall() / 1000; // it is the receiver who compares it
        let body = delivery.body.as_bytes();
        let request = self
            .http
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &delivery.message)
            .header("webhook-timestamp", timestamp)
            .header(
                "webhook-signature",
                self.keys.sign(&delivery.message, timestamp, body),
            )
            .body(delivery.body.clone());
        match request.send().await {
            Err(e) => Tried::Later(outgoing::told(&e), None),
            Ok(answer) => match answer.status() {
                status if status.is_success() => Tried::Taken,
                StatusCode::BAD_REQUEST
                | StatusCode::GONE
                | StatusCode::PAYLOAD_TOO_LARGE
                | StatusCode::UNPROCESSABLE_ENTITY => {
                    Tried::Never(format!("it answered {}", answer.status()))
                }
                status if status.is_redirection() => {
                    let what = format!("it answered {status}; redirects are not followed");
                    Tried::Later(what, None)
                }
                status => {
                    let after = outgoing::retry_after(&answer);
                    Tried::Later(format!("it answered {status}"), after)
                }
            },
        }
    }
}

/// Runs all senders until the server ends; `news` changes when an approval does.
pub async fn run(
    gate: Arc<Gate>,
    senders: Vec<Sender>,
    inbox: Option<String>,
    news: watch::Receiver<u64>,
    ending: watch::Receiver<bool>,
) {
    let of = |event| -> Vec<String> {
        let told = senders
            .iter()
            .filter(|sender| sender.events.contains(&event));
        told.map(|sender| sender.name.clone()).collect()
    };
    let (swapped, quarantined) = (of(Event::Swap), of(Event::Quarantine));
    for sender in senders {
        let (gate, inbox) = (gate.clone(), inbox.clone());
        tokio::spawn(serve(gate, sender, inbox, news.clone(), ending.clone()));
    }
    tokio::spawn(watch_quarantine(gate.clone(), quarantined, ending.clone()));
    watch_swaps(gate, swapped, ending).await;
}

/// Keeps a message for each endpoint when a plugin is asked no more.
async fn watch_quarantine(
    gate: Arc<Gate>,
    endpoints: Vec<String>,
    mut ending: watch::Receiver<bool>,
) {
    let mut known: Vec<Ward> = Vec::new();
    while !endpoints.is_empty() && !*ending.borrow() {
        let wards = gate.quarantined();
        let new: Vec<Ward> = wards
            .iter()
            .filter(|ward| !known.contains(ward))
            .cloned()
            .collect();
        if !new.is_empty() {
            let endpoints = endpoints.clone();
            let kept = with(&gate, move |gate| {
                new.iter().try_for_each(|ward| {
                    let (id, body) = message::of_quarantine(ward, now());
                    gate.approvals().feed_once(&id, &endpoints, &body, now())
                })
            });
            match kept.await {
                Ok(()) => known = wards,
                Err(e) => tracing::error!("webhooks: {e}"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(TICK / 4) => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
    }
}

/// Keeps a message for each endpoint when another generation is in force.
async fn watch_swaps(gate: Arc<Gate>, endpoints: Vec<String>, mut ending: watch::Receiver<bool>) {
    let mut known = String::new();
    while !endpoints.is_empty() && !*ending.borrow() {
        let generation = gate.generation();
        if generation != known {
            let (next, endpoints) = (generation.clone(), endpoints.clone());
            let kept = with(&gate, move |gate| {
                gate.approvals().feed_generation(&next, now(), |previous| {
                    let message = |name: String| {
                        let (id, body) = message::of_swap(&next, previous, now());
                        (name, id, body)
                    };
                    endpoints.into_iter().map(message).collect()
                })
            });
            match kept.await {
                Ok(()) => known = generation,
                Err(e) => tracing::error!("webhooks: {e}"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(TICK / 4) => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
    }
}

/// Serves one endpoint.
async fn serve(
    gate: Arc<Gate>,
    sender: Sender,
    inbox: Option<String>,
    mut news: watch::Receiver<u64>,
    mut ending: watch::Receiver<bool>,
) {
    let sender = Arc::new(sender);
    while !*ending.borrow() {
        if let Err(e) = round(&gate, &sender, inbox.as_ref(), &ending).await {
            tracing::error!("webhook {}: {e}", sender.name);
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            _ = news.changed() => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
    }
}

/// Reads the changes and sends what is due.
async fn round(
    gate: &Arc<Gate>,
    sender: &Arc<Sender>,
    inbox: Option<&String>,
    ending: &watch::Receiver<bool>,
) -> Result<(), ApprovalError> {
    loop {
        let (told, inbox) = (sender.clone(), inbox.cloned());
        let more = with(gate, move |gate| {
            let message = |approval: &_, state| {
                message::of_change(&told.events, inbox.as_deref(), approval, state, now())
            };
            gate.approvals().feed_endpoint(&told.name, now(), message)
        });
        if !more.await? {
            break;
        }
    }
    while !*ending.borrow() {
        let name = sender.name.clone();
        let next = with(gate, move |gate| {
            gate.approvals().next_delivery(&name, now())
        })
        .await?;
        let Waiting::Due(delivery) = next else {
            break; // what comes later waits for what comes first
        };
        deliver(gate, sender, delivery).await?;
    }
    Ok(())
}

async fn deliver(
    gate: &Arc<Gate>,
    sender: &Sender,
    delivery: Delivery,
) -> Result<(), ApprovalError> {
    let tried = sender.send(&delivery).await;
    let (name, id, now) = (&sender.name, delivery.message.clone(), now());
    match after(&delivery, tried, now) {
        Next::Done => with(gate, move |g| g.approvals().done_with(&delivery)).await,
        Next::GiveUp(why) => {
            tracing::error!("webhook {name}: {id} is given up: {why}");
            with(gate, move |g| g.approvals().give_up(&delivery, &why, now)).await
        }
        Next::Again(due, why) => {
            let pause = due.saturating_sub(now) / 1000;
            tracing::warn!(
                "webhook {name}: {id} was not taken: {why}; tried again in {} s",
                pause.max(1)
            );
            with(gate, move |g| g.approvals().deliver_later(&delivery, due)).await
        }
    }
}

/// What becomes of a message that was tried.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Done,
    GiveUp(String),
    /// It is tried again then, in milliseconds since the Unix epoch.
    Again(u64, String),
}

fn after(delivery: &Delivery, tried: Tried, now: u64) -> Next {
    let (what, asked) = match tried {
        Tried::Taken => return Next::Done,
        Tried::Never(what) => return Next::GiveUp(what),
        Tried::Later(what, asked) => (what, asked),
    };
    if now >= delivery.since.saturating_add(GIVE_UP) {
        let tries = delivery.tries + 1;
        return Next::GiveUp(format!("{what}; it was tried for a day, {tries} times"));
    }
    let pause = asked.unwrap_or_default().max(backoff(delivery.tries));
    let pause = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    Next::Again(now.saturating_add(pause), what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approvals::{Approvals, ApprovalsConfig};

    /// A day of an endpoint that is down, on a clock that is told what time it is.
    #[test]
    fn what_nobody_takes_is_tried_for_a_day_and_then_a_dead_letter() {
        const BEGIN: u64 = 1_000_000;
        let folder = tempfile::tempdir().unwrap();
        let store = Some(folder.path().join("approvals.db"));
        let opened = || {
            Approvals::new(ApprovalsConfig {
                store: store.clone(),
                ..ApprovalsConfig::default()
            })
        };
        let mut approvals = opened();
        let message = |id: &str| ("down".to_owned(), id.to_owned(), "{}".to_owned());
        let mut fed = vec![message("first"), message("second")];
        for generation in ["one", "two"] {
            let messages = |_: &str| std::mem::take(&mut fed);
            let kept = approvals.feed_generation(generation, BEGIN, messages);
            kept.unwrap();
        }
        let (mut now, mut tries) = (BEGIN, Vec::new());
        let given_up = loop {
            match approvals.next_delivery("down", now).unwrap() {
                Waiting::Nothing => panic!("it is gone"),
                Waiting::Until(due) => now = due,
                Waiting::Due(delivery) => {
                    assert_eq!(delivery.message, "first", "they go in order");
                    tries.push(now);
                    let down = Tried::Later("it answered 503".to_owned(), None);
                    match after(&delivery, down, now) {
                        Next::Done => panic!("it was not taken"),
                        Next::Again(due, _) => approvals.deliver_later(&delivery, due).unwrap(),
                        Next::GiveUp(why) => {
                            approvals.give_up(&delivery, &why, now).unwrap();
                            break now;
                        }
                    }
                    approvals = opened(); // nothing of it is in memory alone
                }
            }
        };
        let hour = 3_600_000;
        assert!((24 * hour..=25 * hour).contains(&(given_up - BEGIN)));
        let pauses: Vec<u64> = tries.windows(2).map(|two| two[1] - two[0]).collect();
        assert!((750..=1000).contains(&pauses[0]) && (1500..=2000).contains(&pauses[1]));
        assert!(pauses.iter().all(|pause| *pause <= hour));
        assert!((30..=50).contains(&tries.len()), "{} tries", tries.len());

        let letter = approvals.dead_letters(10).unwrap().remove(0);
        assert_eq!((&*letter.message, &*letter.endpoint), ("first", "down"));
        assert_eq!((letter.tries as usize, letter.at), (tries.len(), given_up));
        assert!(letter.why.contains("503") && letter.why.contains("a day"));
        let left = approvals.undelivered().unwrap().remove(0);
        assert_eq!((left.waiting, left.given_up), (1, 1));
        // Now it is the next one's turn.
        let Waiting::Due(second) = approvals.next_delivery("down", given_up).unwrap() else {
            panic!("it waits")
        };
        assert_eq!(
            (&*second.message, after(&second, Tried::Taken, now)),
            ("second", Next::Done)
        );
        approvals.done_with(&second).unwrap();
        // And what was given up does not stay for ever.
        let never = Tried::Never("it answered 410".to_owned());
        assert_eq!(
            after(&second, never, now),
            Next::GiveUp("it answered 410".to_owned())
        );
        let left = approvals.undelivered().unwrap().remove(0);
        assert_eq!((left.waiting, left.given_up), (0, 1));
    }
}
