//! Makes components of the core modules in this folder: `<name>.wat` becomes
//! `<name>.wasm`. Run it from anywhere; commit what it writes.

use std::error::Error;
use std::fs;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, world) in [("raw", "observing-plugin")] {
        let mut module = wat::parse_file(folder.join(format!("{name}.wat")))?;
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_path(folder.join("../../wit"))?;
        let world = resolve.select_world(&[package], Some(world))?;
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
        let component = ComponentEncoder::default().module(&module)?.encode()?;
        fs::write(folder.join(format!("{name}.wasm")), &component)?;
        println!("{name}.wasm: {} bytes", component.len());
    }
    Ok(())
}
