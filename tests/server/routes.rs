//! Each route: what it answers, and how it refuses.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::command::*;
use crate::server::*;
use crate::{POLICY, pay};

#[test]
fn an_action_is_decided_and_its_retry_is_no_second_one() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let read = json!({"type": "read_file", "session": "s", "id": "1"});
    let first = client.post("/v1/decide", &read);
    assert_eq!(first.status, 200, "{first:?}");
    let answer = first.json();
    assert_eq!(
        (&answer["decision"], &answer["approved"]),
        (&json!("allow"), &json!(true))
    );
    for _ in 0..3 {
        assert_eq!(client.post("/v1/decide", &read).text, first.text);
    }
    let other = json!({"type": "read_file", "session": "s", "id": "1", "summary": "else"});
    let other = client.post("/v1/decide", &other);
    assert_eq!((other.status, &other.json()["field"]), (409, &json!("id")));
    let block = client.post("/v1/decide", &json!({"type": "exec_shell"}));
    assert_eq!(
        (block.status, &block.json()["approved"]),
        (200, &json!(false))
    );
    assert_eq!(place.decisions(), 2);

    // The state file has one step, and the answer survives a restart.
    drop(server);
    let server = Server::start(&place);
    assert_eq!(server.client().post("/v1/decide", &read).text, first.text);
    assert_eq!(place.decisions(), 2);
    // Without its file of answers there is still no second step.
    drop(server);
    std::fs::remove_file(place.path("coldnotch_answers.db")).unwrap();
    let server = Server::start(&place);
    let again = server.client().post("/v1/decide", &read).json();
    assert_eq!(
        (&again["seq"], &again["approved"]),
        (&answer["seq"], &json!(true))
    );
    assert_eq!(place.decisions(), 2, "the audit log has the answer");
    assert_eq!(server.end(), Some(0));
}

#[test]
fn many_retries_at_once_are_one_decision() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let read = json!({"type": "read_file", "session": "s", "id": "1"});
    let texts: Vec<String> = thread::scope(|scope| {
        let (client, read) = (&client, &read);
        let sent: Vec<_> = (0..16)
            .map(|_| scope.spawn(move || client.post("/v1/decide", read).text))
            .collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    });
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    assert_eq!(place.decisions(), 1);
}

#[test]
fn a_hold_is_asked_answered_and_waited_for() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let events = client.events(0);
    for (id, approve) in [("a", true), ("b", false)] {
        let held = client.post("/v1/decide", &pay(id));
        assert_eq!((held.status, &held.json()["approved"]), (202, &json!(null)));
        let place = held.header("location").unwrap().to_owned();
        assert_eq!(client.get(&place).status, 202);
        let waiting = {
            let (client, body) = (client.clone(), pay(id));
            thread::spawn(move || client.post("/v1/decide?wait_ms=40000", &body))
        };
        let shown = client.pending(1).remove(0);
        let digest = &shown["action_digest"];
        let wrong = json!({"approve": approve, "digest": format!("sha256:{}", "0".repeat(64))});
        assert_eq!(client.post(&place, &wrong).status, 409);
        let said = json!({"approve": approve, "reason": "because", "digest": digest});
        let taken = client.post(&place, &said);
        assert_eq!((taken.status, &taken.json()["by"]), (200, &json!("local")));
        let answer = waiting.join().unwrap();
        assert_eq!(
            (answer.status, &answer.json()["approved"]),
            (200, &json!(approve))
        );
        assert_eq!(client.get(&place).text, answer.text);
        assert_eq!(client.post("/v1/decide", &pay(id)).text, answer.text);
        let late = client.post(&place, &json!({"approve": true}));
        assert_eq!(late.status, 409);
        assert!(late.text.contains("by local"), "{late:?}");
        let id = shown["id"].as_str().unwrap();
        let kept = client.get(&format!("/v1/approvals/{id}")).json();
        assert_eq!(kept["answers"][0]["reason"], "because");
    }
    assert_eq!(place.decisions(), 2);
    let mut told: Vec<Value> = Vec::new();
    while told.last().is_none_or(|last| last["state"] != "refused") {
        told.push(serde_json::from_str(&events.recv_timeout(DEADLINE).unwrap()).unwrap());
    }
    let answered = told.iter().filter(|event| !event["answered"].is_null());
    let answered: Vec<_> = answered
        .map(|event| {
            json!([
                event["state"],
                event["answered"]["by"],
                event["answered"]["approved"]
            ])
        })
        .collect();
    assert_eq!(
        json!(answered),
        json!([["pending", "local", true], ["pending", "local", false]])
    );
    let seq = told.last().unwrap()["seq"].as_u64();
    client.post("/v1/decide", &pay("c"));
    let next = client.events(seq.unwrap()).recv_timeout(DEADLINE).unwrap();
    assert!(next.contains("pending"), "{next}");
}

#[test]
fn a_wait_that_is_over_leaves_the_question_open_and_a_cancelled_one_ends() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let before = Instant::now();
    let held = client.post("/v1/decide?wait_ms=300", &pay("a"));
    assert!(before.elapsed() >= Duration::from_millis(300));
    assert_eq!(held.status, 202);
    let id = held.json()["approval_id"].as_str().unwrap().to_owned();
    assert_eq!(
        client
            .post(&format!("/v1/approvals/{id}/cancel"), &json!({}))
            .status,
        200
    );
    let over = client.post("/v1/decide", &pay("a"));
    let told = over.json();
    assert_eq!(
        (over.status, &told["approval_state"]),
        (200, &json!("cancelled")),
        "{told}"
    );
    assert_eq!(told["approved"], false);
    assert_eq!(told["reason"], "the approval was cancelled by local");
    let shown = client.get(&format!("/v1/approvals/{id}")).json();
    assert_eq!(shown["cancelled"]["by"], "local");
    assert_eq!(shown["cancelled"]["via"], "api");
    let end = &place.records().pop().unwrap()["approval"];
    assert_eq!(
        (&end["state"], &end["by"], &end["via"]),
        (&json!("cancelled"), &json!("local"), &json!("api"))
    );
    let late = client.post(
        &format!("/v1/approvals/{id}/decision"),
        &json!({"approve": true}),
    );
    assert!(
        late.status == 409 && late.text.contains("already cancelled by local"),
        "{late:?}"
    );
}

/// Who, when, through which channel, and what it came to, judged again.
#[test]
fn an_approval_shows_how_it_was_concluded() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let ask = |id: &str| {
        let held = client.post("/v1/decide", &pay(id)).json();
        format!("/v1/approvals/{}", held["approval_id"].as_str().unwrap())
    };
    let [yes, no] = ["a", "b"].map(ask);
    assert_eq!(client.get(&yes).json()["conclusion"], Value::Null);
    for (shown, approve, state) in [(&yes, true, "consumed"), (&no, false, "refused")] {
        let decision = format!("{shown}/decision");
        let said = json!({"approve": approve, "reason": "because"});
        assert_eq!(client.post(&decision, &said).status, 200);
        let decided = client.get(&decision).json();
        let shown = client.get(shown).json();
        assert_eq!(shown["state"], state);
        let answer = &shown["answers"][0];
        assert_eq!(
            (&answer["by"], &answer["via"], &answer["reason"]),
            (&json!("local"), &json!("api"), &json!("because"))
        );
        let end = &shown["conclusion"];
        assert_eq!(end["approved"], approve);
        assert!(end["at"].as_u64() >= answer["at"].as_u64(), "{shown}");
        for key in ["reason", "reasons", "generation", "seq", "risk", "decision"] {
            assert_eq!(end[key], decided[key], "{key}");
        }
    }
}

#[test]
fn one_answer_may_name_equal_questions() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let ask = |action: &Value| {
        let held = client.post("/v1/decide", action).json();
        held["approval_id"].as_str().unwrap().to_owned()
    };
    let [one, two] = ["a", "b"].map(|id| ask(&pay(id)));
    let other = ask(&json!({"type": "pay", "session": "s", "id": "c"}));
    let place = format!("/v1/approvals/{one}/decision");
    let said = |also: &str| json!({"approve": true, "also": [also]});
    assert_eq!(client.post(&place, &said(&other)).status, 409);
    assert_eq!(client.post(&place, &said("apr-0")).status, 404);
    let many = json!({"approve": true, "also": vec!["apr-0"; 101]});
    assert_eq!(client.post(&place, &many).json()["field"], "also");
    assert_eq!(client.pending(3).len(), 3, "nothing was answered");
    let taken = client.post(&place, &said(&two)).json();
    assert_eq!(
        (&taken["state"], &taken["also"]),
        (&json!("approved"), &json!([two]))
    );
    assert_eq!(client.pending(1)[0]["id"], json!(other));
    for id in [&one, &two] {
        let decision = format!("/v1/approvals/{id}/decision");
        assert_eq!(client.get(&decision).json()["approved"], true);
    }
}

#[test]
fn a_question_that_expires_is_told_apart_from_a_refusal() {
    let place = Place::new(&format!("{POLICY}\n[approvals]\nlifetime = '1s'\n"));
    let server = Server::start(&place);
    let answer = server.client().post("/v1/decide?wait_ms=40000", &pay("a"));
    let told = answer.json();
    assert_eq!(
        (answer.status, &told["approval_state"]),
        (200, &json!("expired")),
        "{told}"
    );
    assert_eq!(told["approved"], false);
}

#[test]
fn a_batch_is_decided_in_order_or_not_at_all() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let wrong = json!({"actions": [{"type": "a"}, {"type": 3}]});
    let refused = client.post("/v1/decide/batch", &wrong);
    assert_eq!(
        (refused.status, &refused.json()["field"]),
        (400, &json!("actions.1.type"))
    );
    for (body, field) in [
        (json!({"actions": []}), "actions"),
        (json!({"action": []}), "action"),
        (
            json!({"actions": vec![json!({"type": "a"}); 101]}),
            "actions",
        ),
    ] {
        let refused = client.post("/v1/decide/batch", &body);
        assert_eq!(
            (refused.status, &refused.json()["field"]),
            (400, &json!(field))
        );
    }
    assert!(!place.log().exists() || place.decisions() == 0);
    let all = json!({"actions": [{"type": "a"}, {"type": "pay"}, {"type": "exec_shell"}]});
    let told = client.post("/v1/decide/batch", &all).json();
    let said: Vec<_> = told["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| &d["decision"])
        .collect();
    assert_eq!(said, ["allow", "hold", "block"]);
}

#[test]
fn outputs_are_taken_in_once() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    client.post(
        "/v1/decide",
        &json!({"type": "a", "session": "s", "id": "1"}),
    );
    let seen = json!({"session": "s", "id": "1", "output": "x", "succeeded": true});
    for _ in 0..2 {
        assert_eq!(client.post("/v1/observe", &seen).status, 200);
    }
    let other = json!({"session": "s", "id": "1", "output": "y"});
    assert_eq!(client.post("/v1/observe", &other).status, 409);
    let unknown = json!({"session": "s", "id": "2", "output": "y"});
    assert_eq!(client.post("/v1/observe", &unknown).status, 404);
    assert_eq!(
        client.post("/v1/observe", &json!({"session": "s"})).json()["field"],
        "id"
    );
}

#[test]
fn mistakes_are_named() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let json_type = [("Content-Type", "application/json")];
    let post = |path: &str, body: &str| client.send("POST", path, &json_type, body).unwrap();
    for (path, body, status, field) in [
        ("/v1/decide", "{}", 400, json!("type")),
        ("/v1/decide", "{", 400, json!(null)),
        ("/v1/decide", "[]", 400, json!(null)),
        (
            "/v1/decide",
            r#"{"type":"a","sumary":""}"#,
            400,
            json!("sumary"),
        ),
        ("/v1/decide", r#"{"type":"a","type":"b"}"#, 400, json!(null)),
        ("/v1/decide?wait_ms=x", r#"{"type":"a"}"#, 400, json!(null)),
        ("/v1/decide?wait=1", r#"{"type":"a"}"#, 400, json!(null)),
        ("/v1/approvals/x/decision", "{}", 400, json!("approve")),
        (
            "/v1/approvals/x/decision",
            r#"{"approve":true,"digest":"x"}"#,
            400,
            json!("digest"),
        ),
        (
            "/v1/approvals/x/decision",
            r#"{"approve":true}"#,
            404,
            json!(null),
        ),
        ("/v1/nothing", "{}", 404, json!(null)),
        ("/healthz", "{}", 405, json!(null)),
    ] {
        let reply = post(path, body);
        assert_eq!(
            (reply.status, &reply.json()["field"]),
            (status, &field),
            "{path} {body}"
        );
        assert_eq!(
            reply.header("content-type"),
            Some("application/problem+json")
        );
    }
    let text = client.send(
        "POST",
        "/v1/decide",
        &[("Content-Type", "text/plain")],
        "{}",
    );
    assert_eq!(text.unwrap().status, 415);
    assert_eq!(client.get("/v1/approvals?state=x").json()["field"], "state");
    assert_eq!(client.get("/v1/approvals?limit=0").status, 400);
    let last = client.send("GET", "/v1/events", &[("Last-Event-ID", "x")], "");
    assert_eq!(last.unwrap().status, 400);
    let foreign = client.send("GET", "/v1/approvals", &[("Host", "evil.example")], "");
    assert_eq!(foreign.unwrap().status, 403);
}

#[test]
fn the_routes_of_0_0_1_keep_their_shapes() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    assert_eq!(client.get("/healthz").json(), json!({"ok": true}));
    assert_eq!(client.get("/pending").json(), json!({"pending": []}));
    client.post("/v1/decide", &pay("a"));
    let listed = client.get("/pending").json();
    let row = &listed["pending"][0];
    let fields = [
        "agent",
        "created_at",
        "decided_at",
        "decided_by",
        "decision",
        "id",
        "reason",
        "risk",
        "status",
        "summary",
        "type",
    ];
    assert_eq!(keys(row).into_iter().collect::<Vec<_>>(), fields);
    assert_eq!(
        (&row["status"], &row["type"]),
        (&json!("pending"), &json!("pay"))
    );
    let said = json!({"approval_id": row["id"], "decision": "maybe"});
    assert_eq!(client.post("/decision", &said).status, 400);
    let said = json!({"approval_id": row["id"], "decision": "deny", "decided_by": "ana"});
    let taken = client.post("/decision", &said);
    let expected = json!({"approval_id": row["id"], "decision": "deny", "changed": true});
    assert_eq!((taken.status, taken.json()), (200, expected));
    let late = client.post("/decision", &said);
    assert_eq!((late.status, keys(&late.json()).len()), (404, 1));
}

#[test]
fn it_says_how_it_is() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let ready = client.get("/readyz");
    assert_eq!((ready.status, &ready.json()["ready"]), (200, &json!(true)));
    client.post("/v1/decide", &json!({"type": "a"}));
    client.post("/v1/decide", &pay("a"));
    let told = client.get("/metrics").text;
    for line in [
        "coldnotch_decisions_total{verdict=\"allow\"} 1",
        "coldnotch_approvals{state=\"pending\"} 1",
        "coldnotch_judging_seconds_count 2",
        "coldnotch_plugin_calls_total{plugin=\"keywords\",call=\"score\"",
        "coldnotch_pool_places",
        "coldnotch_audit_write_seconds_bucket{le=\"+Inf\"} 2",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let document = client.get("/openapi.json").json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let printed = place.run("serve --openapi", "");
    let printed: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(printed, document);
}

#[test]
fn a_changed_policy_is_put_in_force_while_it_serves() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let deploy = json!({"type": "deploy"});
    assert_eq!(
        client.post("/v1/decide", &deploy).json()["decision"],
        "allow"
    );
    place.replace("coldnotch.toml", POLICY.replace("exec_shell", "deploy"));
    server.heard("policy swapped");
    assert_eq!(
        client.post("/v1/decide", &deploy).json()["decision"],
        "block"
    );
    std::fs::write(place.path("coldnotch.toml"), "[").unwrap();
    server.heard("policy not swapped");
    server.signal("-HUP");
    server.heard("policy not swapped");
    assert_eq!(
        client.post("/v1/decide", &deploy).json()["decision"],
        "block"
    );
}

#[test]
fn it_ends_gracefully_while_some_wait() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let waiting: Vec<_> = (0..20)
        .map(|one| {
            let client = client.clone();
            let body = pay(&format!("w{one}"));
            thread::spawn(move || client.post("/v1/decide?wait_ms=60000", &body))
        })
        .collect();
    client.pending(20);
    let events = client.events(0);
    events.recv_timeout(DEADLINE).unwrap();
    let before = Instant::now();
    assert_eq!(server.end(), Some(0));
    assert!(
        before.elapsed() < Duration::from_secs(8),
        "{:?}",
        before.elapsed()
    );
    for waiting in waiting {
        let told = waiting.join().unwrap();
        assert_eq!((told.status, &told.json()["approved"]), (202, &json!(null)));
    }
    assert_eq!(Server::start(&place).client().pending(20).len(), 20);
}

/// A thread each would be 400 of them.
#[cfg(target_os = "linux")]
#[test]
fn those_who_wait_hold_no_thread() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let kind = [("Content-Type", "application/json")];
    let path = "/v1/decide?wait_ms=200000";
    let mut waiting: Vec<_> = (0..400)
        .map(|one| {
            let body = pay(&format!("{one}")).to_string();
            client.begin("POST", path, &kind, body.as_bytes()).unwrap()
        })
        .collect();
    let asked = client.pending(400);
    let status = format!("/proc/{}/status", server.child.id());
    let threads = || -> usize {
        let text = std::fs::read_to_string(&status).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("Threads:"));
        line.unwrap().trim().parse().unwrap()
    };
    let deadline = Instant::now() + DEADLINE;
    while threads() > 60 {
        assert!(Instant::now() < deadline, "{} threads", threads());
        thread::sleep(Duration::from_millis(100)); // those that decided end soon
    }
    // Exactly the one whose question is answered goes on.
    let last = asked.iter().find(|a| a["action"]["id"] == "399").unwrap();
    let decision = format!("/v1/approvals/{}/decision", last["id"].as_str().unwrap());
    assert_eq!(
        client.post(&decision, &json!({"approve": true})).status,
        200
    );
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut waiting.pop().unwrap(), &mut bytes).unwrap();
    assert_eq!(reply(&bytes).unwrap().json()["approved"], true);
    assert_eq!(client.pending(399).len(), 399);
}

#[test]
fn tls_is_spoken_and_its_certificate_read_again() {
    use std::io::{Read, Write};
    use std::sync::Arc;
    let place = Place::new(&format!(
        "{POLICY}\n[server]\ntls_certificate = 'cert.pem'\ntls_key = 'key.pem'\n"
    ));
    let certify = || {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        place.replace("key.pem", made.signing_key.serialize_pem());
        place.replace("cert.pem", made.cert.pem());
        made.cert.der().clone()
    };
    let asked = |server: &Server, trusted: &rustls::pki_types::CertificateDer<'static>| {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(trusted.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "localhost".try_into().unwrap();
        let session = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
        let socket = std::net::TcpStream::connect(server.address).unwrap();
        let mut stream = rustls::StreamOwned::new(session, socket);
        let head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(head).ok()?;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        reply(&bytes)
    };
    let first = certify();
    let server = Server::start(&place);
    assert_eq!(asked(&server, &first).unwrap().status, 200);
    assert_eq!(
        server
            .client()
            .send("GET", "/healthz", &[], "")
            .map(|r| r.status),
        None
    );
    let second = certify();
    assert!(asked(&server, &second).is_none());
    server.signal("-HUP");
    let deadline = Instant::now() + DEADLINE;
    while asked(&server, &second).is_none() {
        assert!(Instant::now() < deadline, "the new certificate is not used");
    }
    std::fs::write(place.path("cert.pem"), "damaged").unwrap();
    server.signal("-HUP");
    server.heard("the certificate stays as it is");
    assert_eq!(asked(&server, &second).unwrap().status, 200);
}
