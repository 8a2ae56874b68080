//! Whether the user lets somebody else's words decide.

use super::Intent;
use crate::clause::Phrases;
use crate::lexicon::Senses;

/// Verbs of carrying out, whatever it is, sorted.
static DO: Phrases = Phrases::of(&[
    "arbeite",
    "arregla",
    "bearbeite",
    "befolge",
    "behebe",
    "behebt",
    "carry",
    "completa",
    "complete",
    "corrige",
    "cumple",
    "do",
    "effectue",
    "ejecuta",
    "erledig",
    "erledige",
    "erledigen",
    "execute",
    "faire",
    "fais",
    "faites",
    "finish",
    "fix",
    "follow",
    "haga",
    "handle",
    "haz",
    "mach",
    "mache",
    "perform",
    "process",
    "realiza",
    "repara",
    "repare",
    "sigue",
    "sort",
    "suis",
    "suivez",
    "traite",
    "traitez",
    "tu",
    "tue",
    "work",
]);

/// What opens the words that stand for what is to be done.
const WHAT: [&str; 9] = [
    "what",
    "whatever",
    "everything",
    "was",
    "alles",
    "worum",
    "ce",
    "lo",
    "todo",
];

/// What is written down to be done.
const TASKS: [&str; 24] = [
    "tasks",
    "points",
    "items",
    "steps",
    "instructions",
    "todos",
    "requests",
    "things",
    "punkte",
    "punkten",
    "aufgaben",
    "schritte",
    "anweisungen",
    "bitten",
    "taches",
    "etapes",
    "consignes",
    "demandes",
    "tareas",
    "puntos",
    "pasos",
    "instrucciones",
    "peticiones",
    "encargos",
];

/// What is written down to be gone through, and verbs of doing that.
const PROCEDURES: [&str; 8] = [
    "runbook",
    "playbook",
    "checklist",
    "checkliste",
    "ablaufplan",
    "procedimiento",
    "protocolo",
    "procedure",
];
const RUN: [&str; 9] = [
    "run", "follow", "suis", "suivez", "applique", "lance", "befolge", "sigue", "aplica",
];

/// Other turns of phrase, sorted.
static PHRASES: Phrases = Phrases::of(&[
    "act on",
    "as asked",
    "as described",
    "as he asks",
    "as he writes",
    "as instructed",
    "as she asks",
    "as she writes",
    "as they write",
    "checklist is in",
    "comme elle l ecrit",
    "comme il l ecrit",
    "como el escribe",
    "como ella escribe",
    "complete the",
    "encargate de",
    "follow the",
    "instructions in",
    "kummere dich um",
    "laut checkliste",
    "nach checkliste",
    "occupe toi",
    "per the runbook",
    "policy applies",
    "policy page applies",
    "segun el procedimiento",
    "selon la procedure",
    "take care of",
    "to do list",
    "todo list",
    "was in der",
    "whatever it says",
    "wie er schreibt",
    "wie sie schreibt",
]);

impl Intent {
    /// True when the user lets somebody else's words decide: "do what the mail
    /// says", "erledige die Punkte auf der Liste".
    pub fn delegates(&self) -> bool {
        *self.delegates.get_or_init(|| {
            PHRASES.stand_in(&self.words) || (0..self.words.len()).any(|i| self.carries_out(i))
        })
    }

    /// True when those words also decide what sort of thing is done. "Adjust my
    /// payments as described in the note" lets the note say how, not what else.
    pub fn delegates_deeds(&self) -> bool {
        (0..self.words.len()).any(|i| {
            self.carries_out(i) || PHRASES.stand_at(&self.words, i) && !self.has_deed_beside(i)
        })
    }

    /// True when the sentence has a deed of its own.
    fn has_deed_beside(&self, i: usize) -> bool {
        let deed = |j: usize| {
            self.senses[j].any(Senses::ACTING)
                && !self.senses[j].any(Senses::READ | Senses::LOOK)
                && !DO.stand_at(&self.words, j)
                && !self.is_thing(j)
        };
        (0..i)
            .filter(|j| self.words.sentence(*j) == self.words.sentence(i))
            .any(deed)
    }

    /// "Run the starter checklist", "follow runbook 31 to the letter".
    fn goes_through(&self, i: usize) -> bool {
        RUN.contains(&self.words.get(i))
            && !self.denied(i)
            && (i + 1..i + 6).any(|j| {
                self.words.sentence(j) == self.words.sentence(i)
                    && PROCEDURES.contains(&self.words.get(j))
            })
    }

    fn carries_out(&self, i: usize) -> bool {
        if self.goes_through(i) {
            return true;
        }
        let helps = self.words.get(i) == "do"
            && matches!(
                self.words.get(i + 1),
                "you" | "we" | "i" | "they" | "not" | "n"
            );
        if !DO.stand_at(&self.words, i) || helps || self.denied(i) || self.is_thing(i) {
            return false;
        }
        let clause = || {
            (i + 1..self.words.len().min(i + 9))
                .take_while(|j| self.words.sentence(*j) == self.words.sentence(i))
        };
        // "Fix whatever stops it" lets the fault decide, and no text.
        let mends = self.senses[i].any(Senses::MEND);
        let what = clause().take(3).any(|j| {
            !(mends && matches!(self.words.get(j), "whatever" | "everything" | "alles"))
                && WHAT.contains(&self.words.get(j))
                && (!matches!(self.words.get(j), "ce" | "lo" | "todo")
                    || matches!(self.words.get(j + 1), "que" | "qu" | "lo" | "dont"))
        });
        const OWN: [&str; 6] = [
            "following",
            "below",
            "folgende",
            "folgenden",
            "suivantes",
            "siguientes",
        ];
        let own = clause().any(|j| OWN.contains(&self.words.get(j)));
        what || !own && clause().any(|j| TASKS.contains(&self.words.get(j)))
    }

    /// True when somebody else's wish says what it is: "send her what she asks
    /// for".
    pub fn leaves_choice(&self) -> bool {
        const WISHES: [&str; 24] = [
            "ask", "asks", "asked", "asking", "need", "needs", "want", "wants", "request",
            "requests", "missing", "demande", "veut", "faut", "manque", "bittet", "braucht",
            "mochte", "will", "fehlt", "verlangt", "pide", "quiere", "necesita",
        ];
        (0..self.words.len()).any(|i| {
            WHAT.contains(&self.words.get(i))
                && (i + 1..self.words.len().min(i + 8))
                    .take_while(|j| self.words.sentence(*j) == self.words.sentence(i))
                    .any(|j| WISHES.contains(&self.words.get(j)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decides_is_heard_in_four_languages() {
        assert!(PHRASES.are_sorted() && DO.are_sorted());
        for text in [
            "Do what Marta's message asks you to do",
            "Erledige, was Frau Thoma im Ticket 77 bittet",
            "Erledige aus der Umzugsliste die Punkte 1 und 5",
            "Fais ce que demande le ticket",
            "Haz lo que dice la nota",
        ] {
            assert!(Intent::of(Some(text)).delegates(), "{text}");
        }
        for text in [
            "Do you know what Marta asked?",
            "Perform the following tasks: read the page, then invite Dora",
            "Was steht in der Mail?",
            "Pay the bill",
        ] {
            assert!(!Intent::of(Some(text)).delegates(), "{text}");
        }
        assert!(Intent::of(Some("Send her what she asks for")).leaves_choice());
        assert!(!Intent::of(Some("Send her the list")).leaves_choice());
    }

    #[test]
    fn a_deed_of_his_own_is_all_that_is_asked() {
        for text in [
            "Adjust my payments as described in the notice",
            "Update the address following the instructions in moving.txt",
        ] {
            let intent = Intent::of(Some(text));
            assert!(intent.delegates() && !intent.delegates_deeds(), "{text}");
        }
        for text in [
            "Read the note and do what it says",
            "Follow the steps in moving.txt",
            "Take care of Ana's mail",
        ] {
            assert!(Intent::of(Some(text)).delegates_deeds(), "{text}");
        }
    }

    #[test]
    fn a_number_that_tells_which_counts_nothing() {
        let numbers = |text| Intent::of(Some(text)).numbers();
        assert_eq!(numbers("Do points 1 and 5, order 3 boxes"), [3]);
        assert_eq!(numbers("Bestelle zwei von Nr 77"), [2]);
    }
}
