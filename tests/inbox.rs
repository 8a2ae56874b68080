//! The inbox over real HTTP: who gets in, what a form must bring along, what a page
//! may do, and that looking changes nothing. `make browser` tests it in a browser.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/command.rs"]
mod command;
#[path = "inbox/endings.rs"]
mod endings;
#[path = "inbox/list.rs"]
mod list;
#[path = "inbox/plugins.rs"]
mod plugins;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use command::*;
use serde_json::{Value, json};

const CONFIG: &str = r#"
[[plugin]]
name = "keywords"
source = "builtin:keywords"
limits = { time = "10s" }

[policy]
hold_types = ["pay"]

[approvals]
store = "approvals.db"
on_timeout = "pause" # a `decide` that does not wait leaves its question open
"#;

/// A server in a folder, until dropped.
struct Inbox {
    place: Place,
    server: Child,
    address: String,
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What came back.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The cookie it sets, as a browser sends it back.
    fn cookie(&self) -> String {
        let cookie = self.header("set-cookie").expect("a cookie");
        cookie.split(';').next().unwrap().to_owned()
    }

    /// The value of a hidden field.
    fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&start).expect("the field");
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Inbox {
    fn start(keys: &[(&str, &str)]) -> (Inbox, Vec<String>) {
        Inbox::start_with(CONFIG, keys)
    }

    fn start_with(config: &str, keys: &[(&str, &str)]) -> (Inbox, Vec<String>) {
        let place = Place::new(config);
        let make = |(name, role): &(&str, &str)| {
            let made = place.run(&format!("keys create {name} --role {role}"), "");
            String::from_utf8(made.stdout).unwrap().trim().to_owned()
        };
        let keys = keys.iter().map(make).collect();
        let mut command = place.command("serve --listen 127.0.0.1:0 --no-watch");
        let mut server = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let address = lines
            .find_map(|line| {
                let line = line.unwrap();
                let (_, address) = line.split_once("http://")?;
                Some(address.trim().to_owned())
            })
            .expect("it listens");
        std::thread::spawn(move || lines.for_each(drop));
        let inbox = Inbox {
            place,
            server,
            address,
        };
        (inbox, keys)
    }

    fn send(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut head = format!("{line} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head += &format!("host: {}\r\n", self.address);
        }
        if !body.is_empty() {
            if !headers.iter().any(|(name, _)| *name == "content-type") {
                head += "content-type: application/x-www-form-urlencoded\r\n";
            }
            head += &format!("content-length: {}\r\n", body.len());
        } else if line.starts_with("POST") {
            head += "content-length: 0\r\n";
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream
            .write_all(format!("{head}\r\n{body}").as_bytes())
            .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head[9..12].parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(&format!("GET {path}"), &[("cookie", cookie)], "")
    }

    fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(
            &format!("POST {path}"),
            &[("cookie", cookie)],
            &form(fields),
        )
    }

    fn sign_in(&self, key: &str) -> String {
        let answer = self.post("/inbox/sign-in", "", &[("key", key)]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.cookie()
    }

    /// A question that waits; its id.
    fn hold(&self, action: &Value) -> String {
        let asked = self
            .place
            .run("decide --json --wait 1ms", action.to_string());
        let answer: Value = answers(&asked).remove(0);
        answer["approval_id"].as_str().unwrap().to_owned()
    }

    fn state(&self, id: &str) -> Value {
        let shown = self.place.run(&format!("approvals show {id} --json"), "");
        answers(&shown).remove(0)
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

fn pay(id: &str) -> Value {
    json!({"type": "pay", "agent": "bot", "session": "s", "id": id, "payload": {"amount": 10}})
}

const KEYS: [(&str, &str); 4] = [
    ("ana", "approver"),
    ("bo", "operator"),
    ("max", "auditor"),
    ("bot", "agent"),
];

const PAGES: [&str; 4] = ["/inbox", "/inbox/audit", "/inbox/plugins", "/inbox/events"];

#[test]
fn nobody_gets_in_without_a_key_and_no_agent_does() {
    let (inbox, keys) = Inbox::start(&KEYS);
    for page in PAGES {
        for cookie in [
            "",
            "coldnotch=",
            "coldnotch=AAAA",
            &format!("coldnotch={}", keys[0]),
        ] {
            let answer = inbox.get(page, cookie);
            assert!(
                [303, 401].contains(&answer.status),
                "{page}: {}",
                answer.status
            );
            assert!(!answer.body.contains("ana"), "{page}");
        }
    }
    let back = inbox.get("/inbox/audit", "");
    assert_eq!(
        back.header("location"),
        Some("/inbox/sign-in?next=%2Finbox%2Faudit")
    );
    for (key, status) in [("", 401), ("cnk_x", 401), (keys[3].as_str(), 403)] {
        let answer = inbox.post("/inbox/sign-in", "", &[("key", key)]);
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("set-cookie"), None);
    }
    for (key, role) in keys.iter().zip(["approver", "operator", "auditor"]) {
        let cookie = inbox.sign_in(key);
        let page = inbox.get("/inbox", &cookie);
        assert!(page.status == 200 && page.body.contains(role), "{role}");
    }
    // From the sign-in page one goes on to pages of ours alone.
    let fields = [("key", keys[0].as_str()), ("next", "//evil.example")];
    let answer = inbox.post("/inbox/sign-in", "", &fields);
    assert_eq!(answer.header("location"), Some("/inbox"));
}

#[test]
fn the_cookie_is_kept_from_scripts_and_other_sites_and_ends_with_its_key() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let answer = inbox.post("/inbox/sign-in", "", &[("key", keys[0].as_str())]);
    let set = answer.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(set.contains(part), "{set}");
    }
    let cookie = answer.cookie();
    assert!(!cookie.contains(&keys[0]));
    let database = std::fs::read(inbox.place.path("approvals.db")).unwrap();
    let secret = cookie.split_once('=').unwrap().1.as_bytes();
    assert!(!database.windows(secret.len()).any(|part| part == secret));

    // Signed out it is worth nothing, whoever kept it.
    let token = inbox.get("/inbox", &cookie).field("token");
    let out = inbox.post("/inbox/sign-out", &cookie, &[("token", &token)]);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(inbox.get("/inbox", &cookie).status, 303);

    let cookie = inbox.sign_in(&keys[0]);
    assert_eq!(inbox.get("/inbox", &cookie).status, 200);
    inbox.place.run("keys revoke ana", "");
    assert_eq!(inbox.get("/inbox", &cookie).status, 303);
    // Another key of the same name is somebody else's.
    inbox.place.run("keys create ana --role approver", "");
    assert_eq!(inbox.get("/inbox", &cookie).status, 303);
}

#[test]
fn a_link_signs_in_once_and_looking_at_it_does_not_use_it_up() {
    let (inbox, _) = Inbox::start(&KEYS);
    let made = inbox.place.run("keys link bo", "");
    let link = String::from_utf8(made.stdout).unwrap();
    let (_, secret) = link.trim().split_once("?secret=").unwrap();
    for _ in 0..3 {
        let page = inbox.get(&format!("/inbox/link?secret={secret}"), "");
        assert!(page.status == 200 && page.header("set-cookie").is_none());
    }
    let first = inbox.post("/inbox/link", "", &[("secret", secret)]);
    assert_eq!(first.status, 303);
    assert!(inbox.get("/inbox", &first.cookie()).body.contains("key:bo"));
    let second = inbox.post("/inbox/link", "", &[("secret", secret)]);
    assert!(second.status == 404 && second.header("set-cookie").is_none());
    // A link's secret is no cookie.
    assert_eq!(
        inbox.get("/inbox", &format!("coldnotch={secret}")).status,
        303
    );
    for name in ["bot", "nobody"] {
        let made = inbox.place.run(&format!("keys link {name}"), "");
        assert_eq!(made.status.code(), Some(1), "{name}");
    }
}

#[test]
fn a_form_counts_only_from_our_page_on_this_browser() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let id = inbox.hold(&pay("a"));
    let (ana, bo) = (inbox.sign_in(&keys[0]), inbox.sign_in(&keys[1]));
    let card = inbox.get(&format!("/inbox/approvals/{id}"), &ana);
    let (token, digest) = (card.field("token"), card.field("digest"));
    let path = format!("/inbox/approvals/{id}/approve");
    let sent = form(&[("token", &token), ("digest", &digest)]);

    let foreign: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
    ];
    for headers in foreign {
        let headers = [headers, &[("cookie", ana.as_str())]].concat();
        let answer = inbox.send(&format!("POST {path}"), &headers, &sent);
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    // No token, a made-up one, and one of another browser.
    for token in ["", "0", &inbox.get("/inbox", &bo).field("token")] {
        let fields = [("token", token), ("digest", digest.as_str())];
        assert_eq!(inbox.post(&path, &ana, &fields).status, 403);
    }
    assert_eq!(
        inbox
            .post(&path, "", &[("token", &token), ("digest", &digest)])
            .status,
        303
    );
    assert_eq!(inbox.state(&id)["state"], "pending");

    let own = [
        ("cookie", ana.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("origin", &format!("http://{}", inbox.address)),
    ];
    let answer = inbox.send(&format!("POST {path}"), &own, &sent);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let state = inbox.state(&id);
    assert_eq!(state["state"], "approved");
    let said = &state["answers"][0];
    assert_eq!(
        (&said["by"], &said["via"]),
        (&json!("key:ana"), &json!("inbox"))
    );
}

#[test]
fn an_answer_binds_what_was_on_the_page() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let (one, two) = (inbox.hold(&pay("a")), {
        let mut other = pay("b");
        other["payload"]["amount"] = json!(10_000);
        inbox.hold(&other)
    });
    let ana = inbox.sign_in(&keys[0]);
    let shown = |id: &str| inbox.get(&format!("/inbox/approvals/{id}"), &ana);
    let (token, digest) = (shown(&one).field("token"), shown(&one).field("digest"));
    let answer = |id: &str, word: &str, digest: &str| {
        let fields = [
            ("token", token.as_str()),
            ("digest", digest),
            ("reason", " no <b> "),
        ];
        inbox.post(&format!("/inbox/approvals/{id}/{word}"), &ana, &fields)
    };
    // The small one was on the page, the large one is answered.
    let other = answer(&two, "approve", &digest);
    assert!(
        other.status == 409 && other.body.contains("another action"),
        "{}",
        other.body
    );
    for wrong in ["", "sha256:00", "x"] {
        assert_eq!(answer(&one, "approve", wrong).status, 400, "{wrong}");
    }
    assert_eq!(inbox.state(&two)["state"], "pending");
    assert_eq!(answer(&one, "refuse", &digest).status, 303);
    assert_eq!(inbox.state(&one)["answers"][0]["reason"], "no <b>");
    // Once answered it stays so, and the second one is told by whom.
    let late = answer(&one, "approve", &digest);
    assert!(late.status == 409 && late.body.contains("already refused by key:ana"));
    assert!(late.body.contains("no &lt;b&gt;"));
    assert_eq!(answer("apr-none", "approve", &digest).status, 404);
}

#[test]
fn who_only_reads_cannot_answer() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let id = inbox.hold(&pay("a"));
    let (ana, max) = (inbox.sign_in(&keys[0]), inbox.sign_in(&keys[2]));
    let path = format!("/inbox/approvals/{id}");
    let digest = inbox.get(&path, &ana).field("digest");
    let card = inbox.get(&path, &max);
    assert!(card.status == 200 && !card.body.contains("/approve\""));
    let token = card.field("token");
    for word in ["approve", "refuse"] {
        let fields = [("token", token.as_str()), ("digest", digest.as_str())];
        assert_eq!(
            inbox.post(&format!("{path}/{word}"), &max, &fields).status,
            403
        );
    }
    assert_eq!(inbox.state(&id)["state"], "pending");
}

#[test]
fn looking_changes_nothing() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let id = inbox.hold(&pay("a"));
    let ana = inbox.sign_in(&keys[0]);
    let card = format!("/inbox/approvals/{id}");
    let (token, digest) = {
        let page = inbox.get(&card, &ana);
        (page.field("token"), page.field("digest"))
    };
    let before = std::fs::read(inbox.place.log()).unwrap();
    let query = form(&[("token", &token), ("digest", &digest), ("reason", "x")]);
    for path in ["approve", "refuse"] {
        for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
            let line = format!("{method} {card}/{path}?{query}");
            let answer = inbox.send(&line, &[("cookie", &ana)], "");
            assert_eq!(answer.status, 405, "{line}");
        }
    }
    assert_eq!(
        inbox.get(&format!("/inbox/sign-out?{query}"), &ana).status,
        405
    );
    assert_eq!(inbox.get("/inbox", &ana).status, 200);
    assert_eq!(inbox.state(&id)["state"], "pending");
    assert_eq!(std::fs::read(inbox.place.log()).unwrap(), before);
}

#[test]
fn every_answer_says_what_a_page_may_do() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let id = inbox.hold(&pay("a"));
    let ana = inbox.sign_in(&keys[0]);
    let card = format!("/inbox/approvals/{id}");
    let pages = [
        "/inbox",
        &card,
        "/inbox/audit",
        "/inbox/plugins",
        "/inbox/approvals/none",
    ];
    for path in pages {
        let page = inbox.get(path, &ana);
        let policy = page.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        for inline in [
            "<style",
            " style=",
            " onclick=",
            " onload=",
            "javascript:",
            "https://",
        ] {
            assert!(!page.body.contains(inline), "{path} has {inline}");
        }
        for script in page.body.split("<script").skip(1) {
            assert!(
                script.starts_with(" src=\"/inbox/static/"),
                "{path}: {script:.60}"
            );
        }
    }
    let page = inbox.get("/inbox", &ana);
    let links: Vec<&str> = page
        .body
        .split('"')
        .filter(|part| part.contains("/static/"))
        .collect();
    assert_eq!(links.len(), 5, "{links:?}");
    for link in links {
        let file = inbox.get(link, "");
        assert_eq!(file.status, 200, "{link}");
        let keep = file.header("cache-control").unwrap();
        assert!(keep.contains("immutable"), "{link}: {keep}");
    }
    for file in [
        "../Cargo.toml",
        "x-other.css",
        "inbox.css",
        "%2e%2e%2fREADME.md",
    ] {
        assert_eq!(
            inbox.get(&format!("/inbox/static/{file}"), "").status,
            404,
            "{file}"
        );
    }
    let old = inbox.get("/inbox/static/0-inbox.css", "");
    assert_eq!(
        (old.status, old.header("cache-control")),
        (200, Some("no-cache"))
    );
}

#[test]
fn what_an_agent_writes_is_text_everywhere() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let evil = "</p><script>x</script>\u{202e}\u{7}\r\n' \" &amp;";
    let action = json!({"type": "pay", "agent": evil, "session": evil, "id": evil, "summary": evil,
        "intent": evil, "context": {evil: evil}, "payload": {evil: [evil], "to": evil, "amount": evil}});
    let id = inbox.hold(&action);
    let ana = inbox.sign_in(&keys[0]);
    for path in ["/inbox", &format!("/inbox/approvals/{id}"), "/inbox/audit"] {
        let page = inbox.get(path, &ana);
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains("&lt;script&gt;"), "{path}");
        assert!(page.body.contains("U+202E"), "{path}");
        for raw in ["<script>x", "\u{202e}", "\u{7}"] {
            assert!(!page.body.contains(raw), "{path} has {raw:?}");
        }
    }
    let found = form(&[("q", "\"><script>x</script>")]);
    let page = inbox.get(&format!("/inbox/audit?{found}"), &ana);
    assert!(!page.body.contains("<script>x"));
}

#[test]
fn without_keys_this_machine_answers_as_itself_and_other_names_get_nothing() {
    let (inbox, _) = Inbox::start(&[]);
    let id = inbox.hold(&pay("a"));
    let foreign = inbox.send("GET /inbox", &[("host", "evil.example")], "");
    assert!(foreign.status == 403 && !foreign.body.contains(&id));
    let first = inbox.get(&format!("/inbox/approvals/{id}"), "");
    assert!(first.status == 200 && first.body.contains("inbox:local"));
    let (cookie, token) = (first.cookie(), first.field("token"));
    let fields = [
        ("token", token.as_str()),
        ("digest", &first.field("digest")),
    ];
    let path = format!("/inbox/approvals/{id}/approve");
    // A form of nobody's browser is no form of ours.
    assert_eq!(inbox.post(&path, "", &fields).status, 403);
    assert_eq!(inbox.state(&id)["state"], "pending");
    assert_eq!(inbox.post(&path, &cookie, &fields).status, 303);
    assert_eq!(inbox.state(&id)["answers"][0]["by"], "inbox:local");
    // As soon as there is a key, one is needed.
    inbox.place.run("keys create ana --role approver", "");
    assert_eq!(inbox.get("/inbox", &cookie).status, 303);
}

#[test]
fn who_follows_a_link_from_elsewhere_comes_in_with_their_cookie() {
    let (inbox, keys) = Inbox::start(&KEYS);
    // A browser leaves the cookie out at first, and sends it when the page comes again.
    let site = [("sec-fetch-site", "cross-site")];
    let bounced = inbox.send("GET /inbox/audit", &site, "");
    assert!(bounced.status == 200 && bounced.body.contains("http-equiv=\"refresh\""));
    let cookie = inbox.sign_in(&keys[0]);
    assert_eq!(inbox.get("/inbox/audit", &cookie).status, 200);
}

#[test]
fn news_are_told_from_where_the_page_was_made() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let ana = inbox.sign_in(&keys[0]);
    let page = inbox.get("/inbox", &ana);
    let (_, rest) = page.body.split_once("sse-connect=\"").unwrap();
    let events = rest.split('"').next().unwrap();
    // What happened before the page follows is not lost.
    let id = inbox.hold(&pay("a"));
    let mut stream = TcpStream::connect(&inbox.address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let head = format!(
        "GET {events} HTTP/1.1\r\nhost: {}\r\ncookie: {ana}\r\n\r\n",
        inbox.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let name = lines.find_map(|line| {
        let (_, name) = line.split_once("<li id=\"hold-")?;
        Some(name.split('"').next()?.to_owned())
    });
    let row = lines.find(|line| line.contains("class=\"open\"")).unwrap();
    assert!(row.contains(&id), "{row}");
    inbox
        .place
        .run(&format!("approvals refuse {id} --by bo"), "");
    let gone = format!("data: {}", name.unwrap());
    assert!(lines.any(|line| line == gone));
    // Without their key they hear nothing more.
    inbox.place.run("keys revoke ana", "");
    inbox.hold(&pay("b"));
    assert!(!lines.any(|line| line.contains("class=\"open\"")));
}

#[test]
fn an_action_that_a_person_changed_runs_as_changed_and_once() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let id = inbox.hold(&pay("a"));
    let ana = inbox.sign_in(&keys[0]);
    let card = inbox.get(&format!("/inbox/approvals/{id}"), &ana);
    let (token, digest) = (card.field("token"), card.field("digest"));
    let edit = |payload: &str| {
        let fields = [
            ("token", &*token),
            ("digest", &*digest),
            ("payload", payload),
        ];
        inbox.post(&format!("/inbox/approvals/{id}/edit"), &ana, &fields)
    };
    for (payload, status) in [
        ("[]", 400),
        ("{", 400),
        ("", 400),
        (r#"{"amount": 10}"#, 409),
    ] {
        assert_eq!(edit(payload).status, status, "{payload}");
    }
    assert_eq!(inbox.state(&id)["state"], "pending");
    let changed = edit(r#"{"amount": 4}"#);
    let other = changed.header("location").expect("a new question");
    let other = other.rsplit('/').next().unwrap().to_owned();
    assert_eq!(inbox.state(&id)["state"], "cancelled");
    let state = inbox.state(&other);
    assert_eq!(
        (&state["state"], &state["action"]["payload"]),
        (&json!("approved"), &json!({"amount": 4}))
    );
    // Whoever is late changes nothing.
    assert_eq!(edit(r#"{"amount": 5}"#).status, 409);

    let decide = |amount: u64, id: &str| {
        let mut action = pay(id);
        action["payload"]["amount"] = json!(amount);
        let asked = inbox
            .place
            .run("decide --json --wait 1ms", action.to_string());
        answers(&asked).remove(0)
    };
    assert_eq!(decide(5, "b")["approved"], Value::Null, "another action");
    let ran = decide(4, "c");
    assert_eq!(
        (&ran["approved"], &ran["id"], &ran["approval_id"]),
        (&json!(true), &json!("c"), &json!(other))
    );
    assert_eq!(decide(4, "d")["approved"], Value::Null, "a yes counts once");
}

#[test]
fn a_grant_is_given_for_what_was_on_the_page_and_taken_back() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let (ana, max) = (inbox.sign_in(&keys[0]), inbox.sign_in(&keys[2]));
    let id = inbox.hold(&pay("a"));
    let card = inbox.get(&format!("/inbox/approvals/{id}"), &ana);
    let (token, digest) = (card.field("token"), card.field("digest"));
    let grant = |words: &str, digest: &str, hours: &str| {
        let fields = [
            ("token", &*token),
            ("digest", digest),
            ("words", words),
            ("scope", "hours"),
            ("hours", hours),
        ];
        inbox.post(&format!("/inbox/approvals/{id}/grant"), &ana, &fields)
    };
    let foreign = format!("sha256:{}", "0".repeat(64));
    assert_eq!(grant("amount<=20", &foreign, "1").status, 409);
    for (words, hours) in [
        ("", "1"),
        ("amount", "1"),
        ("amount<=20", "0"),
        ("amount<=20", "721"),
    ] {
        assert_eq!(
            grant(words, &digest, hours).status / 100,
            4,
            "{words} {hours}"
        );
    }
    assert_eq!(inbox.state(&id)["state"], "pending");
    assert_eq!(grant("amount<=20\n", &digest, "1").status, 303);
    let page = inbox.get("/inbox/grants", &ana);
    assert!(page.body.contains("amount&lt;=20"), "{}", page.body);
    let (_, rest) = page.body.split_once("/inbox/grants/").unwrap();
    let revoke = format!("/inbox/grants/{}", rest.split('"').next().unwrap());
    let theirs = inbox.get("/inbox", &max).field("token");
    assert_eq!(inbox.post(&revoke, &max, &[("token", &theirs)]).status, 403);
    assert_eq!(inbox.get(&revoke, &ana).status, 405);
    assert_eq!(inbox.post(&revoke, &ana, &[("token", &token)]).status, 303);
    assert!(
        inbox
            .get("/inbox/grants", &ana)
            .body
            .contains("Nothing is remembered")
    );
}
