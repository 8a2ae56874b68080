//! What the name of a tool says beyond the senses of its words.

use crate::lexicon::Senses;
use crate::payload::Field;
use crate::target::Target;
use crate::words::Words;

/// The agent's last word to its user, which does nothing: `stop` with an `answer`.
pub(super) fn ends_the_run(kind: &Words, fields: &[Field]) -> bool {
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

/// True for what is told of things: `shares_report`, `cron.estado`.
pub(super) fn tells_of(kind: &Words) -> bool {
    let Some(last) = kind.len().checked_sub(1).filter(|last| *last > 0) else {
        return false;
    };
    const TOLD: [&str; 14] = [
        "report",
        "status",
        "overview",
        "stats",
        "estado",
        "etat",
        "zustand",
        "informe",
        "journal",
        "history",
        "historique",
        "historial",
        "verlauf",
        "protokoll",
    ];
    // `crm.historiqueCommandes`, and no `historique.supprimer`
    let of_past = |i: usize| matches!(kind.get(i), "historique" | "historial");
    let told = TOLD.contains(&kind.get(last)) || (0..last).any(of_past);
    let verb = Senses::MAKE | Senses::UPDATE | Senses::SEND | Senses::UPLOAD | Senses::PUBLISH;
    let thing = |i: usize| {
        let many = kind.get(i).len() >= 4 && kind.get(i).ends_with('s');
        many || !kind.senses(i).any(verb) && !kind.senses(i).any(Senses::ACTING)
    };
    let is_told = |i: usize| TOLD.contains(&kind.get(i)) && (i == last || of_past(i));
    told && (0..=last).all(|i| is_told(i) || thing(i))
}

pub(super) fn pays(kind: &Words, all: Senses, amount: bool, account: bool) -> bool {
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
pub(super) fn searches(fields: &[Field]) -> bool {
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
pub(super) fn requested(fields: &[Field]) -> Option<Senses> {
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
pub(super) fn buys(kind: &Words, all: Senses) -> bool {
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
pub(super) fn announces(kind: &Words) -> bool {
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
pub(super) fn reviews(kind: &Words, fields: &[Field]) -> bool {
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
    let code = |f: &Field| {
        f.name_words().iter().any(|w| {
            matches!(
                w,
                "repo" | "repository" | "pull" | "pr" | "mr" | "commit" | "diff" | "branch"
            )
        })
    };
    review
        && writes
        && !has(&["pull", "pr", "code", "merge", "request", "mr"])
        && !fields.iter().any(code)
}

/// A verb of binding about something that binds: a contract, terms, a plan.
pub(super) fn binds(kind: &Words, all: Senses) -> bool {
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

/// `format_volume`: whatever was on it is gone.
pub(super) fn formats(kind: &Words) -> bool {
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
pub(super) fn clears_work(kind: &Words, targets: &[Target]) -> bool {
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
pub(super) fn opens_doors(kind: &Words) -> bool {
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

pub(super) fn gives_access(all: Senses) -> bool {
    let changes = all.any(Senses::MAKE | Senses::UPDATE | Senses::GRANT);
    all.any(Senses::SHARE)
        || all.any(Senses::GRANT)
        || changes && all.any(Senses::ACCESS | Senses::CREDENTIAL)
}

/// A message in a room of the house's own chat, whatever its verb is: `chat.publier`.
pub fn chats(kind: &Words, fields: &[Field]) -> bool {
    let chat = |w: &str| {
        matches!(
            w,
            "chat" | "slack" | "teams" | "mattermost" | "whatsapp" | "zulip" | "signal"
        )
    };
    kind.iter().any(chat)
        || fields
            .iter()
            .any(|f| f.text.len() <= 40 && f.text.starts_with('#') && !f.text.contains(' '))
}

/// Papers that say what is to be paid, and that nothing is paid with: `emailInvoice`.
pub(super) fn writes_bills(kind: &Words) -> bool {
    let has = |list: &[&str]| kind.iter().any(|w| list.contains(&w));
    let bill = [
        "invoice",
        "invoices",
        "bill",
        "bills",
        "facture",
        "factures",
        "rechnung",
        "rechnungen",
        "factura",
        "facturas",
    ];
    let writes = [
        "create",
        "make",
        "issue",
        "generate",
        "send",
        "email",
        "mail",
        "raise",
        "enter",
        "saisir",
        "creer",
        "envoyer",
        "erstellen",
        "erfassen",
        "senden",
        "crear",
        "enviar",
        "emitir",
        "emettre",
        "add",
        "save",
    ];
    let moves =
        |i: usize| kind.senses(i).any(Senses::PAY | Senses::MONEY) && !bill.contains(&kind.get(i));
    has(&bill) && has(&writes) && !(0..kind.len()).any(moves)
}

/// An invitation to meet, which gives nobody power: `calendar.invite`.
pub(super) fn meets(kind: &Words, fields: &[Field]) -> bool {
    let meeting = |w: &str| {
        matches!(
            w,
            "calendar"
                | "calendrier"
                | "kalender"
                | "calendario"
                | "agenda"
                | "event"
                | "meeting"
                | "appointment"
                | "termin"
                | "reunion"
                | "cita"
        )
    };
    let power = Senses::ACCESS | Senses::CREDENTIAL | Senses::SHARE;
    !kind.all().any(power)
        && (kind.iter().any(meeting) || fields.iter().any(|f| f.name_words().iter().any(meeting)))
}

/// `application_status` with a status and whose it is: sets it.
pub(super) fn sets_status(kind: &Words, fields: &[Field]) -> bool {
    let last = kind.len().saturating_sub(1);
    kind.get(last) == "status"
        && fields.len() >= 2
        && fields
            .iter()
            .any(|f| f.name() == "status" && f.text.len() <= 40)
        && !kind
            .each()
            .any(|s| s.any(Senses::READ) && !s.any(Senses::STATE))
}
