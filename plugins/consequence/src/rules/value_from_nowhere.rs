//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::origin::Origin;
use crate::target::What;

/// The reason code.
pub const CODE: &str = "value-from-nowhere";
/// What it holds.
pub const DOC: &str = "Money goes to an account although others were read, or a message for known recipients also to an address, that stands neither in the \
user's words nor in anything that was read.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Invite everybody on the guest list.","steps":[
  {"type":"list.read","payload":{"name":"guests"},"output":["nora@fest.example","timo@fest.example"]},
  {"type":"mail.send","payload":{"to":["nora@fest.example","timo@fest.example","press@paper.example"],"text":"You are invited."}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Invite everybody on the guest list.","steps":[
  {"type":"list.read","payload":{"name":"guests"},"output":["nora@fest.example","timo@fest.example","press@paper.example"]},
  {"type":"mail.send","payload":{"to":["nora@fest.example","timo@fest.example","press@paper.example"],"text":"You are invited."}}]}"#;

/// The rule. A session of which something was forgotten tells nothing.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if facts.intent().is_unknown() || !facts.remembers_all {
        return None;
    }
    let money = facts.does(Effects::PAY | Effects::PAYEE);
    let company = facts.does(Effects::OUTWARD | Effects::ACCESS)
        && facts.targets.iter().any(|t| {
            t.what == What::Address
                && facts
                    .origins
                    .iter()
                    .all(|o| o.target.path != t.path || is_known(o))
        });
    let origin = facts.origins.iter().find(|o| {
        let decides = match o.target.what {
            What::Account => money && facts.accounts_are_listed,
            What::Address => company,
            _ => false,
        };
        decides && o.target.outside && !is_known(o) && !facts.names_target(&o.target)
    })?;
    let finding = Finding::new(
        0.75,
        &[
            &origin.target.text,
            " stands neither in the request nor in anything that was read",
        ],
    );
    Some(finding.with(&origin.target.path, &origin.target.text))
}

/// True when some output has it.
fn is_known(origin: &Origin) -> bool {
    origin.seen.iter().any(|s| s.in_output)
}
