//! What every peer does but the deciding: it reads the actions, says that it is
//! ready, then decides on all of them as often as it is told on standard input.
//!
//! ```text
//! peer FOLDER [ARGUMENT...]
//! > ready              once set up; it has allowed every action of FOLDER/actions.jsonl
//!                      and refused the one in FOLDER/control.json
//! < PASSES             decide on all actions so many times
//! > NS NS NS …         nanoseconds of each decision, in the order of the file
//! ```

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

/// What went wrong, for a person to read.
pub type Failure = Box<dyn Error>;

/// Serves until standard input ends. `decide` goes from an action's JSON to
/// whether it may run.
///
/// # Errors
/// As [`serve_prepared`].
pub fn serve(mut decide: impl FnMut(&str) -> Result<bool, Failure>) -> Result<(), Failure> {
    serve_prepared(|line| Ok(line.to_owned()), |line| decide(line))
}

/// The same where the clock starts later: each action is prepared once, before
/// anything is measured, and `decide` goes on from there.
///
/// # Errors
/// The actions cannot be read, one of them was not allowed, the control was, or a
/// line from the other side makes no sense.
pub fn serve_prepared<T>(
    prepare: impl Fn(&str) -> Result<T, Failure>,
    mut decide: impl FnMut(&T) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: PEER FOLDER")?);
    let text = std::fs::read_to_string(folder.join("actions.jsonl"))?;
    let actions: Vec<T> = text.lines().map(&prepare).collect::<Result<_, _>>()?;
    for (action, line) in actions.iter().zip(text.lines()) {
        if !decide(action)? {
            return Err(format!("not allowed: {line}").into());
        }
    }
    let control = std::fs::read_to_string(folder.join("control.json"))?;
    if decide(&prepare(&control)?)? {
        return Err("the control was allowed: it does not judge".into());
    }

    let mut out = io::stdout().lock();
    writeln!(out, "ready")?;
    out.flush()?;
    for line in io::stdin().lock().lines() {
        let passes: usize = line?.trim().parse()?;
        let mut times = Vec::with_capacity(passes * actions.len());
        for action in std::iter::repeat_n(&actions, passes).flatten() {
            let started = Instant::now();
            let answer = decide(action)?;
            times.push(started.elapsed().as_nanos());
            if !answer {
                return Err("an action it had allowed was refused".into());
            }
        }
        let times: Vec<String> = times.iter().map(u128::to_string).collect();
        writeln!(out, "{}", times.join(" "))?;
        out.flush()?;
    }
    Ok(())
}
