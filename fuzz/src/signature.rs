//! Signatures and public keys, in minisign's form.

use coldnotch::plugins::signature::{PublicKey, Signature};

const KEY: &str = include_str!("../../tests/fixtures/minisign/plain.pub");
const SIGNED: &str = include_str!("../../tests/fixtures/minisign/plain.minisig");
const TEXT: &[u8] = include_bytes!("../../tests/fixtures/minisign/text.txt");

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(key) = PublicKey::parse(text) {
        assert_eq!(PublicKey::parse(&key.file()).unwrap(), key);
        assert_eq!(key.id().len(), 16);
    }
    let all = match Signature::all(text) {
        Ok(all) => all,
        Err(e) => return super::component::is_fit_to_show(&e.to_string()),
    };
    let key = PublicKey::parse(KEY).unwrap();
    let whole: String = all.iter().map(Signature::text).collect();
    let again = Signature::all(&whole).unwrap();
    assert_eq!(again.len(), all.len());
    for (one, again) in all.iter().zip(&again) {
        assert_eq!((one.text(), one.key_id()), (again.text(), again.key_id()));
        super::component::is_fit_to_show(&one.comment());
        // Nobody has the secret key: what is true is what was made, comment included.
        if one.is_of(&key, TEXT) {
            assert!(one.is_whole(&key), "it is no less by itself");
            let lines = |text: &str| -> Vec<String> {
                text.lines()
                    .skip(1)
                    .map(|line| line.trim().to_owned())
                    .collect()
            };
            assert_eq!(lines(one.text()), lines(SIGNED));
        }
        assert!(!one.is_of(&key, b"something else"));
    }
}
