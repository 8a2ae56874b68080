//! What the audit log is told of an action: that a person is about to be asked, or how
//! it ended.

use std::time::{Duration, SystemTime};

use super::Gate;
use super::asking::used;
use crate::action::ActionDigest;
use crate::approvals::Approval;
use crate::audit::{self, AuditError, Entry};
use crate::verdict::{Judged, Judgement, Opinion, Part};

/// What a record of an action says of its end.
pub(super) enum End<'a> {
    /// A human is about to be asked.
    Asked {
        approval: &'a str,
        after: Option<audit::ApprovalLine<'a>>,
    },
    /// It is decided.
    Decided {
        approved: bool,
        approval: Option<audit::ApprovalLine<'a>>,
    },
}

/// How asking ended, as it is recorded: who answered or withdrew it, if anybody did.
pub(super) fn said(approval: &Approval) -> audit::ApprovalLine<'_> {
    let given = approval.deciding();
    let cancelled = approval.cancelled.as_ref();
    let who = match (given, cancelled) {
        (Some(given), _) => Some((&*given.answer.by, &*given.answer.via, given.at)),
        (None, Some(who)) => Some((&*who.by, &*who.via, who.at)),
        (None, None) => None,
    };
    audit::ApprovalLine {
        id: &approval.id,
        state: used(approval.state).as_str(),
        by: who.map(|(by, ..)| by),
        via: who.map(|(_, via, _)| via),
        at: who.map(|(.., at)| SystemTime::UNIX_EPOCH + Duration::from_millis(at)),
        grant: given.and_then(|given| given.grant.as_deref()),
    }
}

impl Gate {
    /// Writes down that it was asked about or decided; returns when that is durable.
    pub(super) fn record(
        &self,
        judged: &Judged,
        digest: ActionDigest,
        end: End<'_>,
    ) -> Result<u64, AuditError> {
        let Judged {
            action, judgement, ..
        } = judged;
        let plugins: Vec<audit::PluginLine<'_>> = judged
            .opinions
            .iter()
            .map(|opinion| plugin_line(opinion, judgement))
            .collect();
        let reasons: Vec<audit::ReasonLine<'_>> = judgement.causes.iter().map(Into::into).collect();
        let line = audit::Judged {
            at: SystemTime::now(),
            agent: &action.agent,
            kind: &action.kind,
            summary: &action.summary,
            verdict: judgement.verdict,
            reason: &judgement.reason,
            risk: judgement.risk,
            session: &action.session,
            id: &action.id,
            action_digest: digest,
            generation: &judged.generation,
            plugins: &plugins,
            labels: &judgement.labels,
            reasons: &reasons,
            latency_us: judged.latency_us,
        };
        self.audit.append(&match end {
            End::Asked { approval, after } => Entry::Hold {
                judged: &line,
                approval: Some(approval),
                after,
            },
            End::Decided { approved, approval } => Entry::Decision {
                judged: &line,
                approved,
                approval,
            },
        })
    }
}

fn plugin_line<'a>(opinion: &'a Opinion, judgement: &'a Judgement) -> audit::PluginLine<'a> {
    let assessment = opinion.outcome.as_ref().ok();
    let flip = judgement.flips.iter().find(|flip| {
        // What happened since, such as a question that expired, may be as severe.
        !opinion.part.counts() && flip.plugin == opinion.plugin && flip.verdict > judgement.verdict
    });
    audit::PluginLine {
        name: &opinion.plugin,
        digest: &opinion.digest,
        verdict: assessment.and_then(|a| a.verdict),
        risk: assessment.map(|a| a.risk),
        outcome: opinion.outcome_name(),
        fuel: opinion.fuel,
        part: Some(opinion.part)
            .filter(|part| *part != Part::Full)
            .map(Part::as_str),
        would: flip.map(|flip| audit::FlipLine {
            decision: flip.verdict,
            code: &flip.reason.code,
            message: &flip.reason.message,
        }),
    }
}
