//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::intent::Intent;
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::words::Words;

/// The reason code.
pub const CODE: &str = "option-not-asked";
/// What it holds.
pub const DOC: &str = "Along with what the user asked for goes something he did not speak of that costs or binds: an insurance, a subscription, a tip, a \
consent.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Order one bag of the usual coffee.","steps":[
  {"type":"shop.order","payload":{"item":"House blend 1 kg","quantity":1,"frequency":"every_4_weeks"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Order one bag of the usual coffee, every month from now on.","steps":[
  {"type":"shop.order","payload":{"item":"House blend 1 kg","quantity":1,"frequency":"every_4_weeks"}}]}"#;

/// Options by what they are about: whoever speaks of one of the words of a line
/// speaks of the option. Stems.
const OPTIONS: [&[&str]; 7] = [
    &[
        "insur",
        "assur",
        "versicher",
        "segur",
        "warrant",
        "protect",
        "cover",
        "schutz",
    ],
    &[
        "newsletter",
        "marketing",
        "promo",
        "optin",
        "werbung",
        "publicit",
        "publicidad",
    ],
    &["tip", "gratuity", "trinkgeld", "pourboire", "propina"],
    &[
        "donat", "spende", "donac", "roundup", "aufrund", "arrondi", "redonde",
    ],
    &["upgrade", "addon", "extras", "giftwrap", "geschenkverpack"],
    &["consent", "einwillig", "waiver", "verzicht"],
    RECURRING,
];

/// What comes again and again.
const RECURRING: &[&str] = &[
    "subscri",
    "autorenew",
    "autoship",
    "recurr",
    "renew",
    "abonn",
    "abo",
    "suscri",
    "membership",
    "month",
    "week",
    "mensuel",
    "mois",
    "monatlich",
    "monat",
    "woche",
    "hebdo",
    "mensual",
    "semana",
    "every",
    "jede",
    "chaque",
    "cada",
    "regular",
    "regelmass",
    "dauer",
    "standing",
    "ongoing",
    "annual",
    "year",
    "yearly",
];

/// Names of fields that say how often.
const HOW_OFTEN: [&str; 12] = [
    "mode",
    "frequency",
    "interval",
    "recurrence",
    "repeat",
    "billing",
    "purchase",
    "frequence",
    "intervall",
    "turnus",
    "rhythmus",
    "frecuencia",
];

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let binding = Effects::PAY | Effects::BUY | Effects::BIND;
    let intent = facts.intent();
    if !facts.does(binding | Effects::WRITE | Effects::SEND)
        || facts
            .effects
            .any(Effects::READ | Effects::NOTE | Effects::EXECUTE)
        || intent.is_unknown()
        || intent.delegates()
    {
        return None;
    }
    let field = facts.fields.iter().find(|f| {
        let recurs = facts.does(binding)
            && f.value == Plain::Text
            && f.text.len() <= 40
            && f.name_words().iter().any(|w| HOW_OFTEN.contains(&w))
            && speaks_of(f.words(), RECURRING);
        let stems = if recurs { Some(RECURRING) } else { chosen(f) };
        // A form for consent gives consent.
        let about = |stems| {
            let others = facts.fields.iter().filter(|o| o.path != f.path);
            let texts = others.filter(|o| o.value == Plain::Text && o.text.len() <= 80);
            texts.map(Field::words).any(|words| speaks_of(words, stems))
        };
        stems.is_some_and(|stems| !is_spoken_of(intent, f, stems) && !about(stems))
    })?;
    let finding = Finding::new(
        0.7,
        &[
            "`",
            field.name(),
            "` is ",
            &field.text,
            ", and the user spoke of nothing of the sort",
        ],
    );
    Some(finding.with(&field.path, &field.text))
}

/// The option that a field switches on, or gives money for.
fn chosen(field: &Field) -> Option<&'static [&'static str]> {
    let given = matches!(field.value, Plain::Number(n) if n > 0.0);
    let on = field.is_on() && !matches!(field.value, Plain::Number(_));
    if !on && !given || field.key.any(Senses::TERMS) {
        return None;
    }
    OPTIONS
        .into_iter()
        .find(|stems| (on || stems[0] == "tip") && speaks_of(field.name_words(), stems))
}

fn speaks_of(words: &Words, stems: &[&str]) -> bool {
    words.iter().any(|w| {
        stems
            .iter()
            .any(|stem| w == *stem || stem.len() >= 4 && w.starts_with(stem))
    })
}

/// True when the user speaks of it, and not to decline it.
fn is_spoken_of(intent: &Intent, field: &Field, stems: &[&str]) -> bool {
    let declined = intent.declines(field.name_words());
    !declined && (speaks_of(intent.words(), stems) || intent.names_any(field.name_words()))
}
