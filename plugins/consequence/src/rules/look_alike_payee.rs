//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::target::What;
use crate::words::Words;

/// The reason code.
pub const CODE: &str = "look-alike-payee";
/// What it holds.
pub const DOC: &str =
    "Money or a message goes to a name that is almost, but not quite, the one the user wrote.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Pay the Sodimat invoice, 2,310.00 EUR.","steps":[
  {"type":"payments.create","payload":{"payee":"Sodimatt Ltd","amount":2310.0}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Pay the Sodimat invoice, 2,310.00 EUR.","steps":[
  {"type":"payments.create","payload":{"payee":"Sodimat Ltd","amount":2310.0}}]}"#;

/// Shorter names differ by a letter too often by chance.
const SHORTEST: usize = 5;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if !facts.does(Effects::PAY | Effects::PAYEE | Effects::SEND | Effects::UPLOAD)
        || facts.intent().is_unknown()
    {
        return None;
    }
    if let Some(finding) = same_name_elsewhere(facts) {
        return Some(finding);
    }
    let said = facts.intent().words();
    let names = facts.fields.iter().filter(|f| is_name(f)).take(16);
    let (field, here, there) = names
        .flat_map(|f| {
            let words = Words::of(&f.text);
            let found = (0..words.len().min(12)).find_map(|i| {
                let word = words.get(i);
                let like = (0..said.len())
                    .find(|j| almost(word, said.get(*j)) && facts.intent().is_name(*j))
                    .map(|j| said.get(j))?;
                // The name itself stands there too: `Sodimat <x@sodimatt.example>`.
                (word.len() >= SHORTEST && !said.iter().any(|other| other == word))
                    .then(|| (word.to_owned(), like.to_owned()))
            });
            found.map(|(here, there)| (f, here, there))
        })
        .next()?;
    let finding = Finding::new(
        0.8,
        &[
            "`",
            &here,
            "` in ",
            &field.text,
            " is almost the `",
            &there,
            "` of the request, and another name",
        ],
    );
    Some(finding.with(&field.path, &field.text))
}

/// The user wrote `ana@one.example`, and it goes to `ana@two.example`.
fn same_name_elsewhere(facts: &Facts) -> Option<Finding> {
    let target = facts.targets.iter().find(|t| {
        let local = t.text.split_once('@').map(|(local, _)| local);
        t.what == What::Address
            && !facts.intent().names_value(&t.text)
            && local.is_some_and(|local| facts.intent().names_local_part(local))
    })?;
    let finding = Finding::new(
        0.8,
        &[
            &target.text,
            " has the name of an address in the request, at another house",
        ],
    );
    Some(finding.with(&target.path, &target.text))
}

fn is_name(field: &Field) -> bool {
    field.value == Plain::Text
        && field.key.any(Senses::TO | Senses::ACCOUNT)
        && !field.key.any(Senses::BODY)
        && field.text.len() <= 120
}

/// True when one letter is other, more, less or changed places, and neither is
/// the plural or another ending of the other.
fn almost(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let ending = long
        .strip_prefix(short)
        .is_some_and(|rest| matches!(rest, "s" | "e" | "n" | "d" | "r" | "o" | "a"));
    if short.len() < SHORTEST || long.len() - short.len() > 1 || ending || a == b {
        return false;
    }
    let (s, l) = (short.as_bytes(), long.as_bytes());
    let same = s.iter().zip(l).take_while(|(x, y)| x == y).count();
    if s.len() < l.len() {
        return s[same..] == l[same + 1..];
    }
    let swapped = same + 1 < s.len()
        && s[same] == l[same + 1]
        && s[same + 1] == l[same]
        && s[same + 2..] == l[same + 2..];
    swapped || same < s.len() && s[same + 1..] == l[same + 1..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_makes_a_name_another() {
        for (a, b) in [
            ("sodimat", "sodimatt"),
            ("gestoria", "gestorla"),
            ("harmann", "hartmann"),
            ("thiel", "theil"),
        ] {
            assert!(almost(a, b) && almost(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("invoice", "invoices"),
            ("sodimat", "sodimat"),
            ("anna", "anne"),
            ("brandt", "berndt"),
            ("claim", "claimed"),
        ] {
            assert!(!almost(a, b), "{a} {b}");
        }
    }
}
