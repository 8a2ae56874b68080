//! See [`DOC`].

use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;

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
    facts.payment()?;
    let field = facts.amount()?;
    let amount = field.amount()?;
    if let Some(limit) = facts.settings.limit_of(&facts.kind)
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
    if facts.intent().leaves_amount_open() {
        return None;
    }
    let named = facts.intent().amounts();
    let mut largest = named.iter().copied().reduce(f64::max)?;
    if facts.intent().mentions(Senses::PLUS) {
        largest = named.iter().sum(); // "under 25 euros, plus a kit (44.90)"
    }
    let minor = if field.counts_cents() { 100.0 } else { 1.0 };
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
