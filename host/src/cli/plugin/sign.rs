//! `coldnotch plugin sign`

use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use super::Outcome;
use super::style::{BOLD, safe};
use crate::plugins::manifest::Manifest;
use crate::plugins::pack::Folder;
use crate::plugins::signature::{Password, Signature, beside, sign};

/// Signs a pack: component, manifest, schema and golden cases, which are one file
///
/// The signature goes into NAME.wasm.minisig beside it, after those that are there already;
/// your own earlier one is replaced. `minisign -Sm NAME.wasm` does the same.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  coldnotch plugin sign --key acme.key
  coldnotch plugin sign refund-limit.wasm --key acme.key --password-file password.txt")]
pub(in crate::cli) struct Sign {
    /// A pack's folder or its component
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The secret key: of `coldnotch plugin keygen`, or minisign's
    #[arg(long, value_name = "FILE", default_value = "coldnotch.key")]
    key: PathBuf,
    #[command(flatten)]
    secret: Secret,
}

/// Where the password of a secret key comes from.
#[derive(Debug, Args)]
pub(in crate::cli) struct Secret {
    /// The secret key's password is the first line of this file; otherwise it is asked for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Secret {
    pub(super) fn password(&self, without: bool) -> anyhow::Result<Password> {
        if without {
            return Ok(Password::Without);
        }
        match &self.password_file {
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                let line = text.lines().next().unwrap_or_default();
                Ok(Password::Given(line.to_owned()))
            }
            None if std::io::stdin().is_terminal() => Ok(Password::Ask),
            None => bail!(
                "no terminal to ask for the password: give --password-file FILE, or --no-password"
            ),
        }
    }
}

impl Sign {
    pub(super) fn run(self, as_json: bool) -> anyhow::Result<Outcome> {
        let path = component(&self.path)?;
        let read = |path: &Path| {
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let bytes = read(&path)?;
        let Some(manifest) = Manifest::of(&bytes)? else {
            bail!(
                "{} has no manifest that names it: build it with `coldnotch plugin build`",
                path.display()
            );
        };
        let key = String::from_utf8(read(&self.key)?);
        let key = key.with_context(|| format!("{} is no secret key", self.key.display()))?;
        // A key without a password needs none, and one with a password asks for it.
        let password = self.secret.password(false).unwrap_or(Password::Without);
        let comment = format!("{} {}", manifest.name, manifest.version);
        let (signature, public) = sign(&bytes, &key, password, &comment)?;
        let file = beside(&path);
        let others = others(&file, &public.id())?;
        let count = others.len() + 1;
        let text = others.concat() + signature.text();
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        match as_json {
            true => anstream::println!(
                "{}",
                json!({"signature": file, "id": public.id(), "key": public.as_str(), "comment": comment, "signatures": count})
            ),
            false => anstream::println!(
                "{BOLD}{}{BOLD:#}  {} signed with key {}, {count} signature(s)",
                file.display(),
                safe(&comment),
                public.id()
            ),
        }
        Ok(Outcome::Success)
    }
}

/// The component of a pack's folder, or the file itself.
pub(super) fn component(path: &Path) -> anyhow::Result<PathBuf> {
    match path.is_dir() {
        true => Ok(Folder::open(path)?.component()),
        false => Ok(path.to_owned()),
    }
}

/// The signatures that are there already, but for those of this key.
fn others(file: &Path, key: &str) -> anyhow::Result<Vec<String>> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e).with_context(|| format!("cannot read {}", file.display())),
    };
    let all = Signature::all(&text).with_context(|| format!("{}", file.display()))?;
    let others = all.iter().filter(|one| one.key_id() != key);
    Ok(others.map(|one| one.text().to_owned()).collect())
}
