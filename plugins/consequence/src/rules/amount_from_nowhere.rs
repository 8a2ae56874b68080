//! See [`DOC`].

use crate::facts::Facts;
use crate::finding::Finding;

/// The reason code.
pub const CODE: &str = "amount-from-nowhere";
/// What it holds.
pub const DOC: &str = "The user points to where the amount stands (\"according to the mail\", \"pay the bill\"), and the amount paid stands in no output.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Pay the club fee according to the treasurer's mail.","steps":[
  {"type":"mail.read","payload":{"from":"treasurer"},"output":"The fee for 2025 is 72,00 EUR."},
  {"type":"payments.create","payload":{"payee":"Music club","amount":915.0}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Pay the club fee according to the treasurer's mail.","steps":[
  {"type":"mail.read","payload":{"from":"treasurer"},"output":"The fee for 2025 is 72,00 EUR."},
  {"type":"payments.create","payload":{"payee":"Music club","amount":72.0}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if facts.amount_is_known {
        return None;
    }
    let field = facts.amount()?;
    let finding = Finding::new(
        0.75,
        &[
            "the amount ",
            &field.text,
            " stands neither in the request nor in anything that was read",
        ],
    );
    Some(finding.with(&field.path, &field.text))
}
