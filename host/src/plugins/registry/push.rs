//! Bringing a pack there: its component and its signatures.

use std::collections::BTreeMap;

use oci_client::manifest::OciDescriptor;
use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use serde::Serialize;

use super::image::{self, EMPTY_BYTES, IMAGE, INDEX, descriptor, encoded};
use super::line::PUSH;
use super::{Registry, RegistryError};
use crate::runtime::Surface;

impl Registry {
    pub(super) async fn send(
        &self,
        component: Vec<u8>,
        surface: &Surface,
        signatures: &str,
        annotations: BTreeMap<String, String>,
    ) -> Result<String, RegistryError> {
        let config = image::config(&component, surface);
        let manifest = image::image(&component, &config, annotations);
        self.line.log_in(PUSH).await?;
        self.put_blob(component).await?;
        self.put_blob(config).await?;
        let name = self.image.digest().or(self.image.tag());
        let name = name.unwrap_or("latest");
        let image = self.put_manifest(name, IMAGE, &manifest).await?;
        if !signatures.is_empty() {
            self.put_signatures(&image, signatures).await?;
        }
        Ok(image.digest)
    }

    /// Brings the artifact of the signatures, which refers to the image.
    async fn put_signatures(
        &self,
        image: &OciDescriptor,
        signatures: &str,
    ) -> Result<(), RegistryError> {
        let manifest = image::artifact(signatures.as_bytes(), image);
        self.put_blob(signatures.as_bytes().to_vec()).await?;
        self.put_blob(EMPTY_BYTES.to_vec()).await?;
        let digest = descriptor(IMAGE, &encoded(&manifest)).digest;
        let artifact = self.put_manifest(&digest, IMAGE, &manifest).await?;
        self.refer(image, &artifact).await
    }

    /// Where the registry does not find the artifact by itself: puts it into the index
    /// that the tag of the image's digest stands for.
    async fn refer(
        &self,
        image: &OciDescriptor,
        artifact: &OciDescriptor,
    ) -> Result<(), RegistryError> {
        let mut index = self.referrers(&image.digest).await?;
        let mut entries = index.manifests.iter();
        if entries.any(|entry| entry.digest == artifact.digest) {
            return Ok(());
        }
        index.schema_version = 2;
        index.media_type = Some(INDEX.to_owned());
        index.manifests.push(image::entry(artifact));
        let tag = image.digest.replace(':', "-");
        self.put_manifest(&tag, INDEX, &index).await?;
        Ok(())
    }

    /// Brings a blob there, if it is not: the registry says where to, and it goes there as
    /// a whole.
    async fn put_blob(&self, bytes: Vec<u8>) -> Result<(), RegistryError> {
        let digest = descriptor("", &bytes).digest;
        let place = self.line.url(&format!("blobs/{digest}"))?;
        let asked = self.line.request(Method::HEAD, place, PUSH).await?;
        match self.line.send(asked).await {
            Ok(_) => return Ok(()),
            Err(RegistryError::Missing { .. }) => {}
            Err(e) => return Err(e),
        }
        let place = self.line.url("blobs/uploads/")?;
        let begun = self.line.request(Method::POST, place, PUSH).await?;
        let begun = self.line.send(begun.header(CONTENT_LENGTH, 0)).await?;
        let place = begun.headers().get(LOCATION).and_then(|l| l.to_str().ok());
        let nowhere = || self.line.registry("it does not say where to upload to");
        let mut place = self.line.url(place.ok_or_else(nowhere)?)?;
        place.query_pairs_mut().append_pair("digest", &digest);
        let upload = self.line.request(Method::PUT, place, PUSH).await?;
        let upload = upload.header(CONTENT_TYPE, "application/octet-stream");
        self.line.send(upload.body(bytes)).await?;
        Ok(())
    }

    /// Puts a manifest there and says what it is.
    async fn put_manifest(
        &self,
        name: &str,
        media_type: &str,
        manifest: &impl Serialize,
    ) -> Result<OciDescriptor, RegistryError> {
        let bytes = encoded(manifest);
        let made = descriptor(media_type, &bytes);
        let place = self.line.url(&format!("manifests/{name}"))?;
        let request = self.line.request(Method::PUT, place, PUSH).await?;
        let request = request.header(CONTENT_TYPE, media_type).body(bytes);
        self.line.send(request).await?;
        Ok(made)
    }
}
