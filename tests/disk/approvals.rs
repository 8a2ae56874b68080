//! An approvals file that is full, locked, gone or no database: a HOLD is a BLOCK that
//! says why, everything else goes on, and it is over when the cause is.

use std::fs;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::holding::HOLDING;

use super::{Stream, allowed, documented, errors, fill, on_small_disk, place, reason};

fn config() -> String {
    format!("{HOLDING}store = \"small/approvals.db\"\n")
}

const PAY: &str = r#"{"type":"pay","session":"s","id":"d"}"#;

fn unasked(answer: &Value, why: &str) {
    assert_eq!(answer["decision"], "block", "{answer}");
    assert_eq!(answer["approved"], false);
    assert!(answer["seq"].is_u64(), "it is on record: {answer}");
    assert!(reason(answer).contains(why), "{answer}");
    documented(reason(answer));
}

fn refused(answer: &Value) {
    assert_eq!(answer["decision"], "hold", "{answer}");
    assert_eq!(answer["approval_state"], "refused", "{answer}");
}

#[test]
fn on_a_full_disk_a_hold_is_a_block_until_there_is_room() {
    let place = place(&config());
    // SQLite's own log takes most of the usual size.
    let larger = "mount -o remount,size=1m small";
    let Some(command) = on_small_disk(&place, "decide --deny", larger) else {
        return;
    };
    let mut stream = Stream::start(command);
    refused(&stream.ask(PAY));
    let ballast = fill(&place, &stream);
    // What is left of the files' last pages may take a question or two.
    let long = PAY.replace('}', &format!(r#","summary":"{}"}}"#, "x".repeat(20_000)));
    let mut answer = Value::Null;
    for turn in 0..200 {
        let id = format!(r#""d-{turn}""#);
        answer = stream.ask(&long.replace(r#""d""#, &id));
        if answer["decision"] == "block" {
            break;
        }
    }
    unasked(&answer, "database or disk is full");
    allowed(&stream.ask(r#"{"type":"read_file"}"#));
    fs::remove_file(ballast).unwrap();
    refused(&stream.ask(&PAY.replace(r#""d""#, r#""after""#)));
    stream.end();
}

#[test]
fn a_file_that_others_keep_locked_is_a_block_until_they_let_go() {
    let place = place(&config());
    let mut stream = Stream::start(place.command("decide --deny"));
    refused(&stream.ask(PAY));
    let other = Connection::open(place.path("small/approvals.db")).unwrap();
    other.busy_timeout(Duration::from_secs(30)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let held = PAY.replace(r#""d""#, r#""locked""#);
    unasked(&stream.ask(&held), "database is locked");
    allowed(&stream.ask(r#"{"type":"read_file"}"#));
    other.execute_batch("ROLLBACK").unwrap();
    refused(&stream.ask(&held));

    fs::rename(place.path("small"), place.path("moved")).unwrap();
    unasked(&stream.ask(&held), "were moved away or replaced");
    fs::rename(place.path("moved"), place.path("small")).unwrap();
    refused(&stream.ask(&held));
    stream.end();
}

#[test]
fn a_file_that_is_no_database_is_a_block() {
    let place = place(&config());
    fs::write(
        place.path("small/approvals.db"),
        "not a database, ".repeat(100),
    )
    .unwrap();
    let output = place.run("decide --deny", PAY);
    assert_eq!(output.status.code(), Some(3), "{}", errors(&output));
    unasked(&super::answers(&output)[0], "not a database");
    let listed = place.run("approvals list", "");
    assert_eq!(listed.status.code(), Some(1));
    assert!(errors(&listed).contains("not a database"), "{listed:?}");

    let place = super::place(&config().replace("small/", "missing/"));
    let output = place.run("decide --deny", PAY);
    unasked(&super::answers(&output)[0], "cannot open the approvals");
}
