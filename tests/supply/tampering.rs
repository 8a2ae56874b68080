//! Whoever changes something is refused, and each is told something else.

use std::fs;

use crate::command::{Stream, watched};
use crate::shop::{CASE, STUB, Shop};

/// A byte of the code, of the manifest, of the golden cases, and what is said of it.
const PLACES: [(&[u8], usize, &str); 3] = [
    (b"\0asm", 60, "its code"),
    (b"For te", 0, "its manifest"),
    (b"a ref", 0, "its golden cases"),
];

fn signed() -> Shop {
    let shop = Shop::new(STUB);
    shop.build("1.0.0", None, CASE);
    shop.trust(&["acme", "bolt"]);
    shop.sign("acme");
    shop
}

#[test]
fn a_changed_component_manifest_or_case_is_not_what_was_signed() {
    for (after, further, part) in PLACES {
        let shop = signed();
        shop.run("plugin verify pack").went_well();
        shop.flip("pack/stub.wasm", after, further);
        let words = format!("it was changed since 'acme' signed it: {part}\n");
        shop.run("plugin verify pack").refused(5, &words);
        shop.run("plugin install pack --yes").refused(5, &words);
        assert!(!shop.path("coldnotch.lock").exists());
    }
}

#[test]
fn a_changed_signature_is_none() {
    let shop = signed();
    shop.flip("pack/stub.wasm.minisig", b"trusted comment: stub 1.0.", 0);
    let words = "the signature of 'acme' was changed: it is not as its key makes one";
    shop.run("plugin verify pack").refused(5, words);
    shop.sign("acme");
    shop.run("plugin verify pack").went_well();
    fs::write(shop.path("pack/stub.wasm.minisig"), "rubbish\n").unwrap();
    let words = "signature 1 is not one of minisign's: it has not four lines";
    shop.run("plugin verify pack").refused(5, words);
    fs::remove_file(shop.path("pack/stub.wasm.minisig")).unwrap();
    shop.run("plugin verify pack")
        .refused(5, "it is not signed");
}

#[test]
fn what_was_accepted_runs_or_nothing() {
    for (after, further, part) in PLACES {
        let shop = signed();
        shop.run("plugin install stub --yes").went_well();
        shop.run("plugin list").went_well();
        shop.flip(&shop.stored(), after, further);
        let words = format!("it was changed since it was accepted: {part}; the store has sha256:");
        shop.run("plugin list").refused(1, &words);
        let decided = shop.0.run("decide --deny", r#"{"type":"note"}"#);
        assert_eq!(decided.status.code(), Some(1), "it does not even start");
        assert!(decided.stdout.is_empty());
        // What lies where it came from is not what runs.
        fs::write(shop.path("pack/stub.wasm"), "gone").unwrap();
        shop.run("plugin list").refused(1, &words);
    }
}

#[test]
fn a_changed_lock_is_no_lock() {
    for (after, further) in [
        (&b"version = \"1."[..], 0),
        (b"component = \"sha256:", 5),
        (b"grants = ", 0),
        (b"# sealed sha256:", 7),
    ] {
        let shop = signed();
        shop.run("plugin install stub --yes").went_well();
        shop.flip("coldnotch.lock", after, further);
        let words = "was changed by other means than `coldnotch plugin`";
        shop.run("plugin list").refused(1, words);
        shop.run("plugin install stub --yes").refused(1, words);
    }
}

#[test]
fn signers_are_known_meant_and_different() {
    let shop = signed();
    let every = STUB.to_owned() + "[packs]\nrequire_signature = \"all\"\n";
    shop.write("coldnotch.toml", &every);
    shop.run("plugin list").went_well();

    let stranger = shop.key("stranger");
    shop.build("1.0.1", None, CASE);
    fs::remove_file(shop.path("pack/stub.wasm.minisig")).unwrap();
    shop.run("plugin list").refused(1, "it is not signed");
    shop.sign("stranger");
    shop.run("plugin list")
        .refused(1, "and the trust file knows none of them");

    let trust = shop.read("coldnotch_trust.toml");
    let other = format!(
        "{trust}[[signer]]\nname = 'mallory'\nkeys = ['{stranger}']\npacks = ['mallory-*']\n"
    );
    shop.write("coldnotch_trust.toml", &other);
    shop.run("plugin list")
        .refused(1, "'mallory' may sign mallory-*, and this is 'stub'");

    shop.sign("acme");
    shop.run("plugin list").went_well();
    let two = format!("{other}[[threshold]]\npacks = ['*']\nsigners = 2\n");
    shop.write("coldnotch_trust.toml", &two);
    shop.run("plugin list")
        .refused(1, "it takes 2 different signers, and there is acme");

    // The same signer again, with another signature.
    let once = shop.read("pack/stub.wasm.minisig");
    fs::remove_file(shop.path("pack/stub.wasm.minisig")).unwrap();
    shop.sign("acme");
    let twice = once + &shop.read("pack/stub.wasm.minisig");
    shop.write("pack/stub.wasm.minisig", &twice);
    shop.run("plugin list")
        .refused(1, "nobody counts twice: there is acme");
    shop.sign("bolt");
    shop.run("plugin list").went_well();
}

#[test]
fn nobody_is_two_signers_in_the_trust_file() {
    let shop = signed();
    let trust = shop.read("coldnotch_trust.toml");
    let (first, _) = trust.split_once("[[signer]]\nname = \"bolt\"").unwrap();
    let again = first.replace("\"acme\"", "\"acme-again\"");
    shop.write("coldnotch_trust.toml", &(first.to_owned() + &again));
    shop.run("plugin list").refused(1, "nobody counts twice");
}

#[test]
fn the_old_generation_stays_when_a_plugin_is_refused() {
    let shop = signed();
    shop.run("plugin install stub --yes").went_well();
    let mut stream = Stream::start(shop.0.command("decide --deny"));
    let before = stream.ask(r#"{"type":"mail","summary":"your refund"}"#);
    assert_eq!(before["decision"], "hold", "{before}");
    watched(&shop.0, &mut stream, STUB);
    // Settings that nobody accepted.
    let other = format!("{STUB}settings = {{ more = 1 }}\n");
    shop.write("coldnotch.toml", &other);
    let said = stream.heard("policy not swapped");
    assert!(
        said.contains("its settings are not those of the lock"),
        "{said}"
    );
    let after = stream.ask(r#"{"type":"mail","summary":"your refund"}"#);
    assert_eq!(after["decision"], "hold");
    stream.end();
}
