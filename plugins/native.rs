//! A judgement without the sandbox, timed: for the bench that compares the two.
//!
//! `NAME SETTINGS.json ACTION.json`. Each line on standard input is a number of calls; the
//! line it prints for it is how many nanoseconds each took.

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use coldnotch_plugin::bindings::plain::coldnotch::policy::types;
use coldnotch_plugin::json::{Value, from_str};
use coldnotch_plugin::{Action, Assessment, ScoreError};

/// Settings are read once; the action comes as a guest gets it.
pub(crate) fn serve<S: TryFrom<Value, Error = String>>(
    judge: fn(&Action, &S) -> Result<Assessment, ScoreError>,
) -> Result<(), Box<dyn Error>> {
    let mut files = std::env::args().skip(1);
    let mut file = || -> Result<Value, Box<dyn Error>> {
        let path = files.next().ok_or("two files: settings and an action")?;
        Ok(from_str(&std::fs::read_to_string(path)?)?)
    };
    let settings = S::try_from(file()?)?;
    let action = file()?;
    let text = |key: &str| action[key].as_str().unwrap_or_default().to_owned();
    for line in std::io::stdin().lock().lines() {
        let mut times = Vec::new();
        for _ in 0..line?.trim().parse::<usize>()? {
            let given = types::Action {
                id: "a".to_owned(),
                session: String::new(),
                agent: text("agent"),
                kind: text("type"),
                summary: String::new(),
                payload: action["payload"].to_string(),
                intent: None,
                context: action["context"].to_string(),
                at: 5,
            };
            let begun = Instant::now();
            let answer = judge(&Action::from(given), &settings);
            times.push(begun.elapsed().as_nanos().to_string());
            answer.map_err(|e| format!("{e:?}"))?;
        }
        println!("{}", times.join(" "));
        std::io::stdout().flush()?;
    }
    Ok(())
}
