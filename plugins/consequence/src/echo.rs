//! What an action says after an instruction-like passage of an output: values
//! that stand there, that the user did not name.

use crate::effect::Effects;
use crate::encodings;
use crate::facts::{Facts, Past};
use crate::lexicon::Senses;
use crate::notes::Note;
use crate::payload::{Field, Plain};
use crate::spans::values::{self, Kind, Value};
use crate::target::{Target, What};

/// A value of the action that stands in a noted passage and not in the user's
/// words.
#[derive(Debug)]
pub struct Echo<'a> {
    /// The passage, as an index into the notes.
    pub note: usize,
    /// What sort of value it is.
    pub kind: Kind,
    /// The value, in its normal form.
    pub value: &'a str,
    /// The action's field.
    pub path: String,
    /// The field's text.
    pub text: String,
    /// True in a text that somebody will read, false in a field of its own.
    pub in_body: bool,
    /// True when some output has it as a field of its own, or outside of any
    /// such passage in a source the user named.
    pub clean: bool,
}

/// How much of one field and how many values of an action are looked at.
const MAX_FIELD: usize = 4 << 10;
const MAX_VALUES: usize = 48;

/// A value of the action.
struct Said<'f> {
    field: &'f Field,
    value: Value,
    whole: bool,
}

/// Reads the echoes. Nothing is asked of the history unless there is one.
pub fn echoes<'a>(facts: &Facts<'a>, past: &impl Past) -> Vec<Echo<'a>> {
    let quiet = facts.effects.any(Effects::READ)
        && !facts.targets.iter().any(|t| t.what == What::Url)
        || facts.effects.any(Effects::DRAFT);
    if facts.notes.is_empty() || quiet {
        return Vec::new();
    }
    let said = said(&facts.fields);
    let mut found: Vec<Echo<'a>> = Vec::new();
    for (index, note) in facts.notes.iter().enumerate() {
        for (kind, value) in &note.values {
            let echo = said.iter().find(|s| agrees(s, *kind, value));
            let Some(echo) = echo else { continue };
            if is_named(facts, echo, value) {
                continue;
            }
            found.push(Echo {
                note: index,
                kind: *kind,
                value,
                path: echo.field.path.clone(),
                text: crate::finding::short(echo.field.text.trim(), 160).to_owned(),
                in_body: !echo.whole,
                clean: false,
            });
        }
    }
    found.truncate(32);
    clear(&mut found, facts, past);
    found
}

/// The values of the fields: what no two things share by chance, wherever it
/// stands, and short fields as a whole.
fn said(fields: &[Field]) -> Vec<Said<'_>> {
    let mut said = Vec::new();
    for field in fields {
        if said.len() >= MAX_VALUES {
            break;
        }
        let text = field.text.trim();
        if text.is_empty() || !matches!(field.value, Plain::Text | Plain::Number(_)) {
            continue;
        }
        let short = text.len() <= 80;
        let text = crate::finding::short(text, MAX_FIELD);
        let mut hard = values::hard_values(text, MAX_VALUES);
        if text.len() >= 20 {
            for plain in encodings::decoded(text) {
                hard.extend(values::hard_values(&plain, MAX_VALUES));
            }
        }
        for value in hard {
            let whole = short && value.text.len() + 8 >= text.len();
            said.push(Said {
                field,
                value,
                whole,
            });
        }
        if short && field.value == Plain::Text {
            said.push(Said {
                field,
                value: Value {
                    kind: Kind::Name,
                    text: text.to_lowercase(),
                },
                whole: true,
            });
        }
    }
    said
}

/// True when a value of the action is the one of the passage: hard ones by
/// themselves, a URL also by its host, the others as whole fields.
fn agrees(said: &Said, kind: Kind, value: &str) -> bool {
    match kind {
        Kind::Url if said.value.kind == Kind::Url => {
            let host = values::host(value);
            said.value.text == value
                || said.value.text.starts_with(value)
                || host == values::host(&said.value.text)
                    && (host.len() == value.len() || !is_shared(host))
        }
        _ if kind.is_hard() => said.value.kind == kind && said.value.text == value,
        _ => said.value.kind == Kind::Name && value.len() >= 2 && said.value.text == value,
    }
}

/// True for hosts where anybody has a page: the host says nothing of whose.
fn is_shared(host: &str) -> bool {
    [
        "github.com",
        "gitlab.com",
        "google.com",
        "docs.google.com",
        "drive.google.com",
        "dropbox.com",
        "youtube.com",
        "medium.com",
        "wikipedia.org",
        "facebook.com",
        "linkedin.com",
        "twitter.com",
        "x.com",
        "reddit.com",
        "pypi.org",
        "npmjs.com",
        "bit.ly",
        "pastebin.com",
        "raw.githubusercontent.com",
    ]
    .contains(&host)
}

fn is_named(facts: &Facts, said: &Said, value: &str) -> bool {
    let intent = facts.intent();
    if intent.names_value(value) || said.whole && intent.names_value(&said.field.text) {
        return true;
    }
    if said.value.kind == Kind::Url && intent.names_value(values::host(value)) {
        return true;
    }
    said.value.kind == Kind::Address
        && facts.names_target(&Target {
            path: String::new(),
            text: value.to_owned(),
            what: What::Address,
            outside: true,
        })
}

/// Marks the values that also stand in a clean place.
fn clear(echoes: &mut [Echo], facts: &Facts, past: &impl Past) {
    if echoes.is_empty() {
        return;
    }
    let texts: Vec<String> = echoes.iter().map(|e| e.value.to_owned()).collect();
    for (echo, occurrences) in echoes.iter_mut().zip(past.find(&texts)) {
        let repeated = occurrences
            .iter()
            .filter(|o| o.place == coldnotch_plugin::Place::Payload)
            .filter_map(|o| o.step)
            .min()
            .unwrap_or(u32::MAX);
        echo.clean = occurrences.iter().any(|o| {
            o.place == coldnotch_plugin::Place::Output
                && o.step.is_some_and(|s| s <= repeated)
                && (o.whole_leaf || o.leaf_words <= 3)
                && !stands_in(&facts.notes, o.step, &o.path)
        });
    }
}

fn stands_in(notes: &[Note], step: Option<u32>, path: &str) -> bool {
    notes.iter().any(|n| {
        n.places
            .iter()
            .any(|(s, p)| Some(*s) == step && path.starts_with(p) && path.len() == p.len())
    })
}

/// True when the action and the passage are after the same sort of thing.
pub fn same_sort(action: Effects, asked: Effects) -> bool {
    const SORTS: [Effects; 4] = [
        Effects::OUTWARD,
        Effects::from_bits(Effects::PAY.bits() | Effects::PAYEE.bits()),
        Effects::from_bits(Effects::EXECUTE.bits() | Effects::WRITE.bits() | Effects::NOTE.bits()),
        Effects::from_bits(Effects::ACCESS.bits() | Effects::OFF.bits()),
    ];
    action.any(asked) || SORTS.iter().any(|s| action.any(*s) && asked.any(*s))
}

/// True for a field that somebody will read and not one that decides.
pub fn is_body(key: Senses) -> bool {
    key.any(Senses::BODY) && !key.any(Senses::TO | Senses::URL | Senses::ACCOUNT)
}
