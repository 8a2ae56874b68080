//! Signed answers: each counts once, as its webhook's, and the agent's process uses it.

use std::net::SocketAddr;

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::command::{self, Place, answers};
use crate::holding::{HOLDING, PAUSING, ask, pay};
use crate::web::{self, hmac, kill, seconds, send, until};
use crate::{ANSWERS, NEW, OLD, hook, whsec};

fn answer(to: SocketAddr, key: &[u8], body: &Value, at: u64) -> (u16, Value) {
    let body = body.to_string();
    let id = "msg_1";
    let signed = hmac(key, format!("{id}.{at}.{body}").as_bytes());
    let signature = format!("v1,{}", BASE64.encode(&signed));
    let at = at.to_string();
    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", at.as_str()),
        ("webhook-signature", signature.as_str()),
        ("content-type", "application/json"),
    ];
    let (status, text) = send(to, "POST", "/webhooks/decision", &headers, body.as_bytes());
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// Webhooks that answer, each with a secret of its own.
fn robots(names: &[&str]) -> String {
    let one = |(name, key): (&&str, &[u8])| {
        let secret = whsec(key);
        format!("[[webhook]]\nname = \"{name}\"\nanswer_secret = \"{secret}\"\n")
    };
    names.iter().zip([ANSWERS, NEW]).map(one).collect()
}

#[test]
fn a_signed_answer_counts_once_and_an_unsigned_one_never() {
    let robot = robots(&["robot"]);
    let told = hook("told", "https://hooks.invalid/", "");
    let place = Place::new(&format!("{HOLDING}{PAUSING}{robot}{told}"));
    let (_server, address) = web::started(&place);
    let held = ask(&place, &pay("1"));
    let (id, digest) = (&held["approval_id"], &held["action_digest"]);
    let yes = json!({"approval_id": id, "action_digest": digest, "decision": "approve"});
    let with = |key: &str, value: &str| {
        let mut changed = yes.clone();
        changed[key] = json!(value);
        changed
    };
    let now = seconds();
    assert_eq!(answer(address, NEW, &yes, now).0, 401);
    assert_eq!(
        answer(address, OLD, &yes, now).0,
        401,
        "the secret of outgoing messages"
    );
    assert_eq!(answer(address, ANSWERS, &yes, now - 302).0, 401);
    assert_eq!(answer(address, ANSWERS, &yes, now + 330).0, 401);
    assert_eq!(
        send(
            address,
            "POST",
            "/webhooks/decision",
            &[("content-type", "application/json")],
            b"{}"
        )
        .0,
        401
    );
    let other = format!("sha256:{}", "0".repeat(64));
    assert_eq!(
        answer(address, ANSWERS, &with("action_digest", &other), now).0,
        409
    );
    assert_eq!(
        answer(address, ANSWERS, &with("approval_id", "apr-0"), now).0,
        404
    );
    assert_eq!(
        answer(address, ANSWERS, &with("decision", "perhaps"), now).0,
        400
    );
    assert_eq!(answer(address, ANSWERS, &with("by", "ana"), now).0, 400);

    let (status, said) = answer(address, ANSWERS, &yes, now);
    assert_eq!(
        (status, &said["state"], &said["again"]),
        (200, &json!("approved"), &json!(false))
    );
    let agent = place.run("decide --wait 60s", pay("1"));
    assert_eq!(agent.status.code(), Some(0), "{agent:?}");
    // Sent again, since the answer may have been lost on the way.
    let (status, said) = answer(address, ANSWERS, &yes, now);
    assert_eq!((status, &said["again"]), (200, &json!(true)), "{said}");
    assert_eq!(
        answer(address, ANSWERS, &with("decision", "deny"), now).0,
        409
    );
    let records = place.records();
    let decided: Vec<&Value> = records.iter().filter(|r| r["kind"] == "decision").collect();
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0]["approval"]["by"], "webhook:robot");
    assert_eq!(decided[0]["approval"]["via"], "webhook");
}

/// The agent waits in a process of its own, and the server takes the answer: it is the
/// agent's process that judges again, records and uses it.
#[test]
fn a_signed_answer_lets_the_waiting_process_go_on_and_the_server_concludes_nothing() {
    let place = Place::new(&format!("{HOLDING}{}", robots(&["robot"])));
    let (server, address) = web::started(&place);
    let waits = command::started(place.command("decide --wait 60s"), pay("1").as_bytes());
    let (id, digest) = until("the question", || {
        let shown = place.run("approvals list --json", "").stdout;
        let shown: Value = serde_json::from_slice(&shown).ok()?;
        Some((shown["id"].clone(), shown["action_digest"].clone()))
    });
    let yes = json!({"approval_id": id, "action_digest": digest, "decision": "approve"});
    let (status, said) = answer(address, ANSWERS, &yes, seconds());
    assert_eq!(
        (status, &said["state"]),
        (200, &json!("approved")),
        "{said}"
    );
    let agent = waits.wait_with_output().unwrap();
    assert_eq!(agent.status.code(), Some(0), "{agent:?}");
    assert_eq!(answers(&agent)[0]["approval_id"], id);
    let decided = |place: &Place| -> Vec<Value> {
        let records = place.records().into_iter();
        records.filter(|r| r["kind"] == "decision").collect()
    };
    assert_eq!(decided(&place).len(), 1);
    assert_eq!(decided(&place)[0]["approval"]["by"], "webhook:robot");

    // Where nobody waits, the yes waits for its agent, also when the server is killed.
    kill(server);
    let pausing = format!("{HOLDING}{PAUSING}{}", robots(&["robot"]));
    place.replace("coldnotch.toml", pausing);
    let held = ask(&place, &pay("2"));
    let (_server, address) = web::started(&place);
    let yes = json!({"approval_id": held["approval_id"], "action_digest": held["action_digest"],
        "decision": "approve"});
    assert_eq!(answer(address, ANSWERS, &yes, seconds()).0, 200);
    let shown = place.run(
        &format!(
            "approvals show {} --json",
            held["approval_id"].as_str().unwrap()
        ),
        "",
    );
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(
        (&shown["state"], &shown["conclusion"]),
        (&json!("approved"), &Value::Null)
    );
    let agent = place.run("decide --wait 60s", pay("2"));
    assert_eq!(agent.status.code(), Some(0), "{agent:?}");
    assert_eq!(decided(&place).len(), 2);
    assert_eq!(answer(address, ANSWERS, &yes, seconds()).1["again"], true);
    assert_eq!(decided(&place).len(), 2, "it is used once");
}

/// Each webhook is one of those who must approve; the same one twice is still one.
#[test]
fn where_several_must_approve_each_webhook_counts_once() {
    let place = Place::new(&format!(
        "{HOLDING}{PAUSING}quorum = 2\n{}",
        robots(&["risk", "law"])
    ));
    let (_server, address) = web::started(&place);
    let held = ask(&place, &pay("1"));
    let yes = json!({"approval_id": held["approval_id"], "action_digest": held["action_digest"],
        "decision": "approve"});
    let said = |key: &[u8]| {
        let (status, said) = answer(address, key, &yes, seconds());
        assert_eq!(status, 200, "{said}");
        (
            said["by"].clone(),
            said["state"].clone(),
            said["again"].clone(),
        )
    };
    let [risk, law] = [ANSWERS, NEW];
    let told = |by: &str, state: &str, again: bool| (json!(by), json!(state), json!(again));
    assert_eq!(said(risk), told("webhook:risk", "pending", false));
    assert_eq!(said(risk), told("webhook:risk", "pending", true));
    assert_eq!(
        place.run("decide --wait 1ms", pay("1")).status.code(),
        Some(4)
    );
    assert_eq!(said(law), told("webhook:law", "approved", false));
    let agent = place.run("decide --wait 60s", pay("1"));
    assert_eq!(agent.status.code(), Some(0), "{agent:?}");
    let records = place.records();
    let decided = records.iter().find(|r| r["kind"] == "decision").unwrap();
    assert_eq!(decided["approval"]["state"], "approved");
}

#[test]
fn a_clock_that_is_set_back_makes_no_old_signature_new() {
    let robot = robots(&["robot"]);
    let place = Place::new(&format!("{HOLDING}{PAUSING}{robot}"));
    let Some(clock) = Clock::new(&place) else {
        return;
    };
    let set = |command: &mut std::process::Command| {
        let plain = std::mem::replace(command, std::process::Command::new("-"));
        *command = clock.under(plain);
    };
    let (_server, address) = web::started_with(&place, set);
    let held = ask(&place, &pay("1"));
    let yes = json!({"approval_id": held["approval_id"], "action_digest": held["action_digest"],
        "decision": "approve"});
    let (now, old) = (seconds(), seconds() - 400);
    assert_eq!(answer(address, ANSWERS, &yes, old).0, 401);
    clock.set(86_400);
    assert_eq!(answer(address, ANSWERS, &yes, now).0, 401);
    clock.set(-400);
    assert_eq!(
        answer(address, ANSWERS, &yes, old).0,
        401,
        "it is new again"
    );
    assert_eq!(answer(address, ANSWERS, &yes, now).0, 200);
}
