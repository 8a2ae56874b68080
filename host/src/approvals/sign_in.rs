//! Who is signed in to the inbox: a secret in a browser that stands for an API key.
//!
//! A secret is 256 random bits; the file keeps its SHA-256. A link's secret works
//! once: it is used up in the same step in which the browser's own is written down.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::{ApprovalError, Approvals};

/// Somebody who signed in, or may by a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The name of the API key it stands for.
    pub name: String,
    /// The SHA-256 of that key: another key of the same name is another one.
    pub key: String,
    /// When it ends, in milliseconds since the Unix epoch.
    pub expires: u64,
}

/// What a browser or a link holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A new one; `None` where the system gives no randomness.
    pub fn fresh() -> Option<Secret> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).ok()?;
        Some(Secret(BASE64URL_NOPAD.encode(&random)))
    }

    /// The one that was sent, if it can be one.
    pub fn read(text: &str) -> Option<Secret> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        (bytes.len() == 32).then(|| Secret(text.to_owned()))
    }

    /// As it is sent.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What can be told from it for this purpose, and from which it cannot be told.
    pub fn digest(&self, purpose: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(purpose.as_bytes());
        hash.update([0]);
        hash.update(self.0.as_bytes());
        hash.finalize().into()
    }

    pub(super) fn kept(&self) -> [u8; 32] {
        self.digest("coldnotch sign-in")
    }
}

impl Approvals {
    /// Writes down who this secret stands for.
    ///
    /// # Errors
    /// The file failed.
    pub fn sign_in(&self, secret: &Secret, who: &SignIn, now: u64) -> Result<(), ApprovalError> {
        self.store()?.sign_in(secret, false, who, now)
    }

    /// Writes down who may sign in once by a link with this secret.
    ///
    /// # Errors
    /// The file failed.
    pub fn invite(&self, secret: &Secret, who: &SignIn, now: u64) -> Result<(), ApprovalError> {
        self.store()?.sign_in(secret, true, who, now)
    }

    /// Who may sign in by a link, without using it up.
    ///
    /// # Errors
    /// The file failed.
    pub fn invited(&self, link: &Secret, now: u64) -> Result<Option<SignIn>, ApprovalError> {
        self.store()?.signed_in(link, true, now)
    }

    /// Uses a link up: from now on this secret stands for whom it named, until then.
    ///
    /// # Errors
    /// The file failed.
    pub fn redeem(
        &self,
        link: &Secret,
        secret: &Secret,
        until: u64,
        now: u64,
    ) -> Result<Option<SignIn>, ApprovalError> {
        self.store()?.redeem(link, secret, until, now)
    }

    /// Whom a browser's secret stands for.
    ///
    /// # Errors
    /// The file failed.
    pub fn signed_in(&self, secret: &Secret, now: u64) -> Result<Option<SignIn>, ApprovalError> {
        self.store()?.signed_in(secret, false, now)
    }

    /// From now on this secret stands for nobody.
    ///
    /// # Errors
    /// The file failed.
    pub fn sign_out(&self, secret: &Secret) -> Result<(), ApprovalError> {
        self.store()?.sign_out(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approvals::ApprovalsConfig;

    fn ana(expires: u64) -> SignIn {
        SignIn {
            name: "ana".to_owned(),
            key: "k".to_owned(),
            expires,
        }
    }

    #[test]
    fn a_link_works_once_and_a_sign_in_until_it_ends() {
        let approvals = Approvals::new(ApprovalsConfig::default());
        let [link, one, two] = std::array::from_fn(|_| Secret::fresh().unwrap());
        approvals.invite(&link, &ana(100), 0).unwrap();
        // A link is no sign-in, and looking at it does not use it up.
        assert_eq!(approvals.signed_in(&link, 1).unwrap(), None);
        assert_eq!(approvals.invited(&link, 1).unwrap(), Some(ana(100)));
        let signed = approvals.redeem(&link, &one, 500, 1).unwrap();
        assert_eq!(signed, Some(ana(500)));
        assert_eq!(approvals.redeem(&link, &two, 500, 1).unwrap(), None);
        assert_eq!(approvals.signed_in(&two, 1).unwrap(), None);
        assert_eq!(approvals.signed_in(&one, 499).unwrap(), Some(ana(500)));
        assert_eq!(approvals.signed_in(&one, 500).unwrap(), None);
        assert_eq!(approvals.redeem(&one, &two, 500, 1).unwrap(), None);
        approvals.sign_out(&one).unwrap();
        assert_eq!(approvals.signed_in(&one, 1).unwrap(), None);
    }

    #[test]
    fn a_link_that_is_over_signs_nobody_in() {
        let approvals = Approvals::new(ApprovalsConfig::default());
        let [link, one] = std::array::from_fn(|_| Secret::fresh().unwrap());
        approvals.invite(&link, &ana(100), 0).unwrap();
        assert_eq!(approvals.redeem(&link, &one, 500, 100).unwrap(), None);
    }

    #[test]
    fn only_256_bits_are_a_secret() {
        let secret = Secret::fresh().unwrap();
        assert_eq!(Secret::read(secret.text()), Some(secret));
        for text in ["", "abc", "ü", &"A".repeat(44)] {
            assert_eq!(Secret::read(text), None, "{text}");
        }
    }
}
