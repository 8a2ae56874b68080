//! A Rust program with a gate of its own: no command, no server. It says in code what
//! is held and who is asked.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use coldnotch::action::Action;
use coldnotch::approvals::{Answer, Card, Channel, Scope};
use coldnotch::config::Config;
use coldnotch::gate::Gate;
use coldnotch::json::Object;

/// Writes each question on a wall. Nobody answers there.
#[derive(Debug)]
struct Wall;

impl Channel for Wall {
    fn ask(&self, card: &Card<'_>) -> Option<Answer> {
        let Card {
            action, judgement, ..
        } = card;
        println!(
            "[wall] {} {}: {}",
            action.kind,
            action.payload.text(),
            judgement.reason
        );
        None
    }
}

/// Hands each question to somebody on another thread: here as the approval's id, in a
/// real program as a message in your chat or a line in your inbox.
#[derive(Debug)]
struct Desk(mpsc::Sender<String>);

impl Channel for Desk {
    fn ask(&self, card: &Card<'_>) -> Option<Answer> {
        let _ = self.0.send(card.id.to_owned()); // nobody there: it expires unapproved
        None
    }
}

fn pay(id: &str, amount: u32) -> Result<Action, Box<dyn std::error::Error>> {
    let payload = format!(r#"{{"to":"ana@example.com","amount":{amount}}}"#);
    Ok(Action {
        id: id.to_owned(),
        session: "s-1".to_owned(),
        agent: "billing".to_owned(),
        payload: Object::parse(payload.as_bytes())?,
        ..Action::new("pay")
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::current_dir()?;
    let mut config = Config::from_text("", &folder.join("coldnotch.toml"))?;
    config.policy.rules.hold_types = vec!["pay".to_owned()];

    let (to_desk, questions) = mpsc::channel();
    let channels: Vec<Box<dyn Channel>> = vec![Box::new(Wall), Box::new(Desk(to_desk))];
    let gate = Gate::open(&config, Box::new(channels))?;

    thread::scope(|scope| {
        // The desk: eva allows the first payment and all like it up to 500; after that
        // she is asked about one more, which is refused.
        let desk = &gate;
        scope.spawn(
            move || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
                let eva = |approved| Answer {
                    approved,
                    by: "eva".to_owned(),
                    via: "desk".to_owned(),
                    reason: None,
                };
                let words = vec!["amount<=500".parse()?];
                desk.resolve_and_grant(&questions.recv()?, &eva(true), words, Scope::Session)?;
                desk.resolve(&questions.recv()?, &eva(false))?;
                Ok(())
            },
        );
        // The agent: asks, and waits for the answer.
        for (id, amount) in [("a", 20), ("b", 450), ("c", 900)] {
            let mut decision = gate.decide(pay(id, amount)?);
            if let (None, Some(approval)) = (decision.approved, &decision.approval) {
                decision = gate.wait(approval, Duration::from_secs(60))?;
            }
            let word = if decision.may_run() {
                "runs"
            } else {
                "does not run"
            };
            println!("pay {amount}: {}, {word}", decision.verdict.as_str());
        }
        Ok(())
    })
}
