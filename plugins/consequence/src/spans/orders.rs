//! What a clause orders its reader to do.

use super::signals;
use crate::effect::Effects;
use crate::words::Words;

/// The effects of the verbs a clause orders with: one where a clause begins, and
/// the others it goes on with.
pub(super) fn ordered(clause: &Words, text: &str) -> Effects {
    let mut effects = Effects::NONE;
    let mut begins = true;
    let mut denied = false;
    let mut last = false;
    for i in 0..clause.len() {
        let word = clause.get(i);
        let verb = signals::verb(word);
        if is_denial(word) {
            denied = true;
        } else if is_reminder(word) {
            denied = false; // "do not forget to send it"
        } else if asks_back(clause, i, text) {
            begins = false;
        } else if (begins || last || i > 0 && begins_in_the_middle(clause, i, text))
            && verb != Effects::NONE
            && i + 1 < clause.len() + usize::from(last)
        {
            if !denied {
                effects |= verb;
            }
            begins = false;
        } else if urges(clause, i) {
            begins = true;
            // German puts the verb last: "bitte die Liste an Ana senden".
            last |= matches!(
                word,
                "before" | "bitte" | "mussen" | "muss" | "musst" | "sollen" | "soll" | "sollst"
            );
        } else if joins(word) {
            begins |= effects != Effects::NONE;
        } else if !signals::is_filler(word) {
            begins = false;
        }
    }
    effects
}

/// "Confirmez-vous l'achat ?": a question, not an order.
fn asks_back(clause: &Words, i: usize, text: &str) -> bool {
    matches!(clause.get(i + 1), "vous" | "tu") && text.trim_end().ends_with('?')
}

/// "Dentist Send the file to …": a verb with a capital behind a title that has no
/// stop, and small letters or a number behind it. "See" and its like only tell where.
fn begins_in_the_middle(clause: &Words, i: usize, text: &str) -> bool {
    let first = |i: usize| {
        let at = clause.source(i)?;
        text.get(at..)?.chars().next()
    };
    first(i).is_some_and(char::is_uppercase)
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
            | "to"
            | "or"
            | "et"
            | "puis"
            | "ou"
            | "und"
            | "dann"
            | "oder"
            | "y"
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
