//! Policies as data, from outside: settings in a file, actions through the real
//! command, and settings that are hostile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "policies/cedar.rs"]
mod cedar;
#[path = "support/command.rs"]
mod command;
#[path = "policies/rego.rs"]
mod rego;
#[path = "policies/rules.rs"]
mod rules;

use std::process::Output;

use command::*;
use serde_json::{Value, json};

/// A place whose only plugin has these settings.
fn place(plugin: &str, settings: &Value) -> Place {
    let place = Place::new("");
    place.replace("coldnotch.toml", config(plugin, settings));
    place
}

/// JSON is not TOML, but its texts, numbers and lists are: objects become tables.
fn config(plugin: &str, settings: &Value) -> String {
    let source = match plugin {
        "rules" => "builtin:rules".to_owned(),
        file => format!("{ROOT}/target/plugins/{file}.wasm"),
    };
    format!(
        "[[plugin]]\nname = '{plugin}'\nsource = '{source}'\ngrants = ['history']\nlimits = {{ time = '20s' }}\nsettings = {}\n[audit]\ndurability = 'record'\n",
        inline(settings)
    )
}

fn inline(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(k, v)| format!("{} = {}", json!(k), inline(v)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(inline).collect::<Vec<_>>().join(", ")
            )
        }
        scalar => scalar.to_string(),
    }
}

/// Decides on actions, one after another, in one process.
fn decide(place: &Place, actions: &[Value]) -> Vec<Value> {
    let lines: Vec<String> = actions.iter().map(Value::to_string).collect();
    let output = place.run("decide --deny", lines.join("\n"));
    let answers = answers(&output);
    assert_eq!(answers.len(), actions.len(), "{}", errors(&output));
    answers
}

fn decisions(answers: &[Value]) -> Vec<&str> {
    answers
        .iter()
        .map(|a| a["decision"].as_str().unwrap())
        .collect()
}

/// What the first plugin was recorded to have used for each decision.
fn fuel(place: &Place) -> Vec<u64> {
    let records = place.records();
    let decided = records.iter().filter(|r| r["kind"] == "decision");
    decided
        .map(|r| r["plugins"][0]["fuel"].as_u64().unwrap_or(0))
        .collect()
}

/// Settings that are refused: the command ends with an error that says so, and
/// neither breaks nor takes them.
fn refused(plugin: &str, settings: &Value) -> String {
    let place = place(plugin, settings);
    let output: Output = place.run("plugin list", "");
    assert_eq!(output.status.code(), Some(1), "{settings} was taken");
    let said = errors(&output);
    assert!(said.contains("it refuses its settings: "), "{said}");
    said
}
