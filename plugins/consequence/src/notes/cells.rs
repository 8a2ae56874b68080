//! Which addresses and accounts an output gives as values: in fields, in cells of a
//! table, in lines of a record, in the heads of letters. What only stands in prose is
//! none of them.

use crate::intent::Intent;
use crate::lexicon::Senses;
use crate::spans::values::{self, Kind};
use crate::target;
use crate::words::Words;

use super::rows::{has, hash, table};
use super::sources;

/// Marks that some output had an account as a field or in a line of its own.
const ACCOUNT: u16 = 1 << 14;

/// True for the record that says so.
pub(super) fn is_account(record: &[u8]) -> bool {
    record.starts_with(&ACCOUNT.to_le_bytes())
}

/// The record, if an output has one.
pub(super) fn account<'t>(mut leaves: impl Iterator<Item = (&'t str, &'t str)>) -> Option<Vec<u8>> {
    // A bank account in the line of a record is as good: whoever pays has been told where to.
    let bank = |v: &String| v.bytes().take(2).all(|b| b.is_ascii_alphabetic()) && !v.contains('@');
    let listed = |(path, text): (&str, &str)| {
        let key = path.rsplit('.').next().unwrap_or(path);
        target::is_account(text) && text.len() <= 40 && Words::of(key).all().any(Senses::ACCOUNT)
            || recorded(text).any(|v| bank(&v))
    };
    let found = leaves.any(listed);
    found.then(|| [ACCOUNT.to_le_bytes().as_slice(), &[0; 4]].concat())
}

/// Marks the addresses and accounts of a table in text.
const CELLS: u16 = 1 << 13;

/// True for a record of them.
pub(super) fn is_cells(record: &[u8]) -> bool {
    record.starts_with(&CELLS.to_le_bytes())
}

/// The addresses and accounts that stand in a table's cells of their own: as good
/// as fields. In a line of a record, or in a letter of somebody he spoke of, only where a
/// user asked for anything.
pub(super) fn cells<'t>(
    intent: Option<&Intent>,
    leaves: impl Iterator<Item = (&'t str, &'t str)> + Clone,
) -> Option<Vec<u8>> {
    let tables = leaves
        .clone()
        .filter(|(_, text)| text.lines().nth(2).is_some());
    let rows = tables.filter_map(|(_, text)| table(text)).flatten();
    let cells = rows
        .flat_map(|row| row.0)
        .flat_map(|line| line.split(['|', ';', '\t', ',']));
    let listed = leaves.clone().flat_map(|(_, text)| entries(text));
    let told = leaves
        .clone()
        .filter(|_| intent.is_some())
        .flat_map(|(_, text)| recorded(text));
    let letters = leaves.clone().filter(|(path, text)| {
        intent.is_some_and(|intent| sources::is_letter(intent, path, text, leaves.clone()))
    });
    // Whom to write to instead is another matter than where to pay.
    let told = told.chain(letters.flat_map(|(_, text)| reaching(text, &[Kind::Account])));
    let reaches =
        |c: &&str| c.len() <= 60 && (target::address_host(c).is_some() || target::is_account(c));
    let cells = cells.chain(listed).map(str::trim).filter(reaches);
    let told = told
        .filter_map(|value| hash(&value))
        .map(|hash| hash ^ TOLD);
    let mut record = [CELLS.to_le_bytes().as_slice(), &[0; 4]].concat();
    for hash in cells.filter_map(hash).chain(told).take(MAX_CELLS) {
        record.extend_from_slice(&hash.to_le_bytes());
    }
    (record.len() > 6).then_some(record)
}

/// Sets a value in a line or a letter apart from a cell.
const TOLD: u32 = 0x5bd1_e995;

/// True when the record has the value in a line that is no sentence.
pub(super) fn has_told(record: &[u8], hash: u32) -> bool {
    has_cell(record, hash ^ TOLD)
}

/// The addresses and accounts in lines that are no sentences but labels, names and figures:
/// `INV 77 Aquadis 88.00 due 12 June IBAN FR76…`, `Ana Vega <ana@mail.example>`.
fn recorded(text: &str) -> impl Iterator<Item = String> {
    let holds = text.len() <= MAX_RECORDED && text.bytes().any(|b| b == b'@' || b.is_ascii_digit());
    let parts = text
        .split(['\n', ';', '|'])
        .filter(move |_| holds)
        .take(MAX_LINES);
    let records = parts.filter_map(|part| {
        let found = reaching(part, &[Kind::Address, Kind::Account]);
        let words = Words::of(if found.is_empty() { "" } else { part });
        let joining = words.iter().filter(|w| JOINING.binary_search(w).is_ok());
        (joining.count() * 10 <= words.len()).then_some(found)
    });
    records.flatten()
}

/// The values of such kinds in a text, also those whose groups stand apart.
fn reaching(text: &str, kinds: &[Kind]) -> Vec<String> {
    let values = values::values(text, MAX_CELLS).into_iter();
    values
        .filter(|v| kinds.contains(&v.kind))
        .map(|v| v.text)
        .collect()
}

/// How much of a text is looked through for records.
const MAX_RECORDED: usize = 8 << 10;

/// Words that join others to a sentence, sorted.
const JOINING: [&str; 168] = [
    "a", "about", "after", "al", "all", "als", "also", "am", "an", "and", "any", "are", "as", "at",
    "au", "auf", "aux", "avec", "be", "because", "before", "bei", "bitte", "but", "by", "can",
    "ce", "cette", "con", "could", "dans", "das", "dem", "den", "der", "des", "do", "does", "ein",
    "eine", "el", "elle", "en", "es", "est", "et", "favor", "for", "from", "fur", "get", "had",
    "has", "have", "he", "her", "his", "how", "i", "ich", "if", "ihr", "ihre", "il", "im", "in",
    "into", "is", "ist", "it", "its", "je", "just", "la", "las", "le", "les", "lo", "los", "make",
    "may", "me", "merci", "mit", "must", "my", "need", "needs", "nicht", "nos", "not", "notre",
    "nous", "now", "nuestro", "nur", "oder", "of", "on", "once", "only", "or", "ou", "our", "out",
    "over", "par", "para", "pas", "please", "plus", "por", "pour", "que", "qui", "se", "she",
    "should", "si", "sie", "sind", "so", "son", "sont", "su", "sur", "that", "the", "their",
    "them", "then", "there", "they", "this", "to", "today", "un", "una", "und", "une", "uns",
    "until", "up", "us", "use", "usted", "via", "von", "votre", "vous", "was", "we", "wenn",
    "were", "what", "when", "where", "which", "who", "will", "wir", "with", "would", "you", "your",
    "zu", "zum", "zur",
];

/// The values of a list in text (`- amount: 18.0`, `  recipient: DE12…`) whose keys two
/// or more of its entries have, at the same depth.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    let is_list = text
        .lines()
        .filter(|l| l.starts_with("- "))
        .nth(1)
        .is_some();
    let pairs = move || {
        let lines = text.lines().take(MAX_LINES).filter(move |_| is_list);
        lines.filter_map(|line| {
            let (key, value) = line.split_once(": ")?;
            let name = key.trim_start_matches([' ', '-']);
            let is_own = key.len() == name.len() + 2 && key.len() <= 40;
            is_own.then_some((name, value.trim_matches(['\'', '"'])))
        })
    };
    pairs()
        .filter(|(_, value)| target::address_host(value).is_some() || target::is_account(value))
        .filter(move |(key, _)| pairs().filter(|(other, _)| other == key).nth(1).is_some())
        .map(|(_, value)| value)
        .take(MAX_CELLS)
}

/// How many lines of a list are read.
const MAX_LINES: usize = 400;

/// Marks the addresses of those who wrote what was read.
const WRITERS: u16 = 1 << 14 | 1 << 13;

/// True for a record of them.
pub(super) fn is_writers(record: &[u8]) -> bool {
    record.starts_with(&WRITERS.to_le_bytes())
}

/// The addresses in the heads of letters: to answer goes there.
pub(super) fn writers<'t>(leaves: impl Iterator<Item = (&'t str, &'t str)>) -> Option<Vec<u8>> {
    let mut record = [WRITERS.to_le_bytes().as_slice(), &[0; 4]].concat();
    let letters = leaves.filter(|(_, text)| text.contains('@'));
    let heads = letters.flat_map(|(_, text)| text.lines().filter_map(writer));
    for hash in heads.filter_map(hash).take(MAX_CELLS) {
        record.extend_from_slice(&hash.to_le_bytes());
    }
    (record.len() > 6).then_some(record)
}

/// The address in a line that says who wrote: `2) From: Petra <petra@mail.example>`.
fn writer(line: &str) -> Option<&str> {
    let rest = wrote(line)?;
    let bare = |c: char| matches!(c, '<' | '>' | '(' | ')' | '"' | '[' | ']' | ',' | ';' | ':');
    let mut words = rest.split_whitespace().take(8);
    let address = words.find(|word| word.contains('@'))?.trim_matches(bare);
    target::address_host(address).map(|_| address)
}

/// What a line says of who wrote, if it does.
pub(super) fn wrote(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(|c: char| !c.is_alphabetic());
    let (head, rest) = line.split_once(':')?;
    is_writer(head.trim_end()).then_some(rest.trim())
}

/// True for the name of a field with a letter's writer.
pub(super) fn is_writer(name: &str) -> bool {
    WROTE.iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// What stands before a letter's writer.
const WROTE: [&str; 8] = [
    "from",
    "sender",
    "von",
    "absender",
    "de",
    "expéditeur",
    "expediteur",
    "remitente",
];

/// True when the record has the writer.
pub(super) fn has_writer(record: &[u8], hash: u32) -> bool {
    is_writers(record) && record.get(6..).is_some_and(|writers| has(writers, hash))
}

/// How many cells of one output are kept.
const MAX_CELLS: usize = 128;

/// True when the record has the value.
pub(super) fn has_cell(record: &[u8], hash: u32) -> bool {
    is_cells(record) && record.get(6..).is_some_and(|cells| has(cells, hash))
}
