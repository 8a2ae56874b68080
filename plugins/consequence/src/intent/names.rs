//! What and whom the user names.

use std::borrow::Cow;

use super::Intent;
use crate::lexicon::{self, Senses};
use crate::things;
use crate::words::Words;

/// What stands before somebody who is to get something.
const FOR: [&str; 10] = [
    "to", "for", "with", "an", "fur", "mit", "pour", "avec", "para", "con",
];

impl Intent {
    /// True when the user says for whom: "send it to Bob", "invite Dora". Not when
    /// it is for a number of people whom something else has to name.
    pub fn names_recipients(&self) -> bool {
        let gives = Senses::SEND | Senses::SHARE | Senses::GRANT | Senses::CONTACT;
        let all = Senses::WHOLE | Senses::EACH | Senses::PEOPLE | Senses::ATTENDEE;
        if self.text.contains('@') && self.asks(Senses::SEND) && !self.mentions(all) {
            return true; // an address as it is written
        }
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

    /// True when one of the things is named.
    pub fn names_any(&self, things: &Words) -> bool {
        things
            .iter()
            .take(200)
            .any(|thing| thing.len() >= 3 && self.words.iter().any(|word| same_stem(word, thing)))
    }

    /// True when one of the things is named, by whatever name.
    pub fn names_kind(&self, things: &Words) -> bool {
        // `Ersatzlieferung` is a Lieferung and an Ersatz.
        let ends = |word: &str, thing: &str| {
            thing.len() >= 5
                && (word.ends_with(thing)
                    || word.len() > thing.len() + 3 && word.starts_with(thing))
        };
        let known = |thing| {
            things::named(thing, self.words.iter()) || self.words.iter().any(|w| ends(w, thing))
        };
        self.names_any(things) || things.iter().take(8).any(known)
    }

    /// True when the user says the word, or one of its stem, and does not deny it.
    pub fn says(&self, word: &str) -> bool {
        self.initials & initial(word) != 0
            && (0..self.words.len()).any(|i| same_stem(self.words.get(i), word) && !self.denied(i))
    }

    /// True when the word is of the stem of a verb with which the user has something done:
    /// "released" after "release the container".
    pub fn orders_by(&self, word: &str) -> bool {
        let deeds = Senses::MAKE | Senses::UPDATE | Senses::ORDER | Senses::PAY | Senses::MEND;
        let deeds = deeds | Senses::PLAN | Senses::GRANT | Senses::BIND;
        let ordered = |i: usize| {
            let talk = self.senses[i].any(Senses::SEND | Senses::CONTACT | Senses::LOOK);
            !talk && self.asked_at(i, deeds) && !self.is_thing(i)
        };
        word.len() >= 5
            && self.initials & initial(word) != 0
            && (0..self.words.len()).any(|i| same_stem(self.words.get(i), word) && ordered(i))
    }

    /// True when the user writes the word as a mark that some things have: in quotes, or
    /// behind "marked" and its like.
    pub fn marks_out(&self, word: &str) -> bool {
        const MARKED: [&str; 18] = [
            "marked",
            "flagged",
            "labelled",
            "labeled",
            "tagged",
            "status",
            "state",
            "markiert",
            "gekennzeichnet",
            "stehen",
            "marque",
            "marques",
            "statut",
            "etat",
            "marcado",
            "marcados",
            "marcadas",
            "estado",
        ];
        let quotes = |c: char| matches!(c, '\'' | '"' | '«' | '»' | '“' | '”' | '„' | '‘' | '’');
        (0..self.words.len())
            .filter(|i| self.words.get(*i) == word)
            .any(|i| {
                let near = i.saturating_sub(3)..i;
                let before = self.words.source(i).and_then(|at| self.raw.get(..at));
                let quoted = before.is_some_and(|b| b.ends_with(quotes));
                quoted
                    || near
                        .into_iter()
                        .any(|j| MARKED.contains(&self.words.get(j)))
            })
    }

    /// True when the text, of three words at least, stands in the user's words as it is.
    pub fn dictates(&self, text: &str) -> bool {
        let text = text.trim();
        text.split_whitespace().nth(2).is_some() && self.text.contains(&text.to_lowercase())
    }

    /// True when the user says one of the words and does not deny it.
    pub fn says_one_of(&self, words: &[&str]) -> bool {
        (0..self.words.len()).any(|i| words.contains(&self.words.get(i)) && !self.denied(i))
    }

    /// True when the user says no to one of the things: "no photos", "photos non".
    pub fn declines(&self, things: &Words) -> bool {
        things.iter().filter(|t| t.len() >= 4).any(|thing| {
            (0..self.words.len()).any(|i| {
                let no = matches!(self.words.get(i + 1), "non" | "no" | "nein" | "nicht");
                same_stem(self.words.get(i), thing)
                    && (no && !self.words.comma_before(i + 1) || self.denied(i))
            })
        })
    }

    /// Names behind "except" and its like.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        const EXCEPT: [&str; 8] = [
            "except",
            "excluding",
            "sauf",
            "hormis",
            "ausser",
            "salvo",
            "excepto",
            "menos",
        ];
        (1..self.words.len())
            .filter(|i| {
                let near = |back| *i >= back && EXCEPT.contains(&self.words.get(*i - back));
                (near(1) || near(2)) && self.is_name(*i)
            })
            .map(|i| self.words.get(i))
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
            // `try1` is one of the tries; `web1` is not `web2`.
            let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
            let is_said = |said: &str| {
                let counted = bare.len() < word.len() && said.bytes().any(|b| b.is_ascii_digit());
                same_stem(said, word) || !counted && bare.len() >= 3 && same_stem(said, bare)
            };
            if !tokens().any(|t| plain(t) && Words::of(t).iter().any(is_said)) {
                return false;
            }
            named = true;
        }
        named
    }

    /// True when the user speaks of the house whose host it is, by a name that is no word of
    /// any language: `members.fitforge.example` for "my membership at FitForge".
    pub fn names_house(&self, host: &str) -> bool {
        let mut labels = host.rsplit('.');
        let (top, own) = (labels.next().unwrap_or_default(), labels.next());
        let own = match own {
            Some("co" | "com" | "org" | "gov" | "ac" | "net") if top.len() == 2 => labels.next(),
            own => own,
        };
        own.is_some_and(|label| {
            let name = label.len() >= 6 && lexicon::senses(label) == Senses::NONE;
            name && self.words.iter().any(|word| word == label)
        })
    }

    /// True when the value stands in the user's words, but for case and spaces.
    pub fn names_value(&self, value: &str) -> bool {
        if value.is_ascii() && letters(value) & !self.letters != 0 {
            return false; // most values
        }
        let value = lowercase(value);
        if stands_in(&self.text, &value) {
            return true;
        }
        if value.len() < 6 {
            return false;
        }
        let sought = compact(&value);
        let said = self.compact.get_or_init(|| compact(&self.text));
        sought.len() >= 6 && stands_in(said, &sought)
    }

    /// True for a few words that are all the user's, as a search has them.
    pub fn says_each(&self, text: &str) -> bool {
        if text.len() > 80 {
            return false;
        }
        let sought = Words::of(text);
        let said = |word: &str| word.len() >= 3 && self.words.contains(word);
        sought.len() >= 2 && sought.iter().all(said)
    }

    /// True for a few words of which the user says one that tells, as a search for what he
    /// spoke of has them.
    pub fn says_of_search(&self, text: &str) -> bool {
        if text.len() > 80 || text.contains(['/', '@']) {
            return false;
        }
        let sought = Words::of(text);
        let idle = Senses::ACTING | Senses::READ | Senses::LOOK | Senses::WHOLE;
        let figure = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
        let telling = |i: usize| {
            let word = sought.get(i);
            word.len() >= 4 && !figure(word) && !sought.senses(i).any(idle)
        };
        (0..sought.len()).any(|i| telling(i) && self.says(sought.get(i)))
    }

    /// True when the user writes an address with this name before the `@`.
    pub fn names_local_part(&self, local: &str) -> bool {
        if !self.text.contains('@') {
            return false; // most users
        }
        let local = local.to_lowercase();
        local.len() >= 3
            && self.text.match_indices('@').any(|(at, _)| {
                let before = &self.text[..at];
                before
                    .strip_suffix(local.as_str())
                    .is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
            })
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
}

/// Which ASCII letters and digits a text has, as bits.
pub(super) fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |all, byte| all | bit(byte))
}

/// The bit of a word's first letter, one for all that is not ASCII.
pub(super) fn initial(word: &str) -> u64 {
    match word.bytes().next().map_or(0, bit) {
        0 => 1 << 63,
        bit => bit,
    }
}

fn bit(byte: u8) -> u64 {
    BITS[usize::from(byte)]
}

/// The bit of each ASCII letter and digit.
static BITS: [u64; 256] = {
    let mut bits = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        bits[byte] = match byte as u8 {
            digit @ b'0'..=b'9' => 1 << (digit - b'0'),
            letter @ (b'a'..=b'z' | b'A'..=b'Z') => 1 << (32 + (letter & 31)),
            _ => 0,
        };
        byte += 1;
    }
    bits
};

/// The text in small letters, as it is where it has no others.
fn lowercase(text: &str) -> Cow<'_, str> {
    match text
        .bytes()
        .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
    {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
}

/// The letters and digits of a text.
fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    compact.extend(text.chars().filter(|c| c.is_alphanumeric()));
    compact
}

/// True when a value stands in a text. What users say is short, and a search
/// that makes ready for a long text costs more.
fn stands_in(text: &str, value: &str) -> bool {
    let (text, value) = (text.as_bytes(), value.as_bytes());
    let Some((first, behind)) = value.split_first() else {
        return true;
    };
    let Some(last) = text.len().checked_sub(value.len()) else {
        return false;
    };
    let mut starts = &text[..=last];
    while let Some(at) = starts.iter().position(|b| b == first) {
        starts = &starts[at + 1..];
        let from = last + 1 - starts.len();
        if text[from..].starts_with(behind) {
            return true;
        }
    }
    false
}

/// True when two words have the same stem: equal, or one begins the other and
/// is long enough to mean the same.
pub fn same_stem(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.first() != b.first() {
        return false; // most words
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let tries = || short.strip_suffix(b"y") == long.strip_suffix(b"ies");
    short == long
        || short.ends_with(b"y") && tries()
        || short.len() >= 4 && long.len() - short.len() <= 4 && long.starts_with(short)
}
