//! Plugins that are asked about some types of action only.

use coldnotch::gate::{Decision, Gate};
use coldnotch::policy::PluginSpec;
use coldnotch::verdict::Verdict;
use serde_json::json;

use crate::support::*;

/// An observer of its own name that wants these types.
fn wanting(name: &str, kinds: &str) -> PluginSpec {
    PluginSpec {
        name: name.to_owned(),
        ..plugin(
            "observer",
            &format!(r#"{{"name":"{name}","kinds":{kinds}}}"#),
        )
    }
}

fn decide(gate: &Gate, id: &str, kind: &str) -> Decision {
    gate.decide(in_session("s", id, kind, "{}"))
}

fn asked(decision: &Decision) -> Vec<&str> {
    let plugins = decision.causes.iter().map(|cause| cause.plugin.as_str());
    plugins.collect()
}

#[test]
fn only_those_that_an_action_concerns_are_asked_and_recorded() {
    let home = Home::new(policy([
        wanting("mail", r#"["send_email"]"#),
        wanting("money", r#"["pay*","refund"]"#),
        wanting("all", r#"["*"]"#),
    ]));
    let gate = home.open();
    for (id, kind, names) in [
        ("a", "sendEmail", &["mail", "all"][..]),
        ("b", "pay_invoice", &["money", "all"]),
        ("c", "read_file", &["all"]),
    ] {
        assert_eq!(asked(&decide(&gate, id, kind)), names, "{kind}");
        let line = home.log().pop().unwrap();
        let recorded = line["plugins"].as_array().unwrap().iter();
        let recorded: Vec<_> = recorded.map(|plugin| &plugin["name"]).collect();
        assert_eq!(json!(recorded), json!(names), "{kind}");
    }
}

#[test]
fn who_is_not_asked_still_reads_the_outputs() {
    let home = Home::new(policy([wanting("money", r#"["pay"]"#)]));
    let gate = home.open();
    assert_eq!(decide(&gate, "a", "note").verdict, Verdict::Allow);
    gate.observe(&output("a", r#"{"iban":"DE02"}"#)).unwrap();
    let paid = decide(&gate, "b", "pay");
    assert_eq!(cause(&paid, "money"), "money1 4 iban; complete true");
}

#[test]
fn a_failed_observer_waits_for_a_decision_that_concerns_it() {
    let observer = plugin("observer", r#"{"on":"boom","kinds":["pay"]}"#);
    let home = Home::new(policy([observer]));
    let gate = home.open();
    decide(&gate, "a", "note");
    gate.observe(&output("a", "boom")).unwrap();
    assert_eq!(decide(&gate, "b", "note").verdict, Verdict::Allow);
    assert_eq!(decide(&gate, "c", "pay").verdict, Verdict::Hold);
    assert_eq!(decide(&gate, "d", "pay").verdict, Verdict::Allow);
}

#[test]
fn a_plugin_that_wants_nothing_is_refused() {
    let refused = build(&engine(), &policy([wanting("none", "[]")]));
    let message = refused.unwrap_err().to_string();
    let words = "it does not say which actions it is to be asked about: it names no type";
    assert!(message.contains(words), "{message}");
}
