//! `coldnotch plugin push`

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use serde_json::json;

use super::Outcome;
use super::progress::Bar;
use super::sign::component;
use super::style::{BOLD, DIM, safe};
use crate::config::Config;
use crate::plugins::registry;
use crate::plugins::ship;

/// Brings a pack and its signatures into an OCI registry
///
/// It becomes an image of one layer, `application/wasm`; manifest, schema and golden cases are
/// inside it. The signatures are an artifact that refers to it. Logins are those of Docker and
/// Podman ($DOCKER_CONFIG/config.json, ~/.docker/config.json).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  coldnotch plugin push oci://packs.example.com/acme/refund-limit:1.0
  coldnotch plugin push oci://127.0.0.1:5000/refund-limit:1.0 refund-limit.wasm --unsigned")]
pub(in crate::cli) struct Push {
    /// oci://REGISTRY/NAME:TAG
    reference: String,
    /// A pack's folder or its component
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Push it although nobody signed it
    #[arg(long)]
    unsigned: bool,
}

impl Push {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        let path = component(&self.path)?;
        let parcel = ship::Parcel::pack(&path)?;
        if parcel.signatures.is_empty() && !self.unsigned {
            bail!(
                "{} is not signed: run `coldnotch plugin sign`, or say --unsigned",
                path.display()
            );
        }
        let bar = Bar::start("pushing");
        let image = parcel.push(&config.packs, &self.reference)?;
        drop(bar);
        let pinned = registry::pinned(&self.reference, &image);
        match as_json {
            true => anstream::println!(
                "{}",
                json!({"reference": self.reference, "image": image, "pinned": pinned, "component": parcel.digest()})
            ),
            false => {
                anstream::println!("{BOLD}{}{BOLD:#}", safe(&self.reference));
                anstream::println!("  {DIM}{}{DIM:#}", safe(&pinned));
            }
        }
        Ok(Outcome::Success)
    }
}
