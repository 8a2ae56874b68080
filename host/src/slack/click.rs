//! A click on a card, as Slack reports it (`block_actions`).

use serde::Deserialize;

use super::card::{APPROVE, REFUSE, WHY, escaped, is_id, member};
use super::{SlackConfig, button};
use crate::approvals::{Answer, Approval, ApprovalError, State};
use crate::decision::Decision;
use crate::secret::same;

/// Longest words sent back.
const WORDS: usize = 1000;
/// Longest reason that is kept, in characters.
const REASON: usize = 500;

/// What is told to somebody who is not among the approvers.
const NOBODY: &str = "You are not among those who may answer this. Nothing was changed.";
/// What is told to whoever clicked on a card that was not made here.
const REFUSED: &str = "This card is not about a question that waits here. Nothing was changed.";

/// Somebody clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    /// The approval that the card says it is about.
    pub approval: String,
    /// What the button carried.
    button: String,
    /// What they said, and who they are.
    pub answer: Answer,
    /// Where words for them alone can be sent.
    pub response_url: Option<String>,
    /// Whether they may answer at all.
    pub may: bool,
}

/// Why a request is not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClickError {
    /// It is not what Slack sends.
    #[error("this is not an interaction as Slack sends it: {0}")]
    Malformed(&'static str),
    /// It comes from another workspace or app.
    #[error("this comes from another {0} than this server was set up for")]
    Foreign(&'static str),
}

#[derive(Deserialize)]
struct Payload {
    r#type: String,
    #[serde(default)]
    api_app_id: String,
    team: Option<Named>,
    user: Option<User>,
    #[serde(default)]
    actions: Vec<Action>,
    response_url: Option<String>,
    state: Option<States>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct User {
    id: String,
    team_id: Option<String>,
}

#[derive(Deserialize)]
struct Action {
    #[serde(default)]
    action_id: String,
    value: Option<String>,
}

#[derive(Deserialize)]
struct States {
    #[serde(default)]
    values: serde_json::Map<String, serde_json::Value>,
}

impl Click {
    /// Reads the body of a request whose signature is checked. `None`: it answers
    /// nothing, such as a click on a link.
    ///
    /// # Errors
    /// It is malformed, or comes from somewhere else.
    pub fn read(body: &[u8], config: &SlackConfig) -> Result<Option<Click>, ClickError> {
        let payload = form_urlencoded::parse(body)
            .find_map(|(name, value)| (name == "payload").then_some(value))
            .ok_or(ClickError::Malformed("no payload"))?;
        let payload: Payload = serde_json::from_str(&payload)
            .map_err(|_| ClickError::Malformed("the payload is not as documented"))?;
        let user = payload.user.ok_or(ClickError::Malformed("no user"))?;
        // A guest from another workspace is named with that one.
        let team = user
            .team_id
            .or(payload.team.map(|team| team.id))
            .ok_or(ClickError::Malformed("no team"))?;
        if !is_id(&user.id) || !is_id(&team) {
            return Err(ClickError::Malformed("no ids of a user and a team"));
        }
        if config.team.as_ref().is_some_and(|own| *own != team) {
            return Err(ClickError::Foreign("workspace"));
        }
        let app = &payload.api_app_id;
        if config.app_id.as_ref().is_some_and(|own| own != app) {
            return Err(ClickError::Foreign("app"));
        }
        if payload.r#type != "block_actions" {
            return Ok(None);
        }
        let said = payload.actions.iter().find_map(|action| {
            let approved = match action.action_id.as_str() {
                APPROVE => true,
                REFUSE => false,
                _ => return None,
            };
            Some((approved, action.value.clone()?))
        });
        let Some((approved, button)) = said else {
            return Ok(None);
        };
        let by = format!("slack:{team}:{}", user.id);
        let may = config.approvers.is_empty()
            || config
                .approvers
                .iter()
                .any(|who| *who == user.id || *who == by);
        Ok(Some(Click {
            approval: button.split('.').next().unwrap_or_default().to_owned(),
            button,
            answer: Answer {
                approved,
                by,
                via: "slack".to_owned(),
                reason: reason(payload.state),
            },
            response_url: payload.response_url,
            may,
        }))
    }

    /// Whether the button was made here, about exactly this action.
    pub fn is_about(&self, approval: &Approval, key: &[u8]) -> bool {
        same(button(key, approval).as_bytes(), self.button.as_bytes())
    }
}

/// What was typed into the card before the click.
fn reason(state: Option<States>) -> Option<String> {
    let typed = state?
        .values
        .get(WHY)?
        .get(WHY)?
        .get("value")?
        .as_str()?
        .trim()
        .to_owned();
    let kept: String = typed.chars().take(REASON).collect();
    (!kept.is_empty()).then_some(kept)
}

/// What whoever clicked is told, as Slack shows text.
pub fn words(answer: &Answer, came_of_it: &Result<Decision, ApprovalError>) -> String {
    match came_of_it {
        Ok(decision) => match (decision.approved, answer.approved) {
            (Some(true), _) => "Approved. The agent may go on.".to_owned(),
            (Some(false), true) => format!(
                "Your yes was taken, and yet it does not run: {}",
                escaped(&decision.reason, WORDS)
            ),
            (Some(false), false) => "Refused. The action does not run.".to_owned(),
            (None, _) if decision.approval_state == Some(State::Pending) => {
                "Your yes is noted; this waits for somebody's yes still.".to_owned()
            }
            (None, _) => "Your answer is noted.".to_owned(),
        },
        Err(e) => match e {
            ApprovalError::Answered { state, by, .. } => {
                let by = by.as_deref().map(mention);
                let by = by.map_or_else(String::new, |by| format!(" by {by}"));
                format!("This was already {state}{by}. Nothing was changed.")
            }
            ApprovalError::Expired(_) => {
                "This has expired; the agent has to ask again. Nothing was changed.".to_owned()
            }
            ApprovalError::NotApprover(_) => NOBODY.to_owned(),
            ApprovalError::OwnAction(_) => {
                "You asked for this yourself; somebody else has to answer.".to_owned()
            }
            ApprovalError::Twice { .. } => {
                "You have answered this already; it takes somebody else, too.".to_owned()
            }
            ApprovalError::Busy(_) => "Your answer is noted.".to_owned(),
            ApprovalError::Unknown(_) | ApprovalError::OtherAction(_) => REFUSED.to_owned(),
            _ => "Your answer could not be kept. Nothing was changed; try again later.".to_owned(),
        },
    }
}

fn mention(identity: &str) -> String {
    match member(identity) {
        Some(user) => format!("<@{user}>"),
        None => escaped(identity, 200),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn config() -> SlackConfig {
        SlackConfig {
            team: Some("T0CAG".into()),
            app_id: Some("A0CA5".into()),
            approvers: vec!["U0CA6".into()],
            ..SlackConfig::default()
        }
    }

    fn payload() -> Value {
        json!({"type": "block_actions", "api_app_id": "A0CA5", "team": {"id": "T0CAG"},
            "user": {"id": "U0CA6", "username": "ana", "team_id": "T0CAG"},
            "actions": [{"action_id": "coldnotch_approve", "value": "apr-1.abc"}]})
    }

    fn read(payload: &Value) -> Result<Option<Click>, ClickError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        Click::read(form.as_bytes(), &config())
    }

    fn with(change: impl FnOnce(&mut Value)) -> Result<Option<Click>, ClickError> {
        let mut payload = payload();
        change(&mut payload);
        read(&payload)
    }

    #[test]
    fn whoever_clicked_is_named_by_their_ids() {
        let click = read(&payload()).unwrap().unwrap();
        assert_eq!(click.answer.by, "slack:T0CAG:U0CA6");
        assert!(click.may && click.answer.approved);
        let other = with(|p| p["user"]["id"] = json!("U9")).unwrap().unwrap();
        assert!(!other.may);
        let refused = with(|p| p["actions"][0]["action_id"] = json!("coldnotch_deny"));
        assert!(!refused.unwrap().unwrap().answer.approved);
    }

    #[test]
    fn other_workspaces_and_apps_are_foreign() {
        assert_eq!(
            with(|p| p["user"]["team_id"] = json!("T9")),
            Err(ClickError::Foreign("workspace"))
        );
        assert_eq!(
            with(|p| p["api_app_id"] = json!("A9")),
            Err(ClickError::Foreign("app"))
        );
        assert!(matches!(
            with(|p| p["user"]["id"] = json!("U0CA6:x")),
            Err(ClickError::Malformed(_))
        ));
    }

    #[test]
    fn what_is_no_answer_changes_nothing() {
        assert_eq!(
            with(|p| p["actions"][0]["action_id"] = json!("coldnotch_open")),
            Ok(None)
        );
        assert_eq!(with(|p| p["type"] = json!("view_closed")), Ok(None));
        assert_eq!(with(|p| p["actions"] = json!([])), Ok(None));
        assert!(matches!(
            Click::read(b"", &config()),
            Err(ClickError::Malformed(_))
        ));
        assert!(matches!(
            Click::read(b"payload=x", &config()),
            Err(ClickError::Malformed(_))
        ));
    }

    #[test]
    fn the_reason_is_what_was_typed_into_the_card() {
        let typed = |value: Value| {
            let values = json!({WHY: {WHY: {"type": "plain_text_input", "value": value}}});
            with(|p| p["state"] = json!({"values": values}))
                .unwrap()
                .unwrap()
                .answer
                .reason
        };
        assert_eq!(typed(json!("  too much ")), Some("too much".to_owned()));
        assert_eq!(typed(json!(null)), None);
        assert_eq!(typed(json!("x".repeat(9999))).unwrap().len(), REASON);
    }
}
