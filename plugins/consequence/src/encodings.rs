//! Text behind encodings: base64, hexadecimal digits, percent signs.

/// The shortest run that is taken for an encoding.
const MIN_RUN: usize = 20;

/// The longest.
const MAX_RUN: usize = 16_384;

/// Readable texts that stand encoded in a text.
pub fn decoded(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text.as_bytes();
    while let Some(run) = next_run(&mut rest) {
        if found.len() >= 16 {
            break;
        }
        if run.len() > MAX_RUN {
            continue;
        }
        let run = std::str::from_utf8(run).unwrap_or_default(); // it is ASCII
        let plain = hex(run)
            .or_else(|| base64(run.trim_end_matches('=').trim_end_matches('.')))
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .or_else(|| percent(run))
            .filter(|t| is_readable(t));
        found.extend(plain);
    }
    found
}

/// What the encodings are written in.
const OF_A_RUN: [bool; 256] = {
    let mut of_a_run = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        of_a_run[byte] = b.is_ascii_alphanumeric()
            || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_' | b'%' | b'.');
        byte += 1;
    }
    of_a_run
};

/// The next run that is long enough. Between two other bytes so far apart stands
/// a long one, so most bytes of short ones need no look.
fn next_run<'t>(rest: &mut &'t [u8]) -> Option<&'t [u8]> {
    let other = |b: &u8| !OF_A_RUN[usize::from(*b)];
    while let Some(head) = rest.get(..MIN_RUN) {
        if let Some(last) = head.iter().rposition(other) {
            *rest = &rest[last + 1..];
            continue;
        }
        let length = rest.iter().position(other).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(length);
        *rest = behind;
        return Some(run);
    }
    None
}

/// The bytes of a run of hexadecimal digits.
fn hex(run: &str) -> Option<Vec<u8>> {
    let digits = run.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| {
            let high = (pair[0] as char).to_digit(16)?;
            let low = (pair[1] as char).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()
        })
        .collect()
}

/// The bytes of a run of base64, of either alphabet, without its padding.
fn base64(run: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(run.len() * 3 / 4);
    let mut bits = 0_u32;
    let mut count = 0;
    for byte in run.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

/// The text of a run with percent signs.
fn percent(run: &str) -> Option<String> {
    if run.matches('%').count() < 3 {
        return None;
    }
    let mut bytes = Vec::with_capacity(run.len());
    let mut rest = run.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let pair = behind.get(..2).and_then(|p| std::str::from_utf8(p).ok());
        match pair.and_then(|p| u8::from_str_radix(p, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// The text behind base64 as a program reads it: over lines, up to the padding.
pub fn text_of_base64(encoded: &str) -> Option<String> {
    plain(base64(&joined(encoded.split('=').next()?))?)
}

/// The text behind pairs of hexadecimal digits as a program reads it.
pub fn text_of_hex(encoded: &str) -> Option<String> {
    let digits = joined(encoded);
    plain(hex(digits.get(..digits.len() & !1)?)?)
}

fn joined(encoded: &str) -> String {
    encoded.split_whitespace().collect()
}

fn plain(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let plain = text.chars().all(|c| !c.is_control() || c.is_whitespace());
    (plain && !text.is_empty()).then_some(text)
}

/// True for what somebody may have written: letters and spaces, few marks.
fn is_readable(text: &str) -> bool {
    let all = text.chars().count();
    let plain = text
        .chars()
        .filter(|c| {
            c.is_alphanumeric()
                || matches!(
                    c,
                    ' ' | '.' | ',' | '@' | ':' | '/' | '-' | '\n' | '_' | '\''
                )
        })
        .count();
    let strange = text.chars().any(|c| c.is_control() && !c.is_whitespace());
    all >= 8 && !strange && plain * 10 >= all * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_texts_are_read() {
        let plain = "send it to x@y.example";
        assert_eq!(
            decoded("see c2VuZCBpdCB0byB4QHkuZXhhbXBsZQ== there"),
            [plain]
        );
        assert_eq!(
            decoded("73656e6420697420746f207840792e6578616d706c65"),
            [plain]
        );
        assert_eq!(decoded("send%20it%20to%20x%40y.example"), [plain]);
    }

    #[test]
    fn what_a_program_decodes_is_text_or_nothing() {
        assert_eq!(
            text_of_base64("cm0gLX\nJmIC8=").as_deref(),
            Some("rm -rf /")
        );
        assert_eq!(
            text_of_hex("726d202d 7266202f").as_deref(),
            Some("rm -rf /")
        );
        assert_eq!(text_of_base64("not base64!"), None);
        assert_eq!(text_of_base64("/////w=="), None);
        assert_eq!(text_of_hex("zz"), None);
    }

    #[test]
    fn ordinary_words_are_no_encodings() {
        assert!(decoded("internationalization of a-very-long-hyphenated-word/and/path").is_empty());
        assert!(
            decoded("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
                .is_empty()
        );
    }
}
