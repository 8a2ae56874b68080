//! What the user asked for: authorisation by intent, in a first, honest form.
//!
//! An effect is asked for when one of its verbs stands in the user's words, is
//! not denied ("do not send"), is not kept for himself ("I'll post it myself")
//! and is a verb where it could be a thing ("refund the order", but not
//! "explain the refund").
//!
//! - `names`: what and whom he names
//! - `amounts`: how much money he lets go
//! - `bounds`: what he wants kept, and how far an end shall go
//! - `delegation`: whose words he lets decide
//! - `denial`: what he does not want, or does himself
//! - `turns`: what words mean together

mod amounts;
mod bounds;
mod delegation;
mod denial;
pub mod names;
#[cfg(test)]
mod tests;
mod turns;

use std::cell::OnceCell;

use crate::binding::{self, Scores};
use crate::clause::{self, Clause, Phrases};
use crate::lexicon::{self, Senses};
use crate::money;
use crate::words::Words;

/// The user's own words. Empty when nobody gave them: then nothing is asked.
#[derive(Debug, Default)]
pub struct Intent {
    raw: String,
    text: String,
    words: Words,
    senses: Vec<Senses>,
    amounts: Vec<f64>,
    /// Words that begin with a capital letter.
    capitals: Vec<bool>,
    /// Which letters and digits the text has.
    letters: u64,
    /// What its words begin with.
    initials: u64,
    /// The text without spaces and marks, for values in another spacing.
    compact: OnceCell<String>,
    /// For each word whether it is denied.
    denied: Vec<OnceCell<bool>>,
    delegates: OnceCell<bool>,
    decides: OnceCell<bool>,
}

/// What stands before a thing and not before a verb.
const BEFORE_A_THING: [&str; 63] = [
    "a", "about", "an", "any", "aux", "ce", "cet", "cette", "das", "de", "dem", "den", "der",
    "des", "die", "du", "ein", "eine", "einen", "el", "first", "for", "from", "her", "his", "its",
    "la", "las", "last", "le", "les", "los", "ma", "mein", "meine", "mes", "mi", "mon", "monthly",
    "my", "new", "next", "no", "nos", "notre", "of", "on", "our", "s", "sa", "second", "ses",
    "son", "sur", "that", "the", "their", "this", "un", "une", "votre", "which", "your",
];

/// What joins two things to do.
const JOINS: [&str; 14] = [
    "and", "then", "to", "please", "or", "et", "puis", "ou", "und", "dann", "oder", "y", "luego",
    "zu",
];

/// Who does what the next word says, or that it is told: no thing follows.
const SUBJECTS: [&str; 15] = [
    "them", "him", "you", "us", "ihn", "ihnen", "que", "we", "wir", "nous", "i", "ich", "je",
    "dass", "they",
];

/// What stands before a German thing that a verb behind it is done to.
const GERMAN_ARTICLES: [&str; 12] = [
    "das", "dem", "den", "der", "des", "die", "ein", "eine", "einen", "mein", "meine", "meinen",
];

/// What a user says who has decided something, or somebody for him, sorted.
static YES: Phrases = Phrases::of(&[
    "accord",
    "accorde",
    "acuerdo",
    "agreed",
    "approuve",
    "approved",
    "aprobado",
    "authorised",
    "authorized",
    "autorizado",
    "beschlossen",
    "bewilligt",
    "decided",
    "decidido",
    "decidio",
    "einverstanden",
    "entschieden",
    "freigegeben",
    "genehmigt",
    "granted",
    "ja",
    "ok",
    "okay",
    "oui",
    "resolvio",
    "resuelto",
    "vale",
    "yeah",
    "yep",
    "yes",
    "zugestimmt",
]);

impl Intent {
    /// True when the user asks to tell somebody something, in a turn of phrase
    /// whose verb alone could be one of looking.
    pub fn tells_somebody(&self) -> bool {
        turns::TELLS
            .places(&self.words, 0..self.words.len())
            .any(|i| !self.denied(i) && !self.is_thing(i))
    }

    /// Reads the user's words.
    pub fn of(text: Option<&str>) -> Intent {
        let text = turns::apart(text.unwrap_or_default());
        let text = text.as_ref();
        let mut words = Words::of(text);
        words.mend();
        let mut senses: Vec<Senses> = words.each().collect();
        for (i, sense) in senses.iter_mut().enumerate() {
            *sense = turns::meant(&words, i, *sense);
        }
        let capital = |i| {
            let source = words.source(i).and_then(|at| text.get(at..));
            source.is_some_and(|rest| rest.starts_with(char::is_uppercase))
        };
        let capitals = (0..words.len()).map(capital).collect();
        let lower = text.to_lowercase();
        Intent {
            initials: words.iter().fold(0, |all, word| all | names::initial(word)),
            raw: text.to_owned(),
            letters: names::letters(&lower),
            text: lower,
            denied: vec![OnceCell::new(); words.len()],
            words,
            senses,
            capitals,
            amounts: money::amounts(text),
            compact: OnceCell::new(),
            delegates: OnceCell::new(),
            decides: OnceCell::new(),
        }
    }

    /// True when the user said nothing, or nobody knows what.
    pub fn is_unknown(&self) -> bool {
        self.words.is_empty()
    }

    /// True when the user asks for something with one of these verbs.
    pub fn asks(&self, verbs: Senses) -> bool {
        (0..self.senses.len()).any(|i| self.asked_at(i, verbs))
    }

    /// The same, where the word can be nothing but a verb there.
    pub fn asks_plainly(&self, verbs: Senses) -> bool {
        (0..self.senses.len()).any(|i| self.asked_at(i, verbs) && !self.is_thing(i))
    }

    /// True when the user asks for it with one of these verbs and names one of
    /// the things.
    pub fn asks_of(&self, verbs: Senses, things: &Words) -> bool {
        self.asks(verbs) && (things.is_empty() || self.names_any(things))
    }

    /// True when the user asks to bring about a thing: "release the payout".
    pub fn asks_for(&self, thing: Senses) -> bool {
        (0..self.senses.len()).any(|i| {
            self.senses[i].any(thing)
                && !self.denied(i)
                && (self.senses[i].any(Senses::MAKE) && !self.is_thing(i) || self.given(i))
        })
    }

    /// True when a verb of giving stands before the word: "process the refund",
    /// "send him an email", "make a transfer".
    fn given(&self, i: usize) -> bool {
        let gives = Senses::MAKE | Senses::PAY | Senses::GRANT | Senses::RETURN;
        (i.saturating_sub(12)..i).any(|j| {
            self.words.sentence(j) == self.words.sentence(i)
                && self.senses[j].any(gives)
                && !self.is_thing(j)
                && !self.denied(j)
        })
    }

    /// True when the user says not to do something with one of these verbs.
    pub fn forbids(&self, verbs: Senses) -> Option<usize> {
        (0..self.senses.len())
            .find(|i| self.senses[*i].any(verbs) && self.denied(*i) && !self.kept(*i))
    }

    /// True when the user says not to, or that he will do it himself, with one of these verbs.
    pub fn refuses(&self, verbs: Senses) -> bool {
        (0..self.senses.len()).any(|i| self.senses[i].any(verbs) && self.denied(i))
    }

    /// True when one of these verbs is asked at the word.
    pub fn asked_at(&self, i: usize, verbs: Senses) -> bool {
        if !self.senses[i].any(verbs)
            || self.denied(i)
            || self.asks_how(i)
            || self.asks_about_himself(i)
            || self.tells_what(i)
            || self.goes_on(i)
        {
            return false;
        }
        let gives = Senses::SEND | Senses::GRANT | Senses::SHARE | Senses::MAKE;
        let buys = Senses::ORDER | Senses::BUY | Senses::PAY;
        if self.senses[i].any(gives)
            && !self.senses[i].any(buys)
            && matches!(
                self.words.get(i + 1),
                "me" | "us" | "moi" | "nous" | "mir" | "uns"
            )
        {
            return false; // "give me the list" sends nothing to anybody else
        }
        let could_be_thing = Senses::MONEY
            | Senses::SEND
            | Senses::BACK
            | Senses::ORDER
            | Senses::ANNOUNCE
            | Senses::SHARE
            | Senses::UPLOAD;
        !self.senses[i].any(could_be_thing) || !self.is_thing(i) || self.given(i)
    }

    /// "My heating keeps switching off": what happens, and no order.
    fn goes_on(&self, i: usize) -> bool {
        let before = i.checked_sub(1).map_or("", |at| self.words.get(at));
        let keeps = [
            "keeps", "kept", "keep", "is", "are", "was", "were", "been", "started", "stopped",
        ];
        self.words.get(i).ends_with("ing") && keeps.contains(&before)
    }

    /// "The usual, but oat milk instead", "lo de siempre": an order without a verb.
    pub fn wants_the_usual(&self) -> bool {
        const USUAL: [&str; 4] = ["usual", "ubliche", "habitude", "siempre"];
        let begins = |i: usize| self.words.sentence(i) == self.words.sentence(0);
        (1..self.words.len().min(4)).any(|i| begins(i) && USUAL.contains(&self.words.get(i)))
    }

    /// "What did I pay?", "how much do we owe?": he wants to know what he did.
    fn asks_about_himself(&self, i: usize) -> bool {
        let word = |back: usize| i.checked_sub(back).map_or("", |at| self.words.get(at));
        let back = usize::from(matches!(word(1), "ever" | "already" | "still" | "also"));
        self.words.is_question(i)
            && matches!(word(1 + back), "i" | "we")
            && matches!(
                word(2 + back),
                "did" | "do" | "have" | "had" | "must" | "should"
            )
    }

    /// "She decides what we reorder": what somebody does, and no order.
    fn tells_what(&self, i: usize) -> bool {
        let word = |back: usize| i.checked_sub(back).map_or("", |at| self.words.get(at));
        // "Je paie trop cher."
        if word(1) == "je" {
            return true;
        }
        matches!(word(1), "we" | "they" | "she" | "he" | "wir" | "nous")
            && matches!(
                word(2),
                "what" | "which" | "how" | "whether" | "when" | "where" | "was" | "wie" | "ob"
            )
    }

    /// "How does one delete an account?": to be told is wanted, not the deed.
    fn asks_how(&self, i: usize) -> bool {
        let how = |j: &usize| {
            matches!(self.words.get(*j), "how" | "comment" | "wie" | "como")
                && !matches!(
                    self.words.get(j + 1),
                    "many" | "much" | "long" | "about" | "viele" | "viel" | "lange"
                )
        };
        let near = i.saturating_sub(6)..i;
        let opened = near.rev().take_while(|j| {
            self.words.sentence(*j) == self.words.sentence(i)
                && !self.words.comma_before(j + 1)
                && !matches!(
                    self.words.get(*j),
                    "and" | "then" | "et" | "puis" | "und" | "dann" | "y" | "luego"
                )
        });
        opened.into_iter().any(|j| how(&j))
    }

    /// True when a determiner or a verb of looking makes the word a thing: behind a determiner
    /// ("the last refund") or behind a verb of looking ("find emails"), or in
    /// the plural.
    pub fn is_thing(&self, i: usize) -> bool {
        let word = self.words.get(i);
        let plural = word
            .strip_suffix('s')
            .is_some_and(|one| one.len() >= 4 && lexicon::senses(one) == self.senses[i]);
        if plural {
            return !turns::is_said_to_you(&self.words, i);
        }
        // "Allen Eltern die Liste schicken": a German order that ends with its verb.
        let ends_here = word.ends_with("en")
            && (self.words.sentence(i + 1) != self.words.sentence(i)
                || self.words.comma_before(i + 1)
                || JOINS.contains(&self.words.get(i + 1)));
        for back in 1..=3.min(i) {
            let before = self.words.get(i - back);
            if ends_here && back > 1 && GERMAN_ARTICLES.contains(&before) {
                return false;
            }
            let french_verb = matches!(before, "le" | "la" | "les")
                && (word.ends_with("er") || word.ends_with("ez"));
            // "If it is fine for them send it."
            let somebody = back == 1
                && SUBJECTS.contains(&before)
                && !(before == "you" && i >= 2 && self.words.get(i - 2) == "thank");
            if somebody
                || JOINS.contains(&before)
                || self.words.comma_before(i + 1 - back)
                || french_verb
                || self.words.sentence(i - back) != self.words.sentence(i)
            {
                return false;
            }
            if BEFORE_A_THING.binary_search(&before).is_ok()
                || self.senses[i - back].any(Senses::READ)
            {
                return true;
            }
        }
        false
    }

    /// What the word at `i` means where it stands.
    pub fn senses(&self, i: usize) -> Senses {
        self.senses.get(i).copied().unwrap_or_default()
    }

    /// True when the user uses a word with one of the senses at all.
    pub fn mentions(&self, senses: Senses) -> bool {
        self.senses.iter().any(|s| s.any(senses))
    }

    /// The same, of a word that he does not deny.
    pub fn means(&self, senses: Senses) -> bool {
        (0..self.senses.len()).any(|i| self.senses[i].any(senses) && !self.denied(i))
    }

    /// True when the user's own words give something, agree or order: what an
    /// agent says after them is theirs.
    pub fn decides(&self) -> bool {
        *self.decides.get_or_init(|| {
            YES.stand_in(&self.words) || {
                let scores = Scores::of(&self.words);
                clause::parts(&self.words)
                    .map(|part| Clause::of(&self.words, &part).range())
                    .any(|at| scores.of_range(at) > binding::DECIDES)
            }
        })
    }

    /// True when the user asks for all there is, not for one thing.
    pub fn asks_for_all(&self) -> bool {
        self.mentions(Senses::WHOLE)
    }

    /// The words.
    pub fn words(&self) -> &Words {
        &self.words
    }
}
