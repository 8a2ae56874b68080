//! A stranger's pack neither gets more than it was given nor draws on the terminal.

use std::fs;

use coldnotch::json::Object;
use coldnotch::plugins::manifest::Manifest;
use coldnotch::plugins::signature::{Password, beside, sign};
use serde_json::{Value, json};

use crate::command::ROOT;
use crate::shop::{CASE, NONE, STUB, Shop};

/// Puts a component with this manifest where the pack `stub` would be, past all that
/// `plugin build` checks.
fn forged(shop: &Shop, guest: &str, keys: Value) {
    let mut manifest = json!({
        "format": 1, "name": "stub", "version": "1.0.0", "wit": "0.1.0", "lang": "rust",
        "description": "For tests.", "licence": "Apache-2.0",
    });
    for (key, value) in keys.as_object().unwrap() {
        manifest[key] = value.clone();
    }
    let manifest = Manifest::parse(Object::from_value(&manifest).unwrap()).unwrap();
    let component = fs::read(format!("{ROOT}/target/{guest}.wasm")).unwrap();
    let whole = manifest.embed(&component, None).unwrap();
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
        let drives =
            |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!said.contains(drives), "{line}: {said:?}");
    }
    let said = shop.run("plugin verify pack/stub.wasm").went_well();
    assert!(said.contains("red [31m, backwards, 2J"), "{said}");
}
