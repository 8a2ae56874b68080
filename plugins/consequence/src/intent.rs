//! What the user asked for: authorisation by intent, in a first, honest form.
//!
//! An effect is asked for when one of its verbs stands in the user's words, is
//! not denied ("do not send"), is not kept for himself ("I'll post it myself")
//! and is a verb where it could be a thing ("refund the order", but not
//! "explain the refund").

use std::cell::OnceCell;

use crate::lexicon::{self, Senses};
use crate::money;
use crate::words::Words;

/// The user's own words. Empty when nobody gave them: then nothing is asked.
#[derive(Debug, Default)]
pub struct Intent {
    text: String,
    words: Words,
    senses: Vec<Senses>,
    amounts: Vec<f64>,
    /// The text without spaces and marks, for values in another spacing.
    compact: OnceCell<String>,
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

/// What may stand in front of a wish.
const POLITE: [&str; 34] = [
    "please", "can", "could", "would", "you", "hi", "hey", "hello", "just", "first", "now", "ok",
    "peux", "tu", "pourrais", "pouvez", "vous", "stp", "svp", "bonjour", "kannst", "du", "bitte",
    "mal", "puedes", "podrias", "hola", "por", "favor", "then", "und", "and", "quickly", "schnell",
];

/// Words with which a question begins.
const QUESTIONS: [&str; 58] = [
    "what", "which", "who", "whom", "whose", "why", "how", "where", "when", "is", "are", "do",
    "does", "did", "has", "have", "was", "were", "quel", "quelle", "quels", "quelles", "qui",
    "pourquoi", "comment", "combien", "quand", "est", "que", "qu", "wie", "welche", "welcher",
    "welches", "wer", "warum", "wieso", "wo", "wann", "wieviel", "ist", "sind", "gibt", "hat",
    "cual", "cuales", "quien", "como", "cuanto", "cuantos", "cuanta", "cuantas", "donde", "cuando",
    "hay", "esta", "es", "por",
];

/// Words with which a user lets somebody else's words decide. The French,
/// German and Spanish ones are stems.
const DELEGATIONS: [&str; 26] = [
    "do what",
    "does what",
    "follow the",
    "follow his",
    "follow her",
    "follow their",
    "as instructed",
    "as asked",
    "as described",
    "as he asks",
    "as she asks",
    "act on",
    "instructions in",
    "todo list",
    "to do list",
    "whatever it says",
    "take care of",
    "do the tasks",
    "tasks on",
    "complete the",
    "fais ce qu*",
    "suis les instructions",
    "occupe toi",
    "haz lo que",
    "mach was",
    "was in der",
];

impl Intent {
    /// Reads the user's words.
    pub fn of(text: Option<&str>) -> Intent {
        let text = text.unwrap_or_default();
        let mut words = Words::of(text);
        words.mend();
        let senses = words.each().collect();
        Intent {
            text: text.to_lowercase(),
            words,
            senses,
            amounts: money::amounts(text),
            compact: OnceCell::new(),
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

    fn asked_at(&self, i: usize, verbs: Senses) -> bool {
        if !self.senses[i].any(verbs) || self.denied(i) {
            return false;
        }
        let gives = Senses::SEND | Senses::GRANT | Senses::SHARE;
        if self.senses[i].any(gives)
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
            | Senses::ANNOUNCE
            | Senses::SHARE
            | Senses::UPLOAD;
        !self.senses[i].any(could_be_thing) || !self.is_thing(i) || self.given(i)
    }

    /// True when the word stands where a thing stands: behind a determiner
    /// ("the last refund") or behind a verb of looking ("find emails"), or in
    /// the plural.
    fn is_thing(&self, i: usize) -> bool {
        let word = self.words.get(i);
        let plural = word
            .strip_suffix('s')
            .is_some_and(|one| one.len() >= 4 && lexicon::senses(one) == self.senses[i]);
        if plural {
            return true;
        }
        for back in 1..=3.min(i) {
            let before = self.words.get(i - back);
            let french_verb = matches!(before, "le" | "la" | "les")
                && (word.ends_with("er") || word.ends_with("ez"));
            if JOINS.contains(&before)
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

    /// True when the user says not to, or that he will do it himself.
    fn denied(&self, i: usize) -> bool {
        let sentence = self.words.sentence(i);
        let near = |back: usize| i >= back && self.words.sentence(i - back) == sentence;
        let not = (1..=4).any(|back| {
            near(back) && self.senses[i - back].any(Senses::NOT) && !self.only(i - back)
        });
        let himself = (1..=3).any(|back| {
            near(back) && self.words.get(i - back) == "i" && self.words.get(i + 1 - back) == "ll"
        });
        not || himself
    }

    /// "not only", "no more than": a limit, not a denial.
    fn only(&self, i: usize) -> bool {
        matches!(
            self.words.get(i + 1),
            "only" | "more" | "later" | "matter" | "later than" | "plus"
        )
    }

    /// True when one of the things is named.
    pub fn names_any(&self, things: &Words) -> bool {
        things
            .iter()
            .take(200)
            .any(|thing| thing.len() >= 3 && self.words.iter().any(|word| same_stem(word, thing)))
    }

    /// True when the user says the word, or one of its stem, and does not deny it.
    pub fn says(&self, word: &str) -> bool {
        (0..self.words.len()).any(|i| same_stem(self.words.get(i), word) && !self.denied(i))
    }

    /// True when the user names a machine by a name with a number: `web-2`.
    pub fn names_a_machine(&self) -> bool {
        self.text
            .split(|c: char| c.is_whitespace() || ",;:!?".contains(c))
            .any(|token| {
                let token = token.trim_matches(|c: char| !c.is_alphanumeric());
                let (head, tail) = token.rsplit_once('-').unwrap_or((token, ""));
                head.len() >= 2
                    && head.starts_with(|c: char| c.is_ascii_alphabetic())
                    && (1..=4).contains(&tail.len())
                    && tail.bytes().all(|b| b.is_ascii_digit())
            })
    }

    /// True when the user only wants to know something: each sentence asks, or
    /// begins with a verb of looking and goes on with no other.
    pub fn only_looks(&self) -> bool {
        let mut looks = false;
        if self.delegates() {
            return false;
        }
        for sentence in self.words.sentences() {
            let begins = sentence
                .clone()
                .find(|i| !POLITE.contains(&self.words.get(*i)));
            let Some(first) = begins else { continue };
            let next = self.words.get(first + 1);
            let question = QUESTIONS.contains(&self.words.get(first))
                && (!matches!(self.words.get(first), "do" | "does" | "did")
                    || matches!(
                        next,
                        "you" | "we" | "i" | "they" | "the" | "our" | "any" | "he" | "she" | "it"
                    ));
            if !question && !self.senses[first].any(Senses::READ) {
                return false;
            }
            // "Is there a way you can cancel it?" asks for more than to know.
            let requested = |i: usize| {
                let near = |list: &[&str]| {
                    (1..=4).any(|b| i >= b && list.contains(&self.words.get(i - b)))
                };
                let may = [
                    "you", "vous", "tu", "du", "sie", "puedes", "puede", "possible", "posible",
                    "moglich",
                ];
                near(&may) && !near(&["if", "si", "wenn", "ob", "do", "did"]) && !self.is_thing(i)
            };
            let joined =
                |i: usize| (1..=2).any(|b| i >= b && JOINS.contains(&self.words.get(i - b)));
            let more = (first + 1..sentence.end).any(|i| {
                self.senses[i].any(Senses::ACTING | Senses::NOTE)
                    && !self.denied(i)
                    && (joined(i) || !question && !self.is_thing(i) || question && requested(i))
                    && !matches!(
                        self.words.get(i - 1),
                        "to" | "or" | "ou" | "oder" | "zu" | "a"
                    )
            });
            if more {
                return false;
            }
            looks = true;
        }
        looks
    }

    /// True when a thing with one name (`orders`, `orders_2019`, `fix-1`) is
    /// named: as written, or every word of it in words of their own. `orders`
    /// is not named by `orders_2019`.
    pub fn names_thing(&self, thing: &str) -> bool {
        let thing = thing
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase();
        let apart = |c: char| c.is_whitespace() || ",;:!?\"'`()[]<>«»„“”’".contains(c);
        let tokens = || {
            let plain = |t: &'_ str| t.trim_matches(|c: char| !c.is_alphanumeric()).len();
            self.text.split(apart).filter(move |t| plain(t) > 0)
        };
        let trimmed = |t: &str| t.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        if thing.is_empty() || tokens().any(|t| trimmed(t) == thing) {
            return !thing.is_empty();
        }
        let mut named = false;
        let plain = |t: &str| t.chars().all(|c| c.is_alphanumeric() || c == '.');
        for word in Words::of(&thing).iter().filter(|w| w.len() >= 3) {
            if !tokens().any(|t| plain(t) && Words::of(t).iter().any(|said| same_stem(said, word)))
            {
                return false;
            }
            named = true;
        }
        named
    }

    /// True when the user uses a word with one of the senses at all.
    pub fn mentions(&self, senses: Senses) -> bool {
        self.senses.iter().any(|s| s.any(senses))
    }

    /// True when the value stands in the user's words, but for case and spaces.
    pub fn names_value(&self, value: &str) -> bool {
        let value = value.to_lowercase();
        if self.text.contains(&value) {
            return true;
        }
        let sought = compact(&value);
        let said = self.compact.get_or_init(|| compact(&self.text));
        sought.len() >= 6 && said.contains(&sought)
    }

    /// True when the user lets somebody else's words decide.
    pub fn delegates(&self) -> bool {
        DELEGATIONS.iter().any(|phrase| self.words.contains(phrase))
    }

    /// True when the user asks for all there is, not for one thing.
    pub fn asks_for_all(&self) -> bool {
        self.mentions(Senses::WHOLE)
    }

    /// The amounts of money the user names.
    pub fn amounts(&self) -> &[f64] {
        &self.amounts
    }

    /// The words.
    pub fn words(&self) -> &Words {
        &self.words
    }
}

/// The letters and digits of a text.
fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// True when two words have the same stem: equal, or one begins the other and
/// is long enough to mean the same.
fn same_stem(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short == long || short.len() >= 4 && long.len() - short.len() <= 4 && long.starts_with(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(text: &str, verbs: Senses) -> bool {
        Intent::of(Some(text)).asks(verbs)
    }

    #[test]
    fn the_list_of_determiners_is_sorted() {
        assert!(BEFORE_A_THING.is_sorted());
    }

    #[test]
    fn a_verb_asks_and_a_thing_does_not() {
        assert!(asks("Refund order 12", Senses::PAY));
        assert!(asks("Please process the refund for order 12", Senses::PAY));
        assert!(asks("Rembourse la cliente", Senses::PAY));
        assert!(!asks("Explain the refund to the customer", Senses::PAY));
        assert!(!asks("Read the email from Ana", Senses::SEND));
    }

    #[test]
    fn what_is_denied_or_kept_for_oneself_is_not_asked() {
        assert!(!asks("Write the mail but do not send it", Senses::PUBLISH));
        assert!(!asks("Draft it, don't delete anything", Senses::DELETE));
        assert!(!asks("Ne supprime rien", Senses::DELETE));
        assert!(!asks(
            "Write a post, I'll publish it myself",
            Senses::PUBLISH
        ));
    }

    #[test]
    fn a_look_is_told_from_a_task() {
        for text in [
            "How many orders are pending?",
            "Check the logs of web-1",
            "Vérifie si le nom est libre",
            "What would change if we bump it?",
            "Can you list the open tickets",
            "Prüfe das Playbook gegen alle Server",
            "Muestra las tablas",
        ] {
            assert!(Intent::of(Some(text)).only_looks(), "{text}");
        }
        for text in [
            "Check the logs and restart the service",
            "Fix the login",
            "Look up the price. Then order it",
            "Read the mail and reply to Ana",
            "Renomme la fonction",
            "Is there any way you can cancel my order?",
            "Would it be possible to change the address?",
            "",
            "Find the duplicates and delete them",
        ] {
            assert!(!Intent::of(Some(text)).only_looks(), "{text}");
        }
    }

    #[test]
    fn a_longer_name_does_not_name_a_shorter_thing() {
        let intent = Intent::of(Some("Drop the table orders_2019 and the old releases."));
        for thing in ["orders_2019", "old-releases", "releases/"] {
            assert!(intent.names_thing(thing), "{thing}");
        }
        for thing in ["orders", "orders_2020", "releases-main", ""] {
            assert!(!intent.names_thing(thing), "{thing}");
        }
    }

    #[test]
    fn values_are_named_whatever_their_spacing() {
        let intent = Intent::of(Some("Set their IBAN to GB29 NWBK 6016 1331 9268 19."));
        assert!(intent.names_value("GB29NWBK60161331926819"));
        assert!(!intent.names_value("GB94BARC10201530093459"));
    }
}
