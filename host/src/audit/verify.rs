//! [`verify`]: the whole file, every line parsed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::AuditError;
use super::files;
use super::line::hex;
use super::walk::{Fault, Tip, walk};

/// What a whole log holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many lines.
    pub lines: u64,
    /// How many of them, at the start, were written by 0.0.1. Only the last of
    /// these is covered by the chain, once a chained line follows.
    pub legacy: u64,
    /// The length in bytes.
    pub bytes: u64,
    /// The first line's time, as it is written there.
    pub first_ts: Option<String>,
    /// The last line's time, as it is written there.
    pub last_ts: Option<String>,
    /// The last line's hash in hex: note it elsewhere to detect later cuts up
    /// to here. 64 zeros for an empty log.
    pub last_hash: String,
    /// Chained lines by kind.
    pub kinds: BTreeMap<String, u64>,
}

/// The fields every record has; a second one of the same name is an error.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    ts: Cow<'a, str>,
    v: Option<u32>,
    seq: Option<u64>,
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
}

/// Checks the whole log as it is now: every line is a JSON record, continues the
/// chain and has its place's `seq`. Writers are not stopped meanwhile, and
/// nothing is changed: a torn last line is damage here.
///
/// [`AuditError::Damaged`] names the first bad line; other errors say that the
/// file could not be read.
pub fn verify(path: &Path) -> Result<Report, AuditError> {
    let file = files::open_to_read(path)?;
    let upto = files::settled_len(&file, path)?;
    let mut report = Report::default();
    let walked = walk(&file, path, Tip::default(), upto, |line, tip| {
        report.count(line, tip)
    })?;
    let tip = walked.whole().map_err(|damage| AuditError::Damaged {
        path: path.to_owned(),
        damage,
    })?;
    report.lines = tip.next;
    report.legacy = tip.legacy;
    report.bytes = tip.len;
    report.last_hash = String::from_utf8_lossy(&hex(&tip.hash)).into_owned();
    Ok(report)
}

impl Report {
    fn count(&mut self, line: &[u8], tip: &Tip) -> Result<(), Fault> {
        let text = std::str::from_utf8(line).map_err(|error| not_a_record(&error))?;
        let record: Record<'_> =
            serde_json::from_str(text).map_err(|error| not_a_record(&error))?;
        if tip.legacy < tip.next {
            self.count_chained(&record, tip.next - 1)?;
        }
        self.first_ts.get_or_insert_with(|| record.ts.to_string());
        let last = self.last_ts.get_or_insert_default();
        last.clear();
        last.push_str(&record.ts);
        Ok(())
    }

    fn count_chained(&mut self, record: &Record<'_>, place: u64) -> Result<(), Fault> {
        let (Some(1), Some(seq), Some(kind)) = (record.v, record.seq, record.kind.as_deref())
        else {
            return Err(Fault::Unchained);
        };
        if seq != place {
            return Err(Fault::Seq {
                expected: place,
                found: seq,
            });
        }
        match self.kinds.get_mut(kind) {
            Some(count) => *count += 1,
            None => _ = self.kinds.insert(kind.to_owned(), 1),
        }
        Ok(())
    }
}

fn not_a_record(error: &dyn std::error::Error) -> Fault {
    Fault::NotARecord(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::super::testing::{NOW, damage, judged, lines, open, record, written};
    use super::super::{AuditError, Damage, Durability, Entry, Log, Observed, Swapped};
    use super::*;

    /// A log with a line of every kind.
    fn sample() -> Vec<Vec<u8>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        fs::write(&path, "{").unwrap(); // torn, so that a recovery line comes first
        let log = open(&path);
        log.append(&Entry::Swap(Swapped {
            at: NOW,
            generation: "g",
            previous: None,
            plugins: &[],
        }))
        .unwrap();
        record(&log, "a").unwrap();
        let held = judged("b");
        log.append(&Entry::Hold {
            judged: &held,
            approval: None,
            after: None,
        })
        .unwrap();
        let (session, id, output) = ("s", "i", "out");
        let observed = Observed {
            at: NOW,
            session,
            id,
            generation: "g1",
            output,
            succeeded: Some(true),
        };
        log.append(&Entry::Observation(observed)).unwrap();
        record(&log, "c").unwrap();
        lines(&path)
    }

    fn check(bytes: &[u8]) -> Result<Report, AuditError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        fs::write(&path, bytes).unwrap();
        verify(&path)
    }

    #[test]
    fn a_whole_log_is_reported() {
        let lines = sample();
        let report = check(&lines.concat()).unwrap();
        let kinds = ["decision", "hold", "observation", "recovery", "swap"].map(str::to_owned);
        let counts = BTreeMap::from_iter(kinds.into_iter().zip([2, 1, 1, 1, 1]));
        assert_eq!((report.lines, report.legacy, report.kinds), (6, 0, counts));
        assert_eq!(report.bytes, lines.concat().len() as u64);
        assert_eq!(
            report.last_ts.as_deref(),
            Some("1970-01-01T00:00:00.000000+00:00")
        );
        let last = lines[5].strip_suffix(b"\n").unwrap();
        assert_eq!(
            report.last_hash.as_bytes(),
            hex(&super::super::line::hash(last))
        );
    }

    #[test]
    fn an_empty_log_is_whole_and_a_missing_one_is_not() {
        assert_eq!(check(b"").unwrap().last_hash, "0".repeat(64));
        let missing = verify(Path::new("/nonexistent/log"));
        assert!(matches!(missing, Err(AuditError::Open { .. })));
    }

    #[test]
    fn a_forged_chain_still_has_to_count_right() {
        let forge = |seq: u64| {
            let mut out = Vec::new();
            let judged = judged("x");
            let entry = Entry::Decision {
                judged: &judged,
                approved: true,
                approval: None,
            };
            let (_, hash) = entry.encode().unwrap().place(0, &[0; 32], &mut out);
            entry.encode().unwrap().place(seq, &hash, &mut out);
            out
        };
        check(&forge(1)).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        fs::write(&path, forge(2)).unwrap();
        let what = Fault::Seq {
            expected: 1,
            found: 2,
        };
        assert_eq!(damage(verify(&path)).what, what);
        assert_eq!(damage(Log::open(&path, Durability::Record, NOW)).what, what);
    }

    #[test]
    fn a_second_seq_or_broken_json_inside_is_no_record() {
        let whole = String::from_utf8(sample()[1].clone()).unwrap();
        let first = whole.replace("\"seq\":1", "\"seq\":0");
        let zeros = "0".repeat(64);
        let prev = &first[first.len() - 2 - 1 - 64..first.len() - 3];
        let first = first.replace(prev, &zeros);
        check(first.as_bytes()).unwrap();
        for (from, to) in [
            ("\"plugins\":", "\"seq\":9,\"plugins\":"),
            ("[]", "[\"\x01\"]"),
        ] {
            // A second line, so that the first is not taken for a torn end.
            let bytes = format!("{}{whole}", first.replace(from, to));
            let found = damage(check(bytes.as_bytes()));
            assert!(
                matches!(
                    found,
                    Damage {
                        line: 1,
                        what: Fault::NotARecord(_),
                        ..
                    }
                ),
                "{found}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn a_changed_byte_is_found_at_its_line_or_the_next(at in any::<prop::sample::Index>(), by in 1..=255_u8) {
            let lines = sample();
            let mut bytes = lines.concat();
            let covered = bytes.len() - lines[5].len();
            let at = at.index(covered);
            let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            bytes[at] ^= by;
            let found = damage(check(&bytes));
            prop_assert!(found.line == line || found.line == line + 1, "byte {at} of line {line}: {found}");
            let starts = [&[0], &newlines(&bytes)[..]].concat();
            prop_assert_eq!(found.offset, starts[found.line as usize - 1]);
        }

        #[test]
        fn a_removed_repeated_or_moved_line_is_found(from in 0..5_usize, to in 0..5_usize) {
            let lines = sample();
            let mut removed = lines.clone();
            removed.remove(from);
            prop_assert_eq!(damage(check(&removed.concat())).line, from as u64 + 1);

            let mut repeated = lines.clone();
            repeated.insert(to, lines[from].clone());
            let expected = if from == to { to + 1 } else { to };
            prop_assert_eq!(damage(check(&repeated.concat())).line, expected as u64 + 1);

            let mut swapped = lines.clone();
            swapped.swap(from, to);
            if from != to {
                prop_assert_eq!(damage(check(&swapped.concat())).line, from.min(to) as u64 + 1);
            }
        }
    }

    /// Where each line but the first begins.
    fn newlines(bytes: &[u8]) -> Vec<u64> {
        memchr::memchr_iter(b'\n', bytes)
            .map(|at| at as u64 + 1)
            .collect()
    }

    #[test]
    fn opening_refuses_what_verify_refuses() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        written(&path, &["a", "b", "c"]);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen("risky", "harmless", 1)).unwrap();
        let found = damage(verify(&path));
        assert_eq!(found, damage(Log::open(&path, Durability::Record, NOW)));
        assert_eq!(found.line, 2);
    }
}
