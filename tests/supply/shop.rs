//! A folder in which packs are made, signed and accepted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::command::{Place, ROOT, errors};

/// A policy without plugins.
pub(crate) const NONE: &str = "plugin = []\n";

/// A policy with the pack `stub`, from a file.
pub(crate) const STUB: &str = "[[plugin]]\nname = 'stub'\nsource = 'pack/stub.wasm'\n";

/// One golden case that the keyword stub gets right.
pub(crate) const CASE: &str = r#"{"name":"a refund","action":{"type":"mail","summary":"your refund"},"expect":{"verdict":"abstain","risk":0.6}}"#;

/// A tool of Debian's: as `tests/pack-tools.sh` has unpacked it, or the machine's own.
pub(crate) fn tool(name: &str) -> Command {
    let unpacked = Path::new(ROOT).join("target/tools/packs").join(name);
    match unpacked.exists() {
        true => Command::new(unpacked),
        false => Command::new(name),
    }
}

pub(crate) struct Shop(pub(crate) Place);

/// A command's end: its exit code and all that it said.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) said: String,
}

impl Ran {
    pub(crate) fn went_well(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.said);
        self.said
    }

    /// It was refused, with these words.
    pub(crate) fn refused(self, code: i32, words: &str) -> String {
        assert_eq!(self.code, Some(code), "{}", self.said);
        assert!(self.said.contains(words), "{words}\nnot in\n{}", self.said);
        self.said
    }
}

impl Shop {
    pub(crate) fn new(config: &str) -> Self {
        Shop(Place::new(config))
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        let output = self.0.run(line, "");
        let said = String::from_utf8(output.stdout.clone()).unwrap() + &errors(&output);
        Ran {
            code: output.status.code(),
            said,
        }
    }

    pub(crate) fn json(&self, line: &str) -> Value {
        let output = self.0.run(&format!("{line} --json"), "");
        let said = String::from_utf8(output.stdout.clone()).unwrap();
        serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}{}", errors(&output)))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        self.0.replace(name, text);
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Builds the pack `stub` in the folder `pack`, of a finished component: the keyword
    /// stub, or another that needs the history.
    pub(crate) fn build(&self, version: &str, component: Option<&str>, cases: &str) {
        let (component, grants) = match component {
            Some(component) => (component, "[\"history\"]"),
            None => ("builtin:keywords", "[]"),
        };
        fs::create_dir_all(self.path("pack")).unwrap();
        let pack = format!(
            "name = \"stub\"\nversion = \"{version}\"\nwit = \"0.1.0\"\ndescription = \"For tests.\"\n\
             licence = \"Apache-2.0\"\ngrants = {grants}\n\
             [build]\nlang = \"component\"\ncomponent = {component:?}\n"
        );
        fs::write(self.path("pack/pack.toml"), pack).unwrap();
        fs::write(self.path("pack/cases.jsonl"), format!("{cases}\n")).unwrap();
        self.run("plugin build pack").went_well();
    }

    /// Makes keys of these names; the trust file lists them for the pack `stub`.
    pub(crate) fn trust(&self, names: &[&str]) {
        let mut trust = String::new();
        for name in names {
            let key = self.key(name);
            trust +=
                &format!("[[signer]]\nname = \"{name}\"\nkeys = [\"{key}\"]\npacks = [\"stub\"]\n");
        }
        self.write("coldnotch_trust.toml", &trust);
    }

    /// A new key of this name; the public one.
    pub(crate) fn key(&self, name: &str) -> String {
        let made = self.json(&format!("plugin keygen {name}.key --no-password"));
        made["key"].as_str().unwrap().to_owned()
    }

    pub(crate) fn sign(&self, name: &str) {
        let line = format!("plugin sign pack --key {name}.key");
        self.run(&line).went_well();
    }

    /// Changes one byte of a file, so many bytes after these.
    pub(crate) fn flip(&self, file: &str, after: &[u8], further: usize) {
        let path = self.path(file);
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.windows(after.len()).position(|found| found == after);
        bytes[at.unwrap() + after.len() + further] ^= 1;
        fs::write(&path, bytes).unwrap();
    }

    /// The accepted component of the pack `stub`, seen from the folder.
    pub(crate) fn stored(&self) -> String {
        let lock = self.read("coldnotch.lock");
        let digest = lock.split("component = \"sha256:").nth(1).unwrap();
        format!("coldnotch_packs/{}.wasm", &digest[..64])
    }
}
