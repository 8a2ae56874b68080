//! What waits, a row for questions that are alike.

use std::io::{BufRead, BufReader, Lines};
use std::net::TcpStream;

use serde_json::json;

use super::*;

/// A row's name and its words.
fn rows(page: &str) -> Vec<(String, String)> {
    let rows = page.split("<li id=\"").skip(1);
    rows.map(|row| {
        let (name, rest) = row.split_once('"').unwrap();
        let (row, _) = rest.split_once("</li>").unwrap();
        (name.to_owned(), row.to_owned())
    })
    .collect()
}

/// What a browser that follows is told: each event's name and its data.
struct News(Lines<BufReader<TcpStream>>);

impl News {
    fn follow(inbox: &Inbox, after: &str, cookie: &str) -> Self {
        let mut stream = TcpStream::connect(&inbox.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let address = &inbox.address;
        let head = format!("GET {after} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        News(BufReader::new(stream).lines())
    }

    fn next(&mut self) -> (String, String) {
        let (mut event, mut data) = (String::new(), String::new());
        loop {
            let line = self.0.next().expect("it goes on").unwrap();
            if let Some(name) = line.strip_prefix("event: ") {
                event = name.to_owned();
            } else if let Some(text) = line.strip_prefix("data: ") {
                data += text;
                data += "\n";
            } else if line.is_empty() && !event.is_empty() {
                return (event, data.trim_end().to_owned());
            }
        }
    }

    /// Which row goes, and the row that stands there then.
    fn row(&mut self) -> (String, Option<(String, String)>) {
        let (event, gone) = self.next();
        assert_eq!(event, "gone");
        let (event, html) = self.next();
        assert_eq!(event, "news");
        (format!("hold-{gone}"), rows(&html).pop())
    }
}

fn asks(session: &str, id: &str, amount: u32) -> Value {
    json!({"type": "pay", "agent": "bot", "session": session, "id": id,
        "payload": {"amount": amount}})
}

#[test]
fn questions_that_are_alike_are_one_row_with_their_number() {
    let (inbox, keys) = Inbox::start(&KEYS);
    let ana = inbox.sign_in(&keys[0]);
    let first = inbox.hold(&asks("s", "1", 10));
    let other = inbox.hold(&asks("s", "2", 11));
    let alone = inbox.hold(&json!({"type": "pay", "agent": "bot", "payload": {"amount": 10}}));
    let page = inbox.get("/inbox", &ana).body;
    assert_eq!(rows(&page).len(), 3);
    assert!(!page.contains("alike"), "{page}");
    let (_, after) = page.split_once("sse-connect=\"").unwrap();
    let mut news = News::follow(&inbox, after.split('"').next().unwrap(), &ana);

    // One more is told with the row it stands on, in its place.
    let second = inbox.hold(&asks("s", "3", 10));
    let page = inbox.get("/inbox", &ana).body;
    let now = rows(&page);
    assert_eq!(now.len(), 3);
    let (name, row) = &now[0];
    assert!(row.contains("2 alike") && row.contains(&first), "{row}");
    assert!(!page.contains(&second), "its own row");
    assert!(page.contains("class=\"count\">4<"), "four questions wait");
    for id in [&other, &alone] {
        let (_, row) = now.iter().find(|(_, row)| row.contains(id)).unwrap();
        assert!(!row.contains("alike"), "{row}");
    }
    let (gone, instead) = news.row();
    let (told, words) = instead.unwrap();
    assert_eq!((&gone, &told), (name, name));
    assert!(words.contains("2 alike"), "{words}");

    // The first is answered: the row is the second's. Then nothing stands there.
    for (id, left) in [(&first, Some(&second)), (&second, None)] {
        let said = inbox
            .place
            .run(&format!("approvals refuse {id} --by bo"), "");
        assert!(said.status.success(), "{said:?}");
        let (gone, instead) = news.row();
        assert_eq!(&gone, name);
        assert_eq!(instead.is_some(), left.is_some());
        if let (Some((_, row)), Some(left)) = (instead, left) {
            assert!(row.contains(left) && !row.contains("alike"), "{row}");
        }
    }
    assert_eq!(rows(&inbox.get("/inbox", &ana).body).len(), 2);
}
