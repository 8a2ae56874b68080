//! Whose turn it is to conclude: one at a time, in whatever process.
//!
//! The turn is a lock on a file beside the approvals. The system takes it back from a
//! process that ends, however it ends, so an agent that is killed while it uses an
//! answer keeps nobody waiting, and what it left half done is done again.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};

use crate::database::{create_private, file_id, opened_id};

/// How often it is tried while another process has its turn: to conclude takes less
/// than a millisecond.
const AGAIN: Duration = Duration::from_millis(1);

/// The turns of everyone who uses one approvals file.
#[derive(Debug)]
pub(super) struct Turns {
    /// The file that is locked; `None` where no other process sees the approvals.
    path: Option<PathBuf>,
    opened: Mutex<Option<File>>,
}

/// The right to conclude, until dropped.
#[derive(Debug)]
pub struct Turn<'a>(MutexGuard<'a, Option<File>>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(file) = &*self.0 {
            let _ = file.unlock(); // closing the file would do it, too
        }
    }
}

impl Turns {
    /// Those of this approvals file, or of this process alone.
    pub(super) fn new(store: Option<&Path>) -> Self {
        let beside = |store: &Path| {
            let mut name = store.as_os_str().to_owned();
            name.push("-turn");
            PathBuf::from(name)
        };
        Turns {
            path: store.map(beside),
            opened: Mutex::default(),
        }
    }

    /// Waits for a turn; `None` when it did not come in time.
    pub(super) fn take(&self, patience: Duration) -> io::Result<Option<Turn<'_>>> {
        let until = Instant::now() + patience;
        let Some(mut opened) = self.opened.try_lock_until(until) else {
            return Ok(None);
        };
        let Some(path) = &self.path else {
            return Ok(Some(Turn(opened)));
        };
        loop {
            let file = match opened.take() {
                Some(file) => file,
                None => open(path)?,
            };
            match file.try_lock() {
                // Locks on two files would be two turns.
                Ok(()) if opened_id(&file) != file_id(path) => continue,
                Ok(()) => {
                    *opened = Some(file);
                    return Ok(Some(Turn(opened)));
                }
                Err(TryLockError::WouldBlock) => *opened = Some(file),
                Err(TryLockError::Error(e)) => return Err(e),
            }
            if Instant::now() >= until {
                return Ok(None);
            }
            thread::sleep(AGAIN);
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    create_private(path)?;
    OpenOptions::new().read(true).write(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_turn_whoever_takes_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("approvals.db");
        let [one, other] = [Turns::new(Some(&store)), Turns::new(Some(&store))];
        let taken = |turns: &Turns| turns.take(Duration::ZERO).unwrap().is_some();
        let turn = one.take(Duration::ZERO).unwrap().unwrap();
        assert!(!taken(&one) && !taken(&other));
        drop(turn);
        assert!(taken(&other) && taken(&one));

        let turn = one.take(Duration::ZERO).unwrap();
        thread::scope(|scope| {
            let waits = scope.spawn(|| other.take(Duration::from_secs(30)).unwrap().is_some());
            drop(turn);
            assert!(waits.join().unwrap());
        });
        std::fs::remove_file(folder.path().join("approvals.db-turn")).unwrap();
        let turn = other.take(Duration::ZERO).unwrap();
        assert!(turn.is_some() && !taken(&one), "it is the same file again");

        let memory = Turns::new(None);
        let turn = memory.take(Duration::ZERO).unwrap();
        assert!(turn.is_some() && !taken(&memory));
    }
}
