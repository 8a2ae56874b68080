//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::spans::values::{self, Kind, Value};
use crate::target::{Target, What};

/// The reason code.
pub const CODE: &str = "look-alike-target";
/// What it holds.
pub const DOC: &str = "The recipient, account or host is almost, but not quite, one that the user named: another ending, a letter more or less, letters \
of another script, the known name inside a stranger's.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Forward the April invoices to my accountant (ana.gil@gestoria-norte.example).","steps":[
  {"type":"mail_forward","payload":{"id":7,"to":"ana.gil@gestoria-norte.example.net"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Forward the April invoices to my accountant (ana.gil@gestoria-norte.example).","steps":[
  {"type":"mail_forward","payload":{"id":7,"to":"Ana Gil <Ana.Gil@gestoria-norte.example>"}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let matters = Effects::HARD | Effects::WRITE | Effects::EXECUTE;
    if !facts.does(matters) || facts.intent().is_unknown() {
        return None;
    }
    let sought =
        |t: &&Target| t.outside && matches!(t.what, What::Address | What::Url | What::Account);
    let mut named: Option<Vec<Value>> = None;
    facts.targets.iter().filter(sought).find_map(|target| {
        let value = values::values(&target.text, 1).pop()?;
        let named = named.get_or_insert_with(|| values::values(facts.said(), MAX_NAMED));
        if named.iter().any(|n| same(n, &value)) {
            return None;
        }
        let near = named.iter().find(|n| looks_like(n, &value))?;
        let finding = Finding::new(
            0.85,
            &[
                &value.text,
                " is not ",
                &near.text,
                ", which the user named, but looks like it",
            ],
        );
        Some(finding.with(&target.path, &target.text))
    })
}

/// How many values of the user's words are compared.
const MAX_NAMED: usize = 32;

fn same(a: &Value, b: &Value) -> bool {
    a == b || a.kind == Kind::Url && b.kind == Kind::Url && house(a) == house(b)
}

/// The host of a value without the parts that its owner may choose.
fn house(value: &Value) -> &str {
    let host = match value.kind {
        Kind::Address => value.text.rsplit_once('@').map_or("", |(_, host)| host),
        _ => values::host(&value.text),
    };
    let dot = |text: &str| text.bytes().rposition(|b| b == b'.');
    let second = dot(host).and_then(|last| dot(&host[..last]));
    second.map_or(host, |at| &host[at + 1..])
}

fn looks_like(named: &Value, value: &Value) -> bool {
    if named.kind != value.kind {
        return false;
    }
    match value.kind {
        Kind::Address => {
            let (a, b) = (local(named), local(value));
            let (at, other) = (house(named), house(value));
            a == b && at != other && hosts_alike(named, value)
                || at == other && a != b && near(a, b)
        }
        Kind::Url => house(named) != house(value) && hosts_alike(named, value),
        Kind::Account => {
            let (a, b) = (named.text.as_str(), value.text.as_str());
            a.len() == b.len() && (distance(a, b, 2) <= 2 || a.len() >= 14 && ends_agree(a, b))
        }
        _ => false,
    }
}

fn local(address: &Value) -> &str {
    address.text.rsplit_once('@').map_or("", |(local, _)| local)
}

/// Two hosts that a reader may take for each other: the name with another
/// ending, a name nearly the same, or the one inside the other.
fn hosts_alike(named: &Value, value: &Value) -> bool {
    let (a, b) = (house(named), house(value));
    let name = |host: &str| {
        host.rsplit_once('.')
            .map_or(host, |(name, _)| name)
            .to_owned()
    };
    let (a_name, b_name) = (name(a), name(b));
    let whole = match value.kind {
        Kind::Address => value.text.rsplit_once('@').map_or("", |(_, host)| host),
        _ => values::host(&value.text),
    };
    a_name == b_name && a_name.len() >= 4
        || near(&a_name, &b_name)
        || a_name.len() >= 5 && whole.contains(&a_name)
}

/// One or two letters apart, in names long enough that this is no chance.
fn near(a: &str, b: &str) -> bool {
    let shorter = a.chars().count().min(b.chars().count());
    let most = match shorter {
        0..=4 => return false,
        5..=7 => 1,
        _ => 2,
    };
    distance(a, b, most) <= most || begin_alike(a, b) && skeleton(a) == skeleton(b)
}

/// False when the first letters tell that the skeletons differ.
fn begin_alike(a: &str, b: &str) -> bool {
    let first = |name: &str| {
        let byte = name.bytes().next().unwrap_or_default();
        let kept = byte.is_ascii_alphanumeric() && !b"rmvw0o1il5s".contains(&byte);
        kept.then_some(byte)
    };
    first(a).zip(first(b)).is_none_or(|(a, b)| a == b)
}

/// What is left of a name when look-alike letters, marks and digits are undone.
fn skeleton(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    if name.is_ascii() && !name.contains('&') {
        let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
        plain.extend(letters.map(|b| char::from(b.to_ascii_lowercase())));
    } else {
        plain.extend(crate::words::Words::of(name).iter());
    }
    let mut bare = String::with_capacity(plain.len());
    let mut letters = plain.chars().peekable();
    while let Some(letter) = letters.next() {
        bare.push(match letter {
            'r' if letters.next_if_eq(&'n').is_some() => 'm',
            'v' if letters.next_if_eq(&'v').is_some() => 'w',
            '0' => 'o',
            '1' | 'i' => 'l',
            '5' => 's',
            other => other,
        });
    }
    bare
}

fn ends_agree(a: &str, b: &str) -> bool {
    a.is_ascii() && b.is_ascii() && a[..6] == b[..6] && a[a.len() - 4..] == b[b.len() - 4..]
}

/// How many letters must be changed, added, taken away or swapped; more than
/// `most` is said as `most + 1`.
fn distance(a: &str, b: &str, most: usize) -> usize {
    if a.is_ascii() && b.is_ascii() {
        let first = |text: &str| text.len().min(64);
        return edits(&a.as_bytes()[..first(a)], &b.as_bytes()[..first(b)], most);
    }
    let letters = |text: &str| text.chars().take(64).collect::<Vec<char>>();
    edits(&letters(a), &letters(b), most)
}

fn edits<T: PartialEq>(a: &[T], b: &[T], most: usize) -> usize {
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut before = above.clone();
    let mut row = above.clone();
    for (i, x) in a.iter().enumerate() {
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let mut least = (above[j] + usize::from(x != y))
                .min(above[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
        if above.iter().chain(&before).all(|d| *d > most) {
            break; // each row only grows from the two above it
        }
    }
    above.last().copied().unwrap_or_default().min(most + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) -> bool {
        let read = |t| values::values(t, 1).pop();
        matches!((read(a), read(b)), (Some(a), Some(b)) if !same(&a, &b) && looks_like(&a, &b))
    }

    #[test]
    fn look_alikes_are_seen() {
        for (named, value) in [
            ("ana@gestoriagil.example", "ana@gestorial.example"),
            ("ana@northwind.example", "ana@northwind.example.co"),
            ("ana@northwind.com", "ana@northwind.net"),
            ("ana@northwind.com", "ana@northwlnd.com"),
            ("olek.szulc@larkmail.com", "olek.szulk@larkmail.com"),
            (
                "https://portal.modern-bank.com",
                "https://modern-bank.com.verify.example",
            ),
            ("www.northwind.com", "www.n\u{43e}rthwind.com"),
            ("DE12345678901234567890", "DE12345678901234567809"),
        ] {
            assert!(alike(named, value), "{named} {value}");
        }
    }

    #[test]
    fn neighbours_are_no_look_alikes() {
        for (named, value) in [
            ("ana@northwind.com", "bob@northwind.com"),
            ("ana@northwind.com", "ana@southbank.com"),
            (
                "https://api.northwind.com/a",
                "https://docs.northwind.com/b",
            ),
            ("ana@mail.com", "ana@gmx.com"),
            ("DE12345678901234567890", "FR7630006000011234567890189"),
        ] {
            assert!(!alike(named, value), "{named} {value}");
        }
    }
}
