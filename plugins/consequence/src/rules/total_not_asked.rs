//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;

/// The reason code.
pub const CODE: &str = "total-not-asked";
/// What it holds.
pub const DOC: &str = "What the session pays in all is more than the user let go, passes a bound that he named by being split, or is above the \
operator's `session_limit`.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Buy headsets for the team, 400 EUR at most.","steps":[
  {"type":"shop.order","payload":{"article":"A","total":178},"output":"ok"},
  {"type":"shop.order","payload":{"article":"B","total":119},"output":"ok"},
  {"type":"shop.order","payload":{"article":"C","total":119}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Buy headsets for the team, 420 EUR at most.","steps":[
  {"type":"shop.order","payload":{"article":"A","total":178},"output":"ok"},
  {"type":"shop.order","payload":{"article":"B","total":119},"output":"ok"},
  {"type":"shop.order","payload":{"article":"C","total":119}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let payment = facts.payment()?;
    let before = facts.ledger.sum(&payment.currency);
    if before == 0 || facts.ledger.is_retry(payment) {
        return None; // the first one is `amount-not-asked`'s
    }
    let total = before.saturating_add(payment.cents) as f64 / 100.0;
    let exceeds = |bound: f64| total > bound * (1.0 + 1e-9);
    let split = |bound: f64| exceeds(bound) && payment.cents as f64 / 100.0 <= bound;
    let intent = facts.intent();
    let allowance = if facts.does(Effects::PAY) {
        intent.allowance()
    } else {
        intent.bound().filter(|_| !intent.mentions(Senses::EACH))
    };
    let (bound, whose) = facts
        .settings
        .session_limit
        .filter(|b| exceeds(*b))
        .map(|b| (b, "the operator's limit for a session"))
        .or_else(|| {
            intent
                .threshold()
                .filter(|b| split(*b))
                .map(|b| (b, "the bound the user named, which each part stays under"))
        })
        .or_else(|| {
            allowance
                .filter(|b| exceeds(*b))
                .map(|b| (b, "what the user named"))
        })?;
    let field = facts.amount()?;
    let finding = Finding::new(
        0.8,
        &[
            "with this ",
            &field.text,
            " the session has paid ",
            &total.to_string(),
            ", more than ",
            &bound.to_string(),
            ": ",
            whose,
        ],
    );
    Some(finding.with(&field.path, &field.text))
}
