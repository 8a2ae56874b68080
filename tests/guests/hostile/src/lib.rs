//! Misbehaves in one way, named in its settings: `{"how": "loop"}`.
//!
//! It behaves on the neutral action that every plugin is asked about at load,
//! unless the settings say `"probe": true`. It exports the contract without
//! [`coldnotch_plugin::scorer!`], which would not let it misbehave at load.
//!
//! - `tricks`: what a broken or malicious plugin does.
//! - `report`: well-behaved answers that tell a test what the guest can see.

mod report;
mod tricks;

use std::sync::atomic::{AtomicU32, Ordering};

use coldnotch_plugin::bindings::plain::coldnotch::policy::{history, types};
use coldnotch_plugin::bindings::plain::exports::coldnotch::policy::scorer::Guest;
use coldnotch_plugin::{Action, Assessment, Context, Notes, Prepared, ScoreError};
use tricks::How;

/// What is in the settings. Each field is optional for the reports.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    how: How,
    /// Misbehave on the neutral action, too.
    #[serde(default)]
    probe: bool,
    /// Something to find again in `settings` reports.
    #[serde(default)]
    word: String,
}

static SETTINGS: Prepared<Settings> = Prepared::new();
/// How often `validate-settings` was called, in this instance's life.
static VALIDATED: AtomicU32 = AtomicU32::new(0);
/// How often `score` was called, in this instance's life.
static SCORED: AtomicU32 = AtomicU32::new(0);

struct Hostile;

impl Guest for Hostile {
    fn validate_settings(settings: String) -> Result<(), Vec<String>> {
        VALIDATED.fetch_add(1, Ordering::Relaxed);
        SETTINGS.prepare(&settings)?;
        tricks::at_load(&SETTINGS.get().how)
    }

    fn score(
        action: types::Action,
        session: &history::Session,
        notes: Notes,
    ) -> Result<types::Assessment, ScoreError> {
        SCORED.fetch_add(1, Ordering::Relaxed);
        let (action, settings) = (Action::from(action), SETTINGS.get());
        if action.kind == "coldnotch.probe" && !settings.probe {
            return Ok(Assessment::allow().into());
        }
        let context = Context::new(settings, session, notes);
        tricks::score(&action, &context).map(Into::into)
    }
}

// A native build has nobody to export to.
#[cfg(not(target_family = "wasm"))]
const _: () = {
    let _ = (Hostile::validate_settings, Hostile::score);
};
#[cfg(target_family = "wasm")]
coldnotch_plugin::bindings::plain::__export_plugin!(Hostile with_types_in coldnotch_plugin::bindings::plain);
