//! What is refused at load, again and again. A load compiles, so there are fewer.

use coldnotch::policy::{PluginSpec, Source};
use coldnotch::runtime::{Engine, EngineConfig};

use crate::support::*;
use crate::{alone, flat, little, told};

/// Loads of each that are compiled, and that come out of the cache.
const ROUNDS: usize = 3;
const CACHED: usize = 200;

fn probed(how: &str) -> PluginSpec {
    plugin("hostile", &format!(r#"{{"how":"{how}","probe":true}}"#))
}

#[test]
fn refused_loads_leave_nothing_behind() {
    let _alone = alone();
    let named = |name: &str| PluginSpec::new(name, Source::Path(guest(name)));
    let ungranted = PluginSpec {
        grants: Vec::new(),
        ..hostile("loop")
    };
    let engine = engine();
    let good = judge(&engine, &policy([keywords()]));
    let answer = good.judge(told("", "refund")).opinions;
    let refused = [
        (
            named("wrong-world"),
            "does not export `coldnotch:policy/scorer@0.1.0`",
        ),
        (named("ungranted"), "the plugin world offers no such thing"),
        (ungranted, r#"grants = ["history"]"#),
        (hostile("refuse"), "it refuses its settings: "),
        (hostile("loop-at-load"), "reading its settings: out of fuel"),
        (
            hostile("trap-at-load"),
            "reading its settings: trapped: unreachable",
        ),
        (
            probed("unreachable"),
            "on a neutral action: trapped: unreachable",
        ),
    ]
    .map(|(spec, words)| (policy([little(100_000, spec)]), words));
    flat("refused", ROUNDS, |_| {
        for (policy, words) in &refused {
            let e = build(&engine, policy).unwrap_err().to_string();
            assert!(e.contains(words), "{e}");
            assert_eq!(good.judge(told("", "refund")).opinions, answer);
        }
    });
}

#[test]
fn what_fails_out_of_the_cache_leaves_nothing_behind() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let config = EngineConfig {
        cache: Some(folder.path().join("cache")),
        ..small()
    };
    let engine = Engine::start(&config).unwrap();
    for (how, words) in [
        ("unreachable", "trapped: unreachable"),
        ("nan", "bad output: the risk is NaN"),
    ] {
        let policy = policy([little(100_000, probed(how))]);
        flat(how, CACHED, |_| {
            let e = build(&engine, &policy).unwrap_err().to_string();
            assert!(e.contains(words), "{e}");
        });
    }
}
