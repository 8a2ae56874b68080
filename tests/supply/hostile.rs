//! A registry that means harm: whatever it sends, little of it is read.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use coldnotch::plugins::lock::sha256;

use crate::shop::{CASE, NONE, Shop};

/// So much is sent of what has no end, to whoever takes it.
const FLOOD: usize = 256 << 20;
/// So much of it may be on its way when the reader hangs up.
const ON_ITS_WAY: usize = 16 << 20;

const SIGNATURES: &str = "application/vnd.coldnotch.signatures.v1+minisign";

/// What it answers by the end of the path; what floods is the status and the path.
struct Hostile {
    port: u16,
    taken: Arc<Mutex<Vec<usize>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

fn digest(bytes: &[u8]) -> String {
    sha256(&Sha256::digest(bytes).into())
}

fn named(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()})
}

/// All that a pull asks for, as it should be.
fn honest(component: &[u8], signatures: &[u8]) -> Vec<(String, Vec<u8>)> {
    let manifest = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": named("application/vnd.wasm.config.v0+json", b"{}"),
        "layers": [named("application/wasm", component)],
    });
    let manifest = manifest.to_string().into_bytes();
    let artifact = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": SIGNATURES, "config": named("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [named(SIGNATURES, signatures)], "subject": named("", &manifest),
    });
    let artifact = artifact.to_string().into_bytes();
    let mut entry = named("application/vnd.oci.image.manifest.v1+json", &artifact);
    entry["artifactType"] = SIGNATURES.into();
    let index = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [entry],
    });
    vec![
        ("manifests/1".to_owned(), manifest),
        (format!("manifests/{}", digest(&artifact)), artifact),
        (format!("blobs/{}", digest(component)), component.to_vec()),
        (format!("blobs/{}", digest(signatures)), signatures.to_vec()),
        ("referrers".to_owned(), index.to_string().into_bytes()),
    ]
}

impl Hostile {
    fn start(answers: Vec<(String, Vec<u8>)>, flood: &'static str, path: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (taken, asked) = (Arc::<Mutex<Vec<_>>>::default(), Arc::default());
        let hostile = Hostile {
            port,
            taken: taken.clone(),
            asked: Arc::clone(&asked),
        };
        thread::spawn(move || {
            for client in listener.incoming() {
                let (mut client, mut head) = (client.unwrap(), Vec::new());
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap_or(0) > 0 {
                    head.push(byte[0]);
                }
                let head = String::from_utf8(head).unwrap();
                let asked_for = head.split(' ').nth(1).unwrap_or_default().to_owned();
                if asked_for.contains(&path) {
                    taken.lock().unwrap().push(pour(&mut client, flood));
                } else {
                    answer(&mut client, &asked_for, &answers, port, &path);
                }
                asked.lock().unwrap().push(asked_for);
            }
        });
        hostile
    }
}

/// An answer without an end; how much of it was taken.
fn pour(client: &mut TcpStream, status: &str) -> usize {
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n");
    let (chunk, mut sent) = (vec![b' '; 64 << 10], 0);
    let _ = client.write_all(head.as_bytes());
    while sent < FLOOD && client.write_all(&chunk).is_ok() {
        sent += chunk.len();
    }
    sent
}

fn answer(
    client: &mut TcpStream,
    asked: &str,
    answers: &[(String, Vec<u8>)],
    port: u16,
    path: &str,
) {
    let found = answers.iter().find(|(end, _)| asked.contains(end.as_str()));
    let (status, body) = match found {
        Some((_, body)) => ("200 OK".to_owned(), &body[..]),
        None if asked == "/v2/" && path == "/token" => {
            let bearer = format!("Bearer realm=\"http://127.0.0.1:{port}/token\"");
            let status = format!("401 Unauthorized\r\nwww-authenticate: {bearer}");
            (status, &[][..])
        }
        None if asked == "/v2/" => ("200 OK".to_owned(), &b"{}"[..]),
        None => ("404 Not Found".to_owned(), &[][..]),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    let _ = client.write_all(&[head.as_bytes(), body].concat());
}

/// A pack and its signatures, honestly made.
fn pack() -> (Shop, Vec<u8>, Vec<u8>) {
    let shop = Shop::new(NONE);
    shop.trust(&["acme"]);
    shop.build("1.0.0", None, CASE);
    shop.sign("acme");
    let read = |name: &str| fs::read(shop.path(name)).unwrap();
    let (component, signatures) = (read("pack/stub.wasm"), read("pack/stub.wasm.minisig"));
    (shop, component, signatures)
}

#[test]
fn an_answer_without_an_end_is_not_read() {
    let (shop, component, signatures) = pack();
    let blob = |bytes: &[u8]| format!("blobs/{}", digest(bytes));
    for (status, path, words) in [
        ("200 OK", "/token".to_owned(), "65536 bytes of a token"),
        (
            "200 OK",
            "manifests/1".to_owned(),
            "1048576 bytes of a manifest",
        ),
        (
            "200 OK",
            "referrers".to_owned(),
            "1048576 bytes of an index",
        ),
        ("200 OK", blob(&signatures), "65536 bytes of signatures"),
        ("200 OK", blob(&component), "what arrived is sha256:"),
        (
            "500 Oh",
            "manifests/1".to_owned(),
            "65536 bytes of a complaint",
        ),
    ] {
        let hostile = Hostile::start(honest(&component, &signatures), status, path.clone());
        let line = format!(
            "plugin install oci://127.0.0.1:{}/stub:1 --yes",
            hostile.port
        );
        shop.run(&line).refused(5, words);
        // Whoever waits for it sees it hang up.
        let mut taken = hostile.taken.lock().unwrap().clone();
        while taken.is_empty() {
            thread::yield_now();
            taken = hostile.taken.lock().unwrap().clone();
        }
        assert!(
            taken.iter().all(|taken| *taken < ON_ITS_WAY),
            "{path}: {taken:?}"
        );
        assert!(!shop.path("coldnotch.lock").exists());
    }
    // The same without the flood.
    let honest = Hostile::start(honest(&component, &signatures), "", "/nothing".to_owned());
    let line = format!(
        "plugin install oci://127.0.0.1:{}/stub:1 --yes",
        honest.port
    );
    shop.run(&line).went_well();
}

#[test]
fn a_layer_is_nowhere_else_and_no_larger_than_allowed() {
    let (shop, component, signatures) = pack();
    let elsewhere = Hostile::start(Vec::new(), "", "/nothing".to_owned());
    for (key, value, words) in [
        ("size", json!(1_u64 << 40), "more than 67108864"),
        ("size", json!(-1), "more than 67108864"),
        (
            "digest",
            json!("sha256:../../up"),
            "its layer has no SHA-256",
        ),
        ("digest", json!(digest(b"missing")), "there is no such pack"),
    ] {
        let mut answers = honest(&component, &signatures);
        let mut manifest: Value = serde_json::from_slice(&answers[0].1).unwrap();
        manifest["layers"][0][key] = value;
        let url = format!("http://127.0.0.1:{}/layer", elsewhere.port);
        manifest["layers"][0]["urls"] = json!([url]);
        answers[0].1 = manifest.to_string().into_bytes();
        let hostile = Hostile::start(answers, "", "/nothing".to_owned());
        let line = format!("plugin pull oci://127.0.0.1:{}/stub:1", hostile.port);
        let ran = shop.run(&line);
        assert!(
            ran.code != Some(0) && ran.said.contains(words),
            "{}",
            ran.said
        );
        assert!(hostile.asked.lock().unwrap().len() <= 3);
    }
    assert!(elsewhere.asked.lock().unwrap().is_empty());
}
