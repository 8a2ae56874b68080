//! What the user asked for: authorisation by intent, in a first, honest form.
//!
//! An effect is asked for when one of its verbs stands in the user's words, is
//! not denied ("do not send"), is not kept for himself ("I'll post it myself")
//! and is a verb where it could be a thing ("refund the order", but not
//! "explain the refund").

use std::cell::OnceCell;

use crate::lexicon::{self, Senses};
use crate::money;
use crate::things;
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

/// What stands before somebody who is to get something.
const FOR: [&str; 10] = [
    "to", "for", "with", "an", "fur", "mit", "pour", "avec", "para", "con",
];

/// What begins the words about what is looked at.
const TOLD: [&str; 16] = [
    "what", "which", "how", "whether", "why", "was", "welche", "ob", "wie", "warum", "que",
    "comment", "pourquoi", "cual", "como", "quelles",
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
        let capital = |i| {
            let source = words.source(i).and_then(|at| text.get(at..));
            source.is_some_and(|rest| rest.starts_with(char::is_uppercase))
        };
        let capitals = (0..words.len()).map(capital).collect();
        Intent {
            raw: text.to_owned(),
            text: text.to_lowercase(),
            words,
            senses,
            capitals,
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

    /// True when the user says for whom: "send it to Bob", "invite Dora". Not when
    /// it is for a number of people whom something else has to name.
    pub fn names_recipients(&self) -> bool {
        let gives = Senses::SEND | Senses::SHARE | Senses::GRANT | Senses::CONTACT;
        (0..self.senses.len())
            .filter(|i| self.asked_at(*i, gives))
            .any(|verb| {
                let clause = || {
                    (verb + 1..self.words.len().min(verb + 16))
                        .take_while(|i| self.words.sentence(*i) == self.words.sentence(verb))
                };
                let many = Senses::WHOLE | Senses::EACH | Senses::PEOPLE | Senses::ATTENDEE;
                // "Invite Dora to Slack", "send the plan to Dora".
                let joins = self.senses[verb].any(Senses::GRANT);
                let somebody = |i: usize| {
                    let is_for = |i: usize| FOR.contains(&self.words.get(i));
                    let first = match joins {
                        true => !(verb + 1..i).any(is_for),
                        false => i == verb + 1 || is_for(i - 1),
                    };
                    self.capitals[i] && !is_for(i) && first
                };
                clause().any(somebody)
                    && !clause().any(|i| self.senses[i].any(many) || self.words.get(i) == "them")
            })
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

    /// True when one of these verbs is asked at the word.
    pub fn asked_at(&self, i: usize, verbs: Senses) -> bool {
        if !self.senses[i].any(verbs) || self.denied(i) {
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
            | Senses::ANNOUNCE
            | Senses::SHARE
            | Senses::UPLOAD;
        !self.senses[i].any(could_be_thing) || !self.is_thing(i) || self.given(i)
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
            return true;
        }
        for back in 1..=3.min(i) {
            let before = self.words.get(i - back);
            let french_verb = matches!(before, "le" | "la" | "les")
                && (word.ends_with("er") || word.ends_with("ez"));
            if JOINS.contains(&before)
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

    /// True when the user says not to, or that he will do it himself.
    pub fn denied(&self, i: usize) -> bool {
        let sentence = self.words.sentence(i);
        let near = |back: usize| i >= back && self.words.sentence(i - back) == sentence;
        let not = (1..=4).any(|back| {
            near(back) && self.senses[i - back].any(Senses::NOT) && !self.only(i - back)
        });
        // "Lösche nichts": German denies behind the verb.
        let behind = (i + 1..=i + 3)
            .take_while(|j| self.words.sentence(*j) == sentence && !self.words.comma_before(*j))
            .any(|j| {
                matches!(
                    self.words.get(j),
                    "nicht" | "nichts" | "kein" | "keine" | "keinen"
                )
            });
        not || behind || self.kept(i)
    }

    /// True when the user keeps it for himself: "I'll post it", "je valide
    /// moi-même".
    fn kept(&self, i: usize) -> bool {
        let sentence = self.words.sentence(i);
        let near = |j: usize| self.words.sentence(j) == sentence;
        let will = (i.saturating_sub(3)..i).any(|j| {
            near(j)
                && matches!(
                    (self.words.get(j), self.words.get(j + 1)),
                    ("i", "ll" | "will") | ("je", "vais") | ("ich", "werde") | ("lo", "hago")
                )
        });
        let myself = (i + 1..i + 6).any(|j| {
            near(j)
                && matches!(
                    self.words.get(j),
                    "myself"
                        | "ourselves"
                        | "selbst"
                        | "selber"
                        | "meme"
                        | "memes"
                        | "mismo"
                        | "misma"
                )
        });
        let speaker = (i.saturating_sub(3)..i + 3)
            .any(|j| near(j) && self.senses.get(j).is_some_and(|s| s.any(Senses::FIRST)));
        will || myself && speaker
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

    /// True when one of the things is named, by whatever name.
    pub fn names_kind(&self, things: &Words) -> bool {
        let ends = |word: &str, thing: &str| thing.len() >= 5 && word.ends_with(thing);
        let known = |thing| {
            things::named(thing, self.words.iter()) || self.words.iter().any(|w| ends(w, thing))
        };
        self.names_any(things) || things.iter().take(8).any(known)
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
            // "Check what it would change": that is what is looked at.
            let told = |i: usize| (first + 1..i).any(|j| TOLD.contains(&self.words.get(j)));
            let more = (first + 1..sentence.end).any(|i| {
                self.senses[i].any(Senses::ACTING | Senses::NOTE)
                    && !self.denied(i)
                    && (joined(i)
                        || !question && !self.is_thing(i) && !told(i)
                        || question && requested(i))
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

    /// True when the user writes an address with this name before the `@`.
    pub fn names_local_part(&self, local: &str) -> bool {
        let local = local.to_lowercase();
        local.len() >= 3
            && self.text.match_indices('@').any(|(at, _)| {
                let before = &self.text[..at];
                before
                    .strip_suffix(local.as_str())
                    .is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
            })
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

    /// How much money the user lets go in all: the bound he names, else what the
    /// amounts he names come to. None when he names none, says it of each of
    /// several things, or leaves it to what somebody else wrote.
    pub fn allowance(&self) -> Option<f64> {
        if self.amounts.is_empty() || self.leaves_amount_open() || self.mentions(Senses::EACH) {
            return None;
        }
        let pays = Senses::PAY | Senses::BACK | Senses::RETURN;
        let asked = (0..self.senses.len())
            .filter(|i| self.asked_at(*i, pays))
            .count();
        let open = asked > self.amounts.len(); // "send Bob 100 and pay my rent"
        let all = (!open).then(|| self.amounts.iter().sum());
        self.bound().or(all)
    }

    /// The greatest amount beside a word of bounds: "400 EUR at most", "under
    /// 25 euros".
    pub fn bound(&self) -> Option<f64> {
        let limits = (0..self.senses.len()).filter(|i| self.senses[*i].any(Senses::LIMIT));
        limits
            .filter_map(|i| {
                let from = self.words.source(i.saturating_sub(5))?;
                let to = self.words.source(i + 7).unwrap_or(self.raw.len());
                money::amounts(self.raw.get(from..to)?)
                    .into_iter()
                    .reduce(f64::max)
            })
            .reduce(f64::max)
    }

    /// True when the word at the place is written like a name, and not only
    /// because a sentence begins with it.
    pub fn is_name(&self, i: usize) -> bool {
        let upper = self
            .words
            .source(i)
            .and_then(|at| self.raw.get(at..)?.chars().next())
            .is_some_and(char::is_uppercase);
        upper && i > 0 && self.words.sentence(i) == self.words.sentence(i - 1)
    }

    /// "According to the mail", "19 % of it": the amount stands elsewhere or is
    /// to be worked out.
    pub fn leaves_amount_open(&self) -> bool {
        self.delegates()
            || self.mentions(Senses::ACCORDING | Senses::RELATIVE)
            || self.text.contains('%')
    }

    /// An amount above which the user wants something else to happen: "anything
    /// over 4,000 goes through Ms Roux".
    pub fn threshold(&self) -> Option<f64> {
        let over = (0..self.senses.len()).find(|i| self.senses[*i].any(Senses::OVER))?;
        let from = self.words.source(over)?;
        money::amounts(self.raw.get(from..)?).first().copied()
    }

    /// Years the user names.
    pub fn years(&self) -> Vec<u32> {
        money::years(&self.text)
    }

    /// Amounts the user wants said: he asks to tell something, to pay nothing, and
    /// names no bound or share.
    pub fn amounts_to_tell(&self) -> &[f64] {
        let tells = Senses::SEND | Senses::CONTACT | Senses::PUBLISH | Senses::ANNOUNCE;
        let other = Senses::PAY
            | Senses::ORDER
            | Senses::BUY
            | Senses::LIMIT
            | Senses::EACH
            | Senses::RELATIVE
            | Senses::ACCORDING;
        if self.asks(tells) && !self.mentions(other) {
            &self.amounts
        } else {
            &[]
        }
    }

    /// The whole numbers the user writes or spells out, up to a million.
    pub fn numbers(&self) -> Vec<u32> {
        self.words.iter().filter_map(number).collect()
    }

    /// The words.
    pub fn words(&self) -> &Words {
        &self.words
    }
}

/// A number in digits, or one of the small ones in words.
fn number(word: &str) -> Option<u32> {
    if let Ok(number) = word.parse() {
        return (number <= 1_000_000).then_some(number);
    }
    NUMBERS
        .iter()
        .find(|(_, words)| words.split(' ').any(|w| w == word))
        .map(|(number, _)| *number)
}

/// Small numbers in words, without those that are articles too.
const NUMBERS: [(u32, &str); 13] = [
    (1, "one single"),
    (2, "two both deux zwei dos couple pair paire"),
    (3, "three trois drei tres"),
    (4, "four quatre vier cuatro"),
    (5, "five cinq funf cinco"),
    (6, "six sechs seis"),
    (7, "seven sept sieben siete"),
    (8, "eight huit acht ocho"),
    (9, "nine neuf neun nueve"),
    (10, "ten dix zehn diez"),
    (12, "twelve dozen douze douzaine zwolf dutzend doce docena"),
    (20, "twenty vingt zwanzig veinte"),
    (100, "hundred cent hundert cien"),
];

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
