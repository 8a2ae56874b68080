//! What an action says to a stranger, and the first clause of it that a rule is
//! about.

use crate::clause::{self, Clause, Phrases};
use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::intent::Intent;
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::target::What;
use crate::words::Words;

/// A sort of clause that a rule holds.
pub struct Kind {
    /// What a message with such a clause does: "promises money".
    pub does: &'static str,
    /// The same of one that only seems to: "promise money".
    pub seems: &'static str,
    /// How sure and how bad.
    pub risk: f64,
    /// A text without any of these senses has none.
    pub needs: Senses,
    /// Turns of phrase that make one without any of them.
    pub phrases: Option<&'static Phrases>,
    /// Words that leave such a clause open; `None` where an open one counts too.
    pub hedges: Option<Senses>,
    /// True for a clause of the sort.
    pub is: fn(&Clause) -> bool,
    /// True when the user asks for what such a clause does.
    pub asked: fn(&Intent) -> bool,
}

impl Kind {
    /// The first clause of the sort.
    pub fn first<'w>(&self, words: &'w Words) -> Option<Clause<'w>> {
        if !words.all().any(self.needs) && !self.phrases.is_some_and(|p| p.stand_in(words)) {
            return None;
        }
        let open = |c: &Clause| self.hedges.is_some_and(|hedges| c.is_open(hedges));
        clause::clauses(words).find(|c| !open(c) && (self.is)(c))
    }
}

/// The first such clause in a message to a stranger, unless the user's own
/// words say the same.
pub fn unasked(facts: &Facts, kind: &Kind) -> Option<Finding> {
    if !facts.does(Effects::SEND | Effects::PUBLISH) || stays_inside(facts) {
        return None;
    }
    let finding = find(facts, kind)?;
    let said = facts.intent().words();
    let said_so = kind.first(said).is_some();
    (!said_so && !(kind.asked)(facts.intent())).then_some(finding)
}

/// The clause in the message. A message that does not show its words is judged
/// by what the agent says of them.
fn find(facts: &Facts, kind: &Kind) -> Option<Finding> {
    let is_text = |f: &&Field| f.value == Plain::Text && f.key.any(Senses::BODY);
    let mut texts = facts.fields.iter().filter(is_text).peekable();
    if texts.peek().is_none() {
        let words = Words::of(facts.summary);
        let clause = kind.first(&words)?;
        let does = ["the message seems to ", kind.seems].concat();
        let quote = clause.quote(facts.summary);
        return Some(clause::finding(kind.risk - 0.1, &does, "summary", quote));
    }
    texts.find_map(|field| {
        let clause = kind.first(field.words())?;
        let quote = clause.quote(&field.text);
        let does = [kind.does, ", which nobody asked for"].concat();
        Some(clause::finding(kind.risk, &does, &field.path, quote))
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
