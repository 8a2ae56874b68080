//! A pack: a folder with `pack.toml`, or the one file that was built of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::cases::{self, Case, CaseError};
use super::manifest::{self, Lang, Manifest, ManifestError};
use super::schema::{Schema, SchemaError};
use crate::json::{JsonError, Object};
use crate::policy::Source;
use crate::printable::printable;
use crate::runtime::{Component, ComponentError};
use crate::wire::nearest;

/// What a folder has to have to be a pack.
pub const PACK: &str = "pack.toml";
/// Its golden cases.
pub const CASES: &str = "cases.jsonl";
/// What its settings have to look like.
pub const SCHEMA: &str = "settings.schema.json";

/// Why a pack could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// There is no such file, or it cannot be read.
    #[error("cannot read {path}: {cause}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// A folder that is no pack.
    #[error(
        "{0} has no {PACK}: name a pack's folder or a component, or make one with `coldnotch plugin new NAME`"
    )]
    NoPack(PathBuf),
    /// Its `pack.toml` is wrong.
    #[error("{path}: {what}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Its manifest is wrong.
    #[error("{path}: {cause}")]
    Manifest {
        /// The pack's file, or its component.
        path: PathBuf,
        /// What is wrong with it.
        cause: ManifestError,
    },
    /// Its settings schema is wrong.
    #[error("{path}: {cause}")]
    Schema {
        /// The schema's file.
        path: PathBuf,
        /// What is wrong with it.
        cause: SchemaError,
    },
    /// Its schema is no JSON object.
    #[error("{path}: {cause}")]
    Json {
        /// The schema's file.
        path: PathBuf,
        /// What is wrong with it.
        cause: JsonError,
    },
    /// One of its golden cases is wrong.
    #[error("{path}: {cause}")]
    Case {
        /// The file they are in.
        path: PathBuf,
        /// Which, and what is wrong with it.
        cause: CaseError,
    },
    /// It is not a component we accept.
    #[error("{path}: {cause}")]
    Component {
        /// The component's file.
        path: PathBuf,
        /// Why not.
        cause: ComponentError,
    },
    /// It has not been built.
    #[error("{0} is not there yet: run `coldnotch plugin build`")]
    NotBuilt(PathBuf),
    /// It was built of something else.
    #[error("{component} was built of another {PACK} or {SCHEMA}: run `coldnotch plugin build`")]
    Stale {
        /// The component.
        component: PathBuf,
    },
}

/// How a folder is built.
#[derive(Debug, PartialEq)]
pub struct Build {
    /// With what.
    pub lang: Lang,
    /// The finished component, where there is one.
    pub component: Option<Source>,
}

/// A pack's folder.
#[derive(Debug)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// How it is built.
    pub build: Build,
}

impl Folder {
    /// Reads `pack.toml` and the schema beside it.
    ///
    /// # Errors
    /// There is none, or something is wrong with either.
    pub fn open(path: &Path) -> Result<Self, PackError> {
        let file = path.join(PACK);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(PackError::NoPack(path.to_owned()));
            }
            Err(cause) => return Err(PackError::Read { path: file, cause }),
        };
        let wrong = |what: String| PackError::File {
            path: file.clone(),
            what,
        };
        let table: toml::Table = text
            .parse()
            .map_err(|e: toml::de::Error| wrong(e.to_string().trim_end().to_owned()))?;
        let mut members = match serde_json::to_value(table) {
            Ok(Value::Object(members)) => members,
            Ok(_) => Map::new(), // a table is an object
            Err(e) => return Err(wrong(e.to_string())),
        };
        let build = build(&mut members, path).map_err(wrong)?;
        if let Some(key) = members
            .keys()
            .find(|key| ["format", "lang", "schema"].contains(&key.as_str()))
        {
            return Err(wrong(format!("unknown key `{key}`")));
        }
        members.insert("lang".to_owned(), build.lang.name().into());
        if let Some(schema) = schema(&path.join(SCHEMA))? {
            members.insert("schema".to_owned(), schema.source().value());
        }
        let manifest = manifest::formatted(members).and_then(Manifest::parse);
        Ok(Folder {
            path: path.to_owned(),
            manifest: manifest.map_err(|cause| PackError::Manifest { path: file, cause })?,
            build,
        })
    }

    /// Where its component is, once it is built.
    pub fn component(&self) -> PathBuf {
        let file = self.path.join(format!("{}.wasm", self.manifest.name));
        file.strip_prefix(".").map(Path::to_owned).unwrap_or(file)
    }

    /// Its golden cases as they are written; `None` when it has none.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn cases(&self) -> Result<Option<Vec<u8>>, PackError> {
        read_if_there(&self.path.join(CASES))
    }
}

/// `[build]`: which tool, or which finished component.
fn build(members: &mut Map<String, Value>, folder: &Path) -> Result<Build, String> {
    let mut build = match members.remove("build") {
        Some(Value::Object(build)) => build,
        Some(_) => return Err("`build` must be a table".to_owned()),
        None => return Err("it has no [build]: say with what, such as lang = \"rust\"".to_owned()),
    };
    let lang = match build.remove("lang") {
        Some(Value::String(name)) => Lang::named(&name),
        _ => None,
    };
    let lang = lang.ok_or_else(|| {
        let known = Lang::ALL.map(|(name, _)| name).join(", ");
        format!("`build.lang` must be one of {known}")
    })?;
    let component = match (lang, build.remove("component")) {
        (Lang::Component, Some(Value::String(place))) => {
            Some(match place.strip_prefix("builtin:") {
                Some(name) => Source::Builtin(name.to_owned()),
                None => Source::Path(folder.join(place)),
            })
        }
        (Lang::Component, _) => {
            return Err(
                "`build.component` is missing: name a finished component, a file or builtin:NAME"
                    .to_owned(),
            );
        }
        (_, None) => None,
        (_, Some(_)) => {
            return Err("`build.component` goes with lang = \"component\" only".to_owned());
        }
    };
    match build.keys().next() {
        None => Ok(Build { lang, component }),
        Some(key) => {
            let hint = nearest(key, &["lang", "component"]);
            let hint = hint.map(|near| format!(", did you mean `build.{near}`?"));
            let key = printable(key, 64);
            Err(format!(
                "unknown key `build.{key}`{}",
                hint.unwrap_or_default()
            ))
        }
    }
}

fn schema(path: &Path) -> Result<Option<Schema>, PackError> {
    let Some(bytes) = read_if_there(path)? else {
        return Ok(None);
    };
    let path = || path.to_owned();
    let object = Object::parse(&bytes).map_err(|cause| PackError::Json {
        path: path(),
        cause,
    })?;
    let schema = Schema::new(object).map_err(|cause| PackError::Schema {
        path: path(),
        cause,
    })?;
    Ok(Some(schema))
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, PackError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(PackError::Read {
            path: path.to_owned(),
            cause,
        }),
    }
}

/// What can be tested: a component, what it says of itself, and its cases.
#[derive(Debug)]
pub struct Pack {
    /// Where the component is.
    pub source: Source,
    /// Its bytes.
    pub component: Component,
    /// What it says of itself.
    pub manifest: Option<Manifest>,
    /// Where its cases are written; `None` for those inside a component.
    pub cases_file: Option<PathBuf>,
    /// Its golden cases.
    pub cases: Vec<Case>,
}

impl Pack {
    /// Opens a pack's folder, or a component: a file or `builtin:NAME`. A folder's
    /// cases are those in its file now, whatever is in the component.
    ///
    /// # Errors
    /// It is none, or has not been built of what is in the folder.
    pub fn open(place: &str) -> Result<Self, PackError> {
        if let Some(name) = place.strip_prefix("builtin:") {
            return Self::read(Source::Builtin(name.to_owned()), None);
        }
        let path = Path::new(place);
        if !path.is_dir() {
            return Self::read(Source::Path(path.to_owned()), None);
        }
        let folder = Folder::open(path)?;
        let component = folder.component();
        if !component.exists() {
            return Err(PackError::NotBuilt(component));
        }
        let pack = Self::read(Source::Path(component.clone()), Some(path.join(CASES)))?;
        match &pack.manifest {
            Some(manifest) if *manifest == folder.manifest => Ok(pack),
            _ => Err(PackError::Stale { component }),
        }
    }

    /// The same, with the cases of this file.
    ///
    /// # Errors
    /// They cannot be read, or one of them is wrong.
    pub fn with_cases(mut self, file: &Path) -> Result<Self, PackError> {
        let bytes = fs::read(file).map_err(|cause| PackError::Read {
            path: file.to_owned(),
            cause,
        })?;
        self.cases = parse(file, &bytes)?;
        self.cases_file = Some(file.to_owned());
        Ok(self)
    }

    pub(super) fn read(source: Source, cases_file: Option<PathBuf>) -> Result<Self, PackError> {
        let path = || PathBuf::from(source.to_string());
        let component = Component::read(&source).map_err(|cause| PackError::Component {
            path: path(),
            cause,
        })?;
        let wrong = |cause| PackError::Manifest {
            path: path(),
            cause,
        };
        let manifest = Manifest::of(&component.bytes).map_err(wrong)?;
        let cases = match &cases_file {
            Some(file) => parse(file, &read_if_there(file)?.unwrap_or_default())?,
            None => {
                let inside = manifest::cases_of(&component.bytes).map_err(wrong)?;
                parse(&path(), inside.unwrap_or_default())?
            }
        };
        Ok(Pack {
            source,
            component,
            manifest,
            cases_file,
            cases,
        })
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Vec<Case>, PackError> {
    cases::parse(bytes).map_err(|cause| PackError::Case {
        path: path.to_owned(),
        cause,
    })
}
