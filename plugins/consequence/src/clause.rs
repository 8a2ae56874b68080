//! Clauses of a message: who speaks, whether it is denied, asked or merely
//! thought of. What a clause commits its writer to is read from here by the
//! rules; none of them thinks about grammar.

use std::cell::OnceCell;
use std::ops::Range;

use crate::finding::{Finding, short};
use crate::lexicon::Senses;
use crate::words::{Beginnings, LONGEST, Words, beginning};

/// A stretch of a sentence that makes one statement.
#[derive(Debug, Clone)]
pub struct Clause<'a> {
    words: &'a Words,
    at: Range<usize>,
    /// What its words mean, taken together.
    pub senses: Senses,
    /// What the words of the whole sentence mean.
    pub sentence: Senses,
    part: &'a Part,
}

/// A clause without the words it is of.
#[derive(Debug)]
pub struct Part {
    at: Range<usize>,
    senses: Senses,
    sentence: Senses,
    /// True behind "if ..., ".
    conditional: bool,
    /// True when the writer speaks for himself and his house. Found on first use.
    spoken: OnceCell<bool>,
}

/// Modal verbs that a polite promise hides behind: "we can offer you".
const POLITE: [&str; 17] = [
    "can",
    "could",
    "would",
    "kann",
    "konnen",
    "konnten",
    "mochte",
    "mochten",
    "pouvons",
    "peux",
    "puis",
    "podemos",
    "puedo",
    "wurden",
    "podria",
    "podriamos",
    "pourrions",
];

/// Reads the clauses in order.
pub fn parts(words: &Words) -> impl Iterator<Item = Part> {
    words.sentences().flat_map(move |sentence| {
        let all = words.senses_within(sentence.clone());
        // Most sentences have nothing but commas where a clause could begin.
        let commas_only = !all.any(Senses::TURN | Senses::FIRST)
            && !words.senses(sentence.end).any(Senses::FIRST);
        let mut next = sentence.start;
        let mut conditional = false;
        std::iter::from_fn(move || {
            let start = next;
            if start >= sentence.end {
                return None;
            }
            let opens = words.senses(start).any(Senses::IF) && !words.comma_before(start + 1);
            next = (start + 1..sentence.end)
                .filter(|i| !commas_only || words.comma_before(*i))
                .find(|i| begins(words, *i, opens))
                .unwrap_or(sentence.end);
            let part = Part {
                at: start..next,
                senses: words.senses_within(start..next),
                sentence: all,
                conditional,
                spoken: OnceCell::new(),
            };
            conditional = opens;
            Some(part)
        })
    })
}

/// True when a new clause begins at the word: behind a condition at any comma,
/// else where somebody new acts.
fn begins(words: &Words, i: usize, conditional: bool) -> bool {
    let comma = words.comma_before(i);
    let (here, next) = (words.senses(i), words.senses(i + 1));
    let turns = Senses::IF | Senses::TURN;
    if !comma && !here.any(Senses::TURN) && !next.any(Senses::FIRST) {
        return false; // most words
    }
    let joined = matches!(
        words.bytes(i),
        b"and" | b"so" | b"et" | b"und" | b"y" | b"also" | b"donc"
    );
    if !comma {
        return if joined {
            next.any(Senses::FIRST)
        } else {
            here.any(Senses::TURN)
        };
    }
    let (subject, senses) = if joined { (i + 1, next) } else { (i, here) };
    senses.any(Senses::FIRST)
        || is_first_person(words.get(subject))
        || matches!(words.get(subject), "you" | "vous" | "sie" | "it" | "usted")
        || conditional
        || (here | senses).any(turns)
}

impl<'a> Clause<'a> {
    /// The clause that a part of the words is.
    pub fn of(words: &'a Words, part: &'a Part) -> Clause<'a> {
        Clause {
            words,
            at: part.at.clone(),
            senses: part.senses,
            sentence: part.sentence,
            part,
        }
    }

    /// True when one of its words has one of the senses.
    pub fn any(&self, of: Senses) -> bool {
        self.senses.any(of)
    }

    /// The places of the words with one of the senses.
    pub fn places(&self, of: Senses) -> impl Iterator<Item = usize> + '_ {
        let at = match self.any(of) {
            true => self.at.clone(),
            false => 0..0, // most clauses have none
        };
        at.filter(move |i| self.words.senses(*i).any(of))
    }

    /// True when one of the words with the senses is not denied.
    pub fn affirms(&self, of: Senses) -> bool {
        self.places(of).any(|i| !self.denied(i))
    }

    /// True when it is asked and not said.
    pub fn is_question(&self) -> bool {
        self.words.is_question(self.at.start)
    }

    /// True when a modal verb or a condition leaves it open. "We can offer you"
    /// and "I can promise" leave nothing open.
    pub fn is_open(&self, hedges: Senses) -> bool {
        if self.part.conditional || self.is_question() {
            return true;
        }
        let firm = Senses::OFFER | Senses::VOUCH;
        self.any(hedges)
            && self.places(hedges).any(|i| {
                let yes = self.words.get(i) == "si" && self.words.comma_before(i + 1);
                let polite = POLITE.contains(&self.words.get(i))
                    && self.any(Senses::FIRST)
                    && (i + 1..self.at.end.min(i + 8)).any(|j| {
                        self.words.senses(j).any(firm)
                            || matches!(
                                self.words.get(j),
                                "confirm"
                                    | "confirmer"
                                    | "bestatigen"
                                    | "confirmar"
                                    | "confirmarle"
                                    | "like"
                                    | "gladly"
                                    | "happy"
                            )
                    });
                !yes && !polite
            })
    }

    /// True when the writer speaks for himself and his house.
    pub fn is_spoken(&self) -> bool {
        self.any(Senses::FIRST) || *self.part.spoken.get_or_init(|| self.has_first_person())
    }

    fn has_first_person(&self) -> bool {
        self.at.clone().any(|i| match self.words.bytes(i) {
            b"on" => is_french_on(self.words, i),
            b"hereby" | b"hiermit" => true,
            [.., b'o' | b'n', b's'] => is_first_person(self.words.get(i)),
            _ => false,
        })
    }

    /// True when a negation reaches the word.
    pub fn denied(&self, i: usize) -> bool {
        let from = self.at.start.max(i.saturating_sub(7));
        let before = (from..i).any(|j| self.negates(j));
        let behind = (i + 1..self.at.end.min(i + 7)).any(|j| {
            matches!(
                self.words.get(j),
                "nicht"
                    | "pas"
                    | "kein"
                    | "keine"
                    | "keinen"
                    | "keinerlei"
                    | "nie"
                    | "jamais"
                    | "nunca"
                    | "aucun"
                    | "aucune"
            )
        });
        before || behind
    }

    /// "not", but neither "not only" nor "No, ...".
    pub fn negates(&self, i: usize) -> bool {
        let limit = matches!(
            self.words.get(i + 1),
            "only" | "more" | "later" | "matter" | "plus" | "nur" | "solo" | "seulement"
        );
        let cannot = self.words.get(i) == "t" && i > 0 && self.words.get(i - 1) == "can";
        (self.words.senses(i).any(Senses::NOT) || cannot)
            && !limit
            && !self.words.comma_before(i + 1)
    }

    /// The word at a place.
    pub fn word(&self, i: usize) -> &str {
        self.words.get(i)
    }

    /// The range of its words.
    pub fn range(&self) -> Range<usize> {
        self.at.clone()
    }

    /// True when a turn of phrase stands in it and is not denied.
    pub fn says_one_of(&self, phrases: &Phrases) -> bool {
        phrases
            .places(self.words, self.at.clone())
            .any(|i| !self.denied(i))
    }

    /// The clause as it was written.
    pub fn quote<'t>(&self, text: &'t str) -> &'t str {
        quote(self.words, self.at.clone(), text)
    }
}

/// A stretch of the words as it was written.
pub fn quote<'t>(words: &Words, at: Range<usize>, text: &'t str) -> &'t str {
    let from = words.source(at.start).unwrap_or(0);
    let to = words.source(at.end).unwrap_or(text.len());
    text.get(from..to.max(from))
        .unwrap_or(text)
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | '(' | '–' | '—'))
}

/// Turns of phrase as folded words, looked up by how their first word begins,
/// since a message has many words and few of them.
#[derive(Debug)]
pub struct Phrases {
    sorted: &'static [&'static str],
    letters: [u16; 27],
    /// How their first words begin: two letters and a length. An open end has any.
    beginnings: Beginnings,
    /// The same of the second words; in all ways, if a phrase has one word.
    seconds: Beginnings,
}

/// Adds how the first word of a phrase may begin.
const fn add(phrase: &[u8], mut to: Beginnings) -> Beginnings {
    let mut length = 0;
    while length < phrase.len() && phrase[length] != b' ' && phrase[length] != b'*' {
        length += 1;
    }
    let mut most = length;
    if length < phrase.len() && phrase[length] == b'*' {
        most = LONGEST;
    }
    while length <= most {
        to = to.with(beginning(phrase, length));
        length += 1;
    }
    to
}

/// What stands behind the first word of a phrase.
const fn behind(phrase: &[u8]) -> &[u8] {
    let mut rest = phrase;
    while let [first, others @ ..] = rest {
        rest = others;
        if *first == b' ' {
            break;
        }
    }
    rest
}

impl Phrases {
    /// From a sorted list, when the program is built.
    pub const fn of(sorted: &'static [&'static str]) -> Phrases {
        let mut letters = [0; 27];
        let mut letter = 0;
        while letter < 27 {
            let mut before = 0;
            while before < sorted.len() && sorted[before].as_bytes()[0] < b'a' + letter as u8 {
                before += 1;
            }
            letters[letter] = before as u16;
            letter += 1;
        }
        let mut beginnings = Beginnings::NONE;
        let mut seconds = Beginnings::NONE;
        let mut i = 0;
        while i < sorted.len() {
            let phrase = sorted[i].as_bytes();
            beginnings = add(phrase, beginnings);
            seconds = match behind(phrase) {
                [] => Beginnings::ALL,
                rest => add(rest, seconds),
            };
            i += 1;
        }
        Phrases {
            sorted,
            letters,
            beginnings,
            seconds,
        }
    }

    /// True when one of them stands anywhere.
    pub fn stand_in(&self, words: &Words) -> bool {
        self.places(words, 0..words.len()).next().is_some()
    }

    /// Where they stand within a stretch.
    pub fn places<'w>(
        &'w self,
        words: &'w Words,
        at: Range<usize>,
    ) -> impl Iterator<Item = usize> + 'w {
        words
            .beginning_with(at, &self.beginnings, &self.seconds)
            .filter(|i| self.stand_at(words, *i))
    }

    /// True when one of them stands at the word.
    pub fn stand_at(&self, words: &Words, i: usize) -> bool {
        let word = words.bytes(i);
        let Some(letter @ b'a'..=b'z') = word.first() else {
            return false;
        };
        let second = word.get(1).unwrap_or(&b' ');
        let letter = usize::from(letter - b'a');
        let (from, to) = (self.letters[letter], self.letters[letter + 1]);
        self.sorted[usize::from(from)..usize::from(to)]
            .iter()
            .any(|phrase| phrase.as_bytes().get(1) == Some(second) && words.starts_at(i, phrase))
    }

    /// True when they are in the order that they are looked up in.
    #[cfg(test)]
    pub fn are_sorted(&self) -> bool {
        self.sorted.is_sorted_by_key(|p| p.as_bytes().first())
    }
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
                | "accepte"
                | "signe"
                | "garantit"
                | "oublie"
        )
}

/// A verb whose ending says "we": `rembourserons`, `devolveremos`, `condonamos`.
fn is_first_person(word: &str) -> bool {
    word.len() > 6
        && word.ends_with('s')
        && ["erons", "irons", "remos", "amos", "emos", "imos"]
            .iter()
            .any(|ending| word.ends_with(ending))
}

/// A finding about a clause of a text: the sentence around it is quoted.
pub fn finding(risk: f64, before: &str, path: &str, quote: &str) -> Finding {
    let said = short(quote, 160);
    Finding::new(risk, &[before, ": \"", said, "\""]).with(path, said)
}
