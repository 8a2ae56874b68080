//! What is documented runs: every folder of `examples/`, and the commands of the
//! README, one after another in one scratch folder.
//!
//! `…` in what is expected stands for anything within a line, and for any lines
//! where it is alone on one. Only standard output is compared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

use std::fmt::Write;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const COLDNOTCH: &str = env!("CARGO_BIN_EXE_coldnotch");

/// An example whose language's tools are not here and cannot be fetched ends so.
const UNREADY: i32 = 77;

#[test]
fn quickstart() {
    example("quickstart");
}

#[test]
fn c() {
    example("c");
}

#[test]
fn cedar() {
    example("cedar");
}

#[test]
fn chain() {
    example("chain");
}

#[test]
fn embed() {
    example("embed");
}

#[test]
fn hot_swap() {
    example("hot-swap");
}

#[test]
fn http_python() {
    example("http-python");
}

#[test]
fn js() {
    example("js");
}

#[test]
fn python() {
    example("python");
}

#[test]
fn rule_pack() {
    example("rule-pack");
}

#[test]
fn rego() {
    example("rego");
}

#[test]
fn replay() {
    example("replay");
}

#[test]
fn rules() {
    example("rules");
}

#[test]
fn slack() {
    example("slack");
}

#[test]
fn third_party() {
    example("third-party");
}

/// A folder without a test of its own would only look like an example that runs.
#[test]
fn every_example_is_tested() {
    let mut found: Vec<String> = fs::read_dir(format!("{ROOT}/examples"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    found.sort_unstable();
    let tested = [
        "c",
        "cedar",
        "chain",
        "embed",
        "hot-swap",
        "http-python",
        "js",
        "python",
        "quickstart",
        "rego",
        "replay",
        "rule-pack",
        "rules",
        "slack",
        "third-party",
    ];
    assert_eq!(found, tested);
}

fn example(name: &str) {
    let folder = format!("{ROOT}/examples/{name}");
    let readme = fs::read_to_string(format!("{folder}/README.md")).unwrap();
    assert!(readme.lines().count() <= 15, "{name}: its README is long");
    let before = listing(Path::new(&folder));
    let run = Command::new("./run.sh")
        .current_dir(&folder)
        .env("COLDNOTCH", COLDNOTCH)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (text(&run.stdout), text(&run.stderr));
    if run.status.code() == Some(UNREADY) {
        println!("NOT CHECKED: examples/{name}: {err}");
        return;
    }
    assert_eq!(run.status.code(), Some(0), "{name}: {out}\n{err}");
    let expected = fs::read_to_string(format!("{folder}/expected.txt")).unwrap();
    compare(name, &expected, &out, &err);
    assert_eq!(before, listing(Path::new(&folder)), "{name} left something");
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    all.sort_unstable();
    all
}

#[test]
fn readme() {
    page("README.md", "readme");
}

#[test]
fn operations() {
    page("docs/operations.md", "operations");
}

/// A page's blocks in order, in one shell: of ```` ```console ```` every command
/// and what it prints; ```` ```toml ```` is written to `coldnotch.toml`.
fn page(file: &str, scratch: &str) {
    let page = fs::read_to_string(format!("{ROOT}/{file}")).unwrap();
    let blocks = blocks(&page);
    let (mut script, mut expected) = (String::new(), Vec::new());
    for (language, body) in &blocks {
        match language.as_str() {
            "toml" => write!(script, "cat >coldnotch.toml <<'TOML'\n{body}TOML\n").unwrap(),
            "console" => {
                for (command, output) in commands(body) {
                    // The mark must not change what `$?` says.
                    write!(script, "s=$?; printf '\\036'; (exit $s)\n{command}\n").unwrap();
                    expected.push((command, output));
                }
            }
            _ => {}
        }
    }
    assert!(expected.len() >= 10, "too few commands were found");

    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join(scratch);
    let _ = fs::remove_dir_all(&scratch); // of an earlier run
    let home = scratch.join("home");
    fs::create_dir_all(&home).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).unwrap();
    let bin = Path::new(COLDNOTCH).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh")
        .current_dir(&scratch)
        .env("PATH", path)
        .env("HOME", &home)
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_CACHE_HOME")
        .env_remove("COLDNOTCH_CONFIG")
        .env_remove("COLDNOTCH_AUDIT")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = shell.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(script.as_bytes()));
    let run = shell.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();

    let (out, err) = (text(&run.stdout), text(&run.stderr));
    let outputs: Vec<&str> = out.split('\u{1e}').skip(1).collect();
    assert_eq!(outputs.len(), expected.len(), "{out}\n{err}");
    for ((command, expected), found) in expected.iter().zip(outputs) {
        compare(command, expected, found, &err);
    }
}

/// The scorer the README shows is the one that is built and run.
#[test]
fn the_scorer_of_the_readme_is_the_example() {
    let readme = fs::read_to_string(format!("{ROOT}/README.md")).unwrap();
    let source = fs::read_to_string(format!("{ROOT}/examples/rule-pack/src/lib.rs")).unwrap();
    let shown: Vec<_> = blocks(&readme)
        .into_iter()
        .filter(|(language, _)| language == "rust")
        .collect();
    assert_eq!(shown, [("rust".to_owned(), source)]);
}

/// Fenced blocks: language and text.
fn blocks(markdown: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in markdown.lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(language), false) => {
                found.push((language.to_owned(), String::new()));
                inside = true;
            }
            (Some(_), true) => inside = false,
            (None, true) => {
                let (_, body) = found.last_mut().unwrap();
                body.push_str(line);
                body.push('\n');
            }
            (None, false) => {}
        }
    }
    found
}

/// Commands (`$ `, continued by `> `) and their outputs.
fn commands(body: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut in_command = false;
    for line in body.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            found.push((command.to_owned(), String::new()));
            in_command = true;
            continue;
        }
        let (command, output) = found.last_mut().expect("a block begins with a command");
        match line.strip_prefix("> ").filter(|_| in_command) {
            Some(more) => {
                command.push('\n');
                command.push_str(more);
            }
            None => {
                in_command = false;
                output.push_str(line);
                output.push('\n');
            }
        }
    }
    found
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn compare(what: &str, expected: &str, found: &str, errors: &str) {
    let expected: Vec<&str> = expected.lines().collect();
    let lines: Vec<&str> = found.lines().collect();
    assert!(
        lines_match(&expected, &lines),
        "{what}\n--- expected\n{}\n--- found\n{found}\n--- on standard error\n{errors}",
        expected.join("\n")
    );
}

fn lines_match(expected: &[&str], found: &[&str]) -> bool {
    match (expected, found) {
        ([], rest) => rest.is_empty(),
        (["…", rest @ ..], found) => {
            (0..=found.len()).any(|skip| lines_match(rest, &found[skip..]))
        }
        ([_, ..], []) => false,
        ([line, expected @ ..], [first, found @ ..]) => {
            line_matches(line, first) && lines_match(expected, found)
        }
    }
}

fn line_matches(expected: &str, found: &str) -> bool {
    let Some((head, rest)) = expected.split_once('…') else {
        return expected == found;
    };
    let Some(tail) = found.strip_prefix(head) else {
        return false;
    };
    let starts = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
    starts.into_iter().any(|at| line_matches(rest, &tail[at..]))
}

#[test]
fn an_ellipsis_stands_for_anything_and_nothing_else_does() {
    assert!(line_matches("a … c", "a b c") && line_matches("…", "") && line_matches("a…", "a"));
    assert!(!line_matches("a … c", "a b d") && !line_matches("a", "a b"));
    assert!(lines_match(&["a", "…", "d"], &["a", "b", "c", "d"]) && lines_match(&["…"], &[]));
    assert!(!lines_match(&["a"], &["a", "b"]) && !lines_match(&["a", "…", "d"], &["a", "b"]));
}
