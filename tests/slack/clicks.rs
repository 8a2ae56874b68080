//! A click is an answer: the agent goes on, and the card says who.

use std::time::Duration;

use serde_json::{Value, json};

use crate::command::*;
use crate::holding::*;
use crate::slack::{ANA, Mood, Slack, TEAM};
use crate::web::{self, send, until};
use crate::{Click, pay, place, shown, state};

#[test]
fn a_click_lets_the_waiting_agent_go_on_and_the_card_says_who() {
    let slack = Slack::start(Mood::Up);
    let more = "[server]\npublic_url = \"https://coldnotch.example.com/\"";
    let place = place(&slack, more);
    let (_server, address) = web::started(&place);
    let evil = "<!channel> *bold* `x` & <https://evil.example|click>\u{202e}";
    let action = json!({"type": "pay", "agent": evil, "summary": evil, "session": "s", "id": "1",
        "payload": {"to": evil, "amount": 10, "note": "x".repeat(9000)}});
    let agent = started(
        place.command("decide --wait 60s"),
        action.to_string().as_bytes(),
    );
    let card = slack.messages(1).remove(0);
    let shown = card.to_string();
    assert!(
        shown.contains("https://coldnotch.example.com/inbox/approvals/apr-"),
        "{shown}"
    );
    assert!(
        !shown.contains("<!channel>") && !shown.contains("<https:"),
        "{shown}"
    );

    let (status, told) = Click::on(&card, &slack).send(address);
    assert_eq!(
        (status, &told["replace_original"]),
        (200, &json!(true)),
        "{told}"
    );
    let agent = agent.wait_with_output().unwrap();
    assert_eq!(agent.status.code(), Some(0), "{agent:?}");
    assert_eq!(answers(&agent)[0]["approved"], json!(true));
    let said = place
        .records()
        .into_iter()
        .rev()
        .find(|r| r["kind"] == "decision")
        .unwrap();
    assert_eq!(said["approval"]["by"], json!(format!("slack:{TEAM}:{ANA}")));
    assert_eq!(said["approval"]["via"], "slack");

    let drawn = slack.card_says(0, "Approved").to_string();
    assert!(
        drawn.contains(&format!("<@{ANA}>")) && !drawn.contains("coldnotch_deny"),
        "{drawn}"
    );
    // The same once more, and a no after the yes: told so, and nothing changes.
    for again in [
        Click::on(&card, &slack),
        Click::on(&card, &slack).refusing("late").by("U0BOB"),
    ] {
        let (status, told) = again.send(address);
        assert_eq!(status, 200);
        let words = told["text"].as_str().unwrap();
        assert!(
            words.contains(&format!("already approved by <@{ANA}>")),
            "{words}"
        );
    }
    slack.whisper("already approved");
    assert_eq!((place.decisions(), slack.calls("chat.postMessage")), (1, 1));
    slack.is_content();
}

#[test]
fn a_no_keeps_its_reason_and_what_happens_elsewhere_is_drawn_too() {
    let slack = Slack::start(Mood::Up);
    let place = place(&slack, "");
    let (_server, address) = web::started(&place);
    let refused = ask(&place, &pay("1"));
    let card = slack.messages(1).remove(0);
    let (status, _) = Click::on(&card, &slack).refusing("too much").send(address);
    assert_eq!(status, 200);
    let drawn = slack.card_says(0, "Refused").to_string();
    assert!(drawn.contains("Reason: too much"), "{drawn}");
    assert_eq!(state(&place, &refused["approval_id"]), "refused");

    let elsewhere = ask(&place, &pay("2"));
    slack.messages(2);
    let id = elsewhere["approval_id"].as_str().unwrap();
    let said = place.run(&format!("approvals approve {id} --by ana"), "");
    assert!(said.status.success(), "{said:?}");
    let drawn = slack.card_says(1, "Approved").to_string();
    assert!(drawn.contains("ana"), "{drawn}");

    let cancelled = ask(&place, &pay("3"));
    slack.messages(3);
    let id = cancelled["approval_id"].as_str().unwrap();
    let json = [("content-type", "application/json")];
    let path = format!("/v1/approvals/{id}/cancel");
    assert_eq!(send(address, "POST", &path, &json, b"").0, 200);
    let drawn = slack.card_says(2, "Cancelled").to_string();
    assert!(drawn.contains("local"), "{drawn}");
    slack.is_content();
}

#[test]
fn what_expires_is_drawn_and_a_late_click_is_told_so() {
    let slack = Slack::start(Mood::Up);
    let config = format!("{HOLDING}{PAUSING}lifetime = \"1s\"\n{}", slack.config());
    let place = Place::new(&config);
    let (_server, address) = web::started(&place);
    ask(&place, &pay("1"));
    let card = slack.messages(1).remove(0);
    slack.card_says(0, "Expired");
    let (status, told) = Click::on(&card, &slack).send(address);
    assert_eq!(status, 200);
    assert!(told["text"].as_str().unwrap().contains("expired"), "{told}");
    slack.whisper("expired");
    slack.is_content();
}

#[test]
fn several_must_say_yes_and_nobody_counts_twice() {
    let slack = Slack::start(Mood::Up);
    let place = Place::new(&format!("{HOLDING}{PAUSING}quorum = 2\n{}", slack.config()));
    let (_server, address) = web::started(&place);
    let held = ask(&place, &pay("1"));
    let card = slack.messages(1).remove(0);
    for _ in 0..2 {
        assert_eq!(Click::on(&card, &slack).send(address).0, 200);
    }
    slack.whisper("noted");
    slack.whisper("answered this already");
    until("one of two on the card", || {
        let shown = slack.seen.lock().messages[0].to_string();
        (shown.contains("1 of 2") && shown.contains("coldnotch_approve")).then_some(())
    });
    assert_eq!(state(&place, &held["approval_id"]), "pending");
    assert_eq!(Click::on(&card, &slack).by("U0BOB").send(address).0, 200);
    let drawn = slack.card_says(0, "Approved").to_string();
    assert!(drawn.contains(ANA) && drawn.contains("U0BOB"), "{drawn}");
    slack.is_content();
}

/// Whoever answers here and elsewhere is one; it takes somebody else, wherever they are.
#[test]
fn a_quorum_is_of_people_and_not_of_channels() {
    let slack = Slack::start(Mood::Up);
    let people = format!("quorum = 2\npeople.ana = ['slack:{TEAM}:{ANA}', 'uid:7']");
    let place = place(&slack, &people);
    let (_server, address) = web::started(&place);
    let held = ask(&place, &pay("1"));
    let card = slack.messages(1).remove(0);
    assert_eq!(Click::on(&card, &slack).send(address).0, 200);
    slack.whisper("noted");
    let id = held["approval_id"].as_str().unwrap();
    let approve = |by: &str| place.run(&format!("approvals approve {id} --by {by}"), "");
    for herself in ["ana", "uid:7"] {
        let told = errors(&approve(herself));
        assert!(told.contains("needs somebody else"), "{told}");
    }
    assert_eq!(state(&place, &held["approval_id"]), "pending");
    assert!(approve("bo").status.success());
    let drawn = slack.card_says(0, "Approved").to_string();
    assert!(drawn.contains(ANA) && drawn.contains("bo"), "{drawn}");
    let agent = place.run("decide --wait 60s", pay("1"));
    assert_eq!(agent.status.code(), Some(0), "{agent:?}");
    slack.is_content();
}

/// In a shared channel `team` is where the app is installed; whoever clicked has their own.
#[test]
fn who_clicks_in_a_shared_channel_is_named_with_their_own_workspace() {
    let slack = Slack::start(Mood::Up);
    let ours = slack.config();
    let open = ours.replace(&format!("team = \"{TEAM}\"\n"), "");
    let place = Place::new(&format!("{HOLDING}{PAUSING}\n{open}"));
    let (_server, address) = web::started(&place);
    let held = ask(&place, &pay("1"));
    let card = slack.messages(1).remove(0);
    let guest = Click::on(&card, &slack).with(|p| p["user"]["team_id"] = json!("T9GUEST"));
    let (status, told) = guest.send(address);
    assert_eq!((status, &told["replace_original"]), (200, &json!(true)));
    let id = held["approval_id"].as_str().unwrap();
    let shown = place.run(&format!("approvals show {id} --json"), "");
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["answers"][0]["by"], format!("slack:T9GUEST:{ANA}"));

    // As a whole organisation's app has it.
    let held = ask(&place, &pay("2"));
    let card = slack.messages(2).remove(1);
    let member = Click::on(&card, &slack).with(|p| {
        p["team"] = Value::Null;
        p["enterprise"] = json!({"id": "E0CAG", "name": "Example"});
        p["is_enterprise_install"] = json!(true);
    });
    assert_eq!(member.send(address).0, 200);
    assert_eq!(state(&place, &held["approval_id"]), "approved");
}

#[test]
fn of_eight_who_click_at_once_one_is_first_and_the_others_are_told() {
    let slack = Slack::start(Mood::Slow(Duration::from_millis(300)));
    let place = place(&slack, "");
    let (_server, address) = web::started(&place);
    let held = ask(&place, &pay("1"));
    let card = slack.messages(1).remove(0);
    let clicks: Vec<Click> = (0..8)
        .map(|n| {
            let click = Click::on(&card, &slack).by(&format!("U0NR{n}"));
            if n % 2 == 0 {
                click
            } else {
                click.refusing("no")
            }
        })
        .collect();
    let told: Vec<Value> = std::thread::scope(|scope| {
        let sent: Vec<_> = clicks
            .iter()
            .map(|click| scope.spawn(|| click.send(address).1))
            .collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    });
    let taken = told.iter().filter(|told| told["replace_original"] == true);
    assert_eq!(taken.count(), 1, "{told:#?}");
    let late = |told: &&Value| told["text"].as_str().unwrap().contains("already");
    assert_eq!(told.iter().filter(late).count(), 7, "{told:#?}");
    until("seven whispers", || {
        (slack.seen.lock().whispers.len() == 7).then_some(())
    });
    let shown = shown(&place, &held["approval_id"]);
    assert_eq!(shown["answers"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(place.decisions(), 0, "whoever asked concludes it");
    slack.is_content();
}
