//! What a decision costs with a pack of each language and with each engine of rules, in a
//! fresh instance, beside the bare sandbox and, where there is one, the native crate. All
//! take turns, so that whatever else the machine does hits all. Read the ratios.
//!
//! `bench/packs.sh` builds what is measured; what is not there is named and left out.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use coldnotch::action::Action;
use coldnotch::approvals::Fixed;
use coldnotch::config::Config;
use coldnotch::gate::Gate;
use coldnotch::history::View;
use coldnotch::json::Object;
use coldnotch::plugins::manifest::Manifest;
use coldnotch::policy::{Grant, Limits, PluginSpec, Policy, Source};
use coldnotch::runtime::{Engine, Generation, floor::Bare};
use coldnotch::wire;
use serde_json::{Value, json};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// Calls of one side before the next has its turn, and turns of each side.
const TURN: usize = 50;
const TURNS: usize = 40;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let mut sides = vec![bare(folder.path())];
    for lang in ["rust", "c", "js", "python"] {
        sides.extend(hello(folder.path(), lang));
    }
    sides.push(rules(folder.path()));
    for engine in ["cedar", "rego"] {
        sides.extend(policies(folder.path(), engine));
    }
    for turn in 0..TURNS + TURNS / 10 {
        if turn == TURNS / 10 {
            sides.iter_mut().for_each(|side| side.times.clear()); // that was to warm up
        }
        for side in &mut sides {
            let times = (side.turn)();
            side.times.extend(times);
        }
    }
    print(&sides);
}

/// Something that is measured.
struct Side {
    name: String,
    turn: Box<dyn FnMut() -> Vec<Duration>>,
    times: Vec<Duration>,
    target: Target,
}

/// What its median should not exceed.
enum Target {
    None,
    Micros(f64),
    /// The bare sandbox and three times the side that follows.
    Native,
}

impl Side {
    fn new(name: &str, target: Target, turn: impl FnMut() -> Vec<Duration> + 'static) -> Self {
        Side {
            name: name.to_owned(),
            turn: Box::new(turn),
            times: Vec::new(),
            target,
        }
    }

    /// A side of calls in this process.
    fn of(name: &str, target: Target, mut call: impl FnMut() + 'static) -> Self {
        Side::new(name, target, move || {
            let mut timed = || {
                let begun = Instant::now();
                call();
                begun.elapsed()
            };
            (0..TURN).map(|_| timed()).collect()
        })
    }

    fn micros(&self, part: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e6
    }
}

fn print(sides: &[Side]) {
    println!("µs, fresh instance                     p50      p95   target of p50");
    let bare = sides[0].micros(0.5);
    for (place, side) in sides.iter().enumerate() {
        let most = match side.target {
            Target::None => None,
            Target::Micros(most) => Some(most),
            Target::Native => Some(bare + 3.0 * sides[place + 1].micros(0.5)),
        };
        let (p50, p95) = (side.micros(0.5), side.micros(0.95));
        let target = most.map_or_else(String::new, |most| match p50 <= most {
            true => format!("{most:>8.1}  kept"),
            false => format!("{most:>8.1}  NOT KEPT"),
        });
        println!("{:<34} {p50:>8.1} {p95:>8.1} {target}", side.name);
    }
}

fn config(folder: &Path, name: &str, plugin: PluginSpec) -> Config {
    let text = format!("plugin = []\n[audit]\npath = '{name}.jsonl'\ndurability = 'record'\n");
    let mut config = Config::from_text(&text, &folder.join("coldnotch.toml")).unwrap();
    config.session.state = None;
    // Kept: compiling some of them takes a minute.
    config.engine.cache = Some(Path::new(ROOT).join("target/bench-packs/cache"));
    config.policy = Policy {
        plugins: vec![plugin],
        ..Policy::default()
    };
    config
}

/// Whole decisions, recorded, all of them allowed.
fn decisions(folder: &Path, name: &str, plugin: PluginSpec, action: &str, target: Target) -> Side {
    let config = config(folder, name, plugin);
    let gate = Gate::open(&config, Box::new(Fixed { approve: false })).unwrap();
    let action = wire::parse_action(action.as_bytes()).unwrap();
    Side::of(name, target, move || {
        let decision = gate.decide(action.clone());
        assert!(decision.may_run(), "{}", decision.reason);
    })
}

/// The keyword stub, instantiated and called, with nothing of ours around it.
fn bare(folder: &Path) -> Side {
    let plugin = PluginSpec::new("keywords", Source::Builtin("keywords".to_owned()));
    let config = config(folder, "bare", plugin);
    let engine = Engine::start(&config.engine).unwrap();
    let generation = Generation::build(&engine, &config.policy).unwrap();
    Side::of("bare sandbox", Target::None, move || {
        let bare = Bare::new(generation.engine(), &generation.plugins[0]);
        assert!(bare.call(&Action::new("order"), &View::default()));
    })
}

/// What `plugin new` makes.
fn hello(folder: &Path, lang: &str) -> Option<Side> {
    let path = there(format!("target/bench-packs/{lang}/{lang}-hello.wasm"), lang)?;
    let manifest = Manifest::of(&fs::read(&path).unwrap()).unwrap().unwrap();
    let plugin = PluginSpec {
        grants: manifest.grants.clone(),
        limits: manifest.limits.raise(&Limits::default()),
        ..PluginSpec::new(lang, Source::Path(path))
    };
    let target = match lang {
        "js" | "python" => Target::Micros(2000.0),
        _ => Target::None,
    };
    let action = r#"{"type":"order","payload":{"amount":60}}"#;
    Some(decisions(
        folder,
        &format!("hello, {lang}"),
        plugin,
        action,
        target,
    ))
}

/// 50 rules, of which 5 concern the action's type.
fn rules(folder: &Path) -> Side {
    let rule = |n: usize| {
        json!({
            "types": [format!("type{}", n / 5)], "then": "hold", "because": "It is much.",
            "when": format!("payload.amount > {}", 100 + n),
        })
    };
    let rules: Vec<Value> = (0..50).map(rule).collect();
    let plugin = PluginSpec {
        settings: Object::from_value(&json!({ "rules": rules })).unwrap(),
        grants: vec![Grant::History],
        ..PluginSpec::new("rules", Source::Builtin("rules".to_owned()))
    };
    let (name, action) = (
        "50 rules, 5 relevant",
        r#"{"type":"type0","payload":{"amount":60}}"#,
    );
    decisions(folder, name, plugin, action, Target::Micros(60.0))
}

/// The policy of an example, in the sandbox and by the crate itself.
fn policies(folder: &Path, engine: &str) -> Vec<Side> {
    let pack = fs::read_to_string(format!("{ROOT}/examples/{engine}/pack.toml")).unwrap();
    let pack: toml::Table = pack.parse().unwrap();
    let settings = serde_json::to_value(&pack["settings"]).unwrap();
    let action = json!({
        "type": "refund", "agent": "support-bot", "context": {"roles": ["support"]},
        "payload": {"order": "A-17", "amount": 60},
    });
    let Some(path) = there(format!("target/plugins/{engine}.wasm"), engine) else {
        return Vec::new();
    };
    let plugin = PluginSpec {
        settings: Object::from_value(&settings).unwrap(),
        ..PluginSpec::new(engine, Source::Path(path))
    };
    let program = format!("target/policies/release/examples/{engine}-native");
    let native = there(program, &format!("{engine}, native"));
    let target = match &native {
        Some(_) => Target::Native,
        None => Target::None,
    };
    let mut sides = vec![decisions(
        folder,
        engine,
        plugin,
        &action.to_string(),
        target,
    )];
    sides.extend(native.map(|program| {
        let files = [("settings", settings), ("action", action)].map(|(name, value)| {
            let path = folder.join(format!("{engine}-{name}.json"));
            fs::write(&path, value.to_string()).unwrap();
            path
        });
        let mut native = Native::start(&program, &files);
        let name = format!("  the crate, native: {engine}");
        Side::new(&name, Target::None, move || native.turn())
    }));
    sides
}

/// A file that is built by `bench/packs.sh`.
fn there(path: String, what: &str) -> Option<PathBuf> {
    let path = Path::new(ROOT).join(path);
    if !path.exists() {
        println!("NOT MEASURED: {what}: run bench/packs.sh, which says why it cannot be built");
        return None;
    }
    Some(path)
}

/// A process that judges without a sandbox and says how long it took (`plugins/native.rs`).
struct Native {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Native {
    fn start(program: &Path, files: &[PathBuf]) -> Self {
        let mut child = Command::new(program)
            .args(files)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Native {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    fn turn(&mut self) -> Vec<Duration> {
        writeln!(self.input, "{TURN}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let times = line.split_whitespace().map(|nanos| nanos.parse().unwrap());
        times.map(Duration::from_nanos).collect()
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
