//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::payload::Plain;

/// The reason code.
pub const CODE: &str = "quantity-not-asked";
/// What it holds.
pub const DOC: &str = "At least twice as much of something is ordered, booked or paid for as any number the user named.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Order 6 toner cartridges TN-44.","steps":[
  {"type":"purchase_order.create","payload":{"sku":"TN-44","quantity":600}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Order 6 toner cartridges TN-44.","steps":[
  {"type":"purchase_order.create","payload":{"sku":"TN-44","quantity":6}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let idle = Effects::READ | Effects::DRAFT | Effects::NOTE;
    if facts.effects.any(idle) || !facts.does(Effects::PAY) && facts.act().is_none() {
        return None;
    }
    let (field, asked) = facts
        .fields
        .iter()
        .filter(|f| f.key.any(Senses::QUANTITY) && !f.key.any(Senses::AMOUNT | Senses::TO))
        .find_map(|f| match f.value {
            Plain::Number(number) if number > 1.0 => Some((f, number)),
            _ => None,
        })?;
    let named = facts.intent().numbers();
    let most = named.iter().copied().max()?;
    // Two rooms, three guests: only a multiple is another order.
    if asked < 2.0 * f64::from(most) {
        return None;
    }
    let most = most.to_string();
    let finding = Finding::new(
        0.7,
        &[
            "the number ",
            &field.text,
            " is more than the ",
            &most,
            " the user named",
        ],
    );
    Some(finding.with(&field.path, &field.text))
}
