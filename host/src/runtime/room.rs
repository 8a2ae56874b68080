//! How many parts a component may have. A pool sets the most aside for each of its
//! places, so there is one pool for what nearly all need and one for the others.

use wasmparser::{Instance, Parser, Payload};

/// Room for the parts of one component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// What a compiled language needs: its own code and the adapters that the component
    /// tool chain puts around it.
    Usual,
    /// What an interpreter needs that is put together of many libraries, as Python's is.
    Wide,
}

impl Room {
    /// Memories of one component.
    pub(super) const MEMORIES: u32 = 2;

    /// Core instances of one component, and tables.
    pub(super) const fn parts(self) -> u32 {
        match self {
            Room::Usual => 8,
            Room::Wide => 96,
        }
    }

    /// The room that a component needs. One that cannot be read gets the usual: the
    /// compiler will say what is wrong with it.
    pub(super) fn of(component: &[u8]) -> Room {
        let mut instances = 0;
        for payload in Parser::new(0).parse_all(component) {
            if let Ok(Payload::InstanceSection(section)) = payload {
                let made = |instance| matches!(instance, Ok(Instance::Instantiate { .. }));
                instances += section.into_iter().filter(|i| made(i.clone())).count();
            }
        }
        match instances > Room::Usual.parts() as usize {
            true => Room::Wide,
            false => Room::Usual,
        }
    }
}
