//! A newcomer: a new pack, built, tested, and its verdict in a running `decide`.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::command::{Place, ROOT, Stream, allowed, watched};

/// The command in a folder, building with what the workspace was built with: nothing is
/// fetched, and what was compiled for an earlier run is there.
fn coldnotch(place: &Place, path: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_coldnotch"));
    command
        .args(arguments)
        .env("PATH", path)
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

/// Where the tools of a language are; `None` where they are not and cannot be had, which
/// is said: nothing was checked then.
fn tools(lang: &str) -> Option<PathBuf> {
    let script = format!("{ROOT}/plugins/language.sh");
    let readied = Command::new(script).arg(lang).output().unwrap();
    if !readied.status.success() {
        let why = String::from_utf8_lossy(&readied.stderr).into_owned();
        println!("NOT CHECKED: packs in {lang}: {why}");
        return None;
    }
    let folder = String::from_utf8(readied.stdout).unwrap();
    Some(PathBuf::from(folder.trim()))
}

const BEFORE: &str = "[[plugin]]\nname = 'keywords'\nsource = 'builtin:keywords'\n";

/// From nothing to a verdict, without a restart. `ready` makes the tools known to the
/// pack; what is added to the path comes first.
fn newcomer(lang: &str, path: Option<&Path>, ready: impl Fn(&Path)) {
    let place = Place::new(BEFORE);
    let on_path = std::env::var("PATH").unwrap();
    let on_path = match path {
        Some(first) => format!("{}:{on_path}", first.display()),
        None => on_path,
    };
    let done = |line: &str| {
        let arguments: Vec<&str> = line.split(' ').collect();
        let (code, said) = coldnotch(&place, &on_path, &arguments);
        assert_eq!(code, Some(0), "{lang}: {line}: {said}");
        said
    };
    done(&format!("plugin new refund-limit --lang {lang}"));
    ready(&place.path("refund-limit"));
    let said = done("plugin build refund-limit");
    let entry = said.split_once("[[plugin]]").unwrap().1.to_owned();
    done("plugin test refund-limit --coverage --repeat 5");

    let mut stream = Stream::start(place.command("decide --deny"));
    watched(&place, &mut stream, BEFORE);
    let order = json!({"type": "order", "payload": {"amount": 1001}}).to_string();
    allowed(&stream.ask(&order));
    place.replace("coldnotch.toml", format!("{BEFORE}[[plugin]]{entry}"));
    stream.heard("policy swapped");
    let held = stream.ask(&order);
    assert_eq!(held["decision"], "hold", "{lang}: {held}");
    assert_eq!(held["reasons"][0]["code"], "over-limit");
    assert_eq!(held["reason"], "1001 is over the limit of 1000");
    stream.end();
}

#[test]
fn newcomer_in_rust() {
    newcomer("rust", None, |_| {});
}

#[test]
fn newcomer_in_javascript() {
    let Some(tools) = tools("js") else { return };
    newcomer("js", None, |pack| {
        symlink(tools.join("node_modules"), pack.join("node_modules")).unwrap();
    });
}

#[test]
fn newcomer_in_python() {
    let Some(tools) = tools("python") else { return };
    newcomer("python", None, |pack| {
        symlink(&tools, pack.join(".venv")).unwrap();
    });
}

#[test]
fn newcomer_in_c() {
    let Some(clang) = tools("c") else { return };
    newcomer("c", Some(&clang), |_| {});
}

/// Whoever lacks a tool is told which, and how to get it.
#[test]
fn a_missing_tool_is_named_with_how_to_get_it() {
    for (lang, says) in [
        ("rust", " is missing: "),
        ("js", "node is missing: install Node.js 20"),
        (
            "python",
            "componentize-py is missing: run `python3 -m venv .venv",
        ),
        ("c", "clang is missing: install LLVM's C compiler"),
    ] {
        let place = Place::new("");
        let bare = place.path("bin").display().to_string();
        let name = format!("in-{lang}");
        let (code, said) = coldnotch(&place, &bare, &["plugin", "new", &name, "--lang", lang]);
        assert_eq!(code, Some(0), "{said}");
        let (code, said) = coldnotch(&place, &bare, &["plugin", "build", &name]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(says), "{said}");
    }
}
