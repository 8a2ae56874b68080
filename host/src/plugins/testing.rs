//! Golden cases judged: what a pack says beside what is expected.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde_json::json;

use super::cases::{self, Case, Expect};
use super::trial::{Said, Trial, TrialError};
use crate::verdict::Assessment;

/// One thing that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `verdict`, `risk`, `reasons`, `labels` or `error`.
    pub what: &'static str,
    /// What the case says.
    pub expected: String,
    /// What the plugin says.
    pub got: String,
}

/// One case, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Its name.
    pub name: String,
    /// Its line.
    pub line: usize,
    /// What the plugin said.
    pub said: Said,
    /// Whether the case says what it expects.
    pub expects: bool,
    /// What is not as expected.
    pub differences: Vec<Difference>,
    /// Another answer that it gave to the same, where it was asked more than once.
    pub otherwise: Option<Said>,
}

impl Tried {
    /// Whether all is as expected.
    pub fn is_ok(&self) -> bool {
        self.expects && self.differences.is_empty() && self.otherwise.is_none()
    }
}

/// All cases, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The cases in order.
    pub tried: Vec<Tried>,
    /// How many cases had a reason of each code.
    pub reasons: BTreeMap<String, usize>,
    /// Codes that the manifest names and no case had.
    pub uncovered: Vec<String>,
    /// Codes that were given and the manifest does not name, where it names any.
    pub undeclared: Vec<String>,
}

impl Report {
    /// How many cases are as expected.
    pub fn passed(&self) -> usize {
        self.tried.iter().filter(|tried| tried.is_ok()).count()
    }

    /// Whether all are.
    pub fn is_ok(&self) -> bool {
        self.passed() == self.tried.len()
    }
}

/// Judges every case of a pack, each `repeat` times.
///
/// # Errors
/// The plugin cannot be loaded.
pub fn run(trial: &mut Trial<'_>, repeat: u32) -> Result<Report, TrialError> {
    let pack = trial.pack();
    let mut tried = Vec::with_capacity(pack.cases.len());
    for case in &pack.cases {
        tried.push(one(trial, case, repeat)?);
    }
    let mut reasons = BTreeMap::new();
    for case in &tried {
        let codes: BTreeSet<String> = codes(&case.said).into_iter().collect();
        for code in codes {
            *reasons.entry(code).or_default() += 1;
        }
    }
    let declared = pack.manifest.as_ref().and_then(|m| m.reasons.as_deref());
    let undeclared = |code: &&String| declared.is_some_and(|declared| !declared.contains(code));
    Ok(Report {
        uncovered: declared
            .unwrap_or_default()
            .iter()
            .filter(|code| !reasons.contains_key(*code))
            .cloned()
            .collect(),
        undeclared: reasons.keys().filter(undeclared).cloned().collect(),
        tried,
        reasons,
    })
}

fn one(trial: &mut Trial<'_>, case: &Case, repeat: u32) -> Result<Tried, TrialError> {
    let said = trial.scene(case, 0)?.judge();
    let mut otherwise = None;
    for change in 1..repeat {
        let again = trial.scene(case, change)?.judge();
        if again != said {
            otherwise = Some(again);
            break;
        }
    }
    Ok(Tried {
        name: case.name.clone(),
        line: case.line,
        expects: case.expect.is_some(),
        differences: case
            .expect
            .as_ref()
            .map_or_else(Vec::new, |expect| differences(expect, &said)),
        said,
        otherwise,
    })
}

fn codes(said: &Said) -> Vec<String> {
    match said {
        Said::Assessed(assessment) => {
            let reasons = assessment.reasons.iter();
            reasons.map(|reason| reason.code.clone()).collect()
        }
        Said::Failed { .. } => Vec::new(),
    }
}

fn differences(expect: &Expect, said: &Said) -> Vec<Difference> {
    let error = |expected: String, got: String| {
        vec![Difference {
            what: "error",
            expected,
            got,
        }]
    };
    match (expect, said) {
        (
            Expect::Says {
                verdict,
                risk,
                reasons,
                labels,
            },
            Said::Assessed(got),
        ) => {
            let verdict = verdict
                .filter(|verdict| *verdict != got.verdict)
                .map(|verdict| ("verdict", cases::word(verdict).to_owned()));
            let risk = risk
                .as_ref()
                .filter(|risk| !within(risk, got.risk))
                .map(|risk| ("risk", range(risk.start(), risk.end())));
            let reasons = reasons
                .as_ref()
                .filter(|reasons| **reasons != codes(said))
                .map(|reasons| ("reasons", listed(reasons)));
            let labels = labels
                .as_ref()
                .filter(|labels| **labels != got.labels.iter().cloned().collect())
                .map(|labels| ("labels", listed(labels)));
            let found = [verdict, risk, reasons, labels].into_iter().flatten();
            found
                .map(|(what, expected)| Difference {
                    what,
                    expected,
                    got: shown(what, got),
                })
                .collect()
        }
        (
            Expect::Fails { kind, says },
            Said::Failed {
                kind: got,
                says: words,
            },
        ) => match kind == got && words.contains(says.as_str()) {
            true => Vec::new(),
            false => error(named(kind, says), named(got, words)),
        },
        (Expect::Fails { kind, says }, Said::Assessed(got)) => {
            let verdict = shown("verdict", got);
            error(named(kind, says), format!("none, it says {verdict}"))
        }
        (Expect::Says { .. }, Said::Failed { kind, says }) => {
            error("none".to_owned(), named(kind, says))
        }
    }
}

/// Sums of decimal fractions are a little off: 0.6 is also 0.6000000000000001.
fn within(risk: &RangeInclusive<f64>, got: f64) -> bool {
    const SLACK: f64 = 1e-9;
    (risk.start() - SLACK..=risk.end() + SLACK).contains(&got)
}

fn named(kind: &str, says: &str) -> String {
    match says {
        "" => kind.to_owned(),
        says => format!("{kind}: {says}"),
    }
}

fn range(least: &f64, most: &f64) -> String {
    match least == most {
        true => format!("{least}"),
        false => format!("{least} to {most}"),
    }
}

fn listed<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    let texts: Vec<&str> = texts.into_iter().map(String::as_str).collect();
    match texts.is_empty() {
        true => "none".to_owned(),
        false => texts.join(", "),
    }
}

fn shown(what: &str, got: &Assessment) -> String {
    match what {
        "verdict" => cases::word(got.verdict).to_owned(),
        "risk" => got.risk.to_string(),
        "reasons" => listed(got.reasons.iter().map(|reason| &reason.code)),
        _ => listed(&got.labels),
    }
}

/// The cases as they would have to be for all to be as expected: lines that are stay
/// as they are written.
pub fn updated(text: &str, cases: &[Case], report: &Report) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (case, tried) in cases.iter().zip(&report.tried) {
        let right = tried.expects && tried.differences.is_empty();
        if let Some(line) = lines.get_mut(case.line - 1).filter(|_| !right) {
            *line = case.line_with(&expectation(case, tried));
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What a case has to expect. What it did not ask for stays open; one that asked for
/// nothing asks for verdict, risk and reasons from now on, and for labels if there are.
fn expectation(case: &Case, tried: &Tried) -> String {
    let got = match &tried.said {
        Said::Failed { kind, says } => {
            let text = match kind == cases::SETTINGS {
                true => named(kind, says),
                false => kind.clone(),
            };
            return json!({"error": text}).to_string();
        }
        Said::Assessed(got) => got,
    };
    let asked = case.expects();
    let wrong = |what: &str| tried.differences.iter().any(|d| d.what == what);
    let from_nothing = asked.is_empty() || wrong("error");
    let members = ["verdict", "risk", "reasons", "labels"]
        .into_iter()
        .filter_map(|what| {
            let wanted = match from_nothing {
                true => what != "labels" || !got.labels.is_empty(),
                false => asked.contains(&what),
            };
            let value = match (wrong(what) || from_nothing, case.expected(what)) {
                (false, Some(as_written)) => as_written.to_string(),
                _ => said(what, got),
            };
            wanted.then(|| format!("\"{what}\":{value}"))
        });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn said(what: &str, got: &Assessment) -> String {
    match what {
        "verdict" => json!(cases::word(got.verdict)).to_string(),
        "risk" => got.risk.to_string(),
        "reasons" => {
            let codes: Vec<&str> = got.reasons.iter().map(|r| r.code.as_str()).collect();
            json!(codes).to_string()
        }
        _ => json!(got.labels).to_string(),
    }
}
