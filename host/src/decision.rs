//! What became of an action: the answer that leaves the gate.

use crate::action::{Action, ActionDigest};
use crate::approvals::State;
use crate::verdict::{Cause, Judged, Verdict};

/// What became of an action.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The action's id; made up by the host when it had none.
    pub id: String,
    /// The verdict. A HOLD that was approved stays a HOLD, with `approved`.
    pub verdict: Verdict,
    /// The verdict in one sentence.
    pub reason: String,
    /// Risk in `[0,1]`.
    pub risk: f64,
    /// Labels kept with the step.
    pub labels: Vec<String>,
    /// Whether it may run; `None` while a human is being asked.
    pub approved: Option<bool>,
    /// The approval, if a human was asked.
    pub approval: Option<String>,
    /// What came of asking: tells a refusal from a time that ran out.
    pub approval_state: Option<State>,
    /// Every cause, most severe first.
    pub causes: Vec<Cause>,
    /// The generation that judged it.
    pub generation: String,
    /// Names the exact action.
    pub digest: ActionDigest,
    /// Its line in the audit log; `None` when it could not be recorded.
    pub seq: Option<u64>,
    /// How long the judging took, in microseconds, without waiting for humans.
    pub latency_us: u64,
}

impl Decision {
    pub(crate) fn of(
        judged: Judged,
        digest: ActionDigest,
        approved: Option<bool>,
        approval: Option<String>,
    ) -> Self {
        let Judged {
            action,
            generation,
            judgement,
            latency_us,
            ..
        } = judged;
        Decision {
            id: action.id.clone(),
            verdict: judgement.verdict,
            reason: judgement.reason,
            risk: judgement.risk,
            labels: judgement.labels,
            approved,
            approval,
            approval_state: None,
            causes: judgement.causes,
            generation: generation.to_string(),
            digest,
            seq: None,
            latency_us,
        }
    }

    /// The decision on an action nobody has looked at.
    pub(crate) fn blank(action: &Action, generation: &str) -> Self {
        Decision {
            id: action.id.clone(),
            verdict: Verdict::Block,
            reason: String::new(),
            risk: 1.0,
            labels: Vec::new(),
            approved: Some(false),
            approval: None,
            approval_state: None,
            causes: Vec::new(),
            generation: generation.to_owned(),
            digest: action.digest(),
            seq: None,
            latency_us: 0,
        }
    }

    /// Whether the action may run now.
    pub fn may_run(&self) -> bool {
        self.approved == Some(true)
    }
}
