//! What plugins remember of a session.

use coldnotch::gate::Gate;
use coldnotch::policy::PluginSpec;
use coldnotch::verdict::Verdict;
use serde_json::json;

use crate::support::*;

/// Decides on a step of session `s`; what the observer's notes say.
fn notes(gate: &Gate, id: &str) -> String {
    cause(&gate.decide(step(id)), "observer").to_owned()
}

#[test]
fn an_observer_reads_each_output_once_without_any_grant() {
    let observer = PluginSpec {
        grants: Vec::new(),
        ..plugin("observer", "{}")
    };
    let home = Home::new(policy([observer]));
    let gate = home.open();
    assert_eq!(notes(&gate, "a"), "nothing read; complete true");
    gate.observe(&output("a", r#"{"b":["x","yz"]}"#)).unwrap();
    assert_eq!(notes(&gate, "b"), "1 3 b[0],b[1]; complete true");
    gate.observe(&output("b", "plain text")).unwrap();
    assert_eq!(notes(&gate, "c"), "2 13 ; complete true");
    assert_eq!(notes(&gate, "d"), "2 13 ; complete true");
}

#[test]
fn a_failed_observer_counts_at_the_next_decision_only() {
    for (how, why) in [
        ("fail", "declined: it could not read this"),
        ("trap", "trapped: unreachable"),
        (
            "too-much",
            "bad output: notes of 16385 bytes, more than 16384",
        ),
        ("slow", "out of fuel"),
    ] {
        let observer = plugin("observer", &format!(r#"{{"on":"boom","how":"{how}"}}"#));
        let home = Home::new(policy([observer.clone()]));
        let gate = home.open();
        gate.decide(step("a"));
        gate.observe(&output("a", "fine")).unwrap();
        gate.decide(step("b"));
        gate.observe(&output("b", "boom")).unwrap();

        let held = gate.decide(step("c"));
        assert_eq!(held.verdict, Verdict::Hold, "{how}");
        let words =
            format!("plugin 'observer' could not judge: could not read an earlier output: {why}");
        assert_eq!(held.reason, words);
        assert_eq!(
            home.log().last().unwrap()["plugins"][0]["outcome"],
            json!("unobserved")
        );
        assert_eq!(
            notes(&gate, "d"),
            "1 4 ; complete false",
            "{how}: the old notes stay"
        );

        // A swap that keeps the plugin keeps its notes: read anew it would fail again.
        gate.swap(&holding("pay", [observer])).unwrap();
        assert_eq!(notes(&gate, "e"), "1 4 ; complete false");
    }
}

#[test]
fn a_new_observer_catches_up_on_what_came_before_it() {
    let home = Home::new(policy([plugin("observer", "{}")]));
    let gate = home.open();
    for id in ["a", "b"] {
        gate.decide(step(id));
        gate.observe(&output(id, "word")).unwrap();
    }
    gate.swap(&policy([plugin("observer", r#"{"name":"new "}"#)]))
        .unwrap();
    assert_eq!(notes(&gate, "c"), "new 2 8 ; complete true");
    gate.observe(&output("c", "word")).unwrap();
    assert_eq!(notes(&gate, "d"), "new 3 12 ; complete true");
}

#[test]
fn what_was_dropped_before_it_could_be_read_makes_notes_incomplete() {
    let mut home = Home::new(policy([]));
    home.config.session.limits.bytes = 300;
    let gate = home.open();
    for id in ["a", "b"] {
        gate.decide(step(id));
        gate.observe(&output(id, &"x".repeat(200))).unwrap();
    }
    gate.swap(&policy([plugin("observer", "{}")])).unwrap();
    assert_eq!(notes(&gate, "c"), "1 200 ; complete false");
}
