//! How things look on a terminal. Colour is left out where there is no
//! terminal or `NO_COLOR` is set; foreign text is made safe.

use std::fmt;

use anstyle::{AnsiColor, Style};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

use crate::printable::printable;
use crate::verdict::Verdict;

/// Longest foreign text shown, in bytes.
const MAX: usize = 4000;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const CARE: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Foreign text, safe to print.
pub(super) fn safe(text: &str) -> String {
    printable(text, MAX)
}

/// A verdict in its colour, padded to the longest.
pub(super) fn verdict(verdict: Verdict) -> String {
    let (style, word) = match verdict {
        Verdict::Allow => (GOOD, "ALLOW"),
        Verdict::Hold => (CARE, "HOLD "),
        Verdict::Block => (BAD, "BLOCK"),
    };
    format!("{style}{word}{style:#}")
}

/// Says what went wrong.
pub(super) fn error(message: &str) {
    anstream::eprintln!("{BAD}error:{BAD:#} {}", lines(message));
}

/// Message text may have several lines of ours; each is made safe.
fn lines(message: &str) -> String {
    message.lines().map(safe).collect::<Vec<_>>().join("\n")
}

/// Whether stderr takes colour.
pub(super) fn colour_stderr() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// A log line: `warning: …`.
pub(super) struct Shown;

impl<S, N> FormatEvent<S, N> for Shown
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        cx: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (style, word) = match *event.metadata().level() {
            Level::ERROR => (BAD, "error"),
            Level::WARN => (CARE, "warning"),
            _ => (DIM, "note"),
        };
        let mut text = String::new();
        cx.format_fields(Writer::new(&mut text), event)?;
        match out.has_ansi_escapes() {
            true => writeln!(out, "{style}{word}:{style:#} {}", lines(&text)),
            false => writeln!(out, "{word}: {}", lines(&text)),
        }
    }
}
