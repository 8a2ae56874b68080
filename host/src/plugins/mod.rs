//! Packs: plugins on their way into a policy.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`manifest`] | what a plugin says of itself; `fields` reads it, [`needs`] its limits |
//! | [`schema`] | what its settings have to look like |
//! | `section` | custom sections, where manifest and golden cases are |
//! | [`parts`] | what of a pack's file was changed |
//! | [`pack`] | a pack's folder, or the one file built of it |
//! | [`create`], [`build`] | a new folder, and the file that is built of one |
//! | [`mod@bench`] | what a plugin costs |
//! | [`cases`] | golden cases; [`testing`] judges them, [`trial`] asks the plugin |
//! | [`signature`], [`trust`] | who made a signature, and who may |
//! | [`lock`], [`store`] | what was accepted, and where it is kept |
//! | [`admission`] | whether a plugin may be loaded |
//! | [`install`] | how it comes to be accepted |
//! | [`registry`], [`ship`] | packs in OCI registries, and on their way |
//! | [`promotion`] | what a candidate would change |
//! | [`generations`] | the way back |
//! | `golden` | golden cases, before a policy is put in force |
//! | [`inspect`](fn@inspect) | what a component is; nothing of it runs |
//! | [`list`] | the plugins of a policy, loaded |

pub mod admission;
pub mod bench;
pub mod build;
pub mod cases;
pub mod create;
mod fields;
pub mod generations;
pub(crate) mod golden;
mod inspect;
pub mod install;
mod listed;
pub mod lock;
pub mod manifest;
pub mod needs;
pub mod pack;
pub mod parts;
pub mod promotion;
pub mod registry;
pub mod schema;
mod section;
pub mod ship;
pub mod signature;
pub mod store;
pub mod testing;
pub mod trial;
pub mod trust;

pub use crate::runtime::Import as Asked;
pub use inspect::{InspectError, Inspection, inspect};
pub(crate) use listed::of;
pub use listed::{ListError, Listed, list};
pub use section::SectionError;
