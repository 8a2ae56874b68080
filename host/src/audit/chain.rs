//! The end of the file under its lock: catch up, write, mend.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::entry::Recovered;
use super::files::{self, Identity, Locked};
use super::line::{Encoded, hex};
use super::walk::{Tip, walk};
use super::{AuditError, Durability};

/// How often a path may turn out to name another file before giving up.
const ATTEMPTS: usize = 8;

/// How long a writer may take to notice that the log was moved away or removed. What
/// it writes until then shares the fate of all lines before it, as if it had happened
/// that much later. Looking the path up is the most expensive part of an append.
const LOOK: Duration = Duration::from_millis(10);

/// A buffer that grew beyond this for one batch is given back.
const KEEP: usize = 1 << 20;

/// What opening the log had to put right; its `recovery` line says the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// What was found.
    pub reason: String,
    /// Where the torn bytes went, if there were any.
    pub set_aside: Option<PathBuf>,
    /// How many bytes they are.
    pub bytes: u64,
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        match &self.set_aside {
            Some(path) => write!(
                f,
                "; {} bytes were moved to '{}'",
                self.bytes,
                path.display()
            ),
            None => Ok(()),
        }
    }
}

/// One writer's view of the log. Between batches other processes may append;
/// nothing here is trusted before the lock is held and the length compared.
#[derive(Debug)]
pub(super) struct Chain {
    path: PathBuf,
    durability: Durability,
    file: Arc<File>,
    identity: Identity,
    /// When the path was last seen to name this file.
    looked: Instant,
    tip: Tip,
    buffer: Vec<u8>,
}

impl Chain {
    /// Opens or creates the log, checks all of it and mends its end. `known` is
    /// the tip this process last saw: if the file no longer holds it, a
    /// `recovery` line says so.
    pub(super) fn open(
        path: &Path,
        durability: Durability,
        at: SystemTime,
        known: &Tip,
    ) -> Result<(Chain, Vec<Recovery>), AuditError> {
        for _ in 0..ATTEMPTS {
            let file = Arc::new(files::open_to_append(path)?);
            // Most of the walk happens before the lock, so that a long log does
            // not stop those who write to it. Nothing below a settled length is
            // ever cut by a writer.
            let settled = files::settled_len(&file, path)?;
            let early = Survey::start(known).extend(&file, path, known, settled)?;
            let _locked = Locked::take(&file, path)?;
            let identity = files::identity(&file, path)?;
            let len = files::len(&file, path)?;
            if len < early.tip.len || !files::in_place(identity, path)? {
                continue;
            }
            let survey = early.extend(&file, path, known, len)?;
            let (path, tip) = (path.to_owned(), survey.tip);
            let mut chain = Chain {
                path,
                durability,
                file,
                identity,
                looked: Instant::now(),
                tip,
                buffer: Vec::new(),
            };
            let mut recoveries = Vec::new();
            if survey.torn > 0 {
                recoveries.push(chain.mend(survey.torn, at)?);
            }
            if !survey.holds_known {
                recoveries.push(chain.note_loss(known, at)?);
            }
            return Ok((chain, recoveries));
        }
        Err(AuditError::Unsteady {
            path: path.to_owned(),
        })
    }

    pub(super) fn tip(&self) -> &Tip {
        &self.tip
    }

    /// Appends a batch in order and returns the first line's seq. After an
    /// error this chain must not be used again: its view may be wrong.
    pub(super) fn append(&mut self, batch: &[Encoded]) -> Result<u64, AuditError> {
        let Some(first) = batch.first() else {
            return Ok(self.tip.next);
        };
        for _ in 0..ATTEMPTS {
            let locked = Locked::take(&self.file, &self.path)?;
            if let Some(len) = self.len_in_place()? {
                self.catch_up(len, first.at)?;
                return self.write(batch, self.durability);
            }
            drop(locked);
            *self = Chain::open(&self.path, self.durability, first.at, &self.tip)?.0;
        }
        Err(AuditError::Unsteady {
            path: self.path.clone(),
        })
    }

    /// The length of the file, or `None` when it is seen to be no longer the log.
    fn len_in_place(&mut self) -> Result<Option<u64>, AuditError> {
        if self.looked.elapsed() >= LOOK {
            if !files::in_place(self.identity, &self.path)? {
                return Ok(None);
            }
            self.looked = Instant::now();
        }
        files::len(&self.file, &self.path).map(Some)
    }

    /// Takes in what other processes appended since the last batch.
    fn catch_up(&mut self, len: u64, at: SystemTime) -> Result<(), AuditError> {
        if len == self.tip.len {
            return Ok(());
        }
        if len < self.tip.len {
            let (path, known) = (self.path.clone(), self.tip.len);
            return Err(AuditError::Truncated {
                path,
                known,
                found: len,
            });
        }
        let walked = walk(&self.file, &self.path, self.tip.clone(), len, |_, _| Ok(()))?;
        self.tip = walked.tip;
        if walked.torn > 0 {
            self.mend(walked.torn, at)?;
        }
        Ok(())
    }

    fn write(&mut self, batch: &[Encoded], durability: Durability) -> Result<u64, AuditError> {
        let mut tip = self.tip.clone();
        self.buffer.clear();
        for line in batch {
            let (length, hash) = line.place(tip.next, &tip.hash, &mut self.buffer);
            tip = tip.after(length, hash);
        }
        if let Err(error) = self.put(durability) {
            // No answer leaves for these lines, so they should not stay. If
            // even this fails, the next opening finds what is there.
            let _ = self.file.set_len(self.tip.len);
            return Err(error);
        }
        if self.buffer.capacity() > KEEP {
            self.buffer = Vec::new();
        }
        let first = self.tip.next;
        self.tip = tip;
        Ok(first)
    }

    fn put(&self, durability: Durability) -> Result<(), AuditError> {
        let path = || self.path.clone();
        (&*self.file)
            .write_all(&self.buffer)
            .map_err(|source| AuditError::Write {
                path: path(),
                source,
            })?;
        if durability == Durability::Sync {
            let synced = self.file.sync_data();
            synced.map_err(|source| AuditError::Sync {
                path: path(),
                source,
            })?;
        }
        Ok(())
    }

    /// Moves the torn end aside, durably, before it is cut off.
    fn mend(&mut self, bytes: u64, at: SystemTime) -> Result<Recovery, AuditError> {
        let target = files::set_aside(&self.file, &self.path, self.tip.len, self.tip.next)?;
        let cut = self.file.set_len(self.tip.len);
        cut.map_err(|source| AuditError::Write {
            path: self.path.clone(),
            source,
        })?;
        let reason = "the last line was torn".to_owned();
        self.note(
            Recovery {
                reason,
                set_aside: Some(target),
                bytes,
            },
            at,
        )
    }

    fn note_loss(&mut self, known: &Tip, at: SystemTime) -> Result<Recovery, AuditError> {
        let reason = format!(
            "the file was moved away, replaced or cut while in use: it no longer holds line seq {} \
             with hash {}",
            known.next.saturating_sub(1),
            String::from_utf8_lossy(&hex(&known.hash)),
        );
        self.note(
            Recovery {
                reason,
                set_aside: None,
                bytes: 0,
            },
            at,
        )
    }

    fn note(&mut self, recovery: Recovery, at: SystemTime) -> Result<Recovery, AuditError> {
        let name = recovery.set_aside.as_deref().and_then(Path::file_name);
        let name = name.map(|name| name.to_string_lossy());
        let line = Recovered {
            at,
            reason: &recovery.reason,
            set_aside: name.as_deref(),
            bytes: recovery.bytes,
        };
        self.write(&[line.encode()?], Durability::Sync)?;
        Ok(recovery)
    }
}

/// A walk, in as many stretches as needed, that looks for a tip seen earlier.
struct Survey {
    tip: Tip,
    torn: u64,
    holds_known: bool,
}

impl Survey {
    fn start(known: &Tip) -> Survey {
        Survey {
            tip: Tip::default(),
            torn: 0,
            holds_known: *known == Tip::default(),
        }
    }

    fn extend(
        mut self,
        file: &File,
        path: &Path,
        known: &Tip,
        upto: u64,
    ) -> Result<Survey, AuditError> {
        let walked = walk(file, path, self.tip, upto, |_, tip| {
            self.holds_known |= tip == known;
            Ok(())
        })?;
        Ok(Survey {
            tip: walked.tip,
            torn: walked.torn,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::testing::{
        LEGACY, NOW, damage, lines, open, parse, record, recoveries, story, written,
    };
    use super::super::{Fault, Log, verify};
    use super::*;

    /// A chain over a device, which `open` would refuse: its faults are real.
    #[cfg(target_os = "linux")]
    fn over(device: &str, durability: Durability) -> Chain {
        let path = PathBuf::from(device);
        let file = File::options()
            .read(true)
            .append(true)
            .open(device)
            .unwrap();
        let identity = files::identity(&file, &path).unwrap();
        Chain {
            path,
            durability,
            file: Arc::new(file),
            identity,
            looked: Instant::now(),
            tip: Tip::default(),
            buffer: Vec::new(),
        }
    }

    fn line() -> Encoded {
        Recovered {
            at: NOW,
            reason: "test",
            set_aside: None,
            bytes: 0,
        }
        .encode()
        .unwrap()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_device_is_an_error_and_the_tip_stays() {
        let mut chain = over("/dev/full", Durability::Record);
        let error = chain.append(&[line()]).unwrap_err();
        assert!(matches!(&error, AuditError::Write { .. }), "{error}");
        assert_eq!(chain.tip, Tip::default());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_failed_sync_is_an_error_and_the_tip_stays() {
        let mut chain = over("/dev/null", Durability::Record);
        chain.write(&[line()], Durability::Record).unwrap(); // writing to it works
        let mut chain = over("/dev/null", Durability::Sync);
        let error = chain.append(&[line()]).unwrap_err();
        assert!(matches!(&error, AuditError::Sync { .. }), "{error}");
        assert_eq!(chain.tip, Tip::default());
    }

    #[test]
    fn a_line_torn_at_any_byte_is_set_aside_and_named() {
        let dir = tempfile::tempdir().unwrap();
        let whole = dir.path().join("whole");
        written(&whole, &["a", "b", "c"]);
        let bytes = fs::read(&whole).unwrap();
        let last = bytes.len() - lines(&whole)[2].len();
        for cut in last + 1..bytes.len() {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("log");
            fs::write(&path, &bytes[..cut]).unwrap();
            assert_eq!(
                damage(verify(&path)).what,
                Fault::Torn {
                    bytes: (cut - last) as u64
                },
                "cut at {cut}"
            );
            let found = recoveries(&path);
            let aside = dir.path().join("log.torn-2");
            assert_eq!(found[0].set_aside.as_ref(), Some(&aside), "cut at {cut}");
            assert_eq!(fs::read(&aside).unwrap(), &bytes[last..cut]);
            let recovery = parse(&lines(&path)[2]);
            assert_eq!(recovery["set_aside"], "log.torn-2");
            assert_eq!(recovery["bytes"], cut - last);
            assert_eq!(verify(&path).unwrap().kinds["recovery"], 1);
            assert_eq!(recoveries(&path), []);
        }
    }

    #[test]
    fn a_last_line_that_is_no_object_is_torn_too() {
        for rest in [
            "\n",
            "\0\0\0\n",
            "[1]\n",
            "{\"ts\":\0\0}\n",
            "{\"ts\": \"\n",
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("log");
            written(&path, &["a"]);
            let good = fs::read(&path).unwrap();
            fs::write(&path, [&good, rest.as_bytes()].concat()).unwrap();
            assert_eq!(recoveries(&path).len(), 1, "{rest:?}");
            assert_eq!(story(&path), ["a", "recovery"]);
        }
    }

    #[test]
    fn a_whole_last_line_that_does_not_belong_is_damage() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        written(&path, &["a", "b"]);
        let good = fs::read(&path).unwrap();
        let again = [&good[..], &lines(&path)[1]].concat();
        let foreign = [&good[..], LEGACY.as_bytes()].concat();
        for (bytes, what) in [(again, Fault::Prev), (foreign, Fault::Unchained)] {
            fs::write(&path, &bytes).unwrap();
            let found = damage(Log::open(&path, Durability::Record, NOW));
            assert_eq!(
                (found.line, found.offset, found.what),
                (3, good.len() as u64, what)
            );
            assert_eq!(
                fs::read(&path).unwrap(),
                bytes,
                "a refused log is left as it is"
            );
        }
    }

    #[test]
    fn nothing_set_aside_is_ever_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        fs::write(dir.path().join("log.torn-0"), "precious").unwrap();
        fs::write(&path, "{\"ts\"").unwrap();
        let aside = dir.path().join("log.torn-0-2");
        assert_eq!(recoveries(&path)[0].set_aside.as_ref(), Some(&aside));
        assert_eq!(
            fs::read(dir.path().join("log.torn-0")).unwrap(),
            b"precious"
        );
        assert_eq!(fs::read(aside).unwrap(), b"{\"ts\"");
    }

    #[test]
    fn the_chain_goes_on_from_the_last_line_of_0_0_1() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        fs::write(&path, LEGACY).unwrap();
        let opened = Log::open(&path, Durability::Record, NOW).unwrap();
        assert_eq!((opened.lines, opened.legacy), (2, 2));
        assert_eq!(record(&opened.log, "a").unwrap(), 2);
        let report = verify(&path).unwrap();
        assert_eq!((report.lines, report.legacy), (3, 2));
        assert_eq!(
            report.first_ts.as_deref(),
            Some("2026-07-02T09:41:03.187000+00:00")
        );

        let changed = String::from_utf8(fs::read(&path).unwrap()).unwrap();
        fs::write(&path, changed.replace("exec_shell", "exec_shelf")).unwrap();
        let found = damage(verify(&path));
        assert_eq!((found.line, found.what), (3, Fault::Prev));
    }

    #[test]
    fn a_log_moved_away_goes_on_in_a_new_file_that_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let (path, old) = (dir.path().join("log"), dir.path().join("log.1"));
        let log = open(&path);
        record(&log, "a").unwrap();
        fs::rename(&path, &old).unwrap();
        let mut seqs = Vec::new();
        while !path.exists() {
            seqs.push(record(&log, "b").unwrap()); // at first in the old file
        }
        assert_eq!(seqs.last(), Some(&1));
        assert_eq!(story(&old).len(), seqs.len(), "none is lost");
        assert_eq!(story(&path), ["recovery", "b"]);
        let reason = parse(&lines(&path)[0])["reason"].to_string();
        assert!(
            reason.contains(&verify(&old).unwrap().last_hash),
            "{reason}"
        );
        verify(&path).unwrap();
    }

    #[test]
    fn a_log_replaced_by_another_continues_the_other() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("log"), dir.path().join("other"));
        let log = open(&path);
        record(&log, "a").unwrap();
        written(&other, &["x", "y", "z"]);
        fs::rename(&other, &path).unwrap();
        let mut last = 0;
        while story(&path).len() == 3 {
            last = record(&log, "b").unwrap(); // at first in the old file, which is gone
        }
        assert_eq!(last, 4);
        assert_eq!(story(&path), ["x", "y", "z", "recovery", "b"]);
        verify(&path).unwrap();
    }

    #[test]
    fn a_tail_torn_by_another_process_is_mended_in_passing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let (log, other) = (open(&path), open(&path));
        record(&log, "a").unwrap();
        record(&other, "b").unwrap();
        let torn = [fs::read(&path).unwrap(), b"{\"ts\":".to_vec()].concat();
        fs::write(&path, torn).unwrap();
        assert_eq!(record(&log, "c").unwrap(), 3);
        assert_eq!(story(&path), ["a", "b", "recovery", "c"]);
        assert_eq!(record(&other, "d").unwrap(), 4);
        verify(&path).unwrap();
    }
}
