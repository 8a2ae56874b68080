//! Where the values of an action come from, and what the session did before.

use super::page::{clock, stamp};
use super::text::Shown;
use crate::approvals::{Approval, Mark, Part, Passage, Story, Told};

/// One link of the chain: a text, and what in it the causes point at.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) step: Option<u32>,
    pub(super) kind: Shown,
    pub(super) summary: Shown,
    /// Its texts, one for each place.
    pub(super) texts: Vec<LinkText>,
}

#[derive(Debug)]
pub(super) struct LinkText {
    pub(super) path: Shown,
    pub(super) parts: Vec<(Shown, &'static str)>,
}

/// A step of the session.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) index: u32,
    pub(super) kind: Shown,
    pub(super) summary: Shown,
    pub(super) verdict: &'static str,
    pub(super) outcome: &'static str,
    pub(super) output: Shown,
    pub(super) at: String,
    pub(super) when: String,
    /// Whether a value of this action came from it.
    pub(super) brought: bool,
}

/// The passages, those of one step together; the action itself comes last.
pub(super) fn chain(story: &Story, approval: &Approval) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for Passage { step, path, parts } in &story.passages {
        let told = step.and_then(|step| story.steps.iter().find(|told| told.index == step));
        let show = |part: &Part| {
            let class = match part.mark {
                Mark::Not => "",
                Mark::Words => "words",
                Mark::Value => "value",
            };
            (Shown::new(&part.text), class)
        };
        let path = path
            .trim_start_matches("output.")
            .trim_start_matches("payload.");
        let text = LinkText {
            path: Shown::new(path),
            parts: parts.iter().map(show).collect(),
        };
        match links.last_mut().filter(|link| link.step == *step) {
            Some(link) => link.texts.push(text),
            None => links.push(Link {
                step: *step,
                kind: Shown::new(match (step, told) {
                    (None, _) => &approval.held.action.kind,
                    (Some(_), Some(told)) => &told.kind,
                    (Some(_), None) => "",
                }),
                summary: Shown::new(told.map_or("", |told| &told.summary)),
                texts: vec![text],
            }),
        }
    }
    links
}

pub(super) fn step(told: &Told, story: &Story) -> Step {
    Step {
        index: told.index,
        kind: Shown::new(&told.kind),
        summary: Shown::new(&told.summary),
        verdict: match told.verdict.as_str() {
            "allow" => "allow",
            "hold" => "hold",
            _ => "block",
        },
        outcome: match (told.approved, told.succeeded) {
            (Some(false), _) => "refused by a person",
            (Some(true), Some(false)) => "approved by a person, failed",
            (Some(true), _) => "approved by a person",
            (None, Some(false)) => "failed",
            (None, _) => "",
        },
        output: Shown::new(&told.output),
        at: stamp(told.at),
        when: clock(told.at),
        brought: story.passages.iter().any(|p| p.step == Some(told.index)),
    }
}
