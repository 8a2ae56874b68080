//! Words with a slip of the hand, and words with digits for letters.

use super::{Senses, senses};

/// Verbs that matter most, by which a slip of the hand is mended.
const MENDED: &[&str] = &[
    "approve",
    "authorize",
    "cancel",
    "charge",
    "create",
    "deactivate",
    "delete",
    "destroy",
    "disable",
    "execute",
    "forward",
    "invite",
    "overwrite",
    "password",
    "payment",
    "permission",
    "publish",
    "purchase",
    "refund",
    "reimburse",
    "remove",
    "revoke",
    "schedule",
    "subscribe",
    "terminate",
    "transfer",
    "truncate",
    "unlock",
    "update",
    "upload",
    "withdraw",
    "acheter",
    "commander",
    "desactiver",
    "effacer",
    "envoyer",
    "partager",
    "publier",
    "rembourser",
    "supprimer",
    "bestellen",
    "bezahlen",
    "erstatten",
    "loeschen",
    "senden",
    "uberweisen",
    "veroffentlichen",
    "borrar",
    "comprar",
    "eliminar",
    "enviar",
    "publicar",
    "reembolsar",
    "transferir",
    "dismiss",
];

/// For each letter the verbs that have it as one of their first two, as bits.
static BEGINNINGS: [u64; 26] = {
    assert!(MENDED.len() < u64::BITS as usize);
    let mut verbs = [0; 26];
    let mut i = 0;
    while i < MENDED.len() {
        let letters = MENDED[i].as_bytes();
        verbs[(letters[0] - b'a') as usize] |= 1 << i;
        verbs[(letters[1] - b'a') as usize] |= 1 << i;
        i += 1;
    }
    verbs
};

/// The senses of a word that is none, as the verb it was meant to be:
/// `tranfer`, `dleete`. Inflections (`created`) are words of their own.
pub fn mended(word: &str) -> Senses {
    if word.len() < 5 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return Senses::NONE;
    }
    let verb = without_pronouns(word).map_or(Senses::NONE, |verb| senses(&verb));
    if verb.any(Senses::ACTING | Senses::RETURN | Senses::BACK) {
        return verb;
    }
    // One slip leaves a word as long, but for a letter, and one of its first two
    // letters first.
    let mut near = BEGINNINGS[usize::from(word.as_bytes()[0] - b'a')];
    let mut verbs = std::iter::from_fn(|| {
        let verb = MENDED.get(near.trailing_zeros() as usize)?;
        near &= near - 1;
        Some(*verb)
    });
    let meant = verbs.find(|verb| {
        verb.len().abs_diff(word.len()) <= 1
            && !verb.starts_with(word)
            && !word.starts_with(*verb)
            && crate::words::one_slip(word, verb)
    });
    meant.map_or(Senses::NONE, senses)
}

/// A Spanish verb without the pronouns that hang on it: `borrala`, `enviaselo`,
/// `subidlo`.
pub(super) fn without_pronouns(word: &str) -> Option<String> {
    const HANGING: [&str; 18] = [
        "noslos", "noslas", "selos", "selas", "noslo", "nosla", "selo", "sela", "melo", "mela",
        "telo", "tela", "los", "las", "les", "lo", "la", "le",
    ];
    if !matches!(
        word.as_bytes(),
        [.., b'l', b'o' | b'a' | b'e'] | [.., b'l', _, b's']
    ) {
        return None; // most words
    }
    let verb = HANGING.iter().find_map(|h| word.strip_suffix(h))?;
    // `borrad`, `subid` are said to several.
    let verb = ["ad", "ed", "id"]
        .iter()
        .find_map(|said| Some([verb.strip_suffix(said)?, &said[..1], "r"].concat()))
        .unwrap_or_else(|| verb.to_owned());
    (verb.len() >= 4).then_some(verb)
}

/// A word with digits for letters, written with letters: `d3l3te`. Only where
/// digits stand between letters: `user42` and `s3` mean what they say.
pub(super) fn without_digits(word: &[u8]) -> Option<String> {
    if word.len() < 5 {
        return None; // most numbers
    }
    let letter = |i: usize| word.get(i).is_some_and(u8::is_ascii_alphabetic);
    let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
    let within = (1..word.len()).any(|i| word[i].is_ascii_digit() && letter(i - 1));
    if digits == 0 || digits * 2 > word.len() || !within || !letter(word.len() - 1) && digits == 1 {
        return None;
    }
    let plain = |c: char| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        '8' => 'b',
        other => other,
    };
    Some(String::from_utf8_lossy(word).chars().map(plain).collect())
}
