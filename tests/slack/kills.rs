//! A server that is killed while it posts: each card is there once.

use crate::holding::*;
use crate::slack::{Mood, Slack};
use crate::web::{self, kill, until};
use crate::{Click, pay, place, state};

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
