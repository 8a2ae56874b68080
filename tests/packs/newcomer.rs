//! A newcomer: a new pack, built, tested, and its verdict in a running `decide`. What was
//! typed and said is `docs/first-pack/`, and has to stay so; `TRYCMD=overwrite` writes it
//! anew.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

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

/// A pack's language, for the page about it.
struct Language {
    /// As `--lang` has it.
    name: &'static str,
    title: &'static str,
    /// Where the rule is.
    rule: &'static str,
    /// What gets its tools, once; nothing for the compiler of C.
    tools: &'static str,
}

/// From nothing to a verdict, without a restart. `ready` makes the tools known to the
/// pack; what is added to the path comes first.
fn newcomer(lang: &Language, path: Option<&Path>, ready: impl Fn(&Path)) {
    let Language { name, title, .. } = lang;
    let mut page = format!(
        "# A first pack, in {title}\n\nTyped and answered in the test `newcomer` \
         (`tests/packs/newcomer.rs`), but for what gets the tools. What differs from one machine \
         to another is `…`.\n\n```console\n"
    );
    let place = Place::new(BEFORE);
    let on_path = std::env::var("PATH").unwrap();
    let on_path = match path {
        Some(first) => format!("{}:{on_path}", first.display()),
        None => on_path,
    };
    let done = |page: &mut String, line: &str| {
        let arguments: Vec<&str> = line.split(' ').collect();
        let (code, said) = coldnotch(&place, &on_path, &arguments);
        assert_eq!(code, Some(0), "{name}: {line}: {said}");
        writeln!(page, "$ coldnotch {line}\n{}", lasting(&said)).unwrap();
        said
    };
    done(&mut page, &format!("plugin new refund-limit --lang {name}"));
    ready(&place.path("refund-limit"));
    if !lang.tools.is_empty() {
        writeln!(page, "$ {}\n", lang.tools).unwrap();
    }
    let rule = fs::read_to_string(place.path("refund-limit").join(lang.rule)).unwrap();
    writeln!(page, "$ cat refund-limit/{}\n{rule}", lang.rule).unwrap();
    let said = done(&mut page, "plugin build refund-limit");
    let entry = format!("[[plugin]]{}", said.split_once("[[plugin]]").unwrap().1);
    done(&mut page, "plugin test refund-limit --coverage --repeat 5");

    let mut stream = Stream::start(place.command("decide --deny"));
    watched(&place, &mut stream, BEFORE);
    let order = json!({"type": "order", "payload": {"amount": 1001}}).to_string();
    let before = stream.ask(&order);
    allowed(&before);
    place.replace("coldnotch.toml", format!("{BEFORE}{entry}"));
    stream.heard("policy swapped");
    let held = stream.ask(&order);
    assert_eq!(held["decision"], "hold", "{name}: {held}");
    assert_eq!(held["reasons"][0]["code"], "over-limit");
    assert_eq!(held["reason"], "1001 is over the limit of 1000");
    stream.end();

    write!(
        page,
        "$ coldnotch decide --deny\n{order}\n{}\n```\n\nIt goes on. Meanwhile this is added to \
         `coldnotch.toml`:\n\n```toml\n{}\n```\n\nand the same `decide` takes it in:\n\n\
         ```console\n…policy swapped…\n{order}\n{}\n```\n",
        in_short(&before),
        entry.trim(),
        in_short(&held),
    )
    .unwrap();
    let file = format!("{ROOT}/docs/first-pack/{name}.md");
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        fs::write(&file, &page).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap();
    assert_eq!(kept, page, "{file} is not what happens");
}

/// Without what differs from one machine to another: sizes and digests.
fn lasting(said: &str) -> String {
    let line = |line: &str| {
        if let Some((indent, _)) = line.split_once("sha256:") {
            return format!("{indent}sha256:…\n");
        }
        let Some((before, after)) = line.split_once(" bytes") else {
            return format!("{line}\n");
        };
        let before = before.trim_end_matches(|digit: char| digit.is_ascii_digit());
        format!("{before}… bytes{after}\n")
    };
    said.lines().map(line).collect()
}

/// What an answer says, of all that is in it.
fn in_short(answer: &Value) -> String {
    let [decision, reason] = ["decision", "reason"].map(|key| &answer[key]);
    format!(r#"{{…,"decision":{decision},"reason":{reason},…}}"#)
}

#[test]
fn newcomer_in_rust() {
    let rust = Language {
        name: "rust",
        title: "Rust",
        rule: "src/lib.rs",
        tools: "rustup target add wasm32-unknown-unknown",
    };
    newcomer(&rust, None, |_| {});
}

#[test]
fn newcomer_in_javascript() {
    let Some(tools) = tools("js") else { return };
    let js = Language {
        name: "js",
        title: "JavaScript",
        rule: "rule.js",
        tools: "(cd refund-limit && npm install)",
    };
    newcomer(&js, None, |pack| {
        symlink(tools.join("node_modules"), pack.join("node_modules")).unwrap();
    });
}

#[test]
fn newcomer_in_python() {
    let Some(tools) = tools("python") else { return };
    let python = Language {
        name: "python",
        title: "Python",
        rule: "rule.py",
        tools: "(cd refund-limit && python3 -m venv .venv && .venv/bin/pip install -r requirements.txt)",
    };
    newcomer(&python, None, |pack| {
        symlink(&tools, pack.join(".venv")).unwrap();
    });
}

#[test]
fn newcomer_in_c() {
    let Some(clang) = tools("c") else { return };
    let c = Language {
        name: "c",
        title: "C",
        rule: "rule.c",
        tools: "",
    };
    newcomer(&c, Some(&clang), |_| {});
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
