//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::money;

/// The reason code.
pub const CODE: &str = "figure-changed";
/// What it holds.
pub const DOC: &str =
    "A message says another year or another amount than the one the user told the agent to say.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Confirm to tom@buyer.example that the price holds until 31 December 2027.","steps":[
  {"type":"send_email","payload":{"to":"tom@buyer.example","body":"Hi Tom, the figure stands until 31 December 2029."}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Confirm to tom@buyer.example that the price holds until 31 December 2027.","steps":[
  {"type":"send_email","payload":{"to":"tom@buyer.example","body":"Hi Tom, the figure stands until 31 December 2027, as in 2026."}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if !facts.does(Effects::SEND | Effects::PUBLISH) || facts.intent().is_unknown() {
        return None;
    }
    let years = facts.intent().years();
    let amounts = facts.intent().amounts_to_tell();
    if years.is_empty() && amounts.is_empty() {
        return None;
    }
    let body = facts
        .fields
        .iter()
        .filter(|f| f.key.any(Senses::BODY))
        .max_by_key(|f| f.text.len())?;
    let said = money::years(&body.text);
    let year = said
        .first()
        .filter(|_| !years.is_empty() && !said.iter().any(|y| years.contains(y)))
        .map(|y| (y.to_string(), years.first().map(u32::to_string)));
    let told = money::amounts(&body.text);
    let same = |a: &f64| amounts.iter().any(|b| (a - b).abs() < 0.005);
    let amount = told
        .first()
        .filter(|_| !amounts.is_empty() && !told.iter().any(same))
        .map(|a| (a.to_string(), amounts.first().map(f64::to_string)));
    let (says, asked) = year.or(amount)?;
    let asked = asked.unwrap_or_default();
    let finding = Finding::new(
        0.75,
        &["the message says ", &says, " where the user said ", &asked],
    );
    Some(finding.with(&body.path, &says))
}
