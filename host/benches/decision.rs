//! What a decision costs, beside the raw floor of the same run: instantiating
//! and calling the same component with nothing of ours around it, and one write.
//! Read the ratios; absolute times belong to the machine.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use coldnotch::action::Action;
use coldnotch::approvals::Fixed;
use coldnotch::config::Config;
use coldnotch::gate::Gate;
use coldnotch::history::View;
use coldnotch::json::Object;
use coldnotch::runtime::{Engine, Generation, floor::Bare};
use criterion::{Criterion, criterion_group, criterion_main};

/// A mail of about 200 bytes.
fn mail(session: &str) -> Action {
    let payload = r#"{"body":"Dear client, your appointment is confirmed for Tuesday at ten. Please bring your papers. Kind regards, the support team.","subject":"Appointment","to":"client@example.com"}"#;
    Action {
        session: session.to_owned(),
        agent: "support-bot".to_owned(),
        summary: "Confirmation of your appointment".to_owned(),
        payload: Object::parse(payload.as_bytes()).unwrap(),
        ..Action::new("send_email")
    }
}

fn config(folder: &Path, plugin: &str, rest: &str) -> Config {
    let text = format!(
        "[[plugin]]\nname = '{plugin}'\nsource = 'builtin:{plugin}'\ngrants = ['history']\n{rest}\n[audit]\npath = 'audit.jsonl'\n"
    );
    let mut config = Config::from_text(&text, &folder.join("coldnotch.toml")).unwrap();
    config.session.state = None;
    config.engine.cache = Some(folder.join("cache"));
    config
}

fn gate(folder: &Path, plugin: &str, durability: &str) -> Gate {
    let mut config = config(folder, plugin, "");
    config.durability = match durability {
        "sync" => coldnotch::audit::Durability::Sync,
        _ => coldnotch::audit::Durability::Record,
    };
    Gate::open(&config, Box::new(Fixed { approve: false })).unwrap()
}

/// About as long as an audit line of the decision measured.
fn record() -> Vec<u8> {
    let mut line = vec![b'x'; 731];
    line.push(b'\n');
    line
}

fn floor(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), "keywords", "");
    let engine = Engine::start(&config.engine).unwrap();
    let generation = Generation::build(&engine, &config.policy).unwrap();
    let bare = Bare::new(generation.engine(), &generation.plugins[0]);
    let (action, view, line) = (mail(""), View::default(), record());
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.path().join("floor"))
        .unwrap();

    let mut group = c.benchmark_group("floor");
    group.bench_function("instantiate and call", |b| {
        b.iter(|| assert!(bare.call(&action, &view)))
    });
    group.bench_function("instantiate, call and write", |b| {
        b.iter(|| {
            assert!(bare.call(&action, &view));
            file.write_all(&line).unwrap();
        });
    });
    group.bench_function("fdatasync", |b| b.iter(|| sync(&mut file, &line)));
    group.finish();
}

fn sync(file: &mut File, line: &[u8]) {
    file.write_all(line).unwrap();
    file.sync_data().unwrap();
}

fn decisions(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let action = mail("");
    let mut group = c.benchmark_group("decide");
    for plugin in ["keywords", "consequence"] {
        let gate = gate(folder.path(), plugin, "record");
        group.bench_function(format!("{plugin}, record"), |b| {
            b.iter(|| gate.decide(action.clone()));
        });
    }
    let gate = gate(folder.path(), "keywords", "sync");
    group.bench_function("keywords, sync", |b| {
        b.iter(|| gate.decide(action.clone()));
    });
    group.finish();
}

/// The same decision after 10 and after 1,000 steps.
fn sessions(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = c.benchmark_group("session");
    for steps in [10, 999] {
        let gate = Arc::new(gate(folder.path(), "consequence", "record"));
        let session = format!("s-{steps}");
        let action = mail(&session);
        for _ in 0..steps {
            gate.decide(action.clone());
        }
        group.bench_function(format!("after {steps} steps"), |b| {
            b.iter(|| gate.decide(action.clone()));
        });
    }
    group.finish();
}

/// Decisions a second of two threads against one.
fn threads(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), "keywords", "");
    let engine = Engine::start(&config.engine).unwrap();
    let generation = Generation::build(&engine, &config.policy).unwrap();
    let bare = Bare::new(generation.engine(), &generation.plugins[0]);
    const CALLS: u64 = 2_000;
    let work = || {
        let (action, view) = (mail(""), View::default());
        (0..CALLS).for_each(|_| assert!(bare.call(&action, &view)));
    };
    let mut group = c.benchmark_group("threads");
    for threads in [1, 2] {
        group.throughput(criterion::Throughput::Elements(CALLS * threads));
        group.bench_function(format!("{threads} instantiate and call"), |b| {
            b.iter(|| {
                std::thread::scope(|scope| {
                    (0..threads).for_each(|_| {
                        scope.spawn(work);
                    });
                });
            });
        });
    }
    group.finish();
}

criterion_group!(benches, floor, decisions, sessions, threads);
criterion_main!(benches);
