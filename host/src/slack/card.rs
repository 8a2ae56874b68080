//! What a question looks like in Slack.
//!
//! Whatever comes from an agent stands in `plain_text`, escaped: it can link to
//! nothing, mention nobody and look like none of our own words, which alone are
//! `mrkdwn`. Everything is cut to Slack's limits.

use serde_json::{Value, json};

use crate::approvals::{Approval, Conclusion, Given, State};
use crate::printable::printable;
use crate::verdict::Cause;

/// Longest texts, in UTF-16 units as Slack counts at worst: of a header, of a field,
/// of a section (3000 is the limit), of a piece of evidence.
const HEADER: usize = 150;
const FIELD: usize = 300;
const SECTION: usize = 2000;
const EVIDENCE: usize = 300;
/// How many of each are shown.
const ARGUMENTS: usize = 10;
const CAUSES: usize = 5;
const PIECES: usize = 3;
/// Longest reason that a person can give.
const REASON: usize = 500;

/// The names of what can be clicked; the first two are those of 0.0.1.
pub(super) const APPROVE: &str = "coldnotch_approve";
pub(super) const REFUSE: &str = "coldnotch_deny";
pub(super) const WHY: &str = "coldnotch_reason";
const OPEN: &str = "coldnotch_open";

/// A card as `chat.postMessage` and `chat.update` take it, without the channel.
/// `button` is what the buttons carry, `link` the question's page in the inbox.
pub(super) fn card(
    approval: &Approval,
    conclusion: Option<&Conclusion>,
    button: &str,
    link: Option<&str>,
) -> Value {
    let action = &approval.held.action;
    let title = format!("{}: {}", state_words(approval), action.kind);
    let mut blocks = vec![json!({"type": "header", "text": plain(&title, HEADER)})];
    if !action.summary.trim().is_empty() {
        blocks.push(section(plain(&action.summary, SECTION)));
    }
    blocks.push(json!({"type": "section", "fields": fields(approval)}));
    if let Some(arguments) = arguments(action.payload.text()) {
        blocks.push(section(arguments));
    }
    let causes = &approval.held.judgement.causes;
    causes
        .iter()
        .take(CAUSES)
        .for_each(|c| cause(c, &mut blocks));
    match approval.state {
        State::Pending => question(approval, button, link, &mut blocks),
        _ => ending(approval, conclusion, link, &mut blocks),
    }
    // What notifications and screen readers get instead of the blocks.
    let text = format!("{title} by {}", action.agent);
    json!({"text": escaped(&text, SECTION), "blocks": blocks})
}

/// What is found again if nobody knows whether a card was posted.
pub(super) fn metadata(approval: &str) -> Value {
    json!({"event_type": "coldnotch_approval", "event_payload": {"id": approval}})
}

fn state_words(approval: &Approval) -> &'static str {
    match approval.state {
        State::Pending => "Waiting for approval",
        State::Approved | State::Consumed => "Approved",
        State::Refused => "Refused",
        State::Expired => "Expired",
        State::Cancelled => "Cancelled",
    }
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
fn arguments(payload: &str) -> Option<Value> {
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
    // Each line is short, but eleven of them may be more than a section takes.
    while units(&text) > 2900 {
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

fn question(approval: &Approval, button: &str, link: Option<&str>, blocks: &mut Vec<Value>) {
    let yes: Vec<&Given> = approval
        .answers
        .iter()
        .filter(|g| g.answer.approved)
        .collect();
    if approval.quorum > 1 {
        let mut elements = vec![mrkdwn(format!(
            "*{} of {} approvals*",
            yes.len(),
            approval.quorum
        ))];
        elements.extend(yes.iter().take(9).map(|given| who(&given.answer.by)));
        blocks.push(json!({"type": "context", "elements": elements}));
    }
    blocks.push(json!({"type": "input", "block_id": WHY, "optional": true,
        "label": plain("Reason", 200),
        "element": {"type": "plain_text_input", "action_id": WHY, "max_length": REASON}}));
    let press = |action: &str, style: &str, word: &str| {
        json!({"type": "button", "action_id": action, "style": style,
            "text": plain(word, 75), "value": button})
    };
    let mut buttons = vec![
        press(APPROVE, "primary", "Approve"),
        press(REFUSE, "danger", "Refuse"),
    ];
    buttons.extend(link.map(open));
    blocks.push(
        json!({"type": "actions", "block_id": format!("coldnotch:{}", approval.id),
        "elements": buttons}),
    );
    blocks.push(json!({"type": "context", "elements": [plain(&approval.id, FIELD)]}));
}

fn ending(
    approval: &Approval,
    conclusion: Option<&Conclusion>,
    link: Option<&str>,
    blocks: &mut Vec<Value>,
) {
    let mut elements = vec![mrkdwn(format!("*{}*", state_words(approval)))];
    let said = matches!(
        approval.state,
        State::Approved | State::Consumed | State::Refused
    );
    for given in approval.answers.iter().filter(|_| said).take(4) {
        elements.push(who(&given.answer.by));
        elements.push(mrkdwn(moment(given.at)));
    }
    elements.push(plain(&approval.id, FIELD));
    blocks.push(json!({"type": "context", "elements": elements}));
    let reason = approval.answers.last().filter(|_| said);
    if let Some(reason) = reason.and_then(|given| given.answer.reason.as_deref()) {
        blocks.push(section(plain(&format!("Reason: {reason}"), SECTION)));
    }
    if let Some(after) = conclusion.and_then(|conclusion| afterwards(approval, conclusion)) {
        blocks.push(section(plain(&after, SECTION)));
    }
    if let Some(link) = link {
        blocks.push(json!({"type": "actions", "elements": [open(link)]}));
    }
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

/// A person. A member of the workspace is mentioned, so that Slack says their name.
pub(super) fn who(identity: &str) -> Value {
    match member(identity) {
        Some(user) => mrkdwn(format!("<@{user}>")),
        None => plain(identity, FIELD),
    }
}

/// The id of a Slack user, if this is the identity of one.
pub(super) fn member(identity: &str) -> Option<&str> {
    let (_, user) = identity.strip_prefix("slack:")?.split_once(':')?;
    is_id(user).then_some(user)
}

/// Whether this can be one of Slack's ids.
pub(super) fn is_id(text: &str) -> bool {
    let all = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (2..=30).contains(&text.len()) && text.bytes().all(all)
}

fn open(link: &str) -> Value {
    json!({"type": "button", "action_id": OPEN, "text": plain("Show everything", 75), "url": link})
}

fn section(text: Value) -> Value {
    json!({"type": "section", "text": text})
}

/// Our own words.
fn mrkdwn(text: String) -> Value {
    json!({"type": "mrkdwn", "text": text})
}

/// A time, shown in the reader's own time zone.
fn moment(at: u64) -> String {
    let seconds = i64::try_from(at / 1000).unwrap_or(i64::MAX);
    let utc = jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| "later".to_owned(), |time| time.to_string());
    format!("<!date^{seconds}^{{date_short_pretty}} {{time_secs}}|{utc}>")
}

/// Anybody's words. Slack takes no empty text.
fn plain(text: &str, most: usize) -> Value {
    let text = match escaped(text, most) {
        empty if empty.trim().is_empty() => "-".to_owned(),
        text => text,
    };
    json!({"type": "plain_text", "text": text, "emoji": false})
}

/// Foreign text with Slack's three characters escaped, cut to this many UTF-16 units.
pub(super) fn escaped(text: &str, most: usize) -> String {
    let text = printable(text, most.saturating_mul(4));
    let (mut out, mut length) = (String::new(), 0);
    for c in text.chars() {
        let mut one = [0; 4];
        let piece = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            c => c.encode_utf8(&mut one),
        };
        length += units(piece);
        if length >= most {
            out.push('…');
            break;
        }
        out.push_str(piece);
    }
    out
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped_and_cut_with_its_escapes_whole() {
        assert_eq!(
            escaped("<!channel> & *x*", 99),
            "&lt;!channel&gt; &amp; *x*"
        );
        assert_eq!(escaped("a\u{202e}b\nc", 99), "ab c");
        assert_eq!(escaped("ab<cd", 6), "ab…");
        assert_eq!(escaped(&"é".repeat(400), 300).chars().count(), 300);
        assert_eq!(units(&escaped(&"😀".repeat(400), 300)), 299);
    }

    #[test]
    fn only_a_slack_identity_is_mentioned() {
        assert_eq!(
            who("slack:T1:U2"),
            json!({"type": "mrkdwn", "text": "<@U2>"})
        );
        for other in [
            "key:U2",
            "slack:T1:U2>",
            "slack:T1:",
            "slack:U2",
            "inbox:ana",
        ] {
            assert_eq!(who(other)["type"], "plain_text", "{other}");
        }
    }

    #[test]
    fn arguments_stay_within_a_section() {
        assert!(arguments("{}").is_none());
        let long = json!({"a": "<".repeat(5000), "b": 1, "c": {"d": [true]}});
        let shown = arguments(&long.to_string()).unwrap();
        let text = shown["text"].as_str().unwrap();
        assert!(text.ends_with("b: 1\nc: {\"d\":[true]}"), "{text}");
        let many: serde_json::Map<String, Value> = (0..99)
            .map(|n| (format!("key{n}"), json!("&".repeat(999))))
            .collect();
        let shown = arguments(&Value::from(many).to_string()).unwrap();
        assert!(units(shown["text"].as_str().unwrap()) <= 3000);
    }
}
