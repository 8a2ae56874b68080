//! `coldnotch.lock`.

use std::path::Path;

use coldnotch::plugins::lock::{Lock, LockError, is_sha256};
use coldnotch::runtime::hex;
use sha2::{Digest, Sha256};

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let _ = read(text); // right or wrong, it does not panic
    // Most changes break the seal: so what follows it is read a second time, sealed anew.
    let rest = text.split_once('\n').map_or(text, |(_, rest)| rest);
    let seal = hex(&Sha256::digest(rest).into());
    let sealed = format!("# sealed sha256:{seal}\n{rest}");
    if let Err(LockError::Changed { .. }) = read(&sealed) {
        panic!("its seal is right");
    }
}

fn read(text: &str) -> Result<(), LockError> {
    let path = Path::new("coldnotch.lock");
    let lock = Lock::parse(text, path)?;
    let names: Vec<&str> = lock
        .plugins
        .iter()
        .map(|entry| entry.name.as_str())
        .collect();
    assert!(names.windows(2).all(|two| two[0] < two[1]), "{names:?}");
    for entry in &lock.plugins {
        assert!(is_sha256(&entry.component) && is_sha256(&entry.settings));
        assert_eq!(lock.entry(&entry.name), Some(entry));
    }
    let written = lock.text().unwrap();
    let again = Lock::parse(&written, path).unwrap();
    assert_eq!(again, lock);
    assert_eq!(again.text().unwrap(), written, "one way to write it");
    Ok(())
}
