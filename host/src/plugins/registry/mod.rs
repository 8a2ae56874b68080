//! Packs in OCI registries.
//!
//! A pack is an image of one layer, the component, as the CNCF's guidance for WebAssembly
//! has it (<https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/>).
//! Manifest and golden cases are inside the component; its signatures are an artifact that
//! refers to the image, found by the referrers API or, where a registry has none, by the
//! tag that stands for it (OCI distribution specification 1.1). Nothing a registry says is
//! believed but for digests of what arrived, and nothing is read of it without bound.

mod image;
mod line;
mod login;
mod pull;
mod push;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use oci_client::Reference;
use tokio::runtime::Runtime;

use crate::printable::printable;
use crate::runtime::Surface;
use line::Line;

/// How a registry is named in a plugin's source.
pub const SCHEME: &str = "oci://";

/// Why a pack cannot be pushed or pulled.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// No reference.
    #[error(
        "'{reference}' is no reference of a registry, such as {SCHEME}packs.example.com/acme/refunds:1.2: {what}"
    )]
    Reference {
        /// What was given.
        reference: String,
        /// What is wrong with it.
        what: String,
    },
    /// The registry has no such thing.
    #[error("{reference}: there is no such pack")]
    Missing {
        /// What was asked for.
        reference: String,
    },
    /// The registry cannot be spoken to, or does not want it.
    #[error("{reference}: {what}")]
    Registry {
        /// What was asked for.
        reference: String,
        /// What it said.
        what: String,
    },
    /// What is there is no pack.
    #[error("{reference} is no pack: {what}")]
    NoPack {
        /// What was asked for.
        reference: String,
        /// Why not.
        what: String,
    },
    /// What arrived is not what was announced.
    #[error("{reference}: what arrived is {found}, and {expected} was announced")]
    Changed {
        /// What was asked for.
        reference: String,
        /// Its digest.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// A file of this machine.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl RegistryError {
    /// Whether what is there is not to be taken, rather than not to be had.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            RegistryError::Changed { .. } | RegistryError::NoPack { .. }
        )
    }
}

/// A pack as a registry had it.
#[derive(Debug)]
pub struct Pulled {
    /// The digest of the image: it names this and nothing else, for ever.
    pub image: String,
    /// The component.
    pub component: Vec<u8>,
    /// Its signatures, one after the other.
    pub signatures: String,
}

/// One repository of a registry. Its functions wait for the network.
pub struct Registry {
    runtime: Runtime,
    line: Line,
    image: Reference,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.line.shown())
    }
}

impl Registry {
    /// The registry of a reference (`oci://host/name:tag` or `…@sha256:…`). Those of this
    /// machine and those in `plain_http` (`host:port`) are spoken to without TLS. The
    /// logins are in Docker's and Podman's form; without one it is tried without.
    ///
    /// # Errors
    /// The reference is none, or the logins cannot be read.
    pub fn open(
        reference: &str,
        plain_http: &[String],
        logins: Option<&Path>,
    ) -> Result<Self, RegistryError> {
        let wrong = |what: String| RegistryError::Reference {
            reference: printable(reference, 200),
            what,
        };
        let bare = reference
            .strip_prefix(SCHEME)
            .ok_or_else(|| wrong(format!("it does not begin with {SCHEME}")))?;
        let image: Reference = bare.parse().map_err(|e| wrong(format!("{e}")))?;
        // The library would take `acme/refunds` for a name at Docker's own registry.
        if !bare.starts_with(image.registry()) {
            return Err(wrong("it does not name a registry".to_owned()));
        }
        let host = image.registry();
        let is_plain = is_loopback(host) || plain_http.iter().any(|plain| plain == host);
        let login = login::find(host, logins)?;
        let address = image.resolve_registry();
        let line = Line::new(address, image.repository(), is_plain, login, reference);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| wrong(e.to_string()))?;
        Ok(Registry {
            runtime,
            line: line.map_err(wrong)?,
            image,
        })
    }

    /// Brings a component and its signatures to the registry, and says by which digest
    /// they are found. The same component makes the same image; signatures that are there
    /// already stay.
    ///
    /// # Errors
    /// The registry does not take them.
    pub fn push(
        &self,
        component: Vec<u8>,
        surface: &Surface,
        signatures: &str,
        annotations: BTreeMap<String, String>,
    ) -> Result<String, RegistryError> {
        self.runtime
            .block_on(self.send(component, surface, signatures, annotations))
    }

    /// Fetches a component and its signatures. What arrived before a connection broke is
    /// kept in `partial` and not fetched again. `progress` hears of bytes: had, and all.
    ///
    /// # Errors
    /// There is none, or what arrived is not what its digest says.
    pub fn pull(
        &self,
        partial: &Path,
        progress: impl Fn(u64, u64),
    ) -> Result<Pulled, RegistryError> {
        self.runtime.block_on(self.fetch(partial, progress))
    }
}

/// The reference of the same repository by an image's digest: what it names never
/// changes.
pub fn pinned(reference: &str, image: &str) -> String {
    let bare = reference
        .split_once('@')
        .map_or(reference, |(bare, _)| bare);
    let name = bare.rfind('/').unwrap_or(0);
    let end = bare[name..].find(':').map_or(bare.len(), |at| name + at);
    format!("{}@{image}", &bare[..end])
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let address = name.parse::<std::net::IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_its_registry() {
        let open = |reference: &str| Registry::open(reference, &[], None);
        for wrong in [
            "acme/refunds:1",
            "oci://acme/refunds:1",
            "oci://",
            "oci://x y",
            "oci://a/B:1",
        ] {
            assert!(open(wrong).is_err(), "{wrong}");
        }
        assert!(open("oci://packs.example.com/acme/refunds:1.2").is_ok());
    }

    #[test]
    fn a_digest_takes_the_place_of_a_tag() {
        for reference in [
            "oci://h:5000/a/b:1",
            "oci://h:5000/a/b",
            "oci://h:5000/a/b:1@sha256:1",
        ] {
            assert_eq!(pinned(reference, "sha256:00"), "oci://h:5000/a/b@sha256:00");
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        for host in [
            "localhost",
            "localhost:5000",
            "127.0.0.1:5000",
            "127.9.9.9",
            "[::1]:5000",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.example.com",
            "10.0.0.1:5000",
            "packs.example.com",
            "128.0.0.1",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
