//! Write a Coldnotch scorer: one function, one macro line.
//!
//! ```
//! use coldnotch_plugin::{Action, Assessment, Context};
//!
//! fn score(action: &Action, _cx: &Context<()>) -> Assessment {
//!     match action.payload()["amount"].as_f64() {
//!         Some(amount) if amount > 1000.0 => Assessment::hold(0.8)
//!             .because("large-amount", format!("the amount is {amount}"))
//!             .evidence("payload.amount", &amount.to_string()),
//!         _ => Assessment::abstain(0.0),
//!     }
//! }
//!
//! coldnotch_plugin::scorer!(score);
//! # fn main() {}
//! ```
//!
//! - [`scorer!`] turns functions into a component.
//! - [`Action`], [`Step`], [`Leaf`] and [`Occurrence`] are what the host gives.
//! - [`Context`] reaches the session's history, this plugin's notes and settings.
//! - [`Assessment`] is the answer, built by chaining.
//! - [`ScoreError`] says that no judgement was possible; it is never an ALLOW.
//!
//! A plugin built with this crate allocates from a bump allocator that never
//! frees: every call starts in a fresh instance, so nothing outlives it.
#![allow(unsafe_code)] // generated bindings and the allocator: see `bindings` and `allocator`

extern crate self as coldnotch_plugin; // generated code names this crate

#[cfg(target_family = "wasm")]
mod allocator;
mod assessment;
pub mod bindings;
mod context;
mod prepared;

pub use assessment::{Assessment, Evidence, Reason, ScoreError, Verdict};
pub use context::{Action, Context, History, Leaf, Notes, Occurrence, OutputState, Place, Step};
#[doc(hidden)]
pub use prepared::Prepared;
pub use serde_json as json;

/// Exports a scorer.
///
/// - `scorer!(score)`: `fn score(&Action, &Context<()>) -> Assessment`, or
///   `-> Result<Assessment, ScoreError>`;
/// - `scorer!(score, settings = S)`: settings are read into `S` (serde) once,
///   at load, and a mistake in them is shown to the operator;
/// - `scorer!(score, settings = S, observe = observe)`: `fn observe(&Step,
///   &[Leaf], &Context<S>) -> Result<Vec<u8>, ScoreError>` sees every output
///   once and returns the plugin's new notes;
/// - `kinds = kinds` after any of these: `fn kinds(&S) -> Vec<String>` names the
///   types of action the plugin is asked about (`refund`, `pay*`), once, at load.
///   For all others it is not called and costs nothing.
#[macro_export]
macro_rules! scorer {
    ($score:path) => {
        $crate::scorer!($score, settings = ());
    };
    ($score:path, settings = $settings:ty) => {
        struct Plugin;

        static SETTINGS: $crate::Prepared<$settings> = $crate::Prepared::new();

        impl $crate::bindings::plain::exports::coldnotch::policy::scorer::Guest for Plugin {
            fn validate_settings(settings: String) -> Result<(), Vec<String>> {
                SETTINGS.prepare(&settings)
            }

            fn score(
                action: $crate::bindings::plain::coldnotch::policy::types::Action,
                session: &$crate::bindings::plain::coldnotch::policy::history::Session,
                notes: $crate::Notes,
            ) -> Result<$crate::bindings::plain::coldnotch::policy::types::Assessment, $crate::ScoreError> {
                let context = $crate::Context::new(SETTINGS.get(), session, notes);
                // The instance ends with this call: nothing is taken apart.
                let action = ::core::mem::ManuallyDrop::new($crate::Action::from(action));
                $crate::Answer::answer($score(&action, &context)).map(Into::into)
            }
        }

        // A native build, for tests, has nobody to export to.
        #[cfg(not(target_family = "wasm"))]
        const _: () = {
            use $crate::bindings::plain::exports::coldnotch::policy::scorer::Guest;
            let _ = (Plugin::validate_settings, Plugin::score);
        };
        #[cfg(target_family = "wasm")]
        $crate::bindings::plain::__export_plugin!(Plugin with_types_in $crate::bindings::plain);
    };
    ($score:path, settings = $settings:ty $(, observe = $observe:path)?, kinds = $kinds:path) => {
        $crate::scorer!($score, settings = $settings $(, observe = $observe)?);

        impl $crate::bindings::selecting::exports::coldnotch::policy::selector::Guest for Plugin {
            fn kinds() -> Vec<String> {
                $kinds(SETTINGS.get())
            }
        }

        #[cfg(not(target_family = "wasm"))]
        const _: () = {
            use $crate::bindings::selecting::exports::coldnotch::policy::selector::Guest;
            let _ = Plugin::kinds;
        };
        #[cfg(target_family = "wasm")]
        $crate::bindings::selecting::__export_selecting!(Plugin with_types_in $crate::bindings::selecting);
    };
    ($score:path, settings = $settings:ty, observe = $observe:path) => {
        $crate::scorer!($score, settings = $settings);

        impl $crate::bindings::observing::exports::coldnotch::policy::observer::Guest for Plugin {
            fn observe(
                step: $crate::bindings::plain::coldnotch::policy::history::Step,
                leaves: Vec<$crate::Leaf>,
                session: &$crate::bindings::plain::coldnotch::policy::history::Session,
                notes: $crate::Notes,
            ) -> Result<Vec<u8>, $crate::ScoreError> {
                let context = $crate::Context::new(SETTINGS.get(), session, notes);
                $observe(&$crate::Step::from(step), &leaves, &context)
            }
        }

        #[cfg(not(target_family = "wasm"))]
        const _: () = {
            use $crate::bindings::observing::exports::coldnotch::policy::observer::Guest;
            let _ = Plugin::observe;
        };
        #[cfg(target_family = "wasm")]
        $crate::bindings::observing::__export_observing!(Plugin with_types_in $crate::bindings::observing);
    };
}

/// What a scoring function may return: an [`Assessment`], or a `Result` of one.
pub trait Answer {
    /// The answer as the contract has it.
    fn answer(self) -> Result<Assessment, ScoreError>;
}

impl Answer for Assessment {
    fn answer(self) -> Result<Assessment, ScoreError> {
        Ok(self)
    }
}

impl Answer for Result<Assessment, ScoreError> {
    fn answer(self) -> Result<Assessment, ScoreError> {
        self
    }
}
