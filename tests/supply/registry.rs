//! A real registry: Debian's `docker-registry`, on loopback, in a folder of the test.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use data_encoding::BASE64;
use serde_json::json;

use crate::command::ROOT;
use crate::shop::{CASE, NONE, Shop, tool};

/// It runs until it is dropped.
struct Registry {
    child: Child,
    port: u16,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a registry, with basic auth for `ana` if wanted; `None` where the machine has
/// none.
fn registry(shop: &Shop, auth: bool) -> Option<Registry> {
    let data = shop.path("registry");
    let auth = match auth {
        true => {
            format!("auth: {{htpasswd: {{realm: packs, path: {ROOT}/tests/fixtures/htpasswd}}}}")
        }
        false => String::new(),
    };
    let config = format!(
        "version: 0.1\nlog: {{level: info}}\nstorage: {{filesystem: {{rootdirectory: {data:?}}}}}\n\
         http: {{addr: '127.0.0.1:0', secret: test}}\n{auth}\n"
    );
    shop.write("registry.yml", &config);
    let started = tool("docker-registry")
        .arg("serve")
        .arg(shop.path("registry.yml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("NOT CHECKED against a registry: this machine has no docker-registry");
            return None;
        }
        started => started.unwrap(),
    };
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let port = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, address) = line.split_once("listening on 127.0.0.1:")?;
        address.split('"').next()?.parse().ok()
    });
    thread::spawn(move || lines.for_each(drop)); // it must not wait for a reader
    Some(Registry {
        child,
        port: port.expect("its address"),
    })
}

/// A pack of this version, signed by `acme`, whom the trust file knows.
fn signed(version: &str) -> Shop {
    let shop = Shop::new(NONE);
    shop.trust(&["acme", "bolt"]);
    shop.build(version, None, CASE);
    shop.sign("acme");
    shop
}

fn rebuilt(shop: &Shop, version: &str) {
    shop.build(version, None, CASE);
    let _ = fs::remove_file(shop.path("pack/stub.wasm.minisig"));
    shop.sign("acme");
}

#[test]
fn a_pack_travels_with_its_signatures() {
    let shop = signed("1.0.0");
    let Some(registry) = registry(&shop, false) else {
        return;
    };
    let repository = format!("oci://127.0.0.1:{}/acme/stub", registry.port);
    shop.sign("bolt");
    let pushed = shop.json(&format!("plugin push {repository}:1.0 pack"));
    let pinned = pushed["pinned"].as_str().unwrap().to_owned();
    assert!(
        pinned.starts_with(&format!("{repository}@sha256:")),
        "{pinned}"
    );
    let again = shop.json(&format!("plugin push {repository}:1.0 pack"));
    assert_eq!(again, pushed, "the same makes the same");

    for (reference, file) in [(format!("{repository}:1.0"), "tag"), (pinned, "digest")] {
        let pulled = shop.json(&format!("plugin pull {reference} -o {file}.wasm"));
        assert_eq!(pulled["component"], pushed["component"]);
        assert_eq!(pulled["signers"], json!(["acme", "bolt"]));
        let file = shop.path(file).with_extension("wasm");
        assert_eq!(
            fs::read(&file).unwrap(),
            fs::read(shop.path("pack/stub.wasm")).unwrap()
        );
        let said = shop.run(&format!("plugin verify {}", file.display()));
        said.went_well();
    }
    shop.run(&format!("plugin pull {repository}:2.0"))
        .refused(1, "there is no such pack");
}

#[test]
fn what_comes_from_a_registry_runs_as_it_was_accepted() {
    let shop = signed("1.0.0");
    let Some(registry) = registry(&shop, false) else {
        return;
    };
    let reference = format!("oci://127.0.0.1:{}/acme/stub:1", registry.port);
    let config = format!("[[plugin]]\nname = 'stub'\nsource = '{reference}'\n");
    shop.write("coldnotch.toml", &config);
    shop.run("plugin list")
        .refused(1, "nobody has accepted it yet");
    shop.run(&format!("plugin push {reference} pack"))
        .went_well();
    let taken = shop.json("plugin install stub --yes");
    assert_eq!(taken["accepted"], true, "{taken}");
    assert_eq!(taken["plugin"]["signers"], json!(["acme"]));
    let decided = shop.0.run(
        "decide --deny",
        r#"{"type":"mail","summary":"your refund"}"#,
    );
    assert_eq!(decided.status.code(), Some(4));

    // Another signature in the store is none.
    let beside = format!("{}.minisig", shop.stored());
    let kept = shop.read(&beside);
    fs::remove_file(shop.path(&beside)).unwrap();
    shop.run("plugin list").refused(1, "it is not signed");
    shop.write(&beside, &kept);
    shop.run("plugin list").went_well();

    // The tag moves.
    rebuilt(&shop, "1.1.0");
    let pushed = shop.json(&format!("plugin push {reference} pack"));
    let words = "was accepted, and is";
    let said = shop.run("plugin update stub --yes").refused(5, words);
    assert!(said.contains("a tag must not move"), "{said}");
    fs::remove_dir_all(shop.path("coldnotch_packs")).unwrap();
    shop.run("plugin install").went_well();
    shop.run("plugin list").went_well();
    let digest = pushed["component"].as_str().unwrap();
    shop.run(&format!("plugin update stub --yes --accept {digest}"))
        .went_well();
    // An old one comes back under another tag.
    rebuilt(&shop, "1.0.9");
    let other = reference.replace("stub:1", "stub:2");
    shop.run(&format!("plugin push {other} pack")).went_well();
    let install = format!("plugin install {other} --yes");
    let words = format!("'stub' comes from {reference} in the configuration");
    shop.run(&install).refused(1, &words);
    let moved = config.replace("stub:1", "stub:2");
    shop.write("coldnotch.toml", &moved);
    shop.run(&install)
        .refused(5, "version 1.1.0 was accepted, and this is 1.0.9");
    shop.write("coldnotch.toml", &config);
    drop(registry);
    shop.run("plugin list").went_well();
}

#[test]
fn what_nobody_trusts_is_not_taken() {
    let shop = signed("1.0.0");
    let Some(registry) = registry(&shop, false) else {
        return;
    };
    let repository = format!("oci://127.0.0.1:{}/stub", registry.port);
    fs::remove_file(shop.path("pack/stub.wasm.minisig")).unwrap();
    shop.run(&format!("plugin push {repository}:bare pack"))
        .refused(1, "is not signed");
    shop.run(&format!("plugin push {repository}:bare pack --unsigned"))
        .went_well();
    for line in ["plugin install", "plugin pull"] {
        shop.run(&format!("{line} {repository}:bare"))
            .refused(5, "it is not signed");
    }
    shop.run(&format!("plugin pull {repository}:bare --untrusted"))
        .went_well();
    shop.key("stranger");
    shop.sign("stranger");
    shop.run(&format!("plugin push {repository}:foreign pack"))
        .went_well();
    shop.run(&format!("plugin install {repository}:foreign"))
        .refused(5, "and the trust file knows none of them");
    let open = format!("{NONE}[packs]\nrequire_signature = \"none\"\n");
    shop.write("coldnotch.toml", &open);
    shop.run(&format!("plugin install {repository}:foreign --yes"))
        .went_well();
    assert!(
        !shop
            .path("coldnotch_packs/partial")
            .read_dir()
            .unwrap()
            .any(|_| true)
    );
}

#[test]
fn a_registry_may_want_a_login() {
    let shop = signed("1.0.0");
    let Some(registry) = registry(&shop, true) else {
        return;
    };
    let host = format!("127.0.0.1:{}", registry.port);
    let line = format!("plugin push oci://{host}/stub:1 pack");
    shop.run(&line).refused(1, "wants a login");
    let login = |password: &str| {
        let auth = BASE64.encode(format!("ana:{password}").as_bytes());
        let logins = json!({"auths": {&host: {"auth": auth}}}).to_string();
        fs::create_dir_all(shop.path(".docker")).unwrap();
        fs::write(shop.path(".docker/config.json"), logins).unwrap();
    };
    login("close sesame");
    let said = shop.run(&line).refused(1, "wants a login");
    assert!(!said.contains("sesame"), "{said}");
    login("open sesame");
    shop.run(&line).went_well();
    shop.run(&format!("plugin pull oci://{host}/stub:1"))
        .went_well();
}

/// What stands between a client and the registry: it breaks off the first answer with
/// the component, or changes a byte of it.
struct Middle {
    port: u16,
    ranges: Arc<Mutex<Vec<String>>>,
}

/// So much of an answer comes through before it breaks off or is changed.
const ENOUGH: usize = 8 << 10;

fn middle(registry: u16, digest: &str, changes: bool) -> Middle {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let ranges = Arc::new(Mutex::new(Vec::new()));
    let (seen, broke) = (ranges.clone(), Arc::new(AtomicBool::new(false)));
    let blob = format!("/blobs/{digest}");
    thread::spawn(move || {
        for client in listener.incoming() {
            let (seen, broke, blob) = (seen.clone(), broke.clone(), blob.clone());
            thread::spawn(move || {
                let mut client = client.unwrap();
                let head = head(&mut client);
                let is_blob = head.contains(&blob);
                if is_blob {
                    let range = head.lines().find_map(|line| line.strip_prefix("range: "));
                    seen.lock()
                        .unwrap()
                        .push(range.unwrap_or("none").to_owned());
                }
                // One request a connection.
                let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
                let mut server = TcpStream::connect(("127.0.0.1", registry)).unwrap();
                server.write_all(head.as_bytes()).unwrap();
                let mut answer = Vec::new();
                let _ = server.read_to_end(&mut answer);
                if is_blob && changes {
                    let last = answer.len() - 1;
                    answer[last] ^= 1;
                } else if is_blob && !broke.swap(true, Ordering::SeqCst) {
                    answer.truncate(ENOUGH);
                }
                let _ = client.write_all(&answer);
            });
        }
    });
    Middle { port, ranges }
}

/// A request without a body, up to its empty line.
fn head(client: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap_or(0) > 0 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

#[test]
fn what_broke_off_goes_on_where_it_ended() {
    let shop = signed("1.0.0");
    let Some(registry) = registry(&shop, false) else {
        return;
    };
    let pushed = shop.json(&format!(
        "plugin push oci://127.0.0.1:{}/stub:1 pack",
        registry.port
    ));
    let digest = pushed["component"].as_str().unwrap();
    let middle = middle(registry.port, digest, false);
    let line = format!("plugin pull oci://127.0.0.1:{}/stub:1", middle.port);
    shop.run(&line)
        .refused(1, "what arrived is kept, try again");
    let partial = shop.path("coldnotch_packs/partial");
    let kept = fs::read_dir(&partial).unwrap().next().unwrap().unwrap();
    let kept = kept.metadata().unwrap().len();
    assert!(kept > 0 && kept < ENOUGH as u64, "{kept}");
    shop.run(&line).went_well();
    let ranges = middle.ranges.lock().unwrap().clone();
    assert_eq!(
        ranges.last().unwrap(),
        &format!("bytes={kept}-"),
        "{ranges:?}"
    );
    assert_eq!(fs::read_dir(&partial).unwrap().count(), 0);
    let pulled = fs::read(shop.path("stub.wasm")).unwrap();
    assert_eq!(pulled, fs::read(shop.path("pack/stub.wasm")).unwrap());
}

#[test]
fn what_is_changed_on_its_way_is_not_stored() {
    let shop = signed("1.0.0");
    let Some(registry) = registry(&shop, false) else {
        return;
    };
    let pushed = shop.json(&format!(
        "plugin push oci://127.0.0.1:{}/stub:1 pack",
        registry.port
    ));
    let digest = pushed["component"].as_str().unwrap();
    let middle = middle(registry.port, digest, true);
    let line = format!(
        "plugin install oci://127.0.0.1:{}/stub:1 --yes",
        middle.port
    );
    let said = shop.run(&line).refused(5, "what arrived is sha256:");
    assert!(said.contains(&format!("{digest} was announced")), "{said}");
    let stored = fs::read_dir(shop.path("coldnotch_packs")).unwrap();
    let names: Vec<_> = stored.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["partial"]);
}
