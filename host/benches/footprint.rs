//! How much memory the gate takes: a line of a table each, by a process of its own,
//! so that no peak hides another. Linux only; in KiB unless it says otherwise.
//!
//! Build the guests first: one of them holds the instances that are counted.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Barrier};
use std::time::Duration;
use std::{env, fs, thread};

use coldnotch::action::{Action, Observation};
use coldnotch::json::Object;
use coldnotch::judge::Judge;
use coldnotch::policy::{Grant, Limits, PluginSpec, Policy, Source};
use coldnotch::runtime::{Engine, EngineConfig, Generation};
use coldnotch::session::{SessionConfig, Sessions};

const ROWS: [&str; 17] = [
    "plugins keywords 0",
    "plugins keywords 1", // the first of each kind also compiles it
    "plugins keywords 1",
    "plugins keywords 10",
    "plugins keywords 100",
    "plugins consequence 1",
    "plugins consequence 1",
    "plugins consequence 10",
    "plugins consequence 100",
    "instances default",
    "instances copy-all",
    "instances keep-nothing",
    "sessions 100 text",
    "sessions 100 records",
    "sessions 1 text",
    "sessions 1000 records",
    "flood 100000",
];

fn main() {
    let args: Vec<String> = env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "--row") {
        return row(&args[at + 1], Path::new(&args[at + 2]));
    }
    if !cfg!(target_os = "linux") {
        return println!("memory is read from /proc: Linux only");
    }
    let folder = tempfile::tempdir().unwrap();
    for row in ROWS {
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--row", row]).arg(folder.path());
        assert!(child.status().unwrap().success(), "{row}");
    }
}

fn row(row: &str, folder: &Path) {
    let words: Vec<&str> = row.split(' ').collect();
    match words[..] {
        ["plugins", name, count] => plugins(name, count.parse().unwrap(), folder),
        ["instances", how] => instances(how, folder),
        ["sessions", steps, kind] => sessions(steps.parse().unwrap(), kind),
        ["flood", sessions] => flood(sessions.parse().unwrap()),
        _ => panic!("there is no such row: {row}"),
    }
}

/// What is in memory now, in KiB, to the page; the kernel's quicker figures are not.
fn resident() -> u64 {
    field("/proc/self/smaps_rollup", "Rss:")
}

/// The most there ever was in memory, in KiB.
fn peak() -> u64 {
    field("/proc/self/status", "VmHWM:")
}

fn field(file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(file).unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn object(json: &str) -> Object {
    Object::parse(json.as_bytes()).unwrap()
}

fn judge(engine: &EngineConfig, plugins: Vec<PluginSpec>, sessions: usize) -> Judge {
    let policy = Policy {
        plugins,
        ..Policy::default()
    };
    let generation = Generation::build(&Engine::start(engine).unwrap(), &policy).unwrap();
    let sessions = SessionConfig {
        sessions: NonZeroUsize::new(sessions).unwrap(),
        ..SessionConfig::default()
    };
    Judge::new(generation, Sessions::new(sessions))
}

fn cached(folder: &Path) -> EngineConfig {
    EngineConfig {
        cache: Some(folder.join("cache")),
        ..EngineConfig::default()
    }
}

/// One plugin under so many names.
fn plugins(name: &str, count: usize, folder: &Path) {
    let spec = |n| PluginSpec {
        grants: vec![Grant::History],
        ..PluginSpec::new(format!("{name}-{n}"), Source::Builtin(name.to_owned()))
    };
    let judge = judge(&cached(folder), (0..count).map(spec).collect(), 1024);
    (0..100).for_each(|n| drop(judge.judge(step("", n))));
    println!(
        "{count:>3} x {name:<11}: resident {:>7}  peak {:>7}",
        resident(),
        peak()
    );
}

/// So many callers, each inside an instance that does not come to an end: what one
/// takes while it lives and what its place keeps, at first and once more in the
/// places that were used before.
fn instances(how: &str, folder: &Path) {
    const CALLERS: u32 = 32;
    const LONG: Duration = Duration::from_millis(1500);
    let config = cached(folder);
    let config = EngineConfig {
        instances: CALLERS,
        pagemap_scan: how != "copy-all",
        keep_resident: if how == "keep-nothing" {
            0
        } else {
            config.keep_resident
        },
        ..config
    };
    let guest = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/guests/hostile.wasm");
    let told = |how: &str| PluginSpec {
        settings: object(&format!(r#"{{"how":"{how}"}}"#)),
        grants: vec![Grant::History],
        limits: Limits {
            fuel: u64::MAX,
            time: LONG,
            ..Limits::default()
        },
        ..PluginSpec::new("hostile", Source::Path(PathBuf::from(guest)))
    };
    // What a caller's thread takes for any call is not the instance's.
    let one = EngineConfig {
        instances: 1,
        patience: 60 * LONG,
        ..config.clone()
    };
    let warm_up = Arc::new(judge(&one, vec![told("unsupported")], 1));
    let endless = Arc::new(judge(&config, vec![told("loop")], 1));
    endless.generation().warm(); // a core's code is not the instance's either
    let start = Arc::new(Barrier::new(CALLERS as usize + 1));
    let caller = || {
        let (warm_up, endless, start) = (warm_up.clone(), endless.clone(), start.clone());
        move || {
            (0..100).for_each(|n| drop(warm_up.judge(step("", n))));
            start.wait();
            for n in 0..2 {
                start.wait();
                endless.judge(step("", n));
                start.wait();
            }
        }
    };
    let callers: Vec<_> = (0..CALLERS).map(|_| thread::spawn(caller())).collect();
    start.wait(); // all have warmed up
    thread::sleep(LONG / 2);
    let idle = resident();
    let each = || (resident() - idle) as f64 / f64::from(CALLERS);
    let mut figures = Vec::new();
    for _ in 0..2 {
        start.wait();
        thread::sleep(LONG); // a call is tried twice, so all are inside
        figures.push(each());
        start.wait();
        thread::sleep(LONG / 2);
        figures.push(each());
    }
    callers
        .into_iter()
        .for_each(|caller| caller.join().unwrap());
    println!(
        "instance, {how:<12}: alive {:>5.1}  gone {:>5.1}  alive again {:>5.1}  gone {:>5.1}",
        figures[0], figures[1], figures[2], figures[3]
    );
}

/// Sessions of so many steps, each with 200 bytes of payload and 1 KB of output.
fn sessions(steps: usize, kind: &str) {
    let sessions = 20_000 / steps;
    let judge = judge(&EngineConfig::default(), Vec::new(), sessions);
    let before = resident();
    let mut bytes = 0;
    for session in 0..sessions {
        let session = format!("session-{session}");
        for n in 0..steps {
            bytes += add_step(&judge, &session, n, kind);
        }
    }
    let each = |bytes: u64| bytes as f64 / sessions as f64;
    println!(
        "session of {steps:>4} steps, outputs are {kind:<7}: {:>7.1} for {:>6.1} of payloads and outputs",
        each(resident() - before),
        each(bytes as u64) / 1024.0
    );
}

/// Sessions of one step each, one after the other: 1024 of them are kept.
fn flood(sessions: usize) {
    let judge = judge(&EngineConfig::default(), Vec::new(), 1024);
    print!("flood of sessions:");
    for session in 0..sessions {
        if [1, 1024, 10_000, sessions - 1].contains(&session) {
            print!("  after {session} {}", resident());
        }
        add_step(&judge, &format!("session-{session}"), session, "text");
    }
    println!("  peak {}", peak());
}

/// A judged action and its output; their bytes.
fn add_step(judge: &Judge, session: &str, n: usize, kind: &str) -> usize {
    let action = step(session, n);
    let id = action.id.clone();
    let output = output(n, kind);
    let bytes = action.payload.text().len() + output.len();
    judge.judge(action);
    let seen = Observation {
        session: session.to_owned(),
        id,
        output,
        succeeded: Some(true),
    };
    judge.observe(&seen).unwrap();
    bytes
}

/// About 200 bytes of payload.
fn step(session: &str, n: usize) -> Action {
    let payload = format!(
        r#"{{"body":"Dear client, your appointment is confirmed for Tuesday at ten. Please bring your papers. Kind regards, the support team.","subject":"Appointment {n}","to":"client{n}@example.com"}}"#
    );
    Action {
        id: format!("step-{n}"),
        session: session.to_owned(),
        agent: "support-bot".to_owned(),
        payload: object(&payload),
        ..Action::new("send_email")
    }
}

/// About 1 KB of output: prose, or records whose values differ.
fn output(n: usize, kind: &str) -> String {
    const PROSE: &str = "The meeting took place on the second floor and lasted for about an hour. Everybody agreed that the new office needs more light, and that the plants should stay. ";
    match kind {
        "text" => format!("Note {n}. {}", PROSE.repeat(6)),
        _ => {
            let record = |k: usize| {
                let number = n * 7919 + k * 104_729;
                format!(
                    r#"{{"id":"INV-{number}","amount":{number}.50,"iban":"DE{number:020}","due":"2026-03-{:02}"}}"#,
                    k + 10
                )
            };
            format!("[{}]", (0..11).map(record).collect::<Vec<_>>().join(","))
        }
    }
}
