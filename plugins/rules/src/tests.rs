//! Rules as operators write them, asked about actions; and settings that are wrong.
#![allow(clippy::panic)] // a test says what it found instead

mod properties;
mod session;

use std::collections::BTreeMap;

use coldnotch_plugin::bindings::plain::coldnotch::policy::types;
use coldnotch_plugin::json::{Value, json};
use coldnotch_plugin::{Action, Assessment, Place, ScoreError, Verdict};

use crate::settings::Settings;
use crate::tally::{Before, Past};
use crate::{judge, kinds};

/// A session, told.
#[derive(Debug, Default)]
struct Told {
    first: u32,
    steps: Vec<(Before, Vec<String>)>,
    values: BTreeMap<String, Vec<Place>>,
}

impl Past for Told {
    fn end(&self) -> u32 {
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    fn first(&self) -> u32 {
        self.first
    }

    fn labels(&self, step: u32) -> Vec<String> {
        self.steps
            .get(step as usize)
            .map(|(_, l)| l.clone())
            .unwrap_or_default()
    }

    fn step(&self, step: u32) -> Option<Before> {
        self.steps
            .get(step as usize)
            .map(|(before, _)| before.clone())
    }

    fn find(&self, text: String) -> Vec<Place> {
        self.values.get(&text).cloned().unwrap_or_default()
    }
}

fn settings(rules: Value) -> Result<Settings, String> {
    Settings::try_from(json!({ "rules": rules }))
}

/// One rule that holds.
fn when(condition: &str) -> Result<Settings, String> {
    settings(json!([{"name": "r", "when": condition, "then": "hold", "because": "It is so."}]))
}

fn action(kind: &str, payload: &str) -> Action {
    Action::from(types::Action {
        id: "a".to_owned(),
        session: "s".to_owned(),
        agent: "bot".to_owned(),
        kind: kind.to_owned(),
        summary: "It says.".to_owned(),
        payload: payload.to_owned(),
        intent: None,
        context: r#"{"roles":["support"]}"#.to_owned(),
        at: 5,
    })
}

/// Whether the condition holds for the payload, or what is said against asking.
fn asked(condition: &str, payload: &str) -> Result<bool, String> {
    match judge(&action("pay", payload), &Told::default(), &when(condition)?) {
        Ok(answer) => Ok(answer.verdict == Some(Verdict::Hold)),
        Err(ScoreError::Internal(why)) => Err(why),
        Err(other) => Err(format!("{other:?}")),
    }
}

#[test]
fn conditions_read_the_action() {
    let payload = r#"{"amount":240,"rate":10.5,"to":"ann@example.com","order":{"lines":[{"sku":"a","n":2},{"sku":"b","n":9}]},"tags":["x","y"],"big":18446744073709551615,"none":null}"#;
    for (condition, holds) in [
        ("payload.amount > 100", true),
        ("payload.amount > 240", false),
        ("100 < payload.amount && payload.amount == 240.0", true),
        (
            "payload.rate * 2 == 21.0 && payload.amount / 100 == 2.4",
            true,
        ),
        ("payload.amount + payload.rate > 250", true),
        ("-payload.amount < 0", true),
        ("payload.big > 1", true),
        ("!payload.to.endsWith('@example.com')", false),
        ("payload.to.split('@')[1].startsWith('example')", true),
        ("payload.to + '!' == 'ann@example.com!'", true),
        ("payload['to'].lowerAscii().contains('ann')", true),
        ("payload.order.lines.exists(l, l.n > 5)", true),
        ("payload.order.lines.all(l, l.n > 5)", false),
        ("payload.order.lines.map(l, l.sku) == ['a', 'b']", true),
        ("payload.order.lines.filter(l, l.n > 5).size() == 1", true),
        ("payload.order.lines[0] == {'n': 2, 'sku': 'a'}", false), // refused below
        ("payload.tags == ['x', 'y'] && 'x' in payload.tags", true),
        ("payload.all(k, k != 'iban')", true),
        ("size(payload) == 7 && 'tags' in payload", true),
        ("has(payload.iban) && payload.iban == 'x'", false),
        ("payload.none == null", true),
        (
            "{'a': 1, 'ann@example.com': 300}[payload.to] > payload.amount",
            true,
        ),
        ("type(payload.to) == string", true),
        (
            "action.type == 'pay' && action.agent == 'bot' && action.at == 5",
            true,
        ),
        ("'support' in action.context.roles", true),
        ("has(action.intent)", false),
        ("session.steps == 0", true),
        ("payload.missing > 1 || payload.amount > 1", true),
    ] {
        let found = asked(condition, payload);
        if condition.contains("== {") {
            assert!(
                found.is_err_and(|e| e.contains("a map in braces")),
                "{condition}"
            );
        } else {
            assert_eq!(found, Ok(holds), "{condition}");
        }
    }
}

#[test]
fn what_cannot_be_evaluated_is_a_failure_that_names_rule_and_field() {
    for (condition, why) in [
        (
            "payload.amount > 100",
            "rule 'r': payload.amount is missing; to do without it, ask has(payload.amount) first",
        ),
        (
            "payload.to.city == 'x'",
            "rule 'r': `.` cannot take string and string: payload.to is a text",
        ),
        (
            "payload.to > 100",
            "rule 'r': `>` cannot take string and int: payload.to is a text",
        ),
        (
            "payload.to",
            "rule 'r': it is not a condition that is true or false",
        ),
        (
            "action.intent == 'x'",
            "rule 'r': action.intent is missing; to do without it, ask has(action.intent) first",
        ),
        (
            "payload.to * 2 > 1",
            "rule 'r': `mul` cannot take these values: payload.to is a text",
        ),
        (
            "payload.list[3] == 1",
            "rule 'r': Index out of bounds: Int(3)",
        ),
        (
            "payload.zero % 0 == 1",
            "rule 'r': Remainder by zero of Int(0)",
        ),
    ] {
        let found = asked(condition, r#"{"to":"ann","list":[1],"zero":0}"#);
        assert_eq!(found, Err(why.to_owned()), "{condition}");
    }
}

#[test]
fn mistakes_are_found_at_load_with_their_place() {
    let long = "x".repeat(5000);
    let sum = "1+".repeat(1000) + "1 > 0";
    let deep = format!("{}payload.a{}", "[".repeat(60), "]".repeat(60));
    for (condition, mistake) in [
        (
            "paylod.amount > 1",
            "line 1, column 1: unknown name `paylod`; did you mean `payload`?",
        ),
        (
            "payload.a >\n  amonut",
            "line 2, column 3: unknown name `amonut`; there are: action, payload, session",
        ),
        ("payload.a > ", "line 1, column 13: "),
        ("payload.a = 1", "line 1, column 11: "),
        (
            "action.kind == 'x'",
            "line 1, column 8: an action has no `kind`; there are: agent, at",
        ),
        (
            "action.typ == 'x'",
            "line 1, column 8: an action has no `typ`; did you mean `type`?",
        ),
        (
            "session.step > 1",
            "line 1, column 9: a session has no `step`; did you mean `steps`?",
        ),
        (
            "session.counts.refund > 1 && session.counts > 1",
            "line 1, column 9: write `session.counts.TYPE`",
        ),
        (
            "session.totals.refund > 1",
            "line 1, column 9: write `session.totals.TYPE.FIELD`",
        ),
        (
            "session.labels == []",
            "line 1, column 9: `session.labels` is only for `… in session.labels`",
        ),
        (
            "payload.l in session.labels",
            "line 1, column 22: write the label itself",
        ),
        (
            "payload.a.matches('x')",
            "line 1, column 11: there is no function `matches`",
        ),
        (
            "payload.a.endswith('x')",
            "line 1, column 11: there is no function `endswith`; did you mean `endsWith`?",
        ),
        (
            "1 + 1",
            "line 1, column 1: it is not a condition that is true or false",
        ),
        (
            "Foo{a: 1} == 2",
            "line 1, column 1: there is no type `Foo` to make",
        ),
        ("@decimal(1) == 1", "line 1, column 1: "),
        ("'", "line 1, column 1: "),
        ("", "line 1, column 1: "),
        (long.as_str(), "it has 5000 bytes, more than 4096"),
        (
            sum.as_str(),
            "it has 1001 fields and operators, more than 500",
        ),
        (deep.as_str(), "expression recursion limit exceeded: 24"),
    ] {
        let found = when(condition)
            .err()
            .unwrap_or_else(|| panic!("{condition} was taken"));
        let begin = format!("rule 'r': `when`, {mistake}");
        assert!(found.starts_with(&begin), "{condition}: {found}");
    }
}

#[test]
fn mistakes_in_rules_name_the_rule_and_come_all_at_once() {
    let rules = json!([
        {"name": "a", "when": "true", "then": "hold", "because": "x", "whn": 1},
        {"when": "true", "then": "hald", "because": "x"},
        {"name": "A b", "when": 1, "then": {"risk": 2}, "because": " ", "labels": ["rules@1", 2], "types": "x"},
        {"name": "twice", "when": "true", "then": "block", "because": "x", "types": ["_"]},
        {"name": "same", "when": "true", "then": "block", "because": "x"},
        {"name": "same", "when": "true", "then": "block", "because": "x"},
        7,
    ]);
    let found = settings(rules).err().unwrap_or_default();
    let expected = "\
rule 'a': unknown key `whn`; did you mean `when`?
rules[1]: `then` must be \"hold\", \"block\" or { risk = NUMBER } with a number from 0 to 1
rules[2]: `name` must be a code such as `large-refund`, of at most 64 letters, digits and hyphens
rules[2]: `because` is missing: one plain sentence of at most 512 bytes
rules[2]: `then` must be \"hold\", \"block\" or { risk = NUMBER } with a number from 0 to 1
rules[2]: `labels` must be a list of texts
rules[2]: `types` must be a list of texts
rules[2]: `when` is missing: a condition in quotes, such as 'payload.amount > 100'
rule 'twice': `types`: a name needs a letter or a digit
rules[6]: must be a rule with `when`, `then` and `because`
rule 'same': the name is used twice; each needs its own";
    assert_eq!(found, expected);
    for (given, mistake) in [
        (json!({}), "rules: must be a list of rules"),
        (
            json!({"rule": []}),
            "rule: unknown key; did you mean `rules`?\nrules: must be a list of rules",
        ),
        (json!({"rules": []}), "rules: must be 1 to 256 rules, not 0"),
        (json!([]), "rules: must be a list of rules"),
    ] {
        assert_eq!(Settings::try_from(given).err(), Some(mistake.to_owned()));
    }
}

#[test]
fn what_applies_is_told_the_most_severe_first_with_the_values_it_read() {
    let settings = settings(json!([
        {"when": "payload.amount > 1", "then": {"risk": 0.4}, "because": "Money moves."},
        {"name": "held", "when": "payload.amount > 2 && has(payload.to)", "then": "hold", "because": "Much.", "labels": ["much"]},
        {"name": "never", "when": "payload.amount > 9", "then": "block", "because": "Too much."},
        {"name": "other", "types": ["mail*"], "when": "payload.nothing", "then": "block", "because": "Mail."},
    ]));
    let settings = settings.unwrap_or_else(|e| panic!("{e}"));
    let judged = |payload| {
        judge(&action("pay", payload), &Told::default(), &settings)
            .unwrap_or_else(|e| panic!("{e:?}"))
    };
    let codes = |answer: &Assessment| {
        answer
            .reasons
            .iter()
            .map(|r| r.code.clone())
            .collect::<Vec<_>>()
    };

    let held = judged(r#"{"amount":5,"to":"ann"}"#);
    assert_eq!((held.verdict, held.risk), (Some(Verdict::Hold), 0.75));
    assert_eq!(codes(&held), ["held", "rule-1"]);
    assert_eq!(held.labels, ["much"]);
    let evidence: Vec<_> = held.reasons[0]
        .evidence
        .iter()
        .map(|e| (e.path.as_str(), e.text.as_str()))
        .collect();
    assert_eq!(evidence, [("payload.amount", "5"), ("payload.to", "ann")]);

    assert_eq!(codes(&judged(r#"{"amount":50}"#)), ["never", "rule-1"]);
    let risky = judged(r#"{"amount":2}"#);
    assert_eq!((risky.verdict, risky.risk), (None, 0.4));
    let quiet = judged(r#"{"amount":1}"#);
    assert_eq!(
        (quiet.verdict, quiet.risk, quiet.reasons.len()),
        (None, 0.0, 0)
    );
}

#[test]
fn a_failure_hides_no_block_and_a_hold_hides_no_failure() {
    let settings = settings(json!([
        {"name": "fails", "when": "payload.missing > 1", "then": {"risk": 0.1}, "because": "x"},
        {"name": "holds", "when": "payload.a > 1", "then": "hold", "because": "x"},
        {"name": "blocks", "when": "payload.a > 2", "then": "block", "because": "x"},
    ]))
    .unwrap_or_else(|e| panic!("{e}"));
    assert!(judge(&action("pay", r#"{"a":2}"#), &Told::default(), &settings).is_err());
    let blocked = judge(&action("pay", r#"{"a":3}"#), &Told::default(), &settings)
        .unwrap_or_else(|e| panic!("{e:?}"));
    assert_eq!(blocked.verdict, Some(Verdict::Block));
    assert_eq!(
        blocked.reasons.last().map(|r| r.code.as_str()),
        Some("not-evaluated")
    );
}

#[test]
fn it_is_asked_about_the_types_of_its_rules_unless_one_concerns_all() {
    let rule = |types: Value, when: &str| json!({"name": "r", "types": types, "when": when, "then": "hold", "because": "x"});
    let kinds_of = |rules: Value| kinds(&settings(rules).unwrap_or_else(|e| panic!("{e}")));
    assert_eq!(
        kinds_of(json!([rule(json!(["refund", "pay*"]), "true")])),
        ["pay*", "refund"]
    );
    assert_eq!(kinds_of(json!([rule(json!([]), "true")])), ["*"]);
    assert_eq!(
        kinds_of(json!([rule(
            json!(["refund"]),
            "session.counts.refund > 1"
        )])),
        ["*"]
    );
    assert_eq!(
        kinds_of(json!([rule(json!(["refund"]), "session.steps > 1")])),
        ["refund"]
    );
}
