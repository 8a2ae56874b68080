//! Which rows of an output the user's words speak of.
//!
//! A list (accounts, slots, rooms, entries of a vault) mostly has one row that
//! the user means, and his words tell which: a word of his that stands in some
//! rows and not in all. Kept are the values of those rows and of the others, as
//! hashes; an action on a value of the others is on another thing than the one
//! he named.

use crate::intent::Intent;
use crate::intent::names::same_stem;
use crate::lexicon::Senses;
use crate::words::Words;

use super::record::Bytes;
use super::{Arrived, cells};

/// Marks a record of rows: a signal that no span has.
const MARK: u16 = 1 << 15;

/// How many rows of one output, how many values of each, and how many outputs.
const MAX_ROWS: usize = 48;
const MAX_VALUES: usize = 48;
pub(super) const MAX_RECORDS: usize = 8;

/// How much of a row is read.
const MAX_ROW: usize = 300;

/// The rows of one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<'n> {
    /// The step.
    pub step: u32,
    /// The user's word that tells the rows apart.
    pub word: &'n str,
    named: &'n [u8],
    others: &'n [u8],
}

impl Rows<'_> {
    /// True when the value stands in a row that the user's words speak of.
    pub fn names(&self, hash: u32) -> bool {
        has(self.named, hash)
    }

    /// True when it stands in one of the others.
    pub fn passes_over(&self, hash: u32) -> bool {
        has(self.others, hash)
    }
}

pub(super) fn has(hashes: &[u8], hash: u32) -> bool {
    hashes
        .chunks_exact(4)
        .any(|four| four == hash.to_le_bytes())
}

/// A value as it is compared: letters and digits alone. `None` for what is too
/// little to mean one thing.
pub fn hash(value: &str) -> Option<u32> {
    let mut hash = 0x811c_9dc5_u32;
    let (mut letters, mut digits) = (0, 0);
    let mut take = |c: char| {
        letters += usize::from(c.is_alphabetic());
        digits += usize::from(c.is_numeric());
        hash = (hash ^ c as u32).wrapping_mul(0x0100_0193);
    };
    for c in value.chars().filter(|c| c.is_alphanumeric()) {
        match c.is_ascii() {
            true => take(c.to_ascii_lowercase()),
            false => c.to_lowercase().for_each(&mut take),
        }
    }
    (letters >= 3 || letters >= 1 && digits >= 1 || digits >= 5).then_some(hash)
}

/// True for a record of rows.
pub(super) fn is_rows(record: &[u8]) -> bool {
    record.starts_with(&MARK.to_le_bytes())
}

/// True for a record that is no span.
pub(super) fn is_told(record: &[u8]) -> bool {
    is_rows(record)
        || cells::is_account(record)
        || cells::is_cells(record)
        || cells::is_writers(record)
}

/// Reads a record of rows.
pub(super) fn read(record: &[u8]) -> Option<Rows<'_>> {
    let mut bytes = Bytes(record.get(6..).filter(|_| is_rows(record))?);
    let step = u32::from_le_bytes(bytes.take()?);
    let word = bytes.text()?;
    let (named, others) = (bytes.byte()?, bytes.byte()?);
    let (named, others) = (
        bytes.cut(usize::from(named) * 4)?,
        bytes.cut(usize::from(others) * 4)?,
    );
    Some(Rows {
        step,
        word,
        named,
        others,
    })
}

/// What is kept of an output, if the user's words tell the rows of one of its
/// lists apart.
pub(super) fn note<'t>(
    arrived: &Arrived,
    intent: &Intent,
    leaves: impl Iterator<Item = (&'t str, &'t str)>,
) -> Option<Vec<u8>> {
    // What sort of thing was looked for is true of every row.
    let kind = Words::of(arrived.kind);
    let mut sought = content(intent);
    sought.retain(|word| !kind.iter().any(|k| same_stem(k, word)));
    if sought.is_empty() {
        return None;
    }
    lists(leaves).iter().find_map(|list| {
        let spoken: Vec<u64> = list.iter().map(|row| row.spoken(&sought)).collect();
        let rows = spoken.len() as u32;
        // A word of more than half of the rows tells no single one.
        let telling = (0..sought.len()).fold(0_u64, |telling, i| {
            let rows_with = spoken.iter().filter(|s| **s >> i & 1 == 1).count() as u32;
            let tells = rows_with >= 1 && rows_with * 2 <= rows + 1;
            telling | u64::from(tells) << i
        });
        let word = sought.get(telling.trailing_zeros() as usize)?;
        let values = |of_named: bool| -> Vec<u32> {
            let mut values: Vec<u32> = list
                .iter()
                .zip(&spoken)
                .filter(|(_, spoken)| (*spoken & telling != 0) == of_named)
                .flat_map(|(row, _)| row.values())
                .collect();
            values.sort_unstable();
            values.dedup();
            values.truncate(MAX_VALUES);
            values
        };
        Some(record(arrived.step, word, &values(true), &values(false)))
    })
}

fn record(step: u32, word: &str, named: &[u32], others: &[u32]) -> Vec<u8> {
    let mut record = Vec::with_capacity(64 + (named.len() + others.len()) * 4);
    record.extend_from_slice(&MARK.to_le_bytes());
    record.extend_from_slice(&[0; 4]);
    record.extend_from_slice(&step.to_le_bytes());
    record.push(word.len() as u8);
    record.extend_from_slice(word.as_bytes());
    record.push(named.len() as u8);
    record.push(others.len() as u8);
    for value in named.iter().chain(others) {
        record.extend_from_slice(&value.to_le_bytes());
    }
    record
}

/// Words of four letters and more that say nothing of a thing, sorted.
const LITTLE: [&str; 46] = [
    "about", "above", "after", "also", "apres", "auch", "aussi", "avant", "avec", "before",
    "below", "bevor", "como", "cuando", "dann", "dans", "dass", "desde", "entre", "from", "hasta",
    "have", "into", "jusqu", "mais", "nach", "noch", "ohne", "over", "para", "pero", "pour",
    "sans", "sobre", "that", "them", "then", "there", "they", "this", "unter", "until", "wenn",
    "were", "when", "with",
];

/// The words of the user that can tell one thing from another: no verbs, and
/// nothing short.
fn content(intent: &Intent) -> Vec<&str> {
    let idle = Senses::ACTING
        | Senses::READ
        | Senses::LOOK
        | Senses::NOT
        | Senses::WHOLE
        | Senses::WILL
        | Senses::YOU
        | Senses::PERHAPS;
    let words = intent.words();
    let telling = |i: &usize| {
        let word = words.get(*i);
        let number = word.bytes().any(|b| b.is_ascii_digit());
        (number && word.len() >= 3
            || word.len() >= 4 && (!words.senses(*i).any(idle) || intent.marks_out(word)))
            && word.len() <= 40
            && LITTLE.binary_search(&word).is_err()
            && !intent.denied(*i)
            && (*i == 0 || words.get(i - 1) != "non") // "non-flex": of the others
    };
    let mut found: Vec<&str> = (0..words.len())
        .filter(telling)
        .map(|i| words.get(i))
        .collect();
    found.truncate(63);
    found
}

/// One row: its texts.
pub(super) struct Row<'t>(pub(super) Vec<&'t str>);

impl Row<'_> {
    /// Which of the words stand in it, as bits.
    fn spoken(&self, sought: &[&str]) -> u64 {
        let mut bits = 0;
        for text in &self.0 {
            let words = Words::of(crate::finding::short(text, MAX_ROW));
            for (i, word) in sought.iter().enumerate() {
                let near = |w: &str| w.len().abs_diff(word.len()) <= 4;
                let said = words.iter().any(|w| {
                    let begins = || w.starts_with(word) || near(w) && word.starts_with(w);
                    w == *word || w.len() >= 5 && begins()
                });
                bits |= u64::from(said) << i;
            }
        }
        bits
    }

    /// What may be an argument of an action: its cells, and words with a digit.
    fn values(&self) -> impl Iterator<Item = u32> {
        let cells = self
            .0
            .iter()
            .flat_map(|text| text.split([',', ';', '|', '\t', ':', '(', ')', '"']));
        let marked = self.0.iter().flat_map(|text| text.split_whitespace());
        let marked =
            marked.filter(|w| w.len() >= 3 && w.bytes().any(|b| b.is_ascii_digit() || b == b'@'));
        let whole = self.0.iter().copied();
        let short = |t: &&str| t.len() <= 80;
        whole
            .chain(cells)
            .chain(marked)
            .filter(short)
            .filter_map(hash)
    }
}

/// The lists of an output: objects in an array, lines with the same bars or
/// marks, or what stands between bars.
fn lists<'t>(leaves: impl Iterator<Item = (&'t str, &'t str)>) -> Vec<Vec<Row<'t>>> {
    let mut lists: Vec<(&str, Vec<(&str, Row)>)> = Vec::new();
    let mut texts = Vec::new();
    let mut left = MAX_BYTES;
    for (path, text) in leaves.take(MAX_LEAVES) {
        if left < text.len() {
            break;
        }
        left -= text.len();
        let Some(open) = path.rfind('[') else {
            texts.extend(table(text));
            continue;
        };
        let close = path.rfind(']').map_or(path.len(), |at| at + 1);
        let (list, row) = (&path[..open], &path[..close]);
        if close == path.len() {
            continue; // a bare value says nothing of itself
        }
        let known = match lists.iter().position(|(name, _)| *name == list) {
            Some(known) => known,
            None => {
                lists.push((list, Vec::new()));
                lists.len() - 1
            }
        };
        let rows = &mut lists[known].1;
        let begun = rows.last_mut().filter(|(last, _)| *last == row);
        if let Some((_, leaves)) = begun {
            leaves.0.push(text);
        } else if rows.len() < MAX_ROWS {
            rows.push((row, Row(vec![text])));
        }
    }
    let rows = |(_, rows): (&str, Vec<(&str, Row<'t>)>)| -> Vec<Row<'t>> {
        rows.into_iter()
            .map(|(_, row)| row)
            .filter(|row| row.0.len() >= 2)
            .collect()
    };
    let found = lists.into_iter().map(rows).chain(texts);
    found.filter(|list| list.len() >= 2).collect()
}

/// How many leaves are looked at, and how much of them.
const MAX_LEAVES: usize = 512;
const MAX_BYTES: usize = 16 << 10;

/// A text that is a table.
pub(super) fn table(text: &str) -> Option<Vec<Row<'_>>> {
    let marks = |line: &str| {
        let count = |mark: &str| line.matches(mark).count();
        ["|", ";", "\t", ",", "  "].map(count)
    };
    let lines: Vec<&str> = text
        .lines()
        .filter(|l| l.trim().len() >= 3)
        .take(MAX_ROWS)
        .collect();
    // The names of the columns are of no row.
    let figure = |line: &&str| line.bytes().any(|b| b.is_ascii_digit());
    let headed = lines.len() >= 3 && !figure(&lines[0]) && lines[1..].iter().all(figure);
    let lines = &lines[usize::from(headed)..];
    if lines.len() < 2 {
        let parts: Vec<Row> = text
            .split(" | ")
            .take(MAX_ROWS)
            .map(|p| Row(vec![p]))
            .collect();
        // What begins alike and has a figure each time are rows; the rest is one record.
        let begins = |p: &Row| {
            p.0[0]
                .trim_start()
                .bytes()
                .next()
                .map(|b| b.is_ascii_digit())
        };
        let figures = |p: &Row| p.0[0].bytes().any(|b| b.is_ascii_digit());
        let alike = parts
            .iter()
            .all(|p| figures(p) && begins(p) == begins(&parts[0]));
        return (alike && parts.len() >= 2 && text.len() <= MAX_ROWS * 100).then_some(parts);
    }
    // As a line in the middle has it, the others have it too.
    let middle = marks(lines[lines.len() / 2]);
    let even = |at: usize| {
        let same = |l: &&&str| marks(l)[at] == middle[at] && l.len() <= 200;
        lines
            .iter()
            .filter(same)
            .map(|l| Row(vec![*l]))
            .collect::<Vec<Row>>()
    };
    let marked = (0..middle.len()).filter(|at| middle[*at] >= 1);
    let whole = marked
        .map(even)
        .find(|rows| rows.len() >= 3 && rows.len() * 4 >= lines.len() * 3);
    // A table among other lines: several in a row with the same marks, two or more.
    whole.or_else(|| {
        let mark = |line: &str| marks(line).into_iter().position(|n| n >= 2);
        let same = |a: &&str, b: &&str| {
            mark(a).is_some_and(|at| mark(b) == Some(at) && marks(a)[at] == marks(b)[at])
        };
        let longest = lines.chunk_by(same).max_by_key(|run| run.len())?;
        let rows = longest
            .iter()
            .filter(|l| l.len() <= 200)
            .map(|l| Row(vec![*l]));
        (longest.len() >= 4).then(|| rows.collect())
    })
}
