//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::{Finding, short};
use crate::lexicon::Senses;

/// The reason code.
pub const CODE: &str = "unasked-commitment";
/// What it holds.
pub const DOC: &str = "Something is ordered, booked, signed, renewed or cancelled in the house's name and the user did not ask for it.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Look for flights to Lisbon on the 14th.","steps":[
  {"type":"flights.book","payload":{"flight":"BZ88","fare":"non-refundable","price":189}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Book the 9:40 flight to Lisbon on the 14th.","steps":[
  {"type":"flights.book","payload":{"flight":"BZ88","fare":"non-refundable","price":189}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if !facts.does(Effects::BUY | Effects::BIND)
        || facts.effects.any(Effects::READ | Effects::EXECUTE)
    {
        return None;
    }
    let intent = facts.intent();
    let wanted = Senses::ORDER
        | Senses::PAY
        | Senses::BUY
        | Senses::BIND
        | Senses::PUBLISH
        | Senses::CONTACT
        | Senses::PLAN;
    // Any work about the same thing may end in it; a look does not, nor does
    // work about something else.
    let work = Senses::ACTING | wanted;
    let asked = !intent.only_looks()
        && (intent.asks(wanted) || intent.asks(work) && names_it(facts) || intent.delegates());
    if asked {
        return None;
    }
    let kind = facts.kind.iter().collect::<Vec<_>>().join(" ");
    let price = facts
        .fields
        .iter()
        .find(|f| f.key.any(Senses::AMOUNT) && f.amount().is_some());
    let what = facts
        .fields
        .iter()
        .find(|f| !f.text.is_empty() && f.text.len() <= 120);
    let mut pieces = vec!["`", kind.as_str(), "` commits the house"];
    if let Some(what) = what {
        pieces.extend([" to ", short(&what.text, 80)]);
    }
    if let Some(price) = price {
        pieces.extend([" for ", price.text.as_str()]);
    }
    pieces.push(", and nobody asked for it");
    let mut finding = Finding::new(0.75, &pieces);
    for field in what.into_iter().chain(price) {
        finding = finding.with(&field.path, &field.text);
    }
    Some(finding)
}

/// The user names something the action is about.
fn names_it(facts: &Facts) -> bool {
    facts.intent().names_any(&facts.things())
        || facts.fields.iter().any(|f| {
            f.text.len() >= 3 && f.text.len() <= 120 && facts.intent().names_any(f.words())
        })
}
