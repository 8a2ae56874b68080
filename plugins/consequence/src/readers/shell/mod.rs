//! Reads shell text as commands: quotes, separators, pipes, redirections,
//! here-documents, substitutions, plain variables, wrappers (`sudo`, `xargs`)
//! and nested shells (`bash -c "…"`, `ssh host …`, `base64 -d | sh`).
//!
//! A reader and not a substring test: `echo "rm -rf /"` runs `echo`.

mod reader;
#[cfg(test)]
mod tests;
mod word;

use super::unwrap;
use reader::Reader;
pub use word::assignment;

/// One simple command.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Command {
    /// The program without its folder, then its arguments, quotes undone.
    pub words: Vec<String>,
    /// Where its output goes or its input comes from: `>`, `>>`, `<` and the file.
    pub redirects: Vec<(&'static str, String)>,
    /// The text of a here-document or a here-string it is fed.
    pub fed: Option<String>,
    /// True when it reads what the command before it writes.
    pub piped: bool,
    /// Variables set for it alone: `RAILS_ENV=test`.
    pub variables: Vec<String>,
    /// The machine, container or pod it runs on, when not here.
    pub host: Option<String>,
}

/// How many commands of one text are read, and how often a nested shell is
/// opened: bounds on what a hostile text can cost.
const MAX_COMMANDS: usize = 500;

const MAX_NESTED: usize = 50;

/// How much of one text is read.
const MAX_TEXT: usize = 64 * 1024;

/// Reads all commands, those in nested shells behind the others.
pub fn commands(text: &str) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    // Each with the machine it runs on, and whether what it writes is run in turn.
    let mut texts: Vec<(String, Option<String>, bool)> = vec![(text.to_owned(), None, false)];
    let mut nested = 0;
    let mut next = 0;
    while let Some((text, host, run)) = texts.get(next).cloned() {
        next += 1;
        let mut reader = Reader::new(crate::finding::short(&text, MAX_TEXT));
        reader.run();
        let first = commands.len();
        for mut command in reader.commands {
            if commands.len() >= MAX_COMMANDS {
                return commands;
            }
            unwrap::wrappers(&mut command);
            command.host = host.clone();
            if !command.words.is_empty() || !command.redirects.is_empty() {
                commands.push(command);
            }
        }
        for i in first..commands.len() {
            if let Some(inner) = unwrap::inner(&commands[first..=i])
                && nested < MAX_NESTED
            {
                nested += 1;
                texts.push((inner.text, inner.host.or_else(|| host.clone()), false));
            }
        }
        let runs = commands[first..].iter().any(|c| {
            (c.program() == "eval" || unwrap::is_shell(c.program())) && c.line().contains("$()")
        });
        for inner in reader.nested {
            if nested < MAX_NESTED {
                nested += 1;
                texts.push((inner, host.clone(), runs));
            }
        }
        if let Some(said) = unwrap::said(&commands[first..]).filter(|_| run && nested < MAX_NESTED)
        {
            nested += 1;
            texts.push((said, host, false));
        }
    }
    commands
}
