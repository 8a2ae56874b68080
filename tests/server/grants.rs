//! Grants over the API: given with an answer, listed, taken back.

use serde_json::{Value, json};

use crate::POLICY;
use crate::command::*;
use crate::server::*;

fn pay(id: &str, amount: u32) -> Value {
    json!({"type": "pay", "agent": "bot", "session": "s", "id": id,
        "payload": {"amount": amount, "to": "ana"}})
}

/// Asks, and where to answer.
fn held(client: &Client, action: &Value) -> String {
    let held = client.post("/v1/decide", action);
    assert_eq!(held.status, 202, "{held:?}");
    let id = held.json()["approval_id"].as_str().unwrap().to_owned();
    format!("/v1/approvals/{id}/decision")
}

#[test]
fn a_yes_is_widened_listed_and_taken_back() {
    let place = Place::new(POLICY);
    let [bot, ana, eve] = [("bot", "agent"), ("ana", "approver"), ("eve", "auditor")]
        .map(|(name, role)| key(&place, name, role));
    let server = Server::start(&place);
    let [bot, ana, eve] = [bot, ana, eve].map(|key| server.client().with_key(&key));

    let decision = held(&bot, &pay("a", 10));
    let yes = json!({"approve": true, "grant": {"words": ["amount<=500"], "for": "session"}});
    assert_eq!(bot.post(&decision, &yes).status, 403);
    let taken = ana.post(&decision, &yes).json();
    assert_eq!(taken["state"], "approved", "{taken}");
    let grant = taken["grant"]["id"].as_str().unwrap().to_owned();
    assert_eq!(bot.get(&decision).json()["approved"], true);

    // It answers for what it says, and for nothing else.
    let like = bot.post("/v1/decide", &pay("b", 500));
    assert_eq!((like.status, &like.json()["approved"]), (200, &json!(true)));
    let shown = place.records().pop().unwrap();
    assert_eq!(shown["approval"]["grant"], json!(grant));
    assert_eq!(bot.post("/v1/decide", &pay("c", 501)).status, 202);

    let listed = eve.get("/v1/grants").json();
    let listed = &listed["grants"][0];
    assert_eq!(
        (
            &listed["id"],
            &listed["words"],
            &listed["session"],
            &listed["uses"]
        ),
        (
            &json!(grant),
            &json!(["amount<=500"]),
            &json!("s"),
            &json!(1)
        )
    );
    assert_eq!(
        (&listed["by"], &listed["via"]),
        (&json!("key:ana"), &json!("api"))
    );
    assert_eq!(bot.get("/v1/grants").status, 403);

    let revoke = format!("/v1/grants/{grant}/revoke");
    for who in [&bot, &eve] {
        assert_eq!(who.post(&revoke, &json!({})).status, 403);
    }
    let revoked = ana.post(&revoke, &json!({}));
    assert_eq!(
        (revoked.status, &revoked.json()["revoked_by"]),
        (200, &json!("key:ana"))
    );
    assert_eq!(ana.post(&revoke, &json!({})).status, 404);
    assert_eq!(bot.post("/v1/decide", &pay("d", 20)).status, 202);
    assert_eq!(eve.get("/v1/grants").json()["grants"], json!([]));
    let all = eve.get("/v1/grants?all=true&limit=5").json();
    assert_eq!(all["grants"][0]["revoked_by"], "key:ana");
    assert_eq!(eve.get("/v1/grants?limit=0").json()["field"], "limit");

    let records = place.records();
    let steps: Vec<(&Value, &Value)> = records
        .iter()
        .filter(|record| record["kind"] == "grant")
        .map(|record| (&record["what"], &record["via"]))
        .collect();
    let api = json!("api");
    assert_eq!(
        steps,
        [(&json!("given"), &api), (&json!("revoked"), &api)],
        "both are on record"
    );
}

#[test]
fn what_cannot_be_granted_is_named_and_leaves_the_question() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let decision = held(&client, &pay("a", 10));
    let wrong = |grant: Value, field: Value| {
        let refused = client.post(&decision, &json!({"approve": true, "grant": grant}));
        assert_eq!((refused.status, &refused.json()["field"]), (400, &field));
    };
    wrong(json!({"words": ["amount<=9"]}), json!("for"));
    wrong(
        json!({"words": ["amount<=x"], "for": "2h"}),
        json!("grant.words[0]"),
    );
    wrong(
        json!({"words": ["amount<=500"], "for": "always"}),
        json!("grant.for"),
    );
    wrong(json!({"words": [], "for": "session"}), json!(null));
    wrong(
        json!({"words": ["amount<=9"], "for": "session"}),
        json!(null),
    );
    wrong(
        json!({"words": ["amount<=500"], "for": "721h"}),
        json!(null),
    );
    let wanted = json!({"words": ["amount<=500"], "for": "session"});
    let no = client.post(&decision, &json!({"approve": false, "grant": wanted}));
    assert_eq!(no.status, 400, "a no is not remembered");
    let other = format!("sha256:{}", "0".repeat(64));
    let other = json!({"approve": true, "digest": other, "grant": wanted});
    assert_eq!(client.post(&decision, &other).status, 409);
    assert_eq!(client.get("/v1/grants").json()["grants"], json!([]));
    assert_eq!(client.pending(1).len(), 1);
    let grants = |record: &Value| record["kind"] == "grant";
    assert!(!place.records().iter().any(grants));
    assert_eq!(
        client.post(&decision, &json!({"approve": false})).status,
        200
    );
}
