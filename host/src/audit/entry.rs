//! What can be recorded; `encode.rs` makes lines of it. Structs that are written as they
//! are here are the wire format: a field's place in its struct is its place in the line.

mod encode;

use std::time::SystemTime;

use serde::{Serialize, Serializer};

use crate::action::ActionDigest;
use crate::verdict::{Cause, Verdict};

/// One thing to record.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// The final decision on an action: exactly one an action.
    Decision {
        /// The action and its judgement.
        judged: &'a Judged<'a>,
        /// Whether the action may run.
        approved: bool,
        /// The human's word, when there was one.
        approval: Option<ApprovalLine<'a>>,
    },
    /// A HOLD, written before anyone is asked.
    Hold {
        /// The action and its judgement.
        judged: &'a Judged<'a>,
        /// The id under which it waits, if it has one already.
        approval: Option<&'a str>,
        /// The yes before it, when that was not enough: judged again, the action
        /// had a cause nobody had been shown.
        after: Option<ApprovalLine<'a>>,
    },
    /// What an action returned.
    Observation(Observed<'a>),
    /// A new generation is in force.
    Swap(Swapped<'a>),
    /// An approver's grant begins or ends.
    Grant(Granted<'a>),
    /// A plugin is asked no more, or again.
    Quarantine(Quarantined<'a>),
}

/// An action and what was made of it.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// When it was decided.
    pub at: SystemTime,
    /// Who wants to act.
    pub agent: &'a str,
    /// The action's type.
    pub kind: &'a str,
    /// What the agent says it is about to do.
    pub summary: &'a str,
    /// The verdict.
    pub verdict: Verdict,
    /// The verdict in one sentence.
    pub reason: &'a str,
    /// The risk, from 0 to 1.
    pub risk: f64,
    /// The session's id, or empty.
    pub session: &'a str,
    /// The action's id.
    pub id: &'a str,
    /// The exact action.
    pub action_digest: ActionDigest,
    /// The policy that judged it.
    pub generation: &'a str,
    /// Each plugin's answer, in the policy's order.
    pub plugins: &'a [PluginLine<'a>],
    /// The labels of the step.
    pub labels: &'a [String],
    /// Every cause, most severe first.
    pub reasons: &'a [ReasonLine<'a>],
    /// How long the decision took, without waiting for humans.
    pub latency_us: u64,
}

/// One plugin's answer.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PluginLine<'a> {
    /// Its name in the configuration.
    pub name: &'a str,
    /// The digest of its component.
    pub digest: &'a str,
    /// Its verdict; none when it abstained or failed.
    #[serde(serialize_with = "verdict_or_null")]
    pub verdict: Option<Verdict>,
    /// Its risk; none when it failed.
    pub risk: Option<f64>,
    /// `assessed`, `abstained` or the failure's name.
    pub outcome: &'a str,
    /// The fuel it used.
    pub fuel: u64,
    /// `canary` or `shadow`; none for one that counts in every session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<&'a str>,
    /// What it would have changed, were it no shadow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would: Option<FlipLine<'a>>,
}

/// What a shadow plugin would have changed, and why.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct FlipLine<'a> {
    /// The decision it would have been.
    #[serde(serialize_with = "verdict")]
    pub decision: Verdict,
    /// Stable code in kebab-case.
    pub code: &'a str,
    /// One sentence.
    pub message: &'a str,
}

/// One cause of the verdict.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReasonLine<'a> {
    /// Who said it.
    pub plugin: &'a str,
    /// Stable code in kebab-case.
    pub code: &'a str,
    /// One sentence.
    pub message: &'a str,
}

impl<'a> From<&'a Cause> for ReasonLine<'a> {
    fn from(cause: &'a Cause) -> Self {
        ReasonLine {
            plugin: &cause.plugin,
            code: &cause.reason.code,
            message: &cause.reason.message,
        }
    }
}

/// How asking a human ended.
#[derive(Debug, Clone, Copy)]
pub struct ApprovalLine<'a> {
    /// The approval's id.
    pub id: &'a str,
    /// `approved`, `refused`, `expired` or `cancelled`.
    pub state: &'a str,
    /// Who answered or withdrew it, if anybody did.
    pub by: Option<&'a str>,
    /// Through which channel.
    pub via: Option<&'a str>,
    /// When.
    pub at: Option<SystemTime>,
    /// The grant by which they had answered in advance.
    pub grant: Option<&'a str>,
}

/// What an action returned; its text is recorded as digest and length only.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    /// When it was reported.
    pub at: SystemTime,
    /// The session's id.
    pub session: &'a str,
    /// The action's id.
    pub id: &'a str,
    /// The policy in force.
    pub generation: &'a str,
    /// The output itself, hashed here.
    pub output: &'a str,
    /// Whether the action worked, if known.
    pub succeeded: Option<bool>,
}

/// One generation taking over from another.
#[derive(Debug, Clone, Copy)]
pub struct Swapped<'a> {
    /// When.
    pub at: SystemTime,
    /// The generation now in force.
    pub generation: &'a str,
    /// The one before, if there was one.
    pub previous: Option<&'a str>,
    /// Name and digest of each plugin of the new one, in order.
    pub plugins: &'a [(&'a str, &'a str)],
}

/// A plugin that failed too often.
#[derive(Debug, Clone, Copy)]
pub struct Quarantined<'a> {
    /// When.
    pub at: SystemTime,
    /// `quarantined` or `released`.
    pub what: &'a str,
    /// The plugin's name.
    pub plugin: &'a str,
    /// Digest of its component.
    pub digest: &'a str,
    /// How it failed last.
    pub why: &'a str,
    /// Who let it go.
    pub by: Option<&'a str>,
}

/// An approver's grant.
#[derive(Debug, Clone, Copy)]
pub struct Granted<'a> {
    /// When.
    pub at: SystemTime,
    /// `given`, `revoked`, or `withdrawn`: recorded, but the answer it came with was
    /// not taken, so it never held.
    pub what: &'a str,
    /// The grant's id.
    pub grant: &'a str,
    /// The question it was given with.
    pub approval: &'a str,
    /// Who did so.
    pub by: &'a str,
    /// Through which channel.
    pub via: &'a str,
    /// Whose actions it answers for.
    pub agent: &'a str,
    /// Their type.
    pub kind: &'a str,
    /// The only session it holds in.
    pub session: Option<&'a str>,
    /// What may be something else than was shown.
    pub words: &'a [String],
    /// When it ends.
    pub until: SystemTime,
}

/// What the log itself records when it had to mend or lost its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recovered<'a> {
    pub(super) at: SystemTime,
    pub(super) reason: &'a str,
    pub(super) set_aside: Option<&'a str>,
    pub(super) bytes: u64,
}

fn verdict<S: Serializer>(verdict: &Verdict, to: S) -> Result<S::Ok, S::Error> {
    verdict.as_str().serialize(to)
}

fn verdict_or_null<S: Serializer>(verdict: &Option<Verdict>, to: S) -> Result<S::Ok, S::Error> {
    verdict.map(Verdict::as_str).serialize(to)
}
