//! The page of plugins: what a shadow would have changed is counted and told with its cause.

use serde_json::json;

use super::*;

const SHADOW: &str = r#"
[[plugin]]
name = "words"
source = "builtin:keywords"
mode = "shadow"
limits = { time = "10s" }

[policy]
hold_types = ["pay"]

[approvals]
store = "approvals.db"
on_timeout = "pause"
"#;

#[test]
fn what_a_shadow_would_have_changed_is_told_with_its_cause() {
    let (inbox, keys) = Inbox::start_with(SHADOW, &KEYS);
    let max = inbox.sign_in(&keys[2]);
    let decide = |action: Value| {
        let done = inbox
            .place
            .run("decide --json --wait 1ms", action.to_string());
        answers(&done).remove(0)
    };
    let page = || inbox.get("/inbox/plugins", &max).body;
    decide(json!({"type": "note", "agent": "bot", "summary": "Water the plants"}));
    assert!(
        page().contains("none of 1 decision on record"),
        "{}",
        page()
    );
    assert!(!page().contains("id=\"flips\""));

    let told = decide(
        json!({"type": "note", "agent": "bot", "session": "s&1", "id": "1",
        "summary": "<b>wire</b> the plants"}),
    );
    assert_eq!(told["decision"], "allow", "a shadow changes nothing");
    // What is held anyway is not changed by one that would hold it.
    decide(json!({"type": "pay", "agent": "bot", "summary": "wire 10"}));
    let record = inbox.place.records().remove(1);
    let would = &record["plugins"][0]["would"];
    assert_eq!(
        (&record["decision"], &would["decision"]),
        (&json!("allow"), &json!("hold")),
        "{record}"
    );

    let page = page();
    let (_, flips) = page.split_once("id=\"flips\"").expect("the flips");
    let (flips, _) = flips.split_once("</section>").unwrap();
    let items: Vec<&str> = flips.split("<li>").skip(1).collect();
    assert_eq!(items.len(), 1, "{flips}");
    for words in [
        would["message"].as_str().unwrap(),
        "&lt;b&gt;wire&lt;/b&gt;",
        "class=\"tag allow\">allow",
        "class=\"tag hold\">hold",
        "/inbox/audit?q=s%261",
        "words",
    ] {
        assert!(items[0].contains(words), "{words}: {}", items[0]);
    }
    assert!(
        page.contains("</strong> of 2 decisions on record"),
        "{page}"
    );
    for drawn in ["Verdicts over time: 2 allow", "How long judging took"] {
        assert!(page.contains(drawn), "{drawn}");
    }
}
