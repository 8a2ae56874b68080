use super::*;

fn asks(text: &str, verbs: Senses) -> bool {
    Intent::of(Some(text)).asks(verbs)
}

#[test]
fn the_lists_are_sorted() {
    assert!(BEFORE_A_THING.is_sorted());
    assert!(turns::TELLS.are_sorted() && YES.are_sorted());
}

#[test]
fn to_tell_somebody_is_told_from_being_told() {
    let tells = |text| Intent::of(Some(text)).tells_somebody();
    for text in [
        "Sag der Autorin, dass ihr Manuskript da ist",
        "Erklär Frau Ott die Rechnung",
        "Explique au client pourquoi",
        "Dis-leur que c'est fermé",
        "Explícale a la asociación qué falta",
        "book the joiner and text Mrs Lowe the time",
    ] {
        assert!(tells(text), "{text}");
    }
    for text in [
        "Sag mir, was drin steht",
        "Explique-moi la facture",
        "Explícame la factura",
        "read the text the agent wrote",
        "don't text the client",
    ] {
        assert!(!tells(text), "{text}");
    }
}

#[test]
fn a_verb_asks_and_a_thing_does_not() {
    assert!(asks("Refund order 12", Senses::PAY));
    assert!(asks("Please process the refund for order 12", Senses::PAY));
    assert!(asks("Rembourse la cliente", Senses::PAY));
    assert!(!asks("Explain the refund to the customer", Senses::PAY));
    assert!(!asks("Read the email from Ana", Senses::SEND));
}

#[test]
fn what_is_denied_or_kept_for_oneself_is_not_asked() {
    assert!(!asks("Write the mail but do not send it", Senses::PUBLISH));
    assert!(!asks("Draft it, don't delete anything", Senses::DELETE));
    assert!(!asks("Ne supprime rien", Senses::DELETE));
    assert!(!asks(
        "Write a post, I'll publish it myself",
        Senses::PUBLISH
    ));
}

#[test]
fn a_longer_name_does_not_name_a_shorter_thing() {
    let intent = Intent::of(Some("Drop the table orders_2019 and the old releases."));
    for thing in ["orders_2019", "old-releases", "releases/"] {
        assert!(intent.names_thing(thing), "{thing}");
    }
    for thing in ["orders", "orders_2020", "releases-main", ""] {
        assert!(!intent.names_thing(thing), "{thing}");
    }
}

#[test]
fn values_are_named_whatever_their_spacing() {
    let intent = Intent::of(Some("Set their IBAN to GB29 NWBK 6016 1331 9268 19."));
    assert!(intent.names_value("GB29NWBK60161331926819"));
    assert!(!intent.names_value("GB94BARC10201530093459"));
}
