//! The built command from outside: a folder, the command in it, and a stream that
//! is spoken with line by line.
#![allow(
    dead_code, // no test uses all of it
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// How long anything may take before a test fails. Machines are busy.
pub const DEADLINE: Duration = Duration::from_secs(50);

// A folder and the command in it.

pub struct Place(pub TempDir);

impl Place {
    pub fn new(config: &str) -> Self {
        let place = Place(tempfile::tempdir().unwrap());
        fs::write(place.path("coldnotch.toml"), config).unwrap();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn log(&self) -> PathBuf {
        self.path("coldnotch_audit.jsonl")
    }

    /// As editors and package tools do it: written beside, then renamed.
    pub fn replace(&self, name: &str, content: impl AsRef<[u8]>) {
        let beside = self.path(&format!("{name}.new"));
        fs::write(&beside, content).unwrap();
        fs::rename(beside, self.path(name)).unwrap();
    }

    pub fn prepare(&self, mut command: Command) -> Command {
        command
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            .env("XDG_CACHE_HOME", cache())
            .env("NO_COLOR", "1")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("DOCKER_CONFIG")
            .env_remove("COLDNOTCH_CONFIG")
            .env_remove("COLDNOTCH_AUDIT")
            .env_remove("COLDNOTCH_APPROVALS")
            .env_remove("SLACK_BOT_TOKEN")
            .env_remove("SLACK_CHANNEL")
            .env_remove("SLACK_SIGNING_SECRET");
        command
    }

    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_coldnotch"));
        command.args(line.split_whitespace());
        self.prepare(command)
    }

    /// Runs a command to its end.
    pub fn run(&self, line: &str, input: impl AsRef<[u8]>) -> Output {
        fed(self.command(line), input.as_ref())
    }

    /// The records in the log, in order.
    pub fn records(&self) -> Vec<Value> {
        lines(&fs::read_to_string(self.log()).unwrap())
    }

    pub fn decisions(&self) -> usize {
        let of = |record: &&Value| record["kind"] == "decision";
        self.records().iter().filter(of).count()
    }
}

/// Kept from run to run, so that a plugin is compiled once.
pub fn cache() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stream");
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn plugin(name: &str) -> Vec<u8> {
    fs::read(format!("{ROOT}/target/plugins/{name}.wasm")).unwrap()
}

pub fn fed(command: Command, input: &[u8]) -> Output {
    started(command, input).wait_with_output().unwrap()
}

/// A command that runs, with this on its standard input.
pub fn started(mut command: Command, input: &[u8]) -> Child {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    // It may end before it has read everything.
    thread::spawn(move || drop(stdin.write_all(&input)));
    child
}

pub fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect()
}

pub fn answers(output: &Output) -> Vec<Value> {
    lines(&String::from_utf8(output.stdout.clone()).unwrap())
}

pub fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

// A stream that is spoken with line by line.

pub struct Stream {
    pub child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<String>,
    errors: Receiver<String>,
}

impl Stream {
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Stream {
            input: child.stdin.take(),
            answers: received(child.stdout.take().unwrap()),
            errors: received(child.stderr.take().unwrap()),
            child,
        }
    }

    pub fn send(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    pub fn answer(&mut self) -> Value {
        let line = self.answers.recv_timeout(DEADLINE).expect("an answer");
        serde_json::from_str(&line).unwrap()
    }

    pub fn ask(&mut self, line: &str) -> Value {
        self.send(line);
        self.answer()
    }

    /// Asks again and again until the generation is another one than this. Every
    /// answer before has to be `usual`.
    pub fn ask_until_swapped(&mut self, line: &str, from: &Value, usual: impl Fn(&Value)) -> Value {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let answer = self.ask(line);
            if &answer["generation"] != from {
                return answer;
            }
            usual(&answer);
            assert!(Instant::now() < deadline, "never swapped");
        }
    }

    /// Waits for a line on standard error with these words.
    pub fn heard(&mut self, words: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.errors.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("nobody said: {words}"));
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Ends the input; the exit code and what was not heard yet.
    pub fn end(mut self) -> (Option<i32>, String) {
        drop(self.input.take());
        let rest: Vec<String> = self.errors.iter().collect();
        assert_eq!(self.answers.iter().count(), 0, "an answer nobody asked for");
        (self.child.wait().unwrap().code(), rest.join("\n"))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.child.kill(); // of a test that failed
        let _ = self.child.wait();
    }
}

pub fn received(from: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            if line.is_ok_and(|line| sender.send(line).is_ok()) {
                continue;
            }
            break;
        }
    });
    receiver
}

pub fn allowed(answer: &Value) {
    assert_eq!(answer["decision"], "allow", "{answer}");
    assert!(answer["seq"].is_u64(), "not recorded: {answer}");
}

/// Returns when changes are seen and signals are heard: one change was.
#[cfg(unix)]
pub fn watched(place: &Place, stream: &mut Stream, config: &str) {
    allowed(&stream.ask(r#"{"type":"read_file"}"#)); // the first policy is in force
    let other = format!("[policy]\nhold_types = [\"other\"]\n{config}");
    place.replace("coldnotch.toml", other);
    stream.heard("policy swapped");
}

#[cfg(unix)]
pub fn hang_up(stream: &Stream) {
    let pid = stream.child.id().to_string();
    let sent = Command::new("kill").args(["-HUP", &pid]).status();
    assert!(sent.unwrap().success());
}
