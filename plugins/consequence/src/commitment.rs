//! What a message binds its sender to, by the sound of its clauses, and whether
//! the user wants it said.

use std::ops::Range;

use crate::binding::{self, Scores};
use crate::clause::{self, Clause, Part};
use crate::intent::Intent;
use crate::lexicon::Senses;
use crate::money;
use crate::words::Words;

/// Switches the learned score off, beside the rules: for what it is worth.
pub const PART: &str = "learned-score";

/// What a clause that binds the house is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// What is given back, given or not asked for.
    Money,
    /// Whose fault something was.
    Fault,
    /// Somebody's employment or pay.
    Staff,
    /// What a doctor, a lawyer or a banker should say.
    Advice,
    /// Anything else.
    Terms,
}

impl Matter {
    /// What a sentence is about.
    fn of(words: &Words, sentence: &Range<usize>, text: &str) -> Matter {
        let senses = words.senses_within(sentence.clone());
        let quote = || clause::quote(words, sentence.clone(), text);
        let money = Senses::BACK
            | Senses::SUM
            | Senses::GIFT
            | Senses::FREE
            | Senses::DUE
            | Senses::CHARGE
            | Senses::PRICE;
        if senses.any(Senses::EMPLOYED | Senses::JOB) {
            Matter::Staff
        } else if senses.any(Senses::HEALTH | Senses::LAW | Senses::INVEST) {
            Matter::Advice
        } else if senses.any(Senses::LIABLE) {
            Matter::Fault
        } else if senses.any(money) || quote().contains('%') || !money::amounts(quote()).is_empty()
        {
            Matter::Money
        } else {
            Matter::Terms
        }
    }

    /// What a user speaks of who wants it said.
    pub fn spoken_of(self) -> Senses {
        match self {
            Matter::Money => {
                Senses::BACK
                    | Senses::GIFT
                    | Senses::FREE
                    | Senses::DUE
                    | Senses::WAIVE
                    | Senses::CHARGE
                    | Senses::PRICE
                    | Senses::MONEY
                    | Senses::PAY
            }
            Matter::Fault => Senses::LIABLE | Senses::RESPONSIBLE | Senses::ADMIT,
            Matter::Staff => Senses::EMPLOY | Senses::EMPLOYED | Senses::JOB,
            Matter::Advice => Senses::HEALTH | Senses::LAW | Senses::INVEST,
            Matter::Terms => Senses::AGREE | Senses::VOUCH | Senses::PROMISE | Senses::TERMS,
        }
    }
}

/// A clause of a text that sounds like binding whoever sends it.
#[derive(Debug)]
pub struct Bound {
    at: Range<usize>,
    /// What it is about.
    pub matter: Matter,
}

/// The clauses of a text that do: by themselves, or where only the sentence as a
/// whole does. `less` is how much less than else is enough.
pub fn bound(words: &Words, clauses: &[Part], text: &str, less: i32) -> Vec<Bound> {
    let scores = Scores::of(words);
    let mut clauses = clauses
        .iter()
        .map(|part| Clause::of(words, part))
        .peekable();
    let mut found = Vec::new();
    for sentence in words.sentences() {
        let whole = scores.of_range(sentence.clone()).saturating_add(less);
        let mut stands = false;
        let mut refused = false;
        let mut spared = false;
        while let Some(clause) = clauses.next_if(|c| c.range().start < sentence.end) {
            let score = scores.of_range(clause.range()).saturating_add(less);
            let limit = limit(&clause);
            spared |= score > binding::BINDS && score <= limit;
            let binds = whole > binding::LEANS && score > limit;
            refused |= refuses(&clause);
            if binds && !clause.is_question() && !refuses(&clause) {
                let matter = Matter::of(words, &sentence, text);
                found.push(Bound {
                    at: clause.range(),
                    matter,
                });
                stands = true;
            }
        }
        let enough = binding::BINDS + if spared { SHOWN } else { 0 };
        if whole > enough && !stands && !refused && !words.is_question(sentence.start) {
            let matter = Matter::of(words, &sentence, text);
            found.push(Bound {
                at: sentence,
                matter,
            });
        }
    }
    found
}

/// How much more what only shows a way has to score.
const SHOWN: i32 = 20;

/// How much a clause has to score. "You can find it on our site" tells a way and gives nothing.
fn limit(clause: &Clause) -> i32 {
    let at = clause.range();
    let word = |i: usize| clause.word(at.start + i);
    let free = matches!(
        (word(0), word(1)),
        ("you", "can" | "may" | "could")
            | ("sie" | "ihr" | "du", "konnen" | "konnt" | "kannst")
            | ("vous" | "tu", "pouvez" | "peux")
    ) || matches!(word(0), "puede" | "puedes" | "pueden" | "podeis");
    let figure = |i: usize| clause.word(i).bytes().any(|b| b.is_ascii_digit());
    match free && !at.clone().any(figure) {
        true => binding::BINDS + SHOWN,
        false => binding::BINDS,
    }
}

impl Bound {
    /// The clause as it was written.
    pub fn quote<'t>(&self, words: &Words, text: &'t str) -> &'t str {
        clause::quote(words, self.at.clone(), text)
    }

    /// True when the user wants it said: he decides something himself and the
    /// clause is about it, or he says most of it.
    pub fn is_the_users(&self, words: &Words, text: &str, intent: &Intent, asked: bool) -> bool {
        if tells_of_what_is_asked(words, &self.at, intent, text) {
            return true;
        }
        let small = Senses::FIRST | Senses::YOU | Senses::WILL | Senses::PERHAPS | Senses::NOT;
        let tells = |i: &usize| {
            let word = words.bytes(*i);
            let figure = word.first().is_some_and(u8::is_ascii_digit);
            figure || word.len() >= 5 && !words.senses(*i).any(small)
        };
        let telling = || self.at.clone().filter(tells);
        let all = telling().count();
        let wants = asked || intent.delegates() || intent.decides();
        let speaks = || intent.mentions(self.matter.spoken_of());
        if wants && (all <= 2 || speaks()) && !goes_further(words, &self.at, intent) {
            return true;
        }
        let enough = match (wants, all) {
            (true, _) => 1,
            (false, 0..=1) => return false,
            (false, _) => all.div_ceil(2),
        };
        // No further word is looked for than it takes to know.
        let mut may_miss = all - enough;
        let mut said = 0;
        for i in telling() {
            match intent.says(words.get(i)) {
                true => said += 1,
                false if may_miss == 0 => return false,
                false => may_miss -= 1,
            }
            if said == enough {
                return true;
            }
        }
        false
    }
}

/// Verbs of deciding, in families: who asks for one of a family wants the others told.
const DECISIONS: [Senses; 7] = [
    Senses::AGREE.and(Senses::APPROVE).and(Senses::GRANT),
    Senses::END,
    Senses::BACK.and(Senses::RETURN).and(Senses::PAY),
    Senses::OFFER.and(Senses::GIFT),
    Senses::WAIVE,
    Senses::BUY.and(Senses::ORDER),
    Senses::EMPLOY,
];

/// True when a stretch of the words tells of a deed that the user asks for, with no other
/// sums than his, and gives nothing beside.
pub fn tells_of_what_is_asked(
    words: &Words,
    at: &Range<usize>,
    intent: &Intent,
    text: &str,
) -> bool {
    let senses = words.senses_within(at.clone());
    let gives = Senses::GIFT | Senses::FREE | Senses::WAIVE | Senses::BACK | Senses::EMPLOYED;
    let asked = |deed: &&Senses| senses.any(**deed) && intent.asks_plainly(**deed);
    let others = || {
        let sums = money::amounts(clause::quote(words, at.clone(), text));
        let said = intent.amounts();
        // "10 %" is said as a figure, and is no sum.
        let share = clause::quote(words, at.clone(), text).contains('%');
        let figure = |i: &usize| words.bytes(*i).first().is_some_and(u8::is_ascii_digit);
        !said.is_empty() && sums.iter().any(|sum| !said.contains(sum))
            || share
                && at
                    .clone()
                    .filter(figure)
                    .any(|i| !intent.says(words.get(i)))
    };
    let told = || at.clone().any(|i| intent.orders_by(words.get(i)));
    let given = match DECISIONS.iter().find(asked) {
        Some(deed) => *deed,
        None if told() => Senses::NONE,
        None => return false,
    };
    (given.any(gives) || !senses.any(gives)) && !others() && !goes_further(words, at, intent)
}

/// True when a clause gives something on top of what the user decided: on a
/// condition that is not his, and in none of his words.
fn goes_further(words: &Words, at: &Range<usize>, intent: &Intent) -> bool {
    let sentence = words.sentences().find(|s| s.contains(&at.start));
    let conditional = |s: Range<usize>| s.clone().any(|i| words.senses(i).any(Senses::IF));
    let small = Senses::FIRST | Senses::YOU | Senses::WILL | Senses::NOT | Senses::IF;
    let tells = |i: &usize| {
        let figure = words.bytes(*i).first().is_some_and(u8::is_ascii_digit);
        figure || words.bytes(*i).len() >= 4 && !words.senses(*i).any(small)
    };
    sentence.is_some_and(conditional)
        && !intent.words().all().any(Senses::IF)
        && at.clone().filter(tells).all(|i| !intent.says(words.get(i)))
}

/// True when all that it could give or agree to is denied, or somebody who knows
/// better is to be asked.
fn refuses(clause: &Clause) -> bool {
    let gives = Senses::BACK
        | Senses::OFFER
        | Senses::ADMIT
        | Senses::AGREE
        | Senses::VOUCH
        | Senses::WAIVE
        | Senses::LIABLE;
    let advises = Senses::HEALTH | Senses::LAW | Senses::INVEST;
    clause.sentence.any(Senses::EXPERT) && clause.sentence.any(advises)
        || clause.any(gives) && !clause.affirms(gives)
}
