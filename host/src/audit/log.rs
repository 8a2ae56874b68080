//! [`Log`]: appends for many threads, one write for all that wait.
//!
//! There is no writer thread: handing a line to one costs more than writing it.
//! The first caller into an empty batch becomes its leader. It waits for the
//! batch under way, takes all that has queued up meanwhile, writes it, and wakes
//! the others with their seq.

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::chain::{Chain, Recovery};
use super::entry::Entry;
use super::line::Encoded;
use super::walk::Tip;
use super::{AuditError, Durability};
use crate::stats::{self, Counter, Histogram};

/// An open audit log. Share it between threads; open it as often as you like.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    durability: Durability,
    state: Mutex<State>,
    /// Woken whenever `leading` becomes false.
    turn: Condvar,
    lines: Counter,
    writing: Histogram,
    /// Touched only by whoever set `leading`, so never waited for.
    chain: Mutex<Chain>,
}

/// A log that was just opened, and what was found in it.
#[derive(Debug)]
pub struct Opened {
    /// The log, ready to append.
    pub log: Log,
    /// How many lines it has.
    pub lines: u64,
    /// How many of them were written by 0.0.1; only the last of these is
    /// covered by the chain.
    pub legacy: u64,
    /// What had to be put right.
    pub recoveries: Vec<Recovery>,
}

#[derive(Debug, Default)]
struct State {
    /// The batch that collects lines; its first line's caller leads it.
    batch: Arc<Batch>,
    lines: Vec<Encoded>,
    leading: bool,
    poison: Option<Arc<AuditError>>,
}

#[derive(Debug, Default)]
struct Batch {
    /// The first line's seq.
    outcome: OnceLock<Outcome>,
}

type Outcome = Result<u64, Arc<AuditError>>;

impl Log {
    /// Opens or creates the log at `path` and walks its whole chain. A torn last
    /// line is moved aside and a `recovery` line with the time `at` names it;
    /// damage before that is an error.
    pub fn open(path: &Path, durability: Durability, at: SystemTime) -> Result<Opened, AuditError> {
        let (chain, recoveries) = Chain::open(path, durability, at, &Tip::default())?;
        let (lines, legacy) = (chain.tip().next, chain.tip().legacy);
        let log = Log {
            path: path.to_owned(),
            durability,
            state: Mutex::default(),
            turn: Condvar::new(),
            lines: Counter::default(),
            writing: Histogram::default(),
            chain: Mutex::new(chain),
        };
        Ok(Opened {
            log,
            lines,
            legacy,
            recoveries,
        })
    }

    /// Records an entry and returns its seq once it is as durable as this log
    /// was opened for. Callers that wait together share one write and one sync;
    /// lines of one caller keep their order.
    ///
    /// After an error of the file this and every later append fails with
    /// [`AuditError::Poisoned`]; [`AuditError::TooLong`] concerns this entry alone.
    pub fn append(&self, entry: &Entry<'_>) -> Result<u64, AuditError> {
        let line = entry.encode()?;
        let mut state = self.state.lock();
        if let Some(cause) = &state.poison {
            return Err(poisoned(cause));
        }
        let batch = Arc::clone(&state.batch);
        let place = state.lines.len() as u64;
        state.lines.push(line);
        if place == 0 {
            self.lead(state);
        } else {
            drop(state);
        }
        // A leader always leaves an outcome. All who wait wake together, and none
        // of them needs a lock to go on.
        match batch.outcome.wait() {
            Ok(first) => Ok(first + place),
            Err(cause) => Err(poisoned(cause)),
        }
    }

    /// Whether appends are possible, as far as this process knows.
    pub fn check(&self) -> Result<(), AuditError> {
        self.state
            .lock()
            .poison
            .as_ref()
            .map_or(Ok(()), |cause| Err(poisoned(cause)))
    }

    /// The way back after an error: opens the file again as [`Log::open`] does
    /// and, if all is well, takes records again. If the last line this process
    /// wrote is gone, a `recovery` line says so. On an error nothing changes.
    pub fn reopen(&self, at: SystemTime) -> Result<Vec<Recovery>, AuditError> {
        self.wait_for_turn(&mut self.state.lock());
        let turn = Turn {
            log: self,
            batch: None,
            outcome: None,
        };
        let mut chain = self.chain.lock();
        let (fresh, recoveries) = Chain::open(&self.path, self.durability, at, chain.tip())?;
        *chain = fresh;
        self.state.lock().poison = None;
        drop(turn);
        Ok(recoveries)
    }

    /// What was counted on the way.
    pub fn stats(&self) -> stats::Audit {
        stats::Audit {
            lines: self.lines.get(),
            queue: self.state.lock().lines.len() as u64,
            write: self.writing.read(),
        }
    }

    /// Where the log is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the open batch, whose first line is the caller's.
    fn lead(&self, mut state: MutexGuard<'_, State>) {
        self.wait_for_turn(&mut state);
        let lines = mem::take(&mut state.lines);
        let batch = mem::take(&mut state.batch);
        let poison = state.poison.clone();
        drop(state);
        let mut turn = Turn {
            log: self,
            batch: Some(batch),
            outcome: None,
        };
        turn.outcome = Some(match poison {
            Some(cause) => Err(cause),
            None => self.write(&lines).map_err(Arc::new),
        });
    }

    fn write(&self, lines: &[Encoded]) -> Result<u64, AuditError> {
        let begun = Instant::now();
        let first = self.chain.lock().append(lines)?;
        self.writing.record(begun.elapsed());
        self.lines.add(lines.len() as u64);
        Ok(first)
    }

    fn wait_for_turn(&self, state: &mut MutexGuard<'_, State>) {
        while state.leading {
            self.turn.wait(state);
        }
        state.leading = true;
    }

    fn writer_died(&self) -> AuditError {
        AuditError::WriterDied {
            path: self.path.clone(),
        }
    }
}

fn poisoned(cause: &Arc<AuditError>) -> AuditError {
    AuditError::Poisoned {
        cause: Arc::clone(cause),
    }
}

/// The right to use the chain. However it ends, by a panic too, the next in
/// line goes on and everybody in the batch learns the outcome.
struct Turn<'a> {
    log: &'a Log,
    batch: Option<Arc<Batch>>,
    outcome: Option<Outcome>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.log.state.lock();
        state.leading = false;
        self.log.turn.notify_all();
        let Some(batch) = self.batch.take() else {
            return;
        };
        let outcome = self
            .outcome
            .take()
            .unwrap_or_else(|| Err(Arc::new(self.log.writer_died())));
        if let Err(cause) = &outcome {
            state.poison.get_or_insert_with(|| Arc::clone(cause));
        }
        drop(state);
        let _ = batch.outcome.set(outcome); // set nowhere else
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread;

    use super::super::testing::{
        NOW, cause, damage, judged, lines, open, parse, record, story, written,
    };
    use super::super::verify;
    use super::*;

    /// Writers record `<name>-<i>` in order; every line must be there once, in
    /// order for each writer, under the seq that `append` returned.
    fn check_story(path: &Path, writers: &[String], each: usize) {
        let report = verify(path).unwrap();
        assert_eq!(report.lines, (writers.len() * each) as u64);
        let story = story(path);
        for writer in writers {
            let prefix = format!("{writer}-");
            let own: Vec<&String> = story
                .iter()
                .filter(|word| word.starts_with(&prefix))
                .collect();
            let expected: Vec<String> = (0..each).map(|i| format!("{writer}-{i}")).collect();
            assert!(own.into_iter().eq(expected.iter()), "{writer}");
        }
    }

    fn write_many(log: &Log, writer: &str, count: usize) -> Vec<(u64, String)> {
        let line = |i| {
            let summary = format!("{writer}-{i}");
            (record(log, &summary).unwrap(), summary)
        };
        (0..count).map(line).collect()
    }

    fn write_from_threads(path: &Path, durability: Durability) {
        let log = Log::open(path, durability, NOW).unwrap().log;
        let writers: Vec<String> = (0..8).map(|thread| format!("w{thread}")).collect();
        let log = &log;
        let written: Vec<(u64, String)> = thread::scope(|scope| {
            let start = |name: &String| {
                let name = name.clone();
                scope.spawn(move || write_many(log, &name, 500))
            };
            let threads: Vec<_> = writers.iter().map(start).collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap())
                .collect()
        });
        check_story(path, &writers, 500);
        let story = story(path);
        assert!(
            written
                .iter()
                .all(|(seq, summary)| story[*seq as usize] == *summary)
        );
        assert_eq!(
            written
                .iter()
                .map(|(seq, _)| seq)
                .collect::<BTreeSet<_>>()
                .len(),
            4000
        );
    }

    #[test]
    fn threads_share_one_chain_when_recording() {
        let dir = tempfile::tempdir().unwrap();
        write_from_threads(&dir.path().join("log"), Durability::Record);
    }

    #[test]
    fn threads_share_one_chain_when_syncing() {
        let dir = tempfile::tempdir().unwrap();
        write_from_threads(&dir.path().join("log"), Durability::Sync);
    }

    #[test]
    fn two_logs_on_one_file_take_turns() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        thread::scope(|scope| {
            for name in ["a", "b", "c"] {
                let path = &path;
                scope.spawn(move || {
                    for i in 0..200 {
                        let log = open(path); // opened anew for every line, as hooks do
                        record(&log, &format!("{name}-{i}")).unwrap();
                    }
                });
            }
        });
        check_story(&path, &["a", "b", "c"].map(str::to_owned), 200);
    }

    #[test]
    fn a_cut_log_takes_nothing_until_it_is_reopened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let log = open(&path);
        record(&log, "a").unwrap();
        record(&log, "b").unwrap();
        let kept = lines(&path)[0].clone();
        fs::write(&path, &kept).unwrap();
        for result in [
            record(&log, "c"),
            record(&log, "d"),
            log.check().map(|()| 0),
        ] {
            let cause = cause(result);
            assert!(matches!(*cause, AuditError::Truncated { .. }), "{cause}");
        }
        assert_eq!(fs::read(&path).unwrap(), kept);
        let recoveries = log.reopen(NOW).unwrap();
        assert_eq!(recoveries.len(), 1);
        log.check().unwrap();
        assert_eq!(record(&log, "e").unwrap(), 2);
        assert_eq!(story(&path), ["a", "recovery", "e"]);
        assert!(
            parse(&lines(&path)[1])["reason"]
                .as_str()
                .unwrap()
                .contains("seq 1")
        );
        verify(&path).unwrap();
    }

    #[test]
    fn reopening_a_damaged_log_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let log = open(&path);
        record(&log, "a").unwrap();
        let good = fs::read(&path).unwrap();
        let foreign = [&good[..], b"{\"ts\": \"x\", \"approved\": true}\n"].concat();
        fs::write(&path, foreign).unwrap();
        let first = cause(record(&log, "b"));
        assert!(matches!(*first, AuditError::Damaged { .. }), "{first}");
        assert_eq!(damage(log.reopen(NOW)).line, 2);
        assert!(Arc::ptr_eq(&first, &cause(log.check())));
        fs::write(&path, good).unwrap();
        assert_eq!(log.reopen(NOW).unwrap(), []);
        assert_eq!(record(&log, "c").unwrap(), 1);
    }

    #[test]
    fn an_entry_too_long_concerns_itself_alone() {
        let dir = tempfile::tempdir().unwrap();
        let log = open(&dir.path().join("log"));
        let long = "x".repeat(17 << 20);
        assert!(matches!(
            record(&log, &long),
            Err(AuditError::TooLong { .. })
        ));
        assert_eq!(record(&log, "a").unwrap(), 0);
    }

    #[test]
    fn a_leader_that_dies_takes_its_followers_with_it_and_no_one_waits() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let log = open(&path);
        let judged = judged("leader");
        let line = Entry::Hold {
            judged: &judged,
            approval: None,
            after: None,
        }
        .encode()
        .unwrap();
        log.state.lock().lines.push(line); // a leader before its turn
        thread::scope(|scope| {
            let follower = scope.spawn(|| record(&log, "follower"));
            while log.state.lock().lines.len() < 2 {
                thread::yield_now();
            }
            let died = catch_unwind(AssertUnwindSafe(|| {
                let mut state = log.state.lock();
                log.wait_for_turn(&mut state);
                state.lines.clear();
                let batch = mem::take(&mut state.batch);
                drop(state);
                let _turn = Turn {
                    log: &log,
                    batch: Some(batch),
                    outcome: None,
                };
                std::panic::resume_unwind(Box::new("dies while writing"));
            }));
            assert!(died.is_err());
            let cause = cause(follower.join().unwrap());
            assert!(matches!(*cause, AuditError::WriterDied { .. }), "{cause}");
        });
        assert!(log.check().is_err());
        log.reopen(NOW).unwrap();
        assert_eq!(record(&log, "after").unwrap(), 0);
    }

    #[test]
    fn a_reopened_log_continues_what_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        written(&path, &["a", "b"]);
        let opened = Log::open(&path, Durability::Sync, NOW).unwrap();
        assert_eq!((opened.lines, opened.legacy), (2, 0));
        assert_eq!(opened.log.path(), path);
        assert_eq!(record(&opened.log, "c").unwrap(), 2);
        verify(&path).unwrap();
    }
}
