//! `coldnotch plugin`: one file a subcommand.

mod bench;
mod build;
mod inspect;
mod install;
mod keygen;
mod list;
mod new;
mod progress;
mod promote;
mod pull;
mod push;
mod release;
mod rollback;
mod sign;
mod test;
mod verify;

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
    Keygen(keygen::Keygen),
    Sign(sign::Sign),
    Verify(verify::Verify),
    Push(push::Push),
    Pull(pull::Pull),
    Install(install::Install),
    Update(install::Update),
    /// Loads the plugins of the policy and lists them
    List,
    Promote(promote::Promote),
    Rollback(rollback::Rollback),
    Release(release::Release),
}

impl Plugin {
    pub(super) fn run(
        self,
        config: impl Fn() -> Result<Config, ConfigError>,
        json: bool,
    ) -> anyhow::Result<Outcome> {
        match self {
            Plugin::New(new) => new.run(json),
            Plugin::Bench(bench) => bench.run(&config()?, json),
            Plugin::Build(build) => build.run(json),
            Plugin::Inspect(inspect) => inspect.run(config, json),
            Plugin::Install(install) => install.run(&config()?, json),
            Plugin::Keygen(keygen) => keygen.run(json),
            Plugin::List => list::run(&config()?, json),
            Plugin::Pull(pull) => pull.run(&config()?, json),
            Plugin::Push(push) => push.run(&config()?, json),
            Plugin::Release(release) => release.run(&config()?, json),
            Plugin::Sign(sign) => sign.run(json),
            Plugin::Promote(promote) => promote.run(config, json),
            Plugin::Rollback(rollback) => rollback.run(config, json),
            Plugin::Test(test) => test.run(&config()?, json),
            Plugin::Update(update) => update.run(&config()?, json),
            Plugin::Verify(verify) => verify.run(config, json),
        }
    }
}
