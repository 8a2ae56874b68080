//! Actions and observations as JSON, and JSON objects as such.

use coldnotch::action::{Action, Observation};
use coldnotch::json::{self, MAX_DEPTH, Object};
use coldnotch::wire::{self, Message};
use serde_json::{Value, json};

pub fn run(data: &[u8]) {
    if let Ok(value) = json::parse(data) {
        assert!(depth(&value) <= MAX_DEPTH);
        let plain = serde_json::from_slice::<Value>(data);
        assert!(plain.is_ok(), "no other reader would take it: {plain:?}");
    }
    if let Ok(object) = Object::parse(data) {
        is_canonical(&object);
    }
    match wire::message(data) {
        Ok(Message::Action(action)) => {
            assert_eq!(wire::parse_action(data).unwrap(), *action);
            check_action(&action);
        }
        Ok(Message::Observation(seen)) => check_observation(&seen),
        Err(e) => assert!(!e.to_string().is_empty()),
    }
}

fn check_action(action: &Action) {
    assert!(!action.kind.is_empty());
    for name in [&action.kind, &action.agent, &action.session, &action.id] {
        assert!(name.len() <= 256);
    }
    assert!(action.intent.as_deref() != Some(""));
    is_canonical(&action.payload);
    is_canonical(&action.context);
    let written = json!({
        "type": action.kind, "summary": action.summary, "payload": action.payload.value(),
        "agent": action.agent, "session": action.session, "id": action.id,
        "intent": action.intent, "context": action.context.value(),
    });
    let again = reread(&written);
    assert_eq!(again, Message::Action(Box::new(action.clone())));
    let Message::Action(again) = again else {
        return;
    };
    assert_eq!(again.digest(), action.digest());
}

fn check_observation(seen: &Observation) {
    let written = json!({"observation": {
        "session": seen.session, "id": seen.id, "output": seen.output, "succeeded": seen.succeeded,
    }});
    assert_eq!(reread(&written), Message::Observation(seen.clone()));
}

fn reread(written: &Value) -> Message {
    wire::message(written.to_string().as_bytes()).unwrap()
}

/// Reading a canonical text gives the same text, directly and as a value.
fn is_canonical(object: &Object) {
    let again = Object::parse(object.text().as_bytes()).unwrap();
    assert_eq!(again.text(), object.text());
    let again = Object::from_value(&object.value()).unwrap();
    assert_eq!(again.text(), object.text());
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
