//! Plugins that misbehave: each is stopped, named and never an ALLOW, and
//! nobody else notices.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "runtime/cache.rs"]
mod cache;
#[path = "runtime/load.rs"]
mod load;
#[path = "runtime/released.rs"]
mod released;
mod support;
#[path = "runtime/tricks.rs"]
mod tricks;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use coldnotch::action::Action;
use coldnotch::judge::Judge;
use coldnotch::policy::{Limits, PluginSpec, Source};
use coldnotch::runtime::{Allocation, Engine, EngineConfig};
use coldnotch::verdict::{Failure, Judged, Opinion, Rules, Verdict, combine};
use support::*;
use tricks::TRICKS;

fn hello() -> Action {
    action("note", r#"{"text":"hello, about the refund"}"#)
}

/// An action on which the guest misbehaves in this way.
fn told(how: &str) -> Action {
    action(
        "note",
        &format!(r#"{{"how":"{how}","text":"hello, about the refund"}}"#),
    )
}

/// The keyword stub and a guest that does as it is told, in this order.
fn keywords_and_hostile(engine: &Arc<Engine>) -> Judge {
    judge(engine, &policy([keywords(), hostile("as-told")]))
}

fn failure(judged: &Judged) -> &Failure {
    judged
        .opinions
        .last()
        .unwrap()
        .outcome
        .as_ref()
        .unwrap_err()
}

#[test]
fn a_misbehaving_plugin_is_named_held_and_unnoticed_by_others() {
    let engine = engine();
    let strict = Rules {
        on_plugin_failure: Verdict::Block,
        ..policy([]).rules
    };
    let (both, alone) = (
        keywords_and_hostile(&engine),
        judge(&engine, &policy([keywords()])),
    );
    for (how, expected) in [TRICKS; 5].into_iter().flatten() {
        let judged = both.judge(told(how));
        let [good, bad] = &judged.opinions[..] else {
            panic!("{judged:?}")
        };
        assert_eq!(bad.outcome_name(), expected, "{how}: {bad:?}");
        assert_eq!(judged.judgement.verdict, Verdict::Hold, "{how}");
        let only_bad = std::slice::from_ref(bad);
        assert_eq!(
            combine(&strict, "note", only_bad).verdict,
            Verdict::Block,
            "{how}"
        );
        let after = &alone.judge(told(how)).opinions[0];
        assert_eq!(good, after, "{how}: a good plugin's answer changed");
    }
}

#[test]
fn what_stopped_it_is_said_in_words() {
    let judge = keywords_and_hostile(&engine());
    for (how, words) in [
        ("loop", "out of fuel"),
        ("unreachable", "trapped: unreachable"),
        (
            "unsupported",
            "declined: it does not know this kind of action",
        ),
        ("missing-context", "declined: it misses the tenant"),
        ("internal", "declined: [2Jlost"),
        ("nan", "bad output: the risk is NaN, not a number in [0,1]"),
        (
            "over-one",
            "bad output: the risk is 1.5, not a number in [0,1]",
        ),
        ("many-reasons", "bad output: 33 reasons, more than 32"),
        (
            "many-evidence",
            "bad output: 33 pieces of evidence, more than 32",
        ),
        ("many-labels", "bad output: 33 labels, more than 32"),
        (
            "long-label",
            "bad output: a label of 65 bytes, more than 64",
        ),
    ] {
        let judged = judge.judge(told(how));
        assert_eq!(failure(&judged).to_string(), words);
        let words = format!("plugin 'hostile' could not judge: {words}");
        assert!(
            judged
                .judgement
                .causes
                .iter()
                .any(|cause| cause.reason.message == words)
        );
    }
}

#[test]
fn wall_time_stops_what_fuel_does_not() {
    let judge = judge(&engine(), &policy([slow(Duration::from_millis(20))]));
    let judged = judge.judge(hello());
    assert_eq!(failure(&judged), &Failure::TimedOut);
    assert_eq!(judged.judgement.verdict, Verdict::Hold);
}

#[test]
fn strange_but_allowed_answers_are_made_safe_to_show() {
    let judge = keywords_and_hostile(&engine());
    let answer = |how: &str| judge.judge(told(how)).opinions[1].outcome.clone().unwrap();
    let terminal = answer("terminal");
    let reason = &terminal.reasons[0];
    assert_eq!(reason.code, "ab");
    assert_eq!(reason.message, "]0;ownedevil line31m");
    assert_eq!(
        (&*reason.evidence[0].path, &*reason.evidence[0].text),
        ("path", "[8mhidden")
    );
    assert_eq!(terminal.labels, ["secret"]);

    let long = &answer("long-message").reasons[0].message;
    assert!(long.len() <= 1024 && long.ends_with("é…"), "{long}");
    assert_eq!(answer("empty-strings").reasons[0].message, "");
}

#[test]
fn a_plugin_that_cannot_be_prepared_reads_its_settings_at_each_call() {
    // `table.grow` is what the pre-initialiser cannot take.
    let cache = tempfile::tempdir().unwrap();
    let config = EngineConfig {
        cache: Some(cache.path().to_owned()),
        ..small()
    };
    for _ in ["compiled", "from the cache"] {
        let engine = Engine::start(&config).unwrap();
        let judge = judge(&engine, &policy([plugin("table", r#"{"name":"wörd"}"#)]));
        for _ in 0..3 {
            assert!(said(&judge.judge(hello())).starts_with("wörd "));
        }
        let e = build(&engine, &policy([plugin("table", r#"{"nam":1}"#)])).unwrap_err();
        assert!(e.to_string().contains("it refuses its settings"), "{e}");
    }
}

#[test]
fn what_the_pre_initialiser_breaks_on_judges_like_what_it_takes() {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds/component");
    let answers = ["raw", "memory-unexported", "global-unexported"].map(|name| {
        let source = Source::Path(Path::new(seeds).join(name).with_extension("wasm"));
        let spec = PluginSpec {
            source,
            ..plugin("hostile", "{}")
        };
        let judged = judge(&engine(), &policy([spec])).judge(hello());
        judged.opinions[0].outcome.clone()
    });
    assert!(answers[0].is_ok(), "{answers:?}");
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[test]
fn a_table_over_its_limit_is_out_of_memory() {
    let judge = judge(&engine(), &policy([plugin("table", "{}")]));
    let grown = |by: usize| judge.judge(action("note", &format!(r#"{{"by":{by}}}"#)));
    assert_eq!(grown(9_000).opinions[0].outcome_name(), "abstained");
    assert_eq!(grown(10_000).opinions[0].outcome, Err(Failure::OutOfMemory));
    assert_eq!(grown(10_000).judgement.verdict, Verdict::Hold);

    // Every guest has a table of its functions: the limit counts it.
    let limits = Limits {
        table: 1,
        ..Limits::default()
    };
    let spec = PluginSpec {
        limits,
        ..keywords()
    };
    let e = build(&engine(), &policy([spec])).unwrap_err();
    assert!(e.to_string().ends_with("out of memory"), "{e}");
}

#[test]
fn a_call_starts_from_the_prepared_state() {
    let settings = r#"{"how":"prepared","word":"wörd"}"#;
    let judge = judge(&engine(), &policy([plugin("hostile", settings)]));
    for _ in 0..3 {
        assert_eq!(
            said(&judge.judge(hello())),
            "prepared 1, asked 1, word wörd, same true"
        );
    }
}

#[test]
fn each_plugin_has_a_stack_of_its_own_size() {
    let with_stack = |name: &str, stack: usize| PluginSpec {
        name: name.to_owned(),
        limits: Limits {
            stack,
            ..hostile("recursion").limits
        },
        ..hostile("recursion")
    };
    let small = with_stack("small", 64 << 10);
    let large = with_stack("large", 1 << 20);
    let judge = judge(&engine(), &policy([small, large]));
    let judged = judge.judge(hello());
    let [small, large] = &judged.opinions[..] else {
        panic!("{judged:?}")
    };
    let trapped = |how: &str| Err(Failure::Trapped(how.to_owned()));
    assert_eq!(small.outcome, trapped("stack-overflow"));
    // With more it comes to the end of the stack that the guest itself keeps, in
    // its memory.
    assert_eq!(large.outcome, trapped("memory-out-of-bounds"));
    assert!(small.fuel < large.fuel, "{} {}", small.fuel, large.fuel);
}

#[test]
fn the_allocation_changes_no_answer() {
    let opinions = |allocation| -> Vec<Opinion> {
        let engine = Engine::start(&EngineConfig {
            allocation,
            ..small()
        })
        .unwrap();
        let judge = keywords_and_hostile(&engine);
        ["terminal", "loop", "memory", "recursion", "nan", "prepared"]
            .into_iter()
            .flat_map(|how| judge.judge(told(how)).opinions)
            .collect()
    };
    assert_eq!(opinions(Allocation::Pool), opinions(Allocation::OnDemand));
}

#[test]
fn a_full_pool_makes_callers_queue() {
    let engine = Engine::start(&EngineConfig {
        instances: 1,
        ..small()
    });
    let judge = &judge(&engine.unwrap(), &policy([keywords()]));
    let expected = &judge.judge(hello()).opinions;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                (0..25).for_each(|_| assert_eq!(&judge.judge(hello()).opinions, expected))
            });
        }
    });
}

#[test]
fn a_full_queue_is_a_failure_and_holds() {
    for (queue, patience, words) in [
        (
            0,
            Duration::from_secs(60),
            "overloaded: 0 calls are already waiting for an instance",
        ),
        (
            1,
            Duration::from_millis(1),
            "overloaded: no instance became free within 1ms",
        ),
    ] {
        let engine = Engine::start(&EngineConfig {
            instances: 1,
            queue,
            patience,
            ..small()
        });
        let engine = engine.unwrap();
        let slow = judge(&engine, &policy([slow(Duration::from_millis(200))]));
        let quick = judge(&engine, &policy([keywords()]));
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    slow.judge(hello());
                }
            });
            eventually("the only instance is taken", || {
                let judged = quick.judge(action("note", "{}"));
                let overloaded = judged.opinions[0].outcome.is_err();
                if overloaded {
                    assert_eq!(failure(&judged).to_string(), words);
                    assert_eq!(judged.judgement.verdict, Verdict::Hold);
                }
                overloaded
            });
            done.store(true, Ordering::Relaxed);
        });
    }
}
