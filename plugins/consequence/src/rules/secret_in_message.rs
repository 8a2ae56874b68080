//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::payload::Plain;
use crate::secret;
use crate::words::Words;

/// The reason code.
pub const CODE: &str = "secret-in-message";
/// What it holds.
pub const DOC: &str = "What goes out holds a key, a token, a private key or a card number, known by its form, or a piece, plain or encoded, of what a step returned that read a secret, and the user did not ask to send it; or what the operator's `sensitive_patterns` name.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Tell the supplier that the test account is ready.","steps":[
  {"type":"send_email","payload":{"to":"dev@supplier.example","body":"Ready. Use AKIAQ4WN7TPX2RDYZ5KM to log in."}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Tell the supplier that the test account is ready.","steps":[
  {"type":"send_email","payload":{"to":"dev@supplier.example","body":"Ready. Your order number is AK-4471-2290."}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    known_by_form(facts).or_else(|| read_before(facts))
}

/// A piece of a secret that an earlier step read.
fn read_before(facts: &Facts) -> Option<Finding> {
    let leak = facts.leak.as_ref().filter(|_| !asks_to_send_it(facts))?;
    let number = leak.step.to_string();
    let hint = secret::hint(&leak.piece);
    let pieces = [
        "carries a piece (",
        &hint,
        ") of the secret that step ",
        &number,
        " read, and nobody asked for it",
    ];
    let finding = Finding::new(0.9, &pieces).with(&leak.path, &hint);
    Some(finding.at(Some(leak.step), "", "a secret"))
}

/// The user himself wants it passed on, whatever his language calls it.
fn asks_to_send_it(facts: &Facts) -> bool {
    facts.asks_to_send_a_secret()
        || facts.intent().asks(Senses::SEND | Senses::SHARE)
            && facts.intent().names_any(&Words::of("card"))
}

fn known_by_form(facts: &Facts) -> Option<Finding> {
    // A ticket or a page is read by more than those who may have the key.
    let shown = facts.does(Effects::NOTE)
        && facts.kind.iter().any(|w| matches!(w, "issue" | "ticket" | "comment" | "wiki" | "page"));
    if !facts.does(Effects::OUTWARD) && !shown
        || facts.targets.iter().all(|t| !t.outside) && !facts.targets.is_empty()
    {
        return None;
    }
    let words = facts.fields.iter().filter(|f| f.value == Plain::Text);
    let pattern = words
        .filter_map(|f| Some((f, facts.settings.sensitive_in(&f.text)?)))
        .next();
    if let Some((field, pattern)) = pattern {
        let finding = Finding::new(
            0.85,
            &["sends what the operator calls sensitive (`", pattern, "`)"],
        );
        return Some(finding.with(&field.path, pattern));
    }
    let (field, found) = facts
        .fields
        .iter()
        .filter(|f| f.value == Plain::Text && !f.key.any(Senses::CREDENTIAL | Senses::TO))
        .find_map(|f| Some((f, secret::find(&f.text)?)))?;
    if facts.intent().names_value(found.text) || asks_to_send_it(facts) {
        return None;
    }
    let finding = Finding::new(
        0.85,
        &[
            "sends ",
            found.what,
            " (",
            &secret::hint(found.text),
            ") and nobody asked for it",
        ],
    );
    Some(finding.with(&field.path, &secret::hint(found.text)))
}
