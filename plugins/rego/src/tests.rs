//! Policies as they are written for Open Policy Agent, asked about actions.
#![allow(clippy::panic)] // a test says what it found instead

use coldnotch_plugin::bindings::plain::coldnotch::policy::types;
use coldnotch_plugin::json::{Value, json};
use coldnotch_plugin::{Action, Assessment, ScoreError, Verdict};
use proptest::prelude::*;

use crate::judge;
use crate::settings::Settings;

fn action(kind: &str, payload: &str) -> Action {
    Action::from(types::Action {
        id: "a".to_owned(),
        session: String::new(),
        agent: "support-bot".to_owned(),
        kind: kind.to_owned(),
        summary: String::new(),
        payload: payload.to_owned(),
        intent: None,
        context: r#"{"roles":["support"]}"#.to_owned(),
        at: 5,
    })
}

fn settings(given: Value) -> Settings {
    Settings::try_from(given).unwrap_or_else(|e| panic!("{e}"))
}

fn asked(settings: &Settings, payload: &str) -> Result<Assessment, String> {
    judge(&action("refund", payload), settings).map_err(|e| match e {
        ScoreError::Internal(why) => why,
        other => format!("{other:?}"),
    })
}

fn codes(answer: &Assessment) -> Vec<(&str, &str)> {
    let reasons = answer.reasons.iter();
    reasons
        .map(|r| (r.code.as_str(), r.message.as_str()))
        .collect()
}

const POLICY: &str = r#"package refunds

import rego.v1

default allow := false

allow if {
	input.type == "refund"
	input.payload.amount <= data.limits.alone
}

allow if "manager" in input.context.roles

deny contains msg if {
	input.payload.amount > data.limits.ever
	msg := sprintf("%v is more than anybody may refund", [input.payload.amount])
}

hold contains {"code": "no-order", "msg": "There is no order."} if not input.payload.order
"#;

fn refunds() -> Settings {
    settings(json!({"policy": POLICY, "data": {"limits": {"alone": 100, "ever": 1000}}}))
}

#[test]
fn a_policy_allows_holds_and_denies_with_its_own_words() {
    let policy = refunds();
    for (payload, verdict, reasons) in [
        (r#"{"amount":60,"order":"A"}"#, Verdict::Allow, &[][..]),
        (
            r#"{"amount":160,"order":"A"}"#,
            Verdict::Hold,
            &[("not-allowed", "the policy does not allow it")],
        ),
        (
            r#"{"amount":60}"#,
            Verdict::Hold,
            &[("no-order", "There is no order.")],
        ),
        (
            r#"{"amount":1600,"order":"A"}"#,
            Verdict::Block,
            &[("deny", "1600 is more than anybody may refund")],
        ),
        ("{}", Verdict::Hold, &[("no-order", "There is no order.")]),
    ] {
        let answer = asked(&policy, payload).unwrap_or_else(|e| panic!("{payload}: {e}"));
        assert_eq!(answer.verdict, Some(verdict), "{payload}");
        assert_eq!(codes(&answer), reasons, "{payload}");
    }
}

#[test]
fn what_follows_from_no_allow_and_from_deny_can_be_set() {
    let with = |key: &str, word: &str| {
        let mut given = json!({"policy": POLICY, "data": {"limits": {"alone": 100, "ever": 1000}}});
        given[key] = json!(word);
        settings(given)
    };
    let verdict = |settings: &Settings, payload: &str| {
        asked(settings, payload)
            .unwrap_or_else(|e| panic!("{e}"))
            .verdict
    };
    let much = r#"{"amount":160,"order":"A"}"#;
    assert_eq!(
        verdict(&with("unless_allowed", "block"), much),
        Some(Verdict::Block)
    );
    assert_eq!(
        verdict(&with("unless_allowed", "block"), r#"{"amount":160}"#),
        Some(Verdict::Block)
    );
    assert_eq!(verdict(&with("unless_allowed", "abstain"), much), None);
    assert_eq!(
        verdict(&with("deny", "hold"), r#"{"amount":1600,"order":"A"}"#),
        Some(Verdict::Hold)
    );
}

#[test]
fn rules_answer_in_all_the_forms_people_write() {
    for (body, verdict, reasons) in [
        (
            "deny := true",
            Some(Verdict::Block),
            &[("deny", "the policy denies it")][..],
        ),
        ("deny := false", None, &[]),
        ("deny if input.nothing", None, &[]),
        ("deny := \"No.\"", Some(Verdict::Block), &[("deny", "No.")]),
        (
            "deny := [\"No.\", \"Never.\"]",
            Some(Verdict::Block),
            &[("deny", "No."), ("deny", "Never.")],
        ),
        (
            "deny[\"too-much\"] := \"No.\"",
            Some(Verdict::Block),
            &[("too-much", "No.")],
        ),
        (
            "hold := true",
            Some(Verdict::Hold),
            &[("hold", "the policy asks a person")],
        ),
        ("allow := true", Some(Verdict::Allow), &[]),
        ("risk := 0.6", None, &[]),
    ] {
        let policy = settings(json!({"policy": format!("package p\n{body}\n")}));
        let answer = asked(&policy, "{}").unwrap_or_else(|e| panic!("{body}: {e}"));
        assert_eq!(
            (answer.verdict, codes(&answer).as_slice()),
            (verdict, reasons),
            "{body}"
        );
    }
    let labelled =
        settings(json!({"policy": "package p\nrisk := 0.25\nlabels contains \"seen\"\n"}));
    let answer = asked(&labelled, "{}").unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        (answer.risk, answer.labels),
        (0.25, vec!["seen".to_owned()])
    );
}

#[test]
fn what_is_no_answer_or_cannot_be_evaluated_is_a_failure() {
    for (body, why) in [
        ("deny := 7", "`deny` is 7: neither true or false nor texts"),
        (
            "deny contains 7",
            "`deny` has 7: neither a text nor an object with `msg`",
        ),
        ("allow := \"yes\"", "`allow` is \"yes\", not true or false"),
        ("risk := 2", "`risk` is no number from 0 to 1"),
        (
            "risk := 0.1\nlabels := \"x\"",
            "`labels` is \"x\", not a set of texts",
        ),
        (
            "deny if to_number(input.payload.amount) > 5",
            "policy, line 2, column 32: ",
        ),
        (
            "deny if input.payload.amount / 0 > 5",
            "policy, line 2, column ",
        ),
        (
            "allow := 1 if input.type\nallow := 2 if input.type",
            "policy, line 3, column ",
        ),
    ] {
        let policy = settings(json!({"policy": format!("package p\n{body}\n")}));
        let found = asked(&policy, r#"{"amount":"x"}"#)
            .err()
            .unwrap_or_else(|| panic!("{body} was evaluated"));
        assert!(found.starts_with(why), "{body}: {found}");
    }
}

#[test]
fn mistakes_are_found_at_load_with_their_place() {
    for (given, mistake) in [
        (
            json!({"policy": "package p\nallow if {"}),
            "policy, line 2, column 11: ",
        ),
        (
            json!({"policy": "package p\nallow { true }"}),
            "policy, line 2, column ",
        ),
        (
            json!({"policy": ["package p\nallow := true", "package q\n)"]}),
            "policy[1], line 2, column 1: ",
        ),
        (
            json!({"policy": "package p\nx := 1"}),
            "the package data.p has none of the rules allow, deny, hold and risk",
        ),
        (
            json!({"policy": "package coldnotch_asks\nallow := true"}),
            "policy: the package `coldnotch_asks` is taken",
        ),
        (
            json!({"policy": "package p\nallow := true", "package": "q"}),
            "`package` must be one of the policy's: data.p",
        ),
        (
            json!({"policy": 7}),
            "`policy` must be a text or a list of texts",
        ),
        (
            json!({"polcy": ""}),
            "unknown setting `polcy`; did you mean `policy`?",
        ),
        (json!({}), "`policy` is missing: a Rego module"),
        (json!({"policy": []}), "`policy` has no module"),
        (
            json!({"policy": "package p\nallow := true", "deny": "x"}),
            "`deny` must be one of \"block\", \"hold\"",
        ),
        (
            json!({"policy": "package p\nallow := true", "rego": 2}),
            "`rego` must be 1, or 0",
        ),
        (
            json!({"policy": "package p\nallow := true", "data": 1}),
            "`data`: ",
        ),
    ] {
        let found = Settings::try_from(given.clone())
            .err()
            .unwrap_or_else(|| panic!("{given} was taken"));
        assert!(found.starts_with(mistake), "{given}: {found}");
    }
}

#[test]
fn several_modules_and_the_older_syntax() {
    let policy = settings(json!({
        "policy": ["package main\nallow { data.lib.small }", "package lib\nsmall { input.payload.amount < 5 }"],
        "rego": 0,
    }));
    assert_eq!(
        asked(&policy, r#"{"amount":1}"#).map(|a| a.verdict),
        Ok(Some(Verdict::Allow))
    );
    assert_eq!(
        asked(&policy, r#"{"amount":9}"#).map(|a| a.verdict),
        Ok(Some(Verdict::Hold))
    );
}

/// Parts of modules, in any order.
fn any_module() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "package p\n",
        "import rego.v1\n",
        "default",
        "allow",
        "deny",
        "contains",
        "if",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "input",
        ".",
        "payload",
        "data",
        ":=",
        "=",
        "==",
        "|",
        "some",
        "every",
        "in",
        "not",
        "with",
        "as",
        "x",
        "_",
        "1",
        "\"a\"",
        "`",
        "\"",
        "#",
        "\n",
        ";",
        ",",
        "to_number",
        "else",
        "é",
        "\u{0}",
    ]);
    prop::collection::vec(part, 0..24).prop_map(|parts| format!("package p\n{}", parts.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_policy_makes_it_panic(module in any_module(), raw in ".{0,60}", payload in "[0-9]{1,3}") {
        let _ = Settings::try_from(json!({ "policy": raw }));
        if let Ok(settings) = Settings::try_from(json!({ "policy": module })) {
            let _ = judge(&action("refund", &format!("{{\"amount\":{payload}}}")), &settings);
        }
    }
}
