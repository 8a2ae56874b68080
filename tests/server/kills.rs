//! `kill -9` of the server at every state of a question: no answer is lost, and none is
//! used twice, over HTTP as in processes that wait (`tests/approvals/kills.rs`).

use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::command::*;
use crate::holding::*;
use crate::server::*;
use crate::web::until;

/// An agent that waits for its answer at a server.
struct Killed {
    place: Place,
    server: Server,
    agent: JoinHandle<Option<Reply>>,
}

fn asked() -> Value {
    json!({"type": "pay", "agent": "bot", "session": "s", "id": "1"})
}

impl Killed {
    fn begin() -> Self {
        let place = Place::new(&slow());
        let server = Server::start(&place);
        let client = server.client();
        let kind = [("Content-Type", "application/json")];
        let agent = thread::spawn(move || {
            let body = asked().to_string();
            client.send("POST", "/v1/decide?wait_ms=60000", &kind, body)
        });
        Killed {
            place,
            server,
            agent,
        }
    }

    /// Somebody approves, on the command line.
    fn approve(&self) -> String {
        approve(&self.place, &self.server)
    }

    fn count(&self, kind: &str) -> usize {
        let records = self.place.records();
        records.iter().filter(|r| r["kind"] == kind).count()
    }

    /// Kills it; whoever waited there got nothing.
    fn kill(&mut self) {
        self.server.kill();
    }

    /// The agent asks a new server the same, and gets this answer; asked once more, too.
    /// How many `decision` lines there are then, and whether the killed one had told it.
    fn comes_back(self, approval: &str) -> (usize, bool) {
        let heard = self.agent.join().unwrap();
        let server = Server::start(&self.place);
        let client = server.client();
        let told = client.post("/v1/decide?wait_ms=40000", &asked());
        let said = told.json();
        assert_eq!(
            (told.status, &said["approved"], &said["approval_id"]),
            (200, &json!(true), &json!(approval)),
            "{said}"
        );
        let again = client.post("/v1/decide?wait_ms=40000", &asked());
        assert_eq!(again.text, told.text);
        if let Some(heard) = &heard {
            assert_eq!(heard.text, told.text);
        }
        let all = client.get("/v1/approvals").json();
        let states: Vec<&Value> = all["approvals"].as_array().unwrap().iter().collect();
        let states: Vec<&Value> = states.iter().map(|approval| &approval["state"]).collect();
        assert_eq!(states, ["consumed"]);
        (self.place.decisions(), heard.is_some())
    }
}

fn approve(place: &Place, server: &Server) -> String {
    let waits = server.client().pending(1).remove(0);
    let id = waits["id"].as_str().unwrap().to_owned();
    let said = place.run(&format!("approvals approve {id} --by ana"), "");
    assert!(said.status.success(), "{said:?}");
    id
}

#[cfg(target_os = "linux")]
#[test]
fn killed_while_it_is_judged_nobody_was_asked() {
    let mut killed = Killed::begin();
    let (server, before) = (killed.server.child.id(), computed(killed.server.child.id()));
    until("judged", || (computed(server) > before + 20).then_some(()));
    killed.kill();
    assert_eq!(killed.count("hold"), 0);
    assert!(killed.agent.join().unwrap().is_none());
    let server = Server::start(&killed.place);
    let client = server.client();
    let agent = thread::spawn(move || client.post("/v1/decide?wait_ms=60000", &asked()));
    approve(&killed.place, &server);
    assert_eq!(agent.join().unwrap().json()["approved"], true);
    assert_eq!(killed.place.decisions(), 1);
}

#[test]
fn killed_while_it_waits_the_answer_is_found() {
    let mut killed = Killed::begin();
    killed.server.client().pending(1);
    killed.kill();
    let server = Server::start(&killed.place); // another one, for the time of the answer
    let id = approve(&killed.place, &server);
    drop(server);
    assert_eq!(killed.comes_back(&id), (1, false));
}

#[test]
fn killed_while_it_uses_the_answer_another_one_uses_it() {
    let mut killed = Killed::begin();
    let id = killed.approve();
    until("judged again", || {
        is_being_used(&killed.place).then_some(())
    });
    killed.kill();
    assert_eq!(killed.count("decision"), 0);
    assert_eq!(killed.comes_back(&id), (1, false));
}

#[test]
fn killed_between_the_record_and_the_use_it_is_recorded_again_and_used_once() {
    let mut killed = Killed::begin();
    let id = killed.approve();
    until("judged again", || {
        is_being_used(&killed.place).then_some(())
    });
    let store = Connection::open(killed.place.path("coldnotch_approvals.db")).unwrap();
    store.busy_timeout(DEADLINE).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap(); // so that it cannot write down the use
    until("recorded", || (killed.count("decision") == 1).then_some(()));
    killed.kill();
    store.execute_batch("ROLLBACK").unwrap();
    assert_eq!(
        killed.comes_back(&id),
        (2, false),
        "the first answer never left"
    );
}

/// Its agent may have heard the answer just before; then it is the one it gets again.
#[test]
fn killed_when_it_is_used_the_same_answer_is_told_again() {
    let mut killed = Killed::begin();
    let id = killed.approve();
    let client = killed.server.client();
    until("used", || {
        let shown = client.get(&format!("/v1/approvals/{id}")).json();
        (shown["state"] == "consumed").then_some(())
    });
    killed.kill();
    assert_eq!(killed.comes_back(&id).0, 1);
}
