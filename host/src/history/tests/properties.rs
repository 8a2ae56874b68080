//! What holds for all texts.

use proptest::prelude::*;

use super::*;
use crate::history::bounds::free;
use crate::history::normal::Form;

/// Every value, at every place, compared one by one: what the index is for.
fn naive(history: &History, query: &str) -> Vec<(Option<u32>, String, u32)> {
    let query = Form::new(query).text;
    let mut all = Vec::new();
    for step in (0..history.len()).filter_map(|index| history.step(index)) {
        let payload = leaves::read(step.action.payload.text(), false);
        let output = leaves::read(step.output.text(), false);
        for (root, leaf) in payload
            .iter()
            .map(|l| ("payload", l))
            .chain(output.iter().map(|l| ("output", l)))
        {
            let text = Form::new(&leaf.text).text;
            let mut count = 0;
            let mut at = 0;
            while let Some(start) = text[at..].find(&query).map(|found| found + at) {
                let counts = free(&text, start..start + query.len()).both();
                count += u32::from(counts);
                let first = query.chars().next().map_or(1, char::len_utf8);
                at = start + if counts { query.len() } else { first };
            }
            if count > 0 {
                let path = if leaf.path.is_empty() {
                    String::new()
                } else {
                    format!("{root}.{}", leaf.path)
                };
                all.push((Some(step.index), path, count));
            }
        }
    }
    all
}

/// Words that meet often and in awkward ways, without digits (numbers have more
/// than one writing).
fn phrase() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec!["ana", "bob", "acme", "co", "uk", "a", "co", "北", "ü"]);
    let joint = prop::sample::select(vec![" ", ".", "-", "@", ", ", "/", "_", "\n"]);
    prop::collection::vec((part, joint), 1..7).prop_map(|parts| {
        let text: String = parts
            .iter()
            .flat_map(|(part, joint)| [*part, *joint])
            .collect();
        text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_index_finds_what_a_search_through_everything_finds(
        values in prop::collection::vec((phrase(), phrase()), 1..8),
        query in phrase(),
    ) {
        let mut history = history();
        for (payload, output) in &values {
            let step = push(&mut history, &format!("{{\"v\":{:?}}}", payload));
            history.observe(step, output, None).unwrap();
        }
        let indexed: Vec<_> = history.find(&query, u32::MAX).iter()
            .filter(|o| o.decoded_by.is_none())
            .map(|o| (o.step, o.path.to_string(), o.count)).collect();
        let mut expected = naive(&history, &query);
        if expected.len() > 16 {
            expected.drain(8..expected.len() - 8);
        }
        prop_assert_eq!(indexed, expected);
    }

    #[test]
    fn whatever_was_put_in_is_found_as_it_is(value in "\\PC{1,40}") {
        prop_assume!(Form::new(&value).text.chars().any(|c| normal::class(c) != normal::Class::Between));
        let mut history = history();
        let payload = serde_json::json!({ "v": value }).to_string();
        let object = push(&mut history, &payload);
        let read = leaves::read(history.step(object).unwrap().action.payload.text(), false);
        // A value that itself is a structure is found by its parts.
        prop_assume!(read.len() == 1 && read[0].path == "v");
        let occurrences = history.find(&value, u32::MAX);
        prop_assert!(!occurrences.is_empty());
        prop_assert!(occurrences[0].whole_leaf && occurrences[0].decoded_by.is_none(), "{:?}", occurrences);
    }

    #[test]
    fn whatever_was_encoded_is_found(value in "[a-zA-Z][a-zA-Z0-9@._ ]{6,60}[a-z]", before in "[a-z ]{0,10}") {
        let bytes = value.as_bytes();
        let percent: String = bytes.iter().map(|b| format!("%{b:02x}")).collect();
        for encoded in [
            data_encoding::BASE64.encode(bytes),
            data_encoding::BASE64_NOPAD.encode(bytes),
            data_encoding::BASE64URL.encode(bytes),
            data_encoding::HEXUPPER.encode(bytes),
            percent,
            quoted_printable::encode_to_str(bytes),
        ] {
            let history = after(&format!("{before} {encoded} end"));
            prop_assert!(!history.find(&value, u32::MAX).is_empty(), "{}", encoded);
        }
    }

    #[test]
    fn nothing_panics(output in "\\PC{0,200}", more in any::<String>(), query in any::<String>(), at in 0..300usize) {
        let mut history = after(&output);
        let step = push(&mut history, &serde_json::json!({ &more: [&output, { "x": &query }] }).to_string());
        history.set_intent(&more);
        history.observe(step, &more, None).unwrap();
        history.find(&query, u32::MAX);
        history.find(&output, u32::MAX);
        history.output(0, at, at / 2);
        leaves::read(&output, true);
        let _ = Form::new(&query);
        let _ = decode::decode(&more);
    }

    #[test]
    fn nothing_panics_on_what_looks_structured(
        output in "([\\[\\]{}(),:'\"\\\\\\-?|>#&*!%=@ \n\t]|[a-z0-9é]|: |- |\n  |null|1,2){0,120}",
    ) {
        let mut history = after(&output);
        let step = push(&mut history, "{}");
        history.observe(step, &format!("- a: {output}\n- b: 1"), None).unwrap();
        history.find(&output, u32::MAX);
        leaves::read(&output, true);
    }

    #[test]
    fn no_text_is_lost(output in "([a-z]{1,4}|: |- |\n|  |\\{|\\}|\\[\\]|,|'|#|null|\"a\":|- b: |c:\n|\nd: x){0,40}") {
        let words = |text: &str| {
            let mut words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && *w != "null" && !w.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned).collect();
            words.sort();
            words.dedup();
            words
        };
        let read = leaves::read(&output, false);
        let all: String = read.iter().map(|leaf| format!("{} {} ", leaf.path, leaf.text)).collect();
        prop_assert_eq!(words(&output), words(&all));
    }
}
