//! `coldnotch plugin`: one file a subcommand.

mod bench;
mod build;
mod inspect;
mod list;
mod new;
mod release;
mod test;

use clap::Subcommand;

use super::{Outcome, style};
use crate::config::{Config, ConfigError};

#[derive(Debug, Subcommand)]
pub(super) enum Plugin {
    New(new::New),
    Build(build::Build),
    Test(test::Test),
    Bench(bench::Bench),
    Inspect(inspect::Inspect),
    /// Loads the plugins of the policy and lists them
    List,
    Release(release::Release),
}

impl Plugin {
    pub(super) fn run(
        self,
        config: impl FnOnce() -> Result<Config, ConfigError>,
        json: bool,
    ) -> anyhow::Result<Outcome> {
        match self {
            Plugin::New(new) => new.run(json),
            Plugin::Bench(bench) => bench.run(&config()?, json),
            Plugin::Build(build) => build.run(json),
            Plugin::List => list::run(&config()?, json),
            Plugin::Release(release) => release.run(&config()?, json),
            Plugin::Inspect(inspect) => inspect.run(json),
            Plugin::Test(test) => test.run(&config()?, json),
        }
    }
}
