//! What a pack is in a registry: an image of one layer, and an artifact that refers to it.

use std::collections::BTreeMap;

use oci_client::manifest::{
    ImageIndexEntry, OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, OciDescriptor,
    OciImageIndex, OciImageManifest,
};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::super::lock::sha256;
use crate::runtime::Surface;

/// Media types of manifests.
pub(super) const IMAGE: &str = OCI_IMAGE_MEDIA_TYPE;
pub(super) const INDEX: &str = OCI_IMAGE_INDEX_MEDIA_TYPE;
/// Media types of an image's config and layer.
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
pub(super) const LAYER: &str = "application/wasm";
/// What the layer is called by older tools.
pub(super) const OLD_LAYER: &str = "application/vnd.wasm.content.layer.v1+wasm";
/// The type of the artifact that holds signatures, and of its layer.
pub(super) const SIGNATURES: &str = "application/vnd.coldnotch.signatures.v1+minisign";
/// The config of an artifact that needs none, and its bytes.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
pub(super) const EMPTY_BYTES: &[u8] = b"{}";

/// What names these bytes.
pub(super) fn descriptor(media_type: &str, bytes: &[u8]) -> OciDescriptor {
    OciDescriptor {
        media_type: media_type.to_owned(),
        digest: sha256(&Sha256::digest(bytes).into()),
        size: bytes.len() as i64,
        ..OciDescriptor::default()
    }
}

/// The config of a component, as the CNCF's guidance has it.
pub(super) fn config(component: &[u8], surface: &Surface) -> Vec<u8> {
    let imports: Vec<String> = surface.imports.iter().map(ToString::to_string).collect();
    let config = json!({
        "architecture": "wasm", "os": "wasip2",
        "layerDigests": [descriptor(LAYER, component).digest],
        "component": {"exports": surface.exports, "imports": imports},
    });
    config.to_string().into_bytes()
}

/// The manifest of a component's image.
pub(super) fn image(
    component: &[u8],
    config: &[u8],
    annotations: BTreeMap<String, String>,
) -> OciImageManifest {
    OciImageManifest {
        media_type: Some(IMAGE.to_owned()),
        config: descriptor(CONFIG, config),
        layers: vec![descriptor(LAYER, component)],
        annotations: Some(annotations).filter(|annotations| !annotations.is_empty()),
        ..OciImageManifest::default()
    }
}

/// The manifest of the artifact that holds the signatures of an image.
pub(super) fn artifact(signatures: &[u8], subject: &OciDescriptor) -> OciImageManifest {
    OciImageManifest {
        media_type: Some(IMAGE.to_owned()),
        artifact_type: Some(SIGNATURES.to_owned()),
        config: descriptor(EMPTY, EMPTY_BYTES),
        layers: vec![descriptor(SIGNATURES, signatures)],
        subject: Some(subject.clone()),
        ..OciImageManifest::default()
    }
}

/// An index of nothing.
pub(super) fn empty_index() -> OciImageIndex {
    OciImageIndex {
        schema_version: 2,
        media_type: Some(INDEX.to_owned()),
        artifact_type: None,
        annotations: None,
        manifests: Vec::new(),
    }
}

/// An artifact of signatures, as an index has it.
pub(super) fn entry(artifact: &OciDescriptor) -> ImageIndexEntry {
    ImageIndexEntry {
        media_type: artifact.media_type.clone(),
        digest: artifact.digest.clone(),
        size: artifact.size,
        platform: None,
        annotations: None,
        artifact_type: Some(SIGNATURES.to_owned()),
    }
}

/// A manifest's bytes: equal manifests have equal ones.
pub(super) fn encoded(manifest: &impl Serialize) -> Vec<u8> {
    // Maps of it are sorted, and no key of it is anything but text.
    serde_json::to_vec(manifest).unwrap_or_default()
}
