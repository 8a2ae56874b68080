//! Webhooks, as the Standard Webhooks specification has them.
//!
//! ```text
//! message.rs    what is told: hold, decision, swap, quarantine
//! signature.rs  `webhook-id`, `webhook-timestamp`, `webhook-signature`: made and checked
//! address.rs    where no request goes: private, loopback and link-local addresses
//! sender.rs     one task an endpoint: in order, again and again for a day
//! ```
//!
//! What is to be sent is kept in the approvals file, together with how far the changes
//! were read: a process that ends loses no message. Each endpoint has its own line,
//! so that one that is dead holds up no other.

mod address;
mod message;
mod sender;
mod signature;

use crate::secret::Secret;

pub use sender::{Sender, run};
pub use signature::{Headers, Keys, verify};

/// What an endpoint can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// An action waits for an answer.
    Hold,
    /// It was answered, has expired or was cancelled.
    Decision,
    /// Another generation is in force.
    Swap,
    /// A plugin failed too often and is asked no more.
    Quarantine,
}

impl Event {
    /// Every event there is.
    pub const ALL: [Event; 4] = [Event::Hold, Event::Decision, Event::Swap, Event::Quarantine];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Event::Hold => "hold",
            Event::Decision => "decision",
            Event::Swap => "swap",
            Event::Quarantine => "quarantine",
        }
    }

    /// The event of this name.
    pub fn named(name: &str) -> Option<Event> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}

/// One who is told, or who answers, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookConfig {
    /// Its name, in logs and as `webhook:NAME` in answers.
    pub name: String,
    /// Where messages go; `None` to send none.
    pub url: Option<String>,
    /// What messages are signed with; several while one replaces another.
    pub secrets: Vec<Secret>,
    /// What it is told.
    pub events: Vec<Event>,
    /// Whether its address may be private.
    pub allow_private: bool,
    /// What its answers are signed with; it cannot answer when empty.
    pub answer_secrets: Vec<Secret>,
}
