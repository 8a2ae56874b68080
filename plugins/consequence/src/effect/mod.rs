//! What an action does, read from its type, its fields and its flags.
//!
//! The type says most, in whatever naming style and language; the fields
//! correct it (a flag that makes it a dry run, an `op` that says what `execute`
//! executes, an amount beside an account). The summary is written by the model
//! and says nothing here.

mod set;
#[cfg(test)]
mod tests;

pub use set::Effects;

use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::readers::code;
use crate::target::{self, Target};
use crate::words::Words;

/// The words of the type, those of an `op`, `action` or `method` field added:
/// a tool called `execute` does what its arguments say.
pub fn type_words(kind: &str, fields: &[Field]) -> Words {
    let mut words = Words::of(&kind[brand(kind)..]);
    words.mend();
    let short = |f: &&Field| f.value == Plain::Text && f.text.len() <= 40;
    let operations = || {
        fields
            .iter()
            .filter(short)
            .filter(|f| names_operation(f.name()))
    };
    for field in operations() {
        words.read(&field.text);
    }
    // `run` with `{"task": "leads.count"}` counts, and runs nothing.
    if operations().next().is_none()
        && code::is_vague(&words)
        && let Some(task) = fields.iter().filter(short).find(|f| names_task(f))
    {
        words = Words::of(&task.text);
    }
    if words.len() <= 4 && words.iter().any(|w| TOUCHES.contains(&w)) {
        let labels = fields.iter().filter(|f| is_label(f));
        labels.take(4).for_each(|f| words.read(&f.text));
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

/// How long a brand at the head of the type is that ends like a verb, as
/// `ParentPay.contacts` does: nothing is paid there.
fn brand(kind: &str) -> usize {
    let Some((head, _)) = kind.split_once('.') else {
        return 0;
    };
    let words = Words::of(head);
    let last = words.len().saturating_sub(1);
    let camel =
        head.starts_with(char::is_uppercase) && words.len() >= 2 && !head.contains(['_', '-']);
    match camel && words.senses(last).any(Senses::PAY | Senses::SEND) {
        true => head.len() + 1,
        false => 0,
    }
}

/// Verbs of working on a screen: what is done says the label.
const TOUCHES: [&str; 18] = [
    "click",
    "press",
    "tap",
    "tick",
    "select",
    "toggle",
    "clic",
    "cliquer",
    "appuyer",
    "cocher",
    "klick",
    "klicken",
    "drucken",
    "druecken",
    "ankreuzen",
    "pulsar",
    "clicar",
    "marcar",
];

/// The label of a button or a box, other than the terms of what is ordered. One
/// that only says "allow" gives nobody power: it has to say over what.
fn is_label(field: &Field) -> bool {
    let means = field.words().all();
    let name = field
        .name()
        .split('[')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    field.value == Plain::Text
        && field.text.len() <= 80
        && matches!(
            name.as_str(),
            "label"
                | "labels"
                | "button"
                | "buttons"
                | "text"
                | "target"
                | "element"
                | "name"
                | "option"
                | "options"
                | "cible"
                | "bouton"
                | "libelle"
                | "ziel"
                | "knopf"
                | "schaltflaeche"
                | "beschriftung"
                | "boton"
                | "etiqueta"
                | "opcion"
                | "box"
                | "checkbox"
                | "link"
        )
        && !means.any(Senses::TERMS)
        && (!means.any(Senses::GRANT) || means.any(Senses::ACCESS | Senses::CREDENTIAL))
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

/// A field of a tool that does anything: `{"task": "leads.purge"}`, `{"tipo": "eliminar"}`.
fn names_task(field: &Field) -> bool {
    let joined = || field.text.contains(['.', '_', '/']) && !field.text.starts_with('/');
    let one = !field.text.contains(char::is_whitespace);
    match field.name() {
        "task" | "aktion" | "accion" | "operacion" | "aufgabe" | "tarea" | "tache" | "do" => one,
        "tipo" | "type" | "typ" => one && !field.words().all().any(Senses::PAPER),
        "name" | "command" | "cmd" | "endpoint" => one && joined() && !field.text.contains("://"),
        _ => false,
    }
}

/// Reads what the action does.
pub fn effects(kind: &Words, fields: &[Field], targets: &[Target]) -> Effects {
    let all = kind.all();
    let mut effects = Effects::NONE;
    if is_draft(kind, fields) {
        effects |= Effects::DRAFT;
    }
    if ends_the_run(kind, fields) {
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
    let moves = between(Senses::FROM) && between(Senses::TO) && !all.any(Senses::SEND);
    if pays(kind, all, amount, account || moves) {
        effects |= Effects::PAY;
    }
    if all.any(Senses::UPDATE) && account {
        effects |= Effects::PAYEE;
    }
    if buys(kind, all) {
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
    if binds(kind, all) || fields.iter().any(accepts) {
        effects |= Effects::BIND;
    }
    // A request's path says what the method is about: `POST /v1/refunds`.
    let path = requested(fields);
    let pays_there = path.is_some_and(|p| p.any(Senses::PAY) || p.any(Senses::MONEY) && amount);
    if pays_there {
        effects |= Effects::PAY;
    }
    if all.any(Senses::DELETE) || formats(kind) {
        effects |= Effects::DELETE;
    }
    if all.any(Senses::EXEC) {
        effects |= Effects::EXECUTE;
    }
    if gives_access(all) && !clears_work(kind, targets)
        || opens_doors(kind)
        || fields.iter().any(admits)
    {
        effects |= Effects::ACCESS;
    }
    if all.any(Senses::OFF) {
        effects |= Effects::OFF;
    }
    if all.any(Senses::PUBLISH)
        || reviews(kind)
        || announces(kind)
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

/// The agent's last word to its user, which does nothing: `stop` with an `answer`.
fn ends_the_run(kind: &Words, fields: &[Field]) -> bool {
    let last = matches!(
        kind.get(0),
        "stop" | "finish" | "final" | "done" | "exit" | "end" | "terminate"
    );
    let own = |f: &Field| {
        matches!(
            f.name(),
            "answer"
                | "response"
                | "result"
                | "summary"
                | "reason"
                | "final_answer"
                | "message"
                | "text"
        )
    };
    kind.len() == 1 && last && fields.iter().all(own)
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
    if kind.iter().any(|w| matches!(w, "timestamp" | "datetime")) {
        return true; // reckons with a time
    }
    if tells_of(kind) {
        return true;
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

/// True for what is told of things: `shares_report`, `cron.estado`.
fn tells_of(kind: &Words) -> bool {
    let Some(last) = kind.len().checked_sub(1).filter(|last| *last > 0) else {
        return false;
    };
    let told = matches!(
        kind.get(last),
        "report" | "status" | "overview" | "stats" | "estado" | "etat" | "zustand" | "informe"
    );
    let verb = Senses::MAKE | Senses::UPDATE | Senses::SEND | Senses::UPLOAD | Senses::PUBLISH;
    let thing = |i: usize| {
        let many = kind.get(i).len() >= 4 && kind.get(i).ends_with('s');
        many || !kind.senses(i).any(verb) && !kind.senses(i).any(Senses::ACTING)
    };
    told && (0..last).all(thing)
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
    let has = |list: &[&str]| kind.iter().any(|w| list.contains(&w));
    // An expense report only says what was paid.
    let reports = has(&["expense", "expenses", "spesen", "frais", "gastos"])
        && has(&[
            "report", "line", "item", "entry", "receipt", "submit", "zeile", "ligne", "linea",
        ]);
    let moves = all.any(Senses::MONEY) && kind.each().any(|s| s.any(Senses::MAKE)) && !reports;
    let shaped = amount && (account || all.any(Senses::MONEY) && !reports);
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
    let named = kind
        .iter()
        .any(|w| matches!(w, "domain" | "domaine" | "dominio"));
    if named
        && kind.iter().any(|w| {
            matches!(
                w,
                "register" | "enregistrer" | "registrar" | "registrieren" | "transfer" | "renew"
            )
        })
    {
        return true;
    }
    let placed = (0..kind.len()).any(thing)
        && all.any(Senses::MAKE)
        && !all.any(Senses::UPDATE | Senses::BIND);
    kind.each().any(|s| s.any(Senses::ACQUIRE))
        || placed
        || kind.len() > 1 && thing(last) && !all.any(Senses::UPDATE | Senses::BIND)
}

/// A notice on the house's own page.
fn announces(kind: &Words) -> bool {
    let has = |list: &[&str]| kind.iter().any(|w| list.contains(&w));
    has(&[
        "web",
        "site",
        "website",
        "homepage",
        "portada",
        "startseite",
        "storefront",
        "accueil",
    ]) && has(&[
        "banner",
        "notice",
        "announcement",
        "aviso",
        "hinweis",
        "bandeau",
        "meldung",
    ])
}

/// A review for everybody to read, and not one of somebody's code.
fn reviews(kind: &Words) -> bool {
    let has = |list: &[&str]| kind.iter().any(|w| list.contains(&w));
    let review = has(&[
        "review",
        "reviews",
        "rating",
        "ratings",
        "bewertung",
        "bewertungen",
        "rezension",
        "avis",
        "resena",
        "resenas",
        "testimonial",
    ]);
    let writes = has(&[
        "post",
        "submit",
        "write",
        "create",
        "leave",
        "add",
        "publish",
        "schreiben",
        "abgeben",
        "posten",
        "ecrire",
        "poster",
        "deposer",
        "escribir",
        "publicar",
        "dejar",
    ]);
    review && writes && !has(&["pull", "pr", "code", "merge", "request", "mr"])
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
    let has = |list: &[&str]| kind.iter().any(|w| list.contains(&w));
    if has(&["join", "joins", "adherer", "beitreten"])
        && has(&["club", "membership", "programme", "program", "plan"])
    {
        return true;
    }
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

/// `format_volume`: whatever was on it is gone.
fn formats(kind: &Words) -> bool {
    let has = |list: &[&str]| kind.iter().any(|w| list.contains(&w));
    has(&["format", "reformat", "formatieren", "formater", "formatear"])
        && has(&[
            "volume",
            "disk",
            "drive",
            "card",
            "partition",
            "disque",
            "disco",
            "laufwerk",
        ])
}

/// `garage.authorise {job}`: work is allowed, and nobody gets power.
fn clears_work(kind: &Words, targets: &[Target]) -> bool {
    const CLEARS: [&str; 6] = [
        "authorise",
        "authorize",
        "autoriser",
        "autorizar",
        "freigeben",
        "permit",
    ];
    let power = Senses::GRANT | Senses::SHARE;
    let access = Senses::ACCESS | Senses::CREDENTIAL;
    let only = (0..kind.len()).all(|i| !kind.senses(i).any(power) || CLEARS.contains(&kind.get(i)));
    only && !kind.all().any(access) && targets.is_empty()
}

/// A code or a guest of a door's lock: whoever has it comes in.
fn opens_doors(kind: &Words) -> bool {
    let has = |list: &[&str]| kind.iter().any(|w| list.contains(&w));
    has(&[
        "lock",
        "smartlock",
        "door",
        "gate",
        "schloss",
        "tur",
        "serrure",
        "porte",
        "cerradura",
        "puerta",
    ]) && has(&["code", "pin", "guest", "key", "codigo", "cle", "gast"])
        && kind.all().any(Senses::MAKE | Senses::UPDATE)
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
