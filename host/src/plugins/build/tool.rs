//! Running a language's own tool.

use std::io::ErrorKind;
use std::process::{Command, Output, Stdio};

use super::BuildError;
use crate::printable::printable;

/// A tool and how to get it.
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) get: &'static str,
}

impl Tool {
    pub(super) const fn new(name: &'static str, get: &'static str) -> Self {
        Tool { name, get }
    }

    /// Runs it; what it wrote to its standard output.
    ///
    /// # Errors
    /// It is not there, or it failed, with what it said.
    pub(super) fn run(&self, command: &mut Command) -> Result<String, BuildError> {
        let output = self.start(command)?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(stdout);
        }
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let said = if stderr.trim().is_empty() {
            stdout
        } else {
            stderr
        };
        Err(BuildError::Failed {
            tool: self.name,
            said: lines(&said),
        })
    }

    fn start(&self, command: &mut Command) -> Result<Output, BuildError> {
        command
            .stdin(Stdio::null())
            .output()
            .map_err(|e| match e.kind() {
                ErrorKind::NotFound => self.missing(),
                _ => self.odd(format!("cannot be run: {e}")),
            })
    }

    pub(super) fn missing(&self) -> BuildError {
        BuildError::Missing {
            tool: self.name,
            get: self.get,
        }
    }

    pub(super) fn odd(&self, what: impl Into<String>) -> BuildError {
        BuildError::Odd {
            tool: self.name,
            what: what.into(),
        }
    }
}

/// The last lines a tool said, safe to show.
fn lines(said: &str) -> String {
    const LINES: usize = 60;
    let lines: Vec<String> = said
        .trim_end()
        .lines()
        .map(|line| printable(line, 500))
        .collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
