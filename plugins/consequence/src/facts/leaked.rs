//! What an action carries out of the house that stood where a secret was read,
//! however it is written.

use coldnotch_plugin::{Occurrence, Place};

use super::{Facts, Past};
use crate::effect::Effects;
use crate::encodings;
use crate::labels;
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::target::{self, What};

/// A piece of a secret in an action.
#[derive(Debug)]
pub struct Leak {
    /// The field it goes out in.
    pub path: String,
    /// The piece as it was read.
    pub piece: String,
    /// The step that read it.
    pub step: u32,
}

/// The shortest piece that is taken for one, and how many are looked up.
const SHORTEST: usize = 8;
const MAX_PIECES: usize = 60;

/// How much of a field is looked at.
const MAX_FIELD: usize = 4 << 10;

impl Facts<'_> {
    /// The first piece of a secret in the action. Nothing is asked of the history
    /// unless a secret was read and something goes out.
    pub(super) fn leaked(&self, past: &impl Past) -> Option<Leak> {
        let web = || {
            self.targets
                .iter()
                .any(|t| t.what == What::Url && t.outside)
        };
        let goes = self.does(Effects::OUTWARD) || self.commands().next().is_some() || web();
        if !goes || self.labelled(labels::SECRET_READ).is_none() {
            return None;
        }
        let excused = self.presents_a_key_to_its_service(past);
        let pieces = self.pieces(excused).take(MAX_PIECES);
        let (paths, pieces): (Vec<&str>, Vec<String>) = pieces.unzip();
        let found = past.find(&pieces);
        let pieces = paths.into_iter().zip(pieces);
        pieces.zip(found).find_map(|((path, piece), seen)| {
            let outputs = seen.iter().filter(|o| o.place == Place::Output);
            let mut steps = outputs.filter_map(|o| o.step);
            let secret = |step: &u32| past.labels(*step).iter().any(|l| l == labels::SECRET_READ);
            let step = steps.find(secret)?;
            Some(Leak {
                path: path.to_owned(),
                piece,
                step,
            })
        })
    }

    /// Whether a service is read with a key in the header for it. Not where only another
    /// output than the one with the secret told of that service.
    fn presents_a_key_to_its_service(&self, past: &impl Past) -> bool {
        if !self.effects.any(Effects::READ) || !self.fields.iter().any(presents_a_key) {
            return false;
        }
        let outside = self
            .targets
            .iter()
            .filter(|t| t.what == What::Url && t.outside);
        let hosts = outside.map(|t| target::url_host(&t.text).unwrap_or(&t.text));
        let unnamed = hosts.filter(|host| !self.names_service(host));
        let unnamed: Vec<String> = unnamed.map(str::to_owned).collect();
        let secret = |step| past.labels(step).iter().any(|l| l == labels::SECRET_READ);
        let told_elsewhere = |seen: &Vec<Occurrence>| {
            let mut outputs = seen.iter().filter(|o| o.place == Place::Output).peekable();
            outputs.peek().is_some() && !outputs.filter_map(|o| o.step).any(secret)
        };
        !past.find(&unnamed).iter().any(told_elsewhere)
    }

    /// Whether the user names a service by its host or by a part of it that says something.
    fn names_service(&self, host: &str) -> bool {
        let telling = |part: &&str| part.len() >= 4;
        let mut parts = host.split(['.', '-']).filter(telling);
        self.intent().names_value(host) || parts.any(|part| self.intent().names_value(part))
    }

    /// What of the fields may be a piece of a secret: words as they are, turned
    /// round and decoded, and short fields put together.
    ///
    /// Without the header that presents a key, where that is excused.
    fn pieces(&self, excused: bool) -> impl Iterator<Item = (&str, String)> {
        let meant = Senses::TO | Senses::CREDENTIAL;
        let texts = || {
            let plain = move |f: &&Field| f.value == Plain::Text && !f.key.any(meant);
            let fields = self.fields.iter().filter(plain);
            fields.filter(move |f| !(excused && presents_a_key(f)))
        };
        let words = texts().flat_map(move |f| {
            let text = crate::finding::short(&f.text, MAX_FIELD);
            let forms = tokens(text).flat_map(|word| {
                let turned = word.chars().rev().collect();
                [word.to_owned(), turned]
            });
            let decoded = encodings::decoded(text);
            let decoded = decoded.into_iter().flat_map(|t| {
                let words: Vec<String> = tokens(&t).map(str::to_owned).collect();
                words
            });
            forms.chain(decoded).map(|piece| (f.path.as_str(), piece))
        });
        let short = texts().filter(|f| (2..=24).contains(&f.text.len()) && !f.text.contains(' '));
        let short: Vec<&Field> = short.take(12).collect();
        let joined = (2..=4).flat_map(move |n| {
            let runs: Vec<(&str, String)> = short
                .windows(n)
                .map(|run| {
                    let texts = run.iter().map(|f| f.text.as_str());
                    (run[0].path.as_str(), texts.collect::<String>())
                })
                .collect();
            runs
        });
        let all = words.chain(joined.filter(|(_, t)| may_be_secret(t)));
        all.filter(|(_, piece)| !self.intent().names_value(piece))
    }
}

/// The header in which whoever reads a service shows his key to it.
fn presents_a_key(field: &Field) -> bool {
    field.name().eq_ignore_ascii_case("authorization")
}

/// The words of a text that nobody writes by chance.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let divides = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\'' | '`' | '=' | '&' | ',' | ';' | '?' | '(' | ')' | '<' | '>' | '{' | '}'
            )
    };
    text.split(divides)
        .map(|w| w.trim_matches(|c: char| matches!(c, '.' | ':' | '!' | '[' | ']')))
        .filter(|w| {
            may_be_secret(w)
                && !is_public_key(w)
                && target::url_host(w).is_none()
                && !w.contains('@')
        })
}

/// True for the parts of a public key, which is there to be given away.
fn is_public_key(word: &str) -> bool {
    let begins = [
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-",
        "AAAAC3NzaC1",
        "AAAAB3NzaC1",
        "AAAAE2VjZHNh",
    ];
    begins.iter().any(|b| word.starts_with(b))
}

fn may_be_secret(word: &str) -> bool {
    (SHORTEST..=200).contains(&word.len())
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_alphabetic())
}
