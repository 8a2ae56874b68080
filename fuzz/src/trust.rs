//! The trust file.

use coldnotch::plugins::trust::{Distrust, Trust};

/// By a key that the seeds know, over [`TEXT`].
const SIGNED: &str = include_str!("../../tests/fixtures/minisign/plain.minisig");
const TEXT: &[u8] = include_bytes!("../../tests/fixtures/minisign/text.txt");

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let trust = match Trust::parse(text) {
        Ok(trust) => trust,
        Err(e) => return super::component::is_fit_to_show(&e),
    };
    assert_eq!(
        trust,
        Trust::parse(&format!("{text}\n# the end\n")).unwrap()
    );
    let ask = |bytes: &[u8], signatures: &str| trust.check("refunds", None, bytes, signatures);
    assert_eq!(ask(TEXT, ""), Err(Distrust::Unsigned));
    let other = ask(b"something else", SIGNED);
    assert!(other.is_err(), "{other:?}");
    let once = ask(TEXT, SIGNED);
    if let Ok(vouched) = &once {
        assert_eq!(vouched.signers.len(), 1);
        assert_eq!(vouched.signatures, SIGNED);
    }
    let twice = ask(TEXT, &SIGNED.repeat(2));
    assert_eq!(twice.is_ok(), once.is_ok(), "nobody counts twice");
}
