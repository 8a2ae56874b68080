//! See [`DOC`].

use crate::effect::{self, Effects};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::readers::deed::{self, Sort};

/// The reason code.
pub const CODE: &str = "unasked-publication";
/// What it holds.
pub const DOC: &str =
    "Something becomes visible to everybody and the user did not ask to publish it.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Write a post about our new office, I'll post it myself.","steps":[
  {"type":"blog.publish","payload":{"title":"Office","text":"We are moving on 1 July."}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Publish article 88 on the blog as Claire approved it.","steps":[
  {"type":"blog.publish","payload":{"article":88}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if facts.effects.any(Effects::DRAFT | Effects::READ) {
        return None;
    }
    if let Some(found) = deed::finding(facts, Sort::Publish) {
        return Some(found);
    }
    // A public answer to a ticket is read by who wrote it.
    let answers = facts.kind.all().any(Senses::SEND);
    let visible = facts.fields.iter().find(|f| {
        !answers
            && f.key.any(Senses::STATE | Senses::PUBLIC)
            && (f.words().all().any(Senses::PUBLIC) || f.key.any(Senses::PUBLIC) && f.is_on())
    });
    let verbs = Senses::PUBLISH | Senses::SHARE | Senses::ANNOUNCE | Senses::UPLOAD;
    // "Complain to them publicly", "sag es ihnen öffentlich".
    let tells = || facts.intent().asks(Senses::CONTACT | Senses::SEND);
    let openly = || {
        tells() && (facts.intent().means(Senses::OPENLY) || answers)
            || effect::chats(&facts.kind, &facts.fields)
                && (tells() || facts.intent().tells_somebody())
    };
    if !facts.effects.any(Effects::PUBLISH) && visible.is_none() || facts.intent().asks(verbs) || openly() {
        return None;
    }
    // "Put the washer on Wallapop": where it is to stand is the tool's own name.
    let place = |i: usize| {
        let word = facts.kind.get(i);
        word.len() >= 4 && (facts.kind.senses(i) == Senses::NONE || facts.kind.senses(i).any(Senses::SOCIAL)) && facts.intent().says(word)
    };
    // "Write in the thread about the noise that …".
    let within = |f: &crate::payload::Field| {
        !f.key.any(Senses::BODY)
            && f.name().len() >= 4
            && facts.intent().says(f.name())
            && facts.intent().asks(Senses::SEND | Senses::CONTACT)
    };
    let within = || facts.fields.iter().any(within);
    if visible.is_none()
        && facts.is_in_earnest()
        && (within() || (0..facts.kind.len()).any(place) || facts.is_his_text()) {
        return None;
    }
    let kind = facts.kind.iter().collect::<Vec<_>>().join(" ");
    let finding = Finding::new(
        0.7,
        &[
            "`",
            &kind,
            "` makes something public and nobody asked for it",
        ],
    );
    Some(match visible {
        Some(field) => finding.with(&field.path, &field.text),
        None => finding,
    })
}
