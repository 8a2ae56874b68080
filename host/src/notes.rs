//! What plugins remember of a session: a fold over its outputs.
//!
//! A plugin's memory is no instance but data: the notes its `observe` returned
//! for the outputs so far. They belong to a session and to a [`PluginId`].

/// Names a plugin by what it does: its component and its settings. Notes belong
/// to this, so they survive a swap that keeps the plugin, and a changed plugin
/// begins to read anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PluginId(pub [u8; 32]);

/// What a plugin remembers, as it is handed to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notes {
    /// What its `observe` last returned.
    pub data: Vec<u8>,
    /// False when something may be missing.
    pub complete: bool,
}

impl Default for Notes {
    fn default() -> Self {
        Notes {
            data: Vec::new(),
            complete: true,
        }
    }
}

/// Notes with how far they reach.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folded {
    /// The notes.
    pub notes: Notes,
    /// How many of the session's outputs they cover, in order of arrival.
    pub read: u64,
    /// Why the last `observe` failed; counts as a failure at the next decision
    /// and is then settled. The notes stay incomplete.
    pub failure: Option<String>,
}
