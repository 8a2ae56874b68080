//! What somebody did in Slack, as Slack reports it: a click on a card (`block_actions`)
//! or a dialog that was sent (`view_submission`).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::card::{APPROVE, REASON, REFUSE, REMEMBER, WHY};
use super::dialog::{self, GRANTING, LIMIT, REFUSING, SCOPE, WORDS};
use super::text::is_id;
use super::{Button, SlackConfig};
use crate::approvals::{Answer, ApprovalError, Offer, Scope, Widening, Word};

/// Somebody did something that is about a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// What it is about.
    pub about: Button,
    /// Who it was.
    pub by: String,
    /// Whether they may answer at all.
    pub may: bool,
    /// What they want.
    pub wish: Wish,
    /// Where they did it.
    pub place: Place,
}

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// To approve it.
    Approve(Option<String>),
    /// To refuse it, for this reason.
    Refuse(Option<String>),
    /// To refuse it, and to say why in a dialog.
    SayWhy,
    /// To approve it, and to say in a dialog what may run without asking.
    SayWhat,
    /// To approve it, and to remember this.
    Remember(Choice),
}

/// Where somebody did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On a card.
    Card {
        /// Where words for them alone can be sent.
        response_url: Option<String>,
        /// What a dialog is opened with, within three seconds.
        trigger: Option<String>,
    },
    /// In a dialog, whose answer is shown in its place.
    Dialog,
}

/// What was chosen in the dialog for a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The keys of the words that were ticked.
    ticked: Vec<String>,
    /// The numbers that were given, by the keys of their words.
    limits: BTreeMap<String, String>,
    /// The session, or hours.
    scope: String,
}

impl Choice {
    /// The words and the scope that were chosen, of those on offer now.
    ///
    /// # Errors
    /// Something is not on offer, or not any more.
    pub fn read(&self, offers: &[Offer]) -> Result<(Vec<Word>, Scope), ApprovalError> {
        let wrong = |what: &str| ApprovalError::Words(what.to_owned());
        let gone = || wrong("what was chosen is not on offer any more");
        let find = |key: &str, limit: bool| {
            let mut offers = offers.iter();
            let found = offers.find(|offer| dialog::key(offer) == key);
            found.filter(|offer| limit == (offer.widening == Widening::UpTo))
        };
        let mut words = Vec::new();
        for key in &self.ticked {
            words.push(find(key, false).ok_or_else(gone)?.word.clone());
        }
        for (key, limit) in &self.limits {
            let offer = find(key, true).ok_or_else(gone)?;
            let word = format!("{}<={limit}", offer.word.name()).parse();
            words.push(word.map_err(|_| wrong("a limit must be a plain number"))?);
        }
        let scope = match (self.scope.as_str(), self.scope.parse::<u64>()) {
            ("session", _) => Scope::Session,
            (_, Ok(hours @ 1..=720)) => Scope::For(Duration::from_secs(hours * 3600)),
            _ => return Err(wrong("it does not say for how long")),
        };
        Ok((words, scope))
    }
}

/// Why a request is not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InteractionError {
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
    trigger_id: Option<String>,
    state: Option<States>,
    view: Option<View>,
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
struct View {
    app_installed_team_id: Option<String>,
    #[serde(default)]
    callback_id: String,
    #[serde(default)]
    private_metadata: String,
    state: Option<States>,
}

/// What was typed and chosen: by block, then by element.
#[derive(Deserialize)]
struct States {
    #[serde(default)]
    values: Map<String, Value>,
}

impl States {
    /// What was typed there.
    fn typed(&self, block: &str, element: &str) -> Option<&str> {
        let typed = self
            .values
            .get(block)?
            .get(element)?
            .get("value")?
            .as_str()?;
        Some(typed.trim()).filter(|typed| !typed.is_empty())
    }

    fn reason(&self, name: &str) -> Option<String> {
        let typed = self.typed(name, name)?;
        Some(typed.chars().take(REASON).collect())
    }

    fn choice(&self) -> Choice {
        let at = |path: &str| self.values.get(path).and_then(|block| block.get(path));
        let value = |option: &Value| option.get("value")?.as_str().map(str::to_owned);
        let ticked = at(WORDS).and_then(|element| element.get("selected_options")?.as_array());
        let scope = at(SCOPE).and_then(|element| element.get("selected_option"));
        let limit = |block: &String| {
            let key = block.strip_prefix(LIMIT)?;
            Some((key.to_owned(), self.typed(block, LIMIT)?.to_owned()))
        };
        Choice {
            ticked: ticked.into_iter().flatten().filter_map(value).collect(),
            limits: self.values.keys().filter_map(limit).collect(),
            scope: scope.and_then(value).unwrap_or_default(),
        }
    }
}

impl Interaction {
    /// Reads the body of a request whose signature is checked. `None`: it answers
    /// nothing, such as a click on a link.
    ///
    /// # Errors
    /// It is malformed, or comes from somewhere else.
    pub fn read(
        body: &[u8],
        config: &SlackConfig,
    ) -> Result<Option<Interaction>, InteractionError> {
        use InteractionError::{Foreign, Malformed};
        let payload = form_urlencoded::parse(body)
            .find_map(|(name, value)| (name == "payload").then_some(value))
            .ok_or(Malformed("no payload"))?;
        let payload: Payload = serde_json::from_str(&payload)
            .map_err(|_| Malformed("the payload is not as documented"))?;
        let user = payload.user.as_ref().ok_or(Malformed("no user"))?;
        let home = payload.home();
        // In a shared channel somebody may belong elsewhere.
        let sent_from = payload.team.as_ref().map(|team| team.id.as_str());
        let team = user.team_id.as_deref().or(sent_from);
        let team = team.ok_or(Malformed("no team"))?;
        if !is_id(&user.id) || !is_id(team) {
            return Err(Malformed("no ids of a user and a team"));
        }
        if let Some(own) = config.team.as_deref()
            && (team != own || home.is_some_and(|home| home != own))
        {
            return Err(Foreign("workspace"));
        }
        let app = &payload.api_app_id;
        if config.app_id.as_ref().is_some_and(|own| own != app) {
            return Err(Foreign("app"));
        }
        let by = format!("slack:{team}:{}", user.id);
        // A member's id alone is one of this workspace; others may have the same.
        let is_here = config.team.as_deref().or(home) == Some(team);
        let is_listed = |who: &String| *who == by || is_here && *who == user.id;
        let may = config.approvers.is_empty() || config.approvers.iter().any(is_listed);
        let Some((wish, button)) = payload.wish() else {
            return Ok(None);
        };
        let place = match payload.view {
            Some(_) => Place::Dialog,
            None => Place::Card {
                response_url: payload.response_url,
                trigger: payload.trigger_id,
            },
        };
        Ok(Some(Interaction {
            about: Button::new(button),
            by,
            may,
            wish,
            place,
        }))
    }

    /// Their answer.
    pub fn answer(&self, approved: bool, reason: Option<String>) -> Answer {
        Answer {
            approved,
            by: self.by.clone(),
            via: "slack".to_owned(),
            reason,
        }
    }
}

impl Payload {
    /// The workspace that the app is installed in; `None` where that is a whole
    /// organisation. `team` is that of whoever sent a dialog, which may be another.
    fn home(&self) -> Option<&str> {
        let of_view = self.view.as_ref();
        let of_view = of_view.and_then(|view| view.app_installed_team_id.as_deref());
        of_view.or(self.team.as_ref().map(|team| team.id.as_str()))
    }

    /// What is wanted, and what the button or the dialog carries.
    fn wish(&self) -> Option<(Wish, String)> {
        match (self.r#type.as_str(), &self.view) {
            ("view_submission", Some(view)) => {
                let state = view.state.as_ref()?;
                let wish = match view.callback_id.as_str() {
                    REFUSING => Wish::Refuse(state.reason(dialog::WHY)),
                    GRANTING => Wish::Remember(state.choice()),
                    _ => return None,
                };
                Some((wish, view.private_metadata.clone()))
            }
            ("block_actions", None) => self.actions.iter().find_map(|action| {
                let reason = self.state.as_ref().and_then(|state| state.reason(WHY));
                let wish = match (action.action_id.as_str(), reason) {
                    (APPROVE, reason) => Wish::Approve(reason),
                    // What was typed on the card is reason enough.
                    (REFUSE, Some(reason)) => Wish::Refuse(Some(reason)),
                    (REFUSE, None) => Wish::SayWhy,
                    (REMEMBER, _) => Wish::SayWhat,
                    _ => return None,
                };
                Some((wish, action.value.clone()?))
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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

    fn read(payload: &Value) -> Result<Option<Interaction>, InteractionError> {
        read_with(payload, &config())
    }

    fn read_with(
        payload: &Value,
        config: &SlackConfig,
    ) -> Result<Option<Interaction>, InteractionError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        Interaction::read(form.as_bytes(), config)
    }

    fn with(change: impl FnOnce(&mut Value)) -> Result<Option<Interaction>, InteractionError> {
        let mut payload = payload();
        change(&mut payload);
        read(&payload)
    }

    #[test]
    fn whoever_clicked_is_named_by_their_ids() {
        let click = read(&payload()).unwrap().unwrap();
        assert_eq!(click.by, "slack:T0CAG:U0CA6");
        assert!(click.may && click.wish == Wish::Approve(None));
        let other = with(|p| p["user"]["id"] = json!("U9")).unwrap().unwrap();
        assert!(!other.may);
        let refused = with(|p| p["actions"][0]["action_id"] = json!("coldnotch_deny"));
        assert_eq!(refused.unwrap().unwrap().wish, Wish::SayWhy);
    }

    #[test]
    fn other_workspaces_and_apps_are_foreign() {
        assert_eq!(
            with(|p| p["user"]["team_id"] = json!("T9")),
            Err(InteractionError::Foreign("workspace"))
        );
        assert_eq!(
            with(|p| p["api_app_id"] = json!("A9")),
            Err(InteractionError::Foreign("app"))
        );
        assert!(matches!(
            with(|p| p["user"]["id"] = json!("U0CA6:x")),
            Err(InteractionError::Malformed(_))
        ));
    }

    /// As Slack has it for shared channels: `team` is where the app is installed.
    #[test]
    fn a_member_of_another_workspace_is_named_with_their_own() {
        let shared = |config: &SlackConfig| {
            let mut payload = payload();
            payload["user"]["team_id"] = json!("T9");
            read_with(&payload, config)
        };
        let open = SlackConfig {
            team: None,
            ..config()
        };
        assert_eq!(
            shared(&config()),
            Err(InteractionError::Foreign("workspace"))
        );
        let guest = shared(&open).unwrap().unwrap();
        assert_eq!(guest.by, "slack:T9:U0CA6");
        assert!(!guest.may, "it is another U0CA6 than the one who is listed");
        let listed = SlackConfig {
            approvers: vec!["slack:T9:U0CA6".into()],
            ..open.clone()
        };
        assert!(shared(&listed).unwrap().unwrap().may);
        let anyone = SlackConfig {
            approvers: Vec::new(),
            ..open
        };
        assert!(shared(&anyone).unwrap().unwrap().may);

        // One of ours, through an app that somebody else installed.
        let elsewhere = with(|p| p["team"]["id"] = json!("T9"));
        assert_eq!(elsewhere, Err(InteractionError::Foreign("workspace")));
        // A dialog's `team` is that of whoever sent it.
        let sent = |home: &str| {
            let view = json!({"callback_id": "coldnotch_refuse", "private_metadata": "apr-1.abc",
                "state": {"values": {}}, "app_installed_team_id": home});
            with(|p| {
                p["type"] = json!("view_submission");
                p["view"] = view;
            })
        };
        assert!(sent("T0CAG").unwrap().unwrap().may);
        assert_eq!(sent("T9"), Err(InteractionError::Foreign("workspace")));
    }

    /// As Slack has it where a whole organisation installed the app.
    #[test]
    fn an_organisations_app_has_no_team_and_its_members_have() {
        let enterprise = |config: &SlackConfig, team: Value| {
            let mut payload = payload();
            payload["team"] = Value::Null;
            payload["enterprise"] = json!({"id": "E0CAG", "name": "Example"});
            payload["is_enterprise_install"] = json!(true);
            payload["user"]["team_id"] = team;
            read_with(&payload, config)
        };
        let ours = enterprise(&config(), json!("T0CAG")).unwrap().unwrap();
        assert_eq!((ours.by.as_str(), ours.may), ("slack:T0CAG:U0CA6", true));
        assert_eq!(
            enterprise(&config(), json!("T9")),
            Err(InteractionError::Foreign("workspace"))
        );
        assert!(matches!(
            enterprise(&config(), Value::Null),
            Err(InteractionError::Malformed(_))
        ));
        let open = SlackConfig {
            team: None,
            ..config()
        };
        let unknown = enterprise(&open, json!("T9")).unwrap().unwrap();
        assert_eq!(unknown.by, "slack:T9:U0CA6");
        assert!(
            !unknown.may,
            "nobody knows which workspace's U0CA6 is meant"
        );
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
            Interaction::read(b"", &config()),
            Err(InteractionError::Malformed(_))
        ));
        assert!(matches!(
            Interaction::read(b"payload=x", &config()),
            Err(InteractionError::Malformed(_))
        ));
    }

    #[test]
    fn a_dialog_that_was_sent_says_what_it_is_about() {
        let sent = |name: &str, values: Value| {
            let view = json!({"type": "modal", "callback_id": name,
                "private_metadata": "apr-1.abc", "state": {"values": values}});
            with(|p| {
                p["type"] = json!("view_submission");
                p["actions"] = json!([]);
                p["view"] = view;
            })
        };
        let why = json!({"coldnotch_why": {"coldnotch_why": {"value": " too much "}}});
        let refused = sent("coldnotch_refuse", why).unwrap().unwrap();
        assert_eq!(refused.wish, Wish::Refuse(Some("too much".to_owned())));
        assert_eq!(refused.about, Button::new("apr-1.abc".to_owned()));
        assert_eq!(refused.place, Place::Dialog);
        assert_eq!(sent("another", json!({})), Ok(None));
        let granted = sent("coldnotch_grant", json!({})).unwrap().unwrap();
        let Wish::Remember(choice) = granted.wish else {
            panic!("{granted:?}")
        };
        assert!(choice.read(&[]).is_err(), "it does not say for how long");
    }

    #[test]
    fn only_what_is_on_offer_can_be_granted() {
        let mut action = crate::action::Action::new("pay");
        action.payload = crate::json::Object::parse(br#"{"amount":10,"to":"ana"}"#).unwrap();
        let offers = Offer::of(&action);
        let [amount, to] = [dialog::key(&offers[0]), dialog::key(&offers[1])];
        let choice = |ticked: &[&String], limit: Option<(&String, &str)>, scope: &str| {
            let limits = limit.map(|(key, limit)| (key.clone(), limit.to_owned()));
            let choice = Choice {
                ticked: ticked.iter().map(|key| (*key).clone()).collect(),
                limits: limits.into_iter().collect(),
                scope: scope.to_owned(),
            };
            let read = choice.read(&offers);
            read.map(|(words, scope)| {
                let words: Vec<String> = words.iter().map(Word::to_string).collect();
                (words.join(" "), scope)
            })
        };
        let hours = Scope::For(Duration::from_secs(8 * 3600));
        assert_eq!(
            choice(&[&to], Some((&amount, "500")), "8").unwrap(),
            ("to=ana amount<=500".to_owned(), hours)
        );
        assert_eq!(choice(&[], None, "session").unwrap().1, Scope::Session);
        for wrong in [
            choice(&[&amount], None, "session"),
            choice(&[], Some((&to, "5")), "session"),
            choice(&[], Some((&amount, "-5")), "session"),
            choice(&[], Some((&amount, "5;to=*")), "session"),
            choice(&[&"made up".to_owned()], None, "session"),
            choice(&[&to], None, "9999"),
            choice(&[&to], None, ""),
        ] {
            assert!(matches!(wrong, Err(ApprovalError::Words(_))), "{wrong:?}");
        }
    }

    #[test]
    fn the_reason_is_what_was_typed_into_the_card() {
        let typed = |value: Value| {
            let values = json!({WHY: {WHY: {"type": "plain_text_input", "value": value}}});
            let refused = with(|p| {
                p["state"] = json!({"values": values});
                p["actions"][0]["action_id"] = json!("coldnotch_deny");
            });
            match refused.unwrap().unwrap().wish {
                Wish::Refuse(reason) => reason,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(typed(json!("  too much ")), Some("too much".to_owned()));
        assert_eq!(typed(json!("x".repeat(9999))).unwrap().len(), REASON);
    }
}
