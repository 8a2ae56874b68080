//! What the policies come to.
//!
//! A `forbid` blocks, or holds where it is annotated `@coldnotch("hold")`; so does a
//! `permit` with that annotation. `@because("…")` is the reason's sentence and
//! `@id("…")` its code.

use std::cmp::Reverse;

use cedar_policy::{AuthorizationError, Decision, Response};
use coldnotch_plugin::{Assessment, Verdict};

use crate::settings::{Saying, Settings};

/// The risk of a hold.
const HOLDS: f64 = 0.75;
const MAX_REASONS: usize = 24;
const MAX_FAILURES: usize = 3;

/// Reads the answer.
///
/// # Errors
/// A policy could not be evaluated, and no other blocks.
pub fn read(said: &Response, settings: &Settings) -> Result<Assessment, String> {
    let decided = said.diagnostics().reason();
    let mut decided: Vec<&Saying> = decided.filter_map(|id| settings.saying(id)).collect();
    decided.sort_by_key(|saying| (Reverse(saying.blocks), saying.place));
    let failed = said.diagnostics().errors().take(MAX_FAILURES);
    let failed: Vec<String> = failed.map(|e| failure(e, settings)).collect();

    let is_denied = said.decision() == Decision::Deny;
    let blocks = is_denied && decided.iter().any(|saying| saying.blocks);
    if !failed.is_empty() && !blocks {
        return Err(failed.join("; "));
    }
    let mut answer = if blocks {
        Assessment::block(1.0)
    } else if is_denied && decided.is_empty() {
        return Ok(not_permitted(settings));
    } else if is_denied || decided.iter().any(|saying| saying.holds) {
        Assessment::hold(HOLDS)
    } else {
        return Ok(Assessment::allow());
    };
    let told = decided
        .into_iter()
        .filter(|saying| is_denied || saying.holds);
    for saying in told.take(MAX_REASONS) {
        answer = answer.because(&saying.code, saying.because.as_str());
    }
    for failure in failed {
        answer = answer.because("not-evaluated", failure);
    }
    Ok(answer)
}

fn not_permitted(settings: &Settings) -> Assessment {
    let answer = match settings.unless_permitted {
        Some(Verdict::Block) => Assessment::block(1.0),
        Some(_) => Assessment::hold(HOLDS),
        None => return Assessment::abstain(0.0),
    };
    answer.because("not-permitted", "no policy permits it")
}

fn failure(error: &AuthorizationError, settings: &Settings) -> String {
    let AuthorizationError::PolicyEvaluationError(error) = error;
    let (id, why) = (error.policy_id(), error.inner());
    match settings.saying(id) {
        Some(Saying {
            code,
            line: Some(line),
            ..
        }) => format!("policy {code} (line {line}): {why}"),
        _ => format!("policy {id}: {why}"),
    }
}
