//! `kill -9` at any moment: whatever answer left is in the log and in the session,
//! and the next process goes on. All kills of a test hit processes of one folder.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use coldnotch::audit::{AuditError, Damage, Fault, verify};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// How long anything may take before a test fails. Machines are busy.
const DEADLINE: Duration = Duration::from_secs(50);

/// `KIND` is blocked, so that two of these are two policies.
const CONFIG: &str = r#"
[policy]
block_types = ["exec_shell", "KIND"]
hold_types = ["deploy"]

[[plugin]]
name = "consequence"
source = "builtin:consequence"
grants = ["history"]
limits = { time = "10s" }

[session]
wait = "20s"
max_steps = 100000
max_bytes = "64MiB"

[audit]
durability = "DURABILITY"
"#;

/// A run can be repeated with `CRASH_SEED`; when exactly a kill arrives is up to
/// the machine all the same.
fn seed(default: u64) -> u64 {
    let given = std::env::var("CRASH_SEED").ok();
    let seed = given.map_or(default, |seed| seed.parse().unwrap());
    println!("CRASH_SEED={seed}");
    seed
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

// The folder.

struct Place {
    folder: TempDir,
    durability: &'static str,
}

impl Place {
    /// In memory where the system has such a folder: what is handed to the system
    /// outlives a killed process there as well.
    fn new(durability: &'static str) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = match durability == "record" && memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        let place = Place {
            folder: folder.unwrap(),
            durability,
        };
        place.configure("one");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> PathBuf {
        self.path("coldnotch_audit.jsonl")
    }

    fn configure(&self, kind: &str) {
        let beside = self.path("coldnotch.toml.new");
        let text = CONFIG.replace("KIND", kind);
        fs::write(&beside, text.replace("DURABILITY", self.durability)).unwrap();
        fs::rename(beside, self.path("coldnotch.toml")).unwrap();
    }

    fn command(&self, line: &str) -> Command {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stream");
        fs::create_dir_all(&cache).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_coldnotch"));
        command
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("XDG_CACHE_HOME", cache)
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("COLDNOTCH_CONFIG")
            .env_remove("COLDNOTCH_AUDIT")
            .env_remove("COLDNOTCH_APPROVALS");
        command
    }

    /// Every step in the state file, without touching it: what is left to mend is
    /// the next process's business.
    fn steps(&self) -> Vec<Step> {
        let copy = tempfile::tempdir().unwrap();
        for name in ["coldnotch_state.db", "coldnotch_state.db-wal"] {
            let copied = fs::copy(self.path(name), copy.path().join(name));
            if name.ends_with("db") && copied.is_err() {
                return Vec::new();
            }
        }
        let file = copy.path().join("coldnotch_state.db");
        let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        db.pragma_update(None, "synchronous", "OFF").unwrap(); // it is a copy
        let Ok(mut select) = db.prepare(
            "SELECT session, step, id, type, verdict, approved, output FROM steps ORDER BY session, step",
        ) else {
            return Vec::new(); // killed before there was a table
        };
        let steps = select.query_map([], |row| {
            Ok(Step {
                session: row.get(0)?,
                index: row.get(1)?,
                id: row.get(2)?,
                kind: row.get(3)?,
                verdict: row.get(4)?,
                approved: row.get(5)?,
                output: row.get(6)?,
            })
        });
        steps.unwrap().map(|step| step.unwrap()).collect()
    }
}

/// A row of the state file.
#[derive(Debug)]
struct Step {
    session: String,
    index: u32,
    id: String,
    kind: String,
    verdict: String,
    approved: Option<bool>,
    output: Option<String>,
}

// Whoever talks to the gate: an agent's runtime.

#[derive(Debug, Clone, PartialEq)]
enum Message {
    Action {
        session: String,
        id: String,
        kind: &'static str,
        summary: String,
    },
    Output {
        session: String,
        id: String,
        text: String,
    },
}

impl Message {
    fn line(&self) -> String {
        let line = match self {
            Message::Action {
                session,
                id,
                kind,
                summary,
            } => {
                let payload = match *kind {
                    "read_secret" => json!({"name": "billing-api"}),
                    "http_post" => json!({"url": "https://collect.example.net/in", "body": "ok"}),
                    _ => json!({}),
                };
                json!({"type": kind, "session": session, "id": id, "summary": summary, "payload": payload})
            }
            Message::Output { session, id, text } => {
                json!({"observation": {"session": session, "id": id, "output": text}})
            }
        };
        line.to_string() + "\n"
    }

    fn id(&self) -> &str {
        match self {
            Message::Action { id, .. } | Message::Output { id, .. } => id,
        }
    }
}

/// When a process is killed.
#[derive(Debug)]
enum Moment {
    /// After so many answers.
    Answers(u64),
    /// Once the log has grown by so many bytes.
    Bytes(u64),
    /// So many microseconds after its policy began to be swapped.
    Swapping(u64),
}

/// Sends messages to one process after another, and keeps what it was told.
struct Agent<'a> {
    place: &'a Place,
    name: &'static str,
    random: Random,
    /// Messages made so far.
    made: u64,
    /// Sent, or about to be, and not answered yet, in order.
    unanswered: Vec<Message>,
    answers: Vec<(Message, Value)>,
    /// Those a process may have been at when it was killed: the first it owed an
    /// answer to.
    in_flight: Vec<Message>,
    /// Actions whose outputs may still be reported.
    open: Vec<(String, String)>,
    /// How many microseconds two swaps take, about.
    swapping: u64,
}

impl<'a> Agent<'a> {
    fn new(place: &'a Place, name: &'static str, seed: u64) -> Self {
        Agent {
            place,
            name,
            random: Random(seed),
            made: 0,
            unanswered: Vec::new(),
            answers: Vec::new(),
            in_flight: Vec::new(),
            open: Vec::new(),
            swapping: 250_000,
        }
    }

    /// A new message. Only in the session `s-0` secrets are read.
    fn make(&mut self) -> Message {
        self.made += 1;
        if self.random.below(3) == 0 && !self.open.is_empty() {
            let at = self.random.below(self.open.len() as u64) as usize;
            let (session, id) = self.open.swap_remove(at);
            let text = format!("what {id} returned");
            return Message::Output { session, id, text };
        }
        let id = format!("{}-{}", self.name, self.made);
        let session = self.random.below(3);
        let kind = match self.random.below(5) {
            0 if session == 0 => "read_secret",
            0 | 1 => "read_file",
            2 => "deploy",
            3 => "exec_shell",
            _ => "http_post",
        };
        // Now and then a line of many pages, which is not written at one stroke.
        let length = match self.random.below(20) {
            0 => 20_000,
            _ => 20,
        };
        let session = format!("s-{session}");
        self.open.push((session.clone(), id.clone()));
        Message::Action {
            session,
            id,
            kind,
            summary: "x".repeat(length),
        }
    }

    fn moment(&mut self) -> Moment {
        match self.random.below(5) {
            0 => Moment::Bytes(self.random.below(30_000)),
            1 => Moment::Swapping(self.random.below(self.swapping)),
            _ => Moment::Answers(self.random.below(25)),
        }
    }

    /// Starts a process, talks to it, and kills it.
    fn round(&mut self) {
        let moment = self.moment();
        let mut process = Process::start(self.place);
        match moment {
            Moment::Answers(most) => {
                self.send(&mut process, 100);
                (0..most).for_each(|_| self.hear(&mut process));
                // Without an answer it is still at its beginning.
                self.wait(if most == 0 { 40_000 } else { 500 });
            }
            Moment::Bytes(grown) => {
                let len = || fs::metadata(self.place.log()).map_or(0, |log| log.len());
                let upto = len() + grown;
                self.send(&mut process, 100);
                let deadline = Instant::now() + DEADLINE;
                while len() < upto && process.heard() < self.unanswered.len() {
                    assert!(Instant::now() < deadline, "the log does not grow");
                }
            }
            Moment::Swapping(most) => self.swap_and_kill(&mut process, most),
        }
        process.kill();
        while let Ok(answer) = process.answers.recv() {
            self.keep(answer);
        }
        self.in_flight.extend(self.unanswered.first().cloned());
    }

    /// Two swaps while messages flow: one for a file that changed, one for a signal.
    fn swap_and_kill(&mut self, process: &mut Process, most: u64) {
        self.ask(process);
        self.new_policy();
        let begun = Instant::now();
        let mut swaps = 0;
        while begun.elapsed() < Duration::from_micros(most) {
            self.ask(process);
            let said = process.errors.recv_timeout(Duration::from_millis(1));
            if !said.is_ok_and(|said| said.contains("policy swapped")) {
                continue;
            }
            swaps += 1;
            if swaps == 1 {
                self.new_policy();
                process.hang_up();
            } else {
                self.swapping = begun.elapsed().as_micros() as u64 + 10_000;
            }
        }
    }

    fn new_policy(&mut self) {
        self.made += 1;
        let kind = format!("{}-{}", self.name, self.made);
        self.place.configure(&kind);
    }

    /// Sends what has no answer yet and a new message, and hears the answers.
    fn ask(&mut self, process: &mut Process) {
        self.send(process, 1);
        while !self.unanswered.is_empty() {
            self.hear(process);
        }
    }

    /// Sends again what has no answer, then new messages up to so many.
    fn send(&mut self, process: &mut Process, most: usize) {
        while self.unanswered.len() < most {
            let new = self.make();
            self.unanswered.push(new);
        }
        let lines: String = self.unanswered.iter().map(Message::line).collect();
        process.send(lines);
    }

    fn hear(&mut self, process: &mut Process) {
        let answer = process.answers.recv_timeout(DEADLINE);
        self.keep(answer.unwrap_or_else(|_| panic!("no answer: {}", process.said())));
    }

    fn keep(&mut self, answer: Value) {
        let message = self.unanswered.remove(0);
        let seq = &answer["seq"];
        assert!(seq.is_u64(), "no record of {message:?}: {answer}");
        match &message {
            Message::Action { id, .. } => assert_eq!(answer["id"], **id, "{answer}"),
            Message::Output { id, .. } => assert_eq!(answer["observed"], **id, "{answer}"),
        }
        self.answers.push((message, answer));
    }

    /// Waits up to so many microseconds, awake: a kill is to hit any moment.
    fn wait(&mut self, most: u64) {
        let end = Instant::now() + Duration::from_micros(self.random.below(most));
        while Instant::now() < end {
            std::hint::spin_loop();
        }
    }
}

struct Process {
    child: Child,
    lines: mpsc::Sender<String>,
    answers: Receiver<Value>,
    heard: Arc<AtomicUsize>,
    errors: Receiver<String>,
}

impl Process {
    fn start(place: &Place) -> Self {
        let mut child = place
            .command("decide --deny")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines, to_write) = mpsc::channel::<String>();
        let mut stdin = child.stdin.take().unwrap();
        thread::spawn(move || {
            // It may have been killed before it has read everything.
            let write = |line: String| stdin.write_all(line.as_bytes());
            to_write.into_iter().try_for_each(write)
        });
        let heard = Arc::new(AtomicUsize::new(0));
        let (sender, answers) = mpsc::channel();
        let (mut stdout, count) = (BufReader::new(child.stdout.take().unwrap()), heard.clone());
        thread::spawn(move || {
            let mut line = String::new();
            // Half a line is no answer.
            while stdout.read_line(&mut line).is_ok() && line.ends_with('\n') {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
                count.fetch_add(1, Ordering::Relaxed);
                line.clear();
            }
        });
        let (sender, errors) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            stderr
                .lines()
                .try_for_each(|line| sender.send(line.unwrap()))
        });
        Process {
            child,
            lines,
            answers,
            heard,
            errors,
        }
    }

    fn send(&mut self, lines: String) {
        let _ = self.lines.send(lines); // whoever does not read does not answer either
    }

    /// How many answers have left.
    fn heard(&self) -> usize {
        self.heard.load(Ordering::Relaxed)
    }

    fn hang_up(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &pid]).status();
        assert!(sent.unwrap().success());
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        assert_eq!(signal, Some(9), "it ended by itself: {}", self.said());
    }

    fn said(&self) -> String {
        self.errors.try_iter().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill(); // of a test that failed
        let _ = self.child.wait();
    }
}

// What must be true after a kill.

/// The log as far as it was read.
#[derive(Default)]
struct Log {
    records: Vec<Value>,
    upto: usize,
    /// Where ends were torn. One that a process did not live to mend is still there.
    torn: BTreeSet<u64>,
}

impl Log {
    /// Verifies the whole log and reads what is new. Only its very end may be torn.
    fn read(&mut self, place: &Place) {
        let Ok(bytes) = fs::read(place.log()) else {
            assert_eq!(self.upto, 0, "the log is gone");
            return; // killed before it was made
        };
        match verify(&place.log()) {
            Ok(report) => assert_eq!(report.bytes, bytes.len() as u64),
            Err(AuditError::Damaged {
                damage:
                    Damage {
                        what: Fault::Torn { .. },
                        offset,
                        ..
                    },
                ..
            }) => {
                self.torn.insert(offset);
                assert!(offset >= self.upto as u64, "an answered line is torn");
            }
            Err(e) => panic!("{e}"),
        }
        for line in bytes[self.upto..].split_inclusive(|byte| *byte == b'\n') {
            if line.ends_with(b"\n") {
                self.upto += line.len();
                self.records.push(serde_json::from_slice(line).unwrap());
            }
        }
    }

    fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.records
            .iter()
            .filter(move |record| record["kind"] == kind)
    }
}

/// How often a kill hit a process between two things it does for one message.
#[derive(Debug, Default)]
struct Caught {
    /// Between the session and the record.
    unrecorded: usize,
    /// Between the record and the answer.
    unanswered: usize,
    /// At the beginning or the end of a message.
    neither: usize,
}

impl Caught {
    /// What there is of the message that was worked on at the last kill.
    fn count(&mut self, log: &Log, steps: &[Step], agent: &Agent<'_>) {
        let Some(last) = agent.in_flight.last() else {
            return;
        };
        let (id, is_output) = (last.id(), matches!(last, Message::Output { .. }));
        let kind = if is_output { "observation" } else { "decision" };
        let recorded = log.of(kind).any(|record| record["id"] == id);
        let kept = steps
            .iter()
            .any(|step| step.id == id && (!is_output || step.output.is_some()));
        match (recorded, kept) {
            (true, _) => self.unanswered += 1,
            (false, true) => self.unrecorded += 1,
            (false, false) => self.neither += 1,
        }
    }
}

/// Log, session state and what left agree.
fn agree(log: &Log, steps: &[Step], agents: &[&Agent<'_>]) {
    let answers = || agents.iter().flat_map(|agent| &agent.answers);
    let in_flight: BTreeSet<&str> = agents
        .iter()
        .flat_map(|agent| agent.in_flight.iter().map(Message::id))
        .collect();

    // Whatever left is in the log, under its seq, and nothing else is that was not
    // being worked on when somebody was killed.
    let mut seqs = BTreeSet::new();
    let mut answered = BTreeMap::new();
    let mut observed = BTreeMap::new();
    for (message, answer) in answers() {
        let seq = answer["seq"].as_u64().unwrap();
        assert!(seqs.insert(seq), "two answers have one record: {answer}");
        let record = log.records.get(seq as usize);
        let record = record.unwrap_or_else(|| panic!("lost: {answer}"));
        match message {
            Message::Action { id, session, .. } => {
                for key in ["id", "action_digest", "decision", "approved", "generation"] {
                    assert_eq!(record[key], answer[key], "{key}\n{record}\n{answer}");
                }
                assert_eq!(record["kind"], "decision");
                answered.insert(id.as_str(), (session, answer));
            }
            Message::Output { id, session, text } => {
                let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(text));
                assert_eq!(record["kind"], "observation", "{record}");
                assert_eq!(record["id"], **id);
                assert_eq!(record["session"], **session);
                assert_eq!(record["output_digest"], format!("sha256:{digest}"));
                observed.insert(id.as_str(), text.as_str());
            }
        }
    }
    let mut recorded: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for record in log.of("decision").chain(log.of("observation")) {
        let id = record["id"].as_str().unwrap();
        let decision = record["decision"].as_str();
        recorded.entry(id).or_default().extend(decision);
        if !seqs.contains(&record["seq"].as_u64().unwrap()) {
            assert!(in_flight.contains(id), "nobody asked for {record}");
        }
    }

    // Every step whose answer left is in the state, as it was answered; and there is
    // no step and no output that nobody was at.
    let mut last: BTreeMap<(&str, &str), &Step> = BTreeMap::new();
    let mut next: BTreeMap<&str, u32> = BTreeMap::new();
    for step in steps {
        let next = next.entry(&step.session).or_default();
        assert_eq!(step.index, *next, "a step of {} is missing", step.session);
        *next += 1;
        let known = recorded.get(step.id.as_str());
        if !known.is_some_and(|known| known.contains(step.verdict.as_str())) {
            assert!(in_flight.contains(step.id.as_str()), "nobody sent {step:?}");
        }
        if step.output.is_some() && !observed.contains_key(step.id.as_str()) {
            assert!(
                in_flight.contains(step.id.as_str()),
                "nobody reported {step:?}"
            );
        }
        last.insert((&step.session, &step.id), step);
    }
    for (id, (session, answer)) in &answered {
        let step = last.get(&(session.as_str(), *id));
        let step = step.unwrap_or_else(|| panic!("no step in the state: {answer}"));
        assert_eq!(answer["decision"], *step.verdict, "{step:?}");
        let human = (step.verdict == "hold").then_some(false);
        assert_eq!(step.approved, human, "{step:?}");
        if let Some(text) = observed.get(id) {
            assert_eq!(step.output.as_deref(), Some(*text), "{step:?}");
        }
    }
}

/// What a session knew before a kill it knows after it: whether a secret was read.
/// The engine looks at the 64 steps before.
fn remembered(place: &Place) {
    let (mut secret, mut sent) = (None, [0, 0]);
    for step in place.steps() {
        let is_near = |read: u32| step.index - read <= 64;
        match &*step.kind {
            "read_secret" => secret = Some(step.index),
            "http_post" => {
                let held = step.session == "s-0" && secret.is_some_and(is_near);
                assert_eq!(
                    step.verdict,
                    if held { "hold" } else { "allow" },
                    "{step:?}"
                );
                sent[usize::from(held)] += 1;
            }
            _ => {}
        }
    }
    assert!(sent.iter().all(|sent| *sent > 0), "{sent:?}");
}

/// A process that is not killed ends well, and the log is whole.
fn ends_well(place: &Place, agents: &mut [Agent<'_>]) {
    for agent in agents {
        let mut process = Process::start(place);
        agent.send(&mut process, 5);
        while !agent.unanswered.is_empty() {
            agent.hear(&mut process);
        }
        drop(std::mem::replace(&mut process.lines, mpsc::channel().0));
        let status = process.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{}", process.said());
    }
    let verified = place.command("audit verify").output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{verified:?}");
}

#[test]
fn two_hundred_kills_lose_no_answer() {
    let place = Place::new("record");
    let mut agent = Agent::new(&place, "a", seed(1));
    let (mut log, mut caught) = (Log::default(), Caught::default());
    for _ in 0..200 {
        agent.round();
        log.read(&place);
        let steps = place.steps();
        agree(&log, &steps, &[&agent]);
        caught.count(&log, &steps, &agent);
    }
    let mut agents = [agent];
    ends_well(&place, &mut agents);
    log.read(&place);
    agree(&log, &place.steps(), &[&agents[0]]);
    remembered(&place);
    println!(
        "{} answers, {} swaps, {} torn ends, {caught:?}",
        agents[0].answers.len(),
        log.of("swap").count(),
        log.torn.len(),
    );
    assert_eq!(
        log.of("recovery").count(),
        log.torn.len(),
        "every torn end was mended, once"
    );
    assert!(log.of("swap").count() > 0);
    assert!(caught.unrecorded + caught.unanswered > 0, "{caught:?}");
}

#[test]
fn two_processes_that_are_killed_in_turn_lose_nothing_of_each_other() {
    let place = Place::new("sync");
    let seed = seed(2);
    let mut agents = [
        Agent::new(&place, "a", seed),
        Agent::new(&place, "b", !seed),
    ];
    thread::scope(|scope| {
        for agent in &mut agents {
            scope.spawn(|| (0..30).for_each(|_| agent.round()));
        }
    });
    ends_well(&place, &mut agents);
    let mut log = Log::default();
    log.read(&place);
    let [a, b] = &agents;
    agree(&log, &place.steps(), &[a, b]);
    remembered(&place);
    println!(
        "{} answers, {} swaps, {} mended ends",
        a.answers.len() + b.answers.len(),
        log.of("swap").count(),
        log.of("recovery").count(),
    );
}
