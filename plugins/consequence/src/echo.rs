//! What an action says after an instruction-like passage of an output: values
//! that stand there, that the user did not name.

use crate::effect::Effects;
use crate::encodings;
use crate::facts::{Facts, Past};
use crate::follow;
use crate::lexicon::Senses;
use crate::money;
use crate::notes::{self, Level, Note, Source};
use crate::payload::{Field, Plain};
use crate::spans::values::{self, Kind, Value};
use crate::target::What;
use crate::words::Words;
use coldnotch_plugin::Place;

/// What of the action stands in a noted passage and not in the user's words.
#[derive(Debug)]
pub struct Echo {
    /// The passage, as an index into the notes.
    pub note: usize,
    /// What sort of value it is; `None` for plain words of a field of its own.
    pub kind: Option<Kind>,
    /// The value, in its normal form.
    pub value: String,
    /// The action's field.
    pub path: String,
    /// True in a text that somebody will read, false in a field that decides.
    pub in_body: bool,
    /// True when some output has it as a field of its own.
    pub clean: bool,
    /// True when the user lets the passage decide about such an action.
    pub wanted: bool,
}

/// How much of one field, and how many values and echoes are looked at.
const MAX_FIELD: usize = 4 << 10;
const MAX_VALUES: usize = 48;
const MAX_ECHOES: usize = 24;

/// How many passages that speak behind the user's back are searched for words.
const MAX_SEARCHED: usize = 6;

/// How much of a passage's beginning tells that a field quotes it.
const QUOTED: usize = 32;

/// Reads the echoes. Nothing is asked of the history unless there is one.
pub fn echoes(facts: &Facts, past: &impl Past) -> Vec<Echo> {
    let looks = facts.effects.any(Effects::READ);
    let quiet = looks && !facts.targets.iter().any(|t| t.what == What::Url)
        || facts.effects.any(Effects::DRAFT);
    if facts.notes.is_empty() || quiet {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut known = None;
    let mut unasked = None;
    let mut house = String::new();
    for field in facts.fields.iter().filter(|f| f.value == Plain::Text) {
        let text = crate::finding::short(field.text.trim(), MAX_FIELD);
        if text.len() >= 2 && found.len() < MAX_ECHOES {
            hard(facts, field, text, &mut known, &mut house, &mut found);
            if !looks && text.len() <= 80 && !is_body(field.key) {
                soft(facts, field, text, &mut unasked, &mut found);
            }
        }
    }
    if facts.does(Effects::PAY | Effects::PAYEE | Effects::BUY) {
        amounts(facts, &mut found);
    }
    clear(&mut found, facts, past);
    found
}

/// Values that no two things share by chance, wherever they stand. `house` is the host of
/// a link that the user named: most links of a text are of one house.
fn hard<'n>(
    facts: &Facts<'n>,
    field: &Field,
    text: &str,
    known: &mut Option<Known<'n>>,
    house: &mut String,
    found: &mut Vec<Echo>,
) {
    let mut said = values::values(text, MAX_VALUES);
    if text.len() >= 20 {
        let plain = encodings::decoded(text);
        said.extend(plain.iter().flat_map(|t| values::values(t, MAX_VALUES)));
    }
    let decides = field.key.any(Senses::COMMAND | Senses::URL | Senses::TO);
    for value in said {
        let host = match value.kind {
            Kind::Url => values::host(&value.text),
            _ => "",
        };
        if !host.is_empty() && host == house {
            continue;
        }
        let known = known.get_or_insert_with(|| Known::of(&facts.notes));
        let mut notes = known.with(&value).peekable();
        // Asked once and only of what some passage has: it costs the most.
        if notes.peek().is_none() {
            continue;
        }
        if is_named(facts, &value) {
            if !host.is_empty() && facts.intent().names_value(host) {
                host.clone_into(house);
            }
            continue;
        }
        let whole = text.len() <= value.text.len() + 16;
        let quoted = |note: &usize| quotes(text, facts.notes[*note].text.as_str());
        for note in notes.filter(|note| !quoted(note)) {
            found.push(Echo {
                note,
                kind: Some(value.kind),
                value: value.text.clone(),
                path: field.path.clone(),
                in_body: !whole && !decides,
                clean: false,
                wanted: false,
            });
        }
    }
}

/// The values of the passages, by a hash of each.
struct Known<'n> {
    /// For each hash the first value with it, as an index plus one.
    first: [u16; HASHES],
    values: Vec<Valued<'n>>,
}

/// A value of a passage.
struct Valued<'n> {
    note: usize,
    kind: Kind,
    text: &'n [u8],
    /// The next value with the same hash, as an index plus one.
    next: u16,
}

/// How many hashes there are.
const HASHES: usize = 256;

/// Room for as many values is made at once.
const USUAL_VALUES: usize = 128;

impl<'n> Known<'n> {
    fn of(notes: &[Note<'n>]) -> Known<'n> {
        let mut known = Known {
            first: [0; HASHES],
            values: Vec::with_capacity(USUAL_VALUES),
        };
        // From the last one on, so that the first one comes first.
        for (note, values) in notes.iter().map(|n| n.values).enumerate().rev() {
            for (kind, text) in values.each() {
                let first = &mut known.first[Known::hash(kind, text)];
                let next = std::mem::replace(first, known.values.len() as u16 + 1);
                known.values.push(Valued {
                    note,
                    kind,
                    text,
                    next,
                });
            }
        }
        known
    }

    /// The passages that have a value of the action; a URL also by its host.
    fn with(&self, said: &Value) -> impl Iterator<Item = usize> {
        let host = values::host(&said.text);
        let mut next = self.first[Known::hash(said.kind, said.text.as_bytes())];
        let shared = said.kind == Kind::Url && is_shared(host);
        let mut last = None;
        std::iter::from_fn(move || {
            while let Some(value) = self.values.get(usize::from(next).wrapping_sub(1)) {
                next = value.next;
                let same = |text: &[u8]| match said.kind {
                    Kind::Url => agrees(said, host, shared, text),
                    _ => text == said.text.as_bytes(),
                };
                let new = value.kind == said.kind && last != Some(value.note);
                if new && same(value.text) {
                    last = Some(value.note);
                    return last;
                }
            }
            None
        })
    }

    /// A URL goes by how its host begins, all else by its ends and
    /// its length: addresses of one house end alike.
    fn hash(kind: Kind, value: &[u8]) -> usize {
        let hash = if kind == Kind::Url {
            let host = value.iter().take(8).take_while(|b| !values::ends_host(**b));
            host.fold(0_u32, |all, byte| all.rotate_left(5) ^ u32::from(*byte))
        } else {
            let four = |at: usize| {
                let four = value.get(at..).and_then(|rest| rest.first_chunk());
                four.map_or(0, |four| u32::from_le_bytes(*four))
            };
            let end = four(value.len().saturating_sub(4));
            let begin = four(0) ^ four(4).rotate_left(7);
            begin ^ end.rotate_left(13) ^ value.len() as u32
        };
        (hash.wrapping_mul(0x9e37_79b1) >> 24) as usize
    }
}

/// Short fields whose words stand in a passage that speaks behind the user's
/// back: a name, a password, a title.
fn soft(
    facts: &Facts,
    field: &Field,
    text: &str,
    unasked: &mut Option<bool>,
    found: &mut Vec<Echo>,
) {
    let id = text.bytes().all(|b| b.is_ascii_digit()) && field.name().ends_with("id");
    let short = text.len() < 3 || text.len() < 4 && text.bytes().all(|b| b.is_ascii_lowercase());
    if short && !id || USUAL.contains(&text) {
        return;
    }
    // An honest order has plain words by chance: a name or a number is none.
    let tells = text.starts_with(char::is_uppercase) || text.bytes().any(|b| b.is_ascii_digit());
    let mut orders = || tells && *unasked.get_or_insert_with(|| facts.is_unasked());
    let mut counts = |n: &Note| match n.level() {
        Level::Plot => true,
        Level::Order => n.source < Source::Named && orders() && same_sort(facts.effects, n.effects),
        Level::Claim => false,
    };
    let plots = facts.notes.iter().enumerate();
    let plots = plots.filter(|(_, n)| counts(n));
    for (note, plot) in plots.take(MAX_SEARCHED) {
        if has_words(plot.text.as_str(), text) && !facts.intent().names_value(text) {
            found.push(Echo {
                note,
                kind: None,
                value: text.to_owned(),
                path: field.path.clone(),
                in_body: false,
                clean: false,
                wanted: false,
            });
        }
    }
}

/// What arguments are mostly set to, whoever says so.
const USUAL: [&str; 10] = [
    "main", "master", "default", "origin", "head", "home", "primary", "current", "new", "yes",
];

/// An amount that a passage names which speaks behind the user's back, in its own way
/// of writing it.
fn amounts(facts: &Facts, found: &mut Vec<Echo>) {
    let plots = facts.notes.iter().enumerate();
    let plots = plots.filter(|(_, n)| n.level() == Level::Plot);
    for (note, plot) in plots.take(MAX_SEARCHED) {
        let Some(field) = facts.amount() else {
            return;
        };
        let amount = field.amount().unwrap_or_default();
        let same = |said: &f64| (said - amount).abs() < 0.005;
        let asked = facts.intent().amounts().iter().any(same);
        if !asked && amount > 0.0 && money::amounts(plot.text.as_str()).iter().any(same) {
            found.push(Echo {
                note,
                kind: None,
                value: field.text.clone(),
                path: field.path.clone(),
                in_body: false,
                clean: false,
                wanted: false,
            });
        }
    }
}

/// True when the text has the words, in any case and with nothing grown to them.
pub fn has_words(text: &str, words: &str) -> bool {
    let (text, words) = (text.as_bytes(), words.as_bytes());
    let grown = |at: Option<&u8>| at.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
    let Some(first) = words.first() else {
        return false;
    };
    let Some(last) = text.len().checked_sub(words.len()) else {
        return false;
    };
    let like = |b: &u8| b | 0x20 == first | 0x20;
    let mut from = 0;
    while let Some(at) = text[from..=last].iter().position(like) {
        let at = from + at;
        let end = at + words.len();
        if text[at..end].eq_ignore_ascii_case(words)
            && !grown(at.checked_sub(1).and_then(|i| text.get(i)))
            && !grown(text.get(end))
        {
            return true;
        }
        from = at + 1;
        if from > last {
            break;
        }
    }
    false
}

/// True when a field repeats the passage itself: to quote a text, or to name the
/// thing whose name it is, is not to follow it.
pub fn quotes(field: &str, passage: &str) -> bool {
    let head = crate::finding::short(passage, QUOTED);
    head.len() >= 16 && field.contains(head)
}

/// True when two URLs are the same, or of a host that is one house's own.
fn agrees(said: &Value, host: &str, shared: bool, value: &[u8]) -> bool {
    let length = host.len();
    let behind = value.get(length);
    let same_host =
        behind.is_none_or(|b| values::ends_host(*b)) && value.starts_with(host.as_bytes());
    same_host && (!shared || length == value.len() || said.text.as_bytes().starts_with(value))
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

fn is_named(facts: &Facts, said: &Value) -> bool {
    let names = |text: &str| facts.intent().names_value(text);
    match said.kind {
        Kind::Url => {
            // To look at a house that he spoke of is what he wants, whoever says where; to
            // bring something there is another matter, since anybody can call himself so.
            let host = values::host(&said.text);
            let looks = facts.effects.any(Effects::READ) && !is_shared(host);
            names(host) || names(&said.text) || looks && facts.intent().names_house(host)
        }
        Kind::Address => facts.names_address(&said.text),
        Kind::Account | Kind::Phone | Kind::Handle => names(&said.text),
    }
}

/// Marks the values that some output has as a field of its own, before the
/// agent itself said them; plain words also where they stand in another text.
fn clear(echoes: &mut [Echo], facts: &Facts, past: &impl Past) {
    if echoes.is_empty() {
        return;
    }
    let texts: Vec<String> = echoes.iter().map(|e| e.value.clone()).collect();
    for (echo, seen) in echoes.iter_mut().zip(past.find(&texts)) {
        let note = &facts.notes[echo.note];
        echo.wanted = follow::is_wanted(note, facts, past);
        // A text that speaks behind the user's back may itself list what it wants taken.
        let step = note.places.first().map(|(step, _)| *step);
        // One row of a table is whose row it is, whatever else he wrote into it.
        let row = || {
            echo.kind == Some(Kind::Address)
                && facts.is_asked()
                && notes::has_cell(past.notes(), &echo.value)
        };
        let says = |word: &str| facts.intent().says(word);
        let own = note.level() == Level::Plot
            && facts.does(Effects::BUY | Effects::PAY)
            && is_code(&echo.value)
            && !Words::of(&echo.value).iter().any(says);
        let said = seen.iter().filter(|o| o.place == Place::Payload);
        let said = said.filter_map(|o| o.step).min().unwrap_or(u32::MAX);
        echo.clean = row()
            || seen.iter().any(|o| {
                let elsewhere = |step| !notes::stands_in(&facts.notes, step, &o.path);
                o.place == Place::Output
                    && !(own && o.step == step)
                    && o.step.is_some_and(|step| {
                        step <= said && (o.whole_leaf || echo.kind.is_none() && elsewhere(step))
                    })
            });
    }
}

/// True for what a thing is only called in an order: `ABO-12`.
fn is_code(value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.bytes().any(|b| is(&b));
    has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && !has(u8::is_ascii_whitespace)
}

/// True when the action and the passage are after the same sort of thing.
pub fn same_sort(action: Effects, asked: Effects) -> bool {
    const BRINGS: Effects = Effects::from_bits(
        Effects::EXECUTE.bits()
            | Effects::WRITE.bits()
            | Effects::NOTE.bits()
            | Effects::BUY.bits()
            | Effects::BIND.bits(),
    );
    const SORTS: [Effects; 5] = [
        Effects::OUTWARD,
        Effects::from_bits(Effects::PAY.bits() | Effects::PAYEE.bits()),
        BRINGS,
        // To cancel an appointment is to change it or to delete it.
        Effects::from_bits(Effects::WRITE.bits() | Effects::DELETE.bits()),
        Effects::from_bits(Effects::ACCESS.bits() | Effects::OFF.bits()),
    ];
    action.any(asked) || SORTS.iter().any(|s| action.any(*s) && asked.any(*s))
}

/// True for a field that somebody will read and not one that decides.
fn is_body(key: Senses) -> bool {
    key.any(Senses::BODY) && !key.any(Senses::TO | Senses::URL | Senses::ACCOUNT)
}
