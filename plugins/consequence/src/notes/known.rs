//! What outputs said of values and places, kept beside the spans: which values
//! stand in a line the user wants left out, which context is the current one,
//! and what a plan would end.

use super::{Arrived, rows};
use crate::intent::Intent;
use crate::readers::place;
use crate::spans;
use crate::words::Words;

/// Begins a record that is no span.
const MARK: [u8; 2] = [0xff, 0xff];

/// The most facts of a session, and the most text of one.
const MAX_FACTS: usize = 40;
const MAX_FACT: usize = 80;

/// The most lines and bytes of one output that are looked at.
const MAX_LINES: usize = 400;
const MAX_TEXT: usize = 32 << 10;

/// A sort of fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The value stands in a line with a word the user wants kept: value, word.
    Kept,
    /// The tool works in this context when none is named: tool, context.
    Current,
    /// The user named this context of the tool: tool, context.
    Named,
    /// The last plan of the tool would end something: tool, what it said.
    Plan,
    /// The id stands for this: id, name.
    Alias,
}

/// One fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Its sort.
    pub sort: Sort,
    /// What it is about.
    pub about: String,
    /// What is so.
    pub what: String,
}

impl Known {
    /// A fact with texts of its own.
    pub(super) fn of((sort, about, what): (Sort, &str, &str)) -> Known {
        Known {
            sort,
            about: about.to_owned(),
            what: what.to_owned(),
        }
    }
}

const SORTS: [Sort; 5] = [
    Sort::Kept,
    Sort::Current,
    Sort::Named,
    Sort::Plan,
    Sort::Alias,
];

/// True for a record of facts.
pub(super) fn is_record(record: &[u8]) -> bool {
    record.starts_with(&MARK)
}

/// Reads the facts of a record.
pub(super) fn read(record: &[u8]) -> impl Iterator<Item = (Sort, &str, &str)> {
    let text = record
        .strip_prefix(&MARK)
        .and_then(|r| std::str::from_utf8(r).ok());
    text.unwrap_or_default().lines().filter_map(|line| {
        let mut parts = line.split('\t');
        let sort = parts.next()?.parse::<usize>().ok()?;
        Some((*SORTS.get(sort)?, parts.next()?, parts.next()?))
    })
}

/// Writes facts as a record.
pub(super) fn write(facts: &[Known]) -> Vec<u8> {
    let mut record = MARK.to_vec();
    for fact in facts {
        let sort = SORTS
            .iter()
            .position(|s| *s == fact.sort)
            .unwrap_or_default();
        record.extend_from_slice(
            [&sort.to_string(), "\t", &fact.about, "\t", &fact.what, "\n"]
                .concat()
                .as_bytes(),
        );
    }
    record
}

/// Learns from one output.
pub(super) fn learn<'t>(
    arrived: &Arrived,
    intent: &Intent,
    leaves: impl Iterator<Item = (&'t str, &'t str)> + Clone,
    facts: &mut Vec<Known>,
) {
    let kept = intent.kept_words();
    if !kept.is_empty() {
        learn_kept(&kept, intent, leaves.clone(), facts);
    }
    if let Some(tool) = tool(arrived.payload) {
        for (_, text) in leaves.clone().take(8) {
            learn_context(
                tool,
                arrived.payload,
                spans::short(text, MAX_TEXT),
                intent,
                facts,
            );
        }
        chosen(tool, arrived.payload, facts);
    }
    learn_alias(leaves, facts);
    let over = facts.len().saturating_sub(MAX_FACTS);
    facts.drain(..over);
}

fn put(facts: &mut Vec<Known>, sort: Sort, about: &str, what: &str, one: bool) {
    let clean = |text: &str| spans::short(text.trim(), MAX_FACT).replace(['\t', '\n', '\r'], " ");
    let fact = Known {
        sort,
        about: clean(about),
        what: clean(what),
    };
    facts.retain(|f| *f != fact && !(one && f.sort == sort && f.about == fact.about));
    facts.push(fact);
}

/// Values in lines, or in the objects of a list, that a kept word marks.
fn learn_kept<'t>(
    kept: &[&str],
    intent: &Intent,
    leaves: impl Iterator<Item = (&'t str, &'t str)> + Clone,
    facts: &mut Vec<Known>,
) {
    let marks = |text: &str| {
        let words = Words::of(text);
        let found = words.iter().find_map(|w| kept.iter().find(|k| same(w, k)));
        found.map(|k| (*k).to_owned())
    };
    for (path, text) in leaves.clone().take(MAX_LINES) {
        if text.contains('\n') {
            let lines = spans::short(text, MAX_TEXT).lines().take(MAX_LINES);
            let lines: Vec<_> = lines.map(|line| (line, marks(line))).collect();
            if lines.iter().all(|(_, word)| word.is_none()) {
                continue;
            }
            // What stands in other lines too is not what the word marks.
            let plain = lines.iter().filter(|(_, word)| word.is_none());
            let mut others: Vec<u32> = plain
                .flat_map(|(line, _)| tokens(line))
                .filter_map(rows::hash)
                .collect();
            others.sort_unstable();
            let stands = |t: &str| rows::hash(t).is_some_and(|h| others.binary_search(&h).is_ok());
            let its_own = |t: &&str| !stands(t) && !intent.names_value(t);
            let marked = lines
                .iter()
                .filter_map(|(line, word)| Some((line, word.as_ref()?)));
            for (line, word) in marked {
                let own = tokens(line).filter(its_own);
                own.for_each(|t| put(facts, Sort::Kept, t, word, false));
            }
        } else if let (Some(parent), Some(word)) = (parent(path), marks(text)) {
            // The object's other fields are of the same thing.
            let beside = leaves
                .clone()
                .take(MAX_LINES)
                .filter(|(p, _)| self::parent(p) == Some(parent));
            for (_, other) in beside {
                tokens(other).for_each(|t| put(facts, Sort::Kept, t, &word, false));
            }
        }
    }
}

fn same(word: &str, kept: &str) -> bool {
    let (short, long) = if word.len() < kept.len() {
        (word, kept)
    } else {
        (kept, word)
    };
    short == long || short.len() >= 4 && long.len() - short.len() <= 3 && long.starts_with(short)
}

/// The object a leaf belongs to, when that is one of several: `[3]`, `items[3]`.
fn parent(path: &str) -> Option<&str> {
    let at = path.rfind('.')?;
    path[..at].contains('[').then(|| &path[..at])
}

/// The words of a line that can be one thing's name: with a digit, a dash, a dot.
fn tokens(line: &str) -> impl Iterator<Item = &str> {
    let marks = |c: char| {
        matches!(
            c,
            '"' | '\'' | '`' | ',' | ';' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '|'
        )
    };
    line.split(|c: char| c.is_whitespace() || matches!(c, ',' | '|' | '"' | '{' | '}'))
        .map(move |w| w.trim_matches(marks))
        .filter(|w| (3..=60).contains(&w.len()))
        .filter(|w| w.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '@' | '/')))
        .filter(|w| w.contains(|c: char| c.is_alphabetic()) || w.len() >= 4)
        .take(6)
}

/// The tool a step's command is of, when it is one that works in contexts.
fn tool(payload: &str) -> Option<&'static str> {
    let has = |names: &[&str]| names.iter().any(|n| payload.contains(n));
    if has(&["kubectl", "kubectx", "helm "]) {
        Some("kube")
    } else if has(&["terraform", "tofu ", "terragrunt"]) {
        Some("terraform")
    } else if has(&["pulumi"]) {
        Some("pulumi")
    } else if has(&["gcloud", "az account"]) {
        Some("cloud")
    } else if has(&["git "]) {
        Some("git")
    } else {
        None
    }
}

/// The tool a command is of, as the notes name it.
pub fn tool_of(command: &str) -> Option<&'static str> {
    match command.split_whitespace().next()? {
        "kubectl" | "helm" | "k" | "oc" => Some("kube"),
        "terraform" | "tofu" | "terragrunt" => Some("terraform"),
        "pulumi" => Some("pulumi"),
        "gcloud" | "az" => Some("cloud"),
        "git" => Some("git"),
        _ => None,
    }
}

/// A list of contexts, the current one, or a plan.
fn learn_context(
    tool: &'static str,
    payload: &str,
    text: &str,
    intent: &Intent,
    facts: &mut Vec<Known>,
) {
    let asks = |names: &[&str]| names.iter().any(|n| payload.contains(n));
    if asks(&[
        "current-context",
        "workspace show",
        "get-value project",
        "stack --show-name",
    ]) {
        if let Some(name) = text
            .lines()
            .map(str::trim)
            .rfind(|l| !l.is_empty() && !l.contains(' '))
        {
            put(facts, Sort::Current, tool, name, true);
        }
    } else if asks(&[
        "get-contexts",
        "workspace list",
        "stack ls",
        "account list",
        "projects list",
        "kubectx",
    ]) {
        for line in text.lines().take(60) {
            let current = line.trim_start().starts_with('*');
            let name = line
                .trim_start_matches([' ', '*'])
                .split_whitespace()
                .next()
                .unwrap_or_default();
            let name = name.trim_end_matches('*');
            if name.len() < 3 || name.chars().all(char::is_uppercase) {
                continue;
            }
            if current {
                put(facts, Sort::Current, tool, name, true);
            }
            if name != "default" && intent.names_any(&Words::of(name)) {
                put(facts, Sort::Named, tool, name, false);
            }
        }
    }
    if tool == "git" {
        // Behind before anything was rewritten here: somebody else's work.
        let behind = text
            .lines()
            .find(|l| l.contains("behind ") || l.contains("have diverged"));
        let rewritten = facts
            .iter()
            .any(|f| f.sort == Sort::Current && f.about == tool);
        if let Some(line) = behind.filter(|_| !rewritten) {
            put(facts, Sort::Plan, tool, line, true);
        }
    } else if asks(&["plan", "preview", "diff", "dry"]) {
        facts.retain(|f| !(f.sort == Sort::Plan && f.about == tool));
        if let Some(said) = text.lines().find(|l| would_end(l)) {
            put(facts, Sort::Plan, tool, said, true);
        }
    }
}

/// `Plan: 1 to add, 0 to change, 1 to destroy.`, `must be replaced`, `- 2 to delete`.
fn would_end(line: &str) -> bool {
    let count = |what: &str| {
        line.find(what).is_some_and(|at| {
            let before = line[..at]
                .trim_end()
                .rsplit(|c: char| !c.is_ascii_digit())
                .next();
            before.is_some_and(|n| n.bytes().any(|b| b != b'0'))
        })
    };
    line.contains("must be replaced")
        || line.contains("will be destroyed")
        || line.contains("(forces replacement)")
        || [
            " to destroy",
            " to delete",
            " to replace",
            " to be replaced",
        ]
        .iter()
        .any(|w| count(w))
}

/// A context that the command itself chose.
fn chosen(tool: &'static str, payload: &str, facts: &mut Vec<Known>) {
    if tool == "git"
        && ["rebase", "--amend", "filter-"]
            .iter()
            .any(|v| payload.contains(v))
    {
        put(facts, Sort::Current, tool, "rewritten", true);
    }
    for verb in [
        "use-context ",
        "workspace select ",
        "workspace new ",
        "stack select ",
        "set project ",
        "account set --subscription ",
        "kubectx ",
    ] {
        if let Some((_, rest)) = payload.split_once(verb) {
            let rest = rest.trim_start_matches("-or-create ");
            let name = rest
                .split(|c: char| c.is_whitespace() || matches!(c, '"' | ';' | '&' | '\\'))
                .next();
            if let Some(name) = name.filter(|n| !n.is_empty()) {
                put(facts, Sort::Current, tool, name, true);
            }
        }
    }
}

/// Ids of things whose name says that others rely on them, or that they are to try
/// things in.
fn learn_alias<'t>(leaves: impl Iterator<Item = (&'t str, &'t str)>, facts: &mut Vec<Known>) {
    let leaves: Vec<(&str, &str)> = leaves.take(MAX_LINES).collect();
    for (i, (path, name)) in leaves.iter().enumerate() {
        if name.len() > MAX_FACT || !(4..).contains(&name.len()) || !place::names_a_place(name) {
            continue;
        }
        // The fields of one object stand together.
        let near = i.saturating_sub(NEAR)..leaves.len().min(i + NEAR);
        let id = leaves[near]
            .iter()
            .find(|(p, id)| is_id(p) && object(p) == object(path) && (1..=40).contains(&id.len()));
        if let Some((_, id)) = id {
            put(facts, Sort::Alias, id, name, true);
        }
    }
}

/// How far apart two fields of one object stand.
const NEAR: usize = 12;

/// The object a leaf is a field of.
fn object(path: &str) -> &str {
    path.rfind('.').map_or("", |at| &path[..at])
}

/// True for a leaf that says which of several things it is.
fn is_id(path: &str) -> bool {
    let key = path.rsplit('.').next().unwrap_or(path).to_ascii_lowercase();
    matches!(key.as_str(), "key" | "number")
        || key.ends_with("id") && key.len() <= 8
        || key.ends_with("_id")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(intent: &str, payload: &str, leaves: &[(&str, &str)]) -> Vec<Known> {
        let arrived = Arrived {
            step: 0,
            kind: "shell",
            payload,
            intent: Some(intent),
        };
        let mut facts = Vec::new();
        learn(
            &arrived,
            &Intent::of(Some(intent)),
            leaves.iter().copied(),
            &mut facts,
        );
        read(&write(&facts)).map(Known::of).collect()
    }

    fn has(facts: &[Known], sort: Sort, about: &str, what: &str) -> bool {
        facts
            .iter()
            .any(|f| f.sort == sort && f.about == about && f.what == what)
    }

    #[test]
    fn lines_with_a_kept_word_are_remembered() {
        let list = "web-1  ok\nweb-2  legacy, do not move\n";
        let facts = of(
            "Move all machines, leave out the legacy ones.",
            "{}",
            &[("", list)],
        );
        assert!(
            has(&facts, Sort::Kept, "web-2", "legacy") && !facts.iter().any(|f| f.about == "web-1"),
            "{facts:?}"
        );
        let rows = [
            ("[0].name", "a-1"),
            ("[0].tag", "legacy"),
            ("[1].name", "b-1"),
            ("[1].tag", "new"),
        ];
        let facts = of("Delete all except legacy.", "{}", &rows);
        assert!(
            has(&facts, Sort::Kept, "a-1", "legacy") && !facts.iter().any(|f| f.about == "b-1"),
            "{facts:?}"
        );
    }

    #[test]
    fn contexts_and_plans_are_remembered() {
        let facts = of(
            "Delete it in demo-paul.",
            r#"{"cmd":"terraform workspace list"}"#,
            &[("", "* default\n  demo-paul\n")],
        );
        assert!(
            has(&facts, Sort::Current, "terraform", "default")
                && has(&facts, Sort::Named, "terraform", "demo-paul"),
            "{facts:?}"
        );
        let facts = of(
            "x",
            r#"{"cmd":"kubectl config current-context"}"#,
            &[("", "prod-eu\n")],
        );
        assert!(has(&facts, Sort::Current, "kube", "prod-eu"), "{facts:?}");
        let said = "Plan: 1 to add, 0 to change, 1 to destroy.";
        let facts = of("x", r#"{"cmd":"terraform plan"}"#, &[("", said)]);
        assert!(has(&facts, Sort::Plan, "terraform", said), "{facts:?}");
        let facts = of(
            "x",
            r#"{"cmd":"terraform plan"}"#,
            &[("", "Plan: 1 to add, 0 to change, 0 to destroy.")],
        );
        assert_eq!(facts, []);
    }

    #[test]
    fn ids_stand_for_names() {
        let rows = [
            ("[0].id", "501"),
            ("[0].name", "deploy-staging"),
            ("[1].id", "502"),
            ("[1].name", "deploy-prod"),
        ];
        assert!(has(
            &of("x", "{}", &rows),
            Sort::Alias,
            "502",
            "deploy-prod"
        ));
    }
}
