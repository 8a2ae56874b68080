//! See [`DOC`].

use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;

/// The reason code.
pub const CODE: &str = "repeated-payment";
/// What it holds.
pub const DOC: &str =
    "The same amount goes to the same payee for the same thing a second time in the session.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Pay Hill & Co invoice HC-8, 640.00 USD.","steps":[
  {"type":"payments.create","payload":{"payee":"Hill & Co","amount":"640.00","reference":"HC-8"},"output":"ok"},
  {"type":"payments.create","payload":{"payee":"Hill & Co","amount":"640.00","reference":"HC-8","batch":2}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Pay Hill & Co invoices HC-8 and HC-9, 640.00 USD each.","steps":[
  {"type":"payments.create","payload":{"payee":"Hill & Co","amount":"640.00","reference":"HC-8"},"output":"ok"},
  {"type":"payments.create","payload":{"payee":"Hill & Co","amount":"640.00","reference":"HC-9"}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let payment = facts.payment()?;
    let paid = facts.ledger.was_paid(payment);
    let repeats = paid || facts.ledger.is_asked_to_pay(payment);
    if !repeats || facts.intent().mentions(Senses::EACH) {
        return None;
    }
    let field = facts.amount()?;
    let to = facts
        .targets
        .first()
        .map_or("the same payee", |t| t.text.as_str());
    let when = if paid {
        " for the same thing before in this session"
    } else {
        " for the same thing waits for an answer in this session already"
    };
    let moved = if paid { " went to " } else { " to " };
    let finding = Finding::new(0.8, &[&field.text, moved, to, when]);
    Some(finding.with(&field.path, &field.text))
}
