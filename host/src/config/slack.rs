//! `[slack]`: where cards go, and whose clicks count.

use serde::Deserialize;

use super::reader::Reader;
use super::{ConfigError, Origin};
use crate::secret::Secret;
use crate::slack::SlackConfig;

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Section {
    token: Option<String>,
    channel: Option<String>,
    signing_secret: Option<String>,
    team: Option<String>,
    app_id: Option<String>,
    approvers: Option<Vec<String>>,
    api: Option<String>,
}

/// Its keys.
pub(super) const KEYS: &[&str] = &[
    "token",
    "channel",
    "signing_secret",
    "team",
    "app_id",
    "approvers",
    "api",
];

/// A value and where it came from.
type Set = Option<(String, Origin)>;

impl Reader<'_> {
    /// `None` where neither the file nor the environment says anything of Slack.
    pub(super) fn slack(
        &mut self,
        file: Option<Section>,
    ) -> Result<Option<SlackConfig>, ConfigError> {
        let environment = self.environment;
        let said = environment.slack_token.is_some()
            || environment.slack_channel.is_some()
            || environment.slack_signing_secret.is_some();
        if file.is_none() && !said {
            return Ok(None);
        }
        let file = file.unwrap_or_default();
        let token = self.set(
            environment.slack_token.clone(),
            "SLACK_BOT_TOKEN",
            file.token,
        );
        let channel = self.set(
            environment.slack_channel.clone(),
            "SLACK_CHANNEL",
            file.channel,
        );
        let signing = self.set(
            environment.slack_signing_secret.clone(),
            "SLACK_SIGNING_SECRET",
            file.signing_secret,
        );
        let token = self.hidden("slack.token", token);
        let channel = channel.map(|(channel, origin)| {
            self.note("slack.channel", format!("{channel:?}"), origin);
            channel
        });
        let signing_secret = self.hidden("slack.signing_secret", signing);
        let team = self.slack_id("slack.team", file.team, "T0123456789")?;
        let app_id = self.slack_id("slack.app_id", file.app_id, "A0123456789")?;
        let approvers = self.list("slack.approvers", file.approvers);
        let id = |who: &&String| who.starts_with("slack:") || is_id(who);
        if let Some(wrong) = approvers.iter().find(|who| !id(who)) {
            let what = format!("has '{wrong}'; give members' ids, such as \"U0123456789\"");
            return Err(self.wrong("slack.approvers", &what));
        }
        let api = self.api(file.api)?;
        Ok(Some(SlackConfig {
            token,
            channel,
            signing_secret,
            team,
            app_id,
            approvers,
            api,
        }))
    }

    fn set(&self, environment: Option<String>, name: &'static str, file: Option<String>) -> Set {
        let environment = environment.map(|value| (value, Origin::Environment(name)));
        environment.or_else(|| {
            let file = file.filter(|value| !value.is_empty())?;
            Some((file, self.file_origin()))
        })
    }

    /// A secret: that it is set is shown, what it is not.
    fn hidden(&mut self, key: &str, set: Set) -> Option<Secret> {
        let (value, origin) = set?;
        self.note(key, "\"(secret)\"".to_owned(), origin);
        Some(Secret::new(value))
    }

    fn slack_id(
        &mut self,
        key: &str,
        file: Option<String>,
        such_as: &str,
    ) -> Result<Option<String>, ConfigError> {
        let Some(id) = file else { return Ok(None) };
        if !is_id(&id) {
            return Err(self.wrong(key, &format!("must be an id such as \"{such_as}\"")));
        }
        self.note(key, format!("{id:?}"), self.file_origin());
        Ok(Some(id))
    }

    /// The token goes there, so nobody on the way may read it.
    fn api(&mut self, file: Option<String>) -> Result<String, ConfigError> {
        let Some(api) = file else {
            return Ok(SlackConfig::default().api);
        };
        let local = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        if !api.starts_with("https://") && !local.iter().any(|local| api.starts_with(local)) {
            let what = "must be an https URL such as \"https://slack.com/api\"";
            return Err(self.wrong("slack.api", what));
        }
        self.note("slack.api", format!("{api:?}"), self.file_origin());
        Ok(api.trim_end_matches('/').to_owned())
    }
}

/// Slack's ids are capital letters and digits.
fn is_id(text: &str) -> bool {
    text.len() > 1
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}
