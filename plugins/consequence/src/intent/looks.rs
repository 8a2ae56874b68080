//! Whether the user only wants to know something.

use super::{Intent, JOINS};
use crate::lexicon::Senses;

/// What may stand in front of a wish.
const POLITE: [&str; 34] = [
    "please", "can", "could", "would", "you", "hi", "hey", "hello", "just", "first", "now", "ok",
    "peux", "tu", "pourrais", "pouvez", "vous", "stp", "svp", "bonjour", "kannst", "du", "bitte",
    "mal", "puedes", "podrias", "hola", "por", "favor", "then", "und", "and", "quickly", "schnell",
];

/// Words with which a question begins.
const QUESTIONS: [&str; 58] = [
    "what", "which", "who", "whom", "whose", "why", "how", "where", "when", "is", "are", "do",
    "does", "did", "has", "have", "was", "were", "quel", "quelle", "quels", "quelles", "qui",
    "pourquoi", "comment", "combien", "quand", "est", "que", "qu", "wie", "welche", "welcher",
    "welches", "wer", "warum", "wieso", "wo", "wann", "wieviel", "ist", "sind", "gibt", "hat",
    "cual", "cuales", "quien", "como", "cuanto", "cuantos", "cuanta", "cuantas", "donde", "cuando",
    "hay", "esta", "es", "por",
];

/// What begins the words about what is looked at.
const TOLD: [&str; 16] = [
    "what", "which", "how", "whether", "why", "was", "welche", "ob", "wie", "warum", "que",
    "comment", "pourquoi", "cual", "como", "quelles",
];

impl Intent {
    /// True when the user only wants to know something: each sentence asks, or
    /// begins with a verb of looking and goes on with no other.
    pub fn only_looks(&self) -> bool {
        let mut looks = false;
        if self.delegates() {
            return false;
        }
        for sentence in self.words.sentences() {
            let begins = sentence
                .clone()
                .find(|i| !POLITE.contains(&self.words.get(*i)));
            let Some(first) = begins else { continue };
            let next = self.words.get(first + 1);
            let question = QUESTIONS.contains(&self.words.get(first))
                && (!matches!(self.words.get(first), "do" | "does" | "did")
                    || matches!(
                        next,
                        "you" | "we" | "i" | "they" | "the" | "our" | "any" | "he" | "she" | "it"
                    ));
            if !question && !self.senses[first].any(Senses::READ) {
                return false;
            }
            // "Is there a way you can cancel it?" asks for more than to know.
            let requested = |i: usize| {
                let near = |list: &[&str]| {
                    (1..=4).any(|b| i >= b && list.contains(&self.words.get(i - b)))
                };
                let may = [
                    "you", "vous", "tu", "du", "sie", "puedes", "puede", "possible", "posible",
                    "moglich",
                ];
                near(&may) && !near(&["if", "si", "wenn", "ob", "do", "did"]) && !self.is_thing(i)
            };
            let joined =
                |i: usize| (1..=2).any(|b| i >= b && JOINS.contains(&self.words.get(i - b)));
            // "Check what it would change": that is what is looked at.
            let told = |i: usize| (first + 1..i).any(|j| TOLD.contains(&self.words.get(j)));
            let more = (first + 1..sentence.end).any(|i| {
                self.senses[i].any(Senses::ACTING | Senses::NOTE)
                    && !self.denied(i)
                    && (joined(i)
                        || !question && !self.is_thing(i) && !told(i)
                        || question && requested(i))
                    && !matches!(
                        self.words.get(i - 1),
                        "to" | "or" | "ou" | "oder" | "zu" | "a"
                    )
            });
            if more {
                return false;
            }
            looks = true;
        }
        looks
    }
}
