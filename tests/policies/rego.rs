//! `target/plugins/rego.wasm`.

use super::*;

const POLICY: &str = "package p\nimport rego.v1\n\ndefault allow := false\n\nallow if input.payload.amount <= data.alone\n\ndeny contains msg if {\n\tinput.payload.amount > 1000\n\tmsg := sprintf(\"%v is too much\", [input.payload.amount])\n}\n\nhold contains \"Slow.\" if count([1 | some a in input.payload.l; some b in input.payload.l; some c in input.payload.l; a + b + c < 0]) > 0\n";

fn refund(payload: Value) -> Value {
    json!({"type": "refund", "payload": payload, "agent": "support-bot"})
}

#[test]
fn a_policy_decides_and_what_is_too_much_holds() {
    let place = place("rego", &json!({"policy": POLICY, "data": {"alone": 100}}));
    let list: Vec<u32> = (0..1000).collect();
    let answers = decide(
        &place,
        &[
            refund(json!({"amount": 60})),
            refund(json!({"amount": 160})),
            refund(json!({"amount": 1600})),
            refund(json!({"amount": 60, "l": list})),
        ],
    );
    assert_eq!(decisions(&answers), ["allow", "hold", "block", "hold"]);
    assert_eq!(answers[2]["reason"], "1600 is too much");
    let bounded = answers[3]["reason"].as_str().unwrap();
    assert!(
        bounded.contains("out of fuel") || bounded.contains("memory"),
        "{bounded}"
    );
}

#[test]
fn policies_that_are_wrong_are_refused_with_their_place() {
    let said = refused("rego", &json!({"policy": "package p\nallow if {"}));
    assert!(said.contains("policy, line 2, column 11: "), "{said}");
    for hostile in [
        format!(
            "package p\nallow if {}1{}",
            "(".repeat(5000),
            ")".repeat(5000)
        ),
        format!(
            "package p\nallow if {}1{}",
            "[".repeat(5000),
            "]".repeat(5000)
        ),
        format!("package p\nx := {}", "{\"a\":".repeat(3000)),
        "x".repeat(300_000),
        "\u{202e}\u{1b}[2J'".repeat(50),
    ] {
        let place = place("rego", &json!({ "policy": hostile }));
        assert_eq!(place.run("plugin list", "").status.code(), Some(1));
    }
}
