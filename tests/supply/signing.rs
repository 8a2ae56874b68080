//! Keys and signatures, ours and minisign's.

use std::fs;

use crate::command::ROOT;
use crate::shop::{CASE, NONE, Shop, tool};

#[test]
fn a_secret_key_is_nobody_else_s_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::new(NONE);
    let made = shop.json("plugin keygen my.key --no-password");
    assert_eq!(
        (&made["secret"], &made["public"]),
        (&"my.key".into(), &"my.pub".into())
    );
    let mode = fs::metadata(shop.path("my.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    shop.run("plugin keygen my.key --no-password")
        .refused(1, "my.key is there already");
    shop.run("plugin keygen other.key")
        .refused(1, "no terminal to ask for the password");
}

#[test]
fn keys_of_minisign_do() {
    let shop = Shop::new(NONE);
    shop.build("1.0.0", None, CASE);
    let fixture = |name: &str| format!("{ROOT}/tests/fixtures/minisign/{name}");
    fs::write(shop.path("password"), "open sesame\n").unwrap();
    fs::write(shop.path("wrong"), "close sesame\n").unwrap();
    let locked = format!("plugin sign pack --key {}", fixture("locked.key"));
    shop.run(&locked)
        .refused(1, "the secret key has a password");
    shop.run(&format!("{locked} --password-file wrong"))
        .refused(1, "the secret key cannot be used");
    shop.run(&format!("{locked} --password-file password"))
        .went_well();
    shop.run(&format!("plugin sign pack --key {}", fixture("plain.key")))
        .went_well();
    for name in ["locked.pub", "plain.pub"] {
        shop.run(&format!("plugin verify pack --key {}", fixture(name)))
            .went_well();
    }
    shop.key("stranger");
    shop.run("plugin verify pack --key stranger.pub")
        .refused(5, "no signature of key");
}

/// The tool itself, where the machine has it (Debian's package `minisign`).
#[test]
fn minisign_takes_ours_and_we_take_its() {
    let shop = Shop::new(NONE);
    shop.build("1.0.0", None, CASE);
    shop.trust(&["acme"]);
    shop.sign("acme");
    let minisign = |line: &str| {
        let mut command = tool("minisign");
        command.args(line.split(' '));
        shop.0.prepare(command).output()
    };
    match minisign("-V -p acme.pub -m pack/stub.wasm") {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("NOT CHECKED against minisign: this machine has none");
            return;
        }
        verified => {
            let said = String::from_utf8(verified.unwrap().stdout).unwrap();
            assert!(said.contains("Trusted comment: stub 1.0.0"), "{said}");
        }
    }
    fs::remove_file(shop.path("pack/stub.wasm.minisig")).unwrap();
    let signed = minisign("-S -s acme.key -m pack/stub.wasm").unwrap();
    assert!(signed.status.success(), "{signed:?}");
    let said = shop.run("plugin verify pack").went_well();
    assert!(said.contains("signed by acme"), "{said}");
}
