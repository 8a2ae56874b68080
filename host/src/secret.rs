//! Secrets: kept out of logs, used to sign and to check what others signed.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// How far the clock of whoever signed may be from ours, in seconds.
pub const WINDOW: u64 = 300;

/// A text nobody may see: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps this text.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// HMAC-SHA-256 over these parts, one after another.
pub fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // No length of key is wrong; an empty one would still be a key nobody set.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// Whether the two are the same, in a time that does not tell how far they are.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// The seconds since the Unix epoch that a header gives, if they are near enough to
/// now: what was signed long ago may have been recorded by others.
pub fn recent(header: &str, now: u64) -> Option<u64> {
    let digits = !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit());
    let sent: u64 = digits.then(|| header.parse().ok()).flatten()?;
    (sent.abs_diff(now) <= WINDOW).then_some(sent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    /// RFC 4231, test case 2.
    #[test]
    fn the_mac_is_hmac_sha256() {
        let made = mac(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(HEXLOWER.encode(&made), known);
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret::new("xoxb-1")), "…");
    }

    #[test]
    fn only_what_is_near_now_is_recent() {
        assert_eq!(recent("1000", 1300), Some(1000));
        assert_eq!(recent("1600", 1300), Some(1600));
        for wrong in [
            "999",
            "1601",
            "",
            "-1000",
            "+1300",
            "1300.0",
            " 1300",
            "99999999999999999999",
        ] {
            assert_eq!(recent(wrong, 1300), None, "{wrong}");
        }
    }
}
