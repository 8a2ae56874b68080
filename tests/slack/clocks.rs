//! The server's clock is set, or was wrong from the start. Slack's is right.

use std::thread;

use serde_json::json;

use crate::clock::Clock;
use crate::command::*;
use crate::holding::*;
use crate::slack::{Mood, SECRET, Slack};
use crate::web::{self, kill, seconds, until};
use crate::{Click, pay, place, post, state};

const DAY: i64 = 86_400;

/// A server under this clock.
fn started(place: &Place, clock: &Clock<'_>) -> (Stream, std::net::SocketAddr) {
    web::started_with(place, |command| {
        let plain = std::mem::replace(command, std::process::Command::new("-"));
        *command = clock.under(plain);
    })
}

#[test]
fn a_clock_that_is_set_makes_no_old_click_new() {
    let slack = Slack::start(Mood::Up);
    let place = place(&slack, "");
    let Some(clock) = Clock::new(&place) else {
        return;
    };
    let (_server, address) = started(&place, &clock);
    let held = ask(&place, &pay("1"));
    let card = slack.messages(1).remove(0);
    let body = Click::on(&card, &slack).body();
    let (now, old) = (seconds(), seconds() - 400);
    assert_eq!(post(address, &body, old, SECRET).0, 401);
    clock.set(DAY);
    assert_eq!(post(address, &body, now, SECRET).0, 401, "a day has passed");
    clock.set(-400);
    assert_eq!(post(address, &body, old, SECRET).0, 401, "it is new again");
    assert_eq!(state(&place, &held["approval_id"]), "pending");
    let (status, told) = post(address, &body, now, SECRET);
    assert_eq!(
        (status, &told["replace_original"]),
        (200, &json!(true)),
        "{told}"
    );
    slack.card_says(0, "Approved");
    slack.is_content();
}

/// A card that nobody knows of is looked for by Slack's time, so that it is found, and not
/// posted again, whatever the clock said when it was posted and says now.
#[test]
fn a_clock_that_is_wrong_or_set_posts_no_card_twice() {
    thread::scope(|scope| {
        for (posted, looked) in [(-DAY, -DAY), (0, DAY), (0, -DAY)] {
            scope.spawn(move || found_again(posted, looked));
        }
    });
}

fn found_again(posted: i64, looked: i64) {
    let slack = Slack::start(Mood::PostsAndHangs);
    let place = place(&slack, "lifetime = '1h'\n");
    let Some(clock) = Clock::new(&place) else {
        return;
    };
    clock.set(posted);
    let (server, _) = started(&place, &clock);
    let run = |line: &str, input: &str| fed(clock.under(place.command(line)), input.as_bytes());
    let held = answers(&run("decide --wait 1ms", &pay("1"))).remove(0);
    slack.messages(1);
    kill(server);
    clock.set(looked);
    slack.set(Mood::Up);
    let (_server, _) = started(&place, &clock);
    until("the card was looked for", || {
        (slack.calls("conversations.history") > 0).then_some(())
    });
    let id = held["approval_id"].as_str().unwrap();
    let said = run(&format!("approvals refuse {id} --by bob"), "");
    assert!(said.status.success(), "{said:?}");
    slack.card_says(0, "Refused");
    assert_eq!(slack.calls("chat.postMessage"), 1, "{posted} {looked}");
    slack.is_content();
}
