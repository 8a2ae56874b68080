//! What is counted on the way.

use std::collections::BTreeMap;

use coldnotch::policy::PluginSpec;
use coldnotch::stats::{Decisions, Stats};

use crate::support::*;

/// What the calls of this plugin came to: those of `score`, those of `observe`.
fn calls(stats: &Stats, plugin: &str) -> [BTreeMap<&'static str, u64>; 2] {
    let calls = &stats.plugins[plugin];
    [calls.score.clone(), calls.observe.clone()]
}

#[test]
fn everything_is_counted_once_and_under_its_own_name() {
    let home = Home::new(holding("pay", [keywords(), plugin("observer", "{}")]));
    let gate = home.open();
    assert_eq!(gate.stats().decisions, Decisions::default());

    gate.decide(step("a"));
    gate.observe(&output("a", "fine")).unwrap();
    home.human.will([true, false]);
    gate.decide(in_session("s", "b", "pay", "{}"));
    gate.decide(in_session("s", "c", "pay", "{}"));
    let waiting = gate.decide(in_session("s", "d", "pay", "{}"));
    assert_eq!(waiting.approved, None);

    let stats = gate.stats();
    let decisions = Decisions {
        allow: 1,
        hold: 2,
        approved: 1,
        asked: 3,
        ..Decisions::default()
    };
    assert_eq!(stats.decisions, decisions);
    let none = BTreeMap::new();
    // Four actions, and the approved one judged again.
    let abstained = BTreeMap::from([("abstained", 5)]);
    assert_eq!(calls(&stats, "keywords"), [abstained.clone(), none]);
    let read = BTreeMap::from([("read", 1)]);
    assert_eq!(calls(&stats, "observer"), [abstained, read]);
    assert_eq!(stats.judging.count(), 5);
    let outputs = (
        stats.outputs.taken,
        stats.outputs.lag.count(),
        stats.outputs.late,
    );
    assert_eq!(outputs, (1, 1, 0));
    // One observation, three questions, three ends of which one is still open.
    assert_eq!((stats.audit.lines, stats.audit.queue), (7, 0));
    assert_eq!(stats.audit.write.count(), 7);
    assert_eq!((stats.pool.places, stats.pool.taken), (16, 0));
}

#[test]
fn failures_and_what_a_swap_makes_late_are_counted_across_swaps() {
    let observer = |name: &str| PluginSpec {
        name: "observer".to_owned(),
        ..plugin("observer", &format!(r#"{{"name":"{name}"}}"#))
    };
    let home = Home::new(policy([hostile("loop"), observer("old")]));
    let gate = home.open();
    gate.decide(step("a"));
    gate.observe(&output("a", "fine")).unwrap();
    gate.swap(&policy([hostile("nan"), observer("new")]))
        .unwrap();
    gate.decide(step("b"));

    let stats = gate.stats();
    let failures = BTreeMap::from([("out-of-fuel", 1), ("bad-output", 1)]);
    assert_eq!(stats.plugins["hostile"].score, failures);
    assert_eq!(stats.plugins["observer"].observe, [("read", 2)].into());
    assert_eq!((stats.outputs.taken, stats.outputs.late), (1, 1));
}

#[test]
fn an_answer_that_cannot_be_recorded_is_counted_as_that_alone() {
    let home = Home::new(policy([keywords()]));
    let gate = home.open();
    gate.decide(step("a"));
    std::fs::write(&home.config.audit_path, "").unwrap(); // cut from outside
    gate.decide(step("b"));
    gate.decide(step("c"));
    let decisions = Decisions {
        allow: 1,
        unrecorded: 2,
        ..Decisions::default()
    };
    assert_eq!(gate.stats().decisions, decisions);
}
