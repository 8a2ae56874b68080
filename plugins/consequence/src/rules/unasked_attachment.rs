//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::words::Words;

/// The reason code.
pub const CODE: &str = "unasked-attachment";
/// What it holds.
pub const DOC: &str = "A file goes along that the user did not name, beside one that he did, or one that holds data about people or internal matters.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Send the price list to ana@buyer.example.","steps":[
  {"type":"send_email","payload":{"to":"ana@buyer.example","attachments":["price-list.pdf","salaries-2025.xlsx"],"body":"Attached."}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Send the price list to ana@buyer.example.","steps":[
  {"type":"send_email","payload":{"to":"ana@buyer.example","attachments":["price-list.pdf"],"body":"Attached."}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if !facts.does(Effects::OUTWARD) || facts.intent().is_unknown() {
        return None;
    }
    let files: Vec<&Field> = facts.fields.iter().filter(|f| is_file(f)).collect();
    let named = |f: &Field| {
        let words = Words::of(stem(&f.text));
        words.is_empty() || facts.intent().names_any(&words)
    };
    // "Send her what she asks for": the user names none.
    let some_named = !facts.intent().leaves_choice() && files.iter().any(|f| named(f));
    let file = files.iter().find(|f| {
        let private = Words::of(&f.text)
            .all()
            .any(Senses::PERSONAL | Senses::INTERNAL | Senses::SECRET);
        !named(f) && (some_named || private)
    })?;
    let to = facts
        .targets
        .first()
        .map_or("somebody", |t| t.text.as_str());
    let finding = Finding::new(
        0.75,
        &[
            &file.text,
            " goes to ",
            to,
            ", and the user did not name that file",
        ],
    );
    Some(finding.with(&file.path, &file.text))
}

/// A file name in a field for files: it has an ending and no space before it.
fn is_file(field: &Field) -> bool {
    let ending = field.text.rsplit('.').next().unwrap_or_default();
    field.value == Plain::Text
        && field.key.any(Senses::ATTACH)
        && field.text.len() <= 200
        && field.text.contains('.')
        && (2..=5).contains(&ending.len())
        && ending.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The name of a file without its folders and its ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
