//! What words mean, in English, French, German and Spanish.
//!
//! A word has senses; a rule asks for senses and never for a spelling. A `*`
//! stands for any ending. Words are in the folded form of [`crate::words`].
//!
//! - `tools`, `talk`, `acts`: the words, by what they are about
//! - `slips`: words that were meant to be others

/// Declares senses with their words, the first one as the bit `from`.
macro_rules! senses {
    (from $from:expr; $($(#[$doc:meta])* $name:ident: $words:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($name,)* _BEHIND }

        impl Senses {
            $($(#[$doc])* pub const $name: Senses = Senses(1 << ($from + Index::$name as u32));)*
        }

        /// The bit behind the last of these senses.
        pub(super) const END: u32 = $from + Index::_BEHIND as u32;

        pub(super) const WORDS: &[(Senses, &str)] = &[$((Senses::$name, $words)),*];
    };
}

mod acts;
mod slips;
mod talk;
#[cfg(test)]
mod tests;
mod tools;

use std::ops::BitOr;
use std::sync::LazyLock;

use crate::dictionary::Dictionary;

pub use slips::mended;
use slips::without_digits;

/// A set of senses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Senses(u128);

impl Senses {
    /// No sense.
    pub const NONE: Senses = Senses(0);

    /// True when the two sets share a sense.
    pub const fn any(self, of: Senses) -> bool {
        self.0 & of.0 != 0
    }

    /// What the two sets share.
    pub const fn of(self, of: Senses) -> Senses {
        Senses(self.0 & of.0)
    }

    /// Both sets together, where the operator cannot be used.
    pub const fn and(self, other: Senses) -> Senses {
        Senses(self.0 | other.0)
    }
}

impl Senses {
    /// Verbs of doing, other than looking.
    pub const ACTING: Senses = Senses::MAKE
        .and(Senses::UPDATE)
        .and(Senses::DELETE)
        .and(Senses::REMOVE)
        .and(Senses::OFF)
        .and(Senses::GRANT)
        .and(Senses::SHARE)
        .and(Senses::SEND)
        .and(Senses::CONTACT)
        .and(Senses::ORDER)
        .and(Senses::UPLOAD)
        .and(Senses::PUBLISH)
        .and(Senses::PAY)
        .and(Senses::PLAN)
        .and(Senses::MEND)
        .and(Senses::EXEC);
}

impl BitOr for Senses {
    type Output = Senses;

    fn bitor(self, other: Senses) -> Senses {
        Senses(self.0 | other.0)
    }
}

/// All words with their senses.
const WORDS: [&[(Senses, &str)]; 3] = [tools::WORDS, talk::WORDS, acts::WORDS];
const _: () = assert!(acts::END <= u128::BITS);

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| Dictionary::of(&WORDS.concat()));

/// Builds the dictionary, so that no decision has to.
pub fn prepare() {
    LazyLock::force(&DICTIONARY);
}

/// True for a verb with its pronoun at its end: `borrala`.
pub fn hangs_on(word: &str) -> bool {
    DICTIONARY.senses(word.as_bytes()) == Senses::NONE
        && slips::without_pronouns(word).is_some_and(|v| {
            let gives = Senses::RETURN | Senses::BACK;
            DICTIONARY.senses(v.as_bytes()).any(Senses::ACTING | gives)
        })
}

/// The senses of one folded word.
pub fn senses(word: &str) -> Senses {
    senses_of(word.as_bytes())
}

/// What a word means that stands in no list: a German order without its last letter
/// (`erinner`), or a slip of the hand.
pub fn called(word: &str) -> Senses {
    let order = match word.len() {
        5..=20 if !word.ends_with(['a', 'e', 'i', 'o', 's', 'u']) => {
            DICTIONARY.senses([word, "e"].concat().as_bytes())
        }
        _ => Senses::NONE,
    };
    match order.any(Senses::ACTING) {
        true => order,
        false => mended(word),
    }
}

/// The same of a word in bytes.
pub fn senses_of(word: &[u8]) -> Senses {
    let found = DICTIONARY.senses(word);
    if found != Senses::NONE {
        return found;
    }
    let mut digits = false;
    let mut before = 0;
    for byte in word {
        if *byte == b'e' && matches!(before, b'a' | b'o' | b'u') {
            // German without its dots: `loeschen` for `löschen`.
            let text = String::from_utf8_lossy(word);
            let plain = text.replace("ae", "a").replace("oe", "o");
            return DICTIONARY.senses(plain.replace("ue", "u").as_bytes());
        }
        digits |= byte.is_ascii_digit();
        before = *byte;
    }
    if digits && let Some(plain) = without_digits(word) {
        return DICTIONARY.senses(plain.as_bytes());
    }
    match word.strip_suffix(b"s") {
        Some(singular) if singular.len() >= 4 => DICTIONARY.senses(singular),
        _ => Senses::NONE,
    }
}
