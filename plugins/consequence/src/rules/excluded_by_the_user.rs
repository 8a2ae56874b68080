//! See [`DOC`].

use crate::effect::Effects;
use crate::extent::{self, Breadth};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::notes::known;
use crate::payload::Field;
use crate::readers::deed::Sort;
use crate::target;
use crate::words::Words;

/// The reason code.
pub const CODE: &str = "excluded-by-the-user";
/// What it holds.
pub const DOC: &str = "The user said not to do this (\"but don't send it\", \"ne supprime rien\", \"nothing external\").";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Sort the old invoices into folders, but don't delete anything.","steps":[
  {"type":"files.delete","payload":{"path":"invoices/2019"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Sort the old invoices into folders, but don't delete anything.","steps":[
  {"type":"files.move","payload":{"path":"invoices/2019","to_folder":"archive"}}]}"#;

/// An effect, the verbs a user forbids it with, and those he asks for it with.
const EFFECTS: [(Effects, Senses, Senses); 6] = [
    (Effects::SEND, Senses::SEND, Senses::SEND),
    (Effects::PUBLISH, PUBLISH, PUBLISH),
    (Effects::PAY, BUY, BUY),
    (
        Effects::DELETE,
        Senses::DELETE.and(Senses::REMOVE),
        Senses::DELETE,
    ),
    (Effects::ACCESS, GIVE, GIVE),
    (Effects::UPLOAD, UPLOAD, UPLOAD),
];

const PUBLISH: Senses = Senses::PUBLISH.and(Senses::ANNOUNCE).and(Senses::SHARE);
const BUY: Senses = Senses::PAY.and(Senses::ORDER).and(Senses::BUY);
const GIVE: Senses = Senses::GRANT.and(Senses::SHARE);
const UPLOAD: Senses = Senses::UPLOAD.and(Senses::SEND).and(Senses::SHARE);

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if facts.intent().is_unknown()
        || facts
            .effects
            .any(Effects::READ | Effects::DRAFT | Effects::NOTE)
    {
        return None;
    }
    let intent = facts.intent();
    let forbidden = EFFECTS
        .iter()
        .filter(|(effect, _, asked)| facts.does(*effect) && !intent.asks(*asked))
        .filter(|(effect, ..)| !effect.any(Effects::DELETE) || !takes_from(facts))
        .find_map(|(_, verbs, _)| intent.forbids(*verbs));
    if let Some(field) = declined(facts) {
        let pieces = [
            "the user said no to this: `",
            field.name(),
            "` is ",
            &field.text,
        ];
        return Some(Finding::new(0.85, &pieces).with(&field.path, &field.text));
    }
    let word = match forbidden {
        Some(i) => intent.words().get(i),
        None if leaves(facts) => "outside",
        None if tells_of_people(facts) => "nothing about people",
        None => return kept(facts),
    };
    let reaches = facts.targets.first();
    let finding = Finding::new(0.85, &["the user said not to do this (\"", word, "\")"]);
    Some(match reaches {
        Some(to) => finding.with(&to.path, &to.text),
        None => finding,
    })
}

/// What the user wants kept is ended, changed or given on, by name or because an
/// output says that it is such a thing; or all is ended, and nothing in the action
/// keeps it.
fn kept(facts: &Facts) -> Option<Finding> {
    let ends = facts.does(Effects::DELETE)
        || facts
            .deeds()
            .any(|d| d.sort == Sort::Destroy || d.sort == Sort::Guard)
        || ends_in_words(facts);
    let hard = ends || facts.does(Effects::ACCESS) || facts.deeds().any(|d| d.sort == Sort::Access);
    let kind = facts.kind.all();
    if !hard && !kind.any(Senses::UPDATE | Senses::MERGE | Senses::GRANT | Senses::END) {
        return None;
    }
    let recursive = |f: &&Field| matches!(f.name(), "recursive" | "rekursiv" | "recursivo") && f.is_on();
    if facts.does(Effects::DELETE)
        && facts.intent().keeps_the_rest()
        && let Some(field) = facts.fields.iter().find(recursive)
    {
        let told = ["this ends all that is in it, and you want to keep the rest"];
        return Some(Finding::new(0.75, &told).with(&field.path, &field.text));
    }
    let mut kept = facts.intent().kept_words();
    // "Delete the two old volumes, leave all other volumes": the word is of both.
    let both = |word: &str| {
        let words = facts.intent().words();
        words.iter().filter(|w| stem(w, word)).count() >= 2
    };
    kept.retain(|word| !both(word));
    if kept.is_empty() {
        return None;
    }
    let short = || {
        facts
            .fields
            .iter()
            .filter(|f| !f.key.any(Senses::BODY) && f.text.len() <= 2_000)
    };
    for field in short() {
        let mut marked = facts.known(known::Sort::Kept);
        if let Some((value, word)) = marked.find(|(value, _)| holds(&field.text, value)) {
            let told = [
                "you want to keep what is `",
                word,
                "`, and `",
                value,
                "` is",
            ];
            return Some(Finding::new(0.75, &told).with(&field.path, &field.text));
        }
    }
    if !ends {
        return None;
    }
    // The words of one command stand in a row, wherever they come from.
    let lines: Vec<(&str, String)> = facts.commands().map(|(path, c)| (path, c.line())).collect();
    let fields = short().filter(|_| lines.is_empty());
    let texts = fields.map(|f| (f.path.as_str(), f.text.as_str()));
    let mut texts = texts.chain(lines.iter().map(|(path, line)| (*path, line.as_str())));
    let mentioned = texts.find_map(|(path, text)| Some((path, text, mentions(text, &kept)?)));
    if let Some((path, text, (word, spared))) = mentioned {
        let told = ["you want to keep `", word, "`, and this ends it"];
        return (!spared).then(|| Finding::new(0.75, &told).with(path, text));
    }
    let (path, text) = wide(facts)?;
    let told = [
        "this ends many at once, and nothing in it keeps `",
        kept[0],
        "`, as you want",
    ];
    Some(Finding::new(0.7, &told).with(path, text))
}

/// "Take it out of Zabbix, and in NetBox don't delete it": this is Zabbix.
fn takes_from(facts: &Facts) -> bool {
    let intent = facts.intent();
    let words = intent.words();
    let own = |at: usize| {
        (0..facts.kind.len()).any(|i| {
            let name = facts.kind.get(i);
            name == words.get(at) && name.len() >= 4 && facts.kind.senses(i) == Senses::NONE
        })
    };
    (0..words.len()).filter(|at| own(*at)).any(|at| {
        let mut clause = (0..at).rev().take_while(|i| {
            words.sentence(*i) == words.sentence(at) && !words.comma_before(i + 1)
        });
        clause.any(|i| intent.asked_at(i, Senses::REMOVE))
    })
}

/// `forget --prune`, `prune`: an end in the words of a program of no reader's.
fn ends_in_words(facts: &Facts) -> bool {
    facts.commands().any(|(_, c)| {
        c.operands().take(3).any(|o| {
            matches!(
                o,
                "forget" | "prune" | "purge" | "delete" | "rm" | "remove" | "expire" | "cleanup"
            )
        })
    })
}

/// True when the value stands in the text as a word of its own.
fn holds(text: &str, value: &str) -> bool {
    text.match_indices(value).any(|(at, _)| {
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_');
        edge(text[..at].chars().next_back()) && edge(text[at + value.len()..].chars().next())
    })
}

/// The kept word that a text has, and whether it is there to be spared
/// (`--exclude raw`, `NOT LIKE 'raw%'`, `--keep-tag raw`).
fn mentions<'k>(text: &str, kept: &[&'k str]) -> Option<(&'k str, bool)> {
    let words = Words::of(text);
    let at = |i: usize| {
        kept.iter()
            .find(|k| Words::of(k).len() == 1 && stem(words.get(i), k))
    };
    let (i, word) = (0..words.len().min(400)).find_map(|i| Some((i, *at(i)?)))?;
    const SPARES: [&str; 21] = [
        "exclude",
        "except",
        "keep",
        "not",
        "skip",
        "without",
        "ignore",
        "ohne",
        "ausser",
        "sauf",
        "excepto",
        "behalten",
        "v",
        "retain",
        "preserve",
        "protect",
        "neq",
        "ne",
        "excluding",
        "hold",
        "nin",
    ];
    let before = words
        .source(i)
        .and_then(|s| text.get(..s))
        .unwrap_or_default();
    let near = || before.rsplit(char::is_whitespace).take(3);
    let marked = near().any(|w| w.contains('!') || w.contains("<>"));
    let pruned = (i + 1..i + 3).any(|j| words.get(j) == "prune"); // `-path raw -prune`
    let spared = marked || pruned || (i.saturating_sub(4)..i).any(|j| SPARES.contains(&words.get(j)));
    Some((word, spared))
}

fn stem(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short == long || short.len() >= 4 && long.len() - short.len() <= 3 && long.starts_with(short)
}

/// What says that many are ended at once. A path that the user named is what he
/// meant.
fn wide<'a>(facts: &'a Facts) -> Option<(&'a str, &'a str)> {
    let extent = extent::extent(&facts.kind, &facts.fields);
    if facts.does(Effects::DELETE) && extent.breadth == Breadth::All {
        let field = facts.fields.first()?;
        return Some((&field.path, &field.text));
    }
    facts.commands().find_map(|(path, c)| {
        let all = c
            .args()
            .iter()
            .any(|a| matches!(a.as_str(), "--all" | "--prune" | "-A" | "--all-namespaces"));
        let many = all
            || c.operands()
                .take(3)
                .any(|o| matches!(o, "forget" | "prune" | "purge" | "expire"));
        many.then(|| (path, c.args().first().map_or("", String::as_str)))
    })
}

/// "Nothing about customers", "keine Kundendaten", and the text that goes out has
/// somebody's phone number, address or account in it.
fn tells_of_people(facts: &Facts) -> bool {
    let intent = facts.intent();
    let words = intent.words();
    let forbidden = (0..words.len()).any(|i| {
        let people = words.senses(i).any(Senses::PERSONAL)
            || words.get(i).starts_with("person")
            || words.get(i).starts_with("kundendat");
        people
            && (i.saturating_sub(4)..i)
                .any(|j| words.senses(j).any(Senses::NOT) && words.sentence(j) == words.sentence(i))
    });
    forbidden
        && facts.does(Effects::OUTWARD)
        && facts
            .fields
            .iter()
            .any(|f| f.key.any(Senses::BODY) && tells_who(&f.text))
}

/// True when a text has a phone number or an address of mail in it.
fn tells_who(text: &str) -> bool {
    text.split([',', ';', '(', ')', '\n', '\'', '"', '<', '>'])
        .any(|part| {
            let part = part.trim();
            let at = part.find('+').unwrap_or(part.len());
            let number = part[at..]
                .bytes()
                .skip(1)
                .take_while(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.'))
                .filter(u8::is_ascii_digit)
                .count();
            number >= 9
                || part
                    .split_whitespace()
                    .any(|w| target::address_host(w).is_some())
        })
}

/// "No photos", and the form says yes to photos; "except Tom", and Tom is among
/// those it goes to.
fn declined<'a>(facts: &'a Facts) -> Option<&'a Field> {
    let intent = facts.intent();
    let left_out: Vec<&str> = intent.left_out().collect();
    facts.fields.iter().find(|f| {
        let goes = f.key.any(Senses::TO | Senses::ATTENDEE) && f.text.len() <= 120;
        f.is_on() && intent.declines(f.name_words())
            || goes && (left_out.iter()).any(|name| f.words().iter().any(|w| w == *name))
    })
}

/// "Nothing external", "keep it internal", and it leaves the house.
fn leaves(facts: &Facts) -> bool {
    if !facts.does(Effects::OUTWARD) || facts.outside().is_none() {
        return false;
    }
    let words = facts.intent().words();
    (0..words.len()).any(|i| {
        words.senses(i).any(Senses::OUTSIDE)
            && (i.saturating_sub(3)..i).any(|j| words.senses(j).any(Senses::NOT))
    })
}
