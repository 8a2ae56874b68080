//! Who may sign which packs: the operator's trust file.
//!
//! ```toml
//! [[signer]]
//! name = "acme"                 # what messages and the lock call them
//! keys = ["RWQ…"]               # minisign's public keys
//! packs = ["acme-*"]            # which packs they may sign; `*` stands for anything
//! sources = ["oci://packs.example.com/acme/*"]  # and where these come from; optional
//!
//! [[threshold]]                 # one signer is enough where nothing is said
//! packs = ["acme-payments"]
//! signers = 2                   # how many different ones it takes
//! ```

mod signer;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::lock::said;
use super::signature::{Signature, SignatureError};
use crate::printable::printable;
use signer::{Signer, fits};

/// Why the trust file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It cannot be read.
    #[error("cannot read the trust file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is wrong.
    #[error("the trust file {}: {what}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the entry's name.
        what: String,
    },
}

/// Why a component is not trusted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// Nobody signed it.
    #[error("it is not signed")]
    Unsigned,
    /// What should be signatures is none.
    #[error("{0}")]
    Malformed(String),
    /// A known signer signed something else.
    #[error("it was changed since '{signer}' signed it: {changed}")]
    Changed {
        /// Who did.
        signer: String,
        /// Which of its parts.
        changed: String,
    },
    /// A known signer did not make this signature.
    #[error("the signature of '{signer}' was changed: it is not as its key makes one")]
    Forged {
        /// Whose key it names.
        signer: String,
    },
    /// Only strangers signed it.
    #[error("it is signed by {keys}, and the trust file knows none of them")]
    Strangers {
        /// The numbers of the keys.
        keys: String,
    },
    /// A known signer may sign other packs only.
    #[error("'{signer}' may sign {may}, and this is '{found}'")]
    NotTheirs {
        /// The signer.
        signer: String,
        /// Which packs, or packs from where.
        may: String,
        /// What this is, or where it is from.
        found: String,
    },
    /// Fewer different signers than it takes.
    #[error("it takes {needed} different signers, and there {}", so_many(.signers))]
    TooFew {
        /// How many it takes.
        needed: usize,
        /// Who did.
        signers: Vec<String>,
    },
    /// Enough signatures, but not of different signers.
    #[error(
        "it takes {needed} different signers, and nobody counts twice: there {}",
        so_many(.signers)
    )]
    Repeated {
        /// How many it takes.
        needed: usize,
        /// Who did.
        signers: Vec<String>,
    },
}

impl Distrust {
    /// Whether something was changed, whoever has to sign.
    pub fn is_tampering(&self) -> bool {
        matches!(
            self,
            Distrust::Changed { .. } | Distrust::Forged { .. } | Distrust::Malformed(_)
        )
    }
}

fn so_many(signers: &[String]) -> String {
    let are = if signers.len() == 1 { "is" } else { "are" };
    format!("{are} {}", signers.join(", "))
}

/// The trust file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    signers: Vec<Signer>,
    thresholds: Vec<Threshold>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Threshold {
    packs: Vec<String>,
    signers: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    signer: Vec<signer::Entry>,
    #[serde(default)]
    threshold: Vec<Threshold>,
}

/// What a signature in the name of a known key is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    True,
    /// Made with the key, over other bytes.
    OfOther,
    Forged,
}

/// What one signature is.
#[derive(Debug)]
pub struct Seen {
    /// The number of the key it names.
    pub key: String,
    /// Whose key that is, if the trust file knows it.
    pub signer: Option<String>,
    /// Whether that signer made it, over these bytes.
    pub is_true: bool,
    /// What was signed along; nothing where it is not true.
    pub comment: String,
}

/// Those who vouch for a component, and with what.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Vouched {
    /// Their names, sorted.
    pub signers: Vec<String>,
    /// Their signatures alone, one after the other.
    pub signatures: String,
}

impl Trust {
    /// Reads the file; nobody is trusted where there is none.
    ///
    /// # Errors
    /// It is there and cannot be read, or is wrong.
    pub fn read(path: &Path) -> Result<Self, TrustError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map_err(|what| TrustError::Wrong {
                path: path.to_owned(),
                what,
            }),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Trust::default()),
            Err(source) => Err(TrustError::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Reads its text.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| said(&e))?;
        let mut trust = Trust::default();
        for entry in file.signer {
            let signer = Signer::read(entry)?;
            let known = |other: &&Signer| other.name == signer.name || other.shares_key(&signer);
            if let Some(other) = trust.signers.iter().find(known) {
                return Err(format!(
                    "signer '{}' has the name or a key of signer '{}'; nobody counts twice",
                    signer.name, other.name
                ));
            }
            trust.signers.push(signer);
        }
        if let Some(zero) = file.threshold.iter().find(|t| t.signers == 0) {
            let packs = printable(&zero.packs.join(", "), 200);
            return Err(format!("the threshold of {packs} must be 1 or more"));
        }
        trust.thresholds = file.threshold;
        Ok(trust)
    }

    /// Those who vouch for a component: enough of them, all different. `from` is the
    /// reference of one that comes from a registry.
    ///
    /// # Errors
    /// There are not enough, or a signature that names a known key is wrong: then
    /// somebody changed something.
    pub fn check(
        &self,
        pack: &str,
        from: Option<&str>,
        component: &[u8],
        signatures: &str,
    ) -> Result<Vouched, Distrust> {
        let given = read(signatures)?;
        if given.is_empty() {
            return Err(Distrust::Unsigned);
        }
        let mut counted: Vec<(&Signer, &Signature)> = Vec::new();
        let (mut refused, mut repeated) = (None, false);
        for signature in &given {
            let Some((signer, word)) = self.maker(signature, component) else {
                continue;
            };
            match word {
                Word::True => {}
                Word::OfOther => return Err(signer.signed_other(signature, component)),
                Word::Forged => {
                    let signer = signer.name.clone();
                    return Err(Distrust::Forged { signer });
                }
            }
            match signer.may_sign(pack, from) {
                Err(e) => refused = Some(e),
                Ok(()) if counted.iter().any(|(other, _)| *other == signer) => repeated = true,
                Ok(()) => counted.push((signer, signature)),
            }
        }
        let needed = self.needed(pack);
        counted.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
        let signers: Vec<String> = counted.iter().map(|(s, _)| s.name.clone()).collect();
        if signers.len() >= needed {
            let signatures = counted.iter().map(|(_, signature)| signature.text());
            return Ok(Vouched {
                signatures: signatures.collect(),
                signers,
            });
        }
        Err(match (signers.is_empty(), refused) {
            (true, Some(refused)) => refused,
            (true, None) => Distrust::Strangers { keys: keys(&given) },
            (false, _) if repeated => Distrust::Repeated { needed, signers },
            (false, _) => Distrust::TooFew { needed, signers },
        })
    }

    /// What each signature of a component is, whoever may sign what.
    ///
    /// # Errors
    /// One of them is none at all.
    pub fn look(&self, component: &[u8], signatures: &str) -> Result<Vec<Seen>, Distrust> {
        let seen = |signature: &Signature| {
            let maker = self.maker(signature, component);
            let is_true = maker.is_some_and(|(_, word)| word == Word::True);
            Seen {
                key: signature.key_id(),
                signer: maker.map(|(signer, _)| signer.name.clone()),
                is_true,
                comment: if is_true {
                    signature.comment()
                } else {
                    String::new()
                },
            }
        };
        Ok(read(signatures)?.iter().map(seen).collect())
    }

    /// Whose key a signature names, and what it is worth. Numbers of keys are not
    /// unique: it is the one of that number whose key fits, if any does.
    fn maker(&self, signature: &Signature, component: &[u8]) -> Option<(&Signer, Word)> {
        let id = signature.key_id();
        let mut named = None;
        for signer in &self.signers {
            for key in signer.keys.iter().filter(|key| key.id() == id) {
                if signature.is_of(key, component) {
                    return Some((signer, Word::True));
                }
                if signature.is_whole(key) {
                    return Some((signer, Word::OfOther));
                }
                named = named.or(Some((signer, Word::Forged)));
            }
        }
        named
    }

    /// How many different signers this pack takes: the most that is said of it.
    fn needed(&self, pack: &str) -> usize {
        self.thresholds
            .iter()
            .filter(|t| fits(&t.packs, pack))
            .map(|t| t.signers)
            .max()
            .unwrap_or(1)
    }
}

fn read(signatures: &str) -> Result<Vec<Signature>, Distrust> {
    let malformed = |e: SignatureError| Distrust::Malformed(e.to_string());
    Signature::all(signatures).map_err(malformed)
}

fn keys(signatures: &[Signature]) -> String {
    let ids: Vec<String> = signatures.iter().map(Signature::key_id).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::signature::{Password, PublicKey, new_key, sign};
    use super::*;

    struct Key {
        secret: String,
        public: PublicKey,
    }

    fn key() -> Key {
        let (secret, public) = new_key(Password::Without).unwrap();
        Key { secret, public }
    }

    fn signed(by: &[&Key], bytes: &[u8]) -> String {
        by.iter()
            .map(|key| {
                sign(bytes, &key.secret, Password::Without, "")
                    .unwrap()
                    .0
                    .text()
                    .to_owned()
            })
            .collect()
    }

    fn entry(name: &str, key: &Key, packs: &str) -> String {
        let key = &key.public;
        format!("[[signer]]\nname = \"{name}\"\nkeys = [\"{key}\"]\npacks = [{packs}]\n")
    }

    #[test]
    fn each_way_to_be_distrusted_has_its_own_words() {
        let (acme, bolt, stranger) = (key(), key(), key());
        let text = entry("acme", &acme, "\"acme-*\"")
            + &entry("bolt", &bolt, "\"*\"")
            + "[[threshold]]\npacks = [\"acme-payments\"]\nsigners = 2\n";
        let trust = Trust::parse(&text).unwrap();
        let ask = |pack: &str, by: &[&Key]| {
            let vouched = trust.check(pack, None, b"x", &signed(by, b"x"));
            vouched.map(|vouched| vouched.signers)
        };
        assert_eq!(ask("acme-mail", &[&acme]).unwrap(), ["acme"]);
        assert_eq!(
            ask("acme-payments", &[&bolt, &acme]).unwrap(),
            ["acme", "bolt"]
        );
        assert_eq!(ask("other", &[&acme, &bolt]).unwrap(), ["bolt"]);
        for (pack, by, said) in [
            (
                "acme-payments",
                &[&acme][..],
                "it takes 2 different signers, and there is acme",
            ),
            (
                "acme-payments",
                &[&acme, &acme],
                "it takes 2 different signers, and nobody counts twice: there is acme",
            ),
            (
                "other",
                &[&acme],
                "'acme' may sign acme-*, and this is 'other'",
            ),
            ("other", &[], "it is not signed"),
        ] {
            assert_eq!(ask(pack, by).unwrap_err().to_string(), said);
        }
        let e = ask("other", &[&stranger]).unwrap_err();
        assert!(matches!(e, Distrust::Strangers { .. }), "{e}");
        // A wrong one is no matter of how many others there are.
        let moved = signed(&[&bolt], b"x") + &signed(&[&acme], b"another component");
        let e = trust.check("acme-mail", None, b"x", &moved).unwrap_err();
        assert!(matches!(e, Distrust::Changed { .. }), "{e}");
        let e = trust.check("acme-mail", None, b"x", "rubbish").unwrap_err();
        assert!(matches!(e, Distrust::Malformed(_)), "{e}");
    }

    #[test]
    fn a_signer_may_be_bound_to_a_source() {
        let acme = key();
        let bound = "sources = [\"oci://packs.example.com/acme/*\"]\n";
        let trust = Trust::parse(&(entry("acme", &acme, "\"*\"") + bound)).unwrap();
        let ask = |from: Option<&str>| trust.check("mail", from, b"x", &signed(&[&acme], b"x"));
        assert!(ask(Some("oci://packs.example.com/acme/mail:1")).is_ok());
        assert!(ask(None).is_ok(), "a file of this machine");
        let e = ask(Some("oci://evil.example.com/acme/mail:1")).unwrap_err();
        assert_eq!(
            e.to_string(),
            "'acme' may sign packs from oci://packs.example.com/acme/*, and this is 'oci://evil.example.com/acme/mail:1'"
        );
    }

    #[test]
    fn what_a_signature_is_can_be_seen_without_trusting_it() {
        let (acme, stranger) = (key(), key());
        let trust = Trust::parse(&entry("acme", &acme, "\"none\"")).unwrap();
        let text = signed(&[&acme, &stranger], b"x") + &signed(&[&acme], b"y");
        let seen = trust.look(b"x", &text).unwrap();
        let seen: Vec<_> = seen
            .iter()
            .map(|s| (s.signer.as_deref(), s.is_true))
            .collect();
        assert_eq!(
            seen,
            [(Some("acme"), true), (None, false), (Some("acme"), false)]
        );
    }

    #[test]
    fn mistakes_in_the_file_are_named() {
        let (one, two) = (key(), key());
        let cases = [
            (
                entry("a", &one, "\"*\"") + &entry("b", &one, "\"*\""),
                "nobody counts twice",
            ),
            (
                entry("a", &one, "\"*\"") + &entry("a", &two, "\"*\""),
                "nobody counts twice",
            ),
            (entry("a", &one, ""), "may sign nothing"),
            (
                "[[signer]]\nname = \"a\"\nkeys = [\"RWQ\"]\npacks = [\"*\"]".to_owned(),
                "signer 'a'",
            ),
            (
                "[[threshold]]\npacks = [\"*\"]\nsigners = 0".to_owned(),
                "1 or more",
            ),
            ("[[signers]]".to_owned(), "signers"),
        ];
        for (text, what) in cases {
            let e = Trust::parse(&text).unwrap_err();
            assert!(e.contains(what), "{e}");
        }
    }
}
