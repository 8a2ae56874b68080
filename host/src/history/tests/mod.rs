//! Tests of the whole module: what a scorer relies on.

mod cost;
mod outputs;
mod properties;
mod values;

use super::*;
use crate::json::Object;

fn action(payload: &str) -> Arc<Action> {
    let mut action = Action::new("tool");
    action.payload = Object::parse(payload.as_bytes()).unwrap();
    Arc::new(action)
}

fn history() -> History {
    History::new(Limits::default())
}

fn push(history: &mut History, payload: &str) -> u32 {
    history.push(action(payload), Verdict::Allow, 0.0, Vec::new())
}

/// A history with one step that returned this.
fn after(output: &str) -> History {
    let mut history = history();
    let step = push(&mut history, "{}");
    history.observe(step, output, None).unwrap();
    history
}

/// `place path whole words count decoded-by` of each occurrence.
fn found(history: &History, text: &str) -> Vec<String> {
    let line = |o: &Occurrence| {
        let whole = if o.whole_leaf { "whole" } else { "inside" };
        let by = o.decoded_by.unwrap_or("-");
        format!(
            "{:?}{} {} {whole} {} {} {by}",
            o.place,
            o.step.map_or(String::new(), |s| s.to_string()),
            o.path,
            o.leaf_words,
            o.count
        )
    };
    history.find(text, u32::MAX).iter().map(line).collect()
}

/// The leaf was found, and by what.
fn by(output: &str, query: &str) -> Option<Option<&'static str>> {
    after(output)
        .find(query, u32::MAX)
        .first()
        .map(|occurrence| occurrence.decoded_by)
}

const PLAIN: Option<Option<&'static str>> = Some(None);
