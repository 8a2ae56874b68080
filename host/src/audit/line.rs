//! The exact bytes of a line, and its place in the chain.
//!
//! The writer alone knows `seq` and `prev`, so an entry is encoded outside
//! every lock, and these two are spliced in when its turn has come.

use std::io::Write;
use std::time::SystemTime;

use data_encoding::HEXLOWER;
use memchr::memmem;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::AuditError;

/// SHA-256 of a line's bytes without its newline.
pub(super) type Hash = [u8; 32];

/// The longest line written or read, without its newline.
pub(super) const MAX_LINE: usize = 16 << 20;

// Inside a JSON string every quote has a backslash before it, so a bare `,"`
// is always structure: these marks cannot be forged by the text of an action.
const SEQ_MARK: &[u8] = br#","v":1,"seq":"#;
const PREV_MARK: &[u8] = br#","prev":""#;
const CLOSE: &[u8] = br#""}"#;
const HEX: usize = 64;
const TAIL: usize = PREV_MARK.len() + HEX + CLOSE.len();

/// An entry's bytes, still without its place in the chain.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) at: SystemTime,
    bytes: Vec<u8>,
    seq_at: usize,
}

impl Encoded {
    /// Both structs become one object: the head's closing brace gives way to
    /// the mark, the rest's opening brace to a comma.
    pub(super) fn new(
        at: SystemTime,
        head: &impl Serialize,
        rest: &impl Serialize,
    ) -> Result<Self, AuditError> {
        let mut bytes = Vec::with_capacity(1024);
        serde_json::to_writer(&mut bytes, head)?;
        bytes.pop();
        bytes.extend_from_slice(SEQ_MARK);
        let seq_at = bytes.len();
        serde_json::to_writer(&mut bytes, rest)?;
        if let Some(brace) = bytes.get_mut(seq_at) {
            *brace = b',';
        }
        bytes.pop();
        bytes.extend_from_slice(PREV_MARK);
        let length = bytes.len() + 20 + HEX + CLOSE.len(); // 20 digits: the longest seq
        if length > MAX_LINE {
            return Err(AuditError::TooLong {
                bytes: length,
                limit: MAX_LINE,
            });
        }
        Ok(Encoded { at, bytes, seq_at })
    }

    /// Writes the finished line with its newline to the end of `out`; gives its
    /// length without the newline and its hash.
    pub(super) fn place(&self, seq: u64, prev: &Hash, out: &mut Vec<u8>) -> (usize, Hash) {
        let start = out.len();
        let (head, rest) = self.bytes.split_at(self.seq_at);
        out.extend_from_slice(head);
        let _ = write!(out, "{seq}"); // writing to a Vec cannot fail
        out.extend_from_slice(rest);
        out.extend_from_slice(&hex(prev));
        out.extend_from_slice(CLOSE);
        let line = &out[start..];
        let placed = (line.len(), hash(line));
        out.push(b'\n');
        placed
    }
}

/// A line's place in the chain, as it says itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link<'a> {
    pub(super) seq: u64,
    pub(super) prev: &'a [u8],
}

/// Reads `seq` and `prev` from their fixed places without parsing the line.
/// `None`: this is no chained line.
pub(super) fn link(line: &[u8]) -> Option<Link<'_>> {
    let (body, tail) = line.split_at_checked(line.len().checked_sub(TAIL)?)?;
    let prev = tail.strip_prefix(PREV_MARK)?.strip_suffix(CLOSE)?;
    let digits = &body[memmem::find(body, SEQ_MARK)? + SEQ_MARK.len()..];
    let digits = &digits[..memchr::memchr(b',', digits)?];
    let seq = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(Link { seq, prev })
}

pub(super) fn hash(line: &[u8]) -> Hash {
    Sha256::digest(line).into()
}

pub(super) fn hex(hash: &Hash) -> [u8; HEX] {
    let mut text = [0; HEX];
    HEXLOWER.encode_mut(hash, &mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NOW, judged};
    use super::super::{AuditError, Entry};
    use super::*;

    #[test]
    fn only_a_line_with_both_marks_in_place_has_a_link() {
        let prev = "0".repeat(HEX);
        let whole = format!(r#"{{"ts":"t","v":1,"seq":3,"kind":"k","prev":"{prev}"}}"#);
        assert_eq!(
            link(whole.as_bytes()),
            Some(Link {
                seq: 3,
                prev: prev.as_bytes()
            })
        );
        for other in [
            String::new(),
            "{}".to_owned(),
            whole.replace("\"v\":1", "\"v\":2"),
            whole.replace("\"seq\":3", "\"seq\":-3"),
            whole.replace("\"seq\":3", "\"seq\":99999999999999999999"),
            whole.replace("prev", "next"),
            format!("{whole} "),
            whole[1..].replace(&prev, "00"),
        ] {
            assert_eq!(link(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_line_no_reader_would_accept_is_refused() {
        let summary = "x".repeat(MAX_LINE);
        let judged = judged(&summary);
        let entry = Entry::Hold {
            judged: &judged,
            approval: None,
            after: None,
        };
        assert!(matches!(entry.encode(), Err(AuditError::TooLong { .. })));
    }

    #[test]
    fn the_hash_leaves_the_newline_out() {
        let encoded = Encoded::new(NOW, &[0; 0], &[0; 0]).unwrap();
        let mut out = b"before\n".to_vec();
        let (length, hash) = encoded.place(0, &[0; 32], &mut out);
        let line = &out[b"before\n".len()..out.len() - 1];
        assert_eq!((line.len(), self::hash(line)), (length, hash));
    }
}
