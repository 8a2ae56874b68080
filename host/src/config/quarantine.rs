//! `[quarantine]`: when a plugin has failed too often.

use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;
use super::reader::Reader;
use crate::runtime::Tolerance;

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Section {
    over: Option<f64>,
    of: Option<u32>,
    file: Option<PathBuf>,
}

/// Its keys.
pub(super) const KEYS: &[&str] = &["over", "of", "file"];

/// When a plugin has failed too often, and where that is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct QuarantineConfig {
    /// How much it may fail.
    pub tolerance: Tolerance,
    /// The file.
    pub file: PathBuf,
}

impl Reader<'_> {
    pub(super) fn quarantine(&mut self, file: Section) -> Result<QuarantineConfig, ConfigError> {
        let default = Tolerance::default();
        let over = self.value("quarantine.over", file.over, default.over);
        if !(0.0..=1.0).contains(&over) {
            let what = "must be a number from 0 to 1; 1 means never";
            return Err(self.wrong("quarantine.over", what));
        }
        Ok(QuarantineConfig {
            tolerance: Tolerance {
                over,
                of: self.number("quarantine.of", file.of, default.of, 1..=1_000_000)?,
            },
            file: self.path("quarantine.file", file.file, "coldnotch_quarantine.jsonl"),
        })
    }
}
