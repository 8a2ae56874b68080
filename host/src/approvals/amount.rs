//! How much money an action is about, read off its payload.
//!
//! An amount is a number under a key that says so: its last word is one of [`WORDS`]
//! (`amount`, `totalPrice`, `refund_amount`, `amount_cents`), or it is the `value` of
//! such a key (`{"amount": {"value": 500, "currency": "EUR"}}`). Members of an object
//! are views of one sum, so the largest counts; elements of a list are added up.
//! Nothing is guessed: a plain number or a text that is one (`"1240.50"`), currencies
//! are not converted, and what stands there and cannot be read counts as
//! [more than any limit](Amount::MOST).

use std::fmt;

use serde_json::Value;

/// Words that name money, as the last of a key.
const WORDS: [&str; 12] = [
    "amount", "amt", "charge", "cost", "fee", "payment", "payout", "price", "refund", "subtotal",
    "sum", "total",
];
/// What may follow such a word.
const UNITS: [&str; 11] = [
    "in", "cents", "cent", "minor", "pence", "eur", "usd", "gbp", "chf", "dollars", "euros",
];
/// Those of them that count hundredths.
const HUNDREDTHS: [&str; 4] = ["cents", "cent", "minor", "pence"];
/// Keys of the number itself within something that is named for money.
const OWN: [&str; 4] = ["value", "number", "units", "gross"];
/// Decimal places kept; what lies beyond is rounded up.
const PLACES: usize = 6;

/// A sum of money without its currency, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(u128);

impl Amount {
    /// More than any limit: an amount that cannot be read.
    pub const MOST: Amount = Amount(u128::MAX);

    /// A number as it is written: digits with a point, an exponent, a sign (which
    /// does not count). `None` when it is anything else.
    pub fn parse(text: &str) -> Option<Amount> {
        let text = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let digits = [whole, fraction].concat();
        if whole.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        // Where the last of the digits stands, counted from the millionths up.
        let place = i64::from(exponent) - fraction.len() as i64 + PLACES as i64;
        Some(millionths(digits, place).map_or(Amount::MOST, Amount))
    }

    /// All of these together.
    pub fn sum(amounts: impl IntoIterator<Item = Amount>) -> Amount {
        let add = |sum: Amount, next: Amount| sum.0.checked_add(next.0).map_or(Self::MOST, Amount);
        amounts.into_iter().fold(Amount(0), add)
    }

    /// Whether an argument of this name is an amount: the last of its path names money.
    pub fn is_named(argument: &str) -> bool {
        let last = argument.rsplit('.').next().unwrap_or_default();
        below(last, &Value::Null, Named::No) != Named::No
    }

    /// The amount of a payload; `None` when it has no key for one.
    pub fn of(payload: &Value) -> Option<Amount> {
        read(payload, Named::No)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1_000_000, self.0 % 1_000_000);
        let rest = format!("{rest:06}");
        match rest.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            rest => write!(f, "{whole}.{rest}"),
        }
    }
}

/// Digits with this many zeros behind them, or without so many of their own; `None`
/// when that is too large.
fn millionths(digits: &str, place: i64) -> Option<u128> {
    if digits.is_empty() {
        return Some(0);
    }
    if place >= 0 {
        let zeros = u32::try_from(place).ok()?;
        let number: u128 = digits.parse().ok()?;
        return number.checked_mul(10_u128.checked_pow(zeros)?);
    }
    let dropped = usize::try_from(-place).unwrap_or(usize::MAX);
    let kept = digits.len().saturating_sub(dropped);
    let (kept, rest) = digits.split_at(kept);
    let number: u128 = if kept.is_empty() {
        0
    } else {
        kept.parse().ok()?
    };
    let more = rest.bytes().any(|digit| digit != b'0');
    number.checked_add(u128::from(more))
}

/// Whether a value stands under a key that names money.
#[derive(Clone, Copy, PartialEq)]
enum Named {
    No,
    Yes,
    InHundredths,
}

fn read(value: &Value, named: Named) -> Option<Amount> {
    match value {
        Value::Object(members) => members
            .iter()
            .filter_map(|(key, member)| read(member, below(key, member, named)))
            .max(),
        Value::Array(elements) => {
            let amounts = elements.iter().filter_map(|element| read(element, named));
            let amounts: Vec<Amount> = amounts.collect();
            (!amounts.is_empty()).then(|| Amount::sum(amounts))
        }
        _ if named == Named::No => None,
        Value::Number(number) => Some(number_of(&number.to_string(), named)),
        Value::String(text) => Some(number_of(text.trim(), named)),
        Value::Null | Value::Bool(_) => None,
    }
}

fn number_of(text: &str, named: Named) -> Amount {
    let amount = Amount::parse(text).unwrap_or(Amount::MOST);
    match named {
        Named::InHundredths if amount != Amount::MOST => Amount(amount.0.div_ceil(100)),
        _ => amount,
    }
}

fn below(key: &str, member: &Value, above: Named) -> Named {
    let words = words(key);
    let mut rest = &words[..];
    let mut hundredths = false;
    while let Some((last, before)) = rest.split_last()
        && rest.len() > 1
        && UNITS.contains(&last.as_str())
    {
        hundredths |= HUNDREDTHS.contains(&last.as_str());
        rest = before;
    }
    let last = rest.last().map_or("", String::as_str);
    let money = |word: &str| WORDS.contains(&word);
    match money(last) || last.strip_suffix('s').is_some_and(money) {
        true if hundredths => Named::InHundredths,
        true => Named::Yes,
        // What is not the number itself describes it: a currency, a date, a name.
        false if member.is_object() || member.is_array() => above,
        false if OWN.contains(&last) => above,
        false => Named::No,
    }
}

/// `totalPrice`, `total_price` and `total-price` are two words each.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in key.chars() {
        let starts = c.is_uppercase() && lower;
        lower = c.is_lowercase() || c.is_ascii_digit();
        if starts || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(payload: &str) -> Option<String> {
        Amount::of(&serde_json::from_str(payload).unwrap()).map(|amount| match amount {
            Amount::MOST => "most".to_owned(),
            amount => amount.to_string(),
        })
    }

    #[test]
    fn an_amount_is_a_number_under_a_key_that_says_so() {
        for (payload, amount) in [
            (r#"{"amount":500}"#, "500"),
            (r#"{"amount":"1240.50"}"#, "1240.5"),
            (r#"{"amount":-12.3}"#, "12.3"),
            (r#"{"amount":1e3}"#, "1000"),
            (r#"{"totalPrice":9.99,"count":1000}"#, "9.99"),
            (r#"{"subtotal":400,"tax":80,"total":480}"#, "480"),
            (r#"{"amount_cents":12345}"#, "123.45"),
            (r#"{"amount_in_eur":7}"#, "7"),
            (r#"{"amount":{"value":500,"currency":"EUR"}}"#, "500"),
            (
                r#"{"payments":[{"amount":400,"id":7},{"amount":300}]}"#,
                "700",
            ),
            (r#"{"amounts":[1,2,3]}"#, "6"),
            (r#"{"amount":0.0000001}"#, "0.000001"),
            (r#"{"amount":"all of it"}"#, "most"),
            (r#"{"amount":"1,240"}"#, "most"),
            (r#"{"amount":1e60}"#, "most"),
        ] {
            assert_eq!(of(payload).as_deref(), Some(amount), "{payload}");
        }
        for none in [
            r#"{}"#,
            r#"{"total_items":5}"#,
            r#"{"value":5}"#,
            r#"{"price_list":"eu","year":2026}"#,
            r#"{"amount":null}"#,
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_never_read_as_less(whole in 0_u64..1_000_000_000, places in "[0-9]{0,9}", e in -3_i32..4) {
            let text = format!("{whole}.{places}e{e}");
            let value: f64 = text.parse().unwrap();
            let read = Amount::parse(&text).unwrap().0 as f64 / 1e6;
            prop_assert!(read >= value - value.abs() * 1e-12 && read - value <= 1.1e-6 + value * 1e-12);
        }

        #[test]
        fn no_text_is_too_much(text in "[-+0-9eE.]{0,40}|.{0,20}") {
            let _ = Amount::parse(&text);
            let _ = words(&text);
        }
    }
}
