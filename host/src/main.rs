//! Parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use coldnotch::cli::Cli;

fn main() -> ExitCode {
    Cli::parse().run()
}
