//! What a swap costs the decisions made meanwhile: two threads decide, in quiet and
//! while a third loads and switches policies. Read the ratios; absolute times belong
//! to the machine, and on two cores three threads are one too many.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

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

/// Times of the decisions that two threads make while `work` runs: those that a swap
/// touched, and the others. A swap is under way whenever the count is odd.
fn decide_during(gate: &Gate, work: impl FnOnce(&AtomicUsize)) -> (Vec<Duration>, Vec<Duration>) {
    let (swaps, ended) = (&AtomicUsize::new(0), &AtomicUsize::new(0));
    let decide = || {
        let (mut within, mut between) = (Vec::new(), Vec::new());
        while ended.load(Ordering::Relaxed) == 0 {
            let action = mail();
            let before = swaps.load(Ordering::Relaxed);
            let begun = Instant::now();
            let decision = gate.decide(action);
            let took = begun.elapsed();
            assert!(decision.seq.is_some());
            let after = swaps.load(Ordering::Relaxed);
            match before % 2 == 1 || after != before {
                true => within.push(took),
                false => between.push(took),
            }
        }
        (within, between)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(decide)).collect();
        work(swaps);
        ended.store(1, Ordering::Relaxed);
        let times = threads.into_iter().map(|thread| thread.join().unwrap());
        times.fold(Default::default(), |mut all: (Vec<_>, Vec<_>), times| {
            all.0.extend(times.0);
            all.1.extend(times.1);
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

/// Prints a row; its p99.
fn row(name: &str, mut times: Vec<Duration>, quiet: Option<f64>, each: &[Duration]) -> f64 {
    times.sort_unstable();
    let [p50, p95, p99] = [50, 95, 99].map(|of| percentile(&times, of));
    let ratio = quiet.map_or(1.0, |quiet| p99 / quiet);
    let mut each = each.to_vec();
    each.sort_unstable();
    let swap = each
        .get(each.len() / 2)
        .map_or(0.0, |took| took.as_secs_f64() * 1e3);
    let count = times.len();
    println!("{name:<36} {count:>9} {p50:>8.1} {p95:>8.1} {p99:>8.1} {ratio:>12.2} {swap:>10.1}");
    p99
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let known = ["one", "two"].map(|word| config(folder.path(), word));
    let gate = Gate::open(&known[0], Box::new(Fixed { approve: false })).unwrap();
    gate.swap(&known[1].policy).unwrap(); // both are compiled now

    println!("{THREADS} threads decide; µs\n");
    println!(
        "{:<36} {:>9} {:>8} {:>8} {:>8} {:>12} {:>10}",
        "", "decisions", "p50", "p95", "p99", "p99 / quiet", "ms a swap"
    );
    let pause = || thread::sleep(Duration::from_millis(10));
    let (_, quiet) = decide_during(&gate, |_| thread::sleep(Duration::from_secs(4)));
    let quiet = row("in quiet", quiet, None, &[]);

    // What any third thread costs, to tell it from what a swap does.
    let (busy, _) = decide_during(&gate, |swaps| {
        swaps.fetch_add(1, Ordering::Relaxed);
        let end = Instant::now() + Duration::from_secs(4);
        while Instant::now() < end {
            std::hint::spin_loop();
        }
    });
    row("beside a thread that only counts", busy, Some(quiet), &[]);

    let mut each = Vec::new();
    let (within, between) = decide_during(&gate, |swaps| {
        for n in 0..200 {
            each.push(swap(&gate, &known[n % 2], swaps));
            pause();
        }
    });
    row("within a swap, compiled before", within, Some(quiet), &each);
    row("between such swaps", between, Some(quiet), &[]);

    let mut each = Vec::new();
    let (within, _) = decide_during(&gate, |swaps| {
        for n in 0..6 {
            let new = config(folder.path(), &format!("new-{n}"));
            each.push(swap(&gate, &new, swaps));
            pause();
        }
    });
    row("within a swap that compiles", within, Some(quiet), &each);
}
