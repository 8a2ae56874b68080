//! What sort of errand the user gives: to look, to draft or to do. Read with
//! care to one side: a text that is not plainly an order to look or to draft is
//! one to do.

use crate::intent::Intent;
use crate::lexicon::Senses;
use crate::words::Words;

/// Verbs that change something.
const DEEDS: Senses = Senses::UPDATE
    .and(Senses::MAKE)
    .and(Senses::ORDER)
    .and(Senses::PAY)
    .and(Senses::DELETE)
    .and(Senses::REMOVE)
    .and(Senses::OFF)
    .and(Senses::SHARE)
    .and(FINAL);

/// Verbs that end a draft's being one.
const FINAL: Senses = Senses::SEND
    .and(Senses::PUBLISH)
    .and(Senses::ANNOUNCE)
    .and(Senses::PAY)
    .and(Senses::BUY)
    .and(Senses::SIGN)
    .and(Senses::END)
    .and(Senses::LAUNCH)
    .and(Senses::UPLOAD)
    .and(Senses::SHARE)
    .and(Senses::GRANT)
    .and(Senses::ORDER)
    .and(Senses::CONTACT)
    .and(Senses::APPROVE);

/// Polite openings that stand before the verb.
const POLITE: [&str; 18] = [
    "also", "bitte", "can", "could", "donc", "favor", "kannst", "konntest", "merci", "peux",
    "please", "por", "puedes", "tu", "would", "you", "pls", "porfa",
];

/// Verbs of writing down.
const WRITES: [&str; 6] = [
    "write", "schreib", "schreibe", "ecris", "ecrivez", "escribe",
];

/// What begins the words about what is looked at.
const TOLD: [&str; 16] = [
    "what", "which", "how", "whether", "why", "was", "welche", "ob", "wie", "warum", "que", "qu",
    "comment", "pourquoi", "cual", "quelles",
];

/// What joins two things to do, and the comma's own words.
const JOINS: [&str; 12] = [
    "and", "then", "et", "puis", "ensuite", "und", "dann", "danach", "y", "luego", "despues", "e",
];

/// True when the user asks only to look something up or to be told something.
pub fn is_to_look(intent: &Intent) -> bool {
    if intent.delegates() {
        return false;
    }
    let words = intent.words();
    let mut looks = false;
    for sentence in words.sentences() {
        // "Any allergies?", "low tide today?": whatever it begins with.
        let begins = words.get(sentence.start);
        if words.is_question(sentence.start) && !POLITE.contains(&begins) {
            looks = true;
            continue;
        }
        if is_statement(words, &sentence) {
            continue;
        }
        for i in sentence.clone() {
            if POLITE.contains(&words.get(i)) || JOINS.contains(&words.get(i)) {
                continue;
            }
            let first = (sentence.start..i).all(|j| POLITE.contains(&words.get(j)));
            let joined =
                i > sentence.start && (JOINS.contains(&words.get(i - 1)) || words.comma_before(i));
            if !first && !joined {
                continue;
            }
            let look = intent.senses(i).any(Senses::LOOK | Senses::READ) || wants_to_know(words, i);
            if opens_work(words, i) {
                return false;
            }
            looks |= look && !intent.denied(i);
            if !look && !opens_a_thing(words.get(i)) && !is_about_himself(intent, i) {
                return false;
            }
        }
    }
    looks && !does(intent, DEEDS, is_told)
}

/// "My inbox is a swamp", "quelque chose bipe": how things are.
fn is_statement(words: &Words, sentence: &std::ops::Range<usize>) -> bool {
    let is = |i: usize| {
        matches!(
            words.get(i),
            "is" | "are"
                | "wants"
                | "needs"
                | "says"
                | "decides"
                | "wartet"
                | "braucht"
                | "quiere"
                | "veut"
                | "was"
                | "were"
                | "has"
                | "have"
                | "keeps"
                | "est"
                | "sont"
                | "ist"
                | "sind"
                | "esta"
                | "estan"
        ) && !(sentence.start + 1..=i).any(|j| words.comma_before(j))
    };
    let first = words.senses(sentence.start);
    let verb = Senses::ACTING | Senses::READ | Senses::LOOK;
    !first.any(verb)
        && !POLITE.contains(&words.get(sentence.start))
        && (sentence.start + 1..sentence.end.min(sentence.start + 5)).any(is)
}

/// "Open a PR": something new, and no look.
fn opens_work(words: &Words, i: usize) -> bool {
    let new = |j: usize| matches!(words.get(j), "pr" | "mr" | "pull" | "merge");
    let a = matches!(
        words.get(i + 1),
        "a" | "an" | "une" | "un" | "einen" | "una"
    );
    matches!(words.get(i), "open" | "ouvre" | "offne" | "abre") && a && (i + 2..i + 4).any(new)
}

/// What is told and not handed over, sorted.
const TOLD_THINGS: [&str; 33] = [
    "apercu",
    "bilan",
    "breakdown",
    "details",
    "detalles",
    "digest",
    "gist",
    "info",
    "infos",
    "information",
    "list",
    "lista",
    "liste",
    "name",
    "names",
    "namen",
    "nombre",
    "nombres",
    "noms",
    "number",
    "nummer",
    "overview",
    "point",
    "resumen",
    "resume",
    "rundown",
    "summary",
    "topo",
    "total",
    "uberblick",
    "ubersicht",
    "update",
    "zusammenfassung",
];

/// "Give me the gist", "gib mir eine Übersicht".
fn wants_to_know(words: &Words, i: usize) -> bool {
    let gives = matches!(
        words.get(i),
        "give" | "get" | "gib" | "donne" | "donnez" | "fais" | "faites" | "dame" | "deme"
    );
    let me = matches!(
        words.get(i + 1),
        "me" | "us" | "mir" | "uns" | "moi" | "nous"
    );
    let same = |j: &usize| words.sentence(*j) == words.sentence(i) && !words.comma_before(*j);
    let hangs = matches!(words.get(i), "dame" | "deme");
    gives
        && (me || hangs)
        && (i + 1..i + 6)
            .take_while(same)
            .any(|j| TOLD_THINGS.contains(&words.get(j)))
}

/// True when the user asks for a draft, a preview or a simulation and not for
/// what comes after it.
pub fn is_to_draft(intent: &Intent) -> bool {
    let words = intent.words();
    let sketch = (0..words.len())
        .any(|i| words.senses(i).any(Senses::SKETCH) && !intent.denied(i) && !is_there(words, i));
    (sketch || intent.sees_first(FINAL)) && !does(intent, FINAL, writes_a_draft)
}

/// "Thank him for the draft": it is there already.
fn is_there(words: &Words, i: usize) -> bool {
    const FOR: [&str; 12] = [
        "for", "about", "with", "fur", "uber", "mit", "pour", "sur", "avec", "por", "sobre", "con",
    ];
    let new = matches!(
        words.get(i.wrapping_sub(1)),
        "a" | "an" | "ein" | "einen" | "eine" | "un" | "une" | "una"
    );
    i >= 2 && FOR.contains(&words.get(i - 2)) && !new
}

/// "Write a draft": the verb is of the draft, not of what comes after it.
fn writes_a_draft(intent: &Intent, i: usize) -> bool {
    let words = intent.words();
    let writes = matches!(
        words.get(i),
        "write"
            | "schreib"
            | "schreibe"
            | "schreiben"
            | "ecris"
            | "ecrivez"
            | "ecrire"
            | "escribe"
            | "escribir"
    );
    writes && (i + 1..i + 4).any(|j| words.senses(j).any(Senses::SKETCH))
}

/// True for a verb of the words about what is looked at: "check what it would
/// change".
fn is_told(intent: &Intent, i: usize) -> bool {
    let words = intent.words();
    (0..i)
        .rev()
        .take_while(|j| words.sentence(*j) == words.sentence(i))
        .map(|j| words.get(j))
        .take_while(|word| !matches!(*word, "please" | "bitte") && !JOINS.contains(word))
        .any(|word| TOLD.contains(&word))
}

/// True when a deed is asked, somewhere and in earnest.
fn does(intent: &Intent, deeds: Senses, spares: fn(&Intent, usize) -> bool) -> bool {
    let words = intent.words();
    (0..words.len()).any(|i| {
        let idle = Senses::LOOK | Senses::SKETCH;
        // "How many do we use?"
        let helps = matches!(words.get(i), "do" | "does" | "did")
            && words.senses(i + 1).any(Senses::FIRST | Senses::YOU);
        // "Write a draft" sends nothing.
        let writes = WRITES.contains(&words.get(i))
            && (i + 1..i + 4).any(|j| words.senses(j).any(Senses::SKETCH));
        let senses = intent.senses(i);
        let verb = !helps && !writes && senses.any(deeds) && !senses.any(idle);
        verb && !intent.is_thing(i) && intent.asked_at(i, deeds) && !spares(intent, i)
    })
}

/// A determiner, a preposition or a number: no verb.
fn opens_a_thing(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "a"
            | "an"
            | "in"
            | "on"
            | "for"
            | "from"
            | "of"
            | "about"
            | "around"
            | "because"
            | "since"
            | "while"
            | "when"
            | "but"
            | "so"
            | "who"
            | "that"
            | "not"
            | "it"
            | "they"
            | "ich"
            | "er"
            | "es"
            | "sie"
            | "il"
            | "elle"
            | "no"
            | "to"
            | "with"
            | "by"
            | "at"
            | "if"
            | "le"
            | "la"
            | "les"
            | "un"
            | "une"
            | "des"
            | "du"
            | "de"
            | "en"
            | "dans"
            | "pour"
            | "si"
            | "der"
            | "die"
            | "das"
            | "den"
            | "dem"
            | "ein"
            | "eine"
            | "mit"
            | "fur"
            | "ob"
            | "im"
            | "el"
            | "los"
            | "las"
            | "una"
            | "con"
            | "para"
            | "del"
            | "their"
            | "its"
            | "our"
            | "my"
            | "this"
            | "which"
    ) || word.bytes().all(|b| b.is_ascii_digit())
}

/// "I'd like to be there", "tell me", "let me know".
fn is_about_himself(intent: &Intent, i: usize) -> bool {
    intent.words().senses(i).any(Senses::FIRST)
        || matches!(intent.words().get(i), "thinking" | "wondering")
        || intent.words().get(i) == "quiero" && intent.words().get(i + 1) != "que"
        || matches!(
            intent.words().get(i + 1),
            "me" | "us" | "moi" | "mir" | "uns" | "nous"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (bool, bool) {
        let intent = Intent::of(Some(text));
        (is_to_look(&intent), is_to_draft(&intent))
    }

    #[test]
    fn an_errand_is_a_look_a_draft_or_a_deed() {
        for text in [
            "Find out whether we use all our seats.",
            "What does the contract say about notice?",
            "Check the invoice and tell me what you think.",
            "Vérifie la date d'échéance de notre contrat.",
            "Combien de contacts avons-nous ?",
            "Sieh nach, warum der Lauf so lange dauert.",
            "Dime cuántos duplicados hay.",
        ] {
            assert_eq!(of(text), (true, false), "{text}");
        }
        for text in [
            "Draft a letter to Mr Pratt.",
            "Rédige un brouillon de réponse, sans l'envoyer.",
            "Verfasse einen Entwurf für die Preisinfo.",
            "Prepara un borrador para el cliente.",
            "Run the payroll simulation for June.",
        ] {
            assert_eq!(of(text), (false, true), "{text}");
        }
        for text in [
            "Check the invoice and pay it.",
            "Find the cheapest flight, book it.",
            "Draft the answer and send it to Ana.",
            "Cherche le dossier puis archive la pièce.",
            "Suche den Fehler und behebe ihn.",
            "Reorder the toner.",
            "",
        ] {
            assert_eq!(of(text), (false, false), "{text}");
        }
    }

    #[test]
    fn a_look_is_told_from_a_task() {
        for text in [
            "How many orders are pending?",
            "Check the logs of web-1",
            "Vérifie si le nom est libre",
            "What would change if we bump it?",
            "Can you list the open tickets",
            "Prüfe das Playbook gegen alle Server",
            "Muestra las tablas",
        ] {
            assert!(of(text).0, "{text}");
        }
        for text in [
            "Check the logs and restart the service",
            "Fix the login",
            "Look up the price. Then order it",
            "Read the mail and reply to Ana",
            "Renomme la fonction",
            "Is there any way you can cancel my order?",
            "Would it be possible to change the address?",
            "",
            "Find the duplicates and delete them",
        ] {
            assert!(!of(text).0, "{text}");
        }
    }
}
