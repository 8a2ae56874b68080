//! The time by which questions wait and end. It passes as it passes for the machine,
//! whatever is done to the machine's clock: setting that forward ends no question early,
//! and setting it back brings none back to life.
//!
//! It is the time for which the machine is up, added to what the clock said once. All
//! processes that share an approvals file share that, too, until the machine starts anew:
//! it stands in a file beside, so that an answer given by one means the same moment to all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::database::create_private;

/// How far the clock may be from what is expected of it before somebody looks whether it
/// was set, or the machine slept, in milliseconds.
const ASTRAY: u64 = 1000;

/// The first look at the clock.
static START: LazyLock<Start> = LazyLock::new(|| Start {
    at: Instant::now(),
    up: machine_up().unwrap_or(0),
    wall: wall(),
});

/// What the clock said, less for how long the machine was up by then.
static ZERO: LazyLock<AtomicI64> =
    LazyLock::new(|| AtomicI64::new(signed(START.wall) - signed(START.up)));

struct Start {
    at: Instant,
    up: u64,
    wall: u64,
}

/// Milliseconds since the Unix epoch, by a clock that is never set.
pub(crate) fn now() -> u64 {
    let expected = ZERO.load(Ordering::Relaxed).saturating_add(signed(up()));
    let (expected, wall) = (u64::try_from(expected).unwrap_or(0), wall());
    // All who look at a clock that nobody set agree to the millisecond.
    match wall.abs_diff(expected) {
        0..ASTRAY => wall,
        _ => expected,
    }
}

/// Milliseconds since the Unix epoch, as the machine's clock says; 0 before it.
pub(crate) fn wall() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The machine's clock, unless it was set back since this process began: then what it
/// would say otherwise. By this nothing that was signed long ago becomes new again.
pub(crate) fn wall_never_back() -> u64 {
    wall().max(START.wall.saturating_add(up().saturating_sub(START.up)))
}

/// For how long the machine is up, in milliseconds.
fn up() -> u64 {
    let passed = u64::try_from(START.at.elapsed().as_millis()).unwrap_or(u64::MAX);
    let awake = START.up.saturating_add(passed);
    match wall().abs_diff(START.wall.saturating_add(passed)) {
        0..ASTRAY => awake,
        // The clock was set; or the machine slept, which a process does not count.
        _ => machine_up().map_or(awake, |up| up.max(awake)),
    }
}

/// The same as the system tells it, where it does.
#[cfg(target_os = "linux")]
fn machine_up() -> Option<u64> {
    let text = fs::read_to_string("/proc/uptime").ok()?;
    let (seconds, hundredths) = text.split_whitespace().next()?.split_once('.')?;
    let (seconds, hundredths): (u64, u64) = (seconds.parse().ok()?, hundredths.parse().ok()?);
    Some(seconds * 1000 + hundredths * 10)
}

#[cfg(not(target_os = "linux"))]
fn machine_up() -> Option<u64> {
    None
}

/// Names this run of the machine, as those see it who count its time from the same
/// moment; `None` where nobody can.
#[cfg(target_os = "linux")]
fn run() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let seen = fs::read_link("/proc/self/ns/pid").ok()?; // containers may count their own
    Some(format!("{} {}", boot.trim(), seen.display()))
}

#[cfg(not(target_os = "linux"))]
fn run() -> Option<String> {
    None
}

/// Goes by the time of those who share this approvals file, if there is any.
pub(crate) fn join(approvals: &Path) {
    if let Some(zero) = run().and_then(|run| shared(&beside(approvals), &run)) {
        ZERO.store(zero, Ordering::Relaxed);
    }
}

/// The same; where there is none yet, others will go by the time of this process.
pub(crate) fn share(approvals: &Path) {
    let (path, Some(run)) = (beside(approvals), run()) else {
        return;
    };
    match shared(&path, &run) {
        Some(zero) => ZERO.store(zero, Ordering::Relaxed),
        None => {
            if let Err(e) = write(&path, &run, ZERO.load(Ordering::Relaxed)) {
                tracing::debug!(
                    "others will not know the time of {}: {e}",
                    approvals.display()
                );
            }
        }
    }
}

fn beside(approvals: &Path) -> PathBuf {
    let mut name = approvals.as_os_str().to_owned();
    name.push("-clock");
    PathBuf::from(name)
}

fn shared(path: &Path, run: &str) -> Option<i64> {
    let text = fs::read_to_string(path).ok()?;
    let (of, zero) = text.trim_end().rsplit_once(' ')?;
    (of == run).then(|| zero.parse().ok()).flatten()
}

fn write(path: &Path, run: &str, zero: i64) -> io::Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(format!("-{}", std::process::id()));
    let fresh = PathBuf::from(fresh);
    create_private(&fresh)?;
    let mut file = fs::File::create(&fresh)?;
    writeln!(file, "{run} {zero}")?;
    fs::rename(&fresh, path)
}

fn signed(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_and_is_the_clocks_where_nobody_sets_it() {
        let before = now();
        assert!(now() >= before);
        assert!(now().abs_diff(wall()) < 60_000);
        assert!(wall_never_back() >= before);
    }

    #[test]
    fn what_others_wrote_counts_for_this_run_of_the_machine_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("approvals.db-clock");
        assert_eq!(shared(&path, "this run"), None);
        write(&path, "this run", -7).unwrap();
        assert_eq!(shared(&path, "this run"), Some(-7));
        assert_eq!(shared(&path, "another"), None);
        write(&path, "another", 9).unwrap();
        assert_eq!(shared(&path, "this run"), None);
        fs::write(&path, "this run soon").unwrap();
        assert_eq!(shared(&path, "this run"), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
