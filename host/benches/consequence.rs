//! What a judgement of the consequence engine costs: a fresh instance each, alone
//! and at the end of sessions whose outputs have 4 KB. No record is written. Rows
//! of one action take turns, so that whatever else the machine does hits all of
//! them. Read the ratios; fuel (in thousands) does not depend on the machine.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use coldnotch::action::{Action, Observation};
use coldnotch::config::Config;
use coldnotch::json::Object;
use coldnotch::judge::Judge;
use coldnotch::policy::Source;
use coldnotch::runtime::Component;
use coldnotch::verdict::Judged;
use serde_json::{Value, json};

/// Calls of one row before the next has its turn, and turns of each.
const TURN: usize = 50;
const TURNS: usize = 40;
/// Steps before the judged one.
const LENGTHS: [usize; 3] = [0, 50, 1_000];
const INTENT: &str =
    "Send the November figures to Nadia Keller (n.keller@fjordline.example) and file the report.";

fn main() {
    let engine = Component::read(&Source::Builtin("consequence".to_owned())).unwrap();
    println!("component: {} bytes", engine.bytes.len());
    let mut config = Config::from_text("", Path::new("coldnotch.toml")).unwrap();
    config.session.state = None;
    let judge = Judge::open(&config).unwrap();
    println!("µs                                  p50      p95      p99     fuel");
    for (name, kind, payload) in actions() {
        let rows: Vec<(usize, Judged)> = LENGTHS
            .into_iter()
            .map(|steps| (steps, at_the_end(&judge, steps, kind, &payload)))
            .collect();
        measure(&judge, name, &rows);
    }
}

/// Each of about 2 KB but the last: words, code, fields, and next to nothing.
fn actions() -> [(&'static str, &'static str, Value); 4] {
    let words = text(2_000, 7);
    let script = (0..36)
        .map(|n| format!("cp build/part-{n}.csv /srv/reports/2026/november-{n}.csv && "))
        .collect::<String>();
    let fields: Vec<Value> = (0..24)
        .map(|n| json!({"item": format!("A-{n}"), "quantity": n, "price": 9.5, "to": format!("depot{n}@fjordline.example")}))
        .collect();
    [
        (
            "words",
            "send_email",
            json!({"to": "n.keller@fjordline.example", "cc": "office@fjordline.example", "body": words}),
        ),
        ("code", "bash", json!({"command": script + "ls"})),
        ("fields", "orders.create", json!({"lines": fields})),
        (
            "small",
            "send_email",
            json!({"to": "n.keller@fjordline.example", "body": "See the report."}),
        ),
    ]
}

/// Judges the action as the last step of a session, which `judge_again` then
/// does as often as one likes.
fn at_the_end(judge: &Judge, steps: usize, kind: &str, payload: &Value) -> Judged {
    let session = format!("{kind}-{}-{steps}", payload.to_string().len());
    let act = |kind: &str, id: usize, payload: &Value| {
        judge.judge(Action {
            id: id.to_string(),
            session: session.clone(),
            intent: Some(INTENT.to_owned()),
            payload: Object::parse(payload.to_string().as_bytes()).unwrap(),
            ..Action::new(kind)
        })
    };
    for id in 0..steps {
        act("read_page", id, &json!({"page": format!("notes/{id}")}));
        let output = Observation {
            session: session.clone(),
            id: id.to_string(),
            output: text(4_000, id),
            succeeded: Some(true),
        };
        judge.observe(&output).unwrap();
    }
    act(kind, steps, payload)
}

/// Plain text with an address, an amount and a link now and then.
fn text(bytes: usize, seed: usize) -> String {
    const WORDS: [&str; 16] = [
        "the",
        "report",
        "of",
        "november",
        "shows",
        "a",
        "calm",
        "month",
        "with",
        "fewer",
        "orders",
        "than",
        "planned",
        "and",
        "no",
        "complaints",
    ];
    let mut text = String::new();
    let mut n = seed;
    while text.len() < bytes {
        n = n.wrapping_mul(31).wrapping_add(17);
        match n % 41 {
            0 => text += &format!("desk{}@fjordline.example", n % 97),
            1 => text += &format!("{},{:02} EUR", n % 900, n % 100),
            2 => text += &format!("https://fjordline.example/r/{}", n % 997),
            3 => text += ".\n",
            _ => text += WORDS[n / 41 % WORDS.len()],
        }
        text.push(' ');
    }
    text.truncate(bytes);
    text
}

fn measure(judge: &Judge, name: &str, rows: &[(usize, Judged)]) {
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); rows.len()];
    for turn in 0..=TURNS {
        for ((_, judged), times) in rows.iter().zip(&mut times) {
            for _ in 0..TURN {
                let begun = Instant::now();
                let again = judge.judge_again(judged);
                let took = begun.elapsed();
                assert!(again.opinions.iter().all(|o| o.outcome.is_ok()));
                if turn > 0 {
                    times.push(took); // the first one warms up
                }
            }
        }
    }
    let middles: Vec<f64> = rows
        .iter()
        .zip(times)
        .map(|((steps, judged), times)| row(&format!("{name}, after {steps} steps"), judged, times))
        .collect();
    if let [_, short, long] = middles[..] {
        println!("  {:<28} {:>8.2}", "ratio of the last two", long / short);
    }
}

/// Prints a row and returns its middle.
fn row(name: &str, judged: &Judged, mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let quantile =
        |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e6;
    let [p50, p95, p99] = [0.50, 0.95, 0.99].map(quantile);
    let fuel: u64 = judged.opinions.iter().map(|o| o.fuel).sum();
    println!(
        "{name:<30} {p50:>8.1} {p95:>8.1} {p99:>8.1} {:>8}",
        fuel / 1_000
    );
    p50
}
