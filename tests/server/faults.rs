//! Killed at the worst moment, a file that is locked, a disk that is full.

use std::process::Command;
use std::thread;

use rusqlite::Connection;
use serde_json::json;

use crate::command::*;
use crate::server::*;
use crate::two::until_killed;
use crate::{POLICY, pay};

#[test]
fn killed_while_approvals_wait_no_answer_is_lost_and_none_is_applied_twice() {
    let place = Place::new(POLICY);
    let mut server = Server::start(&place);
    let client = server.client();
    let waiting: Vec<_> = (0..8)
        .map(|one| {
            let (client, body) = (client.clone(), pay(&format!("{one}")).to_string());
            let kind = [("Content-Type", "application/json")];
            thread::spawn(move || client.send("POST", "/v1/decide?wait_ms=60000", &kind, body))
        })
        .collect();
    let asked = client.pending(8);
    server.kill();
    for waiting in waiting {
        assert!(
            waiting.join().unwrap().is_none(),
            "nobody was there to answer"
        );
    }
    // One is answered while there is no server.
    let id = |of: usize| asked[of]["id"].as_str().unwrap().to_owned();
    let said = place.run(&format!("approvals approve {} --by ana", id(0)), "");
    assert!(said.status.success(), "{said:?}");

    let mut server = Server::start(&place);
    let client = server.client();
    for (of, approve) in [(1, true), (2, false)] {
        let path = format!("/v1/approvals/{}/decision", id(of));
        assert_eq!(client.post(&path, &json!({"approve": approve})).status, 200);
    }
    server.kill(); // answered, and nobody has taken the answers
    let server = Server::start(&place);
    let client = server.client();
    let number = |of: usize| asked[of]["action"]["id"].as_str().unwrap().to_owned();
    for (of, approved) in [(0, true), (1, true), (2, false)] {
        let first = client.post("/v1/decide?wait_ms=40000", &pay(&number(of)));
        assert_eq!(
            (first.status, &first.json()["approved"]),
            (200, &json!(approved))
        );
        assert_eq!(
            client.post("/v1/decide", &pay(&number(of))).text,
            first.text
        );
    }
    assert_eq!(client.post("/v1/decide", &pay(&number(3))).status, 202);
    assert_eq!(place.decisions(), 3);
    assert_eq!(client.pending(5).len(), 5);
}

#[test]
fn killed_again_and_again_under_load_each_action_has_one_record() {
    let place = Place::new(POLICY);
    for round in 0..4 {
        let mut server = Server::start(&place);
        let unanswered = until_killed(&mut server, &round.to_string());
        // Whoever got no answer asks again.
        let server = Server::start(&place);
        for id in unanswered {
            let again = json!({"type": "a", "session": "s", "id": id});
            let told = server.client().post("/v1/decide", &again);
            assert_eq!((told.status, &told.json()["approved"]), (200, &json!(true)));
        }
    }
    let records = place.records();
    let mut ids: Vec<&str> = records
        .iter()
        .filter(|record| record["kind"] == "decision")
        .map(|record| record["id"].as_str().unwrap())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "an action was recorded twice");
    let state = Connection::open(place.path("coldnotch_state.db")).unwrap();
    let twice: i64 = state
        .query_row(
            "SELECT count(*) - count(DISTINCT id) FROM steps",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(twice, 0, "an action is two steps");
    assert!(place.run("audit verify", "").status.success());
}

#[test]
fn approvals_that_are_locked_make_a_hold_a_block_and_others_go_on() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let held = client.post("/v1/decide", &pay("a")).json();
    let lock = Connection::open(place.path("coldnotch_approvals.db")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = format!(
        "/v1/approvals/{}/decision",
        held["approval_id"].as_str().unwrap()
    );
    let (refused, blocked, allowed) = thread::scope(|scope| {
        let refused = scope.spawn(|| client.post(&answer, &json!({"approve": true})));
        let blocked = scope.spawn(|| client.post("/v1/decide", &pay("b")));
        let allowed = scope.spawn(|| client.post("/v1/decide", &json!({"type": "a"})));
        (
            refused.join().unwrap(),
            blocked.join().unwrap(),
            allowed.join().unwrap(),
        )
    });
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (503, Some("1"))
    );
    assert!(
        !refused.text.contains("coldnotch_approvals.db"),
        "paths stay here: {refused:?}"
    );
    let told = blocked.json();
    assert_eq!(
        (blocked.status, &told["decision"]),
        (200, &json!("block")),
        "{told}"
    );
    let reason = told["reason"].as_str().unwrap();
    assert!(reason.contains("locked"), "{reason}");
    assert_eq!(allowed.json()["approved"], true);
    lock.execute_batch("ROLLBACK").unwrap();
    assert_eq!(client.post(&answer, &json!({"approve": true})).status, 200);
}

/// The audit log on a disk that is full.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_answers_are_a_block_that_says_so() {
    let place = Place::new(&format!("{POLICY}\n[audit]\npath = 'small/audit.jsonl'\n"));
    std::fs::create_dir(place.path("small")).unwrap();
    let serve = format!(
        "{} serve --listen 127.0.0.1:0",
        env!("CARGO_BIN_EXE_coldnotch")
    );
    let script = format!("mount -t tmpfs -o size=128k tmpfs small && exec {serve}");
    let namespaced = |script: &str| {
        let mut command = place.prepare(Command::new("unshare"));
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
        command
    };
    let tried = namespaced("mount -t tmpfs -o size=128k tmpfs small").output();
    if !tried.as_ref().is_ok_and(|tried| tried.status.success()) {
        println!("not checked, no file system of one's own here: {tried:?}");
        return;
    }
    let server = Server::run(namespaced(&script));
    let client = server.client();
    let large = json!({"type": "a", "summary": "x".repeat(20_000)});
    let told = (0..20)
        .map(|_| client.post("/v1/decide", &large))
        .find(|told| told.json()["decision"] == "block");
    let told = told.expect("the disk is full");
    assert_eq!(told.status, 200);
    let reason = told.json()["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("cannot be recorded"), "{reason}");
    let ready = client.get("/readyz");
    assert_eq!((ready.status, &ready.json()["audit"]), (503, &json!(false)));
    // It may be tried again under the same id: it was not decided.
    let named = json!({"type": "a", "session": "s", "id": "1"});
    for _ in 0..2 {
        assert_eq!(
            client.post("/v1/decide", &named).json()["decision"],
            "block"
        );
    }
}
