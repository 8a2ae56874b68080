//! The addresses that stood in outputs, so that one which stands nowhere can be
//! held against them: whose it pretends to be cannot be asked of an index.

use super::record::records;
use crate::spans::values;

/// Marks the record: a signal that no span has.
const MARK: u16 = 1 << 12;

/// How many addresses are kept, the newest, and how much of one output is read.
const MAX_ADDRESSES: usize = 48;
const MAX_TEXT: usize = 32 << 10;

/// True for the record of addresses.
pub(super) fn is_record(record: &[u8]) -> bool {
    record.starts_with(&MARK.to_le_bytes())
}

/// The addresses that outputs had so far, in their normal form.
pub fn read(notes: &[u8]) -> impl Iterator<Item = &str> {
    let record = records(notes).find(|r| is_record(r));
    let text = record
        .and_then(|r| r.get(6..))
        .and_then(|r| std::str::from_utf8(r).ok());
    text.unwrap_or_default().lines()
}

/// The record with the addresses of another output added.
pub(super) fn note<'t>(
    notes: &[u8],
    leaves: impl Iterator<Item = (&'t str, &'t str)>,
) -> Option<Vec<u8>> {
    let mut known: Vec<String> = read(notes).map(str::to_owned).collect();
    let mut left = MAX_TEXT;
    for (_, text) in leaves {
        let text = crate::spans::short(text, left);
        left -= text.len();
        for address in values::addresses(text).take(MAX_ADDRESSES) {
            if !known.contains(&address) {
                known.push(address);
            }
        }
    }
    known.drain(..known.len().saturating_sub(MAX_ADDRESSES));
    let head = [MARK.to_le_bytes().as_slice(), &[0; 4]].concat();
    (!known.is_empty()).then(|| [head.as_slice(), known.join("\n").as_bytes()].concat())
}
