//! Rego policies without the sandbox.

#[path = "../../native.rs"]
mod native;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native::serve(coldnotch_rego::judge)
}
