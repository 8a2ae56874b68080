//! On what terms a question is asked: who may answer, how many must, for how long.

use std::cmp::Reverse;
use std::path::PathBuf;
use std::time::Duration;

use super::{Amount, People};
use crate::verdict::Judged;

/// What happens when the time to wait is up and nobody has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnTimeout {
    /// The question is over, and the action does not run.
    Deny,
    /// The question goes on; the agent comes back for the answer.
    Pause,
}

/// How approvals are kept, and who answers them.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalsConfig {
    /// The file; `None` to keep them in memory, where no other process sees them.
    pub store: Option<PathBuf>,
    /// How long a question waits for its answer, and a yes for its agent.
    pub lifetime: Duration,
    /// How many may wait.
    pub most: u64,
    /// Who may answer; anyone when empty.
    pub approvers: Vec<String>,
    /// How many different people must approve.
    pub quorum: u32,
    /// Who answers under several names.
    pub people: People,
    /// Terms of their own for some actions.
    pub rules: Vec<Rule>,
    /// What happens when the time to wait is up.
    pub on_timeout: OnTimeout,
    /// How long a call waits for other processes that use the file.
    pub patience: Duration,
}

impl Default for ApprovalsConfig {
    fn default() -> Self {
        ApprovalsConfig {
            store: None,
            lifetime: Duration::from_secs(900),
            most: 1000,
            approvers: Vec::new(),
            quorum: 1,
            people: People::default(),
            rules: Vec::new(),
            on_timeout: OnTimeout::Deny,
            patience: Duration::from_secs(5),
        }
    }
}

impl ApprovalsConfig {
    /// The terms on which this action is asked about: those of the strictest rule that
    /// is about it, or the general ones.
    pub fn terms(&self, held: &Judged) -> Terms {
        let rules = self.rules.iter().filter(|rule| rule.is_about(held));
        let strictest = rules.min_by_key(|rule| rule.terms.leniency());
        strictest.map_or_else(|| self.general(), |rule| rule.terms.clone())
    }

    /// The terms of actions that no rule is about.
    pub fn general(&self) -> Terms {
        Terms {
            approvers: self.approvers.clone(),
            quorum: self.quorum,
            lifetime: self.lifetime,
        }
    }
}

/// Who may answer, how many must, and for how long a question waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Who may answer; anyone when empty.
    pub approvers: Vec<String>,
    /// How many different people must approve.
    pub quorum: u32,
    /// How long a question waits for its answer, and a yes for its agent.
    pub lifetime: Duration,
}

impl Terms {
    /// More people needed is stricter, then fewer who may be asked, then less time.
    fn leniency(&self) -> (Reverse<u32>, usize, Duration) {
        let may = match self.approvers.len() {
            0 => usize::MAX,
            listed => listed,
        };
        (Reverse(self.quorum), may, self.lifetime)
    }
}

/// Terms of their own for some actions: those for which everything that is set here is
/// true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Types of actions; any when empty.
    pub types: Vec<String>,
    /// Codes of causes, with or without their plugin (`consequence/money-out`), of which
    /// one is enough; any when empty.
    pub reasons: Vec<String>,
    /// The action's [amount](Amount::of) is over this.
    pub amount_over: Option<Amount>,
    /// The terms.
    pub terms: Terms,
}

impl Rule {
    fn is_about(&self, held: &Judged) -> bool {
        let named = |code: &String| {
            let mut causes = held.judgement.causes.iter();
            causes.any(|cause| match code.split_once('/') {
                Some((plugin, code)) => cause.plugin == plugin && cause.reason.code == code,
                None => cause.reason.code == *code,
            })
        };
        (self.types.is_empty() || self.types.contains(&held.action.kind))
            && (self.reasons.is_empty() || self.reasons.iter().any(named))
            && self
                .amount_over
                .is_none_or(|limit| self.is_over(limit, held))
    }

    /// An action without an amount is not over one. But where the rule names actions by
    /// type or reason, they are about money, and not to say how much is no way around it.
    fn is_over(&self, limit: Amount, held: &Judged) -> bool {
        match Amount::of(&held.action.payload.value()) {
            Some(amount) => amount > limit,
            None => !self.types.is_empty() || !self.reasons.is_empty(),
        }
    }
}
