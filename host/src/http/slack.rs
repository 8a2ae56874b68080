//! `/slack/actions`: a click in Slack is an answer, or opens a dialog for one.
//!
//! The signature is checked over the raw bytes before anything is read. Then the
//! answer is taken like any other; Slack is told within its three seconds either way,
//! and the card is drawn from what was kept, not from here.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::auth::asked_as_local;
use super::body::{Raw, only};
use super::refusals::{NoSlack, Refusals};
use super::{Problem, Server};
use crate::approvals::{Approval, ApprovalError, State as Progress};
use crate::gate::Gate;
use crate::gate::granting::GrantError;
use crate::judge::now;
use crate::slack::{
    self, Api, Choice, Interaction, InteractionError, Place, SlackConfig, Wish, words,
};

/// The largest request: a card with all its state is some 20 KiB.
const MOST: usize = 256 << 10;
/// How long Slack may wait, of its three seconds.
const PATIENCE: Duration = Duration::from_millis(2000);
/// More questions than a card has are on no button of ours.
const MOST_AT_ONCE: usize = 16;

const NOTHING_OFFERED: &str = "Nothing of this can be granted: its values come from what tools \
    returned, or it stands alone. Nothing was changed.";
const NO_DIALOG: &str = "Slack did not open the dialog. Nothing was changed; grant it in the \
    inbox, or click again.";

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/slack/actions", post(actions))
        .layer(DefaultBodyLimit::max(MOST))
}

/// A click on a card in Slack, or a dialog that was sent
#[utoipa::path(
    post, path = "/slack/actions", tag = "0.0.1", security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "Slack's `payload`, signed by Slack"),
    responses(
        (status = 200, description = "What came of it", body = Object),
        NoSlack,
        Refusals,
    ),
)]
pub(super) async fn actions(
    State(server): State<Server>,
    uri: Uri,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<Value>, Problem> {
    let Some(config) = server.config.slack.clone() else {
        let detail = "Slack is not set up on this server (`[slack]` in the configuration)";
        return Err(Problem::new(StatusCode::NOT_FOUND, "no-slack", detail));
    };
    check(&config, &uri, &headers, &body)?;
    let Some(asked) = Interaction::read(&body, &config)? else {
        return Ok(Json(json!({})));
    };
    let place = asked.place.clone();
    // Whether Slack still listens or not, the answer is taken.
    let heard = tokio::spawn(async move {
        let came_of_it = server.hear(&config, &asked).await;
        if let (CameOfIt::Nothing(words), Place::Card { response_url, .. }) =
            (&came_of_it, &asked.place)
        {
            tracing::info!("Slack: nothing was taken from {}: {words}", asked.by);
            // The card says the rest to all; this is for the one who clicked.
            if let Some(url) = response_url.clone() {
                let words = words.clone();
                tokio::spawn(async move { slack::tell(&config, &url, &words).await });
            }
        }
        (came_of_it, asked.by)
    });
    let told = match tokio::time::timeout(PATIENCE, heard).await {
        Ok(Ok((came_of_it, by))) => came_of_it.told(&place, &by),
        Ok(Err(_)) => return Err(Problem::internal()),
        Err(_) => {
            let words = "Your answer is being taken; the card will show what came of it.";
            CameOfIt::Nothing(words.to_owned()).told(&place, "")
        }
    };
    Ok(Json(told))
}

/// What came of something somebody did.
enum CameOfIt {
    /// Their answer was taken.
    Taken(String),
    /// A dialog opened, or one with what came of it.
    Dialog,
    /// Nothing changed, or they cannot see it on the card.
    Nothing(String),
}

impl CameOfIt {
    /// The answer to Slack's request.
    fn told(self, place: &Place, by: &str) -> Value {
        match (self, place) {
            // The shape of 0.0.1.
            (CameOfIt::Taken(words), Place::Card { .. }) => {
                json!({"replace_original": true, "text": format!("{words} ({by})")})
            }
            (CameOfIt::Nothing(words), Place::Card { .. }) => {
                json!({"response_type": "ephemeral", "replace_original": false, "text": words})
            }
            (CameOfIt::Taken(_), Place::Dialog) => json!({"response_action": "clear"}),
            (CameOfIt::Nothing(words), Place::Dialog) => slack::instead(&words),
            (CameOfIt::Dialog, _) => json!({}),
        }
    }
}

impl Server {
    /// Does what somebody wants, if they may.
    async fn hear(&self, config: &SlackConfig, asked: &Interaction) -> CameOfIt {
        let (approved, reason) = match &asked.wish {
            Wish::Approve(reason) => (true, reason.clone()),
            Wish::Refuse(reason) => (false, reason.clone()),
            Wish::SayWhy => return self.say_why(config, asked).await,
            Wish::SayWhat => return self.say_what(config, asked).await,
            Wish::Remember(choice) => return self.remember(asked, choice.clone()).await,
        };
        self.take(asked, approved, reason).await
    }

    /// Their answer, through the approvals. Whoever asked the question concludes it.
    async fn take(&self, asked: &Interaction, approved: bool, reason: Option<String>) -> CameOfIt {
        let (at, answer) = (asked.clone(), asked.answer(approved, reason));
        let state = self.with_gate(move |gate| {
            let about = about(gate, &at)?;
            let digest = about.first().map(|approval| approval.digest);
            let digest = digest.ok_or_else(|| unknown(&at))?;
            let states =
                gate.approvals()
                    .answer_each(&at.about.approvals(), digest, &answer, now())?;
            Ok(states.first().copied().unwrap_or(Progress::Pending))
        });
        match state.await {
            Ok(Ok(Progress::Pending)) => {
                CameOfIt::Nothing(words::taken(Progress::Pending).to_owned())
            }
            Ok(Ok(state)) => CameOfIt::Taken(words::taken(state).to_owned()),
            Ok(Err(e)) => CameOfIt::Nothing(words::refused(&e)),
            Err(_) => failed(),
        }
    }

    /// Opens the dialog for a refusal's reason. Where it does not open, the refusal counts
    /// without one: a no is never lost.
    async fn say_why(&self, config: &SlackConfig, asked: &Interaction) -> CameOfIt {
        let at = asked.clone();
        let answerable = self.with_gate(move |gate| {
            let (about, answer) = (about(gate, &at)?, at.answer(false, None));
            let can = |approval| gate.approvals().can_answer(approval, &answer, now());
            about.iter().try_for_each(can)?;
            Ok(about)
        });
        let about = match answerable.await {
            Ok(Ok(about)) => about,
            Ok(Err(e)) => return CameOfIt::Nothing(words::refused(&e)),
            Err(_) => return failed(),
        };
        if let Some((api, trigger)) = dialogs(config, asked)
            && api.ask_why(&trigger, &asked.about, &about).await
        {
            return CameOfIt::Dialog;
        }
        self.take(asked, false, None).await
    }

    /// Opens the dialog that says what may run without asking.
    async fn say_what(&self, config: &SlackConfig, asked: &Interaction) -> CameOfIt {
        let at = asked.clone();
        let offered = self.with_gate(move |gate| {
            let about = about(gate, &at)?;
            let [approval] = &about[..] else {
                return Err(unknown(&at));
            };
            let answer = at.answer(true, None);
            gate.approvals().can_answer(approval, &answer, now())?;
            Ok((approval.clone(), gate.offers(&approval.id)?))
        });
        let (approval, offers) = match offered.await {
            Ok(Ok(offered)) => offered,
            Ok(Err(e)) => return CameOfIt::Nothing(words::refused(&e)),
            Err(_) => return failed(),
        };
        if offers.is_empty() {
            return CameOfIt::Nothing(NOTHING_OFFERED.to_owned());
        }
        let Some((api, trigger)) = dialogs(config, asked) else {
            return CameOfIt::Nothing(NO_DIALOG.to_owned());
        };
        let about = &asked.about;
        match api.ask_what(&trigger, about, &approval, &offers).await {
            true => CameOfIt::Dialog,
            false => CameOfIt::Nothing(NO_DIALOG.to_owned()),
        }
    }

    /// A yes, and what it is widened to: of what is on offer now, made here again.
    async fn remember(&self, asked: &Interaction, choice: Choice) -> CameOfIt {
        let (at, answer) = (asked.clone(), asked.answer(true, None));
        let granted = self.with_gate(move |gate| -> Result<Progress, GrantError> {
            let about = about(gate, &at)?;
            let [approval] = &about[..] else {
                return Err(unknown(&at).into());
            };
            let (words, scope) = choice.read(&gate.offers(&approval.id)?)?;
            let digest = Some(approval.digest);
            let granted = gate.grant(&approval.id, digest, &answer, words, scope);
            granted.map(|(state, _)| state)
        });
        match granted.await {
            Ok(Ok(Progress::Pending)) => {
                CameOfIt::Nothing(words::taken(Progress::Pending).to_owned())
            }
            Ok(Ok(state)) => CameOfIt::Taken(words::taken(state).to_owned()),
            Ok(Err(e)) => CameOfIt::Nothing(words::ungranted(&e)),
            Err(_) => failed(),
        }
    }
}

/// What a dialog is opened with; `None` where none can be.
fn dialogs(config: &SlackConfig, asked: &Interaction) -> Option<(Api, String)> {
    let Place::Card { trigger, .. } = &asked.place else {
        return None;
    };
    let api = Api::new(config, config.token.as_ref()?).ok()?;
    Some((api, trigger.clone()?))
}

/// The questions that the button is about, if whoever clicked may answer at all and the
/// button was made here.
fn about(gate: &Gate, asked: &Interaction) -> Result<Vec<Approval>, ApprovalError> {
    if !asked.may {
        return Err(ApprovalError::NotApprover(asked.by.clone()));
    }
    let approvals = gate.approvals();
    let ids = asked.about.approvals();
    if ids.len() > MOST_AT_ONCE {
        return Err(unknown(asked));
    }
    let about: Vec<Approval> = ids
        .iter()
        .map(|id| approvals.get(id))
        .collect::<Result<_, _>>()?;
    let named: Vec<&Approval> = about.iter().collect();
    match asked.about.is_about(&named, &approvals.key(slack::BUTTON)?) {
        true => Ok(about),
        false => Err(unknown(asked)),
    }
}

fn unknown(asked: &Interaction) -> ApprovalError {
    ApprovalError::OtherAction(asked.about.approvals().join(" "))
}

fn failed() -> CameOfIt {
    CameOfIt::Nothing("Something failed; see the server's log.".to_owned())
}

/// Whether the request is Slack's.
fn check(config: &SlackConfig, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let wrong = |detail: &str| Problem::new(StatusCode::UNAUTHORIZED, "signature", detail);
    match &config.signing_secret {
        Some(secret) => {
            let timestamp = only(headers, "x-slack-request-timestamp");
            let signature = only(headers, "x-slack-signature");
            match slack::is_signed(secret, timestamp, signature, body, seconds()) {
                true => Ok(()),
                false => Err(wrong("this is not signed by Slack, or was long ago")),
            }
        }
        // As 0.0.1, on this machine alone: the button's proof is checked all the same.
        None if asked_as_local(headers, uri) => Ok(()),
        None => Err(wrong(
            "without `slack.signing_secret` only localhost is answered",
        )),
    }
}

impl From<InteractionError> for Problem {
    fn from(e: InteractionError) -> Self {
        match e {
            InteractionError::Malformed(_) => Problem::bad("slack", e.to_string()),
            InteractionError::Foreign(_) => Problem::forbidden("slack", e.to_string()),
        }
    }
}

/// The time by which it counts how old a signature is, in seconds since the Unix epoch.
pub(super) fn seconds() -> u64 {
    crate::clock::wall_never_back() / 1000
}
