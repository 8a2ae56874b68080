//! Questions of a session with the same cause are one card; each has an answer of its own.

use serde_json::{Value, json};

use crate::command::*;
use crate::holding::ask;
use crate::slack::{Mood, Slack, buttons};
use crate::web::{self, kill, until};
use crate::{Click, place, state};

/// Held for its summary alone: the same cause, whoever it is for.
fn refund(id: &str, to: &str) -> String {
    json!({"type": "note", "agent": "bot", "session": "s", "id": id, "summary": "a refund",
        "payload": {"to": to}})
    .to_string()
}

/// A card as soon as it has so many buttons of this name.
fn drawn(slack: &Slack, at: usize, name: &str, count: usize) -> Value {
    until("a card with its buttons", || {
        let card = slack.seen.lock().messages.get(at).cloned()?;
        (buttons(&card, name).len() == count).then_some(card)
    })
}

fn id(answer: &Value) -> &str {
    answer["approval_id"].as_str().unwrap()
}

#[test]
fn alike_questions_are_one_card_and_are_answered_one_by_one() {
    let slack = Slack::start(Mood::Up);
    let place = place(&slack, "");
    let (server, address) = web::started(&place);
    let [ana, bo, cy] = ["ana", "bo", "cy"].map(|to| ask(&place, &refund(to, to)));
    let card = drawn(&slack, 0, "coldnotch_approve", 3);
    let text = card.to_string();
    assert!(text.contains("Waiting for 3 approvals"), "{text}");
    for to in ["to: ana", "to: bo", "to: cy"] {
        assert!(text.contains(to), "{text}");
    }

    // Refusing one leaves the others, whichever it was.
    let no = Click::on(&card, &slack).refusing("not him");
    let no = no.press(&card, "coldnotch_deny", 1);
    assert_eq!(no.send(address).0, 200);
    let card = drawn(&slack, 0, "coldnotch_approve", 2);
    let text = card.to_string();
    assert!(text.contains("Reason: not him"), "{text}");
    assert_eq!(
        [&ana, &bo, &cy].map(|held| state(&place, &held["approval_id"])),
        ["pending", "refused", "pending"]
    );
    // A server that starts again finds the card it has posted.
    kill(server);
    let (_server, address) = web::started(&place);
    let yes = Click::on(&card, &slack).press(&card, "coldnotch_approve", 1);
    assert_eq!(yes.send(address).1["replace_original"], true);
    let card = drawn(&slack, 0, "coldnotch_approve", 1);
    assert_eq!(state(&place, &cy["approval_id"]), "approved");
    assert_eq!(state(&place, &ana["approval_id"]), "pending");
    // While one waits, another joins it; once none does, there is a new card.
    let dan = ask(&place, &refund("dan", "dan"));
    drawn(&slack, 0, "coldnotch_approve", 2);
    for held in [&ana, &dan] {
        let said = place.run(&format!("approvals refuse {} --by eva", id(held)), "");
        assert!(said.status.success(), "{said:?}");
    }
    slack.card_says(0, "Refused, Approved");
    ask(&place, &refund("eve", "eve"));
    slack.messages(2);
    assert_eq!(slack.calls("chat.postMessage"), 2);
    // What was on the old card is not on the new one.
    let late = Click::on(&card, &slack).send(address).1;
    assert!(
        late["text"].as_str().unwrap().contains("already refused"),
        "{late}"
    );
    slack.is_content();
}

#[test]
fn equal_questions_take_one_answer_that_names_them_all() {
    let slack = Slack::start(Mood::Up);
    let place = place(&slack, "");
    let (_server, address) = web::started(&place);
    let held: Vec<Value> = ["1", "2"]
        .map(|id| ask(&place, &refund(id, "ana")))
        .to_vec();
    let other = ask(&place, &refund("3", "bo"));
    let card = drawn(&slack, 0, "coldnotch_approve", 4);
    let text = card.to_string();
    assert!(
        text.contains("2. exactly as 1") && text.contains("Approve all 2"),
        "{text}"
    );
    // A third that came after the card was drawn is not among them.
    let late = ask(&place, &refund("4", "ana"));
    let newer = drawn(&slack, 0, "coldnotch_approve", 5);
    assert!(newer.to_string().contains("Approve all 3"));
    let all = Click::on(&card, &slack).press(&card, "coldnotch_approve", 3);
    assert_eq!(all.send(address).1["replace_original"], true);
    for one in &held {
        assert_eq!(state(&place, &one["approval_id"]), "approved");
    }
    for one in [&other, &late] {
        assert_eq!(state(&place, &one["approval_id"]), "pending");
    }
    // Some of those it names are answered: it changes nothing.
    let again = Click::on(&newer, &slack).press(&newer, "coldnotch_approve", 4);
    let told = again.send(address).1;
    assert!(
        told["text"].as_str().unwrap().contains("already approved"),
        "{told}"
    );
    assert_eq!(state(&place, &late["approval_id"]), "pending");

    // Each yes is used once, by the call it was given to.
    let mut ran = 0;
    for call in ["1", "2", "1", "2"] {
        let came_back = place.run("decide --wait 1ms", refund(call, "ana"));
        let answer = answers(&came_back).remove(0);
        assert_eq!(answer["approved"], true, "{answer}");
        ran += 1;
    }
    assert_eq!((ran, place.decisions()), (4, 2));
    // Proofs cannot be put together from others.
    let [one, two] = [0, 1].map(|at| buttons(&newer, "coldnotch_approve")[at].clone());
    let ids = [&one, &two].map(|value| value.split('.').next().unwrap());
    let forged = format!("{}.{}", ids.join("+"), one.split('.').nth(1).unwrap());
    let forged = Click::on(&newer, &slack).with(|p| p["actions"][0]["value"] = json!(forged));
    let told = forged.send(address).1;
    assert!(
        told["text"]
            .as_str()
            .unwrap()
            .contains("not about a question"),
        "{told}"
    );
    slack.is_content();
}

#[test]
fn a_card_takes_eight_questions_and_stays_within_slacks_limits() {
    let slack = Slack::start(Mood::Up);
    let place = place(&slack, "quorum = 2\n");
    let (_server, _) = web::started(&place);
    let long = |n: usize| "<&>".repeat(200 * n);
    for n in 1..=9 {
        let payload: serde_json::Map<String, Value> = (0..20)
            .map(|key| (format!("key{key}"), json!(long(n))))
            .collect();
        let action = json!({"type": "note", "agent": "bot", "session": "s", "id": n.to_string(),
            "summary": format!("a refund {}", "&".repeat(n * 100)), "payload": payload});
        ask(&place, &action.to_string());
    }
    drawn(&slack, 0, "coldnotch_approve", 8);
    drawn(&slack, 1, "coldnotch_approve", 1);
    slack.is_content();
}
