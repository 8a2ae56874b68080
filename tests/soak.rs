//! Ten thousand bad calls of every kind between good ones: each is counted under
//! its own name, none is an ALLOW, and nothing is left behind by any.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "soak/loads.rs"]
mod loads;
#[path = "soak/sessions.rs"]
mod sessions;
mod support;
#[path = "runtime/tricks.rs"]
mod tricks;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::thread;

use coldnotch::action::Action;
use coldnotch::judge::Judge;
use coldnotch::policy::{Limits, PluginSpec, Policy};
use coldnotch::runtime::{Engine, EngineConfig};
use coldnotch::verdict::Verdict;
use parking_lot::{Mutex, MutexGuard};
use support::*;
use tricks::TRICKS;

const CALLS: usize = 10_000;

/// Answers that are odd, but answers.
const ODD: [(&str, &str); 3] = [
    ("empty-strings", "assessed"),
    ("long-message", "assessed"),
    ("terminal", "abstained"),
];

/// How often each outcome came.
type Outcomes = BTreeMap<&'static str, usize>;

/// These tests look at the memory of their process, so one runs at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock()
}

/// So many places and no queue: each instance that does not give its place back
/// leaves one less, and then a call is `overloaded`.
fn places(instances: u32) -> Arc<Engine> {
    let config = EngineConfig {
        instances,
        queue: 0,
        ..small()
    };
    Engine::start(&config).unwrap()
}

/// Runs `call` so often. The memory may not grow after the first tenth.
fn flat(what: &str, calls: usize, mut call: impl FnMut(usize)) {
    const ROOM: u64 = 8 << 20;
    let warm_up = calls.div_ceil(10);
    (0..warm_up).for_each(&mut call);
    let before = resident();
    (warm_up..calls).for_each(&mut call);
    let after = resident();
    assert!(
        after < before + ROOM,
        "{what}: {before} bytes, later {after}"
    );
}

/// Bytes of this process in memory; 0 where the system does not say.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.map(|line| line.trim().trim_end_matches(" kB").parse::<u64>().unwrap());
    kib.unwrap_or_default() << 10
}

/// The plugin with so little fuel and memory that it is stopped soon.
fn little(fuel: u64, spec: PluginSpec) -> PluginSpec {
    let limits = Limits {
        fuel,
        memory: 2 << 20,
        ..spec.limits
    };
    PluginSpec { limits, ..spec }
}

/// The same action each time, to its id and hour.
fn same(kind: &str, payload: &str) -> Action {
    Action {
        id: "same".to_owned(),
        at: 1,
        ..action(kind, payload)
    }
}

fn told(how: &str, text: &str) -> Action {
    same("note", &format!(r#"{{"how":"{how}","text":"{text}"}}"#))
}

/// The keyword stub and the hostile guest. Taking memory takes fuel.
fn keywords_and_hostile(engine: &Arc<Engine>, fuel: u64) -> Judge {
    judge(
        engine,
        &policy([keywords(), little(fuel, hostile("as-told"))]),
    )
}

#[test]
fn no_trick_is_an_allow_or_leaves_anything_behind() {
    let _alone = alone();
    let engine = places(4);
    let (lean, fat) = (
        keywords_and_hostile(&engine, 100_000),
        keywords_and_hostile(&engine, 4_000_000),
    );
    let stub = judge(&engine, &policy([keywords()]));
    let other = judge(&engine, &Policy::default());
    let mail = || {
        same(
            "send_email",
            r#"{"body":"We promise you a refund of 240 EUR"}"#,
        )
    };
    let mailed = other.judge(mail()).opinions;
    for (how, expected) in TRICKS.into_iter().chain(ODD) {
        let judge = match how {
            "memory" | "giant-string" => &fat,
            _ => &lean,
        };
        // About the one text the keyword stub has nothing to say, the other it holds.
        let texts = ["hello", "refund"];
        let stubs = texts.map(|text| stub.judge(told(how, text)).opinions);
        let mut outcomes = Outcomes::new();
        flat(how, CALLS, |call| {
            let judged = judge.judge(told(how, texts[call % 2]));
            let [good, bad] = &judged.opinions[..] else {
                panic!("{judged:?}")
            };
            *outcomes.entry(bad.outcome_name()).or_default() += 1;
            assert_eq!(good, &stubs[call % 2][0], "{how}");
            let allowed = bad.outcome.is_ok() && call % 2 == 0;
            let verdict = if allowed {
                Verdict::Allow
            } else {
                Verdict::Hold
            };
            assert_eq!(judged.judgement.verdict, verdict, "{how}");
            if call % 10 == 0 {
                assert_eq!(other.judge(mail()).opinions, mailed, "{how}");
            }
        });
        assert_eq!(outcomes, Outcomes::from([(expected, CALLS)]), "{how}");
    }
}

#[test]
fn tables_that_grow_without_end_leave_nothing_behind() {
    let _alone = alone();
    let judge = judge(
        &places(4),
        &policy([keywords(), little(200_000, plugin("table", "{}"))]),
    );
    let good = &judge.judge(told("", "hello")).opinions[0].outcome;
    let mut outcomes = Outcomes::new();
    flat("table", CALLS, |_| {
        let judged = judge.judge(same("note", r#"{"by":1000,"endless":true,"text":"hello"}"#));
        assert_eq!(judged.opinions[0].outcome, *good);
        assert_eq!(judged.judgement.verdict, Verdict::Hold);
        *outcomes
            .entry(judged.opinions[1].outcome_name())
            .or_default() += 1;
    });
    assert_eq!(outcomes, Outcomes::from([("out-of-memory", CALLS)]));
}

#[test]
fn as_many_callers_as_places_lose_none_to_tricks() {
    let _alone = alone();
    for callers in [1, 4] {
        let spec = little(4_000_000, hostile("as-told"));
        let judge = judge(&places(callers), &policy([spec]));
        let calls = || {
            let each = TRICKS.into_iter().filter(|(how, _)| *how != "loop").cycle();
            for (how, expected) in each.take(CALLS / callers as usize) {
                let judged = judge.judge(told(how, "hello"));
                assert_eq!(judged.opinions[0].outcome_name(), expected, "{how}");
                assert_eq!(judged.judgement.verdict, Verdict::Hold, "{how}");
            }
        };
        thread::scope(|scope| (0..callers).for_each(|_| drop(scope.spawn(calls))));
    }
}

#[test]
fn an_observer_that_fails_counts_each_time() {
    let _alone = alone();
    let engine = places(4);
    for how in ["fail", "trap", "too-much", "slow"] {
        let observer = plugin("observer", &format!(r#"{{"on":"boom","how":"{how}"}}"#));
        let judge = judge(&engine, &policy([keywords(), little(100_000, observer)]));
        let mut outcomes = Outcomes::new();
        flat(how, CALLS, |call| {
            let id = call.to_string();
            let judged = judge.judge(in_session("s", &id, "note", r#"{"text":"hello"}"#));
            assert_eq!(judged.opinions[0].outcome_name(), "abstained");
            let bad = judged.opinions[1].outcome_name();
            *outcomes.entry(bad).or_default() += 1;
            assert_eq!(
                judged.judgement.verdict == Verdict::Allow,
                bad == "abstained"
            );
            judge.observe(&output(&id, "boom")).unwrap();
        });
        let expected = [("abstained", 1), ("unobserved", CALLS - 1)]; // the first had read nothing
        assert_eq!(outcomes, Outcomes::from(expected), "{how}");
    }
}

#[test]
fn equal_inputs_get_equal_answers_of_a_plugin_that_looks_for_a_difference() {
    let _alone = alone();
    let engine = places(4);
    let asked = |name: &str| {
        little(
            10_000_000,
            plugin("nosy", &format!(r#"{{"name":"{name}","grow":0}}"#)),
        )
    };
    let judges = ["a", "b"].map(|name| judge(&engine, &policy([asked(name)])));
    let left = |name: &str| same("note", &format!(r#"{{"leave":"mark-of-{name};"}}"#));
    let first = judges[0].judge(left("own")).opinions;
    assert_eq!(first[0].outcome.as_ref().unwrap().reasons[0].message, "own");
    flat("nosy", CALLS, |call| {
        assert_eq!(judges[0].judge(left("own")).opinions, first);
        if call % 100 == 0 {
            // Of the same component, and of another: other bytes in the same memory.
            judges[call / 100 % 2].judge(left("other"));
        }
    });
}
