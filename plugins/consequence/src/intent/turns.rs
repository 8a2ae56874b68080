//! What words mean together that none of them means alone.

use std::borrow::Cow;

use crate::clause::Phrases;
use crate::lexicon::{self, Senses};
use crate::words::Words;

/// The user's turns as sentences of their own, also those that begin with a small letter: no
/// line is wrapped this short.
pub(super) fn apart(text: &str) -> Cow<'_, str> {
    const WRAPPED: usize = 60;
    if !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let mut apart = String::with_capacity(text.len() + 8);
    for line in text.split_inclusive('\n') {
        let said = line.trim_end();
        apart.push_str(said);
        let open = said.ends_with(|c: char| c.is_ascii_punctuation()) || said.len() > WRAPPED;
        if !open && said.len() < line.len() {
            apart.push('.');
        }
        apart.push_str(&line[said.len()..]);
    }
    Cow::Owned(apart)
}

/// What the word at `i` means among its neighbours, other than `alone`.
pub(super) fn meant(words: &Words, i: usize, alone: Senses) -> Senses {
    if checks_out(words, i) {
        return Senses::ORDER | Senses::BUY;
    }
    if only_writes(words, i) || only_thanks(words, i) {
        return Senses::NONE;
    }
    let mut senses = match joined(words, i) {
        Some(whole) => whole,
        None if only_polite(words, i) => Senses::NONE,
        None => alone,
    };
    if lets_see(words, i) {
        senses = senses | Senses::SHARE;
    }
    if goes_out(words, i) {
        return senses | Senses::SEND;
    }
    if puts_online(words, i) {
        senses = senses | Senses::PUBLISH | Senses::ANNOUNCE;
    }
    if takes_off(words, i) {
        senses = senses | Senses::REMOVE;
    }
    if takes_it(words, i) {
        senses = senses | Senses::ORDER | Senses::BUY | Senses::AGREE;
    }
    if tops_up(words, i) {
        senses = senses | Senses::ORDER | Senses::BUY;
    }
    if CLEARS.stand_at(words, i) {
        senses = senses | Senses::REMOVE;
    }
    if pays_with(words, i) {
        senses = senses | Senses::PAY | Senses::ORDER;
    }
    if says_yes(words, i) {
        senses = senses | Senses::AGREE | Senses::SIGN;
    }
    senses
}

/// "Lies bitte": nobody is asked for anything, as "ich bitte um" would.
fn only_polite(words: &Words, i: usize) -> bool {
    let asks_for =
        |j: usize| words.sentence(j) == words.sentence(i) && matches!(words.get(j), "um" | "darum");
    words.get(i) == "bitte" && !(i + 1..i + 9).any(asks_for)
}

/// "Write up the notes": nobody gets them.
fn only_writes(words: &Words, i: usize) -> bool {
    words.get(i) == "write" && matches!(words.get(i + 1), "up" | "down")
}

/// "A thank-you post": what it is called.
fn only_thanks(words: &Words, i: usize) -> bool {
    words.get(i) == "thank"
        && words.get(i + 1) == "you"
        && matches!(
            words.get(i + 2),
            "post" | "note" | "letter" | "mail" | "email" | "card" | "message" | "gift"
        )
}

/// "Tu l'envoies": the verb's own ending, and no plural.
pub(super) fn is_said_to_you(words: &Words, i: usize) -> bool {
    let word = |back: usize| i.checked_sub(back).map_or("", |at| words.get(at));
    let between = matches!(word(1), "l" | "le" | "la" | "les" | "lui" | "leur" | "y");
    word(1) == "tu" || between && word(2) == "tu"
}

/// "With those changes it can go to the other side".
fn goes_out(words: &Words, i: usize) -> bool {
    (words.get(i), words.get(i + 1)) == ("can", "go") && matches!(words.get(i + 2), "to" | "out")
}

/// "Mets en ligne tout de suite", "stell es online", "put it live".
fn puts_online(words: &Words, i: usize) -> bool {
    let puts = matches!(
        words.get(i),
        "put" | "go" | "mets" | "mettez" | "stell" | "stelle" | "schalt" | "pon" | "ponlo"
    );
    let online = |j: usize| {
        matches!(words.get(j), "online" | "live")
            || matches!((words.get(j), words.get(j + 1)), ("en", "ligne" | "linea"))
    };
    puts && (i + 1..i + 7).any(|j| words.sentence(j) == words.sentence(i) && online(j))
}

/// "Take gym off my calendar".
fn takes_off(words: &Words, i: usize) -> bool {
    words.get(i) == "take"
        && (i + 1..i + 5).any(|j| words.sentence(j) == words.sentence(i) && words.get(j) == "off")
}

/// "Go for the Tuesday one", "grab it".
fn takes_it(words: &Words, i: usize) -> bool {
    match words.get(i) {
        "go" => words.get(i + 1) == "for",
        "grab" => matches!(words.get(i + 1), "it" | "that" | "one" | "the"),
        _ => false,
    }
}

/// "Top those up to the minimum".
fn tops_up(words: &Words, i: usize) -> bool {
    words.get(i) == "top" && (i + 1..i + 4).any(|j| words.get(j) == "up")
}

/// "Say yes", "sag ja": what was asked is agreed to.
fn says_yes(words: &Words, i: usize) -> bool {
    let says = i.checked_sub(1).map_or("", |at| words.get(at));
    matches!(words.get(i), "yes" | "oui" | "ja" | "si")
        && matches!(
            says,
            "say" | "answer" | "reply" | "reponds" | "dis" | "sag" | "antworte" | "di" | "responde"
        )
}

/// "Let Priya read the file", "laisse Paul modifier le fichier": access is given.
fn lets_see(words: &Words, i: usize) -> bool {
    let lets = matches!(
        words.get(i),
        "let" | "laisse" | "laissez" | "lass" | "lasse" | "deja"
    );
    let us = matches!(
        words.get(i + 1),
        "me" | "us" | "s" | "moi" | "nous" | "mich" | "uns" | "mir" | "que"
    );
    let sees = |j: usize| {
        matches!(
            words.get(j),
            "read"
                | "see"
                | "view"
                | "edit"
                | "access"
                | "lire"
                | "voir"
                | "modifier"
                | "lesen"
                | "sehen"
                | "bearbeiten"
                | "leer"
                | "ver"
                | "editar"
        )
    };
    lets && !us && (i + 2..i + 8).any(|j| words.sentence(j) == words.sentence(i) && sees(j))
}

/// "Use my saved card", "nimm meine Karte", "utilise ma carte".
fn pays_with(words: &Words, i: usize) -> bool {
    matches!(
        words.get(i),
        "use"
            | "nimm"
            | "nutze"
            | "benutze"
            | "utilise"
            | "utilisez"
            | "prends"
            | "usa"
            | "utiliza"
    ) && (i + 1..i + 4).any(|j| {
        words.sentence(j) == words.sentence(i)
            && matches!(
                words.get(j),
                "card" | "karte" | "kreditkarte" | "carte" | "tarjeta" | "wallet" | "paypal"
            )
    })
}

/// "Check out my cart", and not "check out this page".
fn checks_out(words: &Words, i: usize) -> bool {
    let bought = |j: usize| matches!(words.get(j), "cart" | "basket" | "bag" | "order" | "items");
    words.get(i) == "check"
        && (i + 1..i + 5).any(|j| words.get(j) == "out")
        && (i + 1..i + 6).any(|j| words.sentence(j) == words.sentence(i) && bought(j))
}

/// What a German verb means whose first part stands at the end of its clause: "sag den Termin
/// ab", "lad Ana ein".
fn joined(words: &Words, i: usize) -> Option<Senses> {
    const PARTS: [&str; 16] = [
        "fest", "klar", "ab", "an", "auf", "aus", "bei", "ein", "frei", "hin", "mit", "um", "vor",
        "weiter", "zu", "zuruck",
    ];
    let begins = i == 0
        || words.sentence(i) != words.sentence(i - 1)
        || words.comma_before(i)
        || ["und", "dann", "bitte", "danach"].contains(&words.get(i - 1));
    if !begins || words.get(i).len() > 12 {
        return None;
    }
    let ends = |j: &usize| {
        words.sentence(*j + 1) != words.sentence(i)
            || words.comma_before(*j + 1)
            || words.get(*j + 1) == "und"
    };
    let same = |j: &usize| words.sentence(*j) == words.sentence(i);
    let mut lasts = (i + 1..words.len()).take_while(same).filter(ends);
    let part = words.get(lasts.find(|j| PARTS.contains(&words.get(*j)))?);
    let stem = match words.get(i) {
        "nimm" => "nehm",
        "gib" => "geb",
        "sprich" => "sprech",
        "wirf" => "werf",
        stem => stem,
    };
    let whole = |ending: &str| lexicon::senses(&[part, stem, ending].concat());
    let found = ["en", "n", ""].map(whole);
    found.into_iter().find(|s| *s != Senses::NONE)
}

/// Has something go without saying so, sorted.
static CLEARS: Phrases = Phrases::of(&[
    "be forgotten",
    "can all go",
    "can be binned",
    "can go",
    "chuck",
    "decommission",
    "drain",
    "faire de la place",
    "fais de la place",
    "fera* de la place",
    "free some",
    "free up",
    "get rid",
    "hazme sitio",
    "kann raus",
    "kann weg",
    "konnen raus",
    "konnen weg",
    "libera espacio",
    "liberar espacio",
    "make room",
    "make space",
    "peut partir",
    "peuvent partir",
    "puede irse",
    "pueden irse",
    "rotate",
    "schaff platz",
    "schaffe platz",
    "take out",
    "terminate",
    "throw away",
    "throw out",
    "weg damit",
]);

/// Asks to tell somebody something, sorted.
pub(super) static TELLS: Phrases = Phrases::of(&[
    "aclarale*",
    "chase",
    "comunicale*",
    "contestale*",
    "cuentale*",
    "dis a",
    "dis au",
    "dis aux",
    "dis leur",
    "dis lui",
    "dites a",
    "dites au",
    "dites aux",
    "dites leur",
    "dites lui",
    "erklar* dem",
    "erklar* der",
    "erklar* frau",
    "erklar* herrn",
    "erklar* ihm",
    "erklar* ihnen",
    "erklar* ihr",
    "escribele*",
    "explain to",
    "explicale*",
    "explique a",
    "explique au",
    "explique aux",
    "explique leur",
    "explique lui",
    "get back to",
    "hazle* saber",
    "notificale*",
    "ofrecele*",
    "pidele*",
    "ping",
    "preguntale*",
    "proponle*",
    "rappelle leur",
    "rappelle lui",
    "recuerdale*",
    "sag allen",
    "sag dem",
    "sag den",
    "sag der",
    "sag frau",
    "sag herrn",
    "sag ihm",
    "sag ihnen",
    "sag ihr",
    "text dr",
    "text her",
    "text him",
    "text mr",
    "text mrs",
    "text ms",
    "text my",
    "text our",
    "text the",
    "text them",
    "transmitele*",
]);
