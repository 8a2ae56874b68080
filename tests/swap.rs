//! Policies that change while decisions are made: all at once or not at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use coldnotch::action::Action;
use coldnotch::config::Config;
use coldnotch::gate::{Decision, Gate};
use coldnotch::runtime::EngineConfig;
use coldnotch::verdict::Verdict;
use coldnotch::watch::Watch;
use support::*;

/// A gate whose policy is a file that is watched.
struct Watched {
    home: Home,
    gate: Arc<Gate>,
    loads: Arc<AtomicUsize>,
    _watch: Watch,
}

impl Watched {
    fn start(text: &str) -> Self {
        let mut home = Home::new(policy([]));
        let file = home.path("coldnotch.toml");
        fs::copy(guest("observer"), home.path("plugin.wasm")).unwrap();
        fs::write(&file, text).unwrap();
        home.config.policy = Config::load(Some(&file)).unwrap().policy;
        home.config.file = Some(file.clone());
        home.config.engine = EngineConfig {
            instances: 4,
            ..small()
        };
        let gate = Arc::new(home.open());
        let loads = Arc::new(AtomicUsize::new(0));
        let counted = loads.clone();
        let load = move |in_force: Option<&Path>| {
            counted.fetch_add(1, Ordering::SeqCst);
            Config::load(in_force)
        };
        let watch = Watch::start(gate.clone(), &home.config, load).unwrap();
        Watched {
            home,
            gate,
            loads,
            _watch: watch,
        }
    }

    /// Writes the configuration as an editor does: beside it, then over it.
    fn write(&self, text: &str) {
        replace(&self.home.path("coldnotch.toml"), text.as_bytes());
    }

    /// Waits until a generation other than this one is in force.
    fn swapped_from(&self, generation: &str) -> String {
        eventually("a swap", || self.gate.generation() != generation);
        self.gate.generation()
    }

    /// Changes something and waits until it was tried. Loading is done when the
    /// next reading begins, so the configuration is written anew once more.
    fn tried(&self, change: impl FnOnce()) {
        self.read(change);
        let file = self.home.path("coldnotch.toml");
        self.read(|| replace(&file, &fs::read(&file).unwrap()));
    }

    /// Changes something and waits until the configuration was read again.
    fn read(&self, change: impl FnOnce()) {
        let before = self.loads.load(Ordering::SeqCst);
        change();
        eventually("a reload", || self.loads.load(Ordering::SeqCst) > before);
    }
}

fn replace(path: &Path, bytes: &[u8]) {
    let beside = path.with_extension("new");
    fs::write(&beside, bytes).unwrap();
    fs::rename(beside, path).unwrap();
}

/// Blocks notes.
const BY_POLICY: &str = "plugin = []\n[policy]\nblock_types = ['note']\n";
/// Lets them pass, after the keyword stub has had its say.
const BY_KEYWORDS: &str = "[policy]\nhold_if_risk_over = 0.9\n[[plugin]]\nname = 'keywords'\nsource = 'builtin:keywords'\n";
/// The observer, from a file beside the configuration.
const FROM_FILE: &str = "[[plugin]]\nname = 'observer'\nsource = 'plugin.wasm'\n";

fn refund() -> Action {
    action("note", r#"{"text":"refund"}"#)
}

/// Which of the two policies decided, all by itself.
fn decider(decision: &Decision) -> &'static str {
    let causes: Vec<&str> = decision.causes.iter().map(|cause| &*cause.plugin).collect();
    match (&causes[..], decision.verdict) {
        (["policy"], Verdict::Block) => BY_POLICY,
        (["keywords"], Verdict::Allow) => BY_KEYWORDS,
        _ => panic!("of two generations, or failed: {decision:?}"),
    }
}

#[test]
fn a_changed_file_swaps_between_decisions_and_never_within_one() {
    const SWAPS: usize = 4;
    let watched = Watched::start(BY_POLICY);
    let gate = &watched.gate;
    let first = gate.generation();
    let (done, decided) = (&AtomicBool::new(false), &AtomicUsize::new(0));
    thread::scope(|scope| {
        let deciders: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = Vec::new();
                    while !done.load(Ordering::Relaxed) {
                        let decision = gate.decide(refund());
                        assert!(decision.seq.is_some(), "{decision:?}");
                        seen.push((decision.generation.clone(), decider(&decision)));
                        decided.fetch_add(1, Ordering::Relaxed);
                    }
                    seen
                })
            })
            .collect();
        let mut generation = first.clone();
        for swap in 0..SWAPS {
            watched.write(if swap % 2 == 0 {
                BY_KEYWORDS
            } else {
                BY_POLICY
            });
            generation = watched.swapped_from(&generation);
            assert_eq!(gate.decide(refund()).generation, generation);
            let before = decided.load(Ordering::Relaxed);
            eventually("decisions under it", || {
                decided.load(Ordering::Relaxed) > before + 4
            });
        }
        assert_eq!(generation, first, "equal policies have equal generations");
        done.store(true, Ordering::Relaxed);
        for (generation, decider) in deciders
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
        {
            let policy = if generation == first {
                BY_POLICY
            } else {
                BY_KEYWORDS
            };
            assert_eq!(decider, policy, "{generation}");
        }
    });
    let swaps = watched
        .home
        .kinds()
        .into_iter()
        .filter(|kind| kind == "swap")
        .count();
    assert_eq!(swaps, SWAPS);
}

#[test]
fn a_file_that_goes_away_or_is_emptied_is_no_new_policy() {
    let watched = Watched::start(BY_POLICY);
    let first = watched.gate.generation();
    let file = watched.home.path("coldnotch.toml");
    watched.read(|| fs::remove_file(&file).unwrap());
    watched.read(|| fs::write(&file, " \n").unwrap());
    watched.read(|| replace(&file, BY_POLICY.as_bytes()));
    assert_eq!(watched.gate.generation(), first);
    assert_eq!(decider(&watched.gate.decide(refund())), BY_POLICY);
    watched.write(BY_KEYWORDS);
    watched.swapped_from(&first);
    assert!(
        watched
            .home
            .kinds()
            .iter()
            .filter(|kind| *kind == "swap")
            .count()
            == 1
    );
}

#[test]
fn what_cannot_be_loaded_changes_nothing() {
    let watched = Watched::start(FROM_FILE);
    let first = watched.gate.generation();
    let note = || watched.gate.decide(action("note", "{}"));
    for wrong in [
        "[policy\n",
        "[policy]\nblok_types = []\n",
        "[policy]\nhold_if_risk_over = 2\n",
        "[[plugin]]\nname = 'p'\nsource = 'missing.wasm'\n",
    ] {
        watched.tried(|| watched.write(wrong));
        assert!(note().may_run());
        assert_eq!(watched.gate.generation(), first, "{wrong}");
    }
    watched.tried(|| watched.write(FROM_FILE));
    watched.tried(|| {
        replace(
            &watched.home.path("plugin.wasm"),
            b"\0asm\x0d\0\x01\0 broken",
        )
    });
    assert!(note().may_run());
    assert_eq!(watched.gate.generation(), first);

    // The way out is a file that can be loaded.
    let wasm = fs::read(guest("hostile")).unwrap();
    replace(&watched.home.path("plugin.wasm"), &wasm);
    watched.write(&format!(
        "{FROM_FILE}settings = {{ how = 'prepared' }}\ngrants = ['history']\n"
    ));
    let second = watched.swapped_from(&first);
    let decision = note();
    assert_eq!(decision.generation, second);
    assert!(
        cause(&decision, "observer").starts_with("prepared 1"),
        "{decision:?}"
    );
    assert_eq!(
        watched
            .home
            .kinds()
            .iter()
            .filter(|kind| *kind == "swap")
            .count(),
        1
    );
}

#[test]
fn a_changed_plugin_file_is_a_new_generation() {
    let watched = Watched::start(FROM_FILE);
    let first = watched.gate.generation();
    // Another component that behaves alike: a custom section more.
    let mut wasm = fs::read(guest("observer")).unwrap();
    wasm.extend_from_slice(b"\0\x05\x04note");
    replace(&watched.home.path("plugin.wasm"), &wasm);
    let second = watched.swapped_from(&first);
    let decision = watched.gate.decide(action("note", "{}"));
    assert_eq!(
        (decision.generation, decision.verdict),
        (second, Verdict::Allow)
    );
}

#[test]
fn a_plugin_may_come_after_its_configuration() {
    let watched = Watched::start(BY_POLICY);
    let first = watched.gate.generation();
    watched.tried(|| watched.write("[[plugin]]\nname = 'late'\nsource = 'late.wasm'\n"));
    assert_eq!(watched.gate.generation(), first);
    fs::copy(guest("observer"), watched.home.path("late.wasm")).unwrap();
    watched.swapped_from(&first);
}

#[cfg(unix)]
#[test]
fn a_hangup_reloads_and_reopens_the_log() {
    let watched = Watched::start(BY_POLICY);
    let gate = &watched.gate;
    gate.decide(refund());
    fs::write(&watched.home.config.audit_path, "").unwrap(); // cut from outside
    assert_eq!(gate.decide(action("other", "{}")).verdict, Verdict::Block);
    watched.read(|| signal_hook::low_level::raise(signal_hook::consts::SIGHUP).unwrap());
    assert!(gate.decide(action("other", "{}")).may_run());
    assert_eq!(watched.home.kinds()[0], "recovery");
}

#[test]
fn nothing_is_reloaded_after_the_watch_is_gone() {
    let Watched {
        home,
        gate,
        loads,
        _watch,
    } = Watched::start(BY_POLICY);
    drop(_watch);
    let reads = loads.load(Ordering::SeqCst);
    replace(&home.path("coldnotch.toml"), BY_KEYWORDS.as_bytes());
    assert_eq!(decider(&gate.decide(refund())), BY_POLICY);
    assert_eq!(loads.load(Ordering::SeqCst), reads);
    assert_eq!(Arc::strong_count(&gate), 1, "no thread keeps the gate");
}
