//! A `decide` that waits in one process and a person who answers in another, through
//! the approvals file: answered, refused, too late, killed and come back.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/command.rs"]
mod command;
#[path = "support/holding.rs"]
mod holding;
#[path = "approvals/kills.rs"]
mod kills;
#[path = "approvals/races.rs"]
mod races;

use std::io::{BufRead, BufReader};
use std::process::{Child, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use command::*;
use holding::{HOLDING, PAUSING, ask, pay};
use serde_json::{Value, json};

/// A `decide` that waits in a process of its own.
fn waiting(place: &Place, line: &str, action: &str) -> Child {
    started(place.command(line), action.as_bytes())
}

/// The ids that wait, once there are this many.
fn pending(place: &Place, count: usize) -> Vec<String> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let listed = place.run("approvals list --json", "");
        let text = String::from_utf8(listed.stdout).unwrap();
        let found: Vec<String> = lines(&text)
            .iter()
            .map(|approval| approval["id"].as_str().unwrap().to_owned())
            .collect();
        if found.len() == count {
            return found;
        }
        assert!(Instant::now() < deadline, "{found:?} wait, not {count}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The one answer of a `decide` and its exit code.
fn decided(output: &Output) -> (Value, Option<i32>) {
    let text = String::from_utf8_lossy(&output.stdout);
    let answers = lines(&text);
    assert_eq!(answers.len(), 1, "{output:?}");
    (answers[0].clone(), output.status.code())
}

#[test]
fn a_decide_that_waits_goes_on_when_another_process_answers() {
    let place = Place::new(HOLDING);
    for (word, code, approved) in [("approve", 0, true), ("refuse", 4, false)] {
        let agent = waiting(&place, "decide --wait 60s", &pay(word));
        let id = pending(&place, 1).remove(0);
        let said = place.run(
            &format!("approvals {word} {id} --by ana --reason because"),
            "",
        );
        assert!(said.status.success(), "{said:?}");
        let (answer, exit) = decided(&agent.wait_with_output().unwrap());
        assert_eq!(
            (exit, &answer["approved"]),
            (Some(code), &json!(approved)),
            "{answer}"
        );
        let state = if approved { "approved" } else { "refused" };
        assert_eq!(
            (&answer["approval_state"], &answer["approval_id"]),
            (&json!(state), &json!(id))
        );
        let record = place.records().pop().unwrap();
        assert_eq!(
            (&record["approval"]["by"], &record["approval"]["via"]),
            (&json!("ana"), &json!("cli"))
        );

        let late = place.run(&format!("approvals approve {id} --by bo"), "");
        let told = String::from_utf8_lossy(&late.stderr).into_owned();
        assert_eq!(late.status.code(), Some(1));
        assert!(
            told.contains(&format!("was already {state} by ana")),
            "{told}"
        );
        let shown = place.run(&format!("approvals show {id} --json"), "");
        let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
        assert_eq!(shown["answers"][0]["reason"], "because");
    }
    assert_eq!(place.decisions(), 2);
}

#[test]
fn time_that_runs_out_is_no_refusal() {
    let place = Place::new(HOLDING);
    let (answer, exit) = decided(&place.run("decide --wait 100ms", pay("a")));
    assert_eq!((exit, &answer["approved"]), (Some(4), &json!(false)));
    assert_eq!(answer["approval_state"], "expired");
    assert_eq!(answer["reason"], "the approval expired unanswered");
    let late = format!(
        "approvals approve {} --by ana",
        answer["approval_id"].as_str().unwrap()
    );
    let late = place.run(&late, "");
    assert_eq!(late.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&late.stderr).contains("has expired"),
        "{late:?}"
    );

    let place = Place::new(&format!("{HOLDING}\non_timeout = \"pause\"\n"));
    let (answer, exit) = decided(&place.run("decide --wait 100ms", pay("a")));
    assert_eq!((exit, &answer["approved"]), (Some(4), &Value::Null));
    assert_eq!(answer["approval_state"], "pending");
    let id = pending(&place, 1).remove(0);
    assert!(
        place
            .run(&format!("approvals approve {id} --by ana"), "")
            .status
            .success()
    );
    let (answer, exit) = decided(&place.run("decide --wait 60s", pay("a")));
    assert_eq!(
        (exit, &answer["approval_id"]),
        (Some(0), &json!(id)),
        "it came back for its answer"
    );
}

/// What happens is told as it happens, a line of JSON each, in order: of several who must
/// approve each by themselves.
#[test]
fn a_watch_tells_each_step_of_a_question() {
    let place = Place::new(&format!("{HOLDING}{PAUSING}quorum = 2\n"));
    let mut watch = place.command("approvals watch --json");
    let mut watch = watch.stdout(Stdio::piped()).spawn().unwrap();
    let told = received(watch.stdout.take().unwrap());
    // It watches once it tells of one of these.
    let mut number = 0;
    while told.recv_timeout(Duration::from_millis(100)).is_err() {
        assert!(number < 300, "nothing is told");
        number += 1;
        ask(&place, &pay(&format!("first-{number}")));
    }
    let held = ask(&place, &pay("a"));
    let id = held["approval_id"].as_str().unwrap();
    for by in ["ana", "bo"] {
        let approve = format!("approvals approve {id} --by {by}");
        assert!(place.run(&approve, "").status.success());
    }
    assert_eq!(
        decided(&place.run("decide --wait 60s", pay("a"))).1,
        Some(0)
    );
    let mut steps: Vec<Value> = Vec::new();
    while steps.last().is_none_or(|last| last[0] != "consumed") {
        let line = told.recv_timeout(DEADLINE).unwrap();
        let step: Value = serde_json::from_str(&line).unwrap();
        if step["id"] == id {
            steps.push(json!([step["state"], step["answered"]["by"]]));
        }
    }
    let told = [
        ("pending", None),
        ("pending", Some("ana")),
        ("pending", Some("bo")),
        ("approved", None),
        ("consumed", None),
    ];
    assert_eq!(steps, told.map(|(state, by)| json!([state, by])));
    watch.kill().unwrap();
    watch.wait().unwrap();

    let over = place.run("approvals watch --for 1ms", "");
    assert_eq!((over.status.code(), over.stdout), (Some(0), Vec::new()));
}

#[test]
fn an_agent_that_was_killed_comes_back_for_its_answer() {
    let place = Place::new(HOLDING);
    for answered_while_dead in [true, false] {
        let action = pay(if answered_while_dead { "a" } else { "b" });
        let mut agent = waiting(&place, "decide --wait 60s", &action);
        let id = pending(&place, 1).remove(0);
        agent.kill().unwrap(); // SIGKILL
        agent.wait().unwrap();
        let approve = || {
            let said = place.run(&format!("approvals approve {id} --by ana"), "");
            assert!(said.status.success(), "{said:?}");
        };
        if answered_while_dead {
            approve();
        }
        let mut again = waiting(&place, "decide --wait 60s", &action);
        if !answered_while_dead {
            let said = BufReader::new(again.stderr.take().unwrap()).lines();
            let mut said = said.map_while(Result::ok);
            assert!(said.any(|line| line.contains(&format!("approval {id} waits"))));
            approve();
        }
        let (answer, exit) = decided(&again.wait_with_output().unwrap());
        assert_eq!(
            (exit, &answer["approval_id"]),
            (Some(0), &json!(id)),
            "{answer}"
        );
        let one = format!("\"id\":\"{id}\"");
        let log = std::fs::read_to_string(place.log()).unwrap();
        let decisions = log
            .lines()
            .filter(|line| line.contains(&one) && line.contains("\"kind\":\"decision\""));
        assert_eq!(decisions.count(), 1, "it was used once");
    }
    // Another action under the same id is another question.
    let other = json!({"type": "pay", "session": "s", "id": "a", "payload": {"amount": 9999}});
    let (answer, exit) = decided(&place.run("decide --wait 100ms", other.to_string()));
    assert_eq!((exit, &answer["approved"]), (Some(4), &json!(false)));
}

#[test]
fn eight_who_answer_at_once_in_processes_of_their_own_have_one_winner() {
    let place = &Place::new(HOLDING);
    let agent = waiting(place, "decide --wait 60s", &pay("a"));
    let id = &pending(place, 1).remove(0);
    let taken: usize = thread::scope(|scope| {
        let people: Vec<_> = (0..8)
            .map(|person| {
                let word = if person % 2 == 0 { "approve" } else { "refuse" };
                let line = format!("approvals {word} {id} --by person-{person}");
                scope.spawn(move || {
                    let said = place.run(&line, "");
                    let told = String::from_utf8_lossy(&said.stderr).into_owned();
                    let first = said.status.success();
                    assert!(first || told.contains("by person-"), "{told}");
                    usize::from(first)
                })
            })
            .collect();
        people
            .into_iter()
            .map(|person| person.join().unwrap())
            .sum()
    });
    assert_eq!(taken, 1);
    let (answer, exit) = decided(&agent.wait_with_output().unwrap());
    assert_eq!(
        answer["approved"] == json!(true),
        exit == Some(0),
        "{answer}"
    );
    assert_eq!(place.decisions(), 1);
}

#[test]
fn nobody_approves_what_they_ask_for_and_two_may_be_needed() {
    let place = Place::new(&format!("{HOLDING}\nquorum = 2\n"));
    let agent = waiting(&place, "decide --wait 60s", &pay("a"));
    let id = pending(&place, 1).remove(0);
    let said = |by: &str| place.run(&format!("approvals approve {id} --by {by}"), "");
    assert!(String::from_utf8_lossy(&said("bot").stderr).contains("cannot answer it"));
    assert!(String::from_utf8_lossy(&said("ana").stdout).contains("needs somebody else too"));
    assert_eq!(said("ana").status.code(), Some(1));
    assert!(said("bo").status.success());
    assert_eq!(decided(&agent.wait_with_output().unwrap()).1, Some(0));
}

#[test]
fn approvals_that_cannot_be_kept_are_a_block() {
    let place = Place::new(&format!("{HOLDING}\nstore = \"missing/approvals.db\"\n"));
    let (answer, exit) = decided(&place.run("decide --wait 60s", pay("a")));
    assert_eq!((exit, &answer["decision"]), (Some(3), &json!("block")));
    let reason = answer["reason"].as_str().unwrap();
    assert!(reason.starts_with("cannot open the approvals"), "{reason}");
}

#[test]
fn a_yes_is_widened_listed_and_taken_back_on_the_command_line() {
    let place = Place::new(HOLDING);
    let pay = |id: &str, amount: u32| {
        json!({"type": "pay", "agent": "bot", "session": "s", "id": id,
            "payload": {"amount": amount, "to": "ana@example.com"}})
        .to_string()
    };
    let agent = waiting(&place, "decide --wait 60s", &pay("a", 10));
    let id = pending(&place, 1).remove(0);
    let approve = format!("approvals approve {id} --by eva --grant amount<=500");
    let without = place.run(&approve, "");
    assert_eq!(
        without.status.code(),
        Some(2),
        "a grant has an end: {without:?}"
    );
    let wrong = place.run(&format!("{approve} --grant to=bo --for 2h"), "");
    assert!(
        errors(&wrong).contains("this cannot be granted"),
        "{wrong:?}"
    );
    let said = place.run(&format!("{approve} --for session --json"), "");
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(said["grant"]["words"], json!(["amount<=500"]));
    assert_eq!(decided(&agent.wait_with_output().unwrap()).1, Some(0));

    let (answer, exit) = decided(&place.run("decide --deny", pay("b", 499)));
    assert_eq!(exit, Some(0), "{answer}");
    let record = place.records().pop().unwrap();
    assert_eq!(
        (&record["approval"]["via"], &record["approval"]["grant"]),
        (&json!("grant"), &said["grant"]["id"])
    );
    let listed = answers(&place.run("grants list --json", ""));
    assert_eq!((listed.len(), &listed[0]["uses"]), (1, &json!(1)));
    let grant = listed[0]["id"].as_str().unwrap();
    assert!(
        place
            .run(&format!("grants revoke {grant} --by eva"), "")
            .status
            .success()
    );
    assert_eq!(decided(&place.run("decide --deny", pay("c", 1))).1, Some(4));
    assert!(answers(&place.run("grants list --json", "")).is_empty());
    let again = place.run(&format!("grants revoke {grant}"), "");
    assert!(errors(&again).contains("no grant"), "{again:?}");
    let kinds: Vec<Value> = place
        .records()
        .into_iter()
        .map(|line| line["kind"].clone())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "grant").count(), 2);
    assert!(place.run("audit verify", "").status.success());
}
