//! Text as Slack takes it. Whatever comes from an agent stands in `plain_text`, escaped:
//! it can link to nothing, mention nobody and look like none of our own words, which
//! alone are `mrkdwn`.

use serde_json::{Value, json};

use crate::printable::printable;

/// Longest texts, in UTF-16 units as Slack counts at worst: of a field, and of a section
/// (3000 is the limit).
pub(super) const FIELD: usize = 300;
pub(super) const SECTION: usize = 2000;

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

pub(super) fn section(text: Value) -> Value {
    json!({"type": "section", "text": text})
}

/// Our own words.
pub(super) fn mrkdwn(text: String) -> Value {
    json!({"type": "mrkdwn", "text": text})
}

/// A time, shown in the reader's own time zone.
pub(super) fn moment(at: u64) -> String {
    let seconds = i64::try_from(at / 1000).unwrap_or(i64::MAX);
    let utc = jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| "later".to_owned(), |time| time.to_string());
    format!("<!date^{seconds}^{{date_short_pretty}} {{time_secs}}|{utc}>")
}

/// Anybody's words. Slack takes no empty text.
pub(super) fn plain(text: &str, most: usize) -> Value {
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

pub(super) fn units(text: &str) -> usize {
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
}
