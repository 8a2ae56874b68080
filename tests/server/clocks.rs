//! The machine's clock is set while questions wait.

use std::time::Instant;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::command::*;
use crate::server::*;
use crate::{POLICY, pay};

const DAY: i64 = 86_400;

fn place(lifetime: &str) -> Place {
    Place::new(&format!(
        "{POLICY}\n[approvals]\nstore = 'coldnotch_approvals.db'\non_timeout = 'pause'\n\
         lifetime = '{lifetime}'\n"
    ))
}

#[test]
fn a_clock_that_is_set_ends_no_question_early() {
    let place = place("10m");
    let Some(clock) = Clock::new(&place) else {
        return;
    };
    let server = Server::run(clock.under(place.command("serve --listen 127.0.0.1:0")));
    let client = server.client();
    for (id, by) in [("forward", DAY), ("back", -DAY), ("far back", -9 * DAY)] {
        clock.set(0);
        let held = client.post("/v1/decide", &pay(id)).json();
        clock.set(by);
        // Whoever asks concludes what is over.
        client.post("/v1/decide", &pay(&format!("beside {id}")));
        assert_eq!(client.post("/v1/decide", &pay(id)).status, 202, "{id}");
        // A process that never saw the clock when it was right.
        let approve = format!(
            "approvals approve {} --by ana",
            held["approval_id"].as_str().unwrap()
        );
        let said = fed(clock.under(place.command(&approve)), b"");
        assert!(said.status.success(), "{id}: {said:?}");
        let told = client.post("/v1/decide?wait_ms=40000", &pay(id));
        assert_eq!(
            (told.status, &told.json()["approved"]),
            (200, &json!(true)),
            "{id}"
        );
    }
}

#[test]
fn a_clock_that_is_set_back_brings_no_question_back() {
    let place = place("2s");
    let Some(clock) = Clock::new(&place) else {
        return;
    };
    let run = |line: &str, input: &str| fed(clock.under(place.command(line)), input.as_bytes());
    let asked = Instant::now();
    let ask = |id: &str| -> String {
        let held: Value = answers(&run("decide --wait 1ms", &pay(id).to_string())).remove(0);
        held["approval_id"].as_str().unwrap().to_owned()
    };
    let (other, one) = (ask("other"), ask("one"));
    // Who asked cannot answer; once it is over they are told that instead.
    let deadline = Instant::now() + DEADLINE;
    loop {
        let said = run(&format!("approvals approve {one} --by bot"), "");
        if errors(&said).contains("has expired") {
            break;
        }
        assert!(errors(&said).contains("cannot answer it"), "{said:?}");
        assert!(Instant::now() < deadline, "it does not end");
    }
    // Nobody has looked at the other one yet, and the clock says that it has just begun.
    clock.set(-i64::try_from(asked.elapsed().as_secs()).unwrap());
    let late = run(&format!("approvals approve {other} --by ana"), "");
    assert!(errors(&late).contains("has expired"), "{late:?}");
    let told = answers(&run("decide --wait 1ms", &pay("other").to_string())).remove(0);
    assert_ne!(told["approval_id"], json!(other), "it has to be asked anew");
}
