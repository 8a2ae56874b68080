//! How an entry becomes a line. The structs here are the wire format, too.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::super::AuditError;
use super::super::line::{Encoded, Hash};
use super::{
    Entry, Granted, Judged, Observed, PluginLine, Quarantined, ReasonLine, Recovered, Swapped,
};

impl Entry<'_> {
    pub(in crate::audit) fn encode(&self) -> Result<Encoded, AuditError> {
        match self {
            Entry::Decision {
                judged,
                approved,
                approval,
            } => {
                let at = approval.and_then(|said| said.at).map(stamp);
                let approval = approval.map(|said| ApprovalWire {
                    id: said.id,
                    state: Some(said.state),
                    by: said.by,
                    via: said.via,
                    at: at.as_deref(),
                    grant: said.grant,
                    after: None,
                });
                judged.encode("decision", Some(*approved), approval)
            }
            Entry::Hold {
                judged,
                approval,
                after,
            } => {
                let at = after.and_then(|said| said.at).map(stamp);
                let waiting = |id| ApprovalWire {
                    id,
                    state: None,
                    by: None,
                    via: None,
                    at: None,
                    grant: None,
                    after: after.map(|said| AfterWire {
                        id: said.id,
                        by: said.by,
                        via: said.via,
                        at: at.as_deref(),
                    }),
                };
                judged.encode("hold", None, approval.map(waiting))
            }
            Entry::Observation(observed) => observed.encode(),
            Entry::Swap(swapped) => swapped.encode(),
            Entry::Quarantine(quarantined) => quarantined.encode(),
            Entry::Grant(granted) => granted.encode(),
        }
    }
}

impl Judged<'_> {
    fn encode(
        &self,
        line_kind: &'static str,
        approved: Option<bool>,
        approval: Option<ApprovalWire<'_>>,
    ) -> Result<Encoded, AuditError> {
        let head = JudgedHead {
            ts: &stamp(self.at),
            agent: self.agent,
            kind: self.kind,
            summary: self.summary,
            decision: self.verdict.as_str(),
            reason: self.reason,
            risk: self.risk,
            approved,
        };
        let rest = JudgedRest {
            kind: line_kind,
            session: self.session,
            id: self.id,
            action_digest: &digest_text(&self.action_digest.0),
            generation: self.generation,
            plugins: self.plugins,
            labels: self.labels,
            reasons: self.reasons,
            approval,
            latency_us: self.latency_us,
        };
        Encoded::new(self.at, &head, &rest)
    }
}

impl Observed<'_> {
    fn encode(&self) -> Result<Encoded, AuditError> {
        let rest = ObservedRest {
            kind: "observation",
            session: self.session,
            id: self.id,
            generation: self.generation,
            output_digest: &digest_text(&Sha256::digest(self.output).into()),
            output_bytes: self.output.len(),
            succeeded: self.succeeded,
        };
        Encoded::new(
            self.at,
            &TimeHead {
                ts: &stamp(self.at),
            },
            &rest,
        )
    }
}

impl Swapped<'_> {
    fn encode(&self) -> Result<Encoded, AuditError> {
        let plugin = |&(name, digest): &(_, _)| SwapPlugin { name, digest };
        let rest = SwapRest {
            kind: "swap",
            generation: self.generation,
            previous: self.previous,
            plugins: self.plugins.iter().map(plugin).collect(),
        };
        Encoded::new(
            self.at,
            &TimeHead {
                ts: &stamp(self.at),
            },
            &rest,
        )
    }
}

impl Quarantined<'_> {
    fn encode(&self) -> Result<Encoded, AuditError> {
        let rest = QuarantineRest {
            kind: "quarantine",
            what: self.what,
            plugin: self.plugin,
            digest: self.digest,
            why: self.why,
            by: self.by,
        };
        Encoded::new(
            self.at,
            &TimeHead {
                ts: &stamp(self.at),
            },
            &rest,
        )
    }
}

impl Granted<'_> {
    fn encode(&self) -> Result<Encoded, AuditError> {
        let rest = GrantRest {
            kind: "grant",
            what: self.what,
            grant: self.grant,
            approval: self.approval,
            by: self.by,
            via: self.via,
            agent: self.agent,
            r#type: self.kind,
            session: self.session,
            words: self.words,
            until: &stamp(self.until),
        };
        let head = TimeHead {
            ts: &stamp(self.at),
        };
        Encoded::new(self.at, &head, &rest)
    }
}

impl Recovered<'_> {
    pub(in crate::audit) fn encode(&self) -> Result<Encoded, AuditError> {
        let rest = RecoveryRest {
            kind: "recovery",
            reason: self.reason,
            set_aside: self.set_aside,
            bytes: self.bytes,
        };
        Encoded::new(
            self.at,
            &TimeHead {
                ts: &stamp(self.at),
            },
            &rest,
        )
    }
}

/// The form `ActionDigest` displays, without 32 trips through the formatter.
fn digest_text(digest: &Hash) -> String {
    let mut text = String::with_capacity("sha256:".len() + 2 * digest.len());
    text.push_str("sha256:");
    HEXLOWER.encode_append(digest, &mut text);
    text
}

/// `2026-07-02T09:41:03.187000+00:00`: UTC, always with microseconds.
fn stamp(at: SystemTime) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
    let nearest = if at < UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    let at = Timestamp::try_from(at).unwrap_or(nearest);
    PRINTER.timestamp_with_offset_to_string(&at, Offset::UTC)
}

/// The fields of coldnotch 0.0.1, in its order.
#[derive(Serialize)]
struct JudgedHead<'a> {
    ts: &'a str,
    agent: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    summary: &'a str,
    decision: &'static str,
    reason: &'a str,
    risk: f64,
    approved: Option<bool>,
}

#[derive(Serialize)]
struct JudgedRest<'a> {
    kind: &'static str,
    session: &'a str,
    id: &'a str,
    action_digest: &'a str,
    generation: &'a str,
    plugins: &'a [PluginLine<'a>],
    labels: &'a [String],
    reasons: &'a [ReasonLine<'a>],
    approval: Option<ApprovalWire<'a>>,
    latency_us: u64,
}

#[derive(Serialize)]
struct ApprovalWire<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    by: Option<&'a str>,
    via: Option<&'a str>,
    at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<AfterWire<'a>>,
}

#[derive(Serialize)]
struct AfterWire<'a> {
    id: &'a str,
    by: Option<&'a str>,
    via: Option<&'a str>,
    at: Option<&'a str>,
}

#[derive(Serialize)]
struct TimeHead<'a> {
    ts: &'a str,
}

#[derive(Serialize)]
struct ObservedRest<'a> {
    kind: &'static str,
    session: &'a str,
    id: &'a str,
    generation: &'a str,
    output_digest: &'a str,
    output_bytes: usize,
    succeeded: Option<bool>,
}

#[derive(Serialize)]
struct SwapRest<'a> {
    kind: &'static str,
    generation: &'a str,
    previous: Option<&'a str>,
    plugins: Vec<SwapPlugin<'a>>,
}

#[derive(Serialize)]
struct SwapPlugin<'a> {
    name: &'a str,
    digest: &'a str,
}

#[derive(Serialize)]
struct QuarantineRest<'a> {
    kind: &'static str,
    what: &'a str,
    plugin: &'a str,
    digest: &'a str,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
}

#[derive(Serialize)]
struct GrantRest<'a> {
    kind: &'static str,
    what: &'a str,
    grant: &'a str,
    approval: &'a str,
    by: &'a str,
    via: &'a str,
    agent: &'a str,
    r#type: &'a str,
    session: Option<&'a str>,
    words: &'a [String],
    until: &'a str,
}

#[derive(Serialize)]
struct RecoveryRest<'a> {
    kind: &'static str,
    reason: &'a str,
    set_aside: Option<&'a str>,
    bytes: u64,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::{ApprovalLine, FlipLine};
    use super::*;
    use crate::action::ActionDigest;
    use crate::audit::testing::{judged, parse};
    use crate::verdict::Verdict;

    fn text(entry: &Entry<'_>) -> String {
        let mut line = Vec::new();
        entry.encode().unwrap().place(7, &[0xab; 32], &mut line);
        assert_eq!(line.pop(), Some(b'\n'));
        String::from_utf8(line).unwrap()
    }

    fn zeros() -> String {
        "00".repeat(32)
    }

    #[test]
    fn a_decision_has_the_fields_of_0_0_1_first_and_prev_last() {
        let plugins = [
            PluginLine {
                name: "consequence",
                digest: "sha256:aa",
                verdict: Some(Verdict::Hold),
                risk: Some(0.5),
                outcome: "assessed",
                fuel: 12,
                part: None,
                would: None,
            },
            PluginLine {
                name: "rules",
                digest: "sha256:bb",
                verdict: None,
                risk: None,
                outcome: "timed-out",
                fuel: 0,
                part: Some("shadow"),
                would: Some(FlipLine {
                    decision: Verdict::Block,
                    code: "plugin-failure",
                    message: "timed out",
                }),
            },
        ];
        let reasons = [ReasonLine {
            plugin: "consequence",
            code: "new-payee",
            message: "not seen before",
        }];
        let judged = Judged {
            at: UNIX_EPOCH + Duration::from_millis(1_782_985_263_187),
            summary: "pay 10 €",
            plugins: &plugins,
            reasons: &reasons,
            labels: &["secret-read".to_owned()],
            ..judged("")
        };
        let approval = ApprovalLine {
            id: "a-1",
            state: "approved",
            by: Some("ana"),
            via: Some("slack"),
            at: Some(UNIX_EPOCH),
            grant: None,
        };
        let line = text(&Entry::Decision {
            judged: &judged,
            approved: true,
            approval: Some(approval),
        });
        let expected = concat!(
            r#"{"ts":"2026-07-02T09:41:03.187000+00:00","agent":"support-bot","type":"send_email","#,
            r#""summary":"pay 10 €","decision":"hold","reason":"risky","risk":0.6,"approved":true,"#,
            r#""v":1,"seq":7,"kind":"decision","session":"s-42","id":"call-7","action_digest":"sha256:ZERO","#,
            r#""generation":"g1","plugins":[{"name":"consequence","digest":"sha256:aa","verdict":"hold","#,
            r#""risk":0.5,"outcome":"assessed","fuel":12},{"name":"rules","digest":"sha256:bb","#,
            r#""verdict":null,"risk":null,"outcome":"timed-out","fuel":0,"part":"shadow","#,
            r#""would":{"decision":"block","code":"plugin-failure","message":"timed out"}}],"labels":["secret-read"],"#,
            r#""reasons":[{"plugin":"consequence","code":"new-payee","message":"not seen before"}],"#,
            r#""approval":{"id":"a-1","state":"approved","by":"ana","via":"slack","at":"1970-01-01T00:00:00.000000+00:00"},"#,
            r#""latency_us":31,"prev":"PREV"}"#,
        );
        assert_eq!(
            line,
            expected
                .replace("ZERO", &zeros())
                .replace("PREV", &"ab".repeat(32))
        );
    }

    #[test]
    fn a_hold_is_not_approved_yet() {
        let judged = judged("x");
        let line = parse(
            text(&Entry::Hold {
                judged: &judged,
                approval: Some("a-1"),
                after: None,
            })
            .as_bytes(),
        );
        assert_eq!(
            (&line["kind"], &line["approved"]),
            (&json!("hold"), &Value::Null)
        );
        assert_eq!(
            line["approval"],
            json!({"id": "a-1", "by": null, "via": null, "at": null})
        );
        let line = parse(
            text(&Entry::Hold {
                judged: &judged,
                approval: None,
                after: None,
            })
            .as_bytes(),
        );
        assert_eq!(line["approval"], Value::Null);
    }

    #[test]
    fn the_other_kinds_keep_their_order() {
        let observed = Observed {
            at: UNIX_EPOCH,
            session: "s",
            id: "i",
            generation: "g1",
            output: "abc",
            succeeded: None,
        };
        let prev = "ab".repeat(32);
        let head = r#"{"ts":"1970-01-01T00:00:00.000000+00:00","v":1,"seq":7,"#;
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(
            text(&Entry::Observation(observed)),
            format!(
                r#"{head}"kind":"observation","session":"s","id":"i","generation":"g1","output_digest":"sha256:{abc}","output_bytes":3,"succeeded":null,"prev":"{prev}"}}"#
            )
        );
        let swapped = Swapped {
            at: UNIX_EPOCH,
            generation: "g2",
            previous: Some("g1"),
            plugins: &[("p", "d")],
        };
        assert_eq!(
            text(&Entry::Swap(swapped)),
            format!(
                r#"{head}"kind":"swap","generation":"g2","previous":"g1","plugins":[{{"name":"p","digest":"d"}}],"prev":"{prev}"}}"#
            )
        );
    }

    #[test]
    fn digests_read_as_they_display() {
        let digest = ActionDigest(Sha256::digest("x").into());
        assert_eq!(digest_text(&digest.0), digest.to_string());
    }

    #[test]
    fn times_keep_their_form_at_the_edges() {
        let day = Duration::from_secs(86_400);
        assert_eq!(stamp(UNIX_EPOCH), "1970-01-01T00:00:00.000000+00:00");
        assert_eq!(
            stamp(UNIX_EPOCH - day / 2),
            "1969-12-31T12:00:00.000000+00:00"
        );
        assert_eq!(
            stamp(UNIX_EPOCH + Duration::from_nanos(1_999)),
            "1970-01-01T00:00:00.000001+00:00"
        );
        assert!(stamp(UNIX_EPOCH + day * 365 * 100_000).starts_with("9999-"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_text_comes_back_exactly(
            agent in any::<String>(),
            summary in hostile(),
            label in hostile(),
            risk in 0.0..=1.0_f64,
        ) {
            let labels = [label];
            let judged = Judged { agent: &agent, risk, labels: &labels, ..judged(&summary) };
            let line = text(&Entry::Decision { judged: &judged, approved: false, approval: None });
            prop_assert!(!line.contains('\n'));
            let link = crate::audit::line::link(line.as_bytes()).unwrap();
            let prev = "ab".repeat(32);
            prop_assert_eq!((link.seq, link.prev), (7, prev.as_bytes()));
            let value = parse(line.as_bytes());
            prop_assert_eq!(&value["agent"], &agent);
            prop_assert_eq!(&value["summary"], &summary);
            prop_assert_eq!(&value["labels"][0], &labels[0]);
            prop_assert_eq!(value["risk"].as_f64(), Some(risk));
        }
    }

    /// Text that imitates the structure of a line or upsets terminals.
    fn hostile() -> impl Strategy<Value = String> {
        const PIECES: &[&str] = &[
            r#","v":1,"seq":99,"#,
            r#"","prev":"0000"}"#,
            "\n",
            "\r\n",
            "\0",
            "\"",
            "\\",
            "\u{2028}\u{2029}",
            "\u{202e}",
            "\u{85}\u{9b}31m",
            "\u{1b}[2J",
            "\u{feff}",
            "\u{10ffff}",
            "plain",
        ];
        prop::collection::vec(prop::sample::select(PIECES), 0..8).prop_map(|parts| parts.concat())
    }
}
