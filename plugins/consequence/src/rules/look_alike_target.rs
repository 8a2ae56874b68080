//! See [`DOC`].

use std::cell::OnceCell;

use crate::alike::{Name, almost, distance};
use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::origin;
use crate::payload::{Field, Plain};
use crate::spans::values::{self, Kind, Value};
use crate::target::{Target, What};

/// The reason code.
pub const CODE: &str = "look-alike-target";
/// What it holds.
pub const DOC: &str = "The recipient, account, name or host is almost, but not quite, one that the user named, that was read or that the message goes to as well: \
another ending, a letter more or less, letters of another script, the known name inside a stranger's.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Forward the April invoices to my accountant (ana.gil@gestoria-norte.example).","steps":[
  {"type":"mail_forward","payload":{"id":7,"to":"ana.gil@gestoria-norte.example.net"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Forward the April invoices to my accountant (ana.gil@gestoria-norte.example).","steps":[
  {"type":"mail_forward","payload":{"id":7,"to":"Ana Gil <Ana.Gil@gestoria-norte.example>"}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if facts.intent().is_unknown() {
        return None;
    }
    let matters = Effects::HARD | Effects::WRITE | Effects::EXECUTE;
    let names = Effects::PAY | Effects::PAYEE | Effects::SEND | Effects::UPLOAD;
    let value = facts.does(matters).then(|| of_value(facts)).flatten();
    let value = value.or_else(|| facts.does(matters).then(|| of_reading(facts)).flatten());
    let value = value.or_else(|| facts.does(matters).then(|| of_another(facts)).flatten());
    let value = value.or_else(|| facts.does(matters).then(|| of_a_writer(facts)).flatten());
    value.or_else(|| {
        let named = facts.does(names).then_some(facts)?;
        same_name_elsewhere(named).or_else(|| of_name(named))
    })
}

/// An address, account or host.
fn of_value(facts: &Facts) -> Option<Finding> {
    let sought =
        |t: &&Target| t.outside && matches!(t.what, What::Address | What::Url | What::Account);
    let mut targets = facts.targets.iter().filter(sought).peekable();
    targets.peek()?;
    let named = values::values(facts.said(), MAX_NAMED);
    if named.is_empty() {
        return None;
    }
    let named: Vec<Parts> = named.iter().map(Parts::of).collect();
    targets.find_map(|target| {
        let value = Parts::of(target.value()?);
        if named.iter().any(|n| n.is_same(&value)) {
            return None;
        }
        let near = named.iter().find(|n| n.looks_like(&value))?;
        let finding = Finding::new(
            0.85,
            &[
                value.text,
                " is not ",
                near.text,
                ", which the user named, but looks like it",
            ],
        );
        Some(finding.with(&target.path, &target.text))
    })
}

/// An address that stands nowhere, beside one that was read.
fn of_reading(facts: &Facts) -> Option<Finding> {
    let unread = facts.origins.iter().filter(|o| {
        o.target.what == What::Address
            && facts.remembers_all
            && o.seen.iter().all(|s| s.looks_alike)
    });
    let mut known: Option<Vec<Parts>> = None;
    unread.into_iter().find_map(|origin| {
        let value = origin.target.value()?;
        if let Some(seen) = origin.seen.iter().find(|s| s.in_output) {
            let pieces = [
                &origin.target.text,
                " has letters of another script than what was read, and looks like it",
            ];
            let finding = Finding::new(0.85, &pieces);
            let finding = finding.with(&origin.target.path, &origin.target.text);
            return Some(finding.at(Some(seen.step), &seen.path, &value.text));
        }
        let value = Parts::of(value);
        let known = known.get_or_insert_with(|| {
            let read = facts.addresses_read();
            read.map(|text| Parts::read(Kind::Address, text)).collect()
        });
        let like = |known: &&Parts| {
            known.local.may_pass_for(&value.local)
                && (known.looks_like(&value) || known.lends_its_name(&value))
        };
        let near = known.iter().find(like)?;
        let pieces = [
            value.text,
            " is not ",
            near.text,
            ", which was read, but looks like it",
        ];
        Some(Finding::new(0.85, &pieces).with(&origin.target.path, &origin.target.text))
    })
}

/// An address that only a letter's words give, for somebody whose own address is that of its
/// writer: `ana@one.example` asks to be answered at `ana@two.example`.
fn of_a_writer(facts: &Facts) -> Option<Finding> {
    let told = |o: &&origin::Origin| {
        o.target.what == What::Address
            && o.target.outside
            && o.seen.iter().any(|s| s.in_output)
            && o.seen
                .iter()
                .all(|s| !s.in_output || !s.whole && s.words > origin::PROSE)
    };
    let mut told = facts.origins.iter().filter(told).peekable();
    told.peek()?;
    let intent = facts.intent();
    if intent.delegates() {
        return None;
    }
    told.find_map(|origin| {
        let value = Parts::of(origin.target.value()?);
        if intent.names_value(value.text) || facts.is_writer(value.text) {
            return None;
        }
        let own = |text: &&str| {
            let known = Parts::read(Kind::Address, text);
            known.local == value.local && known.lends_its_name(&value) && facts.is_writer(text)
        };
        let near = facts.addresses_read().find(own)?;
        let pieces = [
            value.text,
            " has the name of ",
            near,
            ", who wrote, at another house, and only a text says that it is his",
        ];
        Some(Finding::new(0.75, &pieces).with(&origin.target.path, &origin.target.text))
    })
}

/// Two addresses of one message whose houses are almost the same.
fn of_another(facts: &Facts) -> Option<Finding> {
    let addresses = || facts.targets.iter().filter(|t| t.what == What::Address);
    addresses().nth(1)?;
    let mut houses: Vec<(&Target, Parts)> = Vec::new();
    for target in addresses().take(MAX_NAMED) {
        let Some(value) = target.value().map(Parts::of) else {
            continue;
        };
        if !houses.iter().any(|(_, other)| other.is_of_the_house(&value)) {
            houses.push((target, value));
        }
    }
    houses.iter().enumerate().find_map(|(i, (_, first))| {
        let like = |(_, value): &&(&Target, Parts)| {
            let (a, b) = (first.name(), value.name());
            a != b && Name::of(a).is_near(&Name::of(b))
        };
        let (target, value) = houses[i + 1..].iter().find(like)?;
        let pieces = [
            value.text,
            " is almost at the house of ",
            first.text,
            ", and at another",
        ];
        Some(Finding::new(0.75, &pieces).with(&target.path, &target.text))
    })
}

/// A name in words.
fn of_name(facts: &Facts) -> Option<Finding> {
    let said = facts.intent().words();
    let named: Vec<usize> = (0..said.len())
        .filter(|j| facts.intent().is_name(*j))
        .collect();
    if named.is_empty() {
        return None;
    }
    let names = facts.fields.iter().filter(|f| is_name(f)).take(16);
    let (field, here, there) = names
        .flat_map(|f| {
            let words = f.words();
            let found = (0..words.len().min(12)).find_map(|i| {
                let word = words.get(i);
                let mut named = named.iter().map(|j| said.get(*j));
                // `jcampos@` is J. Campos.
                let initial = |name: &str| i == 0 && f.text.contains('@') && word.ends_with(name);
                let like = named.find(|name| almost(word, name) && !initial(name))?;
                // The name itself stands there too: `Sodimat <x@sodimatt.example>`.
                (!said.iter().any(|other| other == word))
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
            && local.is_some_and(|local| facts.intent().names_local_part(local))
            && !facts.intent().names_value(&t.text)
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

/// How many values of the user's words are compared.
const MAX_NAMED: usize = 32;

/// A value, taken apart as far as what it is compared with needs it.
struct Parts<'v> {
    kind: Kind,
    text: &'v str,
    /// What stands before the `@` of an address.
    local: Name<'v>,
    host: &'v str,
    house: OnceCell<&'v str>,
}

impl<'v> Parts<'v> {
    fn of(value: &'v Value) -> Self {
        Self::read(value.kind, &value.text)
    }

    fn read(kind: Kind, text: &'v str) -> Self {
        let (local, host) = match last(text, b'@') {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => ("", ""),
        };
        Parts {
            kind,
            text,
            local: Name::of(local),
            host: match kind {
                Kind::Address => host,
                _ => values::host(text),
            },
            house: OnceCell::new(),
        }
    }

    /// The host without the parts that its owner may choose.
    fn house(&self) -> &'v str {
        self.house.get_or_init(|| {
            let dot = last(self.host, b'.');
            let house = dot.and_then(|dot| last(&self.host[..dot], b'.'));
            house.map_or(self.host, |at| &self.host[at + 1..])
        })
    }

    /// That without its ending.
    fn name(&self) -> &'v str {
        let house = self.house();
        last(house, b'.').map_or(house, |dot| &house[..dot])
    }

    fn is_of_the_house(&self, other: &Parts) -> bool {
        self.host == other.host || self.house() == other.house()
    }

    fn is_same(&self, other: &Parts) -> bool {
        self.kind == other.kind
            && (self.text == other.text || self.kind == Kind::Url && self.is_of_the_house(other))
    }

    /// True when a reader may take the other for this one.
    fn looks_like(&self, other: &Parts) -> bool {
        if self.kind != other.kind {
            return false;
        }
        match self.kind {
            Kind::Address if self.local == other.local => {
                !self.is_of_the_house(other) && self.lends_its_house(other)
            }
            Kind::Address => self.local.is_near(&other.local) && self.is_of_the_house(other),
            Kind::Url => !self.is_of_the_house(other) && self.lends_its_house(other),
            Kind::Account => {
                let (a, b) = (self.text, other.text);
                a.len() == b.len() && (distance(a, b, 2) <= 2 || a.len() >= 14 && ends_agree(a, b))
            }
            _ => false,
        }
    }

    /// Two hosts that a reader may take for each other: the name with another
    /// ending, a name nearly the same, or the one inside the other.
    fn lends_its_house(&self, other: &Parts) -> bool {
        let (a, b) = (self.name(), other.name());
        a == b && a.len() >= 4
            || Name::of(a).is_near(&Name::of(b))
            || a.len() >= 5 && other.host.contains(a)
    }

    /// True when the name of the other is that of this one, at another house, or
    /// holds all of it.
    fn lends_its_name(&self, other: &Parts) -> bool {
        const ANYBODY: [&str; 14] = [
            "admin", "billing", "contact", "hello", "help", "hola", "info", "mail", "noreply",
            "office", "sales", "service", "support", "team",
        ];
        let name = self.local.text;
        name.len() >= 4
            && self.local.begins(&other.local)
            && (self.local == other.local || name.len() >= 6)
            && !self.is_of_the_house(other)
            && !ANYBODY.contains(&name)
    }
}

fn last(text: &str, mark: u8) -> Option<usize> {
    text.bytes().rposition(|b| b == mark)
}

fn ends_agree(a: &str, b: &str) -> bool {
    a.is_ascii() && b.is_ascii() && a[..6] == b[..6] && a[a.len() - 4..] == b[b.len() - 4..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) -> bool {
        let read = |t| values::values(t, 1).pop();
        let (Some(a), Some(b)) = (read(a), read(b)) else {
            return false;
        };
        let (a, b) = (Parts::of(&a), Parts::of(&b));
        !a.is_same(&b) && a.looks_like(&b)
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
