//! What single words stand for.

/// `NAME=value`.
pub fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (plain && !name.is_empty() && !name.as_bytes()[0].is_ascii_digit()).then_some((name, value))
}

/// `{rm,-rf,/}`: words written without a space.
pub(super) fn braces(word: &str) -> Option<Vec<String>> {
    let inner = word.strip_prefix('{')?.strip_suffix('}')?;
    (inner.contains(',') && !inner.contains(char::is_whitespace))
        .then(|| inner.split(',').map(str::to_owned).collect())
}

/// The text of `$'…'`: `\x72\155` is `rm`.
pub(super) fn ansi(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let Some(kind) = chars.next() else { break };
        let (radix, most, first) = match kind {
            'x' => (16, 2, None),
            'u' => (16, 4, None),
            '0'..='7' => (8, 2, kind.to_digit(8)),
            'n' => {
                plain.push('\n');
                continue;
            }
            't' => {
                plain.push('\t');
                continue;
            }
            other => {
                plain.push(other);
                continue;
            }
        };
        let mut code = first.unwrap_or(0);
        for _ in 0..most {
            let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix)) else {
                break;
            };
            code = code * radix + digit;
            chars.next();
        }
        plain.extend(char::from_u32(code));
    }
    plain
}
