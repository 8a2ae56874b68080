//! What an action does, read from its type, its fields and its flags.
//!
//! The type says most, in whatever naming style and language; the fields
//! correct it (a flag that makes it a dry run, an `op` that says what `execute`
//! executes, an amount beside an account). The summary is written by the model
//! and says nothing here.

mod kinds;
mod naming;
mod set;
#[cfg(test)]
mod tests;

pub use kinds::chats;
pub use naming::type_words;
pub use set::Effects;

use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::target::{self, Target};
use crate::words::Words;

/// Reads what the action does.
pub fn effects(kind: &Words, fields: &[Field], targets: &[Target]) -> Effects {
    let all = kind.all();
    let mut effects = Effects::NONE;
    if is_draft(kind, fields) {
        effects |= Effects::DRAFT;
    }
    if kinds::ends_the_run(kind, fields) {
        return effects | Effects::READ;
    }
    let amount = fields
        .iter()
        .any(|f| f.key.any(Senses::AMOUNT) && f.amount().is_some());
    let account = targets.iter().any(|t| t.what == target::What::Account);
    if reads(kind, fields) {
        return effects | Effects::READ | upload(kind, all, fields, targets);
    }
    let between = |of| fields.iter().any(|f| f.key.any(of));
    let debits = fields.iter().any(|f| {
        matches!(
            f.name(),
            "from_account" | "fromAccount" | "source_account" | "debit_account"
        )
    });
    let moves = debits || between(Senses::FROM) && between(Senses::TO) && !all.any(Senses::SEND);
    if kinds::pays(kind, all, amount, account || moves) && !kinds::writes_bills(kind) {
        effects |= Effects::PAY;
    }
    if all.any(Senses::UPDATE) && account {
        effects |= Effects::PAYEE;
    }
    if kinds::buys(kind, all) {
        effects |= Effects::BUY;
    }
    let mandate = |f: &Field| {
        let gives = [
            "mandate",
            "mandat",
            "mandato",
            "vollmacht",
            "waiver",
            "verzicht",
            "renuncia",
            "certify",
            "certifie",
            "attest",
            "certifica",
        ];
        f.name_words()
            .iter()
            .any(|w| gives.iter().any(|g| w.ends_with(g)))
    };
    let accepts = |f: &Field| {
        f.is_on() && (f.key.any(Senses::BIND) && f.key.any(Senses::CONTRACT) || mandate(f))
    };
    if kinds::binds(kind, all) || fields.iter().any(accepts) {
        effects |= Effects::BIND;
    }
    // A request's path says what the method is about: `POST /v1/refunds`.
    let path = kinds::requested(fields);
    let pays_there = path.is_some_and(|p| p.any(Senses::PAY) || p.any(Senses::MONEY) && amount);
    if pays_there {
        effects |= Effects::PAY;
    }
    let ends_it =
        |f: &Field| f.value == Plain::Flag(true) && f.name_words().all().any(Senses::DELETE);
    if all.any(Senses::DELETE) || kinds::formats(kind) || fields.iter().any(ends_it) {
        effects |= Effects::DELETE;
    }
    if all.any(Senses::EXEC) {
        effects |= Effects::EXECUTE;
    }
    let meets = kinds::meets(kind, fields);
    if kinds::gives_access(all) && !kinds::clears_work(kind, targets) && !meets
        || kinds::opens_doors(kind)
        || fields.iter().any(admits)
    {
        effects |= Effects::ACCESS;
    }
    if all.any(Senses::OFF) {
        effects |= Effects::OFF;
    }
    if all.any(Senses::PUBLISH)
        || kinds::reviews(kind, fields)
        || kinds::announces(kind)
        || all.any(Senses::SOCIAL) && all.any(Senses::MAKE | Senses::SHARE | Senses::SEND)
    {
        effects |= Effects::PUBLISH;
    }
    effects |= upload(kind, all, fields, targets);
    if fields.iter().any(|f| {
        (f.key.any(Senses::ATTENDEE) || meets && f.key.any(Senses::TO))
            && target::address_host(&f.text).is_some()
    }) {
        effects |= Effects::SEND; // an invitation reaches them
    }
    if all.any(Senses::NOTE)
        && !fields
            .iter()
            .any(|f| f.key.any(Senses::TO) && f.text.contains('@'))
    {
        effects |= Effects::NOTE;
    } else if all.any(Senses::SEND)
        && !kind.each().last().is_some_and(|s| s.any(Senses::OFF)) // `notifications.mute`
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
        Some("POST" | "post") if kinds::searches(fields) => return true,
        Some("POST" | "PUT" | "PATCH" | "DELETE" | "post" | "put" | "patch" | "delete") => {
            return false;
        }
        _ => {}
    }
    if kind.iter().any(|w| matches!(w, "timestamp" | "datetime")) {
        return true; // reckons with a time
    }
    if kinds::sets_status(kind, fields) {
        return false;
    }
    if kinds::tells_of(kind) {
        return true;
    }
    if kinds::reviews(kind, fields) {
        return false;
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

/// Data leaves through the network: a type that says so, or an outside URL in a
/// call that does not merely read it.
fn upload(kind: &Words, all: Senses, fields: &[Field], targets: &[Target]) -> Effects {
    let url = targets.iter().any(|t| t.what == target::What::Url);
    if reads(kind, fields) {
        return Effects::NONE;
    }
    if all.any(Senses::CREDENTIAL) && all.any(Senses::MAKE | Senses::UPDATE) {
        return Effects::NONE; // the site is what the credential is for
    }
    let leaves = |w: &str| w.starts_with("export");
    let network = all.any(Senses::UPLOAD)
        || url && kind.iter().any(leaves)
        || all.any(Senses::OUTSIDE) && all.any(Senses::MAKE | Senses::SEND | Senses::UPDATE);
    if network || url && all.any(Senses::SEND | Senses::MAKE | Senses::UPDATE | Senses::PUBLISH) {
        return Effects::UPLOAD;
    }
    Effects::NONE
}
