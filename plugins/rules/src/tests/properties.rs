//! Anything at all, as settings and as actions.

use proptest::prelude::*;

use super::*;

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        any_condition().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let key = prop_oneof![
            Just("rules"),
            Just("when"),
            Just("then"),
            Just("because"),
            Just("name"),
            Just("types"),
            Just("risk"),
            Just("labels"),
            Just("x"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6)
                .prop_map(|fields| fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

/// Parts of expressions, in any order.
fn any_condition() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "payload",
        ".",
        "amount",
        "action",
        "session",
        "totals",
        "counts",
        "labels",
        "values",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "&&",
        "||",
        "!",
        "-",
        "+",
        "*",
        "/",
        "%",
        "==",
        "<",
        "in",
        "has",
        "all",
        "map",
        "exists_one",
        "filter",
        "size",
        ",",
        "x",
        "1",
        "1.5",
        "'a'",
        "\"",
        "'",
        "\\",
        "true",
        "null",
        "?",
        ":",
        "é",
        "b'x'",
        "0x",
        "1u",
        "@",
        "$",
        "`",
        "\n",
        "//",
    ]);
    prop::collection::vec(part, 0..14).prop_map(|parts| parts.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_settings_make_it_panic(given in any_json()) {
        let _ = Settings::try_from(given);
    }

    #[test]
    fn no_condition_that_is_taken_makes_a_decision_panic(condition in any_condition(), payload in any_json()) {
        if let Ok(settings) = when(&condition) {
            let payload = json!({"amount": payload}).to_string();
            let _ = judge(&action("pay", &payload), &Told::default(), &settings);
        }
    }
}
