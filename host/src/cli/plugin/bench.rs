//! `coldnotch plugin bench`

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
            format!("{:.1}", case.p50),
            format!("{:.1}", case.p95),
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

fn report_json(report: &Report) -> Value {
    let case = |case: &Measured| {
        json!({
            "name": case.name, "us": {"p50": case.p50, "p95": case.p95},
            "fuel": case.fuel, "memory": case.memory,
        })
    };
    let cases: Vec<Value> = report.cases.iter().map(case).collect();
    json!({"load_ms": report.load.as_secs_f64() * 1e3, "cases": cases})
}
