//! `coldnotch plugin bench`

use std::time::Duration;

use anyhow::bail;
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use super::Outcome;
use super::style::{DIM, safe};
use crate::config::Config;
use crate::plugins::bench::{Bench as Report, Measured, run};
use crate::plugins::pack::Pack;
use crate::plugins::trial::Trial;

/// Measures a pack's golden cases: microseconds, fuel and memory of a call in a fresh instance
#[derive(Debug, Args)]
#[command(after_help = "\
Times are of this machine, and of nothing else on it; fuel is the same everywhere. Cases whose
settings the plugin refuses, or whose type it is not asked about, are left out.

Examples:
  coldnotch plugin bench
  coldnotch plugin bench my-plugin.wasm --calls 1000 --json")]
pub(in crate::cli) struct Bench {
    /// A pack's folder, a component, or builtin:NAME
    #[arg(default_value = ".")]
    path: String,
    /// Calls of each case
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    calls: u32,
}

impl Bench {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        let pack = Pack::open(&self.path)?;
        if pack.cases.is_empty() {
            bail!(
                "{} has no golden cases: write some, one a line, into cases.jsonl",
                self.path
            );
        }
        let report = run(&mut Trial::new(&config.engine, &pack)?, self.calls)?;
        match as_json {
            true => anstream::println!("{}", report_json(&report)),
            false => print(&report, self.calls),
        }
        Ok(Outcome::Success)
    }
}

fn print(report: &Report, calls: u32) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["case", "p50 µs", "p95 µs", "fuel", "KiB"]);
    for case in &report.cases {
        table.add_row([
            safe(&case.name),
            format!("{:.1}", micros(case.p50)),
            format!("{:.1}", micros(case.p95)),
            case.fuel.to_string(),
            (case.memory >> 10).to_string(),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    anstream::println!("{}", table.trim_fmt());
    let load = report.load.as_millis();
    anstream::println!("{DIM}{calls} calls each, in fresh instances; loaded in {load} ms{DIM:#}");
}

/// A time in microseconds, as exact as it was measured: to the nanosecond, so with three
/// decimals at most.
fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}

fn report_json(report: &Report) -> Value {
    let case = |case: &Measured| {
        json!({
            "name": case.name, "us": {"p50": micros(case.p50), "p95": micros(case.p95)},
            "fuel": case.fuel, "memory": case.memory,
        })
    };
    let cases: Vec<Value> = report.cases.iter().map(case).collect();
    json!({"load_ms": report.load.as_micros() as f64 / 1e3, "cases": cases})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No time has a tail of digits that nobody measured.
    #[test]
    fn times_have_three_decimals_at_most() {
        let nanos = [1, 7_001, 12_345, 33_333_333, 1_234_567_891];
        let cases = nanos.map(|nanos| Measured {
            name: "a".to_owned(),
            p50: Duration::from_nanos(nanos),
            p95: Duration::from_nanos(nanos + 1),
            fuel: 1,
            memory: 2,
        });
        let report = Report {
            load: Duration::from_nanos(41_234_567),
            cases: cases.to_vec(),
        };
        let told = report_json(&report);
        assert_eq!(told["load_ms"].to_string(), "41.234");
        let p50s = told["cases"].as_array().unwrap().iter();
        let p50s: Vec<String> = p50s.map(|case| case["us"]["p50"].to_string()).collect();
        assert_eq!(
            p50s,
            ["0.001", "7.001", "12.345", "33333.333", "1234567.891"]
        );
    }
}
