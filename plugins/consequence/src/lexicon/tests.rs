use super::*;

#[test]
fn a_word_may_have_several_senses_and_an_open_end() {
    assert!(senses("2fa").any(Senses::SAFETY));
    assert!(senses("refund").any(Senses::PAY) && senses("refund").any(Senses::MONEY));
    assert!(senses("remboursement").any(Senses::BACK), "open ending");
    assert!(senses("rembourserons").any(Senses::BACK));
    assert!(!senses("payment").any(Senses::PAY), "no open ending");
    assert_eq!(senses("xyz"), Senses::NONE);
    assert_eq!(senses(""), Senses::NONE);
    assert_eq!(senses("é"), Senses::NONE);
}

#[test]
fn slips_are_mended_and_inflections_are_not() {
    assert!(
        mended("delte").any(Senses::DELETE)
            && mended("tranfer").any(Senses::MONEY)
            && mended("dleete").any(Senses::DELETE)
    );
    for word in ["created", "cancels", "paper", "relate", "payee", "pager"] {
        assert_eq!(mended(word), Senses::NONE, "{word}");
    }
}

#[test]
fn the_table_holds_every_declared_word_in_folded_form() {
    for (sense, words) in WORDS.concat() {
        for word in words.split_ascii_whitespace() {
            let plain = word.trim_end_matches('*');
            assert!(senses(plain).any(sense), "{word}");
            assert!(
                plain.bytes().all(|b| b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    || b == b'_'
                    || b == b'\''),
                "{word} is not folded"
            );
        }
    }
}
