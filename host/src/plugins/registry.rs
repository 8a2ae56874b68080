//! Packs in OCI registries.
//!
//! A pack is an image of one layer, the component, as the CNCF's guidance for WebAssembly
//! has it (<https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/>).
//! Manifest and golden cases are inside the component; its signatures are an artifact that
//! refers to the image, found by the referrers API or, where a registry has none, by the
//! tag that stands for it (OCI distribution specification 1.1). Nothing a registry says is
//! believed but for digests of what arrived.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use data_encoding::BASE64;
use futures_util::StreamExt;
use oci_client::client::{BlobResponse, ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::manifest::{
    ImageIndexEntry, OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, OciDescriptor,
    OciImageManifest, OciManifest,
};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference, RegistryOperation};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use super::lock::{is_sha256, sha256};
use crate::printable::printable;
use crate::runtime::Surface;

/// How a registry is named in a plugin's source.
pub const SCHEME: &str = "oci://";
/// Media types of an image's config and layer.
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";
/// What the layer is called by older tools.
const OLD_LAYER: &str = "application/vnd.wasm.content.layer.v1+wasm";
/// The type of the artifact that holds signatures, and of its layer.
const SIGNATURES: &str = "application/vnd.coldnotch.signatures.v1+minisign";
/// The config of an artifact that needs none, and its bytes.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const EMPTY_BYTES: &[u8] = b"{}";
/// The largest component and the longest text of signatures, in bytes.
const MAX_COMPONENT: u64 = 64 << 20;
const MAX_SIGNATURES: usize = 64 << 10;
/// The most artifacts of signatures that are looked at.
const MAX_ARTIFACTS: usize = 16;
/// How long a registry may say nothing.
const PATIENCE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);

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
    /// The registry has no such thing, or does not show it.
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
    client: Client,
    image: Reference,
    auth: RegistryAuth,
    shown: String,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
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
        let host = image.registry().to_owned();
        let protocol = match is_loopback(&host) || plain_http.contains(&host) {
            true => ClientProtocol::Http,
            false => ClientProtocol::Https,
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::try_from(ClientConfig {
            protocol,
            read_timeout: Some(PATIENCE),
            connect_timeout: Some(CONNECT),
            platform_resolver: None,
            user_agent: concat!("coldnotch/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        })
        .map_err(|e| wrong(e.to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| wrong(e.to_string()))?;
        Ok(Registry {
            runtime,
            client,
            auth: login(&host, logins)?,
            image,
            shown: reference.to_owned(),
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

    async fn send(
        &self,
        component: Vec<u8>,
        surface: &Surface,
        signatures: &str,
        annotations: BTreeMap<String, String>,
    ) -> Result<String, RegistryError> {
        let layer = descriptor(LAYER, &component);
        let imports: Vec<String> = surface.imports.iter().map(ToString::to_string).collect();
        let config = json!({
            "architecture": "wasm", "os": "wasip2", "layerDigests": [layer.digest],
            "component": {"exports": surface.exports, "imports": imports},
        });
        let config = config.to_string().into_bytes();
        let manifest = OciImageManifest {
            media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
            config: descriptor(CONFIG, &config),
            layers: vec![layer],
            annotations: Some(annotations).filter(|annotations| !annotations.is_empty()),
            ..OciImageManifest::default()
        };
        self.login(RegistryOperation::Push).await?;
        self.blob(component).await?;
        self.blob(config).await?;
        let image = self.manifest(&self.image, &manifest.into()).await?;
        if !signatures.is_empty() {
            self.push_signatures(&image, signatures).await?;
        }
        Ok(image.digest)
    }

    /// Brings the artifact of the signatures, which refers to the image.
    async fn push_signatures(
        &self,
        image: &OciDescriptor,
        signatures: &str,
    ) -> Result<(), RegistryError> {
        let bytes = signatures.as_bytes().to_vec();
        let manifest = OciImageManifest {
            media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
            artifact_type: Some(SIGNATURES.to_owned()),
            config: descriptor(EMPTY, EMPTY_BYTES),
            layers: vec![descriptor(SIGNATURES, &bytes)],
            subject: Some(image.clone()),
            ..OciImageManifest::default()
        };
        self.blob(bytes).await?;
        self.blob(EMPTY_BYTES.to_vec()).await?;
        let manifest = OciManifest::Image(manifest);
        let digest = descriptor(OCI_IMAGE_MEDIA_TYPE, &encoded(&manifest)).digest;
        let place = self.image.clone_with_digest(digest);
        let artifact = self.manifest(&place, &manifest).await?;
        self.refer(image, &artifact).await
    }

    /// Where the registry does not find the artifact by itself: puts it into the index
    /// that the tag of the image's digest stands for.
    async fn refer(
        &self,
        image: &OciDescriptor,
        artifact: &OciDescriptor,
    ) -> Result<(), RegistryError> {
        let by_digest = self.image.clone_with_digest(image.digest.clone());
        let mut index = self
            .client
            .pull_referrers(&by_digest, None)
            .await
            .map_err(|e| self.said(&e))?;
        if index
            .manifests
            .iter()
            .any(|entry| entry.digest == artifact.digest)
        {
            return Ok(());
        }
        index.schema_version = 2;
        index.media_type = Some(OCI_IMAGE_INDEX_MEDIA_TYPE.to_owned());
        index.manifests.push(ImageIndexEntry {
            media_type: artifact.media_type.clone(),
            digest: artifact.digest.clone(),
            size: artifact.size,
            platform: None,
            annotations: None,
            artifact_type: Some(SIGNATURES.to_owned()),
        });
        let tag = Reference::with_tag(
            self.image.registry().to_owned(),
            self.image.repository().to_owned(),
            image.digest.replace(':', "-"),
        );
        self.manifest(&tag, &OciManifest::ImageIndex(index)).await?;
        Ok(())
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

    async fn fetch(
        &self,
        partial: &Path,
        progress: impl Fn(u64, u64),
    ) -> Result<Pulled, RegistryError> {
        self.login(RegistryOperation::Pull).await?;
        let (bytes, digest) = self.raw_manifest(&self.image).await?;
        let image: OciImageManifest =
            serde_json::from_slice(&bytes).map_err(|e| self.no_pack(&e.to_string()))?;
        let [layer] = &image.layers[..] else {
            return Err(self.no_pack(&format!("it has {} layers", image.layers.len())));
        };
        if ![LAYER, OLD_LAYER].contains(&layer.media_type.as_str()) {
            let found = printable(&layer.media_type, 100);
            return Err(self.no_pack(&format!("its layer is {found}, not {LAYER}")));
        }
        let component = self.component(layer, partial, progress).await?;
        let signatures = self.signatures(&digest).await?;
        Ok(Pulled {
            image: digest,
            component,
            signatures,
        })
    }

    /// The layer, as much of it as is not there yet, and its digest checked.
    async fn component(
        &self,
        layer: &OciDescriptor,
        partial: &Path,
        progress: impl Fn(u64, u64),
    ) -> Result<Vec<u8>, RegistryError> {
        let size = u64::try_from(layer.size).unwrap_or(u64::MAX);
        if size > MAX_COMPONENT {
            return Err(self.no_pack(&format!("it has {size} bytes, more than {MAX_COMPONENT}")));
        }
        if !is_sha256(&layer.digest) {
            return Err(self.no_pack("its layer has no SHA-256"));
        }
        let path = partial.join(format!("{}.part", layer.digest.replace(':', "-")));
        let file = |source| RegistryError::File {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(partial).map_err(file)?;
        let had = match std::fs::metadata(&path) {
            Ok(found) if found.len() < size => found.len(),
            Ok(_) => 0, // more than there is: begin anew
            Err(e) if e.kind() == ErrorKind::NotFound => 0,
            Err(e) => return Err(file(e)),
        };
        let response = self
            .client
            .pull_blob_stream_partial(&self.image, layer, had, None)
            .await
            .map_err(|e| self.said(&e))?;
        let (mut stream, mut had) = match response {
            BlobResponse::Partial(stream) => (stream.stream, had),
            BlobResponse::Full(stream) => (stream.stream, 0),
        };
        let mut options = OpenOptions::new();
        match had {
            0 => options.create(true).write(true).truncate(true),
            _ => options.append(true),
        };
        let mut out = options.open(&path).map_err(file)?;
        while let Some(chunk) = stream.next().await {
            let broken =
                |e: std::io::Error| self.registry(&format!("{e}; what arrived is kept, try again"));
            let chunk = chunk.map_err(broken)?;
            had += chunk.len() as u64;
            if had > size {
                break;
            }
            out.write_all(&chunk).map_err(file)?;
            progress(had, size);
        }
        if had < size {
            return Err(
                self.registry("the connection ended early; what arrived is kept, try again")
            );
        }
        let component = std::fs::read(&path).map_err(file)?;
        // Whether right or wrong: it must not be in the way of the next one.
        std::fs::remove_file(&path).map_err(file)?;
        let found = sha256(&Sha256::digest(&component).into());
        match found == layer.digest {
            true => Ok(component),
            false => Err(RegistryError::Changed {
                reference: self.shown.clone(),
                found,
                expected: layer.digest.clone(),
            }),
        }
    }

    /// The signatures of all artifacts that refer to the image.
    async fn signatures(&self, image: &str) -> Result<String, RegistryError> {
        let by_digest = self.image.clone_with_digest(image.to_owned());
        let index = self
            .client
            .pull_referrers(&by_digest, Some(SIGNATURES))
            .await
            .map_err(|e| self.said(&e))?;
        let mut all = String::new();
        let artifacts = index
            .manifests
            .iter()
            .filter(|entry| entry.artifact_type.as_deref() == Some(SIGNATURES));
        for entry in artifacts.take(MAX_ARTIFACTS) {
            let place = self.image.clone_with_digest(entry.digest.clone());
            let (bytes, _) = self.raw_manifest(&place).await?;
            let artifact: OciImageManifest =
                serde_json::from_slice(&bytes).map_err(|e| self.no_pack(&e.to_string()))?;
            let mut layers = artifact.layers.iter();
            if let Some(layer) = layers.find(|layer| layer.media_type == SIGNATURES) {
                all.push_str(self.text(layer).await?.trim_end());
                all.push('\n');
            }
        }
        Ok(all)
    }

    /// A small blob, as text.
    async fn text(&self, layer: &OciDescriptor) -> Result<String, RegistryError> {
        let stream = self.client.pull_blob_stream(&self.image, layer).await;
        let mut stream = stream.map_err(|e| self.said(&e))?.stream;
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            bytes.extend(chunk.map_err(|e| self.registry(&e.to_string()))?);
            if bytes.len() > MAX_SIGNATURES {
                return Err(self.no_pack("its signatures are too long"));
            }
        }
        String::from_utf8(bytes).map_err(|_| self.no_pack("its signatures are no text"))
    }

    async fn login(&self, operation: RegistryOperation) -> Result<(), RegistryError> {
        self.client
            .auth(&self.image, &self.auth, operation)
            .await
            .map_err(|e| self.said(&e))?;
        Ok(())
    }

    async fn blob(&self, bytes: Vec<u8>) -> Result<(), RegistryError> {
        let digest = sha256(&Sha256::digest(&bytes).into());
        let there = self.client.blob_exists(&self.image, &digest).await;
        if there.unwrap_or(false) {
            return Ok(());
        }
        self.client
            .push_blob(&self.image, bytes, &digest)
            .await
            .map_err(|e| self.said(&e))?;
        Ok(())
    }

    /// Puts a manifest there and says what it is.
    async fn manifest(
        &self,
        place: &Reference,
        manifest: &OciManifest,
    ) -> Result<OciDescriptor, RegistryError> {
        let bytes = encoded(manifest);
        let made = descriptor(manifest.content_type(), &bytes);
        let kind = manifest
            .content_type()
            .parse()
            .map_err(|_| self.registry("a media type that cannot be sent"))?;
        self.client
            .push_manifest_raw(place, bytes, kind)
            .await
            .map_err(|e| self.said(&e))?;
        Ok(made)
    }

    /// A manifest's bytes and their digest, which is the one asked for if one was.
    async fn raw_manifest(&self, place: &Reference) -> Result<(Vec<u8>, String), RegistryError> {
        let (bytes, _) = self
            .client
            .pull_manifest_raw(place, &self.auth, &[OCI_IMAGE_MEDIA_TYPE])
            .await
            .map_err(|e| self.said(&e))?;
        let found = sha256(&Sha256::digest(&bytes).into());
        match place.digest() {
            Some(expected) if expected != found => Err(RegistryError::Changed {
                reference: self.shown.clone(),
                found,
                expected: expected.to_owned(),
            }),
            _ => Ok((bytes.to_vec(), found)),
        }
    }

    fn no_pack(&self, what: &str) -> RegistryError {
        RegistryError::NoPack {
            reference: self.shown.clone(),
            what: printable(what, 300),
        }
    }

    fn registry(&self, what: &str) -> RegistryError {
        RegistryError::Registry {
            reference: self.shown.clone(),
            what: printable(what, 300),
        }
    }

    /// What the registry said, in words that help.
    fn said(&self, e: &OciDistributionError) -> RegistryError {
        let host = self.image.registry();
        let unknown = |e: &&oci_client::errors::OciError| {
            matches!(
                e.code,
                OciErrorCode::ManifestUnknown | OciErrorCode::NameUnknown | OciErrorCode::NotFound
            )
        };
        match e {
            OciDistributionError::AuthenticationFailure(_)
            | OciDistributionError::UnauthorizedError { .. }
            | OciDistributionError::ServerError {
                code: 401 | 403, ..
            } => self.registry(&format!(
                "{host} wants a login: `docker login {host}` or `podman login {host}` writes one"
            )),
            OciDistributionError::ImageManifestNotFoundError(_)
            | OciDistributionError::ServerError { code: 404, .. } => {
                self.registry("there is no such pack")
            }
            OciDistributionError::RegistryError { envelope, .. }
                if envelope.errors.iter().any(|e| unknown(&e)) =>
            {
                self.registry("there is no such pack")
            }
            e => {
                let mut words = e.to_string();
                let mut cause = std::error::Error::source(e);
                while let Some(inner) = cause {
                    words = format!("{words}: {inner}");
                    cause = inner.source();
                }
                self.registry(&words)
            }
        }
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

/// What names these bytes.
fn descriptor(media_type: &str, bytes: &[u8]) -> OciDescriptor {
    OciDescriptor {
        media_type: media_type.to_owned(),
        digest: sha256(&Sha256::digest(bytes).into()),
        size: bytes.len() as i64,
        ..OciDescriptor::default()
    }
}

/// A manifest's bytes: equal manifests have equal ones.
fn encoded(manifest: &OciManifest) -> Vec<u8> {
    // Maps of it are sorted, and no key of it is anything but text.
    serde_json::to_vec(manifest).unwrap_or_default()
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

/// The login for a registry, of a file in Docker's form.
fn login(host: &str, logins: Option<&Path>) -> Result<RegistryAuth, RegistryError> {
    let Some(path) = logins else {
        return Ok(RegistryAuth::Anonymous);
    };
    let file = |source| RegistryError::File {
        path: path.to_owned(),
        source,
    };
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(RegistryAuth::Anonymous);
        }
        Err(e) => return Err(file(e)),
    };
    let damaged = || {
        file(std::io::Error::new(
            ErrorKind::InvalidData,
            "it holds no logins",
        ))
    };
    let value: Value = serde_json::from_slice(&text).map_err(|_| damaged())?;
    let entry = &value["auths"][host];
    let Some(encoded) = entry["auth"].as_str() else {
        return Ok(RegistryAuth::Anonymous);
    };
    let decoded = BASE64.decode(encoded.as_bytes()).map_err(|_| damaged())?;
    let decoded = String::from_utf8(decoded).map_err(|_| damaged())?;
    let (name, password) = decoded.split_once(':').ok_or_else(damaged)?;
    Ok(RegistryAuth::Basic(name.to_owned(), password.to_owned()))
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

    #[test]
    fn logins_are_docker_s() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let read = || login("packs.example.com", Some(&path));
        assert_eq!(read().unwrap(), RegistryAuth::Anonymous);
        let auth = BASE64.encode(b"ana:pass:word");
        let text = json!({"auths": {"packs.example.com": {"auth": auth}}});
        std::fs::write(&path, text.to_string()).unwrap();
        let ana = RegistryAuth::Basic("ana".to_owned(), "pass:word".to_owned());
        assert_eq!(read().unwrap(), ana);
        assert_eq!(
            login("other", Some(&path)).unwrap(),
            RegistryAuth::Anonymous
        );
        std::fs::write(&path, "{").unwrap();
        assert!(read().unwrap_err().to_string().contains("no logins"));
    }
}
