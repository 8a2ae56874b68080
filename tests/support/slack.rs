//! A stand-in for Slack's Web API, written from Slack's documentation: it checks what
//! it is sent as Slack does, and can be slow, down or tired.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::{Value, json};

use super::web::{self, Answer, Request, ok, status, until};

pub const TOKEN: &str = "xoxb-not-a-real-token";
pub const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
pub const TEAM: &str = "T0CAGTEAM";
pub const APP: &str = "A0CA5APP";
pub const CHANNEL: &str = "C0CAGCHAN";
pub const ANA: &str = "U0CA6ANA";

/// How Slack is today.
#[derive(Debug, Clone, PartialEq)]
pub enum Mood {
    Up,
    /// Answers 503.
    Down,
    /// Answers `ok: false` with this error.
    Error(&'static str),
    Slow(Duration),
    /// Answers 429 with this `Retry-After`, as often as said.
    Tired(u32, u32),
    /// Takes a message and never says so.
    PostsAndHangs,
    /// Takes nothing and never says so.
    Hangs,
}

#[derive(Debug, Default)]
pub struct Seen {
    pub messages: Vec<Value>,
    /// Method and when.
    pub calls: Vec<(String, Instant)>,
    /// What was said to one person.
    pub whispers: Vec<Value>,
    /// The dialogs that were opened.
    pub views: Vec<Value>,
    /// What dialogs can be opened with: each once.
    pub triggers: BTreeSet<String>,
    /// What Slack would not have liked.
    pub complaints: Vec<String>,
}

#[derive(Clone)]
pub struct Slack {
    pub address: SocketAddr,
    pub mood: Arc<Mutex<Mood>>,
    pub seen: Arc<Mutex<Seen>>,
    /// What `conversations.history` answers instead.
    pub history: Arc<Mutex<Option<&'static str>>>,
    /// What `views.open` answers instead.
    pub dialogs: Arc<Mutex<Option<&'static str>>>,
}

impl Slack {
    pub fn start(mood: Mood) -> Self {
        let (mood, seen) = (Arc::new(Mutex::new(mood)), Arc::<Mutex<Seen>>::default());
        let history = Arc::<Mutex<Option<&'static str>>>::default();
        let dialogs = Arc::<Mutex<Option<&'static str>>>::default();
        let mut slack = Slack {
            address: SocketAddr::from(([0, 0, 0, 0], 0)),
            mood,
            seen,
            history,
            dialogs,
        };
        let here = slack.clone();
        slack.address = web::serve(move |request| answer(&here, &request));
        slack
    }

    /// The configuration of a server that uses it.
    pub fn config(&self) -> String {
        format!(
            "[slack]\ntoken = \"{TOKEN}\"\nchannel = \"{CHANNEL}\"\nsigning_secret = \"{SECRET}\"\n\
             team = \"{TEAM}\"\napp_id = \"{APP}\"\napi = \"http://{}/api\"\n",
            self.address
        )
    }

    /// What a click brings to open a dialog with.
    pub fn trigger(&self) -> String {
        let mut seen = self.seen.lock();
        let trigger = format!(
            "{}.333649436676.d8c1bb83",
            seen.triggers.len() + seen.views.len()
        );
        seen.triggers.insert(trigger.clone());
        trigger
    }

    /// The dialogs that were opened, once there are this many.
    pub fn views(&self, count: usize) -> Vec<Value> {
        until("dialogs", || {
            let views = self.seen.lock().views.clone();
            (views.len() >= count).then_some(views)
        })
    }

    pub fn set(&self, mood: Mood) {
        *self.mood.lock() = mood;
    }

    pub fn calls(&self, method: &str) -> usize {
        let seen = self.seen.lock();
        seen.calls.iter().filter(|(m, _)| m == method).count()
    }

    /// The messages, once there are this many.
    pub fn messages(&self, count: usize) -> Vec<Value> {
        until("messages", || {
            let messages = self.seen.lock().messages.clone();
            (messages.len() >= count).then_some(messages)
        })
    }

    /// A message as soon as its header says this.
    pub fn card_says(&self, at: usize, words: &str) -> Value {
        until(words, || {
            let card = self.seen.lock().messages.get(at).cloned()?;
            let title = card["blocks"][0]["text"]["text"].as_str()?.to_owned();
            title.starts_with(words).then_some(card)
        })
    }

    pub fn whisper(&self, words: &str) {
        until(words, || {
            let seen = self.seen.lock();
            let found = seen.whispers.iter().any(|said| {
                said["text"]
                    .as_str()
                    .is_some_and(|text| text.contains(words))
            });
            found.then_some(())
        });
    }

    pub fn is_content(&self) {
        let seen = self.seen.lock();
        assert!(seen.complaints.is_empty(), "{:#?}", seen.complaints);
    }
}

/// What a card's first button carries.
pub fn button(card: &Value) -> String {
    buttons(card, "coldnotch_approve").remove(0)
}

/// What a card's buttons of this name carry, in order.
pub fn buttons(card: &Value, name: &str) -> Vec<String> {
    let actions = card["blocks"].as_array().unwrap().iter();
    let actions = actions.filter(|block| block["type"] == "actions");
    let buttons = actions.flat_map(|block| block["elements"].as_array().unwrap());
    buttons
        .filter(|button| button["action_id"] == name)
        .map(|button| button["value"].as_str().unwrap().to_owned())
        .collect()
}

fn answer(slack: &Slack, request: &Request) -> Answer {
    let Slack { mood, seen, .. } = slack;
    if request.path.starts_with("/response/") {
        seen.lock().whispers.push(request.json());
        return ok("ok");
    }
    let method = request.path.trim_start_matches("/api/");
    let method = method.split('?').next().unwrap().to_owned();
    seen.lock().calls.push((method.clone(), request.at));
    let now = mood.lock().clone();
    match now {
        Mood::Up | Mood::PostsAndHangs => {}
        Mood::Down => return status(503),
        Mood::Error(word) => return ok(json!({"ok": false, "error": word})),
        Mood::Slow(time) => thread::sleep(time),
        Mood::Tired(0, _) => {}
        Mood::Tired(left, after) => {
            *mood.lock() = Mood::Tired(left - 1, after);
            return Some((429, vec![("retry-after", after.to_string())], String::new()));
        }
        Mood::Hangs => return None,
    }
    let said = match checked(&method, request, slack) {
        Ok(said) => said,
        Err(error) => {
            let told = format!("{method}: {error}");
            seen.lock().complaints.push(told);
            json!({"ok": false, "error": error.split(':').next().unwrap()})
        }
    };
    if now == Mood::PostsAndHangs && method == "chat.postMessage" {
        return None;
    }
    let date = jiff::fmt::rfc2822::DateTimePrinter::new();
    let date = date.timestamp_to_rfc9110_string(&jiff::Timestamp::now());
    Some((200, vec![("date", date.unwrap())], said.to_string()))
}

fn checked(method: &str, request: &Request, slack: &Slack) -> Result<Value, String> {
    let Slack { seen, history, .. } = slack;
    if request.header("authorization") != format!("Bearer {TOKEN}") {
        return Err("invalid_auth".into());
    }
    if method == "auth.test" {
        return Ok(json!({"ok": true, "team_id": TEAM, "user_id": "U0BOT"}));
    }
    if method == "conversations.history" {
        if let Some(error) = *history.lock() {
            return Ok(json!({"ok": false, "error": error}));
        }
        let query = request.path.split('?').nth(1).unwrap_or_default();
        if !query.contains(&format!("channel={CHANNEL}")) {
            return Err("channel_not_found".into());
        }
        let all = query.contains("include_all_metadata=true");
        let mut messages = seen.lock().messages.clone();
        let bound = |name: &str| -> f64 {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(found, _)| *found == name).unwrap();
            value.parse().unwrap()
        };
        let (oldest, latest) = (bound("oldest"), bound("latest"));
        messages.retain(|message| {
            let ts: f64 = message["ts"].as_str().unwrap().parse().unwrap();
            oldest < ts && ts < latest
        });
        messages.reverse();
        if !all {
            messages
                .iter_mut()
                .for_each(|m| m["metadata"] = Value::Null);
        }
        return Ok(json!({"ok": true, "messages": messages, "has_more": false}));
    }
    if request.method != "POST"
        || request.header("content-type") != "application/json; charset=utf-8"
    {
        return Err("invalid_post_type".into());
    }
    let body: Value =
        serde_json::from_slice(&request.body).map_err(|_| "invalid_json".to_owned())?;
    if method == "views.open" {
        if let Some(error) = *slack.dialogs.lock() {
            return Ok(json!({"ok": false, "error": error}));
        }
        keys(&body, &["trigger_id", "view"])?;
        let trigger = body["trigger_id"].as_str().unwrap_or_default();
        let mut seen = seen.lock();
        if !seen.triggers.remove(trigger) {
            return Err("expired_trigger_id".into());
        }
        modal(&body["view"]).map_err(|what| format!("invalid_arguments: {what}"))?;
        seen.views.push(body["view"].clone());
        return Ok(json!({"ok": true, "view": {"id": "V1", "type": "modal"}}));
    }
    if body["channel"] != CHANNEL {
        return Err("channel_not_found".into());
    }
    let text = body["text"].as_str().unwrap_or_default();
    if text.is_empty() || text.chars().count() > 4000 {
        return Err("no_text: or too much".into());
    }
    blocks(&body["blocks"], false).map_err(|what| format!("invalid_blocks: {what}"))?;
    let mut seen = seen.lock();
    match method {
        "chat.postMessage" => {
            keys(
                &body,
                &[
                    "channel",
                    "text",
                    "blocks",
                    "metadata",
                    "unfurl_links",
                    "unfurl_media",
                ],
            )?;
            if !body["metadata"]["event_payload"].is_object()
                || !body["metadata"]["event_type"].is_string()
            {
                return Err("invalid_metadata_format".into());
            }
            let ts = format!("{}.{:06}", web::seconds(), seen.messages.len() + 1);
            let mut message = body;
            message["ts"] = json!(ts);
            seen.messages.push(message);
            Ok(json!({"ok": true, "channel": CHANNEL, "ts": ts, "message": {"type": "message"}}))
        }
        "chat.update" => {
            keys(&body, &["channel", "ts", "text", "blocks"])?;
            let found = seen.messages.iter_mut().find(|m| m["ts"] == body["ts"]);
            let found = found.ok_or("message_not_found")?;
            found["blocks"] = body["blocks"].clone();
            found["text"] = body["text"].clone();
            Ok(json!({"ok": true, "channel": CHANNEL, "ts": body["ts"], "text": body["text"]}))
        }
        _ => Err("unknown_method".into()),
    }
}

// Block Kit, as its reference has it.

fn keys(value: &Value, known: &[&str]) -> Result<(), String> {
    let object = value.as_object().ok_or("not an object")?;
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("unknown key {key}")),
        None => Ok(()),
    }
}

fn list(value: &Value, most: usize) -> Result<&Vec<Value>, String> {
    let list = value.as_array().ok_or("not a list")?;
    match (1..=most).contains(&list.len()) {
        true => Ok(list),
        false => Err(format!("{} elements, not 1 to {most}", list.len())),
    }
}

fn text(value: &Value, most: usize, plain: bool) -> Result<(), String> {
    keys(value, &["type", "text", "emoji"])?;
    let words = value["text"].as_str().ok_or("no text")?;
    if words.is_empty() || words.encode_utf16().count() > most {
        return Err(format!(
            "a text of {} characters, not 1 to {most}",
            words.len()
        ));
    }
    match value["type"].as_str() {
        Some("plain_text") => {
            // Slack takes these, and shows something else than was meant.
            let bare = words
                .replace("&amp;", "")
                .replace("&lt;", "")
                .replace("&gt;", "");
            match bare.contains(['&', '<', '>']) {
                true => Err(format!("not escaped: {words}")),
                false => Ok(()),
            }
        }
        Some("mrkdwn") if !plain && value.get("emoji").is_none() => Ok(()),
        other => Err(format!("a text of type {other:?}")),
    }
}

fn name(value: &Value, names: &mut BTreeSet<String>) -> Result<(), String> {
    let Some(name) = value.as_str() else {
        return Ok(());
    };
    match name.len() <= 255 && names.insert(name.to_owned()) {
        true => Ok(()),
        false => Err(format!("the id {name} is too long or there twice")),
    }
}

/// A modal, as the reference of views has it.
pub fn modal(view: &Value) -> Result<(), String> {
    keys(
        view,
        &[
            "type",
            "callback_id",
            "private_metadata",
            "title",
            "submit",
            "close",
            "blocks",
        ],
    )?;
    let short = |key: &str, most: usize| view[key].as_str().is_none_or(|text| text.len() <= most);
    if view["type"] != "modal" || !short("callback_id", 255) || !short("private_metadata", 3000) {
        return Err("a view that is none".into());
    }
    text(&view["title"], 24, true)?;
    for key in ["submit", "close"] {
        view.get(key).map_or(Ok(()), |word| text(word, 24, true))?;
    }
    let inputs = |block: &Value| block["type"] == "input";
    if view["blocks"]
        .as_array()
        .is_some_and(|b| b.iter().any(inputs))
        && view["submit"].is_null()
    {
        return Err("inputs and nothing to send them with".into());
    }
    blocks(&view["blocks"], true)
}

fn blocks(value: &Value, in_modal: bool) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for block in list(value, if in_modal { 100 } else { 50 })? {
        name(&block["block_id"], &mut names)?;
        match block["type"].as_str() {
            Some("header") => {
                keys(block, &["type", "text", "block_id"])?;
                text(&block["text"], 150, true)?;
            }
            Some("section") => {
                keys(block, &["type", "text", "fields", "block_id"])?;
                match block.get("fields") {
                    None => text(&block["text"], 3000, false)?,
                    Some(fields) => {
                        for field in list(fields, 10)? {
                            text(field, 2000, false)?;
                        }
                    }
                }
            }
            Some("context") => {
                keys(block, &["type", "elements", "block_id"])?;
                for element in list(&block["elements"], 10)? {
                    text(element, 3000, false)?;
                }
            }
            Some("input") => {
                let known = ["type", "label", "element", "block_id", "optional", "hint"];
                keys(block, &known)?;
                text(&block["label"], 2000, true)?;
                block
                    .get("hint")
                    .map_or(Ok(()), |hint| text(hint, 2000, true))?;
                input(&block["element"], in_modal)?;
            }
            Some("actions") => {
                keys(block, &["type", "elements", "block_id"])?;
                let mut actions = BTreeSet::new();
                for element in list(&block["elements"], 25)? {
                    button_is_right(element, &mut actions)?;
                }
            }
            other => return Err(format!("a block of type {other:?}")),
        }
    }
    Ok(())
}

fn input(element: &Value, in_modal: bool) -> Result<(), String> {
    match element["type"].as_str() {
        Some("plain_text_input") => {
            keys(element, &["type", "action_id", "max_length", "multiline"])?;
            match element["max_length"].as_u64().is_none_or(|n| n <= 3000) {
                true => Ok(()),
                false => Err("a text of more than 3000".into()),
            }
        }
        Some("number_input") if in_modal => {
            let known = [
                "type",
                "action_id",
                "is_decimal_allowed",
                "min_value",
                "initial_value",
            ];
            keys(element, &known)?;
            let number = |key: &str| element[key].as_str().map(str::parse::<f64>);
            match (number("min_value"), number("initial_value")) {
                (Some(Ok(least)), Some(Ok(first))) if least <= first => Ok(()),
                _ => Err("numbers that are none".into()),
            }
        }
        Some("checkboxes") => {
            keys(element, &["type", "action_id", "options"])?;
            options(&element["options"], 10)
        }
        Some("static_select") => {
            keys(element, &["type", "action_id", "options", "initial_option"])?;
            options(&element["options"], 100)?;
            let all = element["options"].as_array().unwrap();
            match all.contains(&element["initial_option"]) {
                true => Ok(()),
                false => Err("what is selected is no option".into()),
            }
        }
        other => Err(format!("an input of type {other:?}")),
    }
}

fn options(value: &Value, most: usize) -> Result<(), String> {
    let mut values = BTreeSet::new();
    for option in list(value, most)? {
        keys(option, &["text", "value"])?;
        text(&option["text"], 75, true)?;
        name(&option["value"], &mut values)?;
        if option["value"]
            .as_str()
            .is_none_or(|value| value.len() > 150)
        {
            return Err("an option without a value of at most 150".into());
        }
    }
    Ok(())
}

fn button_is_right(button: &Value, actions: &mut BTreeSet<String>) -> Result<(), String> {
    keys(
        button,
        &["type", "text", "action_id", "url", "value", "style"],
    )?;
    text(&button["text"], 75, true)?;
    name(&button["action_id"], actions)?;
    let short =
        |key: &str, most: usize| button[key].as_str().is_none_or(|value| value.len() <= most);
    let style = ["primary", "danger"].map(|style| json!(style));
    let styled = button
        .get("style")
        .is_none_or(|found| style.contains(found));
    match button["type"] == "button" && short("value", 2000) && short("url", 3000) && styled {
        true => Ok(()),
        false => Err(format!("a button that is none: {button}")),
    }
}
