//! How questions end, told apart; and one answer for those that ask for exactly the same.

use serde_json::{Value, json};

use crate::{Inbox, KEYS, pay};

#[test]
fn refused_expired_and_cancelled_are_told_apart() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let ana = inbox.sign_in(&keys[0]);
    let ask = |id: &str| {
        let mut action = pay(id);
        action["session"] = json!(id);
        action
    };
    let run = |line: &str, input: String| {
        let done = inbox.place.run(line, input);
        String::from_utf8(done.stdout).unwrap()
    };
    let bearer = |key: usize| format!("Bearer {}", keys[key]);
    let (operator, bot) = (bearer(1), bearer(3));
    let api = |line: &str, who: &str, body: &str| {
        let json = ("content-type", "application/json");
        let told = inbox.send(line, &[("authorization", who), json], body);
        assert!(told.status < 300, "{line}: {}", told.body);
        told.body
    };
    let asked = |id: &str| {
        let told: Value =
            serde_json::from_str(&api("POST /v1/decide", &bot, &ask(id).to_string())).unwrap();
        told["approval_id"].as_str().unwrap().to_owned()
    };
    let [refused, cancelled] = ["refused", "cancelled"].map(asked);
    let refuse = format!("approvals refuse {refused} --by bo");
    run(&refuse, String::new());
    let cancel = format!("POST /v1/approvals/{cancelled}/cancel");
    api(&cancel, &operator, "");
    for (id, state) in [(&refused, "refused"), (&cancelled, "cancelled")] {
        let decision = format!("GET /v1/approvals/{id}/decision");
        let told = api(&decision, &bot, "");
        assert!(told.contains(&format!("\"approval_state\":\"{state}\"")));
    }
    // Nobody answers while somebody waits, in a process with a configuration of its own.
    let config = std::fs::read_to_string(inbox.place.path("coldnotch.toml")).unwrap();
    let short = config.replace("on_timeout = \"pause\"", "on_timeout = \"deny\"");
    std::fs::write(inbox.place.path("short.toml"), short).unwrap();
    let line = "decide --json --wait 1ms --config short.toml";
    let told = run(line, ask("expired").to_string());
    let told: Value = serde_json::from_str(told.trim()).unwrap();
    assert_eq!(told["approval_state"], "expired");
    let expired = told["approval_id"].as_str().unwrap().to_owned();

    let page = |id: &str| inbox.get(&format!("/inbox/approvals/{id}"), &ana).body;
    for (id, words) in [
        (&refused, "<strong>Refused</strong> by <bdi>bo</bdi>"),
        (
            &cancelled,
            "<strong>Cancelled</strong> by <bdi>key:bo</bdi>",
        ),
        (&cancelled, "It was withdrawn."),
        (&expired, "Its time was over."),
    ] {
        let page = page(id);
        assert!(page.contains(words), "{words}: {page}");
    }
    let audit = inbox.get("/inbox/audit", &ana).body;
    for words in [
        "was refused",
        "answered by <strong><bdi>bo</bdi>",
        "was cancelled, did not run",
        "cancelled by <strong><bdi>key:bo</bdi>",
        "expired, did not run",
    ] {
        assert!(audit.contains(words), "{words}: {audit}");
    }
    let tail = run("audit tail", String::new());
    for words in ["refused by bo", "cancelled by key:bo", "expired"] {
        assert!(tail.contains(words), "{words}: {tail}");
    }
    for (id, words) in [
        (&refused, "refused"),
        (&cancelled, "cancelled by key:bo via api"),
        (&expired, "expired"),
    ] {
        let shown = run(&format!("approvals show {id}"), String::new());
        assert!(
            shown.contains(words) && shown.contains("it does not run"),
            "{shown}"
        );
    }
}

#[test]
fn a_tick_answers_those_that_ask_for_exactly_the_same() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let ana = inbox.sign_in(&keys[0]);
    let [one, two] = ["a", "b"].map(|id| inbox.hold(&pay(id)));
    let path = format!("/inbox/approvals/{one}");
    let card = inbox.get(&path, &ana);
    assert!(card.body.contains("and 1 more that ask"), "{}", card.body);
    let (token, digest, also) = (
        card.field("token"),
        card.field("digest"),
        card.field("also"),
    );
    assert_eq!(also, two);
    let three = inbox.hold(&pay("c")); // not on the page
    let mut other = pay("d");
    other["payload"]["amount"] = json!(10_000);
    let other = inbox.hold(&other);
    let approve = |also: &str| {
        let fields = [("token", &*token), ("digest", &digest), ("also", also)];
        inbox.post(&format!("{path}/approve"), &ana, &fields).status
    };
    assert_eq!(approve(&other), 409, "another amount was not on the page");
    assert_eq!(inbox.state(&one)["state"], "pending");
    assert_eq!(approve(&also), 303);
    let states = [&one, &two, &three, &other].map(|id| inbox.state(id)["state"].clone());
    assert_eq!(states, ["approved", "approved", "pending", "pending"]);
}
