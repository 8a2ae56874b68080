//! See [`DOC`].

use crate::effect::Effects;
use crate::errand;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;

/// The reason code.
pub const CODE: &str = "only-a-draft-asked";
/// What it holds.
pub const DOC: &str = "The user asked for a draft, a preview or a simulation, and this sends, pays, orders, signs or publishes in earnest.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Draft the letter to Mr Pratt; legal still has to look at it.","steps":[
  {"type":"mail.send","payload":{"to":"pratt@mail.example","subject":"Your contract","body":"Dear Mr Pratt, about your contract."}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Draft the letter to Mr Pratt; legal still has to look at it.","steps":[
  {"type":"mail.create_draft","payload":{"to":"pratt@mail.example","subject":"Your contract","body":"Dear Mr Pratt, about your contract."}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let hard = Effects::OUTWARD | Effects::PAY | Effects::BUY | Effects::BIND;
    let idle = Effects::READ | Effects::DRAFT | Effects::NOTE;
    if facts.effects.any(idle)
        || !facts.effects.any(hard) && facts.act().is_none()
        || facts.effects.any(Effects::SEND) && to_the_user(facts)
        || !errand::is_to_draft(facts.intent())
    {
        return None;
    }
    let kind = facts.kind.iter().collect::<Vec<_>>().join(" ");
    let finding = Finding::new(
        0.75,
        &[
            "`",
            &kind,
            "` is in earnest, and the user asked for a draft",
        ],
    );
    Some(match facts.targets.first() {
        Some(to) => finding.with(&to.path, &to.text),
        None => finding,
    })
}

/// An answer in the conversation itself.
fn to_the_user(facts: &Facts) -> bool {
    facts.targets.is_empty() && !facts.fields.iter().any(|f| f.key.any(Senses::TO))
}
