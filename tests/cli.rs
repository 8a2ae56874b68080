//! The transcripts in `tests/cmd/`: documentation that runs.
//!
//! A file `topic.trycmd` runs in a copy of `topic.in/`, its commands one after
//! another; `[..]` stands for what changes from run to run. After a change,
//! `TRYCMD=overwrite cargo test --release -p coldnotch --test cli` writes the
//! output down: put the `[..]` back and read the difference before keeping it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)] // the lines are a shell's

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What a line may begin with, besides `coldnotch`.
const TOOLS: [&str; 8] = ["cat", "cp", "echo", "grep", "head", "printf", "sed", "wc"];

#[test]
fn transcripts() {
    let folder = private_folder();
    let home = folder.join("home");
    let bin = folder.join("bin");
    for made in [&home, &bin] {
        fs::create_dir_all(made).unwrap();
    }
    let coldnotch = Path::new(env!("CARGO_BIN_EXE_coldnotch"));
    let path = format!(
        "{}:{}",
        coldnotch.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    warm_up(&home);
    let cases = trycmd::TestCases::new();
    for tool in TOOLS.into_iter().chain(["coldnotch"]) {
        let link = bin.join(tool);
        let _ = fs::remove_file(&link); // of an earlier run
        symlink(format!("{ROOT}/tests/cmd/shell"), &link).unwrap();
        cases.register_bin(tool, trycmd::schema::Bin::Path(link));
    }
    cases
        .env("PATH", path)
        .env("HOME", home.display().to_string())
        .env("XDG_CONFIG_HOME", "")
        .env("XDG_CACHE_HOME", "")
        .env("COLDNOTCH_CONFIG", "")
        .env("COLDNOTCH_AUDIT", "")
        .env("COLDNOTCH_APPROVALS", "")
        .env("COLUMNS", "100")
        .env("PLUGINS", format!("{ROOT}/target/plugins"))
        .env("GUESTS", format!("{ROOT}/target/guests"))
        .case(format!("{ROOT}/tests/cmd/*.trycmd"))
        .run();
}

/// A line that begins with an unknown word would be skipped without a word.
#[test]
fn every_line_runs() {
    let mut lines = 0;
    for file in fs::read_dir(format!("{ROOT}/tests/cmd")).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_none_or(|e| e != "trycmd") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let word = line
                .split(' ')
                .find(|word| !word.contains('='))
                .unwrap_or_default();
            let known = word == "coldnotch" || TOOLS.contains(&word);
            assert!(known, "{}: {line}", file.display());
            lines += 1;
        }
    }
    assert!(lines > 50, "only {lines} lines found");
}

/// Kept from run to run, so that compiled plugins are found again. Private, or
/// they are not used.
fn private_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

/// Compiles the built-in plugins once, not once a transcript.
fn warm_up(home: &Path) {
    let listed = Command::new(env!("CARGO_BIN_EXE_coldnotch"))
        .args(["plugin", "list", "--config"])
        .arg(format!("{ROOT}/tests/cmd/plugin.in/two.toml"))
        .env("HOME", home)
        .env_remove("XDG_CACHE_HOME")
        .output();
    assert!(listed.unwrap().status.success());
}
