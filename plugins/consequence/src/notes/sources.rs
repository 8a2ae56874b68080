//! How near what an output says is to the user's words: of one that brings several
//! (mails found, entries of a list), those that he spoke of and those that came with them.

use super::{Arrived, Source, cells};
use crate::intent::Intent;
use crate::lexicon::Senses;
use crate::payload::{self, Plain};
use crate::words::Words;

/// How many leaves and how many entries of a text are looked at.
const MAX_LEAVES: usize = 512;
const MAX_PARTS: usize = 64;

/// Where a leaf comes from: the step's arguments or a field beside the leaf
/// stand in the user's words, or the words of the type do. Where a field beside
/// another leaf of the list does, this one only came along.
pub(super) fn source<'t>(
    arrived: &Arrived,
    intent: &Intent,
    path: &str,
    leaves: impl Iterator<Item = (&'t str, &'t str)>,
) -> Source {
    let names = |text: &str| text.len() >= 3 && text.len() <= 120 && intent.names_value(text);
    let parent = parent(path);
    let list = path.rfind('[').map_or("", |at| &path[..=at]);
    let (mut beside, mut others) = (false, false);
    for (p, text) in leaves.take(MAX_LEAVES).filter(|(_, t)| t.len() <= 80) {
        let same = p != path && self::parent(p) == parent;
        let other = !list.is_empty() && p.starts_with(list) && self::parent(p) != parent;
        if (same && !parent.is_empty() && !beside || other && !others) && names_person(intent, text)
        {
            beside |= same;
            others |= other;
        }
    }
    let argument = || {
        let fields = payload::read(arrived.payload);
        let texts = || fields.iter().filter(|f| f.value == Plain::Text);
        texts().any(|f| names(&f.text) || intent.says_each(&f.text))
    };
    let searched = || {
        let fields = payload::read(arrived.payload);
        let mut texts = fields.iter().filter(|f| f.value == Plain::Text);
        texts.any(|f| intent.says_of_search(&f.text))
    };
    if beside || !others && argument() {
        Source::Named
    } else if !others && (intent.names_any(&Words::of(arrived.kind)) || searched()) {
        Source::Asked
    } else {
        Source::Stranger
    }
}

/// True for a tool that looks something up in the handbook of the house. A wiki or a help page
/// may be anybody's.
pub(super) fn is_handbook(kind: &str) -> bool {
    const HANDBOOKS: [&str; 18] = [
        "kb",
        "knowledge",
        "knowledgebase",
        "handbook",
        "runbook",
        "runbooks",
        "playbook",
        "policy",
        "policies",
        "guidelines",
        "procedures",
        "handbuch",
        "richtlinien",
        "wissensdatenbank",
        "reglement",
        "procedimientos",
        "normativa",
        "manual",
    ];
    let words = Words::of(kind);
    words.all().any(Senses::READ) && words.iter().any(|w| HANDBOOKS.contains(&w))
}

/// The entries of a text that has several (`- key: …`, `From: …`), each with
/// whether the user speaks of it. The whole text where it has none, or he speaks
/// of none.
pub(super) fn parts<'t>(intent: &Intent, text: &'t str) -> Vec<(&'t str, Option<bool>)> {
    let whole = vec![(text, None)];
    let begins = |line: &str| {
        let head = ["From: ", "De : ", "De: ", "Von: "];
        let item = line.strip_prefix("- ").and_then(|l| l.split_once(':'));
        head.iter().any(|h| line.starts_with(h))
            || item.is_some_and(|(key, _)| !key.is_empty() && !key.contains(char::is_whitespace))
    };
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && begins(line) && starts.len() < MAX_PARTS {
            starts.push(at);
        }
        at += line.len();
    }
    if starts.len() < 2 {
        return whole;
    }
    starts.push(text.len());
    let parts = starts.windows(2).map(|w| &text[w[0]..w[1]]);
    let parts: Vec<(&str, bool)> = parts.map(|part| (part, is_named(intent, part))).collect();
    match parts.iter().any(|(_, named)| *named) {
        true => parts
            .into_iter()
            .map(|(p, named)| (p, Some(named)))
            .collect(),
        false => whole,
    }
}

/// True for one letter whose writer the user spoke of, in its head or in a field beside it.
pub(super) fn is_letter<'t>(
    intent: &Intent,
    path: &str,
    text: &str,
    mut leaves: impl Iterator<Item = (&'t str, &'t str)>,
) -> bool {
    if text.len() < 40 || !text.contains(char::is_whitespace) {
        return false;
    }
    let mut heads = text.lines().take(MAX_HEAD).filter_map(cells::wrote);
    if let Some(writer) = heads.next() {
        return heads.next().is_none() && names_person(intent, writer);
    }
    let name = |p: &str| p.rfind('.').map_or(0, |at| at + 1);
    let parent = parent(path);
    leaves.any(|(p, writer)| {
        self::parent(p) == parent
            && p != path
            && cells::is_writer(&p[name(p)..])
            && names_person(intent, writer)
    })
}

/// How many lines the head of a letter has.
const MAX_HEAD: usize = 12;

/// True when a sender or a title among the lines stands in the user's words.
fn is_named(intent: &Intent, part: &str) -> bool {
    part.lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(_, value)| value.trim().trim_matches(['\'', '"']))
        .any(|value| value.len() <= 80 && names_person(intent, value))
}

/// True when a sender or title stands in the user's words: whole, or by one
/// name of it.
fn names_person(intent: &Intent, text: &str) -> bool {
    if text.len() >= 3 && intent.names_value(text) {
        return true;
    }
    let address = text.split_once('@').map(|(local, _)| local);
    (address.is_some() || text.starts_with(char::is_uppercase)) && {
        let words = Words::of(address.unwrap_or(text));
        let names = |i: usize| {
            let word = words.get(i);
            let own =
                i == 0 && word.len() >= 3 || word.len() >= 4 && words.senses(i) == Senses::NONE;
            own && intent.words().contains(word)
        };
        words.len() <= 4 && (0..words.len()).any(names)
    }
}

fn parent(path: &str) -> &str {
    path.rfind(['.', '[']).map_or("", |at| &path[..at])
}
