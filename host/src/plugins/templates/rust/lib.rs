//! Holds amounts over a limit.

use coldnotch_plugin::{Action, Assessment, Context};

/// What the operator may set; settings.schema.json says the same.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    limit: f64,
}

fn score(action: &Action, cx: &Context<Settings>) -> Assessment {
    let limit = cx.settings.limit;
    match action.payload()["amount"].as_f64() {
        Some(amount) if amount > limit => Assessment::hold(0.8)
            .because("over-limit", format!("{amount} is over the limit of {limit}"))
            .evidence("payload.amount", &amount.to_string()),
        _ => Assessment::abstain(0.0), // nothing to say
    }
}

coldnotch_plugin::scorer!(score, settings = Settings);
