//! Which account stood beside which name or amount: in one object, one line or
//! one sentence. Money for somebody whose account is on record goes there.

use super::record::records;
use super::rows;
use crate::money;
use crate::spans::values::{self, Kind};
use crate::target;

/// Marks the record: signals that no span has.
const MARK: u16 = 1 << 15 | 1 << 12;

/// How many pairs are kept, the newest; how many of one account; how much of an
/// output is read.
const MAX_PAIRS: usize = 160;
const MAX_BESIDE: usize = 8;
const MAX_TEXT: usize = 16 << 10;

/// True for the record of pairs.
pub(super) fn is_record(record: &[u8]) -> bool {
    record.starts_with(&MARK.to_le_bytes())
}

/// The pairs: the account's hash and that of what stood beside it.
pub fn read(notes: &[u8]) -> impl Iterator<Item = (u32, u32)> {
    let record = records(notes).find(|r| is_record(r));
    let pairs = record.and_then(|r| r.get(6..)).unwrap_or_default();
    pairs.as_chunks::<8>().0.iter().map(|pair| {
        let half =
            |at: usize| u32::from_le_bytes([pair[at], pair[at + 1], pair[at + 2], pair[at + 3]]);
        (half(0), half(4))
    })
}

/// What an amount of money is known by.
pub fn amount(amount: f64) -> u32 {
    let cents = (amount * 100.0).round() as i64;
    rows::hash(&["amount", &cents.to_string()].concat()).unwrap_or_default()
}

/// The record with the pairs of another output added.
pub(super) fn note<'t>(
    notes: &[u8],
    leaves: impl Iterator<Item = (&'t str, &'t str)> + Clone,
) -> Option<Vec<u8>> {
    let mut pairs: Vec<(u32, u32)> = read(notes).collect();
    let mut left = MAX_TEXT;
    for (path, text) in leaves.clone() {
        let text = crate::spans::short(text, left);
        left -= text.len();
        if text.len() <= 42 && target::is_account(text) {
            // The other fields of the object it is in.
            let own = parent(path);
            let beside = leaves
                .clone()
                .filter(|(p, t)| *p != path && parent(p) == own && t.len() <= 80);
            let beside = beside.flat_map(|(_, t)| names_and_amounts(t));
            add(&mut pairs, text, beside);
        } else if text.len() >= 20 && text.bytes().filter(u8::is_ascii_digit).count() >= 8 {
            text.split('\n')
                .flat_map(|l| l.split(". "))
                .for_each(|part| {
                    let accounts = values::values(part, 8).into_iter();
                    for account in accounts.filter(|v| v.kind == Kind::Account) {
                        add(
                            &mut pairs,
                            &account.text,
                            names_and_amounts(part).into_iter(),
                        );
                    }
                });
        }
    }
    pairs.drain(..pairs.len().saturating_sub(MAX_PAIRS));
    let bytes = pairs
        .iter()
        .flat_map(|(a, b)| [a.to_le_bytes(), b.to_le_bytes()]);
    let head = [MARK.to_le_bytes().as_slice(), &[0; 4]].concat();
    (!pairs.is_empty()).then(|| head.into_iter().chain(bytes.flatten()).collect())
}

fn add(pairs: &mut Vec<(u32, u32)>, account: &str, beside: impl Iterator<Item = u32>) {
    let Some(account) = rows::hash(account) else {
        return;
    };
    for other in beside.filter(|o| *o != account).take(MAX_BESIDE) {
        if !pairs.contains(&(account, other)) {
            pairs.push((account, other));
        }
    }
}

/// The amounts of a text, and what it says between marks.
fn names_and_amounts(text: &str) -> Vec<u32> {
    let amounts = money::amounts(text).into_iter().chain(money::amount(text));
    let parts = text
        .split([',', ';', '|', '\t', ':', '(', ')', '"'])
        .map(str::trim);
    let names = parts.filter(|p| is_name(p)).filter_map(rows::hash);
    amounts.map(amount).chain(names).collect()
}

/// True for what may be somebody's name: a few words with a capital letter.
pub fn is_name(text: &str) -> bool {
    (4..=60).contains(&text.len())
        && text.starts_with(char::is_uppercase)
        && text.chars().any(char::is_lowercase)
        && text.split_whitespace().count() <= 5
        && !text.bytes().any(|b| b.is_ascii_digit())
}

fn parent(path: &str) -> &str {
    path.rfind(['.', '[']).map_or("", |at| &path[..at])
}
