//! Signatures of the Standard Webhooks specification, symmetric (`v1`).

use data_encoding::BASE64;

use crate::secret::{Secret, mac, recent, same};

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// How many bytes a key has, at least and at most.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;
/// The longest id that is looked at.
const ID: usize = 256;

/// Keys, read from secrets.
#[derive(Clone)]
pub struct Keys(Vec<Vec<u8>>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

impl Keys {
    /// The keys of these secrets; `None` if one is not `whsec_` and the base64 of 24
    /// to 64 bytes.
    pub fn read(secrets: &[Secret]) -> Option<Keys> {
        let read = |secret: &Secret| {
            let text = secret.expose().strip_prefix(PREFIX)?;
            let key = BASE64.decode(text.as_bytes()).ok()?;
            LENGTHS.contains(&key.len()).then_some(key)
        };
        secrets
            .iter()
            .map(read)
            .collect::<Option<Vec<_>>>()
            .map(Keys)
    }

    /// `webhook-signature`: one signature a key.
    pub fn sign(&self, id: &str, timestamp: u64, body: &[u8]) -> String {
        let timestamp = timestamp.to_string();
        let signed = self.0.iter().map(|key| one(key, id, &timestamp, body));
        signed.collect::<Vec<_>>().join(" ")
    }
}

/// The headers of a signed request.
#[derive(Debug, Clone, Copy)]
pub struct Headers<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
}

/// Whether a request was signed with one of these keys, over its exact bytes and not
/// long ago.
pub fn verify(keys: &Keys, headers: Headers<'_>, body: &[u8], now: u64) -> bool {
    let Headers {
        id,
        timestamp,
        signature,
    } = headers;
    if id.is_empty() || id.len() > ID || recent(timestamp, now).is_none() {
        return false;
    }
    let mut found = false;
    for key in &keys.0 {
        let made = one(key, id, timestamp, body);
        for sent in signature.split(' ').take(8) {
            found |= same(made.as_bytes(), sent.as_bytes());
        }
    }
    found
}

fn one(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> String {
    let made = mac(
        key,
        &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body],
    );
    format!("v1,{}", BASE64.encode(&made))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn keys(secrets: &[&str]) -> Option<Keys> {
        let secrets: Vec<Secret> = secrets.iter().map(|s| Secret::new(*s)).collect();
        Keys::read(&secrets)
    }

    /// The example of the specification's own libraries.
    #[test]
    fn the_signature_is_that_of_the_specification() {
        let keys = keys(&["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).unwrap();
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(keys.sign(ID, 1_614_265_330, BODY), signature);
        let headers = Headers {
            id: ID,
            timestamp: "1614265330",
            signature,
        };
        let at = 1_614_265_330;
        assert!(verify(&keys, headers, BODY, at));
        let among = format!("v1,AAAA {signature} v2,x");
        let among = Headers {
            signature: &among,
            ..headers
        };
        assert!(verify(&keys, among, BODY, at + 300));
        assert!(!verify(&keys, headers, BODY, at + 301));
        assert!(!verify(&keys, headers, b"{}", at));
        assert!(!verify(&keys, Headers { id: "", ..headers }, BODY, at));
        let unsigned = Headers {
            signature: "",
            ..headers
        };
        assert!(!verify(&keys, unsigned, BODY, at));
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign_and_either_is_taken() {
        let (old, new) = (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        );
        let signature = keys(&[old, new]).unwrap().sign("m", 7, BODY);
        for one in [old, new] {
            let headers = Headers {
                id: "m",
                timestamp: "7",
                signature: &signature,
            };
            assert!(verify(&keys(&[one]).unwrap(), headers, BODY, 7));
        }
    }

    #[test]
    fn secrets_that_are_none_are_refused() {
        for wrong in [
            "",
            "whsec_",
            "whsec_c2hvcnQ=",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_!",
        ] {
            assert!(keys(&[wrong]).is_none(), "{wrong}");
        }
    }
}
