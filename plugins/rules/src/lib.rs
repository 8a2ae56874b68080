//! User rules as data: each is a condition, what follows from it, and why.
//!
//! - [`settings`]: what an operator may say
//! - [`expression`]: a condition, parsed and checked once
//! - [`check`]: what can be said of one before any action comes
//! - [`facts`]: what one sees: `action`, `payload`, `session`
//! - [`json`]: JSON as values of an expression
//! - [`tally`]: what a session has come to, carried in labels
//! - [`kinds`]: types of action by name
//! - [`words`]: names in messages
//!
//! The language is the Common Expression Language, by the crate `cel`. Invariants: a
//! rule that cannot be evaluated is a failure and never an allow; nothing is parsed in
//! a decision but the action; the cost of one does not grow with the session.

pub mod check;
pub mod expression;
pub mod facts;
pub mod json;
pub mod kinds;
pub mod settings;
pub mod tally;
#[cfg(test)]
mod tests;
pub mod words;

use std::sync::Arc;

use cel::common::types::{CelDouble, CelInt, CelUInt};
use cel::common::value::CowVal;
use cel::{Context, ExecutionError};
use coldnotch_plugin::json::Value;
use coldnotch_plugin::{Action, Assessment, Context as Call, ScoreError, Verdict};

use facts::Facts;
use settings::{Rule, Settings, Then};
use tally::{Past, State};

/// The risk of a rule that holds.
const HOLDS: f64 = 0.75;
/// Values shown with a reason, and how much of each.
const MAX_EVIDENCE: usize = 8;
const MAX_SHOWN: usize = 200;
/// Failures named in one answer.
const MAX_FAILURES: usize = 3;

/// Judges one action.
///
/// # Errors
/// A rule that concerns it cannot be evaluated, and none blocks.
pub fn judge(
    action: &Action,
    past: &dyn Past,
    settings: &Settings,
) -> Result<Assessment, ScoreError> {
    let kind = kinds::folded(&action.kind);
    let concerned =
        |rule: &&Rule| rule.types.is_empty() || rule.types.iter().any(|t| t.covers(&kind));
    let rules: Vec<&Rule> = settings.rules.iter().filter(concerned).collect();
    let state = State::read(&settings.uses.tracked, past).map_err(ScoreError::Internal)?;
    let facts = facts(action, past, &state, settings.uses.context);
    let (applying, failed) = evaluate(&rules, &facts, settings);

    let blocks = applying.iter().any(|rule| rule.then == Then::Block);
    if !failed.is_empty() && !blocks {
        return Err(ScoreError::Internal(failed.join("; ")));
    }
    let mut answer = answer(&applying, &facts);
    for failure in failed {
        answer = answer.because("not-evaluated", failure);
    }
    for label in state.labels(&settings.uses.tracked) {
        answer = answer.label(&label);
    }
    Ok(answer)
}

fn facts<'f>(action: &'f Action, past: &'f dyn Past, state: &'f State, context: bool) -> Facts<'f> {
    Facts {
        kind: &action.kind,
        agent: &action.agent,
        id: &action.id,
        session: &action.session,
        summary: &action.summary,
        intent: action.intent.as_deref(),
        at: action.at,
        payload: action.payload(),
        context: match context {
            true => action.context(),
            false => &Value::Null,
        },
        past,
        state,
    }
}

/// The rules that apply, and what the others say that could not be evaluated.
fn evaluate<'r>(
    rules: &[&'r Rule],
    facts: &Facts<'_>,
    settings: &Settings,
) -> (Vec<&'r Rule>, Vec<String>) {
    let mut context = Context::with_env(Arc::clone(&settings.functions));
    context.set_variable_resolver(facts);
    let (mut applying, mut failed) = (Vec::new(), Vec::new());
    for rule in rules {
        match rule.when.holds(&context, facts) {
            Ok(true) => applying.push(*rule),
            Ok(false) => {}
            Err(why) if failed.len() < MAX_FAILURES => {
                failed.push(format!("rule '{}': {why}", rule.name));
            }
            Err(_) => {}
        }
    }
    (applying, failed)
}

/// What the rules that apply come to: the most severe first, each with its reason.
fn answer(applying: &[&Rule], facts: &Facts<'_>) -> Assessment {
    let mut applying = applying.to_vec();
    applying.sort_by(|a, b| severity(b.then).total_cmp(&severity(a.then)));
    let verdict = applying.iter().find_map(|rule| match rule.then {
        Then::Block => Some(Verdict::Block),
        Then::Hold => Some(Verdict::Hold),
        Then::Risk(_) => None,
    });
    let risks = applying.iter().map(|rule| risk(rule.then));
    let mut answer = Assessment {
        verdict,
        ..Assessment::abstain(risks.fold(0.0, f64::max))
    };
    for rule in applying.iter().take(MAX_REASONS) {
        answer = answer.because(&rule.name, rule.because.as_str());
        for (path, text) in rule.when.evidence(facts).take(MAX_EVIDENCE) {
            let shown: String = text.chars().take(MAX_SHOWN).collect();
            answer = answer.evidence(&path, &shown);
        }
    }
    for label in applying.iter().flat_map(|rule| &rule.labels) {
        if !answer.labels.contains(label) {
            answer = answer.label(label);
        }
    }
    answer
}

/// Reasons in one answer; the host takes 32, and failures may follow.
const MAX_REASONS: usize = 24;

fn risk(then: Then) -> f64 {
    match then {
        Then::Risk(risk) => risk,
        Then::Hold => HOLDS,
        Then::Block => 1.0,
    }
}

/// Blocks before holds before risks.
fn severity(then: Then) -> f64 {
    match then {
        Then::Risk(risk) => risk,
        Then::Hold => 2.0,
        Then::Block => 3.0,
    }
}

/// Whole numbers as decimal ones; anything else as it is.
fn decimal<'b, 'v>(mut given: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let value = given
        .pop()
        .ok_or_else(ExecutionError::missing_argument_or_target)?;
    let whole = if let Some(whole) = value.downcast_ref::<CelInt>() {
        Some(*whole.inner() as f64)
    } else {
        value
            .downcast_ref::<CelUInt>()
            .map(|whole| *whole.inner() as f64)
    };
    Ok(whole.map_or(value, |whole| CowVal::owned(CelDouble::from(whole))))
}

fn score(action: &Action, call: &Call<Settings>) -> Result<Assessment, ScoreError> {
    judge(action, &call.history, call.settings)
}

/// The types that rules concern; all, where one concerns all or a session is counted
/// along, which every step has to carry on.
fn kinds(settings: &Settings) -> Vec<String> {
    let asks_all =
        !settings.uses.tracked.is_empty() || settings.rules.iter().any(|r| r.types.is_empty());
    if asks_all {
        return vec!["*".to_owned()];
    }
    let mut names: Vec<String> = settings
        .rules
        .iter()
        .flat_map(|r| r.type_names.clone())
        .collect();
    names.sort();
    names.dedup();
    names
}

coldnotch_plugin::scorer!(score, settings = Settings, kinds = kinds);
