//! [`Follow`]: existing lines, then new ones.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::AuditError;
use super::files::{self, Identity};
use super::walk::{Lines, Piece};

/// At most about this much text a batch.
const BATCH: usize = 1 << 20;

/// One read when looking backwards for the last lines.
const BLOCK: u64 = 64 << 10;

/// Reads a log's lines in order and goes on as it grows. It never waits: the
/// caller decides how often to ask. Lines are given as they are in the file,
/// not verified and not cleaned for a terminal.
#[derive(Debug)]
pub struct Follow {
    path: PathBuf,
    file: File,
    identity: Identity,
    offset: u64,
}

impl Follow {
    /// Follows from the first line.
    pub fn from_start(path: &Path) -> Result<Follow, AuditError> {
        let file = files::open_to_read(path)?;
        Ok(Follow {
            path: path.to_owned(),
            identity: files::identity(&file, path)?,
            file,
            offset: 0,
        })
    }

    /// Follows from the last `count` lines.
    pub fn last(path: &Path, count: usize) -> Result<Follow, AuditError> {
        let mut follow = Follow::from_start(path)?;
        let len = files::settled_len(&follow.file, path)?;
        let offset = start_of_last(&follow.file, len, count);
        follow.offset = offset.map_err(|source| follow.unreadable(source))?;
        Ok(follow)
    }

    /// The next whole lines without their newlines; empty when there is nothing
    /// new yet. When the path names a new file and this one is read to its end,
    /// goes on with the new one from its start.
    ///
    /// Bytes that are not UTF-8, which no record has, are replaced.
    pub fn next_batch(&mut self) -> Result<Vec<String>, AuditError> {
        let lines = self.read_on()?;
        if !lines.is_empty() || files::in_place(self.identity, &self.path)? {
            return Ok(lines);
        }
        // What was written between that read and the move must not be missed.
        let lines = self.read_on()?;
        if lines.is_empty() && self.path.exists() {
            *self = Follow::from_start(&self.path)?;
            return self.read_on();
        }
        Ok(lines)
    }

    fn read_on(&mut self) -> Result<Vec<String>, AuditError> {
        let len = files::settled_len(&self.file, &self.path)?;
        if len < self.offset {
            let (path, known) = (self.path.clone(), self.offset);
            return Err(AuditError::Truncated {
                path,
                known,
                found: len,
            });
        }
        let (lines, read) =
            read_lines(&self.file, self.offset, len).map_err(|source| self.unreadable(source))?;
        self.offset += read;
        Ok(lines)
    }

    fn unreadable(&self, source: io::Error) -> AuditError {
        AuditError::Read {
            path: self.path.clone(),
            source,
        }
    }
}

/// Up to a batch of lines and how many bytes they take with their newlines.
fn read_lines(file: &File, from: u64, upto: u64) -> io::Result<(Vec<String>, u64)> {
    let mut batch = Vec::new();
    let mut read = 0;
    if from == upto {
        return Ok((batch, read));
    }
    let mut lines = Lines::new(file, from, upto)?;
    while read < BATCH as u64 {
        match lines.next()? {
            Piece::Line(line) => {
                read += line.len() as u64 + 1;
                batch.push(String::from_utf8_lossy(line).into_owned());
            }
            Piece::TooLong => return Err(io::Error::other("a line is too long to be a record")),
            Piece::End => break,
        }
    }
    Ok((batch, read))
}

/// Where the last `count` whole lines before `upto` begin.
fn start_of_last(mut file: &File, upto: u64, count: usize) -> io::Result<u64> {
    let mut wanted = count.saturating_add(1); // the newline before the first of them
    let mut end = upto;
    let mut block = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        file.seek(SeekFrom::Start(start))?;
        block.clear();
        file.take(end - start).read_to_end(&mut block)?;
        for newline in memchr::memrchr_iter(b'\n', &block) {
            wanted -= 1;
            if wanted == 0 {
                return Ok(start + newline as u64 + 1);
            }
        }
        end = start;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::testing::{LEGACY, open, parse, record, written};
    use super::*;

    fn summaries(follow: &mut Follow) -> Vec<String> {
        let lines = follow.next_batch().unwrap();
        let word = |line: String| {
            let line = parse(line.as_bytes());
            line["summary"]
                .as_str()
                .or(line["kind"].as_str())
                .unwrap()
                .to_owned()
        };
        lines.into_iter().map(word).collect()
    }

    #[test]
    fn old_lines_come_first_then_new_ones() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let log = open(&path);
        let mut follow = Follow::from_start(&path).unwrap();
        assert!(summaries(&mut follow).is_empty());
        record(&log, "a").unwrap();
        record(&log, "b").unwrap();
        assert_eq!(summaries(&mut follow), ["a", "b"]);
        assert!(summaries(&mut follow).is_empty());
        record(&log, "c").unwrap();
        assert_eq!(summaries(&mut follow), ["c"]);
    }

    #[test]
    fn the_last_lines_are_found_from_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let long = "x".repeat(BLOCK as usize * 2);
        written(&path, &["a", &long, "b", "c"]);
        for (count, expected) in [
            (0, &[][..]),
            (1, &["c"]),
            (2, &["b", "c"]),
            (3, &[&long, "b", "c"]),
            (4, &["a", &long, "b", "c"]),
            (usize::MAX, &["a", &long, "b", "c"]),
        ] {
            let mut follow = Follow::last(&path, count).unwrap();
            assert_eq!(summaries(&mut follow), expected, "{count}");
        }
    }

    #[test]
    fn a_half_line_waits_for_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let (half, rest) = LEGACY.split_at(30);
        fs::write(&path, half).unwrap();
        let mut follow = Follow::from_start(&path).unwrap();
        assert!(follow.next_batch().unwrap().is_empty());
        fs::write(&path, [half, rest].concat()).unwrap();
        assert_eq!(follow.next_batch().unwrap().len(), 2);
    }

    #[test]
    fn it_goes_on_with_the_file_that_takes_the_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let log = open(&path);
        let mut follow = Follow::from_start(&path).unwrap();
        record(&log, "a").unwrap();
        fs::rename(&path, dir.path().join("old")).unwrap();
        assert_eq!(summaries(&mut follow), ["a"]);
        assert!(summaries(&mut follow).is_empty());
        let mut written = Vec::new();
        while !path.exists() {
            record(&log, "b").unwrap(); // at first in the old file
            written.push("b");
        }
        written.insert(written.len() - 1, "recovery");
        let mut seen = Vec::new();
        while seen.len() < written.len() {
            seen.append(&mut summaries(&mut follow));
        }
        assert_eq!(seen, written);
    }

    #[test]
    fn a_cut_log_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        written(&path, &["a"]);
        let mut follow = Follow::last(&path, 0).unwrap();
        fs::write(&path, "").unwrap();
        assert!(matches!(
            follow.next_batch(),
            Err(AuditError::Truncated { found: 0, .. })
        ));
    }

    #[test]
    fn a_long_log_comes_in_batches() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let long = "x".repeat(BATCH / 2);
        written(&path, &[long.as_str(); 5]);
        let mut follow = Follow::from_start(&path).unwrap();
        let sizes: Vec<usize> = std::iter::repeat_with(|| follow.next_batch().unwrap().len())
            .take_while(|size| *size > 0)
            .collect();
        assert_eq!(sizes, [2, 2, 1]);
    }
}
