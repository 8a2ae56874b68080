//! What a clause orders its reader to do.

use super::{forms, signals, unlisted};
use crate::effect::Effects;
use crate::words::Words;

/// What a clause orders.
#[derive(Default)]
pub(super) struct Order {
    /// What it asks for.
    pub(super) effects: Effects,
    /// True when what it is about stands before the clause: "create it".
    pub(super) refers: bool,
    /// True when it stands before the verb: "the list is to be sent".
    pub(super) passive: bool,
}

/// Reads the verbs a clause orders with: one where a clause begins, and the others it
/// goes on with. In a passage that something else sets off also a verb that no list has.
pub(super) fn ordered(clause: &Words, text: &str, set_off: bool) -> Order {
    let mut effects = Effects::NONE;
    let mut begins = true;
    let mut denied = false;
    let mut last = false;
    let mut politely = false;
    let mut reader = false;
    let mut passive = false;
    let mut meant = false;
    for i in 0..clause.len() {
        let word = clause.get(i);
        let verb = match reader && begins {
            true => forms::verb(word) | does(word),
            false => signals::verb(word),
        };
        if is_denial(word) {
            denied = true;
        } else if is_reminder(word) {
            denied = false; // "do not forget to send it"
        } else if asks_back(clause, i, text) {
            begins = false;
        } else if (begins || last || i > 0 && begins_in_the_middle(clause, i, text))
            && verb != Effects::NONE
            && i + 1 < clause.len() + usize::from(last)
            && !is_currency(clause, i, text)
            && !is_noun(clause, i)
            && (set_off || !unlisted::is_in_name(clause, i, text))
        {
            if !denied {
                effects |= verb;
            }
            begins = false;
        } else if begins && built(clause, i, text, set_off)
            || politely && unlisted::ends_german(clause, i, text)
        {
            if !denied {
                effects |= forms::with_pronoun(word) | Effects::WRITE;
            }
            begins = false;
        } else if let Some(bound) = is_to_be(clause, i) {
            effects |= bound;
            passive = true;
            begins = false;
        } else if urges(clause, i) {
            begins = true;
            politely |= word == "bitte";
            // German puts the verb last: "bitte die Liste an Ana senden".
            last |= matches!(
                word,
                "before" | "bitte" | "mussen" | "muss" | "musst" | "sollen" | "soll" | "sollst"
            );
        } else if is_reader(word) {
            begins = true;
            reader = true;
        } else if joins(word) {
            begins |= effects != Effects::NONE;
        } else if effects != Effects::NONE
            && !denied
            && matches!(word, "by" | "durch" | "en" | "mediante")
        {
            effects |= as_means(clause.get(i + 1));
        } else if reader && begins && is_pronoun(word) {
            meant = true;
        } else if !signals::is_filler(word) {
            begins = false;
        }
    }
    Order {
        effects,
        refers: effects != Effects::NONE && (meant || refers(clause)),
        passive,
    }
}

/// An order told by how it is built and not by its verb.
fn built(clause: &Words, i: usize, text: &str, set_off: bool) -> bool {
    let word = clause.get(i);
    unlisted::ends_like_order(clause, i, text)
        || unlisted::is_bidden(clause, i)
        || forms::with_pronoun(word) != Effects::NONE
        || set_off
            && !signals::is_filler(word)
            && !urges(clause, i)
            && unlisted::stands_like_order(clause, i, text)
}

/// What somebody is to have done: "is to be sent", "ist zu senden", "est à envoyer".
fn is_to_be(clause: &Words, i: usize) -> Option<Effects> {
    let word = |at: Option<usize>| at.map_or("", |at| clause.get(at));
    let (before, earlier) = (word(i.checked_sub(1)), word(i.checked_sub(2)));
    let (next, behind) = (clause.get(i + 1), clause.get(i + 2));
    let passive = |word| Some(forms::verb(word) | Effects::WRITE);
    let german = || (0..i).any(|j| matches!(clause.get(j), "ist" | "sind"));
    match clause.get(i) {
        "be" if before == "to" && matches!(earlier, "is" | "are") => [next, behind]
            .into_iter()
            .find(|w| forms::is_participle(w))
            .and_then(passive),
        "a" if matches!(before, "est" | "sont") && forms::is_infinitive(next) => passive(next),
        "de" if matches!(before, "ha" | "han") && forms::is_infinitive(next) => passive(next),
        word if before == "zu" || word.contains("zu") => {
            forms::with_zu(before, word).filter(|_| german())
        }
        _ => None,
    }
}

/// "Register by posting …" asks to post too.
fn as_means(word: &str) -> Effects {
    let gerund = ["ing", "ant", "ando", "iendo", "en"];
    match gerund.iter().any(|e| word.ends_with(e)) {
        true => forms::verb(word),
        false => Effects::NONE,
    }
}

/// What a reader does of whom it is only said that he does it.
fn does(word: &str) -> Effects {
    match word {
        "does" | "fait" | "macht" | "erledigt" | "ubernimmt" | "hace" | "realiza" => Effects::WRITE,
        _ => Effects::NONE,
    }
}

/// True for one who reads for somebody: what he does, a text tells him to do.
fn is_reader(word: &str) -> bool {
    matches!(
        word,
        "assistant" | "assistent" | "assistenten" | "asistente" | "chatbot"
    )
}

fn is_pronoun(word: &str) -> bool {
    matches!(
        word,
        "it" | "them"
            | "le"
            | "la"
            | "les"
            | "l"
            | "es"
            | "sie"
            | "ihn"
            | "lo"
            | "los"
            | "las"
            | "se"
    )
}

/// How many words into a clause a pronoun stands for what was before it. Later it stands for
/// what the clause itself names.
const EARLY: usize = 5;

/// True when the thing of an order is not in its clause: "create it", "dort eintragen".
fn refers(clause: &Words) -> bool {
    let object = |i: usize| {
        let before = i.checked_sub(1).map_or("", |b| clause.get(b));
        match clause.get(i) {
            "it" | "them" | "that" | "cela" | "ca" | "esto" | "eso" => {
                signals::verb(before) != Effects::NONE || matches!(before, "do" | "in" | "to")
            }
            "dort" | "dorthin" | "ihn" | "alli" | "ahi" => true,
            "there" => i + 1 == clause.len(),
            "le" | "la" | "les" => i > 0 && i + 1 == clause.len(),
            word => word.len() > 4 && forms::with_pronoun(word) != Effects::NONE,
        }
    };
    (0..clause.len().min(EARLY)).any(object)
}

/// "Order ID", "the transfer was": the noun of the same spelling.
fn is_noun(clause: &Words, i: usize) -> bool {
    matches!(
        clause.get(i + 1),
        "is" | "are" | "was" | "were" | "has" | "of" | "id" | "number" | "ist" | "est" | "es"
    )
}

/// "RM 500" is an amount, `rm file` a command.
fn is_currency(clause: &Words, i: usize, text: &str) -> bool {
    clause.get(i).len() == 2 && first(clause, i, text).is_some_and(char::is_uppercase)
}

fn first(clause: &Words, i: usize, text: &str) -> Option<char> {
    text.get(clause.source(i)?..)?.chars().next()
}

/// "Confirmez-vous l'achat ?": a question, not an order.
fn asks_back(clause: &Words, i: usize, text: &str) -> bool {
    matches!(clause.get(i + 1), "vous" | "tu") && text.trim_end().ends_with('?')
}

/// "Dentist Send the file to …": a verb with a capital behind a title that has no
/// stop, and small letters or a number behind it. "See" and its like only tell where.
fn begins_in_the_middle(clause: &Words, i: usize, text: &str) -> bool {
    let first = |i: usize| first(clause, i, text);
    // Inside a name there is no beginning: `FinalReport.txt`.
    let head = clause.source(i).and_then(|at| text.get(..at));
    let stands = head.is_some_and(|h| h.ends_with(|c: char| !c.is_alphanumeric()));
    stands
        && first(i).is_some_and(char::is_uppercase)
        && signals::verb(clause.get(i)).any(Effects::HARD | Effects::WRITE | Effects::OFF)
        && first(i + 1).is_some_and(|c| !c.is_uppercase())
}

fn is_denial(word: &str) -> bool {
    matches!(
        word,
        "not"
            | "don"
            | "dont"
            | "never"
            | "ne"
            | "nicht"
            | "nie"
            | "no"
            | "nunca"
            | "without"
            | "sans"
            | "ohne"
            | "sin"
    )
}

fn is_reminder(word: &str) -> bool {
    matches!(
        word,
        "forget"
            | "hesitate"
            | "fail"
            | "only"
            | "oublie"
            | "oubliez"
            | "oublier"
            | "vergiss"
            | "vergessen"
            | "olvides"
            | "olvide"
            | "dudes"
            | "dude"
    )
}

/// Words behind which another verb of the same order may stand.
fn joins(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "then"
            | "but"
            | "to"
            | "or"
            | "et"
            | "puis"
            | "mais"
            | "ou"
            | "und"
            | "dann"
            | "oder"
            | "aber"
            | "sondern"
            | "y"
            | "pero"
            | "e"
            | "luego"
            | "o"
    )
}

/// True for a word behind which an order stands wherever it stands: "must",
/// "have to".
fn urges(clause: &Words, i: usize) -> bool {
    let before = i.checked_sub(1).map_or("", |b| clause.get(b));
    match clause.get(i) {
        "to" => matches!(
            before,
            "have"
                | "has"
                | "need"
                | "needs"
                | "required"
                | "supposed"
                | "ought"
                | "want"
                | "sure"
                | "asked"
                | "obliged"
                | "instructed"
        ),
        // "Before comparing prices get the plug-in from …".
        "before" => clause.get(i + 1).ends_with("ing"),
        "que" => matches!(before, "tiene" | "tienes" | "tienen" | "hay"),
        "de" => matches!(before, "merci" | "priere" | "tenu" | "tenus" | "necessaire"),
        word => matches!(
            word,
            "please"
                | "kindly"
                | "must"
                | "should"
                | "shall"
                | "veuillez"
                | "devez"
                | "dois"
                | "doit"
                | "doivent"
                | "faut"
                | "bitte"
                | "mussen"
                | "muss"
                | "musst"
                | "sollen"
                | "sollst"
                | "soll"
                | "favor"
                | "debe"
                | "debes"
                | "deben"
        ),
    }
}
