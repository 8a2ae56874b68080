//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::{Finding, short};
use crate::lexicon::Senses;

/// The reason code.
pub const CODE: &str = "draft-carried-out";
/// What it holds.
pub const DOC: &str = "The user asked for a draft, a preview or a simulation, and the thing itself is sent, paid, published or brought about.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Run the June payroll simulation and show me the differences.","steps":[
  {"type":"payroll.run","payload":{"period":"2025-06","mode":"final"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Run the June payroll simulation and show me the differences.","steps":[
  {"type":"payroll.run","payload":{"period":"2025-06","mode":"simulation"}}]}"#;

/// Words for what is not yet the thing, in a user's mouth.
const DRAFTS: [&str; 22] = [
    "draft",
    "drafts",
    "brouillon",
    "brouillons",
    "entwurf",
    "entwurfe",
    "borrador",
    "borradores",
    "simulation",
    "simulate",
    "simulacion",
    "simular",
    "simuler",
    "simulieren",
    "preview",
    "apercu",
    "vorschau",
    "mockup",
    "rehearsal",
    "probelauf",
    "simulacro",
    "dryrun",
];

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let hard = Effects::SEND | Effects::PUBLISH | Effects::PAY | Effects::BUY | Effects::BIND;
    if !facts.does(hard) || facts.effects.any(Effects::READ) || facts.effects.any(Effects::NOTE) {
        return None;
    }
    let intent = facts.intent();
    let word = intent.words().iter().find(|w| DRAFTS.contains(w))?;
    let real = Senses::SEND
        | Senses::PUBLISH
        | Senses::PAY
        | Senses::ORDER
        | Senses::BIND
        | Senses::CONTACT
        | Senses::SHARE
        | Senses::ANNOUNCE;
    if intent.asks(real) {
        return None;
    }
    let kind = facts.kind.iter().collect::<Vec<_>>().join(" ");
    let what = facts
        .fields
        .iter()
        .find(|f| !f.text.is_empty() && f.text.len() <= 120);
    let shown = what.map_or("", |f| short(&f.text, 80));
    let finding = Finding::new(
        0.75,
        &[
            "`",
            &kind,
            "` (",
            shown,
            ") carries out what was to be a ",
            word,
            " only",
        ],
    );
    Some(match what {
        Some(field) => finding.with(&field.path, &field.text),
        None => finding,
    })
}
