//! Released versions of the contract: frozen, and still spoken.

use std::collections::BTreeMap;
use std::fs;

use sha2::{Digest, Sha256};

use coldnotch::policy::PluginSpec;
use coldnotch::runtime::hex;
use coldnotch::verdict::{Failure, Verdict};

use crate::support::*;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What belongs to a release and is never changed: not to make a test pass either.
const FROZEN: [(&str, &str); 2] = [
    (
        "wit/released/0.1.0/policy.wit",
        "905271d0ceef65efe1d128bd2bd6583f5d0467c365c344ec440fd5c69e557e20",
    ),
    (
        "tests/guests/v0-1-0/src/lib.rs",
        "1f14805688cfc6154069739f648ebb8d327e4b21d0940faf8f20cede533f5cf8",
    ),
];

fn read(file: &str) -> String {
    fs::read_to_string(format!("{ROOT}/{file}")).unwrap()
}

#[test]
fn what_was_released_is_not_changed() {
    for (file, digest) in FROZEN {
        let found = hex(&Sha256::digest(read(file)).into());
        assert_eq!(found, digest, "{file} belongs to a release");
    }
}

/// The interfaces and worlds of a contract, without comments and white space.
fn items(contract: &str) -> BTreeMap<String, String> {
    let code: Vec<&str> = contract
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .flat_map(str::split_whitespace)
        .collect();
    let (mut items, mut item, mut depth) = (BTreeMap::new(), Vec::new(), 0);
    for word in code {
        item.push(word);
        depth += word.matches('{').count();
        depth -= word.matches('}').count();
        if depth == 0 && (word.ends_with('}') || word.ends_with(';')) {
            let name = item[..2.min(item.len())].join(" ");
            let again = items.insert(name, item.join(" "));
            assert_eq!(again, None, "an item is there twice");
            item.clear();
        }
    }
    assert!(item.is_empty() && depth == 0, "{item:?}");
    items
}

/// The items of a release that are not what they were.
fn broken(released: &str, now: &str) -> Vec<String> {
    let now = items(now);
    let released = items(released).into_iter();
    let changed = released.filter(|(name, item)| now.get(name) != Some(item));
    changed.map(|(name, _)| name).collect()
}

#[test]
fn the_contract_still_has_all_that_was_released() {
    let (now, released) = (
        read("wit/policy.wit"),
        read("wit/released/0.1.0/policy.wit"),
    );
    let names: Vec<String> = items(&released).into_keys().collect();
    assert_eq!(
        names,
        [
            "interface history",
            "interface observer",
            "interface scorer",
            "interface selector",
            "interface types",
            "package coldnotch:policy@0.1.0;",
            "world observing",
            "world observing-plugin",
            "world plugin",
            "world selecting",
        ]
    );
    assert_eq!(broken(&released, &now), [""; 0]);
}

#[test]
fn adding_to_the_contract_is_allowed_and_changing_it_is_found() {
    let released = read("wit/released/0.1.0/policy.wit");
    let added = format!(
        "{released}\ninterface clock {{ now: func() -> u64; }}\nworld timed {{ import clock; }}\n"
    );
    assert_eq!(broken(&released, &added), [""; 0]);
    for (from, to, item) in [
        ("risk: f64", "risk: f32", "interface types"),
        ("    block,", "    block,\n    wait,", "interface types"),
        ("first: func() -> u32;", "", "interface history"),
        ("settings: string", "settings: list<u8>", "interface scorer"),
        (
            "interface selector",
            "interface chooser",
            "interface selector",
        ),
        ("  import history;\n", "", "world observing"),
        (
            "coldnotch:policy@0.1.0",
            "coldnotch:policy@0.1.1",
            "package coldnotch:policy@0.1.0;",
        ),
    ] {
        let changed = released.replace(from, to);
        assert_ne!(changed, released, "{from}");
        let broken = broken(&released, &changed);
        assert!(broken.contains(&item.to_owned()), "{from}: {broken:?}");
    }
    assert_eq!(
        broken(
            &released,
            &released.replace("/// It may run.", "/// It runs.")
        ),
        [""; 0]
    );
}

#[test]
fn a_plugin_of_0_1_0_is_loaded_and_answers_as_it_did() {
    let engine = engine();
    let spec = plugin("v0-1-0", r#"{"name":"frozen"}"#);
    let judge = judge(&engine, &policy([spec.clone()]));
    let act = |id: &str, kind: &str, summary: &str| coldnotch::action::Action {
        summary: summary.to_owned(),
        agent: "support-bot".to_owned(),
        intent: Some("Refund A-17".to_owned()),
        context: object(r#"{"tenant":"acme"}"#),
        ..in_session("s", id, kind, r#"{"order":"A-17"}"#)
    };
    assert!(
        judge.judge(act("a", "note", "block")).opinions.is_empty(),
        "it did not choose notes"
    );
    judge.judge(act("b", "look_up", ""));
    judge
        .observe(&output("b", r#"{"order":"A-17","state":"paid"}"#))
        .unwrap();
    let judged = judge.judge(act("c", "refund", "hold"));
    assert_eq!(judged.judgement.verdict, Verdict::Hold);
    assert_eq!(judged.judgement.labels, ["released"]);
    let answer = judged.opinions[0].outcome.as_ref().unwrap();
    let said: Vec<(&str, &str)> = answer
        .reasons
        .iter()
        .map(|reason| (&*reason.code, &*reason.message))
        .collect();
    assert_eq!(
        said,
        [
            (
                "action",
                r#"c s support-bot refund Some("Refund A-17") {"tenant":"acme"} true {"name":"frozen"}"#
            ),
            (
                "session",
                r#"Some("Refund A-17") 0 note allow 0 [] None None absent []; 1 look_up allow 0.25 ["released"] None Some(true) kept ["released"]"#
            ),
            (
                "values",
                "intent None  false 2 1 None, payload Some(0) payload.order true 1 1 None, payload Some(1) payload.order true 1 1 None, output Some(1) output.order true 1 1 None; "
            ),
            ("notes", "[1 2 order A-17][1 2 state paid] true"),
        ]
    );
    let shown: Vec<(Option<u32>, &str, &str)> = answer.reasons[0]
        .evidence
        .iter()
        .map(|shown| (shown.step, &*shown.path, &*shown.text))
        .collect();
    assert_eq!(
        shown,
        [
            (None, "payload", r#"{"order":"A-17"}"#),
            (Some(0), "output", ""),
        ]
    );

    for (summary, verdict) in [
        ("allow", Some(Verdict::Allow)),
        ("block", Some(Verdict::Block)),
        ("", None),
    ] {
        let judged = judge.judge(act("", "refund", summary));
        let answer = judged.opinions[0].outcome.as_ref().unwrap();
        assert_eq!((answer.verdict, answer.risk), (verdict, 0.25));
    }
    for summary in ["unsupported", "missing", "internal"] {
        let judged = judge.judge(act("", "refund", summary));
        let failed = judged.opinions[0].outcome.as_ref().unwrap_err();
        assert!(matches!(failed, Failure::Declined(_)), "{failed:?}");
    }
    judge.judge(act("d", "look_up", ""));
    judge.observe(&output("d", "unreadable")).unwrap();
    let failed = judge.judge(act("e", "refund", ""));
    let failed = failed.opinions[0].outcome.as_ref().unwrap_err();
    assert!(matches!(failed, Failure::Unobserved(_)), "{failed:?}");

    let refused = PluginSpec {
        settings: object(r#"{"refuse":1}"#),
        ..spec
    };
    let refused = build(&engine, &policy([refused])).unwrap_err().to_string();
    assert!(
        refused.contains(r#"it refuses its settings: settings are refused; {"refuse":1}"#),
        "{refused}"
    );
}
