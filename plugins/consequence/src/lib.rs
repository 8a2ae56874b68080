//! The consequence engine: judges what an action does, not what it is called.
//!
//! One decision, top-down: read the facts of the action, run the rules over
//! them, fold what they found into an assessment.
//!
//! - [`words`]: text as folded words, so that no rule thinks about spelling
//! - [`lexicon`]: what words mean, in four languages
//! - [`payload`]: the arguments as a flat list of fields
//! - [`money`]: amounts as people write them
//! - [`target`]: where an effect goes: addresses, URLs, accounts
//! - [`effect`]: what an action does: read, send, pay, delete, ...
//! - [`extent`]: how far it reaches: how much, for how long, where
//! - [`readers`]: what commands, statements, requests and scripts would do
//! - [`intent`]: what the user asked for
//! - [`facts`]: all of that and what was asked of the history, as plain data
//! - [`rules`]: one rule, one file, one name
//! - [`labels`]: what later decisions know of this step
//! - [`finding`]: what a rule found, and the fold into an answer
//! - [`settings`]: what an operator may say
//!
//! Invariants: a rule sees [`facts::Facts`] and nothing else; no rule knows a
//! tool's name, only senses of its words; nothing here depends on time, chance
//! or the order of a hash map; nothing panics on input; the cost of a decision
//! is bounded in the size of the action and does not grow with the session.

pub mod effect;
pub mod extent;
pub mod facts;
pub mod finding;
pub mod intent;
pub mod labels;
pub mod lexicon;
pub mod money;
pub mod payload;
pub mod readers;
pub mod rules;
pub mod settings;
pub mod target;
#[cfg(test)]
mod testing;
pub mod words;

use coldnotch_plugin::{Action, Assessment, Context};

use effect::Effects;
use facts::{Facts, Past};
use settings::Settings;

/// Judges one action. Pure: the same arguments give the same answer.
pub fn judge(action: &Action, past: &impl Past, settings: &Settings) -> Assessment {
    let facts = Facts::read(action, past, settings);
    let findings = rules::ALL
        .iter()
        .filter(|rule| !settings.disables(rule.code))
        .filter_map(|rule| (rule.find)(&facts).map(|finding| (rule.code, finding)))
        .collect();
    let mut answer = finding::fold(findings, quiet_risk(&facts));
    for label in labels::labels(&facts) {
        answer = answer.label(label);
    }
    answer
}

/// The risk of an action no rule has anything against: well below any
/// threshold, and still in the order of what it can do.
fn quiet_risk(facts: &Facts) -> f64 {
    if facts.does(Effects::HARD) {
        0.3
    } else if facts
        .effects
        .any(Effects::READ | Effects::DRAFT | Effects::NOTE)
    {
        0.0
    } else {
        0.1
    }
}

fn score(action: &Action, cx: &Context<Settings>) -> Assessment {
    judge(action, &cx.history, cx.settings)
}

coldnotch_plugin::scorer!(score, settings = Settings);
