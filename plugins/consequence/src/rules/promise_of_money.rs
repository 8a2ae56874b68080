//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::{Finding, short};
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::target::What;
use crate::words::Words;

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
const IDIOMS: &[&str] = &[
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
];

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if !facts.does(Effects::SEND | Effects::PUBLISH) || stays_inside(facts) {
        return None;
    }
    let finding = promised(facts)?;
    (!asked(facts) && !facts.paid_before()).then_some(finding)
}

/// The promise in the message. One that does not show its words is judged by
/// what the agent says of them.
fn promised(facts: &Facts) -> Option<Finding> {
    let is_text = |f: &&Field| f.value == Plain::Text && f.key.any(Senses::BODY);
    let mut texts = facts.fields.iter().filter(is_text).peekable();
    if texts.peek().is_none() {
        let sentence = promise(&Words::of(facts.summary), facts.summary)?;
        let said = short(&sentence, 160);
        let finding = Finding::new(
            0.75,
            &["the message seems to promise money: \"", said, "\""],
        );
        return Some(finding.with("summary", &sentence));
    }
    texts.find_map(|field| {
        let sentence = promise(field.words(), &field.text)?;
        let said = short(&sentence, 160);
        let message = [
            "promises money that the user did not ask to promise: \"",
            said,
            "\"",
        ];
        Some(Finding::new(0.85, &message).with(&field.path, &sentence))
    })
}

/// True for a message that no stranger reads.
fn stays_inside(facts: &Facts) -> bool {
    let internal = |text: &str| Words::of(text).all().any(Senses::INTERNAL);
    let channel = facts
        .fields
        .iter()
        .any(|f| f.text.starts_with('#') && f.text.len() < 60);
    let marked = facts
        .fields
        .iter()
        .any(|f| f.key.any(Senses::STATE) && internal(&f.text));
    let addressed = facts.targets.iter().any(|t| t.outside);
    (channel || marked) && !addressed
        || !facts.targets.is_empty()
            && facts
                .targets
                .iter()
                .all(|t| !t.outside && t.what == What::Address)
}

/// The user asks to give it, or to tell that it is given.
fn asked(facts: &Facts) -> bool {
    facts
        .intent()
        .asks(Senses::BACK | Senses::PROMISE | Senses::PAY)
        || facts
            .intent()
            .words()
            .sentences()
            .any(|s| promises(facts.intent().words(), s))
}

/// The first sentence that promises money.
fn promise(words: &Words, text: &str) -> Option<String> {
    let asks = question_marks(text);
    let is_question = |n: usize| asks.get(n).copied().unwrap_or(false);
    let (_, sentence) = words
        .sentences()
        .enumerate()
        .find(|(n, s)| !is_question(*n) && promises(words, s.clone()))?;
    Some(sentence.map(|i| words.get(i)).collect::<Vec<_>>().join(" "))
}

/// For each sentence whether it is a question. Only as good as the splitting of
/// [`Words`]: a text whose stops do not match its sentences has no questions.
fn question_marks(text: &str) -> Vec<bool> {
    let mut asks = Vec::new();
    let mut word = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let stop = match c {
            '.' | ':' => chars.peek().is_none_or(|n| n.is_whitespace()),
            '!' | '?' | ';' | '\n' => true,
            _ => false,
        };
        if stop && word {
            asks.push(c == '?');
            word = false;
        } else if c.is_alphanumeric() {
            word = true;
        }
    }
    asks
}

fn promises(words: &Words, sentence: std::ops::Range<usize>) -> bool {
    let senses: Vec<Senses> = sentence.clone().map(|i| words.senses(i)).collect();
    let any = |of: Senses| senses.iter().any(|s| s.any(of));
    let perhaps = any(Senses::PERHAPS);
    let not_before = |at: usize, back: usize| {
        senses[at.saturating_sub(back)..at]
            .iter()
            .any(|s| s.any(Senses::NOT))
    };
    if perhaps {
        return false;
    }
    let mut places = sentence.clone().enumerate();
    if places.any(|(at, i)| idiom_at(words, i) && !not_before(at, 3)) {
        return true;
    }
    let returns_sum = any(Senses::RETURN) && any(Senses::SUM);
    let back = senses.iter().position(|s| s.any(Senses::BACK)).or_else(|| {
        senses
            .iter()
            .position(|s| s.any(Senses::RETURN) && returns_sum)
    });
    let speaker = sentence.clone().enumerate().any(|(at, i)| {
        senses[at].any(Senses::FIRST) || is_french_on(words, i) || is_first_person(words.get(i))
    });
    let committed = speaker || any(Senses::WILL) || any(Senses::PROMISE);
    if let Some(at) = back
        && committed
        && (any(Senses::YOU)
            || any(Senses::SUM)
            || any(Senses::PROMISE)
            || any(Senses::WILL) && speaker)
        && !not_before(at, 4)
    {
        return true;
    }
    // A price that will not change.
    let never = sentence
        .clone()
        .any(|i| words.get(i).ends_with("era") && words.senses(i).any(Senses::CHANGE));
    any(Senses::PRICE)
        && (committed && any(Senses::FIXED)
            || (committed || never) && any(Senses::CHANGE) && any(Senses::NOT))
}

/// True when a turn of phrase stands at the word. Looks only at those with its
/// first letter, since a message has many words and few of them.
fn idiom_at(words: &Words, i: usize) -> bool {
    let Some(first) = words.get(i).as_bytes().first() else {
        return false;
    };
    let from = IDIOMS.partition_point(|idiom| idiom.as_bytes().first() < Some(first));
    let same = IDIOMS[from..]
        .iter()
        .take_while(|idiom| idiom.as_bytes().first() == Some(first));
    same.copied().any(|idiom| words.starts_at(i, idiom))
}

/// French `on` (we) and not English `on`: a French verb or pronoun follows.
fn is_french_on(words: &Words, i: usize) -> bool {
    words.get(i) == "on"
        && matches!(
            words.get(i + 1),
            "va" | "vous"
                | "te"
                | "lui"
                | "leur"
                | "fait"
                | "passe"
                | "s"
                | "rembourse"
                | "offre"
                | "efface"
                | "annule"
                | "rend"
                | "renvoie"
                | "paie"
                | "prend"
        )
}

/// A verb whose ending says "we will": `rembourserons`, `devolveremos`.
fn is_first_person(word: &str) -> bool {
    word.len() > 6
        && (word.ends_with("erons") || word.ends_with("irons") || word.ends_with("remos"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_turns_of_phrase_are_sorted() {
        assert!(IDIOMS.is_sorted());
    }

    fn is_promise(text: &str) -> bool {
        promise(&Words::of(text), text).is_some()
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
        ] {
            assert!(!is_promise(text), "{text}");
        }
    }
}
