//! The audit log's readers: `verify`, `Follow`, and opening to append.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use coldnotch::audit::{self, AuditError, Damage, Durability, Entry, Fault, Follow, Report};
use sha2::{Digest, Sha256};

use super::scratch::Scratch;

thread_local! {
    static FOLDER: Scratch = Scratch::new();
}

/// The bytes as they are, and again with every line's `prev` put right: no
/// mutation could find a hash, and what lies behind that check is read too.
pub fn run(data: &[u8]) {
    FOLDER.with(|folder| {
        check(folder, data);
        check(folder, &rechained(data));
    });
}

fn check(folder: &Scratch, data: &[u8]) {
    let path = folder.only("log", data);
    check_follow(&path, data);
    let before = audit::verify(&path);
    if let Ok(report) = &before {
        is_whole(report, data);
    }
    let opened = audit::Log::open(&path, Durability::Record, UNIX_EPOCH);
    let opened = match opened {
        Ok(opened) => opened,
        Err(AuditError::Damaged { damage, .. }) => {
            // Verifying is stricter than opening, so it speaks no later.
            assert!(damage_of(&before).is_some_and(|first| first.line <= damage.line));
            assert_eq!(fs::read(&path).unwrap(), data, "damage is left as it is");
            return;
        }
        Err(e) => panic!("{e}"),
    };
    let torn = match damage_of(&before) {
        Some(Damage {
            what: Fault::Torn { bytes },
            ..
        }) => Some(*bytes),
        _ => None,
    };
    match &before {
        Ok(report) => {
            assert!(opened.recoveries.is_empty());
            assert_eq!((opened.lines, opened.legacy), (report.lines, report.legacy));
        }
        Err(_) if torn.is_some() => set_aside(&opened, data),
        Err(_) => {} // whole lines that are no records; opening does not read them
    }
    let next = opened.log.append(&an_entry()).unwrap();
    assert_eq!(next, opened.lines);
    drop(opened);
    let written = fs::read(&path).unwrap();
    let kept = data.len() - torn.map_or(0, |bytes| usize::try_from(bytes).unwrap());
    if before.is_ok() || torn.is_some() {
        assert!(written.starts_with(&data[..kept]), "a record was changed");
        let after = audit::verify(&path).unwrap();
        assert_eq!(after.lines, next + 1);
    }
}

fn damage_of(result: &Result<Report, AuditError>) -> Option<&Damage> {
    match result {
        Err(AuditError::Damaged { damage, .. }) => Some(damage),
        _ => None,
    }
}

fn is_whole(report: &Report, data: &[u8]) {
    assert_eq!(report.bytes, data.len() as u64);
    let newlines = data.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(report.lines, newlines as u64);
    assert!(report.legacy <= report.lines);
    assert_eq!(
        report.kinds.values().sum::<u64>(),
        report.lines - report.legacy
    );
}

/// The torn end went into a file of its own, all of it.
fn set_aside(opened: &audit::Opened, data: &[u8]) {
    let [recovery] = opened.recoveries.as_slice() else {
        panic!("one torn end, one recovery: {:?}", opened.recoveries);
    };
    let bytes = usize::try_from(recovery.bytes).unwrap();
    let aside = fs::read(recovery.set_aside.as_ref().unwrap()).unwrap();
    assert_eq!(aside, data[data.len() - bytes..]);
}

/// Following gives every whole line; the last ones are the same from the end.
fn check_follow(path: &Path, data: &[u8]) {
    let text: Vec<String> = data
        .split_inclusive(|byte| *byte == b'\n')
        .filter_map(|line| line.strip_suffix(b"\n"))
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    assert_eq!(all(Follow::from_start(path).unwrap()), text);
    for count in [0, 1, text.len()] {
        let last = all(Follow::last(path, count).unwrap());
        assert_eq!(last, text[text.len() - count.min(text.len())..]);
    }
}

fn all(mut follow: Follow) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let batch = follow.next_batch().unwrap();
        if batch.is_empty() {
            return lines;
        }
        lines.extend(batch);
    }
}

fn an_entry() -> Entry<'static> {
    Entry::Swap(audit::Swapped {
        at: UNIX_EPOCH,
        generation: "g1",
        previous: None,
        plugins: &[],
    })
}

/// Each line's `prev`, where it has one, made the hash of the line before.
fn rechained(data: &[u8]) -> Vec<u8> {
    const MARK: &[u8] = br#","prev":""#;
    const TAIL: usize = 64 + br#""}"#.len();
    let mut out = Vec::with_capacity(data.len());
    let mut hash = [0; 32];
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        let start = out.len();
        out.extend_from_slice(line);
        let end = out.len() - usize::from(line.ends_with(b"\n"));
        if let Some(prev) = (end - start).checked_sub(TAIL).map(|at| start + at)
            && out[start..prev].ends_with(MARK)
        {
            out[prev..prev + 64].copy_from_slice(hex(&hash).as_bytes());
        }
        hash = Sha256::digest(&out[start..end]).into();
    }
    out
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
