//! Policies as they are written for Cedar, asked about actions.
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
        context: r#"{"roles":["support"],"tenant":"acme"}"#.to_owned(),
        at: 5,
    })
}

fn settings(given: Value) -> Settings {
    Settings::try_from(given).unwrap_or_else(|e| panic!("{e}"))
}

fn asked(settings: &Settings, kind: &str, payload: &str) -> Result<Assessment, String> {
    judge(&action(kind, payload), settings).map_err(|e| match e {
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

const POLICY: &str = r#"
permit (principal in Role::"support", action == Action::"refund", resource)
when { context.amount <= 1000 };

@id("large-refund")
@because("Refunds over 100 need a second person.")
@coldnotch("hold")
forbid (principal, action == Action::"refund", resource)
when { context.amount > 100 };

@id("frozen")
@because("The order is frozen.")
forbid (principal, action, resource)
when { resource has frozen && resource.frozen };

@id("export")
@because("An export needs a person.")
@coldnotch("hold")
permit (principal, action == Action::"export", resource)
when { principal.tenant == "acme" };
"#;

fn orders() -> Settings {
    settings(json!({
        "policy": POLICY,
        "resources": [{"types": ["refund"], "type": "Order", "field": "order.id"}],
        "entities": [{"uid": {"type": "Order", "id": "B"}, "attrs": {"frozen": true}, "parents": []}],
    }))
}

#[test]
fn policies_permit_hold_and_forbid_with_their_own_words() {
    let policy = orders();
    for (kind, payload, verdict, reasons) in [
        (
            "refund",
            r#"{"amount":60,"order":{"id":"A"}}"#,
            Verdict::Allow,
            &[][..],
        ),
        (
            "refund",
            r#"{"amount":160,"order":{"id":"A"}}"#,
            Verdict::Hold,
            &[("large-refund", "Refunds over 100 need a second person.")],
        ),
        (
            "refund",
            r#"{"amount":160,"order":{"id":"B"}}"#,
            Verdict::Block,
            &[
                ("frozen", "The order is frozen."),
                ("large-refund", "Refunds over 100 need a second person."),
            ],
        ),
        (
            "delete",
            "{}",
            Verdict::Hold,
            &[("not-permitted", "no policy permits it")],
        ),
        (
            "export",
            "{}",
            Verdict::Hold,
            &[("export", "An export needs a person.")],
        ),
    ] {
        let answer = asked(&policy, kind, payload).unwrap_or_else(|e| panic!("{payload}: {e}"));
        assert_eq!(answer.verdict, Some(verdict), "{payload}");
        assert_eq!(codes(&answer), reasons, "{payload}");
    }
}

#[test]
fn what_follows_from_no_permit_can_be_set() {
    for (word, verdict) in [
        ("hold", Some(Verdict::Hold)),
        ("block", Some(Verdict::Block)),
        ("abstain", None),
    ] {
        let policy = settings(json!({"policy": POLICY, "unless_permitted": word}));
        assert_eq!(
            asked(&policy, "delete", "{}").map(|a| a.verdict),
            Ok(verdict)
        );
    }
}

#[test]
fn what_cannot_be_evaluated_is_a_failure() {
    let policy = orders();
    for (payload, why) in [
        (
            r#"{"order":{"id":"A"}}"#,
            "policy policy0 (line 2): record does not have the attribute `amount`",
        ),
        (
            r#"{"amount":"60","order":{"id":"A"}}"#,
            "policy policy0 (line 2): type error: expected long, got string",
        ),
        (
            r#"{"amount":60}"#,
            "payload.order.id is missing: it names the resource",
        ),
        (
            r#"{"amount":60,"order":{"id":[]}}"#,
            "payload.order.id names no resource: it is neither text nor number",
        ),
        (
            r#"{"amount":1e300,"order":{"id":"A"}}"#,
            "payload.amount is 1e+300: neither a whole number nor one of four decimal places",
        ),
        (
            r#"{"amount":1.00001,"order":{"id":"A"}}"#,
            "payload.amount is 1.00001: neither",
        ),
    ] {
        let found = asked(&policy, "refund", payload)
            .err()
            .unwrap_or_else(|| panic!("{payload} was judged"));
        assert!(found.contains(why), "{payload}: {found}");
    }
    // One that blocks does not need the others.
    let blocked =
        asked(&policy, "refund", r#"{"order":{"id":"B"}}"#).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(blocked.verdict, Some(Verdict::Block));
    assert_eq!(
        blocked.reasons.last().map(|r| r.code.as_str()),
        Some("not-evaluated")
    );
}

#[test]
fn values_of_json_are_values_of_the_language() {
    let holds = |condition: &str| {
        let policy = settings(
            json!({"policy": format!("permit (principal, action, resource) when {{ {condition} }};")}),
        );
        let payload = r#"{"n":5,"d":10.5,"t":"x","l":["a","b"],"o":{"y":true},"none":null}"#;
        asked(&policy, "pay", payload).map(|a| a.verdict == Some(Verdict::Allow))
    };
    for condition in [
        "context.n == 5",
        "context.d.greaterThan(decimal(\"10.0\"))",
        "context.l.contains(\"a\") && context.o.y && context.t like \"x*\"",
        "!(context has none)",
        "principal == Agent::\"support-bot\" && principal in Role::\"support\"",
        "resource == Resource::\"pay\" && action == Action::\"pay\"",
        "principal.tenant == \"acme\"",
    ] {
        assert_eq!(holds(condition), Ok(true), "{condition}");
    }
}

const SCHEMA: &str = r#"
entity Role;
entity Agent in [Role] { tenant: String };
entity Resource;
action refund appliesTo { principal: Agent, resource: Resource, context: { amount: Long } };
"#;

#[test]
fn a_schema_is_held_against_policies_and_requests() {
    let policy =
        "permit (principal, action == Action::\"refund\", resource) when { context.amount < 5 };";
    let checked = settings(json!({"policy": policy, "schema": SCHEMA}));
    assert_eq!(
        asked(&checked, "refund", r#"{"amount":1}"#).map(|a| a.verdict),
        Ok(Some(Verdict::Allow))
    );
    assert!(asked(&checked, "refund", r#"{"amount":"1"}"#).is_err());
    assert!(asked(&checked, "delete", "{}").is_err());
    let wrong = policy.replace("amount", "amonut");
    let found = Settings::try_from(json!({"policy": wrong, "schema": SCHEMA}))
        .err()
        .unwrap_or_default();
    assert!(
        found.starts_with("`policy`, line 1, column 65: "),
        "{found}"
    );
    assert!(found.contains("amonut"), "{found}");
}

#[test]
fn mistakes_are_found_at_load_with_their_place() {
    let deep = format!(
        "permit (principal, action, resource) when {{ {}true{} }};",
        "(".repeat(40),
        ")".repeat(40)
    );
    let good = "permit (principal, action, resource);";
    for (given, mistake) in [
        (
            json!({"policy": "permit (principal, action, resource)"}),
            "`policy`, line 1, column 37: unexpected end of input",
        ),
        (
            json!({"policy": "permit (principal, action, resource)\nwhen { context.a => 1 };"}),
            "`policy`, line 2, column ",
        ),
        (
            json!({"policy": "permit (principal, action, resource)\nwhen { foo(1) };"}),
            "`policy`, line 2, column ",
        ),
        (
            json!({"policy": deep}),
            "`policy`, line 1, column 68: brackets nest more than 24 deep",
        ),
        (json!({"policy": ""}), "`policy` has no policy"),
        (
            json!({"policy": "permit (principal == ?principal, action, resource);"}),
            "`policy` has a template",
        ),
        (
            json!({"policy": format!("@coldnotch(\"block\")\n{good}")}),
            "policy policy0: the annotation @coldnotch can only be \"hold\"",
        ),
        (json!({"policy": 7}), "`policy` must be a text"),
        (
            json!({"polcy": ""}),
            "unknown setting `polcy`; did you mean `policy`?",
        ),
        (json!({}), "`policy` is missing: Cedar policies"),
        (
            json!({"policy": good, "schema": "entity"}),
            "`schema`, line 1, column ",
        ),
        (
            json!({"policy": good, "entities": [{"uid": 7}]}),
            "`entities`: ",
        ),
        (
            json!({"policy": good, "principal": "A b"}),
            "`principal` must be the name of a type, such as \"Agent\"",
        ),
        (
            json!({"policy": good, "unless_permitted": "x"}),
            "`unless_permitted` must be one of",
        ),
        (
            json!({"policy": good, "resources": [{"types": ["x"], "typ": "O"}]}),
            "resources[0]: unknown key `typ`; did you mean `type`?",
        ),
        (
            json!({"policy": good, "resources": [{"types": ["x"], "type": "O"}]}),
            "resources[0]: `field` must name a field",
        ),
    ] {
        let found = Settings::try_from(given.clone())
            .err()
            .unwrap_or_else(|| panic!("{given} was taken"));
        assert!(found.starts_with(mistake), "{given}: {found}");
    }
}

/// Parts of policies, in any order.
fn any_policy() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "permit",
        "forbid",
        "(principal, action, resource)",
        "when",
        "unless",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ";",
        "context",
        ".",
        "amount",
        "has",
        "like",
        "is",
        "in",
        "==",
        "<",
        "+",
        "*",
        "-",
        "!",
        "&&",
        "||",
        "if",
        "then",
        "else",
        "1",
        "\"a\"",
        "\"",
        "@id(\"x\")",
        "@coldnotch(\"hold\")",
        "Action::\"refund\"",
        "decimal(\"1.0\")",
        "ip(\"::1\")",
        "//",
        "\n",
        "é",
        "true",
    ]);
    prop::collection::vec(part, 0..20).prop_map(|parts| parts.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_policy_makes_it_panic(condition in any_policy(), raw in any_policy(), amount in any::<f64>()) {
        let _ = Settings::try_from(json!({ "policy": raw }));
        let policy = format!("permit (principal, action, resource) when {{ {condition} }};");
        if let Ok(settings) = Settings::try_from(json!({ "policy": policy })) {
            let _ = judge(&action("refund", &json!({ "amount": amount }).to_string()), &settings);
        }
    }
}
