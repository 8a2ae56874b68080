//! This project's gate, as a library: `peer-gate FOLDER SCORER DURABILITY`.

use coldnotch::approvals::Fixed;
use coldnotch::config::Config;
use coldnotch::gate::Gate;
use coldnotch::verdict::Verdict;
use coldnotch::wire;
use peer_protocol::{Failure, serve};

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(2);
    let (Some(scorer), Some(durability)) = (arguments.next(), arguments.next()) else {
        return Err("usage: peer-gate FOLDER SCORER record|sync".into());
    };
    // On the disk of the build, as every peer that writes: elsewhere it may be memory.
    let folder = tempfile::tempdir_in(".")?;
    let text = format!(
        "[policy]\nblock_types = ['exec_shell']\n\
         [[plugin]]\nname = '{scorer}'\nsource = 'builtin:{scorer}'\ngrants = ['history']\n\
         [audit]\npath = 'audit.jsonl'\ndurability = '{durability}'\n"
    );
    let config = Config::from_text(&text, &folder.path().join("coldnotch.toml"))?;
    let gate = Gate::open(&config, Box::new(Fixed { approve: false }))?;

    serve(|line| {
        let action = wire::parse_action(line.as_bytes())?;
        Ok(gate.decide(action).verdict == Verdict::Allow)
    })
}
