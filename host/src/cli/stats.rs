//! What the gate counted, for a person and for a program.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::style::{BOLD, DIM, safe};
use crate::stats::{Stats, Times};

/// Says it on stderr.
pub(super) fn print(stats: &Stats) {
    let Stats {
        decisions,
        judging,
        plugins,
        pool,
        outputs,
        audit,
    } = stats;
    line(
        "decisions",
        &format!(
            "allow {}, hold {} ({} approved), block {}, unrecorded {}; asked {}",
            decisions.allow,
            decisions.hold,
            decisions.approved,
            decisions.block,
            decisions.unrecorded,
            decisions.asked,
        ),
    );
    line("judging", &times(judging));
    for (name, calls) in plugins {
        let observed = match calls.observe.is_empty() {
            true => String::new(),
            false => format!("; outputs: {}", counts(&calls.observe)),
        };
        let name = safe(name);
        line(&name, &format!("{}{observed}", counts(&calls.score)));
    }
    line(
        "instances",
        &format!(
            "{} of {} in use, {} waiting; waited: {}; refused {}",
            pool.taken,
            pool.places,
            pool.waiting,
            times(&pool.waited),
            pool.refused,
        ),
    );
    line(
        "outputs",
        &format!(
            "{} taken in, {} read by a decision; until read: {}",
            outputs.taken,
            outputs.late,
            times(&outputs.lag)
        ),
    );
    line(
        "audit",
        &format!(
            "{} lines, {} waiting; writes: {}",
            audit.lines,
            audit.queue,
            times(&audit.write)
        ),
    );
}

fn line(name: &str, text: &str) {
    anstream::eprintln!("{BOLD}{name:<12}{BOLD:#} {DIM}{text}{DIM:#}");
}

fn counts(outcomes: &BTreeMap<&'static str, u64>) -> String {
    let counts = outcomes
        .iter()
        .map(|(name, count)| format!("{name} {count}"));
    match outcomes.is_empty() {
        true => "not asked".to_owned(),
        false => counts.collect::<Vec<_>>().join(", "),
    }
}

fn times(times: &Times) -> String {
    let at = |part| shown(times.quantile(part).unwrap_or_default());
    match times.count() {
        0 => "none".to_owned(),
        count => format!(
            "{count}, p50 {}, p95 {}, p99 {}",
            at(0.50),
            at(0.95),
            at(0.99)
        ),
    }
}

fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 1e-3 => format!("{:.0} µs", seconds * 1e6),
        seconds if seconds < 1.0 => format!("{:.0} ms", seconds * 1e3),
        seconds => format!("{seconds:.0} s"),
    }
}

/// To a tenth, which is more than the buckets tell.
fn micros(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e7).round() / 10.0
}

/// The same for a program; times in microseconds.
pub(super) fn to_json(stats: &Stats) -> Value {
    let Stats {
        decisions,
        judging,
        plugins,
        pool,
        outputs,
        audit,
    } = stats;
    let plugins: BTreeMap<&str, Value> = plugins
        .iter()
        .map(|(name, calls)| {
            let calls = json!({"score": calls.score, "observe": calls.observe});
            (name.as_str(), calls)
        })
        .collect();
    json!({
        "decisions": {
            "allow": decisions.allow, "hold": decisions.hold, "block": decisions.block,
            "approved": decisions.approved, "asked": decisions.asked,
            "unrecorded": decisions.unrecorded,
        },
        "judging_us": times_json(judging),
        "plugins": plugins,
        "pool": {
            "places": pool.places, "taken": pool.taken, "waiting": pool.waiting,
            "refused": pool.refused, "waited_us": times_json(&pool.waited),
        },
        "outputs": {
            "taken": outputs.taken, "late": outputs.late, "lag_us": times_json(&outputs.lag),
        },
        "audit": {
            "lines": audit.lines, "queue": audit.queue, "write_us": times_json(&audit.write),
        },
    })
}

fn times_json(times: &Times) -> Value {
    let at = |part| times.quantile(part).map(micros);
    json!({"count": times.count(), "p50": at(0.50), "p95": at(0.95), "p99": at(0.99)})
}
