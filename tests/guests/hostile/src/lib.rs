//! Misbehaves in one way, named in its settings.

use coldnotch_plugin::{Action, Assessment, Context};

/// How to misbehave.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    how: How,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum How {
    Loop,
}

fn score(_action: &Action, cx: &Context<Settings>) -> Assessment {
    match cx.settings.how {
        How::Loop => loop {
            std::hint::spin_loop();
        },
    }
}

coldnotch_plugin::scorer!(score, settings = Settings);
