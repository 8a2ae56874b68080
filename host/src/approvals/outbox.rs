//! What is to be told to others: cards in Slack and webhooks. It is kept in the
//! approvals file, so that a process that ends loses none of it.

use super::{Approval, ApprovalError, Approvals, Conclusion, State};

/// Whether a card is in Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posting {
    /// It is not.
    Not,
    /// Somebody began to post it then, and nobody knows what came of it.
    Unknown(u64),
    /// It is there.
    Posted {
        /// The channel's id.
        channel: String,
        /// Slack's name for the message.
        ts: String,
    },
}

/// A card that somebody should see to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackCard {
    /// The first question on it, which names it.
    pub approval: String,
    /// Whether it is there.
    pub posting: Posting,
    /// What it shows.
    pub shown: Option<String>,
    /// How often it was to change so far.
    pub wanted: i64,
    /// How often it could not be posted or drawn since it last could.
    pub tries: u32,
}

/// A message for an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub seq: i64,
    /// Its id, the same at each try.
    pub message: String,
    /// What is sent.
    pub body: String,
    /// Since when it is to be sent, in milliseconds since the Unix epoch.
    pub since: u64,
    /// How often it was tried.
    pub tries: u32,
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The endpoint that did not take it.
    pub endpoint: String,
    /// Its id.
    pub message: String,
    /// What was sent.
    pub body: String,
    /// Since when it was to be sent, in milliseconds since the Unix epoch.
    pub since: u64,
    /// How often it was tried.
    pub tries: u32,
    /// What came of the last try.
    pub why: String,
    /// When it was given up, in milliseconds since the Unix epoch.
    pub at: u64,
}

/// How many messages an endpoint has not got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Its name.
    pub endpoint: String,
    /// Those that are still sent.
    pub waiting: u64,
    /// Those that are not any more.
    pub given_up: u64,
}

/// What an endpoint has not got yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// It has everything.
    Nothing,
    /// Nothing is due before then, in milliseconds since the Unix epoch.
    Until(u64),
    /// This is due now, and the caller's for a quarter of a minute.
    Due(Delivery),
}

impl Approvals {
    /// A random key by this name, made up by whoever asks first, and the same for
    /// every process that shares the file.
    ///
    /// # Errors
    /// The file failed.
    pub fn key(&self, name: &str) -> Result<Vec<u8>, ApprovalError> {
        let random = [(); 3].map(|()| uuid::Uuid::new_v4().into_bytes());
        let fresh = random.concat();
        self.store()?.memo(name, &fresh)
    }

    /// Looks which cards are to be posted or drawn anew. Call it until it is false.
    ///
    /// # Errors
    /// The file failed.
    pub fn feed_cards(&self, now: u64) -> Result<bool, ApprovalError> {
        self.store()?.feed_cards(now)
    }

    /// A card to see to now. It is the caller's for a quarter of a minute.
    ///
    /// # Errors
    /// The file failed.
    pub fn next_card(&self, now: u64) -> Result<Option<SlackCard>, ApprovalError> {
        self.store()?.next_card(now)
    }

    /// Says, before it is posted, that a card is about to be. Only one may.
    ///
    /// # Errors
    /// The file failed: then it must not be posted.
    pub fn posting(&self, card: &SlackCard, now: u64) -> Result<bool, ApprovalError> {
        self.store()?.posting(&card.approval, now)
    }

    /// A card is there, and shows this.
    ///
    /// # Errors
    /// The file failed.
    pub fn posted(
        &self,
        card: &SlackCard,
        place: (&str, &str),
        shown: &str,
        now: u64,
    ) -> Result<(), ApprovalError> {
        self.store()?.posted(card, place, shown, now)
    }

    /// A card is certainly not there; it is to be posted then.
    ///
    /// # Errors
    /// The file failed.
    pub fn not_posted(&self, card: &SlackCard, due: u64) -> Result<(), ApprovalError> {
        self.store()?.not_posted(&card.approval, due)
    }

    /// A card is looked at again then.
    ///
    /// # Errors
    /// The file failed.
    pub fn card_later(&self, card: &SlackCard, due: u64) -> Result<(), ApprovalError> {
        self.store()?.card_later(&card.approval, due)
    }

    /// A card that nobody sees: it is looked at again when something changes, and no other
    /// question joins it.
    ///
    /// # Errors
    /// The file failed.
    pub fn close_card(&self, card: &SlackCard) -> Result<(), ApprovalError> {
        self.store()?.close_card(&card.approval)
    }

    /// The questions on a card, in the order they joined it, and what became of each: those
    /// with the same cause. None when they are forgotten.
    ///
    /// # Errors
    /// The file failed.
    pub fn on_card(
        &self,
        card: &SlackCard,
    ) -> Result<Vec<(Approval, Option<Conclusion>)>, ApprovalError> {
        self.store()?.on_card(&card.approval)
    }

    /// Keeps what an endpoint is to be told of the changes: `message` gives the
    /// message's id and body, from an approval and the state it went to. Call it until
    /// it is false.
    ///
    /// # Errors
    /// The file failed.
    pub fn feed_endpoint(
        &self,
        endpoint: &str,
        now: u64,
        message: impl Fn(&Approval, State) -> Option<(String, String)>,
    ) -> Result<bool, ApprovalError> {
        self.store()?.feed_endpoint(endpoint, now, message)
    }

    /// Says which generation is in force. Where it is another one than before,
    /// `messages` (endpoint, id, body) made of the one before are to be sent.
    ///
    /// # Errors
    /// The file failed.
    pub fn feed_generation(
        &self,
        generation: &str,
        now: u64,
        messages: impl FnOnce(&str) -> Vec<(String, String, String)>,
    ) -> Result<(), ApprovalError> {
        self.store()?.feed_generation(generation, now, messages)
    }

    /// Sends this to these endpoints, if nobody has before: the message's id tells.
    ///
    /// # Errors
    /// The file failed.
    pub fn feed_once(
        &self,
        message: &str,
        endpoints: &[String],
        body: &str,
        now: u64,
    ) -> Result<(), ApprovalError> {
        self.store()?.feed_once(message, endpoints, body, now)
    }

    /// The first message that an endpoint has not got: messages are sent in order.
    ///
    /// # Errors
    /// The file failed.
    pub fn next_delivery(&self, endpoint: &str, now: u64) -> Result<Waiting, ApprovalError> {
        self.store()?.next_delivery(endpoint, now)
    }

    /// A message was delivered.
    ///
    /// # Errors
    /// The file failed: it may be sent again.
    pub fn done_with(&self, delivery: &Delivery) -> Result<(), ApprovalError> {
        self.store()?.done_with(delivery.seq)
    }

    /// A message is not sent any more. It is kept for a month, for whoever looks.
    ///
    /// # Errors
    /// The file failed: it may be sent again.
    pub fn give_up(&self, delivery: &Delivery, why: &str, now: u64) -> Result<(), ApprovalError> {
        self.store()?.give_up(delivery.seq, why, now)
    }

    /// How many messages each endpoint has not got; those that got everything are not
    /// named.
    ///
    /// # Errors
    /// The file failed.
    pub fn undelivered(&self) -> Result<Vec<Undelivered>, ApprovalError> {
        self.store()?.undelivered()
    }

    /// The newest messages that were given up, oldest first.
    ///
    /// # Errors
    /// The file failed.
    pub fn dead_letters(&self, most: u32) -> Result<Vec<DeadLetter>, ApprovalError> {
        self.store()?.dead_letters(most)
    }

    /// A message was not delivered; it is tried again then.
    ///
    /// # Errors
    /// The file failed.
    pub fn deliver_later(&self, delivery: &Delivery, due: u64) -> Result<(), ApprovalError> {
        self.store()?.deliver_later(delivery.seq, due)
    }
}
