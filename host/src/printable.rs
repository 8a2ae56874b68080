//! Foreign text made safe to show.

/// The text without control, format and direction characters (white space
/// becomes a space), cut to at most `max` bytes at a character, with `…` at the
/// end when it was cut.
pub fn printable(text: &str, max: usize) -> String {
    const CUT: char = '…';
    let mut out = String::with_capacity(text.len().min(max));
    for c in text.chars() {
        let c = match c {
            c if c.is_whitespace() => ' ',
            c if c.is_control() || is_invisible(c) => continue,
            c => c,
        };
        if out.len() + c.len_utf8() > max {
            while out.len() + CUT.len_utf8() > max && out.pop().is_some() {}
            out.push(CUT);
            break;
        }
        out.push(c);
    }
    out
}

/// Characters without a glyph, which hide in a text or change what others show:
/// zero-width and direction marks, byte-order mark, soft hyphen, joiners,
/// fillers, variation selectors, interlinear annotation, tags. Controls are not
/// among them: they separate words, these do not.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn controls_vanish_and_white_space_becomes_a_space() {
        assert_eq!(
            printable("a\u{1b}[31mb\r\nc\td\u{9b}e\u{7f}", 99),
            "a[31mb  c de"
        );
        assert_eq!(printable("gnp\u{202e}exe.", 99), "gnpexe.");
        assert_eq!(printable("line\u{2028}break", 99), "line break");
    }

    #[test]
    fn fillers_joiners_and_selectors_vanish() {
        for c in
            "\u{34f}\u{115f}\u{1160}\u{3164}\u{ffa0}\u{fe00}\u{fe0f}\u{e0041}\u{e0100}\u{e01ef}"
                .chars()
        {
            assert_eq!(printable(&format!("ALL{c}OW{c}"), 99), "ALLOW", "{c:?}");
        }
    }

    #[test]
    fn a_cut_shows_and_keeps_characters_whole() {
        assert_eq!(printable("ééééé", 10), "ééééé");
        assert_eq!(printable("éééééé", 10), "ééé…");
        assert_eq!(printable("abc", 0), "…");
    }

    proptest! {
        #[test]
        fn nothing_invisible_survives(text in any::<String>(), max in 3usize..64) {
            let shown = printable(&text, max);
            prop_assert!(shown.len() <= max);
            prop_assert!(!shown.chars().any(|c| c.is_control() || is_invisible(c)));
        }
    }
}
