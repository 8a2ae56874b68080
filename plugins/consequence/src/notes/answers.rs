//! What the user said when the agent asked him: his words as much as the first ones.

use super::Arrived;
use super::record::records;
use crate::payload::{self, Plain};
use crate::words::Words;

/// Marks the record: signals that no span has.
const MARK: u16 = 1 << 15 | 1 << 13;

/// How much of one answer and of all is kept.
const MAX_ANSWER: usize = 400;
const MAX_TEXT: usize = 1_600;

/// Verbs of asking, and whom: a tool named after both asks the user.
const ASKS: [&str; 14] = [
    "ask",
    "asks",
    "confirm",
    "clarify",
    "prompt",
    "question",
    "frage",
    "fragen",
    "rueckfrage",
    "ruckfrage",
    "demander",
    "demande",
    "preguntar",
    "pregunta",
];
const USER: [&str; 10] = [
    "user",
    "human",
    "owner",
    "operator",
    "nutzer",
    "benutzer",
    "mensch",
    "utilisateur",
    "humain",
    "usuario",
];

/// What agrees to the question itself.
const YES: [&str; 18] = [
    "yes", "yep", "yeah", "ok", "okay", "sure", "go", "oui", "accord", "ja", "gerne", "passt",
    "si", "vale", "claro", "adelante", "please", "approved",
];

/// True for the record of answers.
pub(super) fn is_record(record: &[u8]) -> bool {
    record.starts_with(&MARK.to_le_bytes())
}

/// What the user said so far, in sentences.
pub fn read(notes: &[u8]) -> Option<&str> {
    let record = records(notes).find(|r| is_record(r))?;
    std::str::from_utf8(record.get(6..)?).ok()
}

/// The record with this answer added, if it is one.
pub(super) fn note<'t>(
    arrived: &Arrived,
    notes: &[u8],
    mut leaves: impl Iterator<Item = (&'t str, &'t str)>,
) -> Option<Vec<u8>> {
    let before = read(notes).unwrap_or_default();
    let answer = asks_the_user(arrived.kind).then(|| leaves.next()).flatten();
    let answer = answer.map_or("", |(_, text)| crate::spans::short(text.trim(), MAX_ANSWER));
    let mut said = before.to_owned();
    if !answer.is_empty() && said.len() + answer.len() < MAX_TEXT {
        let words = Words::of(answer);
        if (0..words.len().min(3)).any(|i| YES.contains(&words.get(i))) {
            said.push_str(&[question(arrived.payload).as_str(), ".\n"].concat());
        }
        said.push_str(&[answer, "\n"].concat());
    }
    let head = [MARK.to_le_bytes().as_slice(), &[0; 4]].concat();
    (!said.is_empty()).then(|| [head.as_slice(), said.as_bytes()].concat())
}

fn asks_the_user(kind: &str) -> bool {
    let words = Words::of(kind);
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w));
    words.len() <= 5 && has(&ASKS) && (has(&USER) || words.len() == 1)
}

/// What was asked: the longest text of the arguments. A question mark would make
/// it none of his words.
fn question(payload: &str) -> String {
    let texts = payload::read(payload).into_iter();
    let asked = texts
        .filter(|f| f.value == Plain::Text)
        .max_by_key(|f| f.text.len());
    let asked = asked.map(|f| f.text).unwrap_or_default();
    crate::spans::short(&asked, MAX_ANSWER).replace('?', " ")
}
