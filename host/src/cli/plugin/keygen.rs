//! `coldnotch plugin keygen`

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::Outcome;
use super::sign::Secret;
use super::style::{BOLD, DIM};
use crate::plugins::signature::new_key;

/// Makes a pair of keys for signing packs, in minisign's form
///
/// The secret key goes into FILE, readable by you alone, the public key into FILE with .pub
/// instead of .key. minisign's own keys do as well.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  coldnotch plugin keygen
  coldnotch plugin keygen acme.key --password-file password.txt")]
pub(in crate::cli) struct Keygen {
    /// Where the secret key goes; nothing is overwritten
    #[arg(default_value = "coldnotch.key", value_name = "FILE")]
    file: PathBuf,
    /// Protect the secret key with no password
    #[arg(long)]
    no_password: bool,
    #[command(flatten)]
    secret: Secret,
}

impl Keygen {
    pub(super) fn run(self, as_json: bool) -> anyhow::Result<Outcome> {
        let public_file = self.file.with_extension("pub");
        for file in [&self.file, &public_file] {
            anyhow::ensure!(!file.exists(), "{} is there already", file.display());
        }
        let password = self.secret.password(self.no_password)?;
        let (secret, public) = new_key(password)?;
        write(&self.file, &secret, 0o600)?;
        write(&public_file, &public.file(), 0o644)?;
        if as_json {
            anstream::println!(
                "{}",
                json!({"secret": self.file, "public": public_file, "key": public.as_str(), "id": public.id()})
            );
            return Ok(Outcome::Success);
        }
        anstream::println!(
            "{BOLD}{}{BOLD:#}  the secret key: keep it to yourself",
            self.file.display()
        );
        anstream::println!(
            "{BOLD}{}{BOLD:#}  the public key {DIM}{}{DIM:#}",
            public_file.display(),
            public.id()
        );
        anstream::println!("Whoever trusts you adds to coldnotch_trust.toml:");
        anstream::println!(
            "\n[[signer]]\nname = \"YOU\"\nkeys = [\"{public}\"]\npacks = [\"YOUR-PACK\"]"
        );
        Ok(Outcome::Success)
    }
}

/// A new file; one that is there is left alone.
fn write(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let write = || options.open(path)?.write_all(text.as_bytes());
    write().with_context(|| format!("cannot write {}", path.display()))
}
