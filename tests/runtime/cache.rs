//! The compile cache: used when it is ours and whole, otherwise never.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use coldnotch::runtime::{Engine, EngineConfig};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::support::*;

/// What is logged on one thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Loads the keyword stub with this cache and asks it: whatever the cache holds,
/// the answer is right. Returns the warnings.
fn load(cache: &Path) -> String {
    let engine = Engine::start(&EngineConfig {
        cache: Some(cache.to_owned()),
        ..small()
    })
    .unwrap();
    let lines = Lines::default();
    let writer = lines.clone();
    let log = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone());
    tracing::subscriber::with_default(log.finish(), || {
        let judged = judge(&engine, &policy([keywords()])).judge(action("a", r#"{"b":"refund"}"#));
        assert_eq!(said(&judged), "risky keywords: refund");
    });
    let bytes = lines.0.lock().clone();
    String::from_utf8(bytes).unwrap()
}

/// A filled cache: the folder that keeps it, the cache, and its one file.
fn filled() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    assert_eq!(load(&cache), "");
    let files: Vec<PathBuf> = fs::read_dir(&cache)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    let [file] = &files[..] else {
        panic!("{files:?}")
    };
    let file = file.clone();
    (folder, cache, file)
}

/// Makes a file look old, so that writing it anew shows.
fn age(file: &Path) {
    let old = fs::File::options().write(true).open(file).unwrap();
    old.set_modified(SystemTime::UNIX_EPOCH).unwrap();
}

fn is_old(file: &Path) -> bool {
    fs::metadata(file).unwrap().modified().unwrap() == SystemTime::UNIX_EPOCH
}

#[test]
fn a_plugin_is_compiled_once() {
    let (_folder, cache, file) = filled();
    age(&file);
    assert_eq!(load(&cache), "");
    assert!(is_old(&file), "it was compiled and kept again");
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 1);
}

#[test]
fn what_is_damaged_is_compiled_again() {
    let (_folder, cache, file) = filled();
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for damaged in [&flipped, &whole[..whole.len() - 1], &[][..]] {
        fs::write(&file, damaged).unwrap();
        age(&file);
        let log = load(&cache);
        assert!(
            log.contains("WARN") && log.contains("is damaged; compiling again"),
            "{log}"
        );
        assert!(!is_old(&file), "it was kept again");
        assert_eq!(load(&cache), "", "and can be used");
    }
}

#[cfg(unix)]
#[test]
fn what_somebody_else_could_have_written_is_not_looked_at() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, cache, file) = filled();
    // A cache file in every respect, but its code is none: touching it would show.
    let code = b"\x01no code at all"; // the first byte: settings are in it
    let mut forged = b"coldnotch-aot-2\n".to_vec();
    forged.extend_from_slice(&Sha256::digest(code));
    forged.extend_from_slice(code);
    fs::write(&file, &forged).unwrap();
    assert!(load(&cache).contains("cannot load the compiled plugin"));

    let allow =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for (of_cache, of_file) in [(0o777, 0o600), (0o770, 0o600), (0o700, 0o666)] {
        fs::write(&file, &forged).unwrap();
        allow(&file, of_file);
        allow(&cache, of_cache);
        let log = load(&cache);
        assert!(
            log.contains("is not private to this user; not using it"),
            "{log}"
        );
        assert!(!log.contains("cannot load"), "{log}");
        assert_eq!(
            fs::read(&file).unwrap() == forged,
            of_cache != 0o700,
            "who may not read may not keep"
        );
    }
}
