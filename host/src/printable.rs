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
            c if invisible(c) => continue,
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

/// Characters that have no shape of their own but change what others show:
/// controls (C0, C1, DEL), zero-width and direction marks, byte-order mark,
/// soft hyphen, interlinear annotation, tags.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
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
            prop_assert!(!shown.chars().any(invisible));
        }
    }
}
