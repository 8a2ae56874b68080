//! Where accepted components are kept: by digest, once each, with their signatures.
//!
//! `HEX.wasm` and `HEX.wasm.minisig`, HEX being the SHA-256 of the component. Nothing is
//! ever taken away, so that an earlier version can come back. A name is no proof: whoever
//! loads a component checks its digest (`Plugin::load`).

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::lock::{sha256, share};
use super::signature::{self, Signature};

/// A folder of components.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Store {
    folder: PathBuf,
}

/// It cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the store {}: {source}", folder.display())]
pub struct StoreError {
    folder: PathBuf,
    source: std::io::Error,
}

impl Store {
    /// The store in this folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Store {
            folder: folder.into(),
        }
    }

    /// Where the component with this digest (`sha256:` and 64 hex digits) is or would be.
    pub fn path(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
        let safe: String = hex.chars().filter(char::is_ascii_hexdigit).collect();
        self.folder.join(format!("{safe}.wasm"))
    }

    /// Whether a component with this digest is there, whole.
    pub fn has(&self, digest: &str) -> bool {
        let component = std::fs::read(self.path(digest));
        component.is_ok_and(|bytes| sha256(&Sha256::digest(bytes).into()) == digest)
    }

    /// Where what has not arrived as a whole is kept.
    pub fn partial(&self) -> PathBuf {
        self.folder.join("partial")
    }

    /// Keeps a component, and adds signatures to those it has. One that is there already
    /// is written again if it is not what its name says.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn put(&self, component: &[u8], signatures: &str) -> Result<PathBuf, StoreError> {
        let wrong = |source| StoreError {
            folder: self.folder.clone(),
            source,
        };
        std::fs::create_dir_all(&self.folder).map_err(wrong)?;
        let path = self.path(&sha256(&Sha256::digest(component).into()));
        if std::fs::read(&path).ok().as_deref() != Some(component) {
            self.write(&path, component).map_err(wrong)?;
        }
        let beside = signature::beside(&path);
        let had = match std::fs::read_to_string(&beside) {
            Ok(had) => had,
            Err(e) if e.kind() == ErrorKind::NotFound => String::new(),
            Err(e) => return Err(wrong(e)),
        };
        let all = joined(&had, signatures);
        if all != had {
            self.write(&beside, all.as_bytes()).map_err(wrong)?;
        }
        Ok(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let mut draft = tempfile::NamedTempFile::new_in(&self.folder)?;
        share(draft.as_file())?;
        draft.write_all(bytes)?;
        draft.as_file().sync_all()?;
        draft.persist(path)?;
        Ok(())
    }
}

/// Both, each signature once; the new ones alone where the old ones are none or too many.
fn joined(had: &str, new: &str) -> String {
    let lines = |text: &str| -> Option<Vec<String>> {
        let all = Signature::all(text).ok()?;
        Some(all.iter().map(|one| one.text().to_owned()).collect())
    };
    let mut all = lines(had).unwrap_or_default();
    for signature in lines(new).unwrap_or_default() {
        if !all.contains(&signature) {
            all.push(signature);
        }
    }
    match Signature::all(&all.concat()) {
        Ok(_) => all.concat(),
        Err(_) => new.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::signature::{Password, new_key, sign};
    use super::*;

    #[test]
    fn a_component_is_kept_under_its_digest_and_mended() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("packs"));
        let digest = sha256(&Sha256::digest(b"component").into());
        assert!(!store.has(&digest));
        let path = store.put(b"component", "").unwrap();
        assert_eq!(path, store.path(&digest));
        assert!(store.has(&digest));
        std::fs::write(&path, b"damaged").unwrap();
        assert!(!store.has(&digest));
        store.put(b"component", "").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"component");
    }

    #[test]
    fn signatures_come_together() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let by = |secret: &str| sign(b"x", secret, Password::Without, "").unwrap().0;
        let [one, two] = [(); 2].map(|()| by(&new_key(Password::Without).unwrap().0));
        let path = store.put(b"x", one.text()).unwrap();
        store.put(b"x", two.text()).unwrap();
        store.put(b"x", one.text()).unwrap();
        let beside = signature::beside(&path);
        let kept = std::fs::read_to_string(&beside).unwrap();
        assert_eq!(kept, format!("{}{}", one.text(), two.text()));
        std::fs::write(&beside, "rubbish").unwrap();
        store.put(b"x", two.text()).unwrap();
        assert_eq!(std::fs::read_to_string(&beside).unwrap(), two.text());
    }

    #[test]
    fn no_digest_leads_out_of_the_folder() {
        let store = Store::new("/store");
        assert_eq!(
            store.path("sha256:../../etc/ab"),
            Path::new("/store/ecab.wasm")
        );
    }
}
