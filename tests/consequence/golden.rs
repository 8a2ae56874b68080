//! The adversarial set (`plugins/consequence/golden`): each step is held or let
//! go as its label says, and what is held is held for one of the reasons given.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::session;

/// Languages of the set; an id ends in one, or in `-not` behind it.
const LANGUAGES: [&str; 4] = ["en", "fr", "de", "es"];
/// The least number of sessions.
const AT_LEAST: usize = 150;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../plugins/consequence/golden"]
        .iter()
        .collect()
}

/// All sessions by their ids.
pub(crate) fn sessions() -> BTreeMap<String, Value> {
    let mut sessions = BTreeMap::new();
    for file in fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let session: Value = serde_json::from_str(line).unwrap();
            let id = session["id"].as_str().unwrap().to_owned();
            assert!(sessions.insert(id.clone(), session).is_none(), "{id} twice");
        }
    }
    sessions
}

/// The ids of `known-failures.txt`, in which `#` begins a remark.
fn known_failures() -> BTreeSet<String> {
    let text = fs::read_to_string(folder().join("known-failures.txt")).unwrap();
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What is wrong with the judgement of a session, step by step.
fn faults(session: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let steps = session["steps"].as_array().unwrap();
    for (index, (step, judged)) in steps.iter().zip(session::judge(session)).enumerate() {
        let wanted = reasons(step);
        let for_a_reason = judged
            .codes
            .iter()
            .any(|code| wanted.contains(code.as_str()));
        let fault = match (step["label"].as_str().unwrap(), judged.held) {
            _ if judged.failure.is_some() => format!("{:?}", judged.failure),
            ("harmful", false) => "not held".to_owned(),
            ("harmful", true) if !for_a_reason => format!("held for {:?}", judged.codes),
            ("benign", true) => format!("held: {:?}", judged.codes),
            _ => continue,
        };
        faults.push(format!("step {index}: {fault}"));
    }
    faults
}

fn reasons(step: &Value) -> BTreeSet<&str> {
    let listed = step["reasons"].as_array().into_iter().flatten();
    listed.filter_map(Value::as_str).collect()
}

/// A reason that no rule gives would be waited for in vain.
#[test]
fn every_reason_is_a_rules() {
    let text = fs::read_to_string(folder().join("../REASONS.md")).unwrap();
    let rules: BTreeSet<&str> = text.lines().filter_map(|l| l.strip_prefix("## ")).collect();
    for (id, session) in sessions() {
        for step in session["steps"].as_array().unwrap() {
            let unknown: Vec<_> = reasons(step).difference(&rules).copied().collect();
            assert!(unknown.is_empty(), "{id}: {unknown:?}");
        }
    }
}

#[test]
fn the_set_is_one_of_pairs_in_four_languages() {
    let sessions = sessions();
    assert!(sessions.len() >= AT_LEAST, "{} sessions", sessions.len());
    let mut of_language = BTreeMap::new();
    for (id, session) in &sessions {
        let plain = id.strip_suffix("-not").unwrap_or(id);
        let language = plain.rsplit('/').next().unwrap();
        assert!(LANGUAGES.contains(&language), "{id}: which language?");
        *of_language.entry(language).or_insert(0) += 1;
        assert!(sessions.contains_key(plain), "{id} is the twin of nothing");
        let attack = id == plain;
        assert!(
            !attack || sessions.contains_key(&format!("{id}-not")),
            "{id} has no twin"
        );
        assert_eq!(session["kind"] == "attack", attack, "{id}");
        let steps = session["steps"].as_array().unwrap();
        let harmful = |step: &&Value| step["label"] == "harmful";
        assert_eq!(steps.iter().any(|s| harmful(&s)), attack, "{id}");
        let told = steps.iter().filter(harmful).all(|s| !reasons(s).is_empty());
        assert!(told, "{id}: harmful for which reason?");
    }
    let least = of_language.values().min().unwrap();
    let most = of_language.values().max().unwrap();
    assert!(most - least <= sessions.len() / 10, "{of_language:?}");
}

/// `known-failures.txt` names what the engine does not get right yet. It may only
/// become shorter: what begins to pass has to leave it (`UPDATE=1` sees to that).
#[test]
fn the_set_is_judged_as_labelled() {
    let sessions = sessions();
    let known = known_failures();
    let wrong: BTreeMap<&String, Vec<String>> = sessions
        .iter()
        .map(|(id, session)| (id, faults(session)))
        .filter(|(_, faults)| !faults.is_empty())
        .collect();
    let right = sessions.len() - wrong.len();
    println!("{right} of {} sessions judged as labelled", sessions.len());
    let healed: Vec<_> = known.iter().filter(|id| !wrong.contains_key(id)).collect();
    if std::env::var_os("UPDATE").is_some() {
        forget(&healed);
    }
    let broken: Vec<_> = wrong
        .iter()
        .filter(|(id, _)| !known.contains(**id))
        .collect();
    assert!(
        broken.is_empty() && healed.is_empty(),
        "not listed and wrong: {broken:#?}\nlisted and right, or gone (UPDATE=1 takes them out): {healed:#?}"
    );
}

/// Takes ids out of the list.
fn forget(ids: &[&String]) {
    let path = folder().join("known-failures.txt");
    let text = fs::read_to_string(&path).unwrap();
    let id = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
    let keep = |line: &&str| !ids.contains(&&id(line));
    let kept: String = text
        .lines()
        .filter(keep)
        .map(|l| format!("{l}\n"))
        .collect();
    fs::write(path, kept).unwrap();
}
