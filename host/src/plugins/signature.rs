//! Signatures of packs: minisign's, so that its own tool makes and checks them too.
//!
//! A signature is Ed25519 over the BLAKE2b-512 of the component's bytes, with a comment
//! that is signed along (<https://jedisct1.github.io/minisign/>). Those of a component
//! stand one after the other in `NAME.wasm.minisig`; minisign itself reads the first.

use std::fmt;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXUPPER};
use minisign::{KeyPair, SecretKey, SecretKeyBox, SignatureBones, SignatureBox};

use super::parts::Parts;
use crate::printable::printable;

/// The most signatures that are read of one file.
const MAX_SIGNATURES: usize = 16;
/// The longest line of one.
const MAX_LINE: usize = 1024;
/// Lines of a signature.
const LINES: usize = 4;
/// Bytes of an Ed25519 signature, and before it the algorithm and the key's number.
const SIGNATURE: usize = 64;
const HEAD: usize = 10;
/// Bytes of a public key with its head.
const KEY: usize = HEAD + 32;

/// Why something cannot be signed, or a key or a signature cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// A file that should hold signatures holds something else.
    #[error("signature {number} is not one of minisign's: {what}")]
    Malformed {
        /// Which of the file, from 1.
        number: usize,
        /// What is wrong.
        what: String,
    },
    /// More than anybody needs.
    #[error("more than {MAX_SIGNATURES} signatures")]
    TooMany,
    /// No public key.
    #[error("'{0}' is not a minisign public key: it has 56 characters and begins with RW")]
    PublicKey(String),
    /// No secret key, or another password.
    #[error("the secret key cannot be used: {0}")]
    SecretKey(String),
    /// A key with a password, and none was given.
    #[error("the secret key has a password: name a file that holds it with --password-file")]
    Password,
    /// Signing failed.
    #[error("cannot sign: {0}")]
    Sign(String),
}

/// Who can have made a signature.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    text: String,
    bytes: [u8; KEY],
}

impl PublicKey {
    /// Reads a key as minisign prints it, or a whole `.pub` file.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let line = text.trim().lines().next_back().unwrap_or_default().trim();
        let wrong = || SignatureError::PublicKey(printable(line, 80));
        let bytes = BASE64.decode(line.as_bytes()).map_err(|_| wrong())?;
        match <[u8; KEY]>::try_from(bytes) {
            Ok(bytes) if bytes.starts_with(b"Ed") => Ok(PublicKey {
                text: line.to_owned(),
                bytes,
            }),
            _ => Err(wrong()),
        }
    }

    /// Its number as minisign shows it: 16 hex digits. Others can have the same one.
    pub fn id(&self) -> String {
        number(&self.bytes[2..HEAD])
    }

    /// Whether both are one key, whatever numbers they go by.
    pub fn is_same(&self, other: &PublicKey) -> bool {
        self.bytes[HEAD..] == other.bytes[HEAD..]
    }

    /// The key in the form minisign prints.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its file, as minisign has it.
    pub fn file(&self) -> String {
        format!(
            "untrusted comment: minisign public key {}\n{}\n",
            self.id(),
            self.text
        )
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A key's number: the bytes are little-endian, the digits are not.
fn number(bytes: &[u8]) -> String {
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    HEXUPPER.encode(&reversed)
}

/// One signature.
pub struct Signature {
    parsed: SignatureBox,
    text: String,
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", self.key_id())
    }
}

impl Signature {
    /// Reads the signatures of a file, one after the other.
    ///
    /// # Errors
    /// One of them is none, or there are too many.
    pub fn all(text: &str) -> Result<Vec<Signature>, SignatureError> {
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        if lines.len() > MAX_SIGNATURES * LINES {
            return Err(SignatureError::TooMany);
        }
        lines
            .chunks(LINES)
            .enumerate()
            .map(|(place, lines)| Self::one(place + 1, lines))
            .collect()
    }

    fn one(number: usize, lines: &[&str]) -> Result<Signature, SignatureError> {
        let wrong = |what: &str| SignatureError::Malformed {
            number,
            what: what.to_owned(),
        };
        let [_, signature, comment, global] = lines else {
            return Err(wrong("it has not four lines"));
        };
        // The library passes over these, and then they are not signed.
        let comment = comment.strip_prefix("trusted comment: ");
        if comment.is_some_and(|comment| comment != comment.trim()) {
            return Err(wrong("there are blanks around its comment"));
        }
        if lines.iter().any(|line| line.len() > MAX_LINE) {
            return Err(wrong("a line is too long"));
        }
        // The library trusts these lengths.
        for (line, bytes) in [(signature, HEAD + SIGNATURE), (global, SIGNATURE)] {
            let decoded = BASE64.decode(line.trim().as_bytes());
            if decoded.map_or(0, |decoded| decoded.len()) != bytes {
                return Err(wrong("a signature in it has not the right length"));
            }
        }
        let text = format!("{}\n", lines.join("\n"));
        let parsed =
            SignatureBox::from_string(&text).map_err(|e| wrong(&printable(&e.to_string(), 200)))?;
        match parsed.is_prehashed() {
            true => Ok(Signature { parsed, text }),
            false => Err(wrong(
                "it is of the old kind: sign again with `minisign -H`",
            )),
        }
    }

    /// The number of the key that is said to have made it.
    pub fn key_id(&self) -> String {
        number(self.parsed.keynum())
    }

    /// What its signer wrote beside it. True only where [`is_of`](Signature::is_of) is.
    pub fn comment(&self) -> String {
        let comment = self.parsed.trusted_comment().unwrap_or_default();
        printable(Parts::split(&comment).0, 300)
    }

    /// The parts of what was signed, where its signer wrote them down. True only where
    /// [`is_whole`](Signature::is_whole) is.
    pub fn parts(&self) -> Option<Parts> {
        Parts::split(&self.parsed.trusted_comment().unwrap_or_default()).1
    }

    /// As it stands in a file, with the line end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether this key has made it, over these bytes.
    pub fn is_of(&self, key: &PublicKey, bytes: &[u8]) -> bool {
        let Ok(key) = minisign::PublicKey::from_base64(key.as_str()) else {
            return false;
        };
        minisign::verify(&key, &self.parsed, Cursor::new(bytes), true, false, false).is_ok()
    }

    /// Whether it is as this key has made it, over whatever bytes: signature and comment
    /// are signed together.
    pub fn is_whole(&self, key: &PublicKey) -> bool {
        let line = |number| self.text.lines().nth(number).unwrap_or_default();
        let decoded = |number| BASE64.decode(line(number).trim().as_bytes());
        let (Ok(made), Ok(over_both)) = (decoded(1), decoded(3)) else {
            return false;
        };
        // The library checks the second signature only where the first is right. It is a
        // signature of the old kind, over the first and the comment.
        let mut bytes = made.get(HEAD..).unwrap_or_default().to_vec();
        bytes.extend(self.parsed.trusted_comment().unwrap_or_default().bytes());
        let alone = [b"Ed", self.parsed.keynum(), &over_both].concat();
        let key = minisign::PublicKey::from_base64(key.as_str());
        match (key, SignatureBones::from_bytes(&alone)) {
            (Ok(key), Ok(alone)) => {
                minisign::verify(&key, &alone.into(), Cursor::new(bytes), true, false, true).is_ok()
            }
            _ => false,
        }
    }
}

/// Where the signatures of a component's file are.
pub fn beside(component: &Path) -> PathBuf {
    let mut name = component.as_os_str().to_owned();
    name.push(".minisig");
    PathBuf::from(name)
}

/// What protects a secret key.
#[derive(Clone)]
pub enum Password {
    /// Nothing.
    Without,
    /// This.
    Given(String),
    /// What the person at the terminal types.
    Ask,
}

/// A new pair of keys: the secret key's file, to be kept where nobody else reads it,
/// and the public key.
///
/// # Errors
/// The system gives no randomness, or no password was typed.
pub fn new_key(password: Password) -> Result<(String, PublicKey), SignatureError> {
    let wrong = |e: minisign::PError| SignatureError::SecretKey(e.to_string());
    let pair = match password {
        Password::Without => KeyPair::generate_unencrypted_keypair(),
        Password::Given(password) => KeyPair::generate_encrypted_keypair(Some(password)),
        Password::Ask => KeyPair::generate_encrypted_keypair(None),
    }
    .map_err(wrong)?;
    let secret = pair
        .sk
        .to_box(Some("coldnotch signing key"))
        .map_err(wrong)?;
    Ok((
        secret.into_string(),
        PublicKey::parse(&pair.pk.to_base64())?,
    ))
}

/// Signs a component with a secret key's file, with a comment that is signed along, and
/// with the digests of its [`Parts`] behind that.
///
/// # Errors
/// The key cannot be read, or wants another password.
pub fn sign(
    component: &[u8],
    secret: &str,
    password: Password,
    comment: &str,
) -> Result<(Signature, PublicKey), SignatureError> {
    let unusable = |e: minisign::PError| SignatureError::SecretKey(printable(&e.to_string(), 200));
    let stored = SecretKeyBox::from_string(secret).map_err(unusable)?;
    let bytes = key_bytes(secret);
    let is_protected = bytes.get(2..4).is_some_and(|derived| derived != [0, 0]);
    let secret = match (is_protected, password) {
        // minisign writes no checksum into these; the public key below tells a damaged one.
        (false, _) => SecretKey::from_bytes(&bytes),
        (true, Password::Given(password)) => stored.into_secret_key(Some(password)),
        (true, Password::Ask) => stored.into_secret_key(None),
        (true, Password::Without) => return Err(SignatureError::Password),
    }
    .map_err(unusable)?;
    let public = minisign::PublicKey::from_secret_key(&secret).map_err(unusable)?;
    let comment = match Parts::of(component) {
        Ok(parts) => format!("{comment} {parts}").trim_start().to_owned(),
        Err(_) => comment.to_owned(), // no component: nothing of it is known
    };
    let made = minisign::sign(
        Some(&public),
        &secret,
        Cursor::new(component),
        Some(&comment),
        Some("signature of a coldnotch pack"),
    )
    .map_err(|e| SignatureError::Sign(e.to_string()))?;
    let signature = Signature {
        text: made.to_string(),
        parsed: made,
    };
    Ok((signature, PublicKey::parse(&public.to_base64())?))
}

/// What a secret key's file holds: after two bytes for the algorithm, two name the one
/// that its key is derived with from a password, zero for none.
fn key_bytes(secret: &str) -> Vec<u8> {
    let line = secret.lines().nth(1).unwrap_or_default();
    BASE64.decode(line.trim().as_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair() -> (String, PublicKey) {
        new_key(Password::Without).unwrap()
    }

    /// A file of `tests/fixtures/minisign`, all made by minisign 0.11.
    macro_rules! made {
        ($name:literal) => {
            include_str!(concat!("../../../tests/fixtures/minisign/", $name))
        };
    }

    #[test]
    fn what_minisign_makes_is_read() {
        for (key, signed) in [
            (made!("plain.pub"), made!("plain.minisig")),
            (made!("locked.pub"), made!("locked.minisig")),
        ] {
            let key = PublicKey::parse(key).unwrap();
            let read = Signature::all(signed).unwrap().remove(0);
            assert!(read.is_of(&key, made!("text.txt").as_bytes()));
            assert_eq!(key.id(), read.key_id());
            assert_eq!(read.comment(), "refunds 1.2.0");
            assert_eq!(read.text(), signed);
        }
        let e = Signature::all(made!("legacy.minisig")).unwrap_err();
        assert!(e.to_string().contains("of the old kind"), "{e}");
    }

    #[test]
    fn keys_of_minisign_sign() {
        for (secret, public, password) in [
            (made!("plain.key"), made!("plain.pub"), Password::Without),
            (
                made!("locked.key"),
                made!("locked.pub"),
                given("open sesame"),
            ),
        ] {
            let (signature, key) = sign(b"x", secret, password, "x 1.0.0").unwrap();
            assert_eq!(key, PublicKey::parse(public).unwrap());
            assert_eq!(key.file(), public);
            assert!(signature.is_of(&key, b"x"));
        }
    }

    #[test]
    fn a_signature_is_of_its_key_and_its_bytes_only() {
        let (secret, public) = pair();
        let (made, by) = sign(b"component", &secret, Password::Without, "refunds 1.2.0").unwrap();
        assert_eq!(by, public);
        let read = Signature::all(made.text()).unwrap().remove(0);
        assert!(read.is_of(&public, b"component"));
        assert!(!read.is_of(&public, b"component "));
        assert!(!read.is_of(&pair().1, b"component"));
        assert_eq!(read.comment(), "refunds 1.2.0");
        assert_eq!(read.key_id(), public.id());
    }

    #[test]
    fn a_changed_comment_is_no_signature_any_more() {
        let (secret, public) = pair();
        let (made, _) = sign(b"component", &secret, Password::Without, "version 1").unwrap();
        assert!(made.is_whole(&public) && !made.is_whole(&pair().1));
        let forged = made.text().replace("version 1", "version 9");
        let read = Signature::all(&forged).unwrap().remove(0);
        assert_eq!(read.comment(), "version 9");
        assert!(!read.is_of(&public, b"component"));
        assert!(!read.is_whole(&public));
    }

    #[test]
    fn what_minisign_signed_is_whole() {
        let key = PublicKey::parse(made!("plain.pub")).unwrap();
        let text = made!("plain.minisig");
        let read = Signature::all(text).unwrap().remove(0);
        assert!(read.is_whole(&key));
        for line in [1, 3] {
            let other = Signature::all(made!("locked.minisig")).unwrap().remove(0);
            let mut lines: Vec<&str> = text.lines().collect();
            lines[line] = other.text().lines().nth(line).unwrap();
            let mixed = Signature::all(&lines.join("\n")).unwrap().remove(0);
            assert!(!mixed.is_whole(&key), "{line}");
        }
    }

    fn given(password: &str) -> Password {
        Password::Given(password.to_owned())
    }

    #[test]
    fn a_key_with_a_password_wants_it() {
        let (secret, public) = new_key(given("open sesame")).unwrap();
        let e = sign(b"x", &secret, Password::Without, "").unwrap_err();
        assert!(matches!(e, SignatureError::Password), "{e}");
        assert!(sign(b"x", &secret, given("close sesame"), "").is_err());
        let (made, _) = sign(b"x", &secret, given("open sesame"), "").unwrap();
        assert!(made.is_of(&public, b"x"));
    }

    #[test]
    fn a_damaged_key_signs_nothing() {
        let (secret, _) = pair();
        let line = secret.lines().nth(1).unwrap();
        let bytes = BASE64.decode(line.as_bytes()).unwrap();
        for damage in [
            |bytes: &mut Vec<u8>| bytes.truncate(40),
            |bytes: &mut Vec<u8>| bytes[70] ^= 1,  // of the seed
            |bytes: &mut Vec<u8>| bytes[100] ^= 1, // of the public half
        ] {
            let mut bytes = bytes.clone();
            damage(&mut bytes);
            let key = format!("untrusted comment: x\n{}\n", BASE64.encode(&bytes));
            assert!(sign(b"x", &key, Password::Without, "").is_err());
        }
        assert!(sign(b"x", "rubbish", Password::Without, "").is_err());
    }

    #[test]
    fn several_stand_one_after_the_other() {
        let (one, two) = (pair(), pair());
        let (first, _) = sign(b"x", &one.0, Password::Without, "a").unwrap();
        let (second, _) = sign(b"x", &two.0, Password::Without, "b").unwrap();
        let all = Signature::all(&format!("{}\n{}", first.text(), second.text())).unwrap();
        assert_eq!(all.len(), 2);
        assert!(all[0].is_of(&one.1, b"x") && all[1].is_of(&two.1, b"x"));
    }

    #[test]
    fn nonsense_is_named() {
        let short = "untrusted comment: x\nRUQ=\ntrusted comment: y\nAAAA\n";
        let e = Signature::all(short).unwrap_err().to_string();
        assert!(e.contains("signature 1") && e.contains("length"), "{e}");
        let blank = made!("plain.minisig").replace("comment: refunds", "comment:  refunds");
        let e = Signature::all(&blank).unwrap_err().to_string();
        assert!(e.contains("blanks around its comment"), "{e}");
        let e = Signature::all("one\ntwo\n").unwrap_err().to_string();
        assert!(e.contains("four lines"), "{e}");
        assert!(Signature::all("").unwrap().is_empty());
        assert!(Signature::all(&"x\n".repeat(100)).is_err());
        assert!(PublicKey::parse("RWQ").is_err());
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(text in "(untrusted comment: [a-z]{0,9}\n)?[A-Za-z0-9+/=]{0,110}\n(trusted comment: .{0,9}\n)?[A-Za-z0-9+/=]{0,100}\n?") {
            if let Ok(all) = Signature::all(&text) {
                let key = pair().1;
                prop_assert!(all.iter().all(|signature| !signature.is_of(&key, b"x")));
            }
            let _ = PublicKey::parse(&text);
        }
    }
}
