//! What the engine remembers of the outputs: the notes its `observer` keeps.
//!
//! An output is read once, when it arrives; [`observe`] folds its spans into the
//! notes, and a decision reads the notes and never an output. They are a
//! version, then one record a span, and bounded: when there is no more room, the
//! least important span goes, the oldest first.

pub mod addresses;
pub mod answers;
mod cells;
pub mod known;
pub mod pairs;
mod record;
pub mod rows;
mod sources;
#[cfg(test)]
mod tests;

use crate::echo;
use crate::effect::Effects;
use crate::intent::Intent;
use crate::spans::{self, Signals, Span};

use known::Known;
pub use record::{Text, Values};
use record::{VERSION, read, records, subject, write};

/// The most spans and the most bytes that are kept.
const MAX_SPANS: usize = 24;

const MAX_BYTES: usize = 6 << 10;

/// How many places of one and the same span are kept.
const MAX_PLACES: usize = 6;

/// How near the user's words are to where a text came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// It lay on the way.
    Stranger,
    /// The user named its kind: "the mail", for a tool that reads mail.
    Asked,
    /// The user named it: a file, a sender, a page.
    Named,
    /// The house's own handbook, which says how things are done there.
    House,
}

/// A span as a decision sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Note<'n> {
    /// What gives it away.
    pub signals: Signals,
    /// What it asks for.
    pub effects: Effects,
    /// Where it came from, in the user's eyes.
    pub source: Source,
    /// Where it stands: step and path.
    pub places: Vec<(u32, &'n str)>,
    /// Its words, or the beginning of them.
    pub text: Text<'n>,
    /// What it mentions.
    pub values: Values<'n>,
}

/// How far a span goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Says what is so, or what has to be.
    Claim,
    /// Tells somebody to do something.
    Order,
    /// Speaks to the agent behind the user's back.
    Plot,
}

impl Note<'_> {
    /// Its beginning, for a human.
    pub fn excerpt(&self) -> &str {
        spans::short(self.text.as_str(), 90)
    }

    /// How far it goes, judged by its signals together.
    pub fn level(&self) -> Level {
        level(self.signals)
    }
}

fn level(signals: Signals) -> Level {
    let says = signals.any(Signals::ORDER | Signals::CHANGE | Signals::DUE);
    if signals.any(Signals::OVERRIDE | Signals::ROLE) || says && signals.any(Signals::ILL) {
        Level::Plot
    } else if signals.any(Signals::ORDER) {
        Level::Order
    } else {
        Level::Claim
    }
}

/// One step whose output arrived, as far as the notes need it.
pub struct Arrived<'a> {
    /// Its position in the session.
    pub step: u32,
    /// The action's type.
    pub kind: &'a str,
    /// Its arguments as JSON text.
    pub payload: &'a str,
    /// The user's words.
    pub intent: Option<&'a str>,
}

/// Folds an output, leaf by leaf (path and text), into the notes.
pub fn observe<'t>(
    arrived: &Arrived,
    leaves: impl Iterator<Item = (&'t str, &'t str)> + Clone,
    notes: &[u8],
) -> Vec<u8> {
    let mut told: Vec<Vec<u8>> = records(notes)
        .filter(|r| rows::is_told(r))
        .map(<[u8]>::to_vec)
        .collect();
    let all = spans_in(notes).filter(|r| !is_of_values(r));
    let mut records: Vec<Vec<u8>> = all.map(<[u8]>::to_vec).collect();
    let mut left = spans::MAX_TEXT;
    let intent = Intent::of(arrived.intent);
    let mut known: Vec<Known> = known(notes).map(Known::of).collect();
    known::learn(arrived, &intent, leaves.clone(), &mut known);
    if arrived.intent.is_some() {
        told.extend(rows::note(arrived, &intent, leaves.clone()));
    }
    let listed = cells::cells(arrived.intent.map(|_| &intent), leaves.clone());
    for record in listed.into_iter().chain(cells::writers(leaves.clone())) {
        told.retain(|old| *old != record); // said again
        told.push(record);
    }
    if !told.iter().any(|r| cells::is_account(r)) {
        told.extend(cells::account(leaves.clone()));
    }
    let old = told.len().saturating_sub(rows::MAX_RECORDS);
    let in_house = sources::is_handbook(arrived.kind);
    for (path, text) in leaves.clone() {
        // A shorter leaf is a value and not a text.
        if text.len() < 16 || !text.contains(char::is_whitespace) && text.len() < 40 {
            continue;
        }
        if left == 0 {
            break;
        }
        let text = spans::short(text, left);
        left -= text.len();
        for (part, named) in sources::parts(&intent, text) {
            for mut span in spans::spans(part) {
                if in_house {
                    span.signals = span.signals.without(HANDBOOK);
                }
                let source = match named {
                    _ if in_house => Source::House,
                    Some(true) => Source::Named,
                    Some(false) => Source::Stranger,
                    None => sources::source(arrived, &intent, path, leaves.clone()),
                };
                add(&mut records, &span, arrived.step, path, source);
            }
        }
    }
    shrink(&mut records);
    records.extend(addresses::note(notes, leaves.clone()));
    records.extend(answers::note(arrived, notes, leaves.clone()));
    records.extend(pairs::note(notes, leaves.clone()));
    if !known.is_empty() {
        records.push(known::write(&known));
    }
    let mut bytes = vec![VERSION];
    for record in told.split_off(old).into_iter().chain(records) {
        bytes.extend_from_slice(&(record.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&record);
    }
    bytes
}

/// What a handbook for whoever serves a user speaks of, and a plot does too.
const HANDBOOK: Signals = Signals::from_bits(Signals::AGENT.bits() | Signals::TASK.bits());

/// True for a record of what stood where, which is no span.
fn is_of_values(record: &[u8]) -> bool {
    rows::is_told(record)
        || addresses::is_record(record)
        || pairs::is_record(record)
        || answers::is_record(record)
}

/// The records of spans.
fn spans_in(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    records(bytes).filter(|r| !known::is_record(r))
}

/// What outputs said of values and places: sort, about what, and what.
pub fn known(bytes: &[u8]) -> impl Iterator<Item = (known::Sort, &str, &str)> {
    let record = records(bytes).find(|r| known::is_record(r));
    known::read(record.unwrap_or_default())
}

/// Adds a span, or a place to a span that is there already.
fn add(records: &mut Vec<Vec<u8>>, span: &Span, step: u32, path: &str, source: Source) {
    let known = records.iter().position(|record| {
        read(record).is_some_and(|note| {
            let values = span.values.iter().map(|v| v.text.as_bytes());
            note.text.as_str() == wording(span) && note.values.each().map(|v| v.1).eq(values)
        })
    });
    let mut places = vec![(step, place(path))];
    let mut source = source;
    if let Some(at) = known {
        if let Some(note) = read(&records[at]) {
            let before = note.places.iter().map(|(s, p)| (*s, (*p).to_owned()));
            places = before.chain(places).take(MAX_PLACES).collect();
            source = source.min(note.source);
        }
        records[at] = write(span, &places, source);
    } else {
        records.push(write(span, &places, source));
    }
}

/// Drops the least important spans until the rest fits.
fn shrink(records: &mut Vec<Vec<u8>>) {
    let size = |records: &[Vec<u8>]| records.iter().map(|r| r.len() + 2).sum::<usize>() + 1;
    while records.len() > MAX_SPANS || size(records) > MAX_BYTES {
        let weight = |record: &Vec<u8>| {
            read(record).map_or((Level::Claim, false, 0), |n| {
                (n.level(), !n.values.is_empty(), n.signals.count())
            })
        };
        let Some((least, _)) = records
            .iter()
            .enumerate()
            .min_by_key(|(i, r)| (weight(r), *i))
        else {
            return;
        };
        records.remove(least);
    }
}

/// The notes that can matter to an action with these effects. The others are
/// not even read.
/// Of an action with many arguments that only brings something about, honest
/// orders dictate nothing.
pub fn that_count(bytes: &[u8], action: Effects, few: bool) -> Vec<Note<'_>> {
    let dictated = match few {
        true => Effects::WRITE,
        false => Effects::NONE,
    };
    let matters = |record: &&[u8]| {
        subject(record).is_some_and(|(signals, effects)| counts(action, signals, effects, dictated))
    };
    spans_in(bytes).filter(matters).filter_map(read).collect()
}

/// The passages that tell their reader to do something, whatever it is: those that speak
/// behind the user's back first, then the newest, `most` of them.
pub fn orders(bytes: &[u8], most: usize) -> impl Iterator<Item = Note<'_>> {
    let of = |plots: bool| {
        let tells = |record: &&[u8]| {
            let level = subject(record).map(|(signals, _)| level(signals));
            level >= Some(Level::Order) && (level == Some(Level::Plot)) == plots
        };
        let records: Vec<&[u8]> = spans_in(bytes).filter(tells).collect();
        records.into_iter().rev()
    };
    of(true).chain(of(false)).take(most).filter_map(read)
}

/// The rows of lists that the user's words tell apart.
pub fn rows_of_lists(bytes: &[u8]) -> Vec<rows::Rows<'_>> {
    records(bytes).filter_map(rows::read).collect()
}

/// True when some output had an account as a field of its own.
pub fn lists_accounts(bytes: &[u8]) -> bool {
    records(bytes).any(cells::is_account)
}

/// True when the value stood in a table, in a cell of its own.
pub fn has_cell(bytes: &[u8], value: &str) -> bool {
    rows::hash(value).is_some_and(|hash| records(bytes).any(|r| cells::has_cell(r, hash)))
}

/// True when it stood in a line of labels, names and figures.
pub fn has_told(bytes: &[u8], value: &str) -> bool {
    rows::hash(value).is_some_and(|hash| records(bytes).any(|r| cells::has_told(r, hash)))
}

/// True when the address stood in the head of a letter, as its writer's.
pub fn has_writer(bytes: &[u8], value: &str) -> bool {
    rows::hash(value).is_some_and(|hash| records(bytes).any(|r| cells::has_writer(r, hash)))
}

/// True when it can matter that an action takes over a value of such a passage:
/// one that speaks behind the user's back always, an honest one only if it is
/// after what the action does, and that is hard to take back.
fn counts(action: Effects, signals: Signals, asked: Effects, dictated: Effects) -> bool {
    let hard = match level(signals) {
        Level::Plot => return true,
        Level::Order => Effects::HARD | Effects::EXECUTE | dictated,
        Level::Claim if signals.any(Signals::CHANGE) => {
            Effects::PAY | Effects::PAYEE | Effects::ACCESS
        }
        Level::Claim => return false,
    };
    action.any(hard) && !action.any(Effects::READ) && echo::same_sort(action, asked)
}

/// Where a leaf stands, as the host names it in an occurrence and as a human
/// reads it in evidence: `output.items[0].text`.
pub fn place(path: &str) -> String {
    let dot = match path.chars().next() {
        None => return String::new(),
        Some('[') => "",
        Some(_) => ".",
    };
    ["output", dot, spans::short(path, 100)].concat()
}

/// True when a span that works behind the user's back stands at that place.
pub fn stands_in(notes: &[Note], step: u32, path: &str) -> bool {
    notes
        .iter()
        .any(|n| n.level() == Level::Plot && n.places.iter().any(|(s, p)| *s == step && *p == path))
}

/// How much of an honest order is kept, and how much more while its line goes on.
const ENOUGH: usize = 120;
const MAX_ORDER: usize = 300;

/// The words that are kept: of an honest order only what a human needs to know
/// it again, and what it dictates.
fn wording(span: &Span) -> &str {
    match level(span.signals) {
        Level::Plot => &span.text,
        _ => spans::short(&span.text, span.line.clamp(ENOUGH, MAX_ORDER)),
    }
}
