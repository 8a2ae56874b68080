//! Slack, with the real command on one side and a stand-in for Slack's API on the
//! other: cards, clicks, and everything that can go wrong between the two.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/command.rs"]
mod command;
#[path = "support/slack.rs"]
mod slack;
#[path = "support/web.rs"]
mod web;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use command::*;
use serde_json::{Value, json};
use slack::{ANA, Mood, SECRET, Slack, TEAM, button};
use web::{hex, hmac, kill, seconds, send, until};

const HOLDING: &str = r#"
[[plugin]]
name = "keywords"
source = "builtin:keywords"
limits = { time = "10s" }

[policy]
hold_types = ["pay"]

[approvals]
store = "coldnotch_approvals.db"
on_timeout = "pause"
"#;

fn place(slack: &Slack, more: &str) -> Place {
    Place::new(&format!("{HOLDING}{more}\n{}", slack.config()))
}

fn pay(id: &str) -> String {
    json!({"type": "pay", "agent": "bot", "session": "s", "id": id, "payload": {"amount": 10}})
        .to_string()
}

/// A question that waits, and nobody with it.
fn ask(place: &Place, action: &str) -> Value {
    let asked = place.run("decide --wait 1ms", action);
    let answer = answers(&asked).remove(0);
    assert_eq!(answer["approved"], Value::Null, "{answer}");
    answer
}

/// A click as Slack sends it.
struct Click(Value);

impl Click {
    fn on(card: &Value, slack: &Slack) -> Self {
        let mut payload: Value =
            serde_json::from_str(include_str!("fixtures/slack/block_actions.json")).unwrap();
        payload["actions"][0]["value"] = json!(button(card));
        payload["response_url"] = json!(format!("http://{}/response/1", slack.address));
        Click(payload)
    }

    fn with(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.0);
        self
    }

    fn refusing(self, why: &str) -> Self {
        self.with(|payload| {
            payload["actions"][0]["action_id"] = json!("coldnotch_deny");
            payload["state"]["values"]["coldnotch_reason"]["coldnotch_reason"]["value"] =
                json!(why);
        })
    }

    fn by(self, user: &str) -> Self {
        self.with(|payload| payload["user"]["id"] = json!(user))
    }

    fn body(&self) -> String {
        let payload = self.0.to_string();
        let escaped: String = payload
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect();
        format!("payload={escaped}")
    }

    fn send(&self, to: SocketAddr) -> (u16, Value) {
        post(to, &self.body(), seconds(), SECRET)
    }
}

fn post(to: SocketAddr, body: &str, at: u64, secret: &str) -> (u16, Value) {
    let signed = hmac(secret.as_bytes(), format!("v0:{at}:{body}").as_bytes());
    let signature = format!("v0={}", hex(&signed));
    post_with(
        to,
        body,
        &[
            ("x-slack-request-timestamp", &at.to_string()),
            ("x-slack-signature", &signature),
        ],
    )
}

fn post_with(to: SocketAddr, body: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let headers: Vec<(&str, &str)> = headers.iter().copied().chain([form]).collect();
    let (status, text) = send(to, "POST", "/slack/actions", &headers, body.as_bytes());
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

fn state(place: &Place, id: &Value) -> String {
    let shown = place.run(
        &format!("approvals show {} --json", id.as_str().unwrap()),
        "",
    );
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    shown["state"].as_str().unwrap().to_owned()
}

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
    slack.card_says(2, "Cancelled");
    slack.is_content();
}

#[test]
fn what_expires_is_drawn_and_a_late_click_is_told_so() {
    let slack = Slack::start(Mood::Up);
    let config = format!("{HOLDING}lifetime = \"1s\"\n{}", slack.config());
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
fn forged_stale_and_foreign_requests_change_nothing() {
    let slack = Slack::start(Mood::Up);
    let more = format!("approvers = [\"{ANA}\"]");
    let place = Place::new(&format!("{HOLDING}\n{}{more}\n", slack.config()));
    let (_server, address) = web::started(&place);
    let held = ask(&place, &pay("1"));
    slack.messages(1);
    ask(&place, &pay("2"));
    let cards = slack.messages(2);
    let click = || Click::on(&cards[0], &slack);
    let (body, now) = (click().body(), seconds());

    // The signature.
    assert_eq!(post(address, &body, now - 302, SECRET).0, 401, "stale");
    assert_eq!(
        post(address, &body, now + 330, SECRET).0,
        401,
        "from the future"
    );
    assert_eq!(post(address, &body, now, "another secret").0, 401);
    assert_eq!(post_with(address, &body, &[]).0, 401, "unsigned");
    let at = now.to_string();
    let signed = hmac(SECRET.as_bytes(), format!("v0:{at}:{body}").as_bytes());
    let signature = format!("v0={}", hex(&signed));
    let time = ("x-slack-request-timestamp", at.as_str());
    let sign = ("x-slack-signature", signature.as_str());
    assert_eq!(
        post_with(
            address,
            &body.replace("U0CA6ANA", "U0CA6ANB"),
            &[time, sign]
        )
        .0,
        401
    );
    assert_eq!(post_with(address, &body, &[time]).0, 401);
    assert_eq!(
        post_with(address, &body, &[time, ("x-slack-signature", "v0="), sign]).0,
        401
    );
    assert_eq!(
        post_with(
            address,
            &body,
            &[time, ("x-slack-signature", &signature[..20])]
        )
        .0,
        401
    );

    // Signed, and yet not from here.
    let foreign = click().with(|p| p["user"]["team_id"] = json!("T9OTHER"));
    assert_eq!(foreign.send(address).0, 403);
    let other_app = click().with(|p| p["api_app_id"] = json!("A9OTHER"));
    assert_eq!(other_app.send(address).0, 403);
    for broken in ["", "payload=", "payload=%7B%7D", "payload=[]", "x=1"] {
        assert_eq!(post(address, broken, now, SECRET).0, 400, "{broken}");
    }
    let huge = format!("payload={}", "x".repeat(300 << 10));
    assert_eq!(post(address, &huge, now, SECRET).0, 413);

    // Somebody who may not, and buttons that were not made here or for something else.
    let (status, told) = click().by("U9OTHER").send(address);
    assert_eq!(status, 200);
    assert!(
        told["text"].as_str().unwrap().contains("not among those"),
        "{told}"
    );
    slack.whisper("not among those");
    let id = held["approval_id"].as_str().unwrap();
    let other = button(&cards[1]);
    let borrowed = format!("{id}.{}", other.split('.').nth(1).unwrap());
    for value in [
        id.to_owned(),
        format!("{id}."),
        borrowed,
        "apr-0.0".to_owned(),
        String::new(),
    ] {
        let forged = click().with(|p| p["actions"][0]["value"] = json!(value));
        let (status, told) = forged.send(address);
        assert_eq!(status, 200);
        assert!(
            told["text"]
                .as_str()
                .unwrap()
                .contains("not about a question"),
            "{told}"
        );
    }
    let link = click().with(|p| p["actions"][0]["action_id"] = json!("coldnotch_open"));
    assert_eq!(link.send(address), (200, json!({})));
    assert_eq!(state(&place, &held["approval_id"]), "pending");
    assert_eq!(click().send(address).0, 200);
    assert_ne!(state(&place, &held["approval_id"]), "pending");
}

#[test]
fn several_must_say_yes_and_nobody_counts_twice() {
    let slack = Slack::start(Mood::Up);
    let place = Place::new(&format!("{HOLDING}quorum = 2\n{}", slack.config()));
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

#[test]
fn slack_may_be_down_at_the_start_and_no_decision_waits_for_it() {
    let slack = Slack::start(Mood::Down);
    let place = place(&slack, "");
    let (mut server, _) = web::started(&place);
    ask(&place, &pay("1"));
    server.heard("503");
    slack.set(Mood::Up);
    // Nobody knows what a 503 has done, so it is looked up before it is posted.
    let card = slack.messages(1).remove(0);
    assert!(slack.calls("conversations.history") >= 1);
    assert!(card["text"].as_str().unwrap().contains("pay"));
    slack.set(Mood::Hangs);
    let begun = Instant::now();
    let held = ask(&place, &pay("2"));
    let id = held["approval_id"].as_str().unwrap();
    assert!(
        place
            .run(&format!("approvals approve {id} --by ana"), "")
            .status
            .success()
    );
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
    slack.is_content();
}

#[test]
fn a_tired_slack_is_left_alone_for_as_long_as_it_asks() {
    let slack = Slack::start(Mood::Tired(2, 2));
    let place = place(&slack, "");
    let (_server, _) = web::started(&place);
    ask(&place, &pay("1"));
    ask(&place, &pay("2"));
    slack.messages(2);
    let calls = slack.seen.lock().calls.clone();
    let gap = |at: usize| calls[at + 1].1 - calls[at].1;
    assert!(gap(0) >= Duration::from_millis(1900), "{:?}", gap(0));
    assert!(gap(1) >= Duration::from_millis(1900), "{:?}", gap(1));
    assert_eq!(calls.len(), 4, "{calls:?}");
    slack.is_content();
}

#[test]
fn a_refused_card_is_tried_again_and_the_reason_is_said() {
    let slack = Slack::start(Mood::Error("not_in_channel"));
    let place = place(&slack, "");
    let (mut server, _) = web::started(&place);
    ask(&place, &pay("1"));
    let line = server.heard("not_in_channel");
    assert!(line.contains("/invite"), "{line}");
    slack.set(Mood::Up);
    slack.messages(1);
    assert_eq!(slack.calls("conversations.history"), 0);
}

/// Killed after Slack took the card and before anybody wrote that down: it is found
/// in the channel, not posted again, and kept true from then on.
#[test]
fn a_card_that_was_posted_before_a_kill_is_found_and_not_posted_again() {
    let slack = Slack::start(Mood::PostsAndHangs);
    let place = place(&slack, "");
    let (server, _) = web::started(&place);
    let held = ask(&place, &pay("1"));
    slack.messages(1);
    kill(server);
    slack.set(Mood::Up);
    let (_server, address) = web::started(&place);
    until("the card was looked for", || {
        (slack.calls("conversations.history") > 0).then_some(())
    });
    let card = slack.messages(1).remove(0);
    assert_eq!(Click::on(&card, &slack).send(address).0, 200);
    slack.card_says(0, "Approved");
    assert_eq!(slack.calls("chat.postMessage"), 1);
    assert_ne!(state(&place, &held["approval_id"]), "pending");
}

/// Killed before Slack took it: it is not in the channel, so it is posted.
#[test]
fn a_card_that_was_not_posted_before_a_kill_is_posted_once() {
    let slack = Slack::start(Mood::Hangs);
    let place = place(&slack, "");
    let (server, _) = web::started(&place);
    ask(&place, &pay("1"));
    until("a try", || {
        (slack.calls("chat.postMessage") > 0).then_some(())
    });
    kill(server);
    slack.set(Mood::Up);
    let (_server, _) = web::started(&place);
    slack.messages(1);
    assert_eq!(slack.calls("chat.postMessage"), 2);
    assert_eq!(slack.seen.lock().messages.len(), 1);
}

/// Where the channel cannot be read nobody can find out, and once is the most.
#[test]
fn a_card_nobody_can_look_for_is_not_posted_twice() {
    let slack = Slack::start(Mood::PostsAndHangs);
    *slack.history.lock() = Some("missing_scope");
    let place = place(&slack, "");
    let (server, _) = web::started(&place);
    ask(&place, &pay("1"));
    slack.messages(1);
    kill(server);
    slack.set(Mood::Up);
    let (mut server, _) = web::started(&place);
    let line = server.heard("missing_scope");
    assert!(
        line.contains("not posted again") && line.contains("channels:history"),
        "{line}"
    );
    ask(&place, &pay("2"));
    slack.messages(2);
    assert_eq!(slack.calls("chat.postMessage"), 2);
}

#[test]
fn without_a_token_the_log_shows_what_would_be_posted() {
    let place = Place::new(HOLDING);
    let with = |command: &mut std::process::Command| {
        command
            .env("SLACK_CHANNEL", "C1")
            .env("SLACK_SIGNING_SECRET", SECRET);
    };
    let (mut server, _) = web::started_with(&place, with);
    let held = ask(&place, &pay("1"));
    let id = held["approval_id"].as_str().unwrap();
    server.heard("HOLD -> Slack, dry run: no SLACK_BOT_TOKEN");
    server.heard("action: pay by bot");
    server.heard(&format!("approval_id = {id}"));
    assert!(
        place
            .run(&format!("approvals refuse {id} --by ana"), "")
            .status
            .success()
    );
    server.heard(&format!("{id} is refused by"));
}

#[test]
fn a_server_that_others_can_reach_does_not_start_without_the_signing_secret() {
    let slack = Slack::start(Mood::Up);
    let unsigned = slack.config().replace("signing_secret", "# signing_secret");
    let public = "[server]\npublic_url = \"https://coldnotch.example.com\"\n";
    let place = Place::new(&format!("{HOLDING}{public}{unsigned}"));
    let refused = place.run("serve --listen 127.0.0.1:0", "");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(errors(&refused).contains("signing_secret"), "{refused:?}");

    let place = Place::new(&format!("{HOLDING}{unsigned}"));
    assert!(
        place
            .run("keys create ops --role operator", "")
            .status
            .success()
    );
    let refused = place.run("serve --listen 0.0.0.0:0", "");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(errors(&refused).contains("signing_secret"), "{refused:?}");
}

#[test]
fn secrets_are_not_shown() {
    let slack = Slack::start(Mood::Up);
    let place = place(&slack, "");
    for line in ["config show", "config show --json", "config show --origin"] {
        let mut command = place.command(line);
        command.env("SLACK_BOT_TOKEN", "xoxb-from-the-environment");
        let shown = fed(command, b"");
        assert!(shown.status.success(), "{shown:?}");
        let text = String::from_utf8(shown.stdout).unwrap();
        assert!(text.contains("slack.token"), "{text}");
        for secret in [SECRET, slack::TOKEN, "xoxb-from"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn of_eight_who_click_at_once_one_is_first_and_the_others_are_told() {
    let slack = Slack::start(Mood::Slow(Duration::from_millis(300)));
    let place = place(&slack, "");
    let (_server, address) = web::started(&place);
    ask(&place, &pay("1"));
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
    assert_eq!(place.decisions(), 1);
    slack.is_content();
}

/// Slack gives three seconds. An answer that takes longer is taken all the same.
#[test]
fn slack_is_answered_in_time_though_the_file_is_busy_and_slack_hangs() {
    let slack = Slack::start(Mood::Up);
    let place = place(&slack, "");
    let (_server, address) = web::started(&place);
    let held = ask(&place, &pay("1"));
    let card = slack.messages(1).remove(0);
    slack.set(Mood::Hangs);
    let file = rusqlite::Connection::open(place.path("coldnotch_approvals.db")).unwrap();
    file.busy_timeout(Duration::from_secs(20)).unwrap();
    file.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let (status, told) = Click::on(&card, &slack).send(address);
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(status, 200);
    assert!(
        told["text"].as_str().unwrap().contains("being taken"),
        "{told}"
    );
    file.execute_batch("COMMIT").unwrap();
    until("the answer", || {
        (state(&place, &held["approval_id"]) != "pending").then_some(())
    });
    slack.set(Mood::Up);
    slack.card_says(0, "Approved");
    slack.is_content();
}
