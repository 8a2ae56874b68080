//! Two servers on the same files: whichever is asked, an action is decided once.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use parking_lot::Mutex;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::command::*;
use crate::server::*;
use crate::{POLICY, pay};

fn read(id: &str, summary: &str) -> Value {
    json!({"type": "read", "session": "s", "id": id, "summary": summary})
}

/// How often each action has a decision on record.
fn decided(place: &Place) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for record in place.records() {
        if record["kind"] == "decision" {
            *count
                .entry(record["id"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
    }
    count
}

fn steps(place: &Place) -> Vec<String> {
    let state = Connection::open(place.path("coldnotch_state.db")).unwrap();
    let mut select = state.prepare("SELECT id FROM steps ORDER BY step").unwrap();
    let ids = select.query_map([], |row| row.get(0)).unwrap();
    ids.map(|id| id.unwrap()).collect()
}

#[test]
fn the_same_action_gets_the_same_answer_from_either_and_another_is_refused() {
    let place = Place::new(POLICY);
    let servers = [Server::start(&place), Server::start(&place)];
    let [here, there] = servers.each_ref().map(Server::client);
    let first = here.post("/v1/decide", &read("1", ""));
    assert_eq!(there.post("/v1/decide", &read("1", "")).text, first.text);
    let other = there.post("/v1/decide", &read("1", "another"));
    assert_eq!((other.status, &other.json()["field"]), (409, &json!("id")));

    let held = here.post("/v1/decide", &pay("2"));
    let again = there.post("/v1/decide", &pay("2"));
    assert_eq!((held.status, again.status), (202, 202));
    let id = held.json()["approval_id"].clone();
    assert_eq!(again.json()["approval_id"], id);
    let answer = format!("/v1/approvals/{}/decision", id.as_str().unwrap());
    assert_eq!(there.post(&answer, &json!({"approve": true})).status, 200);
    let told = here.post("/v1/decide?wait_ms=40000", &pay("2"));
    assert_eq!(told.json()["approved"], true);
    assert_eq!(there.post("/v1/decide", &pay("2")).text, told.text);
    assert_eq!(
        decided(&place),
        BTreeMap::from([("1".to_owned(), 1), ("2".to_owned(), 1)])
    );
    assert_eq!(steps(&place), ["1", "2"]);
}

#[test]
fn asked_at_once_one_decides_and_all_hear_the_same() {
    const ACTIONS: usize = 30;
    let place = Place::new(POLICY);
    let servers = [Server::start(&place), Server::start(&place)];
    let told = Mutex::new(BTreeMap::<String, BTreeSet<(u16, String)>>::new());
    thread::scope(|scope| {
        for sender in 0..6 {
            let (client, told) = (servers[sender % 2].client(), &told);
            scope.spawn(move || {
                for one in 0..ACTIONS {
                    // Two of the six mean something else by the same id.
                    let summary = if sender < 4 { "" } else { "another" };
                    let id = one.to_string();
                    let reply = client.post("/v1/decide", &read(&id, summary));
                    let heard = match reply.status {
                        200 => reply.text,
                        409 => String::new(),
                        status => panic!("{status}: {}", reply.text),
                    };
                    told.lock()
                        .entry(id)
                        .or_default()
                        .insert((reply.status, heard));
                }
            });
        }
    });
    for (id, heard) in told.into_inner() {
        let statuses: Vec<u16> = heard.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [200, 409], "action {id}: {heard:?}");
    }
    let decided = decided(&place);
    assert_eq!(decided.len(), ACTIONS);
    assert!(decided.values().all(|count| *count == 1), "{decided:?}");
    let mut steps = steps(&place);
    assert_eq!(steps.len(), ACTIONS);
    steps.sort_unstable();
    steps.dedup();
    assert_eq!(steps.len(), ACTIONS, "an action is two steps");
    assert!(place.run("audit verify", "").status.success());
}

#[test]
fn what_one_was_deciding_when_it_was_killed_the_other_decides_once() {
    let place = Place::new(POLICY);
    let other = Server::start(&place);
    for round in 0..3 {
        let mut killed = Server::start(&place);
        let unanswered = until_killed(&mut killed, &format!("{round}"));
        for id in unanswered {
            let action = json!({"type": "a", "session": "s", "id": id});
            let told = other.client().post("/v1/decide", &action);
            assert_eq!((told.status, &told.json()["approved"]), (200, &json!(true)));
        }
    }
    let decided = decided(&place);
    assert!(decided.values().all(|count| *count == 1), "{decided:?}");
    assert_eq!(steps(&place).len(), decided.len());
}

/// Sends actions from four threads, and kills the server once each was answered often;
/// the ids of those that were not.
pub(crate) fn until_killed(server: &mut Server, round: &str) -> Vec<String> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (client, answered) = (server.client(), [(); 4].map(|()| AtomicUsize::new(0)));
    thread::scope(|scope| {
        let senders: Vec<_> = answered
            .iter()
            .enumerate()
            .map(|(sender, answered)| {
                let client = client.clone();
                let unanswered = move |one: u32| {
                    let id = format!("{round}-{sender}-{one}");
                    let body = json!({"type": "a", "session": "s", "id": id}).to_string();
                    let kind = [("Content-Type", "application/json")];
                    let told = client.send("POST", "/v1/decide", &kind, body);
                    answered.fetch_add(1, Ordering::SeqCst);
                    told.is_none().then_some(id)
                };
                scope.spawn(move || (0..).find_map(unanswered).expect("it is killed"))
            })
            .collect();
        while answered
            .iter()
            .any(|count| count.load(Ordering::SeqCst) < 20)
        {
            thread::yield_now();
        }
        server.kill();
        senders.into_iter().map(|s| s.join().unwrap()).collect()
    })
}
