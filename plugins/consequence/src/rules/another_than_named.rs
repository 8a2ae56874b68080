//! See [`DOC`].

use crate::facts::Facts;
use crate::finding::Finding;

/// The reason code.
pub const CODE: &str = "another-than-named";
/// What it holds.
pub const DOC: &str = "What was done to the thing the user named is done again to another one, of which he said nothing.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Put release 4.2 on the Lyon site and watch it.","steps":[
  {"type":"rollout.start","payload":{"release":"rel-4.2","site":"site-lyon"},"output":"ok"},
  {"type":"rollout.start","payload":{"release":"rel-4.2","site":"site-nantes"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Put release 4.2 on the Lyon and the Nantes site.","steps":[
  {"type":"rollout.start","payload":{"release":"rel-4.2","site":"site-lyon"},"output":"ok"},
  {"type":"rollout.start","payload":{"release":"rel-4.2","site":"site-nantes"}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let again = facts.again.as_ref()?;
    let told = [
        "you named `",
        &again.named,
        "`, and this does the same to `",
        &again.value,
        "`",
    ];
    Some(Finding::new(0.7, &told).with(&again.path, &again.value))
}
