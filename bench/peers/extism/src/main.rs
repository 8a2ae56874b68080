//! Extism, as a library: `peer-extism FOLDER PLUGIN.wasm fresh|reused`. The plug-in is
//! compiled once and scores in an instance of its own for each action, or in one for all.
//! Its limits are those of a coldnotch plugin.

use std::time::Duration;

use extism::convert::Json;
use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};
use peer_protocol::{Failure, serve};
use serde::Deserialize;

const MEMORY_PAGES: u32 = 256; // 16 MiB
const TIME: Duration = Duration::from_millis(50);
const FUEL: u64 = 50_000_000;
const HOLD_IF_RISK_OVER: f64 = 0.5;

#[derive(Deserialize)]
struct Assessment {
    risk: f64,
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(2);
    let (Some(path), Some(how)) = (arguments.next(), arguments.next()) else {
        return Err("usage: peer-extism FOLDER PLUGIN.wasm fresh|reused".into());
    };
    let manifest = Manifest::new([Wasm::data(std::fs::read(path)?)])
        .with_memory_max(MEMORY_PAGES)
        .with_timeout(TIME);
    let builder = PluginBuilder::new(manifest)
        .with_wasi(false)
        .with_fuel_limit(FUEL)
        .with_cache_disabled();
    let compiled = CompiledPlugin::new(builder)?;

    if how == "fresh" {
        return serve(|line| allowed(&mut Plugin::new_from_compiled(&compiled)?, line));
    }
    let mut plugin = Plugin::new_from_compiled(&compiled)?;
    serve(|line| allowed(&mut plugin, line))
}

fn allowed(plugin: &mut Plugin, line: &str) -> Result<bool, Failure> {
    let Json(assessment) = plugin.call::<_, Json<Assessment>>("score", line)?;
    Ok(assessment.risk <= HOLD_IF_RISK_OVER)
}
