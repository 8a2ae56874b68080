//! The words that name what a tool does: its type, and the fields that say more.

use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::readers::code;
use crate::words::Words;

/// The words of the type, those of an `op`, `action` or `method` field added:
/// a tool called `execute` does what its arguments say.
pub fn type_words(kind: &str, fields: &[Field]) -> Words {
    let mut words = Words::of(&kind[brand(kind)..]);
    words.mend();
    // `call_service` with `{"domain": "lock", "service": "unlock"}`
    let calls = words.iter().any(|w| matches!(w, "call" | "invoke"))
        && words.iter().any(|w| w == "service");
    let short = |f: &&Field| f.value == Plain::Text && f.text.len() <= 40;
    let operations = || {
        fields
            .iter()
            .filter(short)
            .filter(|f| names_operation(f.name()) || f.name() == "service" && calls)
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
                | "texte"
                | "texto"
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
                | "description"
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
