//! SQLite files that several processes share: how they are created, opened and
//! told apart.

#[cfg(test)]
pub(crate) mod work;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

/// How long to wait for other processes that begin with the same new file.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Turns the write-ahead log on. Unlike all else, this does not wait when other
/// processes begin with a new file at the same moment.
pub(crate) fn write_ahead(db: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match db.pragma_update(None, "journal_mode", "WAL") {
            Err(e)
                if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < deadline =>
            {
                thread::sleep(Duration::from_millis(2));
            }
            done => return done,
        }
    }
}

/// The log may have this many pages before they are brought into the file: a page that
/// changes with every decision is then brought there once for thousands of them, and
/// nobody waits for the disk each few hundred.
const PAGES: u32 = 8192;

/// The same for a file that may lose its newest changes to a power cut, though never to a
/// process that is killed.
pub(crate) fn write_ahead_relaxed(db: &Connection) -> rusqlite::Result<()> {
    write_ahead(db)?;
    db.pragma_update(None, "wal_autocheckpoint", PAGES)?;
    db.pragma_update(None, "synchronous", "NORMAL")
}

/// Payloads and outputs are nobody else's business: the file is created readable
/// by its owner only, and what SQLite puts beside it inherits that.
pub(crate) fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Device and inode.
pub(crate) type FileId = (u64, u64);

/// Which file a path names now.
#[cfg(unix)]
pub(crate) fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    let found = path.metadata().ok()?;
    Some((found.dev(), found.ino()))
}

/// Which file an open one is.
#[cfg(unix)]
pub(crate) fn opened_id(file: &std::fs::File) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    let found = file.metadata().ok()?;
    Some((found.dev(), found.ino()))
}

/// Without inode numbers a replaced file is not noticed.
#[cfg(not(unix))]
pub(crate) fn file_id(_: &Path) -> Option<FileId> {
    None
}

/// As [`file_id`].
#[cfg(not(unix))]
pub(crate) fn opened_id(_: &std::fs::File) -> Option<FileId> {
    None
}
