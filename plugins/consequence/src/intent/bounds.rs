//! Where the user draws a line: what he wants kept, and how far he wants an end
//! to go.

use super::Intent;
use crate::lexicon::{self, Senses};
use crate::words::Words;

/// Words that open what is left out: "all but the last", "sauf la une".
const EXCEPT: [&str; 36] = [
    "except",
    "excepting",
    "excluding",
    "besides",
    "spare",
    "sauf",
    "hormis",
    "excepte",
    "ausser",
    "ausgenommen",
    "ohne",
    "excepto",
    "salvo",
    "exceptuando",
    "but not",
    "other than",
    "apart from",
    "leave out",
    "not the",
    "not our",
    "without touching",
    "a part",
    "bis auf",
    "aber nicht",
    "nicht die",
    "nicht den",
    "nicht das",
    "pero no",
    "menos las",
    "menos los",
    "menos el",
    "menos la",
    "mais pas",
    "pas les",
    "pas la",
    "sin tocar",
];

/// Words with which something is to stay as it is; what stays stands behind.
const KEEP: [&str; 28] = [
    "keep",
    "leave",
    "preserve",
    "retain",
    "dont touch",
    "don t touch",
    "do not touch",
    "garde",
    "gardez",
    "conserve",
    "conservez",
    "laisse",
    "laissez",
    "ne touche pas",
    "ne touchez pas",
    "behalte",
    "behalt",
    "lass",
    "lasse",
    "lasst",
    "erhalte",
    "deja",
    "dejad",
    "conserva",
    "manten",
    "mantened",
    "no toques",
    "no toqueis",
];

/// The same; what stays stands in front.
const STAYS: [&str; 22] = [
    "must stay",
    "has to stay",
    "have to stay",
    "stays",
    "should stay",
    "must remain",
    "must not go",
    "must survive",
    "bleiben",
    "bleibt",
    "stehen lassen",
    "in ruhe",
    "nicht anfassen",
    "behalten",
    "doit rester",
    "doivent rester",
    "reste",
    "restent",
    "se queda",
    "se quedan",
    "se mantiene",
    "se mantienen",
];

/// Ends that are no end for good.
const SOFT: [&str; 70] = [
    "archive",
    "yank",
    "disable",
    "deactivate",
    "suspend",
    "pause",
    "hide",
    "unpublish",
    "deprecate",
    "park",
    "mute",
    "lock",
    "unassign",
    "detach",
    "drain",
    "cordon",
    "quarantine",
    "trash",
    "snooze",
    "unlink",
    "disconnect",
    "unsubscribe",
    "stop",
    "freeze",
    "retire",
    "shelve",
    "archiver",
    "archivez",
    "desactive",
    "desactiver",
    "desactivez",
    "suspends",
    "suspendre",
    "suspendez",
    "masque",
    "masquer",
    "cacher",
    "cache",
    "depublie",
    "depublier",
    "verrouille",
    "detache",
    "detacher",
    "arrete",
    "arreter",
    "archiviere",
    "archivieren",
    "deaktiviere",
    "deaktivieren",
    "sperre",
    "sperren",
    "verstecke",
    "verstecken",
    "ausblenden",
    "pausiere",
    "pausieren",
    "stoppe",
    "stoppen",
    "archiva",
    "archivar",
    "desactiva",
    "desactivar",
    "suspende",
    "suspender",
    "oculta",
    "ocultar",
    "bloquea",
    "pausa",
    "pausar",
    "deten",
];

/// How far a bound reaches into its sentence.
const REACH: usize = 8;

impl Intent {
    /// The words for what the user wants kept.
    pub fn kept_words(&self) -> Vec<&str> {
        let words = &self.words;
        let mut kept = Vec::new();
        for i in (0..words.len()).filter(|i| may_bound(words.get(*i))) {
            let opens = |list: &[&str]| {
                list.iter()
                    .find(|p| words.starts_at(i, p))
                    .map(|p| p.split(' ').count())
            };
            if let Some(length) = opens(&EXCEPT).or_else(|| opens(&KEEP)) {
                for j in i + length..words.len().min(i + length + REACH) {
                    if words.sentence(j) != words.sentence(i)
                        || j > i + length && self.ends_bound(j)
                    {
                        break;
                    }
                    self.add(j, &mut kept);
                }
            } else if opens(&STAYS).is_some() {
                for j in (i.saturating_sub(5)..i).rev() {
                    if words.sentence(j) != words.sentence(i) {
                        break;
                    }
                    self.add(j, &mut kept);
                    if words.comma_before(j) {
                        break;
                    }
                }
            }
        }
        kept
    }

    /// True when the soft end that he asks for is what the command calls itself: `kubectl drain`.
    pub fn ends_as(&self, command: &Words) -> bool {
        SOFT.iter()
            .any(|word| self.words.contains(word) && command.contains(word))
    }

    /// "Leave everything else", "lass alles andere": what he did not speak of stays.
    pub fn keeps_the_rest(&self) -> bool {
        const KEEPS: [&str; 9] = [
            "leave", "keep", "lass", "lasse", "laisse", "laissez", "garde", "deja", "conserva",
        ];
        const REST: [&str; 7] = [
            "else", "rest", "others", "andere", "reste", "demas", "resto",
        ];
        (0..self.words.len()).any(|i| {
            KEEPS.contains(&self.words.get(i))
                && (i + 1..i + 5).any(|j| {
                    self.words.sentence(j) == self.words.sentence(i)
                        && REST.contains(&self.words.get(j))
                })
        })
    }

    /// A comma or a joining word before another wish ends it.
    fn ends_bound(&self, j: usize) -> bool {
        let next = self.senses[j].any(Senses::ACTING) && !self.is_thing(j);
        self.words.comma_before(j)
            && self.senses[j].any(Senses::ACTING | Senses::FIRST | Senses::TURN)
            || next && super::JOINS.contains(&self.words.get(j.saturating_sub(1)))
    }

    fn add<'a>(&'a self, j: usize, to: &mut Vec<&'a str>) {
        let word = self.words.get(j);
        let says_which = word.len() >= 4 || word.bytes().any(|b| b.is_ascii_digit());
        let idle = Senses::NOT
            | Senses::WHOLE
            | Senses::FIRST
            | Senses::YOU
            | Senses::PERHAPS
            | Senses::EACH;
        if says_which && !self.senses[j].any(idle) && !COMMON.contains(&word) {
            to.push(word);
        }
    }

    /// True when the user asks to take something out of use and says nothing of
    /// an end for good.
    pub fn ends_softly(&self) -> bool {
        let soft = |i: &usize| {
            SOFT.contains(&self.words.get(*i)) && !self.denied(*i) && !self.is_thing(*i)
        };
        (0..self.words.len()).any(|i| soft(&i)) && !self.asks(Senses::DELETE)
    }

    /// True when the first thing the user wants done is to prepare something.
    pub fn wants_it_prepared(&self) -> bool {
        let verbs = Senses::ACTING | Senses::SKETCH;
        let first =
            (0..self.words.len()).find(|i| self.senses[*i].any(verbs) && !self.is_thing(*i));
        first.is_some_and(|i| self.words.senses(i).any(Senses::SKETCH) && !self.denied(i))
    }

    /// True when what the user wants ended is what he has brought up before: "restore
    /// the copy, look at it and delete it".
    pub fn ends_what_it_makes(&self) -> bool {
        const UP: [&str; 40] = [
            "restore",
            "create",
            "copy",
            "clone",
            "duplicate",
            "spin",
            "launch",
            "provision",
            "bring",
            "start",
            "fork",
            "snapshot",
            "restaura",
            "restaurer",
            "cree",
            "copie",
            "duplique",
            "lance",
            "monte",
            "demarre",
            "clone",
            "stelle",
            "erstelle",
            "kopiere",
            "klone",
            "starte",
            "lege",
            "fahre",
            "restaurar",
            "levanta",
            "crea",
            "copia",
            "clona",
            "duplica",
            "arranca",
            "monta",
            "wiederherstellen",
            "hochfahren",
            "deploy",
            "despliega",
        ];
        let ends =
            |i: usize| self.asked_at(i, Senses::DELETE | Senses::REMOVE) && self.stands_for_it(i);
        let up =
            (0..self.words.len()).find(|i| UP.contains(&self.words.get(*i)) && !self.is_thing(*i));
        up.is_some_and(|up| (up + 1..self.words.len()).any(ends))
    }

    /// True when a verb's object is a pronoun: "delete it", "bórrala", "supprime-la".
    fn stands_for_it(&self, i: usize) -> bool {
        let next = self.words.get(i + 1);
        let alone = |w: &str| matches!(w, "it" | "them" | "sie" | "ihn" | "es");
        // "la copie" is a thing, "la" at the end of its clause is not.
        let ends_clause = self.words.sentence(i + 2) != self.words.sentence(i)
            || self.words.comma_before(i + 2)
            || super::JOINS.contains(&self.words.get(i + 2))
            || matches!(
                self.words.get(i + 2),
                "ensuite" | "apres" | "after" | "afterwards"
            );
        alone(next)
            || matches!(next, "la" | "le" | "les") && ends_clause
            || lexicon::hangs_on(self.words.get(i))
    }

    /// True when the user will do it himself, later, with what he is given.
    pub fn does_it_himself(&self) -> bool {
        const LATER: [&str; 22] = [
            "so i can run",
            "so that i can run",
            "so we can run",
            "i ll run",
            "i will run",
            "we ll run",
            "i run it myself",
            "for me to run",
            "before i run",
            "that i can run",
            "pour que je les lance",
            "pour que je le lance",
            "je le lancerai",
            "je les lancerai",
            "je lance",
            "damit ich",
            "lauft dann",
            "ich fuhre",
            "para que yo",
            "para que pueda",
            "lo ejecuto yo",
            "ya lo ejecuto",
        ];
        LATER.iter().any(|p| self.words.contains(p))
    }
}

/// True for the first word of one of the phrases above.
fn may_bound(word: &str) -> bool {
    let first = |list: &[&str]| {
        list.iter().any(|p| {
            p.strip_prefix(word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    };
    first(&EXCEPT) || first(&KEEP) || first(&STAYS)
}

/// Words that say nothing of what is kept.
const COMMON: [&str; 45] = [
    "that",
    "this",
    "these",
    "those",
    "them",
    "they",
    "there",
    "where",
    "which",
    "with",
    "from",
    "were",
    "have",
    "else",
    "alone",
    "anything",
    "what",
    "whatever",
    "only",
    "side",
    "ones",
    "rest",
    "other",
    "others",
    "untouched",
    "running",
    "open",
    "place",
    "same",
    "mind",
    "tout",
    "ceux",
    "celles",
    "dans",
    "pour",
    "avec",
    "sont",
    "diese",
    "dieser",
    "noch",
    "alles",
    "esos",
    "esas",
    "como",
    "estan",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_stay_is_known() {
        let kept = |text: &str| {
            Intent::of(Some(text))
                .kept_words()
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        for (text, word) in [
            ("Delete the old branches except release-2.", "release"),
            (
                "Dünne die Stände aus, die Jahresenden müssen bleiben.",
                "jahresenden",
            ),
            ("Supprime les comptes inactifs, sauf ceux de Lyon.", "lyon"),
            ("Borra los informes viejos pero deja los de 2023.", "2023"),
            ("Clean up the bucket and keep the invoices.", "invoices"),
        ] {
            assert!(
                kept(text).iter().any(|k| k == word),
                "{text}: {:?}",
                kept(text)
            );
        }
        for text in [
            "Delete the old branches.",
            "Sort the mail and send it to Ana.",
        ] {
            assert_eq!(kept(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn an_end_can_be_soft() {
        let soft = |text: &str| Intent::of(Some(text)).ends_softly();
        assert!(
            soft("Archive the project Heron.")
                && soft("Désactive le compte de Paul.")
                && soft("Sperre das Konto.")
        );
        assert!(
            !soft("Delete the project Heron.")
                && !soft("Archive the notes and delete the project.")
        );
    }
}
