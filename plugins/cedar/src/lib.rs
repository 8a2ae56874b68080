//! Cedar policies in the sandbox: they run unchanged.
//!
//! - [`settings`]: what an operator may say; policies, schema and entities, read once
//! - [`request`]: the action as principal, action, resource and context
//! - [`value`]: JSON as values of the language
//! - [`outcome`]: what the policies come to
//!
//! The evaluator is the crate `cedar-policy`. Invariants: a policy that cannot be
//! evaluated is a failure and never an allow, though Cedar itself would pass over it;
//! nothing is parsed in a decision but the action.

pub mod outcome;
pub mod request;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod value;

use cedar_policy::Authorizer;
use coldnotch_plugin::{Action, Assessment, Context, ScoreError};

use settings::Settings;

/// Judges one action.
///
/// # Errors
/// It cannot be made a request, or a policy cannot be evaluated and none forbids.
pub fn judge(action: &Action, settings: &Settings) -> Result<Assessment, ScoreError> {
    let (request, entities) = request::read(action, settings).map_err(ScoreError::Internal)?;
    let said = Authorizer::new().is_authorized(&request, &settings.policies, &entities);
    outcome::read(&said, settings).map_err(ScoreError::Internal)
}

fn score(action: &Action, call: &Context<Settings>) -> Result<Assessment, ScoreError> {
    judge(action, call.settings)
}

fn kinds(settings: &Settings) -> Vec<String> {
    settings.types.clone()
}

coldnotch_plugin::scorer!(score, settings = Settings, kinds = kinds);
