//! Questions and answers, in memory and in a file that several share.

mod answers;
mod covers;
mod rules;
mod shared;
mod times;

use std::time::Duration;

use super::*;
use crate::verdict::{Cause, Judgement, Reason, Verdict};

fn held(codes: &[&str]) -> Judged {
    let cause = |code: &&str| Cause {
        plugin: "p".to_owned(),
        verdict: Verdict::Hold,
        reason: Reason {
            code: (*code).to_owned(),
            message: String::new(),
            evidence: Vec::new(),
        },
    };
    let action = Action {
        agent: "bot".to_owned(),
        session: "s".to_owned(),
        id: "a-1".to_owned(),
        ..Action::new("pay")
    };
    Judged {
        action: Arc::new(action),
        step: None,
        generation: "g".into(),
        opinions: Vec::new(),
        judgement: Judgement {
            verdict: Verdict::Hold,
            risk: 0.6,
            reason: String::new(),
            causes: codes.iter().map(cause).collect(),
            labels: Vec::new(),
            flips: Vec::new(),
        },
        latency_us: 0,
    }
}

/// Each lives for 100 ms, and two may wait.
fn config() -> ApprovalsConfig {
    ApprovalsConfig {
        lifetime: Duration::from_millis(100),
        most: 2,
        ..ApprovalsConfig::default()
    }
}

fn approvals() -> Approvals {
    Approvals::new(config())
}

fn ask(approvals: &Approvals, now: u64) -> Result<String, ApprovalError> {
    let id = Approvals::fresh_id();
    approvals.hold(&id, &held(&["a"]), "key:agent", now)?;
    Ok(id)
}

fn says(by: &str, approved: bool) -> Answer {
    Answer {
        approved,
        by: by.to_owned(),
        via: "test".to_owned(),
        reason: None,
    }
}

fn claim<'a>(approvals: &'a Approvals, id: &str, now: u64) -> Claim<'a> {
    approvals.claim(id, now, Duration::ZERO).unwrap()
}

/// What there is to conclude, and the turn to do it.
fn claimed<'a>(approvals: &'a Approvals, id: &str, now: u64) -> (Box<Approval>, Turn<'a>) {
    match claim(approvals, id, now) {
        Claim::Ours(approval, turn) => (approval, turn),
        found => panic!("{found:?}"),
    }
}

fn conclusion(approved: bool) -> Conclusion {
    Conclusion {
        judged: held(&["a"]),
        approved: Some(approved),
        approval: None,
        seq: Some(7),
        at: 120,
    }
}
