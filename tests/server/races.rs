//! A thousand questions, eight answers each at the same moment, over every channel there
//! is: one winner each, and all others are told who.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use coldnotch::approvals::{Answer, Approvals, ApprovalsConfig};
use data_encoding::{BASE64, HEXLOWER};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::command::*;
use crate::server::*;
use crate::web::{hex, hmac, seconds, send};
use crate::{POLICY, pay};

const QUESTIONS: usize = 1000;
/// Whoever answers; each is a channel of its own, Slack two people.
const PEOPLE: [&str; 8] = [
    "key:api",
    "key:old",
    "key:page",
    "slack:T0:U1",
    "slack:T0:U2",
    "webhook:robot",
    "cli",
    "file",
];
const SIGNING: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const ROBOT: &[u8] = b"the robot's own key, of 32 bytes";

/// A question as those who answer were shown it.
struct Question {
    id: String,
    digest: String,
}

/// What an answer came to: `Err` is why it was not taken, as it was told.
type Told = Result<(), String>;
/// What each who answered a question was told, as far as they were.
type Heard = Mutex<Vec<(usize, Option<Told>)>>;

/// The API and the route of 0.0.1.
fn over_http(person: &Client, path: &str, said: &Value, lost: u16) -> Told {
    let reply = person.post(path, said);
    match reply.status {
        200 => Ok(()),
        status if status == lost => Err(reply.text),
        _ => panic!("{reply:?}"),
    }
}

/// A form on a page, from a browser that signed in.
struct Browser {
    client: Client,
    cookie: String,
    token: String,
}

impl Browser {
    fn start(client: &Client, key: &str) -> Self {
        let send = |method: &str, path: &str, cookie: &str, body: &str| {
            let form = ("Content-Type", "application/x-www-form-urlencoded");
            let headers = [form, ("Cookie", cookie)];
            client.send(method, path, &headers, body).unwrap()
        };
        let signed = send("POST", "/inbox/sign-in", "", &format!("key={key}"));
        let cookie = signed.header("set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let page = send("GET", "/inbox", &cookie, "").text;
        let (_, token) = page.split_once("name=\"token\" value=\"").unwrap();
        Browser {
            client: client.clone(),
            token: token.split('"').next().unwrap().to_owned(),
            cookie,
        }
    }

    fn answer(&self, about: &Question, approve: bool) -> Told {
        let word = if approve { "approve" } else { "refuse" };
        let path = format!("/inbox/approvals/{}/{word}", about.id);
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", &self.token)
            .append_pair("digest", &about.digest);
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Cookie", self.cookie.as_str()),
        ];
        let reply = self.client.send("POST", &path, &headers, form.finish());
        let reply = reply.unwrap();
        match reply.status {
            303 => Ok(()),
            409 => Err(reply.text),
            _ => panic!("{reply:?}"),
        }
    }
}

/// A click in Slack on the button of a card. Slack is answered in time, which may be before
/// anybody knows what came of it: then `None`.
fn click(to: SocketAddr, user: &str, about: &Question, proof: &str, approve: bool) -> Option<Told> {
    let word = if approve { "approve" } else { "deny" };
    let fixture = include_str!("../fixtures/slack/block_actions.json");
    let mut payload: Value = serde_json::from_str(fixture).unwrap();
    payload["user"]["id"] = json!(user);
    payload["user"]["team_id"] = json!("T0");
    payload["team"]["id"] = json!("T0");
    payload["response_url"] = Value::Null;
    payload["actions"][0]["action_id"] = json!(format!("coldnotch_{word}"));
    payload["actions"][0]["value"] = json!(format!("{}.{proof}", about.id));
    // A no with a reason needs no dialog.
    payload["state"]["values"]["coldnotch_reason"]["coldnotch_reason"]["value"] = json!("because");
    let mut form = form_urlencoded::Serializer::new(String::new());
    let body = form.append_pair("payload", &payload.to_string()).finish();
    let at = seconds().to_string();
    let signed = hmac(SIGNING.as_bytes(), format!("v0:{at}:{body}").as_bytes());
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-slack-request-timestamp", &at),
        ("x-slack-signature", &format!("v0={}", hex(&signed))),
    ];
    let (status, told) = send(to, "POST", "/slack/actions", &headers, body.as_bytes());
    assert_eq!(status, 200, "{told}");
    let told: Value = serde_json::from_str(&told).unwrap();
    let words = told["text"].as_str().unwrap();
    match told["replace_original"] == true {
        true => Some(Ok(())),
        false if words.contains("is being taken") => None,
        false => Some(Err(words.to_owned())),
    }
}

fn signed(to: SocketAddr, about: &Question, approve: bool) -> Told {
    let word = if approve { "approve" } else { "deny" };
    let body = json!({"approval_id": about.id, "action_digest": about.digest, "decision": word});
    let (body, at) = (body.to_string(), seconds().to_string());
    let mac = hmac(ROBOT, format!("{}.{at}.{body}", about.id).as_bytes());
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", &about.id),
        ("webhook-timestamp", &at),
        ("webhook-signature", &format!("v1,{}", BASE64.encode(&mac))),
    ];
    let (status, told) = send(to, "POST", "/webhooks/decision", &headers, body.as_bytes());
    match status {
        200 => Ok(()),
        409 => Err(told),
        _ => panic!("{status} {told}"),
    }
}

fn on_the_command_line(place: &Place, about: &Question, approve: bool) -> Told {
    let word = if approve { "approve" } else { "refuse" };
    let said = place.run(&format!("approvals {word} {} --by cli", about.id), "");
    match said.status.success() {
        true => Ok(()),
        false => Err(errors(&said)),
    }
}

fn through_the_file(approvals: &Approvals, about: &Question, approve: bool) -> Told {
    let answer = Answer {
        approved: approve,
        by: "file".to_owned(),
        via: "test".to_owned(),
        reason: None,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = u64::try_from(now.as_millis()).unwrap();
    let taken = approvals.answer(&about.id, &answer, None, now);
    taken.map(drop).map_err(|e| e.to_string())
}

/// The proof that Slack's buttons carry, as a card would.
fn proof(key: &[u8], about: &Question) -> String {
    let digest = about.digest.strip_prefix("sha256:").unwrap();
    let digest = HEXLOWER.decode(digest.as_bytes()).unwrap();
    let text = [b"button\0", about.id.as_bytes(), b"\0", &digest].concat();
    hex(&hmac(key, &text)[..16])
}

#[test]
fn of_eight_who_answer_at_once_one_wins_and_the_others_are_told() {
    let robot = BASE64.encode(ROBOT);
    let place = Place::new(&format!(
        "{POLICY}\n[approvals]\nstore = 'coldnotch_approvals.db'\nmax_waiting = 2000\n\
         [server]\nrate = 0\n\
         [slack]\nsigning_secret = '{SIGNING}'\nteam = 'T0'\n\
         [[webhook]]\nname = 'robot'\nanswer_secret = 'whsec_{robot}'\n"
    ));
    let bot = key(&place, "bot", "agent");
    let [api, old, page] = ["api", "old", "page"].map(|name| key(&place, name, "approver"));
    let server = Server::start(&place);
    let client = server.client();
    let bot = client.with_key(&bot);
    let questions: Vec<Question> = (0..QUESTIONS)
        .map(|one| {
            let held = bot.post("/v1/decide", &pay(&format!("{one}"))).json();
            Question {
                id: held["approval_id"].as_str().unwrap().to_owned(),
                digest: held["action_digest"].as_str().unwrap().to_owned(),
            }
        })
        .collect();
    let approvals = Approvals::new(ApprovalsConfig {
        store: Some(place.path("coldnotch_approvals.db")),
        ..ApprovalsConfig::default()
    });
    let buttons = approvals.key(coldnotch::slack::BUTTON).unwrap();
    let browser = Browser::start(&client, &page);
    let (api, old) = (client.with_key(&api), client.with_key(&old));

    let answer = |who: usize, about: &Question, approve: bool| -> Option<Told> {
        let slack = |user| {
            click(
                server.address,
                user,
                about,
                &proof(&buttons, about),
                approve,
            )
        };
        let word = if approve { "approve" } else { "deny" };
        Some(match who {
            0 => {
                let path = format!("/v1/approvals/{}/decision", about.id);
                over_http(&api, &path, &json!({"approve": approve}), 409)
            }
            1 => {
                let said = json!({"approval_id": about.id, "decision": word});
                over_http(&old, "/decision", &said, 404)
            }
            2 => browser.answer(about, approve),
            3 => return slack("U1"),
            4 => return slack("U2"),
            5 => signed(server.address, about, approve),
            6 => on_the_command_line(&place, about, approve),
            _ => through_the_file(&approvals, about, approve),
        })
    };
    let told: Vec<Heard> = questions.iter().map(|_| Heard::default()).collect();
    let together = Barrier::new(PEOPLE.len());
    thread::scope(|scope| {
        for who in 0..PEOPLE.len() {
            let (questions, told, together, answer) = (&questions, &told, &together, &answer);
            scope.spawn(move || {
                for (one, question) in questions.iter().enumerate() {
                    together.wait();
                    let came = answer(who, question, (who + one) % 2 == 0);
                    told[one].lock().push((who, came));
                }
            });
        }
    });

    let mut winners = BTreeMap::new();
    let mut unknown = 0;
    for (question, told) in questions.iter().zip(&told) {
        let kept = approvals.get(&question.id).unwrap().answers;
        let [given] = &kept[..] else {
            panic!("{kept:?}")
        };
        let winner = PEOPLE.iter().position(|who| *who == given.answer.by);
        let winner = winner.unwrap_or_else(|| panic!("{given:?}"));
        *winners.entry(PEOPLE[winner]).or_insert(0) += 1;
        for (who, came) in told.lock().iter() {
            match came {
                Some(Ok(())) => assert_eq!(*who, winner, "{} was told so, too", PEOPLE[*who]),
                Some(Err(words)) => {
                    assert_ne!(*who, winner, "{} was told otherwise", PEOPLE[winner]);
                    assert!(words.contains("was already"), "{}: {words}", PEOPLE[*who]);
                    assert!(words.contains(" by "), "{}: {words}", PEOPLE[*who]);
                }
                None => unknown += 1,
            }
        }
    }
    assert!(winners.len() > 3, "they did not race: {winners:?}");
    assert!(unknown < QUESTIONS, "Slack was told nothing: {unknown}");

    // The agent takes each answer; each is recorded once, with who won.
    let mut concluded = BTreeMap::new();
    for (one, question) in questions.iter().enumerate() {
        let reply = bot.post("/v1/decide?wait_ms=40000", &pay(&format!("{one}")));
        assert_eq!(reply.status, 200, "{reply:?}");
        concluded.insert(question.id.clone(), reply.json()["approved"].clone());
    }
    let records = place.records();
    let decisions: Vec<_> = records.iter().filter(|r| r["kind"] == "decision").collect();
    assert_eq!(decisions.len(), QUESTIONS);
    for record in decisions {
        let id = record["approval"]["id"].as_str().unwrap();
        assert_eq!(record["approved"], concluded[id], "{record}");
        let kept = approvals.get(id).unwrap().answers;
        assert_eq!(record["approval"]["by"], kept[0].answer.by, "{record}");
    }
}
