//! Characters: what each is in a text, and its plain form.

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Upper,
    Lower,
    Digit,
    /// Ends a sentence.
    Stop,
    Gap,
    /// Takes no place on the screen.
    Invisible,
}

/// What each ASCII character is.
pub(super) const ASCII: [Kind; 128] = {
    let mut kinds = [Kind::Gap; 128];
    let mut byte = 0;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'a'..=b'z' => Kind::Lower,
            b'A'..=b'Z' => Kind::Upper,
            b'0'..=b'9' => Kind::Digit,
            b'.' | b'!' | b'?' | b';' | b'\n' | b':' => Kind::Stop,
            _ => Kind::Gap,
        };
        byte += 1;
    }
    kinds
};

/// What a character beyond ASCII is.
pub(super) fn kind(c: char) -> Kind {
    match c {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}' => Kind::Invisible,
        '\u{300}'..='\u{36f}' => Kind::Invisible, // combining accents
        _ if c.is_uppercase() => Kind::Upper,
        _ if c.is_alphabetic() => Kind::Lower,
        _ if c.is_numeric() => Kind::Digit,
        _ => Kind::Gap,
    }
}

/// Appends the plain lower-case form of a letter or digit.
pub(super) fn fold(c: char, to: &mut String) {
    if c.is_ascii() {
        to.push(c.to_ascii_lowercase());
        return;
    }
    // `zählen` counts and `zahlen` pays: the one pair that the dots tell apart.
    if matches!(c, 'ä' | 'Ä') && to.ends_with('z') {
        to.push_str("ae");
        return;
    }
    for c in c.to_lowercase() {
        let plain = match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
            'ç' | 'ć' | 'č' => 'c',
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
            'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
            'ñ' | 'ń' | 'ň' => 'n',
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
            'ý' | 'ÿ' => 'y',
            'ś' | 'š' | 'ş' => 's',
            'ź' | 'ż' | 'ž' => 'z',
            'ł' => 'l',
            'ğ' => 'g',
            // Letters of other scripts that look like Latin ones.
            'а' | 'α' => 'a',
            'в' | 'β' => 'b',
            'с' | 'ϲ' => 'c',
            'ԁ' => 'd',
            'е' | 'ε' => 'e',
            'һ' => 'h',
            'і' | 'ι' => 'i',
            'ј' => 'j',
            'к' | 'κ' => 'k',
            'м' => 'm',
            'ո' => 'n',
            'о' | 'ο' => 'o',
            'р' | 'ρ' => 'p',
            'ԛ' => 'q',
            'ѕ' => 's',
            'т' | 'τ' => 't',
            'ν' => 'v',
            'ԝ' => 'w',
            'х' | 'χ' => 'x',
            'у' => 'y',
            'ß' => {
                to.push('s');
                's'
            }
            'œ' => {
                to.push('o');
                'e'
            }
            'æ' => {
                to.push('a');
                'e'
            }
            // Full-width forms lie in one block, in ASCII order.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0)
                .unwrap_or(c)
                .to_ascii_lowercase(),
            other => other,
        };
        to.push(plain);
    }
}
