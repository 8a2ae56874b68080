//! See [`DOC`].

use crate::clause::{Clause, Phrases};
use crate::commitment::Matter;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::intent::Intent;
use crate::lexicon::Senses;
use crate::message::{self, Kind};

/// The reason code.
pub const CODE: &str = "contract-commitment";
/// What it holds.
pub const DOC: &str = "A message to somebody outside binds the house (accepts an offer or terms, guarantees a date or a service level, gives up a \
right) and the user did not ask for it.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Thank Brandt KG for their offer.","steps":[
  {"type":"send_email","payload":{"to":"sales@brandt.example","body":"Thank you. We accept your offer and sign the contract tomorrow."}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Thank Brandt KG for their offer.","steps":[
  {"type":"send_email","payload":{"to":"sales@brandt.example","body":"Thank you. We have received your offer and will read the contract."}}]}"#;

static KIND: Kind = Kind {
    does: "binds the house",
    seems: "bind the house",
    risk: 0.8,
    needs: Senses::AGREE.and(Senses::VOUCH).and(Senses::WAIVE),
    phrases: Some(&WORD_OF_HONOUR),
    hedges: Some(Senses::PERHAPS),
    is: binds,
    matter: Matter::Terms,
    asked,
};

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    message::unasked(facts, &KIND)
}

fn asked(intent: &Intent) -> bool {
    intent.asks(Senses::AGREE | Senses::VOUCH | Senses::PROMISE | Senses::WAIVE)
}

/// Turns of phrase that give one's word or accept, sorted.
static WORD_OF_HONOUR: Phrases = Phrases::of(&[
    "doy mi palabra",
    "doy su palabra",
    "gebe mein wort",
    "gebe ihnen mein wort",
    "have my word",
    "have our word",
    "mein wort darauf",
    "nehmen wir an",
    "nehmen wir gern an",
    "nehmen wir gerne an",
    "nehmen wir so an",
    "tiene mi palabra",
    "vous avez ma parole",
    "vous avez notre parole",
]);

fn binds(clause: &Clause) -> bool {
    let deal = || {
        let mut words = clause.range().map(|i| clause.word(i));
        words.any(|w| w == "deal" || w == "trato")
    };
    let agrees = clause.any(Senses::TERMS | Senses::PRICE)
        && clause.affirms(Senses::AGREE)
        && (clause.is_spoken() || deal());
    let plainly = || {
        clause.range().any(|i| {
            let word = clause.word(i);
            (word.starts_with("guarant") || word.starts_with("garant")) && !clause.denied(i)
        })
    };
    let served = clause.any(Senses::SERVICE) && clause.affirms(Senses::VOUCH);
    let vouches =
        clause.is_spoken() && (served || plainly()) || clause.says_one_of(&WORD_OF_HONOUR);
    let gives_up = clause.any(Senses::CLAIM) && clause.is_spoken() && clause.affirms(Senses::WAIVE);
    agrees || vouches || gives_up
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_honour_are_sorted() {
        assert!(WORD_OF_HONOUR.are_sorted());
    }
}
