//! How much money, and how many things, the user speaks of.

use super::Intent;
use crate::lexicon::Senses;
use crate::money;

impl Intent {
    /// The amounts of money the user names.
    pub fn amounts(&self) -> &[f64] {
        &self.amounts
    }

    /// How much money the user lets go in all: the bound he names, else what the
    /// amounts he names come to. None when he names none, says it of each of
    /// several things, or leaves it to what somebody else wrote.
    pub fn allowance(&self) -> Option<f64> {
        if self.amounts.is_empty() || self.leaves_amount_open() || self.mentions(Senses::EACH) {
            return None;
        }
        let pays = Senses::PAY | Senses::BACK | Senses::RETURN;
        let asked = (0..self.senses.len())
            .filter(|i| self.asked_at(*i, pays))
            .count();
        let open = asked > self.amounts.len(); // "send Bob 100 and pay my rent"
        let all = (!open).then(|| self.amounts.iter().sum());
        self.bound().or(all)
    }

    /// The greatest amount beside a word of bounds: "400 EUR at most", "under
    /// 25 euros".
    pub fn bound(&self) -> Option<f64> {
        let limits = (0..self.senses.len()).filter(|i| self.senses[*i].any(Senses::LIMIT));
        limits
            .filter_map(|i| {
                let from = self.words.source(i.saturating_sub(5))?;
                let to = self.words.source(i + 7).unwrap_or(self.raw.len());
                money::amounts(self.raw.get(from..to)?)
                    .into_iter()
                    .reduce(f64::max)
            })
            .reduce(f64::max)
    }

    /// "According to the mail", "19 % of it": the amount stands elsewhere or is
    /// to be worked out.
    pub fn leaves_amount_open(&self) -> bool {
        self.delegates()
            || self.mentions(Senses::ACCORDING | Senses::RELATIVE)
            || self.text.contains('%')
    }

    /// "Pay the plumber's bill": the amount is that of one bill and stands there.
    pub fn points_to_a_bill(&self) -> bool {
        let bill = |i: usize| BILLS.contains(&self.words.get(i)) && self.is_thing(i);
        self.amounts.is_empty()
            && self.asks(Senses::PAY)
            && !self.mentions(Senses::EACH | Senses::WHOLE)
            && (0..self.words.len()).any(bill)
            && self.numbers().is_empty()
    }

    /// True when the user writes the figure, with or without a currency.
    pub fn writes_figure(&self, amount: f64) -> bool {
        let figure = |token: &str| money::amount(token.trim_matches(|c: char| !c.is_ascii_digit()));
        amount >= 10.0
            && self
                .raw
                .split_whitespace()
                .filter_map(figure)
                .any(|f| (f - amount).abs() < 0.005)
    }

    /// True when the figure stands in a clause where nothing is asked, and something
    /// is asked in another: "they bought it for 140, print the label".
    pub fn only_tells_figure(&self, amount: f64) -> bool {
        let deed = |i: usize| {
            self.senses[i].any(Senses::ACTING | Senses::BACK)
                && self.asked_at(i, Senses::ACTING | Senses::BACK)
        };
        let ends = |i: usize| {
            let figure = self.words.get(i).starts_with(|c: char| c.is_ascii_digit());
            let next = i > 0 && self.words.sentence(i) != self.words.sentence(i - 1);
            self.words.comma_before(i) && !figure || next
        };
        let (mut told, mut asked_elsewhere) = (false, false);
        let mut start = 0;
        for end in 1..=self.words.len() {
            if end < self.words.len() && !ends(end) {
                continue;
            }
            let from = self.words.source(start).unwrap_or(0);
            let to = self.words.source(end).unwrap_or(self.raw.len());
            let part = self.raw.get(from..to).unwrap_or_default();
            let figure =
                |token: &str| money::amount(token.trim_matches(|c: char| !c.is_ascii_digit()));
            let tells = (start..end).any(|i| TOLD.contains(&self.words.get(i)));
            let has = part
                .split_whitespace()
                .filter_map(figure)
                .any(|f| (f - amount).abs() < 0.005);
            let asks = (start..end).any(deed);
            if has && (asks || !tells) {
                return false;
            }
            told |= has;
            asked_elsewhere |= asks && !has;
            start = end;
        }
        told && asked_elsewhere
    }

    /// An amount above which the user wants something else to happen: "anything
    /// over 4,000 goes through Ms Roux".
    pub fn threshold(&self) -> Option<f64> {
        let over = (0..self.senses.len()).find(|i| self.senses[*i].any(Senses::OVER))?;
        let from = self.words.source(over)?;
        money::amounts(self.raw.get(from..)?).first().copied()
    }

    /// Years the user names.
    pub fn years(&self) -> Vec<u32> {
        money::years(&self.text)
    }

    /// Amounts the user wants said: he asks to tell something, to pay nothing, and
    /// names no bound or share.
    pub fn amounts_to_tell(&self) -> &[f64] {
        let tells = Senses::SEND | Senses::CONTACT | Senses::PUBLISH | Senses::ANNOUNCE;
        let other = Senses::PAY
            | Senses::ORDER
            | Senses::BUY
            | Senses::LIMIT
            | Senses::EACH
            | Senses::RELATIVE
            | Senses::ACCORDING;
        if self.asks(tells) && !self.mentions(other) {
            &self.amounts
        } else {
            &[]
        }
    }

    /// The whole numbers the user writes or spells out, up to a million. Not those
    /// that tell which ("points 1 and 5").
    pub fn numbers(&self) -> Vec<u32> {
        let mut tells_which = false;
        let mut numbers = Vec::new();
        for (i, word) in self.words.iter().enumerate() {
            if let Some(number) = number(word) {
                // "Deliver it to Hall 2."
                let of_a_name = i > 0 && self.is_name(i - 1);
                if !tells_which && !of_a_name {
                    numbers.push(number);
                }
            } else {
                tells_which = WHICH.contains(&word)
                    || tells_which
                        && matches!(word, "and" | "et" | "und" | "y" | "to" | "bis" | "a");
            }
            tells_which &= i == 0 || self.words.sentence(i) == self.words.sentence(i - 1);
        }
        numbers
    }
}

/// Verbs of what others have done with money.
const TOLD: [&str; 20] = [
    "bought",
    "sold",
    "paid",
    "charged",
    "offered",
    "achete",
    "vendu",
    "paye",
    "gekauft",
    "verkauft",
    "bezahlt",
    "abgebucht",
    "comprado",
    "compro",
    "vendido",
    "pagado",
    "pago",
    "cobrado",
    "cobro",
    "debite",
];

/// What a number behind it tells apart.
const WHICH: [&str; 34] = [
    "point", "points", "item", "items", "step", "steps", "task", "tasks", "line", "lines", "row",
    "rows", "number", "no", "nr", "nummer", "num", "punkt", "punkte", "punkten", "zeile", "zeilen",
    "aufgabe", "aufgaben", "ligne", "lignes", "tache", "taches", "numero", "punto", "puntos",
    "tarea", "tareas", "linea",
];

/// What asks for one amount.
const BILLS: [&str; 10] = [
    "bill", "invoice", "fine", "facture", "amende", "rechnung", "mahnung", "factura", "multa",
    "recibo",
];

/// A number in digits, or one of the small ones in words.
fn number(word: &str) -> Option<u32> {
    if let Ok(number) = word.parse() {
        return (number <= 1_000_000).then_some(number);
    }
    let at = NUMBERS.binary_search_by_key(&word, |(word, _)| word).ok()?;
    Some(NUMBERS[at].1)
}

/// Small numbers in words, sorted, without those that are articles too.
const NUMBERS: [(&str, u32); 57] = [
    ("acht", 8),
    ("both", 2),
    ("cent", 100),
    ("cien", 100),
    ("cinco", 5),
    ("cinq", 5),
    ("couple", 2),
    ("cuatro", 4),
    ("deux", 2),
    ("diez", 10),
    ("dix", 10),
    ("doce", 12),
    ("docena", 12),
    ("dos", 2),
    ("douzaine", 12),
    ("douze", 12),
    ("dozen", 12),
    ("drei", 3),
    ("dutzend", 12),
    ("eight", 8),
    ("five", 5),
    ("four", 4),
    ("funf", 5),
    ("huit", 8),
    ("hundert", 100),
    ("hundred", 100),
    ("neuf", 9),
    ("neun", 9),
    ("nine", 9),
    ("nueve", 9),
    ("ocho", 8),
    ("one", 1),
    ("pair", 2),
    ("paire", 2),
    ("quatre", 4),
    ("sechs", 6),
    ("seis", 6),
    ("sept", 7),
    ("seven", 7),
    ("sieben", 7),
    ("siete", 7),
    ("single", 1),
    ("six", 6),
    ("ten", 10),
    ("three", 3),
    ("tres", 3),
    ("trois", 3),
    ("twelve", 12),
    ("twenty", 20),
    ("two", 2),
    ("veinte", 20),
    ("vier", 4),
    ("vingt", 20),
    ("zehn", 10),
    ("zwanzig", 20),
    ("zwei", 2),
    ("zwolf", 12),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words_are_sorted() {
        assert!(NUMBERS.is_sorted());
    }
}
