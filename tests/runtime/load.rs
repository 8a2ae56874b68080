//! What cannot be loaded, and what is said of it.

use coldnotch::policy::{Limits, PluginSpec, Source};

use crate::support::*;

#[test]
fn what_cannot_be_loaded_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        PluginSpec::new("p", Source::Path(path))
    };
    let named = |name: &str| PluginSpec::new("p", Source::Path(guest(name)));
    let huge = file("huge", b"");
    std::fs::File::options()
        .write(true)
        .open(folder.path().join("huge"))
        .and_then(|file| file.set_len((64 << 20) + 1))
        .unwrap();
    let probed = |how: &str| plugin("hostile", &format!(r#"{{"how":"{how}","probe":true}}"#));
    let roomy = PluginSpec {
        limits: Limits {
            memory: 65 << 20,
            ..Limits::default()
        },
        ..keywords()
    };
    let missing = PluginSpec::new("p", Source::Path(folder.path().join("missing.wasm")));
    let text = file("text", b"#!/bin/sh\necho hello\n");
    let core = file("core", b"\0asm\x01\0\0\0");
    let cut = file("cut", &std::fs::read(guest("hostile")).unwrap()[..5000]);
    let empty = file("empty", b"\0asm\x0d\0\x01\0");
    let ungranted = PluginSpec {
        grants: Vec::new(),
        ..hostile("loop")
    };
    let unread = PluginSpec {
        settings: object(r#"{"how":"loop","speed":1}"#),
        ..hostile("loop")
    };
    let cases: [(PluginSpec, &[&str]); 16] = [
        (missing, &["missing.wasm): cannot read it: No such file"]),
        (
            text,
            &["it is not a WebAssembly component: it does not begin with"],
        ),
        (core, &["it is a core WebAssembly module, not a component"]),
        (cut, &["it is not a WebAssembly component: "]),
        (
            huge,
            &["it has 67108865 bytes, more than the 67108864 allowed"],
        ),
        (empty, &["it is not a plugin", "it exports nothing"]),
        (
            named("wrong-world"),
            &[
                "does not export `coldnotch:policy/scorer@0.1.0`; it exports test:greeting/greeter@1.0.0",
            ],
        ),
        (
            named("ungranted"),
            &[
                "not granted:\n  test:net/http@1.0.0#get\n",
                "the plugin world offers no such thing",
            ],
        ),
        (
            ungranted,
            &[
                "\n  coldnotch:policy/history@0.1.0#[method]session.len\n",
                "\n  coldnotch:policy/history@0.1.0#[method]session.find-values\n",
                r#"add to its [[plugin]] entry: grants = ["history"]"#,
            ],
        ),
        (
            hostile("refuse"),
            &[
                "it refuses its settings: `limit` is missing: give a number; `mode` is [31mred[0m: choose",
            ],
        ),
        (unread, &["it refuses its settings: unknown field `speed`"]),
        (
            hostile("loop-at-load"),
            &["it failed while reading its settings: out of fuel"],
        ),
        (
            hostile("trap-at-load"),
            &["it failed while reading its settings: trapped: unreachable"],
        ),
        (
            probed("unreachable"),
            &["it failed on a neutral action: trapped: unreachable"],
        ),
        (
            probed("nan"),
            &["it failed on a neutral action: bad output: the risk is NaN"],
        ),
        (
            roomy,
            &[
                "its memory limit of 68157440 bytes is over the engine's 67108864: raise [runtime] max_memory",
            ],
        ),
    ];
    let engine = engine();
    for (spec, expected) in cases {
        let who = format!("plugin '{}' ({})", spec.name, spec.source);
        let message = build(&engine, &policy([spec])).unwrap_err().to_string();
        assert!(message.starts_with(&who), "{message}");
        for words in expected {
            assert!(message.contains(words), "{words:?} is not in {message:?}");
        }
    }
    assert!(
        build(&engine, &policy([probed("unsupported")])).is_ok(),
        "declining is no failure at load"
    );
}
