//! `coldnotch plugin verify`

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Outcome;
use super::sign::component;
use super::style::{BAD, BOLD, DIM, GOOD, safe};
use crate::config::{Config, ConfigError};
use crate::plugins::admission::signatures;
use crate::plugins::lock::sha256;
use crate::plugins::manifest::Manifest;
use crate::plugins::signature::{PublicKey, Signature};
use crate::plugins::trust::{Seen, Trust};

/// Checks who signed a pack, against the trust file or one key
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 enough trusted signers vouch for it, 5 they do not, 1 it cannot be read.

Examples:
  coldnotch plugin verify refund-limit.wasm
  coldnotch plugin verify refund-limit.wasm --key acme.pub")]
pub(in crate::cli) struct Verify {
    /// A pack's folder or its component
    #[arg(default_value = ".")]
    path: PathBuf,
    /// A public key or its file, instead of the trust file
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

impl Verify {
    pub(super) fn run(
        self,
        config: impl FnOnce() -> Result<Config, ConfigError>,
        as_json: bool,
    ) -> anyhow::Result<Outcome> {
        let path = component(&self.path)?;
        let bytes =
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let text = signatures(&path)?;
        let (seen, problem) = match &self.key {
            Some(key) => by_key(&public_key(key)?, &bytes, &text)?,
            None => by_trust(&config()?, &bytes, &text)?,
        };
        let digest = sha256(&Sha256::digest(&bytes).into());
        match as_json {
            true => {
                let seen: Vec<Value> = seen.iter().map(seen_json).collect();
                anstream::println!(
                    "{}",
                    json!({"digest": digest, "signatures": seen, "verified": problem.is_none(), "problem": problem})
                );
            }
            false => {
                anstream::println!("{BOLD}{}{BOLD:#}", path.display());
                anstream::println!("  {DIM}{digest}{DIM:#}");
                seen.iter().for_each(print_seen);
                match &problem {
                    None => anstream::println!("{GOOD}verified{GOOD:#}"),
                    Some(problem) => {
                        anstream::println!("{BAD}not verified{BAD:#}: {}", safe(problem))
                    }
                }
            }
        }
        Ok(match problem {
            None => Outcome::Success,
            Some(_) => Outcome::VerificationFailed,
        })
    }
}

type Found = (Vec<Seen>, Option<String>);

/// Whether enough signers of the trust file vouch for it.
fn by_trust(config: &Config, component: &[u8], text: &str) -> anyhow::Result<Found> {
    let trust = Trust::read(&config.packs.trust)?;
    let Some(manifest) = Manifest::of(component)? else {
        bail!("it has no manifest that names it: build it with `coldnotch plugin build`");
    };
    let checked = trust.check(&manifest.name, None, component, text);
    let seen = trust.look(component, text).unwrap_or_default();
    Ok((seen, checked.err().map(|e| e.to_string())))
}

/// Whether one of the signatures is this key's.
fn by_key(key: &PublicKey, component: &[u8], text: &str) -> anyhow::Result<Found> {
    let seen = |signature: &Signature| {
        let is_true = signature.is_of(key, component);
        Seen {
            key: signature.key_id(),
            signer: None,
            is_true,
            comment: if is_true {
                signature.comment()
            } else {
                String::new()
            },
        }
    };
    let seen: Vec<Seen> = Signature::all(text)?.iter().map(seen).collect();
    let problem = match seen.is_empty() {
        true => "it is not signed".to_owned(),
        false => format!("no signature of key {} belongs to it", key.id()),
    };
    let is_true = seen.iter().any(|seen| seen.is_true);
    Ok((seen, (!is_true).then_some(problem)))
}

fn public_key(given: &str) -> anyhow::Result<PublicKey> {
    match std::fs::read_to_string(given) {
        Ok(text) => Ok(PublicKey::parse(&text)?),
        Err(_) => Ok(PublicKey::parse(given)?),
    }
}

pub(super) fn seen_json(seen: &Seen) -> Value {
    json!({"key": seen.key, "signer": seen.signer, "true": seen.is_true, "comment": seen.comment})
}

/// One signature, as a line.
pub(super) fn print_seen(seen: &Seen) {
    let Seen {
        key,
        signer,
        is_true,
        comment,
    } = seen;
    match (signer, is_true) {
        (Some(signer), true) => anstream::println!(
            "  signed by {GOOD}{}{GOOD:#} with key {key}: {}",
            safe(signer),
            safe(comment)
        ),
        (Some(signer), false) => anstream::println!(
            "  {BAD}a signature in the name of {} (key {key}) does not belong to it{BAD:#}",
            safe(signer)
        ),
        (None, true) => anstream::println!("  signed with key {key}: {}", safe(comment)),
        (None, false) => anstream::println!("  a signature of key {key}, which is not known"),
    }
}
