//! SQL text as statements and words.

use super::MAX_STATEMENT;

/// Splits at `;` outside quotes and comments.
pub(super) fn split(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b';') {
        return vec![text];
    }
    let mut parts = Vec::new();
    let (mut start, mut i) = (0, 0);
    while i < bytes.len() {
        match bytes[i] {
            quote @ (b'\'' | b'"' | b'`') => {
                let end = bytes[i + 1..].iter().position(|b| *b == quote);
                // A quote nobody closes hides nothing.
                i += end.map_or(0, |e| e + 1);
            }
            b'-' if bytes.get(i + 1) == Some(&b'-') => {
                i += bytes[i..]
                    .iter()
                    .position(|b| *b == b'\n')
                    .unwrap_or(bytes.len() - i - 1);
            }
            b'/' if bytes.get(i + 1) == Some(&b'*') => {
                let end = bytes[i..].windows(2).position(|w| w == b"*/");
                i += end.map_or(1, |e| e + 1);
            }
            b';' => {
                parts.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
        i += 1;
    }
    parts.push(&text[start..]);
    parts
}

/// The first `most` lower-case words and operators; quotes and comments undone.
pub(super) fn words(text: &str, most: usize) -> Vec<String> {
    let text = crate::finding::short(text, MAX_STATEMENT);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '-' if chars.peek() == Some(&'-') => while chars.next_if(|c| *c != '\n').is_some() {},
            '#' if word.is_empty() => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let executed = chars.peek() == Some(&'!'); // MySQL runs `/*! … */`
                let mut star = false;
                while !executed && let Some(c) = chars.next() {
                    if star && c == '/' {
                        break;
                    }
                    star = c == '*';
                }
                flush(&mut word, &mut words);
            }
            '\'' | '"' | '`' | '[' | ']' => {}
            '=' | '>' | '<' | '!' => {
                flush(&mut word, &mut words);
                let mut operator = c.to_string();
                operator.extend(chars.next_if(|n| matches!(n, '=' | '>')));
                words.push(operator);
            }
            _ if c.is_whitespace() || matches!(c, ',' | '(' | ')') => flush(&mut word, &mut words),
            _ if c.is_ascii() => word.push(c.to_ascii_lowercase()),
            _ => word.extend(c.to_lowercase()),
        }
        if words.len() >= most {
            break;
        }
    }
    flush(&mut word, &mut words);
    words
}

fn flush(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}
