//! Where an action's effect goes: addresses, URLs, accounts, names.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::settings::Settings;
use crate::spans::values::{self, Value};

/// Somebody or something that an action reaches.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Path of the field, such as `payload.to`.
    pub path: String,
    /// The value.
    pub text: String,
    /// What sort of value it is.
    pub what: What,
    /// True unless it belongs to the operator or stays on the machine.
    pub outside: bool,
    /// Shared by all copies.
    value: Rc<OnceCell<Option<Value>>>,
}

impl Target {
    /// The value in its normal form, if it is one. Read on first use.
    pub fn value(&self) -> Option<&Value> {
        let read = || match self.what == What::Address && is_written_plainly(&self.text) {
            true => values::address(&self.text),
            false => values::values(&self.text, 1).pop(),
        };
        self.value.get_or_init(read).as_ref()
    }
}

/// Sorts of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A mail address.
    Address,
    /// A URL, or a bare host in a URL field.
    Url,
    /// A bank account, card or wallet.
    Account,
    /// A password or key that is set.
    Secret,
    /// Somebody's name on a network of people, such as `@ana`.
    Handle,
    /// A name or a channel in a field for recipients.
    Name,
}

/// How many targets are looked at. The host answers 64 values a question.
const MAX_TARGETS: usize = 48;

/// Reads the targets from the fields, in order.
pub fn targets(fields: &[Field], settings: &Settings) -> Vec<Target> {
    let mut targets = Vec::new();
    for field in fields {
        if targets.len() >= MAX_TARGETS {
            break;
        }
        if let Some(target) = target(field, settings) {
            targets.push(target);
        }
    }
    targets
}

fn target(field: &Field, settings: &Settings) -> Option<Target> {
    let text = field.text.trim();
    if text.is_empty() || text.len() > 300 || matches!(field.value, Plain::Flag(_) | Plain::Null) {
        return None;
    }
    let from = field.key.any(Senses::FROM);
    let to = field.key.any(Senses::TO);
    let (what, outside) = if let Some(host) = address_host(text) {
        (What::Address, !settings.owns(host))
    } else if let Some(host) = url_host(text) {
        (What::Url, !settings.owns(host) && !is_local(host))
    } else if !from
        && (field.key.any(Senses::ACCOUNT | Senses::TO) && is_account(text) && !is_date(text)
            || is_iban(text))
    {
        (What::Account, !settings.owns_account(text))
    } else if field.key.any(Senses::URL) && !text.contains(' ') && text.contains('.') {
        (What::Url, !settings.owns(text) && !is_local(text))
    } else if field.key.any(Senses::CREDENTIAL) && field.value == Plain::Text && text.len() >= 6 {
        (What::Secret, true)
    } else if (to || is_phone(text) && names_phone(field))
        && !from
        && field.value == Plain::Text
        && text.len() <= 80
        && !is_time(text)
    {
        match text.starts_with('@') && text.len() >= 3 && !text.contains(' ') {
            true => (What::Handle, true),
            false => (What::Name, false),
        }
    } else {
        return None;
    };
    Some(Target {
        path: field.path.clone(),
        text: text.to_owned(),
        what,
        outside,
        value: Rc::default(),
    })
}

/// True for a telephone's number, in any grouping.
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let grouped = |b: u8| b.is_ascii_digit() || b" +-()./".contains(&b);
    (8..=15).contains(&digits) && text.bytes().all(grouped) && !is_date(text)
}

/// True for a field that may have one: `numero`, `tel`, `Rufnummer`.
fn names_phone(field: &Field) -> bool {
    let name = field.name().to_ascii_lowercase();
    let names = [
        "numero", "nummer", "tel", "telefon", "mobil", "mobile", "handy", "msisdn", "cell",
        "whatsapp", "signal",
    ];
    names.iter().any(|n| name.starts_with(n)) || name.ends_with("nummer")
}

/// True for a time or a date: "to 15:00" reaches nobody.
fn is_time(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let marks = text
        .bytes()
        .filter(|b| matches!(b, b':' | b'-' | b'/' | b'.'))
        .count();
    let rest = text.len() - digits - marks;
    (1..=4).contains(&marks)
        && (3..=14).contains(&digits)
        && rest <= 2
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || b":-/. TZ".contains(&b))
}

/// True for an address with nothing around it and no marks but its own.
fn is_written_plainly(address: &str) -> bool {
    let own = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-' | b'_' | b'+');
    let ends = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    ends(address.bytes().next()) && ends(address.bytes().next_back()) && address.bytes().all(own)
}

/// True for a day of the calendar, with its hour or without: `2027-03-16 07:15:00`.
/// A sort code has no year of four digits.
fn is_date(text: &str) -> bool {
    let day = text.split([' ', 'T']).next().unwrap_or(text);
    let clock = &text[day.len()..];
    let mut parts = day.split(['-', '/', '.']);
    let (Some(a), Some(_), Some(c), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let year = |part: &str| part.len() == 4 && matches!(&part[..2], "19" | "20");
    day.bytes().all(|b| !b.is_ascii_alphabetic())
        && day.is_ascii()
        && (year(a) && c.len() <= 2 || a.len() <= 2 && year(c))
        && (clock.is_empty() || clock.contains(':'))
}

/// The host of a mail address, also of `Name <address>`.
pub fn address_host(text: &str) -> Option<&str> {
    let first = |text: &str| text.bytes().position(|b| b == b'@');
    let mut at = first(text)?; // most texts have none
    let mut address = text;
    if let Some((_, inside)) = text.strip_suffix('>').and_then(|t| t.split_once('<')) {
        address = inside;
        at = first(inside)?;
    }
    let (local, host) = (&address[..at], &address[at + 1..]);
    let apart = |b: &u8| matches!(b, b'\t'..=b'\r' | b' ' | b'/');
    let dots = host.as_bytes().contains(&b'.');
    let plain = !local.is_empty() && !local.bytes().any(|b| apart(&b) || b == b':');
    let whole = address.is_ascii() || !address.contains(char::is_whitespace);
    (dots && plain && whole && !host.as_bytes().iter().any(apart)).then_some(host)
}

/// The host of a URL.
pub fn url_host(text: &str) -> Option<&str> {
    let may_be = text.starts_with("www.") || text.bytes().any(|b| b == b':');
    if !may_be || text.contains(char::is_whitespace) {
        return None;
    }
    let rest = match text.split_once("://") {
        Some((_, rest)) => rest,
        None if text.starts_with("www.") => text,
        None => return None,
    };
    // `gid://shopify/Product/8` names a thing, and no place.
    let scheme = text.split_once("://").map_or("http", |(scheme, _)| scheme);
    let places = scheme.len() > 3
        || matches!(
            scheme,
            "ftp" | "ssh" | "git" | "ws" | "wss" | "s3" | "gs" | "tcp" | "udp" | "smb" | "nfs"
        );
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    (places || host.contains('.')).then(|| host.split(':').next().unwrap_or(host))
}

/// True for the machine itself and for addresses no other house can have.
fn is_local(host: &str) -> bool {
    let octets: Vec<u8> = host.split('.').filter_map(|o| o.parse().ok()).collect();
    host == "localhost"
        || host == "::1"
        || host.ends_with(".local")
        || host.ends_with(".internal")
        || host.ends_with(".localhost")
        || matches!(
            octets[..],
            [127 | 10, _, _, _] | [192, 168, _, _] | [172, 16..=31, _, _]
        )
}

/// Two letters, two digits, then at least ten letters and digits: an IBAN, or
/// what somebody takes for one (a checksum would let made-up ones pass).
fn is_iban(text: &str) -> bool {
    let mut compact = text.bytes().filter(|b| !b.is_ascii_whitespace());
    let head = [
        compact.next(),
        compact.next(),
        compact.next(),
        compact.next(),
    ];
    let [Some(a), Some(b), Some(c), Some(d)] = head else {
        return false;
    };
    if !a.is_ascii_uppercase() || !b.is_ascii_uppercase() {
        return false; // most texts
    }
    let mut digits = 0;
    let mut rest = 0;
    for byte in compact {
        if !byte.is_ascii_alphanumeric() {
            return false;
        }
        rest += 1;
        digits += usize::from(byte.is_ascii_digit());
    }
    c.is_ascii_digit() && d.is_ascii_digit() && rest >= 10 && digits >= 8
}

/// True for an account number, a card number or a wallet.
pub fn is_account(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let other = text
        .bytes()
        .filter(|b| !b.is_ascii_digit() && !matches!(b, b' ' | b'-' | b'/' | b'.'))
        .count();
    let wallet = text.len() >= 26 && text.bytes().all(|b| b.is_ascii_alphanumeric()) && digits >= 5;
    is_iban(text)
        || wallet
        || digits >= 8 && other <= 4 && !text.starts_with('+') && !is_moment(text)
}

/// True for a time behind a date: `2026-11-22T09:00:00Z`.
fn is_moment(text: &str) -> bool {
    let shape = |at: usize, b: u8| match at {
        4 | 7 => b == b'-',
        10 => matches!(b, b'T' | b't' | b' '),
        13 => b == b':',
        _ => b.is_ascii_digit(),
    };
    text.len() >= 14
        && text
            .bytes()
            .take(14)
            .enumerate()
            .all(|(at, b)| shape(at, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(payload: coldnotch_plugin::json::Value) -> Vec<Target> {
        let settings = Settings {
            own_domains: vec!["acme.example".to_owned()],
            ..Settings::default()
        };
        targets(&crate::payload::fields(&payload), &settings)
    }

    #[test]
    fn sorts_of_targets_are_told_apart() {
        let found = read(coldnotch_plugin::json::json!({
            "cc": "Ana <ana@acme.example>", "to": "x@other.example", "url": "https://u:p@host.example:8443/in?x=1",
            "iban": "FR76 1027 8060 0000 0204 5678 901", "channel": "general", "from_account": "11112222333",
        }));
        let sorts: Vec<_> = found.iter().map(|t| (t.what, t.outside)).collect();
        assert_eq!(
            sorts,
            [
                (What::Address, false),
                (What::Name, false),
                (What::Account, true),
                (What::Address, true),
                (What::Url, true)
            ]
        );
        assert_eq!(
            url_host("https://u:p@host.example:8443/in?x=1"),
            Some("host.example")
        );
    }

    #[test]
    fn a_date_is_no_account() {
        let found =
            |text: &str| !read(coldnotch_plugin::json::json!({ "to_account": text })).is_empty();
        for date in [
            "2027-03-16",
            "2027-03-16 07:15:00",
            "2027-03-16T07:15:00Z",
            "16.03.2027",
        ] {
            assert!(!found(date), "{date}");
        }
        for account in [
            "20-30-12 12345678",
            "2027-0316 0715",
            "1020-30-12345678",
            "€€-16-2027",
        ] {
            assert_eq!(
                found(account),
                is_account(account) || account.contains('€'),
                "{account}"
            );
        }
    }

    #[test]
    fn what_stays_on_the_machine_is_not_outside() {
        for url in [
            "http://localhost:8080/x",
            "http://127.0.0.1/",
            "http://10.1.2.3/",
            "https://api.acme.example/v1",
        ] {
            assert!(
                !read(coldnotch_plugin::json::json!({ "url": url }))[0].outside,
                "{url}"
            );
        }
    }
}
