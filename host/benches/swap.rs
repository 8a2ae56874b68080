//! What a swap costs the decisions made meanwhile: two threads decide, in quiet and
//! while a third loads and switches policies. Read the ratios; absolute times belong
//! to the machine. On two cores three threads are one too many, so what a decision
//! waited for a core is taken off in the columns on the right (Linux tells).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use coldnotch::action::Action;
use coldnotch::approvals::Fixed;
use coldnotch::audit::Durability;
use coldnotch::config::Config;
use coldnotch::gate::Gate;
use coldnotch::json::Object;

const THREADS: usize = 2;

/// A policy; another word is another policy, to be compiled once.
fn config(folder: &Path, word: &str) -> Config {
    let text = format!(
        "[[plugin]]\nname = 'consequence'\nsource = 'builtin:consequence'\ngrants = ['history']\n\
         settings = {{ own_domains = ['{word}.example'] }}\nlimits = {{ time = '10s' }}\n"
    );
    let mut config = Config::from_text(&text, &folder.join("coldnotch.toml")).unwrap();
    config.session.state = None;
    config.durability = Durability::Record;
    config.audit_path = folder.join("audit.jsonl");
    config.engine.cache = Some(folder.join("cache"));
    config
}

fn mail() -> Action {
    let payload = r#"{"body":"Dear client, your appointment is confirmed for Tuesday at ten. Please bring your papers. Kind regards, the support team.","subject":"Appointment","to":"client@example.com"}"#;
    Action {
        payload: Object::parse(payload.as_bytes()).unwrap(),
        ..Action::new("send_email")
    }
}

/// Times of decisions: by the clock, and without waiting for a core.
#[derive(Default)]
struct Times {
    /// While a swap was under way.
    within: Vec<[Duration; 2]>,
    /// Each thread's first after a switch.
    first: Vec<[Duration; 2]>,
    /// While none was.
    between: Vec<[Duration; 2]>,
}

/// How long this thread was ready and had no core, so far.
fn waited(schedstat: Option<&File>) -> Duration {
    let mut text = [0; 100];
    let length = schedstat.map_or(0, |file| file.read_at(&mut text, 0).unwrap());
    let text = std::str::from_utf8(&text[..length]).unwrap();
    let nanoseconds = text.split_whitespace().nth(1).unwrap_or("0");
    Duration::from_nanos(nanoseconds.parse().unwrap())
}

/// Times of the decisions that two threads make while `work` runs. A swap is under
/// way whenever the count is odd.
fn decide_during(gate: &Gate, work: impl FnOnce(&AtomicUsize)) -> Times {
    let (swaps, ended) = (&AtomicUsize::new(0), &AtomicUsize::new(0));
    let decide = || {
        let (mut times, mut generation) = (Times::default(), gate.generation());
        let schedstat = File::open("/proc/thread-self/schedstat").ok();
        while ended.load(Ordering::Relaxed) == 0 {
            let action = mail();
            let before = swaps.load(Ordering::Relaxed);
            let wait = waited(schedstat.as_ref());
            let begun = Instant::now();
            let decision = gate.decide(action);
            let took = begun.elapsed();
            let wait = waited(schedstat.as_ref()) - wait;
            let took = [took, took.saturating_sub(wait)];
            assert!(decision.seq.is_some());
            let after = swaps.load(Ordering::Relaxed);
            if decision.generation != generation {
                generation = decision.generation;
                times.first.push(took);
            }
            match before % 2 == 1 || after != before {
                true => times.within.push(took),
                false => times.between.push(took),
            }
        }
        times
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(decide)).collect();
        work(swaps);
        ended.store(1, Ordering::Relaxed);
        let times = threads.into_iter().map(|thread| thread.join().unwrap());
        times.fold(Times::default(), |mut all, times| {
            all.within.extend(times.within);
            all.first.extend(times.first);
            all.between.extend(times.between);
            all
        })
    })
}

fn swap(gate: &Gate, config: &Config, swaps: &AtomicUsize) -> Duration {
    swaps.fetch_add(1, Ordering::Relaxed);
    let begun = Instant::now();
    assert!(gate.swap(&config.policy).unwrap().1);
    let took = begun.elapsed();
    swaps.fetch_add(1, Ordering::Relaxed);
    took
}

fn percentile(times: &[Duration], of: usize) -> f64 {
    let at = (times.len() * of / 100).min(times.len() - 1);
    times[at].as_secs_f64() * 1e6
}

/// Prints a row; its two p99.
fn row(
    name: &str,
    times: &[[Duration; 2]],
    quiet: Option<[f64; 2]>,
    each: &[Duration],
) -> [f64; 2] {
    print!("{name:<34} {:>8}", times.len());
    let p99s = [0, 1].map(|which| {
        let mut times: Vec<Duration> = times.iter().map(|times| times[which]).collect();
        times.sort_unstable();
        let [p50, p95, p99] = [50, 95, 99].map(|of| percentile(&times, of));
        let ratio = quiet.map_or(1.0, |quiet| p99 / quiet[which]);
        print!(" | {p50:>6.0} {p95:>6.0} {p99:>6.0} {ratio:>6.2}");
        p99
    });
    let mut each = each.to_vec();
    each.sort_unstable();
    match each.get(each.len() / 2) {
        Some(took) => println!(" | {:>7.1} ms", took.as_secs_f64() * 1e3),
        None => println!(" |"),
    }
    p99s
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let known = ["one", "two"].map(|word| config(folder.path(), word));
    let gate = Gate::open(&known[0], Box::new(Fixed { approve: false })).unwrap();
    gate.swap(&known[1].policy).unwrap(); // both are compiled now

    println!("{THREADS} threads decide; µs, and p99 by that in quiet\n");
    let columns = "    p50    p95    p99  ratio";
    println!("{:<34} decisions|{columns} |{columns} | a swap takes", "");
    let pause = || thread::sleep(Duration::from_millis(10));
    let times = decide_during(&gate, |_| thread::sleep(Duration::from_secs(4)));
    let quiet = row("in quiet", &times.between, None, &[]);

    // What any third thread costs, to tell it from what a swap does.
    let times = decide_during(&gate, |swaps| {
        swaps.fetch_add(1, Ordering::Relaxed);
        let end = Instant::now() + Duration::from_secs(4);
        while Instant::now() < end {
            std::hint::spin_loop();
        }
    });
    row(
        "beside a thread that only counts",
        &times.within,
        Some(quiet),
        &[],
    );

    let mut each = Vec::new();
    let times = decide_during(&gate, |swaps| {
        for n in 0..200 {
            each.push(swap(&gate, &known[n % 2], swaps));
            pause();
        }
    });
    row(
        "within a swap, compiled before",
        &times.within,
        Some(quiet),
        &each,
    );
    row(
        "  first of a thread after it",
        &times.first,
        Some(quiet),
        &[],
    );
    row("between such swaps", &times.between, Some(quiet), &[]);

    let mut each = Vec::new();
    let times = decide_during(&gate, |swaps| {
        for n in 0..6 {
            let new = config(folder.path(), &format!("new-{n}"));
            each.push(swap(&gate, &new, swaps));
            pause();
        }
    });
    row(
        "within a swap that compiles",
        &times.within,
        Some(quiet),
        &each,
    );
}
