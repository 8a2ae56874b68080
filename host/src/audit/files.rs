//! The file under the log: opening, locking, measuring and setting aside.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::AuditError;

/// Opens the log to append, creating it for its owner alone.
pub(super) fn open_to_append(path: &Path) -> Result<File, AuditError> {
    let mut options = private();
    let file = options.read(true).append(true).create(true).open(path);
    let file = regular(path, file)?;
    if len(&file, path)? == 0 {
        sync_directory(path)?; // it may be new: its name must survive as well
    }
    Ok(file)
}

/// Opens an existing log to read.
pub(super) fn open_to_read(path: &Path) -> Result<File, AuditError> {
    regular(path, File::open(path))
}

fn regular(path: &Path, file: io::Result<File>) -> Result<File, AuditError> {
    let not_a_file = || AuditError::NotAFile {
        path: path.to_owned(),
    };
    let file = file.map_err(|source| match source.kind() {
        io::ErrorKind::IsADirectory => not_a_file(),
        _ => AuditError::Open {
            path: path.to_owned(),
            source,
        },
    })?;
    match metadata(&file, path)?.is_file() {
        true => Ok(file),
        false => Err(not_a_file()),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn metadata(file: &File, path: &Path) -> Result<Metadata, AuditError> {
    file.metadata().map_err(|source| AuditError::Read {
        path: path.to_owned(),
        source,
    })
}

/// The file's length, by going to its end: whoever asks for a file's metadata makes
/// the next write to it update its times on disk, which costs more than the write.
pub(super) fn len(mut file: &File, path: &Path) -> Result<u64, AuditError> {
    file.seek(SeekFrom::End(0))
        .map_err(|source| AuditError::Read {
            path: path.to_owned(),
            source,
        })
}

/// Which file it is, whatever its name. Without inode numbers a replaced file is
/// not noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
}

/// Which file this is.
pub(super) fn identity(file: &File, path: &Path) -> Result<Identity, AuditError> {
    Ok(identity_of(&metadata(file, path)?))
}

#[cfg(unix)]
fn identity_of(found: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity {
        device: found.dev(),
        inode: found.ino(),
    }
}

#[cfg(not(unix))]
fn identity_of(_: &Metadata) -> Identity {
    Identity {
        device: 0,
        inode: 0,
    }
}

/// Whether the path still names this file.
pub(super) fn in_place(file: Identity, path: &Path) -> Result<bool, AuditError> {
    match fs::metadata(path) {
        Ok(named) => Ok(identity_of(&named) == file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(AuditError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// A length at which no batch is half written: measured under a shared lock,
/// which is given back at once.
pub(super) fn settled_len(file: &File, path: &Path) -> Result<u64, AuditError> {
    retry(|| file.lock_shared()).map_err(|source| AuditError::Lock {
        path: path.to_owned(),
        source,
    })?;
    let len = len(file, path);
    let _ = file.unlock(); // fails only for a handle that is not open
    len
}

/// The exclusive lock on the log, across processes; given back when dropped.
pub(super) struct Locked(Arc<File>);

impl Locked {
    pub(super) fn take(file: &Arc<File>, path: &Path) -> Result<Locked, AuditError> {
        retry(|| file.lock()).map_err(|source| AuditError::Lock {
            path: path.to_owned(),
            source,
        })?;
        Ok(Locked(Arc::clone(file)))
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let _ = self.0.unlock(); // fails only for a handle that is not open
    }
}

fn retry(mut call: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Makes the name of a new file beside or at `path` durable.
fn sync_directory(path: &Path) -> Result<(), AuditError> {
    #[cfg(unix)]
    {
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(|source| AuditError::Sync {
                path: directory.to_owned(),
                source,
            })?;
    }
    Ok(())
}

/// Copies everything from byte `from` on into a new file `<log>.torn-<seq>`,
/// durably. A file that exists is never touched: the next free name is used.
pub(super) fn set_aside(
    mut log: &File,
    path: &Path,
    from: u64,
    seq: u64,
) -> Result<PathBuf, AuditError> {
    let (target, file) = first_free(path, seq)?;
    let copied = (|| {
        // A line at most. `io::copy` would fail when a signal comes: it hands the
        // copying to the kernel and does not go on where that was interrupted.
        let mut torn = Vec::new();
        log.seek(SeekFrom::Start(from))?;
        log.read_to_end(&mut torn)?;
        (&file).write_all(&torn)?;
        file.sync_all()
    })();
    copied.map_err(|source| AuditError::SetAside {
        path: target.clone(),
        source,
    })?;
    sync_directory(path)?;
    Ok(target)
}

fn first_free(path: &Path, seq: u64) -> Result<(PathBuf, File), AuditError> {
    let mut again = 1_u32;
    loop {
        let mut name = OsString::from(path);
        name.push(format!(".torn-{seq}"));
        if again > 1 {
            name.push(format!("-{again}"));
        }
        let target = PathBuf::from(name);
        match private().write(true).create_new(true).open(&target) {
            Ok(file) => return Ok((target, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => again += 1,
            Err(source) => {
                return Err(AuditError::SetAside {
                    path: target,
                    source,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NOW, written};
    use super::super::{Durability, Log};
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_new_log_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        written(&path, &["a"]);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let error = Log::open(dir.path(), Durability::Record, NOW).unwrap_err();
        assert!(matches!(error, AuditError::NotAFile { .. }), "{error}");
        #[cfg(target_os = "linux")]
        for device in ["/dev/null", "/dev/full"] {
            let error = Log::open(Path::new(device), Durability::Record, NOW).unwrap_err();
            assert!(matches!(error, AuditError::NotAFile { .. }), "{error}");
        }
    }

    #[test]
    fn a_missing_directory_is_named_and_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("absent/log");
        let error = Log::open(&path, Durability::Record, NOW).unwrap_err();
        assert!(matches!(error, AuditError::Open { .. }), "{error}");
        assert!(error.to_string().contains("absent/log"), "{error}");
        assert!(!dir.path().join("absent").exists());
    }
}
