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

    /// The whole numbers the user writes or spells out, up to a million.
    pub fn numbers(&self) -> Vec<u32> {
        self.words.iter().filter_map(number).collect()
    }
}

/// A number in digits, or one of the small ones in words.
fn number(word: &str) -> Option<u32> {
    if let Ok(number) = word.parse() {
        return (number <= 1_000_000).then_some(number);
    }
    NUMBERS
        .iter()
        .find(|(_, words)| words.split(' ').any(|w| w == word))
        .map(|(number, _)| *number)
}

/// Small numbers in words, without those that are articles too.
const NUMBERS: [(u32, &str); 13] = [
    (1, "one single"),
    (2, "two both deux zwei dos couple pair paire"),
    (3, "three trois drei tres"),
    (4, "four quatre vier cuatro"),
    (5, "five cinq funf cinco"),
    (6, "six sechs seis"),
    (7, "seven sept sieben siete"),
    (8, "eight huit acht ocho"),
    (9, "nine neuf neun nueve"),
    (10, "ten dix zehn diez"),
    (12, "twelve dozen douze douzaine zwolf dutzend doce docena"),
    (20, "twenty vingt zwanzig veinte"),
    (100, "hundred cent hundert cien"),
];
