//! `builtin:rules`.

use super::*;

fn rule(types: &[&str], when: &str, then: &str) -> Value {
    json!({"types": types, "when": when, "then": then, "because": "It is so."})
}

fn rules(rules: &[Value]) -> Value {
    json!({ "rules": rules })
}

fn refund(id: &str, payload: Value) -> Value {
    json!({"type": "refund", "payload": payload, "session": "s", "id": id})
}

#[test]
fn a_rule_holds_blocks_counts_along_and_fails_closed() {
    let place = place(
        "rules",
        &rules(&[
            rule(&["refund"], "payload.amount > 100", "hold"),
            rule(
                &["refund"],
                "session.totals.refund.amount + payload.amount > 150",
                "block",
            ),
            rule(&["post"], "payload.to in session.outputs", "hold"),
        ]),
    );
    let amount = |n: u32| json!({ "amount": n });
    let output = json!({"observation": {"session": "s", "id": "a", "output": "{\"iban\":\"DE89370400440532013000\"}"}});
    let mut messages = vec![refund("a", amount(90)), output];
    messages.extend([
        json!({"type": "post", "payload": {"to": "DE89 3704 0044 0532 0130 00"}, "session": "s", "id": "p"}),
        refund("b", amount(101)), // with the 90 before, too much
        refund("c", amount(60)),
        refund("d", json!({})),
        json!({"type": "note", "session": "s", "id": "e"}),
        refund("f", amount(1)),
    ]);
    let answers = decide(&place, &messages);
    let decided: Vec<&Value> = answers
        .iter()
        .filter(|a| a.get("decision").is_some())
        .collect();
    let verdicts: Vec<&str> = decided
        .iter()
        .map(|a| a["decision"].as_str().unwrap())
        .collect();
    // "c": 90 + 60 is not over 150, and what was blocked does not count.
    assert_eq!(
        verdicts,
        ["allow", "hold", "block", "allow", "hold", "allow", "block"]
    );
    let failed = decided[4]["reason"].as_str().unwrap();
    assert!(
        failed.contains("rule 'rule-1': payload.amount is missing"),
        "{failed}"
    );
}

#[test]
fn what_it_costs_does_not_grow_with_the_session() {
    let settings = rules(&[rule(
        &[],
        "session.totals.refund.amount > 100000 || session.counts.refund > 1000 || 'x' in session.labels",
        "hold",
    )]);
    let place = place("rules", &settings);
    let actions: Vec<Value> = (0..200)
        .map(|n| refund(&n.to_string(), json!({"amount": 100 + n})))
        .collect();
    assert!(
        decisions(&decide(&place, &actions))
            .iter()
            .all(|d| *d == "allow")
    );
    let fuel = fuel(&place);
    // What differs is the number of digits.
    assert!(fuel[199] < fuel[20] + fuel[20] / 20, "{fuel:?}");
}

#[test]
fn fifty_rules_cost_what_those_of_the_type_cost() {
    let of = |kinds: u32| {
        let rules_of = |kind: u32| {
            (0..5).map(move |n| {
                rule(
                    &[&format!("type{kind}")],
                    &format!("payload.amount > {n}00"),
                    "hold",
                )
            })
        };
        let place = place(
            "rules",
            &rules(&(0..kinds).flat_map(rules_of).collect::<Vec<_>>()),
        );
        let action = json!({"type": "type0", "payload": {"amount": 1000}});
        assert_eq!(
            decisions(&decide(&place, &[action.clone(), json!({"type": "other"})])),
            ["hold", "allow"]
        );
        let fuel = fuel(&place);
        assert_eq!(fuel[1], 0, "it was asked about a type it does not concern");
        fuel[0]
    };
    let (few, many) = (of(1), of(10));
    assert!(many < few + few / 4, "{few} with 5 rules, {many} with 50");
}

#[test]
fn a_condition_that_does_too_much_ends_and_holds() {
    let bomb = "payload.l.all(a, payload.l.all(b, payload.l.all(c, payload.l.all(d, a + b + c + d >= 0))))";
    let place = place("rules", &rules(&[rule(&[], bomb, "block")]));
    let list: Vec<u32> = (0..300).collect();
    let answers = decide(&place, &[json!({"type": "note", "payload": {"l": list}})]);
    assert_eq!(answers[0]["decision"], "hold");
    assert!(
        answers[0]["reason"]
            .as_str()
            .unwrap()
            .contains("out of fuel"),
        "{answers:?}"
    );
}

#[test]
fn settings_that_are_wrong_are_refused_with_their_place() {
    let said = refused(
        "rules",
        &rules(&[rule(&[], "payload.a >\n paylod.b", "hold")]),
    );
    assert!(
        said.contains(
            "rules[0]: `when`, line 2, column 2: unknown name `paylod`; did you mean `payload`?"
        ),
        "{said}"
    );
    for hostile in [
        "(".repeat(4000),
        "[".repeat(2000) + &"]".repeat(2000),
        "-".repeat(4000) + "1",
        "1+".repeat(2000) + "1 > 0",
        "payload".to_owned() + &".a".repeat(2000) + ".",
        "x".repeat(100_000),
        "a?b:".repeat(1000) + "c",
        "\u{0}\u{202e}'".repeat(100),
        "[1].map(x, ".repeat(300) + "x" + &")".repeat(300),
        "f(".repeat(1500),
    ] {
        refused("rules", &rules(&[rule(&[], &hostile, "hold")]));
    }
    refused("rules", &rules(&vec![rule(&[], "true", "hold"); 257]));
    refused("rules", &json!({"rules": "true"}));
    refused("rules", &json!({}));
}

/// What nests as far as it may is taken, and there is room to evaluate it.
#[test]
fn what_is_taken_can_be_evaluated() {
    let conditions = [
        "!".repeat(401) + "(payload.a < 1)",
        "(".repeat(400) + "payload.a > 1" + &")".repeat(400),
        (1..150)
            .map(|n| format!("payload.a > {n}"))
            .collect::<Vec<_>>()
            .join(" || "),
        "[payload.a].exists(a, ".repeat(6) + "a > 1" + &")".repeat(6),
    ];
    let all = conditions
        .iter()
        .map(|condition| rule(&[], condition, "hold"));
    let place = place("rules", &rules(&all.collect::<Vec<_>>()));
    let answers = decide(&place, &[json!({"type": "x", "payload": {"a": 2}})]);
    let reasons = answers[0]["reasons"].as_array().unwrap();
    assert_eq!(reasons.len(), conditions.len(), "{answers:?}");
}
