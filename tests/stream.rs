//! The built command from outside: streams whose policy changes while lines flow,
//! logs that fail, processes side by side. What a single command prints is in
//! `tests/cmd/`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use command::*;
use serde_json::{Value, json};

const KEYWORDS: &str = r#"
[[plugin]]
name = "scorer"
source = "builtin:keywords"

[audit]
durability = "record" # a busy disk is not what is tested here
"#;

/// A plugin that is a file. It may be any of ours.
const FROM_FILE: &str = r#"
[[plugin]]
name = "scorer"
source = "scorer.wasm"
grants = ["history"]

[audit]
durability = "record"
"#;

/// The keyword scorer has nothing against it, the consequence engine has.
const PAYMENT: &str = r#"{"type":"payments.create","payload":{"payee":"Ruiz","amount":40}}"#;

// Streams.

#[test]
fn a_line_is_answered_before_the_next_is_sent() {
    let place = Place::new(KEYWORDS);
    let mut stream = Stream::start(place.command("decide"));
    for id in ["a", "b", "c"] {
        let answer = stream.ask(&json!({"type": "read_file", "id": id}).to_string());
        assert_eq!(answer["id"], id);
    }
    // Neither does a line that was cut short wait for more.
    let refused = stream.ask(r#"{"type":"read_file","payload":{"#);
    assert_eq!(refused["line"], 4, "{refused}");
    allowed(&stream.ask(r#"{"type":"read_file"}"#));
    assert_eq!(stream.end().0, Some(1));
}

#[test]
fn order_is_kept_and_a_bad_line_costs_no_other_its_answer() {
    let place = Place::new(KEYWORDS);
    let bad = |n: usize| n % 50 == 7;
    let line = |n: usize| match bad(n) {
        true => "{\"type\":}".to_owned(),
        false => json!({"type": "read_file", "id": n.to_string()}).to_string(),
    };
    let input: Vec<String> = (1..=300).map(line).collect();
    let output = place.run("decide", input.join("\n"));
    let answers = answers(&output);
    assert_eq!(answers.len(), 300);
    for (n, answer) in (1..=300).zip(&answers) {
        match bad(n) {
            true => assert_eq!(answer["line"], n, "{answer}"),
            false => assert_eq!(answer["id"], n.to_string(), "{answer}"),
        }
    }
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        errors(&output).lines().next().unwrap(),
        "error: line 7, column 9: expected value"
    );
    assert_eq!(place.decisions(), 294);
}

/// Lines that go on and on cost what their bytes cost.
#[test]
fn no_lines_take_time_out_of_proportion() {
    let place = Place::new(KEYWORDS);
    let begun = Instant::now();
    let output = place.run("decide --no-watch", "{\n".repeat(20_000));
    let refused = answers(&output);
    assert_eq!(refused.len(), 20_000);
    assert_eq!(refused[19_999]["line"], 20_000);

    let values = "1,\n".repeat(340_000);
    let pretty =
        format!("{{\n\"type\": \"read_file\",\n\"payload\": {{\"a\": [\n{values}1\n]}}\n}}\n");
    let output = place.run("decide --no-watch", pretty);
    let one = answers(&output);
    assert_eq!(one.len(), 1);
    assert!(one[0]["decision"].is_string(), "{}", one[0]);
    assert!(begun.elapsed() < DEADLINE, "{:?}", begun.elapsed());
}

#[test]
fn a_changed_policy_reaches_the_lines_that_follow() {
    let place = Place::new(KEYWORDS);
    let mut stream = Stream::start(place.command("decide"));
    let deploy = r#"{"type":"deploy"}"#;
    let first = stream.ask(deploy);
    allowed(&first);

    place.replace(
        "coldnotch.toml",
        format!("[policy]\nblock_types = [\"deploy\"]\n{KEYWORDS}"),
    );
    let swapped = stream.ask_until_swapped(deploy, &first["generation"], allowed);
    for _ in 0..3 {
        let answer = stream.ask(deploy);
        assert_eq!(answer["decision"], "block", "{answer}");
        assert_eq!(answer["generation"], swapped["generation"]);
    }
    let said = stream.heard("policy swapped");
    assert!(said.contains(swapped["generation"].as_str().unwrap()));
    assert_eq!(stream.end(), (Some(0), String::new()));

    let records = place.records();
    let swap = records.iter().find(|record| record["kind"] == "swap");
    assert_eq!(swap.unwrap()["previous"], first["generation"]);
    assert_eq!(swap.unwrap()["generation"], swapped["generation"]);
    assert_eq!(place.run("audit verify", "").status.code(), Some(0));
}

#[test]
fn a_policy_that_changes_while_nothing_flows_is_there_for_the_next_line() {
    let place = Place::new(KEYWORDS);
    let mut stream = Stream::start(place.command("decide"));
    let first = stream.ask(r#"{"type":"deploy"}"#);
    // Nothing is sent until the change is in force.
    place.replace(
        "coldnotch.toml",
        format!("[policy]\nblock_types = [\"deploy\"]\n{KEYWORDS}"),
    );
    stream.heard("policy swapped");
    let second = stream.ask(r#"{"type":"deploy"}"#);
    assert_eq!(second["decision"], "block", "{second}");
    assert_ne!(second["generation"], first["generation"]);
    assert_eq!(stream.end().0, Some(0));
}

#[test]
fn a_replaced_plugin_file_decides_the_lines_that_follow() {
    let place = Place::new(FROM_FILE);
    place.replace("scorer.wasm", plugin("keywords"));
    let mut stream = Stream::start(place.command("decide --deny"));
    let first = stream.ask(PAYMENT);
    allowed(&first);

    place.replace("scorer.wasm", plugin("consequence"));
    let swapped = stream.ask_until_swapped(PAYMENT, &first["generation"], allowed);
    assert_eq!(swapped["decision"], "hold", "{swapped}");
    assert_eq!(swapped["reasons"][0]["code"], "money-out");

    // And back: the same policy has the same name.
    place.replace("scorer.wasm", plugin("keywords"));
    let back = stream.ask_until_swapped(PAYMENT, &swapped["generation"], |answer| {
        assert_eq!(answer["decision"], "hold", "{answer}");
    });
    allowed(&back);
    assert_eq!(back["generation"], first["generation"]);
    assert_eq!(stream.end().0, Some(0));
}

#[test]
fn a_broken_file_changes_nothing_but_a_message() {
    let place = Place::new(FROM_FILE);
    place.replace("scorer.wasm", plugin("keywords"));
    let mut stream = Stream::start(place.command("decide"));
    let first = stream.ask(PAYMENT);
    let kept = |answer: &Value| {
        allowed(answer);
        assert_eq!(answer["generation"], first["generation"]);
    };
    let message = format!(
        "error: policy not swapped, generation {} stays in force: ",
        first["generation"].as_str().unwrap()
    );

    place.replace("coldnotch.toml", "[policy\n");
    let said = stream.heard("policy not swapped");
    assert!(said.starts_with(&message), "{said}");
    stream.heard("unclosed table");
    kept(&stream.ask(PAYMENT));

    place.replace(
        "coldnotch.toml",
        format!("[policy]\nblok_types = []\n{FROM_FILE}"),
    );
    stream.heard("unknown key `policy.blok_types`, did you mean `block_types`?");
    kept(&stream.ask(PAYMENT));

    place.replace("coldnotch.toml", FROM_FILE);
    place.replace("scorer.wasm", "not WebAssembly");
    let said = stream.heard("plugin 'scorer'");
    assert!(said.starts_with(&message), "{said}");
    let cause = "scorer.wasm): it is not a WebAssembly component";
    assert!(said.contains(cause), "{said}");
    kept(&stream.ask(PAYMENT));

    fs::remove_file(place.path("scorer.wasm")).unwrap();
    stream.heard("cannot read it");
    kept(&stream.ask(PAYMENT));

    // The way back is a file that works.
    place.replace("scorer.wasm", plugin("consequence"));
    let swapped = stream.ask_until_swapped(PAYMENT, &first["generation"], kept);
    assert_eq!(swapped["decision"], "hold");
    assert_eq!(stream.end().0, Some(0));
}

#[test]
fn without_watching_the_first_policy_stays() {
    let place = Place::new(KEYWORDS);
    let mut stream = Stream::start(place.command("decide --no-watch"));
    let first = stream.ask(r#"{"type":"deploy"}"#);
    place.replace("coldnotch.toml", "[policy\n");
    for _ in 0..20 {
        let answer = stream.ask(r#"{"type":"deploy"}"#);
        allowed(&answer);
        assert_eq!(answer["generation"], first["generation"]);
    }
    assert_eq!(stream.end(), (Some(0), String::new()));
}

/// The plugin is a link, and what it points to changes where nobody looks.
#[test]
#[cfg(unix)]
fn a_hangup_brings_a_policy_that_no_watcher_saw() {
    let place = Place::new(FROM_FILE);
    let far = tempfile::tempdir().unwrap();
    let target = far.path().join("current.wasm");
    fs::write(&target, plugin("keywords")).unwrap();
    std::os::unix::fs::symlink(&target, place.path("scorer.wasm")).unwrap();
    let mut stream = Stream::start(place.command("decide --deny"));
    watched(&place, &mut stream, FROM_FILE);
    let first = stream.ask(PAYMENT);
    allowed(&first);

    fs::write(&target, plugin("consequence")).unwrap();
    hang_up(&stream);
    let swapped = stream.ask_until_swapped(PAYMENT, &first["generation"], allowed);
    assert_eq!(swapped["decision"], "hold");
    assert_eq!(stream.end().0, Some(0));
}

// Somebody at a terminal.

/// A line that runs in a terminal.
#[cfg(target_os = "linux")] // `script` of util-linux
struct Terminal {
    child: Child,
    keys: Option<ChildStdin>,
    pieces: Receiver<String>,
    /// Everything it showed so far, and how much of it was waited for.
    shown: String,
    seen: usize,
}

#[cfg(target_os = "linux")]
impl Terminal {
    fn start(place: &Place, line: &str, colour: bool) -> Self {
        let mut script = place.prepare(Command::new("script"));
        script.args(["--quiet", "--return", "--command", line, "/dev/null"]);
        script.env("COLDNOTCH", env!("CARGO_BIN_EXE_coldnotch"));
        script.env("SHELL", "/bin/sh").env("TERM", "xterm");
        if colour {
            script.env_remove("NO_COLOR");
        }
        let piped = script.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let (sender, pieces) = mpsc::channel();
        let mut screen = child.stdout.take().unwrap();
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut piece) {
                let text = String::from_utf8_lossy(&piece[..count]).into_owned();
                if sender.send(text).is_err() {
                    break;
                }
            }
        });
        Terminal {
            keys: child.stdin.take(),
            child,
            pieces,
            shown: String::new(),
            seen: 0,
        }
    }

    fn types(&mut self, keys: &str) {
        let to = self.keys.as_mut().unwrap();
        to.write_all(keys.as_bytes()).unwrap();
        to.flush().unwrap();
    }

    /// Waits until it shows these words, after those that were waited for before.
    fn shows(&mut self, words: &str) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(at) = self.shown[self.seen..].find(words) {
                self.seen += at + words.len();
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.pieces.recv_timeout(left) {
                Ok(piece) => self.shown += &piece,
                Err(_) => panic!("never shown: {words}\n{}", self.shown),
            }
        }
    }

    /// The exit code and everything that was shown.
    fn end(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.pieces.recv_timeout(left) {
                Ok(piece) => self.shown += &piece,
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("never ended: {}", self.shown),
            }
        }
        let code = self.child.wait().unwrap().code();
        (code, std::mem::take(&mut self.shown))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill(); // of a test that failed
        let _ = self.child.wait();
    }
}

/// The prompt under a card.
#[cfg(target_os = "linux")]
const PROMPT: &str = "Approve? [y/N] ";

#[test]
#[cfg(target_os = "linux")]
fn a_hold_is_asked_at_the_terminal() {
    let place = Place::new(&format!("[policy]\nhold_types = [\"deploy\"]\n{KEYWORDS}"));
    // The action comes on standard input, so the answer must not.
    let action = json!({"type": "deploy", "summary": "Version 7\u{1b}[2J", "agent": "ops-bot"});
    fs::write(place.path("action.json"), action.to_string()).unwrap();
    let answered = |answer: &str, colour: bool| {
        let decide = r#""$COLDNOTCH" decide < action.json"#;
        let mut terminal = Terminal::start(&place, decide, colour);
        terminal.shows(PROMPT);
        terminal.types(answer);
        terminal.end()
    };

    let (code, shown) = answered("y\n", false);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("[HOLD] deploy by ops-bot"), "{shown}");
    assert!(shown.contains("because: type 'deploy' requires approval"));
    assert!(shown.contains(r#""approved":true"#));
    assert!(!shown.contains('\u{1b}'), "NO_COLOR, and nothing foreign");

    let (code, shown) = answered("n\n", true);
    assert_eq!(code, Some(4), "{shown}");
    assert!(shown.contains(r#""approved":false"#));
    assert!(shown.contains("\u{1b}[1;33m[HOLD]"), "{shown:?}");
    assert!(!shown.contains("\u{1b}[2J"), "the agent cannot clear it");

    let records = place.records();
    let by = |n: usize| records[n]["approval"]["by"].as_str().unwrap();
    assert!(by(1).starts_with("uid:"), "{}", by(1));
    assert_eq!(records[1]["approval"]["via"], "console");
}

#[test]
#[cfg(target_os = "linux")]
fn actions_may_be_typed_at_the_terminal_too() {
    let place = Place::new(&format!("[policy]\nhold_types = [\"deploy\"]\n{KEYWORDS}"));
    let mut terminal = Terminal::start(&place, r#""$COLDNOTCH" decide"#, false);
    terminal.types("{\"type\":\"read_file\"}\n");
    terminal.shows(r#""decision":"allow""#);
    for (answer, approved) in [("y\n", true), ("n\n", false)] {
        terminal.types("{\"type\":\"deploy\"}\n");
        terminal.shows(PROMPT);
        terminal.types(answer);
        terminal.shows(r#""decision":"hold""#);
        terminal.shows(&format!(r#""approved":{approved}"#));
    }
    // The answers went to the question and nowhere else.
    terminal.types("{\"type\":\"read_file\"}\n");
    terminal.shows(r#""decision":"allow""#);
    terminal.types("\u{4}"); // the end of the input
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(place.records().len(), 6, "{shown}");
}

/// Whoever types ahead has not seen what is asked.
#[test]
#[cfg(target_os = "linux")]
fn what_was_typed_before_the_card_approves_nothing() {
    let place = Place::new(&format!("[policy]\nhold_types = [\"deploy\"]\n{KEYWORDS}"));
    fs::write(place.path("actions"), "{\"type\":\"deploy\"}\n".repeat(3)).unwrap();
    let line = r#"echo ready; until [ -e go ]; do sleep 0.1; done; "$COLDNOTCH" decide < actions"#;
    let mut terminal = Terminal::start(&place, line, false);
    terminal.shows("ready");
    terminal.types("y\ny\ny"); // two lines, and the beginning of one
    terminal.shows("y\r\ny\r\ny"); // the terminal has them
    fs::write(place.path("go"), "").unwrap();

    terminal.shows(PROMPT);
    terminal.types("\n"); // with a `y` before it, it would be a yes
    terminal.shows(r#""approved":false"#);
    terminal.shows(PROMPT);
    terminal.types("y\n");
    terminal.shows(r#""approved":true"#);
    terminal.shows(PROMPT);
    terminal.types("y\ny\n"); // the second of them to no question
    terminal.shows(r#""approved":true"#);
    assert_eq!(terminal.end().0, Some(0));
    let records = place.records();
    let answers: Vec<&Value> = records
        .iter()
        .map(|record| &record["approved"])
        .filter(|approved| !approved.is_null()) // that it was asked
        .collect();
    assert_eq!(answers, [false, true, true]);
}

#[test]
#[cfg(target_os = "linux")]
fn colour_is_for_terminals() {
    let place = Place::new(KEYWORDS);
    let listed = |colour| {
        let line = r#""$COLDNOTCH" plugin list"#;
        Terminal::start(&place, line, colour).end().1
    };
    assert!(listed(true).contains('\u{1b}'));
    assert!(!listed(false).contains('\u{1b}'));
    let mut piped = place.command("plugin list");
    piped.env_remove("NO_COLOR");
    assert!(!fed(piped, b"").stdout.contains(&0x1b));
}

// Logs and pipes that fail.

/// As on a full disk: from the second answer on, files may not grow any more.
#[test]
#[cfg(target_os = "linux")] // `prlimit`
fn nothing_is_allowed_that_could_not_be_recorded() {
    let place = Place::new(KEYWORDS);
    let mut shell = Command::new("sh");
    let script = r#"trap "" XFSZ; exec "$0" decide --no-watch"#;
    shell.args(["-c", script, env!("CARGO_BIN_EXE_coldnotch")]);
    let mut stream = Stream::start(place.prepare(shell));
    allowed(&stream.ask(r#"{"type":"read_file"}"#));
    let full = fs::metadata(place.log()).unwrap().len() + 100;
    let limited = Command::new("prlimit")
        .args(["--pid", &stream.child.id().to_string()])
        .arg(format!("--fsize={full}"))
        .status();
    assert!(limited.unwrap().success());

    for _ in 0..3 {
        let answer = stream.ask(r#"{"type":"read_file"}"#);
        assert_eq!(answer["decision"], "block", "{answer}");
        assert_eq!(answer["approved"], false);
        assert_eq!(answer["seq"], Value::Null);
        let reason = answer["reason"].as_str().unwrap();
        assert!(reason.starts_with("cannot be recorded: "), "{reason}");
    }
    assert_eq!(stream.end().0, Some(0));
    // What was answered is there, nothing else is, and the next process goes on.
    assert_eq!(place.decisions(), 1);
    let next = place.run("decide", r#"{"type":"read_file"}"#);
    assert_eq!(next.status.code(), Some(0), "{}", errors(&next));
    assert_eq!(place.decisions(), 2);
    assert_eq!(place.run("audit verify", "").status.code(), Some(0));
}

#[test]
#[cfg(unix)]
fn a_log_that_is_cut_stops_every_answer_until_a_hangup() {
    let place = Place::new(KEYWORDS);
    let mut stream = Stream::start(place.command("decide"));
    watched(&place, &mut stream, KEYWORDS);
    allowed(&stream.ask(r#"{"type":"read_file"}"#));

    let log = fs::OpenOptions::new().write(true).open(place.log());
    log.unwrap().set_len(0).unwrap();
    for _ in 0..3 {
        let answer = stream.ask(r#"{"type":"read_file"}"#);
        assert_eq!(answer["decision"], "block", "{answer}");
        assert_eq!(answer["seq"], Value::Null);
        assert!(answer["reason"].as_str().unwrap().contains("was cut"));
    }

    hang_up(&stream);
    let deadline = Instant::now() + DEADLINE;
    while stream.ask(r#"{"type":"read_file"}"#)["decision"] != "allow" {
        assert!(
            Instant::now() < deadline,
            "the log was never taken up again"
        );
    }
    assert_eq!(stream.end().0, Some(0));
    // What is missing is on record.
    assert_eq!(place.records()[0]["kind"], "recovery");
    assert_eq!(place.run("audit verify", "").status.code(), Some(0));
}

#[test]
fn without_a_log_there_is_no_answer() {
    let place = Place::new(KEYWORDS);
    fs::create_dir(place.path("folder")).unwrap();
    for log in ["/dev/full", "folder", "no/such/folder/log.jsonl"] {
        let mut command = place.command("decide");
        command.env("COLDNOTCH_AUDIT", log);
        let output = fed(command, br#"{"type":"read_file"}"#);
        assert_eq!(output.status.code(), Some(1), "{log}");
        assert_eq!(output.stdout, b"", "{log}");
        assert!(errors(&output).contains(log), "{}", errors(&output));
    }
}

/// Nobody took the answer, so the exit code must not say that it may run.
#[test]
fn a_closed_pipe_is_a_failure_and_no_panic() {
    let place = Place::new(KEYWORDS);
    for input in ["{\"type\":\"a\"}", "{\"type\":\"a\"}\n{\"type\":\"b\"}\n"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = place.command("decide");
        let child = command
            .stdin(Stdio::piped())
            .stdout(writer)
            .stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let _ = stdin.write_all(input.as_bytes()); // it may have ended already
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = errors(&output);
        assert!(
            said.starts_with("error: cannot write an answer: "),
            "{said}"
        );
        assert!(!said.contains("panicked"));
    }
    // Those that only show something have shown enough.
    for line in ["config show", "audit tail", "man", "plugin list"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = place.command(line);
        let output = command.stdout(writer).stderr(Stdio::piped()).spawn();
        let output = output.unwrap().wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}");
        assert_eq!(errors(&output), "", "{line}");
    }
}

// The log.

/// Twelve processes that begin at the same moment, each with one action.
fn twelve(place: &Place, action: impl Fn(usize) -> Value) {
    let running: Vec<Child> = (0..12)
        .map(|n| {
            let mut command = place.command("decide");
            let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = piped.stderr(Stdio::piped()).spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            write!(stdin, "{}", action(n)).unwrap();
            child
        })
        .collect();
    for (n, child) in running.into_iter().enumerate() {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &errors(&output);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert_eq!(answers(&output)[0]["id"], n.to_string());
    }
    let records = place.records();
    let ids: BTreeSet<&str> = records.iter().filter_map(|r| r["id"].as_str()).collect();
    assert_eq!((records.len(), ids.len()), (12, 12));
    let verified = place.run("audit verify --json", "");
    assert_eq!(verified.status.code(), Some(0));
    assert_eq!(answers(&verified)[0]["lines"], 12);
}

#[test]
fn processes_share_one_log_and_lose_nothing() {
    let place = Place::new(KEYWORDS);
    twelve(
        &place,
        |n| json!({"type": "read_file", "id": n.to_string()}),
    );
}

/// Not even the file they share is there yet.
#[test]
fn processes_begin_one_session_together() {
    let place = Place::new(KEYWORDS);
    twelve(
        &place,
        |n| json!({"type": "read_file", "id": n.to_string(), "session": "s"}),
    );
}

#[test]
fn verify_names_the_line_of_a_flipped_byte() {
    let place = Place::new(KEYWORDS);
    place.run("decide", "{\"type\":\"read_file\"}\n".repeat(5));
    let log = fs::read(place.log()).unwrap();
    let ends: Vec<usize> = (0..log.len()).filter(|at| log[*at] == b'\n').collect();
    assert_eq!(ends.len(), 5);
    // The last line is left out: nothing holds its hash yet.
    for at in (0..ends[3]).step_by(ends[3] / 25) {
        let mut flipped = log.clone();
        flipped[at] ^= 1;
        fs::write(place.path("flipped.jsonl"), flipped).unwrap();
        let output = place.run("audit verify flipped.jsonl --json", "");
        assert_eq!(output.status.code(), Some(5), "byte {at}");
        let report = &answers(&output)[0];
        let line = 1 + ends.iter().filter(|end| **end < at).count() as u64;
        let named = report["at"]["line"].as_u64().unwrap();
        assert!(named == line || named == line + 1, "byte {at}: {report}");
        assert_eq!(report["ok"], false);
    }
}

// Replay.

#[test]
fn a_replay_says_what_was_promised() {
    let place = Place::new("[policy]\n");
    let mut command = place.command("replay --json --verdicts out.jsonl");
    for name in ["support", "operations"] {
        command.arg(format!("{ROOT}/tests/cases/{name}.jsonl"));
    }
    let output = fed(command, b"");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(errors(&output), "", "the progress bar is for terminals");

    let report = &answers(&output)[0];
    let counted = [
        "attacks",
        "attacks_stopped",
        "benign_sessions",
        "benign_sessions_held",
        "holds_per_benign_session",
        "precision",
        "recall",
        "sessions",
        "steps",
    ];
    let more = ["categories", "failures", "latency_us"];
    assert_eq!(keys(report), counted.into_iter().chain(more).collect());
    assert_eq!(
        keys(&report["latency_us"]),
        ["p50", "p95", "p99"].into_iter().collect()
    );
    assert_eq!(
        keys(&report["categories"]),
        ["-", "operations", "support"].into_iter().collect()
    );
    for (_, category) in report["categories"].as_object().unwrap() {
        assert_eq!(keys(category), counted.into_iter().collect());
    }
    assert_eq!(report["failures"], 0);

    let verdicts = lines(&fs::read_to_string(place.path("out.jsonl")).unwrap());
    assert_eq!(verdicts.len() as u64, report["steps"].as_u64().unwrap());
    let each = [
        "session", "step", "type", "label", "decision", "risk", "reason",
    ];
    for verdict in &verdicts {
        assert_eq!(keys(verdict), each.into_iter().collect());
    }
    assert!(!place.log().exists(), "a replay is nobody's decision");
}

/// The cases that go with the consequence engine are the ones it must get right.
#[test]
fn the_engine_stops_its_attacks_and_holds_nothing_benign() {
    let place = Place::new("[policy]\n");
    let cases = fs::read_dir(format!("{ROOT}/plugins/consequence/cases")).unwrap();
    let mut command = place.command("replay --json");
    command.args(cases.map(|file| file.unwrap().path()));
    let output = fed(command, b"");
    let report = &answers(&output)[0];
    assert!(report["attacks"].as_u64().unwrap() >= 12, "{report}");
    assert!(report["benign_sessions"].as_u64().unwrap() >= 12);
    assert_eq!(report["attacks_stopped"], report["attacks"], "{report}");
    assert_eq!(report["benign_sessions_held"], 0, "{report}");
    assert_eq!(report["failures"], 0);
}
