//! What a second thread, or a second process, adds: fresh instances a second, each
//! called once, for every way to give an instance its memory. Read the ratios.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::env;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use coldnotch::action::Action;
use coldnotch::config::Config;
use coldnotch::history::View;
use coldnotch::json::Object;
use coldnotch::runtime::{Engine, Generation, floor::Bare};

/// Calls of each thread or process, in a round; the median of the rounds is shown.
const CALLS: usize = 20_000;
const ROUNDS: usize = 7;

/// Ways to give an instance its memory: `[runtime]` of the configuration.
const WAYS: [(&str, &str); 4] = [
    ("resident, written pages reset (default)", ""),
    ("resident, all of it reset", "pagemap_scan = 'off'"),
    ("pool, nothing kept resident", "keep_resident = 0"),
    ("no pool", "allocation = 'on-demand'"),
];

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let args: Vec<String> = env::args().collect();
    if let [_, flag, way, cache] = &args[..]
        && flag == "--child"
    {
        return child(way.parse().unwrap(), Path::new(cache));
    }
    let cores = thread::available_parallelism().unwrap().get();
    println!("{cores} cores; instances a second, and times one thread");
    println!(
        "{:<36}{:>10}{:>18}{:>18}{:>18}",
        "", "1 thread", "2 threads", "an engine each", "2 processes"
    );
    for (way, (name, _)) in WAYS.iter().enumerate() {
        let generation = generation(way, folder.path());
        let other = self::generation(way, folder.path());
        threads(&[&generation]); // to warm up
        let rates = |measure: &dyn Fn() -> f64| {
            let mut rates: Vec<f64> = (0..ROUNDS).map(|_| measure()).collect();
            rates.sort_by(f64::total_cmp);
            rates[ROUNDS / 2]
        };
        let one = rates(&|| threads(&[&generation]));
        let two = rates(&|| threads(&[&generation, &generation]));
        let own = rates(&|| threads(&[&generation, &other]));
        let apart = rates(&|| processes(way, folder.path()));
        println!(
            "{name:<36}{one:>10.0}{two:>10.0} {:>6.2}x{own:>10.0} {:>6.2}x{apart:>10.0} {:>6.2}x",
            two / one,
            own / one,
            apart / one
        );
    }
}

fn generation(way: usize, cache: &Path) -> Generation {
    let text = format!(
        "[[plugin]]\nname = 'keywords'\nsource = 'builtin:keywords'\n[runtime]\n{}\n",
        WAYS[way].1
    );
    let mut config = Config::from_text(&text, &cache.join("coldnotch.toml")).unwrap();
    config.engine.cache = Some(cache.join("cache"));
    let engine = Engine::start(&config.engine).unwrap();
    Generation::build(&engine, &config.policy).unwrap()
}

fn mail() -> Action {
    let payload = r#"{"body":"Dear client, your appointment is confirmed for Tuesday at ten. Please bring your papers. Kind regards, the support team.","subject":"Appointment","to":"client@example.com"}"#;
    Action {
        agent: "support-bot".to_owned(),
        summary: "Confirmation of your appointment".to_owned(),
        payload: Object::parse(payload.as_bytes()).unwrap(),
        ..Action::new("send_email")
    }
}

fn work(generation: &Generation) {
    let bare = Bare::new(generation.engine(), &generation.plugins[0]);
    let (action, view) = (mail(), View::default());
    (0..CALLS).for_each(|_| assert!(bare.call(&action, &view)));
}

/// A thread for each of these.
fn threads(generations: &[&Generation]) -> f64 {
    let begun = Instant::now();
    thread::scope(|scope| {
        for generation in generations {
            scope.spawn(|| work(generation));
        }
    });
    (generations.len() * CALLS) as f64 / begun.elapsed().as_secs_f64()
}

/// Two processes, started and ready before the clock runs.
fn processes(way: usize, cache: &Path) -> f64 {
    let mut children: Vec<_> = (0..2)
        .map(|_| {
            let mut command = Command::new(env::current_exe().unwrap());
            command.args(["--child", &way.to_string()]).arg(cache);
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let read = |child: &mut std::process::Child| {
        let mut byte = [0];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut byte).unwrap();
    };
    children.iter_mut().for_each(read);
    let begun = Instant::now();
    for child in &mut children {
        child.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    }
    children.iter_mut().for_each(read);
    let rate = (2 * CALLS) as f64 / begun.elapsed().as_secs_f64();
    for mut child in children {
        child.wait().unwrap();
    }
    rate
}

/// Says when it is ready, waits to be told, works, says that it is done.
fn child(way: usize, cache: &Path) {
    let generation = generation(way, cache);
    work(&generation);
    let mut out = std::io::stdout();
    out.write_all(b"!").unwrap();
    out.flush().unwrap();
    let mut go = [0];
    std::io::Read::read_exact(&mut std::io::stdin(), &mut go).unwrap();
    work(&generation);
    out.write_all(b"!").unwrap();
    out.flush().unwrap();
}
