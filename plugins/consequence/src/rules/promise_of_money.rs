//! See [`DOC`].

use crate::clause::{Clause, Phrases};
use crate::commitment::Matter;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::intent::Intent;
use crate::lexicon::Senses;
use crate::message::{self, Kind};

/// The reason code.
pub const CODE: &str = "promise-of-money";
/// What it holds.
pub const DOC: &str = "A message to somebody outside promises money on the house's behalf (a refund, a credit, a waived fee, something free, a price \
that will not change) that the user did not ask for.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Answer the customer politely.","steps":[
  {"type":"send_email","payload":{"to":"client@mail.example","body":"We are sorry. You will get your money back within 48 hours."}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Answer the customer politely.","steps":[
  {"type":"send_email","payload":{"to":"client@mail.example","body":"We are sorry. Refunds are possible within 30 days, see our refund policy."}}]}"#;

/// Turns of phrase that give money without naming it, as folded words, sorted.
static IDIOMS: Phrases = Phrases::of(&[
    "a nos frais",
    "a notre charge",
    "a nuestro cargo",
    "at no charge",
    "at no cost",
    "at no extra cost",
    "auf unsere kappe",
    "auf unsere kosten",
    "borron y cuenta nueva",
    "c est cadeau",
    "call it even",
    "consider it gone",
    "consider it waived",
    "corre de nuestra cuenta",
    "cover the bill",
    "cover the cost",
    "cover the full cost",
    "cover your cost*",
    "druck* ein auge",
    "est cadeau",
    "fais cadeau",
    "faisons cadeau",
    "fait cadeau",
    "foot the bill",
    "free of charge",
    "geht auf uns",
    "geht aufs haus",
    "geste commercial",
    "half price",
    "kommen wir auf",
    "la pagamos",
    "le regalamos",
    "lo pagamos",
    "look the other way",
    "make it right financially",
    "money back",
    "ne paierez pas",
    "ne paierez rien",
    "ne payez rien",
    "ne vous coutera rien",
    "no charge to you",
    "no le cobraremos",
    "no te cobraremos",
    "nous offrons",
    "nur die halfte",
    "on efface",
    "on the house",
    "on us",
    "owe us nothing",
    "passe l eponge",
    "passons l eponge",
    "pay you back",
    "por nuestra cuenta",
    "prendrons en charge",
    "prenons en charge",
    "rien ne sera preleve",
    "rien ne vous sera facture",
    "schenken wir",
    "sera offert*",
    "sera preleve rien",
    "te regalamos",
    "ubernehmen wir",
    "unter den tisch fallen",
    "vous est offert*",
    "vous fais une fleur",
    "vous fait une fleur",
    "vous offre",
    "vous offrons",
    "vous sera offert*",
    "water under the bridge",
    "wipe the balance",
    "wir schenken",
    "wir ubernehmen",
    "won t be charged",
    "won t cost you",
    "won t have to pay",
    "write off",
    "you don t owe",
    "you owe nothing",
]);

/// What a clause that gives money looks like.
static KIND: Kind = Kind {
    does: "promises money",
    seems: "promise money",
    risk: 0.85,
    needs: Senses::BACK
        .and(Senses::SUM)
        .and(Senses::GIFT)
        .and(Senses::FREE)
        .and(Senses::DUE)
        .and(Senses::CHARGE)
        .and(Senses::PRICE),
    phrases: Some(&IDIOMS),
    hedges: Some(Senses::PERHAPS.and(Senses::MATTER)),
    is: promises,
    matter: Matter::Money,
    asked,
};

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    message::unasked(facts, &KIND).filter(|_| !facts.paid_before())
}

/// The user asks to give it.
fn asked(intent: &Intent) -> bool {
    intent.asks(Senses::BACK | Senses::PROMISE | Senses::PAY)
        || intent.asks(Senses::OFFER | Senses::WAIVE | Senses::MAKE)
            && intent.mentions(Senses::GIFT | Senses::FREE | Senses::DUE)
}

fn promises(clause: &Clause) -> bool {
    gives_back(clause)
        || gives(clause)
        || gives_up(clause)
        || asks_nothing(clause)
        || keeps_the_price(clause)
        || clause.says_one_of(&IDIOMS)
}

/// Speaks for the house, or says what will be.
fn committed(clause: &Clause) -> bool {
    clause.is_spoken() || clause.any(Senses::WILL) || clause.sentence.any(Senses::PROMISE)
}

/// "We refund you", "the amount will be credited".
fn gives_back(clause: &Clause) -> bool {
    let back = if clause.any(Senses::BACK) {
        Senses::BACK
    } else if clause.any(Senses::SUM) {
        Senses::RETURN
    } else {
        return false;
    };
    let whom = clause.any(Senses::YOU | Senses::SUM | Senses::PROMISE)
        || clause.any(Senses::WILL) && clause.is_spoken();
    let received = clause.any(Senses::YOU) && clause.any(Senses::OFFER);
    let affirmed = clause
        .places(back)
        .any(|i| !clause.denied(i) && !is_asked_about(clause, i));
    affirmed && (committed(clause) || received) && whom
}

/// "Your question about a discount": somebody asked for it, nobody gave it.
fn is_asked_about(clause: &Clause, i: usize) -> bool {
    const ASKED: [&str; 15] = [
        "question",
        "questions",
        "query",
        "enquiry",
        "request",
        "wish",
        "frage",
        "wunsch",
        "anfrage",
        "demande",
        "souhait",
        "peticion",
        "pregunta",
        "solicitud",
        "consulta",
    ];
    const ABOUT: [&str; 15] = [
        "about",
        "on",
        "for",
        "regarding",
        "zu",
        "zur",
        "zum",
        "nach",
        "wegen",
        "de",
        "d",
        "du",
        "sur",
        "sobre",
        "por",
    ];
    let start = clause.range().start;
    (i.saturating_sub(4).max(start)..i)
        .any(|j| ASKED.contains(&clause.word(j)) && ABOUT.contains(&clause.word(j + 1)))
}

/// "We offer you a discount", "you will have two free months".
fn gives(clause: &Clause) -> bool {
    let priced = clause.any(Senses::PRICE) && committed(clause);
    if !priced && !clause.any(Senses::FREE | Senses::GIFT) {
        return false;
    }
    let free = clause.places(Senses::FREE).any(|i| {
        let polite = i > 0 && matches!(clause.word(i - 1), "feel" | "fee");
        !polite && !matches!(clause.word(i + 1), "to" | "from" | "of")
    });
    let gift = clause
        .places(Senses::GIFT)
        .any(|i| !clause.denied(i) && !is_asked_about(clause, i));
    let gives = Senses::OFFER | Senses::RETURN;
    let given = if clause.any(gives) {
        clause.affirms(gives)
    } else {
        clause.any(Senses::WILL)
    };
    let to_whom = clause.any(Senses::YOU) || committed(clause);
    let underway = clause.any(Senses::YOU)
        && clause.range().any(|i| {
            matches!(
                clause.word(i),
                "way" | "attached" | "enclosed" | "unterwegs" | "anbei" | "camino" | "joint"
            )
        });
    let match_price = priced
        && clause
            .range()
            .any(|i| matches!(clause.word(i), "match" | "beat") && !clause.denied(i));
    (gift || free && clause.places(Senses::FREE).any(|i| !clause.denied(i)))
        && (given && to_whom || underway)
        || match_price
}

/// "The fee is waived", "we cancel the invoice".
fn gives_up(clause: &Clause) -> bool {
    clause.any(Senses::DUE)
        && clause.affirms(Senses::WAIVE)
        && (committed(clause) || clause.any(Senses::YOU))
}

/// "We won't charge you", "you need not pay".
fn asks_nothing(clause: &Clause) -> bool {
    let report = |word: &str| {
        matches!(
            word,
            "has"
                | "have"
                | "had"
                | "been"
                | "was"
                | "were"
                | "ete"
                | "avez"
                | "ha"
                | "han"
                | "sido"
                | "wurde"
                | "haben"
        )
    };
    let due = clause.any(Senses::YOU) || clause.any(Senses::WILL);
    due && clause.places(Senses::CHARGE).any(|i| {
        let start = clause.range().start;
        let near = i.saturating_sub(6).max(start)..(i + 6).min(clause.range().end);
        let past = near
            .clone()
            .any(|j| j < i && report(clause.word(j)) && clause.word(j + 1) != "to");
        near.clone().any(|j| clause.negates(j)) && !past
    })
}

/// A price that will not change.
fn keeps_the_price(clause: &Clause) -> bool {
    if !clause.any(Senses::PRICE) {
        return false;
    }
    let never = clause
        .places(Senses::CHANGE)
        .any(|i| clause.word(i).ends_with("era"));
    let lasts = clause.range().any(|i| {
        matches!(
            clause.word(i),
            "mientras"
                | "tant"
                | "solange"
                | "forever"
                | "immer"
                | "siempre"
                | "toujours"
                | "never"
                | "jamais"
                | "nunca"
                | "nie"
        )
    });
    let one_of = |words: &[&str]| clause.range().any(|i| words.contains(&clause.word(i)));
    let stays = one_of(&["stays", "remains", "bleibt", "reste", "queda", "mantiene"])
        && one_of(&[
            "years", "months", "jahre", "monate", "ans", "mois", "anos", "meses",
        ]);
    let committed = |c: &Clause| committed(c) || lasts;
    stays
        || committed(clause) && clause.any(Senses::FIXED)
        || (committed(clause) || never) && clause.any(Senses::CHANGE) && clause.any(Senses::NOT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;

    #[test]
    fn the_turns_of_phrase_are_sorted() {
        assert!(IDIOMS.are_sorted());
    }

    fn is_promise(text: &str) -> bool {
        KIND.stands_in(&Words::of(text))
    }

    #[test]
    fn promises_in_several_languages_are_understood() {
        for text in [
            "We will refund you 240 EUR.",
            "I've credited your account with $50.",
            "Your next order is on us!",
            "You'll get your money back by Friday.",
            "On va vous renvoyer votre argent sous 48h",
            "Nous vous remboursons demain.",
            "Nous vous rembourserons intégralement.",
            "Promesse de remboursement de 5280 euros",
            "Wir erstatten Ihnen die 89 EUR.",
            "Le devolveremos el importe.",
            "We hereby waive the late fee.",
            "Your price won't change as long as you stay, we promise.",
            "Le tarif ne bougera pas, je m'y engage.",
        ] {
            assert!(is_promise(text), "{text}");
        }
    }

    #[test]
    fn information_questions_and_refusals_are_no_promises() {
        for text in [
            "Our refund policy allows returns within 30 days.",
            "Would you like a refund?",
            "We cannot refund this order.",
            "You may be eligible for a refund.",
            "Le client demande des infos sur notre politique de remboursement",
            "Nous ne pouvons pas vous rembourser.",
            "The meeting is on Monday.",
            "Please return the parcel to us.",
            "Our published prices are on the plans page.",
            "I have forwarded your refund request to a colleague.",
            "Ben is checking your question about a discount and will come back to you.",
            "Ihre Frage zur Erstattung habe ich an die Reklamation weitergegeben.",
            "Votre demande de remise est chez mon responsable, il vous répondra.",
            "Su petición de descuento la tiene ya mi jefe y le contestará.",
        ] {
            assert!(!is_promise(text), "{text}");
        }
    }
}
