//! `coldnotch plugin test`

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};

use super::Outcome;
use super::style::{BAD, BOLD, CARE, DIM, GOOD, safe};
use crate::config::Config;
use crate::plugins::cases;
use crate::plugins::pack::Pack;
use crate::plugins::testing::{self, Report, Tried};
use crate::plugins::trial::{Said, Trial};
use crate::verdict::Assessment;

/// Judges a pack's golden cases and shows what is not as expected
///
/// Each case is judged by the plugin alone, in the sandbox, with the grants and limits that
/// its manifest asks for. The cases are those of the folder's cases.jsonl, or those inside the
/// component. A line of them:
///
///   {"name":"over the limit","action":{"type":"refund","payload":{"amount":120}},
///    "expect":{"verdict":"hold","risk":[0.7,0.9],"reasons":["refunds-over-limit"]}}
///
/// Beside `action` there may be `history` (the steps before it), `settings` and `at`. Instead
/// of an answer a case may expect an `error`: a failure's name, or `settings`.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Exit codes: 0 all cases are as expected, 5 some are not, 1 they cannot be judged.

Examples:
  coldnotch plugin test
  coldnotch plugin test --update && git diff cases.jsonl
  coldnotch plugin test --coverage --repeat 50
  coldnotch plugin test stranger.wasm --json"
)]
pub(in crate::cli) struct Test {
    /// A pack's folder, a component, or builtin:NAME
    #[arg(default_value = ".")]
    path: String,
    /// Other golden cases than its own
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// Write into the cases what the plugin says
    #[arg(long)]
    update: bool,
    /// Show how many cases have which reason, and fail on one in the manifest that none has
    #[arg(long)]
    coverage: bool,
    /// Ask N times, changing what a case leaves open (id, session, time), and fail on another answer
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    repeat: u32,
}

impl Test {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        let mut pack = Pack::open(&self.path)?;
        if let Some(file) = &self.cases {
            pack = pack.with_cases(file)?;
        }
        if pack.cases.is_empty() {
            bail!(
                "{} has no golden cases: write some, one a line, into cases.jsonl",
                self.path
            );
        }
        let mut trial = Trial::new(&config.engine, &pack)?;
        let report = testing::run(&mut trial, self.repeat)?;
        if self.update {
            let Some(file) = &pack.cases_file else {
                bail!(
                    "the cases are inside {}: name the folder it was built of",
                    self.path
                );
            };
            return update(file, &pack, &report);
        }
        match as_json {
            true => anstream::println!("{}", report_json(&report)),
            false => self.print(&report),
        }
        let covered =
            !self.coverage || (report.uncovered.is_empty() && report.undeclared.is_empty());
        Ok(match report.is_ok() && covered {
            true => Outcome::Success,
            false => Outcome::VerificationFailed,
        })
    }

    fn print(&self, report: &Report) {
        report.tried.iter().for_each(print_case);
        if self.coverage {
            print_coverage(report);
        }
        let (all, passed) = (report.tried.len(), report.passed());
        match all - passed {
            0 => anstream::println!("{GOOD}{all} cases{GOOD:#}, all as expected"),
            failed => anstream::println!("{all} cases, {BAD}{failed} not as expected{BAD:#}"),
        }
    }
}

fn print_case(tried: &Tried) {
    let name = safe(&tried.name);
    if tried.is_ok() {
        anstream::println!("{GOOD}ok{GOOD:#}    {name}");
        return;
    }
    anstream::println!(
        "{BAD}FAIL{BAD:#}  {BOLD}{name}{BOLD:#}  {DIM}line {}{DIM:#}",
        tried.line
    );
    for difference in &tried.differences {
        let (expected, got) = (safe(&difference.expected), safe(&difference.got));
        anstream::println!(
            "      {:<8} expected {GOOD}{expected}{GOOD:#}",
            difference.what
        );
        anstream::println!("      {:<8}      got {BAD}{got}{BAD:#}", "");
    }
    if !tried.expects {
        anstream::println!(
            "      it expects nothing yet: see what it says, then run with --update"
        );
    }
    match &tried.otherwise {
        None => print_said("it says", &tried.said),
        Some(otherwise) => {
            anstream::println!("      {BAD}it answers differently to the same{BAD:#}");
            print_said("first", &tried.said);
            print_said("then", otherwise);
        }
    }
}

fn print_said(when: &str, said: &Said) {
    match said {
        Said::Assessed(assessment) => {
            let (verdict, risk) = (cases::word(assessment.verdict), assessment.risk);
            let labels = match assessment.labels.is_empty() {
                true => String::new(),
                false => format!(", labels {}", safe(&assessment.labels.join(", "))),
            };
            anstream::println!("      {DIM}{when}:{DIM:#} {verdict}, risk {risk}{labels}");
            for reason in &assessment.reasons {
                let (code, message) = (safe(&reason.code), safe(&reason.message));
                anstream::println!("        {code}: {message}");
            }
        }
        Said::Failed { kind, says } => {
            anstream::println!("      {DIM}{when}:{DIM:#} {kind}: {}", safe(says));
        }
    }
}

fn print_coverage(report: &Report) {
    for (code, count) in &report.reasons {
        anstream::println!("{count:>5}  {}", safe(code));
    }
    for code in &report.uncovered {
        anstream::println!("{BAD}    0{BAD:#}  {code}  {CARE}no case has it{CARE:#}");
    }
    for code in &report.undeclared {
        anstream::println!(
            "       {}  {CARE}not among the manifest's reasons{CARE:#}",
            safe(code)
        );
    }
}

fn update(file: &Path, pack: &Pack, report: &Report) -> anyhow::Result<Outcome> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let updated = testing::updated(&text, &pack.cases, report);
    let count = text
        .lines()
        .zip(updated.lines())
        .filter(|(old, new)| old != new)
        .count();
    if count > 0 {
        std::fs::write(file, updated)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    anstream::println!(
        "{count} of {} cases updated in {}",
        pack.cases.len(),
        file.display()
    );
    match report.tried.iter().find(|tried| tried.otherwise.is_some()) {
        None => Ok(Outcome::Success),
        Some(unsteady) => {
            print_case(unsteady);
            Ok(Outcome::VerificationFailed)
        }
    }
}

fn report_json(report: &Report) -> Value {
    let case = |tried: &Tried| {
        let difference =
            |d: &testing::Difference| json!({"what": d.what, "expected": d.expected, "got": d.got});
        json!({
            "name": tried.name, "line": tried.line, "ok": tried.is_ok(),
            "differences": tried.differences.iter().map(difference).collect::<Vec<_>>(),
            "said": said_json(&tried.said), "otherwise": tried.otherwise.as_ref().map(said_json),
        })
    };
    let passed = report.passed();
    json!({
        "cases": report.tried.iter().map(case).collect::<Vec<_>>(),
        "passed": passed, "failed": report.tried.len() - passed,
        "reasons": report.reasons, "uncovered": report.uncovered, "undeclared": report.undeclared,
    })
}

fn said_json(said: &Said) -> Value {
    match said {
        Said::Failed { kind, says } => json!({"error": kind, "says": says}),
        Said::Assessed(Assessment {
            risk,
            verdict,
            reasons,
            labels,
        }) => {
            let reason = |r: &crate::verdict::Reason| json!({"code": r.code, "message": r.message});
            json!({
                "verdict": cases::word(*verdict), "risk": risk, "labels": labels,
                "reasons": reasons.iter().map(reason).collect::<Vec<_>>(),
            })
        }
    }
}
