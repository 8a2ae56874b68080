//! Who may know whom: the design's "never" rules, read off the sources.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules of the library that are edges to the outside.
const EDGES: [&str; 3] = ["cli", "http", "mcp"];

/// A word that must not stand in some files' code.
struct Never {
    /// Files of these modules; of all when empty.
    inside: &'static [&'static str],
    /// But not of these.
    except: &'static [&'static str],
    /// Paths or macros that must not be named.
    words: &'static [&'static str],
}

const RULES: [Never; 11] = [
    Never {
        inside: &["action", "verdict"],
        except: &[],
        words: &["tokio", "axum", "serde", "serde_json", "crate::runtime"],
    },
    Never {
        inside: &[],
        except: &["runtime"],
        words: &["wasmtime", "wasmtime_wizer"],
    },
    Never {
        inside: &["session", "runtime", "approvals", "audit"],
        except: &[],
        words: &["crate::gate", "crate::cli", "crate::http", "crate::mcp"],
    },
    // Telling others is not on the way of a decision, and knows no edge.
    Never {
        inside: &[
            "action",
            "verdict",
            "judge",
            "gate",
            "session",
            "runtime",
            "approvals",
            "audit",
        ],
        except: &[],
        words: &[
            "crate::slack",
            "crate::webhooks",
            "crate::outgoing",
            "tokio",
            "axum",
            "reqwest",
        ],
    },
    Never {
        inside: &["slack", "webhooks", "outgoing"],
        except: &[],
        words: &["axum", "crate::cli", "crate::http", "crate::mcp"],
    },
    Never {
        inside: &["session"],
        except: &[],
        words: &["crate::runtime", "crate::approvals", "crate::audit"],
    },
    Never {
        inside: &["runtime"],
        except: &[],
        words: &["crate::session", "crate::approvals", "crate::audit"],
    },
    Never {
        inside: &["approvals"],
        except: &[],
        words: &["crate::session", "crate::runtime", "crate::audit"],
    },
    Never {
        inside: &["audit"],
        except: &[],
        words: &["crate::session", "crate::runtime", "crate::approvals"],
    },
    Never {
        inside: &[],
        except: &["config"],
        words: &["env::var", "env::var_os", "env::vars", "env::vars_os"],
    },
    Never {
        inside: &[],
        except: &["main", "cli"],
        words: &[
            "print!",
            "println!",
            "eprint!",
            "eprintln!",
            "dbg!",
            "process::exit",
            "process::abort",
        ],
    },
];

/// The rules for edges: none knows `runtime` or another edge.
fn edge_words(edge: &str) -> impl Iterator<Item = String> {
    let others = EDGES.into_iter().filter(move |other| *other != edge);
    others
        .chain(["runtime"])
        .map(|module| format!("crate::{module}"))
}

/// What a file of `module` names and must not.
fn broken(module: &str, source: &str) -> Vec<String> {
    let code = flatten(&code_of(source));
    let rules = RULES.iter().filter(|rule| {
        (rule.inside.is_empty() || rule.inside.contains(&module)) && !rule.except.contains(&module)
    });
    let mut never: Vec<String> = rules
        .flat_map(|rule| rule.words)
        .map(|word| (*word).to_owned())
        .collect();
    if EDGES.contains(&module) {
        never.extend(edge_words(module));
    }
    never.retain(|word| names(&code, word) || names(&code, &word.replace("crate::", "super::")));
    never
}

/// Whether a path or a macro stands in the code as a whole.
fn names(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + word.len()..]);
        let starts = !before.ends_with(part) && !before.ends_with("r#");
        starts && (word.ends_with('!') || !after.starts_with(part))
    })
}

/// The source without comments, texts and its tests at the end.
fn code_of(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            'r' if rest.starts_with("r#\"") => {
                rest[3..].find("\"#").map_or(rest.len(), |end| end + 5)
            }
            '"' => 1 + text_length(&rest[1..]),
            '\'' if rest.starts_with("'\"'") => 3,
            '#' if rest.starts_with("#[cfg(test)]\nmod ") => {
                // `mod tests;` is a file of its own; `mod tests {` ends this one.
                let line = &rest[13..rest[13..].find('\n').map_or(rest.len(), |end| end + 13)];
                if line.ends_with(';') {
                    13 + line.len()
                } else {
                    rest.len()
                }
            }
            _ => 0,
        };
        code.push_str(if skipped > 0 {
            " "
        } else {
            &rest[..c.len_utf8()]
        });
        rest = &rest[skipped.max(c.len_utf8())..];
    }
    code
}

/// Bytes up to and with the closing quote.
fn text_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

/// `use a::{b, c::{d, e}};` as `a::b a::c::d a::c::e`: every path in full.
fn flatten(code: &str) -> String {
    let mut flat = code.to_owned();
    for used in code
        .split("use ")
        .skip(1)
        .filter_map(|rest| rest.split(';').next())
    {
        let used: String = used.chars().filter(|c| !c.is_whitespace()).collect();
        spread("", &used, &mut flat);
    }
    flat
}

fn spread(prefix: &str, tree: &str, flat: &mut String) {
    match tree.split_once('{') {
        None => {
            flat.push(' ');
            flat.push_str(prefix);
            flat.push_str(tree);
        }
        Some((path, branches)) => {
            let prefix = format!("{prefix}{path}");
            let (mut depth, mut start) = (0, 0);
            for (at, c) in branches.char_indices() {
                match c {
                    '{' => depth += 1,
                    ',' | '}' if depth == 0 => {
                        spread(&prefix, &branches[start..at], flat);
                        start = at + 1;
                    }
                    '}' => depth -= 1,
                    _ => {}
                }
            }
        }
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Every source of the host with the library's module it belongs to.
fn sources() -> Vec<(String, PathBuf)> {
    let base = root().join("host/src");
    let (mut found, mut folders) = (Vec::new(), vec![base.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                let first = path.strip_prefix(&base).unwrap().iter().next().unwrap();
                let module = first.to_str().unwrap().trim_end_matches(".rs").to_owned();
                found.push((module, path));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn nobody_knows_whom_it_must_not_know() {
    let sources = sources();
    let modules = [
        "action",
        "approvals",
        "audit",
        "cli",
        "config",
        "gate",
        "main",
        "runtime",
        "session",
    ];
    for module in modules {
        assert!(
            sources.iter().any(|(found, _)| found == module),
            "no sources of {module}"
        );
    }
    let broken: Vec<String> = sources
        .iter()
        .flat_map(|(module, path)| {
            let broken = broken(module, &fs::read_to_string(path).unwrap());
            broken
                .into_iter()
                .map(move |word| format!("{} names {word}", path.display()))
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn plugins_depend_on_the_sdk_alone_and_the_host_on_no_plugin() {
    let ours = |manifest: &Path| -> Vec<String> {
        let manifest: toml::Table = fs::read_to_string(manifest).unwrap().parse().unwrap();
        let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
        let tables = sections
            .iter()
            .filter_map(|section| manifest.get(*section)?.as_table());
        let is_ours = |name: &&String| name.starts_with("coldnotch") || name.starts_with("guest-");
        tables
            .flat_map(|table| table.keys().filter(is_ours).cloned().collect::<Vec<_>>())
            .collect()
    };
    assert_eq!(ours(&root().join("host/Cargo.toml")), [""; 0]);
    assert_eq!(ours(&root().join("plugins/sdk/Cargo.toml")), [""; 0]);
    let folders =
        ["plugins", "tests/guests"].map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let manifests = folders
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path().join("Cargo.toml"));
    let plugins: Vec<PathBuf> = manifests
        .filter(|manifest| manifest.is_file() && !manifest.ends_with("sdk/Cargo.toml"))
        .collect();
    assert!(plugins.len() > 2, "{plugins:?}");
    for plugin in plugins {
        let foreign: Vec<String> = ours(&plugin)
            .into_iter()
            .filter(|name| name != "coldnotch-plugin")
            .collect();
        assert_eq!(foreign, [""; 0], "{}", plugin.display());
    }
}

#[test]
fn the_check_finds_what_is_wrong() {
    for (module, source, word) in [
        ("verdict", "use serde::Serialize;", "serde"),
        ("action", "#[derive(serde::Deserialize)] struct A;", "serde"),
        ("judge", "fn f(e: wasmtime::Error) {}", "wasmtime"),
        (
            "session",
            "use crate::{action::Action, runtime::{Engine}};",
            "crate::runtime",
        ),
        ("audit", "use crate::approvals::Answer;", "crate::approvals"),
        ("runtime", "fn f(g: &crate::gate::Gate) {}", "crate::gate"),
        ("approvals", "use crate::cli::style;", "crate::cli"),
        ("http", "use crate::mcp;", "crate::mcp"),
        ("gate", "use crate::slack::Api;", "crate::slack"),
        ("approvals", "tokio::spawn(f());", "tokio"),
        ("slack", "use crate::http::Server;", "crate::http"),
        ("cli", "use crate::{gate::Gate, runtime};", "crate::runtime"),
        ("gate", "let home = std::env::var(\"HOME\");", "env::var"),
        ("cli", "use std::env::{self, var_os};", "env::var_os"),
        ("runtime", "use super::gate::Gate;", "crate::gate"),
        ("watch", "fn f() { eprintln!(\"x\") }", "eprintln!"),
        ("gate", "std::process::exit(1)", "process::exit"),
    ] {
        let broken = broken(module, source);
        assert!(
            broken.iter().any(|found| found == word),
            "{module}: {source}: {broken:?}"
        );
    }
    for (module, source) in [
        (
            "verdict",
            "//! Knows no serde.\nconst A: &str = \"serde \\\" wasmtime\"; // crate::runtime",
        ),
        (
            "verdict",
            "struct A;\n#[cfg(test)]\nmod tests { use serde::Serialize; }",
        ),
        (
            "gate",
            "#[cfg(test)]\nmod tests;\nuse crate::session::SessionError;",
        ),
        ("config", "std::env::var_os(name)"),
        ("cli", "println!(\"{}\", crate::plugins::list())"),
        ("runtime", "use wasmtime::component::{Component, Linker};"),
        (
            "audit",
            "fn blueprint() { let _ = env!(\"CARGO_PKG_VERSION\"); pretty_print(x); }",
        ),
    ] {
        assert_eq!(broken(module, source), [""; 0], "{module}: {source}");
    }
}
