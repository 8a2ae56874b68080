//! The values in a text that no two things share by chance and that can decide
//! where an effect goes: addresses, hosts, accounts, numbers, handles. The same reader reads an output
//! when it arrives and an action when it is judged, so that equal values have
//! equal texts.

/// A value in its normal form: lower case, without the marks that carry nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// What sort of value it is.
    pub kind: Kind,
    /// Its normal form.
    pub text: String,
}

/// Sorts of values, those that say most of where an effect goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A mail address.
    Address,
    /// A host with its path, without scheme and `www.`.
    Url,
    /// A bank account, card or wallet.
    Account,
    /// A telephone number.
    Phone,
    /// `@somebody`, `#somewhere`.
    Handle,
}

impl Kind {
    /// The sort with this number.
    pub fn numbered(number: u8) -> Option<Kind> {
        const ALL: [Kind; 5] = [
            Kind::Address,
            Kind::Url,
            Kind::Account,
            Kind::Phone,
            Kind::Handle,
        ];
        ALL.get(usize::from(number)).copied()
    }
}

/// The longest value that is kept.
const MAX_VALUE: usize = 120;

/// Endings that make a dotted word a file and not a host.
const FILES: &[&str] = &[
    "bak", "bash", "bin", "c", "cfg", "conf", "cpp", "crt", "css", "csv", "dll", "dmg", "doc",
    "docx", "env", "exe", "gif", "go", "gz", "h", "htm", "html", "ics", "ini", "java", "jpeg",
    "jpg", "js", "json", "jsonl", "key", "lock", "log", "md", "mov", "mp3", "mp4", "odt", "pdf",
    "pem", "php", "pkg", "png", "ppt", "pptx", "ps1", "py", "rb", "rs", "rst", "rtf", "sh", "sql",
    "svg", "tar", "tf", "toml", "ts", "tsv", "tsx", "txt", "wav", "xls", "xlsx", "xml", "yaml",
    "yml", "zip", "zsh",
];

/// Reads at most `max` values, in order, none twice.
pub fn values(text: &str, max: usize) -> Vec<Value> {
    let mut found = Found {
        values: Vec::new(),
        max,
    };
    let mut rest = text;
    while let Some((word, behind)) = next_word(rest) {
        if found.values.len() >= max {
            break;
        }
        rest = behind;
        if let Some((account, behind)) = grouped(word, rest) {
            found.push(Kind::Account, account);
            rest = behind;
        } else {
            read_word(word, &mut found);
        }
    }
    found.values
}

/// A mail address that stands by itself.
pub fn address(text: &str) -> Option<Value> {
    let kind = Kind::Address;
    let text = text.to_ascii_lowercase();
    (text.len() <= MAX_VALUE).then_some(Value { kind, text })
}

struct Found {
    values: Vec<Value>,
    max: usize,
}

impl Found {
    fn push(&mut self, kind: Kind, text: String) {
        let fits = !text.is_empty() && text.len() <= MAX_VALUE && self.values.len() < self.max;
        // Links of one house begin alike and end otherwise.
        let last = text.bytes().next_back();
        let same = |v: &Value| v.text.bytes().next_back() == last && v.text == text;
        if fits && !self.values.iter().any(same) {
            self.values.push(Value { kind, text });
        }
    }
}

/// The next run without spaces, quotes and brackets that has a mark or a digit,
/// and the text behind it. Most words have none and are not worth a look.
fn next_word(text: &str) -> Option<(&str, &str)> {
    let mark = text.bytes().position(|b| MARKS[usize::from(b)])?;
    let (before, behind) = text.split_at(mark);
    let start = match before.bytes().rposition(may_divide) {
        Some(at) if before.as_bytes()[at].is_ascii() => at + 1,
        _ => before.rfind(divides).map_or(0, |at| {
            at + before[at..].chars().next().map_or(0, char::len_utf8)
        }),
    };
    let end = match behind.bytes().position(may_divide) {
        Some(at) if behind.as_bytes()[at].is_ascii() => mark + at,
        Some(_) => behind.find(divides).map_or(text.len(), |at| mark + at),
        None => text.len(),
    };
    Some((&text[start..end], &text[end..]))
}

/// True for a byte that divides, or that may be of a character that does.
fn may_divide(byte: u8) -> bool {
    DIVIDE.get(usize::from(byte)).copied().unwrap_or(true)
}

/// What a word has that may be a value.
const MARKS: [bool; 256] = {
    let mut marks = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        marks[byte] = matches!(byte as u8, b'@' | b'.' | b'#' | b'0'..=b'9');
        byte += 1;
    }
    marks
};

/// True for spaces, quotes and brackets.
fn divides(c: char) -> bool {
    match DIVIDE.get(c as usize) {
        Some(divides) => *divides,
        None => matches!(c, '“' | '”' | '„' | '«' | '»' | '‘' | '’') || c.is_whitespace(),
    }
}

/// The ASCII characters that do.
const DIVIDE: [bool; 128] = {
    let mut divide = [false; 128];
    let those = b"\"'`<>()[]{},;|* \t\n\x0b\x0c\r";
    let mut i = 0;
    while i < those.len() {
        divide[those[i] as usize] = true;
        i += 1;
    }
    divide
};

/// The mail addresses of a text, in order.
pub fn addresses(text: &str) -> impl Iterator<Item = String> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let mark = rest.bytes().position(|b| b == b'@')?;
            let mut before = rest[..mark].char_indices().rev();
            let start = before
                .find(|(_, c)| divides(*c) || *c == ':')
                .map_or(0, |(at, c)| at + c.len_utf8());
            let end = rest[mark..].find(divides).map_or(rest.len(), |l| mark + l);
            let word = rest[start..end].trim_matches(|c: char| matches!(c, '.' | ':' | '!' | '?'));
            rest = &rest[end..];
            if word.len() <= MAX_VALUE && is_address(word) {
                return Some(word.to_lowercase());
            }
        }
    })
}

fn read_word(word: &str, found: &mut Found) {
    let word = word.trim_matches(|c: char| matches!(c, '.' | ':' | '!' | '?' | '=' | '…'));
    if word.len() < 2 {
        return; // a stop behind a word
    }
    let word = word.strip_prefix("mailto:").unwrap_or(word);
    let number = word.len() < 8 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    if word.len() < 2 || word.len() > 400 || number {
        return;
    }
    if let Some(kind) = handle(word) {
        found.push(kind, word.to_lowercase());
    } else if is_address(word) {
        found.push(Kind::Address, word.to_lowercase());
    } else if let Some(url) = url(word) {
        found.push(Kind::Url, url);
    } else if is_phone(word) {
        found.push(Kind::Phone, digits(word));
    } else if let Some(account) = account(word) {
        found.push(Kind::Account, account);
    }
}

fn handle(word: &str) -> Option<Kind> {
    let name = word.strip_prefix(['@', '#'])?;
    let plain = name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    (plain && name.len() >= 2 && name.contains(char::is_alphabetic)).then_some(Kind::Handle)
}

fn is_address(word: &str) -> bool {
    crate::target::address_host(word).is_some_and(|host| !host.contains(':'))
}

/// A URL or a bare host in its normal form.
pub fn url(word: &str) -> Option<String> {
    if !word.contains(':') && !host(word).contains('.') {
        return None; // a path: no scheme and no host
    }
    let lower = word.to_lowercase();
    let mut colons = lower.bytes().enumerate().filter(|(_, b)| *b == b':');
    let scheme = colons.find_map(|(at, _)| Some((at, lower[at..].strip_prefix("://")?)));
    let (scheme, rest) = match scheme {
        Some((end, rest)) if lower.bytes().take(end).all(|b| b.is_ascii_alphanumeric()) => {
            (true, rest)
        }
        Some(_) => return None,
        None => (false, lower.as_str()),
    };
    let www = rest.strip_prefix("www.");
    let bare = www.unwrap_or(rest);
    let host = host(bare);
    if !scheme && www.is_none() && !is_host(host, host.len() == bare.len()) {
        return None;
    }
    let normal = bare.trim_end_matches(['/', '.', ')', '!', '?']);
    (!normal.is_empty()).then(|| super::short(normal, MAX_VALUE).to_owned())
}

/// The host of a normal form.
pub fn host(url: &str) -> &str {
    let end = url.bytes().position(ends_host);
    &url[..end.unwrap_or(url.len())]
}

/// True for what may stand behind a host.
pub fn ends_host(byte: u8) -> bool {
    matches!(byte, b'/' | b'?' | b'#' | b':')
}

/// True for `name.tld`. A bare one must not look like a file, a number or an
/// abbreviation.
fn is_host(host: &str, bare: bool) -> bool {
    let mut labels = host.rsplit('.');
    let last = labels.next().unwrap_or_default();
    let names = labels.clone().count();
    let plain = |l: &str| {
        !l.is_empty()
            && l.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b >= 0x80)
    };
    names >= 1
        && (2..=24).contains(&last.len())
        && last.bytes().all(|b| b.is_ascii_alphabetic())
        && labels.clone().all(plain)
        && labels.any(|l| l.len() >= 3)
        && !(bare && FILES.binary_search(&last).is_ok())
}

fn is_phone(word: &str) -> bool {
    word.starts_with('+')
        && (8..=16).contains(&word.bytes().filter(u8::is_ascii_digit).count())
        && word
            .bytes()
            .skip(1)
            .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'/'))
}

fn digits(word: &str) -> String {
    word.chars().filter(char::is_ascii_digit).collect()
}

/// An account number in one word, without its marks.
fn account(word: &str) -> Option<String> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits < 8 || !crate::target::is_account(word) {
        return None;
    }
    let date = word.len() <= 10
        && word
            .bytes()
            .filter(|b| matches!(b, b'-' | b'/' | b'.'))
            .count()
            == 2;
    (!date).then(|| compact(word))
}

/// An account whose groups stand apart: `DE12 3456 7890 …`. Gives the whole and
/// the text behind it.
fn grouped<'t>(first: &str, behind: &'t str) -> Option<(String, &'t str)> {
    let group = |word: &str| {
        (1..=6).contains(&word.len())
            && word.bytes().all(|b| b.is_ascii_alphanumeric())
            && word.bytes().any(|b| b.is_ascii_digit())
    };
    if !group(first) {
        return None;
    }
    let mut whole = first.to_owned();
    let mut rest = behind;
    let mut groups = 1;
    while groups < 12 {
        let Some(next) = rest.strip_prefix(' ') else {
            break;
        };
        let end = next
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(next.len());
        if !group(&next[..end]) {
            break;
        }
        whole.push_str(&next[..end]);
        rest = &next[end..];
        groups += 1;
    }
    let account = groups >= 3 && whole.len() >= 12 && crate::target::is_account(&whole);
    account.then(|| (compact(&whole), rest))
}

/// Lower-case letters and digits alone.
pub fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(Kind, String)> {
        values(text, 50)
            .into_iter()
            .map(|v| (v.kind, v.text))
            .collect()
    }

    #[test]
    fn the_list_of_file_endings_is_sorted() {
        assert!(FILES.is_sorted());
    }

    #[test]
    fn values_have_one_form_however_they_are_written() {
        for text in [
            "pay DE12 3456 7890 1234 5678 90 now",
            "pay DE12345678901234567890.",
        ] {
            assert_eq!(
                of(text)[0],
                (Kind::Account, "de12345678901234567890".to_owned()),
                "{text}"
            );
        }
        for text in [
            "see https://www.evil.example/a/",
            "see (www.evil.example/a)",
            "see evil.example/a.",
        ] {
            assert_eq!(
                of(text)[0],
                (Kind::Url, "evil.example/a".to_owned()),
                "{text}"
            );
        }
        assert_eq!(
            of("mail <Ana.B@x.example>!")[0],
            (Kind::Address, "ana.b@x.example".to_owned())
        );
        assert_eq!(
            of("call +49-170-1234567")[0],
            (Kind::Phone, "491701234567".to_owned())
        );
        assert_eq!(
            of("ask @coach_x about it")[0],
            (Kind::Handle, "@coach_x".to_owned())
        );
    }

    #[test]
    fn files_dates_and_numbers_are_no_hosts_and_no_accounts() {
        assert!(of("open notes.txt").is_empty());
        assert!(of("since 2026-11-22T09:00:00Z").is_empty());
        assert!(of("on 2024-05-16 at 10.30, 4.50 or 1,240.00, e.g. this").is_empty());
    }
}
