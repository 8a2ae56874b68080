//! `target/plugins/cedar.wasm`.

use super::*;

const POLICY: &str = "permit (principal in Role::\"support\", action == Action::\"refund\", resource)\nwhen { context.amount <= 1000 };\n\n@because(\"Ask.\")\n@coldnotch(\"hold\")\nforbid (principal, action, resource)\nwhen { context.amount > 100 };\n\n@because(\"Never.\")\nforbid (principal, action, resource)\nwhen { context has frozen };\n";

#[test]
fn policies_decide_and_what_cannot_be_evaluated_holds() {
    let place = place("cedar", &json!({ "policy": POLICY }));
    let refund = |payload: Value| json!({"type": "refund", "payload": payload, "agent": "a", "context": {"roles": ["support"]}});
    let answers = decide(
        &place,
        &[
            refund(json!({"amount": 60})),
            refund(json!({"amount": 160})),
            refund(json!({"amount": 60, "frozen": true})),
            refund(json!({})),
            json!({"type": "refund", "payload": {"amount": 60}, "agent": "b"}),
        ],
    );
    assert_eq!(
        decisions(&answers),
        ["allow", "hold", "block", "hold", "hold"]
    );
    assert_eq!(
        (&answers[1]["reason"], &answers[2]["reason"]),
        (&json!("Ask."), &json!("Never."))
    );
    let failed = answers[3]["reason"].as_str().unwrap();
    assert!(failed.contains("`amount`"), "{failed}");
    assert_eq!(answers[4]["reason"], "no policy permits it");
}

#[test]
fn policies_that_are_wrong_are_refused_with_their_place() {
    let said = refused(
        "cedar",
        &json!({"policy": "permit (principal, action, resource)\nwhen { context.a => 1 };"}),
    );
    assert!(said.contains("`policy`, line 2, column "), "{said}");
    let nested = |open: &str, close: &str| {
        let (open, close) = (open.repeat(3000), close.repeat(3000));
        format!("permit (principal, action, resource) when {{ {open}true{close} }};")
    };
    for hostile in [
        nested("(", ")"),
        nested("[", "]"),
        nested("!", ""),
        nested("if true then true else ", ""),
        nested("true && ", ""),
        "x".repeat(300_000),
        "\u{202e}\u{1b}[2J'".repeat(50),
    ] {
        let place = place("cedar", &json!({ "policy": hostile }));
        let said = place.run("plugin list", "");
        // A long chain may be taken; nothing may break.
        assert!(
            matches!(said.status.code(), Some(0 | 1)),
            "{}",
            errors(&said)
        );
    }
}
