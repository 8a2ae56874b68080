//! A running `coldnotch serve`, and the plainest client that can talk to it.
#![allow(
    dead_code, // no test uses all of it
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::command::{DEADLINE, Place, received};

/// A server in a folder.
pub struct Server {
    pub child: Child,
    pub address: SocketAddr,
    errors: Receiver<String>,
}

impl Server {
    /// Starts it; returns when it listens.
    pub fn start(place: &Place) -> Self {
        Server::run(place.command("serve --listen 127.0.0.1:0"))
    }

    pub fn run(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let errors = received(child.stderr.take().unwrap());
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        // From here on it is ended with this.
        let mut server = Server {
            child,
            address: nowhere,
            errors,
        };
        let line = server.heard("listening on ");
        let (_, address) = line.split_once("://").unwrap();
        server.address = address.trim().parse().unwrap();
        server
    }

    /// Waits for a line of its log with these words.
    pub fn heard(&self, words: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        let mut said = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.errors.recv_timeout(left) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => said.push(line),
                Err(_) => panic!("nobody said '{words}': {said:?}"),
            }
        }
    }

    /// As kill -9 does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Ends it gracefully; its exit code.
    pub fn end(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.child.wait().unwrap().code()
    }

    pub fn client(&self) -> Client {
        Client {
            address: self.address,
            key: None,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill(); // of a test that failed
        let _ = self.child.wait();
    }
}

/// Sends one request a connection, with a key or without.
#[derive(Clone)]
pub struct Client {
    pub address: SocketAddr,
    pub key: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields
            .map(|(field, value)| (field, value.trim()))
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

impl Client {
    pub fn with_key(&self, key: &str) -> Client {
        Client {
            key: Some(key.to_owned()),
            ..self.clone()
        }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "").unwrap()
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        let kind = [("Content-Type", "application/json")];
        self.send("POST", path, &kind, body.to_string()).unwrap()
    }

    /// `None` when the connection broke before there was an answer.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Option<Reply> {
        let mut stream = self.begin(method, path, headers, body.as_ref()).ok()?;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes); // it may end early
        reply(&bytes)
    }

    /// Sends a request and leaves the answer to be read.
    pub fn begin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if let Some(key) = &self.key {
            head += &format!("Authorization: Bearer {key}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes())?;
        let _ = stream.write_all(body); // it may have answered already
        Ok(stream)
    }

    /// The data of events, as they come.
    pub fn events(&self, after: u64) -> Receiver<String> {
        let path = format!("/v1/events?after={after}");
        let stream = self.begin("GET", &path, &[], b"").unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let data = line.strip_prefix("data: ").map(str::to_owned);
                if data.is_some_and(|data| sender.send(data).is_err()) {
                    return;
                }
            }
        });
        receiver
    }

    /// The approvals that wait, once there are this many.
    pub fn pending(&self, count: usize) -> Vec<Value> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let listed = self.get("/v1/approvals?state=pending&limit=1000").json();
            let found = listed["approvals"].as_array().unwrap();
            if found.len() == count {
                return found.clone();
            }
            assert!(
                Instant::now() < deadline,
                "{} wait, not {count}",
                found.len()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
}

pub fn reply(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let text = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
    Some(Reply { status, head, text })
}

/// A key of this role.
pub fn key(place: &Place, name: &str, role: &str) -> String {
    let made = place.run(&format!("keys create {name} --role {role}"), "");
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}
