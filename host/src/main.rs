//! Parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use coldnotch::cli::{Cli, Edges};
use coldnotch::http;

fn main() -> ExitCode {
    Cli::parse().run(&Edges {
        serve: |config, watch| Ok(http::serve(config, watch)?),
        openapi: http::document,
    })
}
