//! No byte of one decision, session or plugin is seen by another. The guest
//! `nosy` says whose marks it finds in all it can reach.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use coldnotch::action::{Action, Observation};
use coldnotch::judge::Judge;
use coldnotch::policy::{Limits, PluginSpec};
use coldnotch::runtime::{Allocation, Engine, EngineConfig};
use coldnotch::session::{SessionConfig, Sessions};
use coldnotch::verdict::{Judged, Opinion};
use support::*;
use tempfile::TempDir;

/// How a call that left its mark everywhere ends: with an answer, or not.
const ENDS: [&str; 4] = ["", "decline", "panic", "loop"];

/// A nosy plugin that grows its memory by so many pages. Fuel for reading all of it.
fn nosy(name: &str, grow: usize) -> PluginSpec {
    let spec = plugin("nosy", &format!(r#"{{"name":"{name}","grow":{grow}}}"#));
    let limits = Limits {
        fuel: 60_000_000,
        ..spec.limits
    };
    PluginSpec { limits, ..spec }
}

/// One component, and by their settings two plugins: one within the memory that
/// stays resident, one beyond it.
fn two() -> [PluginSpec; 2] {
    [nosy("one", 2), nosy("two", 6)]
}

/// Every way to allocate and to clean up, with so many places. Compiled plugins
/// are kept in `cache`, as not to compile for each.
fn engines(instances: u32, cache: &TempDir) -> impl Iterator<Item = (String, Arc<Engine>)> {
    let pool = |keep_resident, pagemap_scan| (Allocation::Pool, keep_resident, pagemap_scan);
    let ways = [
        (Allocation::OnDemand, 0, false),
        pool(0, false),
        pool(256 << 10, false),
        pool(256 << 10, true),
        pool(2 << 20, false),
        pool(2 << 20, true),
    ];
    ways.into_iter().map(move |way| {
        let (allocation, keep_resident, pagemap_scan) = way;
        let config = EngineConfig {
            instances,
            allocation,
            keep_resident,
            pagemap_scan,
            cache: Some(cache.path().to_owned()),
            ..small()
        };
        (format!("{way:?}"), Engine::start(&config).unwrap())
    })
}

/// What a nosy plugin found: whose marks, and the name in its notes.
fn found(opinion: &Opinion) -> (&str, &str) {
    let reason = &opinion.outcome.as_ref().unwrap().reasons[0];
    (&reason.message, &reason.evidence[1].text)
}

/// An action of a session that shows its mark wherever an action can, and looks
/// for others' everywhere.
fn marked(name: &str, session: &str, id: &str, end: &str, others: &[&str]) -> Action {
    let mark = format!("mark-of-{name};");
    let payload = serde_json::json!({"leave": mark, "end": end, "seek": others, "text": mark});
    Action {
        agent: mark.clone(),
        summary: mark.clone(),
        intent: Some(mark.clone()),
        context: object(&format!(r#"{{"a":"{mark}"}}"#)),
        ..in_session(session, id, "note", &payload.to_string())
    }
}

fn assert_only(name: &str, judged: &Judged, way: &str) {
    for opinion in &judged.opinions {
        assert_eq!(found(opinion).0, name, "{way}: {}", opinion.plugin);
    }
}

#[test]
fn a_call_finds_nothing_of_the_calls_before_it() {
    // One place, so that a call gets the memory of the one before.
    for (way, engine) in engines(1, &tempfile::tempdir().unwrap()) {
        let judge = judge(&engine, &policy(two()));
        for (n, end) in ENDS.into_iter().enumerate() {
            let (first, next) = (format!("first{n}"), format!("next{n}"));
            let ended = judge.judge(marked(&first, "", "a", end, &[]));
            let answered = |opinion: &Opinion| opinion.outcome.is_ok() == end.is_empty();
            assert!(ended.opinions.iter().all(answered), "{ended:?}");
            let judged = judge.judge(marked(&next, "", "a", "", &[&first]));
            assert_only(&next, &judged, &way);
        }
    }
}

#[test]
fn another_plugin_finds_nothing_either() {
    for (way, engine) in engines(1, &tempfile::tempdir().unwrap()) {
        let marks = judge(&engine, &policy(two()));
        let looks = judge(&engine, &policy([nosy("other", 4)]));
        for (n, end) in ENDS.into_iter().enumerate() {
            let name = format!("looks{n}");
            marks.judge(marked("marks", "", "a", end, &[]));
            assert_only(
                &name,
                &looks.judge(marked(&name, "", "b", "", &["marks"])),
                &way,
            );
        }
    }
}

/// Steps of one session, each with an output: nobody else's marks, one's own
/// notes and, from the second step on, one's own history.
fn assert_alone(judge: &Judge, (name, session): (&str, &str), others: &[&str], n: usize) {
    let id = format!("{n}");
    let judged = judge.judge(marked(name, session, &id, "", others));
    for (opinion, own) in judged.opinions.iter().zip(["one", "two"]) {
        let (all, own) = match n {
            0 => (name.to_owned(), ""),
            _ => (format!("{name},{name} in the history"), own),
        };
        assert_eq!(found(opinion), (&*all, own), "{session:?} step {n}");
    }
    let seen = Observation {
        session: session.to_owned(),
        id,
        output: format!(r#"{{"a":["mark-of-{name};"],"n":{n}}}"#),
        succeeded: Some(true),
    };
    judge.observe(&seen).unwrap();
}

/// Names of sessions that only a careless key would mix up, and their marks.
const SESSIONS: [(&str, &str); 4] = [("ana", "s"), ("bea", "S"), ("cid", "s "), ("dan", "s\0")];
const NAMES: [&str; 4] = ["ana", "bea", "cid", "dan"];

#[test]
fn a_session_finds_its_own_history_and_a_plugin_its_own_notes() {
    let folder = tempfile::tempdir().unwrap();
    let config = |sessions, state: Option<&str>| SessionConfig {
        sessions: NonZeroUsize::new(sessions).unwrap(),
        state: state.map(|file| folder.path().join(file)),
        ..SessionConfig::default()
    };
    // In memory; read back from the file at every turn.
    for config in [config(16, None), config(1, Some("state.db"))] {
        let sessions = Sessions::new(config);
        let judge = Judge::new(build(&engine(), &policy(two())).unwrap(), sessions);
        for n in 0..8 {
            for session in SESSIONS {
                assert_alone(&judge, session, &NAMES, n);
            }
        }
    }
}

#[test]
fn threads_that_take_turns_find_nothing_of_each_other() {
    for (way, engine) in engines(2, &tempfile::tempdir().unwrap()) {
        let judge = &judge(&engine, &policy(two()));
        thread::scope(|scope| {
            for session in SESSIONS {
                scope.spawn(move || (0..8).for_each(|n| assert_alone(judge, session, &NAMES, n)));
            }
            scope.spawn(|| {
                for end in ENDS {
                    judge.judge(marked("eve", "", "e", end, &NAMES));
                    assert_only(
                        "eve",
                        &judge.judge(marked("eve", "", "e", "", &NAMES)),
                        &way,
                    );
                }
            });
        });
    }
}

#[test]
fn a_table_that_grew_is_its_first_size_again() {
    for (way, engine) in engines(1, &tempfile::tempdir().unwrap()) {
        let judge = judge(&engine, &policy([plugin("table", r#"{"name":"own"}"#)]));
        let first = said(&judge.judge(action("note", "{}"))).to_owned();
        assert!(first.starts_with("own "), "{way}: {first}");
        for payload in [r#"{"by":5000}"#, r#"{"by":1000,"endless":true}"#, "{}"] {
            judge.judge(action("note", payload));
            assert_eq!(
                said(&judge.judge(action("note", "{}"))),
                first,
                "{way} after {payload}"
            );
        }
    }
}
