//! A newcomer: a new pack, built, tested, and its verdict in a running `decide`.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::command::{Place, ROOT, Stream, allowed, watched};

/// The command in a folder, building with what the workspace was built with: nothing is
/// fetched, and what was compiled for an earlier run is there.
fn coldnotch(place: &Place, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_coldnotch"));
    command
        .args(arguments)
        .env("CARGO_TARGET_DIR", format!("{ROOT}/target/packs"))
        .env("CARGO_NET_OFFLINE", "true");
    let home = std::env::var("HOME").unwrap();
    let rust = [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")];
    for (name, folder) in rust {
        let set = std::env::var(name).unwrap_or_else(|_| format!("{home}/{folder}"));
        command.env(name, set);
    }
    // Where rustup cannot have the target, `plugins/build.sh` has set up another compiler.
    let debian = format!("{ROOT}/target/tools/debian/rustc");
    if Path::new(&debian).exists() {
        command.env("RUSTC", debian);
    }
    let output = place.prepare(command).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn from_nothing_to_a_verdict_without_a_restart() {
    const BEFORE: &str = "[[plugin]]\nname = 'keywords'\nsource = 'builtin:keywords'\n";
    let place = Place::new(BEFORE);
    let (code, said) = coldnotch(&place, &["plugin", "new", "refund-limit"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = coldnotch(&place, &["plugin", "build", "refund-limit"]);
    assert_eq!(code, Some(0), "{said}");
    let entry = said.split_once("[[plugin]]").unwrap().1.to_owned();
    let test = [
        "plugin",
        "test",
        "refund-limit",
        "--coverage",
        "--repeat",
        "5",
    ];
    let (code, said) = coldnotch(&place, &test);
    assert_eq!(code, Some(0), "{said}");

    let mut stream = Stream::start(place.command("decide --deny"));
    watched(&place, &mut stream, BEFORE);
    let order = json!({"type": "order", "payload": {"amount": 1001}}).to_string();
    allowed(&stream.ask(&order));
    place.replace("coldnotch.toml", format!("{BEFORE}[[plugin]]{entry}"));
    stream.heard("policy swapped");
    let held = stream.ask(&order);
    assert_eq!(held["decision"], "hold", "{held}");
    assert_eq!(held["reasons"][0]["code"], "over-limit");
    assert_eq!(held["reason"], "1001 is over the limit of 1000");
    stream.end();
}
