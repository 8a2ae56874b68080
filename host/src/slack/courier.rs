//! Brings the cards to Slack, and keeps them true.
//!
//! ```text
//! not posted ─ said in the file that somebody posts it ─ posted ─┬─ Slack named it: kept
//!      ▲                                                        └─ nobody knows: looked for in
//!      └── certainly not there ◄────────────────────────────────── the channel, never posted blindly
//! ```

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::api::{Failed, Outcome};
use super::card::{self, Pen};
use super::{Api, BUTTON};
use crate::approvals::{ApprovalError, Posting, SlackCard, State};
use crate::gate::Gate;
use crate::judge::now;
use crate::outgoing::{backoff, fingerprint, with};

/// How often it looks for cards whose time has come, and after a failure of the file.
pub(super) const TICK: Duration = Duration::from_secs(1);
/// How long a post may still become visible in the channel after nobody knows.
const SETTLE: u64 = 15_000;
/// How often a card is drawn in vain before it is left as it is.
const DRAWS: u32 = 20;

/// What a courier works with.
struct Courier {
    gate: Arc<Gate>,
    api: Api,
    channel: String,
    pen: Pen,
    /// How often in a row Slack could not be used.
    failures: u32,
}

/// Runs until the server ends. `news` changes when an approval does.
pub async fn run(
    gate: Arc<Gate>,
    api: Api,
    channel: String,
    inbox: Option<String>,
    mut news: watch::Receiver<u64>,
    mut ending: watch::Receiver<bool>,
) {
    let Some(key) = key(&gate, &mut ending).await else {
        return;
    };
    let mut courier = Courier {
        gate,
        api,
        channel,
        pen: Pen { key, inbox },
        failures: 0,
    };
    while !*ending.borrow() {
        let pause = match courier.round(&ending).await {
            Ok(pause) => pause,
            Err(e) => {
                tracing::error!("Slack: {e}");
                Some(TICK)
            }
        };
        let ended = ending.wait_for(|ending| *ending);
        // While Slack cannot be used, news change nothing.
        match pause {
            Some(pause) => tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = ended => return,
            },
            None => tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                _ = news.changed() => {}
                _ = ended => return,
            },
        }
    }
}

/// The key of the buttons, as soon as the file gives it.
async fn key(gate: &Arc<Gate>, ending: &mut watch::Receiver<bool>) -> Option<Vec<u8>> {
    loop {
        match with(gate, |gate| gate.approvals().key(BUTTON)).await {
            Ok(key) => return Some(key),
            Err(e) => tracing::error!("Slack: {e}"),
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            _ = ending.wait_for(|ending| *ending) => return None,
        }
    }
}

impl Courier {
    /// Sees to every card that is due; how long to leave Slack alone then.
    async fn round(
        &mut self,
        ending: &watch::Receiver<bool>,
    ) -> Result<Option<Duration>, ApprovalError> {
        while with(&self.gate, |gate| gate.approvals().feed_cards(now())).await? {}
        while !*ending.borrow() {
            let next = with(&self.gate, |gate| gate.approvals().next_card(now())).await?;
            let Some(card) = next else { break };
            if let Some(failed) = self.see_to(&card).await? {
                let id = &card.approval;
                // What Slack does not like of one card, it may like of the next.
                if failed.outcome == Outcome::Refused {
                    tracing::warn!(
                        "Slack: {}; the card of {id} is tried again later",
                        failed.what
                    );
                    continue;
                }
                self.failures += 1;
                let pause = failed
                    .after
                    .unwrap_or_else(|| backoff(self.failures.min(6) - 1));
                tracing::warn!(
                    "Slack: {}; the card of {id} is tried again in {} s",
                    failed.what,
                    pause.as_secs().max(1)
                );
                return Ok(Some(pause));
            }
            self.failures = 0;
        }
        Ok(None)
    }

    /// Posts one card, draws it anew, or finds out whether it is there. What failed.
    async fn see_to(&self, card: &SlackCard) -> Result<Option<Failed>, ApprovalError> {
        let found = card.clone();
        let shown = with(&self.gate, move |gate| gate.approvals().on_card(&found)).await?;
        let Some(drawn) = self.pen.card(&shown) else {
            return Ok(None); // forgotten, and the card with it
        };
        let waits = shown.iter().any(|(one, _)| one.state == State::Pending);
        match &card.posting {
            Posting::Not if waits => self.post(card, drawn).await,
            // It was over before anybody could be shown it.
            Posting::Not => self.close(card).await,
            Posting::Unknown(since) => self.look_for(card, *since).await,
            Posting::Posted { channel, ts } => self.update(card, drawn, (channel, ts)).await,
        }
    }

    async fn post(&self, card: &SlackCard, drawn: Value) -> Result<Option<Failed>, ApprovalError> {
        let begun = card.clone();
        if !with(&self.gate, move |gate| {
            gate.approvals().posting(&begun, now())
        })
        .await?
        {
            return Ok(None); // another process does
        }
        let shown = fingerprint(&drawn.to_string());
        let mut message = drawn;
        message["channel"] = json!(self.channel);
        message["metadata"] = card::metadata(&card.approval);
        message["unfurl_links"] = json!(false);
        message["unfurl_media"] = json!(false);
        match self.api.post("chat.postMessage", &message).await {
            Ok(answer) => {
                let place = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
                match (place("channel"), place("ts")) {
                    (Some(channel), Some(ts)) => self.keep(card, (channel, ts), shown).await,
                    _ => {
                        self.unknown(card, "Slack does not say where the card is")
                            .await
                    }
                }
            }
            Err(failed) if failed.outcome == Outcome::Unknown => {
                self.unknown(card, &failed.what).await?;
                Ok(Some(failed))
            }
            Err(failed) => {
                let (card, due) = (card.clone(), now() + millis(backoff(card.tries.min(6))));
                with(&self.gate, move |gate| {
                    gate.approvals().not_posted(&card, due)
                })
                .await?;
                Ok(Some(failed))
            }
        }
    }

    async fn keep(
        &self,
        card: &SlackCard,
        (channel, ts): (String, String),
        shown: String,
    ) -> Result<Option<Failed>, ApprovalError> {
        let card = card.clone();
        with(&self.gate, move |gate| {
            gate.approvals()
                .posted(&card, (&channel, &ts), &shown, now())
        })
        .await?;
        Ok(None)
    }

    /// Nobody sees it: left alone.
    async fn close(&self, card: &SlackCard) -> Result<Option<Failed>, ApprovalError> {
        let card = card.clone();
        with(&self.gate, move |gate| gate.approvals().close_card(&card)).await?;
        Ok(None)
    }

    async fn later(&self, card: &SlackCard, due: u64) -> Result<Option<Failed>, ApprovalError> {
        let card = card.clone();
        with(&self.gate, move |gate| {
            gate.approvals().card_later(&card, due)
        })
        .await?;
        Ok(None)
    }

    /// Nobody knows whether it is there: it is looked for once it would be seen.
    async fn unknown(&self, card: &SlackCard, what: &str) -> Result<Option<Failed>, ApprovalError> {
        tracing::warn!(
            "Slack: {what}; whether the card of {} is there is looked up",
            card.approval
        );
        self.later(card, now() + SETTLE).await
    }

    /// Looks in the channel for a card that somebody began to post.
    async fn look_for(
        &self,
        card: &SlackCard,
        since: u64,
    ) -> Result<Option<Failed>, ApprovalError> {
        if now() < since.saturating_add(SETTLE) {
            return self.later(card, since + SETTLE).await;
        }
        let ago = Duration::from_millis(now().saturating_sub(since));
        match self.api.history(&self.channel, ago).await {
            Ok(history) => match found_in(&history, &card.approval) {
                // What it shows is drawn anew.
                Some(ts) => {
                    let place = (self.channel.clone(), ts);
                    self.keep(card, place, String::new()).await?;
                    self.later(card, now()).await
                }
                None => {
                    let card = card.clone();
                    with(&self.gate, move |gate| {
                        gate.approvals().not_posted(&card, now())
                    })
                    .await?;
                    Ok(None)
                }
            },
            Err(failed) if failed.outcome == Outcome::Refused => {
                tracing::error!(
                    "Slack: {}; whether the card of {} is there cannot be found out, so it is \
                     not posted again: the question can be answered elsewhere",
                    failed.what,
                    card.approval
                );
                self.close(card).await
            }
            Err(failed) => {
                let due = now() + millis(backoff(card.tries.min(6)));
                self.later(card, due).await?;
                Ok(Some(failed))
            }
        }
    }

    /// Draws a card as its question is now.
    async fn update(
        &self,
        card: &SlackCard,
        drawn: Value,
        (channel, ts): (&str, &str),
    ) -> Result<Option<Failed>, ApprovalError> {
        let place = (channel.to_owned(), ts.to_owned());
        let shown = fingerprint(&drawn.to_string());
        // Nothing new, or a card of a dry run, which is nowhere.
        if card.shown.as_deref() == Some(&shown) || ts.is_empty() {
            return self.keep(card, place, shown).await;
        }
        let mut message = drawn;
        message["channel"] = json!(channel);
        message["ts"] = json!(ts);
        let failed = match self.api.post("chat.update", &message).await {
            Ok(_) => return self.keep(card, place, shown).await,
            Err(failed) => failed,
        };
        if failed.outcome == Outcome::Gone || card.tries >= DRAWS {
            tracing::error!(
                "Slack: {}; the card of {} stays as it is",
                failed.what,
                card.approval
            );
            return self.close(card).await;
        }
        // Drawing twice does no harm, so nobody has to know whether it was done.
        let due = now() + millis(backoff(card.tries));
        self.later(card, due).await?;
        Ok(Some(failed))
    }
}

/// Slack's name for the message of this approval, if it is there.
fn found_in(history: &Value, approval: &str) -> Option<String> {
    let messages = history.get("messages")?.as_array()?;
    let ours = messages.iter().find(|message| {
        message
            .pointer("/metadata/event_payload/id")
            .and_then(Value::as_str)
            == Some(approval)
    })?;
    ours.get("ts")?.as_str().map(str::to_owned)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
