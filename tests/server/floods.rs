//! Bodies, heads and connections that are too much.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::POLICY;
use crate::command::*;
use crate::server::*;

fn fine(client: &Client) {
    assert_eq!(client.post("/v1/decide", &json!({"type": "a"})).status, 200);
}

#[test]
fn bodies_that_are_too_large_are_refused_and_nothing_is_recorded() {
    let place = Place::new(&format!("{POLICY}\n[server]\nmax_body = '2MiB'\n"));
    let server = Server::start(&place);
    let client = server.client();
    let sized = |bytes: usize| json!({"type": "a", "summary": "x".repeat(bytes)});
    assert_eq!(client.post("/v1/decide", &sized(1000)).status, 200);
    assert_eq!(client.post("/v1/decide", &sized((1 << 20) + 1)).status, 413);
    let over = json!({"actions": [sized((1 << 20) + 1)]});
    assert_eq!(client.post("/v1/decide/batch", &over).status, 413);
    let json_type = [("Content-Type", "application/json")];
    // More than it takes: it answers before all has come, or ends the connection.
    let huge = client.send("POST", "/v1/decide", &json_type, vec![b' '; 8 << 20]);
    assert!(huge.is_none_or(|reply| reply.status == 413));
    assert_eq!(place.decisions(), 1);

    // Without a length, and without end.
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream
        .set_write_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let head = format!(
        "POST /v1/decide HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let taken = (0..10_000)
        .take_while(|_| stream.write_all(chunk.as_bytes()).is_ok())
        .count();
    assert!(taken < 1000, "it took {taken} chunks");
    fine(&client);
}

#[test]
fn deep_and_wide_bodies_are_refused_quickly() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let json_type = [("Content-Type", "application/json")];
    let before = Instant::now();
    for body in [
        "[".repeat(900_000),
        format!(r#"{{"type":"a","payload":{}}}"#, "{\"a\":".repeat(150_000)),
        format!(
            r#"{{"type":"a","payload":{{{}}}}}"#,
            r#""k":1,"#.repeat(100_000)
        ),
        "\u{0}".repeat(1000),
    ] {
        let reply = client.send("POST", "/v1/decide", &json_type, body).unwrap();
        assert_eq!(reply.status, 400, "{reply:?}");
    }
    assert!(before.elapsed() < Duration::from_secs(10));
    fine(&client);
}

#[test]
fn many_at_once_and_many_that_say_nothing_keep_nobody_out() {
    let place = Place::new(POLICY);
    let server = Server::start(&place);
    let client = server.client();
    let mute: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream.write_all(b"POST /v1/decide HTTP/1.1\r\n").unwrap();
            stream
        })
        .collect();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let large = json!({"type": "a", "summary": "x".repeat(900_000)});
                for _ in 0..5 {
                    // Where the machine is too busy to judge it in time, it is held.
                    let told = client.post("/v1/decide", &large);
                    assert!(matches!(told.status, 200 | 202), "{told:?}");
                }
            });
        }
        for _ in 0..20 {
            fine(&client);
        }
    });
    // Who does not finish the head is let go.
    for mut stream in mute {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    assert_eq!(server.end(), Some(0));
}
