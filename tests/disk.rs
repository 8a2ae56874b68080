//! Disks that are full, read-only or broken, state files that are locked or damaged,
//! and clocks that step back: what cannot be recorded is blocked, what cannot be
//! remembered is held, and `docs/operations.md` leads the way back.
#![cfg(target_os = "linux")] // `unshare`, `prlimit`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "disk/approvals.rs"]
mod approvals;
#[path = "support/clock.rs"]
mod clock;
#[path = "support/command.rs"]
mod command;
#[path = "support/holding.rs"]
mod holding;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clock::Clock;
use coldnotch::audit::{Durability, Entry, Log, Swapped, verify};
use command::*;
use rusqlite::Connection;
use serde_json::{Value, json};

/// Both files in the folder `small`.
const SMALL: &str = r#"
[[plugin]]
name = "consequence"
source = "builtin:consequence"
grants = ["history"]
limits = { time = "10s" }

[audit]
path = "small/audit.jsonl"
durability = "sync"

[session]
state = "small/state.db"
wait = "200ms"
"#;

/// Only the session state in it.
fn state_in_small() -> String {
    SMALL.replace("small/audit.jsonl", "coldnotch_audit.jsonl")
}

const ALONE: &str = r#"{"type":"read_file"}"#;

fn in_session(id: &str) -> String {
    json!({"type": "read_file", "session": "s", "id": id}).to_string()
}

fn place(config: &str) -> Place {
    let place = Place::new(config);
    fs::create_dir(place.path("small")).unwrap();
    place
}

/// The command with `small` a file system of its own, of 256 KiB, with these mount
/// options; `None` where the system forbids it.
fn on_small_disk(place: &Place, line: &str, prepare: &str) -> Option<Command> {
    let mounted = |run: &str| {
        let mut command = place.prepare(Command::new("unshare"));
        let script = format!("mount -t tmpfs -o size=256k tmpfs small && {prepare} && {run}");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
        command.env("COLDNOTCH", env!("CARGO_BIN_EXE_coldnotch"));
        command
    };
    let tried = mounted("true").output();
    if !tried.as_ref().is_ok_and(|tried| tried.status.success()) {
        println!("not checked, no file system of one's own here: {tried:?}");
        return None;
    }
    Some(mounted(&format!(r#"exec "$COLDNOTCH" {line}"#)))
}

/// A file on the small disk of a running command.
fn inside(place: &Place, stream: &Stream, name: &str) -> PathBuf {
    let folder = place.path(name);
    PathBuf::from(format!(
        "/proc/{}/root{}",
        stream.child.id(),
        folder.display()
    ))
}

/// Takes all the room there is on the small disk.
fn fill(place: &Place, stream: &Stream) -> PathBuf {
    let ballast = inside(place, stream, "small/ballast");
    let full = fs::write(&ballast, vec![0; 1 << 20]).unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    ballast
}

fn reason(answer: &Value) -> &str {
    answer["reason"].as_str().unwrap()
}

/// It did not run, for want of a record.
fn unrecorded(answer: &Value, why: &str) {
    assert_eq!(answer["decision"], "block", "{answer}");
    assert_eq!(
        (&answer["approved"], &answer["seq"]),
        (&json!(false), &Value::Null)
    );
    assert!(
        reason(answer).starts_with("cannot be recorded: "),
        "{answer}"
    );
    assert!(reason(answer).contains(why), "{answer}");
    documented(reason(answer));
}

/// It was held, and that is on record: its session could not be used.
fn unremembered(answer: &Value, why: &str) {
    assert_eq!(answer["decision"], "hold", "{answer}");
    assert_eq!(answer["approved"], false);
    assert!(answer["seq"].is_u64(), "{answer}");
    assert_eq!(
        answer["reasons"][0]["code"], "session-unavailable",
        "{answer}"
    );
    assert!(reason(answer).contains(why), "{answer}");
    documented(reason(answer));
}

/// The operator's page has this symptom, with `…` for what differs.
#[track_caller]
fn documented(message: &str) {
    let page = fs::read_to_string(format!("{ROOT}/docs/operations.md")).unwrap();
    let is_said = |line: &str| {
        let mut rest = Some(message);
        for part in line.split('…') {
            rest = rest
                .and_then(|text| text.split_once(part))
                .map(|(_, rest)| rest);
        }
        rest == Some("") || line.ends_with('…') && rest.is_some()
    };
    let symptoms = page.split("```").skip(1).step_by(2).flat_map(str::lines);
    assert!(
        symptoms.into_iter().any(is_said),
        "nowhere in docs/operations.md: {message}"
    );
}

/// Asks until the answer is this decision: what was done takes effect soon.
fn ask_until(stream: &mut Stream, line: &str, decision: &str) -> Value {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let answer = stream.ask(line);
        if answer["decision"] == decision {
            return answer;
        }
        assert!(Instant::now() < deadline, "never {decision}: {answer}");
    }
}

fn limit_file_size(stream: &Stream, limit: &str) {
    let pid = stream.child.id().to_string();
    let arguments = ["--pid", &pid, &format!("--fsize={limit}:unlimited")];
    assert!(
        Command::new("prlimit")
            .args(arguments)
            .status()
            .unwrap()
            .success()
    );
}

/// A stream whose files may be limited in size without its being killed.
fn limitable(place: &Place) -> Stream {
    let mut shell = Command::new("sh");
    let script = r#"trap "" XFSZ; exec "$0" decide --deny"#;
    shell.args(["-c", script, env!("CARGO_BIN_EXE_coldnotch")]);
    Stream::start(place.prepare(shell))
}

// The log.

#[test]
fn on_a_full_disk_nothing_runs_until_there_is_room_and_a_hangup() {
    let place = place(SMALL);
    let Some(command) = on_small_disk(&place, "decide", "true") else {
        return; // a limit on files takes its place in other tests
    };
    let mut stream = Stream::start(command);
    watched(&place, &mut stream, SMALL);
    allowed(&stream.ask(ALONE));
    let ballast = fill(&place, &stream);
    // What is left of the last block may take a line or two.
    let blocked = ask_until(&mut stream, ALONE, "block");
    unrecorded(&blocked, "No space left on device");
    unrecorded(&stream.ask(ALONE), "No space left on device");
    let refused = stream.ask(r#"{"observation":{"session":"s","id":"a","output":""}}"#);
    assert!(
        refused["error"].as_str().unwrap().contains("No space left"),
        "{refused}"
    );

    // A policy that cannot be recorded is not put in force.
    place.replace(
        "coldnotch.toml",
        format!("[policy]\nblock_types = ['x']\n{SMALL}"),
    );
    stream.heard("the swap cannot be recorded");
    // Room alone is not enough: somebody has to look at the log first.
    fs::remove_file(ballast).unwrap();
    unrecorded(&stream.ask(ALONE), "No space left on device");
    hang_up(&stream);
    allowed(&ask_until(&mut stream, ALONE, "allow"));
    stream.heard("policy swapped");

    let log = fs::read(inside(&place, &stream, "small/audit.jsonl")).unwrap();
    assert_eq!(stream.end().0, Some(1), "one line was refused");
    fs::write(place.path("log"), log).unwrap();
    let report = verify(&place.path("log")).unwrap();
    assert!(
        !report.kinds.contains_key("recovery"),
        "nothing was lost: {report:?}"
    );
    assert_eq!(report.kinds["swap"], 2);
}

#[test]
fn one_action_on_a_full_disk_is_blocked() {
    let place = place(SMALL);
    // The log is there, and there is no more room.
    let full = format!(
        "echo '{ALONE}' | \"$COLDNOTCH\" decide >first && ! head -c 1M /dev/zero >small/ballast 2>errors"
    );
    let Some(command) = on_small_disk(&place, "decide", &full) else {
        return;
    };
    let limit = "x".repeat(8000); // longer than what is left of a block
    let action = json!({"type": "read_file", "summary": limit}).to_string();
    let output = fed(command, action.as_bytes());
    assert_eq!(output.status.code(), Some(3), "{}", errors(&output));
    unrecorded(&answers(&output)[0], "No space left on device");
}

/// The same without a file system of its own: files may not grow any more.
#[test]
fn an_error_of_the_disk_ends_with_the_next_hangup() {
    let place = Place::new("[[plugin]]\nname = 'keywords'\nsource = 'builtin:keywords'\n");
    let mut stream = limitable(&place);
    watched(
        &place,
        &mut stream,
        "[[plugin]]\nname = 'keywords'\nsource = 'builtin:keywords'\n",
    );
    let before = fs::read(place.log()).unwrap();
    // There is room for the beginning of a line.
    limit_file_size(&stream, &(before.len() + 100).to_string());
    for line in [
        ALONE.replace('}', &format!(r#","summary":"{}"}}"#, "x".repeat(20_000))),
        ALONE.to_owned(),
    ] {
        unrecorded(&stream.ask(&line), "File too large");
        assert_eq!(
            fs::read(place.log()).unwrap(),
            before,
            "it was not cut back"
        );
    }
    hang_up(&stream); // too early
    limit_file_size(&stream, "unlimited");
    hang_up(&stream);
    allowed(&ask_until(&mut stream, ALONE, "allow"));
    assert_eq!(stream.end().0, Some(0));
    let report = verify(&place.log()).unwrap();
    assert_eq!(report.kinds["decision"], place.decisions() as u64);
    assert!(!report.kinds.contains_key("recovery"), "{report:?}");
}

/// The kernel drops pages it could not write, so a sync that failed is not repeated.
#[test]
fn a_sync_that_fails_is_not_taken_for_a_record() {
    let place = Place::new("[[plugin]]\nname = 'keywords'\nsource = 'builtin:keywords'\n");
    let mut command = place.prepare(Command::new("strace"));
    command.args(["-f", "-o", "/dev/null", "-e", "trace=fdatasync"]);
    command.args(["-e", "inject=fdatasync:error=EIO:when=2"]);
    command.args([env!("CARGO_BIN_EXE_coldnotch"), "decide", "--no-watch"]);
    let tried = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    if !tried.as_ref().is_ok_and(|tried| tried.status.success()) {
        println!("not checked, no strace here: {tried:?}");
        return;
    }
    let mut stream = Stream::start(command);
    allowed(&stream.ask(ALONE));
    for _ in 0..3 {
        unrecorded(&stream.ask(ALONE), "Input/output error");
    }
    assert_eq!(stream.end().0, Some(0));
    assert_eq!(place.decisions(), 1, "no answer left for the other");
    assert_eq!(place.run("decide", ALONE).status.code(), Some(0));
    assert_eq!(verify(&place.log()).unwrap().lines, 2);
}

#[test]
fn a_log_that_cannot_be_written_is_no_gate() {
    let place = place(SMALL);
    // Nobody can make a file there, not even root.
    let mut command = place.command("decide");
    command.env("COLDNOTCH_AUDIT", "/sys/coldnotch.jsonl");
    let output = fed(command, ALONE.as_bytes());
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(1), &b""[..])
    );
    documented(errors(&output).trim_end());

    let used =
        format!("echo '{ALONE}' | \"$COLDNOTCH\" decide >first && mount -o remount,ro small");
    let Some(command) = on_small_disk(&place, "decide", &used) else {
        return;
    };
    let output = fed(command, ALONE.as_bytes());
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(1), &b""[..])
    );
    assert!(
        errors(&output).contains("Read-only file system"),
        "{}",
        errors(&output)
    );
    documented(errors(&output).trim_end());
}

#[test]
fn a_damaged_log_is_no_gate_until_it_is_moved_away() {
    let place = Place::new(&state_in_small());
    place.run("decide", format!("{ALONE}\n{ALONE}\n{ALONE}\n"));
    let log = fs::read_to_string(place.log()).unwrap();
    fs::write(place.log(), log.replacen("read_file", "lead_file", 1)).unwrap();
    let output = place.run("decide", ALONE);
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(1), &b""[..])
    );
    documented(errors(&output).trim_end());
    fs::rename(place.log(), place.path("damaged.jsonl")).unwrap();
    assert_eq!(place.run("decide", ALONE).status.code(), Some(0));
    assert_eq!(place.run("audit verify", "").status.code(), Some(0));
}

// The session state.

#[test]
fn without_room_for_the_session_an_action_is_held_until_there_is() {
    let place = place(&state_in_small());
    let Some(command) = on_small_disk(&place, "decide --deny", "true") else {
        return;
    };
    let mut stream = Stream::start(command);
    allowed(&stream.ask(&in_session("a")));
    let ballast = fill(&place, &stream);
    // A step that needs more than what its file already has.
    let long = json!({"type": "read_file", "session": "s", "id": "long", "payload": {"a": "x".repeat(200_000)}});
    unremembered(&stream.ask(&long.to_string()), "database or disk is full");
    allowed(&stream.ask(ALONE));
    fs::remove_file(ballast).unwrap();
    for id in ["b", "c"] {
        allowed(&stream.ask(&in_session(id)));
    }
    let report = stream.ask(r#"{"observation":{"session":"s","id":"a","output":"done"}}"#);
    assert_eq!(report["observed"], "a", "{report}");
    assert_eq!(stream.end().0, Some(0));
    assert_eq!(verify(&place.log()).unwrap().kinds["decision"], 5);
}

/// The same by a limit on the size of files, and with the stricter policy.
#[test]
fn a_state_that_cannot_be_written_blocks_where_failures_do() {
    let place = place(&format!(
        "[policy]\non_plugin_failure = \"block\"\n{}",
        state_in_small()
    ));
    let mut stream = limitable(&place);
    allowed(&stream.ask(&in_session("a")));
    let state = fs::metadata(place.path("small/state.db-wal"))
        .unwrap()
        .len();
    assert!(state > 4 * fs::metadata(place.log()).unwrap().len());
    limit_file_size(&stream, &state.to_string());
    let blocked = stream.ask(&in_session("b"));
    assert_eq!(
        (&blocked["decision"], &blocked["approved"]),
        (&json!("block"), &json!(false))
    );
    assert!(blocked["seq"].is_u64(), "{blocked}");
    documented(reason(&blocked));
    limit_file_size(&stream, "unlimited");
    allowed(&stream.ask(&in_session("c")));
    assert_eq!(stream.end().0, Some(0));
    let db = Connection::open(place.path("small/state.db")).unwrap();
    let steps: i64 = db
        .query_row("SELECT count(*) FROM steps", [], |row| row.get(0))
        .unwrap();
    assert_eq!(steps, 2, "what was blocked unseen is no step");
}

#[test]
fn a_state_file_that_somebody_keeps_locked_is_waited_for_no_longer_than_configured() {
    let place = place(&state_in_small());
    let mut stream = Stream::start(place.command("decide --deny"));
    allowed(&stream.ask(&in_session("a")));
    let other = Connection::open(place.path("small/state.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    unremembered(&stream.ask(&in_session("b")), "database is locked");
    allowed(&stream.ask(ALONE));
    other.execute_batch("COMMIT").unwrap();
    allowed(&stream.ask(&in_session("c")));
    assert_eq!(stream.end().0, Some(0));
}

#[test]
fn a_state_file_on_a_read_only_disk_holds() {
    let place = place(&state_in_small());
    // Nobody can make a file there, not even root.
    let mut config = fs::read_to_string(place.path("coldnotch.toml")).unwrap();
    config = config.replace("small/state.db", "/sys/state.db");
    fs::write(place.path("elsewhere.toml"), config).unwrap();
    let output = place.run("decide --deny --config elsewhere.toml", in_session("a"));
    assert_eq!(output.status.code(), Some(4), "{}", errors(&output));
    unremembered(&answers(&output)[0], "cannot open the session state");

    let used = format!(
        "echo '{}' | \"$COLDNOTCH\" decide >first && mount -o remount,ro small",
        in_session("a")
    );
    let Some(command) = on_small_disk(&place, "decide --deny", &used) else {
        return;
    };
    let output = fed(command, in_session("b").as_bytes());
    assert_eq!(output.status.code(), Some(4), "{}", errors(&output));
    unremembered(&answers(&output)[0], "Read-only file system");
}

const SECRET: &str =
    r#"{"type":"read_secret","session":"s","id":"a","payload":{"name":"billing-api"}}"#;
const SEND: &str =
    r#"{"type":"http_post","session":"s","payload":{"url":"https://collect.example.net/in"}}"#;

#[test]
fn a_state_file_that_became_garbage_is_of_no_use_until_it_is_moved_away() {
    let place = place(&state_in_small());
    let mut stream = Stream::start(place.command("decide --deny"));
    allowed(&stream.ask(SECRET));
    // While it is in use, with what belongs to it.
    for name in ["small/state.db", "small/state.db-wal"] {
        let length = fs::metadata(place.path(name)).unwrap().len() as usize;
        fs::write(place.path(name), b"garbage ".repeat(length / 8)).unwrap();
    }
    // Who has the session in memory may go on, but not as if it were empty.
    assert_eq!(stream.ask(SEND)["decision"], "hold");
    assert_eq!(stream.end().0, Some(0));

    let output = place.run("decide --deny", SEND);
    assert_eq!(output.status.code(), Some(4), "{}", errors(&output));
    unremembered(&answers(&output)[0], "is damaged: file is not a database");
    fs::create_dir(place.path("damaged")).unwrap();
    for entry in fs::read_dir(place.path("small")).unwrap() {
        let entry = entry.unwrap();
        fs::rename(entry.path(), place.path("damaged").join(entry.file_name())).unwrap();
    }
    let output = place.run("decide", in_session("b"));
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
}

/// Otherwise it would go on in a file that nobody else sees.
#[test]
fn a_state_file_moved_away_under_a_process_holds_until_it_starts_again() {
    let place = place(&state_in_small());
    let (state, away) = (place.path("small/state.db"), place.path("small/away.db"));
    let mut stream = Stream::start(place.command("decide --deny"));
    allowed(&stream.ask(SECRET));
    fs::rename(&state, &away).unwrap();
    unremembered(&stream.ask(SEND), "was moved away or replaced while in use");
    fs::rename(&away, &state).unwrap();
    let held = stream.ask(SEND);
    assert_eq!(held["reasons"][0]["code"], "secret-then-send", "{held}");

    fs::rename(&state, &away).unwrap();
    fs::write(&state, "").unwrap();
    unremembered(
        &stream.ask(&in_session("b")),
        "was moved away or replaced while in use",
    );
    allowed(&stream.ask(ALONE));
    assert_eq!(stream.end().0, Some(0));
    assert_eq!(place.run("decide", in_session("b")).status.code(), Some(0));
}

/// What SQLite keeps beside the file is not taken for that of the next one.
#[test]
fn a_new_state_file_takes_nothing_from_what_lay_beside_the_old() {
    let place = place(&state_in_small());
    let state = place.path("small/state.db");
    let mut stream = Stream::start(place.command("decide --deny"));
    allowed(&stream.ask(&in_session("a")));
    let wal = fs::read(place.path("small/state.db-wal")).unwrap();
    assert!(!wal.is_empty());
    drop(stream); // killed: nothing is tidied up
    fs::rename(&state, place.path("old.db")).unwrap();
    assert_eq!(place.run("decide", in_session("b")).status.code(), Some(0));
    let db = Connection::open(&state).unwrap();
    let ids: String = db
        .query_row("SELECT group_concat(id) FROM steps", [], |row| row.get(0))
        .unwrap();
    assert_eq!(ids, "b");
}

// Clocks.

#[test]
fn a_clock_that_steps_back_changes_no_order_and_no_session() {
    let place = place(SMALL);
    let Some(clock) = Clock::new(&place) else {
        return; // the log is checked below all the same
    };
    let stepped = |line: &str| clock.under(place.command(line));
    let mut stream = Stream::start(stepped("decide --deny"));
    allowed(&stream.ask(SECRET));
    clock.set(-86_400);
    let seen =
        stream.ask(r#"{"observation":{"session":"s","id":"a","output":"sk_live_5ba91c07e2"}}"#);
    assert_eq!(seen["seq"], 1, "{seen}");
    let held = stream.ask(SEND);
    assert_eq!(held["reasons"][0]["code"], "secret-then-send", "{held}");
    assert_eq!(stream.end().0, Some(0));
    // And in the next process.
    let output = fed(stepped("decide --deny"), SEND.as_bytes());
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(
        answers(&output)[0]["reasons"][0]["code"],
        "secret-then-send"
    );

    let log = place.path("small/audit.jsonl");
    let records = lines(&fs::read_to_string(&log).unwrap());
    let times: Vec<&str> = records
        .iter()
        .map(|record| record["ts"].as_str().unwrap())
        .collect();
    assert!(
        times[1] < times[0],
        "the clock did not step back: {times:?}"
    );
    let seqs: Vec<u64> = records
        .iter()
        .map(|record| record["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, [0, 1, 2, 3, 4, 5]);
    assert_eq!(verify(&log).unwrap().lines, 6);
}

/// Before the Unix epoch, too.
#[test]
fn a_log_takes_any_time_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let year = std::time::Duration::from_secs(365 * 86400);
    let times: [SystemTime; 4] = [
        SystemTime::now(),
        UNIX_EPOCH + year,
        UNIX_EPOCH,
        UNIX_EPOCH - year,
    ];
    for (seq, at) in times.into_iter().enumerate() {
        let log = Log::open(&path, Durability::Record, at).unwrap().log;
        let swapped = Swapped {
            at,
            generation: "g",
            previous: None,
            plugins: &[],
        };
        assert_eq!(log.append(&Entry::Swap(swapped)).unwrap(), seq as u64);
    }
    assert_eq!(verify(&path).unwrap().lines, 4);
}
