//! The audit log: one JSON object a line, append-only, chained by hash.
//!
//! | file | what it is |
//! | --- | --- |
//! | `entry` | what can be recorded: [`Entry`] and its wire form |
//! | `line` | the exact bytes of a line, its `seq` and its `prev` |
//! | `log` | [`Log`]: appends for many threads, one write for all that wait |
//! | `chain` | the end of the file under its lock: catch up, write, mend |
//! | `walk` | from line to line, checking that each continues the one before |
//! | `verify` | [`verify`]: the whole file, every line parsed |
//! | `follow` | [`Follow`]: existing lines, then new ones |
//! | `files` | opening, locking, measuring and setting aside |
//!
//! # The chain
//!
//! Every line ends with `"prev"`: the SHA-256, in lower-case hex, of the exact
//! bytes of the line before it **without that line's newline**. The first line
//! of a file has 64 zeros. `"seq"` is the line's place in the file, from 0. So
//! `head -n 1 log | tr -d '\n' | sha256sum` gives the `prev` of the second line.
//!
//! A file may begin with lines of coldnotch 0.0.1, which have neither. They
//! count in `seq`, and the first chained line's `prev` is the hash of the last
//! of them. The others before it are covered by nothing.
//!
//! # What it promises
//!
//! * [`Log::append`] returns once the line is as durable as [`Durability`] says.
//!   An answer that leaves after it has its record.
//! * Any number of processes may append to one file: each batch is written
//!   under an exclusive advisory lock and continues what is really there.
//! * After an error nothing more is written until [`Log::reopen`]: every later
//!   append fails with the first cause. A failed `fdatasync` is never repeated
//!   as if nothing had happened, since the kernel may have dropped the pages.
//! * A torn last line (power cut, full disk) is moved aside, never deleted, and
//!   a `recovery` line names where it went. All other damage is refused.
//! * When this process's own last line is gone from the file (moved away,
//!   replaced, cut), going on leaves a `recovery` line with its seq and hash.
//! * The text of an action is kept exactly; a terminal view has to clean it.
//! * No clock is read: every time comes from the caller. A clock that steps
//!   back is harmless, `seq` orders the lines.
//!
//! # What it cannot detect
//!
//! Until checkpoints are signed and kept elsewhere, somebody who can write the
//! file can, while no process has it open:
//!
//! * cut it at the end of any line (what is left is a whole chain);
//! * change its last line, whose hash nothing holds yet;
//! * write the whole file anew, or remove it;
//! * change lines of 0.0.1 before the last of them.
//!
//! The other limits: a line may exist whose answer never left (the process died
//! in between, or an error came after the write and the file could not be cut
//! back). [`Durability::Record`] survives the death of the process, not of the
//! machine. The lock is advisory: a program that ignores it, such as coldnotch
//! 0.0.1 on the same file, breaks the chain, and the next append says so. A
//! process stopped while it holds the lock stops the others' answers; none of
//! them is an ALLOW. Opening reads the whole file, so a log that one-shot hooks
//! open wants rotating before it is very long: move it away, and within 10 ms
//! writers go on in a new file. An existing file keeps its permissions; a new
//! one is its owner's.

mod chain;
mod entry;
mod files;
mod follow;
mod line;
mod log;
mod verify;
mod walk;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

pub use chain::Recovery;
pub use entry::{
    ApprovalLine, Entry, FlipLine, Granted, Judged, Observed, PluginLine, Quarantined, ReasonLine,
    Swapped,
};
pub use follow::Follow;
pub use log::{Log, Opened};
pub use verify::{Report, verify};
pub use walk::{Damage, Fault};

/// How far a record must have come before [`Log::append`] returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `write` returned: survives the death of the process.
    Record,
    /// `fdatasync` returned: survives the death of the machine.
    Sync,
}

/// Why the log could not be opened, written, followed or verified.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The file could not be opened or created.
    #[error(
        "cannot open audit log '{}': {source}; check that the directory exists and can be written, \
         or choose another path with COLDNOTCH_AUDIT", path.display()
    )]
    Open {
        /// The log.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The path is a directory, a device or a pipe.
    #[error("audit log '{}' is not a regular file; choose another path with COLDNOTCH_AUDIT", path.display())]
    NotAFile {
        /// The log.
        path: PathBuf,
    },
    /// The file system refused the lock.
    #[error(
        "cannot lock audit log '{}': {source}; keep it on a local file system that has file locks",
        path.display()
    )]
    Lock {
        /// The log.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could not be read or measured.
    #[error("cannot read audit log '{}': {source}; check its permissions and the disk", path.display())]
    Read {
        /// The log.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line could not be written, or only in part.
    #[error("cannot write to audit log '{}': {source}; check for a full or failing disk", path.display())]
    Write {
        /// The log.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Lines were written, but the system could not say that they are on disk.
    #[error("cannot sync audit log '{}': {source}; check the disk before going on", path.display())]
    Sync {
        /// The log or its directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A torn last line could not be moved out of the log.
    #[error(
        "cannot move the torn last line of the audit log to '{}': {source}; make room or give write \
         permission in its directory, then start again", path.display()
    )]
    SetAside {
        /// Where the torn bytes were to go.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file was cut while this process had it open.
    #[error(
        "audit log '{}' was cut from outside: it ended at byte {known} and now ends at byte {found}; \
         find out who did it, restore it from a backup if you can, then reopen it", path.display()
    )]
    Truncated {
        /// The log.
        path: PathBuf,
        /// Where its last line known here ended.
        known: u64,
        /// Where it ends now.
        found: u64,
    },
    /// The chain is broken.
    #[error(
        "audit log '{}' is damaged at {damage}; run `coldnotch audit verify`, then restore the file from \
         a backup, or move it away to begin a new log", path.display()
    )]
    Damaged {
        /// The log.
        path: PathBuf,
        /// Where and how.
        damage: Damage,
    },
    /// The path named another file each time it was opened.
    #[error("audit log '{}' is replaced again and again; stop what rotates it, then reopen it", path.display())]
    Unsteady {
        /// The log.
        path: PathBuf,
    },
    /// The line would be longer than a reader accepts. Nothing was written.
    #[error(
        "a record of {bytes} bytes is over the audit log's limit of {limit} a line; shorten the action"
    )]
    TooLong {
        /// The line's length.
        bytes: usize,
        /// The longest line allowed.
        limit: usize,
    },
    /// The entry could not be put into JSON. Nothing was written.
    #[error("cannot encode an audit record: {0}; report this as a bug")]
    Encode(#[from] serde_json::Error),
    /// The thread that wrote this batch panicked; how far it came is unknown.
    #[error("the thread writing audit log '{}' panicked; report this as a bug", path.display())]
    WriterDied {
        /// The log.
        path: PathBuf,
    },
    /// This append failed, or an earlier one did and the log was not reopened.
    #[error("audit log takes no more records until it is reopened: {cause}")]
    Poisoned {
        /// The first error.
        #[source]
        cause: Arc<AuditError>,
    },
}

#[cfg(test)]
mod testing;
