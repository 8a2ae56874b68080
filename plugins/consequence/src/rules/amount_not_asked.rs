//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::payload::Field;

/// The reason code.
pub const CODE: &str = "amount-not-asked";
/// What it holds.
pub const DOC: &str = "Money moves as the user asked, but more of it than any amount the user named, or more than the operator's `amount_limit`.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Pay Northwind invoice NW-4471, 1,240.00 USD.","steps":[
  {"type":"payments.create","payload":{"payee":"Northwind","amount":12400.0,"currency":"USD"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Pay Northwind invoice NW-4471, 1,240.00 USD.","steps":[
  {"type":"payments.create","payload":{"payee":"Northwind","amount_minor":124000,"currency":"USD"}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if !facts.does(Effects::PAY) {
        return None;
    }
    let (field, amount) = facts
        .fields
        .iter()
        .filter(|f| f.key.any(Senses::AMOUNT))
        .find_map(|f| Some((f, f.amount()?)))?;
    if let Some(limit) = facts.settings.amount_limit
        && amount > limit
    {
        let finding = Finding::new(
            0.9,
            &[
                "the amount ",
                &field.text,
                " is above the operator's limit of ",
                &limit.to_string(),
            ],
        );
        return Some(finding.with(&field.path, &field.text));
    }
    let named = facts.intent().amounts();
    let largest = named.iter().copied().reduce(f64::max)?;
    let minor = if in_minor_units(field) { 100.0 } else { 1.0 };
    if amount <= largest * minor * (1.0 + 1e-9) {
        return None;
    }
    let most = largest.to_string();
    let finding = Finding::new(
        0.8,
        &[
            "the amount ",
            &field.text,
            " is more than the ",
            &most,
            " the user named",
        ],
    );
    Some(finding.with(&field.path, &field.text))
}

/// True when a field counts cents, by its name.
fn in_minor_units(field: &Field) -> bool {
    let name = field.path.rsplit('.').next().unwrap_or_default();
    crate::words::Words::of(name)
        .iter()
        .any(|w| matches!(w, "minor" | "cents" | "centimes" | "pence" | "centavos"))
}
