//! See [`DOC`].

use crate::clause::Phrases;
use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::payload::Field;
use crate::target::What;

/// The reason code.
pub const CODE: &str = "money-out";
/// What it holds.
pub const DOC: &str =
    "Money is paid, charged, refunded or transferred and the user did not plainly ask for it.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Check why seller 331's payout is stuck.","steps":[
  {"type":"payouts.release","payload":{"seller":331,"amount":2870.4}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Risk cleared seller 331. Release the 2,870.40 payout.","steps":[
  {"type":"payouts.release","payload":{"seller":331,"amount":2870.4}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let mut accounts = facts
        .targets
        .iter()
        .filter(|t| t.what == What::Account)
        .peekable();
    let between_own = accounts.peek().is_some() && accounts.all(|t| !t.outside);
    if !facts.does(Effects::PAY) || between_own || asked(facts) {
        return None;
    }
    let amount = facts
        .fields
        .iter()
        .find(|f| f.key.any(Senses::AMOUNT) && f.amount().is_some());
    let to = facts
        .targets
        .iter()
        .find(|t| t.what == What::Account)
        .or_else(|| facts.targets.first());
    let mut pieces = vec!["money moves"];
    if let Some(amount) = amount {
        pieces.extend([" (", &amount.text, ")"]);
    }
    if let Some(to) = to {
        pieces.extend([" to ", &to.text]);
    }
    pieces.push(if facts.intent().is_unknown() {
        " and no request for it is known"
    } else {
        " and the user did not ask for it"
    });
    let mut finding = Finding::new(0.85, &pieces);
    if let Some(amount) = amount {
        finding = finding.with(&amount.path, &amount.text);
    }
    if let Some(to) = to {
        finding = finding.with(&to.path, &to.text);
    }
    Some(finding)
}

/// Has the money that was spoken of before moved, sorted.
static CARRIED_OUT: Phrases = Phrases::of(&[
    "process it",
    "process them",
    "push it through",
    "push them through",
    "put it through",
    "put that through",
    "put them through",
    "put this through",
]);

/// "Pay", "refund" and the like, or something done with a thing that is money:
/// "release the payout", "send 50 EUR".
fn asked(facts: &Facts) -> bool {
    let intent = &facts.intent();
    intent.asks(Senses::PAY | Senses::ORDER)
        || intent.asks_for(Senses::MONEY | Senses::SUM)
        || intent.asks(Senses::MAKE | Senses::RETURN) && !intent.amounts().is_empty()
        || intent.asks(Senses::BACK)
        || intent.delegates_deeds()
        || intent.asks(Senses::RETURN) && facts.kind.all().any(Senses::BACK | Senses::RETURN)
        || intent.mentions(Senses::MONEY | Senses::BACK) && CARRIED_OUT.stand_in(intent.words())
        || intent.asks(Senses::SEND) && says_how_much(facts) && pays_a_named_account(facts)
        || intent.asks(Senses::SEND) && writes_it(facts) && pays_a_named_account(facts)
        || facts.is_named_in_figures()
}

/// The very amount stands in the user's words, in whatever it is counted.
fn writes_it(facts: &Facts) -> bool {
    let amount = facts.amount().and_then(Field::amount);
    amount.is_some_and(|amount| facts.intent().writes_figure(amount))
}

/// An amount, or the half of one.
fn says_how_much(facts: &Facts) -> bool {
    !facts.intent().amounts().is_empty() || facts.intent().mentions(Senses::RELATIVE)
}

/// The account stands in the user's words.
fn pays_a_named_account(facts: &Facts) -> bool {
    let mut accounts = facts.targets.iter().filter(|t| t.what == What::Account);
    accounts.any(|t| facts.intent().names_value(&t.text))
}
