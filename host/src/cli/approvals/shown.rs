//! Approvals as people read them.

use std::path::Path;

use super::MOST;
use crate::approvals::{Answer, Approval, Approvals, Conclusion, State};
use crate::cli::style::{BOLD, CARE, DIM, safe};
use crate::wire;

pub(super) fn list(
    approvals: &Approvals,
    path: &Path,
    all: bool,
    as_json: bool,
) -> anyhow::Result<()> {
    let state = (!all).then_some(State::Pending);
    let found = match path.exists() {
        true => approvals.list(state, MOST)?,
        false => Vec::new(),
    };
    if as_json {
        for approval in &found {
            anstream::println!("{}", wire::approval(approval));
        }
        return Ok(());
    }
    if found.is_empty() {
        anstream::println!("{DIM}nothing waits for an answer{DIM:#}");
    }
    // Who asks the same again stands below whoever asked first.
    let mut shown: Vec<&str> = Vec::new();
    for approval in &found {
        let same = |other: &&Approval| other.cause.is_some() && other.cause == approval.cause;
        if shown.contains(&approval.id.as_str()) {
            continue;
        }
        anstream::println!("{}", line(approval));
        let later = found.iter().filter(|other| other.id != approval.id);
        for sibling in later.filter(same).filter(|_| !all) {
            anstream::println!("  {}", beside(sibling, approval));
            shown.push(&sibling.id);
        }
    }
    Ok(())
}

/// How far it is, what it is about, and why it is held.
pub(super) fn line(approval: &Approval) -> String {
    let why = safe(&approval.held.judgement.reason);
    about(approval, approval.state.as_str(), &why)
}

/// That somebody answered, who, and what.
pub(super) fn answered(approval: &Approval, answer: &Answer) -> String {
    about(approval, "answered", &said(answer))
}

fn about(approval: &Approval, what: &str, more: &str) -> String {
    let action = &approval.held.action;
    format!(
        "{BOLD}{}{BOLD:#} {CARE}{what}{CARE:#} {} by {}: {} {DIM}({more}){DIM:#}",
        safe(&approval.id),
        safe(&action.kind),
        safe(&action.agent),
        safe(&action.summary),
    )
}

fn said(answer: &Answer) -> String {
    let word = if answer.approved { "yes" } else { "no" };
    let by = safe(&answer.by);
    match answer.reason.as_deref().unwrap_or_default() {
        "" => format!("{word} by {by}"),
        why => format!("{word} by {by}: {}", safe(why)),
    }
}

pub(super) fn show(
    approval: &Approval,
    siblings: &[Approval],
    conclusion: Option<&Conclusion>,
    as_json: bool,
) {
    if as_json {
        let mut told = wire::approval(approval);
        told["conclusion"] = conclusion.map(wire::conclusion).into();
        told["siblings"] = siblings.iter().map(|sibling| sibling.id.as_str()).collect();
        anstream::println!("{told}");
        return;
    }
    let action = &approval.held.action;
    anstream::println!("{}", line(approval));
    let mut rows = vec![
        ("action", approval.digest.to_string()),
        ("payload", safe(action.payload.text())),
    ];
    if let Some(intent) = &action.intent {
        rows.push(("intent", safe(intent)));
    }
    for cause in &approval.held.judgement.causes {
        let reason = &cause.reason;
        rows.push((
            "because",
            format!("{}: {}", safe(&reason.code), safe(&reason.message)),
        ));
        for seen in &reason.evidence {
            let place = seen
                .step
                .map_or_else(String::new, |step| format!("step {step} "));
            rows.push((
                "",
                format!("{place}{}: {}", safe(&seen.path), safe(&seen.text)),
            ));
        }
    }
    for given in &approval.answers {
        rows.push(("answer", said(&given.answer)));
    }
    if let Some(who) = &approval.cancelled {
        let words = format!("cancelled by {} via {}", safe(&who.by), safe(&who.via));
        rows.push(("ended", words));
    }
    if let Some(conclusion) = conclusion {
        rows.push(("became", became(conclusion)));
    }
    for sibling in siblings {
        rows.push(("beside", beside(sibling, approval)));
    }
    for (name, text) in rows {
        anstream::println!("  {DIM}{name:<8}{DIM:#} {text}");
    }
}

/// What became of the action, judged again.
fn became(conclusion: &Conclusion) -> String {
    let reason = safe(&conclusion.judged.judgement.reason);
    match (conclusion.approved, &conclusion.approval) {
        (Some(true), _) => "it may run".to_owned(),
        (Some(false), _) => format!("it does not run: {reason}"),
        (None, Some(next)) => format!("asked again as {}: {reason}", safe(next)),
        (None, None) => reason,
    }
}

/// A question on the card of another.
fn beside(sibling: &Approval, first: &Approval) -> String {
    let equal = match sibling.digest == first.digest {
        true => format!(" {DIM}(exactly the same again){DIM:#}"),
        false => String::new(),
    };
    format!("{}{equal}", line(sibling))
}
