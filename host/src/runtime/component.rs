//! A component's bytes, read and checked before anything of it runs.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use sha2::{Digest, Sha256};
use wasmtime::component::types::ComponentItem;

use super::engine::Engine;
use crate::plugins::manifest::{self, Manifest, ManifestError};
use crate::policy::{Grant, Source};
use crate::printable::printable;

/// The largest component accepted, in bytes.
const MAX_COMPONENT: u64 = 64 << 20;

/// The interface of the plugin contract that a scorer exports.
const SCORER: &str = "coldnotch:policy/scorer@0.1.0";
/// The one it may export as well.
const OBSERVER: &str = "coldnotch:policy/observer@0.1.0";
/// The one that says which actions it wants to be asked about.
const SELECTOR: &str = "coldnotch:policy/selector@0.1.0";
/// The types both sides share: nothing to grant.
const TYPES: &str = "coldnotch:policy/types@0.1.0";
/// The session: its functions are granted as `history`.
const HISTORY: &str = "coldnotch:policy/history@0.1.0";

/// Why a component was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// No such thing is built in.
    #[error("there is no built-in plugin named `{name}`; built in are: {known}")]
    NotBuiltin {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The file cannot be read.
    #[error("cannot read it: {0}")]
    Read(#[from] std::io::Error),
    /// It is in a registry.
    #[error("nobody has accepted it yet: run `coldnotch plugin install {0}`")]
    Elsewhere(String),
    /// It is too large.
    #[error("it has {size} bytes, more than the {MAX_COMPONENT} allowed")]
    TooLarge {
        /// Its size.
        size: u64,
    },
    /// It is no WebAssembly at all.
    #[error("it is not a WebAssembly component: {0}")]
    NotWasm(String),
    /// It is a core module.
    #[error(
        "it is a core WebAssembly module, not a component: build it with a component tool chain"
    )]
    CoreModule,
    /// It does not export the scorer.
    #[error("it is not a plugin: it does not export `{SCORER}`; it exports {found}")]
    WrongWorld {
        /// What it exports.
        found: String,
    },
    /// Its manifest is wrong, or it lies.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// It asks for more than it was given.
    #[error("it asks for what was not granted:{}{}", list(.asked), advice(.asked))]
    Ungranted {
        /// Every import that was not granted.
        asked: Vec<Import>,
    },
}

impl ComponentError {
    /// What the compiler said of bytes it does not like.
    pub(super) fn not_wasm(e: &wasmtime::Error) -> Self {
        ComponentError::NotWasm(printable(&format!("{e:#}"), 500))
    }
}

fn list(asked: &[Import]) -> String {
    asked.iter().map(|import| format!("\n  {import}")).collect()
}

fn advice(asked: &[Import]) -> String {
    let mut needed: Vec<&str> = asked
        .iter()
        .filter_map(|import| import.grant)
        .map(Grant::name)
        .collect();
    needed.dedup();
    if needed.len() == asked.len().min(1) && asked.iter().all(|import| import.grant.is_some()) {
        format!("\nif you trust it with that, add to its [[plugin]] entry: grants = {needed:?}")
    } else {
        "\nthe plugin world offers no such thing: build it without WASI and other imports"
            .to_owned()
    }
}

/// One function a component asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The interface, with its version.
    pub interface: String,
    /// The function; empty when the interface itself is unknown.
    pub function: String,
    /// The grant that would give it; `None` when none does.
    pub grant: Option<Grant>,
}

impl Import {
    /// The name of the grant that would give it.
    pub fn grant_name(&self) -> Option<&'static str> {
        self.grant.map(Grant::name)
    }
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.interface)?;
        if !self.function.is_empty() {
            write!(f, "#{}", self.function)?;
        }
        Ok(())
    }
}

/// A component as it came, with its digest.
#[derive(Clone)]
pub struct Component {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Component({} bytes, sha256:{})",
            self.bytes.len(),
            hex(&self.digest)
        )
    }
}

impl Component {
    /// Its digest as it is written: `sha256:` and 64 hex digits.
    pub fn name(&self) -> String {
        format!("sha256:{}", hex(&self.digest))
    }

    /// Reads a component from where the policy says.
    ///
    /// # Errors
    /// There is none, it cannot be read, or it is too large or no component.
    pub fn read(source: &Source) -> Result<Self, ComponentError> {
        let bytes = match source {
            Source::Builtin(name) => builtin(name)?.to_vec(),
            Source::Path(path) => read_file(path)?,
            Source::Oci(reference) => {
                return Err(ComponentError::Elsewhere(reference.clone()));
            }
        };
        Self::new(bytes)
    }

    /// Takes bytes for a component.
    ///
    /// # Errors
    /// They do not begin like a component.
    pub fn new(bytes: Vec<u8>) -> Result<Self, ComponentError> {
        // The preamble: magic, then version and layer (component model binary format).
        match bytes.get(..8) {
            Some([0, b'a', b's', b'm', _, _, 1, 0]) => {}
            Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => return Err(ComponentError::CoreModule),
            _ => {
                return Err(ComponentError::NotWasm(
                    "it does not begin with the component preamble".to_owned(),
                ));
            }
        }
        Ok(Component {
            digest: Sha256::digest(&bytes).into(),
            bytes,
        })
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, ComponentError> {
    let size = std::fs::metadata(path)?.len();
    if size > MAX_COMPONENT {
        return Err(ComponentError::TooLarge { size });
    }
    Ok(std::fs::read(path)?)
}

/// The plugins inside this binary.
pub(super) const BUILTIN: [(&str, &[u8]); 3] = [
    (
        "consequence",
        include_bytes!(env!("COLDNOTCH_PLUGIN_CONSEQUENCE")),
    ),
    (
        "keywords",
        include_bytes!(env!("COLDNOTCH_PLUGIN_KEYWORDS")),
    ),
    ("rules", include_bytes!(env!("COLDNOTCH_PLUGIN_RULES"))),
];

fn builtin(name: &str) -> Result<&'static [u8], ComponentError> {
    BUILTIN
        .into_iter()
        .find(|(n, _)| *n == name)
        .map(|(_, bytes)| bytes)
        .ok_or_else(|| {
            let known: Vec<&str> = BUILTIN.iter().map(|(n, _)| *n).collect();
            ComponentError::NotBuiltin {
                name: name.to_owned(),
                known: known.join(", "),
            }
        })
}

/// What a compiled component exports and asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surface {
    /// Exported interfaces.
    pub exports: Vec<String>,
    /// Imported functions that need a grant or that nobody gives.
    pub imports: Vec<Import>,
}

impl Surface {
    /// Reads the surface of a component.
    ///
    /// # Errors
    /// It cannot be compiled.
    pub fn read(engine: &Engine, component: &Component) -> Result<Self, ComponentError> {
        let compile = || wasmtime::component::Component::new(&engine.workshop, &component.bytes);
        contained(compile)
            .map_err(ComponentError::NotWasm)?
            .map(|compiled| Surface::of(&compiled))
            .map_err(|e| ComponentError::not_wasm(&e))
    }

    /// Whether it exports the scorer and asks for nothing that nobody grants.
    pub fn is_plugin(&self) -> bool {
        self.check(&Grant::ALL.map(|(_, grant)| grant)).is_ok()
    }

    /// Reads the surface of a compiled component.
    pub(super) fn of(component: &wasmtime::component::Component) -> Self {
        let engine = component.engine();
        let ty = component.component_type();
        let mut exports: Vec<String> = ty
            .exports(engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        exports.sort(); // each tool chain has an order of its own
        let mut imports = Vec::new();
        for (name, item) in ty.imports(engine) {
            if name == TYPES {
                continue;
            }
            let grant = (name == HISTORY).then_some(Grant::History);
            let ask = |function: &str| Import {
                interface: name.to_owned(),
                function: function.to_owned(),
                grant,
            };
            match item.ty {
                ComponentItem::ComponentInstance(instance) => {
                    let functions: Vec<Import> = instance
                        .exports(engine)
                        .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)))
                        .map(|(function, _)| ask(function))
                        .collect();
                    // An interface of types only gives no ability, but one we
                    // do not know is refused all the same.
                    if functions.is_empty() && grant.is_none() {
                        imports.push(ask(""));
                    }
                    imports.extend(functions);
                }
                _ => imports.push(ask("")),
            }
        }
        Surface { exports, imports }
    }

    /// Whether it exports the observer.
    pub fn observes(&self) -> bool {
        self.exports.iter().any(|export| export == OBSERVER)
    }

    /// Whether it exports the selector.
    pub(super) fn selects(&self) -> bool {
        self.exports.iter().any(|export| export == SELECTOR)
    }

    /// The grants that its imports need.
    pub fn needed(&self) -> Vec<Grant> {
        manifest::needed(self.imports.iter().map(|import| import.grant))
    }

    /// Accepts a plugin whose manifest, if it has one, is true of it, and that asks
    /// for no more than it was granted.
    ///
    /// # Errors
    /// What it lies about or asks for, or that it is no plugin.
    pub fn accept(
        &self,
        manifest: Option<&Manifest>,
        grants: &[Grant],
    ) -> Result<(), ComponentError> {
        if let Some(manifest) = manifest {
            manifest.check(&self.exports, &self.needed())?;
        }
        self.check(grants)
    }

    /// Accepts a plugin that asks for no more than it was granted.
    fn check(&self, grants: &[Grant]) -> Result<(), ComponentError> {
        let asked: Vec<Import> = self
            .imports
            .iter()
            .filter(|i| i.grant.is_none_or(|grant| !grants.contains(&grant)))
            .cloned()
            .collect();
        if !asked.is_empty() {
            return Err(ComponentError::Ungranted { asked });
        }
        if !self.exports.iter().any(|export| export == SCORER) {
            let found = if self.exports.is_empty() {
                "nothing".to_owned()
            } else {
                self.exports.join(", ")
            };
            return Err(ComponentError::WrongWorld { found });
        }
        Ok(())
    }
}

/// Hands a foreign component to the tools that prepare and compile it. They
/// assert what the usual components hold to; one that does not is refused, with
/// what the tool said, and must not end the host.
pub(super) fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // What the tools had in hand is dropped, and the engine outlives a failed
    // compilation anyway.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or(panic.downcast_ref::<&str>().copied());
        let said = printable(said.unwrap_or("nothing"), 300);
        format!("the compiler's tools broke on it and said: {said}")
    })
}

/// Lower-case hex of a digest.
pub fn hex(digest: &[u8; 32]) -> String {
    data_encoding::HEXLOWER.encode(digest)
}
