//! What an action says to a stranger, and the first clause of it that a rule is
//! about.

use crate::clause::{self, Clause, Part, Phrases};
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
    fn first<'w>(&self, words: &'w Words, clauses: &'w [Part]) -> Option<Clause<'w>> {
        if !words.all().any(self.needs) && !self.phrases.is_some_and(|p| p.stand_in(words)) {
            return None;
        }
        let open = |c: &Clause| self.hedges.is_some_and(|hedges| c.is_open(hedges));
        let mut clauses = clauses.iter().map(|part| Clause::of(words, part));
        clauses.find(|c| (self.is)(c) && !open(c))
    }

    /// True when such a clause stands in the words.
    pub fn stands_in(&self, words: &Words) -> bool {
        self.first(words, &clause::parts(words).collect::<Vec<_>>())
            .is_some()
    }
}

/// What an action says to a stranger, in clauses, for all the rules about them.
#[derive(Debug)]
pub struct Message {
    /// The fields that somebody will read, as indices.
    texts: Vec<(usize, Vec<Part>)>,
    /// What the agent says of it, where the message does not show its words.
    summary: Option<(Words, Vec<Part>)>,
}

impl Message {
    /// Reads the message, if there is one.
    pub fn of(facts: &Facts) -> Option<Message> {
        if !facts.does(Effects::SEND | Effects::PUBLISH) || stays_inside(facts) {
            return None;
        }
        let is_text = |f: &Field| f.value == Plain::Text && f.key.any(Senses::BODY);
        let fields = facts.fields.iter().enumerate();
        let texts: Vec<_> = fields
            .filter(|(_, f)| is_text(f))
            .map(|(i, f)| (i, clause::parts(f.words()).collect()))
            .collect();
        let summary = texts.is_empty().then(|| {
            let words = Words::of(facts.summary);
            let clauses = clause::parts(&words).collect();
            (words, clauses)
        });
        Some(Message { texts, summary })
    }

    fn find(&self, facts: &Facts, kind: &Kind) -> Option<Finding> {
        if let Some((words, clauses)) = &self.summary {
            let clause = kind.first(words, clauses)?;
            let does = ["the message seems to ", kind.seems].concat();
            let quote = clause.quote(facts.summary);
            return Some(clause::finding(kind.risk - 0.1, &does, "summary", quote));
        }
        self.texts.iter().find_map(|(i, clauses)| {
            let field = facts.fields.get(*i)?;
            let clause = kind.first(field.words(), clauses)?;
            let quote = clause.quote(&field.text);
            let does = [kind.does, ", which nobody asked for"].concat();
            Some(clause::finding(kind.risk, &does, &field.path, quote))
        })
    }
}

/// The first such clause in a message to a stranger, unless the user's own
/// words say the same.
pub fn unasked(facts: &Facts, kind: &Kind) -> Option<Finding> {
    let finding = facts.message()?.find(facts, kind)?;
    let said_so = kind.stands_in(facts.intent().words());
    (!said_so && !(kind.asked)(facts.intent())).then_some(finding)
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
