//! What is accepted, and what has to be said for it.

use std::fs;

use coldnotch::plugins::lock::Lock;

use crate::shop::{CASE, STUB, Shop};

/// Asks for the history; the golden case of the keyword stub comes out otherwise.
const CURIOUS: Option<&str> = Some("builtin:consequence");
const GRANTED: &str =
    "[[plugin]]\nname = 'stub'\nsource = 'pack/stub.wasm'\ngrants = ['history']\n";

fn installed() -> Shop {
    let shop = Shop::new(STUB);
    shop.build("1.0.0", None, CASE);
    shop.run("plugin install stub --yes").went_well();
    shop
}

#[test]
fn what_is_accepted_is_locked_and_shown() {
    let shop = Shop::new(STUB);
    shop.build("1.0.0", None, CASE);
    shop.run("plugin install stub")
        .refused(1, "nothing was accepted: say --yes");
    let looked = shop.json("plugin install stub");
    assert_eq!(
        (&looked["accepted"], &looked["was"]),
        (&false.into(), &().into())
    );
    assert!(!shop.path("coldnotch.lock").exists());
    shop.trust(&["acme"]);
    shop.sign("acme");
    let said = shop.run("plugin install pack --yes").went_well();
    for part in ["signed by  acme", "1 cases, all as expected", "locked"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let seen = shop.json("plugin inspect pack");
    assert_eq!(
        (&seen["locked"][0], &seen["signatures"][0]["signer"]),
        (&"stub".into(), &"acme".into())
    );
    let listed = shop.json("plugin list");
    assert_eq!(listed["plugins"][0]["locked"], true);
    assert_eq!(listed["plugins"][0]["signers"][0], "acme");
    let lock = Lock::read(&shop.path("coldnotch.lock")).unwrap();
    let entry = lock.entry("stub").unwrap();
    assert_eq!(entry.version.as_deref(), Some("1.0.0"));
    assert_eq!((entry.source.as_str(), entry.cases), ("pack/stub.wasm", 1));
    assert!(entry.fuel > 0);
    let before = shop.read("coldnotch.lock");
    let said = shop.run("plugin update stub").went_well();
    assert!(said.contains("it is what is locked already"), "{said}");
    assert_eq!(shop.read("coldnotch.lock"), before);
}

#[test]
fn its_own_golden_cases_have_to_hold() {
    let shop = Shop::new(STUB);
    shop.build("1.0.0", None, &CASE.replace("0.6", "0.7"));
    shop.run("plugin install stub --yes")
        .refused(5, "its golden cases are not as expected: a refund");
}

#[test]
fn yes_gives_no_grant() {
    let shop = installed();
    shop.build("1.1.0", CURIOUS, "");
    shop.run("plugin update stub --yes")
        .refused(5, "it asks for what was not granted");
    shop.write("coldnotch.toml", GRANTED);
    shop.run("plugin list")
        .refused(1, "its grants are [history], and the lock says []");
    let said = shop
        .run("plugin update stub --yes")
        .refused(5, "it asks for more than was accepted: history");
    for part in [
        "was 1.0.0",
        "+ history",
        "session.step",
        "not as before: a refund",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    shop.run("plugin update stub --yes --accept histry")
        .refused(5, "it asks for more than was accepted: history");
    shop.run("plugin update stub --yes --accept history --accept net")
        .refused(5, "--accept net: nothing new is called so");
    let taken = shop.json("plugin update stub --yes --accept history");
    assert_eq!(taken["accepted"], true);
    assert_eq!(taken["was"]["version"], "1.0.0");
    assert_eq!(taken["plugin"]["grants"][0], "history");
    assert_eq!(taken["otherwise"][0], "a refund");
    shop.run("plugin list").went_well();
}

#[test]
fn one_import_more_than_locked_is_named() {
    let shop = Shop::new(GRANTED);
    shop.build("1.0.0", CURIOUS, "");
    shop.run("plugin install stub --yes --accept history")
        .went_well();
    // As if an earlier version had asked for one less.
    let mut gone = String::new();
    Lock::change(&shop.path("coldnotch.lock"), |lock| {
        gone = lock.plugins[0].imports.remove(0);
    })
    .unwrap();
    let words = format!("it asks for {gone}, which the lock does not have");
    shop.run("plugin list").refused(1, &words);
    let words = format!(
        "it asks for more than was accepted: {gone}; if you give it that: --accept '{gone}'"
    );
    shop.run("plugin update stub --yes").refused(5, &words);
    shop.run(&format!("plugin update stub --yes --accept {gone}"))
        .went_well();
    shop.run("plugin list").went_well();
}

#[test]
fn an_older_version_has_to_be_meant() {
    let shop = installed();
    shop.build("0.9.0", None, CASE);
    let words = "version 1.0.0 was accepted, and this is 0.9.0";
    shop.run("plugin update stub --yes").refused(5, words);
    shop.run("plugin update stub --yes --allow-downgrade")
        .went_well();
}

#[test]
fn other_settings_and_sources_have_to_be_accepted() {
    let shop = installed();
    fs::copy(shop.path("pack/stub.wasm"), shop.path("other.wasm")).unwrap();
    shop.write(
        "coldnotch.toml",
        &STUB.replace("pack/stub.wasm", "other.wasm"),
    );
    shop.run("plugin list").refused(
        1,
        "it comes from other.wasm, and the lock says pack/stub.wasm",
    );
    shop.run("plugin update stub --yes").went_well();
    shop.run("plugin list").went_well();
    shop.run("plugin update nobody")
        .refused(1, "no plugin is named 'nobody' in the configuration");
    shop.run("plugin install builtin:keywords")
        .refused(1, "builtin:keywords is part of this program");
}

#[test]
fn another_machine_fetches_what_is_locked() {
    let shop = installed();
    fs::remove_dir_all(shop.path("coldnotch_packs")).unwrap();
    shop.run("plugin list")
        .refused(1, "is not in the store: run `coldnotch plugin install`");
    let said = shop.run("plugin install").went_well();
    assert!(said.contains("stub  fetched as it is locked"), "{said}");
    shop.run("plugin list").went_well();
    fs::remove_dir_all(shop.path("coldnotch_packs")).unwrap();
    shop.build("1.0.1", None, CASE);
    shop.run("plugin install").refused(5, "was accepted");
}
