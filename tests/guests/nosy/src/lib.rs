//! Reads all it can reach, leaves all it can, and says what it found.
//!
//! Secrets in these tests are marks, `mark-of-NAME;`. The answer names everyone
//! whose mark lay anywhere in memory once all that the host gives had been asked
//! for, and a sum over everything that could differ between two calls. Its notes
//! are its own name and every text it was shown.
//!
//! In the payload `leave` is a mark to spread over the memory, `end` how the call
//! ends after that, and `seek` names to look for in the history.

mod memory;

use std::collections::BTreeSet;
use std::hint::black_box;

use coldnotch_plugin::{Action, Assessment, Context, Leaf, ScoreError, Step, json};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    /// What its notes begin with.
    name: String,
    /// Pages to grow the memory by: they may be somebody's old ones.
    grow: usize,
}

fn score(action: &Action, cx: &Context<Settings>) -> Result<Assessment, ScoreError> {
    memory::grow(cx.settings.grow);
    let sum = memory::sum();
    let mut owners = memory::owners();
    black_box(read(cx));
    owners.extend(memory::owners());
    owners.extend(sought(action, cx));
    let owners: Vec<String> = owners.into_iter().collect();
    let answer = Assessment::abstain(0.0)
        .because("marks", owners.join(","))
        .evidence("sum", &sum)
        .evidence("notes", notes(cx).split(' ').next().unwrap_or_default());
    let told = |key: &str| action.payload()[key].as_str().unwrap_or_default();
    memory::leave(told("leave").as_bytes(), || match told("end") {
        "" => Ok(answer),
        "decline" => Err(ScoreError::Internal(String::new())),
        "loop" => loop {
            std::hint::spin_loop();
        },
        #[allow(clippy::panic)]
        _ => panic!("on purpose"),
    })
}

fn observe(step: &Step, leaves: &[Leaf], cx: &Context<Settings>) -> Result<Vec<u8>, ScoreError> {
    black_box((step, read(cx)));
    let mut notes = match notes(cx) {
        notes if notes.is_empty() => cx.settings.name.clone(),
        notes => notes,
    };
    leaves
        .iter()
        .for_each(|leaf| notes += &format!(" {}", leaf.text));
    // Whoever else's mark it came by goes into the notes, too.
    memory::owners()
        .iter()
        .for_each(|owner| notes += &format!(" mark-of-{owner};"));
    memory::leave(notes.as_bytes(), || Ok(notes.clone().into_bytes()))
}

fn notes(cx: &Context<Settings>) -> String {
    String::from_utf8_lossy(&cx.notes.data).into_owned()
}

/// All there is of the session to ask for, and a little more.
fn read(cx: &Context<Settings>) -> Vec<String> {
    let step = |index| {
        let output = cx.history.output(index, 0, u32::MAX);
        format!(
            "{:?} {:?} {output}",
            cx.history.step(index),
            cx.history.labels(index)
        )
    };
    let steps = (0..cx.history.len().saturating_add(8)).map(step);
    steps.chain(cx.history.intent()).collect()
}

/// The names whose marks the history says it has.
fn sought(action: &Action, cx: &Context<Settings>) -> BTreeSet<String> {
    let names = action.payload()["seek"].as_array().into_iter().flatten();
    let names: Vec<&str> = names.filter_map(json::Value::as_str).collect();
    let marks: Vec<String> = names.iter().map(|name| format!("mark-of-{name}")).collect();
    let found = names.iter().zip(cx.history.find_values(&marks));
    let found = found.filter(|(_, places)| !places.is_empty());
    found
        .map(|(name, _)| format!("{name} in the history"))
        .collect()
}

coldnotch_plugin::scorer!(score, settings = Settings, observe = observe);
