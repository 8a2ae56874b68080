//! From opinions to one verdict: pure, total and monotone.
//!
//! [`combine`] is the whole rule: the operator's static lists, then the worst
//! of the plugins. Failures are opinions too. Adding a plugin or a failure can
//! only make the verdict more severe; abstaining is not approving.

use std::fmt;
use std::sync::Arc;

use crate::action::Action;

/// What happens to an action, in rising severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It may run.
    Allow,
    /// It waits for a human.
    Hold,
    /// It must not run.
    Block,
}

impl Verdict {
    /// The word used on the wire and in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::Hold => "hold",
            Verdict::Block => "block",
        }
    }

    /// The verdict of this name.
    pub fn named(name: &str) -> Option<Verdict> {
        [Verdict::Allow, Verdict::Hold, Verdict::Block]
            .into_iter()
            .find(|v| v.as_str() == name)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something a human can look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The earlier step, or `None` for the action itself.
    pub step: Option<u32>,
    /// JSON path of the value; may be empty.
    pub path: String,
    /// The value.
    pub text: String,
}

/// One cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable code in kebab-case.
    pub code: String,
    /// One plain sentence.
    pub message: String,
    /// Where it comes from.
    pub evidence: Vec<Evidence>,
}

/// A scorer's answer, checked: the risk is a number in `[0,1]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Risk in `[0,1]`.
    pub risk: f64,
    /// The scorer's verdict; `None` when it abstained.
    pub verdict: Option<Verdict>,
    /// Causes, most important first.
    pub reasons: Vec<Reason>,
    /// Labels to keep with the step.
    pub labels: Vec<String>,
}

/// Why a scorer gave no assessment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It said that it cannot judge (`score-error`).
    #[error("declined: {0}")]
    Declined(String),
    /// It trapped.
    #[error("trapped: {0}")]
    Trapped(String),
    /// It used up its fuel, the deterministic bound on its work.
    #[error("out of fuel")]
    OutOfFuel,
    /// It used up its wall time.
    #[error("timed out")]
    TimedOut,
    /// It needed more memory or table space than its limit.
    #[error("out of memory")]
    OutOfMemory,
    /// It called into the host more often than its limit.
    #[error("too many calls into the host")]
    HostCalls,
    /// It answered nonsense: NaN, a risk outside `[0,1]`, too much.
    #[error("bad output: {0}")]
    BadOutput(String),
    /// No place for an instance was free in time, or the queue was full.
    #[error("overloaded: {0}")]
    Overloaded(String),
    /// One of its `observe` calls failed, so it has not read everything.
    #[error("could not read an earlier output: {0}")]
    Unobserved(String),
    /// The host itself failed while running it.
    #[error("host error: {0}")]
    Host(String),
    /// It failed too often and is asked no more.
    #[error("in quarantine: it failed too often")]
    Quarantined,
}

impl Failure {
    /// Every name there is.
    pub const NAMES: [&'static str; 11] = [
        "declined",
        "trapped",
        "out-of-fuel",
        "timed-out",
        "out-of-memory",
        "host-calls",
        "bad-output",
        "overloaded",
        "unobserved",
        "host-error",
        "quarantined",
    ];

    /// The failure of this name, in these words where it has any.
    pub fn named(name: &str, words: String) -> Option<Failure> {
        let place = Self::NAMES.iter().position(|known| *known == name)?;
        Some(match place {
            0 => Failure::Declined(words),
            1 => Failure::Trapped(words),
            2 => Failure::OutOfFuel,
            3 => Failure::TimedOut,
            4 => Failure::OutOfMemory,
            5 => Failure::HostCalls,
            6 => Failure::BadOutput(words),
            7 => Failure::Overloaded(words),
            8 => Failure::Unobserved(words),
            9 => Failure::Host(words),
            _ => Failure::Quarantined,
        })
    }

    /// Its own words, if it has any.
    pub fn words(&self) -> &str {
        match self {
            Failure::Declined(words)
            | Failure::Trapped(words)
            | Failure::BadOutput(words)
            | Failure::Overloaded(words)
            | Failure::Unobserved(words)
            | Failure::Host(words) => words,
            Failure::OutOfFuel
            | Failure::TimedOut
            | Failure::OutOfMemory
            | Failure::HostCalls
            | Failure::Quarantined => "",
        }
    }

    /// The outcome's name in the audit log and in counters.
    pub fn name(&self) -> &'static str {
        Self::NAMES[match self {
            Failure::Declined(_) => 0,
            Failure::Trapped(_) => 1,
            Failure::OutOfFuel => 2,
            Failure::TimedOut => 3,
            Failure::OutOfMemory => 4,
            Failure::HostCalls => 5,
            Failure::BadOutput(_) => 6,
            Failure::Overloaded(_) => 7,
            Failure::Unobserved(_) => 8,
            Failure::Host(_) => 9,
            Failure::Quarantined => 10,
        }]
    }

    /// Whether the plugin is to blame: not where it said that it cannot judge, and not
    /// where the host had no room or failed itself.
    pub fn is_its_own(&self) -> bool {
        match self {
            Failure::Trapped(_)
            | Failure::OutOfFuel
            | Failure::TimedOut
            | Failure::OutOfMemory
            | Failure::HostCalls
            | Failure::BadOutput(_)
            | Failure::Unobserved(_) => true,
            Failure::Declined(_)
            | Failure::Overloaded(_)
            | Failure::Host(_)
            | Failure::Quarantined => false,
        }
    }
}

/// What part a plugin's opinion has in the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It counts.
    Full,
    /// It counts here, since the session is one of those the plugin is tried on.
    Canary,
    /// It is recorded and changes nothing.
    Shadow,
}

impl Part {
    /// Every part, with its name in the audit log.
    const NAMES: [(&'static str, Part); 3] = [
        ("enforce", Part::Full),
        ("canary", Part::Canary),
        ("shadow", Part::Shadow),
    ];

    /// Its name in the audit log.
    pub fn as_str(self) -> &'static str {
        let mut names = Part::NAMES.into_iter();
        names
            .find(|(_, part)| *part == self)
            .map_or("", |(name, _)| name)
    }

    /// The part of this name.
    pub fn named(name: &str) -> Option<Part> {
        let mut names = Part::NAMES.into_iter();
        names
            .find(|(known, _)| *known == name)
            .map(|(_, part)| part)
    }

    /// Whether the opinion can change the verdict.
    pub fn counts(self) -> bool {
        self != Part::Shadow
    }
}

/// What one plugin made of an action.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// The plugin's name in the configuration.
    pub plugin: String,
    /// Digest of its component: `sha256:` and 64 hex digits.
    pub digest: Arc<str>,
    /// Its assessment or the failure that counts instead.
    pub outcome: Result<Assessment, Failure>,
    /// Its part in the verdict.
    pub part: Part,
    /// Fuel it used.
    pub fuel: u64,
}

impl Opinion {
    /// The outcome's name: `assessed`, `abstained` or the failure's.
    pub fn outcome_name(&self) -> &'static str {
        match &self.outcome {
            Ok(assessment) if assessment.verdict.is_some() => "assessed",
            Ok(_) => "abstained",
            Err(failure) => failure.name(),
        }
    }
}

/// The operator's static rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Types that are always blocked.
    pub block_types: Vec<String>,
    /// Types that always wait for a human.
    pub hold_types: Vec<String>,
    /// A risk strictly over this holds. In `[0,1]`.
    pub hold_if_risk_over: f64,
    /// What a failed plugin counts as: HOLD or BLOCK.
    pub on_plugin_failure: Verdict,
}

/// A cause of the verdict: who said it and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The plugin, or `policy` for the static rules.
    pub plugin: String,
    /// What this cause alone would make of the action.
    pub verdict: Verdict,
    /// Code, sentence and evidence.
    pub reason: Reason,
}

/// The verdict and everything that explains it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The highest risk any enforcing plugin gave; 0 without one.
    pub risk: f64,
    /// One sentence: the first of the most severe causes.
    pub reason: String,
    /// Every cause, most severe first; empty on a plain ALLOW without findings.
    pub causes: Vec<Cause>,
    /// Labels of all enforcing plugins, sorted, without repeats.
    pub labels: Vec<String>,
    /// What shadow plugins would have changed: of each that is more severe, its first cause.
    pub flips: Vec<Cause>,
}

impl Judgement {
    /// The judgement on an action that no plugin could be asked about. The static
    /// rules still hold.
    pub fn unjudged(rules: &Rules, kind: &str, code: &str, message: String) -> Self {
        let verdict = rules.on_plugin_failure.max(Verdict::Hold);
        let failed = Cause {
            plugin: POLICY.to_owned(),
            verdict,
            reason: plain(code, message),
        };
        let mut causes = vec![failed];
        causes.extend(static_cause(rules, kind));
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.verdict));
        let first = causes.first();
        Judgement {
            verdict: first.map_or(verdict, |cause| cause.verdict),
            risk: 1.0,
            reason: first.map_or_else(String::new, |cause| cause.reason.message.clone()),
            causes,
            labels: Vec::new(),
            flips: Vec::new(),
        }
    }
}

/// An action, judged: everything that was said about it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The action with its id.
    pub action: Arc<Action>,
    /// Its place in the session; `None` when it stands alone, or when the session
    /// could not be used.
    pub step: Option<u32>,
    /// The generation that judged it.
    pub generation: Arc<str>,
    /// What each plugin said, in the policy's order.
    pub opinions: Vec<Opinion>,
    /// What follows from it.
    pub judgement: Judgement,
    /// How long the judging took, in microseconds.
    pub latency_us: u64,
}

/// The name under which the static rules speak.
pub const POLICY: &str = "policy";

/// Combines the static rules and all opinions into one judgement.
///
/// Precedence is that of coldnotch 0.0.1: blocked types, held types, a risk
/// strictly over the threshold, otherwise ALLOW; each plugin's own verdict and
/// each failure joins in, and the most severe decides.
pub fn combine(rules: &Rules, kind: &str, opinions: &[Opinion]) -> Judgement {
    let mut causes = Vec::new();
    causes.extend(static_cause(rules, kind));
    let enforcing = opinions.iter().filter(|opinion| opinion.part.counts());
    for opinion in enforcing.clone() {
        causes.extend(causes_of(rules, opinion));
    }
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.verdict)); // stable: order of the policy within one severity

    let assessments = enforcing.filter_map(|opinion| opinion.outcome.as_ref().ok());
    let risk = assessments.clone().map(|a| a.risk).fold(0.0, f64::max);
    let mut labels: Vec<String> = assessments.flat_map(|a| a.labels.iter().cloned()).collect();
    labels.sort_unstable();
    labels.dedup();

    let verdict = causes.first().map_or(Verdict::Allow, |cause| cause.verdict);
    let reason = match causes.first() {
        Some(cause) if verdict > Verdict::Allow => cause.reason.message.clone(),
        _ => "allowed by policy".to_owned(),
    };
    let shadows = opinions.iter().filter(|opinion| !opinion.part.counts());
    let firsts = shadows.filter_map(|opinion| causes_of(rules, opinion).into_iter().next());
    Judgement {
        verdict,
        risk,
        reason,
        causes,
        labels,
        flips: firsts.filter(|cause| cause.verdict > verdict).collect(),
    }
}

fn static_cause(rules: &Rules, kind: &str) -> Option<Cause> {
    let listed = |types: &[String]| types.iter().any(|t| t == kind);
    let (verdict, code, what) = if listed(&rules.block_types) {
        (Verdict::Block, "blocked-type", "is blocked by policy")
    } else if listed(&rules.hold_types) {
        (Verdict::Hold, "held-type", "requires approval")
    } else {
        return None;
    };
    Some(Cause {
        plugin: POLICY.to_owned(),
        verdict,
        reason: plain(code, format!("type '{kind}' {what}")),
    })
}

/// The causes one opinion gives where it counts, all of one verdict. Its reasons explain the verdict it
/// gives or brings about by its risk; an opinion without reasons gets a plain one.
fn causes_of(rules: &Rules, opinion: &Opinion) -> Vec<Cause> {
    let cause = |verdict, reason| Cause {
        plugin: opinion.plugin.clone(),
        verdict,
        reason,
    };
    let assessment = match &opinion.outcome {
        Ok(assessment) => assessment,
        Err(failure) => {
            let message = format!("plugin '{}' could not judge: {failure}", opinion.plugin);
            return vec![cause(
                rules.on_plugin_failure.max(Verdict::Hold),
                plain("plugin-failure", message),
            )];
        }
    };
    // Written so that a NaN, which the runtime refuses anyway, would hold.
    let risky = !matches!(
        assessment.risk.partial_cmp(&rules.hold_if_risk_over),
        Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)
    );
    let by_risk = if risky { Verdict::Hold } else { Verdict::Allow };
    let verdict = assessment.verdict.unwrap_or(Verdict::Allow).max(by_risk);
    if assessment.reasons.is_empty() && verdict > Verdict::Allow {
        let message = if assessment.verdict < Some(verdict) {
            format!(
                "risk {:.2} over the threshold {:.2}",
                assessment.risk, rules.hold_if_risk_over
            )
        } else {
            format!("plugin '{}' says {verdict}", opinion.plugin)
        };
        return vec![cause(verdict, plain("risk", message))];
    }
    assessment
        .reasons
        .iter()
        .map(|reason| cause(verdict, reason.clone()))
        .collect()
}

fn plain(code: &str, message: String) -> Reason {
    Reason {
        code: code.to_owned(),
        message,
        evidence: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules() -> Rules {
        Rules {
            block_types: vec!["exec_shell".to_owned()],
            hold_types: vec!["exec_shell".to_owned(), "pay".to_owned()],
            hold_if_risk_over: 0.5,
            on_plugin_failure: Verdict::Hold,
        }
    }

    fn opinion(outcome: Result<Assessment, Failure>) -> Opinion {
        Opinion {
            plugin: "p".to_owned(),
            digest: "d".into(),
            outcome,
            part: Part::Full,
            fuel: 0,
        }
    }

    fn says(risk: f64, verdict: Option<Verdict>) -> Opinion {
        opinion(Ok(Assessment {
            risk,
            verdict,
            reasons: Vec::new(),
            labels: Vec::new(),
        }))
    }

    fn verdict(kind: &str, opinions: &[Opinion]) -> (Verdict, String) {
        let judgement = combine(&rules(), kind, opinions);
        (judgement.verdict, judgement.reason)
    }

    #[test]
    fn precedence_and_reasons_are_those_of_0_0_1() {
        let blocked = (
            Verdict::Block,
            "type 'exec_shell' is blocked by policy".to_owned(),
        );
        assert_eq!(verdict("exec_shell", &[says(0.9, None)]), blocked);
        assert_eq!(
            verdict("pay", &[says(0.9, None)]),
            (Verdict::Hold, "type 'pay' requires approval".to_owned())
        );
        let risky = (
            Verdict::Hold,
            "risk 0.60 over the threshold 0.50".to_owned(),
        );
        assert_eq!(verdict("mail", &[says(0.6, None)]), risky);
        assert_eq!(
            verdict("mail", &[says(0.5, None)]),
            (Verdict::Allow, "allowed by policy".to_owned())
        );
        assert_eq!(
            verdict("mail", &[]),
            (Verdict::Allow, "allowed by policy".to_owned())
        );
    }

    #[test]
    fn an_allow_or_an_abstention_never_overrules() {
        for quiet in [says(0.0, None), says(0.0, Some(Verdict::Allow))] {
            assert_eq!(
                verdict("mail", &[says(0.1, Some(Verdict::Block)), quiet.clone()]).0,
                Verdict::Block
            );
            assert_eq!(verdict("pay", &[quiet]).0, Verdict::Hold);
        }
    }

    #[test]
    fn a_shadow_plugin_changes_nothing() {
        let shadow = Opinion {
            part: Part::Shadow,
            ..says(1.0, Some(Verdict::Block))
        };
        let judgement = combine(&rules(), "mail", &[shadow]);
        assert_eq!((judgement.verdict, judgement.risk), (Verdict::Allow, 0.0));
        assert!(judgement.causes.is_empty());
    }

    #[test]
    fn what_a_shadow_plugin_would_have_changed_is_told_apart() {
        let shadow = |one: Opinion| Opinion {
            part: Part::Shadow,
            ..one
        };
        let flips = |kind: &str, opinions: &[Opinion]| -> Vec<(Verdict, String)> {
            let flips = combine(&rules(), kind, opinions).flips.into_iter();
            flips
                .map(|flip| (flip.verdict, flip.reason.message))
                .collect()
        };
        let block = || shadow(says(0.1, Some(Verdict::Block)));
        let hold = || shadow(says(0.6, None));
        let said = |verdict, words: &str| (verdict, words.to_owned());
        assert_eq!(
            flips("mail", &[block(), hold()]),
            [
                said(Verdict::Block, "plugin 'p' says block"),
                said(Verdict::Hold, "risk 0.60 over the threshold 0.50")
            ]
        );
        // What is as severe already changes nothing.
        assert_eq!(flips("pay", &[block(), hold()]).len(), 1);
        assert_eq!(flips("exec_shell", &[block(), hold()]), []);
        assert_eq!(
            flips("mail", &[shadow(says(0.1, None)), says(0.9, None)]),
            []
        );
        let failed = shadow(opinion(Err(Failure::OutOfFuel)));
        let why = "plugin 'p' could not judge: out of fuel";
        assert_eq!(flips("mail", &[failed]), [said(Verdict::Hold, why)]);
    }

    #[test]
    fn a_failure_holds_or_blocks_and_says_which_plugin() {
        let failed = opinion(Err(Failure::OutOfFuel));
        let held = combine(&rules(), "mail", std::slice::from_ref(&failed));
        assert_eq!(held.reason, "plugin 'p' could not judge: out of fuel");
        assert_eq!(held.verdict, Verdict::Hold);
        let strict = Rules {
            on_plugin_failure: Verdict::Block,
            ..rules()
        };
        assert_eq!(combine(&strict, "mail", &[failed]).verdict, Verdict::Block);
    }

    #[test]
    fn a_nan_that_slipped_through_would_hold() {
        assert_eq!(verdict("mail", &[says(f64::NAN, None)]).0, Verdict::Hold);
    }

    fn any_verdict() -> impl Strategy<Value = Verdict> {
        prop::sample::select(vec![Verdict::Allow, Verdict::Hold, Verdict::Block])
    }

    fn any_opinion() -> impl Strategy<Value = Opinion> {
        let failures = vec![
            Failure::OutOfFuel,
            Failure::TimedOut,
            Failure::Declined("x".to_owned()),
        ];
        let reason = Reason {
            code: "c".to_owned(),
            message: "m".to_owned(),
            evidence: Vec::new(),
        };
        let assessed = (0.0..=1.0, prop::option::of(any_verdict()), 0..3usize).prop_map(
            move |(risk, verdict, n)| {
                Ok(Assessment {
                    risk,
                    verdict,
                    reasons: vec![reason.clone(); n],
                    labels: Vec::new(),
                })
            },
        );
        let outcome = prop_oneof![assessed, prop::sample::select(failures).prop_map(Err)];
        let part = prop::sample::select(Part::NAMES.map(|(_, part)| part).to_vec());
        (outcome, part).prop_map(|(outcome, part)| Opinion {
            part,
            ..opinion(outcome)
        })
    }

    fn any_rules() -> impl Strategy<Value = Rules> {
        let types = || {
            prop::collection::vec(
                prop::sample::select(vec!["a".to_owned(), "b".to_owned()]),
                0..2,
            )
        };
        (types(), types(), 0.0..=1.0, any_verdict()).prop_map(|(block, hold, over, failure)| {
            Rules {
                block_types: block,
                hold_types: hold,
                hold_if_risk_over: over,
                on_plugin_failure: failure,
            }
        })
    }

    proptest! {
        #[test]
        fn adding_an_opinion_never_lowers_the_verdict(
            rules in any_rules(),
            opinions in prop::collection::vec(any_opinion(), 0..5),
            more in any_opinion(),
            at in 0usize..5,
        ) {
            let before = combine(&rules, "a", &opinions);
            let mut all = opinions.clone();
            all.insert(at.min(opinions.len()), more);
            let after = combine(&rules, "a", &all);
            prop_assert!(after.verdict >= before.verdict);
            prop_assert!(after.risk >= before.risk);
        }

        #[test]
        fn a_worse_opinion_never_lowers_the_verdict(
            rules in any_rules(),
            opinions in prop::collection::vec(any_opinion(), 1..5),
            at in any::<prop::sample::Index>(),
            worse in 0.0..=1.0f64,
            sterner in any_verdict(),
        ) {
            let before = combine(&rules, "a", &opinions);
            let mut changed = opinions.clone();
            let changed_one = &mut changed[at.index(opinions.len())];
            if let Ok(assessment) = &mut changed_one.outcome {
                assessment.risk = assessment.risk.max(worse);
                assessment.verdict = assessment.verdict.max(Some(sterner));
            }
            prop_assert!(combine(&rules, "a", &changed).verdict >= before.verdict);
        }

        #[test]
        fn failing_never_helps(
            rules in any_rules(),
            opinions in prop::collection::vec(any_opinion(), 1..5),
            at in any::<prop::sample::Index>(),
        ) {
            let mut failed = opinions.clone();
            let one = &mut failed[at.index(opinions.len())];
            one.outcome = Err(Failure::TimedOut);
            one.part = Part::Full;
            prop_assert!(combine(&rules, "a", &failed).verdict >= Verdict::Hold);
        }

        #[test]
        fn a_flip_is_what_enforcing_the_plugin_would_have_made_of_it(
            rules in any_rules(),
            opinions in prop::collection::vec(any_opinion(), 0..5),
            shadow in any_opinion(),
        ) {
            let mut one = Opinion { part: Part::Shadow, plugin: "s".to_owned(), ..shadow };
            let judged = |one: &Opinion| {
                let all: Vec<_> = opinions.iter().chain([one]).cloned().collect();
                combine(&rules, "a", &all)
            };
            let before = judged(&one);
            one.part = Part::Full;
            let after = judged(&one);
            let flip = before.flips.iter().find(|flip| flip.plugin == "s");
            let flipped = (after.verdict > before.verdict).then_some(after.verdict);
            prop_assert_eq!(flip.map(|flip| flip.verdict), flipped);
        }

        #[test]
        fn every_verdict_above_allow_has_a_cause_that_explains_it(
            rules in any_rules(),
            opinions in prop::collection::vec(any_opinion(), 0..5),
        ) {
            let judgement = combine(&rules, "a", &opinions);
            if judgement.verdict > Verdict::Allow {
                prop_assert_eq!(judgement.causes[0].verdict, judgement.verdict);
                prop_assert_eq!(&judgement.causes[0].reason.message, &judgement.reason);
            }
        }
    }
}
