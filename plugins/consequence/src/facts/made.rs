//! What the session itself brought into being, and may therefore end again.

use coldnotch_plugin::Place;

use super::{Facts, Past};
use crate::effect::Effects;
use crate::readers::deed::Sort;
use crate::words::Words;

/// How many names are asked for: more than one action ends.
const MAX_NAMES: usize = 8;

/// Words of commands and tools that bring something into being.
const MAKING: [&str; 40] = [
    "mkdir",
    "touch",
    "cp",
    "clone",
    "restore",
    "new",
    "create",
    "creates",
    "init",
    "launch",
    "provision",
    "worktree",
    "mktemp",
    "createdb",
    "copy",
    "snapshot",
    "duplicate",
    "fork",
    "generate",
    "scaffold",
    "switch",
    "checkout",
    "useradd",
    "add",
    "register",
    "book",
    "upload",
    "schedule",
    "crear",
    "crea",
    "anlegen",
    "erstellen",
    "creer",
    "ajouter",
    "copier",
    "kopieren",
    "copiar",
    "anadir",
    "restaurar",
    "wiederherstellen",
];

impl Facts<'_> {
    /// True when all names in the object are of things the session made.
    pub fn made_here(&self, object: &str) -> bool {
        let mut names = names(object).peekable();
        names.peek().is_some() && names.all(|n| self.made.iter().any(|m| m == n))
    }

    /// The names among what the action ends that an earlier step of the session
    /// was the first to use, to bring the thing into being.
    /// Beside them those that a step showed which was about something that the user named by a
    /// code of its own: the id of the machine `ip-10-3-7-21`.
    pub(super) fn made_before(&self, past: &impl Past) -> (Vec<String>, Vec<String>) {
        let mut sought: Vec<String> = Vec::new();
        let ended = self.deeds().filter(|d| d.sort == Sort::Destroy);
        let objects = ended.map(|d| d.object());
        let tool = self.does(Effects::DELETE) && self.deeds().next().is_none();
        let fields = self
            .fields
            .iter()
            .filter(|f| tool && f.text.len() <= 80)
            .map(|f| f.text.as_str());
        for name in objects.chain(fields).flat_map(names) {
            if sought.len() < MAX_NAMES
                && !sought.iter().any(|s| s == name)
                && !self.intent().names_value(name)
            {
                sought.push(name.to_owned());
            }
        }
        if sought.is_empty() {
            return (sought, Vec::new());
        }
        let found = past.find(&sought);
        let shown = |occurrences: &Vec<coldnotch_plugin::Occurrence>| {
            let outputs = occurrences.iter().filter(|o| o.place == Place::Output);
            let mut steps = outputs.filter_map(|o| o.step);
            steps.next().is_some_and(|step| {
                let payload = past.payload(step);
                let mut codes = names(&payload).flat_map(|n| n.split(['"', '=', ',', '*', '\'']));
                codes.any(|code| {
                    code.len() >= 6
                        && code.bytes().any(|b| b.is_ascii_digit())
                        && self.intent().names_value(code)
                })
            })
        };
        let made = |occurrences: &Vec<coldnotch_plugin::Occurrence>| {
            let Some(first) = occurrences.iter().filter_map(|o| o.step).min() else {
                return false;
            };
            let at_first = || occurrences.iter().filter(move |o| o.step == Some(first));
            let coined = at_first().any(|o| o.place == Place::Payload);
            coined && past.fate(first).ran && is_making(&past.payload(first))
        };
        let mut both = (Vec::new(), Vec::new());
        for (name, occurrences) in sought.into_iter().zip(found) {
            if made(&occurrences) {
                both.0.push(name);
            } else if shown(&occurrences) {
                both.1.push(name);
            }
        }
        both
    }

    /// True when a step that was about something the user named showed the object.
    pub fn found_for(&self, object: &str) -> bool {
        let mut names = names(object).peekable();
        names.peek().is_some() && names.all(|n| self.found.iter().any(|f| f == n))
    }
}

/// The parts of a text that can be one thing's name and nothing else.
fn names(object: &str) -> impl Iterator<Item = &str> {
    let marks = |c: char| matches!(c, '"' | '\'' | '`' | ',' | ';' | '(' | ')');
    object
        .split_whitespace()
        .map(move |w| w.trim_matches(marks).trim_end_matches('/'))
        .filter(|w| {
            w.len() >= 4
                && !w.starts_with('-')
                && w.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '/' | '.'))
        })
}

fn is_making(payload: &str) -> bool {
    let words = Words::of(payload);
    (0..words.len().min(400)).any(|i| MAKING.contains(&words.get(i)))
}
