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
//! - [`clause`]: what a sentence commits its writer to
//! - [`message`]: what an action says to a stranger
//! - [`effect`]: what an action does: read, send, pay, delete, ...
//! - [`shell`], [`sql`], [`path`]: readers of commands, statements and paths
//! - [`intent`]: what the user asked for
//! - [`errand`]: whether the user wants a look, a draft or a deed
//! - [`act`]: orders, signatures and other acts that bind, read from the type
//! - [`facts`]: all of that and what was asked of the history, as plain data
//! - [`rules`]: one rule, one file, one name
//! - [`labels`]: what later decisions know of this step
//! - [`ledger`]: what the session has come to, carried in labels
//! - [`finding`]: what a rule found, and the fold into an answer
//! - [`secret`]: keys, tokens and card numbers known by their form
//! - [`settings`]: what an operator may say
//!
//! Invariants: a rule sees [`facts::Facts`] and nothing else; no rule knows a
//! tool's name, only senses of its words; nothing here depends on time, chance
//! or the order of a hash map; nothing panics on input; the cost of a decision
//! is bounded in the size of the action and does not grow with the session.

pub mod act;
pub mod clause;
#[cfg(test)]
mod commitments_table;
pub mod effect;
pub mod errand;
pub mod facts;
pub mod finding;
pub mod intent;
pub mod labels;
pub mod ledger;
pub mod lexicon;
pub mod message;
pub mod money;
pub mod path;
pub mod payload;
pub mod rules;
pub mod secret;
pub mod settings;
pub mod shell;
pub mod sql;
pub mod target;
#[cfg(test)]
mod testing;
pub mod words;

use coldnotch_plugin::{Action, Assessment, Context};

use effect::Effects;
use facts::{Facts, Past};
use finding::Finding;
use settings::Settings;

/// Judges one action. Pure: the same arguments give the same answer.
pub fn judge(action: &Action, past: &impl Past, settings: &Settings) -> Assessment {
    let facts = Facts::read(action, past, settings);
    let findings: Vec<_> = rules::ALL
        .iter()
        .filter(|rule| !settings.disables(rule.code))
        .filter_map(|rule| (rule.find)(&facts).map(|finding| (rule.code, finding)))
        .filter(|(code, finding)| !was_approved(code, finding, &facts, past))
        .collect();
    let causes: Vec<u64> = findings.iter().map(|(code, f)| f.cause(code)).collect();
    let mut answer = finding::fold(findings, quiet_risk(&facts));
    let labels = labels::labels(&facts).into_iter();
    for label in labels.chain(ledger::asked(&causes)) {
        answer = answer.label(&label);
    }
    answer
}

/// True when a human approved the same cause in this session: the same rule, the
/// same sentence, and the step he approved has the very values.
fn was_approved(code: &str, finding: &Finding, facts: &Facts, past: &impl Past) -> bool {
    facts
        .ledger
        .approval(finding.cause(code))
        .is_some_and(|step| {
            let payload = past.payload(step);
            finding.values().all(|value| payload.contains(value))
        })
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
