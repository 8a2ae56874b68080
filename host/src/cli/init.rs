//! `coldnotch init`

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::Outcome;

/// The configuration to begin with. A test reads it.
const BEGINNING: &str = include_str!("init.toml");

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Where to write it
    #[arg(default_value = "coldnotch.toml")]
    path: PathBuf,
}

impl Init {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let path = self.path.display();
        let mut file = match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.path)
        {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                bail!(
                    "{path} exists already and was not changed; give another name or move it away"
                )
            }
            Err(e) => return Err(e).with_context(|| format!("cannot write {path}")),
        };
        file.write_all(BEGINNING.as_bytes())
            .with_context(|| format!("cannot write {path}"))?;
        anstream::println!("{path} written. Try it:");
        anstream::println!(
            r#"  echo '{{"type":"send_email","summary":"Hello"}}' | coldnotch decide --config {path}"#
        );
        Ok(Outcome::Success)
    }
}

#[cfg(test)]
mod tests {
    use super::BEGINNING;
    use crate::config::Config;
    use crate::policy::{Policy, Source};

    #[test]
    fn the_beginning_is_a_valid_configuration_close_to_the_default() {
        let config = Config::from_text(BEGINNING, "coldnotch.toml".as_ref()).unwrap();
        assert_eq!(config.policy.rules.block_types, ["exec_shell"]);
        assert_eq!(config.policy.plugins.len(), 1);
        assert_eq!(
            config.policy.plugins[0].source,
            Source::Builtin("consequence".to_owned())
        );
        assert_eq!(
            config.policy.plugins[0].grants,
            Policy::default().plugins[0].grants
        );
    }
}
