//! Rego policies in the sandbox: written for Open Policy Agent, they run unchanged.
//!
//! - [`settings`]: what an operator may say, and the policy, compiled once
//! - [`input`]: the action as the input document
//! - [`outcome`]: what the policy's rules come to
//!
//! The evaluator is the crate `regorus`. Of a policy's package the rules `allow`,
//! `deny`, `hold`, `risk` and `labels` are asked. Invariants: an error of the
//! evaluation is a failure and never an allow; nothing is parsed in a decision but
//! the action.

pub mod input;
pub mod outcome;
pub mod settings;
#[cfg(test)]
mod tests;

use coldnotch_plugin::{Action, Assessment, Context, ScoreError};

use settings::Settings;

/// Judges one action.
///
/// # Errors
/// The policy cannot be evaluated, or says something that is no answer.
pub fn judge(action: &Action, settings: &Settings) -> Result<Assessment, ScoreError> {
    let internal = |why: String| ScoreError::Internal(why);
    let input = input::document(action).map_err(internal)?;
    let said = settings
        .policy
        .eval_with_input(input)
        .map_err(|e| internal(settings::plain(&e)))?;
    outcome::read(&said, settings).map_err(internal)
}

fn score(action: &Action, call: &Context<Settings>) -> Result<Assessment, ScoreError> {
    judge(action, call.settings)
}

fn kinds(settings: &Settings) -> Vec<String> {
    settings.types.clone()
}

coldnotch_plugin::scorer!(score, settings = Settings, kinds = kinds);
