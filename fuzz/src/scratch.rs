//! Files for parsers that read files.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder in memory where there is one, emptied before each use and removed
/// at the end.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    pub fn new() -> Scratch {
        let memory = Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        Scratch(folder.unwrap())
    }

    /// The only file of the folder, with these bytes.
    pub fn only(&self, name: &str, bytes: &[u8]) -> PathBuf {
        for file in fs::read_dir(self.0.path()).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}
