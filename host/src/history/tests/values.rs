//! Finding a value: places, paths, ways of writing, encodings.

use super::*;

#[test]
fn a_value_is_found_in_intent_payload_and_output_with_its_path() {
    let mut history = history();
    history.set_intent("Pay Ana's rent to DE12 3456 7890 1234");
    let step = push(
        &mut history,
        r#"{"to":"ana@acme.example","notes":["rent",{"iban":"DE12345678901234"}]}"#,
    );
    history.observe(step, r#"[{"iban":"de12-3456-7890-1234","text":"Rent: DE12345678901234, again DE12345678901234"}]"#, Some(true)).unwrap();
    assert_eq!(
        found(&history, "DE12345678901234"),
        [
            "Intent  inside 8 1 -",
            "Payload0 payload.notes[1].iban whole 1 1 -",
            "Output0 output[0].iban whole 1 1 -",
            "Output0 output[0].text inside 4 2 -",
        ]
    );
    assert_eq!(
        found(&history, "ANA@acme.example "),
        ["Payload0 payload.to whole 1 1 -"]
    );
}

#[test]
fn a_decision_sees_only_the_steps_before_it() {
    let mut history = history();
    for n in 0..3 {
        let step = push(&mut history, &format!(r#"{{"to":"bob{n}","all":"same"}}"#));
        history.observe(step, "returned", None).unwrap();
    }
    let history = Arc::new(history);
    let view = View::new(history.clone(), 1);
    assert_eq!((view.len(), view.first()), (1, 0));
    assert!(view.step(1).is_none() && view.step(0).is_some());
    assert_eq!(
        (view.output(0, 0, 99), view.output(1, 0, 99)),
        ("returned", "")
    );
    let answers = view.find_values(&["same".into(), "bob0".into(), "bob1".into()]);
    assert_eq!(answers.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 0]);
    assert_eq!(View::new(history, 99).len(), 3);
}

#[test]
fn at_most_64_texts_are_looked_up() {
    let view = View::new(Arc::new(after("word")), 1);
    let answers = view.find_values(&vec!["word".to_owned(); 70]);
    assert_eq!(answers.len(), 70);
    assert!(answers[63].len() == 1 && answers[64].is_empty());
}

#[test]
fn writings_of_one_value_are_one() {
    for (output, query) in [
        ("Write to Ana@Acme.Example!", "ana@acme.example"),
        (
            "see https://www.Acme.example/pay/ now",
            "http://acme.example/pay",
        ),
        ("see www.acme.example", "https://acme.example/"),
        ("call +33 6 12 34 56 78", "+33612345678"),
        ("call +33612345678", "+33 6 12-34-56-78"),
        ("IBAN GB29 NWBK 6016 1331 9268 19", "GB29NWBK60161331926819"),
        ("GB29NWBK60161331926819", "gb29 nwbk 6016 1331 9268 19"),
        ("a  b\u{a0}c", "a b c"),
        ("pay\u{200b}pal", "paypal"),
        ("ｆｕｌｌ １２", "full 12"),
        ("the “quoted” word’s end", "\"quoted\" word's"),
        ("Zażółć", "zaz\u{307}o\u{301}łc\u{301}"),
        ("رقم ١٢٣٤٥٦٧", "1234567"),
        ("/srv/data/", "/srv/data"),
    ] {
        assert_eq!(by(output, query), PLAIN, "{query} in {output}");
    }
}

#[test]
fn ways_of_writing_a_number_are_one() {
    let same = [
        "1,240.00",
        "1 240,00",
        "1240",
        "1240.0",
        "1'240",
        "1.240,00",
        "1\u{202f}240",
        "1_240",
    ];
    for output in same {
        for query in same {
            assert_eq!(
                by(&format!("pays {output} EUR"), query),
                PLAIN,
                "{query} in {output}"
            );
        }
    }
    for (output, query) in [
        ("1.240", "1240"),
        ("1.240", "1.24"),
        ("1,240", "1.240"),
        ("5,7,9", "9"),
        ("a,16.80,b", "16.8"),
    ] {
        assert_eq!(by(output, query), PLAIN, "{query} in {output}");
    }
    for (output, query) in [
        ("1,240.00", "240"),
        ("2024-05-01", "2024"),
        ("1.2.3", "2"),
        ("10.0.0.1", "10"),
        ("INV-1240", "1240"),
        ("007", "7"),
        ("1240.50", "1240"),
    ] {
        assert_eq!(by(output, query), None, "{query} in {output}");
    }
}

#[test]
fn minor_units_are_told_apart() {
    assert_eq!(by("total 1,240.00", "124000"), Some(Some("minor-units")));
    assert_eq!(by("total 124000", "1,240.00"), Some(Some("minor-units")));
    assert_eq!(by("total 12.5", "1250"), Some(Some("minor-units")));
    assert_eq!(by("total 124000", "124000"), PLAIN);
    assert_eq!(by("total 1,240.00", "99"), None);
    // Digits in groups are not cents.
    assert_eq!(by("total 124,000.00", "1240"), None);
}

#[test]
fn look_alikes_are_found_and_told_apart() {
    // Cyrillic а and о.
    assert_eq!(
        by("pay аcme.example", "acme.example"),
        Some(Some("look-alike"))
    );
    assert_eq!(
        by("pay acme.example", "аcme.example"),
        Some(Some("look-alike"))
    );
    assert_eq!(by("pay аcme.example", "аcme.example"), PLAIN);
    assert_eq!(by("переведите деньги", "деньги"), PLAIN);
    assert_eq!(by("café", "cafe"), None);
}

#[test]
fn encodings_are_undone_on_both_sides() {
    let secret = "sk-live-9f8e7d6c5b";
    let base64 = data_encoding::BASE64.encode(secret.as_bytes());
    let url_safe = data_encoding::BASE64URL_NOPAD.encode(secret.as_bytes());
    let hex = data_encoding::HEXLOWER.encode(secret.as_bytes());
    let percent: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
    let quoted: String = secret.bytes().map(|b| format!("={b:02X}")).collect();
    for (name, encoded) in [
        ("base64", &base64),
        ("base64", &url_safe),
        ("hex", &hex),
        ("url", &percent),
        ("quoted-printable", &quoted),
    ] {
        assert_eq!(
            by(&format!("see {encoded} there"), secret),
            Some(Some(name)),
            "{encoded}"
        );
        assert_eq!(
            by(&format!("see {secret} there"), encoded),
            Some(Some(name)),
            "{encoded}"
        );
        assert_eq!(by(encoded, encoded), PLAIN);
        let whole = after(encoded).find(secret, 9);
        assert!(whole[0].whole_leaf, "{encoded}");
    }
    assert_eq!(
        by(&format!("https://x.example/{base64}?a=1"), secret),
        Some(Some("base64"))
    );
    assert_eq!(
        by(&data_encoding::BASE64.encode(hex.as_bytes()), secret),
        Some(Some("base64"))
    );
    let long = "a line of a letter that is long enough to be broken in a mail, with ana@acme.example in it";
    let mail = data_encoding::BASE64_MIME.encode(long.as_bytes());
    assert_eq!(by(&mail, "ana@acme.example"), Some(Some("base64")));
    assert_eq!(
        by("to=3Dana@acme.exam=\r\nple", "ana@acme.example"),
        Some(Some("quoted-printable"))
    );
}

#[test]
fn the_same_leaf_is_one_occurrence_and_plain_counts_first() {
    let value = "ana@acme.example";
    let encoded = data_encoding::BASE64.encode(value.as_bytes());
    let history = after(&format!("{encoded} {value} {value}"));
    assert_eq!(found(&history, value), ["Output0  inside 3 2 -"]);
    assert_eq!(
        found(&after("12345678 and 12345678"), "12345678"),
        ["Output0  inside 3 2 -"]
    );
    assert_eq!(found(&after("1.240"), "1.240"), ["Output0  whole 1 1 -"]);
}

#[test]
fn of_many_occurrences_the_oldest_and_newest_are_told() {
    let mut history = history();
    for _ in 0..200 {
        push(&mut history, r#"{"to":"bob"}"#);
    }
    let steps: Vec<u32> = history
        .find("bob", 199)
        .iter()
        .filter_map(|o| o.step)
        .collect();
    assert_eq!(steps, (0..8).chain(191..199).collect::<Vec<_>>());
}

#[test]
fn short_empty_and_long_queries_are_bounded() {
    let history = after("a b, EU 5 €5 -- end");
    assert_eq!(history.find("EU", 9).len(), 1);
    assert_eq!(history.find("5", 9).len(), 1);
    assert_eq!(history.find("€", 9).len(), 1);
    for nothing in ["", " ", "--", "!?", "\u{200b}"] {
        assert!(history.find(nothing, 9).is_empty());
    }
    let long = "word after word, and so on. ".repeat(400);
    let history = after(&long);
    let occurrences = history.find(&long, 9);
    assert!(
        !occurrences[0].whole_leaf,
        "only its first 4 KiB were compared"
    );
    assert!(history.find(&long.replace("so", "no"), 9).is_empty());
}
