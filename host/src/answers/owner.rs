//! Which process decides. Each has a number, and a lock on the file of that number
//! beside the answers. The system takes a lock back from a process that ends, however
//! it ends, so the others can tell who is gone.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::database::{create_private, file_id, opened_id};

/// How many processes share one file of answers at most.
const MOST: u32 = 256;

/// The numbers of everyone who uses one file of answers.
#[derive(Debug)]
pub(super) struct Numbers {
    /// The answers; `None` where no other process sees them.
    beside: Option<PathBuf>,
}

/// A process's number, its own until dropped.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) number: u32,
    /// Unlocked when it is closed.
    _lock: Option<File>,
}

impl Numbers {
    /// Those of this file of answers, or of this process alone.
    pub(super) fn new(answers: Option<&Path>) -> Self {
        Numbers {
            beside: answers.map(Path::to_owned),
        }
    }

    /// The lowest number that nobody has.
    pub(super) fn take(&self) -> io::Result<Owner> {
        for number in 1..=MOST {
            if let Some(owner) = self.of_nobody(number)? {
                return Ok(owner);
            }
        }
        let what = format!("{MOST} processes use it already");
        Err(io::Error::new(ErrorKind::ResourceBusy, what))
    }

    /// This number, if the process that had it is gone.
    pub(super) fn of_nobody(&self, number: u32) -> io::Result<Option<Owner>> {
        let Some(beside) = &self.beside else {
            return Ok(Some(Owner {
                number,
                _lock: None,
            }));
        };
        let mut path = beside.as_os_str().to_owned();
        path.push(format!("-server-{number}"));
        let path = PathBuf::from(path);
        loop {
            create_private(&path)?;
            let file = OpenOptions::new().append(true).open(&path)?;
            match file.try_lock() {
                // It was removed meanwhile: locks on two files would be two owners.
                Ok(()) if opened_id(&file) != file_id(&path) => {}
                Ok(()) => {
                    let lock = Some(file);
                    return Ok(Some(Owner {
                        number,
                        _lock: lock,
                    }));
                }
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(e)) => return Err(e),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_process_and_free_once_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let numbers = Numbers::new(Some(&folder.path().join("answers.db")));
        let (one, two) = (numbers.take().unwrap(), numbers.take().unwrap());
        assert_eq!((one.number, two.number), (1, 2));
        assert!(numbers.of_nobody(1).unwrap().is_none());
        drop(one);
        assert_eq!(numbers.of_nobody(1).unwrap().unwrap().number, 1);
        assert_eq!(numbers.take().unwrap().number, 1);
    }
}
