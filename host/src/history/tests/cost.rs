//! What a hostile or endless session may cost.

use super::*;
use crate::history::figures::number;
use crate::history::work;

#[test]
fn a_payload_over_the_limit_keeps_the_newest_step_only() {
    let mut history = History::new(Limits {
        steps: 10,
        bytes: 10,
        output: 400,
    });
    for n in 0..3 {
        push(
            &mut history,
            &format!(r#"{{"to":"somebody with a long name {n}"}}"#),
        );
    }
    assert_eq!((history.len(), history.first()), (3, 2));
    assert_eq!(history.find("somebody", 99).len(), 1);
}

#[test]
fn a_long_session_stays_small() {
    let limits = Limits {
        steps: 50,
        bytes: 64 * 1024,
        output: 4096,
    };
    let mut history = History::new(limits);
    for n in 0..5_000 {
        let step = push(
            &mut history,
            &format!(r#"{{"to":"person{n}@acme.example","amount":{n}}}"#),
        );
        if n % 3 == 0 {
            let list: Vec<String> = (0..100).map(|k| format!("\"v{n}-{k}\"")).collect();
            history
                .observe(step, &format!("[{}]", list.join(",")), None)
                .unwrap();
        }
    }
    let (leaves, words, postings) = history.index.sizes();
    assert!(leaves < 50 * 110, "{leaves}");
    assert!(words < 60_000, "{words}");
    assert!(postings < 60_000, "{postings}");
    assert!(history.bytes <= limits.bytes && history.steps.len() == 50);
    assert_eq!(history.find("person4999@acme.example", u32::MAX).len(), 1);
    assert!(history.find("person1@acme.example", u32::MAX).is_empty());
}

#[test]
fn many_tiny_leaves_are_bounded_by_what_the_index_takes() {
    let limits = Limits {
        steps: 1000,
        bytes: 64 * 1024,
        output: 64 * 1024,
    };
    let mut history = History::new(limits);
    for _ in 0..50 {
        let step = push(&mut history, "{}");
        history
            .observe(step, &format!("[{}1]", "1,".repeat(4000)), None)
            .unwrap();
    }
    let (leaves, ..) = history.index.sizes();
    assert!(leaves <= 4 * limits.bytes / 208 + 4096, "{leaves}");
    assert!(history.index.cost() <= 4 * limits.bytes);
}

/// How often each byte of a text may be read: more often than it is, and far less often
/// than when the work grew with the square of the text.
const OFTEN: usize = 12;

const MEGABYTE: usize = 1_000_000;

/// A payload of one text, indexed.
fn pushed(text: String) -> History {
    let mut history = history();
    push(&mut history, &serde_json::json!({ "x": text }).to_string());
    history
}

#[test]
fn digits_in_endless_groups_are_no_number_and_are_read_once() {
    for separator in [" ", ",", "'", ".", "_"] {
        let group = format!("111{separator}");
        let read = work::of(|| pushed(group.repeat(MEGABYTE / 4)));
        // With dots it is an address at first sight.
        assert!(
            (1..OFTEN * MEGABYTE).contains(&read),
            "{separator:?} {read}"
        );
        // Fifteen digits still are a number, eighteen are not.
        let (most, over) = (group.repeat(4) + "111", group.repeat(5) + "111");
        assert!(number(&most).is_some(), "{most}");
        assert!(number(&over).is_none(), "{over}");
    }
}

#[test]
fn white_space_around_encoded_runs_is_read_once() {
    for text in [
        " ".repeat(MEGABYTE / 2) + &"AAAAAAAA ".repeat(MEGABYTE / 18),
        "AAAAAAAA ".repeat(MEGABYTE / 18) + &" ".repeat(MEGABYTE / 2),
    ] {
        let read = work::of(|| pushed(text));
        assert!((MEGABYTE / 4..OFTEN * MEGABYTE).contains(&read), "{read}");
    }
    let encoded = data_encoding::BASE64.encode(b"ana@acme.example!");
    for (text, whole) in [
        (format!(" \n{encoded}\t "), true),
        (format!("\u{3000}{encoded}\u{a0}"), true),
        (format!("  {encoded} x"), false),
        (format!("x {encoded}"), false),
    ] {
        let occurrences = after(&text).find("ana@acme.example!", 9);
        assert_eq!(occurrences[0].whole_leaf, whole, "{text:?}");
    }
    let hex = data_encoding::HEXLOWER.encode(b"ana@acme.example");
    let occurrences = after(&format!(" \\x{hex} ")).find("ana@acme.example", 9);
    assert!(occurrences[0].whole_leaf);
}

#[test]
fn a_query_that_overlaps_itself_is_compared_once() {
    for unit in ["1.", "a-", "a1-", "1 ", "A1 "] {
        let history = pushed(unit.repeat(MEGABYTE / unit.len()));
        let long = unit.repeat(4090 / unit.len());
        let code = "1".repeat(63) + "2";
        let queries: Vec<String> = [long, code].into_iter().cycle().take(TEXTS).collect();
        let view = View::new(Arc::new(history), 1);
        let read = work::of(|| view.find_values(&queries));
        assert!(
            (1..OFTEN * TEXTS * MEGABYTE).contains(&read),
            "{unit:?} {read}"
        );
    }
    // What overlaps is still counted where it stands free.
    assert_eq!(found(&after("a-a-a a-a"), "a-a"), ["Output0  inside 2 1 -"]);
    assert_eq!(
        found(&after("111 1111 111 1111"), "1111111"),
        ["Output0  inside 4 3 -"]
    );
}
