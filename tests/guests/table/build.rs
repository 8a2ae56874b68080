//! Rust has no word for `table.grow`, so the one function that needs it is put
//! together here, as the object file a compiler would make of
//!
//! ```wat
//! (func $grow_table (param i32) (result i32)
//!   (table.grow 0 (ref.null func) (local.get 0)))
//! ```
//!
//! Table 0 is the one the linker makes for a Rust guest's function pointers.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() != Ok("wasm") {
        return;
    }
    let object = PathBuf::from(env::var_os("OUT_DIR").unwrap()).join("grow_table.o");
    fs::write(&object, grow_table()).unwrap();
    println!("cargo:rustc-cdylib-link-arg={}", object.display());
    println!("cargo:rustc-cdylib-link-arg=--growable-table");
}

fn grow_table() -> Vec<u8> {
    const I32: u8 = 0x7f;
    // local.get 0 comes second: the new entries' value is the first operand.
    let body = [&[0][..], &[0xd0, 0x70], &[0x20, 0], &[0xfc, 15, 0], &[0x0b]].concat();
    let symbols = [&[1, 0, 0, 0][..], &sized(b"grow_table")].concat(); // one: a function, global, number 0
    let linking = [&sized(b"linking"), &[2, 8][..], &sized(&symbols)].concat();
    [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 1, I32, 1, I32]), // types
        section(3, &[1, 0]),                    // functions
        section(10, &[&[1][..], &sized(&body)].concat()), // code
        section(0, &linking),
    ]
    .concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id][..], &sized(content)].concat()
}

/// Bytes after their number, which is small here.
fn sized(bytes: &[u8]) -> Vec<u8> {
    assert!(bytes.len() < 128);
    [&[bytes.len() as u8][..], bytes].concat()
}
