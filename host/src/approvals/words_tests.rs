//! Words let through what they say, and nothing else.

use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;
use crate::json::Object;

fn pay(payload: &Value) -> Action {
    Action {
        payload: Object::from_value(payload).unwrap(),
        ..Action::new("pay")
    }
}

fn words(texts: &[&str]) -> Vec<Word> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn lets(said: &[&str], shown: &Value, now: &Value) -> bool {
    covered(&words(said), &pay(shown), &pay(now)).is_some()
}

#[test]
fn a_word_is_read_and_shown_the_same() {
    for text in [
        "to=ana@example.com",
        "amount<=500",
        "amount<=0.5",
        "path=/srv/app/*",
        "body=*",
        "to=",
        "a\\.b=x=y<=z",
        "@context.tenant=acme",
    ] {
        assert_eq!(text.parse::<Word>().unwrap().to_string(), text);
    }
    for (text, wrong) in [
        ("to", "must be NAME=VALUE"),
        ("=x", "names no argument"),
        ("amount<5", "must be NAME=VALUE"),
        ("amount<=much", "needs a number"),
        ("amount<=-5", "needs a number"),
        ("amount<=1e9", "needs a number"),
        ("path=/srv/app*", "may have * alone"),
    ] {
        let said = text.parse::<Word>().unwrap_err();
        assert!(said.contains(wrong), "{text}: {said}");
    }
}

#[test]
fn what_a_word_names_may_differ_as_it_says_and_all_else_may_not() {
    let shown = json!({"to": "ana@example.com", "amount": 10, "path": "/srv/app/a", "note": "n"});
    let with = |key: &str, value: Value| {
        let mut now = shown.clone();
        now[key] = value;
        now
    };
    let said = &["to=ana@example.com", "amount<=500", "path=/srv/app/*"];
    assert!(lets(said, &shown, &shown));
    for (key, value) in [
        ("amount", json!(500)),
        ("amount", json!("499.99")),
        ("amount", json!([200, 300])),
        ("path", json!("/srv/app/b/c.txt")),
        ("to", json!(["ana@example.com", "ana@example.com"])),
    ] {
        assert!(
            lets(said, &shown, &with(key, value.clone())),
            "{key} {value}"
        );
    }
    for (key, value) in [
        ("to", json!("bo@example.com")),
        ("to", json!("ANA@example.com")),
        ("to", json!(["ana@example.com", "bo@example.com"])),
        ("to", json!([])),
        ("to", json!({"address": "ana@example.com"})),
        ("amount", json!(500.01)),
        ("amount", json!(-1)),
        ("amount", json!([300, 300])),
        ("amount", json!("5e1")),
        ("amount", json!("all")),
        ("amount", json!(null)),
        ("path", json!("/srv/app/")),
        ("path", json!("/srv/app")),
        ("path", json!("/srv/app/../../etc/passwd")),
        ("path", json!("/srv/app/%2e%2e/x")),
        ("path", json!("/srv/app/a\\..\\b")),
        ("path", json!("/etc/srv/app/a")),
        ("note", json!("m")),
        ("note", json!(["n"])),
        ("bcc", json!("eve@example.com")),
    ] {
        assert!(
            !lets(said, &shown, &with(key, value.clone())),
            "{key} {value}"
        );
    }
    assert!(lets(
        &["note=*"],
        &shown,
        &with("note", json!({"any": ["thing"]}))
    ));
    assert!(!lets(&["missing=*"], &shown, &shown));
}

#[test]
fn a_host_is_a_host_and_a_key_is_not_a_path() {
    let shown = json!({"url": "https://api.example.com/a"});
    let said = &["url=https://api.example.com/*"];
    assert!(lets(
        said,
        &shown,
        &json!({"url": "https://api.example.com/b?c=d"})
    ));
    for url in [
        "https://api.example.com.evil.net/a",
        "https://api.example.com@evil.net/a",
        "https://evil.net/https://api.example.com/a",
        "http://api.example.com/a",
    ] {
        assert!(!lets(said, &shown, &json!({ "url": url })), "{url}");
    }
    let nested = json!({"a": {"b": 1}});
    assert!(lets(&["a.b<=9"], &nested, &json!({"a": {"b": 9}})));
    assert!(!lets(&["a.b<=9"], &nested, &json!({"a.b": 9})));
    assert!(lets(&["a\\.b<=9"], &json!({"a.b": 1}), &json!({"a.b": 9})));
    assert!(!lets(
        &["a.b<=9"],
        &nested,
        &json!({"a": {"b": 9}, "@summary": "x"})
    ));
}

#[test]
fn summary_and_context_are_arguments_too() {
    let action = |summary: &str, tenant: &str| Action {
        summary: summary.to_owned(),
        context: Object::from_value(&json!({"tenant": tenant})).unwrap(),
        ..pay(&json!({"amount": 1}))
    };
    let lets = |said: &[&str], now: &Action| covered(&words(said), &action("a", "acme"), now);
    assert!(lets(&["amount<=5"], &action("a", "acme")).is_some());
    assert!(lets(&["amount<=5"], &action("b", "acme")).is_none());
    assert!(lets(&["amount<=5", "@summary=*"], &action("b", "acme")).is_some());
    assert!(lets(&["amount<=5", "@summary=*"], &action("b", "other")).is_none());
    assert!(lets(&["@context=*"], &action("a", "other")).is_some());
}

#[test]
fn what_is_named_is_what_has_to_be_looked_up() {
    let action = pay(&json!({"to": ["a", "b"], "amount": 5, "body": "text"}));
    let said = words(&["amount<=9", "body=*"]);
    assert_eq!(covered(&said, &action, &action).unwrap(), ["5"]);
}

/// A payload of a few arguments, some of them in lists or deeper.
fn payload() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0_u32..20).prop_map(|number| json!(number)),
        "[a-c]{0,2}".prop_map(|text| json!(text)),
        prop::sample::select(vec![
            "/srv/a",
            "/srv/../a",
            "/srv/",
            "/etc/a",
            "7",
            "-7",
            "*"
        ])
        .prop_map(|text| json!(text)),
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
    ];
    let member = leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Value::Array),
            ("[a-b.@]{1,2}", inner).prop_map(|(key, value)| json!({ key: value })),
        ]
    });
    prop::collection::btree_map("[a-c.]{1,2}", member, 0..4)
        .prop_map(|members| Value::Object(Map::from_iter(members)))
}

fn said() -> impl Strategy<Value = Vec<Word>> {
    let word = (
        "[a-c]{1,2}",
        prop::sample::select(vec!["=a", "=7", "=", "<=9", "=/srv/*", "=*"]),
    );
    prop::collection::vec(word, 1..3).prop_map(|words| {
        let words = words.into_iter();
        words
            .map(|(name, rest)| format!("{name}{rest}").parse().unwrap())
            .collect()
    })
}

/// What the words say, told once more and in another way: what stands at a name is what
/// may stand there, and everything else is as it was.
fn says(words: &[Word], shown: &Map<String, Value>, now: &Map<String, Value>) -> bool {
    let keys = shown.keys().chain(now.keys());
    keys.into_iter().all(|key| {
        let mut words = words.iter().filter(|word| word.name() == key).peekable();
        match words.peek() {
            None => shown.get(key) == now.get(key),
            Some(_) => words.all(|word| fits(word, shown.get(key), now.get(key))),
        }
    }) && words.iter().all(|word| now.contains_key(word.name()))
}

fn fits(word: &Word, shown: Option<&Value>, now: Option<&Value>) -> bool {
    let parts = |value: Option<&Value>| {
        let mut parts = Vec::new();
        value
            .into_iter()
            .for_each(|value| flat(value, &mut Vec::new(), &mut parts));
        let deeper = |(_, part): &(Vec<usize>, Value)| {
            part.as_object().is_some_and(|members| !members.is_empty())
        };
        parts.into_iter().partition::<Vec<_>, _>(deeper)
    };
    let ((before, _), (after, leaves)) = (parts(shown), parts(now));
    let text = |(_, value): &(Vec<usize>, Value)| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let texts: Option<Vec<String>> = leaves.iter().map(text).collect();
    let word = word.to_string();
    let (name, wanted) = word.split_once('=').unwrap();
    if wanted == "*" {
        return !leaves.is_empty() || !after.is_empty();
    }
    // What has names of its own is not what the word names.
    before == after
        && texts.is_some_and(|texts| {
            !texts.is_empty()
                && match wanted {
                    "9" if name.ends_with('<') => {
                        let numbers = texts.iter().map(|text| text.parse::<u32>().ok());
                        numbers.sum::<Option<u32>>().is_some_and(|sum| sum <= 9)
                    }
                    "/srv/*" => texts.iter().all(|text| text == "/srv/a"),
                    wanted => texts.iter().all(|text| text == wanted),
                }
        })
}

/// What stands in a list of lists, with its place.
fn flat(value: &Value, place: &mut Vec<usize>, parts: &mut Vec<(Vec<usize>, Value)>) {
    match value {
        Value::Array(elements) if !elements.is_empty() => {
            for (at, element) in elements.iter().enumerate() {
                place.push(at);
                flat(element, place, parts);
                place.pop();
            }
        }
        value => parts.push((place.clone(), value.clone())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn nothing_is_let_through_that_the_words_do_not_say(
        shown in payload(), changed in payload(), mixed in any::<u8>(), said in said()
    ) {
        // Mostly what was shown, with a few arguments of another.
        let (shown, changed) = (shown.as_object().unwrap(), changed.as_object().unwrap());
        let mut now = shown.clone();
        for (at, (key, value)) in changed.iter().enumerate() {
            if mixed & (1 << at) != 0 {
                now.insert(key.clone(), value.clone());
            }
        }
        let [a, b] = [shown, &now].map(|payload| pay(&Value::Object(payload.clone())));
        if covered(&said, &a, &b).is_some() {
            prop_assert!(says(&said, shown, &now), "{said:?}\n{shown:?}\n{now:?}");
        }
    }
}
