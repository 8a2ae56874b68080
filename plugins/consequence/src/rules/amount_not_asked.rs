//! See [`DOC`].

use crate::effect::Effects;
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
    let field = facts.amount()?;
    let credits = facts.does(Effects::WRITE) && facts.kind.all().any(Senses::BACK | Senses::GIFT);
    let amount = match facts.payment() {
        Some(payment) => payment.cents as f64 / 100.0,
        None if credits => field.amount()? / if field.counts_cents() { 100.0 } else { 1.0 },
        None => return None,
    };
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
    // An order costs what it costs, unless the user sets a bound.
    let mut largest = if facts.does(Effects::PAY) || credits {
        named.iter().copied().reduce(f64::max)?
    } else {
        facts.intent().bound()?
    };
    if facts.intent().mentions(Senses::PLUS) {
        largest = named.iter().sum(); // "under 25 euros, plus a kit (44.90)"
    }
    if facts.intent().mentions(Senses::EACH) {
        // "Two tickets, up to 50 each": the whole may be as many times as much.
        let count = |n: &u32| (2..=50).contains(n) && !named.contains(&f64::from(*n));
        let times = facts.intent().numbers().into_iter().filter(count).max();
        largest *= f64::from(times.unwrap_or(1));
    }
    if amount <= largest * (1.0 + 1e-9) {
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
