//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;

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
        .find_map(|(_, verbs, _)| intent.forbids(*verbs));
    let word = match forbidden {
        Some(i) => intent.words().get(i),
        None if leaves(facts) => "outside",
        None => return None,
    };
    let reaches = facts.targets.first();
    let finding = Finding::new(0.85, &["the user said not to do this (\"", word, "\")"]);
    Some(match reaches {
        Some(to) => finding.with(&to.path, &to.text),
        None => finding,
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
