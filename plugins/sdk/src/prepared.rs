//! The settings, read once when the plugin is loaded.

use std::sync::OnceLock;

/// How much an ordinary call may allocate without growing its memory.
#[cfg(target_family = "wasm")]
const HEADROOM: usize = 64 * 1024;

/// Settings of a plugin. The host takes its image of the instance after
/// [`prepare`](Prepared::prepare), so every call finds them already parsed.
pub struct Prepared<S>(OnceLock<S>);

impl<S: serde::de::DeserializeOwned> Prepared<S> {
    /// Not yet prepared.
    pub const fn new() -> Self {
        Prepared(OnceLock::new())
    }

    /// Parses the settings and keeps them. An error names what is wrong, a line each.
    pub fn prepare(&self, settings: &str) -> Result<(), Vec<String>> {
        let parsed = parse(settings).map_err(|e| {
            let said = e.to_string();
            said.lines().map(str::to_owned).collect::<Vec<_>>()
        })?;
        let first = self.0.set(parsed).is_ok();
        #[cfg(target_family = "wasm")]
        crate::allocator::reserve(HEADROOM);
        if first {
            Ok(())
        } else {
            Err(vec!["settings were already read".to_owned()])
        }
    }

    /// The settings.
    ///
    /// # Panics
    /// When the host judges without having prepared the plugin. It never does,
    /// and if it did, a trap is a failed scorer.
    #[allow(clippy::panic)]
    pub fn get(&self) -> &S {
        match self.0.get() {
            Some(settings) => settings,
            None => panic!("`validate-settings` was not called"),
        }
    }
}

impl<S: serde::de::DeserializeOwned> Default for Prepared<S> {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads settings; `()` accepts the empty object only, so that a setting given
/// to a plugin without any is an error and not ignored.
fn parse<S: serde::de::DeserializeOwned>(settings: &str) -> Result<S, serde_json::Error> {
    if settings.trim() == "{}"
        && let Ok(unit) = serde_json::from_str("null")
    {
        return Ok(unit);
    }
    serde_json::from_str(settings)
}
