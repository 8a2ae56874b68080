//! Generated bindings of `coldnotch:policy@0.1.0`. Use the crate's own types;
//! these are public for [`scorer!`](crate::scorer) only.
#![allow(
    missing_docs,
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub
)]

pub mod plain {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "plugin",
        pub_export_macro: true,
        export_macro_name: "__export_plugin",
        default_bindings_module: "coldnotch_plugin::bindings::plain",
        runtime_path: "::coldnotch_plugin::bindings::wit_bindgen::rt",
        generate_all,
        generate_unused_types: true,
    });
}

pub mod observing {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "observing",
        pub_export_macro: true,
        export_macro_name: "__export_observing",
        default_bindings_module: "coldnotch_plugin::bindings::observing",
        runtime_path: "::coldnotch_plugin::bindings::wit_bindgen::rt",
        with: {
            "coldnotch:policy/types@0.1.0": crate::bindings::plain::coldnotch::policy::types,
            "coldnotch:policy/history@0.1.0": crate::bindings::plain::coldnotch::policy::history,
        },
    });
}

pub mod selecting {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "selecting",
        pub_export_macro: true,
        export_macro_name: "__export_selecting",
        default_bindings_module: "coldnotch_plugin::bindings::selecting",
        runtime_path: "::coldnotch_plugin::bindings::wit_bindgen::rt",
    });
}

#[doc(hidden)]
pub use wit_bindgen;
