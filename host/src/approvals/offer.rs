//! What of an action could be granted, to be chosen from: a word for each argument that
//! can be widened, made of the action alone.

use serde_json::Value;

use super::Amount;
use super::words::{Word, arguments, is_below, plain_number, text_of};
use crate::action::Action;

/// How many are offered.
const MOST: usize = 10;
/// A longer text is not one that is named exactly, in bytes.
const EXACT: usize = 200;

/// How an argument could be widened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widening {
    /// Any number up to one that the approver says; the word has the one that was asked.
    UpTo,
    /// Anything below the same path or address.
    Below,
    /// This value, wherever it is looked up: it stays as it is, and must not come from
    /// what tools returned.
    Exactly,
    /// Any text.
    Anything,
}

/// A word that could be granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The word, which the action fits.
    pub word: Word,
    /// What it does.
    pub widening: Widening,
    /// The values that the argument has now.
    pub values: Vec<String>,
}

impl Offer {
    /// The words that this action could be granted by, in the order of its arguments.
    pub fn of(action: &Action) -> Vec<Offer> {
        offers(action)
    }
}

fn offers(action: &Action) -> Vec<Offer> {
    let mut named: Vec<(String, Vec<Value>)> = Vec::new();
    for argument in arguments(action) {
        match named.iter_mut().find(|(name, _)| *name == argument.name) {
            Some((_, values)) => values.push(argument.value),
            None => named.push((argument.name, vec![argument.value])),
        }
    }
    let own = named
        .iter()
        .filter(|(name, _)| name == "@summary" || !name.starts_with('@'));
    own.filter_map(|(name, values)| offer(name, values))
        .take(MOST)
        .collect()
}

fn offer(name: &str, values: &[Value]) -> Option<Offer> {
    let values: Vec<String> = values.iter().map(text_of).collect::<Option<_>>()?;
    let (text, widening) = match &values[..] {
        [] => return None,
        all if Amount::is_named(name) => {
            let numbers = all.iter().map(|value| plain_number(value));
            let sum = Amount::sum(numbers.collect::<Option<Vec<_>>>()?);
            (format!("{name}<={sum}"), Widening::UpTo)
        }
        [text] if text.is_empty() => return None,
        [text] if name == "@summary" || text.contains(char::is_whitespace) => {
            (format!("{name}=*"), Widening::Anything)
        }
        [text] => match folder(text) {
            Some(folder) => (format!("{name}={folder}*"), Widening::Below),
            None if text.len() <= EXACT => (format!("{name}={text}"), Widening::Exactly),
            None => return None,
        },
        _ => return None, // several under one name would have to be one value
    };
    let word = text.parse().ok()?;
    Some(Offer {
        word,
        widening,
        values,
    })
}

/// The folder of a path, or the address without what follows its last slash.
fn folder(text: &str) -> Option<&str> {
    let (start, _) = text.rmatch_indices('/').next()?;
    let folder = text.get(..=start)?;
    let host = match folder.split_once("://") {
        Some((_, rest)) => rest,
        None => folder,
    };
    (host.len() > 1 && is_below(text, folder)).then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Object;

    #[test]
    fn a_word_is_offered_for_each_argument_that_can_be_widened() {
        let mut action = Action::new("pay");
        action.summary = "Pay the invoice".to_owned();
        action.payload = Object::parse(
            br#"{"to":"ana","amount":10.5,"lines":[{"fee":1},{"fee":2}],"note":"two words",
                "path":"/srv/app/a.txt","url":"https://api.example.com/v1/x","root":"/a","dry":true,
                "up":"/srv/../etc","site":"https://example.com","none":null,"empty":"",
                "tags":["a","b"],"a.b":"x*"}"#,
        )
        .unwrap();
        let offered: Vec<String> = offers(&action)
            .iter()
            .map(|offer| format!("{} {:?}", offer.word, offer.widening))
            .collect();
        assert_eq!(
            offered,
            [
                "amount<=10.5 UpTo",
                "dry=true Exactly",
                "lines.fee<=3 UpTo",
                "note=* Anything",
                "path=/srv/app/* Below",
                "root=/a Exactly",
                "site=https://example.com Exactly",
                "to=ana Exactly",
                "up=/srv/../* Below",
                "url=https://api.example.com/v1/* Below",
            ]
        );
    }
}
