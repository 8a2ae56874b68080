//! AuthZEN 1.0 and its access request and approval profile.

use serde_json::{Value, json};

use crate::POLICY;
use crate::command::*;
use crate::server::*;

fn evaluation(action: &str) -> Value {
    json!({"subject": {"type": "agent", "id": "bot"}, "action": {"name": action},
        "resource": {"type": "account", "id": "7", "properties": {"iban": "x"}}})
}

#[test]
fn an_evaluation_is_a_decision() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    for (action, decision, verdict) in [
        ("read", true, "allow"),
        ("exec_shell", false, "block"),
        ("pay", false, "hold"),
    ] {
        let told = client
            .post("/access/v1/evaluation", &evaluation(action))
            .json();
        assert_eq!(told["decision"], decision, "{told}");
        assert_eq!(told["context"]["verdict"], verdict);
        assert_eq!(
            told["context"].get("access_request").is_some(),
            verdict == "hold"
        );
    }
    let record = &place.records()[0];
    assert_eq!(
        (&record["agent"], &record["type"]),
        (&json!("bot"), &json!("read"))
    );
    let missing = client.post(
        "/access/v1/evaluation",
        &json!({"subject": {"type": "a", "id": "b"}}),
    );
    assert_eq!(
        (missing.status, &missing.json()["field"]),
        (400, &json!("action"))
    );
    let traced = [
        ("Content-Type", "application/json"),
        ("X-Request-ID", "r-1"),
    ];
    let body = evaluation("read").to_string();
    let reply = client
        .send("POST", "/access/v1/evaluation", &traced, body)
        .unwrap();
    assert_eq!(reply.header("x-request-id"), Some("r-1"));
    let places = client.get("/.well-known/authzen-configuration").json();
    let at = format!("http://{}", server.address);
    let evaluation = &places["access_evaluation_endpoint"];
    assert_eq!(evaluation, &json!(format!("{at}/access/v1/evaluation")));
    assert_eq!(places["policy_decision_point"], json!(at));
}

#[test]
fn several_stop_where_they_are_told_to() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let each = |semantic: Option<&str>| -> Vec<Value> {
        let mut body = evaluation("read");
        body["evaluations"] = json!([{}, {"action": {"name": "exec_shell"}},
            {"resource": {"type": "x"}}, {"action": {"name": "write"}}]);
        body["evaluations"][2] = json!({"context": {"session": 3}});
        if let Some(semantic) = semantic {
            body["options"] = json!({"evaluations_semantic": semantic});
        }
        let told = client.post("/access/v1/evaluations", &body).json();
        let outcomes = told["evaluations"].as_array().unwrap();
        outcomes
            .iter()
            .map(|outcome| outcome["decision"].clone())
            .collect()
    };
    assert_eq!(each(None), [true, false, false, true]);
    assert_eq!(each(Some("execute_all")), [true, false, false, true]);
    assert_eq!(each(Some("deny_on_first_deny")), [true, false]);
    assert_eq!(each(Some("permit_on_first_permit")), [true]);
    let mut wrong = evaluation("read");
    wrong["evaluations"] = json!([{}]);
    wrong["options"] = json!({"evaluations_semantic": "all"});
    assert_eq!(client.post("/access/v1/evaluations", &wrong).status, 400);
    let single = client
        .post("/access/v1/evaluations", &evaluation("read"))
        .json();
    assert_eq!(single["decision"], true);
}

#[test]
fn a_hold_is_requested_approved_and_evaluated_again() {
    let place = Place::new(POLICY);
    let [bot, other, ana] = [("bot", "agent"), ("other", "agent"), ("ana", "approver")]
        .map(|(name, role)| key(&place, name, role));
    let server = Server::start(&place);
    let [bot, other, ana] = [bot, other, ana].map(|key| server.client().with_key(&key));
    let denied = bot.post("/access/v1/evaluation", &evaluation("pay")).json();
    let offer = &denied["context"]["access_request"];
    assert!(
        offer["endpoint"]
            .as_str()
            .unwrap()
            .ends_with("/access/v1/requests")
    );
    let request = json!({"denial": {"binding_token": offer["binding_token"]}});
    assert_eq!(other.post("/access/v1/requests", &request).status, 404);
    let task = bot.post("/access/v1/requests", &request);
    assert_eq!(
        (task.status, &task.json()["task"]["status"]),
        (202, &json!("pending"))
    );
    let id = task.json()["task"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        ana.post(
            &format!("/v1/approvals/{id}/decision"),
            &json!({"approve": true})
        )
        .status,
        200
    );
    let status = format!("/access/v1/requests/{id}");
    assert_eq!(other.get(&status).status, 404);
    let done = bot.get(&status).json();
    assert_eq!(
        (&done["task"]["status"], &done["result"]["mode"]),
        (&json!("approved"), &json!("reevaluate"))
    );
    let mut again = evaluation("pay");
    again["context"] = json!({"approval": done["result"]["approval"]});
    assert_eq!(other.post("/access/v1/evaluation", &again).status, 404);
    let permitted = bot.post("/access/v1/evaluation", &again).json();
    assert_eq!(permitted["decision"], true, "{permitted}");
    again["resource"]["id"] = json!("8");
    assert_eq!(bot.post("/access/v1/evaluation", &again).status, 409);
}
