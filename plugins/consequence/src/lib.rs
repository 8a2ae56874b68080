//! The consequence engine: judges what an action does, not what it is called.
//!
//! One decision, top-down: read the facts of the action, run the rules over
//! them, fold what they found into an assessment.
//!
//! - [`words`]: text as folded words, so that no rule thinks about spelling
//! - [`lexicon`]: what words mean, in four languages
//! - [`things`]: things that go by several names
//! - [`dictionary`]: how they are found
//! - [`payload`]: the arguments as a flat list of fields
//! - [`money`]: amounts as people write them
//! - [`alike`]: names that a reader may take for one another
//! - [`target`]: where an effect goes: addresses, URLs, accounts
//! - [`clause`]: what a sentence commits its writer to
//! - [`binding`]: whether one binds whoever sends it: a learned score
//! - [`commitment`]: what a message binds its sender to
//! - [`message`]: what an action says to a stranger
//! - [`effect`]: what an action does: read, send, pay, delete, ...
//! - [`extent`]: how far it reaches: how much, for how long, where
//! - [`readers`]: what commands, statements, requests and scripts would do
//! - [`intent`]: what the user asked for
//! - [`errand`]: whether the user wants a look, a draft or a deed
//! - [`act`]: orders, signatures and other acts that bind, read from the type
//! - [`facts`]: all of that and what was asked of the history, as plain data
//! - [`rules`]: one rule, one file, one name
//! - [`spans`]: passages of an output that order the reader about
//! - [`notes`]: those of the session, kept by the observer
//! - [`origin`]: where the values of an action came from
//! - [`echo`]: what an action says after one of them
//! - [`encodings`]: text behind base64 and its like
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
pub mod alike;
pub mod binding;
pub mod clause;
pub mod commitment;
#[cfg(test)]
mod commitments_table;
pub mod dictionary;
pub mod echo;
pub mod effect;
pub mod encodings;
pub mod errand;
#[cfg(test)]
mod errands_table;
pub mod extent;
pub mod facts;
pub mod finding;
pub mod follow;
pub mod intent;
pub mod labels;
pub mod ledger;
pub mod lexicon;
pub mod message;
pub mod money;
pub mod notes;
pub mod origin;
pub mod payload;
pub mod readers;
pub mod rules;
pub mod secret;
pub mod settings;
pub mod spans;
pub mod target;
#[cfg(test)]
mod testing;
pub mod things;
pub mod words;

use std::mem::ManuallyDrop;

use coldnotch_plugin::{Action, Assessment, Context, Leaf, ScoreError, Step};

use effect::Effects;
use facts::{Facts, Past, Session};
use finding::Finding;
use settings::{Settings, Strictness};

/// Judges one action. Pure: the same arguments give the same answer.
pub fn judge(action: &Action, past: &impl Past, settings: &Settings) -> Assessment {
    weigh(&Facts::read(action, past, settings), past)
}

/// What the rules make of the facts.
fn weigh(facts: &Facts, past: &impl Past) -> Assessment {
    let settings = facts.settings;
    let passes =
        |code: &str| settings.disables(code) || facts.is_test && SPARES_TESTS.contains(&code);
    let mut findings = rules::find(facts, passes);
    findings.retain(|(code, finding)| {
        let unsure = settings.strictness == Strictness::Lenient && finding.risk < settings::SURE;
        !unsure && !was_approved(code, finding, facts, past)
    });
    let causes: Vec<u64> = findings.iter().map(|(code, f)| f.cause(code)).collect();
    let mut answer = finding::fold(findings, quiet_risk(facts));
    let labels = labels::labels(facts).into_iter();
    for label in labels.chain(ledger::asked(&causes)) {
        answer = answer.label(&label);
    }
    answer
}

/// Rules about the house's own systems: what they hold is no harm in a test.
const SPARES_TESTS: [&str; 5] = [
    "access-change",
    "dangerous-command",
    "destructive-delete",
    "persistence",
    "safety-net-off",
];

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
    let strict = facts.settings.strictness == Strictness::Strict;
    if facts.does(Effects::HARD) && strict && facts.intent().is_unknown() {
        0.6 // above the threshold: nobody is known to have asked
    } else if facts.does(Effects::HARD) {
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
    let past = Session {
        history: &cx.history,
        notes: &cx.notes.data,
    };
    // The instance ends with this call: nothing is taken apart.
    let facts = ManuallyDrop::new(Facts::read(action, &past, cx.settings));
    weigh(&facts, &past)
}

/// Notes what an output says to its reader, once, when it arrives.
fn observe(step: &Step, leaves: &[Leaf], cx: &Context<Settings>) -> Result<Vec<u8>, ScoreError> {
    if step.labels.iter().any(|l| l == labels::TRUSTED_SOURCE) {
        return Ok(cx.notes.data.clone()); // what it says is no stranger's word
    }
    let said = match &step.action.intent {
        Some(said) => Some(said.clone()),
        None => cx.history.intent(),
    };
    let arrived = notes::Arrived {
        step: step.index,
        kind: &step.action.kind,
        payload: &step.action.payload_text,
        intent: said.as_deref(),
    };
    let leaves = leaves.iter().map(|l| (l.path.as_str(), l.text.as_str()));
    Ok(notes::observe(&arrived, leaves, &cx.notes.data))
}

coldnotch_plugin::scorer!(score, settings = Settings, observe = observe);
