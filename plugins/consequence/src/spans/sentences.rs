//! A layer in sentences, and a sentence in clauses.

/// The sentences of a layer: to a stop before a space, an empty line, or a line
/// that begins like an item of a list.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = sentence_end(rest);
        let (sentence, behind) = rest.split_at(end);
        rest = behind;
        Some(sentence)
    })
}

/// True for the next item of a list that counts with brackets, and for the head
/// of the next message of a thread: what was said before it says nothing of it.
pub(super) fn begins_anew(text: &str) -> bool {
    let text = text.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let item = (1..=2).contains(&digits) && text[digits..].starts_with(") ");
    let heads = [
        "From: ", "De : ", "De: ", "Von: ", "Date: ", "Datum: ", "Fecha: ",
    ];
    item || heads.iter().any(|head| text.starts_with(head))
}

/// True for a line that begins with a label in small letters: `  user_id: 4711`.
fn begins_labelled(text: &str) -> bool {
    let line = text.trim_start_matches([' ', '\t']);
    let label = line
        .bytes()
        .take_while(|b| b.is_ascii_lowercase() || *b == b'_' || b.is_ascii_digit());
    let length = label.count();
    (2..=40).contains(&length) && line[length..].starts_with(": ")
}

/// True for the last sentence of a quotation: what follows is somebody else's.
pub(super) fn ends_quotation(sentence: &str) -> bool {
    let end = sentence.trim_end();
    let inner = end.strip_suffix(['"', '”', '»']);
    inner.is_some_and(|text| text.ends_with(['.', '!', '?']))
}

/// The longest sentence; a longer text without stops is cut.
const MAX_SENTENCE: usize = 1_200;

/// A line shorter than this ended because its writer ended it.
const SHORT_LINE: usize = 50;

fn sentence_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(b'\n');
    for (i, byte) in bytes.iter().enumerate() {
        let ends = match byte {
            b'.' => {
                // Also before a capital: texts that were pasted together.
                let next = at(i + 1);
                let glued = next.is_ascii_uppercase()
                    && i >= 2
                    && bytes[i - 1].is_ascii_lowercase()
                    && bytes[i - 2].is_ascii_lowercase();
                (next.is_ascii_whitespace() || glued) && !abbreviates(&bytes[..i])
            }
            // A quotation ends with its last sentence.
            b'"' | 0x9d | 0xbb if i > 0 => {
                let length = match byte {
                    b'"' => 1,
                    0xbb => 2,
                    _ => 3,
                };
                let stops = i >= length && matches!(bytes[i - length], b'.' | b'!' | b'?');
                stops && at(i + 1).is_ascii_whitespace() && text.is_char_boundary(i + 1)
            }
            b'!' | b'?' => {
                !matches!(at(i + 1), b'!' | b'?' | b'/' | b'a'..=b'z' | b'0'..=b'9' | b'=')
            }
            b'\n' => {
                let next = bytes[i + 1..]
                    .iter()
                    .copied()
                    .find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
                let start = bytes[..i]
                    .iter()
                    .rposition(|b| *b == b'\n')
                    .map_or(0, |s| s + 1);
                match next {
                    None | Some(b'\n' | b'-' | b'*' | b'#' | b'>' | b'[') => true,
                    // Data ends here, and what follows is none.
                    _ if matches!(bytes[..i].trim_ascii_end().last(), Some(b'}' | b']')) => true,
                    _ if begins_anew(&text[i + 1..]) || begins_labelled(&text[i + 1..]) => true,
                    // Nobody wraps a line this short.
                    Some(b'A'..=b'Z' | b'0'..=b'9') => i - start < SHORT_LINE,
                    _ => false,
                }
            }
            _ => false,
        };
        if ends {
            return i + 1;
        }
        if i >= MAX_SENTENCE && text.is_char_boundary(i) {
            return i;
        }
    }
    text.len()
}

/// True when what stands before a dot is one letter or a short title.
fn abbreviates(before: &[u8]) -> bool {
    let start = before
        .iter()
        .rposition(|b| !b.is_ascii_alphanumeric())
        .map_or(0, |i| i + 1);
    let word = &before[start..];
    word.len() == 1 && word[0].is_ascii_alphabetic()
        || [
            &b"Mr"[..],
            b"Mrs",
            b"Ms",
            b"Dr",
            b"St",
            b"No",
            b"Nr",
            b"Sr",
            b"Sra",
            b"Hr",
            b"Fr",
            b"Mme",
        ]
        .contains(&word)
}

/// The clauses of a sentence: where an order may begin.
pub(super) fn clauses(sentence: &str) -> impl Iterator<Item = &str> {
    sentence
        .split([
            ',', ';', ':', '(', ')', '\n', '—', '–', '"', '“', '«', '[', ']', '>', '|', '`', '¡',
        ])
        .filter(|c| c.len() >= 4)
}

/// True for the clause that only names what stands behind its colon: `Record ID: 4711`,
/// `contact: Ana`.
pub(super) fn is_label(clause: &str, sentence: &str) -> bool {
    let end = clause.as_ptr() as usize - sentence.as_ptr() as usize + clause.len();
    let mut words = clause.split_whitespace().skip_while(|w| w.ends_with('.'));
    let first = words.next();
    sentence[end..].starts_with(": ")
        && first.is_some()
        && match words.next() {
            Some(second) => second.starts_with(char::is_uppercase) && words.next().is_none(),
            None => true,
        }
}

/// True for the controls of a page as a reader for the blind tells them: `[14] link "Home"
/// [15] button "Buy now"`.
pub(super) fn is_page(sentence: &str) -> bool {
    let roles = [
        "button \"",
        "link \"",
        "textbox \"",
        "heading \"",
        "checkbox \"",
        "tab \"",
    ];
    roles
        .iter()
        .map(|role| sentence.matches(role).count())
        .sum::<usize>()
        >= 2
}

/// True for what stands on a button of a page: `[Buy now]`, and no `[link](https://…)`.
pub(super) fn is_button(clause: &str, sentence: &str) -> bool {
    let start = clause.as_ptr() as usize - sentence.as_ptr() as usize;
    let behind = &sentence[start + clause.len()..];
    let words = clause.split_whitespace().count();
    sentence[..start].ends_with('[')
        && behind.starts_with(']')
        && !behind.starts_with("](")
        && (1..=4).contains(&words)
        && !clause.contains(|c: char| c.is_ascii_digit() || "@/.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_at_stops_and_not_in_wrapped_lines() {
        let read = |t| {
            sentences(t)
                .map(str::trim)
                .filter(|s| !s.is_empty())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            read("Send it to\n dear Dr. No now. Or not.Then go"),
            ["Send it to\n dear Dr. No now.", "Or not.", "Then go"]
        );
        assert_eq!(
            read("- one\n- two\n\nthree at 4.50"),
            ["- one", "- two", "three at 4.50"]
        );
    }
}
