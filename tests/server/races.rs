//! A thousand questions, eight answers each at the same moment, over the API, the
//! command line and the file: one winner each, and all others are told who.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use coldnotch::approvals::{Answer, ApprovalError, Approvals, ApprovalsConfig};
use serde_json::json;

use crate::command::*;
use crate::server::*;
use crate::{POLICY, pay};

const QUESTIONS: usize = 1000;

#[test]
fn of_eight_who_answer_at_once_one_wins_and_the_others_are_told() {
    let store = "[approvals]\nstore = 'coldnotch_approvals.db'\nmax_waiting = 2000\n";
    let place = Place::new(&format!("{POLICY}\n{store}[server]\nrate = 0\n"));
    let bot = key(&place, "bot", "agent");
    let people: Vec<String> = (0..5)
        .map(|one| key(&place, &format!("p{one}"), "approver"))
        .collect();
    let server = Server::start(&place);
    let client = server.client();
    let bot = client.with_key(&bot);
    let ids: Vec<String> = (0..QUESTIONS)
        .map(|one| {
            let held = bot.post("/v1/decide", &pay(&format!("{one}"))).json();
            held["approval_id"].as_str().unwrap().to_owned()
        })
        .collect();
    let approvals = Approvals::new(ApprovalsConfig {
        store: Some(place.path("coldnotch_approvals.db")),
        ..ApprovalsConfig::default()
    });
    let wins: Vec<AtomicUsize> = ids.iter().map(|_| AtomicUsize::new(0)).collect();
    let together = Barrier::new(8);
    let answered = |who: usize, one: usize, by: &str, won: bool, told: &str| {
        if won {
            wins[one].fetch_add(1, Ordering::SeqCst);
        } else {
            assert!(told.contains("was already"), "{who} {by}: {told}");
            assert!(told.contains(" by "), "{who} {by}: {told}");
        }
    };
    thread::scope(|scope| {
        let (ids, answered, together) = (&ids, &answered, &together);
        for (who, key) in people.iter().enumerate() {
            let person = client.with_key(key);
            scope.spawn(move || {
                for (one, id) in ids.iter().enumerate() {
                    together.wait();
                    let said = json!({"approve": (who + one) % 2 == 0});
                    let reply = person.post(&format!("/v1/approvals/{id}/decision"), &said);
                    assert!(matches!(reply.status, 200 | 409), "{reply:?}");
                    answered(who, one, "api", reply.status == 200, &reply.text);
                }
            });
        }
        let place = &place;
        scope.spawn(move || {
            for (one, id) in ids.iter().enumerate() {
                together.wait();
                let word = if one % 2 == 0 { "approve" } else { "refuse" };
                let said = place.run(&format!("approvals {word} {id} --by cli"), "");
                answered(5, one, "cli", said.status.success(), &errors(&said));
            }
        });
        for who in 6..8 {
            let approvals = &approvals;
            scope.spawn(move || {
                for (one, id) in ids.iter().enumerate() {
                    together.wait();
                    let answer = Answer {
                        approved: (who + one) % 2 == 0,
                        by: format!("file-{who}"),
                        via: "test".to_owned(),
                        reason: None,
                    };
                    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
                    let now = u64::try_from(now.as_millis()).unwrap();
                    match approvals.answer(id, &answer, None, now) {
                        Ok(_) => answered(who, one, "file", true, ""),
                        Err(e @ ApprovalError::Answered { .. }) => {
                            answered(who, one, "file", false, &e.to_string());
                        }
                        Err(e) => panic!("{e}"),
                    }
                }
            });
        }
    });
    assert!(wins.iter().all(|wins| wins.load(Ordering::SeqCst) == 1));

    // The agent takes each answer; each is recorded once, with who won.
    let mut told = BTreeMap::new();
    for (one, id) in ids.iter().enumerate() {
        let reply = bot.post("/v1/decide?wait_ms=40000", &pay(&format!("{one}")));
        assert_eq!(reply.status, 200, "{reply:?}");
        told.insert(id.clone(), reply.json()["approved"].clone());
    }
    let records = place.records();
    let decisions: Vec<_> = records.iter().filter(|r| r["kind"] == "decision").collect();
    assert_eq!(decisions.len(), QUESTIONS);
    for record in decisions {
        let id = record["approval"]["id"].as_str().unwrap();
        assert_eq!(record["approved"], told[id], "{record}");
    }
}
