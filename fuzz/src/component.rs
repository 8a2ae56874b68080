//! A foreign component on its way to become a plugin: read, looked at, prepared,
//! compiled, linked, probed, and asked about one action.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use coldnotch::action::Action;
use coldnotch::history::View;
use coldnotch::notes::Notes;
use coldnotch::policy::{Grant, Limits, PluginSpec, Policy, Source};
use coldnotch::runtime::{Component, Engine, EngineConfig, Generation, Surface};

use super::scratch::Scratch;

static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| {
    let config = EngineConfig {
        instances: 2,
        ..EngineConfig::default()
    };
    Engine::start(&config).unwrap()
});

thread_local! {
    static FOLDER: Scratch = Scratch::new();
}

pub fn run(data: &[u8]) {
    let path = FOLDER.with(|folder| folder.only("plugin.wasm", data));
    let component = Component::new(data.to_vec());
    let surface = component.and_then(|component| Surface::read(&ENGINE, &component));
    let policy = policy(Source::Path(path));
    let generation = match Generation::build(&ENGINE, &policy) {
        Ok(generation) => generation,
        Err(e) => return is_fit_to_show(&e.to_string()),
    };
    assert!(surface.is_ok_and(|surface| surface.is_plugin()));
    let again = Generation::build(&ENGINE, &policy).unwrap();
    assert_eq!(again.id, generation.id);
    assert_eq!(judged(&again), judged(&generation), "it is a pure function");
}

/// A policy of one plugin, which has the history and less of the rest than usual.
fn policy(source: Source) -> Policy {
    let limits = Limits {
        memory: 1 << 20,
        fuel: 1_000_000,
        time: Duration::from_secs(60), // what ends it must not depend on the machine
        ..Limits::default()
    };
    let plugin = PluginSpec {
        grants: vec![Grant::History],
        limits,
        ..PluginSpec::new("plugin", source)
    };
    Policy {
        plugins: vec![plugin],
        ..Policy::default()
    }
}

fn judged(generation: &Generation) -> coldnotch::verdict::Opinion {
    let plugin = &generation.plugins[0];
    let action = Action::new("note");
    generation.judge(plugin, &action, &View::default(), &Notes::default())
}

/// What an operator reads of a foreign component cannot drive the terminal.
pub fn is_fit_to_show(text: &str) {
    let drives = |c: char| c.is_control() && c != '\n';
    assert!(!text.contains(drives), "{text:?}");
}
