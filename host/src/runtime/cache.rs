//! Compiled plugins on disk.
//!
//! Loading compiled code means running it, so the cache trusts nothing it did
//! not write: its folder belongs to us and nobody else may write there, a file
//! is named by everything that went into it (component, settings, wasmtime,
//! engine settings), and its content must match the SHA-256 in its header
//! (wasmtime itself accepts a flipped byte). Whatever does not fit is compiled
//! anew; the cache never fails a load.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use super::component::hex;
use super::linked::Compiled;

/// First bytes of a cache file; the number is the format's version.
const MAGIC: &[u8; 16] = b"coldnotch-aot-2\n";

/// Why a cached plugin was not used, or could not be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum CacheError {
    /// Somebody else could have written there.
    #[error("{0} is not private to this user; not using it")]
    NotPrivate(PathBuf),
    /// The file is not what was written.
    #[error("{0} is damaged; compiling again")]
    Damaged(PathBuf),
    /// The file system said no.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// wasmtime said no.
    #[error("cannot load the compiled plugin: {0:#}")]
    Wasm(wasmtime::Error),
}

/// The same compiled plugin on another engine with the same settings.
pub(super) fn copy(compiled: &Compiled, engine: &wasmtime::Engine) -> wasmtime::Result<Compiled> {
    let code = compiled.component.serialize()?;
    // SAFETY: the bytes were just made of a component that this process has loaded;
    // nobody else had them in between.
    #[allow(unsafe_code)]
    let component = unsafe { Component::deserialize(engine, code) }?;
    Ok(Compiled {
        component,
        settled: compiled.settled,
    })
}

/// A folder of compiled plugins.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: PathBuf,
}

/// Names a compiled plugin by all that went into it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key(String);

impl Key {
    /// Without settings, where they are not in it.
    pub(super) fn new(
        engine: &wasmtime::Engine,
        component: &[u8; 32],
        settings: Option<&str>,
    ) -> Self {
        use std::hash::{Hash, Hasher};
        // wasmtime's own word for "compatible": its version and every setting
        // that changes code. It is a `Hash`, so it is fed to a SHA-256.
        struct Sink(Sha256);
        impl Hasher for Sink {
            fn write(&mut self, bytes: &[u8]) {
                self.0.update(bytes);
            }
            fn finish(&self) -> u64 {
                0
            }
        }
        let mut sink = Sink(Sha256::new());
        sink.write(component);
        let size = settings.map_or(u64::MAX, |settings| settings.len() as u64);
        sink.write(&size.to_le_bytes());
        sink.write(settings.unwrap_or_default().as_bytes());
        sink.write(env!("CARGO_PKG_VERSION").as_bytes());
        engine.precompile_compatibility_hash().hash(&mut sink);
        Key(hex(&sink.0.finalize().into()))
    }
}

impl Cache {
    pub(super) fn at(folder: PathBuf) -> Self {
        Cache { folder }
    }

    fn file(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}.bin", key.0))
    }

    /// The compiled plugin; `None` when it was never kept.
    pub(super) fn load(
        &self,
        engine: &wasmtime::Engine,
        key: &Key,
    ) -> Result<Option<Compiled>, CacheError> {
        let path = self.file(key);
        if !path
            .try_exists()
            .map_err(|e| CacheError::Io(path.clone(), e))?
        {
            return Ok(None);
        }
        private(&self.folder)?;
        private(&path)?;
        let bytes = fs::read(&path).map_err(|e| CacheError::Io(path.clone(), e))?;
        let Some((settled, code)) = open(&bytes) else {
            return Err(CacheError::Damaged(path));
        };
        // SAFETY: the bytes are what `keep` wrote: the folder and the file are
        // writable by this user only, and the digest over them matches.
        #[allow(unsafe_code)]
        let component =
            unsafe { Component::deserialize(engine, code) }.map_err(CacheError::Wasm)?;
        Ok(Some(Compiled { component, settled }))
    }

    /// Whether this was written down by [`vouch`](Cache::vouch).
    pub(super) fn has_vouched(&self, what: &str) -> bool {
        let path = self.folder.join(format!("{what}.ok"));
        private(&self.folder).is_ok() && private(&path).is_ok()
    }

    /// Writes down that something was looked at and found good.
    pub(super) fn vouch(&self, what: &str) -> Result<(), CacheError> {
        let path = self.folder.join(format!("{what}.ok"));
        let io = |e| CacheError::Io(path.clone(), e);
        create_private(&self.folder).map_err(io)?;
        private(&self.folder)?;
        let file = tempfile::NamedTempFile::new_in(&self.folder).map_err(io)?; // mode 0600
        file.persist(&path).map_err(|e| io(e.error))?;
        Ok(())
    }

    /// Keeps a compiled plugin: written whole beside its name, then renamed.
    pub(super) fn keep(&self, key: &Key, compiled: &Compiled) -> Result<(), CacheError> {
        let code = compiled.component.serialize().map_err(CacheError::Wasm)?;
        let path = self.file(key);
        let io = |e| CacheError::Io(path.clone(), e);
        create_private(&self.folder).map_err(io)?;
        private(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(io)?; // mode 0600
        file.write_all(&seal(compiled.settled, &code)).map_err(io)?;
        file.persist(&path).map_err(|e| io(e.error))?;
        Ok(())
    }
}

/// Header (magic, digest of what follows), whether it is settled, then the code.
fn seal(settled: bool, code: &[u8]) -> Vec<u8> {
    let settled = [u8::from(settled)];
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(
        &Sha256::new()
            .chain_update(settled)
            .chain_update(code)
            .finalize(),
    );
    file.extend_from_slice(&settled);
    file.extend_from_slice(code);
    file
}

/// What is in a sealed file; `None` when anything is off.
fn open(file: &[u8]) -> Option<(bool, &[u8])> {
    let (digest, content) = file.strip_prefix(MAGIC)?.split_at_checked(32)?;
    let (settled, code) = content.split_first()?;
    (Sha256::digest(content).as_slice() == digest).then_some((*settled != 0, code))
}

#[cfg(unix)]
fn private(path: &Path) -> Result<(), CacheError> {
    use std::os::unix::fs::MetadataExt;
    let io = |e| CacheError::Io(path.to_owned(), e);
    let found = fs::symlink_metadata(path).map_err(io)?;
    // Who we are, as the file system sees it: the owner of a file we make.
    let me = tempfile::tempfile()
        .and_then(|f| f.metadata())
        .map_err(io)?
        .uid();
    let foreign = found.is_symlink() || found.uid() != me || found.mode() & 0o022 != 0;
    if foreign {
        Err(CacheError::NotPrivate(path.to_owned()))
    } else {
        Ok(())
    }
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<(), CacheError> {
    Ok(())
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_file_opens_only_unchanged() {
        let file = seal(true, b"code");
        assert_eq!(open(&file), Some((true, &b"code"[..])));
        assert_eq!(open(&seal(false, b"")), Some((false, &b""[..])));
        for at in 0..file.len() {
            let mut bad = file.clone();
            bad[at] ^= 1;
            assert_eq!(open(&bad), None, "byte {at}");
            assert_eq!(open(&file[..at]), None, "cut at {at}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_others_may_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        assert!(private(folder.path()).is_ok());
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(
            private(folder.path()),
            Err(CacheError::NotPrivate(_))
        ));
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/tmp", &link).unwrap();
        assert!(matches!(private(&link), Err(CacheError::NotPrivate(_))));
    }
}
