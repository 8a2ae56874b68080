//! See [`DOC`].

use crate::act;
use crate::effect::Effects;
use crate::errand;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::target::What;

/// The reason code.
pub const CODE: &str = "only-a-look-asked";
/// What it holds.
pub const DOC: &str = "The user asked to look something up or to be told something, and this changes something for good.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"How many seats of the plan do we use?","steps":[
  {"type":"subscription.get","payload":{},"output":{"seats":50,"used":31}},
  {"type":"subscription.change","payload":{"seats":31,"effective":"now"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"How many seats of the plan do we use? Change it to that number.","steps":[
  {"type":"subscription.get","payload":{},"output":{"seats":50,"used":31}},
  {"type":"subscription.change","payload":{"seats":31,"effective":"now"}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let idle = Effects::READ | Effects::DRAFT | Effects::NOTE | Effects::EXECUTE;
    let hard = Effects::PAY
        | Effects::PAYEE
        | Effects::DELETE
        | Effects::ACCESS
        | Effects::PUBLISH
        | Effects::OFF;
    let kind = facts.kind.all();
    let changes = facts.kind.len() > 1
        && kind.any(Senses::UPDATE | Senses::GRANT)
        && !kind.any(Senses::LIGHT);
    let outside = facts.effects.any(Effects::WRITE)
        && facts
            .targets
            .iter()
            .any(|t| t.outside && t.what == What::Address);
    if facts.effects.any(idle)
        || !facts.effects.any(hard) && !changes && !outside && act::of(facts).is_none()
        || !errand::is_to_look(facts.intent())
    {
        return None;
    }
    let kind = facts.kind.iter().collect::<Vec<_>>().join(" ");
    Some(Finding::new(
        0.75,
        &[
            "`",
            &kind,
            "` changes something, and the user only asked to look",
        ],
    ))
}
