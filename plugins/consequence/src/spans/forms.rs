//! Verbs in other forms than one orders with, by their endings: `posting`,
//! `purges`, `zu löschen`, `bórralos`.

use super::signals;
use crate::effect::Effects;

/// Endings, and what stands in their place where the verb orders.
const ENDINGS: &[(&str, &[&str])] = &[
    // English
    ("ing", &["", "e"]),
    ("ied", &["y"]),
    ("ed", &["", "e"]),
    ("ies", &["y"]),
    ("es", &["", "e"]),
    ("s", &[""]),
    // French
    ("ant", &["e", "er", "ez"]),
    ("ees", &["e"]),
    ("ee", &["e"]),
    ("e", &["er"]),
    // German
    ("end", &["e", "en"]),
    ("et", &["e", "en"]),
    ("t", &["e", "en"]),
    // Spanish
    ("ando", &["a", "ar"]),
    ("iendo", &["e", "er", "ir"]),
    ("ado", &["a", "ar"]),
    ("ada", &["a", "ar"]),
    ("ados", &["a", "ar"]),
    ("adas", &["a", "ar"]),
    ("ido", &["e", "er", "ir"]),
    ("ida", &["e", "er", "ir"]),
];

/// Participles of their own.
const IRREGULAR: &[(&str, &str)] = &[
    ("bought", "buy"),
    ("ecrit", "ecrire"),
    ("escrito", "escribir"),
    ("forgotten", "drop"),
    ("given", "give"),
    ("hecho", "crea"),
    ("hidden", "remove"),
    ("made", "make"),
    ("mis", "mettre"),
    ("paid", "pay"),
    ("pagado", "pagar"),
    ("put", "put"),
    ("sent", "send"),
    ("set", "set"),
    ("told", "tell"),
    ("transmis", "transmettre"),
    ("uberwiesen", "uberweisen"),
    ("written", "write"),
];

/// What a verb brings about in whatever form it stands.
pub(super) fn verb(word: &str) -> Effects {
    let plain = signals::verb(word);
    if plain != Effects::NONE {
        return plain;
    }
    let irregular = IRREGULAR.iter().find(|(form, _)| *form == word);
    if let Some((_, verb)) = irregular {
        return signals::verb(verb);
    }
    let german = word.strip_prefix("ge").filter(|rest| rest.ends_with('t'));
    german.map_or(Effects::NONE, regular) | regular(word)
}

fn regular(word: &str) -> Effects {
    for (ending, instead) in ENDINGS {
        let Some(stem) = word.strip_suffix(ending).filter(|s| s.len() >= 3) else {
            continue;
        };
        let mut all = instead.iter().map(|new| [stem, new].concat());
        // `cancelled`, `swapping`: the last letter stands twice.
        let bytes = stem.as_bytes();
        let doubled = bytes[bytes.len() - 1] == bytes[bytes.len() - 2];
        let single = super::short(stem, stem.len() - usize::from(doubled));
        let effects = all
            .by_ref()
            .map(|verb| signals::verb(&verb))
            .fold(signals::verb(single), |all, verb| all | verb);
        if effects != Effects::NONE {
            return effects;
        }
    }
    Effects::NONE
}

/// What an order with a Spanish pronoun grown to it brings about: `envíalo`, `borrarlos`.
pub(super) fn with_pronoun(word: &str) -> Effects {
    ["lo", "la", "los", "las", "le", "les"]
        .iter()
        .filter_map(|pronoun| word.strip_suffix(pronoun))
        .map(|verb| match verb {
            "haz" | "haga" => Effects::WRITE,
            _ => signals::verb(verb.strip_suffix("se").unwrap_or(verb)),
        })
        .fold(Effects::NONE, |all, verb| all | verb)
}

/// True for how an English participle ends.
pub(super) fn is_participle(word: &str) -> bool {
    word.len() >= 4 && word.ends_with("ed") || IRREGULAR.iter().any(|(form, _)| *form == word)
}

/// True for how an infinitive ends, in French or Spanish.
pub(super) fn is_infinitive(word: &str) -> bool {
    word.len() >= 5
        && ["er", "ir", "re", "ar"].iter().any(|e| word.ends_with(e))
        && !matches!(word, "etre" | "avoir" | "haber" | "tener" | "estar")
}

/// The verb of `zu löschen` and `einzutragen`, told from the word before it and itself.
pub(super) fn with_zu(before: &str, word: &str) -> Option<Effects> {
    let german = word.len() >= 5 && word.ends_with('n');
    let grown = word.find("zu").filter(|at| (2..=6).contains(at));
    let effects = match grown {
        _ if !german => return None,
        _ if before == "zu" => verb(word),
        Some(at) => verb(&[&word[..at], &word[at + 2..]].concat()) | verb(&word[at + 2..]),
        None => return None,
    };
    Some(effects | Effects::WRITE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_led_back_to_their_verbs() {
        for (form, effect) in [
            ("posting", Effects::PUBLISH),
            ("cancelled", Effects::DELETE),
            ("purges", Effects::DELETE),
            ("paid", Effects::PAY),
            ("publiant", Effects::PUBLISH),
            ("geloscht", Effects::DELETE),
            ("publicando", Effects::PUBLISH),
            ("borrado", Effects::DELETE),
        ] {
            assert!(verb(form).any(effect), "{form}");
        }
        assert_eq!(
            with_zu("zu", "loschen").map(|e| e.any(Effects::DELETE)),
            Some(true)
        );
        assert!(with_zu("", "einzutragen").is_some());
        assert!(with_zu("", "zukunft").is_none());
        assert!(with_pronoun("envialo").any(Effects::SEND));
        assert_eq!(verb("table"), Effects::NONE);
    }
}
