//! `coldnotch completions` and `coldnotch man`

use std::io;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Outcome};

/// Prints a completion script for a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  coldnotch completions bash > ~/.local/share/bash-completion/completions/coldnotch\n  \
coldnotch completions zsh > \"${fpath[1]}/_coldnotch\"\n  \
coldnotch completions fish > ~/.config/fish/completions/coldnotch.fish"
)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "coldnotch", &mut script);
        io::Write::write_all(&mut io::stdout(), &script)?;
        Ok(Outcome::Success)
    }
}

/// The whole manual: the command and every subcommand, one page after another.
pub(super) fn man() -> anyhow::Result<Outcome> {
    let mut page = Vec::new();
    let mut command = Cli::command();
    command.build();
    render(&command, &mut page)?;
    io::Write::write_all(&mut io::stdout(), &page)?;
    Ok(Outcome::Success)
}

fn render(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    clap_mangen::Man::new(command.clone())
        .source(concat!("coldnotch ", env!("CARGO_PKG_VERSION")))
        .render(page)?;
    let mut inner = command
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help");
    inner.try_for_each(|inner| render(inner, page))
}
