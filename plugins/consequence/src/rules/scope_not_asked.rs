//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};

/// The reason code.
pub const CODE: &str = "scope-not-asked";
/// What it holds.
pub const DOC: &str = "Rights, owners, prices or accounts are changed for everybody at once, and the user did not speak of all.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Update the phone number of Dubreuil.","steps":[
  {"type":"crm.update","payload":{"client":"*","discount":40}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Set the discount of all clients to 40.","steps":[
  {"type":"crm.update","payload":{"client":"*","discount":40}}]}"#;

/// Words for everybody and everything, as a field's whole value.
const ALL: [&str; 10] = [
    "*",
    "%",
    "all",
    "everyone",
    "everything",
    "alle",
    "tous",
    "toutes",
    "todos",
    "todas",
];

/// Names of fields for what holds many things.
const CONTAINERS: [&str; 16] = [
    "folder",
    "directory",
    "album",
    "vault",
    "drive",
    "workspace",
    "collection",
    "dossier",
    "repertoire",
    "ordner",
    "verzeichnis",
    "sammlung",
    "carpeta",
    "directorio",
    "coleccion",
    "espace",
];

/// `{"scope": "entire_library"}`, and the user spoke of some of it.
fn whole_scope(facts: &Facts) -> Option<Finding> {
    const SCOPES: [&str; 6] = ["scope", "range", "umfang", "bereich", "portee", "alcance"];
    let idle = Effects::READ | Effects::DRAFT | Effects::NOTE | Effects::EXECUTE;
    let intent = facts.intent();
    if facts.effects.any(idle)
        || intent.is_unknown()
        || intent.asks_for_all()
        || intent.delegates()
    {
        return None;
    }
    let mut scopes = facts.fields.iter().filter(|f| SCOPES.contains(&f.name()));
    let whole = |f: &&Field| f.text.len() <= 40 && f.words().all().any(Senses::WHOLE);
    let field = scopes.find(whole)?;
    let finding = Finding::new(
        0.75,
        &["`", &field.text, "` is more than the user spoke of"],
    );
    Some(finding.with(&field.path, &field.text))
}

/// What holds many things is shared, published or deleted where the user spoke
/// of one of them.
fn container(facts: &Facts) -> Option<Finding> {
    let intent = facts.intent();
    let single = [
        "item",
        "entry",
        "file",
        "document",
        "photo",
        "picture",
        "image",
        "page",
        "fichier",
        "piece",
        "entree",
        "datei",
        "dokument",
        "eintrag",
        "bild",
        "seite",
        "archivo",
        "documento",
        "foto",
        "entrada",
        "elemento",
        "pagina",
    ];
    let speaks_of_one = || {
        single
            .iter()
            .any(|one| intent.words().iter().any(|w| w == *one))
    };
    if !facts.does(Effects::ACCESS | Effects::PUBLISH | Effects::DELETE) || !speaks_of_one() {
        return None;
    }
    let field = facts.fields.iter().find(|f| {
        f.value == Plain::Text
            && CONTAINERS.contains(&f.name())
            && !intent.names_kind(f.name_words())
            && !intent.names_any(f.words())
    })?;
    let pieces = [
        "it is done to the whole `",
        &field.text,
        "`, and the user spoke of one thing in it",
    ];
    Some(Finding::new(0.75, &pieces).with(&field.path, &field.text))
}

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if let Some(finding) = container(facts).or_else(|| whole_scope(facts)) {
        return Some(finding);
    }
    let kind = facts.kind.all();
    let changes = Senses::UPDATE | Senses::GRANT | Senses::SHARE | Senses::MAKE;
    if facts
        .effects
        .any(Effects::READ | Effects::DRAFT | Effects::NOTE | Effects::EXECUTE)
        || !kind.any(changes)
    {
        return None;
    }
    let all = facts.fields.iter().find(|f| {
        f.value == Plain::Text && !f.key.any(Senses::BODY | Senses::COMMAND) && {
            let text = f.text.trim();
            ALL.iter().any(|all| text.eq_ignore_ascii_case(all))
        }
    })?;
    let weighty = Senses::GIFT
        | Senses::WORTH
        | Senses::ACCESS
        | Senses::SHARE
        | Senses::GRANT
        | Senses::ACCOUNT;
    let what = facts
        .fields
        .iter()
        .find(|f| f.path != all.path && f.key.any(weighty) && !f.is_off())?;
    let intent = facts.intent();
    if intent.is_unknown() || intent.asks_for_all() || intent.delegates() {
        return None;
    }
    let finding = Finding::new(
        0.75,
        &[
            "`",
            &what.path,
            "` is set for all (`",
            &all.text,
            "`), and the user did not speak of all",
        ],
    );
    Some(
        finding
            .with(&all.path, &all.text)
            .with(&what.path, &what.text),
    )
}
