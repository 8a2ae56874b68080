//! Where the values that decide what an action does came from.

use coldnotch_plugin::{Occurrence, Place};

use crate::effect::Effects;
use crate::facts::{Facts, Past};
use crate::labels;
use crate::lexicon::Senses;
use crate::notes;
use crate::payload::{self, Plain};
use crate::target::{Target, What};

/// A value of the action and where it occurred before.
#[derive(Debug)]
pub struct Origin {
    /// The value's place in the action.
    pub target: Target,
    /// Where it stood, oldest first.
    pub seen: Vec<Seen>,
}

/// One earlier occurrence in a tool's output or an earlier payload.
#[derive(Debug)]
pub struct Seen {
    /// The step.
    pub step: u32,
    /// JSON path in the payload or the output.
    pub path: String,
    /// True in an output, false in an earlier payload.
    pub in_output: bool,
    /// True when it was a field of its own and not a word of a text.
    pub whole: bool,
    /// How many words that text has.
    pub words: u32,
    /// True when the user named what the step read: a file, a sender, a page.
    /// Only asked where every output has the value inside prose, or it gets power.
    pub named: bool,
    /// True when the two agree only if letters that look alike are taken for
    /// each other.
    pub looks_alike: bool,
}

impl Seen {
    /// True when it was a field, or stood in a text too short for prose.
    pub fn is_a_value(&self) -> bool {
        self.whole || self.words <= FEW
    }
}

/// Effects besides the hard ones whose targets are traced: to set something to
/// an address is to give it power.
pub const TRACED: Effects = Effects::from_bits(Effects::WRITE.bits() | Effects::EXECUTE.bits());

/// A leaf of no more is a value with its labels.
const FEW: u32 = 8;

/// A leaf of more words than this is prose and not a labelled value.
pub const PROSE: u32 = 12;

/// Asks where the targets occurred before.
pub fn trace(facts: &Facts, past: &impl Past) -> Vec<Origin> {
    let sought: Vec<&Target> = facts
        .targets
        .iter()
        .filter(|t| {
            (t.what != What::Name || facts.does(Effects::ACCESS))
                && !facts.intent().names_value(&t.text)
        })
        .collect();
    if sought.is_empty() {
        return Vec::new();
    }
    let texts: Vec<String> = sought.iter().map(|t| t.text.clone()).collect();
    let found = past.find(&texts);
    let mut sources = Sources(Vec::new());
    // To whom money goes from now on says no line that the user did not speak of.
    let intent = facts.intent();
    let told_counts = !facts.does(Effects::PAYEE)
        || intent.asks(Senses::UPDATE) && intent.mentions(Senses::ACCOUNT | Senses::BANK);
    // Who is to have power, or to hear of it unasked, may be somebody whom the user called by another name.
    let verbs = Senses::SEND | Senses::SHARE | Senses::CONTACT | Senses::GRANT;
    let unasked = || facts.does(Effects::SEND) && !intent.asks(verbs);
    let power = facts.does(Effects::ACCESS) || unasked();
    let mut seen = |target: &Target, occurrences: Vec<Occurrence>| {
        let outputs = || occurrences.iter().filter(|o| o.place == Place::Output);
        let in_prose = outputs().all(|o| !o.whole_leaf && o.leaf_words > PROSE);
        let mut named = |o: &Occurrence| {
            let source = o
                .step
                .filter(|_| (in_prose || power) && o.place == Place::Output);
            source.is_some_and(|step| sources.names(step, facts, past))
        };
        let named: Vec<bool> = occurrences.iter().map(&mut named).collect();
        let prose = (in_prose || power) && outputs().next().is_some();
        let answers = || answers(facts) && notes::has_writer(past.notes(), &target.text);
        let told = || told_counts && notes::has_told(past.notes(), &target.text);
        let cell = prose && (notes::has_cell(past.notes(), &target.text) || told() || answers());
        let seen = occurrences.into_iter().zip(named);
        let seen = seen.filter_map(|(o, named)| self::seen(o, named));
        seen.map(|s| Seen {
            whole: s.whole || cell && s.in_output,
            ..s
        })
        .collect()
    };
    sought
        .into_iter()
        .zip(found)
        .map(|(target, occurrences)| Origin {
            target: target.clone(),
            seen: seen(target, occurrences),
        })
        .collect()
}

/// True for a message and nothing more: it may go to whoever wrote.
fn answers(facts: &Facts) -> bool {
    let more = Effects::ACCESS.bits() | Effects::PAY.bits() | Effects::PAYEE.bits();
    facts.does(Effects::SEND) && !facts.does(Effects::from_bits(more))
}

fn seen(found: Occurrence, named: bool) -> Option<Seen> {
    Some(Seen {
        step: found.step?,
        path: found.path,
        in_output: found.place == Place::Output,
        whole: found.whole_leaf,
        words: found.leaf_words,
        named,
        looks_alike: found.decoded_by.as_deref() == Some("look-alike"),
    })
}

/// The steps that were looked at so far, and whether the user named what they
/// read: many values stand in one output.
struct Sources(Vec<(u32, bool)>);

impl Sources {
    fn names(&mut self, step: u32, facts: &Facts, past: &impl Past) -> bool {
        let known = self.0.iter().find(|(s, _)| *s == step);
        if let Some((_, named)) = known {
            return *named;
        }
        let named = names_step(facts, step, past);
        self.0.push((step, named));
        named
    }
}

/// True when an argument of the step stands in the user's words, or was pointed
/// to by the output of a step of which that is true: the page that Ana's mail
/// links to.
fn names_step(facts: &Facts, step: u32, past: &impl Past) -> bool {
    let arguments = text_arguments(&past.payload(step));
    let searched = || arguments.iter().any(|a| facts.intent().says_of_search(a));
    if names_any_of(facts, &arguments)
        || searched() && !brought_strangers(facts, step)
        || is_trusted(facts, step, past)
    {
        return true;
    }
    let pointers: Vec<String> = arguments.into_iter().filter(|a| is_pointer(a)).collect();
    if pointers.is_empty() {
        return false;
    }
    past.find(&pointers).iter().flatten().any(|o| {
        let before = o.step.filter(|s| *s < step && o.place == Place::Output);
        before.is_some_and(|s| {
            !notes::stands_in(&facts.notes, s, &o.path)
                && names_any_of(facts, &text_arguments(&past.payload(s)))
        })
    })
}

/// True when the operator trusts what the step returned.
fn is_trusted(facts: &Facts, step: u32, past: &impl Past) -> bool {
    let settings = facts.settings;
    let trusts = !settings.trusted_tools.is_empty() || !settings.trusted_sources.is_empty();
    let marks = |labels: Vec<String>| labels.iter().any(|l| l == labels::TRUSTED_SOURCE);
    trusts && marks(past.labels(step))
}

fn names_any_of(facts: &Facts, arguments: &[String]) -> bool {
    arguments.iter().any(|a| facts.intent().names_value(a))
}

/// True when a search found more than what the user spoke of, and it orders about.
fn brought_strangers(facts: &Facts, step: u32) -> bool {
    let at = |n: &notes::Note| n.places.iter().any(|(s, _)| *s == step);
    facts
        .notes
        .iter()
        .any(|n| n.source == notes::Source::Stranger && at(n))
}

/// The texts among a step's arguments.
fn text_arguments(payload: &str) -> Vec<String> {
    payload::read(payload)
        .into_iter()
        .filter(|f| f.value == Plain::Text && f.text.len() >= 3)
        .map(|f| f.text)
        .collect()
}

/// True for an id, a URL or a path: a text that means one thing.
fn is_pointer(text: &str) -> bool {
    text.len() <= 200
        && !text.contains(char::is_whitespace)
        && text.contains(|c: char| c.is_ascii_digit() || matches!(c, '/' | '.' | '@'))
}
