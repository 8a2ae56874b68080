//! What is not from Slack, not from here or not theirs to answer changes nothing.

use serde_json::json;

use crate::command::*;
use crate::holding::*;
use crate::slack::{ANA, Mood, SECRET, Slack, button};
use crate::web::{self, hex, hmac, seconds};
use crate::{Click, pay, post, post_with, state};

#[test]
fn forged_stale_and_foreign_requests_change_nothing() {
    let slack = Slack::start(Mood::Up);
    let more = format!("approvers = [\"{ANA}\"]");
    let place = Place::new(&format!("{HOLDING}{PAUSING}\n{}{more}\n", slack.config()));
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
