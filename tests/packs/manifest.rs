//! What a manifest says holds, or the plugin does not load.

use coldnotch::policy::{Grant, PluginSpec, Source};
use serde_json::json;

use crate::support::*;
use crate::{packed, with, written};

/// A guest with this manifest, as a policy has it.
fn spec(folder: &tempfile::TempDir, name: &str, manifest: &serde_json::Value) -> PluginSpec {
    let file = packed(folder.path(), &guest(name), manifest, "");
    PluginSpec {
        source: Source::Path(file),
        ..plugin(name, "{}")
    }
}

fn refusal(spec: PluginSpec) -> String {
    build(&engine(), &policy([spec])).unwrap_err().to_string()
}

#[test]
fn a_manifest_that_hides_what_the_component_asks_for_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    // It would trap while it is loaded: so nothing of it ran.
    let hostile = PluginSpec {
        settings: object(r#"{"how":"trap-at-load"}"#),
        ..spec(&folder, "hostile", &written())
    };
    let said = refusal(hostile);
    assert!(
        said.ends_with("its manifest does not say that it needs the grant \"history\", and the component asks for it"),
        "{said}"
    );
    let table = spec(&folder, "table", &with(json!({"grants": ["history"]})));
    let said = refusal(table);
    assert!(
        said.ends_with(
            "its manifest asks for the grant \"history\", and nothing in the component needs it"
        ),
        "{said}"
    );
}

#[test]
fn what_a_manifest_asks_for_is_not_given_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let asks = with(json!({"grants": ["history"], "settings": {"how": "history"}}));
    let mut hostile = spec(&folder, "hostile", &asks);
    hostile.grants = Vec::new();
    let said = refusal(hostile.clone());
    assert!(said.contains("it asks for what was not granted"), "{said}");
    hostile.grants = vec![Grant::History];
    assert!(build(&engine(), &policy([hostile])).is_ok());
}

#[test]
fn limits_it_needs_have_to_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let needs = json!({"memory": "20MiB", "fuel": 60_000_000});
    let needs =
        with(json!({"grants": ["history"], "settings": {"how": "history"}, "limits": needs}));
    let mut hostile = spec(&folder, "hostile", &needs);
    let said = refusal(hostile.clone());
    let advice = "add to its [[plugin]] entry: limits = { memory = \"20MiB\", fuel = 60000000 }";
    assert!(said.ends_with(advice), "{said}");
    hostile.limits.memory = 20 << 20;
    hostile.limits.fuel = 60_000_000;
    assert!(build(&engine(), &policy([hostile])).is_ok());
}

#[test]
fn its_own_settings_hold_until_the_operator_gives_others() {
    let folder = tempfile::tempdir().unwrap();
    let schema = json!({
        "additionalProperties": false, "required": ["how"],
        "properties": {"how": {"type": "string"}, "word": {"type": "string"}},
    });
    let manifest = with(json!({
        "grants": ["history"], "schema": schema,
        "settings": {"how": "prepared", "word": "own"},
    }));
    let spec = spec(&folder, "hostile", &manifest);
    let engine = engine();
    let word = |settings: &str| {
        let settings = object(settings);
        let spec = PluginSpec {
            settings,
            ..spec.clone()
        };
        let judge = judge(&engine, &policy([spec]));
        said(&judge.judge(action("note", "{}"))).to_owned()
    };
    assert!(word("{}").contains("word own"), "{}", word("{}"));
    let other = word(r#"{"how":"prepared"}"#);
    assert!(other.contains("word , "), "replaced whole: {other}");

    // The schema speaks before the plugin does, which has other words for it.
    let wrong = PluginSpec {
        settings: object(r#"{"how":1,"wrd":"x"}"#),
        ..spec.clone()
    };
    let said = build(&engine, &policy([wrong])).unwrap_err().to_string();
    for part in [
        "its settings do not fit its schema",
        "settings.how: must be string, not number",
        "settings: has no setting `wrd`",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let refused = PluginSpec {
        settings: object(r#"{"how":"no-such-way"}"#),
        ..spec
    };
    let said = build(&engine, &policy([refused])).unwrap_err().to_string();
    assert!(
        said.contains("it refuses its settings: unknown variant"),
        "{said}"
    );
}

#[test]
fn a_manifest_that_cannot_be_read_is_no_reason_to_go_without() {
    let folder = tempfile::tempdir().unwrap();
    let file = packed(folder.path(), &guest("table"), &written(), "");
    let whole = std::fs::read(&file).unwrap();
    let place = whole
        .windows(7)
        .position(|bytes| bytes == b"\"0.1.0\"")
        .unwrap();
    let mut damaged = whole.clone();
    damaged[place] = b'x';
    std::fs::write(&file, damaged).unwrap();
    let table = PluginSpec {
        source: Source::Path(file),
        ..plugin("table", "{}")
    };
    let said = refusal(table);
    assert!(said.contains("its manifest cannot be read"), "{said}");
}
