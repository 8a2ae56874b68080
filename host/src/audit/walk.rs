//! From line to line, checking that each continues the one before.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;

use super::AuditError;
use super::line::{Hash, MAX_LINE, hash, hex, link};

/// One read from the file: large enough to make calls rare, small enough to
/// stay in the cache until it is hashed.
const CHUNK: usize = 256 << 10;

/// Where the log is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} (byte {offset}): {what}")]
pub struct Damage {
    /// The line, from 1. The cause may be the line before it, whose hash it holds.
    pub line: u64,
    /// Where that line begins.
    pub offset: u64,
    /// What is wrong with it.
    pub what: Fault,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Its `prev` is not the hash of the line before it.
    #[error(
        "its prev is not the hash of the line before: one of the two was changed, added or removed"
    )]
    Prev,
    /// Its `seq` is not its place in the file.
    #[error("its seq is {found} where {expected} comes next")]
    Seq {
        /// Its place in the file.
        expected: u64,
        /// What it says.
        found: u64,
    },
    /// It does not end with `prev`, or has no `seq`.
    #[error("it is no line of this log: seq or prev is missing or out of place")]
    Unchained,
    /// It is not a JSON object, or lacks the fields of a record.
    #[error("it is not a JSON record: {0}")]
    NotARecord(String),
    /// It is longer than any record.
    #[error("it is longer than {MAX_LINE} bytes")]
    TooLong,
    /// It is the last, and its end is missing.
    #[error("the last line is torn ({bytes} bytes); opening the log moves it aside")]
    Torn {
        /// What there is of it.
        bytes: u64,
    },
}

/// The end of a chain: all that the next line has to continue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tip {
    /// The next line's `seq`.
    pub(super) next: u64,
    /// Where the next line begins.
    pub(super) len: u64,
    /// Where the last line begins.
    pub(super) last: u64,
    /// The next line's `prev`.
    pub(super) hash: Hash,
    /// How many lines of 0.0.1 come first.
    pub(super) legacy: u64,
}

impl Tip {
    /// The tip after a line that was just written here.
    pub(super) fn after(&self, length: usize, hash: Hash) -> Tip {
        Tip {
            next: self.next + 1,
            len: self.len + length as u64 + 1,
            last: self.len,
            hash,
            legacy: self.legacy,
        }
    }

    /// The tip after a line that was read, if it continues the chain.
    fn follow(&self, line: &[u8]) -> Result<Tip, Fault> {
        let mut tip = self.after(line.len(), hash(line));
        let Some(link) = link(line) else {
            let before_the_chain = self.legacy == self.next;
            let braced = line.starts_with(b"{") && line.trim_ascii_end().ends_with(b"}");
            if !(before_the_chain && braced) {
                return Err(Fault::Unchained);
            }
            tip.legacy += 1;
            return Ok(tip);
        };
        if link.prev != hex(&self.hash) {
            return Err(Fault::Prev);
        }
        if link.seq != self.next {
            return Err(Fault::Seq {
                expected: self.next,
                found: link.seq,
            });
        }
        Ok(tip)
    }

    fn damage(&self, what: Fault) -> Damage {
        Damage {
            line: self.next + 1,
            offset: self.len,
            what,
        }
    }
}

/// How far a walk came.
#[derive(Debug)]
pub(super) struct Walked {
    /// The end of the whole lines.
    pub(super) tip: Tip,
    /// How many bytes of a torn last line follow; 0 without one.
    pub(super) torn: u64,
}

impl Walked {
    /// The torn end as damage, for readers that do not mend.
    pub(super) fn whole(self) -> Result<Tip, Damage> {
        match self.torn {
            0 => Ok(self.tip),
            bytes => Err(self.tip.damage(Fault::Torn { bytes })),
        }
    }
}

/// Walks from `tip` to the byte `upto`. `visit` sees each line that continues
/// the chain, with the tip after it, and may find a fault of its own.
///
/// Torn is only the very end: bytes without a newline, or a last line that is
/// not a JSON object.
pub(super) fn walk(
    file: &File,
    path: &Path,
    mut tip: Tip,
    upto: u64,
    mut visit: impl FnMut(&[u8], &Tip) -> Result<(), Fault>,
) -> Result<Walked, AuditError> {
    let read = |source| AuditError::Read {
        path: path.to_owned(),
        source,
    };
    let damaged = |damage| AuditError::Damaged {
        path: path.to_owned(),
        damage,
    };
    let mut lines = Lines::new(file, tip.len, upto).map_err(read)?;
    loop {
        let line = match lines.next().map_err(read)? {
            Piece::Line(line) => line,
            Piece::TooLong => return Err(damaged(tip.damage(Fault::TooLong))),
            Piece::End => {
                return Ok(Walked {
                    torn: upto.saturating_sub(tip.len),
                    tip,
                });
            }
        };
        let is_last = tip.len + line.len() as u64 + 1 == upto;
        if is_last && !is_object(line) {
            return Ok(Walked {
                torn: upto - tip.len,
                tip,
            });
        }
        let next = tip
            .follow(line)
            .and_then(|next| visit(line, &next).map(|()| next));
        tip = next.map_err(|what| damaged(tip.damage(what)))?;
    }
}

fn is_object(line: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Object {}
    line.starts_with(b"{")
        && std::str::from_utf8(line).is_ok_and(|text| serde_json::from_str::<Object>(text).is_ok())
}

/// A line of the file, or why there is none.
pub(super) enum Piece<'a> {
    /// A line without its newline.
    Line(&'a [u8]),
    /// No newline within the longest line allowed.
    TooLong,
    /// No further newline.
    End,
}

/// Cuts a stretch of a file into lines, borrowing each from one buffer.
pub(super) struct Lines<'f> {
    file: io::Take<&'f File>,
    buffer: Vec<u8>,
    /// The unread part of the buffer.
    start: usize,
    end: usize,
    /// No newline before this place.
    scanned: usize,
}

impl<'f> Lines<'f> {
    pub(super) fn new(mut file: &'f File, from: u64, upto: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(from))?;
        let file = file.take(upto.saturating_sub(from));
        Ok(Lines {
            file,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            scanned: 0,
        })
    }

    pub(super) fn next(&mut self) -> io::Result<Piece<'_>> {
        loop {
            if let Some(found) = memchr::memchr(b'\n', &self.buffer[self.scanned..self.end]) {
                let (start, newline) = (self.start, self.scanned + found);
                self.start = newline + 1;
                self.scanned = self.start;
                return Ok(Piece::Line(&self.buffer[start..newline]));
            }
            if self.end - self.start > MAX_LINE {
                return Ok(Piece::TooLong);
            }
            if !self.fill()? {
                return Ok(Piece::End);
            }
        }
    }

    /// Reads more behind the unread part; false at the end of the stretch.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        self.scanned = self.end;
        let more = usize::try_from(self.file.limit())
            .unwrap_or(usize::MAX)
            .min(CHUNK);
        if self.buffer.len() < self.end + more {
            self.buffer.resize((self.end + more).next_power_of_two(), 0);
        }
        loop {
            match self.file.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
