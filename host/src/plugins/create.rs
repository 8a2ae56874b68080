//! A new pack: a folder that builds, with a first rule and golden cases.
//!
//! What it needs of Coldnotch is in the folder: the contract (`wit/`) and, for Rust, the
//! SDK, and for C the bindings. So nothing of ours has to be on a registry, and a pack keeps building as it did.

use std::fs;
use std::path::{Path, PathBuf};

use super::fields::is_code;
use super::manifest::Lang;

/// The contract.
const WIT: &str = include_str!("../../../wit/policy.wit");
/// The crates that this coldnotch was tested with; cargo drops those a pack has no use for.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// Files of every pack.
const COMMON: [(&str, &str); 3] = [
    ("cases.jsonl", include_str!("templates/cases.jsonl")),
    (
        "settings.schema.json",
        include_str!("templates/settings.schema.json"),
    ),
    ("wit/policy.wit", WIT),
];

const JS: [(&str, &str); 5] = [
    ("pack.toml", include_str!("templates/js/pack.toml")),
    ("README.md", include_str!("templates/js/README.md")),
    ("package.json", include_str!("templates/js/package.json")),
    (".gitignore", "/node_modules\n/*.wasm\n/*.wasm.part\n"),
    ("rule.js", include_str!("templates/js/rule.js")),
];

const PYTHON: [(&str, &str); 5] = [
    ("pack.toml", include_str!("templates/python/pack.toml")),
    ("README.md", include_str!("templates/python/README.md")),
    (
        "requirements.txt",
        include_str!("templates/python/requirements.txt"),
    ),
    (".gitignore", "/.venv\n__pycache__\n/*.wasm\n/*.wasm.part\n"),
    ("rule.py", include_str!("templates/python/rule.py")),
];

const C: [(&str, &str); 10] = [
    ("pack.toml", include_str!("templates/c/pack.toml")),
    ("README.md", include_str!("templates/c/README.md")),
    (".gitignore", "/*.wasm\n/*.wasm.part\n"),
    ("rule.c", include_str!("templates/c/rule.c")),
    ("vendor/plugin.c", include_str!("templates/c/plugin.c")),
    ("vendor/plugin.h", include_str!("templates/c/plugin.h")),
    (
        "vendor/coldnotch.c",
        include_str!("templates/c/coldnotch.c"),
    ),
    (
        "vendor/coldnotch.h",
        include_str!("templates/c/coldnotch.h"),
    ),
    ("vendor/stdlib.h", include_str!("templates/c/stdlib.h")),
    ("vendor/string.h", include_str!("templates/c/string.h")),
];

const RUST: [(&str, &str); 13] = [
    ("pack.toml", include_str!("templates/rust/pack.toml")),
    ("README.md", include_str!("templates/rust/README.md")),
    ("Cargo.toml", include_str!("templates/rust/Cargo.toml")),
    ("Cargo.lock", LOCK),
    (".gitignore", "/target\n/*.wasm\n/*.wasm.part\n"),
    ("src/lib.rs", include_str!("templates/rust/lib.rs")),
    (
        "vendor/sdk/Cargo.toml",
        include_str!("templates/rust/sdk.toml"),
    ),
    (
        "vendor/sdk/src/lib.rs",
        include_str!("../../../plugins/sdk/src/lib.rs"),
    ),
    (
        "vendor/sdk/src/allocator.rs",
        include_str!("../../../plugins/sdk/src/allocator.rs"),
    ),
    (
        "vendor/sdk/src/assessment.rs",
        include_str!("../../../plugins/sdk/src/assessment.rs"),
    ),
    (
        "vendor/sdk/src/bindings.rs",
        include_str!("../../../plugins/sdk/src/bindings.rs"),
    ),
    (
        "vendor/sdk/src/context.rs",
        include_str!("../../../plugins/sdk/src/context.rs"),
    ),
    (
        "vendor/sdk/src/prepared.rs",
        include_str!("../../../plugins/sdk/src/prepared.rs"),
    ),
];

/// Why a pack could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The name is none.
    #[error(
        "\"{0}\" cannot be a pack's name: use small letters, digits and single hyphens, a letter first"
    )]
    Name(String),
    /// There is something already.
    #[error("{0} exists already and was not changed: give another name")]
    Exists(PathBuf),
    /// There is no template.
    #[error("there is no template for {0}; there are: {1}")]
    NoTemplate(&'static str, String),
    /// A file cannot be written.
    #[error("cannot write {path}: {cause}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
}

/// The languages there are templates for.
pub const LANGS: [Lang; 4] = [Lang::Rust, Lang::Js, Lang::Python, Lang::C];

/// Makes the folder `name` in `parent`; its files, in the order of their names.
///
/// # Errors
/// The name is none, there is such a folder, or it cannot be written.
pub fn create(parent: &Path, name: &str, lang: Lang) -> Result<Vec<PathBuf>, CreateError> {
    if !is_code(name) || name.len() > 64 {
        return Err(CreateError::Name(name.to_owned()));
    }
    let own: &[(&str, &str)] = match lang {
        Lang::Rust => &RUST,
        Lang::Js => &JS,
        Lang::Python => &PYTHON,
        Lang::C => &C,
        Lang::Component => {
            let known = LANGS.map(Lang::name).join(", ");
            return Err(CreateError::NoTemplate(lang.name(), known));
        }
    };
    let folder = parent.join(name);
    if folder.symlink_metadata().is_ok() {
        return Err(CreateError::Exists(folder));
    }
    let mut files = Vec::new();
    for (file, text) in COMMON.iter().chain(own) {
        let path = folder.join(file);
        write(&path, &text.replace("{{name}}", name)).map_err(|cause| CreateError::Write {
            path: path.clone(),
            cause,
        })?;
        files.push(path);
    }
    files.sort();
    Ok(files)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_is_vendored_whole() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../plugins/sdk"));
        let mut sources: Vec<String> = fs::read_dir(root.join("src"))
            .unwrap()
            .map(|file| format!("vendor/sdk/src/{}", file.unwrap().file_name().display()))
            .collect();
        sources.sort();
        let mut vendored: Vec<&str> = RUST.iter().map(|(file, _)| *file).collect();
        vendored.retain(|file| file.starts_with("vendor/sdk/src/"));
        vendored.sort_unstable();
        assert_eq!(sources, vendored);
        let read = |text: &str| text.parse::<toml::Table>().unwrap();
        let manifest = read(include_str!("templates/rust/sdk.toml"));
        let own = read(&fs::read_to_string(root.join("Cargo.toml")).unwrap());
        let all = fs::read_to_string(root.join("../../Cargo.toml")).unwrap();
        let all = read(&all);
        let shared = &all["workspace"]["dependencies"];
        for name in own["dependencies"].as_table().unwrap().keys() {
            assert_eq!(
                manifest["dependencies"].get(name),
                shared.get(name),
                "{name}"
            );
        }
        assert_eq!(
            manifest["package"]["version"],
            all["workspace"]["package"]["version"]
        );
    }

    #[test]
    fn a_name_is_no_path_and_nothing_is_replaced() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["../up", "a/b", "", "A", "a--b", "-a"] {
            let refused = create(parent.path(), name, Lang::Rust);
            assert!(matches!(refused, Err(CreateError::Name(_))), "{name}");
        }
        assert!(create(parent.path(), "mine", Lang::Rust).unwrap().len() > 10);
        let again = create(parent.path(), "mine", Lang::Rust);
        assert!(matches!(again, Err(CreateError::Exists(_))));
    }
}
