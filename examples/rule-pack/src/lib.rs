//! Refunds of one session may not add up to more than a limit.

use coldnotch_plugin::{Action, Assessment, Context, ScoreError};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    limit: f64,
}

fn amount(action: &Action) -> Option<f64> {
    action.payload()["amount"].as_f64().filter(|a| *a >= 0.0)
}

fn score(action: &Action, cx: &Context<Settings>) -> Result<Assessment, ScoreError> {
    let missing = || ScoreError::MissingContext("payload.amount".to_owned());
    let amount_now = amount(action).ok_or_else(missing)?;
    let steps = cx.history.kept().filter_map(|step| cx.history.step(step));
    let earlier = steps.filter(|step| step.action.kind == "refund" && step.approved != Some(false));
    let total = amount_now + earlier.filter_map(|step| amount(&step.action)).sum::<f64>();
    if total <= cx.settings.limit {
        return Ok(Assessment::allow());
    }
    let message = format!(
        "refunds of this session come to {total}, the limit is {}",
        cx.settings.limit
    );
    Ok(Assessment::hold(0.8)
        .because("refunds-over-limit", message)
        .evidence("payload.amount", &amount_now.to_string()))
}

/// What it is asked about; other actions do not wait for it.
fn kinds(_: &Settings) -> Vec<String> {
    vec!["refund".to_owned()]
}

coldnotch_plugin::scorer!(score, settings = Settings, kinds = kinds);
