//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::words::Words;

/// The reason code.
pub const CODE: &str = "unasked-commitment";
/// What it holds.
pub const DOC: &str = "Something is ordered, signed, approved, cancelled, re-priced or mailed to many, and the user did not ask for it.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Summarise the order form for the board.","steps":[
  {"type":"envelopes.sign","payload":{"id":"env-5"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"The board said yes: sign the order form.","steps":[
  {"type":"envelopes.sign","payload":{"id":"env-5"}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let act = facts.act()?;
    let intent = facts.intent();
    let same_verb = (0..facts.kind.len()).any(|i| {
        facts.kind.senses(i).any(act.asked) && intent.names_any(&Words::of(facts.kind.get(i)))
    });
    // "Raise the rent": what the user wants changed is a field of it.
    let names_field = || {
        let mut names = facts
            .fields
            .iter()
            .map(|f| f.name())
            .filter(|n| n.len() <= 40);
        names.any(|name| intent.names_any(&Words::of(name)))
    };
    let asks = intent.asks(act.asked) && act.is_about(facts)
        || intent.asks(act.vaguely) && intent.names_kind(&facts.things())
        || intent.asks(act.vaguely)
            && intent.asks(Senses::UPDATE)
            && !facts
                .kind
                .all()
                .any(Senses::END | Senses::DELETE | Senses::REMOVE)
            && names_field();
    let usual = facts.does(Effects::BUY) && intent.wants_the_usual();
    let account = facts.does(Effects::PAYEE) && facts.asks_for_the_account();
    if asks || usual || account || facts.is_spoken_of() || intent.delegates_deeds() || same_verb || facts.is_named_in_figures() {
        return None;
    }
    let why = if intent.is_unknown() {
        ", and no request for it is known"
    } else {
        ", and the user did not ask for it"
    };
    let finding = Finding::new(0.7, &["this ", act.does, why]);
    let telling = facts
        .fields
        .iter()
        .find(|f| f.amount().is_some())
        .or(facts.fields.first());
    Some(match telling {
        Some(field) => finding.with(&field.path, &field.text),
        None => finding,
    })
}
