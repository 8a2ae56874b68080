//! What a grant says: a word for each argument that may be something else next time.
//!
//! | word | the argument is |
//! | --- | --- |
//! | `to=ana@example.com` | exactly this |
//! | `amount<=500` | a number from 0 up to this; several are added up |
//! | `path=/srv/app/*`, `url=https://api.example.com/*` | something below this, without `..` or `%` in the rest |
//! | `body=*` | anything, and whatever is below it |
//!
//! An argument's name is its path in the payload without places in lists
//! (`lines.amount`); `@summary` and `@context.KEY` are the action's own. A dot, `[`,
//! `=`, `<`, a leading `@` or a backslash that belongs to a key has a backslash before
//! it. Whatever no word names has to be as it was shown.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::Amount;
use crate::action::Action;

/// What one argument may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The argument.
    name: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Is(String),
    /// Ends in `/`.
    Below(String),
    AtMost(Amount),
    Any,
}

impl FromStr for Word {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, at_most, value) =
            split(text).ok_or("must be NAME=VALUE, NAME<=NUMBER, NAME=PREFIX/* or NAME=*")?;
        if name.is_empty() {
            return Err("names no argument".to_owned());
        }
        let test = match (at_most, value) {
            (true, limit) => {
                let amount = plain_number(limit).ok_or("needs a number after <=")?;
                Test::AtMost(amount)
            }
            (false, "*") => Test::Any,
            (false, value) => match value.strip_suffix('*') {
                Some(prefix) if prefix.ends_with('/') => Test::Below(prefix.to_owned()),
                Some(_) => return Err("may have * alone or after the last / only".to_owned()),
                None => Test::Is(value.to_owned()),
            },
        };
        Ok(Word {
            name: name.to_owned(),
            test,
        })
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.test {
            Test::Is(value) => write!(f, "{name}={value}"),
            Test::Below(prefix) => write!(f, "{name}={prefix}*"),
            Test::AtMost(limit) => write!(f, "{name}<={limit}"),
            Test::Any => write!(f, "{name}=*"),
        }
    }
}

/// The name, whether it is a limit, and the rest: parted at the first `=` or `<=` that
/// belongs to no key.
fn split(text: &str) -> Option<(&str, bool, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '=' => return Some((&text[..at], false, &text[at + 1..])),
            '<' => return Some((&text[..at], true, text[at + 1..].strip_prefix('=')?)),
            _ => {}
        }
    }
    None
}

/// Digits and a point: no sign, and nothing that has to be interpreted.
pub(super) fn plain_number(text: &str) -> Option<Amount> {
    let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let amount = Amount::parse(text).filter(|_| text.bytes().all(plain))?;
    (amount != Amount::MOST).then_some(amount)
}

impl Word {
    /// The argument's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn names(&self, argument: &str) -> bool {
        let below = |rest: &str| self.test == Test::Any && rest.starts_with('.');
        argument
            .strip_prefix(self.name.as_str())
            .is_some_and(|rest| rest.is_empty() || below(rest))
    }

    /// Whether all values that it names, together, are what it says.
    fn holds(&self, values: &[&Value]) -> bool {
        let each = |test: &dyn Fn(&str) -> bool| {
            let text = |value: &Value| text_of(value).is_some_and(|text| test(&text));
            values.iter().all(|value| text(value))
        };
        !values.is_empty()
            && match &self.test {
                Test::Any => true,
                Test::Is(wanted) => each(&|text| text == wanted),
                Test::Below(prefix) => each(&|text| is_below(text, prefix)),
                Test::AtMost(limit) => {
                    let number = |value: &&Value| plain_number(&text_of(value)?);
                    let numbers: Option<Vec<Amount>> = values.iter().map(number).collect();
                    numbers.is_some_and(|numbers| Amount::sum(numbers) <= *limit)
                }
            }
    }
}

/// A value as words are held against it; `None` for null and what has parts.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether this lies below the prefix wherever it is resolved.
pub(super) fn is_below(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        let odd = |c: char| c == '%' || c == '\\' || c.is_control();
        !rest.is_empty()
            && !rest.contains(odd)
            && rest.split('/').all(|part| part != ".." && part != ".")
    })
}

/// The values that these words name in an action, if it is what they say beside what
/// was shown: each names something, all hold, and everything else is the same.
pub(super) fn covered(words: &[Word], shown: &Action, action: &Action) -> Option<Vec<String>> {
    let (shown, action) = (arguments(shown), arguments(action));
    let free = |arguments: &'_ [Argument]| -> Vec<Argument> {
        let named = |argument: &&Argument| words.iter().any(|word| word.names(&argument.name));
        let free = arguments.iter().filter(|argument| !named(argument));
        free.cloned().collect()
    };
    if free(&shown) != free(&action) {
        return None;
    }
    let mut found = Vec::new();
    for word in words {
        let named = action.iter().filter(|argument| word.names(&argument.name));
        let values: Vec<&Value> = named.map(|argument| &argument.value).collect();
        if !word.holds(&values) {
            return None;
        }
        if word.test != Test::Any {
            found.extend(values.into_iter().filter_map(text_of));
        }
    }
    Some(found)
}

/// One value that an action comes with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Argument {
    pub(super) name: String,
    /// The name with the places in lists.
    place: String,
    pub(super) value: Value,
}

/// All of them, in the order of the payload, which is that of its keys.
pub(super) fn arguments(action: &Action) -> Vec<Argument> {
    let mut found = Vec::new();
    gather(&mut found, "", "", &action.payload.value());
    gather(&mut found, "@context", "@context", &action.context.value());
    found.push(Argument {
        name: "@summary".to_owned(),
        place: "@summary".to_owned(),
        value: Value::String(action.summary.clone()),
    });
    found
}

fn gather(found: &mut Vec<Argument>, name: &str, place: &str, value: &Value) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                let key = escaped(key);
                let below = |above: &str| match above {
                    "" => key.clone(),
                    above => format!("{above}.{key}"),
                };
                gather(found, &below(name), &below(place), member);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for (at, element) in elements.iter().enumerate() {
                gather(found, name, &format!("{place}[{at}]"), element);
            }
        }
        value => found.push(Argument {
            name: name.to_owned(),
            place: place.to_owned(),
            value: value.clone(),
        }),
    }
}

/// So that no key looks like a path, or like something of the action's own.
fn escaped(key: &str) -> String {
    let mut escaped = String::with_capacity(key.len());
    if key.is_empty() {
        escaped.push('\\'); // not the payload itself
    }
    for (at, c) in key.char_indices() {
        if matches!(c, '\\' | '.' | '[' | '=' | '<') || (at == 0 && c == '@') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
