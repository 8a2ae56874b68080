//! Single values: taken from the file or the default, checked, and noted with
//! where they came from.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytesize::ByteSize;

use super::environment::Environment;
use super::file::Text;
use super::{ConfigError, NAME, Origin, Setting};

/// Turns what the file says into what holds, and remembers where it came from.
pub(super) struct Reader<'a> {
    pub(super) path: Option<&'a Path>,
    pub(super) environment: &'a Environment,
    pub(super) settings: Vec<Setting>,
}

impl Reader<'_> {
    pub(super) fn note(&mut self, key: &str, value: String, origin: Origin) {
        self.settings.push(Setting {
            key: key.to_owned(),
            value,
            origin,
        });
    }

    pub(super) fn file_origin(&self) -> Origin {
        Origin::File(self.path.unwrap_or(Path::new(NAME)).to_owned())
    }

    pub(super) fn wrong(&self, key: &str, what: &str) -> ConfigError {
        ConfigError::Value {
            origin: self.file_origin(),
            key: key.to_owned(),
            what: what.to_owned(),
        }
    }

    /// Relative paths in a file count from its folder.
    pub(super) fn beside_file(&self, path: &Path) -> PathBuf {
        self.path
            .and_then(Path::parent)
            .map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }

    pub(super) fn value<T: fmt::Debug + Copy>(
        &mut self,
        key: &str,
        file: Option<T>,
        default: T,
    ) -> T {
        let origin = if file.is_some() {
            self.file_origin()
        } else {
            Origin::Default
        };
        let value = file.unwrap_or(default);
        self.note(key, format!("{value:?}"), origin);
        value
    }

    pub(super) fn list(&mut self, key: &str, file: Option<Vec<String>>) -> Vec<String> {
        let origin = if file.is_some() {
            self.file_origin()
        } else {
            Origin::Default
        };
        let list = file.unwrap_or_default();
        self.note(key, format!("{list:?}"), origin);
        list
    }

    pub(super) fn path(&mut self, key: &str, file: Option<PathBuf>, default: &str) -> PathBuf {
        let (path, origin) = match file {
            Some(path) => (self.beside_file(&path), self.file_origin()),
            None => (PathBuf::from(default), Origin::Default),
        };
        self.note(key, quoted(&path), origin);
        path
    }

    /// One of a few words; the first is the default.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &str,
        file: Option<String>,
        words: &[(&'static str, T)],
    ) -> Result<T, ConfigError> {
        let origin = if file.is_some() {
            self.file_origin()
        } else {
            Origin::Default
        };
        let found = match &file {
            None => words.first(),
            Some(word) => words.iter().find(|(name, _)| name == word),
        };
        let Some((name, value)) = found else {
            let names: Vec<String> = words
                .iter()
                .map(|(name, _)| format!("\"{name}\""))
                .collect();
            let word = file.unwrap_or_default();
            return Err(self.wrong(
                key,
                &format!("must be {}, not \"{word}\"", names.join(" or ")),
            ));
        };
        self.note(key, format!("\"{name}\""), origin);
        Ok(*value)
    }

    pub(super) fn number(
        &mut self,
        key: &str,
        file: Option<u32>,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> Result<u32, ConfigError> {
        let value = self.value(key, file, default);
        if !range.contains(&value) {
            return Err(self.wrong(
                key,
                &format!("must be from {} to {}", range.start(), range.end()),
            ));
        }
        Ok(value)
    }

    pub(super) fn size(
        &mut self,
        key: &str,
        file: Option<Text>,
        default: usize,
    ) -> Result<usize, ConfigError> {
        let origin = if file.is_some() {
            self.file_origin()
        } else {
            Origin::Default
        };
        let bytes = match file {
            None => Some(default),
            Some(Text::Number(bytes)) => usize::try_from(bytes).ok(),
            Some(Text::Words(words)) => words
                .parse::<ByteSize>()
                .ok()
                .and_then(|b| b.as_u64().try_into().ok()),
        };
        let bytes = bytes.ok_or_else(|| {
            self.wrong(key, "must be a size such as \"16MiB\" or a number of bytes")
        })?;
        self.note(
            key,
            format!(
                "\"{}\"",
                ByteSize(bytes as u64)
                    .display()
                    .iec()
                    .to_string()
                    .replace(' ', "")
            ),
            origin,
        );
        Ok(bytes)
    }

    pub(super) fn time(
        &mut self,
        key: &str,
        file: Option<Text>,
        default: Duration,
        range: RangeInclusive<Duration>,
    ) -> Result<Duration, ConfigError> {
        let origin = if file.is_some() {
            self.file_origin()
        } else {
            Origin::Default
        };
        let time = match file {
            None => Some(default),
            Some(Text::Number(millis)) => Some(Duration::from_millis(millis)),
            Some(Text::Words(words)) => words
                .parse::<jiff::SignedDuration>()
                .ok()
                .and_then(|d| d.try_into().ok()),
        };
        let time =
            time.ok_or_else(|| self.wrong(key, "must be a time such as \"50ms\" or \"15m\""))?;
        if !range.contains(&time) {
            let (least, most) = (range.start(), range.end());
            return Err(self.wrong(key, &format!("must be from {least:?} to {most:?}")));
        }
        self.note(key, format!("\"{time:?}\""), origin);
        Ok(time)
    }
}

pub(super) fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}
