//! What an action does, read from its type, its fields and its flags.
//!
//! The type says most, in whatever naming style and language; the fields
//! correct it (a flag that makes it a dry run, an `op` that says what `execute`
//! executes, an amount beside an account). The summary is written by the model
//! and says nothing here.

use std::ops::{BitOr, BitOrAssign};

use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::target::{self, Target};
use crate::words::Words;

/// A set of effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effects(u32);

impl Effects {
    /// No effect known.
    pub const NONE: Effects = Effects(0);
    /// Looks at something.
    pub const READ: Effects = Effects(1);
    /// Prepares, previews or tries out: not yet the thing itself.
    pub const DRAFT: Effects = Effects(1 << 1);
    /// Gives words to somebody.
    pub const SEND: Effects = Effects(1 << 2);
    /// Puts data somewhere on a network.
    pub const UPLOAD: Effects = Effects(1 << 3);
    /// Makes something visible to everybody.
    pub const PUBLISH: Effects = Effects(1 << 4);
    /// Moves money.
    pub const PAY: Effects = Effects(1 << 5);
    /// Changes where money will go.
    pub const PAYEE: Effects = Effects(1 << 6);
    /// Ends something for good.
    pub const DELETE: Effects = Effects(1 << 7);
    /// Runs code.
    pub const EXECUTE: Effects = Effects(1 << 8);
    /// Gives power or sight to somebody, or makes what proves identity.
    pub const ACCESS: Effects = Effects(1 << 9);
    /// Switches something off or around.
    pub const OFF: Effects = Effects(1 << 10);
    /// Writes for colleagues or for oneself.
    pub const NOTE: Effects = Effects(1 << 11);
    /// Brings something about that is none of the above.
    pub const WRITE: Effects = Effects(1 << 12);
    /// Orders, books or rents something.
    pub const BUY: Effects = Effects(1 << 13);
    /// Binds to something, or ends what binds: signs, accepts, renews, cancels.
    pub const BIND: Effects = Effects(1 << 14);

    /// What cannot be taken back, or only with pains.
    pub const HARD: Effects = Effects(
        Self::SEND.0
            | Self::UPLOAD.0
            | Self::PUBLISH.0
            | Self::PAY.0
            | Self::PAYEE.0
            | Self::DELETE.0
            | Self::ACCESS.0
            | Self::BUY.0
            | Self::BIND.0,
    );
    /// What carries data to somebody.
    pub const OUTWARD: Effects = Effects(Self::SEND.0 | Self::UPLOAD.0 | Self::PUBLISH.0);

    /// As a number, for the notes.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// From a number of the notes.
    pub const fn from_bits(bits: u32) -> Effects {
        Effects(bits)
    }

    /// True when the two sets share an effect.
    pub const fn any(self, of: Effects) -> bool {
        self.0 & of.0 != 0
    }
}

impl BitOr for Effects {
    type Output = Effects;

    fn bitor(self, other: Effects) -> Effects {
        Effects(self.0 | other.0)
    }
}

impl BitOrAssign for Effects {
    fn bitor_assign(&mut self, other: Effects) {
        self.0 |= other.0;
    }
}

/// The words of the type, those of an `op`, `action` or `method` field added:
/// a tool called `execute` does what its arguments say.
pub fn type_words(kind: &str, fields: &[Field]) -> Words {
    let mut words = Words::of(kind);
    words.mend();
    for field in fields {
        if field.value == Plain::Text && field.text.len() <= 40 && names_operation(field.name()) {
            words.read(&field.text);
        }
    }
    for field in fields.iter().filter(|f| f.value == Plain::Text) {
        // `mutation { deleteRepository(id: 7) { id } }`
        if let Some(rest) = field.text.trim_start().strip_prefix("mutation")
            && let Some((_, inner)) = rest.split_once('{')
        {
            let inner = inner.trim_start();
            let name = inner
                .bytes()
                .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
                .count();
            words.read(&inner[..name]);
        }
    }
    words
}

fn names_operation(name: &str) -> bool {
    matches!(
        name,
        "op" | "operation"
            | "action"
            | "method"
            | "verb"
            | "tool"
            | "tool_name"
            | "function"
            | "act"
            | "event_type"
    )
}

/// Reads what the action does.
pub fn effects(kind: &Words, fields: &[Field], targets: &[Target]) -> Effects {
    let all = kind.all();
    let mut effects = Effects::NONE;
    if is_draft(kind, fields) {
        effects |= Effects::DRAFT;
    }
    let amount = fields
        .iter()
        .any(|f| f.key.any(Senses::AMOUNT) && f.amount().is_some());
    let account = targets.iter().any(|t| t.what == target::What::Account);
    if reads(kind, fields) {
        return effects | Effects::READ | upload(kind, all, fields, targets);
    }
    if pays(kind, all, amount, account) {
        effects |= Effects::PAY;
    }
    if all.any(Senses::UPDATE) && account {
        effects |= Effects::PAYEE;
    }
    if buys(kind, all) {
        effects |= Effects::BUY;
    }
    let accepts = |f: &Field| f.key.any(Senses::BIND) && f.key.any(Senses::CONTRACT) && f.is_on();
    if binds(kind, all) || fields.iter().any(accepts) {
        effects |= Effects::BIND;
    }
    // A request's path says what the method is about: `POST /v1/refunds`.
    let path = requested(fields);
    let pays_there = path.is_some_and(|p| p.any(Senses::PAY) || p.any(Senses::MONEY) && amount);
    if pays_there {
        effects |= Effects::PAY;
    }
    if all.any(Senses::DELETE) {
        effects |= Effects::DELETE;
    }
    if all.any(Senses::EXEC) {
        effects |= Effects::EXECUTE;
    }
    if gives_access(all) || fields.iter().any(admits) {
        effects |= Effects::ACCESS;
    }
    if all.any(Senses::OFF) {
        effects |= Effects::OFF;
    }
    if all.any(Senses::PUBLISH)
        || all.any(Senses::SOCIAL) && all.any(Senses::MAKE | Senses::SHARE | Senses::SEND)
    {
        effects |= Effects::PUBLISH;
    }
    effects |= upload(kind, all, fields, targets);
    if fields
        .iter()
        .any(|f| f.key.any(Senses::ATTENDEE) && target::address_host(&f.text).is_some())
    {
        effects |= Effects::SEND; // an invitation reaches them
    }
    if all.any(Senses::NOTE)
        && !fields
            .iter()
            .any(|f| f.key.any(Senses::TO) && f.text.contains('@'))
    {
        effects |= Effects::NOTE;
    } else if all.any(Senses::SEND)
        && !effects.any(Effects::PAY | Effects::DELETE | Effects::EXECUTE)
    {
        effects |= Effects::SEND;
    }
    if effects == Effects::NONE {
        Effects::WRITE
    } else {
        effects
    }
}

/// True when the type looks at something and has no verb that changes it. A
/// word that is also a thing (`refund_status`, `mail_search`) changes nothing.
fn reads(kind: &Words, fields: &[Field]) -> bool {
    let changing =
        Senses::MAKE | Senses::UPDATE | Senses::DELETE | Senses::OFF | Senses::GRANT | Senses::PAY;
    let method = fields
        .iter()
        .find(|f| f.path.eq_ignore_ascii_case("payload.method"))
        .map(|f| f.text.as_str());
    match method {
        Some("GET" | "HEAD" | "OPTIONS" | "get" | "head") => return true,
        Some("POST" | "post") if searches(fields) => return true,
        Some("POST" | "PUT" | "PATCH" | "DELETE" | "post" | "put" | "patch" | "delete") => {
            return false;
        }
        _ => {}
    }
    let Some(verb) = kind.each().position(|s| s.any(Senses::READ)) else {
        return false;
    };
    // `get_issue`, `list_releases`: what is looked at may be named like a verb.
    let ends = Senses::UPDATE | Senses::DELETE | Senses::OFF | Senses::GRANT | Senses::PAY;
    !kind.each().enumerate().any(|(i, s)| {
        let changes = if i == verb + 1 { ends } else { changing };
        s.any(changes) && !s.any(Senses::MONEY | Senses::READ)
    })
}

/// True when a word or a flag says that this is not yet the thing itself, and
/// none says the contrary.
fn is_draft(kind: &Words, fields: &[Field]) -> bool {
    let all = kind.all();
    let sends = kind
        .each()
        .any(|s| s.any(Senses::SEND | Senses::PUBLISH | Senses::PAY) && s.any(Senses::MAKE));
    // `change_plan` and `update_quote` change a thing that is there.
    let settles = all.any(Senses::UPDATE | Senses::OFF | Senses::BIND | Senses::MERGE);
    let mut draft = all.any(Senses::DRAFT) && !sends && !settles && !all.any(Senses::PUBLISH);
    for field in fields {
        let commits = field.key.any(Senses::SEND | Senses::MAKE)
            && !field.key.any(Senses::DRAFT)
            && field.value != Plain::Null;
        if field.key.any(Senses::DRAFT) && field.is_on() || commits && field.is_off() {
            draft = true;
        } else if field.key.any(Senses::DRAFT) && field.is_off()
            || commits && matches!(field.value, Plain::Flag(true))
        {
            return false;
        } else if field.key.any(Senses::STATE) && field.text.len() <= 40 {
            let state = field.words().clone();
            draft |= state.iter().any(|w| matches!(w, "test" | "sandbox"))
                || state.all().any(Senses::DRAFT);
        }
    }
    draft
}

fn pays(kind: &Words, all: Senses, amount: bool, account: bool) -> bool {
    let verb = kind.each().any(|s| s.any(Senses::PAY));
    let moves = all.any(Senses::MONEY) && kind.each().any(|s| s.any(Senses::MAKE));
    let shaped = amount && (account || all.any(Senses::MONEY));
    (verb && !all.any(Senses::UPDATE | Senses::NOTE))
        || moves && !all.any(Senses::UPDATE)
        || shaped && !all.any(Senses::UPDATE)
}

/// True for a request whose path says that it only searches.
fn searches(fields: &[Field]) -> bool {
    let url = fields.iter().find(|f| {
        matches!(
            f.path.as_str(),
            "payload.path" | "payload.url" | "payload.uri" | "payload.endpoint"
        )
    });
    let path = url
        .and_then(|f| f.text.split(['?', '#']).next())
        .unwrap_or_default();
    matches!(
        path.trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default(),
        "search" | "_search" | "query" | "find" | "lookup" | "list" | "_count" | "count"
    )
}

/// What the last word of a request's path means: of `/v1/refunds`, `refunds`.
fn requested(fields: &[Field]) -> Option<Senses> {
    let named = |names: &[&str]| {
        fields.iter().find(|f| {
            names
                .iter()
                .any(|n| f.path.strip_prefix("payload.") == Some(n))
        })
    };
    named(&["method", "http_method"])?;
    let url = named(&["path", "url", "uri", "endpoint"])?;
    let path = url.text.split(['?', '#']).next()?;
    let last = path
        .rsplit('/')
        .find(|s| s.bytes().any(|b| b.is_ascii_alphabetic()))?;
    (path.contains('/') && !last.contains('.')).then(|| Words::of(last).all())
}

/// A verb of buying, or an order as a thing that is made: `order.create`,
/// `shop.order`, but not `order.update`.
fn buys(kind: &Words, all: Senses) -> bool {
    let thing = |i: usize| kind.senses(i).any(Senses::PURCHASE);
    let last = kind.len().saturating_sub(1);
    let placed = (0..kind.len()).any(thing)
        && all.any(Senses::MAKE)
        && !all.any(Senses::UPDATE | Senses::BIND);
    kind.each().any(|s| s.any(Senses::ACQUIRE))
        || placed
        || kind.len() > 1 && thing(last) && !all.any(Senses::UPDATE | Senses::BIND)
}

/// A verb of binding about something that binds: a contract, terms, a plan.
fn binds(kind: &Words, all: Senses) -> bool {
    let signs = |w: &str| {
        [
            "sign",
            "signature",
            "countersign",
            "esign",
            "signe",
            "signer",
            "unterschreiben",
            "unterzeichnen",
            "firmar",
            "resilier",
            "kundigen",
            "rescindir",
        ]
        .contains(&w)
    };
    let verb = all.any(Senses::BIND | Senses::MAKE | Senses::UPDATE | Senses::DELETE);
    let closes = |w: &str| {
        [
            "close",
            "fermer",
            "cloturer",
            "schliessen",
            "cerrar",
            "closing",
        ]
        .contains(&w)
    };
    let account = |w: &str| ["account", "compte", "konto", "cuenta", "depot"].contains(&w);
    if kind.iter().any(closes) && kind.iter().any(account) {
        return true;
    }
    kind.iter().any(signs) && !all.any(Senses::CREDENTIAL) || verb && all.any(Senses::CONTRACT)
}

/// A field that gives power or sight whatever the tool is called:
/// `"role": "admin"`, `"share": true`, `"invite": "x@y.example"`.
fn admits(field: &Field) -> bool {
    if field.key.any(Senses::BODY | Senses::FROM) || field.text.len() > 80 {
        return false;
    }
    let strong = field.key.any(Senses::ACCESS) && field.words().all().any(Senses::STRONG);
    let shared = field.key.any(Senses::SHARE) && field.value == Plain::Flag(true);
    strong || shared || field.key.any(Senses::GRANT) && target::address_host(&field.text).is_some()
}

fn gives_access(all: Senses) -> bool {
    let changes = all.any(Senses::MAKE | Senses::UPDATE | Senses::GRANT);
    all.any(Senses::SHARE)
        || all.any(Senses::GRANT)
        || changes && all.any(Senses::ACCESS | Senses::CREDENTIAL)
}

/// Data leaves through the network: a type that says so, or an outside URL in a
/// call that does not merely read it.
fn upload(kind: &Words, all: Senses, fields: &[Field], targets: &[Target]) -> Effects {
    let url = targets.iter().any(|t| t.what == target::What::Url);
    if reads(kind, fields) {
        return Effects::NONE;
    }
    let network = all.any(Senses::UPLOAD)
        || all.any(Senses::OUTSIDE) && all.any(Senses::MAKE | Senses::SEND | Senses::UPDATE);
    if network || url && all.any(Senses::SEND | Senses::MAKE | Senses::UPDATE | Senses::PUBLISH) {
        return Effects::UPLOAD;
    }
    Effects::NONE
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldnotch_plugin::json::{Value, json};

    fn of(kind: &str, payload: Value) -> Effects {
        let fields = crate::payload::fields(&payload);
        let targets = target::targets(&fields, &crate::settings::Settings::default());
        effects(&type_words(kind, &fields), &fields, &targets)
    }

    #[test]
    fn the_type_is_understood_in_any_style_and_language() {
        for kind in [
            "payments.create",
            "createPayment",
            "virement_creer",
            "BankManagerTransferFunds",
            "frais.rembourser",
            "send_money",
        ] {
            assert!(of(kind, json!({})).any(Effects::PAY), "{kind}");
        }
        for kind in [
            "payments.list",
            "getScheduledTransactions",
            "refund_status",
            "facture_consulter",
            "ViewSavedPaymentMethods",
        ] {
            assert_eq!(of(kind, json!({})), Effects::READ, "{kind}");
        }
        for kind in [
            "delete_record",
            "purgeData",
            "drive.vider_corbeille",
            "crm__destroy",
        ] {
            assert!(of(kind, json!({})).any(Effects::DELETE), "{kind}");
        }
        for kind in [
            "gmail__send",
            "envoyer_mail",
            "chat.postReply",
            "mail_senden",
            "correo.enviar",
        ] {
            assert!(of(kind, json!({})).any(Effects::SEND), "{kind}");
        }
    }

    #[test]
    fn a_general_tool_does_what_its_arguments_say() {
        assert!(
            of(
                "execute",
                json!({"op": "wire", "amount": 10, "iban": "CY17002001280000001200527600"})
            )
            .any(Effects::PAY)
        );
        assert!(of("crm__bulk_action", json!({"action": "destroy"})).any(Effects::DELETE));
        assert!(
            of(
                "http_request",
                json!({"method": "POST", "url": "https://x.example"})
            )
            .any(Effects::UPLOAD)
        );
        assert_eq!(
            of(
                "http_request",
                json!({"method": "GET", "url": "https://x.example"})
            ),
            Effects::READ
        );
    }

    #[test]
    fn what_is_bought_and_what_binds_is_told_from_looking_it_up() {
        for kind in [
            "flights.book",
            "shop.order",
            "order_create",
            "bestellung_ausloesen",
            "registerDomain",
            "hotel__reserve",
            "billets.reserver",
        ] {
            assert!(of(kind, json!({})).any(Effects::BUY), "{kind}");
        }
        for kind in [
            "contract.sign",
            "contrat.resilier",
            "pixelboard.change_plan",
            "subscription_cancel",
            "accept_terms",
        ] {
            assert!(of(kind, json!({})).any(Effects::BIND), "{kind}");
        }
        for kind in [
            "get_order_details",
            "order.update_address",
            "orders.list",
            "booking_status",
            "contract_read",
        ] {
            assert!(
                !of(kind, json!({})).any(Effects::BUY | Effects::BIND),
                "{kind}"
            );
        }
    }

    #[test]
    fn a_draft_is_one_unless_a_flag_says_the_contrary() {
        assert!(of("create_draft", json!({})).any(Effects::DRAFT));
        assert!(
            of(
                "crm__bulk_action",
                json!({"action": "destroy", "dry_run": true})
            )
            .any(Effects::DRAFT)
        );
        assert!(
            of("linkedin__create_share", json!({"lifecycleState": "DRAFT"})).any(Effects::DRAFT)
        );
        assert!(of("envoyer_mail", json!({"envoyer": false})).any(Effects::DRAFT));
        assert!(!of("create_draft", json!({"send": true})).any(Effects::DRAFT));
        assert!(!of("send_draft", json!({})).any(Effects::DRAFT));
        assert!(
            !of(
                "bulk_action",
                json!({"dry_run": false, "note": "dry run done"})
            )
            .any(Effects::DRAFT)
        );
    }
}
