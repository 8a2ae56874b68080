//! Amounts as people write them.

/// Reads an amount with the grouping and decimal marks people use.
pub fn amount(text: &str) -> Option<f64> {
    let mut digits = String::with_capacity(text.len());
    let mut last_mark = None;
    let mut marks = 0;
    for c in text.trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '.' | ',' if !digits.is_empty() => {
                marks += 1;
                last_mark = Some((c, digits.len()));
            }
            ' ' | '\'' | '\u{a0}' | '\u{202f}' | '$' | '€' | '£' | '¥' => {}
            _ if c.is_ascii_alphabetic() && c.is_ascii_uppercase() => {} // EUR, USD
            _ => return None,
        }
    }
    // A mark followed by exactly three digits groups thousands, unless another
    // kind of mark came before it.
    let decimals = match last_mark {
        Some((_, at)) if digits.len() - at != 3 => digits.len() - at,
        Some((mark, at)) if marks == 2 && text.matches(mark).count() == 1 => digits.len() - at,
        _ => 0,
    };
    let whole: f64 = digits.parse().ok()?;
    Some(whole / 10f64.powi(i32::try_from(decimals).ok()?))
}

/// Reads amounts out of words: those beside a currency (`1,240.00 USD`), and
/// those with two decimals.
pub fn amounts(text: &str) -> Vec<f64> {
    let mut amounts = Vec::new();
    let pieces: Vec<&str> = text.split_whitespace().collect();
    let mut i = 0;
    while let Some(piece) = pieces.get(i) {
        let start = i;
        i += 1;
        if !piece.bytes().any(|b| b.is_ascii_digit()) {
            continue;
        }
        let mut number = piece
            .trim_matches(|c: char| matches!(c, ',' | '.' | ';' | ':' | '(' | ')' | '?' | '!'))
            .to_owned();
        // Groups of three digits behind it belong to it: `2 310,00`.
        while let Some(next) = pieces.get(i) {
            let digits = next.bytes().take_while(u8::is_ascii_digit).count();
            let rest = next.as_bytes().get(digits);
            if digits != 3
                || !number.bytes().all(|b| b.is_ascii_digit())
                || rest.is_some_and(|b| !matches!(b, b',' | b'.' | 0xe2))
            {
                break;
            }
            number.push_str(next.trim_end_matches(['.', ',', ';']));
            i += 1;
        }
        let beside = |j: usize| pieces.get(j).is_some_and(|w| is_currency(w));
        let decimals = number
            .rsplit_once(['.', ','])
            .is_some_and(|(whole, cents)| {
                let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
                let mut groups = whole.split(['.', ',']);
                let first = groups.next().is_some_and(digits);
                let thousands = first && groups.all(|group| group.len() == 3 && digits(group));
                cents.len() == 2 && digits(cents) && thousands
            });
        if (decimals || has_mark(&number) || beside(i) || start > 0 && beside(start - 1))
            && let Some(amount) = amount(&number)
        {
            amounts.push(amount);
        }
    }
    amounts
}

/// Years between 1990 and 2099 that stand alone; `2025-0316` is a number of
/// something.
pub fn years(text: &str) -> Vec<u32> {
    let part_of_a_number = |word: &&str| {
        let behind = &text[word.as_ptr() as usize - text.as_ptr() as usize + word.len()..];
        let digits = |rest: &str| rest.bytes().take_while(u8::is_ascii_digit).count();
        behind
            .strip_prefix(['-', '/'])
            .is_some_and(|rest| digits(rest) > 2)
    };
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.len() == 4 && !part_of_a_number(word))
        .filter_map(|word| word.parse().ok())
        .filter(|year| (1990..2100).contains(year))
        .collect()
}

fn has_mark(text: &str) -> bool {
    text.contains(['$', '€', '£', '¥'])
        || text.is_ascii() && text.len() > 3 && is_currency(&text[text.len() - 3..])
}

fn is_currency(word: &str) -> bool {
    let word = word
        .trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '$' | '€' | '£' | '¥'))
        .to_lowercase();
    matches!(
        word.as_str(),
        "$" | "€"
            | "£"
            | "¥"
            | "eur"
            | "usd"
            | "gbp"
            | "chf"
            | "cad"
            | "euro"
            | "euros"
            | "dollar"
            | "dollars"
            | "pounds"
            | "bucks"
            | "francs"
            | "pesos"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        assert_eq!(amount("5280"), Some(5280.0));
        assert_eq!(amount("1,240.00 USD"), Some(1240.0));
        assert_eq!(amount("2 310,50 €"), Some(2310.5));
        assert_eq!(amount("48,500"), Some(48500.0));
        assert_eq!(amount("1.234.567"), Some(1_234_567.0));
        assert_eq!(amount("page 4"), None);
        assert_eq!(amount(""), None);
    }

    #[test]
    fn amounts_are_read_beside_a_currency_or_by_their_cents() {
        assert_eq!(amounts("Pay NW-4471, 1,240.00 USD, by 12 June."), [1240.0]);
        assert_eq!(amounts("Règle Sodimat, 2 310 €."), [2310.0]);
        assert_eq!(
            amounts("no more than $300 in all, 180 € au total (3 × 60 €)"),
            [300.0, 180.0, 60.0]
        );
        assert!(amounts("invoice 77 of 2024").is_empty());
        assert!(amounts("le 3ème et le 2e étage").is_empty());
        assert_eq!(amounts("50EUR"), [50.0]);
        assert_eq!(
            amounts("one under 25 euros, plus a kit (44.90)"),
            [25.0, 44.9]
        );
        assert!(amounts("invoice 77 of 2024, clause 4.2, at 18.30 h or 12.05.2025").len() <= 1);
    }
}
