//! Instructions in data: the passages of a tool's output that speak to whoever
//! reads it for the user.
//!
//! One leaf, top-down: it is parted into what a person sees and what is hidden
//! ([`layers`]), each layer into sentences; a sentence gets signals from its
//! turns of phrase, its verbs and its dress ([`signals`], `orders`); neighbouring
//! sentences with signals make a [`Span`], with the [`values`] it mentions.
//!
//! This is done once, when an output arrives. It finds more than is meant ill:
//! a note to a colleague is an order too. What counts is whether the agent then
//! does what nobody but the span asked for, and that is for the rules.

mod beginning;
mod forms;
pub mod layers;
mod orders;
mod sentences;
pub mod signals;
mod tags;
#[cfg(test)]
mod tests;
mod unlisted;
pub mod values;

use crate::effect::Effects;
use crate::lexicon::Senses;
use crate::words::Words;

use orders::ordered;
pub use signals::Signals;
use values::{Kind, Value};

/// A passage that tells its reader what to do or what is so.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// What gives it away.
    pub signals: Signals,
    /// What it asks for.
    pub effects: Effects,
    /// What it mentions.
    pub values: Vec<Value>,
    /// Its words, or the beginning of them.
    pub text: String,
    /// How much of the words is the order, to the end of its line.
    pub line: usize,
}

/// How much of an output is read. Far beyond a page, and a bound on what a
/// hostile one costs.
pub const MAX_TEXT: usize = 96 << 10;

/// How much of a span's words is kept.
const MAX_WORDING: usize = 700;

/// The longest name of a speaker.
const MAX_SPEAKER: usize = 24;

/// How much of the sentence before an order is kept that it refers to.
const MAX_BEFORE: usize = 240;

/// How many values of one span are kept.
const MAX_VALUES: usize = 24;

/// How many spans of one leaf are kept.
const MAX_SPANS: usize = 12;

/// How many sentences a fake turn or an order reaches beyond itself.
const REACH: u32 = 3;

/// Reads the spans of one leaf.
pub fn spans(leaf: &str) -> Vec<Span> {
    let leaf = short(leaf, MAX_TEXT);
    let mut found = Vec::new();
    for layer in layers::layers(leaf) {
        read_layer(&layer, &mut found);
        if found.len() >= MAX_SPANS {
            break;
        }
    }
    found
}

fn read_layer(layer: &layers::Layer, found: &mut Vec<Span>) {
    let mut open: Option<Span> = None;
    let mut reach = 0;
    let mut before = "";
    for sentence in sentences::sentences(&layer.text) {
        let around = match &open {
            Some(span) if !sentences::begins_anew(sentence) => span.signals | layer.signals,
            _ => layer.signals,
        };
        let Read {
            mut signals,
            effects,
            begins,
            refers,
        } = read_sentence(sentence, around);
        signals |= layer.signals;
        let before = std::mem::replace(&mut before, sentence);
        let heard = signals.any(Signals::SAYS)
            || layer.signals.any(Signals::HIDDEN) && !sentence.trim().is_empty();
        // What speaks behind the user's back begins a span of its own: the
        // honest words before it are not part of it.
        let turns = open
            .as_ref()
            .is_some_and(|s| !s.signals.any(Signals::ILL) && signals.any(Signals::ILL));
        if turns {
            close(open.take(), found);
        }
        if heard {
            let new = open.is_none();
            let span = open.get_or_insert_with(|| Span {
                signals: Signals::NONE,
                effects: Effects::NONE,
                values: Vec::new(),
                text: String::new(),
                line: 0,
            });
            span.signals |= signals;
            span.effects |= effects;
            if new && refers && !sentences::begins_anew(sentence) {
                // What the words before it mention is not what it orders.
                let end = end_of(before);
                add(span, end, 0, end.len());
            }
            let goes_on = new || span.line == span.text.len();
            add(span, sentence, begins.text, begins.values);
            if goes_on {
                let behind = &sentence.trim_end()[begins.text.min(sentence.trim_end().len())..];
                let over = behind
                    .trim_start()
                    .find('\n')
                    .map_or(0, |at| behind.trim_start().len() - at);
                span.line = span.text.len().saturating_sub(over);
            }
            reach = REACH;
            if sentences::ends_quotation(sentence) {
                close(open.take(), found);
            }
        } else if sentences::begins_anew(sentence) {
            close(open.take(), found);
        } else if let Some(span) = &mut open {
            // "The account is this: …" says nothing by itself and belongs to it.
            reach -= 1;
            add(span, sentence, 0, 0);
            if reach == 0 {
                close(open.take(), found);
            }
        }
        if found.len() >= MAX_SPANS {
            return;
        }
    }
    close(open, found);
}

/// Keeps a span that asks for something or has something to lead astray with.
fn close(span: Option<Span>, found: &mut Vec<Span>) {
    let worth = |s: &Span| {
        s.signals.any(Signals::ORDER) && s.effects != Effects::NONE
            || s.signals.any(Signals::PLOT | Signals::HIDDEN)
            || s.signals.any(Signals::CHANGE | Signals::DUE) && !s.values.is_empty()
    };
    found.extend(span.filter(worth));
}

/// The end of the sentence that an order refers to, from its label or the last mark
/// on where it has one.
fn end_of(sentence: &str) -> &str {
    let sentence = sentence.trim();
    let from = beginning::beginning(sentence, sentence.len()).unwrap_or(0);
    let sentence = &sentence[from..];
    let mut skipped = sentence.len().saturating_sub(MAX_BEFORE);
    while !sentence.is_char_boundary(skipped) {
        skipped += 1;
    }
    &sentence[skipped..]
}

/// Adds a sentence's words and values, each from a place on. The words of a span begin
/// with its order.
fn add(span: &mut Span, sentence: &str, text: usize, values: usize) {
    let words = match span.text.is_empty() {
        true => sentence[text..].trim_start_matches(|c: char| !c.is_alphanumeric()),
        false => sentence,
    };
    for word in words.split_whitespace() {
        if span.text.len() + word.len() >= MAX_WORDING {
            break;
        }
        if !span.text.is_empty() {
            span.text.push(' ');
        }
        span.text.push_str(word);
    }
    for value in values::values(&sentence[values..], MAX_VALUES) {
        if span.values.len() < MAX_VALUES && !span.values.contains(&value) {
            span.values.push(value);
        }
    }
}

/// What a sentence says to its reader.
#[derive(Default)]
struct Read {
    signals: Signals,
    /// What it asks for.
    effects: Effects,
    begins: Begins,
    /// True when what its order is about stands before it.
    refers: bool,
}

/// From where on a sentence belongs to the passage.
#[derive(Default)]
struct Begins {
    /// Its words: the clause that orders, in a sentence that signals nothing else.
    text: usize,
    /// Its values.
    values: usize,
}

/// Reads a sentence with these signals around it.
fn read_sentence(sentence: &str, around: Signals) -> Read {
    let words = Words::of(sentence);
    if words.len() < 2 {
        return Read::default();
    }
    let (turns, turn) = signals::turns(&words);
    let mut signals = turns | dress(sentence);
    let plain = signals == Signals::NONE;
    let set_off = (signals | around).any(Signals::ILL | Signals::ALARM);
    let mut effects = Effects::NONE;
    let mut order = None;
    let mut refers = false;
    let mut passive = false;
    let page = sentences::is_page(sentence);
    for clause in sentences::clauses(sentence).filter(|_| !page) {
        if sentences::is_label(clause, sentence) || sentences::is_button(clause, sentence) {
            continue;
        }
        let asked = ordered(&Words::of(clause), clause, set_off);
        if order.is_none() && asked.effects != Effects::NONE {
            order = Some(clause.as_ptr() as usize - sentence.as_ptr() as usize);
        }
        effects |= asked.effects;
        refers |= asked.refers;
        passive |= asked.passive;
    }
    effects |= announced(sentence);
    let turn = turn.and_then(|i| words.source(i));
    let sign = turn.into_iter().chain(order).min();
    let from = sign
        .filter(|_| !plain || effects != Effects::NONE && (refers || passive))
        .and_then(|sign| beginning::beginning(sentence, sign));
    let begins = Begins {
        text: match order {
            Some(order) if plain && !refers && !passive => order,
            _ => from.unwrap_or(0),
        },
        values: from.unwrap_or(0),
    };
    if words.iter().any(signals::is_audience) {
        // What such readers do is what they are to do.
        effects |= words
            .iter()
            .map(signals::verb)
            .fold(Effects::WRITE, |all, verb| all | verb)
            | spoken_of(&words);
    }
    if effects != Effects::NONE {
        signals |= Signals::ORDER;
    }
    if signals.any(Signals::CHANGE | Signals::DUE | Signals::PLOT) && effects == Effects::NONE {
        effects |= spoken_of(&words);
    }
    let account = values::values(sentence, MAX_VALUES)
        .iter()
        .any(|v| v.kind == Kind::Account);
    Read {
        signals,
        effects: with_things(effects, &words, account),
        begins,
        refers,
    }
}

/// A verb with a colon and what it is about in quotes: "Tweet: 'Free tokens'".
fn announced(sentence: &str) -> Effects {
    let Some((head, said)) = sentence.split_once(':') else {
        return Effects::NONE;
    };
    let quotes = said
        .trim_start()
        .starts_with(['"', '\'', '“', '«', '‘', '„']);
    if !quotes || head.len() > MAX_SPEAKER {
        return Effects::NONE; // most sentences
    }
    let word = Words::of(head);
    match word.len() {
        1 => signals::verb(word.get(0)),
        _ => Effects::NONE,
    }
}

/// What a sentence without an order speaks of: "a deposit must be sent".
fn spoken_of(words: &Words) -> Effects {
    let all = words.all();
    let mut effects = Effects::NONE;
    for (senses, effect) in [
        (
            Senses::SEND | Senses::SHARE | Senses::CONTACT,
            Effects::SEND,
        ),
        (Senses::PAY, Effects::PAY),
        (Senses::DELETE, Effects::DELETE),
        (Senses::GRANT | Senses::ACCESS, Effects::ACCESS),
        (Senses::PUBLISH, Effects::PUBLISH),
        (Senses::UPLOAD, Effects::UPLOAD),
        (Senses::OFF, Effects::OFF),
        (Senses::EXEC, Effects::EXECUTE),
    ] {
        if all.any(senses) {
            effects |= effect;
        }
    }
    effects
}

/// The things of a sentence say what its verbs do: to send money is to pay, to
/// change a password is to change access.
fn with_things(effects: Effects, words: &Words, account: bool) -> Effects {
    let all = words.all();
    let mut more = effects;
    let moves = effects.any(Effects::SEND | Effects::WRITE | Effects::EXECUTE | Effects::PUBLISH);
    if account || moves && all.any(Senses::MONEY | Senses::SUM) {
        more |= Effects::PAY;
    }
    if effects.any(Effects::WRITE) && (account || all.any(Senses::ACCOUNT)) {
        more |= Effects::PAYEE;
    }
    if effects.any(Effects::WRITE | Effects::SEND) && all.any(Senses::CREDENTIAL | Senses::ACCESS) {
        more |= Effects::ACCESS;
    }
    if effects.any(Effects::SEND | Effects::PUBLISH) && all.any(Senses::URL | Senses::UPLOAD) {
        more |= Effects::UPLOAD;
    }
    more
}

/// Signals of how a sentence is written: capitals, marks, a speaker's name.
fn dress(sentence: &str) -> Signals {
    let mut signals = Signals::NONE;
    let letters = sentence.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = sentence.chars().filter(|c| c.is_uppercase()).count();
    if sentence.contains("!!") || letters >= 12 && capitals * 10 >= letters * 7 {
        signals |= Signals::ALARM;
    }
    let head = sentence.trim_start_matches(|c: char| !c.is_alphanumeric());
    let speaker = head.split([':', ']', ')', '>', '|']).next().unwrap_or(head);
    let marked = speaker.len() < head.len() && speaker.len() <= MAX_SPEAKER;
    let played = match marked {
        true => is_role(&Words::of(speaker)) || is_user(speaker, &head[speaker.len()..]),
        false => false,
    };
    if played || has_role_field(sentence) {
        signals |= Signals::ROLE;
    }
    signals
}

/// True for words put into the user's mouth; a field that names him has no sentence.
fn is_user(speaker: &str, said: &str) -> bool {
    let user = Words::of(speaker);
    let user = user.len() == 1
        && matches!(
            user.get(0),
            "user" | "human" | "utilisateur" | "benutzer" | "nutzer" | "usuario"
        );
    let mut words = said.trim_start_matches(':').split_whitespace();
    user && said.starts_with(':')
        && words.next().is_some()
        && words
            .by_ref()
            .take(3)
            .filter(|w| w.starts_with(char::is_lowercase))
            .count()
            >= 2
}

/// True for a turn written down as software does: `{"role": "system", …`.
fn has_role_field(sentence: &str) -> bool {
    let role = sentence
        .split("role\"")
        .nth(1)
        .map(|rest| rest.trim_start_matches(|c: char| !c.is_alphabetic()));
    role.is_some_and(|rest| {
        ["system", "assistant", "user", "developer"]
            .iter()
            .any(|who| rest.starts_with(who))
    })
}

/// True for the speakers of a conversation with a model.
fn is_role(words: &Words) -> bool {
    let first = words.get(0);
    let role = matches!(
        first,
        "system"
            | "assistant"
            | "developer"
            | "systeme"
            | "sistema"
            | "im"
            | "inst"
            | "instruction"
            | "instructions"
            | "ai"
            | "agent"
            | "endoftext"
    );
    role && words.len() <= 3
}

/// The beginning of a text, cut to whole characters.
pub fn short(text: &str, max: usize) -> &str {
    crate::finding::short(text, max)
}
