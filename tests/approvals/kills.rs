//! `kill -9` at every state of a question: its answer is neither lost nor used twice,
//! and whoever comes back for it does not wait for the dead.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::command::*;
use super::{decided, pending, started};
use crate::holding::*;

struct Killed {
    place: Place,
    agent: Child,
    action: String,
}

impl Killed {
    /// An agent that waits for its answer, in a process of its own.
    fn begin(id: &str) -> Self {
        let place = Place::new(&slow());
        let action = json!({"type": "pay", "agent": "bot", "session": "s", "id": id});
        let action = action.to_string();
        let agent = started(place.command("decide --wait 60s"), action.as_bytes());
        Killed {
            place,
            agent,
            action,
        }
    }

    fn kill(&mut self) {
        self.agent.kill().unwrap(); // SIGKILL
        self.agent.wait().unwrap();
    }

    fn approve(&self) -> String {
        let id = pending(&self.place, 1).remove(0);
        let said = self
            .place
            .run(&format!("approvals approve {id} --by ana"), "");
        assert!(said.status.success(), "{said:?}");
        id
    }

    fn records(&self, kind: &str) -> usize {
        if !self.place.log().exists() {
            return 0;
        }
        let of = |record: &&Value| record["kind"] == kind;
        self.place.records().iter().filter(of).count()
    }

    fn until(&self, what: &str, happened: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !happened(self) {
            assert!(Instant::now() < deadline, "never {what}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The agent comes back, and gets this answer without waiting for the dead: as
    /// long as it takes to judge the action twice, and a few seconds at most.
    fn comes_back(&self, approval: &str) {
        let begun = Instant::now();
        let again = started(
            self.place.command("decide --wait 60s"),
            self.action.as_bytes(),
        );
        let (answer, exit) = decided(&again.wait_with_output().unwrap());
        assert_eq!(
            (exit, &answer["approval_id"], &answer["approved"]),
            (Some(0), &json!(approval), &json!(true)),
            "{answer}"
        );
        assert!(begun.elapsed() < 3 * JUDGING + Duration::from_secs(15));
        self.settled();
    }

    /// Nothing of it waits any more: neither the question nor its steps.
    fn settled(&self) {
        let listed = self.place.run("approvals list --all --json", "");
        let listed = lines(&String::from_utf8(listed.stdout).unwrap());
        let states: Vec<&Value> = listed.iter().map(|approval| &approval["state"]).collect();
        assert_eq!(states, ["consumed"]);
        let db = Connection::open(self.place.path("coldnotch_state.db")).unwrap();
        let last = "SELECT approved FROM steps ORDER BY step DESC LIMIT 1";
        let approved: Option<bool> = db.query_row(last, [], |row| row.get(0)).unwrap();
        assert_eq!(approved, Some(true), "the step it came back with");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn killed_while_it_is_judged_it_was_never_asked() {
    let mut killed = Killed::begin("judged");
    killed.until("opened", |killed| killed.place.log().exists());
    let (agent, before) = (killed.agent.id(), computed(killed.agent.id()));
    killed.until("judged", |_| computed(agent) > before + 20);
    killed.kill();
    assert_eq!(killed.records("hold"), 0);
    let again = started(
        killed.place.command("decide --wait 60s"),
        killed.action.as_bytes(),
    );
    killed.approve();
    assert_eq!(decided(&again.wait_with_output().unwrap()).1, Some(0));
    killed.settled();
}

#[test]
fn killed_while_it_waits_it_finds_its_answer() {
    let mut killed = Killed::begin("waits");
    pending(&killed.place, 1);
    killed.kill();
    let id = killed.approve();
    killed.comes_back(&id);
    assert_eq!(killed.records("decision"), 1);
}

#[test]
fn killed_while_it_uses_the_answer_it_uses_it_when_it_comes_back() {
    let mut killed = Killed::begin("uses");
    let id = killed.approve();
    killed.until("judged again", |killed| is_being_used(&killed.place));
    killed.kill();
    assert_eq!(killed.records("decision"), 0);
    killed.comes_back(&id);
    assert_eq!(killed.records("decision"), 1);
}

#[test]
fn killed_between_the_record_and_the_use_it_is_recorded_again_and_used_once() {
    let mut killed = Killed::begin("recorded");
    let id = killed.approve();
    killed.until("judged again", |killed| is_being_used(&killed.place));
    let store = Connection::open(killed.place.path("coldnotch_approvals.db")).unwrap();
    store.busy_timeout(DEADLINE).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap(); // so that it cannot write down the use
    killed.until("recorded", |killed| killed.records("decision") == 1);
    killed.kill();
    store.execute_batch("ROLLBACK").unwrap();
    killed.comes_back(&id);
    assert_eq!(killed.records("decision"), 2, "the first answer never left");
}

#[test]
fn killed_when_all_is_done_it_gets_the_same_answer_again() {
    let mut killed = Killed::begin("done");
    let id = killed.approve();
    let used = |killed: &Killed| {
        let shown = killed.place.run(&format!("approvals show {id} --json"), "");
        String::from_utf8_lossy(&shown.stdout).contains("\"consumed\"")
    };
    killed.until("used", used);
    killed.kill();
    killed.comes_back(&id);
    assert_eq!(killed.records("decision"), 1);
}

/// A person's command that is killed has either answered or not.
#[test]
fn an_answer_that_is_killed_is_whole_or_not_there() {
    let mut killed = Killed::begin("answer");
    let id = pending(&killed.place, 1).remove(0);
    for micros in (0..40).map(|turn| turn * 700) {
        let line = format!("approvals approve {id} --by ana");
        let mut person = started(killed.place.command(&line), b"");
        thread::sleep(Duration::from_micros(micros));
        let _ = person.kill();
        person.wait().unwrap();
    }
    let _ = killed
        .place
        .run(&format!("approvals approve {id} --by bo"), "");
    assert_eq!(killed.agent.wait().unwrap().code(), Some(0));
    let shown = killed.place.run(&format!("approvals show {id} --json"), "");
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["answers"].as_array().unwrap().len(), 1, "{shown}");
    killed.settled();
}
