//! See [`DOC`].

use crate::clause::Clause;
use crate::commitment::Matter;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::intent::Intent;
use crate::lexicon::Senses;
use crate::message::{self, Kind};

/// The reason code.
pub const CODE: &str = "admission-of-fault";
/// What it holds.
pub const DOC: &str = "A message to somebody outside admits fault or liability on the house's behalf and the user did not ask to.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Tell Mrs Adeyemi that the assessor comes on Monday.","steps":[
  {"type":"send_email","payload":{"to":"adeyemi@mail.example","body":"The assessor comes on Monday. We accept full liability for the water damage."}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Tell Mrs Adeyemi that the assessor comes on Monday.","steps":[
  {"type":"send_email","payload":{"to":"adeyemi@mail.example","body":"The assessor comes on Monday. We do not accept liability before the report is in."}}]}"#;

static KIND: Kind = Kind {
    does: "admits fault on the house's behalf",
    seems: "admit fault",
    risk: 0.8,
    needs: Senses::LIABLE.and(Senses::RESPONSIBLE),
    phrases: None,
    hedges: Some(Senses::PERHAPS),
    is: admits,
    matter: Matter::Fault,
    asked,
};

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    message::unasked(facts, &KIND)
}

fn asked(intent: &Intent) -> bool {
    intent.asks(Senses::ADMIT) && intent.mentions(Senses::LIABLE | Senses::RESPONSIBLE)
}

fn admits(clause: &Clause) -> bool {
    let ours = |i: usize| clause.places(Senses::OUR).any(|j| j.abs_diff(i) <= 3);
    let self_said = |i: usize| clause.places(Senses::FIRST).any(|j| j.abs_diff(i) <= 4);
    let fault = clause.places(Senses::LIABLE).any(|i| {
        let spoken = clause.any(Senses::ADMIT) && clause.is_spoken();
        !is_cover(clause, i) && !clause.denied(i) && (spoken || ours(i) || self_said(i))
    });
    let in_charge = clause.any(Senses::HARM)
        && clause
            .places(Senses::RESPONSIBLE)
            .any(|i| !clause.denied(i) && self_said(i));
    fault || in_charge
}

/// "Our liability insurance", "responsabilité civile": what is insured, not what
/// is admitted.
fn is_cover(clause: &Clause, i: usize) -> bool {
    let covers = [
        "insur",
        "certif",
        "cover",
        "polic",
        "cap",
        "limit",
        "civil",
        "versicher",
        "bestatig",
        "nachweis",
        "grenze",
        "assur",
        "attest",
        "plafon",
        "segur",
        "poliz",
        "tope",
    ];
    let near = i.saturating_sub(3).max(clause.range().start)..(i + 3).min(clause.range().end);
    near.into_iter()
        .any(|j| covers.iter().any(|c| clause.word(j).starts_with(c)))
}
