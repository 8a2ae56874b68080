//! Asks whoever sits at the terminal.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};

use super::{Answer, Card, Channel};
use crate::printable::printable;

/// Longest piece of foreign text on the card, in bytes.
const MAX: usize = 2000;

/// The console: the card on stderr, the answer from the terminal. Refuses when
/// there is no terminal, at end of file, and on anything that is not a yes.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    /// Whether the card may use colour.
    pub colour: bool,
}

impl Console {
    /// Whether there is a terminal to ask at.
    pub fn reaches_someone() -> bool {
        terminal().is_some()
    }
}

impl Channel for Console {
    fn ask(&self, card: &Card<'_>) -> Option<Answer> {
        let approved = terminal().is_some_and(|tty| {
            let out = &mut io::stderr().lock();
            ask(out, &tty, || forget(&tty), card, self.colour).unwrap_or(false)
        });
        let via = "console".to_owned();
        Some(Answer {
            approved,
            by: if approved {
                user()
            } else {
                "console".to_owned()
            },
            via,
            reason: None,
        })
    }
}

/// Where a human's answer comes from. The agent's actions come on standard input,
/// so the answer does not: it is read from the terminal itself, even where standard
/// input is that terminal (and is locked by whoever reads the actions).
#[cfg(unix)]
fn terminal() -> Option<File> {
    let shown = io::stderr().is_terminal();
    shown.then(|| File::open("/dev/tty").ok()).flatten()
}

/// Elsewhere nobody is asked: what was typed ahead could not be told from an answer.
#[cfg(not(unix))]
fn terminal() -> Option<File> {
    None
}

/// Throws away what was typed before now, whole lines and parts of one. Nobody can
/// have meant it as the answer to a question that was not there yet.
#[cfg(unix)]
fn forget(tty: &File) -> io::Result<()> {
    use rustix::termios::{QueueSelector, tcflush};
    Ok(tcflush(tty, QueueSelector::IFlush)?)
}

#[cfg(not(unix))]
fn forget(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The login that answered. The operating system vouches for it, unlike `USER`.
#[cfg(unix)]
fn user() -> String {
    use std::os::unix::fs::MetadataExt;
    let uid = std::fs::metadata("/dev/fd/2").map(|found| found.uid());
    uid.map_or_else(|_| "console".to_owned(), |uid| format!("uid:{uid}"))
}

#[cfg(not(unix))]
fn user() -> String {
    "console".to_owned()
}

/// Shows the card, has what was typed until then forgotten, and reads one line:
/// `y`, `yes`, `o` and `oui` approve.
fn ask(
    out: &mut impl Write,
    input: impl Read,
    forget: impl FnOnce() -> io::Result<()>,
    card: &Card<'_>,
    colour: bool,
) -> io::Result<bool> {
    show(out, card, colour)?;
    out.flush()?;
    forget()?;
    write!(out, "  Approve? [y/N] ")?;
    out.flush()?;
    let mut line = String::new();
    if BufReader::new(input).read_line(&mut line)? == 0 {
        writeln!(out)?;
        return Ok(false);
    }
    Ok(matches!(
        line.trim().to_lowercase().as_str(),
        "y" | "yes" | "o" | "oui"
    ))
}

fn show(out: &mut impl Write, card: &Card<'_>, colour: bool) -> io::Result<()> {
    let (bold, dim, off) = if colour {
        ("\x1b[1;33m", "\x1b[2m", "\x1b[0m")
    } else {
        ("", "", "")
    };
    let Card {
        action, judgement, ..
    } = card;
    let safe = |text: &str| printable(text, MAX);
    writeln!(
        out,
        "\n{bold}[HOLD]{off} {} by {}  {dim}{}{off}",
        safe(&action.kind),
        safe(&action.agent),
        card.id
    )?;
    if !action.summary.is_empty() {
        writeln!(out, "  {}", safe(&action.summary))?;
    }
    if action.payload.text() != "{}" {
        writeln!(out, "  {dim}{}{off}", safe(action.payload.text()))?;
    }
    for cause in &judgement.causes {
        writeln!(
            out,
            "  because: {} {dim}({}/{}){off}",
            safe(&cause.reason.message),
            cause.plugin,
            cause.reason.code
        )?;
        for evidence in &cause.reason.evidence {
            let place = evidence
                .step
                .map_or_else(String::new, |step| format!("step {step} "));
            writeln!(
                out,
                "    {dim}{place}{}{off} {}",
                safe(&evidence.path),
                safe(&evidence.text)
            )?;
        }
    }
    writeln!(out, "  risk: {:.2}", judgement.risk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;
    use crate::verdict::{Cause, Judgement, Reason, Verdict};

    fn asked(input: &str) -> (bool, String) {
        let (approved, card) = asked_where(input, Ok(()));
        (approved.unwrap(), card)
    }

    fn asked_where(input: &str, forgotten: io::Result<()>) -> (io::Result<bool>, String) {
        let action = Action {
            summary: "a promise\u{1b}[2J".into(),
            ..Action::new("send_email")
        };
        let reason = Reason {
            code: "promise".into(),
            message: "it promises 240 EUR".into(),
            evidence: Vec::new(),
        };
        let judgement = Judgement {
            verdict: Verdict::Hold,
            risk: 0.6,
            reason: String::new(),
            causes: vec![Cause {
                plugin: "engine".into(),
                verdict: Verdict::Hold,
                reason,
            }],
            labels: Vec::new(),
            flips: Vec::new(),
        };
        let card = Card {
            id: "apr-1",
            action: &action,
            judgement: &judgement,
            again: false,
            beside: None,
        };
        let mut out = Vec::new();
        let approved = ask(&mut out, input.as_bytes(), || forgotten, &card, false);
        (approved, String::from_utf8(out).unwrap())
    }

    #[test]
    fn only_a_yes_approves() {
        for yes in ["y\n", "YES\n", " o \n", "oui\n", "y"] {
            assert!(asked(yes).0, "{yes:?}");
        }
        for no in ["", "\n", "n\n", "no\n", "yep\n", "yes please\n", "\u{0}\n"] {
            assert!(!asked(no).0, "{no:?}");
        }
    }

    #[test]
    fn nothing_is_read_where_what_was_typed_ahead_stays() {
        let (approved, card) = asked_where("y\n", Err(io::ErrorKind::Other.into()));
        assert!(approved.is_err() && !card.contains("Approve?"), "{card}");
    }

    #[test]
    fn the_card_shows_the_cause_and_no_control_characters() {
        let card = asked("n\n").1;
        assert_eq!(
            card,
            "\n[HOLD] send_email by unknown  apr-1\n  a promise[2J\n  \
             because: it promises 240 EUR (engine/promise)\n  risk: 0.60\n  Approve? [y/N] "
        );
    }
}
