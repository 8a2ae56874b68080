//! Orders whose verb no list has, told by how they are built.
//!
//! In French and German the ending says it (`Renommez le …`, `Legen Sie … an`).
//! English and Spanish have no such ending: there a word is one only where it
//! begins a clause and a thing follows it, and only in a passage that something
//! else sets off, since "Bed the …" may be anything.

use super::forms;
use crate::words::Words;

/// True for an order by its ending at this word.
pub(super) fn ends_like_order(clause: &Words, i: usize, text: &str) -> bool {
    let (word, next) = (clause.get(i), clause.get(i + 1));
    if word.len() < 5 || !word.ends_with(['z', 'n']) {
        return false; // most words
    }
    let french =
        word.ends_with("ez") && (FRENCH_THINGS.contains(&next) || is_thing(clause, i + 1, text));
    let german = next == "sie" && word.ends_with('n');
    (french || german) && !text.trim_end().ends_with('?') && !is_function(word)
}

/// True for the verb at the end of a German clause that asks politely: "bitte …
/// stellen". A noun has a capital.
pub(super) fn ends_german(clause: &Words, i: usize, text: &str) -> bool {
    let word = clause.get(i);
    i + 1 == clause.len()
        && i > 1
        && word.len() >= 5
        && word.ends_with('n')
        && !is_function(word)
        && first(clause, i, text).is_some_and(char::is_lowercase)
}

/// True for a word that can be nothing but an order where it begins a clause: a
/// thing follows it, and it is none of those that stand before things.
pub(super) fn stands_like_order(clause: &Words, i: usize, text: &str) -> bool {
    let word = clause.get(i);
    let written = clause.source(i).map_or("", |at| token(text, at));
    let written = written.trim_end_matches(|c: char| !c.is_alphanumeric());
    let verb = word.len() >= 3
        && written.chars().all(char::is_alphabetic)
        && word.bytes().all(|b| b.is_ascii_lowercase())
        && !["ing", "ed", "ly", "ion"].iter().any(|e| word.ends_with(e))
        && (!word.ends_with('s') || word.ends_with("ss"));
    let thing = || DETERMINERS.contains(&clause.get(i + 1)) || is_thing(clause, i + 1, text);
    verb && thing() && !is_function(word) || is_call(clause, i, text)
}

/// True for an infinitive behind "merci de" and its like.
pub(super) fn is_bidden(clause: &Words, i: usize) -> bool {
    let before = i.checked_sub(1).map_or("", |b| clause.get(b));
    matches!(before, "veuillez" | "de") && forms::is_infinitive(clause.get(i))
}

/// True for a name, a number or something quoted: `file1.txt`, `'off'`, `30`.
fn is_thing(clause: &Words, i: usize, text: &str) -> bool {
    let Some(at) = clause.source(i) else {
        return false;
    };
    let token = token(text, at);
    let quoted = text
        .get(..at)
        .unwrap_or_default()
        .ends_with(['\'', '’', '‘', '@', '/', '#']);
    let inner = token.trim_end_matches(|c: char| !c.is_alphanumeric());
    // "Line 3" is a name, "Take 30 gallons" is none.
    if inner.bytes().all(|b| b.is_ascii_digit()) && !quoted {
        let next = clause.get(i + 1);
        return !next.is_empty() && !is_function(next) && next.starts_with(char::is_alphabetic);
    }
    quoted || inner.contains(|c: char| c.is_ascii_digit() || matches!(c, '.' | '_' | '/' | '@'))
}

/// True for a part of a name that is written with underscores: `credit_card_id`.
pub(super) fn is_in_name(clause: &Words, i: usize, text: &str) -> bool {
    clause
        .source(i)
        .is_some_and(|at| token(text, at).contains('_'))
}

/// True for a tool's name in the place of a verb: `TimedSwitch device 7`.
fn is_call(clause: &Words, i: usize, text: &str) -> bool {
    let Some(at) = clause.source(i) else {
        return false;
    };
    let token = token(text, at);
    let joined = token
        .as_bytes()
        .windows(2)
        .any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
        || token.contains('_');
    let name = token
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_');
    joined && name && text[at + token.len()..].trim().len() >= 3
}

fn token(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    rest.split(char::is_whitespace).next().unwrap_or_default()
}

fn first(clause: &Words, i: usize, text: &str) -> Option<char> {
    text.get(clause.source(i)?..)?.chars().next()
}

/// Words behind which a thing comes, where no other part of a clause does.
const DETERMINERS: &[&str] = &[
    "the", "an", "a", "your", "his", "her", "its", "their", "this", "these", "those", "all", "any",
    "every", "each", "it", "them", "our", "my", "le", "la", "les", "un", "une", "ce", "cette",
    "ces", "votre", "vos", "ton", "tes", "den", "das", "die", "einen", "eine", "ein", "el", "los",
    "las", "una", "este", "esta", "su", "sus", "tu", "tus",
];

/// Words behind a French order; a family name that ends alike stands before "de la".
const FRENCH_THINGS: &[&str] = &[
    "le", "les", "la", "l", "un", "une", "des", "du", "ce", "cette", "ces", "votre", "vos", "mon",
    "ma", "mes", "ton", "ta", "tes", "son", "sa", "ses", "leur", "leurs", "en", "au", "aux",
    "tout", "toute", "tous", "toutes", "moi", "nous", "lui", "a", "sur", "dans",
];

/// True for the words that a clause is built with, which are no verbs to order with.
fn is_function(word: &str) -> bool {
    FUNCTION.split_ascii_whitespace().any(|w| w == word)
}

/// Pronouns, prepositions, conjunctions and auxiliaries.
const FUNCTION: &str = "the this that these those what which who whom whose where when while why how all any both each every some such same \
    another other others about above after against along among around before behind below beneath beside besides between beyond during for from \
    inside into near off onto out outside over past per since than through throughout toward under until upon via with within without and but nor \
    yet because although though unless whereas whether was were are been being had has have having does did done can could may might \
    must shall should will would not now then there here only also even just more most less least many much few own too very not never once twice it its \
    half like unlike despite except plus minus versus yes dear hello thanks thank her his him she they them their you your our \
    est sont etait etaient sera seront ont avait avez avons etes etre avoir chez assez pour avec sans sous dans sur vers entre depuis pendant avant \
    apres contre selon comme donc mais car que qui quoi dont quand lorsque puisque tout toute tous toutes chaque plusieurs serez aurez pouvez voulez devez \
    savez pourrez pourriez voudriez seriez auriez \
    ist sind war waren wird werden wurde wurden hat haben hatte hatten sein kann konnen konnten mochten wollen durfen sollen sollten mussen wissen kennen \
    brauchen mit von aus bei nach vor auf uber unter zwischen gegen ohne durch fur als wenn weil dass damit denn aber oder auch noch nur schon dann jetzt \
    hier dort alle jeder jede jedes einige viele \
    son eran era fue fueron sera seran esta estan estaba hay habia tiene tienen con por para segun sobre entre hasta desde durante sin pero porque cuando \
    donde como aunque tambien solo cada todo toda todos todas algun alguna ningun ninguna";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_told_by_its_build() {
        let ends = |t: &str| ends_like_order(&Words::of(t), 0, t);
        assert!(ends("Renommez le fichier"));
        assert!(ends("Desserrez 'frein'"));
        assert!(ends("Legen Sie einen Termin an"));
        assert!(!ends("Avez le temps ?"));
        assert!(!ends("Haben Sie Zeit"));
        assert!(!ends("Gomez Maria"));
        let stands = |t: &str| stands_like_order(&Words::of(t), 0, t);
        assert!(stands("empty file1.txt"));
        assert!(stands("Scrub the folder"));
        assert!(stands("TimedSwitch device 10000019"));
        assert!(!stands("Without the folder"));
        assert!(!stands("Using the folder"));
        assert!(!stands("Lunch with Ana"));
        assert!(stands("Take 30 gallons"));
        assert!(!stands("Line 3"));
    }
}
