use super::*;

fn split(text: &str) -> Vec<String> {
    Words::of(text).iter().map(str::to_owned).collect()
}

#[test]
fn identifiers_are_split_in_any_style() {
    assert_eq!(
        split("BankManagerTransferFunds"),
        ["bank", "manager", "transfer", "funds"]
    );
    assert_eq!(split("gmail__create_draft"), ["gmail", "create", "draft"]);
    assert_eq!(split("sendHTTPRequest"), ["send", "http", "request"]);
    assert_eq!(
        split("drive.vider-corbeille"),
        ["drive", "vider", "corbeille"]
    );
}

#[test]
fn accents_look_alikes_and_invisible_characters_are_undone() {
    assert_eq!(
        split("Créé à Zürich, straße"),
        ["cree", "a", "zurich", "strasse"]
    );
    assert_eq!(split("r\u{435}fund"), ["refund"], "a Cyrillic e");
    assert_eq!(split("re\u{200b}fund"), ["refund"]);
    assert_eq!(split("ｒｅｆｕｎｄ"), ["refund"]);
    assert_eq!(split("e\u{301}te\u{301}"), ["ete"]);
}

#[test]
fn entities_and_digits_for_letters_are_undone() {
    assert_eq!(
        split("re&#102;und &eacute;t&eacute; a&amp;b"),
        ["refund", "ete", "a", "b"]
    );
    assert_eq!(split("re&#x66;und"), ["refund"]);
    assert_eq!(split("AT&T &; &#; &#x110000;"), ["at", "t", "x110000"]);
    assert!(Words::of("d3l3te_all").all().any(Senses::DELETE));
    assert!(Words::of("tr4n5f3r").all().any(Senses::MONEY));
    assert_eq!(split("user42 s3 i18n"), ["user42", "s3", "i18n"]);
}

#[test]
fn one_slip_is_a_slip_and_two_are_not() {
    for (a, b) in [
        ("delte", "delete"),
        ("dleete", "delete"),
        ("deleete", "delete"),
        ("delate", "delete"),
    ] {
        assert!(one_slip(a, b), "{a}");
    }
    for (a, b) in [
        ("delete", "delete"),
        ("deliver", "delete"),
        ("", "ab"),
        ("dlte", "delete"),
    ] {
        assert!(!one_slip(a, b), "{a}");
    }
}

#[test]
fn letters_written_apart_are_joined() {
    assert_eq!(split("we e r s t a t t e n it"), ["we", "erstatten", "it"]);
    assert_eq!(split("a b"), ["a", "b"]);
}

#[test]
fn sentences_end_at_stops_but_not_inside_numbers_and_names() {
    let words = Words::of("Pay 4.50 now. Or read gate.rs");
    let sentences: Vec<_> = words.sentences().collect();
    assert_eq!(sentences, [0..4, 4..8]);
}

#[test]
fn phrases_may_end_words_openly() {
    assert!(Words::of("Un geste commercial").contains("gest* commercial"));
    assert!(!Words::of("Un geste").contains("geste commercial"));
}
