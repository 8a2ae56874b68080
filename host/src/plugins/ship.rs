//! Packs on their way from one place to another, and what is looked at before one is
//! taken in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::admission;
use super::install::InstallError;
use super::lock::sha256;
use super::manifest::Manifest;
use super::registry::{self, Registry};
use super::signature::beside;
use super::trust::{Trust, Vouched};
use crate::config::PacksConfig;
use crate::policy::Source;
use crate::runtime::{Component, Engine, EngineConfig, Surface};

/// A component as it was found, and as far as it is vouched for.
pub(super) struct Found {
    pub(super) component: Component,
    pub(super) manifest: Option<Manifest>,
    /// The digest of the image, of one from a registry.
    pub(super) image: Option<String>,
    /// Its signatures, whoever made them.
    pub(super) signatures: String,
    pub(super) vouched: Vouched,
}

/// Reads or fetches a component and looks at who vouches for it.
pub(super) fn find(
    packs: &PacksConfig,
    source: &Source,
    needed: bool,
    progress: impl Fn(u64, u64),
) -> Result<Found, InstallError> {
    let (component, signatures, image) = match source {
        Source::Builtin(_) => return Err(InstallError::Builtin(source.clone())),
        Source::Path(path) => {
            let component = Component::read(source);
            (component, admission::signatures(path)?, None)
        }
        Source::Oci(reference) => {
            let registry = Registry::open(reference, &packs.plain_http, packs.logins.as_deref())?;
            let pulled = registry.pull(&packs.store.partial(), progress)?;
            let component = Component::new(pulled.component);
            (component, pulled.signatures, Some(pulled.image))
        }
    };
    let place = || source.to_string();
    let component = component.map_err(|cause| InstallError::Component {
        place: place(),
        cause,
    })?;
    let manifest = Manifest::of(&component.bytes).map_err(|cause| InstallError::Manifest {
        place: place(),
        cause,
    })?;
    let vouched = vouched(
        packs,
        source,
        needed,
        &component,
        manifest.as_ref(),
        &signatures,
    )?;
    Ok(Found {
        component,
        manifest,
        image,
        signatures,
        vouched,
    })
}

/// Those who vouch for it. Where nobody has to, nobody may have; but what claims to be a
/// known signer's word has to be it.
fn vouched(
    packs: &PacksConfig,
    source: &Source,
    needed: bool,
    component: &Component,
    manifest: Option<&Manifest>,
    signatures: &str,
) -> Result<Vouched, InstallError> {
    let place = || source.to_string();
    let Some(manifest) = manifest else {
        return match needed {
            true => Err(InstallError::Nameless(place())),
            false => Ok(Vouched::default()),
        };
    };
    let trust = Trust::read(&packs.trust)?;
    let reference = source.reference();
    match trust.check(&manifest.name, reference, &component.bytes, signatures) {
        Ok(vouched) => Ok(vouched),
        Err(cause) if needed || cause.is_tampering() => Err(InstallError::Distrust {
            place: place(),
            cause,
        }),
        Err(_) => Ok(Vouched::default()),
    }
}

/// A pack, ready to be brought into a registry.
#[derive(Debug)]
pub struct Parcel {
    component: Component,
    surface: Surface,
    manifest: Manifest,
    /// Its signatures, one after the other.
    pub signatures: String,
}

impl Parcel {
    /// Reads a component that is what its manifest says, with the signatures beside it.
    ///
    /// # Errors
    /// It is none, or has none.
    pub fn pack(path: &Path) -> Result<Self, InstallError> {
        let place = || path.display().to_string();
        let refused = |cause| InstallError::Component {
            place: place(),
            cause,
        };
        let component = Component::read(&Source::Path(path.to_owned())).map_err(refused)?;
        let manifest = Manifest::of(&component.bytes).map_err(|cause| InstallError::Manifest {
            place: place(),
            cause,
        })?;
        let manifest = manifest.ok_or_else(|| InstallError::Nameless(place()))?;
        let engine = Engine::start(&EngineConfig {
            instances: 1,
            ..EngineConfig::default()
        })?;
        let surface = Surface::read(&engine, &component).map_err(refused)?;
        let truth = surface.accept(Some(&manifest), &manifest.grants);
        truth.map_err(refused)?;
        Ok(Parcel {
            signatures: admission::signatures(path)?,
            component,
            surface,
            manifest,
        })
    }

    /// `sha256:` and 64 hex digits over the component.
    pub fn digest(&self) -> String {
        sha256(&self.component.digest)
    }

    /// Brings it there; the digest of its image.
    ///
    /// # Errors
    /// The registry does not take it.
    pub fn push(&self, packs: &PacksConfig, reference: &str) -> Result<String, InstallError> {
        let Manifest {
            name,
            version,
            description,
            licence,
            ..
        } = &self.manifest;
        let annotations = [
            ("title", name.clone()),
            ("version", version.to_string()),
            ("description", description.clone()),
            ("licenses", licence.clone()),
        ];
        let annotations: BTreeMap<String, String> = annotations
            .into_iter()
            .map(|(key, value)| (format!("org.opencontainers.image.{key}"), value))
            .collect();
        let registry = Registry::open(reference, &packs.plain_http, packs.logins.as_deref())?;
        let component = self.component.bytes.clone();
        Ok(registry.push(component, &self.surface, &self.signatures, annotations)?)
    }
}

/// A pack that was fetched.
#[derive(Debug)]
pub struct Pulled {
    /// The reference by digest.
    pub pinned: String,
    /// `sha256:` and 64 hex digits over the component.
    pub digest: String,
    /// Who of the trust file vouches for it.
    pub signers: Vec<String>,
    component: Vec<u8>,
    signatures: String,
    name: Option<String>,
}

/// Fetches a pack with all its signatures. `untrusted` takes it whoever made them.
///
/// # Errors
/// It cannot be had, or is not trusted.
pub fn pull(
    packs: &PacksConfig,
    reference: &str,
    untrusted: bool,
    progress: impl Fn(u64, u64),
) -> Result<Pulled, InstallError> {
    let source = Source::Oci(reference.to_owned());
    let found = find(packs, &source, !untrusted, progress)?;
    let image = found.image.unwrap_or_default();
    Ok(Pulled {
        pinned: registry::pinned(reference, &image),
        digest: sha256(&found.component.digest),
        signers: found.vouched.signers,
        signatures: found.signatures,
        name: found.manifest.map(|manifest| manifest.name),
        component: found.component.bytes,
    })
}

impl Pulled {
    /// Writes it and its signatures; where it is. The name a stranger gave it takes no
    /// other file's place.
    ///
    /// # Errors
    /// They cannot be written, or something else is there.
    pub fn write(&self, file: Option<PathBuf>) -> Result<PathBuf, InstallError> {
        let own = || -> PathBuf {
            let name = self.name.as_deref().unwrap_or("pulled");
            format!("{name}.wasm").into()
        };
        let file = match file {
            Some(file) => file,
            None if std::fs::read(own()).is_ok_and(|there| there != self.component) => {
                return Err(InstallError::There(own()));
            }
            None => own(),
        };
        let write = |path: &Path, bytes: &[u8]| {
            std::fs::write(path, bytes).map_err(|cause| InstallError::Write {
                path: path.to_owned(),
                cause,
            })
        };
        write(&file, &self.component)?;
        if !self.signatures.is_empty() {
            write(&beside(&file), self.signatures.as_bytes())?;
        }
        Ok(file)
    }
}
