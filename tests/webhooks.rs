//! Webhooks, with the real command on one side and receivers on the other that check
//! signatures with an HMAC of their own.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "webhooks/answers.rs"]
mod answers;
#[path = "support/clock.rs"]
mod clock;
#[path = "support/command.rs"]
mod command;
#[path = "support/holding.rs"]
mod holding;
#[path = "support/web.rs"]
mod web;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use command::*;
use data_encoding::BASE64;
use holding::{HOLDING, PAUSING, ask, pay};
use parking_lot::Mutex;
use serde_json::{Value, json};
use web::{Answer, Request, hmac, kill, ok, seconds, send, status, until};

const OLD: &[u8] = b"an old key of thirty-two bytes!!";
const NEW: &[u8] = b"a new key of thirty-two bytes!!!";
const ANSWERS: &[u8] = b"the answers' own key of 32 bytes";

fn whsec(key: &[u8]) -> String {
    format!("whsec_{}", BASE64.encode(key))
}

/// What is answered to the nth request.
type Mood = fn(usize) -> Answer;

/// One who is told, and what they heard.
#[derive(Clone)]
struct Receiver {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Request>>>,
    /// What they answer.
    mood: Arc<Mutex<Mood>>,
}

impl Receiver {
    fn start(mood: Mood) -> Self {
        let heard = Arc::<Mutex<Vec<Request>>>::default();
        let mood = Arc::new(Mutex::new(mood));
        let (kept, now) = (heard.clone(), mood.clone());
        let address = web::serve(move |request| {
            let mut kept = kept.lock();
            kept.push(request);
            let (count, mood) = (kept.len(), *now.lock());
            drop(kept);
            mood(count)
        });
        Receiver {
            address,
            heard,
            mood,
        }
    }

    fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// What was heard, once it is this much.
    fn heard(&self, count: usize) -> Vec<Request> {
        until("messages", || {
            let heard = self.heard.lock().clone();
            (heard.len() >= count).then_some(heard)
        })
    }
}

fn fine(_: usize) -> Answer {
    ok("")
}

fn hook(name: &str, url: &str, more: &str) -> String {
    let secret = whsec(OLD);
    format!("[[webhook]]\nname = \"{name}\"\nurl = \"{url}\"\nsecret = \"{secret}\"\n{more}\n")
}

const PRIVATE: &str = "allow_private = true";

/// As a receiver does it, from the specification.
fn is_signed(request: &Request, key: &[u8]) -> bool {
    let (id, at) = (
        request.header("webhook-id"),
        request.header("webhook-timestamp"),
    );
    let text = [id.as_bytes(), b".", at.as_bytes(), b".", &request.body].concat();
    let expected = format!("v1,{}", BASE64.encode(&hmac(key, &text)));
    let near = at.parse::<u64>().unwrap().abs_diff(seconds()) < 60;
    near && request
        .header("webhook-signature")
        .split(' ')
        .any(|sent| sent == expected)
}

fn told(requests: &[Request]) -> Vec<(String, String)> {
    let one = |request: &Request| {
        let body = request.json();
        let id = body["data"]["id"].as_str().unwrap_or_default().to_owned();
        (body["type"].as_str().unwrap().to_owned(), id)
    };
    requests.iter().map(one).collect()
}

#[test]
fn holds_and_decisions_are_told_in_order_and_signed_with_every_secret() {
    let receiver = Receiver::start(fine);
    let secrets = format!("secret = [\"{}\", \"{}\"]", whsec(NEW), whsec(OLD));
    let hook = hook("audit", &receiver.url(), PRIVATE)
        .replace(&format!("secret = \"{}\"", whsec(OLD)), &secrets);
    let place = Place::new(&format!("{HOLDING}{PAUSING}{hook}"));
    let before = ask(&place, &pay("0")); // before anybody listened
    let (_server, _) = web::started(&place);
    receiver.heard(1);
    let held = ask(&place, &pay("1"));
    let id = held["approval_id"].as_str().unwrap();
    let said = place.run(
        &format!("approvals approve {id} --by ana --reason fine"),
        "",
    );
    assert!(said.status.success(), "{said:?}");
    let id = before["approval_id"].as_str().unwrap();
    assert!(
        place
            .run(&format!("approvals refuse {id} --by bob"), "")
            .status
            .success()
    );

    let heard = receiver.heard(4);
    let expected = [
        ("hold", "0"),
        ("hold", "1"),
        ("decision", "1"),
        ("decision", "0"),
    ];
    assert_eq!(
        told(&heard),
        expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    let mut ids: Vec<&str> = heard
        .iter()
        .map(|request| request.header("webhook-id"))
        .collect();
    for request in &heard {
        assert!(is_signed(request, NEW) && is_signed(request, OLD) && !is_signed(request, ANSWERS));
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/hook")
        );
        assert_eq!(request.header("content-type"), "application/json");
    }
    let (hold, decision) = (heard[1].json(), heard[2].json());
    assert_eq!(hold["data"]["action_digest"], held["action_digest"]);
    assert_eq!(hold["data"]["approval_id"], held["approval_id"]);
    assert!(hold["timestamp"].is_string() && hold["data"]["reason"].is_string());
    assert_eq!(hold["data"].get("payload"), None, "the arguments stay here");
    assert_eq!(decision["data"]["approved"], json!(true));
    let given = &decision["data"]["answers"][0];
    assert_eq!(
        (&given["reason"], &given["approved"]),
        (&json!("fine"), &json!(true))
    );
    assert_eq!(heard[3].json()["data"]["state"], "refused");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    // Things are told in order: what was told twice would be heard before the next.
    ask(&place, &pay("2"));
    assert_eq!(
        told(&receiver.heard(5))[4..],
        [("hold".to_owned(), "2".to_owned())]
    );
}

#[test]
fn an_endpoint_that_is_down_holds_up_no_other_and_misses_nothing_over_a_kill() {
    let (down, up) = (Receiver::start(|_| status(503)), Receiver::start(fine));
    let hooks = hook("down", &down.url(), PRIVATE) + &hook("up", &up.url(), PRIVATE);
    let place = Place::new(&format!("{HOLDING}{PAUSING}{hooks}"));
    let (server, _) = web::started(&place);
    ask(&place, &pay("1"));
    ask(&place, &pay("2"));
    up.heard(2);
    let tried = down.heard(2);
    assert_eq!(tried[0].header("webhook-id"), tried[1].header("webhook-id"));
    kill(server);
    let failed = down.heard.lock().len();
    *down.mood.lock() = fine;
    let (_server, _) = web::started(&place);
    let heard = down.heard(failed + 2).split_off(failed);
    let expected = [("hold", "1"), ("hold", "2")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(told(&heard), expected);
    assert!(is_signed(&heard[0], OLD));
    assert_eq!(heard[0].header("webhook-id"), tried[0].header("webhook-id"));
    assert_eq!(up.heard.lock().len(), 2, "told again what was taken");
}

#[test]
fn what_is_never_taken_is_given_up_and_retry_after_is_kept_to() {
    let picky = Receiver::start(|count| status(if count == 1 { 422 } else { 200 }));
    let tired = Receiver::start(|count| match count {
        1 => Some((429, vec![("retry-after", "3".to_owned())], String::new())),
        _ => ok(""),
    });
    let hooks = hook("picky", &picky.url(), PRIVATE) + &hook("tired", &tired.url(), PRIVATE);
    let place = Place::new(&format!("{HOLDING}{PAUSING}{hooks}"));
    let (mut server, _) = web::started(&place);
    ask(&place, &pay("1"));
    ask(&place, &pay("2"));
    assert_eq!(told(&picky.heard(2))[1].1, "2");
    let line = server.heard("is given up");
    assert!(line.contains("picky") && line.contains("422"), "{line}");
    let heard = tired.heard(3);
    assert!(heard[1].at - heard[0].at >= Duration::from_millis(2900));
    assert_eq!(told(&heard)[1..], told(&picky.heard(2))[..]);
}

#[test]
fn nothing_is_sent_to_private_addresses_and_no_redirect_is_followed() {
    let receiver = Receiver::start(fine);
    let port = receiver.address.port();
    let urls = [
        ("literal", format!("https://127.0.0.1:{port}/")),
        ("name", format!("https://localhost:{port}/")),
        ("mapped", format!("https://[::ffff:127.0.0.1]:{port}/")),
        ("decimal", format!("https://2130706433:{port}/")),
        ("metadata", "https://169.254.169.254/latest/".to_owned()),
    ];
    let hooks: String = urls.iter().map(|(name, url)| hook(name, url, "")).collect();
    let place = Place::new(&format!("{HOLDING}{PAUSING}{hooks}"));
    let (mut server, _) = web::started(&place);
    ask(&place, &pay("1"));
    let mut left: Vec<&str> = urls.iter().map(|(name, _)| *name).collect();
    while !left.is_empty() {
        let line = server.heard("allow_private");
        left.retain(|name| !line.contains(&format!("webhook {name}:")));
    }
    drop(server);
    assert!(receiver.heard.lock().is_empty());

    let elsewhere = Receiver::start(fine);
    let to = Arc::new(elsewhere.url());
    let seen = Arc::<Mutex<u32>>::default();
    let count = seen.clone();
    let redirects = web::serve(move |_| {
        *count.lock() += 1;
        Some((307, vec![("location", to.to_string())], String::new()))
    });
    let hook = hook("away", &format!("http://{redirects}/"), PRIVATE);
    let place = Place::new(&format!("{HOLDING}{PAUSING}{hook}"));
    let (mut server, _) = web::started(&place);
    ask(&place, &pay("1"));
    let line = server.heard("307");
    assert!(line.contains("not followed"), "{line}");
    assert!(*seen.lock() >= 1 && elsewhere.heard.lock().is_empty());
}

#[test]
fn a_swap_is_told_once() {
    let receiver = Receiver::start(fine);
    let hook = hook(
        "ops",
        &receiver.url(),
        &format!("{PRIVATE}\nevents = [\"swap\"]"),
    );
    let place = Place::new(&format!("{HOLDING}{PAUSING}{hook}"));
    let (mut server, _) = web::started(&place);
    ask(&place, &pay("1")); // nobody wants to hear that
    // A swap is told from what was in force before, which is kept first.
    let file = rusqlite::Connection::open(place.path("coldnotch_approvals.db")).unwrap();
    until("the generation in force", || {
        let kept = "SELECT 1 FROM memo WHERE name = 'generation'";
        file.prepare(kept)
            .unwrap()
            .exists([])
            .unwrap()
            .then_some(())
    });
    let mut swap = |more: &str| {
        let types = format!("[\"pay\"{more}]");
        let other = format!("{HOLDING}{PAUSING}").replace("[\"pay\"]", &types);
        place.replace("coldnotch.toml", format!("{other}{hook}"));
        server.heard("policy swapped");
    };
    swap(", \"send\"");
    let first = receiver.heard(1)[0].json();
    // What was told twice would be heard before the next.
    swap("");
    let heard = receiver.heard(2);
    let second = heard[1].json();
    assert_eq!(
        (&first["type"], &second["type"]),
        (&json!("swap"), &json!("swap"))
    );
    let (first, second) = (&first["data"], &second["data"]);
    assert!(first["generation"].is_string(), "{first}");
    assert_ne!(first["generation"], first["previous"]);
    assert_eq!(second["previous"], first["generation"]);
    assert_eq!(second["generation"], first["previous"]);
}

/// Instead of a day, the message is a day old.
#[test]
fn what_nobody_takes_for_a_day_is_given_up_and_can_be_seen() {
    let receiver = Receiver::start(|_| status(503));
    let hook = hook("down", &receiver.url(), PRIVATE);
    let place = Place::new(&format!("{HOLDING}{PAUSING}{hook}"));
    let (server, _) = web::started(&place);
    ask(&place, &pay("1"));
    receiver.heard(1);
    kill(server);
    let file = rusqlite::Connection::open(place.path("coldnotch_approvals.db")).unwrap();
    let aged = file.execute("UPDATE delivery SET since = since - 86400000, due = 0", []);
    assert_eq!(aged.unwrap(), 1);
    ask(&place, &pay("2"));
    let (mut server, address) = web::started(&place);
    let line = server.heard("is given up");
    assert!(line.contains("down") && line.contains("503"), "{line}");
    let metrics = until("the dead letter", || {
        let (_, metrics) = send(address, "GET", "/metrics", &[], b"");
        let given_up = "coldnotch_webhook_messages{endpoint=\"down\",state=\"given_up\"} 1";
        metrics.contains(given_up).then_some(metrics)
    });
    let waits = "coldnotch_webhook_messages{endpoint=\"down\",state=\"waiting\"} 1";
    assert!(metrics.contains(waits), "{metrics}");
    // The next one is sent from then on.
    *receiver.mood.lock() = fine;
    let second = until("the second", || {
        let heard = receiver.heard.lock().clone();
        heard
            .into_iter()
            .find(|request| request.json()["data"]["id"] == "2")
    });
    assert!(is_signed(&second, OLD));
    let kept: (String, i64) = file
        .query_row("SELECT endpoint, tries FROM dead_letter", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert!(kept.0 == "down" && kept.1 >= 2, "{kept:?}");
}

#[test]
fn mistakes_in_the_configuration_are_named_and_secrets_are_not_shown() {
    let secret = whsec(OLD);
    let wrong = [
        (
            "url = \"https://a.example/\"",
            "`webhook.0.name` is missing",
        ),
        (
            "name = \"a\"\nurl = \"https://a.example/\"",
            "`webhook.0.secret` is missing",
        ),
        ("name = \"a\"", "`webhook.0.url` is missing"),
        ("name = \"a b\"", "`webhook.0.name` must be"),
        (
            "name = \"a\"\nsecret = \"short\"",
            "`webhook.0.secret` must be \"whsec_\"",
        ),
        ("name = \"a\"\nurl = \"http://a.example/\"", "must be https"),
        ("name = \"a\"\nurl = \"ftp://a.example/\"", "must be a URL"),
        ("name = \"a\"\nsecrt = \"\"", "did you mean `secret`?"),
    ];
    for (section, words) in wrong {
        let place = Place::new(&format!("{HOLDING}{PAUSING}[[webhook]]\n{section}\n"));
        let told = errors(&place.run("config check", ""));
        assert!(told.contains(words), "{section}: {told}");
    }
    let same = format!(
        "{}answer_secret = \"{secret}\"\n",
        hook("a", "https://a.example/", "")
    );
    let told = errors(&Place::new(&format!("{HOLDING}{PAUSING}{same}")).run("config check", ""));
    assert!(told.contains("another than `secret`"), "{told}");
    let events = hook(
        "a",
        "https://a.example/secret-path",
        "events = [\"hold\", \"moon\"]",
    );
    let told = errors(&Place::new(&format!("{HOLDING}{PAUSING}{events}")).run("config check", ""));
    assert!(told.contains("hold, decision, swap"), "{told}");

    let right = hook("a", "https://a.example/secret-path", "");
    let shown = Place::new(&format!("{HOLDING}{PAUSING}{right}")).run("config show", "");
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(
        text.contains("webhook.0.url") && text.contains("a.example"),
        "{text}"
    );
    assert!(
        !text.contains(&secret) && !text.contains("secret-path"),
        "{text}"
    );
}

#[test]
fn many_changes_are_told_in_order_each_once() {
    let receiver = Receiver::start(fine);
    let place = Place::new(&format!(
        "{HOLDING}{PAUSING}{}",
        hook("all", &receiver.url(), PRIVATE)
    ));
    let (_server, _) = web::started(&place);
    let mut stream = Stream::start(place.command("decide --wait 1ms"));
    let begun = Instant::now();
    for n in 0..200 {
        let held = stream.ask(&pay(&n.to_string()));
        assert_eq!(held["approved"], Value::Null, "{held}");
    }
    let asked = begun.elapsed();
    let heard = receiver.heard(200);
    let ids: Vec<String> = told(&heard).into_iter().map(|(_, id)| id).collect();
    let expected: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    assert_eq!(ids, expected, "in order, each once");
    assert!(asked < DEADLINE, "{asked:?}");
}

/// A receiver that speaks TLS, with a certificate nobody else knows.
fn with_tls(certificate: &rcgen::CertifiedKey<rcgen::KeyPair>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::<Mutex<Vec<String>>>::default();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certificate.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.cert.der().clone()], key.unwrap())
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (config, kept) = (Arc::new(config), heard.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let session = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(session, stream.unwrap());
            let mut bytes = vec![0; 64 << 10];
            // One read is a whole record; a handshake that fails is an error here.
            if let Ok(read) = std::io::Read::read(&mut stream, &mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                kept.lock().push(text);
                let answer = b"HTTP/1.1 204 x\r\nconnection: close\r\n\r\n";
                let _ = std::io::Write::write_all(&mut stream, answer);
            }
        }
    });
    (port, heard)
}

#[test]
fn https_is_spoken_to_whoever_has_a_certificate_that_is_known() {
    let certificate = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (port, heard) = with_tls(&certificate);
    let hook = hook("tls", &format!("https://localhost:{port}/hook"), PRIVATE);
    let place = Place::new(&format!("{HOLDING}{PAUSING}{hook}"));
    let (mut server, _) = web::started(&place);
    ask(&place, &pay("1"));
    let line = server.heard("webhook tls").to_lowercase();
    assert!(line.contains("certificate"), "{line}");
    assert!(heard.lock().is_empty());
    kill(server);

    std::fs::write(place.path("known.pem"), certificate.cert.pem()).unwrap();
    let known = place.path("known.pem");
    let (_server, _) = web::started_with(&place, |command| {
        command.env("SSL_CERT_FILE", known);
    });
    let request = until("a message", || heard.lock().first().cloned());
    assert!(request.starts_with("POST /hook HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("webhook-signature: v1,"), "{request}");
}

#[test]
fn a_plugin_that_is_asked_no_more_is_told_of_once() {
    let receiver = Receiver::start(fine);
    let events = format!("{PRIVATE}\nevents = [\"quarantine\"]");
    let hook = hook("ops", &receiver.url(), &events);
    let guest = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/guests/hostile.wasm");
    let place = Place::new(&format!(
        "[[plugin]]\nname = \"hostile\"\nsource = \"{guest}\"\ngrants = [\"history\"]\n\
         settings = {{ how = \"as-told\" }}\n\n[quarantine]\nof = 2\n\n{hook}"
    ));
    let (server, address) = web::started(&place);
    let json = [("content-type", "application/json")];
    let decide = |address, how: &str| -> Value {
        let body = json!({"type": "note", "payload": {"how": how}}).to_string();
        let answer = send(address, "POST", "/v1/decide", &json, body.as_bytes());
        serde_json::from_str(&answer.1).unwrap()
    };
    for _ in 0..2 {
        assert_eq!(decide(address, "unreachable")["decision"], "hold");
    }
    let told = receiver.heard(1).remove(0);
    assert!(is_signed(&told, OLD));
    let told = told.json();
    assert_eq!(
        (&told["type"], &told["data"]["plugin"]),
        (&json!("quarantine"), &json!("hostile"))
    );
    let held = decide(address, "as-told");
    let reason = held["reasons"][0]["message"].as_str().unwrap();
    assert!(reason.contains("in quarantine"), "{reason}");
    kill(server);

    // Another server finds it there, and tells nobody again; an operator lets it go.
    let (_server, address) = web::started(&place);
    let metrics = send(address, "GET", "/metrics", &[], b"").1;
    assert!(metrics.contains("coldnotch_plugin_quarantined{plugin=\"hostile\"} 1"));
    let released = place.run("plugin release hostile --by ana", "");
    assert!(released.status.success(), "{released:?}");
    until("its release", || {
        (decide(address, "as-told")["decision"] == "allow").then_some(())
    });
    assert_eq!(receiver.heard.lock().len(), 1, "told twice");
    let again = place.run("plugin release hostile", "");
    assert!(errors(&again).contains("no plugin 'hostile' is in quarantine"));
}
