//! What an action says to a stranger, and the first clause of it that a rule is
//! about: one with the words of its sort, or one that sounds like binding the
//! house and is about the same matter.

use crate::clause::{self, Clause, Part, Phrases};
use crate::commitment::{self, Bound, Matter};
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
    /// What a clause of the sort is about that has none of its words.
    pub matter: Matter,
    /// True when the user asks for what such a clause does.
    pub asked: fn(&Intent) -> bool,
}

impl Kind {
    /// The first clause of the sort.
    fn first<'w>(
        &self,
        words: &'w Words,
        clauses: &'w [Part],
        counts: impl Fn(&Clause) -> bool,
    ) -> Option<Clause<'w>> {
        if !words.all().any(self.needs) && !self.phrases.is_some_and(|p| p.stand_in(words)) {
            return None;
        }
        let open = |c: &Clause| self.hedges.is_some_and(|hedges| c.is_open(hedges));
        let mut clauses = clauses.iter().map(|part| Clause::of(words, part));
        clauses.find(|c| (self.is)(c) && !open(c) && counts(c))
    }

    /// True when the user says the like himself, or asks for it.
    fn is_asked(&self, intent: &Intent) -> bool {
        (self.asked)(intent) || self.stands_in(intent.words())
    }

    /// True when such a clause stands in the words.
    pub fn stands_in(&self, words: &Words) -> bool {
        self.first(words, &clause::parts(words).collect::<Vec<_>>(), |_| true)
            .is_some()
    }
}

/// What an action says to a stranger, in clauses, for all the rules about them.
#[derive(Debug)]
pub struct Message {
    texts: Vec<Text>,
    /// What the agent says of it, where the message does not show its words.
    summary: Option<(Words, Vec<Part>)>,
}

/// What a message of which nobody knows who wants it may score less.
const UNKNOWN: i32 = 7;

/// A field that somebody will read.
#[derive(Debug)]
struct Text {
    /// Its index.
    field: usize,
    clauses: Vec<Part>,
    bound: Vec<Bound>,
}

impl Message {
    /// Reads the message, if there is one.
    pub fn of(facts: &Facts) -> Option<Message> {
        if !reaches_a_stranger(facts) {
            return None;
        }
        // Where nobody is known to have asked, less is enough.
        let less = if facts.intent().is_unknown() {
            UNKNOWN
        } else {
            0
        };
        let fields = facts.fields.iter().enumerate();
        let read = |(field, f): (usize, &Field)| {
            let clauses: Vec<_> = clause::parts(f.words()).collect();
            let bound = match facts.settings.disables(commitment::PART) {
                true => Vec::new(),
                false => commitment::bound(f.words(), &clauses, &f.text, less),
            };
            Text {
                field,
                clauses,
                bound,
            }
        };
        let texts: Vec<_> = fields.filter(|(_, f)| is_text(f)).map(read).collect();
        let summary = texts.is_empty().then(|| {
            let words = Words::of(facts.summary);
            let clauses = clause::parts(&words).collect();
            (words, clauses)
        });
        Some(Message { texts, summary })
    }

    fn find(&self, facts: &Facts, kind: &Kind) -> Option<Finding> {
        if let Some((words, clauses)) = &self.summary {
            let clause = kind.first(words, clauses, |_| true)?;
            let does = ["the message seems to ", kind.seems].concat();
            let quote = clause.quote(facts.summary);
            return Some(clause::finding(kind.risk - 0.1, &does, "summary", quote));
        }
        self.texts.iter().find_map(|text| {
            let field = facts.fields.get(text.field)?;
            let words = field.words();
            let clause = kind.first(words, &text.clauses, |clause| {
                let intent = facts.intent();
                !commitment::tells_of_what_is_asked(words, &clause.range(), intent, &field.text)
            })?;
            let quote = clause.quote(&field.text);
            let does = [kind.does, ", which nobody asked for"].concat();
            Some(clause::finding(kind.risk, &does, &field.path, quote))
        })
    }
}

/// The first such clause in a message to a stranger, unless the user's own
/// words say the same.
pub fn unasked(facts: &Facts, kind: &Kind) -> Option<Finding> {
    let message = facts.message()?;
    let intent = facts.intent();
    if let Some(finding) = message.find(facts, kind) {
        let decided = || intent.mentions(kind.matter.spoken_of()) && intent.decides();
        if !kind.is_asked(intent) && !decided() {
            return Some(finding);
        }
    }
    message.texts.iter().find_map(|text| {
        let field = facts.fields.get(text.field)?;
        let words = field.words();
        let mut bound = text.bound.iter().filter(|b| b.matter == kind.matter);
        let bound =
            bound.find(|b| !b.is_the_users(words, &field.text, intent, kind.is_asked(intent)))?;
        let does = [kind.does, ", which nobody asked for"].concat();
        let quote = bound.quote(words, &field.text);
        Some(clause::finding(kind.risk, &does, &field.path, quote))
    })
}

/// True for a text that somebody will read.
fn is_text(field: &Field) -> bool {
    field.value == Plain::Text && field.key.any(Senses::BODY)
}

/// True when somebody outside the house reads it.
fn reaches_a_stranger(facts: &Facts) -> bool {
    if facts.effects.any(Effects::DRAFT | Effects::READ) || stays_inside(facts) {
        return false;
    }
    let addressed = facts.fields.iter().any(|f| f.key.any(Senses::TO));
    let paper = facts.kind.all().any(Senses::PAPER) && !addressed;
    let answers = addressed || facts.kind.all().any(Senses::NOTE | Senses::BODY);
    facts.does(Effects::SEND | Effects::PUBLISH) && !paper
        || answers && facts.fields.iter().any(is_letter)
}

/// How a letter begins.
const GREETINGS: [&str; 27] = [
    "bonjour", "bonsoir", "buenas", "buenos", "cara", "caro", "cher", "chere", "dear", "estimada",
    "estimado", "good", "guten", "hallo", "hello", "hey", "hi", "hola", "liebe", "lieber",
    "madame", "moin", "monsieur", "querida", "querido", "salut", "sehr",
];

/// Whom a note for the house greets.
const OURSELVES: [&str; 14] = [
    "all",
    "alle",
    "colleagues",
    "equipe",
    "equipo",
    "everyone",
    "folks",
    "kollegen",
    "team",
    "todos",
    "tous",
    "toutes",
    "together",
    "zusammen",
];

/// True for a text that greets somebody, whatever the tool calls it: a comment
/// on a ticket that begins with "Dear Mrs Lowe" is for Mrs Lowe.
fn is_letter(field: &Field) -> bool {
    let named = field.key.any(Senses::BODY) && field.value == Plain::Text;
    // Most texts are told by their first letters.
    named && field.text.len() > 40 && {
        let words = field.words();
        let greets = GREETINGS.binary_search(&words.get(0)).is_ok();
        greets && !(1..5).any(|i| OURSELVES.binary_search(&words.get(i)).is_ok())
    }
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
