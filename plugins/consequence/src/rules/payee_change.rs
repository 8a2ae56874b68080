//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::target::What;

/// The reason code.
pub const CODE: &str = "payee-change";
/// What it holds.
pub const DOC: &str =
    "The account that later money goes to is changed to one that the user did not name.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Process the inbox of the accounts payable mailbox.","steps":[
  {"type":"vendor_update","payload":{"vendor":"Hartmann","field":"iban","value":"GB29NWBK60161331926819"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"I called Hartmann back. Set their IBAN to GB29 NWBK 6016 1331 9268 19.","steps":[
  {"type":"vendor_update","payload":{"vendor":"Hartmann","field":"iban","value":"GB29NWBK60161331926819"}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if !facts.does(Effects::PAYEE) || facts.asks_for_the_account() {
        return None;
    }
    let account = facts
        .targets
        .iter()
        .find(|t| t.what == What::Account && !facts.intent().names_value(&t.text))?;
    // An account that some tool gave as a field of its own is one on record.
    let recorded = facts
        .origins
        .iter()
        .any(|o| o.target.text == account.text && o.seen.iter().any(|s| s.whole && s.in_output));
    if recorded {
        return None;
    }
    let finding = Finding::new(
        0.85,
        &[
            "changes the account that money goes to into ",
            &account.text,
            ", which the user did not name",
        ],
    );
    Some(finding.with(&account.path, &account.text))
}
