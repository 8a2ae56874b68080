//! How a decision's time is spread, beside the raw floor of the same run, and what
//! 64 callers at once get, beside bare group commit. The two sides of a row take
//! turns, so that whatever else the machine does hits both. Read the ratios.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use coldnotch::action::Action;
use coldnotch::approvals::Fixed;
use coldnotch::config::Config;
use coldnotch::gate::Gate;
use coldnotch::history::View;
use coldnotch::json::Object;
use coldnotch::runtime::{Engine, Generation, floor::Bare};

/// Calls of one side before the other has its turn.
const TURN: usize = 50;
/// Turns of each side.
const TURNS: usize = 400;
/// Callers at once.
const CALLERS: usize = 64;
/// Decisions of each caller, and of each round.
const EACH: usize = 500;
const ROUNDS: usize = 5;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    println!("µs                                  p50      p95      p99");
    record(folder.path());
    sync(folder.path());
    many_plugins(folder.path());
    long_session(folder.path());
    println!("\n{CALLERS} callers, durable, a second");
    group_commit(folder.path());
}

/// A mail of about 200 bytes.
fn mail(session: &str) -> Action {
    let payload = r#"{"body":"Dear client, your appointment is confirmed for Tuesday at ten. Please bring your papers. Kind regards, the support team.","subject":"Appointment","to":"client@example.com"}"#;
    Action {
        session: session.to_owned(),
        agent: "support-bot".to_owned(),
        summary: "Confirmation of your appointment".to_owned(),
        payload: Object::parse(payload.as_bytes()).unwrap(),
        ..Action::new("send_email")
    }
}

/// A configuration with the keyword stub under these names.
fn config(folder: &Path, names: &[String], durability: &str) -> Config {
    let plugin = |name| format!("[[plugin]]\nname = '{name}'\nsource = 'builtin:keywords'\n");
    let plugins: String = names.iter().map(plugin).collect();
    let text =
        format!("{plugins}[audit]\npath = '{durability}.jsonl'\ndurability = '{durability}'\n");
    let mut config = Config::from_text(&text, &folder.join("coldnotch.toml")).unwrap();
    config.session.state = None;
    config.engine.cache = Some(folder.join("cache"));
    config
}

fn gate(config: &Config) -> Gate {
    Gate::open(config, Box::new(Fixed { approve: false })).unwrap()
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("keywords-{n}")).collect()
}

/// About as long as the audit line of the decision measured.
fn line() -> Vec<u8> {
    let mut line = vec![b'x'; 731];
    line.push(b'\n');
    line
}

fn plain_file(folder: &Path, name: &str) -> File {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    options.open(folder.join(name)).unwrap()
}

/// Times two sides in turns and prints both and their ratio.
fn compare(
    turns: usize,
    (one, mut call_one): (&str, impl FnMut()),
    (other, mut call_other): (&str, impl FnMut()),
) {
    take_turns(turns / 10, &mut call_one, &mut call_other); // to warm up
    let (ones, others) = take_turns(turns, &mut call_one, &mut call_other);
    let (ones, others) = (quantiles(ones), quantiles(others));
    row(one, ones.map(micros));
    row(other, others.map(micros));
    let ratio = |n: usize| others[n].as_secs_f64() / ones[n].as_secs_f64();
    println!(
        "  {:<28} {:>8.2} {:>8.2} {:>8.2}",
        "ratio",
        ratio(0),
        ratio(1),
        ratio(2)
    );
}

fn take_turns(
    turns: usize,
    one: &mut impl FnMut(),
    other: &mut impl FnMut(),
) -> (Vec<Duration>, Vec<Duration>) {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        (0..TURN).for_each(|_| ones.push(timed(one)));
        (0..TURN).for_each(|_| others.push(timed(other)));
    }
    (ones, others)
}

fn timed(call: &mut impl FnMut()) -> Duration {
    let begun = Instant::now();
    call();
    begun.elapsed()
}

fn quantiles(mut times: Vec<Duration>) -> [Duration; 3] {
    times.sort_unstable();
    [0.50, 0.95, 0.99].map(|part| times[((times.len() - 1) as f64 * part) as usize])
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn row(name: &str, values: [f64; 3]) {
    let [p50, p95, p99] = values;
    println!("{name:<30} {p50:>8.1} {p95:>8.1} {p99:>8.1}");
}

/// Instantiating and calling the same component with nothing of ours around it.
fn floor(config: &Config) -> Generation {
    let engine = Engine::start(&config.engine).unwrap();
    Generation::build(&engine, &config.policy).unwrap()
}

fn record(folder: &Path) {
    let config = config(folder, &names(1), "record");
    let (gate, generation) = (gate(&config), floor(&config));
    let bare = Bare::new(generation.engine(), &generation.plugins[0]);
    let (mut file, line) = (plain_file(folder, "floor"), line());
    let (action, view) = (mail(""), View::default());
    let floor = || {
        assert!(bare.call(&action, &view));
        file.write_all(&line).unwrap();
    };
    let decide = || assert!(gate.decide(action.clone()).may_run());
    compare(
        TURNS,
        ("floor: call and write", floor),
        ("decision, record", decide),
    );
}

fn sync(folder: &Path) {
    let config = config(folder, &names(1), "sync");
    let (gate, generation) = (gate(&config), floor(&config));
    let bare = Bare::new(generation.engine(), &generation.plugins[0]);
    let (mut file, line) = (plain_file(folder, "synced"), line());
    let (action, view) = (mail(""), View::default());
    let floor = || {
        assert!(bare.call(&action, &view));
        file.write_all(&line).unwrap();
        file.sync_data().unwrap();
    };
    let decide = || assert!(gate.decide(action.clone()).may_run());
    compare(
        TURNS / 8,
        ("floor: call, write, fdatasync", floor),
        ("decision, sync", decide),
    );
}

fn many_plugins(folder: &Path) {
    let (one, ten) = (
        gate(&config(folder, &names(1), "record")),
        gate(&config(folder, &names(10), "record")),
    );
    let action = mail("");
    compare(
        TURNS / 4,
        ("one plugin", || {
            assert!(one.decide(action.clone()).may_run())
        }),
        ("ten plugins", || {
            assert!(ten.decide(action.clone()).may_run())
        }),
    );
}

/// The first and the last decisions of a session that is kept whole.
fn long_session(folder: &Path) {
    let mut config = config(folder, &names(1), "record");
    config.policy = coldnotch::policy::Policy::default();
    let gate = gate(&config);
    let after = |session: &str, steps: usize| {
        (0..steps).for_each(|_| drop(gate.decide(mail(session))));
    };
    after("short", 10);
    after("long", 1000);
    let (short, long) = (mail("short"), mail("long"));
    compare(
        2, // more would make the short one long
        ("consequence, step 10 to 120", &mut || {
            drop(gate.decide(short.clone()))
        }),
        ("consequence, step 1,000", &mut || {
            drop(gate.decide(long.clone()))
        }),
    );
}

fn group_commit(folder: &Path) {
    let gate = gate(&config(folder, &names(1), "sync"));
    let bare = GroupCommit::new(plain_file(folder, "group"));
    let (action, line) = (mail(""), line());
    let (mut bares, mut gates) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bares.push(rate(&|| bare.append(&line)));
        gates.push(rate(&|| assert!(gate.decide(action.clone()).may_run())));
    }
    let middle = |rates: &mut Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[ROUNDS / 2]
    };
    let (bare, gate) = (middle(&mut bares), middle(&mut gates));
    println!("bare group commit              {bare:>8.0}");
    println!("decisions                      {gate:>8.0}");
    println!("  ratio                        {:>8.2}", gate / bare);
}

/// Calls a second of many callers.
fn rate(call: &(dyn Fn() + Sync)) -> f64 {
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| (0..EACH).for_each(|_| call()));
        }
    });
    (CALLERS * EACH) as f64 / begun.elapsed().as_secs_f64()
}

/// The plainest group commit there is: who comes while nobody writes, writes and
/// syncs what has come; the others wait for it.
struct GroupCommit {
    file: File,
    state: Mutex<Group>,
    done: Condvar,
}

#[derive(Default)]
struct Group {
    waiting: Vec<u8>,
    writing: bool,
    /// The batch that collects now, and the last one that is durable.
    batch: u64,
    durable: u64,
}

impl GroupCommit {
    fn new(file: File) -> Self {
        let state = Mutex::new(Group {
            batch: 1,
            ..Group::default()
        });
        GroupCommit {
            file,
            state,
            done: Condvar::new(),
        }
    }

    fn append(&self, line: &[u8]) {
        let mut state = self.state.lock().unwrap();
        state.waiting.extend_from_slice(line);
        let mine = state.batch;
        while state.durable < mine {
            if state.writing {
                state = self.done.wait(state).unwrap();
                continue;
            }
            state.writing = true;
            let bytes = std::mem::take(&mut state.waiting);
            let batch = state.batch;
            state.batch += 1;
            drop(state);
            (&self.file).write_all(&bytes).unwrap();
            self.file.sync_data().unwrap();
            state = self.state.lock().unwrap();
            state.writing = false;
            state.durable = batch;
            self.done.notify_all();
        }
    }
}
