//! What questions look like in Slack: those with the same cause on one card, each with
//! its own buttons and its own end. Everything is cut to Slack's limits.

use serde_json::{Value, json};

use super::text::{FIELD, SECTION, escaped, moment, mrkdwn, plain, section, units, who};
use super::{Button, button};
use crate::approvals::{Approval, Conclusion, State};
use crate::verdict::Cause;

/// Longest texts, in UTF-16 units: of a header, of a piece of evidence, and of one
/// question's arguments where there are several.
const HEADER: usize = 150;
const EVIDENCE: usize = 300;
const SHORT: usize = 900;
/// How many of each are shown.
const ARGUMENTS: usize = 10;
const CAUSES: usize = 4;
const PIECES: usize = 3;
/// Longest reason that a person can give.
pub(super) const REASON: usize = 500;

/// The names of what can be clicked; the first two are those of 0.0.1.
pub(super) const APPROVE: &str = "coldnotch_approve";
pub(super) const REFUSE: &str = "coldnotch_deny";
pub(super) const REMEMBER: &str = "coldnotch_remember";
pub(super) const WHY: &str = "coldnotch_reason";
const OPEN: &str = "coldnotch_open";

/// A question on a card, and what became of it.
pub(super) type Shown = (Approval, Option<Conclusion>);

/// What a card is drawn with.
#[derive(Debug)]
pub(super) struct Pen {
    /// What the buttons' proofs are made with.
    pub(super) key: Vec<u8>,
    /// The inbox, where the questions' pages are.
    pub(super) inbox: Option<String>,
}

impl Pen {
    /// A card as `chat.postMessage` and `chat.update` take it, without the channel;
    /// `None` without a question.
    pub(super) fn card(&self, shown: &[Shown]) -> Option<Value> {
        let (first, _) = shown.first()?;
        let action = &first.held.action;
        let title = format!("{}: {}", title(shown), action.kind);
        let mut blocks = vec![json!({"type": "header", "text": plain(&title, HEADER)})];
        if !action.summary.trim().is_empty() {
            blocks.push(section(plain(&action.summary, SECTION)));
        }
        blocks.push(json!({"type": "section", "fields": fields(first)}));
        if let ([_], Some(text)) = (shown, arguments(action.payload.text(), SECTION)) {
            blocks.push(section(text));
        }
        let causes = &first.held.judgement.causes;
        causes
            .iter()
            .take(CAUSES)
            .for_each(|c| cause(c, &mut blocks));
        if shown.iter().any(|(one, _)| one.state == State::Pending) {
            blocks.push(why());
        }
        for (place, (approval, conclusion)) in shown.iter().enumerate() {
            if shown.len() > 1 {
                blocks.push(section(which(place, shown)));
            }
            match approval.state {
                State::Pending => self.question(approval, &mut blocks),
                _ => self.ending(approval, conclusion.as_ref(), &mut blocks),
            }
        }
        self.together(shown, &mut blocks);
        // What notifications and screen readers get instead of the blocks.
        let text = format!("{title} by {}", action.agent);
        Some(json!({"text": escaped(&text, SECTION), "blocks": blocks}))
    }

    fn question(&self, approval: &Approval, blocks: &mut Vec<Value>) {
        if approval.quorum > 1 {
            let yes = approval.answers.iter().filter(|g| g.answer.approved);
            let count = yes.clone().count();
            let count = format!("*{count} of {} approvals*", approval.quorum);
            let mut elements = vec![mrkdwn(count)];
            elements.extend(yes.take(9).map(|given| who(&given.answer.by)));
            blocks.push(json!({"type": "context", "elements": elements}));
        }
        let value = button(&self.key, &[approval]);
        let mut buttons = vec![
            press(APPROVE, Some("primary"), "Approve", &value),
            press(REFUSE, Some("danger"), "Refuse…", &value),
        ];
        if !approval.held.action.session.is_empty() {
            buttons.push(press(REMEMBER, None, "Approve and remember…", &value));
        }
        buttons.extend(self.open(approval));
        blocks.push(json!({"type": "actions", "elements": buttons,
            "block_id": format!("coldnotch:{}", approval.id)}));
        blocks.push(json!({"type": "context", "elements": [plain(&approval.id, FIELD)]}));
    }

    fn ending(
        &self,
        approval: &Approval,
        conclusion: Option<&Conclusion>,
        blocks: &mut Vec<Value>,
    ) {
        let mut elements = vec![mrkdwn(format!("*{}*", state_words(approval.state)))];
        let deciding = approval.deciding();
        let answers = approval.answers.iter().filter(|given| {
            deciding.is_some_and(|last| last.answer.approved == given.answer.approved)
        });
        for given in answers.take(4) {
            elements.push(who(&given.answer.by));
            elements.push(mrkdwn(moment(given.at)));
        }
        if let Some(cancelled) = &approval.cancelled {
            elements.push(who(&cancelled.by));
            elements.push(mrkdwn(moment(cancelled.at)));
        }
        elements.push(plain(&approval.id, FIELD));
        blocks.push(json!({"type": "context", "elements": elements}));
        let reason = deciding.and_then(|given| given.answer.reason.as_deref());
        let reason = reason.map(|reason| format!("Reason: {reason}"));
        let after = conclusion.and_then(|conclusion| afterwards(approval, conclusion));
        let words: Vec<String> = reason.into_iter().chain(after).collect();
        if !words.is_empty() {
            let words = words.join(" · ");
            blocks.push(section(plain(&words, SECTION)));
        }
        if let Some(open) = self.open(approval) {
            blocks.push(json!({"type": "actions", "elements": [open]}));
        }
    }

    /// One answer for those that wait for exactly the same action.
    fn together(&self, shown: &[Shown], blocks: &mut Vec<Value>) {
        let waits = || {
            let shown = shown.iter().map(|(approval, _)| approval);
            shown.filter(|approval| approval.state == State::Pending)
        };
        let mut done = Vec::new();
        for approval in waits() {
            let equal: Vec<&Approval> = waits().filter(|o| o.digest == approval.digest).collect();
            if equal.len() < 2 || done.contains(&approval.digest) {
                continue;
            }
            done.push(approval.digest);
            let count = equal.len();
            let value = button(&self.key, &equal);
            let words = format!("{count} of these ask for exactly the same.");
            blocks.push(section(mrkdwn(words)));
            let buttons = [
                press(APPROVE, None, &format!("Approve all {count}"), &value),
                press(REFUSE, None, &format!("Refuse all {count}…"), &value),
            ];
            blocks.push(json!({"type": "actions", "elements": buttons,
                "block_id": format!("coldnotch:all:{}", approval.id)}));
        }
    }

    fn open(&self, approval: &Approval) -> Option<Value> {
        let url = format!("{}/inbox/approvals/{}", self.inbox.as_ref()?, approval.id);
        let text = plain("Show everything", 75);
        Some(json!({"type": "button", "action_id": OPEN, "text": text, "url": url}))
    }
}

/// What is found again if nobody knows whether a card was posted.
pub(super) fn metadata(card: &str) -> Value {
    json!({"event_type": "coldnotch_approval", "event_payload": {"id": card}})
}

fn title(shown: &[Shown]) -> String {
    let waiting = shown
        .iter()
        .filter(|(one, _)| one.state == State::Pending)
        .count();
    match waiting {
        0 => {
            let mut words: Vec<&str> = Vec::new();
            for (approval, _) in shown {
                let word = state_words(approval.state);
                if !words.contains(&word) {
                    words.push(word);
                }
            }
            words.join(", ")
        }
        1 => "Waiting for approval".to_owned(),
        count => format!("Waiting for {count} approvals"),
    }
}

pub(super) fn state_words(state: State) -> &'static str {
    match state {
        State::Pending => "Waiting",
        State::Approved | State::Consumed => "Approved",
        State::Refused => "Refused",
        State::Expired => "Expired",
        State::Cancelled => "Cancelled",
    }
}

/// One of several: what tells it from the others.
fn which(place: usize, shown: &[Shown]) -> Value {
    let number = place + 1;
    let (Some((this, _)), Some((first, _))) = (shown.get(place), shown.first()) else {
        return plain("", SHORT);
    };
    let before = shown.iter().take(place);
    let same = before
        .enumerate()
        .find(|(_, (other, _))| other.digest == this.digest);
    if let Some((other, _)) = same {
        return plain(&format!("{number}. exactly as {}", other + 1), SHORT);
    }
    let action = &this.held.action;
    let mut text = json!({"type": "plain_text", "text": format!("{number}."), "emoji": false});
    let summary = match action.summary == first.held.action.summary {
        true => String::new(),
        false => format!(" {}", escaped(&action.summary, FIELD)),
    };
    let arguments = arguments(action.payload.text(), SHORT);
    let arguments = arguments.as_ref().and_then(|text| text["text"].as_str());
    let arguments = arguments.map_or_else(String::new, |text| format!("\n{text}"));
    text["text"] = json!(format!("{number}.{summary}{arguments}"));
    text
}

fn fields(approval: &Approval) -> Vec<Value> {
    let held = &approval.held;
    let mut fields = Vec::new();
    let mut field = |name: &str, value: Value| {
        fields.push(mrkdwn(format!("*{name}*")));
        fields.push(value);
    };
    field("Agent", plain(&held.action.agent, FIELD));
    if !held.action.session.is_empty() {
        field("Session", plain(&held.action.session, FIELD));
    }
    field("Risk", plain(&format!("{:.2}", held.judgement.risk), FIELD));
    if approval.state == State::Pending {
        field("Ends", mrkdwn(moment(approval.expires)));
    }
    fields
}

/// The first arguments, one a line; none if there are none.
fn arguments(payload: &str, most: usize) -> Option<Value> {
    let payload: serde_json::Map<String, Value> = serde_json::from_str(payload).ok()?;
    let mut lines: Vec<String> = payload
        .iter()
        .take(ARGUMENTS)
        .map(|(name, value)| {
            let value = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            format!("{}: {}", escaped(name, 60), escaped(&value, FIELD))
        })
        .collect();
    if payload.len() > ARGUMENTS {
        lines.push(format!("and {} more", payload.len() - ARGUMENTS));
    }
    let mut text = lines.join("\n");
    // Each line is short, but eleven of them may be more than there is room for.
    while units(&text) > most {
        let end = text.rfind('\n')?;
        text.truncate(end);
    }
    let block = json!({"type": "plain_text", "text": text, "emoji": false});
    (!lines.is_empty()).then_some(block)
}

fn cause(cause: &Cause, blocks: &mut Vec<Value>) {
    let reason = &cause.reason;
    let because = format!(
        "Because: {} ({}/{})",
        reason.message, cause.plugin, reason.code
    );
    blocks.push(section(plain(&because, SECTION)));
    let pieces: Vec<Value> = reason
        .evidence
        .iter()
        .take(PIECES)
        .map(|piece| {
            let step = piece
                .step
                .map_or_else(String::new, |step| format!("step {step} "));
            plain(&format!("{step}{}: {}", piece.path, piece.text), EVIDENCE)
        })
        .collect();
    if !pieces.is_empty() {
        blocks.push(json!({"type": "context", "elements": pieces}));
    }
}

/// A reason can be typed before the click, where no dialog opens.
fn why() -> Value {
    json!({"type": "input", "block_id": WHY, "optional": true, "label": plain("Reason", 200),
        "element": {"type": "plain_text_input", "action_id": WHY, "max_length": REASON}})
}

fn press(action: &str, style: Option<&str>, word: &str, value: &Button) -> Value {
    let mut button = json!({"type": "button", "action_id": action, "text": plain(word, 75),
        "value": value.text()});
    if let Some(style) = style {
        button["style"] = json!(style);
    }
    button
}

/// What a yes came to, if not to the action.
fn afterwards(approval: &Approval, conclusion: &Conclusion) -> Option<String> {
    let yes = matches!(approval.state, State::Approved | State::Consumed);
    let reason = &conclusion.judged.judgement.reason;
    match (conclusion.approved, &conclusion.approval) {
        (Some(false), _) if yes => Some(format!("It did not run: {reason}")),
        (None, Some(_)) if yes => Some(format!("Asked again, there is more to it: {reason}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_stay_within_a_section() {
        assert!(arguments("{}", SECTION).is_none());
        let long = json!({"a": "<".repeat(5000), "b": 1, "c": {"d": [true]}});
        let shown = arguments(&long.to_string(), SECTION).unwrap();
        let text = shown["text"].as_str().unwrap();
        assert!(text.ends_with("b: 1\nc: {\"d\":[true]}"), "{text}");
        let many: serde_json::Map<String, Value> = (0..99)
            .map(|n| (format!("key{n}"), json!("&".repeat(999))))
            .collect();
        for most in [SHORT, SECTION] {
            let shown = arguments(&Value::from(many.clone()).to_string(), most).unwrap();
            assert!(units(shown["text"].as_str().unwrap()) <= most);
        }
    }
}
