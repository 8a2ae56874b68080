//! Fetching a pack: its component and its signatures.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use oci_client::manifest::{OciDescriptor, OciImageIndex, OciImageManifest};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::super::lock::{is_sha256, sha256};
use super::image::{IMAGE, INDEX, LAYER, OLD_LAYER, SIGNATURES, empty_index};
use super::line::PULL;
use super::{Pulled, Registry, RegistryError};
use crate::printable::printable;

/// The largest component, manifest or index, and the longest text of signatures, in bytes.
const MAX_COMPONENT: u64 = 64 << 20;
const MAX_MANIFEST: usize = 1 << 20;
const MAX_SIGNATURES: usize = 64 << 10;
/// The most artifacts of signatures that are looked at.
const MAX_ARTIFACTS: usize = 16;

impl Registry {
    pub(super) async fn fetch(
        &self,
        partial: &Path,
        progress: impl Fn(u64, u64),
    ) -> Result<Pulled, RegistryError> {
        self.line.log_in(PULL).await?;
        let name = self.image.digest().or(self.image.tag());
        let (bytes, digest) = self.manifest(name.unwrap_or("latest")).await?;
        let image: OciImageManifest = self.parsed(&bytes)?;
        let [layer] = &image.layers[..] else {
            return Err(self
                .line
                .no_pack(&format!("it has {} layers", image.layers.len())));
        };
        if ![LAYER, OLD_LAYER].contains(&layer.media_type.as_str()) {
            let found = printable(&layer.media_type, 100);
            return Err(self
                .line
                .no_pack(&format!("its layer is {found}, not {LAYER}")));
        }
        let component = self.component(layer, partial, progress).await?;
        let signatures = self.signatures(&digest).await?;
        Ok(Pulled {
            image: digest,
            component,
            signatures,
        })
    }

    /// A manifest's bytes and their digest, which is the one asked for if one was.
    async fn manifest(&self, name: &str) -> Result<(Vec<u8>, String), RegistryError> {
        let place = format!("manifests/{name}");
        let found = self
            .line
            .get(&place, IMAGE, MAX_MANIFEST, "a manifest")
            .await;
        let bytes = found?.ok_or_else(|| self.line.missing())?;
        let found = sha256(&Sha256::digest(&bytes).into());
        match name.contains(':') && name != found {
            true => Err(self.changed(found, name)),
            false => Ok((bytes, found)),
        }
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
            let what = format!("it has {size} bytes, more than {MAX_COMPONENT}");
            return Err(self.line.no_pack(&what));
        }
        if !is_sha256(&layer.digest) {
            return Err(self.line.no_pack("its layer has no SHA-256"));
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
        self.rest(layer, had, size, &path, progress).await?;
        let component = std::fs::read(&path).map_err(file)?;
        // Whether right or wrong: it must not be in the way of the next one.
        std::fs::remove_file(&path).map_err(file)?;
        let found = sha256(&Sha256::digest(&component).into());
        match found == layer.digest {
            true => Ok(component),
            false => Err(self.changed(found, &layer.digest)),
        }
    }

    /// Brings the layer's file, which has so many bytes, up to its size.
    async fn rest(
        &self,
        layer: &OciDescriptor,
        mut had: u64,
        size: u64,
        path: &Path,
        progress: impl Fn(u64, u64),
    ) -> Result<(), RegistryError> {
        let file = |source| RegistryError::File {
            path: path.to_owned(),
            source,
        };
        let url = self.line.url(&format!("blobs/{}", layer.digest))?;
        let mut request = self.line.request(Method::GET, url, PULL).await?;
        if had > 0 {
            request = request.header("range", format!("bytes={had}-"));
        }
        let mut response = self.line.send(request).await?;
        if response.status() != StatusCode::PARTIAL_CONTENT {
            had = 0;
        }
        let mut options = OpenOptions::new();
        match had {
            0 => options.create(true).write(true).truncate(true),
            _ => options.append(true),
        };
        let mut out = options.open(path).map_err(file)?;
        let broken = |e: reqwest::Error| {
            let what = crate::outgoing::told(&e);
            self.line
                .registry(&format!("{what}; what arrived is kept, try again"))
        };
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            had += chunk.len() as u64;
            if had > size {
                break;
            }
            out.write_all(&chunk).map_err(file)?;
            progress(had, size);
        }
        match had < size {
            true => Err(self
                .line
                .registry("the connection ended early; what arrived is kept, try again")),
            false => Ok(()),
        }
    }

    /// The signatures of all artifacts that refer to the image.
    async fn signatures(&self, image: &str) -> Result<String, RegistryError> {
        let index = self.referrers(image).await?;
        let mut all = String::new();
        let artifacts = index
            .manifests
            .iter()
            .filter(|entry| entry.artifact_type.as_deref() == Some(SIGNATURES));
        for entry in artifacts.take(MAX_ARTIFACTS) {
            if !is_sha256(&entry.digest) {
                return Err(self.line.no_pack("its signatures have no SHA-256"));
            }
            let (bytes, _) = self.manifest(&entry.digest).await?;
            let artifact: OciImageManifest = self.parsed(&bytes)?;
            let mut layers = artifact.layers.iter();
            if let Some(layer) = layers.find(|layer| layer.media_type == SIGNATURES) {
                all.push_str(self.text(layer).await?.trim_end());
                all.push('\n');
            }
        }
        Ok(all)
    }

    /// What refers to an image: by the registry's own list, or by the tag that stands for
    /// it where the registry keeps none.
    pub(super) async fn referrers(&self, image: &str) -> Result<OciImageIndex, RegistryError> {
        let places = [
            format!("referrers/{image}"),
            format!("manifests/{}", image.replace(':', "-")),
        ];
        for place in places {
            let found = self
                .line
                .get(&place, INDEX, MAX_MANIFEST, "an index")
                .await?;
            if let Some(bytes) = found {
                return self.parsed(&bytes);
            }
        }
        Ok(empty_index())
    }

    /// A small blob, as text.
    async fn text(&self, layer: &OciDescriptor) -> Result<String, RegistryError> {
        if !is_sha256(&layer.digest) {
            return Err(self.line.no_pack("its signatures have no SHA-256"));
        }
        let place = format!("blobs/{}", layer.digest);
        let found = self.line.get(&place, "*/*", MAX_SIGNATURES, "signatures");
        let bytes = found.await?.ok_or_else(|| self.line.missing())?;
        let found = sha256(&Sha256::digest(&bytes).into());
        if found != layer.digest {
            return Err(self.changed(found, &layer.digest));
        }
        String::from_utf8(bytes).map_err(|_| self.line.no_pack("its signatures are no text"))
    }

    fn parsed<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, RegistryError> {
        serde_json::from_slice(bytes).map_err(|e| self.line.no_pack(&e.to_string()))
    }

    fn changed(&self, found: String, expected: &str) -> RegistryError {
        RegistryError::Changed {
            reference: self.line.shown().to_owned(),
            found,
            expected: expected.to_owned(),
        }
    }
}
