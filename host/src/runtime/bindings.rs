//! The generated host side of `coldnotch:policy@0.1.0`: the only place that
//! runs the generator, so that the rest of the host sees its own types.
#![allow(missing_docs, clippy::all)]

pub(super) mod scorer {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "plugin",
        imports: { default: trappable },
        with: { "coldnotch:policy/history.session": crate::runtime::call::Session },
    });
}

pub(super) mod selector {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "selecting",
    });
}

pub(super) mod observer {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "observing",
        imports: { default: trappable },
        with: {
            "coldnotch:policy/types": crate::runtime::bindings::scorer::coldnotch::policy::types,
            "coldnotch:policy/history": crate::runtime::bindings::scorer::coldnotch::policy::history,
        },
    });
}
