//! What earlier outputs say of a deed: the context it happens in, and what the
//! plan it carries out would end.

use super::deed::{Deed, ENDING, Sort};
use super::place;
use crate::facts::Facts;
use crate::notes::known;

/// Options by which a command says its context itself.
const CHOOSES: [&str; 6] = [
    "--context",
    "--kube-context",
    "-chdir",
    "--project",
    "--stack",
    "--subscription",
];

/// What a user says who wants a branch rewritten.
const FORCE: [&str; 11] = [
    "force",
    "forces",
    "overwrite",
    "ecrase",
    "ecraser",
    "erzwinge",
    "uberschreibe",
    "uberschreiben",
    "forzar",
    "fuerza",
    "sobrescribe",
];

impl Deed {
    /// The context it happens in without saying so, when the user named another.
    pub fn strays<'a>(&self, facts: &'a Facts) -> Option<&'a str> {
        let tool = known::tool_of(&self.text)?;
        let current = about(facts, known::Sort::Current, tool).next()?;
        if CHOOSES.iter().any(|option| self.text.contains(option)) {
            return None;
        }
        let mut named = about(facts, known::Sort::Named, tool).peekable();
        let meant =
            |name: &str| name == current || self.text.contains(name) || self.place.contains(name);
        let other = named.peek().is_some() && !named.any(meant);
        (other || place::differ(facts.intent(), current, None)).then_some(current)
    }

    /// What its plan said it would end, and the user did not ask to end.
    pub fn planned_end<'a>(&self, facts: &'a Facts) -> Option<&'a str> {
        let tool = known::tool_of(&self.text)?;
        let forced = tool == "git" && self.does.starts_with("rewrites `");
        let applies = |w: &str| matches!(w, "apply" | "up" | "deploy" | "upgrade");
        let applied = self.sort == Sort::Change && self.text.split_whitespace().any(applies);
        if !forced && !applied {
            return None;
        }
        let plan = about(facts, known::Sort::Plan, tool).next()?;
        let intent = facts.intent();
        let said = |words: &[&str]| words.iter().any(|w| intent.says(w));
        let wanted = match forced {
            true => said(&FORCE),
            false => intent.asks(ENDING) || said(&["replace", "recreate", "rebuild", "migrate"]),
        };
        (!wanted).then_some(plan)
    }
}

fn about<'a>(facts: &'a Facts, sort: known::Sort, tool: &'a str) -> impl Iterator<Item = &'a str> {
    facts
        .known(sort)
        .filter(move |(of, _)| *of == tool)
        .map(|(_, what)| what)
}
