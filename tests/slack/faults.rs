//! Slack is down, slow or tired: no decision waits for it, and no card is lost.

use std::time::{Duration, Instant};

use crate::holding::*;
use crate::slack::{Mood, Slack};
use crate::web::{self, until};
use crate::{Click, pay, place, state};

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
