//! A stranger's pack neither gets more than it was given nor draws on the terminal.

use std::fs;

use coldnotch::json::Object;
use coldnotch::plugins::manifest::Manifest;
use coldnotch::plugins::signature::{Password, beside, sign};
use serde_json::{Value, json};

use crate::command::{ROOT, answers, errors};
use crate::shop::{CASE, NONE, STUB, Shop};

/// Puts a component with this manifest where the pack `stub` would be, past all that
/// `plugin build` checks.
fn forged(shop: &Shop, guest: &str, keys: Value) {
    forged_with(shop, guest, keys, None);
}

fn forged_with(shop: &Shop, guest: &str, keys: Value, cases: Option<&str>) {
    let mut manifest = json!({
        "format": 1, "name": "stub", "version": "1.0.0", "wit": "0.1.0", "lang": "rust",
        "description": "For tests.", "licence": "Apache-2.0",
    });
    for (key, value) in keys.as_object().unwrap() {
        manifest[key] = value.clone();
    }
    let manifest = Manifest::parse(Object::from_value(&manifest).unwrap()).unwrap();
    let component = fs::read(format!("{ROOT}/target/{guest}.wasm")).unwrap();
    let whole = manifest
        .embed(&component, cases.map(str::as_bytes))
        .unwrap();
    fs::create_dir_all(shop.path("pack")).unwrap();
    fs::write(shop.path("pack/stub.wasm"), whole).unwrap();
}

#[test]
fn a_manifest_that_lies_is_refused_before_anything_runs() {
    let shop = Shop::new(NONE);
    forged(&shop, "guests/hostile", json!({}));
    let words = "its manifest does not say that it needs the grant \"history\"";
    shop.run("plugin install pack/stub.wasm --yes --accept history")
        .refused(5, words);
    shop.run("plugin push oci://127.0.0.1:1/stub:1 pack/stub.wasm --unsigned")
        .refused(1, words);
    forged(&shop, "plugins/keywords", json!({"grants": ["history"]}));
    shop.run("plugin install pack/stub.wasm --yes --accept history")
        .refused(5, "nothing in the component needs it");
}

#[test]
fn what_nobody_grants_cannot_be_accepted() {
    let shop = Shop::new(NONE);
    forged(&shop, "guests/ungranted", json!({}));
    let said = shop.run("plugin install pack/stub.wasm --yes --accept history");
    said.refused(5, "it asks for what was not granted");
    assert!(!shop.path("coldnotch.lock").exists());
}

/// Whether a terminal does something else with it than showing it.
fn drives(c: char) -> bool {
    let is_bidi = ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    (c.is_control() && c != '\n') || is_bidi
}

/// Every text of it.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The functions that the contract offers to a plugin.
fn functions() -> Vec<String> {
    let wit = fs::read_to_string(format!("{ROOT}/wit/policy.wit")).unwrap();
    let (_, history) = wit.split_once("interface history").unwrap();
    let (history, _) = history.split_once("\n}").unwrap();
    let function = |line: &str| {
        let (name, _) = line.trim().split_once(": func(")?;
        Some(format!(
            "coldnotch:policy/history@0.1.0#[method]session.{name}"
        ))
    };
    history.lines().filter_map(function).collect()
}

#[test]
fn a_malicious_pack_gets_no_host_function_that_was_not_granted() {
    let shop = Shop::new(STUB);
    forged(&shop, "guests/hostile", json!({"grants": ["history"]}));
    let said = shop
        .run("plugin list")
        .refused(1, "it asks for what was not granted");
    assert!(functions().len() >= 5, "{:?}", functions());
    for function in functions() {
        assert!(said.contains(&function), "{function} not in {said}");
    }
}

#[test]
fn a_malicious_pack_neither_harms_nor_confuses() {
    let other = "[[plugin]]\nname = 'keywords'\nsource = 'builtin:keywords'\n";
    let shop = Shop::new(&format!("{other}{STUB}grants = ['history']\n"));
    let told = json!({"grants": ["history"], "settings": {"how": "as-told"}});
    forged(&shop, "guests/hostile", told);
    let floods = [
        "loop",
        "memory",
        "host-calls",
        "giant-string",
        "many-reasons",
        "recursion",
    ];
    let nonsense = [
        "nan",
        "not-utf8",
        "out-of-bounds",
        "internal",
        "unreachable",
    ];
    let failing = floods.iter().chain(&nonsense);
    let mut actions: Vec<Value> = failing
        .map(|how| json!({"type": "note", "payload": {"how": how}}))
        .collect();
    let failures = actions.len();
    actions.push(json!({"type": "note", "payload": {"how": "terminal"}}));
    actions.push(json!({"type": "mail", "summary": "your refund", "payload": {"how": "over-one"}}));
    let input: String = actions.iter().map(|action| format!("{action}\n")).collect();
    let output = shop.0.run("decide --deny", input);
    let answers = answers(&output);
    assert_eq!(answers.len(), actions.len());
    for (answer, action) in answers.iter().zip(&actions).take(failures) {
        assert_eq!(answer["decision"], "hold", "{action}: {answer}");
        let why = answer["reason"].as_str().unwrap();
        assert!(
            why.contains("plugin 'stub' could not judge"),
            "{action}: {why}"
        );
    }
    assert_eq!(answers[failures]["decision"], "allow", "odd, not wrong");
    // The other plugin was not hindered.
    let reasons = texts(&answers[failures + 1]["reasons"]);
    assert!(reasons.contains(&"keywords"), "{reasons:?}");
    let log = shop.read("coldnotch_audit.jsonl");
    let records: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for said in answers.iter().chain(&records).flat_map(texts) {
        assert!(!said.contains(drives), "{said:?}");
    }
    assert!(!errors(&output).contains(drives));
}

#[test]
fn one_that_answers_differently_to_the_same_is_found() {
    let shop = Shop::new(NONE);
    let fickle = json!({"grants": ["history"], "settings": {"how": "fickle"}});
    let case = r#"{"name":"any","action":{"type":"note"},"expect":{"verdict":"allow"}}"#;
    forged_with(&shop, "guests/hostile", fickle, Some(case));
    shop.run("plugin test pack/stub.wasm").went_well();
    shop.run("plugin test pack/stub.wasm --repeat 20")
        .refused(5, "it answers differently to the same");
}

#[test]
fn nothing_it_says_drives_the_terminal() {
    let shop = Shop::new(STUB);
    let nasty = "red \u{1b}[31m, \u{202e}backwards\u{202c}, \u{9b}2J";
    let described = Object::from_value(&json!({
        "format": 1, "name": "stub", "version": "1.0.0", "wit": "0.1.0", "lang": "rust",
        "licence": "Apache-2.0", "description": nasty,
    }));
    let e = Manifest::parse(described.unwrap()).unwrap_err().to_string();
    assert!(
        e.contains("`description` has control or invisible characters"),
        "{e}"
    );
    // What is signed along is the signer's word, and only shown.
    shop.build("1.0.0", None, CASE);
    shop.trust(&["acme"]);
    let bytes = fs::read(shop.path("pack/stub.wasm")).unwrap();
    let key = shop.read("acme.key");
    let (signature, _) = sign(&bytes, &key, Password::Without, nasty).unwrap();
    fs::write(beside(&shop.path("pack/stub.wasm")), signature.text()).unwrap();
    for line in [
        "plugin inspect pack/stub.wasm",
        "plugin verify pack/stub.wasm",
        "plugin install pack/stub.wasm --yes",
        "plugin list",
    ] {
        let said = shop.run(line).went_well();
        assert!(!said.contains(drives), "{line}: {said:?}");
    }
    let said = shop.run("plugin verify pack/stub.wasm").went_well();
    assert!(said.contains("red [31m, backwards, 2J"), "{said}");
}
