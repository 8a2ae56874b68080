//! A candidate's way into force and back, with the built command.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::command::{Place, Stream, allowed, answers, errors, lines, plugin, watched};
use crate::with;

/// Version `version` of the pack `refunds`: refunds over the limit are held.
fn pack(version: &str, limit: u32, cases: &str) -> Vec<u8> {
    use coldnotch::json::Object;
    use coldnotch::plugins::manifest::Manifest;
    let rule = json!({
        "name": "over-limit", "types": ["refund"], "when": format!("payload.amount > {limit}"),
        "then": "hold", "because": format!("It is over {limit}."),
    });
    let manifest = with(json!({
        "name": "refunds", "version": version, "lang": "component", "grants": ["history"],
        "settings": {"rules": [rule]},
    }));
    let manifest = Manifest::parse(Object::from_value(&manifest).unwrap()).unwrap();
    let cases = Some(cases.as_bytes()).filter(|cases| !cases.is_empty());
    manifest.embed(&plugin("rules"), cases).unwrap()
}

const ENTRIES: &str = "\
[[plugin]]
name = 'refunds' # since May
source = 'one.wasm'
grants = ['history']

[[plugin]]
name = 'refunds-next'
source = 'two.wasm'
mode = 'canary'
share = 0.000001
grants = ['history']
";

/// Version 1 holds over 100 and is in force, version 2 holds over 200 and is a candidate.
fn place() -> Place {
    let place = Place::new(ENTRIES);
    fs::write(place.path("one.wasm"), pack("1.0.0", 100, "")).unwrap();
    fs::write(place.path("two.wasm"), pack("2.0.0", 200, "")).unwrap();
    let steps =
        [60, 150, 250].map(|amount| json!({"type": "refund", "payload": {"amount": amount}}));
    let session = json!({"id": "s-1", "steps": steps});
    fs::write(place.path("sessions.jsonl"), format!("{session}\n")).unwrap();
    place
}

fn config(place: &Place) -> String {
    fs::read_to_string(place.path("coldnotch.toml")).unwrap()
}

/// What becomes of refunds of 60, 150 and 250.
fn decided(place: &Place) -> Vec<String> {
    let actions = [60, 150, 250].map(|amount| refund(amount) + "\n").concat();
    let output = place.run("decide --deny", actions);
    let word = |answer: &Value| answer["decision"].as_str().unwrap().to_owned();
    answers(&output).iter().map(word).collect()
}

fn refund(amount: u32) -> String {
    json!({"type": "refund", "payload": {"amount": amount}}).to_string()
}

/// Runs it with `--json`; the exit code and what it said.
fn told(place: &Place, line: &str) -> (Option<i32>, Value) {
    let output = place.run(&format!("--json plugin {line}"), "");
    assert!(!output.stdout.is_empty(), "{}", errors(&output));
    let said = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), said)
}

#[test]
fn what_would_let_through_refuses_promotion_unless_a_person_named_it() {
    let place = place();
    let (code, said) = told(&place, "promote refunds-next sessions.jsonl");
    assert_eq!((code, &said["promoted"]), (Some(5), &json!(false)));
    assert_eq!(
        (&said["decisions"], &said["replaces"], &said["generation"]),
        (&json!(3), &json!("refunds"), &Value::Null)
    );
    assert_eq!(
        said["flips"],
        json!([{
            "at": "s-1#1", "type": "refund", "from": "hold", "to": "allow",
            "cause": "refunds over-limit: It is over 100.", "accepted": false,
        }])
    );
    assert_eq!(config(&place), ENTRIES);
    assert!(!place.path("coldnotch_generations").exists());

    // Another flip than this one does not do, and text says the same as JSON.
    fs::write(
        place.path("flips"),
        "s-1#1 block->allow\ns-1#2 hold->allow\n",
    )
    .unwrap();
    let line = "plugin promote refunds-next sessions.jsonl --accept-flips flips";
    let refused = place.run(line, "");
    assert_eq!(refused.status.code(), Some(5));
    let text = String::from_utf8(refused.stdout).unwrap();
    let flip = "s-1#1 hold->allow  refund  refunds over-limit: It is over 100.";
    assert!(text.starts_with(&format!("{flip}\n")), "{text}");
    assert!(text.contains("not promoted: 1 would run"), "{text}");

    fs::write(place.path("flips"), format!("# Ana, in May\n{flip}\n")).unwrap();
    let dry = place.run(&format!("{line} --dry-run"), "");
    assert_eq!(
        (dry.status.code(), config(&place).as_str()),
        (Some(0), ENTRIES)
    );
    let promoted = place.run(line, "");
    assert_eq!(promoted.status.code(), Some(0), "{}", errors(&promoted));
    assert_eq!(
        config(&place),
        ENTRIES
            .replace("# since May\n", "# since May\nmode = \"shadow\"\n")
            .replace("'canary'\nshare = 0.000001\n", "\"enforce\"\n")
    );
    assert_eq!(decided(&place), ["allow", "allow", "hold"]);
}

#[test]
fn one_step_leads_back_whatever_became_of_the_files() {
    let place = place();
    fs::write(place.path("flips"), "s-1#1 hold->allow").unwrap();
    let line = "promote refunds-next sessions.jsonl --accept-flips flips";
    let (code, promoted) = told(&place, line);
    assert_eq!(code, Some(0), "{promoted}");
    let kept: Vec<String> = told(&place, "rollback --list")
        .1
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["generation"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        json!(kept),
        json!([promoted["generation"], promoted["before"]])
    );

    // Somebody builds over what was in force before.
    fs::write(place.path("one.wasm"), pack("1.0.1", 5, "")).unwrap();
    let (code, back) = told(&place, "rollback");
    assert_eq!(
        (code, &back["generation"]),
        (Some(0), &promoted["generation"])
    );
    assert_eq!(decided(&place), ["allow", "allow", "hold"]);
    assert!(
        config(&place).contains("coldnotch_generations/"),
        "{}",
        config(&place)
    );

    // And further back, by its name.
    let to = promoted["before"].as_str().unwrap();
    assert_eq!(told(&place, &format!("rollback {to}")).0, Some(0));
    assert_eq!(decided(&place), ["allow", "hold", "hold"]);
    let unknown = place.run("plugin rollback g0", "");
    assert!(errors(&unknown).contains("no generation g0 was kept"));

    // A copy that was changed leads nowhere.
    let copies = fs::read_dir(place.path("coldnotch_generations")).unwrap();
    let copies: Vec<PathBuf> = copies.map(|entry| entry.unwrap().path()).collect();
    for copy in copies
        .iter()
        .filter(|copy| copy.extension().unwrap() == "wasm")
    {
        fs::write(copy, "changed").unwrap();
    }
    let before = config(&place);
    let refused = place.run(&format!("plugin rollback {to}"), "");
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(config(&place), before);
}

#[test]
fn the_log_says_what_a_candidate_would_have_done() {
    let place = place();
    let nothing = place.run("plugin promote refunds-next", "");
    assert_eq!(nothing.status.code(), Some(1));
    assert_eq!(decided(&place), ["allow", "hold", "hold"]);
    let log = fs::read_to_string(place.log()).unwrap();
    let of_next = |line: &Value| line["plugins"][1]["part"] == "shadow";
    assert!(
        lines(&log)
            .iter()
            .filter(|line| line["kind"] == "decision")
            .all(of_next)
    );
    let (code, said) = told(&place, "promote refunds-next");
    assert_eq!((code, &said["decisions"]), (Some(5), &json!(3)), "{said}");
    let flip = &said["flips"][0];
    assert_eq!(
        (&flip["from"], &flip["to"]),
        (&json!("hold"), &json!("allow"))
    );
    assert!(flip["at"].as_str().unwrap().starts_with("seq "), "{flip}");
    assert_eq!(flip["cause"], "refunds over-limit: It is over 100.");
    // Another component was not in the log.
    fs::write(place.path("two.wasm"), pack("2.0.1", 300, "")).unwrap();
    let other = place.run("plugin promote refunds-next", "");
    assert!(
        errors(&other).contains("as it is now"),
        "{}",
        errors(&other)
    );
}

#[test]
fn promotion_and_rollback_reach_a_running_gate() {
    let place = place();
    let mut stream = Stream::start(place.command("decide --deny"));
    watched(&place, &mut stream, ENTRIES);
    assert_eq!(stream.ask(&refund(150))["decision"], "hold");
    fs::write(place.path("flips"), "s-1#1 hold->allow").unwrap();
    let (code, said) = told(
        &place,
        "promote refunds-next sessions.jsonl --accept-flips flips",
    );
    assert_eq!(code, Some(0), "{said}");
    stream.heard("policy swapped");
    allowed(&stream.ask(&refund(150)));
    assert_eq!(told(&place, "rollback").0, Some(0));
    stream.heard("policy swapped");
    assert_eq!(stream.ask(&refund(150))["decision"], "hold");
    stream.end();
}

#[test]
fn a_policy_whose_golden_cases_fail_is_not_put_in_force() {
    let case = |name: &str, amount: u32, verdict: &str| {
        let action = json!({"type": "refund", "payload": {"amount": amount}});
        json!({"name": name, "action": action, "expect": {"verdict": verdict}}).to_string()
    };
    let cases = [case("small", 60, "abstain"), case("large", 150, "hold")].join("\n");
    let entry = "[[plugin]]\nname = 'refunds'\nsource = 'one.wasm'\ngrants = ['history']\n";
    let place = Place::new(entry);
    fs::write(place.path("one.wasm"), pack("1.0.0", 100, &cases)).unwrap();
    let mut stream = Stream::start(place.command("decide --deny"));
    watched(&place, &mut stream, entry);
    assert_eq!(stream.ask(&refund(150))["decision"], "hold");
    let before = stream.ask(&refund(60))["generation"].clone();
    // A version that no longer does what its cases say.
    place.replace("one.wasm", pack("1.0.1", 200, &cases));
    let said = stream.heard("policy not swapped");
    let why = "its golden cases are not as expected here: 1 of 2 are not: 'large': verdict is abstain, not hold";
    assert!(
        said.contains(why) && said.contains("stays in force"),
        "{said}"
    );
    let after = stream.ask(&refund(150));
    assert_eq!(
        (&after["decision"], &after["generation"]),
        (&json!("hold"), &before)
    );
    stream.end();
    let check = place.run("config check", "");
    assert_eq!(check.status.code(), Some(1));
    assert!(errors(&check).contains(why), "{}", errors(&check));
}
