//! Dialogs: the reason for a refusal, and what a yes is widened to. What a dialog is
//! about travels in it as on a button, with its proof.

use serde_json::{Value, json};

use super::card::REASON;
use super::text::{FIELD, escaped, mrkdwn, plain, section};
use crate::approvals::{Approval, Offer, Widening};
use crate::outgoing::fingerprint;

/// Which dialog it is.
pub(super) const REFUSING: &str = "coldnotch_refuse";
pub(super) const GRANTING: &str = "coldnotch_grant";
/// The names of its fields.
pub(super) const WHY: &str = "coldnotch_why";
pub(super) const WORDS: &str = "coldnotch_words";
pub(super) const LIMIT: &str = "coldnotch_limit:";
pub(super) const SCOPE: &str = "coldnotch_scope";
/// For how long a grant may hold: what is chosen, and what is read. Hours, but for the
/// first.
const SCOPES: [(&str, &str); 5] = [
    ("session", "In this session"),
    ("1", "For an hour, in every session"),
    ("8", "For 8 hours, in every session"),
    ("24", "For a day, in every session"),
    ("168", "For a week, in every session"),
];

/// Asks why these are refused.
pub(super) fn refusing(button: &str, approvals: &[Approval]) -> Value {
    let mut blocks: Vec<Value> = about(approvals).into_iter().collect();
    blocks.push(
        json!({"type": "input", "block_id": WHY, "optional": true, "label": plain("Why", 200),
            "hint": plain("For whoever asked, and for the record", 200),
            "element": {"type": "plain_text_input", "action_id": WHY, "multiline": true,
                "max_length": REASON}}),
    );
    view(REFUSING, button, "Refuse", blocks)
}

/// Asks what may differ next time; `None` where nothing is on offer.
pub(super) fn granting(button: &str, approval: &Approval, offers: &[Offer]) -> Option<Value> {
    let mut blocks: Vec<Value> = about(std::slice::from_ref(approval)).into_iter().collect();
    let words = "Like actions of this agent and type run without asking. Whatever is not \
        chosen here has to be as it was shown.";
    blocks.push(section(mrkdwn(words.to_owned())));
    let (limits, others): (Vec<&Offer>, Vec<&Offer>) = offers
        .iter()
        .partition(|offer| offer.widening == Widening::UpTo);
    for offer in &limits {
        let label = format!("{} up to", offer.word.name());
        let asked = asked(offer);
        let id = format!("{LIMIT}{}", key(offer));
        blocks.push(
            json!({"type": "input", "block_id": id, "optional": true, "label": plain(&label, 200),
                "element": {"type": "number_input", "action_id": LIMIT, "min_value": "0",
                    "is_decimal_allowed": true, "initial_value": asked}}),
        );
    }
    if !others.is_empty() {
        let options: Vec<Value> = others
            .iter()
            .map(|offer| json!({"text": plain(&words_of(offer), 75), "value": key(offer)}))
            .collect();
        blocks.push(json!({"type": "input", "block_id": WORDS, "optional": true,
                "label": plain("What it may be", 200),
                "element": {"type": "checkboxes", "action_id": WORDS, "options": options}}));
    }
    let scopes = SCOPES.map(|(value, words)| json!({"text": plain(words, 75), "value": value}));
    blocks.push(
        json!({"type": "input", "block_id": SCOPE, "label": plain("For how long", 200),
            "element": {"type": "static_select", "action_id": SCOPE, "options": scopes,
                "initial_option": scopes[0]}}),
    );
    let view = view(GRANTING, button, "Approve", blocks);
    (!offers.is_empty()).then_some(view)
}

/// What came of it, in the place of the dialog.
pub(super) fn told(words: &str) -> Value {
    json!({"type": "modal", "title": plain("Coldnotch", 24), "close": plain("Close", 24),
        "blocks": [section(mrkdwn(words.to_owned()))]})
}

fn view(name: &str, button: &str, submit: &str, blocks: Vec<Value>) -> Value {
    json!({"type": "modal", "callback_id": name, "private_metadata": button,
        "title": plain(submit, 24), "submit": plain(submit, 24), "close": plain("Back", 24),
        "blocks": blocks})
}

/// What is answered, in a line.
fn about(approvals: &[Approval]) -> Option<Value> {
    let action = &approvals.first()?.held.action;
    let times = match approvals.len() {
        1 => String::new(),
        count => format!(" ({count} times)"),
    };
    let summary = match action.summary.trim() {
        "" => String::new(),
        summary => format!(": {summary}"),
    };
    let words = format!("{} by {}{times}{summary}", action.kind, action.agent);
    Some(section(plain(&words, 2 * FIELD)))
}

/// Names an offer in what comes back: the word itself is made here again.
pub(super) fn key(offer: &Offer) -> String {
    fingerprint(&offer.word.to_string())
}

/// The number that was asked for.
fn asked(offer: &Offer) -> String {
    let word = offer.word.to_string();
    word.rsplit("<=").next().unwrap_or_default().to_owned()
}

fn words_of(offer: &Offer) -> String {
    let name = offer.word.name();
    let name = match name {
        "@summary" => "the agent's words",
        name => name,
    };
    let word = offer.word.to_string();
    let value = word.split_once('=').map_or("", |(_, value)| value);
    match offer.widening {
        Widening::Anything => format!("{}: anything", escaped(name, 50)),
        Widening::Below => format!(
            "{}: below {}",
            escaped(name, 30),
            value.trim_end_matches('*')
        ),
        Widening::Exactly | Widening::UpTo => format!("{}: {value}", escaped(name, 30)),
    }
}
