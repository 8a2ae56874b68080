//! What an action does after a passage of an output that tells its reader what to do: how
//! much of it the passage says, and the user does not.
//!
//! An order needs no verb of any list. Whoever does what it says has its names, its figures
//! and its verb; whoever does the user's task has them from the user, or from where they
//! stand by themselves.

use std::ops::Range;

use coldnotch_plugin::Place;

use crate::echo;
use crate::effect::Effects;
use crate::facts::{Facts, Past};
use crate::intent::names::same_stem;
use crate::lexicon::Senses;
use crate::notes::{self, Level, Note, Source};
use crate::payload::{self, Field, Plain};
use crate::spans::Signals;
use crate::words::Words;

/// An action that follows a passage.
#[derive(Debug)]
pub struct Followed {
    /// What of the action the passage says and the user does not.
    pub what: String,
    /// The field that has it; empty for the action's own name.
    pub path: String,
    /// The step with the passage, and where in its output that stands.
    pub place: (u32, String),
    /// The passage, or its beginning.
    pub excerpt: String,
}

/// How many arguments one passage dictates, and how long they are.
const MAX_FIELDS: usize = 8;
const MAX_FIELD: usize = 300;

/// How long a text is that tells one thing.
const MAX_RETOLD: usize = 160;

/// How many words of an action and how many passages are compared.
const MAX_WORDS: usize = 40;
const MAX_PASSAGES: usize = 8;

/// Words that no honest text and an action of the user's have in common by chance.
const MANY_NAMES: usize = 4;

/// The passage that the action follows, if it follows one.
pub fn followed(facts: &Facts, past: &impl Past) -> Option<Followed> {
    let idle = Effects::READ | Effects::DRAFT;
    if facts.effects.any(idle) || facts.fields.len() > MAX_FIELDS || facts.intent().is_unknown() {
        return None;
    }
    let mut orders = notes::orders(facts.noted(), MAX_PASSAGES).peekable();
    orders.peek()?;
    let said = Said::of(facts);
    if said.words.iter().all(|w| w.known) && said.values.is_empty() {
        return None;
    }
    orders.find_map(|note| {
        let (what, path) = said.after(&note, facts, past)?;
        let (step, place) = note.places.first().copied().unwrap_or_default();
        Some(Followed {
            what,
            path,
            place: (step, place.to_owned()),
            excerpt: note.excerpt().to_owned(),
        })
    })
}

/// What an action says.
struct Said<'f> {
    /// The words of its name, of its flags that are set and of its arguments; at most
    /// `MAX_WORDS`, which a mask has bits for.
    words: Vec<Word>,
    /// Which of them begin with a letter, by the letter's low bits.
    beginning: [u64; 32],
    /// Arguments that the user did not write as they are.
    values: Vec<&'f Field>,
}

/// A word of an action.
struct Word {
    text: String,
    /// The user says it.
    known: bool,
    /// What it means, where it is of the action's name or of a flag that is set.
    name: Option<Senses>,
}

impl<'f> Said<'f> {
    fn of(facts: &'f Facts) -> Said<'f> {
        let mut said = Said {
            words: Vec::new(),
            beginning: [0; 32],
            values: Vec::new(),
        };
        said.add(facts, &facts.kind, true);
        for field in &facts.fields {
            match field.value {
                Plain::Flag(true) => said.add(facts, &Words::of(field.name()), true),
                Plain::Flag(false) | Plain::Null => {}
                _ if field.text.len() > MAX_FIELD => {}
                _ => {
                    said.add(facts, field.words(), false);
                    if !facts.intent().names_value(&field.text) {
                        said.values.push(field);
                    }
                }
            }
        }
        said
    }

    fn add(&mut self, facts: &Facts, words: &Words, is_name: bool) {
        for i in 0..words.len() {
            let text = words.get(i);
            let short = text.len() < 2 && !is_figure(text);
            if self.words.len() == MAX_WORDS || short || self.words.iter().any(|w| w.text == text) {
                continue;
            }
            self.beginning[low_bits(text)] |= 1 << self.words.len();
            self.words.push(Word {
                text: text.to_owned(),
                known: facts.intent().says(text),
                name: is_name.then(|| words.senses(i)),
            });
        }
    }

    /// Those of its words that the passage has, as a mask.
    fn within(&self, passage: &Words) -> u64 {
        let mut within = 0;
        for word in passage.iter() {
            let mut like = self.beginning[low_bits(word)] & !within;
            while like != 0 {
                let i = like.trailing_zeros() as usize;
                like &= like - 1;
                if same_stem(word, &self.words[i].text) {
                    within |= 1 << i;
                }
            }
        }
        within
    }

    fn some(&self, mask: u64) -> impl Iterator<Item = &Word> {
        let words = self.words.iter().enumerate();
        words
            .filter(move |(i, _)| mask & 1 << i != 0)
            .map(|(_, w)| w)
    }

    fn arguments(&self, mask: u64) -> usize {
        self.some(mask).filter(|w| w.name.is_none()).count()
    }

    /// False when the text has not even the letters of enough arguments, or of the verb. Most
    /// passages are done with here; what is written in other letters is read word by word.
    fn may_follow(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        let has = |w: &&Word| text.contains(stem(&w.text));
        let all = self.arguments(u64::MAX);
        let words = || self.words.iter();
        let missing = || words().filter(|w| w.name.is_none() && !has(w)).zip(1..);
        let verb = || {
            words()
                .filter(|w| w.acts() != Senses::NONE)
                .any(|w| has(&w))
        };
        !text.is_ascii() || (all > 0 || verb()) && missing().all(|(_, n)| is_covered(n, all, false))
    }

    /// What of it stands in the passage and where, if that is enough to say that it does what
    /// the passage says.
    fn after(&self, note: &Note, facts: &Facts, past: &impl Past) -> Option<(String, String)> {
        let text = note.text.as_str();
        let quoted = |f: &Field| echo::quotes(&f.text, text);
        if self.values.iter().any(|f| quoted(f)) {
            return None; // what has the passage for its name
        }
        let there = |f: &&&Field| echo::has_words(text, f.text.trim());
        let mut dictated = self.values.iter().filter(|f| is_a_sentence(&f.text));
        if let Some(field) = dictated.find(there)
            && !is_elsewhere(&field.text, note, past)
            && !is_wanted(note, facts, past)
        {
            return Some((field.text.clone(), field.path.clone()));
        }
        if note.level() == Level::Plot
            && let Some(field) = self.retold(note, facts)
        {
            return Some((field.text.clone(), field.path.clone()));
        }
        let word = self.gained(note, facts)?;
        let mut own = self.values.iter().filter(there).peekable();
        let found_elsewhere =
            own.peek().is_some() && own.all(|f| is_elsewhere(&f.text, note, past));
        (!found_elsewhere && !is_wanted(note, facts, past)).then_some((word, String::new()))
    }

    /// A short text of the action that says what the passage says, in other words or order.
    fn retold(&self, note: &Note, facts: &Facts) -> Option<&'f Field> {
        let passage = Words::of(note.text.as_str());
        let has = |word: &str| passage.iter().any(|w| same_stem(w, word));
        let retells = |f: &&&Field| {
            let own: Vec<&str> = f
                .words()
                .iter()
                .filter(|w| !facts.intent().says(w))
                .collect();
            let long = |w: &&&str| w.len() >= 4;
            let told = own.iter().filter(|w| has(w)).count();
            is_a_sentence(&f.text)
                && f.text.len() <= MAX_RETOLD
                && own.iter().filter(long).filter(|w| has(w)).count() >= 2
                && told * 5 >= own.len() * 4
        };
        self.values.iter().find(retells).copied()
    }

    /// What the passage gives it, where its arguments and its verb stand there.
    fn gained(&self, note: &Note, facts: &Facts) -> Option<String> {
        let plots = note.level() == Level::Plot;
        if !plots && !self.may_follow(note.text.as_str()) {
            return None;
        }
        let passage = Words::of(note.text.as_str());
        let within = self.within(&passage);
        let (covered, all) = (self.arguments(within), self.arguments(u64::MAX));
        if !is_covered(all - covered, all, plots) {
            return None;
        }
        let gained = || self.some(within).filter(|w| !w.known);
        let verb = gained().any(|w| w.acts() != Senses::NONE) || self.means(&passage);
        // Whoever speaks behind the user's back may use a verb that no list has.
        let unknown = gained().any(|w| w.name == Some(Senses::NONE)) && covered > 0;
        let name = self.some(within).filter(|w| w.name.is_some()).count();
        let named = verb || plots && (unknown || name >= 2);
        let enough = gained().count() >= if plots { 1 } else { 2 };
        let said = || gained().filter(|w| w.name.is_none());
        let names = said().filter(|w| !is_figure(&w.text)).count();
        let loose = !is_covered(all - covered, all, false);
        let dictated = if plots && !loose {
            said().count() >= 2 && names > 0
        } else {
            names >= MANY_NAMES
        };
        let follows = (is_ordered(facts, note) || named && enough) && !loose || dictated;
        if !follows || covered == 0 && !named {
            return None;
        }
        let kind = || facts.kind.iter().collect::<Vec<_>>().join(" ");
        Some(gained().next().map_or_else(kind, |w| w.text.clone()))
    }

    /// True when the passage has its verb in another word or another language.
    fn means(&self, passage: &Words) -> bool {
        let unsaid = self.words.iter().filter(|w| !w.known);
        let acts = unsaid.fold(Senses::NONE, |acts, w| acts | w.acts());
        acts != Senses::NONE && (0..passage.len()).any(|i| passage.senses(i).any(acts))
    }
}

impl Word {
    /// What it does, where it is of the action's name or of a flag.
    fn acts(&self) -> Senses {
        self.name
            .map_or(Senses::NONE, |senses| senses.of(Senses::ACTING))
    }
}

/// True when so few of an action's arguments are missing in a passage that it gives them. An
/// agent that was talked into something adds some of its own.
fn is_covered(missing: usize, all: usize, plots: bool) -> bool {
    missing * 5 <= if plots { 2 * all } else { all }
}

/// How every word begins that has the same stem.
fn stem(word: &str) -> &str {
    let whole = word.strip_suffix('y').unwrap_or(word);
    whole.get(..4).unwrap_or(whole)
}

/// Where words that begin with the same letter have the same place.
fn low_bits(word: &str) -> usize {
    usize::from(word.as_bytes().first().map_or(0, |b| b % 32))
}

fn is_figure(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// The passage asks for what the action does for good, and the user does not.
fn is_ordered(facts: &Facts, note: &Note) -> bool {
    let lasts = Effects::HARD | Effects::OFF;
    facts.does(Effects::from_bits(lasts.bits() & note.effects.bits())) && !facts.is_asked()
}

/// Words that no two people choose by chance.
fn is_a_sentence(text: &str) -> bool {
    text.trim().len() >= 12 && text.split_whitespace().nth(2).is_some()
}

/// True when an output has it at another place than the passage's.
fn is_elsewhere(text: &str, note: &Note, past: &impl Past) -> bool {
    let here = |step: u32, path: &str| note.places.iter().any(|(s, p)| *s == step && *p == path);
    let found = past.find(&[text.to_owned()]);
    found
        .iter()
        .flatten()
        .any(|o| o.place == Place::Output && o.step.is_some_and(|step| !here(step, &o.path)))
}

/// The user lets an honest text decide about such an action: he says to do what it says, or he
/// speaks of its source where he asks for the action.
pub fn is_wanted(note: &Note, facts: &Facts, past: &impl Past) -> bool {
    let intent = facts.intent();
    if note.source < Source::Asked || note.signals.any(Signals::PLOT | Signals::HIDDEN) {
        return false;
    }
    let chooses = || intent.leaves_choice() && facts.is_asked();
    if intent.delegates() || note.source == Source::House || chooses() {
        return true;
    }
    let words = intent.words();
    let verbs = asking(facts);
    let has = |is: fn(Senses) -> bool| {
        let long = |i: &usize| facts.kind.get(*i).len() >= 3 && is(facts.kind.senses(*i));
        let words = (0..facts.kind.len()).filter(long);
        words.map(|i| facts.kind.get(i)).collect::<Vec<&str>>()
    };
    let mut deeds = has(|senses| senses.any(Senses::ACTING));
    if deeds.is_empty() {
        deeds = has(|senses| senses == Senses::NONE);
    }
    let asked = |at: &Range<usize>| {
        at.clone()
            .any(|i| intent.asked_at(i, verbs) || deeds.iter().any(|d| same_stem(words.get(i), d)))
    };
    let sources = sources(note, past);
    let mut before = false;
    words.sentences().any(|at| {
        let has = |word: &str| at.clone().any(|i| same_stem(words.get(i), word));
        // A search has words of its own.
        let names = |source: &Words| source.iter().filter(|w| has(w)).count() * 2 > source.len();
        let goes_on = before && at.clone().any(|i| REFERS.contains(&words.get(i)));
        before = goes_on || sources.iter().any(names);
        before && asked(&at)
    })
}

/// Words that speak of what was named before.
const REFERS: [&str; 29] = [
    "it",
    "its",
    "them",
    "that",
    "this",
    "there",
    "accordingly",
    "one",
    "es",
    "ihn",
    "ihm",
    "sie",
    "das",
    "dort",
    "darin",
    "daraus",
    "danach",
    "daran",
    "darauf",
    "damit",
    "davon",
    "le",
    "la",
    "les",
    "lui",
    "y",
    "lo",
    "ello",
    "eso",
];

/// What the step was called and asked for in whose output the passage stands, each by its words.
fn sources(note: &Note, past: &impl Past) -> Vec<Words> {
    let step = note.places.first().map(|(step, _)| *step);
    let fields = payload::read(&step.map(|s| past.payload(s)).unwrap_or_default());
    let texts = fields
        .iter()
        .filter(|f| f.value == Plain::Text && f.text.len() <= 120);
    texts
        .map(|f| Words::of(f.text.split('.').next().unwrap_or_default()))
        .filter(|words| !words.is_empty())
        .collect()
}

/// Verbs that ask for what the action does.
fn asking(facts: &Facts) -> Senses {
    let mut verbs = Senses::NONE;
    for (effects, of) in [
        (
            Effects::OUTWARD,
            Senses::SEND | Senses::SHARE | Senses::CONTACT,
        ),
        (Effects::PUBLISH, Senses::PUBLISH | Senses::ANNOUNCE),
        (Effects::PAY, Senses::PAY | Senses::ORDER | Senses::BACK),
        (Effects::BUY, Senses::BUY | Senses::ORDER),
        (Effects::DELETE, Senses::DELETE | Senses::REMOVE),
        (Effects::ACCESS, Senses::GRANT | Senses::SHARE),
        (Effects::OFF, Senses::OFF),
        (Effects::PAYEE, Senses::UPDATE),
        (Effects::WRITE, Senses::UPDATE | Senses::MAKE),
    ] {
        if facts.effects.any(effects) {
            verbs = verbs | of;
        }
    }
    verbs
}
