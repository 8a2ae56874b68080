//! Keys and what they may do.

use serde_json::json;

use crate::command::*;
use crate::server::*;
use crate::{POLICY, pay};

#[test]
fn each_role_may_what_it_is_for() {
    let place = Place::new(POLICY);
    let [bot, other, ana, ops, eve] = [
        ("bot", "agent"),
        ("other", "agent"),
        ("ana", "approver"),
        ("ops", "operator"),
        ("eve", "auditor"),
    ]
    .map(|(name, role)| key(&place, name, role));
    let server = Server::start(&place);
    let [bot, other, ana, ops, eve] =
        [bot, other, ana, ops, eve].map(|key| server.client().with_key(&key));
    let held = bot.post("/v1/decide", &pay("a")).json();
    let id = held["approval_id"].as_str().unwrap();
    let (shown, decision) = (
        format!("/v1/approvals/{id}"),
        format!("/v1/approvals/{id}/decision"),
    );
    let cancel = format!("{shown}/cancel");
    let yes = json!({"approve": true});
    let reads = ["/v1/approvals", "/pending", "/metrics"];
    for who in [&ana, &ops, &eve] {
        assert_eq!(who.post("/v1/decide", &pay("x")).status, 403);
        let seen = json!({"session": "s", "id": "a", "output": ""});
        assert_eq!(who.post("/v1/observe", &seen).status, 403);
        assert_eq!(who.get(&decision).status, 403, "only agents take answers");
        assert!(reads.iter().all(|path| who.get(path).status == 200));
        assert_eq!(who.get(&shown).status, 200);
    }
    // An agent sees its own, and never answers.
    assert!(reads.iter().all(|path| bot.get(path).status == 403));
    assert_eq!(
        (bot.get(&shown).status, other.get(&shown).status),
        (200, 404)
    );
    assert_eq!(
        (bot.get(&decision).status, other.get(&decision).status),
        (202, 404)
    );
    assert_eq!(other.post(&cancel, &json!({})).status, 404);
    for who in [&bot, &other, &eve] {
        assert_eq!(who.post(&decision, &yes).status, 403);
        let old = json!({"approval_id": id, "decision": "approve"});
        assert_eq!(who.post("/decision", &old).status, 403);
    }
    for who in [&ana, &eve] {
        assert_eq!(who.post(&cancel, &json!({})).status, 403);
    }
    let taken = ana.post(&decision, &yes);
    assert_eq!(
        (taken.status, &taken.json()["by"]),
        (200, &json!("key:ana"))
    );
    let late = ops.post(&decision, &yes);
    assert!(
        late.status == 409 && late.text.contains("by key:ana"),
        "{late:?}"
    );
    assert_eq!(bot.get(&decision).json()["approved"], true);
    let record = place.records().pop().unwrap();
    let by = &record["approval"];
    assert_eq!((&by["by"], &by["via"]), (&json!("key:ana"), &json!("api")));

    let second = bot.post("/v1/decide", &pay("b")).json();
    let cancel = format!(
        "/v1/approvals/{}/cancel",
        second["approval_id"].as_str().unwrap()
    );
    assert_eq!(ops.post(&cancel, &json!({})).status, 200);
    assert_eq!(bot.post("/v1/decide", &pay("b")).json()["approved"], false);
}

#[test]
fn only_listed_approvers_answer_and_two_may_be_needed() {
    let approvals = "[approvals]\napprovers = ['key:ana', 'key:bo']\nquorum = 2\n";
    let place = Place::new(&format!("{POLICY}\n{approvals}"));
    let [bot, ana, bo, cy] = [
        ("bot", "agent"),
        ("ana", "approver"),
        ("bo", "operator"),
        ("cy", "approver"),
    ]
    .map(|(name, role)| key(&place, name, role));
    let server = Server::start(&place);
    let [bot, ana, bo, cy] = [bot, ana, bo, cy].map(|key| server.client().with_key(&key));
    let held = bot.post("/v1/decide", &pay("a")).json();
    let decision = format!(
        "/v1/approvals/{}/decision",
        held["approval_id"].as_str().unwrap()
    );
    let yes = json!({"approve": true});
    assert_eq!(cy.post(&decision, &yes).status, 403);
    assert_eq!(ana.post(&decision, &yes).json()["state"], "pending");
    assert_eq!(ana.post(&decision, &yes).status, 409);
    assert_eq!(bot.get(&decision).status, 202);
    assert_eq!(bo.post(&decision, &yes).json()["state"], "approved");
    assert_eq!(bot.get(&decision).json()["approved"], true);
}

#[test]
fn forged_keys_are_refused_and_revoked_ones_at_once() {
    let place = Place::new(POLICY);
    let secret = key(&place, "ana", "approver");
    let server = Server::start(&place);
    let client = server.client();
    let refused = client.get("/v1/approvals");
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (401, Some("Bearer"))
    );
    let long = "x".repeat(5000);
    for forged in [
        "",
        "x",
        &secret[..40],
        &format!("{secret}x"),
        "cnk_",
        &long,
        "\u{1f511}",
    ] {
        assert_eq!(
            client.with_key(forged).get("/v1/approvals").status,
            401,
            "{forged}"
        );
    }
    for wrong in [
        format!("Basic {secret}"),
        secret.clone(),
        format!("Bearer{secret}"),
    ] {
        let reply = client.send("GET", "/v1/approvals", &[("Authorization", &wrong)], "");
        assert_eq!(reply.unwrap().status, 401, "{wrong}");
    }
    let ana = client.with_key(&secret);
    assert_eq!(ana.get("/v1/approvals").status, 200);
    assert_eq!(client.get("/healthz").status, 200);
    assert!(place.run("keys revoke ana", "").status.success());
    assert_eq!(ana.get("/v1/approvals").status, 401);
    assert_eq!(
        client.get("/v1/approvals").status,
        401,
        "the last key gone opens nothing"
    );
}

#[test]
fn it_listens_wider_only_with_keys() {
    let place = Place::new(POLICY);
    let refused = place.run("serve --listen 0.0.0.0:0", "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        errors(&refused).contains("coldnotch keys create"),
        "{refused:?}"
    );
    key(&place, "ops", "operator");
    let server = Server::run(place.command("serve --listen 0.0.0.0:0"));
    assert_eq!(server.end(), Some(0));
}

#[test]
fn each_key_has_its_own_rate() {
    let place = Place::new(&format!("{POLICY}\n[server]\nrate = 5\n"));
    let [ana, bo] = ["ana", "bo"].map(|name| key(&place, name, "auditor"));
    let server = Server::start(&place);
    let [ana, bo] = [ana, bo].map(|key| server.client().with_key(&key));
    let statuses: Vec<u16> = (0..30).map(|_| ana.get("/v1/approvals").status).collect();
    assert!(
        statuses.contains(&200) && statuses.contains(&429),
        "{statuses:?}"
    );
    let refused = (0..30)
        .map(|_| ana.get("/v1/approvals"))
        .find(|r| r.status == 429);
    assert_eq!(refused.unwrap().header("retry-after"), Some("1"));
    assert_eq!(bo.get("/v1/approvals").status, 200);
}
