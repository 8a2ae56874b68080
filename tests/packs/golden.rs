//! Golden cases: judged as the gate would, compared, written anew.

use coldnotch::plugins::pack::Pack;
use coldnotch::plugins::testing::{self, Report};
use coldnotch::plugins::trial::{Said, Trial};
use serde_json::json;

use crate::support::*;
use crate::{open, packed, with};

/// What a guest comes to with these cases, each asked so often.
fn tried(name: &str, cases: &str, repeat: u32) -> (Pack, Report) {
    let folder = tempfile::tempdir().unwrap();
    let grants = match name {
        "hostile" => vec!["history"],
        _ => Vec::new(),
    };
    let manifest = with(json!({
        "grants": grants, "limits": {"time": "60s"}, "reasons": ["notes", "never"],
    }));
    let pack = open(&packed(folder.path(), &guest(name), &manifest, cases));
    let report = testing::run(&mut Trial::new(&small(), &pack).unwrap(), repeat).unwrap();
    (pack, report)
}

const TOLD: &str = r#""settings":{"how":"as-told"}"#;

fn told(how: &str, expect: &str) -> String {
    format!(
        "{{\"name\":\"{how}\",{TOLD},\"action\":{{\"type\":\"a\",\"payload\":{{\"how\":\"{how}\"}}}},\"expect\":{expect}}}\n"
    )
}

#[test]
fn answers_failures_and_refusals_are_expected_alike() {
    let cases = [
        told("terminal", r#"{"verdict":"abstain","risk":[0,0.1],"reasons":["ab"],"labels":["secret"]}"#),
        told("long-message", r#"{"verdict":"allow","risk":0}"#),
        told("nan", r#"{"error":"bad-output: not a number in [0,1]"}"#),
        told("panic", r#"{"error":"trapped"}"#),
        told("loop", r#"{"error":"out-of-fuel"}"#),
        told("host-calls", r#"{"error":"host-calls"}"#),
        told("memory", r#"{"error":"out-of-memory"}"#),
        told("missing-context", r#"{"error":"declined: the tenant"}"#),
        r#"{"name":"settings","settings":{"how":"refuse"},"action":{"type":"a"},"expect":{"error":"settings: `limit` is missing"}}"#.to_owned(),
        "\n".to_owned(),
        r#"{"name":"schema","settings":{"how":1},"action":{"type":"a"},"expect":{"error":"settings"}}"#.to_owned(),
    ]
    .concat();
    let (_, report) = tried("hostile", &cases, 1);
    let failed: Vec<_> = report.tried.iter().filter(|t| !t.is_ok()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(report.tried.len(), 10);
    assert_eq!(report.reasons["ab"], 1);
    assert_eq!(report.uncovered, ["notes", "never"]);
    assert_eq!(report.undeclared, ["ab", "long"]);
}

#[test]
fn each_difference_is_told() {
    let cases = [
        told(
            "terminal",
            r#"{"verdict":"hold","risk":[0.5,1],"reasons":["b","ab"],"labels":[]}"#,
        ),
        told("nan", r#"{"error":"trapped"}"#),
        told("panic", r#"{"verdict":"allow"}"#),
        told("long-message", r#"{"error":"declined"}"#),
    ]
    .concat();
    let (_, report) = tried("hostile", &cases, 1);
    let differences: Vec<String> = report
        .tried
        .iter()
        .flat_map(|tried| &tried.differences)
        .map(|d| format!("{}: {} / {}", d.what, d.expected, d.got))
        .collect();
    assert_eq!(
        differences,
        [
            "verdict: hold / abstain",
            "risk: 0.5 to 1 / 0.1",
            "reasons: b, ab / ab",
            "labels: none / secret",
            "error: trapped / bad-output: the risk is NaN, not a number in [0,1]",
            "error: none / trapped: unreachable",
            "error: declined / none, it says allow",
        ]
    );
    assert_eq!(report.passed(), 0);
}

#[test]
fn an_update_writes_what_is_said_and_leaves_the_rest() {
    let right = told("long-message", r#"{ "risk" : 0, "verdict":"allow" }"#);
    let cases = [
        right.clone(),
        "\n".to_owned(),
        told("terminal", r#"{"verdict":"hold","risk":[0,0.5]}"#),
        told("nan", r#"{"verdict":"hold"}"#),
        told("prepared", "{}"),
        told("missing-context", "{}"),
    ]
    .concat();
    let (pack, report) = tried("hostile", &cases, 1);
    assert_eq!(report.passed(), 1);
    let updated = testing::updated(&cases, &pack.cases, &report);
    let expectations: Vec<&str> = updated
        .lines()
        .map(|line| line.split_once("\"expect\":").map_or("", |(_, e)| e))
        .collect();
    assert_eq!(updated.lines().next(), right.lines().next());
    assert_eq!(
        expectations[1..],
        [
            "",
            r#"{"verdict":"abstain","risk":[0,0.5]}}"#,
            r#"{"error":"bad-output"}}"#,
            r#"{"verdict":"abstain","risk":0,"reasons":["prepared"]}}"#,
            r#"{"error":"declined"}}"#,
        ]
    );
    let (_, report) = tried("hostile", &updated, 1);
    assert!(report.is_ok(), "{report:?}");
}

#[test]
fn a_plugin_that_answers_differently_for_the_same_is_found() {
    let fickle = told("fickle", r#"{"verdict":"allow"}"#);
    let (_, report) = tried("hostile", &fickle, 1);
    assert!(report.is_ok(), "once it looks right");
    let (_, report) = tried("hostile", &fickle, 2);
    assert!(matches!(&report.tried[0].otherwise, Some(Said::Assessed(other)) if other.risk == 1.0));
    assert!(!report.is_ok());
    // A case may say what time it is; then it is the same each time.
    let pinned = fickle.replace("\"name\"", "\"at\":2,\"name\"");
    assert!(tried("hostile", &pinned, 20).1.is_ok());
}

#[test]
fn the_steps_before_are_seen_and_read() {
    let case = r#"{"name":"read","action":{"type":"a"},"history":[
        {"type":"b","output":"{\"x\":\"12345\"}"},{"type":"c"},{"type":"d","output":"123"}],
        "expect":{"reasons":["notes"]}}"#
        .replace('\n', " ");
    let (_, report) = tried("observer", &format!("{case}\n"), 3);
    assert!(report.is_ok(), "{report:?}");
    let Said::Assessed(said) = &report.tried[0].said else {
        panic!("{report:?}")
    };
    assert_eq!(said.reasons[0].message, "2 8 ; complete true");

    let steps = r#"{"name":"steps","settings":{"how":"history"},"action":{"type":"a","intent":"Do it","payload":{"find":["kept-7"]}},"history":[
        {"type":"b","output":"kept-7","verdict":"hold","approved":true,"succeeded":false,"labels":["l"]}],"expect":{"reasons":["history"]}}"#
        .replace('\n', " ");
    let (_, report) = tried("hostile", &format!("{steps}\n"), 1);
    let Said::Assessed(said) = &report.tried[0].said else {
        panic!("{report:?}")
    };
    let seen: Vec<&str> = said.reasons[0].evidence.iter().map(|e| &*e.text).collect();
    assert_eq!(
        seen,
        [
            "Some(\"Do it\")",
            "1",
            "b Verdict::Hold labels [\"l\"] approved Some(true) succeeded Some(false) output OutputState::Kept",
            "kept-7",
            "kept-7 whole true decoded None",
        ]
    );
}

#[test]
fn an_output_it_could_not_read_fails_the_case_as_it_does_a_decision() {
    let case = r#"{"name":"unread","settings":{"on":"bad","how":"fail"},"action":{"type":"a"},"history":[{"type":"b","output":"bad"}],"expect":{"error":"unobserved"}}"#;
    let (_, report) = tried("observer", case, 1);
    assert!(report.is_ok(), "{report:?}");
}

#[test]
fn one_that_is_not_asked_abstains() {
    let case = r#"{"name":"other","settings":{"kinds":["pay"]},"action":{"type":"read"},"expect":{"verdict":"abstain","risk":0,"reasons":[]}}"#;
    let (_, report) = tried("observer", case, 1);
    assert!(report.is_ok(), "{report:?}");
}
