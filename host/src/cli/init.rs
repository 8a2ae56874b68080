//! `coldnotch init`

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use super::Outcome;

/// Where it is looked for in the current folder.
const NAME: &str = "coldnotch.toml";
/// The configuration to begin with. A test reads it.
const BEGINNING: &str = include_str!("init.toml");

/// Writes a coldnotch.toml to begin with
#[derive(Debug, Args)]
#[command(
    after_help = "It never replaces a file.\n\nExamples:\n  coldnotch init\n  coldnotch init ~/.config/coldnotch/coldnotch.toml"
)]
pub(super) struct Init {
    /// Where to write it
    #[arg(default_value = NAME)]
    path: PathBuf,
}

impl Init {
    pub(super) fn run(self, json: bool) -> anyhow::Result<Outcome> {
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
        if json {
            anstream::println!("{}", serde_json::json!({"written": path.to_string()}));
            return Ok(Outcome::Success);
        }
        let found = self.path == Path::new(NAME); // without being named
        let option = if found {
            String::new()
        } else {
            format!(" --config {path}")
        };
        anstream::println!("{path} written. Try it:");
        anstream::println!(
            r#"  echo '{{"type":"send_email","summary":"Hello"}}' | coldnotch decide{option}"#
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
