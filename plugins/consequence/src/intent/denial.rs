//! What the user does not want done, does not want done yet, or will do himself.

use super::{Intent, JOINS, YES};
use crate::lexicon::Senses;

/// What denies the words before it.
const BEHIND: [&str; 9] = [
    "plus", "pas", "rien", "jamais", "point", "nicht", "nichts", "mehr", "nie",
];

impl Intent {
    /// True when the user says not to, or that he will do it himself.
    pub fn denied(&self, i: usize) -> bool {
        let denied = self.denied.get(i);
        denied.is_some_and(|cell| *cell.get_or_init(|| self.is_denied(i)))
    }

    fn is_denied(&self, i: usize) -> bool {
        let sentence = self.words.sentence(i);
        let near = |back: usize| i >= back && self.words.sentence(i - back) == sentence;
        // "Il ne sert plus, enlève-le": what stands behind a comma is another matter, but in a list.
        let joined =
            i > 0 && JOINS.contains(&self.words.get(i - 1)) && self.words.comma_before(i - 1);
        let anew = self.words.comma_before(i) || joined;
        // "Nichts ändern, löschen oder verschieben": a list of verbs goes on.
        let lists = |back: usize| {
            let mut between = i + 1 - back..i;
            between.any(|j| self.senses[j].any(Senses::ACTING | Senses::UPDATE | Senses::MAKE))
        };
        let over = |back: usize| {
            let short = usize::from(self.words.get(i + 1 - back) == "t"); // "don't"
            let behind = BEHIND.contains(&self.words.get(i - back));
            // "If not, pay it."
            let word = i.checked_sub(back + 1).map_or("", |at| self.words.get(at));
            let otherwise = matches!(word, "if" | "wenn" | "falls" | "si");
            // "With no changes, send it": it is the changes that there are none of.
            let none = back >= 2
                && matches!(
                    self.words.get(i - back),
                    "no" | "without" | "ohne" | "sans" | "sin"
                );
            anew && (back >= 3 + short
                || none && !lists(back)
                || behind && !lists(back)
                || back == 1 && otherwise)
        };
        let not = (1..=4).any(|back| {
            near(back)
                && self.senses[i - back].any(Senses::NOT)
                && !self.only(i - back)
                && !over(back)
        });
        // "Lösche nichts": German denies behind the verb.
        let behind = (i + 1..=i + 3)
            .take_while(|j| self.words.sentence(*j) == sentence && !self.words.comma_before(*j))
            .any(|j| {
                matches!(
                    self.words.get(j),
                    "nicht" | "nichts" | "kein" | "keine" | "keinen"
                )
            });
        not || behind || self.kept(i) || self.waits(i)
    }

    /// True when the user wants to be shown it before one of these verbs, and has not said
    /// yes since.
    pub fn sees_first(&self, verbs: Senses) -> bool {
        let waits = |i: &usize| self.senses[*i].any(verbs) && self.waits(*i);
        let Some(at) = (0..self.senses.len()).find(waits) else {
            return false;
        };
        YES.places(&self.words, at..self.words.len())
            .next()
            .is_none()
    }

    /// "Show me before you buy anything", "montre-moi avant de payer": not yet.
    fn waits(&self, i: usize) -> bool {
        let word = |back: usize| i.checked_sub(back).map_or("", |at| self.words.get(at));
        const SHOWN: [&str; 6] = ["me", "us", "moi", "nous", "mir", "uns"];
        const TOLD: [&str; 4] = ["ensename", "muestrame", "preguntame", "avisame"]; // "enséñamelo"
        let shows = |j: usize| {
            self.words.sentence(j) == self.words.sentence(i)
                && (SHOWN.contains(&self.words.get(j))
                    || TOLD.iter().any(|t| self.words.get(j).starts_with(t)))
        };
        let before = matches!(
            (word(2), word(1)),
            ("before", "you")
                | ("bevor", "du")
                | ("avant", "de" | "d")
                | ("antes", "de")
                | ("vor", "dem")
        ) || word(1) == "before" && self.words.get(i).ends_with("ing");
        before && (0..i - 1).any(shows)
    }

    /// True when the user keeps it for himself: "I'll post it", "je valide
    /// moi-même".
    pub(super) fn kept(&self, i: usize) -> bool {
        let sentence = self.words.sentence(i);
        let near = |j: usize| self.words.sentence(j) == sentence;
        let will = (i.saturating_sub(3)..i).any(|j| {
            near(j)
                && matches!(
                    (self.words.get(j), self.words.get(j + 1)),
                    ("i", "ll" | "will")
                        | ("je", "vais")
                        | ("ich", "werde")
                        | ("lo", "hago")
                        | ("no", "pienso" | "voy")
                        | ("not", "going")
                        | ("ne", "vais")
                )
        });
        let myself = (i + 1..i + 6).any(|j| {
            near(j)
                && matches!(
                    self.words.get(j),
                    "myself"
                        | "ourselves"
                        | "selbst"
                        | "selber"
                        | "meme"
                        | "memes"
                        | "mismo"
                        | "misma"
                )
        });
        let speaker = (i.saturating_sub(3)..i + 3)
            .any(|j| near(j) && self.senses.get(j).is_some_and(|s| s.any(Senses::FIRST)));
        will || myself && speaker
    }

    /// "not only", "no more than": a limit, not a denial.
    fn only(&self, i: usize) -> bool {
        matches!(
            self.words.get(i + 1),
            "only" | "more" | "later" | "matter" | "later than" | "plus"
        )
    }
}
