//! Ten thousand swaps, good and broken, under two threads that decide.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use coldnotch::approvals::Approvals;
use coldnotch::audit::Log;
use coldnotch::config::Config;
use coldnotch::gate::{Decision, Gate};
use coldnotch::judge::Judge;
use coldnotch::quarantine::Quarantine;
use coldnotch::runtime::{Engine, Generation};
use coldnotch::session::Sessions;
use coldnotch::verdict::Verdict;
use support::*;

const SWAPS: usize = 10_000;
/// Policies that are compiled once and found in the cache from then on.
const WORDS: usize = 3;
/// One in so many brings a policy that was never compiled before, and one brings
/// settings that are refused: both run the compiler, for up to a second.
const SLOW: usize = 2_000;
/// Decisions of each thread for each swap: as many as go into the time it takes.
const EACH: usize = 12;

/// A policy of two plugins that both say this word. In the wrong folder it has no
/// plugin.
fn saying(word: &str) -> String {
    let plugin = |name: &str| {
        format!(
            "[[plugin]]\nname = '{name}'\nsource = 'plugin.wasm'\nsettings = {{ name = '{word} ' }}\nlimits = {{ time = '10s' }}\n"
        )
    };
    plugin("left") + &plugin("right")
}

/// What a policy file brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Good,
    /// Compiled for the first time.
    New,
    BadConfig,
    NoComponent,
    BadComponent,
    BadSettings,
}

impl Kind {
    fn of(swap: usize) -> Kind {
        match swap % 10 {
            _ if swap % SLOW == 5 => Kind::New,
            _ if swap % SLOW == 6 => Kind::BadSettings,
            1 | 7 => Kind::BadConfig,
            4 => Kind::NoComponent,
            5 | 9 => Kind::BadComponent,
            _ => Kind::Good,
        }
    }

    fn text(self, swap: usize) -> String {
        let good = saying(&format!("w{}", swap % WORDS));
        match self {
            Kind::Good => good,
            Kind::New => saying(&format!("n{swap}")),
            Kind::BadConfig => good + "limit = { fuel = 1 }\n",
            Kind::NoComponent => good.replace("plugin.wasm", "missing.wasm"),
            Kind::BadComponent => good.replace("plugin.wasm", "broken.wasm"),
            Kind::BadSettings => good.replace("name = 'w", "nmae = 'w"),
        }
    }
}

/// The word that both plugins of one generation said.
fn word(decision: &Decision) -> &str {
    let said = |plugin| cause(decision, plugin).split_once(' ').unwrap().0;
    assert_eq!(
        said("left"),
        said("right"),
        "of two generations: {decision:?}"
    );
    said("left")
}

/// Kilobytes of this process in memory.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}

#[test]
fn ten_thousand_swaps_fail_no_decision_and_mix_none() {
    let mut home = Home::new(policy([]));
    fs::copy(guest("observer"), home.path("plugin.wasm")).unwrap();
    fs::write(home.path("broken.wasm"), b"\0asm\x0d\0\x01\0 broken").unwrap();
    home.config.engine.cache = Some(home.path("cache"));
    let file = home.path("coldnotch.toml");
    let load = |text: &str| Config::from_text(text, &file).map(|config| config.policy);

    let engine = Engine::start(&home.config.engine).unwrap();
    let first = Generation::build(&engine, &load(&saying("first")).unwrap()).unwrap();
    let judge = Judge::new(first, Sessions::new(home.config.session.clone()));
    let first = Arc::downgrade(&judge.generation());
    let mut words = HashMap::from([(judge.generation().id.to_string(), "first".to_owned())]);
    let log = Log::open(
        &home.config.audit_path,
        home.config.durability,
        std::time::UNIX_EPOCH,
    );
    let approvals = Approvals::new(home.config.approvals.clone());
    let gate = &Gate::new(
        judge,
        approvals,
        Box::new(home.human.clone()),
        log.unwrap().log,
        None,
        Quarantine::open(&home.path("quarantine.jsonl")).unwrap(),
    );

    let mut swapped = 0;
    #[cfg(target_os = "linux")]
    let mut memory = Vec::new();
    let seen = thread::scope(|scope| {
        let decide = |swaps: Receiver<()>| {
            let mut seen: HashMap<String, String> = HashMap::new();
            for _ in swaps.into_iter().flat_map(|()| 0..EACH) {
                let decision = gate.decide(action("note", "{}"));
                assert_eq!(decision.verdict, Verdict::Allow, "{decision:?}");
                assert!(decision.seq.is_some(), "{decision:?}");
                let known = seen.entry(decision.generation.clone());
                let known = known.or_insert_with(|| word(&decision).to_owned());
                assert_eq!(known, word(&decision), "{decision:?}");
            }
            seen
        };
        let deciders = [(); 2].map(|()| {
            let (begin, swaps) = mpsc::channel();
            (begin, scope.spawn(move || decide(swaps)))
        });
        for swap in 0..SWAPS {
            for (begin, _) in &deciders {
                begin.send(()).unwrap();
            }
            let kind = Kind::of(swap);
            let text = kind.text(swap);
            let before = gate.generation();
            let outcome = load(&text)
                .map_err(|e| e.to_string())
                .and_then(|policy| gate.swap(&policy).map_err(|e| e.to_string()));
            match (kind, outcome) {
                (Kind::Good | Kind::New, Ok((generation, changed))) => {
                    assert_eq!(changed, generation != before);
                    swapped += usize::from(changed);
                    let said = text.split("name = '").nth(2).unwrap().split(' ').next();
                    words.insert(generation, said.unwrap().to_owned());
                }
                (Kind::Good | Kind::New, Err(e)) => panic!("{kind:?}: {e}"),
                (_, Ok(_)) => panic!("{kind:?} was put in force"),
                (_, Err(_)) => assert_eq!(gate.generation(), before),
            }
            #[cfg(target_os = "linux")]
            if swap % (SWAPS / 10) == SWAPS / 20 {
                memory.push(resident());
            }
        }
        deciders.map(|(begin, decider)| {
            drop(begin);
            decider.join().unwrap()
        })
    });

    for (generation, said) in seen.into_iter().flatten() {
        assert_eq!(words.get(&generation), Some(&said));
    }
    println!("{swapped} of {SWAPS} swaps were put in force");
    assert!(swapped > SWAPS / 3, "{swapped}");
    assert!(first.upgrade().is_none(), "the first generation is kept");
    #[cfg(target_os = "linux")]
    {
        println!("resident, in kB: {memory:?}");
        // A generation is a megabyte or more; a hundred would show.
        let (early, late) = (memory[1], *memory.last().unwrap());
        assert!(late < early + (100 << 10), "{memory:?}");
    }
    swaps_follow_each_other(&home, gate, swapped);
}

/// Every swap in the log begins with what the one before it left in force, and the
/// last of them is in force now.
fn swaps_follow_each_other(home: &Home, gate: &Gate, count: usize) {
    let log = home.log();
    let swaps: Vec<_> = log.iter().filter(|line| line["kind"] == "swap").collect();
    assert_eq!(swaps.len(), count);
    for pair in swaps.windows(2) {
        assert_eq!(pair[0]["generation"], pair[1]["previous"]);
    }
    assert_eq!(swaps.last().unwrap()["generation"], gate.generation());
}

#[test]
fn swaps_that_meet_leave_log_and_gate_agreeing_on_the_last() {
    let home = Home::new(policy([]));
    let gate = &home.open();
    let swaps: usize = thread::scope(|scope| {
        let threads: Vec<_> = ["a", "b"]
            .map(|name| {
                scope.spawn(move || {
                    let swap = |n: usize| {
                        let policy = holding(&format!("{name}-{}", n % 3), []);
                        usize::from(gate.swap(&policy).unwrap().1)
                    };
                    (0..200).map(swap).sum::<usize>()
                })
            })
            .into();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    swaps_follow_each_other(&home, gate, swaps);
}
