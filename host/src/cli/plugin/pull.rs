//! `coldnotch plugin pull`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Outcome;
use super::progress::Bar;
use super::style::{BOLD, CARE, DIM, error, safe};
use crate::config::Config;
use crate::plugins::ship::{self, Pulled};

/// Fetches a pack from an OCI registry into a file, to look at it; nothing of it runs
///
/// Its digest is checked, and its signatures against the trust file. The signatures are left
/// beside it as NAME.wasm.minisig. What broke off goes on where it ended.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 fetched, 5 not trusted or not what was announced, 1 it cannot be had.

Examples:
  coldnotch plugin pull oci://packs.example.com/acme/refund-limit:1.0
  coldnotch plugin pull oci://packs.example.com/acme/refund-limit@sha256:0123… --untrusted")]
pub(in crate::cli) struct Pull {
    /// oci://REGISTRY/NAME:TAG, or @sha256:…
    reference: String,
    /// Where to put it [default: the pack's name, here]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Fetch it although nobody whom the trust file knows signed it
    #[arg(long)]
    untrusted: bool,
}

impl Pull {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        let bar = Bar::start("fetching");
        let progress = |had, all| bar.at(had, all);
        let pulled = ship::pull(&config.packs, &self.reference, self.untrusted, progress);
        drop(bar);
        let pulled = match pulled {
            Ok(pulled) => pulled,
            Err(e) if e.is_refusal() => {
                error(&e.to_string());
                return Ok(Outcome::VerificationFailed);
            }
            Err(e) => return Err(e.into()),
        };
        let file = pulled.write(self.output)?;
        let Pulled {
            pinned,
            digest,
            signers,
            ..
        } = &pulled;
        if as_json {
            anstream::println!(
                "{}",
                json!({"file": file, "component": digest, "pinned": pinned, "signers": signers})
            );
            return Ok(Outcome::Success);
        }
        anstream::println!("{BOLD}{}{BOLD:#}  {DIM}{digest}{DIM:#}", file.display());
        anstream::println!("  {DIM}{}{DIM:#}", safe(pinned));
        match signers.is_empty() {
            true => anstream::println!("  {CARE}nobody you trust signed it{CARE:#}"),
            false => anstream::println!("  signed by {}", safe(&signers.join(", "))),
        }
        Ok(Outcome::Success)
    }
}
