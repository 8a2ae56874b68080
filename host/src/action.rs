//! What an agent wants to do, checked.
//!
//! An [`Action`] can only be made from parts that were checked: its payload and
//! context are [`Object`]s (canonical JSON within limits). Its digest names it
//! exactly, so that an approval can be bound to it.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::json::Object;

/// One action, as every part of the host sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Unique within the session; made up by the host when the caller gave none.
    pub id: String,
    /// The run it belongs to; empty when it stands alone.
    pub session: String,
    /// Who wants to act; `unknown` when the caller did not say.
    pub agent: String,
    /// The tool's or operation's name. Never empty.
    pub kind: String,
    /// What the agent says it is about to do.
    pub summary: String,
    /// The arguments.
    pub payload: Object,
    /// The user's own words, given by the agent's runtime.
    pub intent: Option<String>,
    /// What the runtime vouches for.
    pub context: Object,
    /// When the host received it, in milliseconds since the Unix epoch.
    pub at: u64,
}

impl Action {
    /// An action of this type with everything else at its default.
    pub fn new(kind: impl Into<String>) -> Self {
        Action {
            id: String::new(),
            session: String::new(),
            agent: "unknown".to_owned(),
            kind: kind.into(),
            summary: String::new(),
            payload: Object::default(),
            intent: None,
            context: Object::default(),
            at: 0,
        }
    }

    /// SHA-256 over everything that makes this action what it is: all fields
    /// but `id` and `at`, each with its length before it, so that no two
    /// different actions run together into the same bytes.
    pub fn digest(&self) -> ActionDigest {
        let mut hash = Sha256::new();
        hash.update(b"coldnotch action v1\0");
        let intent = self.intent.as_deref();
        for part in [
            Some(self.session.as_str()),
            Some(&self.agent),
            Some(&self.kind),
            Some(&self.summary),
            Some(self.payload.text()),
            intent,
            Some(self.context.text()),
        ] {
            match part {
                Some(text) => {
                    hash.update([1]);
                    hash.update((text.len() as u64).to_le_bytes());
                    hash.update(text);
                }
                None => hash.update([0]),
            }
        }
        ActionDigest(hash.finalize().into())
    }
}

/// Names one exact action; shown as `sha256:` and 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActionDigest(pub [u8; 32]);

impl fmt::Display for ActionDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What an action returned once it ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The session of the action.
    pub session: String,
    /// The action's id.
    pub id: String,
    /// The tool's output as text.
    pub output: String,
    /// Whether it worked, if the runtime knows.
    pub succeeded: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Action {
        let mut action = Action::new("send_email");
        action.payload = Object::parse(br#"{"to":"a@example.com"}"#).unwrap();
        action
    }

    #[test]
    fn the_digest_ignores_id_and_time_only() {
        let base = mail().digest();
        assert_eq!(
            base,
            Action {
                id: "x".into(),
                at: 9,
                ..mail()
            }
            .digest()
        );
        let others = [
            Action {
                session: "s".into(),
                ..mail()
            },
            Action {
                agent: "a".into(),
                ..mail()
            },
            Action {
                kind: "send".into(),
                ..mail()
            },
            Action {
                summary: "s".into(),
                ..mail()
            },
            Action {
                payload: Object::default(),
                ..mail()
            },
            Action {
                intent: Some(String::new()),
                ..mail()
            },
            Action {
                context: Object::parse(br#"{"a":1}"#).unwrap(),
                ..mail()
            },
        ];
        for other in others {
            assert_ne!(base, other.digest(), "{other:?}");
        }
    }

    #[test]
    fn neighbouring_fields_do_not_run_together() {
        let a = Action {
            agent: "ab".into(),
            kind: "c".into(),
            ..mail()
        };
        let b = Action {
            agent: "a".into(),
            kind: "bc".into(),
            ..mail()
        };
        assert_ne!(a.digest(), b.digest());
    }

    #[test]
    fn key_order_and_spacing_of_the_payload_do_not_matter() {
        let one = Action {
            payload: Object::parse(br#"{"a":1,"b":2}"#).unwrap(),
            ..mail()
        };
        let two = Action {
            payload: Object::parse(b"{ \"b\": 2, \"a\": 1 }").unwrap(),
            ..mail()
        };
        assert_eq!(one.digest(), two.digest());
    }
}
