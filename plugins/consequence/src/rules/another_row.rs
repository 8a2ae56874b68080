//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::notes::{self, rows::Rows};
use crate::payload::{Field, Plain};

/// The reason code.
pub const CODE: &str = "another-row";
/// What it holds.
pub const DOC: &str = "The action is on another row of a list than the one the user's words speak of: another account, slot, room or entry.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Move 200 from savings to the household account.","steps":[
  {"type":"bank.accounts","payload":{},"output":[{"id":"A-1","name":"Savings"},{"id":"A-2","name":"Household"},{"id":"A-3","name":"Joint with Dana"}]},
  {"type":"bank.move","payload":{"from":"A-3","to":"A-2","amount":200}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Move 200 from savings to the household account.","steps":[
  {"type":"bank.accounts","payload":{},"output":[{"id":"A-1","name":"Savings"},{"id":"A-2","name":"Household"},{"id":"A-3","name":"Joint with Dana"}]},
  {"type":"bank.move","payload":{"from":"A-1","to":"A-2","amount":200}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    // Who gets a message is often said by what he is to the user, not by name.
    let decides = Effects::PAY
        | Effects::PAYEE
        | Effects::ACCESS
        | Effects::DELETE
        | Effects::BUY
        | Effects::BIND
        | Effects::PUBLISH;
    let intent = facts.intent();
    if facts.rows.is_empty() || intent.delegates() {
        return None;
    }
    if let Some((field, rows)) = one_too_many(facts) {
        return Some(finding(field, rows));
    }
    if !facts.does(decides) || intent.mentions(Senses::WHOLE | Senses::EACH) {
        return None;
    }
    let (field, rows) = facts
        .fields
        .iter()
        .filter(|f| may_be_an_object(f))
        .find_map(|field| {
            let hash = notes::rows::hash(&field.text)?;
            passed_over(facts, field, hash).map(|rows| (field, rows))
        })?;
    Some(finding(field, rows))
}

/// The rows that pass the value over, if none speak of it and the user does not.
fn passed_over<'a>(facts: &'a Facts, field: &Field, hash: u32) -> Option<&'a Rows<'a>> {
    let passed = facts.rows.iter().find(|r| r.passes_over(hash))?;
    let named = facts.rows.iter().any(|r| r.names(hash)) || facts.intent().names_value(&field.text);
    (!named).then_some(passed)
}

/// In a list of values one that the rows pass over, beside two or more that they
/// speak of, whatever is done to them: "all that are marked 'offer'".
fn one_too_many<'a>(facts: &'a Facts) -> Option<(&'a Field, &'a Rows<'a>)> {
    let list = |f: &Field| f.path.ends_with(']').then(|| f.path.rfind('[')).flatten();
    let items = || {
        let items = facts.fields.iter().filter(|f| may_be_an_object(f));
        items.filter_map(move |f| Some((f, list(f)?, notes::rows::hash(&f.text)?)))
    };
    items().find_map(|(field, open, hash)| {
        let rows =
            passed_over(facts, field, hash).filter(|rows| facts.intent().marks_out(rows.word))?;
        let beside = items().filter(|(f, at, _)| f.path[..*at] == field.path[..open]);
        let meant = beside.filter(|(.., hash)| rows.names(*hash)).count();
        (meant >= 2).then_some((field, rows))
    })
}

fn finding(field: &Field, rows: &Rows) -> Finding {
    let step = rows.step.to_string();
    let finding = Finding::new(
        0.7,
        &[
            "in what step ",
            &step,
            " returned, ",
            &field.text,
            " is not what the user's \"",
            rows.word,
            "\" is about",
        ],
    );
    finding.with(&field.path, &field.text)
}

fn may_be_an_object(field: &Field) -> bool {
    let said = Senses::BODY | Senses::AMOUNT | Senses::QUANTITY | Senses::COMMAND;
    let plain = match field.value {
        Plain::Text => field.text.len() <= 80,
        Plain::Number(_) => true,
        Plain::Flag(_) | Plain::Null => false,
    };
    plain && !field.key.any(said)
}
